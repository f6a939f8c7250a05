/* test_expect.c: what is bounded, against results whose numbers are put there by hand: every way of
 * judging, with each of its verdicts.
 *
 * Student's t for 95 %: 2.7764451052 with 4 degrees of freedom. */
#include "tests/harness.h"
#include "tests/judged.h"

#include <math.h>

#define T4 2.7764451052

struct bounds_row {
    double max, min, equals, tolerance; /* NAN: not given; of tolerance 0 */
    enum expect_verdict verdict;
    enum expect_why why;
};

static void check_bounds(struct hand *hand, struct expectation it, const struct bounds_row *row,
                         size_t count)
{
    for (size_t i = 0; i < count; i++) {
        it.has_max = !isnan(row[i].max);
        it.has_min = !isnan(row[i].min);
        it.has_equals = !isnan(row[i].equals);
        it.max = row[i].max;
        it.min = row[i].min;
        it.equals = row[i].equals;
        it.tolerance = row[i].tolerance;
        struct judgement got = judge(hand, &it, NULL);
        CHECK_ROW(got.verdict == row[i].verdict && got.why == row[i].why,
                  "max %g min %g equals %g -+ %g: verdict %d, why %d", row[i].max, row[i].min,
                  row[i].equals, row[i].tolerance, (int)got.verdict, (int)got.why);
    }
}
#define CHECK_BOUNDS(hand, it, row) check_bounds(hand, it, row, sizeof row / sizeof *row)

#define MAX(max)          max, NAN, NAN, 0
#define MIN(min)          NAN, min, NAN, 0
#define BETWEEN(min, max) max, min, NAN, 0
#define ABOUT(x, off)     NAN, NAN, x, off
#define PASSED            EXPECT_PASSED, EXPECT_DECIDED
#define FAILED            EXPECT_FAILED, EXPECT_DECIDED
#define UNJUDGED(why)     EXPECT_UNJUDGED, EXPECT_##why

/* The mean is 13 and its interval 13 -+ T4 sqrt(.5): 11.037 to 14.963. */
static void by_the_interval_of_the_mean(void)
{
    static const struct bounds_row row[] = {
        {MAX(14.97), PASSED},
        {MAX(14.96), UNJUDGED(ACROSS)},
        {MAX(13), UNJUDGED(ACROSS)},
        {MAX(11.04), UNJUDGED(ACROSS)},
        {MAX(11.03), FAILED},
        {MIN(11.03), PASSED},
        {MIN(11.04), UNJUDGED(ACROSS)},
        {MIN(14.96), UNJUDGED(ACROSS)},
        {MIN(14.97), FAILED},
        {BETWEEN(11, 15), PASSED},
        {BETWEEN(12, 14), UNJUDGED(ACROSS)},
        {BETWEEN(12, 15), UNJUDGED(ACROSS)},
        {BETWEEN(2, 11), FAILED},
        {BETWEEN(15, 16), FAILED},
        {ABOUT(13, 2), PASSED},
        {ABOUT(13, 1), UNJUDGED(ACROSS)},
        {ABOUT(13, 0), UNJUDGED(ACROSS)},
        {ABOUT(20, 5), FAILED},
        {ABOUT(8, 3), FAILED},
    };
    struct hand hand;
    hand_begin(&hand, 1, 5);
    set_peaks(&hand, 0, (double[]){15, 12, 11, 14, 13});
    CHECK_BOUNDS(&hand, of_peaks(), row);
    struct expectation it = of_peaks();
    it.has_max = true;
    it.max = 20;
    struct judgement got = judge(&hand, &it, NULL);
    CU_ASSERT(got.has_value && got.value == 13 && got.replications == 5 && !got.exact);
    CU_ASSERT(got.has_interval && fabs(got.low_95 - (13 - T4 * sqrt(.5))) < 1e-8);
    CU_ASSERT(fabs(got.high_95 - (13 + T4 * sqrt(.5))) < 1e-8);
    hand_end(&hand);
}

