/* long_truth_nginx_held.c: connections that stay, over several nginx workers: opened, and in churn.
 *
 * Which worker took a connection is the kernel's. Of connections that only open, the row says how
 * many each took, and then round robin and least_conn leave nothing to chance. Under churn any
 * worker takes the next one, as accepted ones were found to be spread; and any connection closes.
 */
#include "tests/harness.h"
#include "tests/played.h"
#include "tests/ranks.h"
#include "tests/worlds.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { SERVERS = 6 };

static bool is_of(const char *preset, const char *method)
{
    return strstr(preset, method) != NULL;
}

/* ---- Opened ---- */

struct held {
    char preset[64];
    uint32_t workers;
    uint64_t live[SERVERS], by_worker[PLAYED_WORKERS][SERVERS], taken[PLAYED_WORKERS];
};

static struct held held_of(const json_t *row)
{
    struct held held = {.workers = (uint32_t)json_integer_value(json_object_get(row, "workers"))};
    const json_t *of_worker;
    size_t worker;
    played_preset(row, held.preset);
    row_counts(json_object_get(row, "live"), held.live, SERVERS);
    json_array_foreach(json_object_get(row, "by_worker"), worker, of_worker)
    {
        row_counts(of_worker, held.by_worker[worker], SERVERS);
        for (uint32_t i = 0; i < SERVERS; i++)
            held.taken[worker] += held.by_worker[worker][i];
    }
    return held;
}

/* Worker after worker: they share all that counts, or nothing. */
static struct held hold_as(const struct held *recorded, uint64_t run)
{
    struct held ours = *recorded;
    struct played played;
    struct gateway_hold hold;
    memset(ours.live, 0, sizeof ours.live);
    memset(ours.by_worker, 0, sizeof ours.by_worker);
    played_begin(&played, ours.preset, ours.workers, run);
    played_equal(&played, SERVERS);
    for (uint32_t worker = 0; worker < ours.workers; worker++)
        for (uint64_t i = 0; i < ours.taken[worker]; i++) {
            uint32_t server = played_open(&played, worker, &hold);
            ours.live[server]++;
            ours.by_worker[worker][server]++;
        }
    played_end(&played);
    return ours;
}

static double unevenness(const struct held *held)
{
    double sum = 0;
    for (uint32_t i = 0; i < SERVERS; i++)
        sum += (double)(held->live[i] * held->live[i]);
    return sum;
}

static double simulate_held(const void *context, uint64_t run)
{
    struct held ours = hold_as(context, run);
    return unevenness(&ours);
}

static void try_held(void *context, const json_t *row)
{
    struct held recorded = held_of(row);
    bool zone = is_of(recorded.preset, "-zone");
    if (is_of(recorded.preset, "random")) {
        char kind[LEDGER_NAME];
        int length = snprintf(kind, sizeof kind, "%s", recorded.preset);
        for (uint32_t worker = 0; worker < recorded.workers; worker++)
            length += snprintf(kind + length, sizeof kind - (size_t)length, " %u",
                               (unsigned)recorded.taken[worker]);
        ledger_rank(context, kind, unevenness(&recorded), simulate_held, &recorded);
        return;
    }
    struct held ours = hold_as(&recorded, 1);
    ledger_compare(
        context,
        memcmp(ours.live, recorded.live, sizeof ours.live) == 0 &&
            (zone || memcmp(ours.by_worker, recorded.by_worker, sizeof ours.by_worker) == 0),
        recorded.preset);
}

/* Of 48 ranked rows none could fail among 999 runs. */
static void test_held(void)
{
    struct ledger ledger = {.runs = 1999};
    CU_ASSERT_EQUAL(truth_each("nginx_d_held.jsonl", try_held, &ledger), 96);
    CU_ASSERT_EQUAL(ledger.compared, 48);
    ledger_report(&ledger, "nginx_d_held", 96);
}

/* ---- Churn ---- */

enum { CHURN_HELD = 120, CHURN_STEPS = 600, CHURN_COUNTED = 500 };

struct churn {
    char preset[64];
    uint32_t workers;
};

static uint64_t spread_of(const uint64_t *live)
{
    uint64_t least = live[0], most = live[0];
    for (uint32_t i = 1; i < SERVERS; i++) {
        least = live[i] < least ? live[i] : least;
        most = live[i] > most ? live[i] : most;
    }
    return most - least;
}

/* Most minus least, on average over the steps that count. */
static double simulate_churn(const void *context, uint64_t run)
{
    const struct churn *churn = context;
    struct played played;
    struct gateway_hold hold[CHURN_HELD];
    uint32_t on[CHURN_HELD];
    uint64_t live[SERVERS] = {0}, sum = 0;
    played_begin(&played, churn->preset, churn->workers, run);
    played_equal(&played, SERVERS);
    for (uint32_t i = 0; i < CHURN_HELD + CHURN_STEPS; i++) {
        uint32_t place = i;
        if (i >= CHURN_HELD) {
            place = played_throw(&played, CHURN_HELD);
            gateway_release(played.gateway, &hold[place]);
            live[on[place]]--;
        }
        on[place] = played_open(&played, played_accept(&played), &hold[place]);
        live[on[place]]++;
        if (i >= CHURN_HELD + CHURN_STEPS - CHURN_COUNTED)
            sum += spread_of(live);
    }
    played_end(&played);
    return (double)sum / CHURN_COUNTED;
}

