/* test_keep.c: arrivals that keep so many: clients that ask one after another, by hand and by law.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/harness.h"
#include "tests/worlds.h"

static struct arrivals keep(uint64_t count)
{
    return (struct arrivals){ARRIVALS_KEEP, {{.whole = count}}};
}

/* ---- What is opened when, as a text: "0:0>s1 10:1>- ...", time, connection, server ---- */

struct opens {
    char text[STAGE_TEXT];
    size_t length;
};

static void note(void *context, const struct world_pick *pick)
{
    struct opens *opens = context;
    char server[16] = "-";
    if (pick->server != NO_SERVER)
        snprintf(server, sizeof server, "s%u", pick->server + 1);
    int wanted =
        snprintf(opens->text + opens->length, STAGE_TEXT - opens->length, "%s%llu:%s%llu>%s",
                 opens->length > 0 ? " " : "", (unsigned long long)pick->at_ns,
                 pick->traffic == 0 ? "" : "other", (unsigned long long)pick->connection, server);
    CU_ASSERT_FATAL(wanted > 0 && (size_t)wanted < STAGE_TEXT - opens->length);
    opens->length += (size_t)wanted;
}

/* Runs it; what it opened must be this. */
static const struct world_result *run_told(struct stage *stage, int line, const char *expected)
{
    struct opens opens = {.length = 0};
    stage->config.on_pick = note;
    stage->config.pick_context = &opens;
    stage_run(stage);
    CHECK_ROW(strcmp(opens.text, expected) == 0, "line %d: opened\n%s\nnot\n%s", line, opens.text,
              expected);
    return stage->result;
}
#define RUN_TOLD(stage, expected) run_told(stage, __LINE__, expected)

/* ---- By hand ---- */

/* Three clients with connections of ten ticks each: four rounds in 35 ticks. */
static void in_rounds(void)
{
    struct stage stage;
    stage_begin(&stage, "round_robin", 2, 35);
    stage_traffic(&stage, "t", keep(3), constant(10));
    stage_sample(&stage, 5);
    stage_sample(&stage, 10);
    stage_sample(&stage, 34);
    const struct world_result *result =
        RUN_TOLD(&stage, "0:0>s1 0:1>s2 0:2>s1 10:3>s2 10:4>s1 10:5>s2 20:6>s1 20:7>s2 20:8>s1 "
                         "30:9>s2 30:10>s1 30:11>s2");
    CHECK_SAMPLES(&stage, "2 1, 1 2, 1 2");
    CU_ASSERT_EQUAL(result->flow[0].arrived, 12);
    CU_ASSERT_EQUAL(result->flow[0].closed, 9);
    CU_ASSERT_EQUAL(result->flow[0].open, 3);
    CU_ASSERT_EQUAL(integral_of(result, 0, 35), 3 * 35); /* never fewer than three */
    stage_end(&stage);
}

/* What ends and follows is after all else of its tick: events, the arrivals of others, and all
 * departures, so that a full server has its places free again. */
static void last_of_its_tick(void)
{
    struct stage stage;
    stage_begin(&stage, "round_robin", 1, 25);
    stage.server[0].max_conns = 2;
    stage_traffic(&stage, "t", keep(2), constant(10));
    stage_traffic(&stage, "other", burst(1, 10, 0), constant(1));
    RUN_TOLD(&stage, "0:0>s1 0:1>s1 10:other0>- 10:2>s1 10:3>s1 20:4>s1 20:5>s1");
    stage_end(&stage);
}

/* Who is refused asks again when its ten ticks are over, with whoever else ends then; nobody is
 * lost, however long nobody is there. */
static void who_is_refused(void)
{
    struct stage stage;
    stage_begin(&stage, "round_robin", 1, 35);
    stage.server[0].max_conns = 2;
    stage_traffic(&stage, "t", keep(3), constant(10));
    stage_change(&stage, 5, "-1")->drain_ns = SPAN_FOREVER;
    stage_change(&stage, 15, "+1");
    const struct world_result *result =
        RUN_TOLD(&stage, "0:0>s1 0:1>s1 0:2>- 10:3>- 10:4>- 10:5>- 20:6>s1 20:7>s1 20:8>- 30:9>s1 "
                         "30:10>s1 30:11>-");
    CU_ASSERT_EQUAL(result->flow[0].refused, 6);
    CU_ASSERT_EQUAL(result->flow[0].lost, 6);
    CU_ASSERT_EQUAL(result->flow[0].gave_up, 0);
    stage_end(&stage);
}

/* Out of tries, it waits as long as its connection would have lasted from then on: three refusals
 * at 0, 3 and 6, and the next comes at 16. */
