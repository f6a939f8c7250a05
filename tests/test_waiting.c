/* test_waiting.c: opens that wait for a place, worked out by hand: who gets it, and when.
 *
 * Times are ticks of 1 ns. */
#include "tests/waiting.h"

/* ---- Places that become free ---- */

/* The hold begins when the place is got: 0 to 10, 10 to 20, 20 to 30. */
static void test_one_after_the_other(void)
{
    struct stage stage;
    queue_begin(&stage, "round_robin", NULL, 1, 1, 100);
    stage_traffic(&stage, "a", burst(3, 0, 0), constant(10));
    for (uint64_t i = 0; i < 4; i++)
        stage_sample(&stage, (uint64_t[]){9, 19, 29, 30}[i]);
    CHECK_PICKS(&stage, "0a0>1 10a1>1 20a2>1");
    CHECK_SAMPLES(&stage, "1, 1, 1, 0");
    CHECK_QUEUED(&stage, 2, 0);
    const struct world_flow *flow = &stage.result->flow[0];
    CU_ASSERT(flow->opens == 3 && flow->closed == 3 && flow->refused == 0);
    CU_ASSERT_EQUAL(world_tally_at(stage.result, 0, 0)->picks, 3);
    CU_ASSERT_EQUAL(world_tally_at(stage.result, 0, 0)->live_peak, 1);
    stage_end(&stage);
}

/* Whoever still waits at the end is told as such, traffic by traffic. */
static void test_some_wait_to_the_end(void)
{
    struct stage stage;
    queue_begin(&stage, "round_robin", NULL, 2, 2, 100);
    stage_traffic(&stage, "a", burst(5, 0, 0), forever());
    stage_traffic(&stage, "b", burst(2, 50, 0), forever());
    CHECK_PICKS(&stage, "0a0>1 0a1>2 0a2>1 0a3>2");
    CHECK_QUEUED(&stage, 3, 3);
    CU_ASSERT_EQUAL(stage.result->flow[1].queued, 1);
    CU_ASSERT_EQUAL(stage.result->flow[2].queued, 2);
    CU_ASSERT_EQUAL(stage.result->flow[2].waited, 2);
    stage.config.measure_from_ns = 10; /* a's wait began before */
    stage_run(&stage);
    CHECK_QUEUED(&stage, 2, 3);
    stage_end(&stage);
}

/* a leaves at 10, and b, which waits, is before c, which arrives at 10: arrivals come before
 * departures, and so c waits as well. At 11 c would have been first come, first served. */
static void test_elders_first(void)
{
    struct stage stage;
    queue_begin(&stage, "round_robin", NULL, 1, 1, 100);
    stage_traffic(&stage, "a", burst(1, 0, 0), constant(10));
    stage_traffic(&stage, "b", burst(1, 5, 0), constant(10));
    stage_traffic(&stage, "c", burst(1, 10, 0), constant(10));
    CHECK_PICKS(&stage, "0a0>1 10b0>1 20c0>1");
    CHECK_QUEUED(&stage, 2, 0);
    stage_end(&stage);
}

/* Four are cut at once, s1 and s2 by turns, and so their places are dealt by turns. Who waits is
 * not touched by a cut, nor by a close. */
static void test_cuts_make_room(void)
{
    for (int cut = 0; cut < 2; cut++) {
        struct stage stage;
        queue_begin(&stage, "round_robin", NULL, 2, 3, 100);
        stage_traffic(&stage, "a", burst(6, 0, 0), forever());
        stage_traffic(&stage, "b", burst(5, 5, 0), forever());
        stage_event(&stage, 10, cut ? EVENT_CUT : EVENT_CLOSE)->filter.count = 4;
        stage_event(&stage, 20, cut ? EVENT_CUT : EVENT_CLOSE)->filter.traffic = 1;
        CHECK_PICKS(&stage, "0a0>1 0a1>2 0a2>1 0a3>2 0a4>1 0a5>2 "
                            "10b0>1 10b1>2 10b2>1 10b3>2 20b4>1");
        CHECK_LIVE(&stage, 0, "2 1");
        stage_end(&stage);
    }
}

/* ---- Servers that join, leave, fall ill ---- */

/* Two join, of two places each: they take one each by turns. */
static void test_joiners(void)
{
    struct stage stage;
    queue_begin(&stage, "round_robin", NULL, 3, 2, 100);
    stage.server[1].at_start = stage.server[2].at_start = false;
    stage_traffic(&stage, "a", burst(7, 0, 0), forever());
    stage_change(&stage, 10, "+2 +3");
    CHECK_PICKS(&stage, "0a0>1 0a1>1 10a2>2 10a3>3 10a4>2 10a5>3");
    CHECK_QUEUED(&stage, 5, 1);
    CU_ASSERT_EQUAL(world_tally_at(stage.result, 0, 1)->picks, 2); /* it is present by then */
    CU_ASSERT_EQUAL(world_tally_at(stage.result, 0, 1)->picks_absent, 0);
    stage_end(&stage);
}

