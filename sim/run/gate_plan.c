/* gate_plan.c: baselines: how many runs each row needs, and what those runs gave.
 *
 * A balancer that draws is run twice on the same customers, the second time with other random
 * numbers for its picks. How far the two lie apart is what chance does to it, and so how many runs
 * it takes until a worsening stands out. */
#include "sim/engine/memory.h"
#include "sim/run/gate.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A balancer of a scenario while it is planned. */
struct planned {
    const struct scenario *scenario;
    uint32_t balancer;
    struct gate_sample *sample;
    struct gate_sample *other; /* with other picks; NULL: it does not draw */
    struct row_plan {
        uint64_t runs, needs; /* runs: 0: not gated; needs: see struct gate_row */
    } * row;                  /* [sample->tracks] */
};

struct plan {
    const struct gate_options *options;
    struct planned *planned; /* scenario by scenario */
    uint32_t count;
    uint64_t tests;
};

static char *copy(const char *text)
{
    return memory_text(text, strlen(text));
}

/* ---- Runs ---- */

static bool sample_runs(struct planned *planned, uint64_t runs, const struct gate_options *options)
{
    gate_sample_free(planned->sample);
    gate_sample_free(planned->other);
    planned->other = NULL;
    planned->sample =
        gate_sample_run(planned->scenario, planned->balancer, runs, GATE_AS_IT_IS, options);
    if (planned->sample == NULL)
        return false;
    if (planned->sample->draws)
        planned->other =
            gate_sample_run(planned->scenario, planned->balancer, runs, GATE_PLANNING, options);
    return !planned->sample->draws || planned->other != NULL;
}

/* Whether every one of the first runs has a number. */
static bool numbers_of(const struct gate_track *track, uint64_t runs, double *number)
{
    bool all = true;
    for (uint64_t r = 0; r < runs; r++) {
        number[r] = gate_number(track, &track->row.value[r]);
        all = all && !isnan(number[r]);
    }
    return all;
}

/* How many runs a row needs as far as the first `runs` tell; 0: it has no value. */
static uint64_t needed(const struct planned *planned, uint32_t which, uint64_t runs, uint64_t tests)
{
    assert(planned->other != NULL); /* it draws */
    const struct gate_track *track = &planned->sample->track[which];
    double *one = memory_zeroed(runs, sizeof *one), *other = memory_zeroed(runs, sizeof *other);
    uint64_t needs = 0;
    assert(planned->other != NULL);
    if (track->known && numbers_of(track, runs, one) &&
        numbers_of(&planned->other->track[which], runs, other))
        needs = gate_runs_needed(gate_sd_of_differences(one, other, runs),
                                 gate_tolerance(track->metric, gate_mean(one, runs)), tests);
    free(one);
    free(other);
    return needs;
}

/* ---- One balancer ---- */

/* Nothing is left to chance: one run says it all. The others are kept for the day when it draws. */
static void plan_exact(struct planned *planned)
{
    for (uint32_t i = 0; i < planned->sample->tracks; i++) {
        double number[GATE_RUNS_LEAST];
        const struct gate_track *track = &planned->sample->track[i];
        bool valued = track->known && numbers_of(track, GATE_RUNS_LEAST, number);
        planned->row[i].runs = valued ? GATE_RUNS_LEAST : 0;
    }
}

/* Each row asks for as many runs as the ones that it has say, until those are enough. Returns the
 * most that any asks for. */
static uint64_t ask_rows(struct planned *planned, const struct plan *plan)
{
    uint64_t most = 0, allowed = plan->options->most > 0 ? plan->options->most : GATE_RUNS_MOST;
    for (uint32_t i = 0; i < planned->sample->tracks; i++) {
        struct row_plan *row = &planned->row[i];
        while (row->runs > 0 && row->runs <= planned->sample->runs) {
            row->needs = needed(planned, i, row->runs, plan->tests);
            if (row->needs == 0 || row->needs > allowed)
                row->runs = 0;
            if (row->needs <= row->runs)
                break;
            row->runs = row->runs > 0 ? row->needs : 0;
        }
        most = row->runs > most ? row->runs : most;
    }
    return most;
}

static bool plan_drawn(struct planned *planned, const struct plan *plan)
{
    for (uint32_t i = 0; i < planned->sample->tracks; i++)
        planned->row[i].runs = GATE_RUNS_LEAST;
    uint64_t wanted;
    while ((wanted = ask_rows(planned, plan)) > planned->sample->runs)
        if (!sample_runs(planned, wanted, plan->options))
            return false;
    return true;
}

/* ---- Baselines ---- */

static int by_name(const void *a, const void *b)
{
    return gate_row_order(a, b);
}

