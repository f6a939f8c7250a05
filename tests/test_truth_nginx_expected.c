/* test_truth_nginx_expected.c: what nginx's own test suite asserts of its methods, played.
 *
 * Methods that draw are played a hundred times, and must do as asserted each time. */
#include "tests/games.h"
#include "tests/harness.h"
#include "tests/ranks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DRAWN_RUNS = 100 };

/* A rule of the row, played on a fresh game: whether it holds. */
struct play {
    const char *source, *name; /* of the row; source NULL: of any */
    bool (*holds)(struct game *);
    const char *left_out; /* why it is not played */
};

/* ---- Plays ---- */

/* As many as `drive` says first: "30 sequential requests". */
static long requests_of(const struct game *game)
{
    return strtol(json_string_value(json_object_get(game->row, "drive")), NULL, 10);
}

static bool sequential(struct game *game)
{
    for (long i = requests_of(game); i > 0; i--)
        game_serve(game, "");
    return game_as_expected(game);
}

static bool parallel(struct game *game)
{
    struct gateway_hold held;
    for (long i = requests_of(game); i > 0; i--)
        game_hold(game, "127.0.0.1", &held);
    return game_as_expected(game);
}

/* Server 1 drops every third that it gets; the 30 of `balanced` came before. */
static bool drop_thirds(struct game *game, uint32_t requests_per_s)
{
    uint32_t got = 0;
    for (int i = 0; i < 30; i++)
        game_serve(game, "");
    json_array_clear(game->picks);
    for (uint32_t i = 0; i < 30; i++) {
        struct gateway_request request = game_request(game, "");
        struct gateway_tried tried = {0};
        struct gateway_hold held;
        if (requests_per_s > 0)
            gateway_set_time(game->played.gateway, GAME_START_S + i / requests_per_s);
        uint32_t server = gateway_open_request(game->played.gateway, 0, 0, &request, &held, NULL);
        if (server == 0 && ++got % 3 == 0)
            server = gateway_retry(game->played.gateway, &held, &request, &tried);
        gateway_release(game->played.gateway, &held);
        json_array_append_new(game->picks, json_integer(game->id[server]));
        free(tried.server);
    }
    return game_as_expected(game);
}

static bool failures(struct game *game)
{
    return drop_thirds(game, 0);
}

static bool failures_delayed(struct game *game)
{
    return drop_thirds(game, 5);
}

/* Two started; server 1 keeps its one. */
static bool one_stalls(struct game *game)
{
    struct gateway_hold first, second;
    bool both = game_hold(game, "", &first) == 0 && game_hold(game, "", &second) == 1;
    gateway_release(game->played.gateway, &second);
    json_array_clear(game->picks);
    for (int i = 0; i < 10; i++)
        game_serve(game, "");
    return both && game_as_expected(game);
}

static bool the_other_one(struct game *game)
{
    struct gateway_hold held;
    uint32_t first = game_hold(game, "", &held), second = game_serve(game, "");
    return first + second == 1; /* 0 and 1 */
}

static bool client_addresses(struct game *game)
{
    char address[24];
    for (int n = 1; n <= 30; n++) {
        snprintf(address, sizeof address, "127.0.%d.2", n);
        game_serve(game, address);
    }
    return game_as_expected(game);
}

static bool no_address(struct game *game)
{
    uint32_t first = game_serve(game, "");
    bool same = first != NO_SERVER;
    for (int n = 2; n <= 30; n++)
        same &= game_serve(game, "") == first;
    return same;
}

/* Keys 1 to 20 with all three servers, and without the second; how many that were not its own
 * moved. */
static uint32_t moved_of_others(struct game *game)
{
    uint32_t before[21], moved = 0;
    char key[16];
    for (int k = 1; k <= 20; k++) {
        snprintf(key, sizeof key, "%d", k);
        before[k] = game_serve(game, key);
    }
    game->member[1] = game->member[2];
    gateway_set_members(game->played.gateway, game->member, 2);
    for (int k = 1; k <= 20; k++) {
        snprintf(key, sizeof key, "%d", k);
        moved += game_serve(game, key) != before[k] && before[k] != 1;
    }
    return moved;
}

