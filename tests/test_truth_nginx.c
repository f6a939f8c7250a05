/* test_truth_nginx.c: pick by pick against recordings of real nginx. */
#include "tests/harness.h"
#include "tests/truth.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add_members(struct text *trace, const json_t *weights)
{
    text_add(trace, "op,id,value\nmembers,,");
    for (size_t i = 0; i < json_array_size(weights); i++)
        text_add(trace, "%ss%zu=%lld", i > 0 ? " " : "", i + 1,
                 json_integer_value(json_array_get(weights, i)));
    text_add(trace, "\n");
}

static const char *text_of(const json_t *row, const char *key)
{
    return json_string_value(json_object_get(row, key));
}

/* The preset of a row's method, spelt with dashes there. */
static void nginx_preset(const json_t *row, char preset[64])
{
    snprintf(preset, 64, "nginx-%s%s", text_of(row, "algo"),
             json_is_true(json_object_get(row, "zone")) ? "-zone" : "");
    for (char *at = preset; *at != '\0'; at++)
        if (*at == '_')
            *at = '-';
}

/* Sequential requests: each is over before the next begins. */
static void try_nginx_picks(void *context, const json_t *row)
{
    struct text trace = {0};
    char preset[64], name[160];
    if (!json_is_true(json_object_get(row, "deterministic")))
        return;
    nginx_preset(row, preset);
    snprintf(name, sizeof name, "%s, recorded on %s", preset, text_of(row, "nginx"));
    add_members(&trace, json_object_get(row, "weights"));
    for (size_t i = 0; i < json_array_size(json_object_get(row, "picks")); i++)
        text_add(&trace, "open,%zu,\nclose,%zu,\n", i, i);
    truth_try(context, row, preset, 1, 0, &trace, name);
    free(trace.at);
}

static void try_nginx_held(void *context, const json_t *row)
{
    struct text trace = {0};
    char preset[64];
    nginx_preset(row, preset);
    add_members(&trace, json_object_get(row, "weights"));
    for (size_t i = 0; i < json_array_size(json_object_get(row, "picks")); i++)
        text_add(&trace, "open,%zu,\n", i);
    truth_try(context, row, preset, 1, 0, &trace, preset);
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
        text_add(&trace, "%s,%lld,\n", open ? "open" : "close",
                 json_integer_value(json_array_get(op, 1)));
    }
    truth_try(context, row, preset, 1, 0, &trace, preset);
    free(trace.at);
}

static void test_nginx_picks(void)
{
    struct truth_score score = {0};
    CU_ASSERT_EQUAL(truth_each("nginx_b_picks.jsonl", try_nginx_picks, &score), 144);
    truth_report("nginx_b_picks", score, 72);
}

static void test_nginx_held(void)
{
    truth_hold_all("nginx_e_held", try_nginx_held);
}

static void test_nginx_trace(void)
{
    truth_hold_all("nginx_e_trace", try_nginx_trace);
}

/* ---- Limits, backups, failures ---- */

/* nginx's own words for a server, as options of a trace's member. */
static void add_options(struct text *trace, const char *params)
{
    char words[128], *rest = NULL, limit[16] = "0";
    const char *option[4];
    size_t options = 0;
    snprintf(words, sizeof words, "%s", params);
    for (char *word = strtok_r(words, " ", &rest); word != NULL;
         word = strtok_r(NULL, " ", &rest)) {
        char *equals = strchr(word, '=');
        if (strncmp(word, "max_conns=", 10) == 0) {
            snprintf(limit, sizeof limit, "%s", word + 10);
            continue;
        }
        if (equals != NULL)
            *equals = ':';
        option[options++] = word;
    }
    text_add(trace, "/%s", limit);
    for (size_t i = 0; i < options; i++)
        text_add(trace, "/%s", option[i]);
}

/* Servers are called by `servers`, where the row has it, and else numbered from 1. */
static void add_members_with_options(struct text *trace, const json_t *row)
{
    const json_t *weights = json_object_get(row, "weights");
    const json_t *named = json_object_get(row, "servers"), *params = json_object_get(row, "params");
    text_add(trace, "op,id,value\nmembers,,");
    for (size_t i = 0; i < json_array_size(weights); i++) {
        long long name =
            named == NULL ? (long long)i + 1 : json_integer_value(json_array_get(named, i));
        text_add(trace, "%ss%lld=%lld", i > 0 ? " " : "", name,
                 json_integer_value(json_array_get(weights, i)));
        if (params != NULL)
            add_options(trace, json_string_value(json_array_get(params, i)));
        else
            text_add(trace, "/0/max_fails:%lld/fail_timeout:%llds",
                     json_integer_value(json_object_get(row, "max_fails")),
                     json_integer_value(json_object_get(row, "fail_timeout")));
    }
    text_add(trace, "\n");
}

