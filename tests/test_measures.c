/* test_measures.c: what is measured while a world runs, against a small one worked out by hand. */
#include "tests/harness.h"
#include "tests/worlds.h"

#include <math.h>

static bool near(double a, double b)
{
    return fabs(a - b) <= 1e-12 * (1 + fabs(b));
}

/* 1000 ticks, and so a midpoint at each:
 *     0 20 20        40 come
 *   100 20 16        max/mean 1.111: outside, and above 1.10
 *   150 18 16        1.059 .941
 *   200 18 16  0     s3 joins: 1.588 0
 *   300 18 16 16     1.08 .96, for the 16 that come go to s3 */
static void begin(struct stage *stage)
{
    stage_begin(stage, "least_conn", 3, 1000);
    stage->server[2].at_start = false;
    stage_traffic(stage, "held", burst(40, 0, 0), forever());
    stage_entry(stage, burst(16, 300, 0));
    struct world_event *event = stage_event(stage, 100, EVENT_CLOSE);
    event->filter.server = 1;
    event->filter.count = 4;
    event = stage_event(stage, 150, EVENT_CLOSE);
    event->filter.server = 0;
    event->filter.count = 2;
    stage_change(stage, 200, "+3");
}

static void test_averages(void)
{
    struct stage stage;
    begin(&stage);
    const struct world_result *result = stage_run(&stage);
    const struct world_average *average = &result->measure[0].average;
    CU_ASSERT_EQUAL(average->points, 1000);
    CU_ASSERT_EQUAL(average->present, 2 * 200 + 3 * 800);
    CU_ASSERT(near(average->live, 40 * 100 + 36 * 50 + 34 * 50 + 34 * 100 + 50 * 700));
    CU_ASSERT(near(average->mean, 20 * 100 + 18 * 50 + 17 * 50 + 34. / 3 * 100 + 50. / 3 * 700));
    CU_ASSERT(near(average->max, 20 * 100 + 20 * 50 + 18 * 50 + 18 * 100 + 18 * 700));
    CU_ASSERT(near(average->min, 20 * 100 + 16 * 50 + 16 * 50 + 0 * 100 + 16 * 700));
    CU_ASSERT(near(average->misplaced, 2 * 50 + 1 * 50 + 34. / 3 * 100 + 4. / 3 * 700));
    /* cv^2 is the mean of (r - 1)^2: 1/81, 1/289; 34^2 + 24 = 1180 over 3, less 1, over ... */
    double far = (pow(54. / 34 - 1, 2) + pow(48. / 34 - 1, 2) + 1) / 3;
    double close = (.08 * .08 + 2 * .04 * .04) / 3;
    CU_ASSERT(
        near(average->cv2, 36 * 50 / 81. + 34 * 50 / 289. + 34 * 100 * far + 50 * 700 * close));
    CU_ASSERT_EQUAL(result->measure[1].average.live, average->live); /* the only traffic is all */
    stage_end(&stage);
}

static void test_peaks(void)
{
    struct stage stage;
    begin(&stage);
    const struct world_measure *measure = stage_run(&stage)->measure;
    CU_ASSERT_TRUE(measure->judged);
    CU_ASSERT(near(measure->max_over_mean_peak, 54. / 34));
    CU_ASSERT_EQUAL(measure->over_110_ns, 50 + 100);
    CU_ASSERT_EQUAL(measure->live_max, 20);
    stage_end(&stage);
}

/* Segments end where s3 joins: 20 20 of 40, then 0 0 16 of 16: 2 (16/3)^2 + (32/3)^2 over 16/3. */
static void test_segments(void)
{
    struct stage stage;
    begin(&stage);
    const struct world_result *result = stage_run(&stage);
    CU_ASSERT(near(result->measure[0].picks_chi2, 32));
    CU_ASSERT_EQUAL(result->measure[0].picks_df, 1 + 2);
    for (uint32_t row = 0; row < 2; row++)
        for (uint32_t s = 0; s < 3; s++) {
            const struct world_tally *tally = world_tally_at(result, row, s);
            CU_ASSERT(near(tally->entitled, (s < 2 ? 20 : 0) + 16. / 3));
            CU_ASSERT_EQUAL(tally->picks, (s < 2 ? 20 : 16));
        }
    stage_end(&stage);
}

/* What a tick undoes was never there: s3 leaves and returns at once, and the 12 picks before and
 * the 3 after are one segment. A weight that is other afterwards makes two of them. */