static bool others_move(struct game *game)
{
    return moved_of_others(game) > 0;
}

static bool others_stay(struct game *game)
{
    return moved_of_others(game) == 0;
}

/* The second fails one that comes to it first, which the first server still serves; the next one is
 * tried on the first, and nowhere else. */
static bool busy(struct game *game)
{
    struct gateway *gateway = game->played.gateway;
    struct gateway_tried tried = {0}, again = {0};
    struct gateway_hold held;
    struct gateway_request request;
    char key[16];
    for (int k = 0;; k++) {
        snprintf(key, sizeof key, "%d", k);
        request = game_request(game, key);
        if (gateway_open_request(gateway, 0, 0, &request, &held, NULL) == 1)
            break;
        gateway_release(gateway, &held);
    }
    bool holds = gateway_retry(gateway, &held, &request, &tried) == 0;
    gateway_release(gateway, &held);
    request = game_request(game, key);
    holds = holds && gateway_open_request(gateway, 0, 0, &request, &held, NULL) == 0;
    holds = holds && gateway_retry(gateway, &held, &request, &again) == NO_SERVER;
    free(tried.server);
    free(again.server);
    return holds;
}

static bool two_addresses(struct game *game)
{
    for (uint32_t i = 0; i < 2; i++)
        game->member[i] = (struct gateway_member){.server = i, .weight = 1};
    gateway_set_members(game->played.gateway, game->member, 2);
    return game_serve(game, "") < 2 && game_serve(game, "") < 2;
}

static const struct play plays[] = {
    {"upstream.t", "failures", failures, NULL},
    {"upstream.t", "failures delay", failures_delayed, NULL},
    {"upstream_least_conn.t", "balanced", sequential, NULL},
    {"upstream_least_conn.t", "least conn", one_stalls, NULL},
    {NULL, "random", sequential, NULL},
    {NULL, "random two", sequential, NULL},
    {NULL, "random wait", the_other_one, NULL},
    {NULL, "random weight", parallel, NULL},
    {NULL, "max_conns", parallel, NULL},
    {NULL, "max_conns two", parallel, NULL},
    {NULL, "failures / failures two", sequential, NULL},
    {NULL, "single one / single two / zone one / zone two", sequential, NULL},
    {NULL, "inconsistent", others_move, NULL},
    {NULL, "consistent weight", others_stay, NULL},
    {NULL, "busy (both kinds)", busy, NULL},
    {NULL, "cache::memcached", NULL, "the library's picks are not in it"},
    {NULL, "cache::memcached::fast", NULL, "the library's picks are not in it"},
    {"upstream_ip_hash.t", "ip_hash", client_addresses, NULL},
    {NULL, "ip_hash single peer", client_addresses, NULL},
    {NULL, "ip_hash ipv6", NULL, "its addresses are not in it"},
    {NULL, "ip_hash unix", no_address, NULL},
    {NULL, "unlimited", parallel, NULL},
    {NULL, "backup", parallel, NULL},
    {NULL, "all peers", parallel, NULL},
    {NULL, "some peers", parallel, NULL},
    {NULL, "single", parallel, NULL},
    {NULL, "equal peer", parallel, NULL},
    {NULL, "least_conn", parallel, NULL},
    {NULL, "least_conn backup", parallel, NULL},
    {NULL, "least_conn backup limited", parallel, NULL},
    {NULL, "proxy_next_upstream", parallel, NULL},
    {"upstream_max_conns.t", "ip_hash", parallel, NULL},
    {"stream_upstream_max_conns.t", "weight", parallel, NULL},
    {"stream_upstream.t", "weight", sequential, NULL},
    {"stream_upstream.t", "failures", sequential, NULL},
    {NULL, "sticky limited", NULL, "no sessions"},
    {NULL, "drained never rr", NULL, "no sessions"},
    {NULL, "A changed etc.", NULL, "no resolver: lists are given"},
    {NULL, "many", two_addresses, NULL},
    {NULL, "lesser / greater response time", NULL, "no least_time"},
};

