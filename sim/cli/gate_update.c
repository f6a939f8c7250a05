/* gate_update.c: lbsim gate --update: baselines, and what is in them. */
#include "reports/baseline.h"
#include "reports/story.h"
#include "sim/cli/console.h"
#include "sim/cli/gate_parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void say_row(const struct gate_row *row, FILE *to)
{
    char line[512];
    int length = snprintf(line, sizeof line, "not gated: %s of %s: ", row->metric, row->balancer);
    size_t at = length < (int)sizeof line ? (size_t)length : sizeof line - 1;
    if (row->needs == 0)
        snprintf(line + at, sizeof line - at, "no value to compare");
    else if (row->needs == GATE_RUNS_NEVER)
        snprintf(line + at, sizeof line - at, "no number of runs would do");
    else
        snprintf(line + at, sizeof line - at, "needs %" PRIu64 " runs", row->needs);
    fputs("  ", to);
    story_print(to, line, 4);
}

static void say_baseline(const struct gate_job *gate, uint32_t which, FILE *to)
{
    const struct gate_baseline *baseline = gate->baseline[which];
    uint32_t gated = 0;
    for (uint32_t i = 0; i < baseline->rows; i++)
        gated += baseline->row[i].runs > 0;
    fprintf(to, "%s: %" PRIu32 " of %" PRIu32 " rows gated, by up to %" PRIu64 " run%s each\n",
            gate->path[which], gated, baseline->rows, baseline->runs,
            baseline->runs == 1 ? "" : "s");
    for (uint32_t i = 0; i < baseline->rows; i++)
        if (baseline->row[i].runs == 0)
            say_row(&baseline->row[i], to);
}

static int say(const struct gate_job *gate)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    for (uint32_t i = 0; !gate->job.quiet && i < gate->job.scenarios; i++)
        say_baseline(gate, i, to);
    fclose(to);
    int code = console_write(text, size);
    free(text);
    return code;
}

int gate_update(struct gate_job *gate)
{
    char why[512];
    const struct scenario *const *scenario = (const struct scenario *const *)gate->job.scenario;
    bool whole = gate_plan(scenario, gate->job.scenarios, &gate->options, gate->baseline);
    gate_clear(gate);
    if (!whole)
        return EXIT_INTERRUPTED;
    for (uint32_t i = 0; i < gate->job.scenarios; i++)
        baseline_print(gate->baseline[i], gate->baseline_file[i]);
    bool written = files_commit(gate->files, why, sizeof why);
    gate->files = NULL;
    if (written)
        return say(gate);
    console_error("%s", why);
    return EXIT_ENVIRONMENT;
}
