/* test_expect_early.c: what is expected at an earlier time is judged by a run that ends there, and
 * that is the beginning of the full one: a run is causal. */
#include "sim/run/expect.h"

#include "tests/harness.h"
#include "tests/told.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { RUNS = 3, THREADS = 2, SERVERS_OF_ALL = 5 };

/* All that draws, waits, comes back or dies, and events in an order that is not that of time. */
static const char scenario_text[] =
    "format: 1\nname: early\nduration: 10m\nsample: 1m\ngateway: {instances: 2, workers: 2}\n"
    "servers: [s1, s2, {name: s3, max_conns: 60}]\n"
    "traffic:\n"
    "  web:\n"
    "    arrivals: [{poisson: 2/s}, {burst: 100, at: 7m}]\n"
    "    lasts: {exponential: 70s}\n"
    "    reconnect: {after: {uniform: {min: 0s, max: 20s}}, tries: 3}\n"
    "    key: {zipf: {keys: 50, s: 1.1}}\n"
    "  kept:\n    arrivals: {keep: 40}\n    lasts: {lognormal: {median: 30s, sigma: 1}}\n"
    "events:\n"
    "  - {at: 8m, name: late, add: s5}\n"
    "  - {at: 2m, name: up, add: {name: s4, weight: 2}}\n"
    "  - {at: 4m, name: down, remove: s1, drain: 90s}\n"
    "  - {at: 5m, name: dies, fail: {server: s2}, detect: 10s, back: 2m}\n"
    "  - {at: 6m, name: some, close: {share: 30%}}\n"
    "  - {at: 6m, name: again, reload: true}\n"
    "balancers: [random, apisix-reset, haproxy-leastconn, nginx-least-conn-zone,\n"
    "            {name: hash, preset: nginx-hash-consistent}, lbsim-least-conn]\n";

static struct experiment *run(const struct scenario *scenario, enum series_wanted series)
{
    return experiment_run(
        scenario, &(struct run_options){
                      .seed = 7, .replications = RUNS, .series = series, .threads = THREADS});
}

/* The scenario with this list of expectations behind it. */
static struct scenario *expecting(const char *expectations)
{
    char text[4096];
    snprintf(text, sizeof text, "%sexpect:\n%s", scenario_text, expectations);
    return scenario_of(text);
}

/* ---- By what the full run's events found ---- */

static uint32_t moment_of(const struct experiment *experiment, uint32_t balancer, uint32_t event)
{
    const struct world_result *result = experiment_result(experiment, balancer, 0);
    uint32_t m = 0;
    while (m < result->moments && result->moment[m].event != event)
        m++;
    return m;
}

/* The mean of what the event found, over the replications. */
static struct spread found_by(const struct experiment *experiment, uint32_t balancer,
                              uint32_t event)
{
    struct spread mean = {0};
    uint32_t moment = moment_of(experiment, balancer, event);
    for (uint64_t r = 0; r < RUNS; r++) {
        struct spread one = spread_at(experiment_result(experiment, balancer, r), 0, moment);
        mean.empty = mean.empty || one.empty;
        mean.max_over_mean += one.max_over_mean / RUNS;
        mean.min_over_mean += one.min_over_mean / RUNS;
        mean.misplaced += one.misplaced / RUNS;
    }
    return mean;
}

/* At each event's time the state that it found: before its own tick. */
static void ends_where_the_full_run_was(void)
{
    char text[2048] = "";
    static const char *const events[] = {"late", "up", "down", "dies", "some", "again"};
    static const char *const metrics[] = {"live_max_over_mean", "live_min_over_mean",
                                          "live_misplaced"};
    for (int e = 0; e < 6; e++)
        for (int m = 0; m < 3; m++)
            snprintf(text + strlen(text), sizeof text - strlen(text),
                     "  - {metric: %s, at: %s, equals: 1, tolerance: 0.5}\n", metrics[m],
                     events[e]);
    struct scenario *scenario = expecting(text);
    if (scenario == NULL)
        return;
    struct experiment *full = run(scenario, SERIES_NONE);
    struct judgements *judgements = expect_judge(full, &(struct run_options){.threads = THREADS});
    uint32_t balancers = scenario->balancers;
    CU_ASSERT(judgements->count == 18 * balancers);
    for (uint32_t i = 0; i < judgements->count; i++) {
        const struct judgement *it = &judgements->judgement[i];
        uint32_t event = i / balancers / 3;
        struct spread found = found_by(full, i % balancers, event);
        double there = i / balancers % 3 == 0   ? found.max_over_mean
                       : i / balancers % 3 == 1 ? found.min_over_mean
                                                : found.misplaced;
        CHECK_ROW(!found.empty && it->has_value && fabs(it->value - there) < 1e-12,
                  "%s at %s, %s: %.12g, and the full run had %.12g", it->expectation->metric,
                  events[event], it->balancer, it->value, there);
    }
    judgements_free(judgements);
    experiment_free(full);
    scenario_free(scenario);
}