/* ---- Rows ---- */

/* The presets that a row's words mean; ended by NULL. */
static const char *const *presets_of(const char *algo, bool zone)
{
    static const struct {
        const char *algo, *plain[5], *zone[5];
    } methods[] = {
        {"round_robin", {"nginx-round-robin"}, {"nginx-round-robin-zone"}},
        {"least_conn", {"nginx-least-conn"}, {"nginx-least-conn-zone"}},
        {"random", {"nginx-random"}, {"nginx-random-zone"}},
        {"random two", {"nginx-random-two"}, {"nginx-random-two-zone"}},
        {"random two least_conn", {"nginx-random-two"}, {"nginx-random-two-zone"}},
        {"random and random two",
         {"nginx-random", "nginx-random-two", "nginx-random-zone", "nginx-random-two-zone"},
         {"nginx-random-zone", "nginx-random-two-zone"}},
        {"hash", {"nginx-hash"}, {NULL}},
        {"hash consistent", {"nginx-hash-consistent"}, {NULL}},
        {"hash / hash consistent", {"nginx-hash", "nginx-hash-consistent"}, {NULL}},
        {"ip_hash", {"nginx-ip-hash"}, {NULL}},
        {"implicit", {"nginx-implicit"}, {NULL}},
    };
    static const char *const none[] = {NULL};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (strcmp(methods[i].algo, algo) == 0)
            return zone ? methods[i].zone : methods[i].plain;
    return none;
}

static bool holds_on(const struct play *play, const json_t *row, const char *preset)
{
    bool holds = true;
    for (uint64_t run = 1; run <= DRAWN_RUNS && holds; run++) {
        struct game game;
        game_begin(&game, row, preset, run);
        holds = play->holds(&game);
        CHECK_ROW(holds, "%s on %s", play->name, preset);
        game_end(&game);
    }
    return holds;
}

struct expected {
    struct ledger ledger;
    struct text left_out;
    uint32_t left;
};

static void try_expected(void *context, const json_t *row)
{
    struct expected *expected = context;
    const char *source = json_string_value(json_object_get(row, "source"));
    const char *name = json_string_value(json_object_get(row, "name"));
    const struct play *play = plays, *end = plays + sizeof plays / sizeof *plays;
    while (play < end && (strcmp(play->name, name) != 0 ||
                          (play->source != NULL && strcmp(play->source, source) != 0)))
        play++;
    CHECK_ROW(play < end, "%s, %s: somebody plays it or says why not", source, name);
    if (play == end)
        return;
    if (play->left_out != NULL) {
        text_add(&expected->left_out, "%s%s (%s)", expected->left > 0 ? ", " : "", name,
                 play->left_out);
        expected->left++;
        return;
    }
    const char *const *preset = presets_of(json_string_value(json_object_get(row, "algo")),
                                           json_is_true(json_object_get(row, "zone")));
    bool holds = preset[0] != NULL;
    for (; *preset != NULL; preset++)
        holds = holds_on(play, row, *preset) && holds;
    ledger_compare(&expected->ledger, holds, name);
}

static void test_expected(void)
{
    struct expected expected = {.left = 0};
    CU_ASSERT_EQUAL(truth_each("nginx_tests_expected.jsonl", try_expected, &expected), 44);
    for (uint32_t i = 0; i < expected.left; i++)
        ledger_leave_out(&expected.ledger, expected.left_out.at);
    CU_ASSERT_EQUAL(expected.left, 7);
    ledger_report(&expected.ledger, "nginx_tests_expected", 37);
    free(expected.left_out.at);
}

static const struct test tests[] = {
    {"nginx, what its own tests assert", test_expected},
};

SUITE("truth_nginx_expected", tests)