static void try_nginx_max_conns(void *context, const json_t *row)
{
    struct truth_score *score = context;
    struct text trace = {0};
    char preset[64];
    size_t i;
    const json_t *picks;
    if (!json_is_true(json_object_get(row, "identical")))
        return;
    nginx_preset(row, preset);
    add_members_with_options(&trace, row);
    for (int opened = 0; opened < 20; opened++)
        text_add(&trace, "open,%d,\n", opened);
    char **server = truth_replay(preset, 1, 0, &trace);
    bool same = true;
    json_array_foreach(json_object_get(row, "reps"), i, picks)
    {
        same = same && truth_same_picks(picks, 1, server, text_of(row, "note"));
    }
    score->tried++;
    score->equal += same;
    free(server);
    free(trace.at);
}

static void test_nginx_max_conns(void)
{
    truth_hold_all("nginx_e_max_conns", try_nginx_max_conns);
}

/* A request and its tries: every address that refuses is followed by a retry, until one serves or
 * nobody is left. What was recorded goes to `expected`, as the servers of a replay. */
static void add_request(struct text *trace, const json_t *tried, size_t id, json_t *expected)
{
    size_t tries = json_array_size(tried);
    text_add(trace, "open,%zu,\n", id);
    for (size_t i = 0;; i++) {
        const json_t *one = i < tries ? json_array_get(tried, i) : NULL;
        long long address = json_is_integer(one) ? json_integer_value(one) : -1;
        json_array_append_new(expected, json_integer(address));
        if (address < 98)
            break;
        text_add(trace, "retry,%zu,\n", id);
    }
    text_add(trace, "close,%zu,\n", id);
}

static void try_nginx_fail(void *context, const json_t *row)
{
    struct truth_score *score = context;
    struct text trace = {0};
    char preset[64];
    size_t i;
    const json_t *tried;
    if (!json_is_true(json_object_get(row, "identical")))
        return;
    json_t *expected = json_array();
    nginx_preset(row, preset);
    add_members_with_options(&trace, row);
    json_array_foreach(json_object_get(row, "tried"), i, tried)
    {
        add_request(&trace, tried, i, expected);
    }
    char **server = truth_replay(preset, 1, 0, &trace);
    score->tried++;
    score->equal += truth_same_picks(expected, 0, server, text_of(row, "note"));
    json_decref(expected);
    free(server);
    free(trace.at);
}

/* By the clock of the recording. */
static void try_nginx_recovery(void *context, const json_t *row)
{
    struct truth_score *score = context;
    struct text trace = {0};
    char preset[64];
    size_t i;
    const json_t *request;
    if (strcmp(text_of(row, "exp"), "e_recovery") != 0)
        return;
    json_t *expected = json_array();
    nginx_preset(row, preset);
    add_members_with_options(&trace, row);
    json_array_foreach(json_object_get(row, "log"), i, request)
    {
        double time_s = json_number_value(json_array_get(request, 0));
        text_add(&trace, "time,,%.0f\n", time_s * 1000);
        add_request(&trace, json_array_get(request, 1), i, expected);
    }
    char **server = truth_replay(preset, 1, 0, &trace);
    score->tried++;
    score->equal += truth_same_picks(expected, 0, server, "recovery");
    json_decref(expected);
    free(server);
    free(trace.at);
}

static void test_nginx_fail(void)
{
    struct truth_score score = {0}, recovery = {0};
    truth_each("nginx_e_fail.jsonl", try_nginx_fail, &score);
    truth_report("nginx_e_fail, e_fail", score, 5);
    truth_each("nginx_e_fail.jsonl", try_nginx_recovery, &recovery);
    truth_report("nginx_e_fail, e_recovery", recovery, 2);
}

/* ---- Keys ---- */

