/* test_world_events.c: what the script can do to a small world, worked out by hand: drains, closes
 * and cuts, crashes, flaps, weights; and what the log says of it. */
#include "tests/harness.h"
#include "tests/worlds.h"

#include <string.h>

/* ---- Drains ---- */

static void check_drain(uint64_t drain_ns, const char *later, uint64_t later_ns,
                        uint64_t second_drain_ns, const char *expected)
{
    struct stage stage;
    stage_begin(&stage, "round_robin", 2, 500);
    stage_traffic(&stage, "a", burst(4, 0, 0), forever());
    stage_change(&stage, 60, "-1")->drain_ns = drain_ns;
    if (later != NULL)
        stage_change(&stage, 100, "+1");
    if (later != NULL && *later == '-')
        stage_change(&stage, later_ns, "-1")->drain_ns = second_drain_ns;
    for (uint64_t i = 0; i < 8; i++)
        stage_sample(&stage, (uint64_t[]){59, 60, 179, 180, 269, 270, 498, 500}[i]);
    stage_run(&stage);
    char text[STAGE_TEXT], s1[9] = "";
    for (uint32_t i = 0; i < 8; i++) /* s1's figure of each sample: 0 or 2 */
        s1[i] = (char)('0' + state_at(stage.result, i, 0).live);
    CHECK_ROW(strcmp(s1, expected) == 0, "drain %llu: %s, s1 has %s, expected %s",
              (unsigned long long)drain_ns, text_of_samples(stage.result, text), s1, expected);
    stage_end(&stage);
}

static void test_drain(void)
{
    check_drain(SPAN_FOREVER, NULL, 0, 0, "22222222");
    check_drain(120, NULL, 0, 0, "22200000");
    check_drain(0, NULL, 0, 0, "20000000");
    check_drain(439, NULL, 0, 0, "22222220"); /* the last tick */
    check_drain(440, NULL, 0, 0, "22222222"); /* the end: too late */
    check_drain(120, "+1", 0, 0, "22222222"); /* back at 100: the cut at 180 is off */
    check_drain(120, "-1", 150, 120, "22222000");
    check_drain(120, "-1", 150, SPAN_FOREVER, "22222222");
    check_drain(120, "-1", 110, 10, "22000000");
    check_drain(120, "-1", 170, 10, "22200000"); /* both at 180, and that once */
}

/* Nobody new meanwhile; who is cut comes back elsewhere. */
static void test_drain_reconnects(void)
{
    struct stage stage;
    stage_begin(&stage, "round_robin", 2, 100);
    struct world_traffic *traffic = stage_traffic(&stage, "a", burst(4, 0, 0), forever());
    traffic->reconnects = true;
    traffic->reconnect_after = constant(5);
    traffic->reconnect_tries = TRIES_UNLIMITED;
    stage_entry(&stage, burst(4, 15, 0));
    stage_change(&stage, 10, "-1")->drain_ns = 20;
    stage_sample(&stage, 29);
    stage_sample(&stage, 34);
    stage_sample(&stage, 35);
    const struct world_result *result = stage_run(&stage);
    CHECK_SAMPLES(&stage, "2 6, 0 6, 0 8");
    CU_ASSERT_EQUAL(world_tally_at(result, 0, 0)->cut, 2);
    CU_ASSERT_EQUAL(result->present_ns[0], 10);
    CU_ASSERT_EQUAL(result->logs, 2);
    CU_ASSERT(result->log[0].kind == LOG_REMOVED && result->log[0].number == 20);
    CU_ASSERT(result->log[1].kind == LOG_DRAINED && result->log[1].number == 2 &&
              result->log[1].at_ns == 30 && result->log[1].server == 0);
    stage_end(&stage);
}

/* ---- Close and cut ---- */

/* Ten of traffic 0, then ten of traffic 1, alternately on s1 and s2. */
static struct world_event *begin_twenty(struct stage *stage, enum world_event_kind kind)
{
    stage_begin(stage, "round_robin", 2, 100);
    stage_traffic(stage, "a", burst(10, 0, 0), forever());
    stage_traffic(stage, "b", burst(10, 1, 0), forever());
    return stage_event(stage, 10, kind);
}