/* What ends on a server that has left, or takes nothing, is no place. */
static void test_no_place_there(void)
{
    for (int left = 0; left < 2; left++) {
        struct stage stage;
        queue_begin(&stage, "round_robin", NULL, 2, 1, 100);
        stage_traffic(&stage, "a", burst(2, 0, 0), constant(20));
        stage_traffic(&stage, "b", burst(3, 5, 0), constant(20));
        stage_change(&stage, 10, left ? "-1" : "1:0");
        CHECK_PICKS(&stage, "0a0>1 0a1>2 20b0>2 40b1>2 60b2>2");
        stage_end(&stage);
    }
}

/* s1 is full and down; back at 20 its two places, one of which was given up meanwhile, are there
 * for those who wait, without a new pick. */
static void test_back_from_a_flap(void)
{
    struct stage stage;
    queue_begin(&stage, "round_robin", NULL, 1, 2, 100);
    stage_traffic(&stage, "a", burst(1, 0, 0), constant(15));
    stage_traffic(&stage, "b", burst(4, 0, 0), forever());
    struct world_event *flap = stage_event(&stage, 10, EVENT_FLAP);
    flap->server = 0;
    flap->for_ns = 10;
    CHECK_PICKS(&stage, "0a0>1 0b0>1 20b1>1");
    CHECK_QUEUED(&stage, 3, 2);
    stage_end(&stage);
}

/* With nobody who could ever take it an open is refused; who waited before goes on waiting. */
static void test_refused_where_nobody_is(void)
{
    struct stage stage;
    queue_begin(&stage, "round_robin", NULL, 1, 1, 100);
    stage_traffic(&stage, "a", burst(2, 0, 0), forever());
    stage_traffic(&stage, "b", burst(1, 15, 0), forever());
    struct world_event *flap = stage_event(&stage, 10, EVENT_FLAP);
    flap->server = 0;
    flap->for_ns = 10;
    CHECK_PICKS(&stage, "0a0>1 15b0>-");
    CHECK_QUEUED(&stage, 1, 1);
    stage_end(&stage);
}

/* ---- Lines ---- */

/* Each has a line of its own: a2 and a4 wait for s1, a3 for s2, whose place is free first. */
static void test_lines_of_their_own(void)
{
    struct stage stage;
    queue_begin(&stage, "round_robin", &insisting, 2, 1, 100);
    stage_traffic(&stage, "a", burst(5, 0, 0), constant(30));
    struct world_event *cut = stage_event(&stage, 10, EVENT_CUT);
    cut->filter.server = 1;
    CHECK_PICKS(&stage, "0a0>1 0a1>2 10a3>2 30a2>1 60a4>1");
    stage_end(&stage);
}

/* a3 and b0 wait for s1. It leaves at 10, or falls ill: they are picked anew, behind a4 and a5 who
 * wait there already; the eighth and ninth turn are s3's and s2's of two, s2's and s3's of three.
 * Where s1 is given weight 0 its line goes on moving, as HAProxy's does. */
static void test_sent_back(void)
{
    static const struct {
        const char *change, *picks;
    } row[] = {
        {"-1", "0a0>1 0a1>2 0a2>3 30a4>2 30a5>3 60b0>2 60a3>3"},
        {NULL, "0a0>1 0a1>2 0a2>3 30a4>2 30a5>3 60a3>2 60b0>3"},
        {"1:0", "0a0>1 0a1>2 0a2>3 30a3>1 30a4>2 30a5>3 60b0>1"},
    };
    for (int i = 0; i < 3; i++) {
        struct stage stage;
        queue_begin(&stage, "round_robin", &insisting, 3, 1, 100);
        stage_traffic(&stage, "a", burst(6, 0, 0), constant(30));
        stage_traffic(&stage, "b", burst(1, 5, 0), constant(30));
        struct world_event *event = row[i].change != NULL ? stage_change(&stage, 10, row[i].change)
                                                          : stage_event(&stage, 10, EVENT_FLAP);
        event->for_ns = 80;
        CHECK_PICKS(&stage, row[i].picks);
        stage_end(&stage);
    }
}

/* Sent back with nobody left: refused, and told so. */
static void test_sent_back_in_vain(void)
{
    struct stage stage;
    queue_begin(&stage, "round_robin", &insisting, 1, 1, 100);
    struct world_traffic *traffic = stage_traffic(&stage, "a", burst(2, 0, 0), constant(30));
    traffic->reconnects = true;
    traffic->reconnect_after = constant(30);
    traffic->reconnect_tries = 2;
    stage_change(&stage, 10, "-1");
    stage_change(&stage, 35, "+1");
    CHECK_PICKS(&stage, "0a0>1 10a1>- 40a1>1");
    CU_ASSERT_EQUAL(stage.result->flow[0].refused, 1);
    CU_ASSERT_EQUAL(stage.result->flow[0].closed, 2);
    CHECK_QUEUED(&stage, 1, 0);
    stage_end(&stage);
}

