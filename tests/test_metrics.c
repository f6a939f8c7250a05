/* test_metrics.c: the numbers that runs are judged by, against figures worked out by hand; those of
 * changes are in test_metrics_changes.c. */
#include "sim/run/metrics.h"

#include "tests/harness.h"
#include "tests/results.h"
#include "tests/worlds.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static bool near(double a, double b)
{
    return fabs(a - b) <= 1e-9;
}

static void check_six(const struct world_result *result, const char *before, const char *after,
                      uint32_t row, const double expected[6])
{
    static const char *const names[] = {"max_over_mean", "min_over_mean", "cv",
                                        "jain",          "gini",          "misplaced"};
    for (int i = 0; i < 6; i++) {
        char name[64];
        snprintf(name, sizeof name, "%s%s%s", before, names[i], after);
        check_value(result, name, row, 0, expected[i]);
    }
}

static const double none[6] = {NAN, NAN, NAN, NAN, NAN, NAN};

/* ---- The table ---- */

static const char *const of_run[] = {
    "live_max_over_mean-",
    "live_min_over_mean+",
    "live_cv-",
    "live_jain+",
    "live_gini-",
    "live_misplaced-",
    "live_max_over_mean_avg-",
    "live_jain_avg+",
    "live_min_over_mean_avg+",
    "live_cv_avg-",
    "live_gini_avg-",
    "live_misplaced_avg-",
    "live_max-",
    "over_110_s-",
    "live_max_over_mean_peak-",
    "refused-",
    "cut-",
    "gave_up-",
    "waited-",
    "queued-",
    "picks_max_over_mean=",
    "picks_jain=",
    "picks_min_over_mean=",
    "picks_cv=",
    "picks_gini=",
    "picks_misplaced=",
    "picks_chi2=",
    "picks_df=",
    "picks_chi2_p=",
    "picks_absent-",
    "noise_misplaced=",
    "noise_max_over_mean=",
};
static const char *const of_change[] = {"settle_s-", "balanced_s-"};
static const char *const of_add[] = {
    "newcomer_share_100=", "newcomer_entitled=", "newcomer_longest_run-", "opens_per_s_peak-"};

static uint32_t check_scope(const char *const *name, size_t names, enum metric_scope scope)
{
    static const char signs[] = {[BETTER_NEITHER] = '=', [BETTER_LESS] = '-', [BETTER_MORE] = '+'};
    for (size_t i = 0; i < names; i++) {
        char plain[64];
        size_t length = strlen(name[i]) - 1;
        snprintf(plain, sizeof plain, "%.*s", (int)length, name[i]);
        const struct metric *metric = metric_find(plain);
        CHECK_ROW(metric != NULL && metric->scope == scope &&
                      signs[metric->better] == name[i][length],
                  "%s", name[i]);
    }
    return (uint32_t)names;
}

#define CHECK_SCOPE(list, scope) check_scope(list, sizeof(list) / sizeof *(list), scope)

static void test_table(void)
{
    uint32_t expected = CHECK_SCOPE(of_run, METRIC_OF_RUN) +
                        CHECK_SCOPE(of_change, METRIC_OF_CHANGE) +
                        CHECK_SCOPE(of_add, METRIC_OF_ADD);
    uint32_t count = 0;
    for (; metric_at(count) != NULL; count++) {
        const struct metric *metric = metric_at(count);
        CHECK_ROW(metric_find(metric->name) == metric, "two are called %s", metric->name);
        CHECK_ROW(metric->low < metric->high && metric->about[0] != '\0' && metric->of != NULL,
                  "%s", metric->name);
    }
    CU_ASSERT_EQUAL(count, expected);
    CU_ASSERT_PTR_NULL(metric_at(count + 7));
    CU_ASSERT_PTR_NULL(metric_find("speed"));
    CU_ASSERT_EQUAL(metric_find("refused")->kind, METRIC_COUNT);
    CU_ASSERT_EQUAL(metric_find("settle_s")->kind, METRIC_TIME);
    CU_ASSERT_EQUAL(metric_find("live_cv")->kind, METRIC_RATIO);
    CU_ASSERT_EQUAL(metric_find("picks_chi2_p")->kind, METRIC_CHANCE);
}

/* ---- Live connections ---- */

static void set_live(struct world_result *result, uint32_t row, const uint64_t live[HAND_SERVERS])
{
    for (uint32_t s = 0; s < HAND_SERVERS; s++)
        world_tally_at(result, row, s)->live = live[s];
}

