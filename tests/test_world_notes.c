/* test_world_notes.c: what is noted of a small world, by hand: integrals, presence, peaks,
 * samples, moments, newcomers. */
#include "tests/harness.h"
#include "tests/worlds.h"

#include <string.h>

/* ---- Over time ---- */

/* s1: 20 ticks of one, 50 of two. s2 joins at 60, is out from 80 to 85, has one from 70 on. */
static void test_integrals(void)
{
    struct stage stage;
    stage_begin(&stage, "least_conn", 2, 100);
    stage.server[1].at_start = false;
    stage_traffic(&stage, "a", burst(1, 10, 0), constant(20));
    stage_traffic(&stage, "b", burst(2, 50, 0), forever());
    stage_traffic(&stage, "c", burst(1, 70, 0), forever());
    stage_change(&stage, 60, "+2");
    struct world_event *flap = stage_event(&stage, 80, EVENT_FLAP);
    flap->server = 1;
    flap->for_ns = 5;
    const struct world_result *result = stage_run(&stage);
    CU_ASSERT_EQUAL(world_tally_at(result, 0, 0)->live_mean, 1.2);
    CU_ASSERT_EQUAL(world_tally_at(result, 0, 1)->live_mean, 0.3);
    CU_ASSERT_EQUAL(world_tally_at(result, 1, 0)->live_mean, 0.2);
    CU_ASSERT_EQUAL(integral_of(result, 0, 100), 150);
    CU_ASSERT_EQUAL(result->present_ns[0], 100);
    CU_ASSERT_EQUAL(result->present_ns[1], 35);
    CU_ASSERT_EQUAL(world_tally_at(result, 0, 0)->live_peak, 2);
    stage_end(&stage);
}

/* What begins and ends inside one tick was never there: not in peaks, samples or integrals. */
static void test_peaks(void)
{
    struct stage stage;
    stage_begin(&stage, "round_robin", 1, 100);
    stage_traffic(&stage, "a", burst(1, 0, 0), constant(10));
    stage_traffic(&stage, "b", burst(1, 10, 0), constant(10));
    stage_traffic(&stage, "c", burst(7, 15, 0), constant(0));
    stage_sample(&stage, 10);
    stage_sample(&stage, 15);
    const struct world_result *result = stage_run(&stage);
    CU_ASSERT_EQUAL(world_tally_at(result, 0, 0)->live_peak, 1);
    CU_ASSERT_EQUAL(world_tally_at(result, 3, 0)->live_peak, 0);
    CU_ASSERT_EQUAL(world_tally_at(result, 3, 0)->picks, 7);
    CU_ASSERT_EQUAL(world_tally_at(result, 3, 0)->closed, 7);
    CU_ASSERT_EQUAL(integral_of(result, 0, 100), 20);
    CHECK_SAMPLES(&stage, "1, 1");
    CU_ASSERT_EQUAL(state_at(result, 0, 0).picks, 2);
    CU_ASSERT_EQUAL(state_at(result, 1, 0).picks, 9);
    stage_end(&stage);
}

/* At the end of the tick, and the last one is after everything. */
static void test_samples(void)
{
    struct stage stage;
    stage_begin(&stage, "round_robin", 2, 100);
    stage_traffic(&stage, "a", burst(2, 10, 0), constant(89));
    stage_traffic(&stage, "b", burst(1, 99, 0), forever());
    stage_event(&stage, 20, EVENT_CUT)->filter.server = 1;
    for (uint64_t i = 0; i < 7; i++)
        stage_sample(&stage, (uint64_t[]){0, 10, 19, 20, 98, 99, 100}[i]);
    stage_run(&stage);
    CHECK_SAMPLES(&stage, "0 0, 1 1, 1 1, 1 0, 1 0, 1 0, 1 0");
    CHECK_LIVE(&stage, 2, "1 0");
    stage_end(&stage);
}

/* ---- At events ---- */

