/* test_truth_haproxy_queue.c: who waits under HAProxy, and how slowly a server starts, as recorded.
 *
 * Worlds with the presets as they are; bursts take no time here, and all but some milliseconds
 * there. */
#include "tests/harness.h"
#include "tests/ranks.h"
#include "tests/truth.h"
#include "tests/worlds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *text_of(const json_t *row, const char *key)
{
    return json_string_value(json_object_get(row, key));
}

/* The preset of a row's method. */
static void preset_of(const json_t *row, char preset[64])
{
    snprintf(preset, 64, "haproxy-%s", text_of(row, "algo"));
}

/* ---- 60 opens on 60 places, then 100 ---- */

enum { PLACES = 10, SERVERS = 6 };

/* Whether as many are open on each server, in all, and waiting, as the row says; nobody waits for
 * one server in particular. */
static bool same_state(const struct stage *stage, const json_t *offered)
{
    uint32_t i = 0;
    const char *key;
    const json_t *open;
    const struct world_result *result = stage->result;
    bool same = json_integer_value(json_object_get(offered, "established")) ==
                    (json_int_t)result->flow[0].open &&
                json_integer_value(json_object_get(offered, "waiting")) ==
                    (json_int_t)result->flow[0].queued;
    json_object_foreach(json_object_get(offered, "scur"), key, open)
    {
        same = same && i < SERVERS &&
               json_integer_value(open) == (json_int_t)world_tally_at(result, 0, i)->live;
        i++;
    }
    json_object_foreach(json_object_get(offered, "srv_qcur"), key, open)
    {
        same = same && json_integer_value(open) == 0;
    }
    return same && i == SERVERS &&
           lb_algorithm_when_full(stage->balancer.algorithm) != LB_WAITS_FOR_IT;
}

static bool try_places(const json_t *row)
{
    static const char *const offered[] = {"offered_60", "offered_100"};
    char preset[64];
    bool same = strcmp(text_of(row, "capacity"), "6x10") == 0;
    preset_of(row, preset);
    for (int i = 0; i < 2; i++) {
        struct stage stage;
        stage_begin(&stage, preset, SERVERS, (uint64_t)(i + 1) * SECOND);
        for (uint32_t s = 0; s < SERVERS; s++)
            stage.server[s].max_conns = PLACES;
        stage_traffic(&stage, "a", burst(60, 0, 0), forever());
        if (i == 1)
            stage_entry(&stage, burst(40, SECOND, 0));
        stage_run(&stage);
        same = same && same_state(&stage, json_object_get(row, offered[i]));
        stage_end(&stage);
    }
    return same;
}

static void try_queue(void *context, const json_t *row)
{
    if (strcmp(text_of(row, "exp"), "queue") != 0)
        return;
    if (strncmp(text_of(row, "algo"), "random", 6) == 0)
        ledger_leave_out(context, "random(n), which has a line of its own");
    else
        ledger_compare(context, try_places(row), text_of(row, "algo"));
}

static void test_queue(void)
{
    struct ledger ledger = {.runs = 0};
    CU_ASSERT_EQUAL(truth_each("haproxy_queue.jsonl", try_queue, &ledger), 162);
    CU_ASSERT_EQUAL(ledger.left_out, 24);
    CU_ASSERT_EQUAL(ledger.equal, 48);
    ledger_report(&ledger, "haproxy_queue, queue", 48);
}

/* ---- One of six refuses, and nobody looks after its health ---- */

/* 60 are opened and held. A failed attempt takes no time here: three seconds in the real thing. */
static bool try_refusing(const json_t *row, bool redispatches)
{
    char preset[64];
    struct stage stage;
    const json_t *result = json_object_get(row, "result");
    preset_of(row, preset);
    stage_begin(&stage, preset, SERVERS, 2 * SECOND);
    stage.balancer.trait[TRAIT_REDISPATCH] = redispatches ? REDISPATCH_ELSEWHERE : REDISPATCH_NEVER;
    struct world_event *fail = stage_event(&stage, 0, EVENT_FAIL);
    fail->server = 1;
    fail->detect_ns = fail->back_ns = SPAN_FOREVER;
    stage_traffic(&stage, "a", burst(60, SECOND, 0), forever());
    stage_run(&stage);
    bool same = (uint64_t)json_integer_value(json_object_get(result, "FAIL")) ==
                stage.result->flow[0].refused;
    for (uint32_t i = 0; i < SERVERS; i++) {
        char name[8];
        snprintf(name, sizeof name, "s%u", i + 1);
        same = same && (uint64_t)json_integer_value(json_object_get(result, name)) ==
                           world_tally_at(stage.result, 0, i)->live;
    }
    stage_end(&stage);
    return same;
}