/* Whose choice is full waits for anybody, and yet is stranded while s2 stands empty: only what
 * happens at a server moves the line. s2 comes back at 20 and takes all that fit. */
static void test_stranded(void)
{
    struct stage stage;
    queue_begin(&stage, "round_robin", &shrugging, 2, 2, 100);
    stage_traffic(&stage, "a", burst(6, 0, 0), forever());
    struct world_event *flap = stage_event(&stage, 10, EVENT_FLAP);
    flap->server = 1;
    flap->for_ns = 10;
    CHECK_PICKS(&stage, "0a0>1 0a1>1 20a2>2 20a3>2");
    CHECK_QUEUED(&stage, 4, 2);
    stage.config.events = 0;
    CHECK_PICKS(&stage, "0a0>1 0a1>1");
    CHECK_QUEUED(&stage, 4, 4);
    stage_end(&stage);
}

/* ---- Memories that end ---- */

/* The old process keeps b until a leaves; the new one counts nothing, and lets c in at once. */
static void test_reload(void)
{
    struct stage stage;
    queue_begin(&stage, "nginx-round-robin-zone", NULL, 1, 1, 100);
    stage.balancer.trait[TRAIT_FAILURES] = FAILURES_FORGOTTEN;
    stage_traffic(&stage, "a", burst(1, 0, 0), constant(20));
    stage_traffic(&stage, "b", burst(2, 2, 0), constant(30));
    stage_traffic(&stage, "c", burst(2, 10, 0), constant(25));
    stage_event(&stage, 5, EVENT_RELOAD);
    stage_sample(&stage, 15);
    CHECK_PICKS(&stage, "0a0>1 10c0>1 20b0>1 35c1>1 50b1>1");
    CHECK_SAMPLES(&stage, "2");
    stage_end(&stage);
}

/* Where the time of the old process is over at 12, what it held is cut and who waits with it is
 * refused; the new one, which has c, has a line of its own. */
static void test_old_process_ends(void)
{
    for (uint64_t after_ns = 0; after_ns <= 7; after_ns += 7) {
        struct stage stage;
        queue_begin(&stage, "nginx-round-robin-zone", NULL, 1, 1, 100);
        stage.balancer.trait[TRAIT_FAILURES] = FAILURES_FORGOTTEN;
        stage.config.old_workers_ns = after_ns;
        stage_traffic(&stage, "a", burst(1, 0, 0), constant(20));
        stage_traffic(&stage, "b", burst(2, 2, 0), constant(30));
        stage_traffic(&stage, "c", burst(2, 10, 0), constant(25));
        stage_event(&stage, 5, EVENT_RELOAD);
        CHECK_PICKS(&stage, after_ns == 0 ? "0a0>1 5b0>- 5b1>- 10c0>1 35c1>1"
                                          : "0a0>1 10c0>1 12b0>- 12b1>- 35c1>1");
        CU_ASSERT_EQUAL(stage.result->flow[0].cut, 1);
        CU_ASSERT_EQUAL(stage.result->flow[0].refused, 2);
        CHECK_QUEUED(&stage, 3, 0);
        stage_end(&stage);
    }
}

/* What all generations share lets the old process and the new one wait in one line. */
static void test_reload_shared(void)
{
    struct stage stage;
    queue_begin(&stage, "round_robin", NULL, 2, 1, 100);
    stage.balancer.change = CHANGE_RELOAD;
    stage.server[1].at_start = false;
    stage_traffic(&stage, "a", burst(3, 0, 0), constant(20));
    stage_traffic(&stage, "b", burst(2, 10, 0), constant(20));
    stage_change(&stage, 5, "+2");
    /* at 10 b0 finds s2 free; a1, of the old list, may only have s1 */
    CHECK_PICKS(&stage, "0a0>1 10b0>2 20a1>1 30b1>2 40a2>1");
    stage_end(&stage);
}

/* A new picker means a new pick for all who wait: where counts die with the old one, they find
 * room; where they outlive it, they wait again, in their order. */
static void test_rebuild(void)
{
    for (int kept = 0; kept < 2; kept++) {
        struct stage stage;
        queue_begin(&stage, "round_robin", NULL, 2, 1, 100);
        stage.balancer.change = CHANGE_REBUILD;
        stage.balancer.view = lb_view_find(kept ? "worker" : "generation");
        stage_traffic(&stage, "a", burst(2, 0, 0), constant(20));
        stage_traffic(&stage, "b", burst(3, 2, 0), constant(20));
        stage_event(&stage, 10, EVENT_TOUCH);
        CHECK_PICKS(&stage,
                    kept ? "0a0>1 0a1>2 20b0>1 20b1>2 40b2>1" : "0a0>1 0a1>2 10b0>1 10b1>2 30b2>1");
        stage_end(&stage);
    }
}

