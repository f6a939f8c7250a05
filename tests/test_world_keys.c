/* test_world_keys.c: keys in a world: who is hashed to where, and who keeps a key.
 *
 * Servers expected by hand come from zlib's CRC-32 (`hash`: bits 16 to 30 of it, modulo the
 * servers) and from the octets of addresses (`ip_hash`). */
#include <gsl/gsl_cdf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/harness.h"
#include "tests/worlds.h"

enum { SERVERS = 3, CONNECTIONS = 400, SOURCES = 4, ATTEMPTS = 3 };

/* Where every attempt of every connection went. */
struct went {
    uint32_t server[SOURCES][CONNECTIONS][ATTEMPTS]; /* from 1; 0: there was none */
};

static void note(void *context, const struct world_pick *pick)
{
    struct went *went = context;
    uint32_t source = pick->traffic + 2 * pick->entry;
    CU_ASSERT_FATAL(source < SOURCES && pick->connection < CONNECTIONS && pick->attempt < ATTEMPTS);
    went->server[source][pick->connection][pick->attempt] = pick->server + 1;
}

static void run_noted(struct stage *stage, struct went *went)
{
    *went = (struct went){0};
    stage->config.on_pick = note;
    stage->config.pick_context = went;
    stage_run(stage);
}

/* ---- By hand ---- */

static const struct keys_row paths[] = {{"/a", 2, 1}, {"/b", 2, 2}, {"/c", 2, 3}, {"/d", 2, 4}};
static const struct keys_row addresses[] = {
    {"10.0.0.9", 8, 1}, {"10.0.1.9", 8, 2}, {"10.0.1.200", 10, 3}, {"192.168.7.1", 11, 4}};

/* The key of each connection comes from the documented stream, its server from the tables. */
static void check_servers(const char *algorithm, struct keys keys, const uint32_t *server_of)
{
    struct stage stage;
    struct went went;
    stage_begin(&stage, algorithm, SERVERS, 100);
    stage_traffic(&stage, "t", burst(CONNECTIONS, 0, 0), forever())->keys = keys;
    run_noted(&stage, &went);
    struct stream source =
        stream_of(stream_root(stage.config.seed, 0, STREAM_KEY, stream_hash("t", 1)), 0);
    for (uint64_t k = 0; k < CONNECTIONS; k++) {
        uint64_t number = keys_draw(&keys, stream_of(source, k));
        uint32_t server = went.server[0][k][0];
        CHECK_ROW(server == server_of[number], "%s: connection %llu, key %llu: s%u, not s%u",
                  algorithm, (unsigned long long)k, (unsigned long long)number, server,
                  server_of[number]);
    }
    stage_end(&stage);
}

static void servers_by_hand(void)
{
    /* [0] is no number of uniform and zipf */
    static const uint32_t hashed[] = {0, 1, 2, 1, 2, 3, 1, 3, 1, 1, 1, 1, 1};
    static const uint32_t by_address[] = {0, 3, 1, 3, 1, 1, 2, 1, 2};
    static const uint32_t hashed_paths[] = {2, 3, 2, 1};
    static const uint32_t by_own_address[] = {1, 2, 2, 2};
    check_servers("hash", keys_uniform(12), hashed);
    check_servers("hash", keys_zipf(12, 0.5), hashed);
    check_servers("hash", keys_csv(paths, 4, "x.csv"), hashed_paths);
    check_servers("ip_hash", keys_uniform(8), by_address);
    check_servers("ip_hash", keys_zipf(8, 1.5), by_address);
    check_servers("ip_hash", keys_csv(addresses, 4, "x.csv"), by_own_address);
}

/* One key: everybody, of whichever traffic, is sent to one server. */
static void two_traffics_share_a_key(void)
{
    static const char *const algorithms[] = {"hash", "hash_consistent", "ip_hash"};
    for (int a = 0; a < 3; a++) {
        struct stage stage;
        stage_begin(&stage, algorithms[a], SERVERS, 100);
        stage_traffic(&stage, "a", every(1), forever())->keys = keys_uniform(1);
        stage_traffic(&stage, "b", burst(50, 3, 0), forever())->keys = keys_zipf(1, 2);
        const struct world_result *result = stage_run(&stage);
        uint32_t used = 0;
        for (uint32_t s = 0; s < SERVERS; s++) {
            used += world_tally_at(result, 0, s)->live > 0;
            CHECK_ROW(world_tally_at(result, 0, s)->live % 150 == 0, "%s, s%u", algorithms[a],
                      s + 1);
        }
        CHECK_ROW(used == 1, "%s: %u servers", algorithms[a], used);
        stage_end(&stage);
    }
}

