/* long_truth_nginx.c: what nginx's methods gave servers whose requests each were over before the
 * next, as a share of them all.
 *
 * The figure is chi-square against the law that the rule has, which is worked out below. Of
 * least_conn and round robin this is a sequence, and must count the same. */
#include "tests/harness.h"
#include "tests/played.h"
#include "tests/ranks.h"

#include <assert.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

struct idle { /* a method at some weights */
    char preset[64];
    uint32_t members;
    uint64_t requests, weight[PLAYED_SERVERS];
    double expected[PLAYED_SERVERS];
};

/* The rule's own shares: of `random` the weights; of `random two` the second of two that differ,
 * and round robin's where the first came twenty times more. */
static void work_out(struct idle *idle)
{
    bool two = strstr(idle->preset, "random-two") != NULL;
    double total = 0;
    for (uint32_t i = 0; i < idle->members; i++)
        total += (double)idle->weight[i];
    for (uint32_t i = 0; i < idle->members; i++) {
        double share = 0, own = (double)idle->weight[i] / total;
        for (uint32_t first = 0; first < idle->members; first++) {
            double drawn = (double)idle->weight[first] / total, again = pow(drawn, 20);
            if (first != i)
                share += drawn * (1 - again) * own / (1 - drawn);
            share += drawn * again * own;
        }
        idle->expected[i] = (double)idle->requests * (two ? share : own);
    }
}

static struct idle idle_of(const json_t *row, uint64_t requests)
{
    struct idle idle = {.requests = requests};
    played_preset(row, idle.preset);
    idle.members = row_counts(json_object_get(row, "weights"), idle.weight, PLAYED_SERVERS);
    work_out(&idle);
    return idle;
}

static void serve(const struct idle *idle, uint64_t run, uint64_t *count)
{
    struct played played;
    played_begin(&played, idle->preset, 1, run);
    played_weigh(&played, idle->weight, idle->members);
    played_one_by_one(&played, 0, idle->requests, count);
    played_end(&played);
}

static double simulate(const void *context, uint64_t run)
{
    const struct idle *idle = context;
    uint64_t count[PLAYED_SERVERS] = {0};
    serve(idle, run, count);
    return chi_square(count, idle->expected, idle->members);
}

static void name_kind(const struct idle *idle, char name[LEDGER_NAME])
{
    int length = snprintf(name, LEDGER_NAME, "%s, %llu of", idle->preset,
                          (unsigned long long)idle->requests);
    for (uint32_t i = 0; i < idle->members; i++)
        length +=
            snprintf(name + length, LEDGER_NAME - (size_t)length, " %u", (unsigned)idle->weight[i]);
}

static void rank_or_compare(struct ledger *ledger, const struct idle *idle, const uint64_t *count)
{
    char name[LEDGER_NAME];
    name_kind(idle, name);
    if (strstr(idle->preset, "random") != NULL) {
        ledger_rank(ledger, name, chi_square(count, idle->expected, idle->members), simulate, idle);
        return;
    }
    uint64_t ours[PLAYED_SERVERS] = {0};
    serve(idle, 1, ours);
    ledger_compare(ledger, memcmp(ours, count, idle->members * sizeof *ours) == 0, name);
}

/* ---- Many ---- */

enum { KINDS_MAX = 8 };

struct many {
    struct ledger ledger;
    struct added_up { /* the rows of a kind, which are its repetitions */
        char name[LEDGER_NAME];
        struct idle idle;
        uint64_t count[PLAYED_SERVERS];
    } kind[KINDS_MAX];
    uint32_t kinds;
};

static void add_up(struct many *many, const struct idle *idle, const uint64_t *count)
{
    char name[LEDGER_NAME];
    uint32_t k = 0;
    name_kind(idle, name);
    while (k < many->kinds && strcmp(many->kind[k].name, name) != 0)
        k++;
    assert(k < KINDS_MAX);
    struct added_up *kind = &many->kind[k];
    if (k == many->kinds) {
        many->kinds++;
        *kind = (struct added_up){.idle = *idle};
        memcpy(kind->name, name, sizeof name);
        kind->idle.requests = 0;
    }
    kind->idle.requests += idle->requests;
    for (uint32_t i = 0; i < idle->members; i++)
        kind->count[i] += count[i];
}

static void try_idle(void *context, const json_t *row)
{
    struct many *many = context;
    uint64_t count[PLAYED_SERVERS] = {0};
    struct idle idle = idle_of(row, (uint64_t)json_integer_value(json_object_get(row, "requests")));
    row_counts(json_object_get(row, "counts"), count, PLAYED_SERVERS);
    rank_or_compare(&many->ledger, &idle, count);
    if (strstr(idle.preset, "random") != NULL)
        add_up(many, &idle, count);
}

/* A rank cannot tell one law from another that is near, such as of one try more before round robin
 * serves. So the law stands between: our runs have its chi-square, whose mean is the number of
 * servers less one and whose variance is twice that, within five standard errors; and the
 * repetitions added up have it too, by Bonferroni again. */
static void check_law(const struct many *many, struct added_up *kind)
{
    double degrees = kind->idle.members - 1, ours = ledger_mean(&many->ledger, kind->name);
    CHECK_ROW(fabs(ours - degrees) <= 5 * sqrt(2 * degrees / many->ledger.runs),
              "%s: our runs have a mean chi-square of %.3f, not of %.0f", kind->name, ours,
              degrees);
    work_out(&kind->idle);
    double theirs = chi_square(kind->count, kind->idle.expected, kind->idle.members);
    CHECK_ROW(gsl_cdf_chisq_Q(theirs, degrees) >= ROWS_ALPHA / many->kinds,
              "%s: the rows together have a chi-square of %.2f", kind->name, theirs);
}

static void test_idle(void)
{
    struct many many = {.ledger = {.runs = RUNS}};
    CU_ASSERT_EQUAL(truth_each("nginx_b_sequential_idle.jsonl", try_idle, &many), 27);
    CU_ASSERT_EQUAL(many.kinds, 6);
    for (uint32_t k = 0; k < many.kinds; k++)
        check_law(&many, &many.kind[k]);
    ledger_report(&many.ledger, "nginx_b_sequential_idle", 27);
}

/* ---- A few ---- */

/* Those that are a sequence are compared pick by pick in test_truth_nginx.c. */
static void try_picks(void *context, const json_t *row)
{
    const json_t *picks = json_object_get(row, "picks");
    uint64_t count[PLAYED_SERVERS] = {0};
    if (json_is_true(json_object_get(row, "deterministic")))
        return;
    struct idle idle = idle_of(row, json_array_size(picks));
    for (size_t i = 0; i < json_array_size(picks); i++)
        count[json_integer_value(json_array_get(picks, i)) - 1]++;
    rank_or_compare(context, &idle, count);
}

/* Of 72 rows none could fail among 999 runs, where the least p is .002. */
static void test_picks(void)
{
    struct ledger ledger = {.runs = 2999};
    CU_ASSERT_EQUAL(truth_each("nginx_b_picks.jsonl", try_picks, &ledger), 144);
    ledger_report(&ledger, "nginx_b_picks, random", 72);
}

static const struct test tests[] = {
    {"nginx, shares of many when idle", test_idle},
    {"nginx, shares of a few when idle", test_picks},
};

SUITE("long_truth_nginx", tests)
