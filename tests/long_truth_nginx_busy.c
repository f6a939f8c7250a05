/* long_truth_nginx_busy.c: what nginx's methods gave servers under many clients at once: that
 * answer at once, and of which one is slow.
 *
 * Round robin and `random` look at nothing that is open, so when requests end moves no pick of
 * theirs. The others look. What was open at a pick was then timing, which is not recorded, and
 * decides. This is what random_two gave the slow server of 12,000 requests in closed loops of
 * about the recorded means, which differ in how answers bunch: twenty kinds with one worker and
 * eleven with more. Averages of 40 runs, whose standard deviation is 2 to 6:
 *
 *     workers, no zone      1            2            4
 *     loops of ours     316 to 357   361 to 402   432 to 484
 *     recorded          314 to 322   346 to 352   427 to 431
 *
 * The lowest come near the recording with one worker and with four. With two workers nothing that
 * was tried does, and whether that is timing alone is open: these rows are left out, and not held.
 * least_conn's most at once is the same under any timing.
 *
 * Which worker took how many is the kernel's, and taken from the row. */
#include "tests/harness.h"
#include "tests/played.h"
#include "tests/ranks.h"

#include <stdio.h>
#include <string.h>

static const char timing[] =
    "random_two and least_conn: what was open at a pick decides, and is not recorded";
static const char bunching[] = "random_two: what was open at a pick decides, and is not recorded";

struct busy {
    char preset[64];
    uint32_t members, workers;
    uint64_t weight[PLAYED_SERVERS], count[PLAYED_SERVERS];
    uint64_t by_worker[PLAYED_WORKERS][PLAYED_SERVERS], taken[PLAYED_WORKERS];
};

/* by_worker: of the row's list, by worker and server. */
static struct busy busy_of(const json_t *row, const json_t *by_worker)
{
    struct busy busy = {.members = 6, .weight = {1, 1, 1, 1, 1, 1}};
    const json_t *of_worker;
    size_t worker;
    played_preset(row, busy.preset);
    const json_t *weights = json_object_get(row, "weights");
    if (weights != NULL)
        busy.members = row_counts(weights, busy.weight, PLAYED_SERVERS);
    row_counts(json_object_get(row, "counts"), busy.count, PLAYED_SERVERS);
    json_array_foreach(by_worker, worker, of_worker)
    {
        row_counts(of_worker, busy.by_worker[worker], PLAYED_SERVERS);
        for (uint32_t i = 0; i < busy.members; i++)
            busy.taken[worker] += busy.by_worker[worker][i];
        busy.workers++;
    }
    return busy;
}

static void expect(const struct busy *busy, double *expected)
{
    double total = 0, requests = 0;
    for (uint32_t i = 0; i < busy->members; i++) {
        total += (double)busy->weight[i];
        requests += (double)busy->count[i];
    }
    for (uint32_t i = 0; i < busy->members; i++)
        expected[i] = requests * (double)busy->weight[i] / total;
}

/* One worker after the other: without a zone they know nothing of each other, and with one their
 * turns are one. */
static void serve(const struct busy *busy, uint64_t run,
                  uint64_t by_worker[PLAYED_WORKERS][PLAYED_SERVERS])
{
    struct played played;
    played_begin(&played, busy->preset, busy->workers, run);
    played_weigh(&played, busy->weight, busy->members);
    for (uint32_t worker = 0; worker < busy->workers; worker++)
        played_one_by_one(&played, worker, busy->taken[worker], by_worker[worker]);
    played_end(&played);
}

static void add_up(const struct busy *busy, uint64_t by_worker[PLAYED_WORKERS][PLAYED_SERVERS],
                   uint64_t *count)
{
    for (uint32_t worker = 0; worker < busy->workers; worker++)
        for (uint32_t i = 0; i < busy->members; i++)
            count[i] += by_worker[worker][i];
}

static double simulate(const void *context, uint64_t run)
{
    const struct busy *busy = context;
    uint64_t by_worker[PLAYED_WORKERS][PLAYED_SERVERS] = {{0}}, count[PLAYED_SERVERS] = {0};
    double expected[PLAYED_SERVERS];
    serve(busy, run, by_worker);
    add_up(busy, by_worker, count);
    expect(busy, expected);
    return chi_square(count, expected, busy->members);
}

/* The law is the same however workers share them, so rows that differ in that share the runs. */
static void rank_random(struct ledger *ledger, const struct busy *busy)
{
    double expected[PLAYED_SERVERS];
    char kind[LEDGER_NAME];
    expect(busy, expected);
    snprintf(kind, sizeof kind, "%s, %u workers, %u servers", busy->preset, busy->workers,
             busy->members);
    ledger_rank(ledger, kind, chi_square(busy->count, expected, busy->members), simulate, busy);
}

/* Which worker's turn it was is nobody's rule where there is one rotation for all. */
static void compare_turns(struct ledger *ledger, const struct busy *busy)
{
    uint64_t by_worker[PLAYED_WORKERS][PLAYED_SERVERS] = {{0}}, count[PLAYED_SERVERS] = {0};
    bool zone = strstr(busy->preset, "-zone") != NULL;
    serve(busy, 1, by_worker);
    add_up(busy, by_worker, count);
    ledger_compare(ledger,
                   memcmp(count, busy->count, sizeof count) == 0 &&
                       (zone || memcmp(by_worker, busy->by_worker, sizeof by_worker) == 0),
                   busy->preset);
}

