/* test_gate.c: which rows are gated, what a baseline keeps of them, and every reason for which
 * nothing is judged. */
#include "sim/engine/memory.h"
#include "sim/run/gate.h"
#include "tests/harness.h"
#include "tests/told.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* s3 joins at 30 s; random never settles to within 10 % with fifty connections a server. */
#define CHURN                                                                                      \
    "format: 1\nname: churn\nabout: a\nseed: 7\nduration: 2m\nmeasure: {from: 20s}\n"              \
    "servers: [s1, s2]\nevents: [{at: 10s, touch: true}, {at: 30s, name: up, add: s3},\n"          \
    "  {at: 90s, reload: true}]\n"                                                                 \
    "traffic: {t: {arrivals: {poisson: 10/s}, lasts: {exponential: 15s}}}\n"
#define LISTED(balancers) CHURN "balancers: [" balancers "]\n"

static const struct gate_options plain = {.threads = 1};

struct stand {
    struct scenario *scenario;
    struct gate_baseline *baseline;
};

static struct stand stand_of(const char *text)
{
    struct stand stand = {.scenario = scenario_of(text)};
    const struct scenario *scenario = stand.scenario;
    CU_ASSERT_FATAL(gate_plan(&scenario, 1, &plain, &stand.baseline));
    return stand;
}

static void stand_end(struct stand *stand)
{
    gate_baseline_free(stand->baseline);
    scenario_free(stand->scenario);
}

static struct gate_judged *compare(const struct stand *stand, bool partly)
{
    return gate_compare(stand->scenario, stand->baseline, partly, gate_tests(stand->baseline),
                        GATE_AS_IT_IS, &plain);
}

/* The reason for which the whole is not judged, and the exit code. */
static void check_whole(const struct stand *stand, enum gate_why why)
{
    struct gate_judged *judged = compare(stand, false);
    const struct gate_judged *const all = judged;
    CHECK_ROW(judged->why == why, "%s, expected %s", gate_why_text(judged->why),
              gate_why_text(why));
    CU_ASSERT_EQUAL(judged->findings, 0);
    CU_ASSERT_EQUAL(gate_outcome(&all, 1, false), 2);
    CU_ASSERT_EQUAL(gate_outcome(&all, 1, true), 1);
    gate_judged_free(judged);
}

/* ---- Rows ---- */

/* The change at 10 s came before the window; the reload has no name, and is the third event. */
static void test_rows(void)
{
    static const char *const metrics[] = {"live_max_over_mean_avg",
                                          "live_misplaced_avg",
                                          "live_cv_avg",
                                          "settle_s:up",
                                          "settle_s:3",
                                          "refused",
                                          "cut"};
    enum { METRICS = sizeof metrics / sizeof *metrics };
    struct scenario *scenario = scenario_of(LISTED("least_conn"));
    struct gate_sample *sample = gate_sample_run(scenario, 0, 3, GATE_AS_IT_IS, &plain);
    CU_ASSERT(sample->runs == 3 && !sample->draws);
    CU_ASSERT_EQUAL_FATAL(sample->tracks, METRICS);
    for (int i = 0; i < METRICS; i++) {
        const struct gate_row *row = &sample->track[i].row;
        CHECK_ROW(strcmp(row->metric, metrics[i]) == 0, "%s", row->metric);
        CU_ASSERT(strcmp(row->balancer, "least_conn") == 0 && strcmp(row->traffic, "all") == 0);
    }
    CU_ASSERT(sample->track[3].span_s == 60 && sample->track[4].span_s == 30);
    CU_ASSERT(sample->track[3].event == &scenario->event[1]);
    gate_sample_free(sample);
    scenario_free(scenario);
}

/* What is expected of a balancer at the end is watched over, once; what is expected before the end
 * is not, nor what is expected of others. */
#define EXPECTING                                                                                  \
    "expect:\n"                                                                                    \
    "  - {balancer: least_conn, metric: \"newcomer_share_100:up\", min: 0.1}\n"                    \
    "  - {balancer: least_conn, metric: live_cv_avg, max: 1}\n"                                    \
    "  - {balancer: all, metric: live_cv_avg, traffic: t, max: 1}\n"                               \
    "  - {balancer: least_conn, metric: live_gini_avg, at: up + 5s, max: 0.9}\n"                   \
    "  - {balancer: random, metric: live_jain, min: 0.5}\n"

