/* test_expect_others.c: comparisons with other balancers, and what counts of all that is expected,
 * against results whose numbers are put there by hand.
 *
 * Student's t for 95 %: 2.7764451052 with 4 degrees of freedom. */
#include "tests/harness.h"
#include "tests/judged.h"

#include <math.h>
#include <string.h>

#define T4 2.7764451052

/* ---- Comparisons ---- */

static struct judgement compare(struct hand *hand, struct expectation it, bool at_most,
                                double factor)
{
    struct expect_relation relation = {"two", factor};
    if (at_most)
        it.at_most = relation;
    else
        it.at_least = relation;
    return judge(hand, &it, NULL);
}

/* x - 1.6 = -.1 0 .1 .2 .3: mean .1, half an interval of T4 sqrt(.025 / 5) = .1963. */
static void by_differences(void)
{
    static const struct {
        double factor;
        enum expect_verdict at_most, at_least;
    } row[] = {
        {.8, EXPECT_UNJUDGED, EXPECT_UNJUDGED},
        {1, EXPECT_PASSED, EXPECT_FAILED},
        {.7, EXPECT_FAILED, EXPECT_PASSED},
    };
    struct hand hand;
    hand_begin(&hand, 2, 5);
    set_peaks(&hand, 0, (double[]){1.5, 1.6, 1.7, 1.8, 1.9});
    set_peaks(&hand, 1, (double[]){2, 2, 2, 2, 2});
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct judgement most = compare(&hand, of_peaks(), true, row[i].factor);
        struct judgement least = compare(&hand, of_peaks(), false, row[i].factor);
        double apart = 1.7 - 2 * row[i].factor, half = T4 * sqrt(.005);
        CHECK_ROW(most.verdict == row[i].at_most && least.verdict == row[i].at_least,
                  "factor %g: %d and %d", row[i].factor, (int)most.verdict, (int)least.verdict);
        CHECK_ROW(fabs(most.low_95 - (apart - half)) < 1e-8 &&
                      fabs(most.high_95 - (apart + half)) < 1e-8 &&
                      fabs(least.low_95 - most.low_95) < 1e-12 &&
                      fabs(least.high_95 - most.high_95) < 1e-12,
                  "factor %g: %g to %g", row[i].factor, most.low_95, most.high_95);
        CU_ASSERT(fabs(most.value - 1.7) < 1e-12 && most.other_value == 2);
    }
    hand_end(&hand);
}

/* They vary, but together: apart by nothing in every run. */
static void what_both_share_cancels_out(void)
{
    struct hand hand;
    hand_begin(&hand, 2, 5);
    set_peaks(&hand, 0, (double[]){4, 8, 1.6, 12, 3.2});
    set_peaks(&hand, 1, (double[]){5, 10, 2, 15, 4});
    CU_ASSERT(compare(&hand, of_peaks(), true, .8).verdict == EXPECT_PASSED);
    CU_ASSERT(compare(&hand, of_peaks(), false, .8).verdict == EXPECT_PASSED);
    /* apart by .01 of the other: .05 .1 .02 .15 .04, mean .072 and half an interval of .065 */
    CU_ASSERT(compare(&hand, of_peaks(), true, .79).verdict == EXPECT_FAILED);
    struct expectation worst = of_peaks();
    worst.of = EXPECT_WORST;
    CU_ASSERT(compare(&hand, worst, true, .8).verdict == EXPECT_PASSED);
    struct judgement got = compare(&hand, worst, true, .79);
    CU_ASSERT(got.verdict == EXPECT_FAILED && got.value == 12 && got.other_value == 15);
    hand_end(&hand);
    hand_begin(&hand, 2, 1);
    set_peaks(&hand, 0, (double[]){4});
    set_peaks(&hand, 1, (double[]){5});
    CU_ASSERT(compare(&hand, of_peaks(), true, .8).verdict == EXPECT_PASSED);
    CU_ASSERT(compare(&hand, of_peaks(), true, .7).verdict == EXPECT_FAILED);
    CU_ASSERT(compare(&hand, of_peaks(), false, .9).verdict == EXPECT_FAILED);
    hand_end(&hand);
}

static void comparisons_of_waits(void)
{
    static const struct {
        double one[5], two[5];
        enum expect_verdict at_most, at_least;
    } row[] = {
        {{INFINITY, 5, 5, 5, 5}, {6, 6, 6, 6, 6}, EXPECT_FAILED, EXPECT_UNJUDGED},
        {{5, 5, 5, 5, 5}, {INFINITY, 6, 6, 6, 6}, EXPECT_PASSED, EXPECT_FAILED},
        {{INFINITY, 5, 5, 5, 5}, {INFINITY, 6, 6, 6, 6}, EXPECT_UNJUDGED, EXPECT_UNJUDGED},
        {{INFINITY, 5, 5, 5, 5}, {6, INFINITY, 6, 6, 6}, EXPECT_UNJUDGED, EXPECT_UNJUDGED},
        {{NAN, 5, 5, 5, 5}, {6, 6, 6, 6, 6}, EXPECT_UNJUDGED, EXPECT_UNJUDGED},
        {{5, 5, 5, 5, 5}, {6, 6, 6, 6, NAN}, EXPECT_UNJUDGED, EXPECT_UNJUDGED},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct hand hand;
        hand_begin(&hand, 2, 5);
        set_waits(&hand, 0, row[i].one);
        set_waits(&hand, 1, row[i].two);
        struct judgement most = compare(&hand, of_waits(), true, 1);
        struct judgement least = compare(&hand, of_waits(), false, 1);
        CHECK_ROW(most.verdict == row[i].at_most && least.verdict == row[i].at_least,
                  "row %zu: %d and %d", i, (int)most.verdict, (int)least.verdict);
        hand_end(&hand);
    }
}