static void test_one_segment(void)
{
    struct stage stage;
    stage_begin(&stage, "random", 3, 1000);
    stage_traffic(&stage, "a", burst(12, 0, 0), forever());
    stage_entry(&stage, burst(3, 300, 0));
    stage_change(&stage, 200, "-3");
    stage_change(&stage, 200, "+3");
    const struct world_result *result = stage_run(&stage);
    CU_ASSERT_EQUAL(result->measure[0].picks_df, 2); /* of 15 picks, five expected on each */
    CU_ASSERT_EQUAL(world_tally_at(result, 0, 2)->entitled, 5);
    stage_change(&stage, 200, "3:2");
    result = stage_run(&stage);
    CU_ASSERT_EQUAL(result->measure[0].picks_df, 0); /* of 12 and of 3: too few for three cells */
    CU_ASSERT(near(world_tally_at(result, 0, 2)->entitled, 4 + 1.5));
    stage_end(&stage);
}

static void test_after(void)
{
    struct stage stage;
    begin(&stage);
    const struct world_result *result = stage_run(&stage);
    CU_ASSERT_EQUAL(result->changes, 1); /* a close is none */
    const struct world_change *change = &result->change[0];
    CU_ASSERT(change->event == 2 && change->adds && change->part == PART_SELF && change->measured);
    CU_ASSERT(change->at_ns == 200 && change->until_ns == 1000);
    CU_ASSERT(near(change->entitled, 1. / 3));
    for (uint32_t row = 0; row < 2; row++) {
        const struct world_after *after = world_after_at(result, 0, row);
        CU_ASSERT(after->judged && after->balanced);
        CU_ASSERT_EQUAL(after->balanced_ns, 100);
        CU_ASSERT_EQUAL(after->outside_until_ns, 100);
        CU_ASSERT(after->picks == 16 && after->taken == 16 && after->longest_run == 16);
        CU_ASSERT_EQUAL(after->opens_per_s_peak, 16);
    }
    stage_end(&stage);
}

/* The same from tick 120 on: what was open stays, what was counted before is not. */
static void test_window(void)
{
    struct stage stage;
    begin(&stage);
    stage.config.measure_from_ns = 120;
    stage_sample(&stage, 120);
    stage_sample(&stage, 1000);
    const struct world_result *result = stage_run(&stage);
    CU_ASSERT_EQUAL(result->measure[0].average.points, 1000);
    CU_ASSERT_EQUAL(result->measure[0].over_110_ns, 30 + 100);
    CU_ASSERT_EQUAL(result->measure[0].live_max, 20);
    CU_ASSERT(near(result->measure[0].picks_chi2, 32));
    CU_ASSERT_EQUAL(result->measure[0].picks_df, 2);
    const struct world_tally *tally = world_tally_at(result, 0, 0);
    CU_ASSERT(tally->picks == 0 && tally->closed == 2 && tally->live == 18);
    CU_ASSERT(near(tally->entitled, 16. / 3));
    CU_ASSERT(near(tally->live_mean, (20 * 30 + 18 * 850) / 880.));
    CU_ASSERT(result->present_ns[0] == 880 && result->present_ns[2] == 800);
    const struct world_flow *flow = &result->flow[0];
    CU_ASSERT(flow->arrived == 16 && flow->opens == 16 && flow->closed == 2 && flow->open == 50);
    CHECK_SAMPLES(&stage, "20 16 0, 18 16 16");
    CU_ASSERT(state_at(result, 0, 0).picks == 0 && state_at(result, 1, 2).picks == 16);
    CU_ASSERT(state_at(result, 0, 2).weight == 0 && state_at(result, 1, 2).weight == 1);
    stage_end(&stage);
}

/* The window's first tick belongs to it; a change before it is not measured. */
static void test_window_edges(void)
{
    static const struct {
        uint64_t from_ns, closed, picks;
        bool measured;
    } rows[] = {{100, 6, 16, true},  {101, 2, 16, true}, {200, 0, 16, true}, {201, 0, 16, false},
                {300, 0, 16, false}, {301, 0, 0, false}, {999, 0, 0, false}};
    struct stage stage;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        begin(&stage);
        stage.config.measure_from_ns = rows[i].from_ns;
        const struct world_result *result = stage_run(&stage);
        CHECK_ROW(
            result->flow[0].closed == rows[i].closed && result->flow[0].opens == rows[i].picks &&
                result->change[0].measured == rows[i].measured &&
                result->present_ns[0] == 1000 - rows[i].from_ns,
            "from %llu: %llu closed, %llu opens", (unsigned long long)rows[i].from_ns,
            (unsigned long long)result->flow[0].closed, (unsigned long long)result->flow[0].opens);
        stage_end(&stage);
    }
}