/* No spread, no doubt. */
static void by_values_that_are_all_alike(void)
{
    static const struct bounds_row row[] = {
        {MAX(1.1), PASSED}, {MAX(1.0999), FAILED}, {MIN(1.1), PASSED}, {ABOUT(1.1, 0), PASSED}};
    struct hand hand;
    hand_begin(&hand, 1, 10);
    set_peaks(&hand, 0, (double[]){1.1, 1.1, 1.1, 1.1, 1.1, 1.1, 1.1, 1.1, 1.1, 1.1});
    CHECK_BOUNDS(&hand, of_peaks(), row);
    hand_end(&hand);
}

/* What files do not show is no difference. */
static void by_the_value_of_one_run(void)
{
    static const struct bounds_row row[] = {
        {MAX(13), PASSED},        {MAX(13 - 1e-9), PASSED}, {MAX(12.999999), FAILED},
        {MIN(13), PASSED},        {MIN(13 + 1e-9), PASSED}, {MIN(13.000001), FAILED},
        {ABOUT(13, 0), PASSED},   {ABOUT(12, 1), PASSED},   {ABOUT(12, .999), FAILED},
        {BETWEEN(1, 13), PASSED}, {BETWEEN(14, 15), FAILED}};
    struct hand hand;
    hand_begin(&hand, 1, 1);
    set_peaks(&hand, 0, (double[]){13});
    CHECK_BOUNDS(&hand, of_peaks(), row);
    hand_end(&hand);
}

/* 236/109 = 2.165137614678..., whose ninth digit files round up, is what they say it is. */
static void by_the_digits_that_files_show(void)
{
    static const struct bounds_row ratios[] = {
        {ABOUT(2.16513761, 0), PASSED}, {MAX(2.16513761), PASSED}, {MAX(2.1651376), FAILED},
        {MIN(2.16513762), PASSED},      {MIN(2.16513763), FAILED}, {ABOUT(2.1651377, 0), FAILED}};
    static const struct bounds_row small[] = {
        {MAX(1e-10), FAILED}, {MIN(4e-10), FAILED}, {ABOUT(3e-10, 0), PASSED}};
    static const struct bounds_row waits[] = {
        {MAX(.5), PASSED}, {MAX(.499999999), FAILED}, {MIN(.500000001), FAILED}};
    struct hand hand;
    hand_begin(&hand, 1, 1);
    set_peaks(&hand, 0, (double[]){236. / 109});
    CHECK_BOUNDS(&hand, of_peaks(), ratios);
    set_peaks(&hand, 0, (double[]){3e-10});
    CHECK_BOUNDS(&hand, of_peaks(), small);
    set_waits(&hand, 0, (double[]){5});
    CHECK_BOUNDS(&hand, of_waits(), waits);
    hand_end(&hand);
}

static void by_few_that_must_agree(void)
{
    static const struct bounds_row row[] = {{MAX(1.3), PASSED},        {MAX(1.25), UNJUDGED(FEW)},
                                            {MAX(1.1), UNJUDGED(FEW)}, {MAX(1.09), FAILED},
                                            {MIN(1.1), PASSED},        {MIN(1.2), UNJUDGED(FEW)},
                                            {MIN(1.31), FAILED}};
    struct hand hand;
    hand_begin(&hand, 1, 3);
    set_peaks(&hand, 0, (double[]){1.2, 1.1, 1.3});
    CHECK_BOUNDS(&hand, of_peaks(), row);
    struct expectation it = of_peaks();
    it.has_max = true;
    it.max = 1.2;
    struct judgement got = judge(&hand, &it, NULL);
    CU_ASSERT(got.holding == 2 && !got.has_interval && fabs(got.value - 1.2) < 1e-12);
    hand_end(&hand);
}

static void by_the_worst_of_all(void)
{
    static const struct bounds_row row[] = {{MAX(15), PASSED},         {MAX(14.9), FAILED},
                                            {MIN(11), PASSED},         {MIN(11.1), FAILED},
                                            {BETWEEN(11, 15), PASSED}, {BETWEEN(12, 15), FAILED}};
    struct hand hand;
    hand_begin(&hand, 1, 5);
    set_peaks(&hand, 0, (double[]){15, 12, 11, 14, 13});
    struct expectation it = of_peaks();
    it.of = EXPECT_WORST;
    CHECK_BOUNDS(&hand, it, row);
    it.has_max = it.has_min = true;
    it.max = 15.5;
    it.min = 10;
    CU_ASSERT(judge(&hand, &it, NULL).value == 15);
    it.min = 10.9; /* 11 is the nearer to its bound */
    struct judgement got = judge(&hand, &it, NULL);
    CU_ASSERT(got.value == 11 && !got.has_interval && got.holding == 5);
    hand_end(&hand);
}

