/* long_truth_nginx.c: what nginx's random methods gave an idle upstream, among simulated runs.
 *
 * A row is 60,000 requests, each over before the next. Its figure is chi-square against the law
 * that the rule has (worked out below), and its place among those of 999 runs of ours is what
 * tells: a two-sided p of 2/1000 at least, and .05 / 18 is what Bonferroni leaves to each of the
 * 18 rows. least_conn is a sequence, and must count the same. */
#include "tests/lb_stand.h"
#include "tests/truth.h"

#include <math.h>

enum { RUNS = 999, MEMBERS_MAX = 8, KINDS_MAX = 8 };

struct kind { /* a method at some weights: the rows of its repetitions share the runs */
    const char *algorithm;
    uint32_t members, requests, weight[MEMBERS_MAX];
    double expected[MEMBERS_MAX], figure[RUNS];
};

struct tally {
    struct truth_score score;
    struct kind kind[KINDS_MAX];
    uint32_t kinds;
};

/* The rule's own shares: of `random` the weights; of `random_two` the second of two that differ,
 * and round robin's where the first came twenty times more. */
static void work_out(struct kind *kind)
{
    double total = 0;
    for (uint32_t i = 0; i < kind->members; i++)
        total += kind->weight[i];
    for (uint32_t i = 0; i < kind->members; i++) {
        double share = 0, own = kind->weight[i] / total;
        for (uint32_t first = 0; first < kind->members; first++) {
            double drawn = kind->weight[first] / total, again = pow(drawn, 20);
            if (first != i)
                share += drawn * (1 - again) * kind->weight[i] / (total - kind->weight[first]);
            share += drawn * again * own;
        }
        kind->expected[i] = kind->requests * (strcmp(kind->algorithm, "random") == 0 ? own : share);
    }
}

static double figure_of(const struct kind *kind, const uint64_t *count)
{
    double x2 = 0;
    for (uint32_t i = 0; i < kind->members; i++) {
        double apart = (double)count[i] - kind->expected[i];
        x2 += apart * apart / kind->expected[i];
    }
    return x2;
}

static void serve(struct stand *stand, uint64_t run, uint32_t requests, uint64_t *count)
{
    for (uint32_t i = 0; i < requests; i++) {
        uint64_t key[2] = {run, i};
        struct lb_request request = {.draw_key = key};
        struct lb_lease lease;
        uint32_t member;
        if (lb_pick(stand->picker, stand->row, &request, &lease, &member) != LB_OK)
            abort();
        count[member]++;
        lb_release(stand->picker, lease);
    }
}

static struct stand *stand_for(const struct kind *kind)
{
    struct stand *stand = malloc(sizeof *stand);
    stand_open(stand, lb_algorithm_find(kind->algorithm), LB_KEPT);
    stand_say(stand, "after_20", "second");
    stand_weigh(stand, kind->weight, kind->members);
    if (stand_build(stand) != LB_OK)
        abort();
    return stand;
}

static void simulate(struct kind *kind)
{
    for (uint64_t run = 0; run < RUNS; run++) {
        struct stand *stand = stand_for(kind);
        uint64_t count[MEMBERS_MAX] = {0};
        serve(stand, run + 1, kind->requests, count);
        kind->figure[run] = figure_of(kind, count);
        stand_free(stand);
    }
}

static bool same_kind(const struct kind *a, const struct kind *b)
{
    return a->algorithm == b->algorithm && a->members == b->members && a->requests == b->requests &&
           memcmp(a->weight, b->weight, sizeof a->weight) == 0;
}

static struct kind *kind_of(struct tally *tally, const json_t *row)
{
    static const char *const name[] = {"random", "random_two", "least_conn"};
    const json_t *weights = json_object_get(row, "weights");
    struct kind *kind = &tally->kind[tally->kinds];
    *kind = (struct kind){.members = (uint32_t)json_array_size(weights)};
    kind->requests = (uint32_t)json_integer_value(json_object_get(row, "requests"));
    for (uint32_t i = 0; i < 3; i++)
        if (strcmp(name[i], json_string_value(json_object_get(row, "algo"))) == 0)
            kind->algorithm = name[i];
    if (kind->algorithm == NULL || kind->members > MEMBERS_MAX)
        abort();
    for (uint32_t i = 0; i < kind->members; i++)
        kind->weight[i] = (uint32_t)json_integer_value(json_array_get(weights, i));
    for (uint32_t k = 0; k < tally->kinds; k++)
        if (same_kind(&tally->kind[k], kind))
            return &tally->kind[k];
    if (strcmp(kind->algorithm, "least_conn") == 0)
        return kind; /* not kept: it is no law, but a sequence */
    if (++tally->kinds == KINDS_MAX)
        abort();
    work_out(kind);
    simulate(kind);
    return kind;
}

static bool is_likely(const struct kind *kind, const uint64_t *count)
{
    double figure = figure_of(kind, count);
    uint32_t below = 1, above = 1;
    for (uint32_t run = 0; run < RUNS; run++) {
        below += kind->figure[run] <= figure;
        above += kind->figure[run] >= figure;
    }
    double p = 2. * (below < above ? below : above) / (RUNS + 1);
    CHECK_ROW(p >= .05 / 18, "%s: chi-square %.2f has p %.4f among ours", kind->algorithm, figure,
              p);
    return p >= .05 / 18;
}

static bool is_exact(const struct kind *kind, const uint64_t *count)
{
    struct stand *stand = stand_for(kind);
    uint64_t ours[MEMBERS_MAX] = {0};
    serve(stand, 1, kind->requests, ours);
    stand_free(stand);
    bool same = memcmp(ours, count, kind->members * sizeof *ours) == 0;
    CHECK_ROW(same, "%s: counts as recorded", kind->algorithm);
    return same;
}

static void try_idle(void *context, const json_t *row)
{
    struct tally *tally = context;
    const struct kind *kind = kind_of(tally, row);
    uint64_t count[MEMBERS_MAX] = {0};
    for (uint32_t i = 0; i < kind->members; i++)
        count[i] = (uint64_t)json_integer_value(json_array_get(json_object_get(row, "counts"), i));
    bool exact = strcmp(kind->algorithm, "least_conn") == 0;
    tally->score.tried++;
    tally->score.equal += exact ? is_exact(kind, count) : is_likely(kind, count);
}

static void test_idle(void)
{
    struct tally *tally = calloc(1, sizeof *tally);
    if (tally == NULL)
        abort();
    unsigned rows = truth_each("nginx_b_sequential_idle.jsonl", try_idle, tally);
    truth_report("nginx_b_sequential_idle", tally->score, rows);
    CU_ASSERT_EQUAL(rows, 27);
    free(tally);
}

static const struct test tests[] = {
    {"nginx, shares when idle", test_idle},
};

SUITE("long_truth_nginx", tests)
