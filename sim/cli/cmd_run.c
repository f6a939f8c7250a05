/* cmd_run.c: lbsim run: every balancer of a scenario on the same traffic. */
#include "reports/output.h"
#include "reports/report.h"
#include "sim/cli/commands.h"
#include "sim/cli/console.h"
#include "sim/cli/scenarios.h"
#include "sim/engine/memory.h"
#include "sim/scenario/values.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct option_row options[] = {
    {'o', "output", "DIR", "write CSV files and run.json there", false},
    {'s', "seed", "SEED", "instead of the scenario's seed", false},
    {'r', "replications", "N", "instead of the scenario's replications", false},
    {'j', "jobs", "N", "threads; by default one a processor", false},
    {'b', "balancer", "BALANCER",
     "instead of the list; may be repeated: a name of it,\n"
     "                             a preset, or least_conn,view=worker,workers=4",
     false},
    {0, "format", "table|csv", "what stdout gets: the tables, or servers.csv", false},
    {0, "all", NULL, "every server's row, however many", false},
    {'q', "quiet", NULL, "no progress, no table", false},
    {0, "set", "KEY=VALUE", "change a key of the scenario", true},
    {0, "log", "FILE", "every pick, one by one", true},
    {0, "no-expect", NULL, "do not judge", true},
    {0, NULL, NULL, NULL, false},
};

struct job {
    const struct command_line *line;
    struct scenario **scenario; /* [line->words] */
    struct experiment **experiment;
    uint32_t scenarios, experiments;
    bool csv, quiet;
    uint64_t threads;
};

/* ---- What was asked for ---- */

/* An option's whole number in [least, most], or `fallback` where it was not given. */
static bool number_option(const struct job *job, const char *name, uint64_t least, uint64_t most,
                          uint64_t fallback, uint64_t *number)
{
    const char *text = command_line_value(job->line, name);
    *number = fallback;
    if (text == NULL || (value_whole(text, number) && *number >= least && *number <= most))
        return true;
    console_error("run: --%s: '%s' is not a whole number from %" PRIu64 " to %" PRIu64, name, text,
                  least, most);
    return false;
}

static bool format_option(struct job *job)
{
    const char *format = command_line_value(job->line, "format");
    job->csv = format != NULL && strcmp(format, "csv") == 0;
    if (format == NULL || job->csv || strcmp(format, "table") == 0)
        return true;
    if (strcmp(format, "json") == 0 || strcmp(format, "markdown") == 0)
        console_error("run: --format %s is planned, not there yet", format);
    else
        console_error("run: --format: '%s' is not one of: table, csv", format);
    return false;
}

/* The -b options replace the scenario's list. */
static bool replace_balancers(struct job *job, struct scenario *scenario)
{
    uint32_t count = 0;
    bool fine = true;
    struct balancer *list = arena_zeroed(&scenario->arena, job->line->options, sizeof *list);
    for (uint32_t i = 0; i < job->line->options; i++) {
        const struct option_value *option = &job->line->option[i];
        if (option->row->letter != 'b')
            continue;
        struct input input;
        struct faults faults = {0};
        fine =
            scenario_read_balancer(scenario, option->text, &list[count++], &input, &faults) && fine;
        faults_print(&faults, &input, stderr, console_colour(stderr));
        faults_free(&faults);
        input_free(&input);
    }
    if (count == 0 || !fine)
        return fine;
    struct faults faults = {0};
    scenario->balancer = list;
    scenario->balancers = count;
    fine = scenario_check_balancers(scenario, &faults);
    for (size_t i = 0; i < faults.count; i++)
        console_error("-b: %s", faults.fault[i].message);
    faults_free(&faults);
    return fine;
}

/* Whether an earlier scenario of the run has the name of this one. */
static bool is_namesake(const struct job *job, uint32_t which)
{
    const struct scenario *it = job->scenario[which];
    for (uint32_t i = 0; it != NULL && i < which; i++) {
        const struct scenario *other = job->scenario[i];
        if (other == NULL || strcmp(other->name, it->name) != 0)
            continue;
        console_error("%s and %s are both called '%s'; the files could not tell them apart",
                      other->file, it->file, it->name);
        return true;
    }
    return false;
}

static bool load_scenarios(struct job *job, int *code)
{
    job->scenario = memory_zeroed(job->line->words, sizeof *job->scenario);
    job->scenarios = job->line->words;
    for (uint32_t i = 0; i < job->scenarios; i++) {
        int problem = EXIT_FINE;
        job->scenario[i] = scenarios_load(job->line->word[i], &problem);
        bool fine = job->scenario[i] != NULL && replace_balancers(job, job->scenario[i]) &&
                    !is_namesake(job, i);
        if (!fine && problem == EXIT_FINE)
            problem = EXIT_INVALID;
        if (problem > *code)
            *code = problem;
    }
    return *code == EXIT_FINE;
}

/* ---- Running ---- */

static bool show_progress(void *context, uint64_t done, uint64_t trials)
{
    progress_show(context, done, trials);
    return !console_interrupted();
}

