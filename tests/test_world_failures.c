/* test_world_failures.c: servers that die: what is cut, who is tried, who finds out, and when it is
 * over; and what a server keeps. Worlds small enough to be worked out by hand. */
#include "tests/harness.h"
#include "tests/worlds.h"

#include <stdio.h>
#include <string.h>

static struct world_event *fail(struct stage *stage, uint64_t at_ns, uint32_t server,
                                uint64_t detect_ns, uint64_t back_ns)
{
    struct world_event *event = stage_event(stage, at_ns, EVENT_FAIL);
    event->server = server;
    event->detect_ns = detect_ns;
    event->back_ns = back_ns;
    return event;
}

static const uint64_t NEVER = SPAN_FOREVER;

static struct world_event *flap(struct stage *stage, uint64_t at_ns, uint32_t server,
                                uint64_t for_ns)
{
    struct world_event *event = stage_event(stage, at_ns, EVENT_FLAP);
    event->server = server;
    event->for_ns = for_ns;
    return event;
}

static void comes_back(struct stage *stage, uint64_t after_ns, uint64_t tries)
{
    struct world_traffic *traffic = &stage->traffic[stage->config.traffics - 1];
    traffic->reconnects = true;
    traffic->reconnect_after = constant(after_ns);
    traffic->reconnect_tries = tries;
}

/* picks+retries-failed of each server: "3+0-1 3+1-0". */
static char *text_of_picks(const struct world_result *result, char text[STAGE_TEXT])
{
    size_t length = 0;
    for (uint32_t s = 0; s < result->servers; s++) {
        const struct world_tally *tally = world_tally_at(result, 0, s);
        length +=
            (size_t)snprintf(text + length, STAGE_TEXT - length, "%s%llu+%llu-%llu",
                             s > 0 ? " " : "", (unsigned long long)tally->picks,
                             (unsigned long long)tally->retries, (unsigned long long)tally->failed);
    }
    return text;
}

#define CHECK_PICKS(stage, expected)                                                               \
    do {                                                                                           \
        char text_[STAGE_TEXT];                                                                    \
        text_of_picks((stage)->result, text_);                                                     \
        CHECK_ROW(strcmp(text_, expected) == 0, "%s: picks are %s, expected %s",                   \
                  (stage)->balancer.preset->name, text_, expected);                                \
    } while (0)

/* What happened when: "100 failed 2, 120 detected, 150 back". */
static char *text_of_log(const struct world_result *result, char text[STAGE_TEXT])
{
    size_t length = 0;
    text[0] = '\0';
    for (uint32_t i = 0; i < result->logs; i++) {
        const struct world_log *log = &result->log[i];
        length +=
            (size_t)snprintf(text + length, STAGE_TEXT - length, "%s%llu s%u ", i > 0 ? ", " : "",
                             (unsigned long long)log->at_ns, log->server + 1);
        length += (size_t)snprintf(text + length, STAGE_TEXT - length,
                                   log->kind == LOG_FAILED     ? "failed %llu"
                                   : log->kind == LOG_DETECTED ? "detected"
                                   : log->kind == LOG_BACK     ? "back"
                                   : log->kind == LOG_OUT      ? "out"
                                   : log->kind == LOG_ADDED    ? "added"
                                                               : "removed",
                                   (unsigned long long)log->number);
    }
    return text;
}

#define CHECK_LOG(stage, expected)                                                                 \
    do {                                                                                           \
        char text_[STAGE_TEXT];                                                                    \
        text_of_log((stage)->result, text_);                                                       \
        CHECK_ROW(strcmp(text_, expected) == 0, "%s", text_);                                      \
    } while (0)

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

/* ---- Failures that the balancer counts ---- */

/* One a second; s1 dies at once. It fails at 0, and s2 pays: -1 1. It is left alone until 10 s
 * are over, at 11: s1 is asked for, but what it weighs has to come back: 0, then 1. So -1 2 and
 * s2, that is -1 1; at 12 it is 0 2, and s2: 0 0; at 13 1 1, and s1 fails again. Every 13 s from
 * then on. */