static void test_filters(void)
{
    static const struct {
        struct world_filter filter;
        const char *a, *b;
    } rows[] = {
        {{FILTER_ANY, FILTER_ANY, SHARE_ALL, UINT64_MAX, ORDER_OLDEST}, "0 0", "0 0"},
        {{0, FILTER_ANY, SHARE_ALL, UINT64_MAX, ORDER_OLDEST}, "0 0", "5 5"},
        {{1, 1, SHARE_ALL, UINT64_MAX, ORDER_OLDEST}, "5 5", "5 0"},
        {{FILTER_ANY, 0, SHARE_ALL, UINT64_MAX, ORDER_RANDOM}, "0 5", "0 5"},
        {{0, FILTER_ANY, SHARE_ALL / 4, UINT64_MAX, ORDER_OLDEST}, "3 4", "5 5"}, /* ceil(2.5) */
        {{0, FILTER_ANY, SHARE_ALL / 4, UINT64_MAX, ORDER_NEWEST}, "4 3", "5 5"},
        {{1, 0, SHARE_ALL / 5, UINT64_MAX, ORDER_NEWEST}, "5 5", "4 5"},     /* 1 of 5, exactly */
        {{1, 0, SHARE_ALL / 5 + 1, UINT64_MAX, ORDER_NEWEST}, "5 5", "3 5"}, /* a hair more */
        {{FILTER_ANY, FILTER_ANY, 1, UINT64_MAX, ORDER_NEWEST}, "5 5", "5 4"},
        {{FILTER_ANY, FILTER_ANY, SHARE_ALL, 13, ORDER_OLDEST}, "0 0", "3 4"},
        {{FILTER_ANY, FILTER_ANY, SHARE_ALL, 13, ORDER_NEWEST}, "4 3", "0 0"},
        {{FILTER_ANY, 1, SHARE_ALL, 7, ORDER_NEWEST}, "5 3", "5 0"},
        {{FILTER_ANY, FILTER_ANY, SHARE_ALL, 99, ORDER_NEWEST}, "0 0", "0 0"},
        {{FILTER_ANY, FILTER_ANY, SHARE_ALL, 0, ORDER_NEWEST}, "5 5", "5 5"},
    };
    struct stage stage;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char a[STAGE_TEXT], b[STAGE_TEXT];
        begin_twenty(&stage, i % 2 == 0 ? EVENT_CLOSE : EVENT_CUT)->filter = rows[i].filter;
        const struct world_result *result = stage_run(&stage);
        text_of_live(result, 1, a);
        text_of_live(result, 2, b);
        CHECK_ROW(strcmp(a, rows[i].a) == 0 && strcmp(b, rows[i].b) == 0,
                  "filter %zu leaves %s and %s, expected %s and %s", i, a, b, rows[i].a, rows[i].b);
        uint64_t gone = 20 - result->flow[0].open;
        CU_ASSERT_EQUAL(i % 2 == 0 ? result->flow[0].closed : result->flow[0].cut, gone);
        CU_ASSERT_EQUAL(result->log[0].number, gone);
        stage_end(&stage);
    }
}

/* a is gone when c opens in its stead: b has been there longest. */
static void test_oldest(void)
{
    struct stage stage;
    stage_begin(&stage, "round_robin", 3, 100);
    stage_traffic(&stage, "a", burst(1, 0, 0), constant(5));
    stage_traffic(&stage, "b", burst(1, 1, 0), forever());
    stage_traffic(&stage, "c", burst(1, 6, 0), forever());
    stage_event(&stage, 10, EVENT_CLOSE)->filter.count = 1;
    stage_run(&stage);
    CHECK_LIVE(&stage, 0, "0 0 1");
    stage_end(&stage);
}

