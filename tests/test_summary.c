/* test_summary.c: means, intervals, differences and the best, against figures worked out by hand.
 *
 * Student's t for 95 %: 2.7764451052 with 4 degrees of freedom, 2.2621571628 with 9; for two
 * comparisons with 4 degrees 3.4954059325. */
#include "sim/run/summary.h"

#include "tests/harness.h"
#include "tests/results.h"

#include <math.h>
#include <string.h>

#define T4      2.7764451052
#define T9      2.2621571628
#define T4_OF_2 3.4954059325

static bool near(double a, double b)
{
    return fabs(a - b) <= 1e-8;
}

/* A metric of bounds 1 and infinity, less is better. NAN: no value. */
static void set_peaks(struct hand *hand, uint32_t balancer, const double *peak)
{
    for (uint64_t r = 0; r < hand->experiment.replications; r++)
        if (!isnan(peak[r])) {
            hand_result(hand, balancer, r)->measure[0].judged = true;
            hand_result(hand, balancer, r)->measure[0].max_over_mean_peak = peak[r];
        }
}

/* Metrics of bounds 0 and 1: min, where more is better, and by cv Jain's index. */
static void set_averages(struct hand *hand, uint32_t balancer, const double *min, const double *cv)
{
    for (uint64_t r = 0; r < hand->experiment.replications; r++)
        hand_result(hand, balancer, r)->measure[0].average =
            (struct world_average){.points = 1,
                                   .present = 1,
                                   .live = 1,
                                   .mean = 1,
                                   .max = 1,
                                   .min = min[r],
                                   .cv2 = cv[r] * cv[r]};
}

static struct summary summary_at(const struct hand *hand, const char *metric)
{
    return summary_of(&hand->experiment, metric_find(metric), 0, 0, 0);
}

#define PEAK "live_max_over_mean_peak"

/* ---- Summaries ---- */

static struct summary summary_of_peaks(uint64_t replications, const double *peak)
{
    struct hand hand;
    hand_begin(&hand, 1, replications);
    set_peaks(&hand, 0, peak);
    struct summary summary = summary_at(&hand, PEAK);
    hand_end(&hand);
    return summary;
}

static void test_intervals(void)
{
    struct summary five = summary_of_peaks(5, (double[]){15, 12, 11, 14, 13});
    CU_ASSERT(five.count == 5 && five.empty == 0 && five.has_interval);
    CU_ASSERT(five.mean == 13 && five.median == 13 && five.min == 11 && five.max == 15);
    CU_ASSERT(near(five.sd, sqrt(2.5)));
    CU_ASSERT(near(five.low_95, 13 - T4 * sqrt(.5)));
    CU_ASSERT(near(five.high_95, 13 + T4 * sqrt(.5)));
    struct summary ten = summary_of_peaks(10, (double[]){7, 7, 8, 8, 7, 7, 8, 8, 7, 8});
    CU_ASSERT(near(ten.mean, 7.5) && near(ten.sd, sqrt(2.5 / 9)) && ten.median == 7.5);
    CU_ASSERT(near(ten.low_95, 7.5 - T9 / 6));
    CU_ASSERT(near(ten.high_95, 7.5 + T9 / 6));
    /* 1.1 is no round number, and added up ten times it is not ten times as much. */
    struct summary same =
        summary_of_peaks(10, (double[]){1.1, 1.1, 1.1, 1.1, 1.1, 1.1, 1.1, 1.1, 1.1, 1.1});
    CU_ASSERT(same.mean == 1.1 && same.sd == 0 && same.low_95 == 1.1 && same.high_95 == 1.1);
}