/* ---- By the full run's series ---- */

/* Of every minute: what is open, and all picks until then. */
static void is_the_beginning_of_the_full_run(void)
{
    struct scenario *scenario = scenario_of(scenario_text);
    if (scenario == NULL)
        return;
    struct experiment *full = run(scenario, SERIES_ALL);
    for (uint32_t minute = 1; minute < 10; minute++) {
        uint64_t at_ns = minute * UINT64_C(60000000000) + 1; /* just behind the minute's tick */
        struct scenario *until = scenario_until(scenario, at_ns);
        struct experiment *early = run(until, SERIES_NONE);
        for (uint64_t i = 0; i < full->trials; i++) {
            const struct world_result *result = early->trial[i].result;
            struct series_reader reader = series_read(full->trial[i].result->series);
            for (uint32_t point = 0; point <= minute; point++)
                CU_ASSERT(series_next(&reader));
            for (uint32_t s = 0; s < SERVERS_OF_ALL; s++) {
                const struct world_tally *tally = world_tally_at(result, 0, s);
                CHECK_ROW(
                    reader.state[s].live == tally->live && reader.state[s].picks == tally->picks,
                    "minute %u, trial %u, server %u", (unsigned)minute, (unsigned)i, (unsigned)s);
            }
            series_reader_free(&reader);
        }
        experiment_free(early);
        scenario_free(until);
    }
    experiment_free(full);
    scenario_free(scenario);
}

/* ---- What is run ---- */

struct counted {
    uint64_t trials[8];
    uint32_t runs;
};

static bool count_runs(void *context, uint64_t done, uint64_t trials)
{
    struct counted *counted = context;
    (void)done;
    if (counted->runs == 0 || counted->trials[counted->runs - 1] != trials)
        counted->trials[counted->runs++] = trials;
    return counted->runs < 8;
}

/* One run a time, of those balancers alone that somebody expects something of. */
static void runs_what_it_needs(void)
{
    struct scenario *scenario = expecting(
        "  - {balancer: hash, metric: cut, max: 1000, at: 3m}\n"
        "  - {balancer: random, metric: refused, max: 1000}\n"
        "  - {balancer: hash, metric: live_cv, at: up + 1m, at_most: {balancer: random, factor: "
        "9}}\n"
        "  - {balancer: hash, metric: \"settle_s:up\", max: 1000, at: 5m}\n");
    if (scenario == NULL)
        return;
    struct experiment *full = run(scenario, SERIES_NONE);
    struct counted counted = {.runs = 0};
    struct judgements *judgements = expect_judge(
        full, &(struct run_options){.threads = 1, .progress = count_runs, .context = &counted});
    CU_ASSERT(judgements != NULL && judgements->count == 4);
    CU_ASSERT(counted.runs == 2 && counted.trials[0] == UINT64_C(2) * RUNS &&
              counted.trials[1] == RUNS);
    judgements_free(judgements);
    counted.runs = 7; /* the next gives up */
    CU_ASSERT(expect_judge(full, &(struct run_options){.threads = 1,
                                                       .progress = count_runs,
                                                       .context = &counted}) == NULL);
    experiment_free(full);
    scenario_free(scenario);
}

/* A change's metrics end where the run does, or with the next change: the first is outside of its
 * band at first, so a tick later it has not settled. */
static void changes_until_then(void)
{
    struct scenario *scenario = expecting(
        "  - {balancer: random, metric: \"settle_s:up\", max: 1000, at: 120000000001ns}\n"
        "  - {balancer: random, metric: \"settle_s:up\", max: 1000, at: 5m}\n"
        "  - {balancer: random, metric: \"newcomer_longest_run:up\", max: 1000, at: 5m}\n");
    if (scenario == NULL)
        return;
    struct experiment *full = run(scenario, SERIES_NONE);
    struct judgements *judgements = expect_judge(full, &(struct run_options){.threads = THREADS});
    const struct judgement *it = judgements->judgement;
    CU_ASSERT(it[0].verdict == EXPECT_FAILED && it[0].endless == RUNS);
    /* the next change came before five minutes, so that is as in the full run */
    uint64_t endless = 0;
    double longest = 0;
    for (uint64_t r = 0; r < RUNS; r++) {
        const struct world_result *result = experiment_result(full, 0, r);
        endless += metric_endless(metric_find("settle_s"), result, 0, 0);
        longest += metric_value(metric_find("newcomer_longest_run"), result, 0, 0).number / RUNS;
    }
    CU_ASSERT(it[1].endless == endless && endless > 0);
    CU_ASSERT(it[2].has_value && fabs(it[2].value - longest) < 1e-9);
    judgements_free(judgements);
    experiment_free(full);
    scenario_free(scenario);
}

static const struct test tests[] = {
    {"ends where the full run was", ends_where_the_full_run_was},
    {"is the beginning of the full run", is_the_beginning_of_the_full_run},
    {"runs what it needs", runs_what_it_needs},
    {"changes until then", changes_until_then},
};

SUITE("expect_early", tests)
