/* test_truth_replay.c: pick by pick against recordings of real nginx. */
#include "tests/harness.h"
#include "tests/truth.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct score {
    unsigned tried, equal;
};

static void report(const char *name, struct score score, unsigned expected)
{
    printf("  %s: %u rows tried, %u equal\n", name, score.tried, score.equal);
    CHECK_ROW(score.tried == expected, "%s: %u rows tried, %u expected", name, score.tried,
              expected);
    CHECK_ROW(score.equal == score.tried, "%s: %u of %u rows equal", name, score.equal,
              score.tried);
}

/* Compares picks (numbers; -1: none) with the servers of a replay (sN, or -). */
static bool same_picks(const json_t *picks, char *const *server, const char *row)
{
    size_t i = 0;
    for (; i < json_array_size(picks) && server[i] != NULL; i++) {
        char expected[32];
        long long pick = json_integer_value(json_array_get(picks, i));
        snprintf(expected, sizeof expected, pick < 0 ? "-" : "s%lld", pick);
        if (strcmp(expected, server[i]) != 0) {
            CHECK_ROW(false, "%s: pick %zu is %s, recorded %s", row, i + 1, server[i], expected);
            return false;
        }
    }
    bool same_length = i == json_array_size(picks) && server[i] == NULL;
    CHECK_ROW(same_length, "%s: as many picks as recorded", row);
    return same_length;
}

static void try_replay(struct score *score, const json_t *row, const char *preset, unsigned workers,
                       int eager, const struct text *trace, const char *name)
{
    char **server = truth_replay(preset, workers, eager, trace);
    score->tried++;
    score->equal += same_picks(json_object_get(row, "picks"), server, name);
    free(server);
}

/* ---- nginx ---- */

static long long number_at(const json_t *array, size_t i)
{
    return json_integer_value(json_array_get(array, i));
}

static void add_members(struct text *trace, const json_t *weights)
{
    text_add(trace, "op,id,value\nmembers,,");
    for (size_t i = 0; i < json_array_size(weights); i++)
        text_add(trace, "%ss%zu=%lld", i > 0 ? " " : "", i + 1, number_at(weights, i));
    text_add(trace, "\n");
}

static void nginx_preset(const json_t *row, char preset[64])
{
    bool round_robin = strcmp(json_string_value(json_object_get(row, "algo")), "round_robin") == 0;
    snprintf(preset, 64, "nginx-%s%s", round_robin ? "round-robin" : "least-conn",
             json_is_true(json_object_get(row, "zone")) ? "-zone" : "");
}

static void try_nginx_held(void *context, const json_t *row)
{
    struct text trace = {0};
    char preset[64];
    nginx_preset(row, preset);
    add_members(&trace, json_object_get(row, "weights"));
    for (size_t i = 0; i < json_array_size(json_object_get(row, "picks")); i++)
        text_add(&trace, "open,%zu,\n", i);
    try_replay(context, row, preset, 1, 0, &trace, preset);
    free(trace.at);
}

static void try_nginx_trace(void *context, const json_t *row)
{
    struct text trace = {0};
    char preset[64];
    size_t i;
    const json_t *op;
    nginx_preset(row, preset);
    add_members(&trace, json_object_get(row, "weights"));
    json_array_foreach(json_object_get(row, "ops"), i, op)
    {
        bool open = strcmp(json_string_value(json_array_get(op, 0)), "o") == 0;
        text_add(&trace, "%s,%lld,\n", open ? "open" : "close", number_at(op, 1));
    }
    try_replay(context, row, preset, 1, 0, &trace, preset);
    free(trace.at);
}

static void test_nginx_held(void)
{
    struct score score = {0};
    unsigned rows = truth_each("nginx_e_held.jsonl", try_nginx_held, &score);
    report("nginx_e_held", score, rows);
    CU_ASSERT(rows > 0);
}

static void test_nginx_trace(void)
{
    struct score score = {0};
    unsigned rows = truth_each("nginx_e_trace.jsonl", try_nginx_trace, &score);
    report("nginx_e_trace", score, rows);
    CU_ASSERT(rows > 0);
}

static const struct test tests[] = {
    {"nginx, connections held", test_nginx_held},
    {"nginx, opens and closes", test_nginx_trace},
};

SUITE("truth_replay", tests)