static void who_gives_up(void)
{
    struct stage stage;
    stage_begin(&stage, "round_robin", 1, 30);
    stage.server[0].at_start = false;
    struct world_traffic *traffic = stage_traffic(&stage, "t", keep(1), constant(10));
    traffic->reconnects = true;
    traffic->reconnect_after = constant(3);
    traffic->reconnect_tries = 2;
    const struct world_result *result = RUN_TOLD(&stage, "0:0>- 3:0>- 6:0>- 16:1>- 19:1>- 22:1>-");
    CU_ASSERT_EQUAL(result->flow[0].gave_up, 2);
    CU_ASSERT_EQUAL(result->flow[0].arrived, 2);
    /* And with all tries in one tick. */
    traffic = &stage.traffic[0];
    traffic->reconnect_after = constant(0);
    RUN_TOLD(&stage, "0:0>- 0:0>- 0:0>- 10:1>- 10:1>- 10:1>- 20:2>- 20:2>- 20:2>-");
    stage_end(&stage);
}

/* A hold without end that found nobody has no time to come back at. */
static void for_ever(void)
{
    struct stage stage;
    stage_begin(&stage, "round_robin", 1, 1000);
    stage.server[0].max_conns = 2;
    stage_traffic(&stage, "t", keep(3), forever());
    stage_change(&stage, 5, "1:2");
    const struct world_result *result = RUN_TOLD(&stage, "0:0>s1 0:1>s1 0:2>-");
    CU_ASSERT_EQUAL(result->flow[0].open, 2);
    CU_ASSERT_EQUAL(result->flow[0].refused, 1);
    stage_end(&stage);
}

/* A cut is an end for those who stay away, and none for those who come back; a close always is. */
static void cuts_and_closes(void)
{
    struct stage stage;
    stage_begin(&stage, "round_robin", 2, 18);
    struct world_traffic *traffic = stage_traffic(&stage, "t", keep(2), constant(10));
    stage_event(&stage, 4, EVENT_CUT)->filter.server = 0;
    RUN_TOLD(&stage, "0:0>s1 0:1>s2 4:2>s1 10:3>s2 14:4>s1");
    traffic->reconnects = true;
    traffic->reconnect_after = constant(1);
    traffic->reconnect_tries = TRIES_UNLIMITED;
    RUN_TOLD(&stage, "0:0>s1 0:1>s2 5:0>s1 10:2>s2 11:3>s1"); /* with the six ticks it had left */
    stage.event[0].kind = EVENT_CLOSE;
    RUN_TOLD(&stage, "0:0>s1 0:1>s2 4:2>s1 10:3>s2 14:4>s1");
    stage_end(&stage);
}

/* A cut in the very tick in which the hold ends: what is left is nothing, and nothing hangs. */
static void cut_at_its_end(void)
{
    struct stage stage;
    stage_begin(&stage, "round_robin", 1, 15);
    struct world_traffic *traffic = stage_traffic(&stage, "t", keep(1), constant(10));
    stage_event(&stage, 10, EVENT_CUT);
    traffic->reconnects = true;
    traffic->reconnect_after = constant(0);
    traffic->reconnect_tries = 1;
    RUN_TOLD(&stage, "0:0>s1 10:0>s1 10:1>s1");
    /* Nor where it finds the server gone. */
    stage_change(&stage, 10, "-1");
    RUN_TOLD(&stage, "0:0>s1 10:0>- 10:1>- 10:1>-");
    stage_end(&stage);
}

/* A hold of nothing lasts a tick; so time goes on. Elsewhere it stays nothing. */
static void no_time_at_all(void)
{
    struct stage stage;
    stage_begin(&stage, "round_robin", 1, 4);
    stage_traffic(&stage, "t", keep(1), constant(0));
    RUN_TOLD(&stage, "0:0>s1 1:1>s1 2:2>s1 3:3>s1");
    stage.arrivals[0][0] = burst(1, 2, 0);
    CU_ASSERT_EQUAL(RUN_TOLD(&stage, "2:0>s1")->flow[0].open, 0);
    stage_end(&stage);
}

/* Entries are populations of their own. */
static void two_entries(void)
{
    struct stage stage;
    stage_begin(&stage, "round_robin", 1, 12);
    stage_traffic(&stage, "t", keep(1), constant(10));
    stage_entry(&stage, keep(2));
    RUN_TOLD(&stage, "0:0>s1 0:0>s1 0:1>s1 10:1>s1 10:2>s1 10:3>s1");
    stage_end(&stage);
}

/* ---- By law ---- */

