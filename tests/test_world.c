/* test_world.c: small worlds worked out by hand: ties in time, arrivals, clients that come back.
 *
 * Times are ticks of 1 ns. Unless a test says otherwise there is one worker, arrivals last for
 * ever, and the balancer is `round_robin` or `least_conn` with every memory kept. */
#include "tests/harness.h"
#include "tests/worlds.h"

#include <string.h>

/* ---- Ties in one tick ---- */

static void test_events_first(void)
{
    struct stage stage;
    stage_begin(&stage, "round_robin", 2, 100);
    stage_traffic(&stage, "a", burst(4, 10, 0), forever());
    stage_change(&stage, 10, "-1");
    stage_run(&stage);
    CHECK_LIVE(&stage, 0, "0 4");
    stage_end(&stage);

    stage_begin(&stage, "least_conn", 2, 100);
    stage.server[1].at_start = false;
    stage_traffic(&stage, "a", burst(2, 0, 0), forever());
    stage_entry(&stage, burst(2, 10, 0));
    stage_change(&stage, 10, "+2");
    stage_run(&stage);
    CHECK_LIVE(&stage, 0, "2 2");
    stage_end(&stage);
}

/* Two events of one tick come in the order in which they are written. */
static void test_events_as_written(void)
{
    struct stage stage;
    for (int cut_first = 0; cut_first < 2; cut_first++) {
        stage_begin(&stage, "round_robin", 2, 100);
        stage_traffic(&stage, "a", burst(4, 0, 0), forever());
        stage_event(&stage, 10, cut_first ? EVENT_CUT : EVENT_TOUCH);
        stage_event(&stage, 10, cut_first ? EVENT_TOUCH : EVENT_CUT);
        const struct world_result *result = stage_run(&stage);
        CU_ASSERT(result->logs == 2 && result->log[cut_first ? 0 : 1].kind == LOG_CUT);
        CHECK_MOMENT(&stage, 0, "2 2"); /* both found what the tick found */
        CHECK_MOMENT(&stage, 1, "2 2");
        stage_end(&stage);
    }
}

/* A place that is given up in this tick is not free yet for who arrives in it. */
static void test_departures_last(void)
{
    struct stage stage;
    for (uint64_t at_ns = 10; at_ns <= 11; at_ns++) {
        stage_begin(&stage, "round_robin", 1, 100);
        stage.server[0].max_conns = 1;
        stage_traffic(&stage, "a", burst(1, 0, 0), constant(10));
        stage_traffic(&stage, "b", burst(1, at_ns, 0), forever());
        stage_run(&stage);
        CU_ASSERT_EQUAL(stage.result->flow[2].refused, at_ns == 10);
        CHECK_LIVE(&stage, 2, at_ns == 10 ? "0" : "1");
        stage_end(&stage);
    }
}

static void test_arrivals_as_written(void)
{
    struct stage stage;
    for (int a_first = 0; a_first < 2; a_first++) {
        stage_begin(&stage, "round_robin", 3, 100);
        stage_traffic(&stage, a_first ? "a" : "b", burst(2, 5, 0), forever());
        stage_traffic(&stage, a_first ? "b" : "a", burst(1, 5, 0), forever());
        stage_run(&stage);
        CHECK_LIVE(&stage, 1, "1 1 0");
        CHECK_LIVE(&stage, 2, "0 0 1");
        stage_end(&stage);
    }
}

static void comes_back_at_once(struct world_traffic *traffic)
{
    traffic->reconnects = true;
    traffic->reconnect_after = constant(0);
    traffic->reconnect_tries = 3;
}

/* a holds s1 and is cut as b arrives: b is next in turn, then a. */
static void test_reconnects_after_arrivals(void)
{
    struct stage stage;
    stage_begin(&stage, "round_robin", 3, 100);
    comes_back_at_once(stage_traffic(&stage, "a", burst(1, 0, 0), forever()));
    stage_traffic(&stage, "b", burst(1, 10, 0), forever());
    stage_event(&stage, 10, EVENT_CUT);
    stage_run(&stage);
    CHECK_LIVE(&stage, 1, "0 0 1");
    CHECK_LIVE(&stage, 2, "0 1 0");
    stage_end(&stage);
}