static void test_end(void)
{
    struct hand hand;
    hand_begin(&hand, 1, 1);
    struct world_result *result = hand_result(&hand, 0, 0);
    check_six(result, "live_", "", 0, none); /* nothing is open */
    set_live(result, 0, (uint64_t[]){267, 267, 66});
    set_live(result, 1, (uint64_t[]){75, 0, 225});
    const double all[] = {1.335, .33, sqrt(.22445), 1 / 1.22445, .67 / 3, .67 / 3};
    check_six(result, "live_", "", 0, all); /* cv^2 is (2 .335^2 + .67^2) / 3 */
    check_six(result, "live_", "", 1, (double[]){2.25, 0, sqrt(.875), 1 / 1.875, .5, 1.25 / 3});
    check_six(result, "live_", "", 2, none);
    result->weight[0] = 2; /* e = 45 22.5 22.5 */
    set_live(result, 2, (uint64_t[]){40, 20, 30});
    check_six(result, "live_", "", 2,
              (double[]){4 / 3., 8 / 9., sqrt(1 / 27.), 27 / 28., 1 / 12., 1 / 12.});
    result->present[0] = false; /* who left does not count, whatever is open there */
    check_six(result, "live_", "", 2, (double[]){1.2, .8, .2, 1 / 1.04, .1, .1});
    hand_end(&hand);
}

/* Two points: 10 20 30 on three servers, L 60, and 15 15 on two, L 30. */
static void test_averages(void)
{
    struct hand hand;
    hand_begin(&hand, 1, 1);
    struct world_result *result = hand_result(&hand, 0, 0);
    result->measure[1].average = (struct world_average){.points = 2,
                                                        .present = 5,
                                                        .live = 60 + 30,
                                                        .mean = 20 + 15,
                                                        .max = 30 + 15,
                                                        .min = 10 + 15,
                                                        .misplaced = 10 + 0,
                                                        .cv2 = 60 / 6. + 0,
                                                        .gini = 60 * 2 / 9. + 0};
    check_six(result, "live_", "_avg", 0, none);
    check_six(result, "live_", "_avg", 1,
              (double[]){45 / 35., 25 / 35., 1 / 3., .9, 4 / 27., 1 / 9.});
    hand_end(&hand);
}

static void test_peaks(void)
{
    struct hand hand;
    hand_begin(&hand, 1, 1);
    struct world_result *result = hand_result(&hand, 0, 0);
    result->measure[0] = (struct world_measure){.live_max = 7};
    result->measure[2] = (struct world_measure){
        .judged = true, .max_over_mean_peak = 1.25, .over_110_ns = 2500000001, .live_max = 8};
    check_value(result, "live_max_over_mean_peak", 0, 0, NAN);
    check_value(result, "over_110_s", 0, 0, NAN);
    check_value(result, "live_max", 0, 0, 7);
    check_value(result, "live_max_over_mean_peak", 2, 0, 1.25);
    check_value(result, "over_110_s", 2, 0, 2.500000001);
    CU_ASSERT_EQUAL(value_of(result, "over_110_s", 2, 0).exact, 2500000001);
    check_value(result, "live_max", 2, 0, 8);
    hand_end(&hand);
}

/* Ten connections on each of six servers: misplaced e^-10 10^10 / 10!; P(13) = .8645 and P(14) =
 * .9165 lie about .5^(1/6) = .8909. */
static void test_noise(void)
{
    struct hand hand;
    hand_begin(&hand, 1, 1);
    struct world_result *result = hand_result(&hand, 0, 0);
    check_value(result, "noise_misplaced", 0, 0, NAN);
    check_value(result, "noise_max_over_mean", 0, 0, NAN);
    result->measure[0].average = (struct world_average){.points = 100, .present = 600, .live = 6e3};
    check_value(result, "noise_misplaced", 0, 0, exp(-10) * 1e10 / 3628800);
    check_value(result, "noise_max_over_mean", 0, 0, 1.4);
    result->measure[0].average.present = 100; /* one server: it is never uneven */
    check_value(result, "noise_misplaced", 0, 0, NAN);
    check_value(result, "noise_max_over_mean", 0, 0, NAN);
    hand_end(&hand);
}

/* ---- Opens and picks ---- */

static void test_flows(void)
{
    struct hand hand;
    hand_begin(&hand, 1, 1);
    struct world_result *result = hand_result(&hand, 0, 0);
    result->flow[0] = (struct world_flow){
        .refused = 1, .cut = 2, .gave_up = 3, .waiting = 7, .waited = 8, .queued = 9};
    result->flow[2] = (struct world_flow){.refused = 4, .cut = UINT64_MAX, .gave_up = 6};
    check_value(result, "refused", 0, 0, 1);
    check_value(result, "cut", 0, 0, 2);
    check_value(result, "gave_up", 0, 0, 3);
    check_value(result, "waited", 0, 0, 8);
    check_value(result, "queued", 0, 0, 9);
    check_value(result, "refused", 2, 0, 4);
    CU_ASSERT_EQUAL(value_of(result, "cut", 2, 0).exact, UINT64_MAX);
    check_value(result, "gave_up", 2, 0, 6);
    hand_end(&hand);
}