static void test_expected_rows(void)
{
    struct scenario *scenario = scenario_of(LISTED("least_conn, random") EXPECTING);
    struct gate_sample *sample = gate_sample_run(scenario, 0, 1, GATE_AS_IT_IS, &plain);
    CU_ASSERT_EQUAL_FATAL(sample->tracks, 9);
    CU_ASSERT_STRING_EQUAL(sample->track[7].row.metric, "newcomer_share_100:up");
    CU_ASSERT(sample->track[7].warns &&
              !sample->track[0].warns); /* neither more nor less is better */
    CU_ASSERT_STRING_EQUAL(sample->track[8].row.metric, "live_cv_avg");
    CU_ASSERT_STRING_EQUAL(sample->track[8].row.traffic, "t");
    gate_sample_free(sample);
    scenario_free(scenario);
}

/* What a row keeps is what the metric says of that very run. */
static void test_values(void)
{
    struct scenario *scenario = scenario_of(LISTED("random"));
    struct gate_sample *sample = gate_sample_run(scenario, 0, 4, GATE_AS_IT_IS, &plain);
    struct experiment *experiment =
        experiment_run(scenario, &(struct run_options){.seed = 7, .replications = 4, .threads = 1});
    for (uint64_t r = 0; r < 4; r++) {
        const struct world_result *result = experiment_result(experiment, 0, r);
        char text[METRIC_TEXT_MAX];
        const struct metric *metric = metric_find("live_cv_avg");
        metric_text(metric, metric_value(metric, result, 0, 0), text);
        CU_ASSERT_STRING_EQUAL(sample->track[2].row.value[r].text, text);
        CU_ASSERT_EQUAL(sample->digest[r], result->traffic_digest);
    }
    CU_ASSERT_TRUE(sample->draws);
    experiment_free(experiment);
    gate_sample_free(sample);
    scenario_free(scenario);
}

/* A wait that did not end took all the time that there was; else no value is no number. */
static void test_numbers(void)
{
    struct gate_track track = {.metric = metric_find("settle_s"), .span_s = 60};
    CU_ASSERT(gate_number(&track, &(struct gate_value){""}) == 60);
    CU_ASSERT(gate_number(&track, &(struct gate_value){"12.5"}) == 12.5);
    track.metric = metric_find("live_cv_avg");
    CU_ASSERT(isnan(gate_number(&track, &(struct gate_value){""})));
}

/* Other picks meet the same customers, and only those who draw go elsewhere. */
static void test_other_picks(void)
{
    struct scenario *scenario = scenario_of(LISTED("least_conn, random, haproxy-random"));
    for (uint32_t b = 0; b < 3; b++) {
        struct gate_sample *sample[GATE_OTHER_PICKS + 1];
        for (int v = 0; v <= GATE_OTHER_PICKS; v++) {
            sample[v] = gate_sample_run(scenario, b, 2, (enum gate_variant)v, &plain);
            CU_ASSERT(memcmp(sample[v]->digest, sample[0]->digest, 2 * sizeof(uint64_t)) == 0);
            for (int w = 0; w < v; w++) {
                bool same = strcmp(sample[v]->track[1].row.value[0].text,
                                   sample[w]->track[1].row.value[0].text) == 0;
                CHECK_ROW(same == (b == 0), "%s, %d and %d", scenario->balancer[b].name, v, w);
            }
        }
        for (int v = 0; v <= GATE_OTHER_PICKS; v++)
            gate_sample_free(sample[v]);
    }
    scenario_free(scenario);
}

/* A server that takes twice its share is the one that is named. */
static void test_place(void)
{
    struct scenario *scenario = scenario_of(
        "format: 1\nname: p\nabout: a\nseed: 1\nduration: 100s\n"
        "servers: [s1, s2, {name: s3, weight: 2}]\n"
        "traffic: {t: {arrivals: {burst: 90, at: 0s}, lasts: forever}}\n"
        "events: [{at: 50s, name: heavy, weight: {s1: 4}}]\nbalancers: [round_robin]\n");
    struct gate_sample *sample = gate_sample_run(scenario, 0, 1, GATE_AS_IT_IS, &plain);
    const struct gate_place *after = &sample->track[3].place;
    CU_ASSERT_STRING_EQUAL_FATAL(sample->track[3].row.metric, "settle_s:heavy");
    /* 22.5 22.5 45 before; of weights 4 1 2 s1 should have 51.4, but has 23 or 22. */
    CU_ASSERT_STRING_EQUAL(after->server, "s1");
    CU_ASSERT(fabs(after->entitled - 90 * 4 / 7.) < 1e-9 && after->held < 24 && after->held > 21);
    gate_sample_free(sample);
    scenario_free(scenario);
}