static bool run_scenarios(struct job *job)
{
    job->experiment = memory_zeroed(job->scenarios, sizeof *job->experiment);
    for (uint32_t i = 0; i < job->scenarios; i++) {
        const struct scenario *scenario = job->scenario[i];
        struct progress progress = {.name = scenario->name, .quiet = job->quiet};
        struct run_options run = {
            .threads = (uint32_t)job->threads, .progress = show_progress, .context = &progress};
        number_option(job, "seed", 0, UINT64_MAX, scenario->seed, &run.seed);
        number_option(job, "replications", 1, 100000, scenario->replications, &run.replications);
        job->experiment[i] = experiment_run(scenario, &run);
        progress_clear(&progress);
        if (job->experiment[i] == NULL)
            return false;
        job->experiments++;
    }
    return true;
}

/* ---- Writing ---- */

/* The options as they were given, for run.json; neither the directory nor the threads, which change
 * no number. */
static char *options_text(const struct job *job)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    for (uint32_t i = 0; i < job->line->options; i++) {
        const struct option_value *option = &job->line->option[i];
        if (strchr("srb", option->row->letter) != NULL && option->row->letter != 0)
            fprintf(to, "%s-%c %s", ftell(to) > 0 ? " " : "", option->row->letter, option->text);
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

static void write_run_json(struct output *output, const struct job *job)
{
    FILE *to = output_open(output, "run.json");
    if (to == NULL)
        return;
    char *text = options_text(job);
    report_run_json((const struct experiment *const *)job->experiment, job->experiments, text, to);
    free(text);
    output_close(output, to);
}

/* Whether the directory could be written, before hours go into what is to stand there. */
static bool try_directory(const char *directory)
{
    char why[512];
    struct output *output = output_begin(directory, why, sizeof why);
    if (output == NULL)
        console_error("%s", why);
    else
        output_abandon(output);
    return output != NULL;
}

static int write_directory(const struct job *job, const char *directory)
{
    char why[512];
    struct output *output = output_begin(directory, why, sizeof why);
    if (output != NULL) {
        write_file(output, "servers.csv", job, report_servers_csv);
        write_file(output, "timeseries.csv", job, report_timeseries_csv);
        write_file(output, "events.csv", job, report_events_csv);
        write_run_json(output, job);
        if (output_commit(output, why, sizeof why))
            return EXIT_FINE;
    }
    console_error("%s", why);
    return EXIT_ENVIRONMENT;
}

/* The text is made whole before any of it is written. */
static int write_stdout(const struct job *job, const char *directory)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    struct table_options table = {.colour = console_colour(stdout),
                                  .all = command_line_value(job->line, "all") != NULL,
                                  .files = directory};
    for (uint32_t i = 0; i < job->experiments; i++) {
        if (job->csv)
            report_servers_csv(job->experiment[i], i == 0, to);
        else if (!job->quiet)
            report_table(job->experiment[i], &table, to);
        if (!job->csv && !job->quiet && i + 1 < job->experiments)
            fputc('\n', to);
    }
    fclose(to);
    int code = console_write(text, size);
    free(text);
    return code;
}

/* ---- The command ---- */

static int run_job(struct job *job)
{
    int code = EXIT_FINE;
    uint64_t unused;
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    bool fine = format_option(job);
    fine = number_option(job, "seed", 0, UINT64_MAX, 0, &unused) && fine;
    fine = number_option(job, "replications", 1, 100000, 1, &unused) && fine;
    fine = number_option(job, "jobs", 1, 1024, processors > 0 ? (uint64_t)processors : 1,
                         &job->threads) &&
           fine;
    if (job->line->words == 0) {
        console_error("run: which scenario? Try: lbsim run ws_scale");
        fine = false;
    }
    const char *directory = command_line_value(job->line, "output");
    if (directory != NULL && directory[0] == '\0') {
        console_error("run: --output: which directory?");
        fine = false;
    }
    if (!load_scenarios(job, &code) || !fine)
        return code != EXIT_FINE ? code : EXIT_INVALID;
    if (directory != NULL && !try_directory(directory))
        return EXIT_ENVIRONMENT;
    if (!run_scenarios(job)) {
        console_error("interrupted; nothing was written");
        return EXIT_INTERRUPTED;
    }
    if (directory != NULL)
        code = write_directory(job, directory);
    return code == EXIT_FINE ? write_stdout(job, directory) : code;
}

static int run(const struct command_line *line)
{
    struct job job = {.line = line, .quiet = command_line_value(line, "quiet") != NULL};
    console_hold_signals();
    int code = run_job(&job);
    for (uint32_t i = 0; i < job.experiments; i++)
        experiment_free(job.experiment[i]);
    for (uint32_t i = 0; i < job.scenarios; i++)
        scenario_free(job.scenario[i]);
    free(job.experiment);
    free(job.scenario);
    return code;
}

const struct command command_run = {
    .name = "run",
    .arguments = "SCENARIO... [options]",
    .about = "runs every balancer on the same traffic and prints who got what",
    .options = options,
    .run = run,
};