/* b opened before a and is cut before a, but a's source is written first. */
static void test_reconnects_by_source(void)
{
    struct stage stage;
    stage_begin(&stage, "round_robin", 4, 100);
    comes_back_at_once(stage_traffic(&stage, "a", burst(1, 2, 0), forever()));
    comes_back_at_once(stage_traffic(&stage, "b", burst(1, 1, 0), forever()));
    stage_event(&stage, 10, EVENT_CUT);
    stage_run(&stage);
    CHECK_LIVE(&stage, 1, "0 0 1 0");
    CHECK_LIVE(&stage, 2, "0 0 0 1");
    stage_end(&stage);
}

/* Connection 0 (open 1 to 51) is cut at 5 and so opened after connection 1 (open 2 to 52), yet it
 * comes back first when both are cut at 10: it is the one on s4, which is empty from 51 on. */
static void test_reconnects_by_connection(void)
{
    struct stage stage;
    stage_begin(&stage, "round_robin", 5, 100);
    comes_back_at_once(stage_traffic(&stage, "a", burst(2, 1, 2), constant(50)));
    stage_event(&stage, 5, EVENT_CUT)->filter.count = 1;
    stage_event(&stage, 10, EVENT_CUT);
    stage_sample(&stage, 9);
    stage_sample(&stage, 50);
    stage_sample(&stage, 51);
    stage_run(&stage);
    CHECK_SAMPLES(&stage, "0 1 1 0 0, 0 0 0 1 1, 0 0 0 0 1");
    stage_end(&stage);
}

/* fifo picks, among equals, the server that was longest let alone, and a release counts as a touch.
 * b, c, d are on s2, s3, s1 and end at 10 in that opening order; by server, s1 is heard of
 * first. */
static void test_departures_by_server(void)
{
    struct stage stage;
    stage_begin(&stage, "least_conn", 3, 100);
    stage.balancer.param[1] = 3; /* ties: fifo */
    stage_traffic(&stage, "a", burst(1, 0, 0), constant(4));
    stage_traffic(&stage, "b", burst(1, 1, 0), constant(9));
    stage_traffic(&stage, "c", burst(1, 5, 0), constant(5));
    stage_traffic(&stage, "d", burst(1, 6, 0), constant(4));
    stage_traffic(&stage, "e", burst(1, 11, 0), forever());
    stage_sample(&stage, 9);
    stage_sample(&stage, 10);
    stage_run(&stage);
    CHECK_SAMPLES(&stage, "1 1 1, 0 0 0");
    CHECK_LIVE(&stage, 5, "1 0 0");
    stage_end(&stage);
}

/* ---- Arrivals ---- */

static void test_burst(void)
{
    static const uint64_t at_ns[] = {9, 10, 12, 13, 15, 16, 30};
    struct stage stage;
    stage_begin(&stage, "round_robin", 1, 100);
    stage_traffic(&stage, "a", burst(3, 10, 10), forever()); /* 10, 13, 16: rounded down */
    for (size_t i = 0; i < sizeof at_ns / sizeof *at_ns; i++)
        stage_sample(&stage, at_ns[i]);
    stage_run(&stage);
    CHECK_SAMPLES(&stage, "0, 1, 1, 2, 2, 3, 3");
    stage.arrivals[0][0] = burst(3, 10, 0);
    stage_run(&stage);
    CHECK_SAMPLES(&stage, "0, 3, 3, 3, 3, 3, 3");
    stage_end(&stage);
}

/* The first at 0, the last before the end; what would come at the end does not. */
static void test_every(void)
{
    struct stage stage;
    stage_begin(&stage, "round_robin", 1, 20);
    stage_traffic(&stage, "a", every(5), forever());
    stage_sample(&stage, 0);
    CU_ASSERT_EQUAL(stage_run(&stage)->flow[0].opens, 4);
    CHECK_SAMPLES(&stage, "1");
    stage.config.duration_ns = 21;
    CU_ASSERT_EQUAL(stage_run(&stage)->flow[0].opens, 5);
    stage.arrivals[0][0] = burst(1, 0, 0); /* what ends at the end is still open */
    stage.traffic[0].lasts = constant(21);
    CU_ASSERT_EQUAL(stage_run(&stage)->flow[0].open, 1);
    stage.traffic[0].lasts = constant(20);
    CU_ASSERT_EQUAL(stage_run(&stage)->flow[0].open, 0);
    stage_end(&stage);
}

