/* long_theory_draws.c: the random numbers of picks: 100 seeds, each against chance, all of them
 * together, and how the hundred scatter. */
#include "tests/theory.h"

#include <stdlib.h>

enum { SERVERS = 6, SEEDS = 100, PICKS = 60000, MANY_PICKS = 2374398 };

static double chi_square(const uint64_t picks[SERVERS], uint64_t all)
{
    double x2 = 0, expected = (double)all / SERVERS;
    for (uint32_t i = 0; i < SERVERS; i++) {
        double apart = (double)picks[i] - expected;
        x2 += apart * apart / expected;
    }
    return x2;
}

/* So many picks of `random` over six servers of one weight, and their chi-square. */
static double draw(uint64_t seed, enum draws draws, uint64_t count, uint64_t picks[SERVERS])
{
    struct stage stage;
    stage_begin(&stage, "random", SERVERS, 1);
    stage.balancer.draws = draws;
    stage.config.seed = seed;
    stage_traffic(&stage, "a", burst(count, 0, 0), forever());
    const struct world_result *result = stage_run(&stage);
    for (uint32_t i = 0; i < SERVERS; i++)
        picks[i] = world_tally_at(result, 0, i)->picks;
    stage_end(&stage);
    return chi_square(picks, count);
}

static int by_value(const void *a, const void *b)
{
    double one = *(const double *)a, two = *(const double *)b;
    return (one > two) - (one < two);
}

/* Kolmogorov's and Smirnov's distance of a sample from the uniform law. */
static double distance(double *p, int n)
{
    double most = 0;
    qsort(p, (size_t)n, sizeof *p, by_value);
    for (int i = 0; i < n; i++)
        most = fmax(most, fmax(p[i] - (double)i / n, (double)(i + 1) / n - p[i]));
    return most;
}

/* A generator may be too even as well as too uneven; each seed's p tells, for they must be uniform:
 * .297 is the distance that a hundred exceed with 2.5e-8. */
static void check_seeds(enum draws draws)
{
    double p[SEEDS];
    uint64_t pooled[SERVERS] = {0}, picks[SERVERS];
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        p[seed - 1] = gsl_cdf_chisq_Q(draw(seed, draws, PICKS, picks), SERVERS - 1);
        for (uint32_t i = 0; i < SERVERS; i++)
            pooled[i] += picks[i];
    }
    check_most("p of 100 seeds, distance from uniform", distance(p, SEEDS), .297);
    check_most("all picks: chi-square of 5", chi_square(pooled, SEEDS * PICKS), 43.8);
}

static void test_seeds(void)
{
    check_seeds(DRAWS_CONNECTION);
}

static void test_sequence(void)
{
    check_seeds(DRAWS_SEQUENCE);
}

static void test_many_picks(void)
{
    uint64_t picks[SERVERS];
    check_most("2,374,398 picks: chi-square of 5", draw(1, DRAWS_CONNECTION, MANY_PICKS, picks),
               43.8);
}

static const struct test tests[] = {
    {"a hundred seeds, draws by connection", test_seeds},
    {"a hundred seeds, draws in sequence", test_sequence},
    {"one seed, 2,374,398 picks", test_many_picks},
};

SUITE("long_theory_draws", tests)