/* ---- Baselines ---- */

static const struct gate_row *row_of(const struct gate_baseline *baseline, const char *balancer,
                                     const char *metric)
{
    for (uint32_t i = 0; i < baseline->rows; i++)
        if (strcmp(baseline->row[i].balancer, balancer) == 0 &&
            strcmp(baseline->row[i].metric, metric) == 0)
            return &baseline->row[i];
    CHECK_ROW(false, "there is no %s of %s", metric, balancer);
    return &baseline->row[0];
}

static void test_plan(void)
{
    struct stand stand = stand_of(LISTED("least_conn, random"));
    const struct gate_baseline *baseline = stand.baseline;
    CU_ASSERT(baseline->rows == 14 && baseline->balancers == 2 && baseline->seed == 7);
    CU_ASSERT(!baseline->balancer[0].draws && baseline->balancer[1].draws);
    CU_ASSERT_EQUAL(gate_tests(baseline), 7); /* those of random, gated or not */
    CU_ASSERT_EQUAL(row_of(baseline, "least_conn", "refused")->runs, GATE_RUNS_LEAST);
    CU_ASSERT_EQUAL(row_of(baseline, "random", "refused")->runs, GATE_RUNS_LEAST); /* 0 in all */
    for (uint32_t i = 1; i < baseline->rows; i++) {
        int order = strcmp(baseline->row[i - 1].balancer, baseline->row[i].balancer);
        CU_ASSERT(order < 0 ||
                  (order == 0 && strcmp(baseline->row[i - 1].metric, baseline->row[i].metric) < 0));
        CU_ASSERT(baseline->row[i].runs <= baseline->runs);
    }
    stand_end(&stand);
}

/* How many runs a row has is enough by its own runs, and one run less would not have been, as far
 * as that one tells; a row that is not gated needs more than may be. */
static void test_enough(void)
{
    struct stand stand = stand_of(LISTED("random"));
    struct gate_sample *one = gate_sample_run(stand.scenario, 0, 256, GATE_AS_IT_IS, &plain);
    struct gate_sample *other = gate_sample_run(stand.scenario, 0, 256, GATE_PLANNING, &plain);
    for (uint32_t i = 0; i < one->tracks; i++) {
        const struct gate_row *row = row_of(stand.baseline, "random", one->track[i].row.metric);
        double before[256], after[256];
        for (uint64_t r = 0; r < 256; r++) {
            before[r] = gate_number(&one->track[i], &one->track[i].row.value[r]);
            after[r] = gate_number(&other->track[i], &other->track[i].row.value[r]);
        }
        uint64_t runs = row->runs;
        if (runs == 0) {
            CHECK_ROW(row->needs > GATE_RUNS_MOST, "%s", row->metric);
            continue;
        }
        double sd = gate_sd_of_differences(before, after, runs);
        double tolerance = gate_tolerance(one->track[i].metric, gate_mean(before, runs));
        CHECK_ROW((gate_critical(runs, 7) + 1.28) * sd / sqrt((double)runs) <= tolerance, "%s",
                  row->metric);
        CU_ASSERT(runs >= GATE_RUNS_LEAST && runs <= GATE_RUNS_MOST);
        for (uint64_t r = 0; r < runs; r++)
            CU_ASSERT_STRING_EQUAL(row->value[r].text, one->track[i].row.value[r].text);
    }
    gate_sample_free(one);
    gate_sample_free(other);
    stand_end(&stand);
}

