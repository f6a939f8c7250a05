/* test_truth_nginx_extras.c: a reload that changes nothing, and an upstream with a dead server, as
 * recorded on nginx. */
#include "tests/harness.h"
#include "tests/played.h"
#include "tests/ranks.h"

#include <stdlib.h>
#include <string.h>

static bool is_exp(const json_t *row, const char *exp)
{
    return strcmp(json_string_value(json_object_get(row, "exp")), exp) == 0;
}

/* ---- A reload that changes nothing ---- */

enum { SERVERS = 3, EACH = 60 };

struct reloaded {
    struct played played;
    struct gateway_hold held[2 * EACH];
    uint32_t server[2 * EACH], opened;
    uint64_t live[SERVERS];
};

/* Opens sixty; who got how many of them goes to `got`. */
static void open_sixty(struct reloaded *reloaded, uint64_t got[SERVERS])
{
    memset(got, 0, SERVERS * sizeof *got);
    for (uint32_t i = 0; i < EACH; i++) {
        uint32_t at = reloaded->opened++;
        reloaded->server[at] = played_open(&reloaded->played, 0, &reloaded->held[at]);
        reloaded->live[reloaded->server[at]]++;
        got[reloaded->server[at]]++;
    }
}

static void lose(struct reloaded *reloaded, uint32_t server)
{
    for (uint32_t i = 0; i < reloaded->opened; i++)
        if (reloaded->server[i] == server) {
            gateway_release(reloaded->played.gateway, &reloaded->held[i]);
            reloaded->live[server]--;
        }
}

static const char *preset_of_kind(const char *kind)
{
    if (strcmp(kind, "static") == 0)
        return "nginx-least-conn";
    return strcmp(kind, "static_zone") == 0 ? "nginx-least-conn-zone" : "nginx-least-conn-resolve";
}

static bool recorded_as(const json_t *row, const char *key, const uint64_t *ours)
{
    uint64_t recorded[SERVERS] = {0};
    row_counts(json_object_get(row, key), recorded, SERVERS);
    return memcmp(recorded, ours, sizeof recorded) == 0;
}

/* Sixty are held; the third server loses its own; reload or not; sixty more. */
static void try_reload(void *context, const json_t *row)
{
    struct reloaded reloaded = {.opened = 0};
    uint64_t got[SERVERS];
    if (!is_exp(row, "c_unchanged_reload"))
        return;
    const char *kind = json_string_value(json_object_get(row, "kind"));
    played_begin(&reloaded.played, preset_of_kind(kind), 1, 1);
    played_equal(&reloaded.played, SERVERS);
    open_sixty(&reloaded, got);
    lose(&reloaded, SERVERS - 1);
    bool same = recorded_as(row, "live_before", reloaded.live);
    if (strcmp(json_string_value(json_object_get(row, "action")), "reload") == 0)
        gateway_reload(reloaded.played.gateway);
    open_sixty(&reloaded, got);
    same = same && recorded_as(row, "new60", got) && recorded_as(row, "live", reloaded.live);
    ledger_compare(context, same, kind);
    played_end(&reloaded.played);
}

static void test_reload(void)
{
    struct ledger ledger = {.runs = 0};
    truth_each("nginx_g_extras.jsonl", try_reload, &ledger);
    ledger_report(&ledger, "nginx_g_extras, c_unchanged_reload", 18);
}

/* ---- A dead server ---- */

enum { ADDRESSES = 6 };

/* The sixth refuses, and all is over before it would be tried again. */
static void try_dead(void *context, const json_t *row)
{
    if (!is_exp(row, "a_explicit_dead_address"))
        return;
    struct played played;
    uint64_t served[ADDRESSES] = {0}, recorded[ADDRESSES] = {0};
    json_int_t refused = 0, requests = json_integer_value(json_object_get(row, "requests"));
    played_begin(&played, "nginx-round-robin", 1, 1);
    played_equal(&played, ADDRESSES);
    gateway_set_time(played.gateway, 1000);
    for (json_int_t i = 0; i < requests; i++) {
        struct gateway_request request = {.draws = stream_of(played.draws, (uint64_t)i)};
        struct gateway_tried tried = {0};
        struct gateway_hold hold;
        uint32_t server = gateway_open_request(played.gateway, 0, 0, &request, &hold, NULL);
        for (; server == ADDRESSES - 1; refused++)
            server = gateway_retry(played.gateway, &hold, &request, &tried);
        gateway_release(played.gateway, &hold);
        served[server]++;
        free(tried.server);
    }
    played_end(&played);
    row_counts(json_object_get(row, "served"), recorded, ADDRESSES);
    ledger_compare(
        context,
        memcmp(served, recorded, sizeof served) == 0 &&
            refused == json_integer_value(json_object_get(row, "requests_that_tried_dead_first")),
        "a dead server");
}

static void test_dead(void)
{
    struct ledger ledger = {.runs = 0};
    truth_each("nginx_g_extras.jsonl", try_dead, &ledger);
    ledger_report(&ledger, "nginx_g_extras, a_explicit_dead_address", 3);
}

static const struct test tests[] = {
    {"nginx, a reload that changes nothing", test_reload},
    {"nginx, a server that is dead", test_dead},
};

SUITE("truth_nginx_extras", tests)