static void try_failing(void *context, const json_t *row)
{
    if (strcmp(text_of(row, "exp"), "fast-failing-server") != 0)
        return;
    bool redispatches = strcmp(text_of(row, "redispatch"), "none") != 0;
    if (!redispatches && strcmp(text_of(row, "algo"), "leastconn") == 0)
        ledger_leave_out(context, "leastconn: attempts that fail are held for seconds there");
    else
        ledger_compare(context, try_refusing(row, redispatches), text_of(row, "algo"));
}

static void test_failing(void)
{
    struct ledger ledger = {.runs = 0};
    truth_each("haproxy_queue.jsonl", try_failing, &ledger);
    CU_ASSERT_EQUAL(ledger.left_out, 6);
    CU_ASSERT_EQUAL(ledger.equal, 30);
    ledger_report(&ledger, "haproxy_queue, fast-failing-server", 30);
}

/* ---- A third server, with a slow start of ten seconds ---- */

enum { HELD = 400, NEW = 200, SLOW_S = 10, JOINS_S = 30 };

/* 400 are held by two when a third joins, or comes back from ill health, and `new` more come with
 * it, all at once or at such a pace. */
static void third_begin(struct stage *stage, const char *preset, uint32_t max_conns, uint64_t new,
                        uint64_t over_ns, bool joins)
{
    stage_begin(stage, preset, 3, 60 * SECOND);
    for (uint32_t s = 0; s < 3; s++) {
        stage->server[s].max_conns = max_conns;
        stage->server[s].slow_start_s = SLOW_S;
    }
    stage_traffic(stage, "held", burst(HELD, 0, 0), forever());
    stage_traffic(stage, "new", burst(new, JOINS_S * SECOND, over_ns), forever());
    if (joins) {
        stage->server[2].at_start = false;
        stage_change(stage, JOINS_S * SECOND, "+3");
    } else {
        struct world_event *flap = stage_event(stage, 0, EVENT_FLAP);
        flap->server = 2;
        flap->for_ns = JOINS_S * SECOND;
    }
}

/* What is open on each, and waits, half a second after each second from 0 on: seconds x 4. */
enum { LOOKS = 14 };

static void look_each_second(bool joins, int64_t seen[LOOKS][4])
{
    struct stage stage;
    third_begin(&stage, "haproxy-leastconn", 250, NEW, 0, joins);
    for (uint64_t i = 0; i < LOOKS; i++)
        stage_sample(&stage, (JOINS_S + i) * SECOND + SECOND / 2);
    stage_run(&stage);
    for (uint32_t i = 0; i < LOOKS; i++) {
        seen[i][3] = HELD + NEW;
        for (uint32_t s = 0; s < 3; s++) {
            seen[i][s] = (int64_t)state_at(stage.result, i, s).live;
            seen[i][3] -= seen[i][s];
        }
    }
    stage_end(&stage);
}

/* Real time: s3 and who waits are within what we have a second before and a second after. 2.6.12
 * needs that: it does not count, while they connect, those whom a rising limit lets in, and so lets
 * in too many from the second step on (with a longer queue, far past max_conns). 3.5 does not. */
static bool try_seconds(const json_t *row, bool joins)
{
    int64_t seen[LOOKS][4];
    const json_t *second, *each = json_object_get(row, "each_s_s1_s2_s3_waiting");
    bool same = json_array_size(each) == LOOKS - 2;
    size_t i;
    look_each_second(joins, seen);
    json_array_foreach(each, i, second)
    {
        int64_t told[5];
        for (size_t k = 0; k < 5; k++)
            told[k] = json_integer_value(json_array_get(second, k));
        int64_t t = told[0];
        same = same && t >= 1 && t < LOOKS - 1;
        if (!same)
            break;
        same = told[1] == seen[t][0] && told[2] == seen[t][1] && told[3] >= seen[t - 1][2] &&
               told[3] <= seen[t + 1][2] && told[4] <= seen[t - 1][3] && told[4] >= seen[t + 1][3];
        if (strcmp(text_of(row, "haproxy"), "3.5-dev5") == 0) /* whose steps were on time */
            same = same && told[3] == seen[t][2] && told[4] == seen[t][3];
    }
    return same;
}

static void try_slow_start(void *context, const json_t *row)
{
    if (strcmp(text_of(row, "exp"), "slowstart-maxconn") == 0)
        ledger_compare(context, try_seconds(row, true) && try_seconds(row, false),
                       text_of(row, "haproxy"));
}

static void test_slow_start_with_limit(void)
{
    struct ledger ledger = {.runs = 0};
    truth_each("haproxy_queue.jsonl", try_slow_start, &ledger);
    CU_ASSERT_EQUAL(ledger.equal, 6);
    ledger_report(&ledger, "haproxy_queue, slowstart-maxconn", 6);
}

