/* test_truth_haproxy_ring.c: HAProxy's hash methods, key by key against recordings of 2.6.12 and
 * 3.5-dev5. */
#include "tests/haproxy.h"
#include "tests/harness.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEYS_MAX = 700, PHASES_MAX = 4 };

/* Rows that were tried, that came out as recorded, and why others were left out. */
struct outcome {
    struct truth_score score;
    unsigned left_out;
};

static void report(const char *name, const struct outcome *outcome, unsigned expected,
                   const char *reason)
{
    char left_out[200] = "";
    if (outcome->left_out > 0)
        snprintf(left_out, sizeof left_out, ", %u left out: %s", outcome->left_out, reason);
    printf("\n  %s: %u rows tried, %u equal%s\n", name, outcome->score.tried, outcome->score.equal,
           left_out);
    CHECK_ROW(outcome->score.tried == expected, "%s: %u rows tried, %u expected", name,
              outcome->score.tried, expected);
    CHECK_ROW(outcome->score.equal == expected, "%s: %u of %u rows equal", name,
              outcome->score.equal, expected);
}

static void judge(struct outcome *outcome, bool equal, const char *name, const json_t *row)
{
    CHECK_ROW(equal, "%s: as recorded on %s", name, haproxy_text(row, "haproxy"));
    outcome->score.tried++;
    outcome->score.equal += equal;
}

/* ---- Keys, and who has them ---- */

typedef void key_of(size_t i, char key[32]);

/* The addresses of the recordings that tell keys: "127.{1+i//250}.{(i*7)%250}.{1+i%250}". */
static void source_key(size_t i, char key[32])
{
    snprintf(key, 32, "127.%zu.%zu.%zu", 1 + i / 250, i * 7 % 250, 1 + i % 250);
}

static void uri_key(size_t i, char key[32])
{
    snprintf(key, 32, "/item/%zu", i);
}

/* A phase: each key once, one request after the other. */
static void ask_all(struct text *trace, unsigned phase, size_t keys, key_of *of)
{
    char key[32];
    for (size_t i = 0; i < keys; i++) {
        of(i, key);
        text_add(trace, "open,p%u.%zu,%s\nclose,p%u.%zu,\n", phase, i, key, phase, i);
    }
}

static void replay(const struct balancer *balancer, struct text *trace, unsigned *pick,
                   size_t picks)
{
    char **server =
        truth_replay_on(&(struct replay_options){.balancer = balancer, .workers = 1}, trace);
    for (size_t i = 0; i < picks && server[i] != NULL; i++)
        pick[i] = haproxy_number(server[i]);
    free(server);
    free(trace->at);
}

struct moves {
    long long all, other; /* other: not of the server that left, or not to the one that came */
};

static struct moves moves_between(const unsigned *before, const unsigned *after, size_t keys,
                                  unsigned left, unsigned came)
{
    struct moves moves = {0, 0};
    for (size_t i = 0; i < keys; i++) {
        moves.all += before[i] != after[i];
        moves.other += before[i] != after[i] && before[i] != left && after[i] != came;
    }
    return moves;
}

static bool same_moves(const json_t *row, const char *all, const char *other, struct moves moves)
{
    return haproxy_whole(row, all) == moves.all && haproxy_whole(row, other) == moves.other;
}

/* s2 goes into maintenance, comes back, and s7 is added at run time. */
static void try_hash(struct outcome *outcome, const json_t *row, struct balancer *balancer,
                     key_of *of)
{
    const json_t *weights = json_object_get(row, "weights");
    const json_t *added = json_object_get(row, "after_add_s7");
    size_t keys = (size_t)haproxy_whole(row, "n");
    struct text trace = {0};
    text_add(&trace, "op,id,value\n");
    for (unsigned phase = 0; phase < PHASES_MAX; phase++) {
        if (phase < 3)
            haproxy_members(&trace, weights, phase == 1 ? 2 : 0);
        else
            haproxy_equal_members(&trace, 7);
        ask_all(&trace, phase, keys, of);
    }
    unsigned all[PHASES_MAX * KEYS_MAX] = {0};
    const unsigned *pick[PHASES_MAX] = {all, all + keys, all + 2 * keys, all + 3 * keys};
    replay(balancer, &trace, all, PHASES_MAX * keys);
    const json_t *without = json_object_get(row, "counts_after_s2_maint");
    if (without == NULL)
        without = json_object_get(row, "after_s2_maint");
    bool same =
        haproxy_same_first(json_object_get(row, "first60"), pick[0]) &&
        haproxy_same_counts(json_object_get(row, "counts"), pick[0], keys) &&
        haproxy_same_counts(without, pick[1], keys) &&
        same_moves(row, "moved", "moved_not_from_s2", moves_between(pick[0], pick[1], keys, 2, 0));
    if (json_object_get(row, "restored_identical") != NULL)
        same = same && json_is_true(json_object_get(row, "restored_identical")) &&
               moves_between(pick[0], pick[2], keys, 0, 0).all == 0;
    if (added != NULL)
        same = same && haproxy_same_counts(added, pick[3], keys) &&
               same_moves(row, "moved_add", "moved_add_not_to_s7",
                          moves_between(pick[2], pick[3], keys, 0, 7));
    judge(outcome, same, haproxy_text(row, "hash_type"), row);
}