static void test_left_alone(void)
{
    struct stage stage;
    stage_begin(&stage, "nginx-round-robin", 2, 40 * SECOND);
    stage_traffic(&stage, "a", every(SECOND), constant(1));
    fail(&stage, 0, 0, NEVER, NEVER);
    stage_run(&stage);
    CHECK_PICKS(&stage, "4+0-4 36+4-0");
    stage.server[0].fail_timeout_s = 2; /* 0, 3 + 2, 10, ... */
    stage_run(&stage);
    CHECK_PICKS(&stage, "8+0-8 32+8-0");
    stage.server[0].max_fails = 0; /* every other, as if nothing were */
    stage_run(&stage);
    CHECK_PICKS(&stage, "20+0-20 20+20-0");
    stage_end(&stage);
}

/* The same with a worker each: what failed for the one is news to the other. With shared state it
 * is not. */
static void test_left_alone_by_all(void)
{
    struct stage stage;
    for (int zone = 0; zone < 2; zone++) {
        stage_begin(&stage, zone ? "nginx-round-robin-zone" : "nginx-round-robin", 2, 10 * SECOND);
        stage.config.workers = 2;
        stage_traffic(&stage, "a", every(SECOND), constant(1));
        fail(&stage, 0, 0, NEVER, NEVER);
        stage_run(&stage);
        CHECK_PICKS(&stage, zone ? "1+0-1 9+1-0" : "2+0-2 8+2-0");
        stage_end(&stage);
    }
}

/* ---- Several at once ---- */

/* Dead from 10 to 60 and from 20 to 30; found out from 22 until it is up. */
static void test_fails_again(void)
{
    struct stage stage;
    stage_begin(&stage, "round_robin", 2, 100);
    stage_traffic(&stage, "a", every(10), constant(1));
    fail(&stage, 10, 0, NEVER, 50);
    fail(&stage, 20, 0, 2, 10);
    fail(&stage, 25, 0, 6, NEVER)->back_ns = 8; /* known already: nothing new */
    stage_run(&stage);
    CHECK_LOG(&stage, "10 s1 failed 0, 20 s1 failed 0, 22 s1 detected, 25 s1 failed 0, 60 s1 back");
    CU_ASSERT_EQUAL(stage.result->present_ns[0], 100 - (60 - 22));
    stage_end(&stage);
}

/* A flap and a failure: out until both are over; a flap that ends before the failure is found out
 * says that all is well. */
static void test_flaps_while_dead(void)
{
    static const struct {
        uint64_t flap_at_ns, flap_for_ns, out_ns;
        const char *log;
    } rows[] = {
        {20, 10, 20, "10 s1 failed 0, 20 s1 out, 30 s1 back, 40 s1 detected, 50 s1 back"},
        {20, 25, 30, "10 s1 failed 0, 20 s1 out, 50 s1 back"},
        {20, 60, 60, "10 s1 failed 0, 20 s1 out, 80 s1 back"},
        {45, 15, 20, "10 s1 failed 0, 40 s1 detected, 45 s1 out, 60 s1 back"},
        {5, 2, 12, "5 s1 out, 7 s1 back, 10 s1 failed 0, 40 s1 detected, 50 s1 back"},
    };
    struct stage stage;
    for (int change = CHANGE_IN_PLACE; change <= CHANGE_RELOAD; change++)
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
            stage_begin(&stage, "round_robin", 2, 100);
            stage.balancer.change = (enum change)change;
            stage_traffic(&stage, "a", every(1), constant(1));
            fail(&stage, 10, 0, 30, 40);
            flap(&stage, rows[i].flap_at_ns, 0, rows[i].flap_for_ns);
            stage_run(&stage);
            CHECK_LOG(&stage, rows[i].log);
            CU_ASSERT_EQUAL(stage.result->present_ns[0], 100 - rows[i].out_ns);
            stage_end(&stage);
        }
}

/* Whether a server is dead or known to be is its own, in the list or not: s1 returns dead, and out;
 * it is up while it is away; it dies for good and returns dead, and nobody knows. */