/* Weights 3 and 1 with 36 and 10 are judged and balanced (1.043, .870: outside by the min); with
 * 10 and 3 they are not judged: 13/4 is below ten. */
static void test_judged(void)
{
    static const struct {
        uint64_t first, second; /* how many are closed on each of two servers with 39 and 13 */
        bool judged, outside;
    } rows[] = {
        {0, 0, true, false},  /* 39 13: 1 1 */
        {0, 2, true, true},   /* 39 11: 1.04 .88 */
        {0, 1, true, false},  /* 39 12: 1.0196 .941 */
        {9, 0, true, true},   /* 30 13: .930 1.209 */
        {12, 0, true, true},  /* 27 13: e of s2 is ten */
        {13, 0, false, true}, /* 26 13: e of s2 is 9.75 */
        {39, 13, false, true},
    };
    struct stage stage;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        stage_begin(&stage, "round_robin", 2, 100);
        stage.server[0].weight = 3;
        stage_traffic(&stage, "a", burst(52, 0, 0), forever());
        for (uint32_t s = 0; s < 2; s++) {
            struct world_event *event = stage_event(&stage, 10, EVENT_CLOSE);
            event->filter.server = s;
            event->filter.count = s == 0 ? rows[i].first : rows[i].second;
        }
        stage_event(&stage, 10, EVENT_RELOAD);
        const struct world_after *after = world_after_at(stage_run(&stage), 0, 0);
        CHECK_ROW(after->judged == rows[i].judged, "row %zu: judged", i);
        CHECK_ROW(after->balanced == (rows[i].judged && !rows[i].outside), "row %zu: balanced", i);
        CHECK_ROW(after->outside_until_ns == (rows[i].judged && rows[i].outside ? 90 : 0),
                  "row %zu: outside", i);
        CHECK_ROW(stage.result->measure[0].average.points == (rows[i].judged ? 1000 : 100),
                  "row %zu: %u points", i, stage.result->measure[0].average.points);
        stage_end(&stage);
    }
}

/* Two servers join in two events of one tick: what follows is one story, but each has its own
 * newcomer; a reload ends it. */
static void test_one_tick(void)
{
    struct stage stage;
    stage_begin(&stage, "round_robin", 4, 1000);
    stage.server[2].at_start = stage.server[3].at_start = false;
    stage_traffic(&stage, "a", burst(40, 0, 0), forever());
    stage_entry(&stage, burst(8, 200, 0));
    stage_entry(&stage, burst(8, 500, 0));
    stage_change(&stage, 100, "+3");
    stage_change(&stage, 100, "+4");
    stage_event(&stage, 400, EVENT_RELOAD);
    const struct world_result *result = stage_run(&stage);
    CU_ASSERT_EQUAL(result->changes, 3);
    for (uint32_t c = 0; c < 2; c++) {
        const struct world_after *after = world_after_at(result, c, 0);
        CU_ASSERT(result->change[c].at_ns == 100 && result->change[c].until_ns == 400);
        CU_ASSERT(near(result->change[c].entitled, .25));
        CU_ASSERT(after->judged && !after->balanced && after->outside_until_ns == 300);
        CU_ASSERT(after->picks == 8 && after->taken == 2 && after->longest_run == 1);
        CU_ASSERT_EQUAL(after->opens_per_s_peak, 2);
    }
    CU_ASSERT_FALSE(result->change[2].adds);
    CU_ASSERT_EQUAL(world_after_at(result, 2, 0)->picks, 0);
    CU_ASSERT_EQUAL(result->change[2].until_ns, 1000);
    stage_end(&stage);
}

/* A flap is a change, and so is the return. */
static void test_flap(void)
{
    struct stage stage;
    stage_begin(&stage, "round_robin", 2, 1000);
    stage_traffic(&stage, "a", burst(40, 0, 0), forever());
    struct world_event *flap = stage_event(&stage, 100, EVENT_FLAP);
    flap->server = 1;
    flap->for_ns = 300;
    const struct world_result *result = stage_run(&stage);
    CU_ASSERT_EQUAL(result->changes, 2);
    CU_ASSERT(result->change[0].part == PART_SELF && result->change[1].part == PART_BACK);
    CU_ASSERT(result->change[0].until_ns == 400 && result->change[1].at_ns == 400);
    /* Of one present server nobody is above the mean, and after the return both have 20. */
    CU_ASSERT(world_after_at(result, 0, 0)->balanced && world_after_at(result, 1, 0)->balanced);
    CU_ASSERT_EQUAL(result->measure[0].average.live, 40 * 700 + 20 * 300);
    stage_end(&stage);
}

