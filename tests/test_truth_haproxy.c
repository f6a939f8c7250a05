/* test_truth_haproxy.c: HAProxy's ordered methods, pick by pick against recordings of 2.6.12 and
 * 3.5-dev5.
 *
 * The presets are 2.6.12. Newer ones differ in leastconn alone, where the tied are drawn at random:
 * what is left of it is compared in counts, within 1. Random and hash are another test's. */
#include "tests/harness.h"
#include "tests/ordered.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- haproxy_picks ---- */

struct pick_tallies {
    struct tally one, two; /* two: sequences of two threads */
    unsigned in_every_pick;
};

/* Of two threads that close in turn, one may be late: then two idle servers change places. */
static bool is_two_threads(const json_t *row)
{
    return strcmp(haproxy_text(row, "algo"), "leastconn") == 0 &&
           haproxy_whole(row, "nbthread") == 2;
}

static void try_picks(void *context, const json_t *row)
{
    struct pick_tallies *tally = context;
    bool held = json_is_true(json_object_get(row, "hold"));
    size_t n = (size_t)haproxy_whole(row, "n");
    if (strcmp(haproxy_text(row, "exp"), "picks") != 0 || !is_ours(&tally->one, row, held))
        return;
    struct text trace = {0};
    add_members(&trace, json_object_get(row, "weights"));
    add_opens(&trace, 0, n, held);
    struct ordered_play played = play(row, "", &trace);
    bool counts = same_counts(row, json_object_get(row, "counts"), counts_of(&played, 0, n), "n");
    if (!held && is_two_threads(row)) {
        const char *first60 = haproxy_text(row, "first60");
        keep(&tally->two, counts);
        tally->in_every_pick += strncmp(first60, played.pick, strlen(first60)) == 0;
    } else {
        keep(&tally->one, same_picks(row, haproxy_text(row, "first60"), &played, 0) && counts);
    }
    free(trace.at);
}

static void try_weight_change(void *context, const json_t *row)
{
    struct text trace = {0};
    if (strcmp(haproxy_text(row, "exp"), "weight-change") != 0)
        return;
    add_members(&trace, json_object_get(row, "weights"));
    add_opens(&trace, 0, 17, true);
    add_members(&trace, json_object_get(row, "new_weights"));
    add_opens(&trace, 17, 90, true);
    struct ordered_play played = play(row, "", &trace);
    bool before = same_picks(row, haproxy_text(row, "before17"), &played, 0);
    bool after = same_picks(row, haproxy_text(row, "after90"), &played, 17);
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
    const char *kind = haproxy_text(row, "kind"), *algo = NULL;
    for (int i = 0; i < 3; i++)
        algo = strcmp(kind, kinds[i][0]) == 0 ? kinds[i][1] : algo;
    tally->others += algo == NULL;
    if (algo == NULL)
        return;
    json_t *asked = json_pack("{ss ss ss}", "algo", algo, "exp", kind, "haproxy", "2.6.12");
    struct text trace = {0};
    add_members(&trace, json_object_get(row, "weights"));
    add_opens(&trace, 0, (size_t)haproxy_whole(row, "n"), true);
    struct ordered_play played = play(asked, "", &trace);
    keep(tally, same_picks(asked, haproxy_text(row, "seq"), &played, 0));
    json_decref(asked);
    free(trace.at);
}

static void test_vectors(void)
{
    struct tally tally = {.others = 0};
    truth_each("haproxy_model_vectors.jsonl", try_vector, &tally);
    report("haproxy_model_vectors", tally, (struct tally){.score.tried = 4});
}

static const struct test tests[] = {
    {"HAProxy, picks and a weight that changes", test_picks},
    {"HAProxy, vectors of models", test_vectors},
};

SUITE("truth_haproxy", tests)
