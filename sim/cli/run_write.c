/* run_write.c: what a run leaves behind: its directory, and what stdout gets. */
#include "reports/output.h"
#include "reports/plots.h"
#include "reports/report.h"
#include "reports/text.h"
#include "sim/cli/console.h"
#include "sim/cli/run_parts.h"

#include <stdlib.h>
#include <string.h>

/* The options as a shell takes them, for run.json: those that change numbers, which neither the
 * directory nor the threads do. */
static char *options_text(const struct job *job)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    for (uint32_t i = 0; i < job->line->options; i++) {
        const struct option_value *option = &job->line->option[i];
        const char *space = ftell(to) > 0 ? " " : "";
        if (strchr("srb", option->row->letter) != NULL && option->row->letter != 0)
            fprintf(to, "%s-%c ", space, option->row->letter);
        else if (option->row->name != NULL && strcmp(option->row->name, "plugin") == 0)
            fprintf(to, "%s--plugin ", space);
        else
            continue;
        text_shell(option->text, to);
    }
    fclose(to);
    return text;
}

static void write_file(struct output *output, const char *name, const struct job *job,
                       void (*report)(const struct experiment *, bool header, FILE *))
{
    FILE *to = output_open(output, name);
    if (to == NULL)
        return;
    for (uint32_t i = 0; i < job->experiments; i++)
        report(job->experiment[i], i == 0, to);
    output_close(output, to);
}

/* Of the scenarios that expect anything; no file if none does. */
static void write_expectations(struct output *output, const struct job *job)
{
    FILE *to = run_judged(job) ? output_open(output, "expectations.csv") : NULL;
    if (to == NULL)
        return;
    for (uint32_t i = 0; i < job->experiments; i++)
        report_expectations_csv(job->judgements[i], i == 0, to);
    output_close(output, to);
}

static void write_run_json(struct output *output, const struct job *job)
{
    FILE *to = output_open(output, "run.json");
    if (to == NULL)
        return;
    char *text = options_text(job);
    report_run_json((const struct experiment *const *)job->experiment,
                    (const struct judgements *const *)job->judgements, job->experiments, text,
                    &job->own.plugins, to);
    free(text);
    output_close(output, to);
}

bool run_try_directory(const char *directory)
{
    char why[512];
    struct output *output = output_begin(directory, why, sizeof why);
    if (output == NULL)
        console_error("%s", why);
    else
        output_abandon(output);
    return output != NULL;
}

static struct plots_outcome write_plots(struct output *output, const struct job *job)
{
    struct plots_outcome outcome = {.end = PLOTS_FAILED};
    struct plots_options plots = {.png = command_line_value(job->line, "png") != NULL};
    report_plots((const struct experiment *const *)job->experiment, job->experiments, &plots,
                 output, &outcome);
    return outcome;
}

/* The numbers are there all the same, and so the run succeeded. */
static void say_what_is_missing(const struct plots_outcome *plots, const char *directory)
{
    if (plots->end == PLOTS_NO_GNUPLOT)
        console_error("no pictures: %s (apt-get install gnuplot-nox); their data and scripts are "
                      "in %s/plots",
                      plots->why, directory);
    else if (plots->end == PLOTS_FAILED)
        console_error("%u of %u pictures are missing: %s", plots->pictures - plots->drawn,
                      plots->pictures, plots->why);
}

int run_write_directory(const struct job *job)
{
    char why[512];
    struct output *output = output_begin(job->directory, why, sizeof why);
    if (output != NULL) {
        write_file(output, "servers.csv", job, report_servers_csv);
        write_file(output, "timeseries.csv", job, report_timeseries_csv);
        write_file(output, "events.csv", job, report_events_csv);
        write_file(output, "summary.csv", job, report_summary_csv);
        write_file(output, "intervals.csv", job, report_intervals_csv);
        write_expectations(output, job);
        write_run_json(output, job);
        struct plots_outcome plots = write_plots(output, job);
        if (console_interrupted()) { /* which may have ended gnuplot, too */
            output_abandon(output);
            console_error("interrupted; nothing was written to %s", job->directory);
            return EXIT_INTERRUPTED;
        }
        if (output_commit(output, why, sizeof why)) {
            say_what_is_missing(&plots, job->directory);
            return EXIT_FINE;
        }
    }
    console_error("%s", why);
    return EXIT_ENVIRONMENT;
}

static const struct judgements *judgements_of(const struct job *job, uint32_t scenario)
{
    return job->judgements != NULL ? job->judgements[scenario] : NULL;
}

static void write_tables(const struct job *job, FILE *to)
{
    struct table_options table = {.colour = console_colour(stdout),
                                  .all = command_line_value(job->line, "all") != NULL,
                                  .files = job->directory,
                                  .bars = console_bars(stdout),
                                  .width = console_width(stdout)};
    for (uint32_t i = 0; i < job->experiments; i++) {
        fputs(i > 0 ? "\n" : "", to);
        table.judgements = judgements_of(job, i);
        report_table(job->experiment[i], &table, to);
    }
}

static void write_format(const struct job *job, FILE *to)
{
    switch (job->format) {
    case FORMAT_TABLE:
        if (!job->quiet)
            write_tables(job, to);
        return;
    case FORMAT_CSV:
        for (uint32_t i = 0; i < job->experiments; i++)
            report_servers_csv(job->experiment[i], i == 0, to);
        return;
    case FORMAT_JSON:
        report_results_json((const struct experiment *const *)job->experiment,
                            (const struct judgements *const *)job->judgements, job->experiments,
                            to);
        return;
    case FORMAT_MARKDOWN:
        for (uint32_t i = 0; i < job->experiments; i++)
            report_markdown(job->experiment[i], judgements_of(job, i), to);
        return;
    }
}

int run_write_stdout(const struct job *job)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    write_format(job, to);
    fclose(to);
    int code = console_write(text, size);
    free(text);
    return code;
}