/* Seconds are counted from the joining: 3 in the first, 5 in the second, 2 in the third. */
static void test_opens_per_second(void)
{
    struct stage stage;
    stage_begin(&stage, "round_robin", 2, 10 * SECOND);
    stage.server[0].at_start = false;
    stage.server[1].at_start = false;
    struct world_traffic *traffic =
        stage_traffic(&stage, "a", burst(3, 2 * SECOND - 1, 0), forever());
    (void)traffic;
    stage_entry(&stage, burst(5, 2 * SECOND + SECOND / 2, 0));
    stage_entry(&stage, burst(2, 4 * SECOND, 0));
    stage_change(&stage, 3 * SECOND / 2, "+1");
    const struct world_after *after = world_after_at(stage_run(&stage), 0, 0);
    CU_ASSERT_EQUAL(after->opens_per_s_peak, 5);
    CU_ASSERT(after->picks == 10 && after->taken == 10 && after->longest_run == 10);
    stage_end(&stage);
}

/* Each traffic for itself: `a` is even, `b` has all its connections on one server. */
static void test_rows(void)
{
    struct stage stage;
    stage_begin(&stage, "round_robin", 2, 1000);
    stage_traffic(&stage, "a", burst(40, 0, 0), forever());
    stage_traffic(&stage, "b", burst(40, 10, 0), forever());
    struct world_event *event = stage_event(&stage, 20, EVENT_CLOSE);
    event->filter.server = 0;
    event->filter.traffic = 1;
    const struct world_result *result = stage_run(&stage);
    CU_ASSERT_EQUAL(result->measure[1].average.misplaced, 0);
    CU_ASSERT_EQUAL(result->measure[1].over_110_ns, 0);
    CU_ASSERT_EQUAL(result->measure[2].average.misplaced, 10 * 980);
    CU_ASSERT_EQUAL(result->measure[2].average.points, 990);
    CU_ASSERT(near(result->measure[2].max_over_mean_peak, 2));
    CU_ASSERT_EQUAL(result->measure[0].average.misplaced, 10 * 980);
    CU_ASSERT(near(result->measure[0].max_over_mean_peak, 40. / 30));
    stage_end(&stage);
}

/* No server is healthy, and APISIX picks of all: such picks are nobody's due. */
static void test_absent(void)
{
    struct stage stage;
    stage_begin(&stage, "apisix-merged", 2, 1000);
    stage_traffic(&stage, "a", burst(4, 0, 0), forever());
    stage_entry(&stage, burst(6, 200, 0));
    for (uint32_t s = 0; s < 2; s++) {
        struct world_event *flap = stage_event(&stage, 100, EVENT_FLAP);
        flap->server = s;
        flap->for_ns = 500;
    }
    const struct world_result *result = stage_run(&stage);
    CU_ASSERT_EQUAL(result->measure[0].picks_absent, 6);
    CU_ASSERT_EQUAL(result->measure[1].picks_absent, 6);
    for (uint32_t s = 0; s < 2; s++) {
        const struct world_tally *tally = world_tally_at(result, 0, s);
        CU_ASSERT(tally->picks == 2 && tally->picks_absent == 3 && tally->live == 5);
        CU_ASSERT_EQUAL(tally->entitled, 2);
    }
    stage_end(&stage);
}

static const struct test tests[] = {
    {"averages over the midpoints", test_averages},
    {"peaks, and time above 1.10", test_peaks},
    {"chi-square and what picks entitle to, by segments", test_segments},
    {"segments: what a tick undoes was never there", test_one_segment},
    {"what followed a change", test_after},
    {"the window: counts, integrals, averages, samples", test_window},
    {"the window: its first tick", test_window_edges},
    {"what can be judged, and what is outside", test_judged},
    {"changes of one tick", test_one_tick},
    {"a flap is two changes", test_flap},
    {"newcomers: opens per second", test_opens_per_second},
    {"each traffic for itself", test_rows},
    {"picks of absent servers", test_absent},
};

SUITE("measures", tests)