static void test_leaves_dead(void)
{
    struct stage stage;
    for (int change = CHANGE_IN_PLACE; change <= CHANGE_RELOAD; change++) {
        stage_begin(&stage, "round_robin", 2, 100);
        stage.balancer.change = (enum change)change;
        stage_traffic(&stage, "a", burst(4, 35, 0), constant(1));
        stage_entry(&stage, burst(4, 65, 0));
        fail(&stage, 10, 0, 15, 40);
        stage_change(&stage, 20, "-1");
        stage_change(&stage, 30, "+1"); /* dead until 50, known since 25 */
        stage_run(&stage);
        CHECK_LOG(&stage, "10 s1 failed 0, 20 s1 removed, 30 s1 added, 50 s1 back");
        CU_ASSERT_EQUAL(stage.result->present_ns[0], 20 + 50);
        CHECK_PICKS(&stage, "2+0-0 6+0-0");
        stage.event[2].at_ns = 60; /* up when it returns */
        stage_run(&stage);
        CHECK_LOG(&stage, "10 s1 failed 0, 20 s1 removed, 60 s1 added");
        CHECK_PICKS(&stage, "2+0-0 6+0-0");
        stage.event[0].detect_ns = stage.event[0].back_ns = NEVER;
        stage_run(&stage);
        CHECK_LOG(&stage, "10 s1 failed 0, 20 s1 removed, 60 s1 added");
        CU_ASSERT_EQUAL(stage.result->present_ns[0], 20 + 40);
        CHECK_ROW(world_tally_at(stage.result, 0, 0)->failed > 0, "it refuses");
        CHECK_LIVE(&stage, 0, "0 0");
        CU_ASSERT_EQUAL(stage.result->flow[0].refused, 0);
        stage_end(&stage);
    }
}

/* A newcomer that is dead: the first picks go to it all the same, but no connection does. */
static void test_newcomer_dies(void)
{
    struct stage stage;
    stage_begin(&stage, "least_conn", 2, 20 * SECOND);
    stage.server[1].at_start = false;
    stage_traffic(&stage, "a", every(SECOND / 10), forever());
    stage_change(&stage, 5 * SECOND, "+2");
    fail(&stage, 5 * SECOND, 1, NEVER, NEVER);
    const struct world_after *after = world_after_at(stage_run(&stage), 0, 0);
    CHECK_LIVE(&stage, 0, "200 0");
    CU_ASSERT(after->picks == 100 && after->taken == 100 && after->longest_run == 150);
    CU_ASSERT_EQUAL(after->opens_per_s_peak, 0);
    CU_ASSERT_EQUAL(stage.result->changes, 2);
    stage_end(&stage);
}

/* ---- Backups ---- */

/* s3 is there only while neither s1 nor s2 is, as far as anybody knows. */
static void test_backup(void)
{
    struct stage stage;
    for (int change = CHANGE_IN_PLACE; change <= CHANGE_RELOAD; change++) {
        stage_begin(&stage, "round_robin", 3, 100);
        stage.balancer.change = (enum change)change;
        stage.server[2].backup = true;
        stage_traffic(&stage, "a", every(1), constant(1));
        stage_change(&stage, 20, "-1");
        flap(&stage, 30, 1, 20);
        stage_change(&stage, 60, "-2");
        stage_change(&stage, 70, "-3");
        stage_change(&stage, 80, "+3"); /* a backup still */
        stage_change(&stage, 90, "+2");
        const struct world_result *result = stage_run(&stage);
        const uint64_t present[] = {20, 60 - 20 + 10, 20 + 10 + 10};
        for (uint32_t s = 0; s < 3; s++) {
            const struct world_tally *tally = world_tally_at(result, 0, s);
            CHECK_ROW(result->present_ns[s] == present[s], "s%u: %llu ns", s + 1,
                      (unsigned long long)result->present_ns[s]);
            CU_ASSERT(tally->picks_absent == 0 && tally->retries == 0);
        }
        CHECK_PICKS(&stage, "10+0-0 40+0-0 40+0-0");
        CU_ASSERT_EQUAL(result->flow[0].refused, 10);
        CU_ASSERT_FALSE(result->present[2]);
        /* sum x = sum e through all of it */
        CHECK_ROW(world_tally_at(result, 0, 2)->entitled == 40, "entitled to its picks");
        stage_end(&stage);
    }
}

/* Both primaries are dead and nobody knows: the backup takes what they refuse. nginx learns it by
 * itself, and then picks a server that is not supposed to be there yet. */