static void test_few(void)
{
    struct summary four = summary_of_peaks(4, (double[]){4, 1, 2, 3});
    CU_ASSERT(four.count == 4 && !four.has_interval && four.mean == 2.5 && four.median == 2.5);
    CU_ASSERT(near(four.sd, sqrt(5 / 3.)));
    struct summary some = summary_of_peaks(6, (double[]){NAN, 3, NAN, 1, 2, 8});
    CU_ASSERT(some.count == 4 && some.empty == 2 && !some.has_interval && some.mean == 3.5);
    struct summary most = summary_of_peaks(7, (double[]){NAN, 13, 11, 12, 15, 14, NAN});
    CU_ASSERT(most.count == 5 && most.empty == 2 && most.has_interval);
    CU_ASSERT(near(most.high_95, 13 + T4 * sqrt(.5)));
    struct summary one = summary_of_peaks(1, (double[]){3});
    CU_ASSERT(one.count == 1 && one.mean == 3 && one.sd == 0 && one.median == 3 && one.max == 3);
    CU_ASSERT_FALSE(one.has_interval);
    struct summary none = summary_of_peaks(3, (double[]){NAN, NAN, NAN});
    CU_ASSERT(none.count == 0 && none.empty == 3 && !none.has_interval);
}

/* No value lies outside a metric's bounds, and so no mean does. */
static void test_bounds(void)
{
    struct summary low = summary_of_peaks(5, (double[]){1, 1, 2, 1, 1});
    double half = T4 * sqrt(.2 / 5); /* .555 about 1.2 */
    CU_ASSERT(low.low_95 == 1 && near(low.high_95, 1.2 + half));
    struct hand hand;
    hand_begin(&hand, 1, 5);
    set_averages(&hand, 0, (double[]){1, .5, 1, 1, 1}, (double[]){0, 0, 0, 0, 0});
    struct summary high = summary_at(&hand, "live_min_over_mean_avg");
    CU_ASSERT(high.high_95 == 1 && near(high.low_95, .9 - half / 2));
    hand_end(&hand);
}

/* cv .3 -+ .196324 gives Jain's index 1 / (1 + cv^2) its limits. */
static void test_jain(void)
{
    struct hand hand;
    hand_begin(&hand, 1, 5);
    set_averages(&hand, 0, (double[]){1, 1, 1, 1, 1}, (double[]){.1, .2, .3, .4, .5});
    struct summary cv = summary_at(&hand, "live_cv_avg"), jain = summary_at(&hand, "live_jain_avg");
    double half = T4 * sqrt(.025 / 5);
    CU_ASSERT(near(cv.low_95, .3 - half) && near(cv.high_95, .3 + half));
    CU_ASSERT(near(jain.mean, (1 / 1.01 + 1 / 1.04 + 1 / 1.09 + 1 / 1.16 + 1 / 1.25) / 5));
    CU_ASSERT(near(jain.low_95, 1 / (1 + pow(.3 + half, 2))));
    CU_ASSERT(near(jain.high_95, 1 / (1 + pow(.3 - half, 2))));
    set_averages(&hand, 0, (double[]){1, 1, 1, 1, 1}, (double[]){0, 0, 0, 0, .5});
    jain = summary_at(&hand, "live_jain_avg");
    CU_ASSERT_EQUAL(jain.high_95, 1); /* cv is cut at 0 */
    CU_ASSERT(near(jain.low_95, 1 / (1 + pow(.1 * (1 + T4), 2))));
    CU_ASSERT_FALSE(summary_at(&hand, "live_jain").has_interval); /* nothing is open */
    CU_ASSERT_FALSE(summary_at(&hand, "picks_jain").has_interval);
    hand_end(&hand);
}

/* ---- Differences ---- */

static struct paired paired_peaks(struct hand *hand, uint32_t one, uint32_t other,
                                  uint32_t comparisons)
{
    return paired_of(&hand->experiment, metric_find(PEAK), one, other, 0, 0, comparisons);
}