/* Who waits on a worker that crashes is refused, and comes back by the traffic's rule; the other
 * worker's line stays. Connections go to the workers in turn. */
static void test_crash(void)
{
    struct stage stage;
    queue_begin(&stage, "round_robin", NULL, 1, 2, 100);
    stage.config.workers = 2;
    struct world_traffic *traffic = stage_traffic(&stage, "a", burst(5, 0, 0), constant(40));
    traffic->reconnects = true;
    traffic->reconnect_after = constant(5);
    traffic->reconnect_tries = 1;
    stage_event(&stage, 10, EVENT_CRASH)->worker = 0;
    /* a0 is cut at 10 and a2, a4 are refused; then a3 has the place of a0. At 15 all three are back
     * and wait; a1's place is free at 40, a3's at 50. */
    CHECK_PICKS(&stage, "0a0>1 0a1>1 10a2>- 10a4>- 10a3>1 40a0>1 50a2>1 70a4>1");
    CHECK_QUEUED(&stage, 6, 0);
    CU_ASSERT_EQUAL(stage.result->flow[0].refused, 2);
    CU_ASSERT_EQUAL(stage.result->flow[0].cut, 1);
    stage_end(&stage);
}

/* What a crash leaves counted is a place only when it is dropped. */
static void test_crash_reaped_later(void)
{
    struct stage stage;
    queue_begin(&stage, "round_robin", NULL, 1, 1, 100);
    stage.balancer.reap_ns = 15;
    stage.config.workers = 2;
    stage_traffic(&stage, "a", burst(2, 0, 0), constant(40));
    stage_event(&stage, 10, EVENT_CRASH)->worker = 0;
    CHECK_PICKS(&stage, "0a0>1 25a1>1");
    stage_end(&stage);
}

/* ---- Nothing by chance ---- */

static void test_twice_the_same(void)
{
    const struct lb_algorithm *const algorithm[] = {NULL, &insisting, &shrugging};
    for (int i = 0; i < 3; i++) {
        struct stage stage, again;
        queue_begin(&stage, "random_two", algorithm[i], 5, 3, 1000000);
        stage.config.workers = 3;
        stage.config.accept = ACCEPT_RANDOM;
        struct world_traffic *traffic =
            stage_traffic(&stage, "a", poisson(2000), exponential(25000));
        traffic->reconnects = true;
        traffic->reconnect_after = exponential(1000);
        traffic->reconnect_tries = TRIES_UNLIMITED;
        stage_change(&stage, 200000, "-1");
        stage_event(&stage, 300000, EVENT_CUT)->filter.share_e9 = SHARE_ALL / 2;
        stage_change(&stage, 400000, "+1 -3 2:0");
        stage_event(&stage, 500000, EVENT_RELOAD);
        struct world_event *flap = stage_event(&stage, 600000, EVENT_FLAP);
        flap->server = 4;
        flap->for_ns = 50000;
        stage_event(&stage, 700000, EVENT_CRASH)->worker = 1;
        again = stage;
        stage_run(&stage);
        stage_run(&again);
        CU_ASSERT(results_equal(stage.result, again.result));
        CU_ASSERT(stage.result->flow[0].waited > 50);
        CU_ASSERT(stage.result->flow[0].closed > 100);
        stage_end(&stage);
        stage_end(&again);
    }
}

static const struct test tests[] = {
    {"one after the other", test_one_after_the_other},
    {"some wait to the end", test_some_wait_to_the_end},
    {"who waits is before who arrives", test_elders_first},
    {"cuts and closes make room", test_cuts_make_room},
    {"who joins takes from the line", test_joiners},
    {"no place where nothing is taken", test_no_place_there},
    {"back from a flap", test_back_from_a_flap},
    {"refused where nobody is", test_refused_where_nobody_is},
    {"lines of their own", test_lines_of_their_own},
    {"sent back when their server goes", test_sent_back},
    {"sent back in vain", test_sent_back_in_vain},
    {"stranded beside an empty server", test_stranded},
    {"a reload: the old process's line", test_reload},
    {"a reload: the old process's end", test_old_process_ends},
    {"a reload: one line for both", test_reload_shared},
    {"a new picker: everybody anew", test_rebuild},
    {"a crash refuses who waits", test_crash},
    {"a crash that is reaped later", test_crash_reaped_later},
    {"twice the same", test_twice_the_same},
};

SUITE("waiting", tests)
