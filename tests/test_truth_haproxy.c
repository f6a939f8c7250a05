/* test_truth_haproxy.c: HAProxy's ordered methods, pick by pick against recordings of 2.6.12 and
 * 3.5-dev5.
 *
 * The presets are 2.6.12. Newer ones differ in leastconn alone, where the tied are drawn at random:
 * what is left of it is compared in counts, within 1. Random and hash are another test's. */
#include "tests/harness.h"
#include "tests/truth.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SERVERS = 9, PICKS_MAX = 2048 };

/* What a trace led to: servers as digits, and how many went to each, from s1 at [1]. */
struct played {
    char pick[PICKS_MAX];
    size_t picks;
    int64_t counted[SERVERS + 1]; /* that the newest process believes in the end */
};

struct counts {
    unsigned of[SERVERS + 1];
};

static const char *text_of(const json_t *row, const char *key)
{
    return json_string_value(json_object_get(row, key));
}

static long long number_of(const json_t *row, const char *key)
{
    return json_integer_value(json_object_get(row, key));
}

/* ---- Rows ---- */

static bool is_ordered(const json_t *row)
{
    static const char *const methods[] = {"roundrobin", "static-rr", "leastconn", "first"};
    for (int i = 0; i < 4; i++)
        if (strcmp(text_of(row, "algo"), methods[i]) == 0)
            return true;
    return false;
}

/* Are its ties drawn at random? */
static bool is_drawn(const json_t *row)
{
    return strcmp(text_of(row, "algo"), "leastconn") == 0 &&
           strcmp(text_of(row, "haproxy"), "2.6.12") != 0;
}

static unsigned slack(const json_t *row)
{
    return is_drawn(row) ? 1 : 0;
}

struct row_name {
    char text[160];
};

static struct row_name name_of(const json_t *row)
{
    struct row_name name;
    snprintf(name.text, sizeof name.text, "%s, %s on %s, threads %lld, rep %lld",
             text_of(row, "exp"), text_of(row, "algo"), text_of(row, "haproxy"),
             number_of(row, "nbthread"), number_of(row, "rep"));
    return name;
}

/* How rows of an experiment came out. Of those that were not tried: other methods', and what
 * 3.5-dev5 draws by lot. */
struct tally {
    struct truth_score score;
    unsigned others, drawn;
};

static void keep(struct tally *tally, bool equal)
{
    tally->score.tried++;
    tally->score.equal += equal;
}

static void report(const char *name, struct tally tally, struct tally expected)
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

/* Is it to be tried at all? held: ties among the idle do not decide. */
static bool is_ours(struct tally *tally, const json_t *row, bool held)
{
    tally->others += !is_ordered(row);
    tally->drawn += is_ordered(row) && is_drawn(row) && !held;
    return is_ordered(row) && (held || !is_drawn(row));
}

/* ---- Traces ---- */

static void add_members(struct text *trace, const json_t *weights)
{
    if (trace->length == 0)
        text_add(trace, "op,id,value\n");
    text_add(trace, "members,,");
    for (size_t i = 0; i < json_array_size(weights); i++)
        text_add(trace, "%ss%zu=%lld", i > 0 ? " " : "", i + 1,
                 json_integer_value(json_array_get(weights, i)));
    text_add(trace, "\n");
}

/* Connections from number `first` on. */
static void add_opens(struct text *trace, size_t first, size_t count, bool held)
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
    struct played *played = context;
    struct gateway_seat seat[SERVERS];
    uint32_t seats = gateway_seats(end->gateway, 0, 0, seat);
    memset(played->counted, 0, sizeof played->counted);
    for (uint32_t i = 0; i < seats; i++)
        played->counted[end->server[seat[i].server][1] - '0'] = seat[i].count;
}

