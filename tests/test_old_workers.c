/* test_old_workers.c: what is left on the workers that a reload replaced, and when it is cut. Small
 * worlds worked out by hand, in ticks of 1 ns. */
#include "tests/harness.h"
#include "tests/worlds.h"

#include <stdio.h>
#include <string.h>

static void comes_back_at_once(struct world_traffic *traffic)
{
    traffic->reconnects = true;
    traffic->reconnect_after = constant(0);
    traffic->reconnect_tries = TRIES_UNLIMITED;
}

/* The logs as "AT EVENT KIND NUMBER", of those that cut. */
static char *text_of_cuts(const struct world_result *result, char text[STAGE_TEXT])
{
    size_t length = 0;
    text[0] = '\0';
    for (uint32_t i = 0; i < result->logs; i++) {
        const struct world_log *log = &result->log[i];
        const char *kind = log->kind == LOG_OLD_WORKERS ? "old"
                           : log->kind == LOG_DRAINED   ? "drained"
                           : log->kind == LOG_CRASH     ? "crash"
                                                        : NULL;
        if (kind != NULL)
            length += (size_t)snprintf(text + length, STAGE_TEXT - length, "%s%llu #%u %s %llu",
                                       length > 0 ? ", " : "", (unsigned long long)log->at_ns,
                                       log->event + 1, kind, (unsigned long long)log->number);
    }
    return text;
}

#define CHECK_CUTS(stage, what, expected)                                                          \
    do {                                                                                           \
        char cuts_[STAGE_TEXT];                                                                    \
        text_of_cuts((stage)->result, cuts_);                                                      \
        CHECK_ROW(strcmp(cuts_, expected) == 0, "%s: \"%s\", expected \"%s\"", what, cuts_,        \
                  expected);                                                                       \
    } while (0)

/* ---- When ---- */

/* Two on each of two servers, a reload at 10, the end at 100. */
static void test_when(void)
{
    static const struct {
        uint64_t old_ns;
        const char *cuts, *at_9_10_29_30_99;
    } rows[] = {
        {SPAN_FOREVER, "", "2 2, 2 2, 2 2, 2 2, 2 2"},
        {0, "10 #1 old 4", "2 2, 0 0, 0 0, 0 0, 0 0"},
        {20, "30 #1 old 4", "2 2, 2 2, 2 2, 0 0, 0 0"},
        {89, "99 #1 old 4", "2 2, 2 2, 2 2, 2 2, 0 0"}, /* the last tick */
        {90, "", "2 2, 2 2, 2 2, 2 2, 2 2"},            /* the end: too late */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct stage stage;
        stage_begin(&stage, "round_robin", 2, 100);
        stage.config.old_workers_ns = rows[i].old_ns;
        stage_traffic(&stage, "a", burst(4, 0, 0), forever());
        stage_event(&stage, 10, EVENT_RELOAD);
        for (size_t at = 0; at < 5; at++)
            stage_sample(&stage, (uint64_t[]){9, 10, 29, 30, 99}[at]);
        const struct world_result *result = stage_run(&stage);
        CHECK_SAMPLES(&stage, rows[i].at_9_10_29_30_99);
        CHECK_CUTS(&stage, "when", rows[i].cuts);
        CU_ASSERT_EQUAL(result->flow[0].cut, rows[i].cuts[0] == '\0' ? 0 : 4);
        CU_ASSERT_EQUAL(result->changes, 1); /* the reload; a cut is none */
        stage_end(&stage);
    }
}

/* What ended by itself is not there to be cut. */
static void test_what_is_left(void)
{
    struct stage stage;
    stage_begin(&stage, "round_robin", 2, 100);
    stage.config.old_workers_ns = 20;
    stage_traffic(&stage, "a", burst(3, 0, 0), constant(30)); /* at 30 too, but after the cut */
    stage_traffic(&stage, "b", burst(2, 0, 0), constant(29));
    stage_event(&stage, 10, EVENT_RELOAD);
    const struct world_result *result = stage_run(&stage);
    CHECK_CUTS(&stage, "what is left", "30 #1 old 3");
    CU_ASSERT(result->flow[0].cut == 3 && result->flow[0].closed == 2);
    stage_end(&stage);
}

/* Reloads at 10 and 20: each one's old workers have their own fifteen. Who comes in between is on
 * the second's; who comes after, or comes back, stays. */