/* In turn: the next instance's next worker. Each worker begins its own round at s1. */
static void test_accept_in_turn(void)
{
    struct stage stage;
    stage_begin(&stage, "round_robin", 3, 100);
    stage.balancer.view = lb_view_find("worker");
    stage.balancer.workers = 2; /* the balancer's own, whatever the gateway has */
    stage.config.instances = 2;
    stage_traffic(&stage, "a", burst(5, 0, 0), forever());
    stage_run(&stage);
    CHECK_LIVE(&stage, 0, "4 1 0");
    stage.balancer.view = lb_view_find("host"); /* an instance's two share a round */
    stage_run(&stage);
    CHECK_LIVE(&stage, 0, "2 2 1");
    stage_end(&stage);
}

/* A server that comes back: in its old place, or, where members come from DNS, at the end; and a
 * reload keeps the order that the list has. */
static void test_place(void)
{
    static const char *const presets[] = {"round_robin", "nginx-round-robin-resolve"};
    static const char *const live[] = {"1 0 0", "0 1 0"};
    struct stage stage;
    for (int i = 0; i < 2; i++)
        for (int reloads = 0; reloads < 2; reloads++) {
            stage_begin(&stage, presets[i], 3, 100);
            stage_traffic(&stage, "a", burst(1, 30, 0), forever());
            stage_change(&stage, 10, "-1");
            stage_change(&stage, 20, "+1");
            if (reloads)
                stage_event(&stage, 25, EVENT_RELOAD);
            stage_run(&stage);
            CHECK_LIVE(&stage, 0, live[i]);
            stage_end(&stage);
        }
}

/* ---- Clients that come back ---- */

static void comes_back(struct world_traffic *traffic, uint64_t after_ns, uint64_t tries)
{
    traffic->reconnects = true;
    traffic->reconnect_after = constant(after_ns);
    traffic->reconnect_tries = tries;
}

/* 0 to 100, cut at 40, back at 50: open until 110 for the rest, or until 150 anew. */
static void test_reconnect_lasts(void)
{
    struct stage stage;
    for (int anew = 0; anew < 2; anew++) {
        stage_begin(&stage, "round_robin", 1, 200);
        struct world_traffic *traffic = stage_traffic(&stage, "a", burst(1, 0, 0), constant(100));
        comes_back(traffic, 10, TRIES_UNLIMITED);
        traffic->reconnect_lasts_new = anew;
        stage_event(&stage, 40, EVENT_CUT);
        for (uint64_t i = 0; i < 6; i++)
            stage_sample(&stage, (uint64_t[]){39, 40, 50, 109, 110, 150}[i]);
        stage_run(&stage);
        CHECK_SAMPLES(&stage, anew ? "1, 0, 1, 1, 1, 0" : "1, 0, 1, 1, 0, 0");
        CU_ASSERT_EQUAL(stage.result->flow[0].opens, 2);
        CU_ASSERT_EQUAL(stage.result->flow[0].cut, 1);
        CU_ASSERT_EQUAL(stage.result->flow[0].closed, 1);
        stage_end(&stage);
    }
}

static void check_flow(const struct stage *stage, uint64_t opens, uint64_t refused,
                       uint64_t gave_up, uint64_t waiting)
{
    const struct world_flow *flow = &stage->result->flow[0];
    CHECK_ROW(flow->opens == opens && flow->refused == refused && flow->gave_up == gave_up &&
                  flow->waiting == waiting,
              "opens %llu refused %llu gave up %llu waiting %llu, expected %llu %llu %llu %llu",
              (unsigned long long)flow->opens, (unsigned long long)flow->refused,
              (unsigned long long)flow->gave_up, (unsigned long long)flow->waiting,
              (unsigned long long)opens, (unsigned long long)refused, (unsigned long long)gave_up,
              (unsigned long long)waiting);
}