static struct played play(const json_t *row, const char *how, const struct text *trace)
{
    struct played played = {.picks = 0};
    char preset[64], *rest = NULL;
    snprintf(preset, sizeof preset, "haproxy-%s%s", text_of(row, "algo"), how);
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

static struct counts counts_of(const struct played *played, size_t first, size_t picks)
{
    struct counts counts = {{0}};
    for (size_t i = first; i < first + picks && i < played->picks; i++)
        if (played->pick[i] >= '1' && played->pick[i] <= '0' + SERVERS)
            counts.of[played->pick[i] - '0']++;
    return counts;
}

static struct counts believed_of(const struct played *played)
{
    struct counts counts = {{0}};
    for (int server = 1; server <= SERVERS; server++)
        counts.of[server] = (unsigned)played->counted[server];
    return counts;
}

/* Recorded as {"s1": 3, ...}, nothing said of those with none. */
static bool same_counts(const json_t *row, const json_t *recorded, struct counts counts,
                        const char *field)
{
    bool same = json_is_object(recorded);
    for (int server = 1; server <= SERVERS; server++) {
        char key[3] = {'s', (char)('0' + server), '\0'};
        long long wanted = number_of(recorded, key), off = (long long)counts.of[server] - wanted;
        CHECK_ROW(llabs(off) <= slack(row), "%s: %s: %u at %s, recorded %lld", name_of(row).text,
                  field, counts.of[server], key, wanted);
        same = same && llabs(off) <= slack(row);
    }
    return same;
}

static bool same_number(const json_t *row, long long recorded, long long number, const char *field)
{
    bool same = llabs(recorded - number) <= slack(row);
    CHECK_ROW(same, "%s: %s is %lld, recorded %lld", name_of(row).text, field, number, recorded);
    return same;
}

/* Picks from number `first` on; where ties are drawn their order says nothing. */
static bool same_picks(const json_t *row, const char *recorded, const struct played *played,
                       size_t first)
{
    if (is_drawn(row))
        return true;
    bool same = strncmp(recorded, played->pick + first, strlen(recorded)) == 0;
    CHECK_ROW(same, "%s: picked\n%.90s, recorded\n%s", name_of(row).text, played->pick + first,
              recorded);
    return same;
}

/* Live connections, and the two figures of their spread, rounded to four places. */
static bool same_live(const json_t *row, const json_t *recorded, struct counts live,
                      const char *field)
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

/* ---- haproxy_picks ---- */

struct pick_tallies {
    struct tally one, two; /* two: sequences of two threads */
    unsigned in_every_pick;
};

/* Of two threads that close in turn, one may be late: then two idle servers change places. */
static bool is_two_threads(const json_t *row)
{
    return strcmp(text_of(row, "algo"), "leastconn") == 0 && number_of(row, "nbthread") == 2;
}

static void try_picks(void *context, const json_t *row)
{
    struct pick_tallies *tally = context;
    bool held = json_is_true(json_object_get(row, "hold"));
    size_t n = (size_t)number_of(row, "n");
    if (strcmp(text_of(row, "exp"), "picks") != 0 || !is_ours(&tally->one, row, held))
        return;
    struct text trace = {0};
    add_members(&trace, json_object_get(row, "weights"));
    add_opens(&trace, 0, n, held);
    struct played played = play(row, "", &trace);
    bool counts = same_counts(row, json_object_get(row, "counts"), counts_of(&played, 0, n), "n");
    if (!held && is_two_threads(row)) {
        const char *first60 = text_of(row, "first60");
        keep(&tally->two, counts);
        tally->in_every_pick += strncmp(first60, played.pick, strlen(first60)) == 0;
    } else {
        keep(&tally->one, same_picks(row, text_of(row, "first60"), &played, 0) && counts);
    }
    free(trace.at);
}

static void try_weight_change(void *context, const json_t *row)
{
    struct text trace = {0};
    if (strcmp(text_of(row, "exp"), "weight-change") != 0)
        return;
    add_members(&trace, json_object_get(row, "weights"));
    add_opens(&trace, 0, 17, true);
    add_members(&trace, json_object_get(row, "new_weights"));
    add_opens(&trace, 17, 90, true);
    struct played played = play(row, "", &trace);
    bool before = same_picks(row, text_of(row, "before17"), &played, 0);
    bool after = same_picks(row, text_of(row, "after90"), &played, 17);
    keep(context, same_counts(row, json_object_get(row, "counts_after"), counts_of(&played, 17, 90),
                              "after") &&
                      before && after);
    free(trace.at);
}

static void test_picks(void)
{
    struct pick_tallies tally = {.in_every_pick = 0};
    struct tally changed = {.others = 0};
    truth_each("haproxy_picks.jsonl", try_picks, &tally);
    report("haproxy_picks", tally.one,
           (struct tally){.score.tried = 90, .others = 48, .drawn = 12});
    report("haproxy_picks, leastconn of two threads", tally.two, (struct tally){.score.tried = 6});
    CU_ASSERT_EQUAL(tally.in_every_pick, 5);
    truth_each("haproxy_picks.jsonl", try_weight_change, &changed);
    report("haproxy_picks, weight-change", changed, (struct tally){.score.tried = 24});
}

/* ---- haproxy_model_vectors ---- */

static void try_vector(void *context, const json_t *row)
{
    static const char *const kinds[][2] = {{"roundrobin-picks", "roundrobin"},
                                           {"static-rr-picks", "static-rr"},
                                           {"leastconn-2.6-held-picks", "leastconn"}};
    struct tally *tally = context;
    const char *kind = text_of(row, "kind"), *algo = NULL;
    for (int i = 0; i < 3; i++)
        algo = strcmp(kind, kinds[i][0]) == 0 ? kinds[i][1] : algo;
    tally->others += algo == NULL;
    if (algo == NULL)
        return;
    json_t *asked = json_pack("{ss ss ss}", "algo", algo, "exp", kind, "haproxy", "2.6.12");
    struct text trace = {0};
    add_members(&trace, json_object_get(row, "weights"));
    add_opens(&trace, 0, (size_t)number_of(row, "n"), true);
    struct played played = play(asked, "", &trace);
    keep(tally, same_picks(asked, text_of(row, "seq"), &played, 0));
    json_decref(asked);
    free(trace.at);
}

static void test_vectors(void)
{
    struct tally tally = {.others = 0};
    truth_each("haproxy_model_vectors.jsonl", try_vector, &tally);
    report("haproxy_model_vectors", tally, (struct tally){.score.tried = 4});
}

/* ---- haproxy_scale ---- */

static unsigned longest_run(const struct played *played, size_t first, size_t picks, char server)
{
    unsigned longest = 0, run = 0;
    for (size_t i = first; i < first + picks; i++) {
        run = played->pick[i] == server ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    return longest;
}

/* 400 are held by two, a third is enabled, 200 more come. */
static bool same_newcomer(const json_t *row, const struct played *played)
{
    static const size_t of_first[] = {20, 50, 100, 200};
    const json_t *shares = json_object_get(row, "B_s3_of_first_20_50_100_200"), *second;
    bool same =
        same_live(row, json_object_get(row, "A_2servers_400held"), counts_of(played, 0, 400), "A");
    same &= same_picks(row, text_of(row, "B_first60"), played, 400);
    same &= same_counts(row, json_object_get(row, "B_new_conns"), counts_of(played, 400, 200), "B");
    same &= same_live(row, json_object_get(row, "B_after_200"), counts_of(played, 0, 600), "B");
    same &= same_number(row, number_of(row, "B_longest_run_s3"), longest_run(played, 400, 200, '3'),
                        "the longest run");
    for (size_t i = 0; i < 4; i++)
        same &= same_number(row, json_integer_value(json_array_get(shares, i)),
                            counts_of(played, 400, of_first[i]).of[3], "the newcomer's share");
    size_t i;
    json_array_foreach(json_object_get(row, "B_s3_each_s_weight_throttle_live"), i, second)
    {
        size_t came =
            (size_t)(json_integer_value(json_array_get(second, 0)) * number_of(row, "paced_per_s"));
        same &= same_number(row, json_integer_value(json_array_get(second, 3)),
                            counts_of(played, 400, came).of[3], "a second's newcomer");
    }
    return same;
}

/* s1 drains while 60 come, then all its connections are cut and come back. */
static bool same_departure(const json_t *row, struct text *trace)
{
    text_add(trace, "members,,s2=1 s3=1\n");
    add_opens(trace, 600, 60, true);
    struct played played = play(row, "", trace);
    struct counts live = counts_of(&played, 0, 660);
    size_t cut = live.of[1];
    bool same = same_counts(row, json_object_get(row, "C_drain_s1_60_new"),
                            counts_of(&played, 600, 60), "C drain");
    same &= same_live(row, json_object_get(row, "C_drain"), live, "C drain");
    same &= same_number(row, number_of(row, "C_maint_s1_live_kept"), (long long)cut, "C kept");
    for (size_t i = 0; i < 660; i++)
        if (played.pick[i] == '1')
            text_add(trace, "close,%zu,\n", i);
    add_opens(trace, 660, cut, true);
    played = play(row, "", trace);
    struct counts back = counts_of(&played, 660, cut);
    for (int i = 0; i < 2; i++)
        same &= same_number(row,
                            json_integer_value(json_array_get(
                                json_object_get(row, "C_shutdown_sessions_eof"), (size_t)i)),
                            (long long)cut, "C cut");
    same &= same_counts(row, json_object_get(row, "C_reconnect"), back, "C reconnect");
    live.of[1] = 0;
    for (int server = 2; server <= SERVERS; server++)
        live.of[server] += back.of[server];
    return same & same_live(row, json_object_get(row, "C_after_reconnect"), live, "C after");
}

static void try_scale(void *context, const json_t *row)
{
    struct tally *tally = context;
    struct text trace = {0};
    if (strcmp(text_of(row, "exp"), "scale") != 0 || !is_ours(tally, row, true))
        return;
    CU_ASSERT_EQUAL(number_of(row, "slowstart_s"), 0);
    text_add(&trace, "op,id,value\nmembers,,s1=1 s2=1\n");
    add_opens(&trace, 0, 400, true);
    text_add(&trace, "members,,s1=1 s2=1 s3=1\n");
    add_opens(&trace, 400, 200, true);
    struct played played = play(row, "", &trace);
    bool newcomer = same_newcomer(row, &played), departure = same_departure(row, &trace);
    keep(tally, newcomer && departure);
    free(trace.at);
}

static void try_reload(void *context, const json_t *row)
{
    struct tally *tally = context;
    struct text trace = {0};
    if (strcmp(text_of(row, "exp"), "reload-scale-up") != 0 || !is_ours(tally, row, true))
        return;
    text_add(&trace, "op,id,value\nmembers,,s1=1 s2=1\n");
    add_opens(&trace, 0, 400, true);
    text_add(&trace, "members,,s1=1 s2=1 s3=1\n");
    add_opens(&trace, 400, 200, true);
    struct played played = play(row, "-reload", &trace);
    bool same = same_live(row, json_object_get(row, "A_400held"), counts_of(&played, 0, 400), "A");
    same &= same_picks(row, text_of(row, "B_first60"), &played, 400);
    same &=
        same_counts(row, json_object_get(row, "B_new_conns"), counts_of(&played, 400, 200), "B");
    same &= same_live(row, json_object_get(row, "B_true_live"), counts_of(&played, 0, 600), "B");
    keep(tally, same & same_counts(row, json_object_get(row, "B_new_process_view"),
                                   believed_of(&played), "believed"));
    free(trace.at);
}

/* WebSockets are held; a connection that is kept alive and idle is counted by nobody. */
static void try_http(void *context, const json_t *row)
{
    struct tally *tally = context;
    struct text trace = {0};
    if (strcmp(text_of(row, "exp"), "http-held-scale") != 0)
        return;
    bool held = strcmp(text_of(row, "kind"), "websocket") == 0;
    if (!is_ours(tally, row, held))
        return;
    text_add(&trace, "op,id,value\nmembers,,s1=1 s2=1\n");
    add_opens(&trace, 0, 400, held);
    struct played played = play(row, "", &trace);
    struct counts before = believed_of(&played);
    text_add(&trace, "members,,s1=1 s2=1 s3=1\n");
    add_opens(&trace, 400, 200, held);
    played = play(row, "", &trace);
    bool same =
        same_counts(row, json_object_get(row, "first_400"), counts_of(&played, 0, 400), "first");
    same &=
        same_counts(row, json_object_get(row, "next_200"), counts_of(&played, 400, 200), "next");
    same &= same_counts(row, json_object_get(row, "total_by_server"), counts_of(&played, 0, 600),
                        "total");
    same &= same_counts(row, json_object_get(row, "proxy_scur_before"), before, "before");
    keep(tally, same & same_counts(row, json_object_get(row, "proxy_scur_after"),
                                   believed_of(&played), "after"));
    free(trace.at);
}

static void test_scale(void)
{
    struct tally scale = {.others = 0}, reload = {.others = 0}, http = {.others = 0};
    truth_each("haproxy_scale.jsonl", try_scale, &scale);
    report("haproxy_scale", scale, (struct tally){.score.tried = 32, .others = 12});
    truth_each("haproxy_scale.jsonl", try_reload, &reload);
    report("haproxy_scale, reload-scale-up", reload,
           (struct tally){.score.tried = 24, .others = 12});
    truth_each("haproxy_scale.jsonl", try_http, &http);
    report("haproxy_scale, http-held-scale", http, (struct tally){.score.tried = 21, .drawn = 3});
}

/* ---- haproxy_multi ---- */

/* Separate processes: one gateway of so many instances. */
static void try_instances(void *context, const json_t *row)
{
    struct tally *tally = context;
    if (strcmp(text_of(row, "exp"), "multi-instance") != 0 || !is_ours(tally, row, false))
        return;
    static const char *const name[] = {"s1", "s2", "s3", "s4", "s5", "s6"};
    char preset[64];
    snprintf(preset, sizeof preset, "haproxy-%s", text_of(row, "algo"));
    struct balancer balancer = balancer_of_preset(preset_find(preset));
    uint32_t instances = (uint32_t)number_of(row, "instances");
    struct gateway *gateway = gateway_new(&(struct gateway_config){.balancer = &balancer,
                                                                   .server_name = name,
                                                                   .servers = 6,
                                                                   .stays_max = 6,
                                                                   .lives_max = instances,
                                                                   .instances = instances,
                                                                   .workers = 1,
                                                                   .upstream = "u"});
    struct gateway_member member[6] = {{.weight = 0}};
    for (uint32_t i = 0; i < 6; i++)
        member[i] = (struct gateway_member){.server = i, .weight = 1};
    gateway_set_members(gateway, member, 6);
    const char *recorded = text_of(row, "seq0");
    size_t picks = strlen(recorded);
    struct counts counts = {{0}};
    bool same = picks == (size_t)number_of(row, "per_instance");
    for (size_t i = 0; i < picks; i++)
        for (uint32_t instance = 0; instance < instances; instance++) {
            struct gateway_hold hold;
            struct stream draws = stream_root(1, 0, STREAM_PICK, 0);
            uint32_t server = gateway_open(gateway, instance, 0, draws, &hold);
            counts.of[server + 1]++;
            same = same && (char)('1' + server) == recorded[i];
        }
    CHECK_ROW(same, "%s: every instance picks %s", name_of(row).text, recorded);
    same &= number_of(row, "distinct_sequences") == 1;
    keep(tally, same & same_counts(row, json_object_get(row, "counts"), counts, "counts"));
    gateway_free(gateway);
}

static void try_burst(void *context, const json_t *row)
{
    struct tally *tally = context;
    struct text trace = {0};
    if (strcmp(text_of(row, "exp"), "concurrent-burst") != 0 || !is_ours(tally, row, true))
        return;
    size_t n = (size_t)number_of(row, "n");
    text_add(&trace, "op,id,value\nmembers,,s1=1 s2=1 s3=1 s4=1 s5=1 s6=1\n");
    add_opens(&trace, 0, n, true);
    struct played played = play(row, "", &trace);
    struct counts counts = counts_of(&played, 0, n);
    unsigned least = counts.of[1], most = least;
    for (int server = 2; server <= 6; server++) {
        least = counts.of[server] < least ? counts.of[server] : least;
        most = counts.of[server] > most ? counts.of[server] : most;
    }
    bool same = same_number(row, number_of(row, "max_minus_min"), most - least, "max - min");
    keep(tally, same & same_counts(row, json_object_get(row, "counts"), counts, "counts"));
    free(trace.at);
}

static void test_multi(void)
{
    struct tally instances = {.others = 0}, burst = {.others = 0};
    truth_each("haproxy_multi.jsonl", try_instances, &instances);
    report("haproxy_multi, multi-instance", instances,
           (struct tally){.score.tried = 9, .others = 12, .drawn = 3});
    truth_each("haproxy_multi.jsonl", try_burst, &burst);
    report("haproxy_multi, concurrent-burst", burst,
           (struct tally){.score.tried = 24, .others = 24});
}

static const struct test tests[] = {
    {"HAProxy, picks and a weight that changes", test_picks},
    {"HAProxy, vectors of models", test_vectors},
    {"HAProxy, a third server", test_scale},
    {"HAProxy, many processes, and bursts", test_multi},
};

SUITE("truth_haproxy", tests)