/* Without a limit, by the weight alone, as it was measured: what s3 had of the first 20, 50, 100
 * and 200, in one burst or 20 a second; and who held what in the end. */
static void test_slow_start(void)
{
    static const struct {
        const char *preset;
        bool paced;
        uint64_t least[4], most[4];
        const char *live, *or_live;
    } row[] = {
        {"haproxy-leastconn", false, {12, 13, 15, 18}, {12, 13, 15, 18}, "291 291 18", ""},
        {"haproxy-roundrobin", false, {0, 1, 2, 5}, {0, 1, 2, 5}, "298 297 5", "297 298 5"},
        {"haproxy-leastconn", true, {12, 35, 84, 181}, {12, 36, 86, 186}, "208 208 184", ""},
        {"haproxy-roundrobin", true, {0, 2, 9, 33}, {0, 2, 9, 35}, "284 283 33", "283 284 33"},
    };
    static const uint64_t first[] = {20, 50, 100, 200};
    for (int i = 0; i < 2 * (int)(sizeof row / sizeof *row); i++) {
        for (int k = 0; k < 4; k++) {
            struct stage stage;
            char live[STAGE_TEXT];
            uint64_t over_ns = row[i / 2].paced ? first[k] * SECOND / 20 : 0;
            third_begin(&stage, row[i / 2].preset, 0, first[k], over_ns, i % 2 == 0);
            stage_run(&stage);
            uint64_t third = world_tally_at(stage.result, 0, 2)->live;
            CHECK_ROW(third >= row[i / 2].least[k] && third <= row[i / 2].most[k],
                      "row %d: %llu of the first %llu", i, (unsigned long long)third,
                      (unsigned long long)first[k]);
            text_of_live(stage.result, 0, live);
            CHECK_ROW(k < 3 || strcmp(live, row[i / 2].live) == 0 ||
                          strcmp(live, row[i / 2].or_live) == 0,
                      "row %d: %s", i, live);
            stage_end(&stage);
        }
    }
}

/* It never acts where the process starts, nor the new one of a reload. */
static void test_no_slow_start_of_a_process(void)
{
    struct stage stage;
    third_begin(&stage, "haproxy-leastconn-reload", 0, NEW, 0, true);
    stage_run(&stage);
    CHECK_LIVE(&stage, 0, "267 267 66");
    stage_end(&stage);
}

/* Asked of 2.6.12: six connections from one address, three servers of two places, `balance source`,
 * `hash-type consistent`. Two were open on one server and four waited in its queue, while the
 * others stood empty. Its weight became 0 and one connection ended: two were open, three waited. It
 * was taken out: two of the three were open on another server, and one waited there. */
static void test_one_address(void)
{
    struct stage stage;
    uint32_t own = 0, other = 0;
    stage_begin(&stage, "haproxy-hash-consistent", 3, 100);
    for (uint32_t s = 0; s < 3; s++)
        stage.server[s].max_conns = 2;
    stage_traffic(&stage, "a", burst(6, 0, 0), forever())->keys =
        (struct keys){.kind = KEYS_UNIFORM, .count = 1};
    stage_sample(&stage, 10);
    stage_run(&stage);
    CU_ASSERT_EQUAL(stage.result->flow[0].queued, 4);
    while (own < 2 && state_at(stage.result, 0, own).live == 0)
        own++;
    CU_ASSERT_EQUAL(state_at(stage.result, 0, own).live, 2);

    stage_sample(&stage, 25);
    stage_sample(&stage, 40);
    stage_change(&stage, 15, (const char *[]){"1:0", "2:0", "3:0"}[own]);
    stage_event(&stage, 20, EVENT_CLOSE)->filter.count = 1;
    struct world_event *out = stage_event(&stage, 30, EVENT_FLAP);
    out->server = own;
    out->for_ns = 100;
    stage_run(&stage);
    CU_ASSERT_EQUAL(state_at(stage.result, 1, own).live, 2);
    CU_ASSERT_EQUAL(state_at(stage.result, 2, own).live, 2);
    while (other == own || (other < 2 && state_at(stage.result, 2, other).live == 0))
        other++;
    CU_ASSERT_EQUAL(state_at(stage.result, 2, other).live, 2);
    CU_ASSERT_EQUAL(stage.result->flow[0].queued, 1);
    stage_end(&stage);
}

static const struct test tests[] = {
    {"who waits, as recorded", test_queue},
    {"one that refuses, as recorded", test_failing},
    {"a limit that rises, as recorded", test_slow_start_with_limit},
    {"a weight that rises, as measured", test_slow_start},
    {"one address, one server's queue", test_one_address},
    {"a process has no slow start", test_no_slow_start_of_a_process},
};

SUITE("truth_haproxy_queue", tests)