static void test_paired(void)
{
    struct hand hand;
    hand_begin(&hand, 3, 6);
    set_peaks(&hand, 0, (double[]){10, 20, 30, 40, 50, NAN});
    set_peaks(&hand, 1, (double[]){9, 18, 27, 36, 45, 54});
    set_peaks(&hand, 2, (double[]){8, 18, NAN, 38, 48, 58});
    /* 1 2 3 4 5 */
    struct paired paired = paired_peaks(&hand, 0, 1, 1);
    CU_ASSERT(paired.count == 5 && paired.has_interval && paired.mean == 3);
    CU_ASSERT(near(paired.half, T4 * sqrt(.5)));
    CU_ASSERT_EQUAL(paired_peaks(&hand, 1, 0, 1).mean, -3);
    CU_ASSERT(near(paired_peaks(&hand, 0, 1, 2).half, T4_OF_2 * sqrt(.5)));
    CU_ASSERT(near(paired_peaks(&hand, 0, 1, 0).half, T4 * sqrt(.5)));
    paired = paired_peaks(&hand, 0, 2, 1); /* 2 2 2 2: too few */
    CU_ASSERT(paired.count == 4 && !paired.has_interval && paired.mean == 2 && paired.half == 0);
    /* Sums in another order differ in digits that nobody is shown. */
    set_peaks(&hand, 2, (double[]){9, 18 + 1e-9, 27 - 1e-9, 36, 45, 54 + 1e-9});
    paired = paired_peaks(&hand, 2, 1, 1);
    CU_ASSERT(paired.count == 6 && paired.mean == 0 && paired.half == 0);
    hand_end(&hand);
}

/* ---- The best ---- */

/* As "101": of balancers one by one, or "-" where nothing can be said. */
static void check_best(struct hand *hand, const char *metric, uint32_t change, const char *expected)
{
    bool best[HAND_BALANCERS] = {true, true, true};
    char text[HAND_BALANCERS + 1] = "-";
    uint32_t balancers = hand->scenario.balancers;
    if (best_of(&hand->experiment, metric_find(metric), 0, change, best))
        for (uint32_t b = 0; b < balancers; b++)
            text[b] = best[b] ? '1' : '0';
    else
        for (uint32_t b = 0; b < balancers; b++)
            CHECK_ROW(!best[b], "%s: %u is the best of nothing", metric, b);
    text[strcmp(text, "-") == 0 ? 1 : balancers] = '\0';
    CHECK_ROW(strcmp(text, expected) == 0, "%s: %s, expected %s", metric, text, expected);
}

/* Far apart as they are from one customer to the next, it is the differences that count. */
static void test_best(void)
{
    struct hand hand;
    hand_begin(&hand, 3, 5);
    set_peaks(&hand, 0, (double[]){10.1, 20.2, 30.1, 40.2, 50.1});
    set_peaks(&hand, 1, (double[]){10, 20, 30, 40, 50});
    set_peaks(&hand, 2, (double[]){10.1, 19.9, 30.1, 39.9, 50.2});
    check_best(&hand, PEAK, 0, "011");
    /* 1 2 3 4 5 more: 3 is above t sqrt(.5) for one comparison, 1.963, and for two, 2.472 */
    set_peaks(&hand, 0, (double[]){11, 22, 33, 44, 55});
    check_best(&hand, PEAK, 0, "011");
    /* 1 1 2 4 5: mean 2.6, sd^2 3.3; t sqrt(.66) is 2.256 and 2.840 */
    set_peaks(&hand, 0, (double[]){11, 21, 32, 44, 55});
    check_best(&hand, PEAK, 0, "111");
    hand_end(&hand);
    hand_begin(&hand, 2, 5);
    set_peaks(&hand, 0, (double[]){11, 21, 32, 44, 55});
    set_peaks(&hand, 1, (double[]){10, 20, 30, 40, 50});
    check_best(&hand, PEAK, 0, "01");
    hand_end(&hand);
}

