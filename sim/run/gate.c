/* gate.c: a scenario judged against its baseline. */
#include "sim/run/gate.h"

#include "sim/engine/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *gate_why_text(enum gate_why why)
{
    static const char *const text[GATE_WHYS] = {
        [GATE_JUDGED] = "it was judged",
        [GATE_NO_BASELINE] = "there is no baseline",
        [GATE_DAMAGED] = "the baseline is damaged",
        [GATE_OTHER_METRICS] = "the baseline is of another version of the metrics",
        [GATE_OTHER_SAMPLING] = "the baseline is of another version of the random numbers",
        [GATE_OTHER_SEED] = "the baseline was made with another seed",
        [GATE_OTHER_WORLD] = "the scenario is not the one of the baseline",
        [GATE_OTHER_TRAFFIC] = "the customers are not those of the baseline",
        [GATE_NOTHING] = "nothing of it is gated",
        [GATE_OTHER_BALANCER] = "the balancer is not the one of the baseline",
        [GATE_NOT_IN_BASELINE] = "the baseline does not have it",
        [GATE_NOT_IN_RUN] = "the baseline has it, but the run does not",
        [GATE_NO_VALUE] = "it has no value any more in some run",
        [GATE_TOO_FEW] = "chance leaves open whether it became worse",
        [GATE_RARE] = "few runs differ, but one by more than is tolerated",
    };
    return text[why];
}

uint64_t gate_tests(const struct gate_baseline *baseline)
{
    uint64_t tests = 0;
    for (uint32_t b = 0; baseline != NULL && b < baseline->balancers; b++)
        for (uint32_t i = 0; baseline->balancer[b].draws && i < baseline->rows; i++)
            tests += strcmp(baseline->row[i].balancer, baseline->balancer[b].name) == 0 &&
                     (baseline->row[i].runs > 0 || baseline->row[i].needs > 0);
    return tests;
}

/* ---- Finding what belongs together ---- */

const struct gate_balancer *gate_balancer_find(const struct gate_baseline *baseline,
                                               const char *name)
{
    for (uint32_t i = 0; i < baseline->balancers; i++)
        if (strcmp(baseline->balancer[i].name, name) == 0)
            return &baseline->balancer[i];
    return NULL;
}

static const struct gate_row *find_row(const struct gate_baseline *baseline,
                                       const struct gate_row *like)
{
    for (uint32_t i = 0; i < baseline->rows; i++) {
        const struct gate_row *row = &baseline->row[i];
        if (gate_row_order(row, like) == 0)
            return row;
    }
    return NULL;
}

static const struct gate_track *find_track(const struct gate_sample *sample,
                                           const struct gate_row *like)
{
    for (uint32_t i = 0; i < sample->tracks; i++)
        if (strcmp(sample->track[i].row.metric, like->metric) == 0 &&
            strcmp(sample->track[i].row.traffic, like->traffic) == 0)
            return &sample->track[i];
    return NULL;
}

/* ---- One row ---- */

struct compared {
    struct gate_judged *judged;
    uint64_t all_tests; /* of all baselines together */
    uint64_t tests;     /* of these rows */
    bool baseline_draws;
};

static struct gate_finding *add_finding(struct gate_judged *judged, const struct gate_row *row)
{
    judged->finding =
        memory_resized(judged->finding, judged->findings + 1, sizeof *judged->finding);
    struct gate_finding *finding = &judged->finding[judged->findings++];
    *finding = (struct gate_finding){.balancer = row->balancer,
                                     .traffic = row->traffic,
                                     .metric = row->metric,
                                     .runs = row->runs,
                                     .needs = row->needs};
    return finding;
}

static void cannot_judge(struct gate_judged *judged, const struct gate_row *row, enum gate_why why)
{
    struct gate_finding *finding = add_finding(judged, row);
    finding->verdict = GATE_CANNOT_JUDGE;
    finding->why = why;
}

/* The numbers of both sides; false: some run has none. */
static bool numbers(const struct gate_row *row, const struct gate_track *track, uint64_t runs,
                    double *before, double *after)
{
    bool all = true;
    for (uint64_t r = 0; r < runs; r++) {
        before[r] = gate_number(track, &row->value[r]);
        after[r] = gate_number(track, &track->row.value[r]);
        all = all && !isnan(before[r]) && !isnan(after[r]);
    }
    return all;
}

static bool prints_the_same(const struct gate_row *row, const struct gate_track *track,
                            uint64_t runs)
{
    for (uint64_t r = 0; r < runs; r++)
        if (strcmp(row->value[r].text, track->row.value[r].text) != 0)
            return false;
    return true;
}

