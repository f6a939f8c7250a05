/* long_theory_bins.c: a thousand balls in a thousand bins: one choice of a server, for ever. */
#include "tests/theory.h"

enum { BALL_RUNS = 2000, FULLEST = 9 };

/* How full the fullest bin is, and how many are empty. P(max) is exact: the coefficient of x^1000
 * in (sum_{j <= k} x^j / j!)^1000, times 1000! / 1000^1000. So are mean and variance of the empty
 * ones, 1000 (1 - 1/1000)^1000 and what follows for pairs. The variance of a variance about a
 * known mean is 2 v^2 / runs, as the number of empty bins is all but normal: its tolerance is
 * 5.57 v sqrt(2/2000). */
static void test_balls_in_bins(void)
{
    /* 4 (3 or less: 5e-10), 5, 6, 7, 8 or more */
    static const double chance[] = {.02312, .52961, .36845, .06884, .00999};
    const double mean = 367.695, variance = 97.228;
    struct crowd crowd;
    double empty = 0, squares = 0, x2 = 0;
    uint32_t bins_with[FULLEST], runs_with[5] = {0};
    crowd_begin(&crowd, "random", burst(CROWD, 0, 0), forever());
    crowd_look(&crowd, 1);
    for (uint64_t run = 0; run < BALL_RUNS; run++) {
        crowd_run(&crowd, run);
        crowd_count(&crowd, 0, bins_with, FULLEST);
        uint32_t most = FULLEST - 1;
        while (bins_with[most] == 0)
            most--;
        runs_with[most < 4 ? 0 : most - 4]++;
        empty += bins_with[0];
        squares += (bins_with[0] - mean) * (bins_with[0] - mean);
    }
    crowd_end(&crowd);
    for (int i = 0; i < 5; i++) {
        double apart = runs_with[i] - BALL_RUNS * chance[i];
        x2 += apart * apart / (BALL_RUNS * chance[i]);
    }
    check_most("the fullest bin: chi-square of 4", x2, 41.2);
    check_near("empty bins", empty / BALL_RUNS, mean, 1.23);
    check_near("empty bins, variance", squares / BALL_RUNS, variance, 17.13);
}

static const struct test tests[] = {
    {"a thousand balls in a thousand bins", test_balls_in_bins},
};

SUITE("long_theory_bins", tests)