/* ---- A client keeps its key ---- */

/* All are cut twice and come back, with their servers unchanged: each to the server it was on. */
static void a_key_is_kept(void)
{
    const struct keys keys[] = {
        {.kind = KEYS_EACH}, keys_uniform(1000), keys_zipf(1000, 0.9), keys_csv(paths, 4, "x.csv")};
    static const char *const algorithms[] = {"hash", "hash_consistent", "ip_hash"};
    for (int i = 0; i < 12; i++) {
        struct stage stage;
        struct went went;
        stage_begin(&stage, algorithms[i / 4], SERVERS, 3000);
        struct world_traffic *traffic =
            stage_traffic(&stage, "t", burst(CONNECTIONS, 0, 100), forever());
        traffic->keys = i == 11 ? keys_csv(addresses, 4, "x.csv") : keys[i % 4];
        traffic->reconnects = true;
        traffic->reconnect_after = uniform(0, 300);
        traffic->reconnect_tries = TRIES_UNLIMITED;
        stage_event(&stage, 1000, EVENT_CUT);
        stage_event(&stage, 2000, EVENT_CUT);
        run_noted(&stage, &went);
        uint32_t wrong = 0, on[SERVERS + 1] = {0};
        for (uint32_t k = 0; k < CONNECTIONS; k++) {
            const uint32_t *server = went.server[0][k];
            wrong += server[0] == 0 || server[1] != server[0] || server[2] != server[0];
            on[server[0]]++;
        }
        CHECK_ROW(wrong == 0, "%s, %s: %u went elsewhere", algorithms[i / 4],
                  keys_forms[i % 4].name, wrong);
        CHECK_ROW(on[1] > 0 && on[2] > 0 && (on[3] > 0 || i % 4 == KEYS_CSV), "%s, %s: %u %u %u",
                  algorithms[i / 4], keys_forms[i % 4].name, on[1], on[2], on[3]);
        stage_end(&stage);
    }
}

/* A traffic or an entry more moves nobody; another seed and another replication do. */
static void streams_of_their_own(void)
{
    for (int i = 0; i < 2; i++) {
        struct stage stage, more;
        struct went one, two;
        stage_begin(&stage, i == 0 ? "hash" : "ip_hash", SERVERS, 100);
        stage_traffic(&stage, "b", burst(CONNECTIONS, 0, 0), forever());
        stage.traffic[0].keys = i == 0 ? keys_uniform(1000) : (struct keys){.kind = KEYS_EACH};
        run_noted(&stage, &one);
        more = stage;
        more.result = NULL;
        stage_entry(&more, burst(CONNECTIONS, 0, 0));
        stage_traffic(&more, "a", burst(CONNECTIONS, 0, 0), forever())->keys =
            stage.traffic[0].keys;
        run_noted(&more, &two);
        size_t bytes = sizeof one.server[0];
        CU_ASSERT_EQUAL(memcmp(one.server[0], two.server[0], bytes), 0);
        CU_ASSERT_NOT_EQUAL(memcmp(two.server[0], two.server[1], bytes), 0);
        CU_ASSERT_NOT_EQUAL(memcmp(two.server[0], two.server[2], bytes), 0);
        more.config.replication = 1;
        run_noted(&more, &two);
        CU_ASSERT_NOT_EQUAL(memcmp(one.server[0], two.server[0], bytes), 0);
        more.config.replication = 0;
        more.config.seed = 2;
        run_noted(&more, &two);
        CU_ASSERT_NOT_EQUAL(memcmp(one.server[0], two.server[0], bytes), 0);
        stage_end(&stage);
        stage_end(&more);
    }
}