static void test_best_of_more(void)
{
    const double zero[5] = {0, 0, 0, 0, 0};
    struct hand hand;
    hand_begin(&hand, 3, 5);
    set_averages(&hand, 0, (double[]){.8, .81, .82, .83, .84}, zero);
    set_averages(&hand, 1, (double[]){.9, .91, .92, .93, .94}, zero);
    set_averages(&hand, 2, (double[]){.9, .92, .91, .94, .93}, zero);
    check_best(&hand, "live_min_over_mean_avg", 0, "011");
    check_best(&hand, "live_cv_avg", 0, "111");
    check_best(&hand, "noise_misplaced", 0, "-"); /* neither more nor less is better */
    hand_end(&hand);
}

/* Where nothing is left to chance, equal is equal and more is more. */
static void test_best_without_chance(void)
{
    struct hand hand;
    hand_begin(&hand, 3, 5);
    set_peaks(&hand, 0, (double[]){1.1, 1.1, 1.1, 1.1, 1.1});
    set_peaks(&hand, 1, (double[]){1.2, 1.2, 1.2, 1.2, 1.2});
    set_peaks(&hand, 2, (double[]){1.1, 1.1, 1.1, 1.1, 1.1 + 1e-12});
    check_best(&hand, PEAK, 0, "101");
    hand_end(&hand);
}

static void test_no_best(void)
{
    struct hand hand;
    hand_begin(&hand, 2, 4);
    set_peaks(&hand, 0, (double[]){1, 1, 1, 1});
    set_peaks(&hand, 1, (double[]){9, 9, 9, 9});
    check_best(&hand, PEAK, 0, "-"); /* too few replications */
    hand_end(&hand);
    hand_begin(&hand, 1, 5);
    set_peaks(&hand, 0, (double[]){1, 1, 1, 1, 1});
    check_best(&hand, PEAK, 0, "-"); /* nobody to compare with */
    hand_end(&hand);
    hand_begin(&hand, 3, 6);
    set_peaks(&hand, 0, (double[]){1, 1, 1, 1, NAN, NAN});
    set_peaks(&hand, 1, (double[]){9, 9, 9, 9, 9, 9});
    check_best(&hand, PEAK, 0, "-"); /* the third has no value at all */
    set_peaks(&hand, 2, (double[]){8, 8, 8, 8, 8, 8});
    check_best(&hand, PEAK, 0, "001"); /* four good values are too few to be the best by */
    hand_end(&hand);
}

/* One settles at once, but two times of six only; two settles always, after a while. */
static void test_best_of_waits(void)
{
    struct hand hand;
    hand_begin(&hand, 3, 6);
    for (uint64_t r = 0; r < 6; r++) {
        hand_after(hand_result(&hand, 0, r), HAND_UP, 0)->judged = true;
        hand_after(hand_result(&hand, 0, r), HAND_UP, 0)->outside_until_ns = r < 2 ? 0 : 1000000000;
        hand_after(hand_result(&hand, 1, r), HAND_UP, 0)->judged = true;
        hand_after(hand_result(&hand, 1, r), HAND_UP, 0)->outside_until_ns = 100000000 + r;
    }
    check_best(&hand, "settle_s", HAND_UP, "010");
    check_best(&hand, "settle_s", HAND_OUT, "-"); /* nobody could be judged */
    struct summary one = summary_of(&hand.experiment, metric_find("settle_s"), 0, 0, HAND_UP);
    CU_ASSERT(one.count == 2 && one.empty == 4 && one.median == 0);
    hand_end(&hand);
}

static const struct test tests[] = {
    {"Student's intervals", test_intervals},
    {"few values", test_few},
    {"cut at the bounds", test_bounds},
    {"Jain's index, from cv's limits", test_jain},
    {"paired differences", test_paired},
    {"the best", test_best},
    {"the best, where more is better", test_best_of_more},
    {"the best, where nothing is left to chance", test_best_without_chance},
    {"no best", test_no_best},
    {"the best of those who may never settle", test_best_of_waits},
};

SUITE("summary", tests)
