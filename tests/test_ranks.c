/* test_ranks.c: the arithmetic that distributions are held by, against values known by hand. */
#include "tests/ranks.h"

#include "sim/engine/stream.h"
#include "tests/harness.h"

#include <math.h>

static bool near(double a, double b)
{
    return fabs(a - b) < 1e-12;
}

/* Nine runs 1 to 9: with the recorded one there are ten places. */
static void test_rank(void)
{
    static const double nine[] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    CU_ASSERT(near(rank_p(0, nine, 9), .2));
    CU_ASSERT(near(rank_p(10, nine, 9), .2));
    CU_ASSERT(near(rank_p(1.5, nine, 9), .4));
    CU_ASSERT(near(rank_p(8.5, nine, 9), .4));
    CU_ASSERT(near(rank_p(4.5, nine, 9), 1));
    CU_ASSERT(near(rank_p(2, nine, 9), .6)); /* a tie counts on both sides */
    CU_ASSERT(near(rank_p(5, nine, 9), 1));
}

/* Ties: the lowest lot takes the lowest of their places. */
static void test_lot(void)
{
    static const double same[] = {7, 7, 7, 7, 7, 7, 7, 7, 7};
    CU_ASSERT(near(rank_p(7, same, 9), 1));
    CU_ASSERT(near(rank_p_by_lot(7, same, 9, .01), .2)); /* the first of ten */
    CU_ASSERT(near(rank_p_by_lot(7, same, 9, .15), .4));
    CU_ASSERT(near(rank_p_by_lot(7, same, 9, .49), 1)); /* the fifth */
    CU_ASSERT(near(rank_p_by_lot(7, same, 9, .51), 1)); /* the sixth */
    CU_ASSERT(near(rank_p_by_lot(7, same, 9, .99), .2));
    CU_ASSERT(near(rank_p_by_lot(8, same, 9, .5), .2));
    CU_ASSERT(near(rank_p_by_lot(6, same, 9, .5), .2));
}

/* Of two ps Fisher's law is q (1 - ln q) of their product q; of one it is p itself. */
static void test_fisher(void)
{
    static const double two[] = {.05, .05}, even[] = {.5, .5};
    CU_ASSERT(fabs(fisher_p(two, 1) - .05) < 1e-9);
    CU_ASSERT(fabs(fisher_p(two, 2) - .0025 * (1 - log(.0025))) < 1e-9);
    CU_ASSERT(fabs(fisher_p(even, 2) - .25 * (1 - log(.25))) < 1e-9);
}

/* What is drawn as the runs are has every p as often as another, by lot even where a figure has but
 * three values; and without a lot it has small ones less often. 20,000 draws among 99 runs: within
 * five standard errors. */
static void test_uniform(void)
{
    enum { TRIES = 20000, OTHERS = 99 };
    struct stream dice = stream_root(1, 0, STREAM_TRACE, 1);
    uint32_t by_lot = 0, by_ties = 0;
    uint64_t n = 0;
    for (uint32_t i = 0; i < TRIES; i++) {
        double runs[OTHERS];
        for (uint32_t k = 0; k < OTHERS; k++)
            runs[k] = (double)stream_below(stream_value(dice, n++), 3);
        double figure = (double)stream_below(stream_value(dice, n++), 3);
        double lot = stream_unit(stream_value(dice, n++));
        by_lot += rank_p_by_lot(figure, runs, OTHERS, lot) <= .1 + 1e-9;
        by_ties += rank_p(figure, runs, OTHERS) <= .1 + 1e-9;
    }
    double five_errors = 5 * sqrt(TRIES * .1 * .9);
    CU_ASSERT(fabs(by_lot - TRIES * .1) < five_errors);
    CU_ASSERT_EQUAL(by_ties, 0); /* a third of the runs tie: their p is about 2/3 at least */
}

static const struct test tests[] = {
    {"a place among runs", test_rank},
    {"a place among ties, by lot", test_lot},
    {"ps together", test_fisher},
    {"ps of what is drawn alike", test_uniform},
};

SUITE("ranks", tests)