/* With exponential holds of mean m, N clients end N T / m connections in T, as a Poisson process:
 * outside of 5.57 deviations with probability 2.5e-8. */
static void closes_as_often(void)
{
    struct stage stage;
    enum { CLIENTS = 50, MEAN = 1000, LONG = 1000000 };
    stage_begin(&stage, "random", 3, LONG);
    stage_traffic(&stage, "t", keep(CLIENTS), exponential(MEAN));
    const struct world_result *result = stage_run(&stage);
    double expected = (double)CLIENTS * LONG / MEAN; /* and half a tick less a hold: 0.05 % */
    double seen = (double)result->flow[0].closed;
    CHECK_ROW(fabs(seen - expected) <= 5.57 * sqrt(expected) + 0.0006 * expected,
              "%.0f ends, not %.0f", seen, expected);
    CU_ASSERT_EQUAL(result->flow[0].open, CLIENTS);
    CU_ASSERT_EQUAL(integral_of(result, 0, LONG), (uint64_t)CLIENTS * LONG);
    stage_end(&stage);
}

/* Everything that can happen, happens: nobody is lost, there are never more than so many, and what
 * comes from outside is the same for all; where nobody is cut, so is when they ask. */
static void under_any_preset(void)
{
    enum { CLIENTS = 30, LONG = 300000 };
    uint64_t digest = 0, arrived = 0;
    for (uint32_t i = 0; preset_at(i) != NULL; i++) {
        const char *name = preset_at(i)->name;
        struct stage stage;
        stage_begin(&stage, name, 4, LONG);
        stage.server[1].max_conns = 5;
        stage.server[3].at_start = false;
        stage.config.workers = 2;
        stage_traffic(&stage, "asks", keep(CLIENTS), exponential(2000));
        struct world_traffic *back = stage_traffic(&stage, "back", keep(CLIENTS), uniform(0, 5000));
        back->reconnects = true;
        back->reconnect_after = uniform(0, 900);
        back->reconnect_tries = 2;
        back->keys = keys_zipf(20, 1);
        stage_change(&stage, 50000, "+4 -1");
        stage_event(&stage, 100000, EVENT_RELOAD);
        stage_change(&stage, 150000, "-2 -3 -4"); /* nobody is left until 200000 */
        stage_change(&stage, 200000, "+1 +2");
        stage_run(&stage);
        bool waits = stage.balancer.trait[TRAIT_WHEN_FULL] == FULL_QUEUE;
        arrived = i == 0 ? stage.result->flow[1].arrived : arrived;
        CHECK_ROW(waits || stage.result->flow[1].arrived == arrived, "%s: asks at other times",
                  name);
        CHECK_ROW(stage.result->flow[0].refused > 1000, "%s: nobody is refused", name);
        stage_event(&stage, 220000, EVENT_CUT)->filter.server = 0;
        stage_event(&stage, 240000, EVENT_CRASH)->worker = 1;
        stage_event(&stage, 260000, EVENT_CLOSE)->filter.share_e9 = SHARE_ALL / 2;
        stage_run(&stage);
        for (uint32_t row = 1; row <= 2; row++) {
            const struct world_flow *flow = &stage.result->flow[row];
            CHECK_ROW(flow->arrived ==
                          flow->open + flow->closed + flow->lost + flow->waiting + flow->queued,
                      "%s: row %u: nobody is lost", name, row);
            CHECK_ROW(flow->open + flow->waiting + flow->queued <= CLIENTS && flow->open > 0,
                      "%s: row %u: %llu are open", name, row, (unsigned long long)flow->open);
            CHECK_ROW(flow->waited > 100 || (flow->cut > 10 && flow->refused > 100),
                      "%s: row %u: all happened: %llu waited, %llu cut, %llu refused", name, row,
                      (unsigned long long)flow->waited, (unsigned long long)flow->cut,
                      (unsigned long long)flow->refused);
        }
        digest = i == 0 ? stage.result->traffic_digest : digest;
        CHECK_ROW(stage.result->traffic_digest == digest, "%s meets other traffic", name);
        stage_end(&stage);
    }
}

static const struct test tests[] = {
    {"in rounds", in_rounds},
    {"last of its tick", last_of_its_tick},
    {"who is refused", who_is_refused},
    {"who gives up", who_gives_up},
    {"for ever", for_ever},
    {"cuts and closes", cuts_and_closes},
    {"cut at its end", cut_at_its_end},
    {"no time at all", no_time_at_all},
    {"two entries", two_entries},
    {"ends as often as the law says", closes_as_often},
    {"nobody gets lost, under any preset", under_any_preset},
};

SUITE("test_keep", tests)