static const char late[] =
    "least_conn-zone, 2 workers, its last run: a close reached nginx after the next open";

struct churned {
    struct ledger ledger;
    double rotation[8]; /* by repetition: the figure of one rotation */
};

/* With one rotation for all it is nothing to round robin which worker it was, and each repetition
 * closed the same ones: three rows are one draw, and so are three runs of ours. */
static void try_same_again(struct churned *churned, const struct churn *churn, const json_t *row,
                           double figure)
{
    const struct churn one = {.preset = "nginx-round-robin", .workers = 1};
    size_t rep = (size_t)json_integer_value(json_object_get(row, "rep"));
    assert(rep < 8);
    CU_ASSERT(simulate_churn(churn, 1) == simulate_churn(&one, 1));
    if (churn->workers == 1) {
        churned->rotation[rep] = figure;
        return;
    }
    CU_ASSERT(figure == churned->rotation[rep]);
    ledger_again(&churned->ledger);
}

static void try_churn(void *context, const json_t *row)
{
    struct churned *churned = context;
    struct churn churn = {.workers = (uint32_t)json_integer_value(json_object_get(row, "workers"))};
    double figure = json_number_value(json_object_get(row, "mean_spread"));
    played_preset(row, churn.preset);
    bool shared = churn.workers == 1 || is_of(churn.preset, "-zone");
    if (shared && is_of(churn.preset, "least-conn")) {
        if (figure > 0)
            ledger_leave_out(&churned->ledger, late);
        else
            ledger_compare(&churned->ledger, simulate_churn(&churn, 1) == 0, churn.preset);
        return;
    }
    char kind[LEDGER_NAME];
    snprintf(kind, sizeof kind, "%s, %u workers", churn.preset, churn.workers);
    ledger_rank(&churned->ledger, kind, figure, simulate_churn, &churn);
    if (shared && is_of(churn.preset, "round-robin"))
        try_same_again(churned, &churn, row, figure);
}

/* Of 51 ranked rows none could fail among 999 runs. */
static void test_churn(void)
{
    struct churned churned = {.ledger = {.runs = 2399}};
    CU_ASSERT_EQUAL(truth_each("nginx_d_churn.jsonl", try_churn, &churned), 60);
    CU_ASSERT_EQUAL(churned.ledger.left_out, 1);
    CU_ASSERT_EQUAL(churned.ledger.again, 6);
    ledger_report(&churned.ledger, "nginx_d_churn", 59);
}

/* ---- Accepted ---- */

enum { ACCEPTED = 240 };

static double accept_spread(const uint64_t *taken, uint32_t workers)
{
    const double each = (double)ACCEPTED / workers;
    const double expected[PLAYED_WORKERS] = {each, each, each, each};
    return chi_square(taken, expected, workers);
}

static void note_worker(void *context, const struct world_pick *pick)
{
    uint64_t *taken = context;
    taken[pick->worker]++;
}

/* A world's own way of giving connections to workers. */
static double simulate_accept(const void *context, uint64_t run)
{
    const uint32_t *workers = context;
    uint64_t taken[PLAYED_WORKERS] = {0};
    struct stage stage;
    stage_begin(&stage, "nginx-round-robin", SERVERS, SECOND);
    stage_traffic(&stage, "a", burst(ACCEPTED, 0, SECOND / 2), forever());
    stage.config.workers = *workers;
    stage.config.accept = ACCEPT_RANDOM;
    stage.config.replication = run;
    stage.config.on_pick = note_worker;
    stage.config.pick_context = taken;
    stage_run(&stage);
    stage_end(&stage);
    return accept_spread(taken, *workers);
}

static const char bursts[] = "requests in a burst: workers that happen to be awake take more";

static void try_accept(void *context, const json_t *row)
{
    if (strcmp(json_string_value(json_object_get(row, "exp")), "d_accept_spread") != 0)
        return;
    if (strcmp(json_string_value(json_object_get(row, "mode")), "one_by_one") != 0) {
        ledger_leave_out(context, bursts);
        return;
    }
    uint64_t taken[PLAYED_WORKERS] = {0};
    uint32_t workers = row_counts(json_object_get(row, "per_worker"), taken, PLAYED_WORKERS);
    ledger_rank(context, workers == 2 ? "2 workers" : "4 workers", accept_spread(taken, workers),
                simulate_accept, &workers);
}

static void test_accept(void)
{
    struct ledger ledger = {.runs = RUNS};
    truth_each("nginx_g_extras.jsonl", try_accept, &ledger);
    CU_ASSERT_EQUAL(ledger.left_out, 12);
    ledger_report(&ledger, "nginx_g_extras, d_accept_spread", 12);
}

static const struct test tests[] = {
    {"nginx, connections opened", test_held},
    {"nginx, connections in churn", test_churn},
    {"nginx, connections accepted", test_accept},
};

SUITE("long_truth_nginx_held", tests)