/* A close is for good; a cut is not. */
static void test_close_or_cut(void)
{
    struct stage stage;
    for (int cut = 0; cut < 2; cut++) {
        begin_twenty(&stage, cut ? EVENT_CUT : EVENT_CLOSE);
        for (int i = 0; i < 2; i++) {
            stage.traffic[i].reconnects = true;
            stage.traffic[i].reconnect_after = constant(5);
            stage.traffic[i].reconnect_tries = 1;
        }
        stage_run(&stage);
        CHECK_LIVE(&stage, 0, cut ? "10 10" : "0 0");
        stage_end(&stage);
    }
}

/* The same half of the customers goes under every balancer: what is left ends at the same times. */
static void test_random_order(void)
{
    struct stage stage, other;
    uint64_t left[2] = {0, 0};
    for (int i = 0; i < 2; i++) {
        struct stage *at = i == 0 ? &stage : &other;
        stage_begin(at, i == 0 ? "round_robin" : "random", 3, 1000);
        stage_traffic(at, "a", burst(100, 0, 100), exponential(400));
        stage_traffic(at, "b", burst(100, 0, 0), forever());
        struct world_event *event = stage_event(at, 100, EVENT_CLOSE);
        event->filter.share_e9 = SHARE_ALL / 2;
        event->filter.order = ORDER_RANDOM;
        stage_run(at);
        left[i] = at->result->flow[2].open;
    }
    for (uint32_t row = 0; row < 3; row++) {
        CU_ASSERT_EQUAL(integral_of(stage.result, row, 1000), integral_of(other.result, row, 1000));
        CU_ASSERT_EQUAL(stage.result->flow[row].closed, other.result->flow[row].closed);
    }
    CHECK_ROW(left[0] == left[1] && left[0] > 20 && left[0] < 80, "%llu of 100 are left",
              (unsigned long long)left[0]); /* not the oldest, not the newest */
    uint64_t first = integral_of(stage.result, 1, 1000);
    stage.event[0].name = "another";
    stage_run(&stage);
    CU_ASSERT_NOT_EQUAL(integral_of(stage.result, 1, 1000), first);
    stage_end(&stage);
    stage_end(&other);
}

/* ---- Crashes ---- */

/* lbsim's least_conn on two workers in turn: worker 0's four are all on s1. */
static struct world_event *begin_crash(struct stage *stage, uint64_t reap_ns)
{
    stage_begin(stage, "lbsim-least-conn", 2, 100);
    stage->balancer.change = CHANGE_IN_PLACE;
    stage->balancer.reap_ns = reap_ns;
    stage->config.workers = 2;
    stage_traffic(stage, "a", burst(8, 0, 0), forever());
    stage_entry(stage, burst(4, 20, 0));
    return stage_event(stage, 10, EVENT_CRASH);
}

/* The next four see 0 4, or, where nothing is released, 4 4. */
static void test_crash(void)
{
    struct stage stage;
    for (int leaks = 0; leaks < 2; leaks++) {
        begin_crash(&stage, leaks ? REAP_NEVER : 0);
        stage_sample(&stage, 9);
        stage_sample(&stage, 10);
        const struct world_result *result = stage_run(&stage);
        CHECK_SAMPLES(&stage, "4 4, 0 4");
        CHECK_LIVE(&stage, 0, leaks ? "2 6" : "4 4");
        CU_ASSERT_EQUAL(result->flow[0].cut, 4);
        CU_ASSERT(result->logs == 1 && result->log[0].kind == LOG_CRASH &&
                  result->log[0].number == 4 && result->log[0].server == NO_SERVER);
        stage_end(&stage);
    }
    begin_crash(&stage, 0)->worker = 1;
    stage_sample(&stage, 10);
    stage_run(&stage);
    CHECK_SAMPLES(&stage, "4 0");
    stage_end(&stage);
}

/* Four on each of s1 and s2, s3 joins, crash at 10. Two at 20 and nine at 40 believe in 4 4 0 until
 * they are told better. */
