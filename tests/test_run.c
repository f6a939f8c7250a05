/* test_run.c: experiments: neither threads nor the number of replications change a result, and one
 * may give up. */
#include "sim/run/run.h"

#include "sim/run/samples.h"
#include "tests/harness.h"
#include "tests/shipped.h"
#include "tests/worlds.h"

#include <stdlib.h>
#include <string.h>

static void check_same(const char *name)
{
    struct scenario *scenario = shipped_load(name);
    if (scenario == NULL)
        return;
    struct experiment *one = shipped_run(scenario, 2, 1), *two = shipped_run(scenario, 2, 2),
                      *more = shipped_run(scenario, 3, 2);
    CU_ASSERT(one->samples == two->samples && one->trials == two->trials);
    CU_ASSERT_EQUAL(memcmp(one->sample_ns, two->sample_ns, one->samples * sizeof *one->sample_ns),
                    0);
    for (uint32_t b = 0; b < scenario->balancers; b++)
        for (uint64_t r = 0; r < 2; r++) {
            const struct world_result *result = experiment_result(one, b, r);
            CHECK_ROW(results_equal(result, experiment_result(two, b, r)),
                      "%s, %s, %llu: one thread or two", name, scenario->balancer[b].name,
                      (unsigned long long)r);
            CHECK_ROW(results_equal(result, experiment_result(more, b, r)),
                      "%s, %s, %llu: two replications or three", name, scenario->balancer[b].name,
                      (unsigned long long)r);
        }
    experiment_free(one);
    experiment_free(two);
    experiment_free(more);
    scenario_free(scenario);
}

static void test_threads(void)
{
    check_same("scale_2_to_3");
    check_same("rolling_restart");
    check_same("ws_scale");
}

/* Asked after the first of 8000 trials whether to go on. */
static bool give_up(void *context, uint64_t done, uint64_t trials)
{
    *(uint64_t *)context = trials;
    return done > trials;
}

static void test_given_up(void)
{
    struct scenario *scenario = shipped_load("ws_scale");
    uint64_t trials = 0;
    if (scenario == NULL)
        return;
    CU_ASSERT_PTR_NULL(experiment_run(scenario, &(struct run_options){.seed = 1,
                                                                      .replications = 1000,
                                                                      .threads = 2,
                                                                      .progress = give_up,
                                                                      .context = &trials}));
    CU_ASSERT_EQUAL(trials, 8000);
    scenario_free(scenario);
}

/* Every seed and every replication has customers of its own. */
static void test_others(void)
{
    struct scenario *scenario = shipped_load("ws_scale");
    if (scenario == NULL)
        return;
    scenario->balancers = 1;
    struct experiment *one = shipped_run(scenario, 2, 1);
    scenario->seed++;
    struct experiment *two = shipped_run(scenario, 2, 1);
    uint64_t digest[4];
    for (uint64_t i = 0; i < 4; i++)
        digest[i] = experiment_result(i < 2 ? one : two, 0, i % 2)->traffic_digest;
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < i; j++)
            CU_ASSERT_NOT_EQUAL(digest[i], digest[j]);
    experiment_free(one);
    experiment_free(two);
    scenario_free(scenario);
}

static bool is_sampled(const struct experiment *experiment, uint64_t at_ns)
{
    for (uint32_t i = 0; i < experiment->samples; i++)
        if (experiment->sample_ns[i] == at_ns)
            return true;
    return false;
}

/* Measured from 95 to 130 min: a thousand midpoints of 35 min / 1000, the events, the end of the
 * drain, the end: rising. Only replication 0 is looked at. */
static void test_samples(void)
{
    struct scenario *scenario = shipped_load("ws_scale");
    if (scenario == NULL)
        return;
    const uint64_t minute_ns = 60 * SECOND, part_ns = 2100 * SECOND / 1000;
    struct experiment *experiment = shipped_run(scenario, 2, 2);
    CU_ASSERT_EQUAL(experiment->samples, 1000 + 2 + 1 + 1);
    for (uint32_t i = 1; i < experiment->samples; i++)
        CU_ASSERT(experiment->sample_ns[i - 1] < experiment->sample_ns[i]);
    for (uint64_t i = 0; i < 1000; i++)
        CU_ASSERT_TRUE(is_sampled(experiment, 95 * minute_ns + part_ns / 2 + i * part_ns));
    for (uint64_t i = 0; i < 4; i++)
        CU_ASSERT_TRUE(is_sampled(experiment, (uint64_t[]){100, 110, 112, 130}[i] * minute_ns));
    CU_ASSERT_EQUAL(series_points(experiment_result(experiment, 0, 0)->series),
                    experiment->samples);
    CU_ASSERT_PTR_NULL(experiment_result(experiment, 0, 1)->series);
    experiment_free(experiment);
    scenario_free(scenario);
}

/* From 10 ns to before 100 ns in steps, and the end; events make no difference. */
static void test_sample_step(void)
{
    static const struct {
        uint64_t step_ns;
        uint32_t samples;
        uint64_t last_step_ns;
    } rows[] = {
        {30, 3 + 1, 70}, {45, 2 + 1, 55}, {44, 3 + 1, 98}, {90, 1 + 1, 10}, {1, 90 + 1, 99}};
    struct world_event event = {.kind = EVENT_TOUCH, .at_ns = 42};
    struct scenario scenario = {
        .duration_ns = 100, .measure_from_ns = 10, .event = &event, .events = 1};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint32_t samples;
        scenario.sample_ns = rows[i].step_ns;
        uint64_t *at_ns = samples_choose(&scenario, &samples);
        CHECK_ROW(samples == rows[i].samples && at_ns[0] == 10 && at_ns[samples - 1] == 100 &&
                      at_ns[samples - 2] == rows[i].last_step_ns,
                  "step %llu: %u samples", (unsigned long long)rows[i].step_ns, samples);
        free(at_ns);
    }
}

/* Nobody wants series, or of all replications. */
static void test_series_wanted(void)
{
    struct scenario *scenario = shipped_load("flap");
    if (scenario == NULL)
        return;
    struct run_options options = {.seed = 1, .replications = 2, .threads = 1};
    struct experiment *none = experiment_run(scenario, &options);
    options.series = SERIES_ALL;
    struct experiment *all = experiment_run(scenario, &options);
    for (uint64_t r = 0; r < 2; r++) {
        CU_ASSERT_PTR_NULL(experiment_result(none, 0, r)->series);
        CU_ASSERT_EQUAL(series_points(experiment_result(all, 0, r)->series), all->samples);
    }
    CU_ASSERT_EQUAL(none->samples, 0);
    experiment_free(none);
    experiment_free(all);
    scenario_free(scenario);
}

static const struct test tests[] = {
    {"one thread or two, two replications or three", test_threads},
    {"an experiment can be given up", test_given_up},
    {"another seed, another replication: other customers", test_others},
    {"samples: midpoints, changes and what follows, the end", test_samples},
    {"samples: the step of the scenario", test_sample_step},
    {"series: of none, of the first, of all replications", test_series_wanted},
};

SUITE("run", tests)