/* ---- Who, and what counts ---- */

/* Of all: each, but not with itself; and each condition by itself. */
static void of_all(void)
{
    struct hand hand;
    hand_begin(&hand, 3, 1);
    for (uint32_t b = 0; b < 3; b++)
        set_peaks(&hand, b, (double[]){2.0 + b});
    struct expectation it = of_peaks();
    it.balancer = NULL;
    it.has_max = true;
    it.max = 3;
    it.at_most = (struct expect_relation){"two", 1};
    hand.scenario.expectation = &it;
    hand.scenario.expectations = 1;
    struct judgements *got = expect_judge(&hand.experiment, &(struct run_options){.threads = 1});
    static const struct {
        const char *balancer;
        enum expect_condition condition;
        enum expect_verdict verdict;
    } row[] = {{"one", EXPECT_BOUNDS, EXPECT_PASSED},
               {"one", EXPECT_AT_MOST, EXPECT_PASSED},
               {"two", EXPECT_BOUNDS, EXPECT_PASSED},
               {"three,four", EXPECT_BOUNDS, EXPECT_FAILED},
               {"three,four", EXPECT_AT_MOST, EXPECT_FAILED}};
    CU_ASSERT(got->count == 5);
    for (uint32_t i = 0; i < got->count && i < 5; i++)
        CHECK_ROW(strcmp(got->judgement[i].balancer, row[i].balancer) == 0 &&
                      got->judgement[i].condition == row[i].condition &&
                      got->judgement[i].verdict == row[i].verdict,
                  "judgement %u: %s %d %d", (unsigned)i, got->judgement[i].balancer,
                  (int)got->judgement[i].condition, (int)got->judgement[i].verdict);
    judgements_free(got);
    hand_end(&hand);
}

static void who_does_not_run_is_left_out(void)
{
    struct hand hand;
    enum expect_verdict outcome;
    hand_begin(&hand, 1, 1);
    set_peaks(&hand, 0, (double[]){2});
    struct expectation it = of_peaks();
    it.balancer = "gone";
    it.has_max = true;
    it.max = 1;
    struct judgement got = judge(&hand, &it, &outcome);
    CU_ASSERT(got.verdict == EXPECT_LEFT_OUT && strcmp(got.absent, "gone") == 0);
    CU_ASSERT(outcome == EXPECT_PASSED);
    got = compare(&hand, of_peaks(), true, 1); /* with two */
    CU_ASSERT(got.verdict == EXPECT_LEFT_OUT && strcmp(got.absent, "two") == 0);
    hand_end(&hand);
}

static void what_is_not_there_cannot_be_judged(void)
{
    struct hand hand;
    hand_begin(&hand, 1, 1);
    struct expectation it = of_peaks();
    it.has_max = true;
    it.max = 9;
    it.of_metric = "p99";
    struct judgement got = judge(&hand, &it, NULL);
    CU_ASSERT(got.verdict == EXPECT_UNJUDGED && got.why == EXPECT_NO_METRIC);
    it.of_metric = "settle_s";
    it.event = 1;
    it.part = PART_DETECTED; /* a flap has none */
    got = judge(&hand, &it, NULL);
    CU_ASSERT(got.verdict == EXPECT_UNJUDGED && got.why == EXPECT_NO_CHANGE);
    hand_end(&hand);
}

/* A failure before what cannot be judged, and that before what holds; warnings do not count. */
static void the_worst_counts(void)
{
    static const struct {
        double max;
        enum expect_level level;
        double value;
        enum expect_verdict outcome;
        const char *word;
    } row[] = {
        {2, EXPECT_ERROR, 1.5, EXPECT_PASSED, "pass"},
        {2, EXPECT_ERROR, 2.5, EXPECT_FAILED, "FAIL"},
        {2, EXPECT_ERROR, NAN, EXPECT_UNJUDGED, "cannot judge"},
        {2, EXPECT_WARN, 2.5, EXPECT_PASSED, "warn"},
        {2, EXPECT_WARN, NAN, EXPECT_PASSED, "cannot judge"},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct hand hand;
        enum expect_verdict outcome;
        hand_begin(&hand, 1, 1);
        set_peaks(&hand, 0, &row[i].value);
        struct expectation it = of_peaks();
        it.has_max = true;
        it.max = row[i].max;
        it.level = row[i].level;
        struct judgement got = judge(&hand, &it, &outcome);
        CHECK_ROW(outcome == row[i].outcome && strcmp(expect_verdict_text(&got), row[i].word) == 0,
                  "row %zu: %d, %s", i, (int)outcome, expect_verdict_text(&got));
        hand_end(&hand);
    }
    struct hand hand;
    hand_begin(&hand, 2, 1);
    set_peaks(&hand, 0, (double[]){3});
    struct expectation two[] = {of_peaks(), of_peaks()};
    two[0].has_max = two[1].has_max = true;
    two[0].max = two[1].max = 2;
    two[1].balancer = "two"; /* has no value */
    hand.scenario.expectation = two;
    hand.scenario.expectations = 2;
    struct judgements *got = expect_judge(&hand.experiment, &(struct run_options){.threads = 1});
    CU_ASSERT(got->count == 2 && expect_outcome(got) == EXPECT_FAILED);
    judgements_free(got);
    hand_end(&hand);
}

static const struct test tests[] = {
    {"by differences", by_differences},
    {"what both share cancels out", what_both_share_cancels_out},
    {"comparisons of waits", comparisons_of_waits},
    {"of all", of_all},
    {"who does not run is left out", who_does_not_run_is_left_out},
    {"what is not there cannot be judged", what_is_not_there_cannot_be_judged},
    {"the worst counts", the_worst_counts},
};

SUITE("expect_others", tests)
