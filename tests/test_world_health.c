/* test_world_health.c: failures that the balancer counts, several at once, backups, what a server
 * keeps, and what is told of each pick. Worlds small enough to be worked out by hand. */
#include "tests/failing.h"

#include <stdio.h>

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

SUITE("world_health", tests)
