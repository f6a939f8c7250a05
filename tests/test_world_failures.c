/* test_world_failures.c: servers that die: what is cut, who is tried, who finds out, and when
 * nobody is left. Worlds small enough to be worked out by hand. */
#include "tests/failing.h"

#include <stdio.h>

/* ---- What is cut, and who is tried ---- */

/* Two on each when s1 dies: its two come back to s1, are refused and end on s2. Smooth round robin
 * stands at 0 0 then: s1 pays, -1 1; the retry is s2's alone, which stays at 1; so the second comes
 * to s2 at once. */
static void test_cut(void)
{
    struct stage stage;
    stage_begin(&stage, "round_robin", 2, 200);
    stage_traffic(&stage, "a", burst(4, 0, 0), forever());
    comes_back(&stage, 10, TRIES_UNLIMITED);
    fail(&stage, 100, 0, NEVER, NEVER);
    stage_sample(&stage, 100);
    const struct world_result *result = stage_run(&stage);
    CHECK_SAMPLES(&stage, "0 2");
    CHECK_LIVE(&stage, 0, "0 4");
    CHECK_PICKS(&stage, "3+0-1 3+1-0");
    CHECK_LOG(&stage, "100 s1 failed 2");
    CU_ASSERT(result->flow[0].cut == 2 && result->flow[0].refused == 0);
    CU_ASSERT(result->flow[0].opens == 6 && world_tally_at(result, 0, 0)->cut == 2);
    /* Nobody found out, so it is entitled to as much as before. */
    CU_ASSERT_EQUAL(result->present_ns[0], 200);
    CU_ASSERT_TRUE(result->present[0]);
    CHECK_ROW(world_tally_at(result, 0, 0)->entitled == 3, "entitled to half the picks");
    CU_ASSERT(result->changes == 1 && result->change[0].part == PART_SELF);
    stage_end(&stage);
}

/* Those that a drain left there die with it, too, though it left before. */
static void test_cut_of_the_draining(void)
{
    struct stage stage;
    stage_begin(&stage, "round_robin", 2, 200);
    stage_traffic(&stage, "a", burst(4, 0, 0), forever());
    fail(&stage, 10, 0, NEVER, 20);
    stage_change(&stage, 10, "-1"); /* written later, so it finds nobody there */
    stage_change(&stage, 40, "+1")->drain_ns = 0;
    CHECK_ROW(stage_run(&stage)->flow[0].cut == 2, "two are cut");
    CHECK_LOG(&stage, "10 s1 failed 2, 10 s1 removed, 40 s1 added");
    stage_end(&stage);
}

/* Every 10 one comes: at 100 s1 dies, at 120 that is known, at 150 it is back. In between s1 is
 * asked at 100 and at 110, or in a new round. Where health is a change of the list, rounds begin
 * anew at 120 and at 150; else they go on: after 100, -1 and 1 (see above), after 110, 0 and 0;
 * s2 alone leaves it there. */
static void test_detected(void)
{
    struct stage stage;
    for (int change = CHANGE_IN_PLACE; change <= CHANGE_RELOAD; change++) {
        stage_begin(&stage, "round_robin", 2, 200);
        stage.balancer.change = (enum change)change;
        stage.balancer.view = lb_view_find("generation");
        stage_traffic(&stage, "a", every(10), constant(5));
        fail(&stage, 100, 0, 20, 50);
        const struct world_result *result = stage_run(&stage);
        CHECK_PICKS(&stage, "9+0-1 11+1-0");
        CHECK_LOG(&stage, "100 s1 failed 0, 120 s1 detected, 150 s1 back");
        CU_ASSERT_EQUAL(result->present_ns[0], 170);
        CU_ASSERT(result->changes == 3 && result->change[0].part == PART_SELF &&
                  result->change[1].part == PART_DETECTED && result->change[2].part == PART_BACK);
        CU_ASSERT(result->change[1].at_ns == 120 && result->change[2].at_ns == 150);
        CU_ASSERT(result->flow[0].refused == 0 && result->moments == 1);
        stage_end(&stage);
    }
}

/* Found out at once: nobody ever asks. Back at once: its connections are gone, and that is all. */
static void test_at_once(void)
{
    struct stage stage;
    stage_begin(&stage, "round_robin", 2, 100);
    stage_traffic(&stage, "a", every(10), forever());
    comes_back(&stage, 0, 5);
    fail(&stage, 0, 0, 0, NEVER);
    stage_run(&stage);
    CHECK_PICKS(&stage, "0+0-0 10+0-0");
    CHECK_LOG(&stage, "0 s1 failed 0, 0 s1 detected");
    CU_ASSERT_EQUAL(stage.result->present_ns[0], 0);
    stage.event[0] = (struct world_event){.kind = EVENT_FAIL,
                                          .at_ns = 50,
                                          .name = "#1",
                                          .drain_ns = NEVER,
                                          .detect_ns = NEVER,
                                          .back_ns = 0};
    stage_run(&stage);
    CHECK_LOG(&stage, "50 s1 failed 3, 50 s1 back");
    CU_ASSERT_EQUAL(stage.result->flow[0].cut, 3);
    CU_ASSERT_EQUAL(world_tally_at(stage.result, 0, 0)->failed, 0);
    /* s1 2 1 2 1; at 50 s2, and the three come back: s1 2 1; then s2 1 2 1 */
    CHECK_LIVE(&stage, 0, "4 6");
    stage_end(&stage);
}

/* ---- When nobody is left ---- */