static void test_reap(void)
{
    static const struct {
        uint64_t reap_ns;
        const char *at_20, *live;
    } rows[] = {{0, "1 0 1", "4 3 4"}, {20, "0 0 2", "4 3 4"}, {REAP_NEVER, "0 0 2", "3 2 6"}};
    struct stage stage;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        stage_begin(&stage, "lbsim-least-conn", 3, 100);
        stage.balancer.change = CHANGE_IN_PLACE;
        stage.balancer.reap_ns = rows[i].reap_ns;
        stage.server[2].at_start = false;
        stage_traffic(&stage, "a", burst(8, 0, 0), forever());
        stage_entry(&stage, burst(2, 20, 0));
        stage_entry(&stage, burst(9, 40, 0));
        stage_change(&stage, 5, "+3");
        stage_event(&stage, 10, EVENT_CRASH);
        stage_sample(&stage, 20);
        stage_run(&stage);
        CHECK_SAMPLES(&stage, rows[i].at_20);
        CHECK_LIVE(&stage, 0, rows[i].live);
        stage_end(&stage);
    }
}

/* ---- Flaps and weights ---- */

/* One pick at 0, one while s3 is out, one when it is back. Where a flap is two changes of the list,
 * every one of them begins a round of its own. */
static void test_flap(void)
{
    struct stage stage;
    for (int change = CHANGE_IN_PLACE; change <= CHANGE_RELOAD; change++) {
        stage_begin(&stage, "round_robin", 3, 100);
        stage.balancer.view = lb_view_find("generation");
        stage.balancer.change = (enum change)change;
        stage_traffic(&stage, "a", burst(1, 0, 0), forever());
        stage_entry(&stage, burst(1, 15, 0));
        stage_entry(&stage, burst(1, 25, 0));
        struct world_event *flap = stage_event(&stage, 10, EVENT_FLAP);
        flap->server = 2;
        flap->for_ns = 10;
        const struct world_result *result = stage_run(&stage);
        CHECK_LIVE(&stage, 0, change == CHANGE_REBUILD ? "3 0 0" : "1 1 1");
        CU_ASSERT_EQUAL(result->present_ns[2], 90);
        CU_ASSERT_TRUE(result->present[2]);
        CU_ASSERT(result->logs == 2 && result->log[0].kind == LOG_OUT &&
                  result->log[1].kind == LOG_BACK && result->log[1].at_ns == 20);
        stage.event[0].for_ns = 90; /* until the end */
        result = stage_run(&stage);
        CHECK_LIVE(&stage, 0, change == CHANGE_REBUILD ? "2 1 0" : "1 2 0");
        CU_ASSERT_FALSE(result->present[2]);
        CU_ASSERT_EQUAL(result->present_ns[2], 10);
        stage_end(&stage);
    }
}

/* Out from 10 to 30 and again from 20 to 40: not back at 30, in any way of changing. */
static void test_flaps_overlap(void)
{
    struct stage stage;
    for (int change = CHANGE_IN_PLACE; change <= CHANGE_RELOAD; change++) {
        stage_begin(&stage, "round_robin", 2, 100);
        stage.balancer.change = (enum change)change;
        stage_traffic(&stage, "a", burst(4, 35, 0), forever());
        stage_entry(&stage, burst(4, 45, 0));
        stage_event(&stage, 10, EVENT_FLAP)->for_ns = 20;
        stage_event(&stage, 20, EVENT_FLAP)->for_ns = 20;
        stage_sample(&stage, 35);
        const struct world_result *result = stage_run(&stage);
        CHECK_SAMPLES(&stage, "0 4");
        CHECK_LIVE(&stage, 0, "2 6");
        CU_ASSERT_EQUAL(result->present_ns[0], 70);
        CU_ASSERT_EQUAL(result->logs, 3);
        stage_end(&stage);
    }
}

/* Both servers out at once: where a flap changes the list, a list of none is all of them; elsewhere
 * nobody is usable. */
