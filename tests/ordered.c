/* ordered.c: rows of HAProxy's ordered methods: traces of them, and comparisons. */
#include "tests/ordered.h"

#include "tests/harness.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Rows ---- */

static bool is_ordered(const json_t *row)
{
    static const char *const methods[] = {"roundrobin", "static-rr", "leastconn", "first"};
    for (int i = 0; i < 4; i++)
        if (strcmp(haproxy_text(row, "algo"), methods[i]) == 0)
            return true;
    return false;
}

/* Are its ties drawn at random? */
static bool is_drawn(const json_t *row)
{
    return strcmp(haproxy_text(row, "algo"), "leastconn") == 0 &&
           strcmp(haproxy_text(row, "haproxy"), "2.6.12") != 0;
}

static unsigned slack(const json_t *row)
{
    return is_drawn(row) ? 1 : 0;
}

struct row_name name_of(const json_t *row)
{
    struct row_name name;
    snprintf(name.text, sizeof name.text, "%s, %s on %s, threads %lld, rep %lld",
             haproxy_text(row, "exp"), haproxy_text(row, "algo"), haproxy_text(row, "haproxy"),
             haproxy_whole(row, "nbthread"), haproxy_whole(row, "rep"));
    return name;
}

void keep(struct tally *tally, bool equal)
{
    tally->score.tried++;
    tally->score.equal += equal;
}

void report(const char *name, struct tally tally, struct tally expected)
{
    printf("\n  %s: %u rows tried, %u equal", name, tally.score.tried, tally.score.equal);
    if (tally.others > 0)
        printf("; %u of other methods", tally.others);
    if (tally.drawn > 0)
        printf("; %u of 3.5 left to chance", tally.drawn);
    printf("\n");
    CHECK_ROW(tally.score.tried == expected.score.tried && tally.score.equal == tally.score.tried,
              "%s: %u rows tried, %u expected", name, tally.score.tried, expected.score.tried);
    CU_ASSERT_EQUAL(tally.others, expected.others);
    CU_ASSERT_EQUAL(tally.drawn, expected.drawn);
}

bool is_ours(struct tally *tally, const json_t *row, bool held)
{
    tally->others += !is_ordered(row);
    tally->drawn += is_ordered(row) && is_drawn(row) && !held;
    return is_ordered(row) && (held || !is_drawn(row));
}

/* ---- Traces ---- */

void add_members(struct text *trace, const json_t *weights)
{
    if (trace->length == 0)
        text_add(trace, "op,id,value\n");
    text_add(trace, "members,,");
    for (size_t i = 0; i < json_array_size(weights); i++)
        text_add(trace, "%ss%zu=%lld", i > 0 ? " " : "", i + 1,
                 json_integer_value(json_array_get(weights, i)));
    text_add(trace, "\n");
}

void add_opens(struct text *trace, size_t first, size_t count, bool held)
{
    for (size_t i = first; i < first + count; i++) {
        text_add(trace, "open,%zu,\n", i);
        if (!held)
            text_add(trace, "close,%zu,\n", i);
    }
}

/* At the end: what the newest process counts on each server. */
static void note_counts(void *context, const struct replay_end *end)
{
    struct ordered_play *played = context;
    struct gateway_seat seat[SERVERS];
    uint32_t seats = gateway_seats(end->gateway, 0, 0, seat);
    memset(played->counted, 0, sizeof played->counted);
    for (uint32_t i = 0; i < seats; i++)
        played->counted[end->server[seat[i].server][1] - '0'] = seat[i].count;
}

struct ordered_play play(const json_t *row, const char *how, const struct text *trace)
{
    struct ordered_play played = {.picks = 0};
    char preset[64], *rest = NULL;
    snprintf(preset, sizeof preset, "haproxy-%s%s", haproxy_text(row, "algo"), how);
    struct balancer balancer = balancer_of_preset(preset_find(preset));
    char *rows = truth_rows(
        &(struct replay_options){
            .balancer = &balancer, .workers = 1, .at_end = note_counts, .context = &played},
        trace);
    strtok_r(rows, "\n", &rest); /* the header */
    for (char *line; (line = strtok_r(NULL, "\n", &rest)) != NULL && played.picks < PICKS_MAX - 1;)
        played.pick[played.picks++] = line[strlen(line) - 1];
    free(rows);
    return played;
}

/* ---- What came out, and what was recorded ---- */

struct counts counts_of(const struct ordered_play *played, size_t first, size_t picks)
{
    struct counts counts = {{0}};
    for (size_t i = first; i < first + picks && i < played->picks; i++)
        if (played->pick[i] >= '1' && played->pick[i] <= '0' + SERVERS)
            counts.of[played->pick[i] - '0']++;
    return counts;
}

struct counts believed_of(const struct ordered_play *played)
{
    struct counts counts = {{0}};
    for (int server = 1; server <= SERVERS; server++)
        counts.of[server] = (unsigned)played->counted[server];
    return counts;
}

bool same_counts(const json_t *row, const json_t *recorded, struct counts counts, const char *field)
{
    bool same = json_is_object(recorded);
    for (int server = 1; server <= SERVERS; server++) {
        char key[3] = {'s', (char)('0' + server), '\0'};
        long long wanted = haproxy_whole(recorded, key),
                  off = (long long)counts.of[server] - wanted;
        CHECK_ROW(llabs(off) <= slack(row), "%s: %s: %u at %s, recorded %lld", name_of(row).text,
                  field, counts.of[server], key, wanted);
        same = same && llabs(off) <= slack(row);
    }
    return same;
}

bool same_number(const json_t *row, long long recorded, long long number, const char *field)
{
    bool same = llabs(recorded - number) <= slack(row);
    CHECK_ROW(same, "%s: %s is %lld, recorded %lld", name_of(row).text, field, number, recorded);
    return same;
}

bool same_picks(const json_t *row, const char *recorded, const struct ordered_play *played,
                size_t first)
{
    if (is_drawn(row))
        return true;
    bool same = strncmp(recorded, played->pick + first, strlen(recorded)) == 0;
    CHECK_ROW(same, "%s: picked\n%.90s, recorded\n%s", name_of(row).text, played->pick + first,
              recorded);
    return same;
}

bool same_live(const json_t *row, const json_t *recorded, struct counts live, const char *field)
{
    double sum = 0, squares = 0, most = 0, held = 0;
    for (int server = 1; server <= SERVERS; server++) {
        double n = live.of[server];
        sum += n;
        squares += n * n;
        most = n > most ? n : most;
        held += n > 0;
    }
    bool same = same_counts(row, json_object_get(recorded, "live"), live, field);
    double peak = json_number_value(json_object_get(recorded, "max_over_mean"));
    double jain = json_number_value(json_object_get(recorded, "jain"));
    double near = is_drawn(row) ? 0.01 : 0.00005001;
    bool spread =
        fabs(most * held / sum - peak) <= near && fabs(sum * sum / (held * squares) - jain) <= near;
    CHECK_ROW(spread, "%s: %s: max/mean %g, recorded %g", name_of(row).text, field,
              most * held / sum, peak);
    return same && spread;
}