/* ---- No value ---- */

static void without_a_value(void)
{
    static const struct bounds_row cannot[] = {
        {MAX(99), UNJUDGED(EMPTY)}, {MIN(1), UNJUDGED(EMPTY)}, {MAX(1), UNJUDGED(EMPTY)}};
    static const struct bounds_row worst[] = {{MAX(99), UNJUDGED(EMPTY)}, {MAX(14), FAILED}};
    static const uint64_t replications[] = {1, 3, 5};
    for (int i = 0; i < 3; i++) {
        struct hand hand;
        hand_begin(&hand, 1, replications[i]);
        set_peaks(&hand, 0, (double[]){NAN, 15, 12, 14, 13});
        CHECK_BOUNDS(&hand, of_peaks(), cannot);
        hand_end(&hand);
    }
    struct hand hand;
    hand_begin(&hand, 1, 5);
    set_peaks(&hand, 0, (double[]){NAN, 15, 12, NAN, 13});
    struct expectation it = of_peaks();
    it.of = EXPECT_WORST;
    CHECK_BOUNDS(&hand, it, worst);
    it.has_max = true;
    it.max = 99;
    struct judgement got = judge(&hand, &it, NULL);
    CU_ASSERT(got.empty == 2 && got.endless == 0 && got.value == 15);
    hand_end(&hand);
}

/* A wait that did not end is longer than any max, and long enough for any min. */
static void waits_without_end(void)
{
    static const struct bounds_row one[] = {
        {MAX(9e9), FAILED}, {MIN(5), PASSED}, {BETWEEN(1, 9), FAILED}, {ABOUT(.5, .5), FAILED}};
    static const struct bounds_row few[] = {
        {MAX(.6), FAILED}, {MAX(.4), FAILED}, {MIN(.4), PASSED}};
    static const struct bounds_row many[] = {
        {MAX(.6), FAILED}, {MIN(.4), PASSED}, {MIN(.6), UNJUDGED(ENDLESS)}};
    static const double waits[5] = {INFINITY, 5, 5, 5, 5};
    static const struct bounds_row *const rows[] = {one, few, many};
    static const uint64_t replications[] = {1, 3, 5};
    for (int i = 0; i < 3; i++) {
        struct hand hand;
        hand_begin(&hand, 1, replications[i]);
        set_waits(&hand, 0, waits);
        check_bounds(&hand, of_waits(), rows[i], i == 0 ? 4 : 3);
        struct expectation it = of_waits();
        it.has_max = true;
        it.max = .6;
        CU_ASSERT(judge(&hand, &it, NULL).endless == 1);
        it.of = EXPECT_WORST;
        struct judgement got = judge(&hand, &it, NULL);
        CU_ASSERT(got.verdict == EXPECT_FAILED && !got.has_value);
        hand_end(&hand);
    }
}

static void waits_that_could_not_be_judged(void)
{
    static const struct bounds_row cannot[] = {{MAX(9), UNJUDGED(EMPTY)},
                                               {MIN(1), UNJUDGED(EMPTY)}};
    struct hand hand;
    hand_begin(&hand, 1, 5);
    set_waits(&hand, 0, (double[]){NAN, 1, 1, 1, 1});
    CHECK_BOUNDS(&hand, of_waits(), cannot);
    hand_end(&hand);
}

static const struct test tests[] = {
    {"by the interval of the mean", by_the_interval_of_the_mean},
    {"by values that are all alike", by_values_that_are_all_alike},
    {"by the value of one run", by_the_value_of_one_run},
    {"by the digits that files show", by_the_digits_that_files_show},
    {"by few that must agree", by_few_that_must_agree},
    {"by the worst of all", by_the_worst_of_all},
    {"without a value", without_a_value},
    {"waits without end", waits_without_end},
    {"waits that could not be judged", waits_that_could_not_be_judged},
};

SUITE("expect", tests)