/* The only server leaves at 10: a cut client, or one refused from the start, tries three times. */
static void test_tries(void)
{
    struct stage stage;
    stage_begin(&stage, "round_robin", 1, 100);
    comes_back(stage_traffic(&stage, "a", burst(1, 0, 0), forever()), 10, 3);
    stage_change(&stage, 10, "-1")->drain_ns = 0;
    stage_run(&stage);
    check_flow(&stage, 4, 3, 1, 0); /* 0; 20, 30, 40 */
    stage.config.duration_ns = 35;  /* the last of them is still to come */
    stage_run(&stage);
    check_flow(&stage, 3, 2, 0, 1);
    stage.config.duration_ns = 100;
    stage.arrivals[0][0] = burst(1, 11, 0);
    stage_run(&stage);
    check_flow(&stage, 4, 4, 1, 0); /* 11; 21, 31, 41 */
    stage.traffic[0].reconnect_tries = TRIES_UNLIMITED;
    stage_run(&stage);
    check_flow(&stage, 9, 9, 0, 1); /* 11, 21, ..., 91; 101 is past the end */
    stage.traffic[0].reconnects = false;
    stage_run(&stage);
    check_flow(&stage, 1, 1, 0, 0); /* nobody who would have come back has given up */
    stage_end(&stage);
}

/* Success makes a client hopeful again: cut at 20, refused at 30 and 40, open at 50; cut at 60 as
 * the server leaves, it has all of its three tries. */
static void test_tries_begin_anew(void)
{
    struct stage stage;
    stage_begin(&stage, "round_robin", 1, 200);
    comes_back(stage_traffic(&stage, "a", burst(1, 0, 0), forever()), 10, 3);
    stage_change(&stage, 20, "-1")->drain_ns = 0;
    stage_change(&stage, 45, "+1");
    stage_change(&stage, 60, "-1")->drain_ns = 0;
    stage_run(&stage);
    check_flow(&stage, 1 + 3 + 3, 2 + 3, 1, 0);
    CU_ASSERT_EQUAL(stage.result->flow[0].cut, 2);
    stage_end(&stage);
}

/* b finds the server full at 1, 11, 21, 31, gets in at 41 and stays for all of its 20. */
static void test_refused_when_full(void)
{
    struct stage stage;
    stage_begin(&stage, "least_conn", 1, 100);
    stage.server[0].max_conns = 1;
    stage_traffic(&stage, "a", burst(1, 0, 0), constant(35));
    comes_back(stage_traffic(&stage, "b", burst(1, 1, 0), constant(20)), 10, TRIES_UNLIMITED);
    for (uint64_t i = 0; i < 5; i++)
        stage_sample(&stage, (uint64_t[]){34, 35, 41, 60, 61}[i]);
    stage_run(&stage);
    CHECK_SAMPLES(&stage, "1, 0, 1, 1, 0");
    check_flow(&stage, 6, 4, 0, 0);
    CU_ASSERT_EQUAL(stage.result->flow[2].closed, 1);
    stage_end(&stage);
}

static const struct test tests[] = {
    {"ties: events first", test_events_first},
    {"ties: events as written", test_events_as_written},
    {"ties: departures last", test_departures_last},
    {"ties: arrivals as written", test_arrivals_as_written},
    {"ties: reconnects after arrivals", test_reconnects_after_arrivals},
    {"ties: reconnects by source", test_reconnects_by_source},
    {"ties: reconnects by connection", test_reconnects_by_connection},
    {"ties: departures by server", test_departures_by_server},
    {"burst, at once and over a time", test_burst},
    {"every", test_every},
    {"accept: in turn", test_accept_in_turn},
    {"place: declared or appended", test_place},
    {"reconnect: the rest or anew", test_reconnect_lasts},
    {"tries: so many, then never again", test_tries},
    {"tries begin anew with a success", test_tries_begin_anew},
    {"refused when full, then let in", test_refused_when_full},
};

SUITE("world", tests)