static void test_each_reload(void)
{
    struct stage stage;
    for (int back = 0; back < 2; back++) {
        stage_begin(&stage, "round_robin", 1, 100);
        stage.config.old_workers_ns = 15;
        struct world_traffic *traffic = stage_traffic(&stage, "a", burst(2, 0, 0), forever());
        stage_entry(&stage, burst(3, 12, 0));
        stage_entry(&stage, burst(4, 22, 0));
        if (back)
            comes_back_at_once(traffic);
        stage_event(&stage, 10, EVENT_RELOAD);
        stage_event(&stage, 20, EVENT_RELOAD);
        for (size_t at = 0; at < 4; at++)
            stage_sample(&stage, (uint64_t[]){24, 25, 34, 35}[at]);
        stage_run(&stage);
        CHECK_CUTS(&stage, "each reload", "25 #1 old 2, 35 #2 old 3");
        CHECK_SAMPLES(&stage, back ? "9, 9, 9, 9" : "9, 7, 7, 4");
        stage_end(&stage);
    }
}

/* Whatever replaces workers makes old ones: an edit where the balancer reloads, a reload always. */
static void test_whose(void)
{
    static const struct {
        const char *preset;
        const char *cuts; /* of a change, a touch, a reload, at 10, 20, 30 */
    } rows[] = {
        {"nginx-round-robin", "15 #1 old 4, 25 #2 old 0, 35 #3 old 0"},
        {"nginx-least-conn-zone", "15 #1 old 4, 25 #2 old 0, 35 #3 old 0"},
        {"lbsim-least-conn", "15 #1 old 4, 25 #2 old 0, 35 #3 old 0"},
        {"nginx-round-robin-resolve", "35 #3 old 4"},
        {"apisix-merged", "35 #3 old 4"},
        {"apisix-reset", "35 #3 old 4"},
        {"round_robin", "35 #3 old 4"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct stage stage;
        stage_begin(&stage, rows[i].preset, 3, 100);
        stage.server[2].at_start = false;
        stage.config.old_workers_ns = 5;
        stage_traffic(&stage, "a", burst(4, 0, 0), forever());
        stage_change(&stage, 10, "+3");
        stage_event(&stage, 20, EVENT_TOUCH);
        stage_event(&stage, 30, EVENT_RELOAD);
        stage_run(&stage);
        CHECK_CUTS(&stage, rows[i].preset, rows[i].cuts);
        stage_end(&stage);
    }
}

/* Of all instances and workers at once. */
static void test_all_instances(void)
{
    struct stage stage;
    stage_begin(&stage, "nginx-round-robin", 2, 100);
    stage.config.instances = 3;
    stage.config.workers = 2;
    stage.config.old_workers_ns = 20;
    stage_traffic(&stage, "a", burst(12, 0, 0), forever());
    stage_entry(&stage, burst(12, 15, 0));
    stage_event(&stage, 10, EVENT_RELOAD);
    stage_run(&stage);
    CHECK_CUTS(&stage, "all instances", "30 #1 old 12");
    CHECK_LIVE(&stage, 0, "6 6");
    stage_end(&stage);
}

/* Two elders and one new connection on s1 when its worker crashes at 20: the new one is lost there
 * and then; the elders have until 30, and who came at 25 stays. */
static void test_crash(void)
{
    struct stage stage;
    stage_begin(&stage, "round_robin", 1, 100);
    stage.config.old_workers_ns = 20;
    stage_traffic(&stage, "a", burst(2, 0, 0), forever());
    stage_entry(&stage, burst(1, 15, 0));
    stage_entry(&stage, burst(3, 25, 0));
    stage_event(&stage, 10, EVENT_RELOAD);
    stage_event(&stage, 20, EVENT_CRASH);
    stage_run(&stage);
    CHECK_CUTS(&stage, "crash", "20 #2 crash 1, 30 #1 old 2");
    CHECK_LIVE(&stage, 0, "3");
    stage_end(&stage);
}

/* ---- In which order ---- */

/* The events of a tick as they are written, and of each what follows from it before the next. */
static void test_ties(void)
{
    struct stage stage;
    for (int reload_first = 0; reload_first < 2; reload_first++) {
        stage_begin(&stage, "round_robin", 2, 100);
        stage.config.old_workers_ns = 20;
        stage_traffic(&stage, "a", burst(4, 0, 0), forever());
        if (reload_first)
            stage_event(&stage, 10, EVENT_RELOAD);
        stage_change(&stage, 30, "-1")->drain_ns = 0;
        if (!reload_first)
            stage_event(&stage, 10, EVENT_RELOAD);
        stage_run(&stage);
        CHECK_CUTS(&stage, "ties",
                   reload_first ? "30 #1 old 4, 30 #2 drained 0" : "30 #1 drained 2, 30 #2 old 2");
        stage_end(&stage);
    }
}

/* One event's own: its list, then those of who left, then what is left on old workers. */
static void test_one_event(void)
{
    struct stage stage;
    for (uint64_t after_ns = 0; after_ns <= 20; after_ns += 20) {
        stage_begin(&stage, "nginx-round-robin", 2, 100);
        stage.config.old_workers_ns = after_ns;
        comes_back_at_once(stage_traffic(&stage, "a", burst(6, 0, 0), forever()));
        stage_change(&stage, 10, "-1")->drain_ns = after_ns;
        stage_run(&stage);
        CHECK_CUTS(&stage, "one event",
                   after_ns == 0 ? "10 #1 drained 3, 10 #1 old 3" : "30 #1 drained 3, 30 #1 old 3");
        CHECK_LIVE(&stage, 0, "0 6");
        stage_end(&stage);
    }
}

/* fifo picks, among equals, the server that was longest let alone, and a release counts as a touch.
 * When all is cut b, c, d are on s2, s3, s1 in that opening order, so s2 was let alone longest; in
 * the order of servers it would be s1. */
static void test_opening_order(void)
{
    struct stage stage;
    for (uint64_t after_ns = 0; after_ns <= 2; after_ns += 2) {
        stage_begin(&stage, "least_conn", 3, 100);
        stage.balancer.param[1] = 3; /* ties: fifo */
        stage.config.old_workers_ns = after_ns;
        stage_traffic(&stage, "a", burst(1, 0, 0), constant(4));
        stage_traffic(&stage, "b", burst(1, 1, 0), forever());
        stage_traffic(&stage, "c", burst(1, 5, 0), forever());
        stage_traffic(&stage, "d", burst(1, 6, 0), forever());
        stage_traffic(&stage, "e", burst(1, 13, 0), forever());
        stage_event(&stage, 10, EVENT_RELOAD);
        stage_sample(&stage, 9);
        stage_run(&stage);
        CHECK_SAMPLES(&stage, "1 1 1");
        CHECK_LIVE(&stage, 0, "0 1 0");
        stage_end(&stage);
    }
}

/* ---- What was measured ---- */

/* 400 held on two servers, a third joins by a reload whose old workers have a second; all come back
 * at once, and 200 more are opened, before or after: 200 200 200 on a real nginx, with zone and
 * without. For ever: 267 267 66. */
static void test_nginx(void)
{
    static const char *const presets[] = {"nginx-round-robin", "nginx-round-robin-zone",
                                          "nginx-least-conn", "nginx-least-conn-zone"};
    for (size_t i = 0; i < sizeof presets / sizeof *presets; i++)
        for (int late = 0; late < 2; late++) {
            struct stage stage;
            stage_begin(&stage, presets[i], 3, 60 * SECOND);
            stage.server[2].at_start = false;
            stage.config.old_workers_ns = SECOND;
            comes_back_at_once(stage_traffic(&stage, "held", burst(400, 0, 0), forever()));
            stage_entry(&stage, burst(200, (late ? 20 : 10) * SECOND + SECOND / 2, 0));
            stage_change(&stage, 10 * SECOND, "+3");
            stage_sample(&stage, 11 * SECOND - 1);
            stage_run(&stage);
            CHECK_SAMPLES(&stage, late ? "200 200 0" : "267 267 66");
            CHECK_LIVE(&stage, 0, "200 200 200");
            CHECK_CUTS(&stage, presets[i], "11000000000 #1 old 400");
            stage.config.old_workers_ns = SPAN_FOREVER;
            stage_run(&stage);
            CHECK_LIVE(&stage, 0, "267 267 66");
            stage_end(&stage);
        }
}

static const struct test tests[] = {
    {"so long after the reload", test_when},
    {"what is left by then", test_what_is_left},
    {"each reload's own", test_each_reload},
    {"whatever replaces workers", test_whose},
    {"of all instances", test_all_instances},
    {"elders outlive a crash", test_crash},
    {"ties: events as written", test_ties},
    {"ties: the list, who left, old workers", test_one_event},
    {"ties: in opening order", test_opening_order},
    {"as nginx does it", test_nginx},
};

SUITE("old_workers", tests)