static void test_same(void)
{
    struct stand stand = stand_of(LISTED("least_conn, random"));
    struct gate_judged *judged = compare(&stand, false);
    const struct gate_judged *const all = judged;
    CU_ASSERT_EQUAL(judged->why, GATE_JUDGED);
    CU_ASSERT_EQUAL(judged->findings, 14);
    CU_ASSERT_EQUAL(judged->count[GATE_SAME] + judged->count[GATE_NOT_GATED], 14);
    CU_ASSERT(judged->count[GATE_SAME] >= 11);
    CU_ASSERT_EQUAL(gate_outcome(&all, 1, false), 0);
    CU_ASSERT_EQUAL(gate_outcome(&all, 1, true), 0);
    gate_judged_free(judged);
    stand_end(&stand);
}

/* ---- What cannot be judged ---- */

static void test_whole(void)
{
    struct stand stand = stand_of(LISTED("least_conn"));
    struct gate_baseline *baseline = stand.baseline;
    baseline->metric_version++;
    check_whole(&stand, GATE_OTHER_METRICS);
    baseline->metric_version--;
    baseline->sampling_version++;
    check_whole(&stand, GATE_OTHER_SAMPLING);
    baseline->sampling_version--;
    baseline->seed++;
    check_whole(&stand, GATE_OTHER_SEED);
    baseline->seed--;
    baseline->world_hash++;
    check_whole(&stand, GATE_OTHER_WORLD);
    baseline->world_hash--;
    baseline->digest[0]++;
    check_whole(&stand, GATE_OTHER_TRAFFIC);
    baseline->digest[0]--;
    struct stand without = {.scenario = stand.scenario};
    check_whole(&without, GATE_NO_BASELINE);
    stand_end(&stand);
}

/* The one finding that is of this kind. */
static void check_finding(const struct stand *stand, bool partly, enum gate_why why,
                          const char *metric)
{
    struct gate_judged *judged = compare(stand, partly);
    const struct gate_judged *const all = judged;
    uint32_t found = 0;
    for (uint32_t i = 0; i < judged->findings; i++) {
        const struct gate_finding *finding = &judged->finding[i];
        if (finding->why != why)
            continue;
        found++;
        CU_ASSERT_EQUAL(finding->verdict, GATE_CANNOT_JUDGE);
        CU_ASSERT((metric == NULL && finding->metric == NULL) ||
                  strcmp(metric, finding->metric) == 0);
    }
    CHECK_ROW(found == 1 && judged->count[GATE_CANNOT_JUDGE] == 1, "%s", gate_why_text(why));
    CU_ASSERT_EQUAL(gate_outcome(&all, 1, false), 2);
    gate_judged_free(judged);
}

static void test_balancers(void)
{
    struct stand stand = stand_of(LISTED("least_conn, round_robin"));
    stand.baseline->balancer[1].hash++;
    check_finding(&stand, false, GATE_OTHER_BALANCER, NULL);
    stand.baseline->balancer[1].hash--;
    stand.scenario->balancers = 1; /* as -b least_conn has it, or somebody took one out */
    check_finding(&stand, false, GATE_NOT_IN_RUN, NULL);
    struct gate_judged *judged = compare(&stand, true);
    CU_ASSERT(judged->findings == 7 && judged->count[GATE_SAME] == 7);
    gate_judged_free(judged);
    stand.scenario->balancers = 2;
    stand.baseline->balancer[1].name[0] = 'x';
    check_finding(&stand, true, GATE_NOT_IN_BASELINE, NULL);
    stand_end(&stand);
}

static void test_missing_rows(void)
{
    struct stand stand = stand_of(LISTED("least_conn"));
    struct gate_row *cut = &stand.baseline->row[0];
    CU_ASSERT_STRING_EQUAL_FATAL(cut->metric, "cut");
    cut->metric[0] = 'a'; /* so the baseline has aut, and not cut */
    struct gate_judged *judged = compare(&stand, false);
    CU_ASSERT_EQUAL(judged->count[GATE_CANNOT_JUDGE], 2);
    CU_ASSERT_EQUAL(judged->count[GATE_SAME], 6);
    gate_judged_free(judged);
    cut->metric[0] = 'c';
    /* A value that is gone: of a wait it counts as the whole span, of nothing else. */
    struct gate_row *live = &stand.baseline->row[1];
    CU_ASSERT_STRING_EQUAL_FATAL(live->metric, "live_cv_avg");
    live->value[0].text[0] = '\0';
    check_finding(&stand, false, GATE_NO_VALUE, "live_cv_avg");
    stand_end(&stand);
}

/* ---- Worse, and otherwise ---- */