static void test_moments(void)
{
    struct stage stage;
    stage_begin(&stage, "round_robin", 3, 100);
    stage.server[2].at_start = false;
    stage_traffic(&stage, "a", burst(4, 10, 0), constant(20));
    stage_event(&stage, 10, EVENT_TOUCH); /* before the burst */
    stage_event(&stage, 11, EVENT_TOUCH);
    stage_change(&stage, 12, "+3 -1");
    stage_event(&stage, 29, EVENT_RELOAD);
    stage_event(&stage, 30, EVENT_RELOAD); /* before the departures */
    stage_event(&stage, 31, EVENT_RELOAD);
    const struct world_result *result = stage_run(&stage);
    static const char *const live[] = {"0 0 0", "2 2 0", "2 2 0", "2 2 0", "2 2 0", "0 0 0"};
    CU_ASSERT_EQUAL(result->moments, 6);
    for (uint32_t i = 0; i < 6; i++) {
        CHECK_MOMENT(&stage, i, live[i]);
        const uint32_t *weight = result->moment[i].weight;
        CU_ASSERT(weight[0] == (i <= 2) && weight[1] == 1 && weight[2] == (i > 2));
        CU_ASSERT(result->moment[i].event == i && result->moment[i].at_ns == stage.event[i].at_ns);
    }
    stage_end(&stage);
}

/* A hundred on each of two; of the hundred that come after s3 did, all go there, or every third. */
static void test_newcomers(void)
{
    static const struct {
        const char *view;
        uint64_t taken;
    } rows[] = {{"host", 100}, {"generation", 33}};
    struct stage stage;
    for (int i = 0; i < 2; i++) {
        stage_begin(&stage, "lbsim-least-conn", 3, 100);
        stage.balancer.view = lb_view_find(rows[i].view);
        stage.server[2].at_start = false;
        stage_traffic(&stage, "a", burst(200, 0, 0), forever());
        stage_entry(&stage, burst(150, 20, 20));
        stage_change(&stage, 10, "+3");
        const struct world_result *result = stage_run(&stage);
        CU_ASSERT_EQUAL(result->changes, 1);
        CU_ASSERT_EQUAL(world_after_at(result, 0, 0)->picks, 100);
        CU_ASSERT_EQUAL(world_after_at(result, 0, 0)->taken, rows[i].taken);
        stage_end(&stage);
    }
}

/* Every change ends the count of the one before; clients that come back are not counted. */
static void test_newcomers_end(void)
{
    static const enum world_event_kind kinds[] = {EVENT_CHANGE, EVENT_RELOAD, EVENT_CRASH,
                                                  EVENT_FLAP,   EVENT_TOUCH,  EVENT_CLOSE};
    struct stage stage;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        stage_begin(&stage, "round_robin", 3, 100);
        stage.server[2].at_start = false;
        struct world_traffic *traffic = stage_traffic(&stage, "a", burst(20, 0, 0), forever());
        traffic->reconnects = true;
        traffic->reconnect_after = constant(0);
        traffic->reconnect_tries = 1;
        stage_entry(&stage, burst(30, 20, 0));
        stage_entry(&stage, burst(30, 40, 0));
        stage_change(&stage, 10, "+3");
        stage_event(&stage, 15, EVENT_CUT);
        if (kinds[i] == EVENT_CHANGE)
            stage_change(&stage, 30, "1:2");
        else
            stage_event(&stage, 30, kinds[i])->for_ns = 5;
        const struct world_result *result = stage_run(&stage);
        bool ends = i < 4;
        CU_ASSERT_EQUAL(world_after_at(result, 0, 0)->picks, ends ? 30 : 60);
        CU_ASSERT_EQUAL(world_after_at(result, 0, 0)->taken, ends ? 10 : 20);
        stage_end(&stage);
    }
}

static const struct test tests[] = {
    {"integrals and presence", test_integrals},
    {"peaks are of whole ticks", test_peaks},
    {"samples are of whole ticks", test_samples},
    {"moments are before the event", test_moments},
    {"newcomers: the first hundred", test_newcomers},
    {"newcomers: until the next change", test_newcomers_end},
};

SUITE("world_notes", tests)