static void test_flaps_of_all(void)
{
    struct stage stage;
    for (int change = CHANGE_IN_PLACE; change <= CHANGE_RELOAD; change++) {
        stage_begin(&stage, "round_robin", 2, 100);
        stage.balancer.change = (enum change)change;
        stage_traffic(&stage, "a", burst(4, 15, 0), forever());
        stage_event(&stage, 10, EVENT_FLAP)->for_ns = 20;
        struct world_event *second = stage_event(&stage, 10, EVENT_FLAP);
        second->server = 1;
        second->for_ns = 20;
        const struct world_result *result = stage_run(&stage);
        CHECK_LIVE(&stage, 0, change == CHANGE_REBUILD ? "2 2" : "0 0");
        CU_ASSERT_EQUAL(result->flow[0].refused, change == CHANGE_REBUILD ? 0 : 4);
        stage_end(&stage);
    }
}

/* Connections stay through a flap, but nobody new comes. */
static void test_flap_holds(void)
{
    struct stage stage;
    stage_begin(&stage, "round_robin", 2, 100);
    stage_traffic(&stage, "a", burst(4, 0, 0), constant(50));
    stage_entry(&stage, burst(4, 20, 0));
    struct world_event *flap = stage_event(&stage, 10, EVENT_FLAP);
    flap->for_ns = 50;
    stage_event(&stage, 30, EVENT_TOUCH);
    stage_sample(&stage, 49);
    stage_sample(&stage, 50);
    const struct world_result *result = stage_run(&stage);
    CHECK_SAMPLES(&stage, "2 6, 0 4");
    CHECK_MOMENT(&stage, 1, "2 6");
    CU_ASSERT_EQUAL(result->moment[1].weight[0], 0);
    CU_ASSERT_EQUAL(result->moment[1].weight[1], 1);
    CU_ASSERT_EQUAL(result->flow[0].closed, 8);
    stage_end(&stage);
}

static void test_weights(void)
{
    struct stage stage;
    stage_begin(&stage, "round_robin", 2, 100);
    stage_traffic(&stage, "a", burst(8, 20, 0), forever());
    stage_entry(&stage, burst(8, 40, 0));
    stage_change(&stage, 10, "1:3");
    stage_change(&stage, 30, "1:0 2:5");
    const struct world_result *result = stage_run(&stage);
    CHECK_MOMENT(&stage, 0, "0 0");
    CHECK_MOMENT(&stage, 1, "6 2");
    CHECK_LIVE(&stage, 0, "6 10");
    CU_ASSERT(result->moment[0].weight[0] == 1 && result->moment[1].weight[0] == 3);
    CU_ASSERT(result->weight[0] == 0 && result->weight[1] == 5);
    CU_ASSERT_FALSE(result->present[0]);
    CU_ASSERT_EQUAL(result->present_ns[0], 30);
    CU_ASSERT(result->logs == 3 && result->log[0].kind == LOG_WEIGHT && result->log[0].number == 3);
    stage_end(&stage);
}

/* A server enters with the weight that the change gives it. */
static void test_weight_of_added(void)
{
    struct stage stage;
    stage_begin(&stage, "round_robin", 2, 100);
    stage.server[1].at_start = false;
    stage_traffic(&stage, "a", burst(8, 20, 0), forever());
    stage_change(&stage, 10, "+2");
    stage.added[0][0].weight = 3;
    const struct world_result *result = stage_run(&stage);
    CHECK_LIVE(&stage, 0, "2 6");
    CU_ASSERT(result->log[0].kind == LOG_ADDED && result->log[0].number == 3);
    stage_end(&stage);
}

static const struct test tests[] = {
    {"drain: for ever, a time, at once; returns", test_drain},
    {"drain: who is cut comes back elsewhere", test_drain_reconnects},
    {"close and cut by traffic, server, share, count, order", test_filters},
    {"the oldest is who opened first", test_oldest},
    {"a close is for good, a cut is not", test_close_or_cut},
    {"random order takes the same customers everywhere", test_random_order},
    {"crash: a worker's connections are cut", test_crash},
    {"crash: counts stay until they are reaped", test_reap},
    {"flap: two changes, or unusable and usable", test_flap},
    {"flap: two that overlap", test_flaps_overlap},
    {"flap: all servers at once", test_flaps_of_all},
    {"flap: connections stay", test_flap_holds},
    {"weights change", test_weights},
    {"a server enters with a weight", test_weight_of_added},
};

SUITE("world_events", tests)