/* The verdict on a row that is gated and has all its values. */
static void judge_numbers(struct gate_finding *finding, const struct metric *metric,
                          const double *before, const double *after, uint64_t tests)
{
    finding->before = gate_mean(before, finding->runs);
    finding->after = gate_mean(after, finding->runs);
    finding->tolerance = gate_tolerance(metric, finding->before);
    finding->answer = gate_judge(&(struct gate_question){.before = before,
                                                         .after = after,
                                                         .runs = finding->runs,
                                                         .tests = tests,
                                                         .tolerance = finding->tolerance,
                                                         .better = metric->better,
                                                         .exact = finding->exact});
    finding->verdict = finding->answer.verdict;
    if (finding->verdict == GATE_CANNOT_JUDGE)
        finding->why = finding->answer.unequal < GATE_UNEQUAL_LEAST ? GATE_RARE : GATE_TOO_FEW;
}

static void judge_row(const struct compared *compared, const struct gate_row *row,
                      const struct gate_track *track, bool draws)
{
    struct gate_finding *finding = add_finding(compared->judged, row);
    finding->event = track->event;
    finding->place = track->place;
    finding->is_time = track->metric->kind == METRIC_TIME;
    finding->exact = !compared->baseline_draws && !draws;
    finding->warns = track->warns;
    if (row->runs == 0) {
        finding->verdict = GATE_NOT_GATED;
        return;
    }
    finding->runs = finding->exact ? 1 : row->runs;
    for (uint64_t r = 0; metric_is_wait(track->metric) && r < finding->runs; r++)
        finding->endless += track->row.value[r].text[0] == '\0';
    double *before = memory_zeroed(finding->runs, sizeof *before);
    double *after = memory_zeroed(finding->runs, sizeof *after);
    if (prints_the_same(row, track, finding->runs)) {
        finding->verdict = GATE_SAME;
    } else if (numbers(row, track, finding->runs, before, after)) {
        judge_numbers(finding, track->metric, before, after, compared->tests);
    } else {
        finding->verdict = GATE_CANNOT_JUDGE;
        finding->why = GATE_NO_VALUE;
    }
    free(before);
    free(after);
}

/* ---- One balancer ---- */

/* Rows of the baseline, each against the run; and rows that only the run has. */
static void judge_rows(const struct compared *compared, const char *balancer,
                       const struct gate_sample *sample)
{
    struct gate_judged *judged = compared->judged;
    for (uint32_t i = 0; i < sample->tracks; i++) { /* in the order of the metrics */
        const struct gate_track *track = &sample->track[i];
        const struct gate_row *row = find_row(judged->baseline, &track->row);
        if (row != NULL)
            judge_row(compared, row, track, sample->draws);
        else
            cannot_judge(judged, &track->row, GATE_NOT_IN_BASELINE);
    }
    for (uint32_t i = 0; i < judged->baseline->rows; i++) {
        const struct gate_row *row = &judged->baseline->row[i];
        if (strcmp(row->balancer, balancer) == 0 && find_track(sample, row) == NULL)
            cannot_judge(judged, row, GATE_NOT_IN_RUN);
    }
}

/* All of a balancer, in one finding. */
static void refuse_balancer(struct gate_judged *judged, char *balancer, enum gate_why why)
{
    cannot_judge(judged, &(struct gate_row){.balancer = balancer}, why);
}

/* The most runs that a row of this balancer has. */
static uint64_t runs_of(const struct gate_baseline *baseline, const char *balancer)
{
    uint64_t runs = 1;
    for (uint32_t i = 0; i < baseline->rows; i++)
        if (strcmp(baseline->row[i].balancer, balancer) == 0 && baseline->row[i].runs > runs)
            runs = baseline->row[i].runs;
    return runs;
}

/* Rows of balancers that drew nothing. */
static uint64_t exact_rows(const struct gate_baseline *baseline)
{
    uint64_t rows = 0;
    for (uint32_t i = 0; i < baseline->rows; i++)
        rows += !gate_balancer_find(baseline, baseline->row[i].balancer)->draws;
    return rows;
}

static bool same_traffic(const struct gate_baseline *baseline, const struct gate_sample *sample)
{
    for (uint64_t r = 0; r < sample->runs && r < baseline->runs; r++)
        if (sample->digest[r] != baseline->digest[r])
            return false;
    return true;
}