static void try_source(void *context, const json_t *row)
{
    if (strcmp(haproxy_text(row, "exp"), "hash-source") != 0)
        return;
    struct balancer balancer = haproxy_hash_type(haproxy_text(row, "hash_type"), row);
    haproxy_say(&balancer, "key", 1);
    try_hash(context, row, &balancer, source_key);
}

static void try_uri(void *context, const json_t *row)
{
    if (strcmp(haproxy_text(row, "exp"), "hash-uri") != 0)
        return;
    struct balancer balancer = haproxy_hash_type(haproxy_text(row, "hash_type"), row);
    try_hash(context, row, &balancer, uri_key);
}

static void test_hash(void)
{
    struct outcome source = {.left_out = 0}, uri = {.left_out = 0};
    CU_ASSERT_EQUAL(truth_each("haproxy_hash.jsonl", try_source, &source), 48);
    report("haproxy_hash, hash-source", &source, 24, "");
    truth_each("haproxy_hash.jsonl", try_uri, &uri);
    report("haproxy_hash, hash-uri", &uri, 24, "");
}

/* ---- Bounded load ---- */

/* The row does not say which addresses. These are the only ten in steps of one that the ring maps
 * as recorded without a bound; with one, 36 rows of 300 picks then tell. */
static void hot_key(size_t i, size_t sources, char key[32])
{
    snprintf(key, 32, "127.9.%zu.7", i % sources);
}

static void try_bounded(void *context, const json_t *row)
{
    enum { HELD = 300 };
    if (strcmp(haproxy_text(row, "exp"), "bounded-load") != 0)
        return;
    struct balancer balancer = haproxy_hash_type("consistent", row);
    haproxy_say(&balancer, "key", 1);
    haproxy_say(&balancer, "balance_factor", (uint64_t)haproxy_whole(row, "hash_balance_factor"));
    struct text trace = {0};
    unsigned pick[HELD] = {0}, most = 0, count[10] = {0};
    text_add(&trace, "op,id,value\n");
    haproxy_equal_members(&trace, 6);
    for (size_t i = 0; i < HELD; i++) {
        char key[32];
        hot_key(i, (size_t)haproxy_whole(row, "distinct_sources"), key);
        text_add(&trace, "open,%zu,%s\n", i, key);
    }
    replay(&balancer, &trace, pick, HELD);
    for (size_t i = 0; i < HELD; i++)
        most = ++count[pick[i] % 10] > most ? count[pick[i] % 10] : most;
    double recorded = json_number_value(json_object_get(row, "max_over_mean"));
    judge(context,
          haproxy_same_first(json_object_get(row, "first60"), pick) &&
              haproxy_same_counts(json_object_get(row, "counts"), pick, HELD) &&
              fabs(recorded - most / (HELD / 6.)) < 1e-9,
          "bounded load", row);
}

static void test_bounded(void)
{
    struct outcome outcome = {.left_out = 0};
    truth_each("haproxy_queue.jsonl", try_bounded, &outcome);
    report("haproxy_queue, bounded-load", &outcome, 48, "");
}

/* ---- Servers added at run time ---- */

static void try_added(void *context, const json_t *row)
{
    struct outcome *outcome = context;
    if (strcmp(haproxy_text(row, "exp"), "runtime-add-3-to-4-ring") != 0)
        return;
    if (strcmp(haproxy_text(row, "algo"), "source") != 0) {
        outcome->left_out++;
        return;
    }
    struct balancer balancer = haproxy_hash_type("consistent", row);
    haproxy_say(&balancer, "key", 1);
    size_t keys = (size_t)haproxy_whole(row, "n");
    unsigned pick[KEYS_MAX] = {0};
    struct text trace = {0};
    text_add(&trace, "op,id,value\n");
    for (unsigned members = 4; members <= 7; members++)
        haproxy_equal_members(&trace, members);
    ask_all(&trace, 0, keys, source_key);
    replay(&balancer, &trace, pick, keys);
    judge(outcome, haproxy_same_counts(json_object_get(row, "counts"), pick, keys),
          "three added to four", row);
}

static void test_added(void)
{
    struct outcome outcome = {.left_out = 0};
    truth_each("haproxy_scale.jsonl", try_added, &outcome);
    report("haproxy_scale, runtime-add-3-to-4-ring", &outcome, 6, "draws, in long_truth_haproxy");
}

static const struct test tests[] = {
    {"HAProxy, keys and moves", test_hash},
    {"HAProxy, bounded load", test_bounded},
    {"HAProxy, servers added to a ring", test_added},
};

SUITE("truth_haproxy_ring", tests)