/* One client, three tries, no server alive. */
static void all_dead(const char *preset, uint32_t servers, const char *picks)
{
    struct stage stage;
    stage_begin(&stage, preset, servers, 100);
    stage_traffic(&stage, "a", burst(1, 10, 0), forever());
    comes_back(&stage, 5, 2);
    for (uint32_t s = 0; s < servers; s++)
        fail(&stage, 0, s, NEVER, NEVER);
    const struct world_flow *flow = stage_run(&stage)->flow;
    CHECK_PICKS(&stage, picks);
    CHECK_ROW(flow->opens == 3 && flow->refused == 3 && flow->gave_up == 1 && flow->lost == 1 &&
                  flow->open == 0,
              "%s: nobody is served", preset);
    stage_end(&stage);
}

/* All are tried by every open. nginx leaves those alone that failed within the last ten seconds,
 * but for one that is alone anyhow: after the first open there is nobody to pick. */
static void test_all_dead(void)
{
    all_dead("round_robin", 2, "2+1-3 1+2-3"); /* s1 s2, s2 s1, s1 s2: -1 1, 0 0, -1 1 */
    all_dead("round_robin", 1, "3+0-3");
    all_dead("nginx-implicit-2012", 3, "3+0-3 0+3-3 0+3-3");
    all_dead("nginx-round-robin", 2, "1+0-1 0+1-1");
    all_dead("nginx-round-robin", 1, "3+0-3");
    all_dead("nginx-least-conn", 3, "1+0-1 0+1-1 0+1-1");
    all_dead("lbsim-least-conn", 2, "3+0-3 0+3-3");
    all_dead("apisix-merged", 1, "3+0-3");
    all_dead("apisix-reset", 1, "3+0-3");
    all_dead("apisix-pr12255", 1, "3+0-3");
}

/* A balancer that never tries elsewhere: half of the opens are refused. */
static void test_never_elsewhere(void)
{
    struct stage stage;
    stage_begin(&stage, "round_robin", 2, 100);
    stage.balancer.trait[TRAIT_REDISPATCH] = REDISPATCH_NEVER;
    stage_traffic(&stage, "a", every(10), forever());
    fail(&stage, 0, 1, NEVER, NEVER);
    stage_run(&stage);
    CHECK_PICKS(&stage, "5+0-0 5+0-5");
    CHECK_LIVE(&stage, 0, "5 0");
    CU_ASSERT(stage.result->flow[0].refused == 5 && stage.result->flow[0].lost == 5);
    stage_end(&stage);
}

/* What is not held against anybody, because it was never counted: its server's count. The dead s1
 * of two is the emptier one for ever, so every open asks it first. */
static void test_empty_and_dead(void)
{
    static const char *const presets[] = {"least_conn", "apisix-reset", "apisix-merged",
                                          "lbsim-least-conn"};
    struct stage stage;
    for (size_t i = 0; i < sizeof presets / sizeof *presets; i++) {
        stage_begin(&stage, presets[i], 2, 100);
        stage_traffic(&stage, "a", every(10), forever());
        fail(&stage, 0, 0, NEVER, NEVER);
        stage_run(&stage);
        CHECK_PICKS(&stage, "10+0-10 0+10-0");
        stage_end(&stage);
    }
}

/* One place each, two open, three wait when s1 dies. Nobody knows: its place goes to the eldest,
 * who is refused, finds s2 full, and does not wait again; the place is free once more, and so on.
 * Known at once, s1 has no place to give, and all wait for s2, which closes at 40 and takes one. */
static void test_waiting(void)
{
    static const struct {
        uint64_t detect_ns, refused, open, queued;
        int redispatch;
    } rows[] = {{SPAN_FOREVER, 3, 0, 0, REDISPATCH_ELSEWHERE},
                {SPAN_FOREVER, 3, 0, 0, REDISPATCH_NEVER},
                {0, 0, 1, 2, REDISPATCH_ELSEWHERE}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct stage stage;
        stage_begin(&stage, "round_robin", 2, 50);
        stage.balancer.trait[TRAIT_WHEN_FULL] = FULL_QUEUE;
        stage.balancer.trait[TRAIT_REDISPATCH] = (uint8_t)rows[i].redispatch;
        stage.server[0].max_conns = stage.server[1].max_conns = 1;
        stage_traffic(&stage, "a", burst(5, 0, 0), constant(40));
        fail(&stage, 20, 0, rows[i].detect_ns, NEVER);
        const struct world_flow *flow = stage_run(&stage)->flow;
        CHECK_ROW(flow->refused == rows[i].refused && flow->open == rows[i].open &&
                      flow->queued == rows[i].queued && flow->cut == 1 && flow->closed == 1,
                  "row %zu: refused %llu, open %llu, queued %llu", i,
                  (unsigned long long)flow->refused, (unsigned long long)flow->open,
                  (unsigned long long)flow->queued);
        CU_ASSERT_EQUAL(world_tally_at(stage.result, 0, 0)->failed, rows[i].refused);
        stage_end(&stage);
    }
}

static const struct test tests[] = {
    {"its connections are cut, others are refused", test_cut},
    {"those of the draining, too", test_cut_of_the_draining},
    {"a health check finds out", test_detected},
    {"at once", test_at_once},
    {"nobody is left", test_all_dead},
    {"never tried elsewhere", test_never_elsewhere},
    {"the emptiest is dead", test_empty_and_dead},
    {"who waits for its places", test_waiting},
};

SUITE("world_failures", tests)