/* Whether it was a row of either. */
static bool tried_unlooking(struct ledger *ledger, const struct busy *busy)
{
    if (strstr(busy->preset, "round-robin") != NULL)
        compare_turns(ledger, busy);
    else if (strstr(busy->preset, "random") != NULL && strstr(busy->preset, "two") == NULL)
        rank_random(ledger, busy);
    else
        return false;
    return true;
}

static void try_instant(void *context, const json_t *row)
{
    struct busy busy = busy_of(row, json_object_get(row, "per_worker_counts"));
    if (!tried_unlooking(context, &busy))
        ledger_leave_out(context, timing);
}

/* Of 30 ranked rows none could fail among 999 runs. */
static void test_instant(void)
{
    struct ledger ledger = {.runs = 1199};
    CU_ASSERT_EQUAL(truth_each("nginx_b_distribution.jsonl", try_instant, &ledger), 120);
    CU_ASSERT_EQUAL(ledger.left_out, 60);
    ledger_report(&ledger, "nginx_b_distribution", 60);
}

/* ---- One is slow ---- */

enum { CLIENTS = 48, SLOW_REQUESTS = 12000 };

/* A closed loop: every client keeps its connection to one worker, asks, and asks again a little
 * after the answer. */
struct loop {
    struct played played;
    struct client {
        uint32_t worker, server;
        bool open;
        uint64_t next_ns;
        struct gateway_hold hold;
    } client[CLIENTS];
    uint64_t live[PLAYED_SERVERS], most[PLAYED_SERVERS];
};

/* Clients stayed with their worker, so its share of requests is about its share of clients: whole
 * numbers, the largest remainders up. */
static void place_clients(struct loop *loop, const struct busy *busy)
{
    uint32_t placed = 0, of[PLAYED_WORKERS];
    for (uint32_t worker = 0; worker < busy->workers; worker++)
        placed += of[worker] = (uint32_t)(busy->taken[worker] * CLIENTS / SLOW_REQUESTS);
    for (uint64_t above = SLOW_REQUESTS; placed < CLIENTS; above--)
        for (uint32_t worker = 0; worker < busy->workers; worker++)
            if (busy->taken[worker] * CLIENTS % SLOW_REQUESTS == above && placed < CLIENTS) {
                of[worker]++;
                placed++;
            }
    for (uint32_t worker = 0, client = 0; worker < busy->workers; worker++)
        for (uint32_t i = 0; i < of[worker]; i++)
            loop->client[client++].worker = worker;
}

/* Answers come after 5 or 50 ms and up to 1 ms more, the next question up to 1 ms later. */
static void ask(struct loop *loop, struct client *client)
{
    client->server = played_open(&loop->played, client->worker, &client->hold);
    client->open = true;
    client->next_ns +=
        (client->server == 5 ? 50 : 5) * UINT64_C(1000000) + played_throw(&loop->played, 1000000);
    uint64_t live = ++loop->live[client->server];
    if (live > loop->most[client->server])
        loop->most[client->server] = live;
}

static void hear(struct loop *loop, struct client *client)
{
    gateway_release(loop->played.gateway, &client->hold);
    client->open = false;
    client->next_ns += played_throw(&loop->played, 1000000);
    loop->live[client->server]--;
}

static void run_loop(struct loop *loop)
{
    for (uint32_t asked = 0; asked < SLOW_REQUESTS;) {
        struct client *first = &loop->client[0];
        for (uint32_t i = 1; i < CLIENTS; i++)
            if (loop->client[i].next_ns < first->next_ns)
                first = &loop->client[i];
        if (first->open) {
            hear(loop, first);
        } else {
            ask(loop, first);
            asked++;
        }
    }
}

/* A worker with c clients never has more than ceil(c / 6) on a server, whatever the timing: what it
 * has is the fewest, and before the pick there are c - 1 at most. And all were busy at times. */
static void compare_most(struct ledger *ledger, const struct busy *busy, const json_t *inflight_max)
{
    struct loop loop = {.live = {0}};
    uint64_t recorded[PLAYED_SERVERS] = {0};
    row_counts(inflight_max, recorded, PLAYED_SERVERS);
    played_begin(&loop.played, busy->preset, busy->workers, 1);
    played_equal(&loop.played, busy->members);
    place_clients(&loop, busy);
    run_loop(&loop);
    played_end(&loop.played);
    ledger_compare(ledger, memcmp(loop.most, recorded, sizeof recorded) == 0, busy->preset);
}

static void try_slow(void *context, const json_t *row)
{
    struct busy busy = busy_of(row, json_object_get(row, "per_worker"));
    if (tried_unlooking(context, &busy))
        return;
    if (strstr(busy.preset, "least-conn") != NULL)
        compare_most(context, &busy, json_object_get(row, "inflight_max"));
    else
        ledger_leave_out(context, bunching);
}

static void test_slow(void)
{
    struct ledger ledger = {.runs = RUNS};
    CU_ASSERT_EQUAL(truth_each("nginx_d_slow_server.jsonl", try_slow, &ledger), 60);
    CU_ASSERT_EQUAL(ledger.compared, 30);
    CU_ASSERT_EQUAL(ledger.left_out, 15);
    ledger_report(&ledger, "nginx_d_slow_server", 45);
}

static const struct test tests[] = {
    {"nginx, shares under 16 clients", test_instant},
    {"nginx, one server is slow", test_slow},
};

SUITE("long_truth_nginx_busy", tests)
