/* plots.c: all pictures of a run, and gnuplot over them. */
#include "reports/plots.h"

#include "reports/gnuplot.h"
#include "reports/plot_kinds.h"
#include "reports/plot_series.h"
#include "sim/engine/memory.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LIMIT_S = 60, LIMIT_EACH_S = 5, TAIL = 16 };

/* ---- Scripts and data ---- */

static void put_experiment(const struct sheet *sheet)
{
    const struct scenario *scenario = sheet->experiment->scenario;
    if (scenario->servers <= FEW_SERVERS)
        plot_distribution(sheet);
    else
        plot_ranks(sheet);
    plot_compare(sheet);
    plot_newcomer(sheet);
    if (sheet_series(sheet, 0) == NULL)
        return;
    plot_imbalance(sheet);
    for (uint32_t b = 0; b < scenario->balancers; b++)
        if (scenario->servers <= FEW_SERVERS) {
            plot_live(sheet, b);
        } else {
            plot_band(sheet, b);
            plot_heat(sheet, b);
        }
}

static bool put_style(struct output *output)
{
    FILE *to = output_open(output, PLOTS_DIRECTORY "/style.gp");
    if (to == NULL)
        return false;
    plot_style(to);
    return output_close(output, to);
}

/* all.gp: every script once, and once more for the PNGs. */
static bool put_all(struct output *output, const struct names *names, bool png)
{
    FILE *to = output_open(output, PLOTS_DIRECTORY "/all.gp");
    if (to == NULL)
        return false;
    fputs("# Draws every picture: gnuplot all.gp\n", to);
    for (int pass = 0; pass < 1 + png; pass++) {
        if (pass == 1)
            fputs("PNG = 1\n", to);
        for (uint32_t i = 0; i < names->count; i++)
            fprintf(to, "load '%s.gp'\n", names->text[i]);
    }
    return output_close(output, to);
}

/* ---- Pictures ---- */

/* Whether the file is there and ends as a whole picture does. */
static bool is_whole(const char *path, const char *ending, size_t length)
{
    char tail[TAIL];
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return false;
    size_t got = fseek(file, -(long)TAIL, SEEK_END) == 0 ? fread(tail, 1, TAIL, file) : 0;
    fclose(file);
    while (got > 0 && tail[got - 1] == '\n')
        got--;
    return got >= length && memcmp(tail + got - length, ending, length) == 0;
}

/* Counts the whole pictures; what gnuplot left half-done is removed. */
static void count_pictures(struct output *output, const struct names *names, bool png,
                           struct plots_outcome *outcome)
{
    static const struct {
        const char *name, *end;
        size_t length;
    } kinds[] = {{"svg", "</svg>", 6}, {"png", "IEND\xAE\x42\x60\x82", 8}};
    for (uint32_t i = 0; i < names->count; i++)
        for (int kind = 0; kind < 1 + png; kind++) {
            char name[512];
            snprintf(name, sizeof name, PLOTS_DIRECTORY "/%s.%s", names->text[i], kinds[kind].name);
            char *path = output_path(output, name);
            outcome->pictures++;
            if (is_whole(path, kinds[kind].end, kinds[kind].length))
                outcome->drawn++;
            else
                unlink(path);
            free(path);
        }
}

static void draw(struct output *output, const struct names *names,
                 const struct plots_options *options, struct plots_outcome *outcome)
{
    static const enum plots_end ends[] = {[GNUPLOT_DREW] = PLOTS_DRAWN,
                                          [GNUPLOT_MISSING] = PLOTS_NO_GNUPLOT,
                                          [GNUPLOT_FAILED] = PLOTS_FAILED};
    uint32_t limit_s =
        options->limit_s > 0 ? options->limit_s : LIMIT_S + LIMIT_EACH_S * names->count;
    char *directory = output_path(output, PLOTS_DIRECTORY);
    outcome->end =
        ends[gnuplot_run(directory, "all.gp", limit_s, outcome->why, sizeof outcome->why)];
    free(directory);
    count_pictures(output, names, options->png, outcome);
    if (outcome->end == PLOTS_DRAWN && outcome->drawn < outcome->pictures) {
        outcome->end = PLOTS_FAILED;
        snprintf(outcome->why, sizeof outcome->why, "gnuplot left %u of %u pictures out",
                 (unsigned)(outcome->pictures - outcome->drawn), (unsigned)outcome->pictures);
    }
}

bool report_plots(const struct experiment *const *experiment, uint32_t experiments,
                  const struct plots_options *options, struct output *output,
                  struct plots_outcome *outcome)
{
    struct names names = {0};
    *outcome = (struct plots_outcome){.end = PLOTS_DRAWN};
    for (uint32_t i = 0; i < experiments; i++) {
        char prefix[256] = "";
        if (experiments > 1)
            snprintf(prefix, sizeof prefix, "%s_", experiment[i]->scenario->name);
        put_experiment(&(struct sheet){output, &names, experiment[i], prefix});
    }
    bool fine = put_style(output) && put_all(output, &names, options->png);
    if (fine)
        draw(output, &names, options, outcome);
    names_free(&names);
    return fine;
}