static void test_backup_by_retry(void)
{
    struct stage stage;
    stage_begin(&stage, "round_robin", 3, 100);
    stage.server[2].backup = true;
    stage_traffic(&stage, "a", every(10), forever());
    fail(&stage, 0, 0, NEVER, NEVER);
    fail(&stage, 0, 1, NEVER, NEVER);
    stage_run(&stage);
    CHECK_LIVE(&stage, 0, "0 0 10");
    CHECK_ROW(world_tally_at(stage.result, 0, 2)->retries == 10, "all by retry");
    CU_ASSERT_EQUAL(stage.result->present_ns[2], 0);
    stage.balancer = balancer_of_preset(preset_find("nginx-round-robin"));
    stage_run(&stage);
    CHECK_LIVE(&stage, 0, "0 0 10");
    CHECK_PICKS(&stage, "1+0-1 0+1-1 0+1-0");
    CU_ASSERT_EQUAL(world_tally_at(stage.result, 0, 2)->picks_absent, 9);
    stage_end(&stage);
}

/* What s1 may fail, it may still fail when it returns. */
static void test_options_return(void)
{
    struct stage stage;
    for (uint32_t most = 0; most < 2; most++) {
        stage_begin(&stage, "nginx-round-robin-resolve", 2, 10 * SECOND);
        stage.server[0].max_fails = most;
        stage_traffic(&stage, "a", every(SECOND / 2), constant(1));
        stage_change(&stage, 2 * SECOND, "-1");
        stage_change(&stage, 5 * SECOND, "+1");
        fail(&stage, 5 * SECOND, 0, NEVER, NEVER);
        stage_run(&stage);
        CHECK_PICKS(&stage, most == 0 ? "7+0-5 13+5-0" : "3+0-1 17+1-0");
        stage_end(&stage);
    }
}

/* ---- What is told of each pick ---- */

struct heard {
    char text[STAGE_TEXT];
    size_t length;
};

static void hear(void *context, const struct world_pick *pick)
{
    struct heard *heard = context;
    heard->length +=
        (size_t)snprintf(heard->text + heard->length, STAGE_TEXT - heard->length, "%s%u.%u.%u s%d",
                         heard->length > 0 ? ", " : "", (unsigned)pick->connection, pick->attempt,
                         pick->retry, pick->server == NO_SERVER ? 0 : (int)pick->server + 1);
    for (uint32_t i = 0; i < pick->beliefs; i++)
        heard->length += (size_t)snprintf(heard->text + heard->length, STAGE_TEXT - heard->length,
                                          "%s%g", i == 0 ? ":" : "/", pick->belief[i].value);
}

/* Least connections, of three, ties to the longest unpicked: s1 and s2 are dead, then s3. One row
 * a pick, with what it saw: the attempt that failed is not counted any more. An open that finds
 * nobody ends with a row without a server. */
static void test_told(void)
{
    struct heard heard = {.length = 0};
    struct stage stage;
    stage_begin(&stage, "lbsim-least-conn", 3, 100);
    stage_traffic(&stage, "a", burst(2, 10, 0), forever());
    comes_back(&stage, 20, 1);
    stage.balancer.param[0] = 0; /* score: open */
    fail(&stage, 0, 0, NEVER, NEVER);
    fail(&stage, 0, 1, NEVER, NEVER);
    fail(&stage, 20, 2, NEVER, NEVER);
    stage.config.on_pick = hear;
    stage.config.pick_context = &heard;
    stage_run(&stage);
    CU_ASSERT_STRING_EQUAL(heard.text, "0.0.0 s1:0/0/0, 0.0.1 s2:0/0/0, 0.0.2 s3:0/0/0, "
                                       "1.0.0 s1:0/0/1, 1.0.1 s2:0/0/1, 1.0.2 s3:0/0/1, "
                                       "0.1.0 s1:0/0/0, 0.1.1 s2:0/0/0, 0.1.2 s3:0/0/0, 0.1.3 s0, "
                                       "1.1.0 s1:0/0/0, 1.1.1 s2:0/0/0, 1.1.2 s3:0/0/0, 1.1.3 s0");
    stage_end(&stage);
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
    {"left alone for its failures", test_left_alone},
    {"by each worker, or by all", test_left_alone_by_all},
    {"it fails again", test_fails_again},
    {"it flaps while it is dead", test_flaps_while_dead},
    {"it leaves dead", test_leaves_dead},
    {"a newcomer dies", test_newcomer_dies},
    {"backups", test_backup},
    {"a backup takes what others refuse", test_backup_by_retry},
    {"what a server keeps", test_options_return},
    {"what is told of each pick", test_told},
};

SUITE("world_failures", tests)