/* Picks are numbers of servers, for keys "key0" on; or pairs of an address and a number. */
static void try_nginx_keys(void *context, const json_t *row)
{
    struct truth_score *score = context;
    struct text trace = {0};
    char preset[64];
    size_t i;
    const json_t *pick, *weights = json_object_get(row, "weights");
    const json_t *picks = json_object_get(row, "picks"), *servers = json_object_get(row, "servers");
    nginx_preset(row, preset);
    text_add(&trace, "op,id,value\nmembers,,");
    for (i = 0; i < json_array_size(servers); i++)
        text_add(&trace, "%s%s=%lld", i > 0 ? " " : "",
                 json_string_value(json_array_get(servers, i)),
                 json_integer_value(json_array_get(weights, i)));
    text_add(&trace, "\n");
    json_array_foreach(picks, i, pick)
    {
        const json_t *address = json_array_get(pick, 0);
        if (address != NULL)
            text_add(&trace, "open,%zu,%s\nclose,%zu,\n", i, json_string_value(address), i);
        else
            text_add(&trace, "open,%zu,key%zu\nclose,%zu,\n", i, i, i);
    }
    char **server = truth_replay(preset, 1, 0, &trace);
    bool same = true;
    for (i = 0; i < json_array_size(picks) && same; i++) {
        pick = json_array_get(picks, i);
        long long number = json_integer_value(json_is_array(pick) ? json_array_get(pick, 1) : pick);
        const char *recorded = json_string_value(json_array_get(servers, (size_t)number - 1));
        same = server[i] != NULL && strcmp(server[i], recorded) == 0;
        CHECK_ROW(same, "%s: key %zu goes to %s, recorded %s", preset, i, server[i], recorded);
    }
    score->tried++;
    score->equal += same && i > 0 && server[i] == NULL;
    free(server);
    free(trace.at);
}

static void test_nginx_keys(void)
{
    truth_hold_all("nginx_e_keys", try_nginx_keys);
}

/* ---- Workers, each with as many connections as it took ---- */

/* Without `zone` a worker knows of nobody else, so that the order among workers does not matter. */
static void open_on_workers(struct text *trace, const json_t *by_worker, unsigned *opened)
{
    size_t worker, i;
    const json_t *list, *picks;
    json_array_foreach(by_worker, worker, list)
    {
        text_add(trace, "worker,,%zu\n", worker);
        json_array_foreach(list, i, picks)
        {
            for (long long open = json_integer_value(picks); open > 0; open--)
                text_add(trace, "open,%u,\n", (*opened)++);
        }
    }
}

/* Of all that a worker was given, each server got as many as recorded. */
static bool went_there(const json_t *by_worker, char *const **server, const char *preset)
{
    size_t worker, i;
    const json_t *list, *picks;
    bool same = true;
    json_array_foreach(by_worker, worker, list)
    {
        long long total = 0, count[8] = {0};
        json_array_foreach(list, i, picks) total += json_integer_value(picks);
        for (; total > 0 && **server != NULL; total--, ++*server)
            count[(**server)[1] - '1']++;
        json_array_foreach(list, i, picks)
        {
            bool equal = count[i] == json_integer_value(picks);
            CHECK_ROW(equal, "%s, worker %zu: %lld on s%zu, recorded %lld", preset, worker,
                      count[i], i + 1, json_integer_value(picks));
            same = same && equal;
        }
    }
    return same;
}

/* Rows of rules that each of two workers follows for itself: before and after s3 joined. */
static void try_nginx_workers(void *context, const json_t *row)
{
    struct truth_score *score = context;
    const json_t *before = json_object_get(row, "phase1_by_worker");
    const json_t *after = json_object_get(row, "phase2_new_by_worker");
    unsigned workers = (unsigned)json_integer_value(json_object_get(row, "workers")), opened = 0;
    struct text trace = {0};
    char preset[64];
    bool rule = strncmp(text_of(row, "algo"), "random", 6) != 0;
    if (!rule || workers == 1 || json_is_true(json_object_get(row, "zone")))
        return;
    nginx_preset(row, preset);
    text_add(&trace, "op,id,value\nmembers,,s1 s2\n");
    open_on_workers(&trace, before, &opened);
    text_add(&trace, "members,,s1 s2 s3\n");
    open_on_workers(&trace, after, &opened);
    char **server = truth_replay(preset, workers, 0, &trace), *const *at = server;
    bool same = went_there(before, &at, preset);
    same = went_there(after, &at, preset) && same;
    score->tried++;
    score->equal += same && opened == 600 && *at == NULL;
    free(server);
    free(trace.at);
}

static void test_nginx_workers(void)
{
    struct truth_score score = {0};
    truth_each("nginx_c_scaling.jsonl", try_nginx_workers, &score);
    truth_report("nginx_c_scaling, by worker", score, 6);
}

static const struct test tests[] = {
    {"nginx, one request after the other", test_nginx_picks},
    {"nginx, connections held", test_nginx_held},
    {"nginx, opens and closes", test_nginx_trace},
    {"nginx, limits and backups", test_nginx_max_conns},
    {"nginx, servers that refuse", test_nginx_fail},
    {"nginx, keys", test_nginx_keys},
    {"nginx, workers that count for themselves", test_nginx_workers},
};

SUITE("truth_nginx", tests)
