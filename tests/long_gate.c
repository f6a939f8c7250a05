/* long_gate.c: what the gate promises, over 200 seeds: the same program never fails; other random
 * numbers of the same law fail in 12 of 200 gates at most, which is far more than the 2.5 % that
 * may; balancers that are broken on purpose fail in every one.
 *
 * Two small scenarios: customers who come and go on six servers, and on three that a fourth joins;
 * a hundred connections on each. */
#include "sim/run/gate.h"
#include "tests/harness.h"
#include "tests/told.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEEDS = 200, SCENARIOS = 2, THREADS = 2, AA_FAIL_MOST = 12 };

/* A balancer that draws, and one that does not, whose baseline is one run; where a server joins the
 * latter alone, for how soon it settles under the former takes many runs to tell. */
#define CHURN(rate, balancers)                                                                     \
    "traffic: {t: {arrivals: {poisson: " rate "}, lasts: {exponential: 1m}}}\n"                    \
    "balancers: [" balancers "]\n"

static const char *const text[SCENARIOS] = {
    "format: 1\nname: steady\nabout: a\nseed: 1\nduration: 7m\nmeasure: {from: 3m}\n"
    "servers: [s1..s6]\n" CHURN("10/s", "least_conn, random_two"),
    "format: 1\nname: scale\nabout: a\nseed: 1\nduration: 7m\nmeasure: {from: 3m}\n"
    "servers: [s1..s3]\nevents: [{at: 4m, name: up, add: s4}]\n" CHURN("5/s", "least_conn"),
};

struct gate_run {
    struct scenario *scenario[SCENARIOS];
    struct gate_baseline *baseline[SCENARIOS];
    struct gate_options options;
    uint64_t tests;
};

/* How 200 gates of one kind ended, by exit code; and rows by verdict. */
struct ends {
    uint64_t code[3], rows[GATE_VERDICTS];
};

static void compare(const struct gate_run *run, enum gate_variant variant, uint64_t seed_more,
                    struct ends *ends)
{
    struct gate_judged *judged[SCENARIOS];
    struct gate_options options = run->options;
    options.seed += seed_more;
    for (int s = 0; s < SCENARIOS; s++) {
        judged[s] =
            gate_compare(run->scenario[s], run->baseline[s], false, run->tests, variant, &options);
        for (int v = 0; v < GATE_VERDICTS; v++)
            ends->rows[v] += judged[s]->count[v];
    }
    ends->code[gate_outcome((const struct gate_judged *const *)judged, SCENARIOS, false)]++;
    for (int s = 0; s < SCENARIOS; s++)
        gate_judged_free(judged[s]);
}

static void say(const char *what, const struct ends *ends)
{
    printf("    %-30s of %d gates %d pass, %d fail, %d cannot judge;", what, SEEDS,
           (int)ends->code[0], (int)ends->code[1], (int)ends->code[2]);
    printf(" rows: %d same, %d fail, %d cannot judge, %d not gated\n", (int)ends->rows[GATE_SAME],
           (int)ends->rows[GATE_FAIL], (int)ends->rows[GATE_CANNOT_JUDGE],
           (int)ends->rows[GATE_NOT_GATED]);
}

static void check_ends(const struct ends *variant, const struct ends *two_seeds)
{
    const struct ends *same = &variant[GATE_AS_IT_IS], *other = &variant[GATE_OTHER_PICKS];
    uint64_t rows = 0;
    for (int v = 0; v < GATE_VERDICTS; v++)
        rows += same->rows[v];
    for (int v = 0; v < GATE_VARIANTS; v++)
        if (v != GATE_PLANNING)
            say(gate_variant_text((enum gate_variant)v), &variant[v]);
    CU_ASSERT_EQUAL(same->code[0], SEEDS);
    CU_ASSERT_EQUAL(same->rows[GATE_SAME] + same->rows[GATE_NOT_GATED], rows);
    CU_ASSERT(same->rows[GATE_SAME] > 15 * SEEDS); /* of 16 */
    CU_ASSERT(other->code[1] <= AA_FAIL_MOST);
    for (int v = GATE_LOST_RELEASES; v < GATE_VARIANTS; v++)
        CHECK_ROW(variant[v].code[1] == SEEDS, "%s", gate_variant_text((enum gate_variant)v));
    CU_ASSERT_EQUAL(two_seeds->code[2], SEEDS); /* no verdict */
    CU_ASSERT_EQUAL(two_seeds->rows[GATE_CANNOT_JUDGE], SEEDS * SCENARIOS);
}

static void test_promises(void)
{
    struct gate_run run = {.options = {.has_seed = true, .threads = THREADS}};
    struct ends ends[GATE_VARIANTS] = {{.code = {0}}}, two_seeds = {.code = {0}};
    for (int s = 0; s < SCENARIOS; s++)
        run.scenario[s] = scenario_of(text[s]);
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        run.options.seed = seed;
        CU_ASSERT_FATAL(gate_plan((const struct scenario *const *)run.scenario, SCENARIOS,
                                  &run.options, run.baseline));
        run.tests = gate_tests(run.baseline[0]) + gate_tests(run.baseline[1]);
        compare(&run, GATE_AS_IT_IS, 0, &ends[GATE_AS_IT_IS]);
        for (int v = GATE_OTHER_PICKS; v < GATE_VARIANTS; v++)
            compare(&run, (enum gate_variant)v, 0, &ends[v]);
        compare(&run, GATE_AS_IT_IS, 1, &two_seeds);
        for (int s = 0; s < SCENARIOS; s++)
            gate_baseline_free(run.baseline[s]);
    }
    check_ends(ends, &two_seeds);
    for (int s = 0; s < SCENARIOS; s++)
        scenario_free(run.scenario[s]);
}

static const struct test tests[] = {
    {"promises", test_promises},
};

SUITE("long_gate", tests)
