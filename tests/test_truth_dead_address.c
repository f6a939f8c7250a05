/* test_truth_dead_address.c: scenarios/dead_address.yaml against what real nginx did with one dead
 * address of six: resolved for each request, and as an upstream of its own.
 *
 * By chance are only the answers' offsets: the dead address is the first of one request in six, and
 * all of these go to its successor. So what was served must be a draw of 6000 with 1/6 each and 2/6
 * for the successor: recorded rows and simulated runs alike, each by chi-square with four degrees
 * of freedom, which exceeds 41.1 once in 40 million. */
#include "sim/engine/memory.h"
#include "tests/harness.h"
#include "tests/shipped.h"
#include "tests/truth.h"

#include <gsl/gsl_cdf.h>
#include <stdlib.h>
#include <string.h>

enum { SERVERS = 6, DEAD = 2, SUCCESSOR = 3, RUNS = 100 };

struct dead {
    const struct experiment *experiment;
    struct truth_score score;
    uint64_t run; /* the next to be compared */
};

/* Of the five that live; successor: its place among them. */
static double chi_square(const uint64_t *served, uint32_t successor, double requests)
{
    double x2 = 0;
    for (uint32_t i = 0; i < SERVERS - 1; i++) {
        double expected = requests * (i == successor ? 2 : 1) / SERVERS;
        double apart = (double)served[i] - expected;
        x2 += apart * apart / expected;
    }
    return x2;
}

static double most(void)
{
    return gsl_cdf_chisq_Qinv(2.5e-8, SERVERS - 2);
}

static uint64_t number(const json_t *row, const char *key)
{
    return (uint64_t)json_integer_value(json_object_get(row, key));
}

/* What each that lives served: its connections, in the order of the list. */
static void served_by(const struct world_result *result, uint64_t served[SERVERS - 1])
{
    for (uint32_t s = 0, i = 0; s < SERVERS; s++) {
        const struct world_tally *tally = world_tally_at(result, 0, s);
        if (s != DEAD)
            served[i++] = tally->closed + tally->live;
    }
}

/* What has nothing to do with chance: everybody is served; the dead one serves nobody, and whoever
 * tried it first was served by its successor; nobody else is ever tried twice. */
static bool implicit_is_so(const struct world_result *result)
{
    const struct world_tally *dead = world_tally_at(result, 0, DEAD);
    bool fine = result->flow[0].refused == 0 && dead->closed + dead->live == 0 &&
                dead->failed == dead->picks && dead->retries == 0;
    for (uint32_t s = 0; s < SERVERS; s++) {
        const struct world_tally *tally = world_tally_at(result, 0, s);
        fine = fine && tally->retries == (s == SUCCESSOR ? dead->failed : 0) &&
               (s == DEAD || tally->closed + tally->live == tally->picks + tally->retries);
    }
    return fine;
}

/* A recorded run: by the same law; and so is one of ours. */
static bool try_implicit(struct dead *dead, const json_t *row)
{
    uint64_t served[SERVERS - 1], first = number(row, "requests_that_tried_dead_first");
    const json_t *second = json_object_get(row, "second_choice_after_dead");
    const char *successor = json_object_iter_key(json_object_iter((json_t *)(uintptr_t)second));
    for (size_t i = 0; i < SERVERS - 1; i++)
        served[i] = (uint64_t)json_integer_value(json_array_get(json_object_get(row, "served"), i));
    uint32_t place = (uint32_t)strtoul(successor, NULL, 10) - 1;
    double recorded = chi_square(served, place, (double)number(row, "requests"));
    CHECK_ROW(number(second, successor) == first, "all of %llu go to the successor",
              (unsigned long long)first);
    const struct world_result *result = experiment_result(dead->experiment, 0, dead->run++);
    served_by(result, served);
    double ours = chi_square(served, SUCCESSOR - 1, (double)result->flow[0].opens);
    CHECK_ROW(recorded < most() && ours < most(), "chi-square: recorded %.1f, ours %.1f, most %.1f",
              recorded, ours, most());
    return recorded < most() && ours < most() && implicit_is_so(result);
}

/* One try, and the others exactly alike. */
static bool try_explicit(const struct dead *dead, const json_t *row)
{
    const struct world_result *result = experiment_result(dead->experiment, 1, 0);
    uint64_t served[SERVERS - 1];
    served_by(result, served);
    bool equal =
        world_tally_at(result, 0, DEAD)->failed == number(row, "requests_that_tried_dead_first") &&
        result->flow[0].opens == number(row, "requests");
    for (size_t i = 0; i < SERVERS - 1; i++)
        equal = equal && (json_int_t)served[i] ==
                             json_integer_value(json_array_get(json_object_get(row, "served"), i));
    return equal;
}

static void try_row(void *context, const json_t *row)
{
    struct dead *dead = context;
    const char *exp = json_string_value(json_object_get(row, "exp"));
    bool implicit = strcmp(exp, "a_implicit_dead_address") == 0;
    if (!implicit && strcmp(exp, "a_explicit_dead_address") != 0)
        return;
    bool equal = implicit ? try_implicit(dead, row) : try_explicit(dead, row);
    CHECK_ROW(equal, "%s %llu", exp, (unsigned long long)number(row, "rep"));
    dead->score.tried++;
    dead->score.equal += equal;
}

/* The successor's part over all runs: 600,000 requests, a third of them, to one in a hundred and
 * better: its standard error is .06 of a hundredth. */
static void check_double(const struct experiment *experiment)
{
    uint64_t successor = 0, all = 0, served[SERVERS - 1];
    for (uint64_t r = 0; r < RUNS; r++) {
        const struct world_result *result = experiment_result(experiment, 0, r);
        CHECK_ROW(implicit_is_so(result), "run %llu", (unsigned long long)r);
        served_by(result, served);
        for (uint32_t i = 0; i < SERVERS - 1; i++)
            all += served[i];
        successor += served[SUCCESSOR - 1];
    }
    double share = (double)successor / (double)all, error = 5.57 * .000609;
    CHECK_ROW(all == 6000 * RUNS && share > 1. / 3 - error && share < 1. / 3 + error,
              "the successor serves %.5f of all, +-%.5f", share, error);
}

static void test_dead_address(void)
{
    struct scenario *scenario = shipped_load("dead_address");
    if (scenario == NULL)
        return;
    scenario->balancers = 2; /* nginx-implicit, nginx-round-robin */
    struct experiment *experiment = shipped_run(scenario, RUNS, 2);
    struct dead dead = {.experiment = experiment};
    truth_each("nginx_g_extras.jsonl", try_row, &dead);
    truth_report("nginx_g_extras, a dead address", dead.score, 9);
    check_double(experiment);
    experiment_free(experiment);
    scenario_free(scenario);
}

static const struct test tests[] = {
    {"one address of six is dead", test_dead_address},
};

SUITE("truth_dead_address", tests)