static void add_row(struct gate_baseline *baseline, const struct gate_track *track,
                    const struct row_plan *plan)
{
    struct gate_row *row = &baseline->row[baseline->rows++];
    *row = (struct gate_row){.balancer = copy(track->row.balancer),
                             .traffic = copy(track->row.traffic),
                             .metric = copy(track->row.metric),
                             .runs = plan->runs,
                             .needs = plan->runs > 0 ? 0 : plan->needs,
                             .value = memory_zeroed(plan->runs, sizeof *row->value)};
    memcpy(row->value, track->row.value, plan->runs * sizeof *row->value);
}

/* The traffic is alike for every balancer, and so is any that has all runs. */
static void add_digests(struct gate_baseline *baseline, const struct gate_sample *sample,
                        uint64_t runs)
{
    if (runs <= baseline->runs)
        return;
    baseline->digest = memory_resized(baseline->digest, runs, sizeof *baseline->digest);
    memcpy(baseline->digest, sample->digest, runs * sizeof *baseline->digest);
    baseline->runs = runs;
}

static void add_balancer(struct gate_baseline *baseline, const struct planned *planned)
{
    const struct balancer *balancer = &planned->scenario->balancer[planned->balancer];
    const struct gate_sample *sample = planned->sample;
    uint64_t most = 0;
    baseline->balancer[baseline->balancers++] =
        (struct gate_balancer){.name = copy(balancer->name),
                               .hash = scenario_balancer_hash(planned->scenario, balancer),
                               .draws = sample->draws};
    baseline->row =
        memory_resized(baseline->row, baseline->rows + sample->tracks, sizeof *baseline->row);
    for (uint32_t i = 0; i < sample->tracks; i++) {
        add_row(baseline, &sample->track[i], &planned->row[i]);
        most = planned->row[i].runs > most ? planned->row[i].runs : most;
    }
    add_digests(baseline, sample, most);
}

static struct gate_baseline *make_baseline(const struct scenario *scenario,
                                           const struct planned *planned,
                                           const struct gate_options *options)
{
    struct gate_baseline *baseline = memory_zeroed(1, sizeof *baseline);
    baseline->scenario = copy(scenario->name);
    baseline->metric_version = METRIC_VERSION;
    baseline->sampling_version = STREAM_VERSION;
    baseline->seed = gate_seed(scenario, options);
    baseline->world_hash = scenario_world_hash(scenario);
    baseline->balancer = memory_zeroed(scenario->balancers, sizeof *baseline->balancer);
    for (uint32_t b = 0; b < scenario->balancers; b++)
        add_balancer(baseline, &planned[b]);
    qsort(baseline->row, baseline->rows, sizeof *baseline->row, by_name);
    return baseline;
}

void gate_baseline_free(struct gate_baseline *baseline)
{
    if (baseline == NULL)
        return;
    for (uint32_t i = 0; i < baseline->rows; i++)
        gate_row_free(&baseline->row[i]);
    for (uint32_t i = 0; i < baseline->balancers; i++)
        free(baseline->balancer[i].name);
    free(baseline->scenario);
    free(baseline->digest);
    free(baseline->balancer);
    free(baseline->row);
    free(baseline);
}

/* ---- All together ---- */

/* The first runs of everybody: only then is known how many comparisons there are. */
static bool begin(struct plan *plan, const struct scenario *const *scenario, uint32_t scenarios)
{
    for (uint32_t s = 0; s < scenarios; s++)
        for (uint32_t b = 0; b < scenario[s]->balancers; b++) {
            struct planned *planned = &plan->planned[plan->count++];
            planned->scenario = scenario[s];
            planned->balancer = b;
            if (!sample_runs(planned, GATE_RUNS_LEAST, plan->options))
                return false;
            planned->row = memory_zeroed(planned->sample->tracks, sizeof *planned->row);
            for (uint32_t i = 0; planned->sample->draws && i < planned->sample->tracks; i++)
                plan->tests += planned->sample->track[i].known;
        }
    return true;
}

static bool plan_all(struct plan *plan)
{
    for (uint32_t i = 0; i < plan->count; i++) {
        if (plan->planned[i].other == NULL)
            plan_exact(&plan->planned[i]);
        else if (!plan_drawn(&plan->planned[i], plan))
            return false;
    }
    return true;
}

bool gate_plan(const struct scenario *const *scenario, uint32_t scenarios,
               const struct gate_options *options, struct gate_baseline **baseline)
{
    size_t balancers = 0;
    for (uint32_t s = 0; s < scenarios; s++)
        balancers += scenario[s]->balancers;
    struct plan plan = {.options = options,
                        .planned = memory_zeroed(balancers, sizeof *plan.planned)};
    bool whole = begin(&plan, scenario, scenarios) && plan_all(&plan);
    const struct planned *planned = plan.planned;
    for (uint32_t s = 0; whole && s < scenarios; planned += scenario[s++]->balancers)
        baseline[s] = make_baseline(scenario[s], planned, options);
    for (uint32_t i = 0; i < plan.count; i++) {
        gate_sample_free(plan.planned[i].sample);
        gate_sample_free(plan.planned[i].other);
        free(plan.planned[i].row);
    }
    free(plan.planned);
    return whole;
}