/* The digest hears of keys, whoever looks at them. */
static void the_digest(void)
{
    const struct keys keys[] = {
        {.kind = KEYS_EACH},
        keys_uniform(10),
        keys_uniform(11),
        keys_zipf(10, 1),
        keys_csv(paths, 4, "x.csv"),
        keys_csv(addresses, 4, "x.csv"),
    };
    enum { COUNT = sizeof keys / sizeof *keys };
    uint64_t digest[COUNT];
    struct stage stage;
    stage_begin(&stage, "random", SERVERS, 100);
    stage_traffic(&stage, "t", burst(CONNECTIONS, 0, 0), forever());
    for (int i = 0; i < COUNT; i++) {
        stage.balancer = balancer_of_preset(preset_find("random"));
        stage.traffic[0].keys = keys[i];
        digest[i] = stage_run(&stage)->traffic_digest;
        stage.balancer = balancer_of_preset(preset_find("ip_hash"));
        CHECK_ROW(stage_run(&stage)->traffic_digest == digest[i], "keys %d: by balancer", i);
        for (int j = 0; j < i; j++)
            CHECK_ROW(digest[i] != digest[j], "keys %d and %d are alike", i, j);
    }
    stage_end(&stage);
}

/* ---- By law ---- */

/* Clients of many keys spread over servers as if drawn: over 200 worlds the sums of squares add up
 * to a chi-square, neither less nor more. (Texts and addresses that count up would be dealt out
 * nearly in turn by `ip_hash`, for its sum counts up with them.) */
static void as_even_as_chance(const char *algorithm, struct keys keys)
{
    enum { RUNS = 200 };
    double chi2 = 0, expected = (double)CONNECTIONS / SERVERS;
    struct stage stage;
    stage_begin(&stage, algorithm, SERVERS, 100);
    stage_traffic(&stage, "t", burst(CONNECTIONS, 0, 0), forever())->keys = keys;
    for (uint64_t r = 0; r < RUNS; r++) {
        stage.config.replication = r;
        stage_run(&stage);
        for (uint32_t s = 0; s < SERVERS; s++) {
            double above = (double)world_tally_at(stage.result, 0, s)->live - expected;
            chi2 += above * above / expected;
        }
    }
    double df = RUNS * (SERVERS - 1), p = gsl_cdf_chisq_Q(chi2, df), q = gsl_cdf_chisq_P(chi2, df);
    CHECK_ROW(p > 2.5e-8 && q > 2.5e-8, "%s: chi-square %.1f of %.0f", algorithm, chi2, df);
    stage_end(&stage);
}

static void spread_by_chance(void)
{
    as_even_as_chance("hash", (struct keys){.kind = KEYS_EACH});
    as_even_as_chance("ip_hash", (struct keys){.kind = KEYS_EACH});
    as_even_as_chance("ip_hash", keys_uniform(KEYS_MOST));
}

/* The numbers themselves, not their draws: each hundred of them over the servers, once each. */
static void numbers_are_scattered(void)
{
    enum { FIRST = 100, LAST = 60000 };
    const struct keys keys = keys_uniform(LAST);
    double chi2 = 0, blocks = 0;
    for (uint64_t begin = 1; begin + FIRST <= LAST; begin += FIRST, blocks++) {
        uint32_t on[SERVERS] = {0};
        for (uint64_t n = begin; n < begin + FIRST; n++) {
            struct keys_text text;
            unsigned octet[3], hash = 89;
            keys_spell(&keys, n, true, &text);
            CU_ASSERT_FATAL(sscanf(text.text, "%u.%u.%u", &octet[0], &octet[1], &octet[2]) == 3);
            for (int i = 0; i < 3; i++)
                hash = (hash * 113 + octet[i]) % 6271;
            on[hash % SERVERS]++;
        }
        for (int s = 0; s < SERVERS; s++)
            chi2 += (on[s] - FIRST / 3.) * (on[s] - FIRST / 3.) / (FIRST / 3.);
    }
    double df = blocks * (SERVERS - 1);
    CHECK_ROW(gsl_cdf_chisq_P(chi2, df) > 2.5e-8 && gsl_cdf_chisq_Q(chi2, df) > 2.5e-8,
              "blocks of %d keys: chi-square %.1f of %.0f", FIRST, chi2, df);
}

static const struct test tests[] = {
    {"servers by hand", servers_by_hand},
    {"two traffics share a key", two_traffics_share_a_key},
    {"a key is kept", a_key_is_kept},
    {"streams of their own", streams_of_their_own},
    {"the digest", the_digest},
    {"spread by chance", spread_by_chance},
    {"numbers are scattered", numbers_are_scattered},
};

SUITE("test_world_keys", tests)