/* false: given up. */
static bool compare_balancer(struct compared *compared, uint32_t b, enum gate_variant variant,
                             const struct gate_options *options)
{
    struct gate_judged *judged = compared->judged;
    const struct scenario *scenario = judged->scenario;
    const struct balancer *balancer = &scenario->balancer[b];
    const struct gate_balancer *known = gate_balancer_find(judged->baseline, balancer->name);
    uint64_t runs = runs_of(judged->baseline, balancer->name);
    if (known == NULL) {
        refuse_balancer(judged, balancer->name, GATE_NOT_IN_BASELINE);
        return true;
    }
    if (known->hash != scenario_balancer_hash(scenario, balancer)) {
        refuse_balancer(judged, balancer->name, GATE_OTHER_BALANCER);
        return true;
    }
    compared->baseline_draws = known->draws;
    compared->tests = compared->all_tests;
    judged->sample[b] = gate_sample_run(scenario, b, known->draws ? runs : 1, variant, options);
    if (judged->sample[b] != NULL && judged->sample[b]->draws && !known->draws) {
        /* One run does not say any more what it does: all of its rows are comparisons now. */
        compared->tests += exact_rows(judged->baseline);
        gate_sample_free(judged->sample[b]);
        judged->sample[b] = gate_sample_run(scenario, b, runs, variant, options);
    }
    if (judged->sample[b] == NULL)
        return false;
    if (!same_traffic(judged->baseline, judged->sample[b]))
        judged->why = GATE_OTHER_TRAFFIC;
    else
        judge_rows(compared, balancer->name, judged->sample[b]);
    return true;
}

/* ---- One scenario ---- */

static bool runs_here(const struct scenario *scenario, const char *balancer)
{
    for (uint32_t b = 0; b < scenario->balancers; b++)
        if (strcmp(scenario->balancer[b].name, balancer) == 0)
            return true;
    return false;
}

/* Whether the baseline is one of this very scenario, seed and program. */
static enum gate_why fits(const struct scenario *scenario, const struct gate_baseline *baseline,
                          const struct gate_options *options)
{
    if (baseline == NULL)
        return GATE_NO_BASELINE;
    if (baseline->metric_version != METRIC_VERSION)
        return GATE_OTHER_METRICS;
    if (baseline->sampling_version != STREAM_VERSION)
        return GATE_OTHER_SAMPLING;
    if (baseline->seed != gate_seed(scenario, options))
        return GATE_OTHER_SEED;
    if (baseline->world_hash != scenario_world_hash(scenario))
        return GATE_OTHER_WORLD;
    return GATE_JUDGED;
}

/* What is not gated is told even where nothing else is. */
static void count_verdicts(struct gate_judged *judged)
{
    if (judged->why != GATE_JUDGED)
        judged->findings = 0; /* what was judged before it showed says nothing */
    for (uint32_t i = 0; i < judged->findings; i++)
        judged->count[judged->finding[i].verdict]++;
    if (judged->findings > 0 && judged->count[GATE_NOT_GATED] == judged->findings)
        judged->why = GATE_NOTHING;
    if (judged->why != GATE_JUDGED)
        judged->count[GATE_CANNOT_JUDGE] = 1;
}

struct gate_judged *gate_compare(const struct scenario *scenario,
                                 const struct gate_baseline *baseline, bool partly, uint64_t tests,
                                 enum gate_variant variant, const struct gate_options *options)
{
    struct gate_judged *judged = memory_zeroed(1, sizeof *judged);
    struct compared compared = {.judged = judged, .all_tests = tests > 0 ? tests : 1};
    judged->scenario = scenario;
    judged->baseline = baseline;
    judged->sample = memory_zeroed(scenario->balancers, sizeof(struct gate_sample *));
    judged->why = fits(scenario, baseline, options);
    for (uint32_t b = 0; judged->why == GATE_JUDGED && b < scenario->balancers; b++)
        if (!compare_balancer(&compared, b, variant, options)) {
            gate_judged_free(judged);
            return NULL;
        }
    for (uint32_t i = 0; judged->why == GATE_JUDGED && !partly && i < baseline->balancers; i++)
        if (!runs_here(scenario, baseline->balancer[i].name))
            refuse_balancer(judged, baseline->balancer[i].name, GATE_NOT_IN_RUN);
    count_verdicts(judged);
    return judged;
}

void gate_judged_free(struct gate_judged *judged)
{
    if (judged == NULL)
        return;
    for (uint32_t b = 0; b < judged->scenario->balancers; b++)
        gate_sample_free(judged->sample[b]);
    free(judged->sample);
    free(judged->finding);
    free(judged);
}

/* Whether some row has this verdict and is more than a warning. */
static bool has(const struct gate_judged *judged, enum gate_verdict verdict)
{
    for (uint32_t i = 0; i < judged->findings; i++)
        if (judged->finding[i].verdict == verdict && !judged->finding[i].warns)
            return true;
    return false;
}

int gate_outcome(const struct gate_judged *const *judged, uint32_t count, bool exact)
{
    bool failed = false, open = false;
    for (uint32_t i = 0; i < count; i++) {
        failed = failed || has(judged[i], GATE_FAIL);
        open = open || judged[i]->why != GATE_JUDGED || has(judged[i], GATE_CANNOT_JUDGE);
        for (int v = 0; exact && v < GATE_VERDICTS; v++)
            failed = failed || (judged[i]->count[v] > 0 && v != GATE_SAME && v != GATE_NOT_GATED);
    }
    return failed ? 1 : open ? 2 : 0;
}
