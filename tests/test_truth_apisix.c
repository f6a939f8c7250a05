/* test_truth_apisix.c: five variants of APISIX's least_conn, held against what its own code did:
 * every pick, what is open in the end, the heap's order, its scores to the last bit, and counts. */
#include "sim/engine/memory.h"
#include "tests/harness.h"
#include "tests/truth.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct variant {
    const char *name, *preset;
} const variants[] = {
    {"reset", "apisix-reset"},
    {"persisted", "apisix-pr12255"},
    {"persisted_12255_head", "apisix-pr12255-head"},
    {"persisted_12261_head", "apisix-pr12261"},
    {"merged", "apisix-merged"},
};

enum { VARIANTS = sizeof variants / sizeof *variants, ROWS = 51 };

enum { OP_OPEN, OP_CLOSE, OP_MEMBERS, OP_RELOAD, OP_CRASH, OP_WORKER, OP_RETRY };

static long long number_at(const json_t *array, size_t i)
{
    return json_integer_value(json_array_get(array, i));
}

/* ---- The recording's operations as a trace ---- */

/* Row by row; and which connections it ends, by their numbers. */
struct story {
    struct text trace;
    long long opened;
    bool *over;
};

static void end_connections(struct story *story, long long first, long long end)
{
    for (long long i = first; i < end; i++)
        story->over[i] = true;
}

static void add_members(struct text *trace, const json_t *op)
{
    text_add(trace, "members,,");
    for (size_t i = 1; i + 1 < json_array_size(op); i += 2)
        text_add(trace, "%ss%lld=%lld", i > 1 ? " " : "", number_at(op, i), number_at(op, i + 1));
    text_add(trace, "\n");
}

static void add_operation(struct story *story, const json_t *op)
{
    struct text *trace = &story->trace;
    long long number = number_at(op, 1);
    switch (number_at(op, 0)) {
    case OP_OPEN:
        for (long long n = number; n > 0; n--)
            text_add(trace, "open,%lld,\n", story->opened++);
        return;
    case OP_CLOSE:
        text_add(trace, "close,%lld,\n", number);
        end_connections(story, number, number + 1);
        return;
    case OP_MEMBERS:
        add_members(trace, op);
        return;
    case OP_RELOAD:
        text_add(trace, "reload,,\n");
        return;
    case OP_CRASH:
        text_add(trace, "crash,,\n");
        end_connections(story, 0, story->opened);
        return;
    case OP_WORKER:
        text_add(trace, "worker,,%lld\n", number);
        return;
    case OP_RETRY:
        text_add(trace, "retry,%lld,\n", number);
        return;
    default:
        CHECK_ROW(false, "an operation that the recordings' description does not have");
    }
}

static struct story story_of(const json_t *row)
{
    struct story story = {.opened = 0};
    long long opens = 0;
    size_t i;
    const json_t *op, *ops = json_object_get(row, "trace");
    json_array_foreach(ops, i, op)
    {
        opens += number_at(op, 0) == OP_OPEN ? number_at(op, 1) : 0;
    }
    story.over = memory_zeroed((size_t)opens, sizeof *story.over);
    text_add(&story.trace, "op,id,value\n");
    json_array_foreach(ops, i, op)
    {
        add_operation(&story, op);
    }
    return story;
}

/* ---- What must be equal ---- */

/* A row of the recording on trial. */
struct trial {
    const json_t *row;
    const char *name;
    bool equal;
};

static void differ(struct trial *trial, const char *what, long long number)
{
    CHECK_ROW(false, "%s: %s (%lld) is not as recorded", trial->name, what, number);
    trial->equal = false;
}

/* The number of a server's name, sN; -1 of '-'. */
static long long server_number(const char *name)
{
    return name[0] == 's' ? strtoll(name + 1, NULL, 10) : -1;
}

/* The recording's pairs [server, n], of which none means 0. */
static long long pair_of(const json_t *pairs, long long server)
{
    size_t i;
    const json_t *pair;
    json_array_foreach(pairs, i, pair)
    {
        if (number_at(pair, 0) == server)
            return number_at(pair, 1);
    }
    return 0;
}

/* Picks, one a row; and where each connection is, which is what is open in the end. */
static void check_rows(struct trial *trial, const struct story *story, char *rows)
{
    enum { SERVERS = 1024 };
    const json_t *picks = json_object_get(trial->row, "picks");
    long long *at = memory_zeroed((size_t)story->opened, sizeof *at), open[SERVERS] = {0};
    size_t n = 0;
    char *rest = NULL;
    strtok_r(rows, "\n", &rest); /* the header */
    for (char *line; (line = strtok_r(NULL, "\n", &rest)) != NULL; n++) {
        const char *id = strchr(strchr(line, ',') + 1, ',') + 1;
        long long server = server_number(strrchr(line, ',') + 1);
        if (n < json_array_size(picks) && server != number_at(picks, n) && trial->equal)
            differ(trial, "pick", (long long)n);
        at[strtoll(id, NULL, 10)] = server;
    }
    if (n != json_array_size(picks))
        differ(trial, "the number of picks", (long long)n);
    for (long long i = 0; i < story->opened; i++)
        if (!story->over[i] && at[i] > 0)
            open[at[i] % SERVERS]++;
    for (long long server = 1; server < SERVERS; server++)
        if (open[server] != pair_of(json_object_get(trial->row, "inflight"), server))
            differ(trial, "what is open on a server", server);
    free(at);
}