static void test_picks(void)
{
    static const uint64_t picks[] = {15, 5, 20};
    static const double entitled[] = {10, 10, 20};
    struct hand hand;
    hand_begin(&hand, 1, 1);
    struct world_result *result = hand_result(&hand, 0, 0);
    for (uint32_t s = 0; s < HAND_SERVERS; s++) {
        world_tally_at(result, 1, s)->picks = picks[s];
        world_tally_at(result, 1, s)->entitled = entitled[s];
    }
    check_six(result, "picks_", "", 0, none);
    check_six(result, "picks_", "", 1,
              (double[]){1.5, .5, sqrt(.125), 8 / 9., 300 / 1600., 10 / 80.});
    result->measure[1].picks_chi2 = 2 * log(10); /* with two degrees of freedom p is e^(-x/2) */
    result->measure[1].picks_df = 2;
    result->measure[1].picks_absent = 3;
    check_value(result, "picks_chi2", 0, 0, NAN);
    check_value(result, "picks_df", 0, 0, 0);
    check_value(result, "picks_chi2_p", 0, 0, NAN);
    check_value(result, "picks_absent", 0, 0, 0);
    check_value(result, "picks_chi2", 1, 0, 2 * log(10));
    check_value(result, "picks_df", 1, 0, 2);
    check_value(result, "picks_chi2_p", 1, 0, .1);
    check_value(result, "picks_absent", 1, 0, 3);
    hand_end(&hand);
}

/* ---- Words ---- */

static void test_texts(void)
{
    static const struct {
        const char *metric, *text;
        struct value value;
    } rows[] = {
        {"cut", "", {.empty = true}},
        {"cut", "18446744073709551615", {.exact = UINT64_MAX}},
        {"settle_s", "0", {.exact = 0}},
        {"settle_s", "600", {.exact = 600 * SECOND}},
        {"settle_s", "12.000000001", {.exact = 12 * SECOND + 1}},
        {"settle_s", "0.5", {.exact = SECOND / 2}},
        {"live_cv", "0.333333333", {.number = 1 / 3.}},
        {"live_cv", "1", {.number = 1}},
        {"picks_chi2_p", "0.3333", {.number = 1 / 3.}},
        {"picks_chi2_p", "1.235e-10", {.number = 1.23456e-10}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[METRIC_TEXT_MAX];
        metric_text(metric_find(rows[i].metric), rows[i].value, text);
        CHECK_ROW(strcmp(text, rows[i].text) == 0, "'%s', expected '%s'", text, rows[i].text);
    }
}

/* ---- A real run ---- */

/* 4 and 2 when s2 is taken out, and when one is cut; 5 and 1 at the end. */
static void test_moments(void)
{
    struct stage stage;
    stage_begin(&stage, "round_robin", 2, 100);
    stage.server[0].weight = 2;
    stage_traffic(&stage, "a", burst(6, 0, 0), forever());
    stage_traffic(&stage, "b", burst(1, 15, 0), forever());
    struct world_event *flap = stage_event(&stage, 5, EVENT_FLAP);
    flap->server = 1;
    flap->for_ns = 20;
    stage_event(&stage, 10, EVENT_CUT)->filter = (struct world_filter){
        .traffic = FILTER_ANY, .server = 1, .count = 1, .order = ORDER_OLDEST};
    const struct world_result *result = stage_run(&stage);
    CHECK_MOMENT(&stage, 0, "4 2");
    CHECK_MOMENT(&stage, 1, "4 2");
    CHECK_LIVE(&stage, 0, "5 1");
    CU_ASSERT_EQUAL(spread_at(result, 0, 0).cv, 0);
    CU_ASSERT_EQUAL(spread_at(result, 0, 1).max_over_mean, 1); /* s2 is out */
    CU_ASSERT(near(spread_at(result, 0, result->moments).max_over_mean, 1.25));
    /* e = 4 2, r = 1.25 .5: cv^2 = (4/16 + 2/4) / 6 = 1/8, gini = 2 x 8 x .75 / 72 = 1/6 */
    check_six(result, "live_", "", 0, (double[]){1.25, .5, sqrt(.125), 8 / 9., 1 / 6., 1 / 6.});
    CU_ASSERT_TRUE(spread_at(result, 2, 0).empty); /* nobody noted the traffics apart */
    check_value(result, "live_max_over_mean", 2, 0, 1.5);
    check_value(result, "cut", 0, 0, 1);
    check_value(result, "cut", 2, 0, 0);
    stage.event[0].for_ns = 95; /* s2 is out until the end, and does not count there either */
    result = stage_run(&stage);
    CHECK_LIVE(&stage, 0, "5 1");
    check_six(result, "live_", "", 0, (double[]){1, 1, 0, 1, 0, 0});
    stage_end(&stage);
}

static const struct test tests[] = {
    {"the table", test_table},
    {"live connections at the end", test_end},
    {"live connections over time", test_averages},
    {"peaks, and time above 1.10", test_peaks},
    {"the noise floor", test_noise},
    {"refused, cut, gave up", test_flows},
    {"picks", test_picks},
    {"texts", test_texts},
    {"moments of a real run", test_moments},
};

SUITE("metrics", tests)