static enum gate_verdict with_value(struct stand *stand, const char *metric, const char *value)
{
    enum gate_verdict verdict = GATE_VERDICTS;
    for (uint32_t i = 0; i < stand->baseline->rows; i++) {
        struct gate_row *row = &stand->baseline->row[i];
        if (strcmp(row->metric, metric) != 0)
            continue;
        char was[METRIC_TEXT_MAX];
        memcpy(was, row->value[0].text, sizeof was);
        snprintf(row->value[0].text, METRIC_TEXT_MAX, "%s", value);
        struct gate_judged *judged = compare(stand, false);
        for (uint32_t f = 0; f < judged->findings; f++)
            if (strcmp(judged->finding[f].metric, metric) == 0)
                verdict = judged->finding[f].verdict;
        gate_judged_free(judged);
        memcpy(row->value[0].text, was, sizeof was);
    }
    return verdict;
}

/* least_conn draws nothing: its first run is judged by its value. */
static void test_exact(void)
{
    struct stand stand = stand_of(LISTED("least_conn"));
    CU_ASSERT_EQUAL(with_value(&stand, "refused", "0"), GATE_SAME);
    CU_ASSERT_EQUAL(with_value(&stand, "refused", "1"), GATE_CHANGED); /* it was more */
    CU_ASSERT_EQUAL(with_value(&stand, "live_max_over_mean_avg", "1"), GATE_FAIL);
    CU_ASSERT_EQUAL(with_value(&stand, "live_max_over_mean_avg", "2"), GATE_CHANGED);
    CU_ASSERT_EQUAL(with_value(&stand, "settle_s:up", "0"), GATE_FAIL);
    CU_ASSERT_EQUAL(with_value(&stand, "settle_s:up", ""), GATE_CHANGED); /* 60 s */
    /* Other runs are kept for the day when it draws, and say nothing until then. */
    memset(&stand.baseline->row[1].value[1], 0, sizeof(struct gate_value));
    CU_ASSERT_EQUAL(with_value(&stand, "refused", "0"), GATE_SAME);
    stand_end(&stand);
}

/* Random in the place of one that draws nothing, by all of the baseline's runs. */
static void test_variants(void)
{
    struct stand stand = stand_of(LISTED("least_conn"));
    for (int v = GATE_LOST_RELEASES; v < GATE_VARIANTS; v++) {
        struct gate_judged *judged =
            gate_compare(stand.scenario, stand.baseline, false, gate_tests(stand.baseline),
                         (enum gate_variant)v, &plain);
        const struct gate_judged *const all = judged;
        CHECK_ROW(gate_outcome(&all, 1, false) == 1, "%s", gate_variant_text((enum gate_variant)v));
        CU_ASSERT_EQUAL(judged->sample[0]->runs, v == GATE_RANDOM ? GATE_RUNS_LEAST : 1);
        gate_judged_free(judged);
    }
    stand_end(&stand);
}

static bool give_up(void *context, const char *scenario, uint64_t done, uint64_t trials)
{
    (void)context;
    (void)scenario;
    (void)done;
    (void)trials;
    return false;
}

static void test_interrupted(void)
{
    struct scenario *scenario = scenario_of(
        "format: 1\nname: long\nabout: a\nseed: 1\nduration: 1000h\nservers: [s1]\n"
        "traffic: {t: {arrivals: {every: 1ms}, lasts: {constant: 1s}}}\nbalancers: [random]\n");
    const struct scenario *one = scenario;
    struct gate_options options = {.threads = 2, .progress = give_up};
    struct gate_baseline *baseline = NULL;
    CU_ASSERT_FALSE(gate_plan(&one, 1, &options, &baseline));
    CU_ASSERT_PTR_NULL(baseline);
    scenario_free(scenario);
}

static const struct test tests[] = {
    {"rows", test_rows},
    {"expected_rows", test_expected_rows},
    {"values", test_values},
    {"numbers", test_numbers},
    {"other_picks", test_other_picks},
    {"place", test_place},
    {"plan", test_plan},
    {"enough", test_enough},
    {"same", test_same},
    {"whole", test_whole},
    {"balancers", test_balancers},
    {"missing_rows", test_missing_rows},
    {"exact", test_exact},
    {"variants", test_variants},
    {"interrupted", test_interrupted},
};

SUITE("test_gate", tests)