static bool same_score(const json_t *recorded, double score)
{
    const char *word = json_string_value(recorded);
    if (word != NULL)
        return strcmp(word, "nan") == 0 ? isnan(score)
                                        : isinf(score) && signbit(score) == (word[0] == '-');
    double expected = json_number_value(recorded);
    return memcmp(&expected, &score, sizeof score) == 0;
}

static void check_heap(struct trial *trial, const struct replay_end *end, uint32_t worker)
{
    const json_t *heap = json_array_get(json_object_get(trial->row, "heap"), worker);
    struct gateway_seat *seat = memory_zeroed(end->servers, sizeof *seat);
    uint32_t seats = gateway_seats(end->gateway, 0, worker, seat);
    if (seats != json_array_size(heap))
        differ(trial, "the heap's size", seats);
    for (uint32_t i = 0; i < seats && i < json_array_size(heap); i++) {
        const json_t *recorded = json_array_get(heap, i);
        if (seat[i].place != i ||
            server_number(end->server[seat[i].server]) != number_at(recorded, 0))
            differ(trial, "a place in the heap", i);
        if (!seat[i].scored || !same_score(json_array_get(recorded, 1), seat[i].score))
            differ(trial, "the score at a place in the heap", i);
    }
    free(seat);
}

/* merged: a worker's own, per worker; the others: the table, which all share. */
static void check_counts(struct trial *trial, const struct replay_end *end, uint32_t worker)
{
    const json_t *counts = json_object_get(trial->row, "counts");
    bool table = strcmp(json_string_value(json_object_get(trial->row, "variant")), "merged") != 0;
    if (counts == NULL)
        return;
    for (uint32_t i = 0; i < end->servers; i++) {
        long long number = server_number(end->server[i]);
        long long count = table ? gateway_table_count(end->gateway, 0, i)
                                : gateway_row_count(end->gateway, 0, worker, i);
        if (count != pair_of(table ? counts : json_array_get(counts, worker), number))
            differ(trial, "the count of a server", number);
    }
}

static void check_end(void *context, const struct replay_end *end)
{
    for (uint32_t worker = 0; worker < end->workers; worker++) {
        check_heap(context, end, worker);
        check_counts(context, end, worker);
    }
}

/* ---- All of it ---- */

struct score {
    unsigned tried[VARIANTS], equal[VARIANTS];
};

static size_t variant_of(const json_t *row)
{
    const char *name = json_string_value(json_object_get(row, "variant"));
    size_t i = 0;
    while (i < VARIANTS && strcmp(variants[i].name, name) != 0)
        i++;
    CU_ASSERT_FATAL(i < VARIANTS);
    return i;
}

static void try_row(void *context, const json_t *row)
{
    struct score *score = context;
    size_t variant = variant_of(row);
    char name[128];
    snprintf(name, sizeof name, "%s %s", json_string_value(json_object_get(row, "id")),
             variants[variant].name);
    struct trial trial = {.row = row, .name = name, .equal = true};
    struct story story = story_of(row);
    struct balancer balancer = balancer_of_preset(preset_find(variants[variant].preset));
    char *rows = truth_rows(
        &(struct replay_options){
            .balancer = &balancer,
            .workers = (uint32_t)json_integer_value(json_object_get(row, "workers")),
            .eager = strcmp(json_string_value(json_object_get(row, "rebuild")), "eager") == 0,
            .at_end = check_end,
            .context = &trial,
        },
        &story.trace);
    check_rows(&trial, &story, rows);
    score->tried[variant]++;
    score->equal[variant] += trial.equal;
    free(rows);
    free(story.over);
    free(story.trace.at);
}

static void test_apisix(void)
{
    struct score score = {{0}, {0}};
    unsigned rows = truth_each("apisix_least_conn.jsonl", try_row, &score), equal = 0;
    for (size_t i = 0; i < VARIANTS; i++)
        equal += score.equal[i];
    truth_report("apisix_least_conn", (struct truth_score){.tried = rows, .equal = equal}, rows);
    for (size_t i = 0; i < VARIANTS; i++) {
        printf("    %s (%s): %u, %u\n", variants[i].preset, variants[i].name, score.tried[i],
               score.equal[i]);
        CHECK_ROW(score.tried[i] == ROWS && score.equal[i] == ROWS, "%s: %u of %u rows equal",
                  variants[i].preset, score.equal[i], ROWS);
    }
}

static const struct test tests[] = {
    {"APISIX least_conn, five variants", test_apisix},
};

SUITE("truth_apisix", tests)
