/* test_gate_math.c: the gate's arithmetic, against figures worked out by hand from tables of
 * Student's t.
 *
 * With 19 degrees of freedom t(.975) = 2.0930240544 and t(.995) = 2.8609346065; with 20, 21, 119
 * and 120 t(.975) = 2.0859634473, 2.0796138447, 1.9800998764 and 1.9799304051. */
#include "sim/run/gate_math.h"

#include "tests/harness.h"

#include <math.h>
#include <stdio.h>

static bool near(double a, double b)
{
    return fabs(a - b) <= 1e-7;
}

/* One comparison is held against t(.975), five against t(.995). */
static void test_critical(void)
{
    CU_ASSERT(near(gate_critical(20, 1), 2.0930240544));
    CU_ASSERT(near(gate_critical(20, 5), 2.8609346065));
    CU_ASSERT(near(gate_critical(121, 1), 1.9799304051));
}

/* ---- Tolerance ---- */

struct tolerated {
    const char *metric;
    double mean, tolerance;
};

static const struct tolerated tolerances[] = {
    {"live_max_over_mean_avg", 1.007, .002},
    {"live_max_over_mean_avg", 1.33, .033},
    {"live_min_over_mean_avg", .9, .01},
    {"live_jain_avg", .999, .002},
    {"live_misplaced_avg", .0025, .001},
    {"live_misplaced_avg", .0365, .00365},
    {"live_cv_avg", .01, .002},
    {"live_cv_avg", .15, .015},
    {"settle_s", 12, 2},
    {"settle_s", 60, 6},
    {"refused", 0, 0},
    {"refused", 30, 3},
    {"cut", 100, 10},
    {"live_gini_avg", .5, .05},
};

static void test_tolerance(void)
{
    for (size_t i = 0; i < sizeof tolerances / sizeof *tolerances; i++) {
        const struct tolerated *row = &tolerances[i];
        double tolerance = gate_tolerance(metric_find(row->metric), row->mean);
        CHECK_ROW(near(tolerance, row->tolerance), "%s at %g: %g", row->metric, row->mean,
                  tolerance);
    }
}

/* ---- Runs ---- */

struct needed {
    double sd, tolerance;
    uint64_t tests, runs;
};

/* (2.0930 + 1.28) / sqrt(20) = .754231, then .734513 of 21, .716272 of 22; .297605 of 120 and
 * .296357 of 121. For five comparisons 4.1409346 / sqrt(20) = .925941. */
static const struct needed runs_needed[] = {
    {0, 0, 1, 20},         {0, .1, 1000, 20},        {1, 100, 1, 20},    {1, .7543, 1, 20},
    {1, .7542, 1, 21},     {1, .7346, 1, 21},        {1, .7345, 1, 22},  {2, 1.469, 1, 22},
    {1, .2977, 1, 120},    {1, .2976, 1, 121},       {1, .2964, 1, 121}, {1, .926, 5, 20},
    {1, 0, 1, UINT64_MAX}, {1, 1e-9, 1, UINT64_MAX},
};

static void test_runs(void)
{
    for (size_t i = 0; i < sizeof runs_needed / sizeof *runs_needed; i++) {
        const struct needed *row = &runs_needed[i];
        uint64_t runs = gate_runs_needed(row->sd, row->tolerance, row->tests);
        CHECK_ROW(runs == row->runs, "sd %g, tolerance %g, %d tests: %lu", row->sd, row->tolerance,
                  (int)row->tests, (unsigned long)runs);
    }
}

static void test_moments(void)
{
    CU_ASSERT(gate_mean((double[]){1.1, 1.1, 1.1}, 3) == 1.1);
    CU_ASSERT(near(gate_mean((double[]){1, 2, 6}, 3), 3));
    CU_ASSERT(gate_mean(NULL, 0) == 0);
    /* Differences 1 3 5: sd 2. */
    CU_ASSERT(near(gate_sd_of_differences((double[]){2, 4, 6}, (double[]){1, 1, 1}, 3), 2));
    CU_ASSERT(gate_sd_of_differences((double[]){2.2, 4.4}, (double[]){1.2, 3.4}, 1) == 0);
}

/* ---- The verdict ---- */

enum { RUNS = 20 };

/* Differences of 20 runs that are half `center - off` and half `center + off`: their mean is the
 * center, their sd off sqrt(20/19), and half of an interval is t / sqrt(19) off: .480172 off by
 * t(.975), .656344 off by t(.995). */
struct judged {
    double center, off;
    uint64_t tests;
    double tolerance;
    enum metric_better better;
    enum gate_verdict verdict;
};

static const struct judged verdicts[] = {
    {1, 1, 1, .5, BETTER_LESS, GATE_FAIL},           /* from .5198 */
    {.97, 1, 1, .5, BETTER_LESS, GATE_CANNOT_JUDGE}, /* .4898 to 1.4502 */
    {0, 1, 1, .5, BETTER_LESS, GATE_PASS},           /* to .4802 */
    {.03, 1, 1, .5, BETTER_LESS, GATE_CANNOT_JUDGE}, /* to .5102 */
    {-.97, 1, 1, .5, BETTER_LESS, GATE_PASS},        /* -1.4502 to -.4898 */
    {-1, 1, 1, .5, BETTER_LESS, GATE_BETTER},        /* to -.5198 */
    {-1, 1, 1, .5, BETTER_MORE, GATE_FAIL},          /* more is better: the same mirrored */
    {1, 1, 1, .5, BETTER_MORE, GATE_BETTER},
    {1, 1, 5, .5, BETTER_LESS, GATE_CANNOT_JUDGE}, /* from .3437 */
    {1.2, 1, 5, .5, BETTER_LESS, GATE_FAIL},       /* from .5437 */
    {1, 1, 1, .5, BETTER_NEITHER, GATE_FAIL},
    {-1, 1, 1, .5, BETTER_NEITHER, GATE_FAIL},
    {0, 1, 1, .5, BETTER_NEITHER, GATE_PASS},
    {-.1, 1, 1, .5, BETTER_NEITHER, GATE_CANNOT_JUDGE}, /* from -.5802 */
    {.25, 0, 1, .5, BETTER_LESS, GATE_PASS},            /* all by as much */
    {.75, 0, 1, .5, BETTER_LESS, GATE_FAIL},
    {.5, 0, 1, .5, BETTER_LESS, GATE_PASS}, /* just what is tolerated */
    {1, 1, 1, 0, BETTER_LESS, GATE_FAIL},   /* counts: nothing is tolerated */
    {0, 1, 1, 0, BETTER_LESS, GATE_CANNOT_JUDGE},
};

static struct gate_answer judge(const struct judged *row)
{
    double before[RUNS], after[RUNS];
    for (int r = 0; r < RUNS; r++) {
        before[r] = r % 4; /* what customers share cancels out */
        after[r] = before[r] + row->center + (r % 2 == 0 ? row->off : -row->off);
    }
    return gate_judge(&(struct gate_question){.before = before,
                                              .after = after,
                                              .runs = RUNS,
                                              .tests = row->tests,
                                              .tolerance = row->tolerance,
                                              .better = row->better});
}

static void test_verdicts(void)
{
    for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++) {
        const struct judged *row = &verdicts[i];
        struct gate_answer answer = judge(row);
        CHECK_ROW(answer.verdict == row->verdict, "row %zu: verdict %d", i, (int)answer.verdict);
    }
}

/* What is shown is a plain interval, what decides a wider one. */
static void test_intervals(void)
{
    struct gate_answer answer = judge(&(struct judged){1, 1, 5, .5, BETTER_LESS, GATE_FAIL});
    CU_ASSERT(answer.has_interval && near(answer.worse, 1) && answer.unequal == RUNS / 2);
    CU_ASSERT(fabs(answer.low_95 - .519828) < 1e-6 && fabs(answer.high_95 - 1.480172) < 1e-6);
    CU_ASSERT(fabs(answer.low - .343656) < 1e-6 && fabs(answer.high - 1.656344) < 1e-6);
    struct gate_answer more = judge(&(struct judged){1, 1, 1, .5, BETTER_MORE, GATE_BETTER});
    CU_ASSERT(near(more.worse, -1) && fabs(more.high_95 + .519828) < 1e-6);
}

/* The mean is .47 above what is tolerated: t sqrt(20/19) / sqrt(R) is .480172 for 20 runs, .467024
 * for 21, by t(.975) with 19 and 20 degrees of freedom. Or .06 below it: t is 1.9621 for that many,
 * and (1.9621 * 1.025978 / .06)^2 = 1125.7. */
static void test_needs(void)
{
    struct gate_answer answer = judge(&(struct judged){.97, 1, 1, .5, BETTER_LESS, GATE_FAIL});
    CU_ASSERT_EQUAL(answer.needs, 21);
    struct gate_answer near_it = judge(&(struct judged){.44, 1, 1, .5, BETTER_LESS, GATE_FAIL});
    CU_ASSERT(near_it.needs >= 1125 && near_it.needs <= 1127);
    struct gate_answer both = judge(&(struct judged){-.97, 1, 1, .5, BETTER_NEITHER, GATE_FAIL});
    CU_ASSERT_EQUAL(both.needs, 21);
    struct gate_answer never = judge(&(struct judged){0, 1, 1, 0, BETTER_LESS, GATE_FAIL});
    CU_ASSERT_EQUAL(never.needs, GATE_RUNS_NEVER);
    struct gate_answer told = judge(&(struct judged){1, 1, 1, .5, BETTER_LESS, GATE_FAIL});
    CU_ASSERT_EQUAL(told.needs, 0);
}

/* ---- Few that differ ---- */

static struct gate_answer judge_few(int unequal, double by, double last, enum metric_better better)
{
    double before[RUNS] = {0}, after[RUNS] = {0};
    for (int r = 0; r < unequal; r++)
        after[r] = r + 1 < unequal ? by : last;
    return gate_judge(&(struct gate_question){.before = before,
                                              .after = after,
                                              .runs = RUNS,
                                              .tests = 1,
                                              .tolerance = .5,
                                              .better = better});
}

static void test_few(void)
{
    CU_ASSERT_EQUAL(judge_few(9, .4, .5, BETTER_LESS).verdict, GATE_PASS);
    CU_ASSERT_EQUAL(judge_few(9, .4, .6, BETTER_LESS).verdict, GATE_CANNOT_JUDGE);
    CU_ASSERT_EQUAL(judge_few(9, .4, .6, BETTER_LESS).needs, 0);
    CU_ASSERT_EQUAL(judge_few(9, -9, -9, BETTER_LESS).verdict, GATE_PASS); /* never worse */
    CU_ASSERT_EQUAL(judge_few(9, -9, -9, BETTER_NEITHER).verdict, GATE_CANNOT_JUDGE);
    /* Ten of .4 and ten of nothing: .2 -+ .480172 * .2. */
    CU_ASSERT_EQUAL(judge_few(10, .4, .4, BETTER_LESS).verdict, GATE_PASS);
    /* Ten of 2 and ten of nothing: 1 -+ .480172. */
    CU_ASSERT_EQUAL(judge_few(10, 2, 2, BETTER_LESS).verdict, GATE_FAIL);
    CU_ASSERT_EQUAL(judge_few(10, 1.5, 1.5, BETTER_LESS).verdict, GATE_CANNOT_JUDGE); /* .3899 */
}

/* ---- Nothing left to chance ---- */

static enum gate_verdict judge_exact(double before, double after, enum metric_better better)
{
    return gate_judge(&(struct gate_question){.before = &before,
                                              .after = &after,
                                              .runs = 1,
                                              .tests = 1,
                                              .tolerance = .5,
                                              .better = better,
                                              .exact = true})
        .verdict;
}

static void test_exact(void)
{
    CU_ASSERT_EQUAL(judge_exact(1, 1.75, BETTER_LESS), GATE_FAIL);
    CU_ASSERT_EQUAL(judge_exact(1, 1.5, BETTER_LESS), GATE_CHANGED);
    CU_ASSERT_EQUAL(judge_exact(1, .25, BETTER_LESS), GATE_CHANGED);
    CU_ASSERT_EQUAL(judge_exact(1, .25, BETTER_MORE), GATE_FAIL);
    CU_ASSERT_EQUAL(judge_exact(1, .25, BETTER_NEITHER), GATE_FAIL);
    CU_ASSERT_EQUAL(judge_exact(1, 1.75, BETTER_NEITHER), GATE_FAIL);
}

/* A baseline of one run, whose balancer draws now: no interval, so nothing fails by it. */
static void test_one_run(void)
{
    double before = 1, after = 3;
    struct gate_question question = {.before = &before,
                                     .after = &after,
                                     .runs = 1,
                                     .tests = 1,
                                     .tolerance = .5,
                                     .better = BETTER_LESS};
    CU_ASSERT_EQUAL(gate_judge(&question).verdict, GATE_CANNOT_JUDGE);
    CU_ASSERT_FALSE(gate_judge(&question).has_interval);
    after = 1.25;
    CU_ASSERT_EQUAL(gate_judge(&question).verdict, GATE_PASS);
    question.same = true;
    CU_ASSERT_EQUAL(gate_judge(&question).verdict, GATE_SAME);
}

static const struct test tests[] = {
    {"critical", test_critical}, {"tolerance", test_tolerance},
    {"runs", test_runs},         {"moments", test_moments},
    {"verdicts", test_verdicts}, {"intervals", test_intervals},
    {"needs", test_needs},       {"few", test_few},
    {"exact", test_exact},       {"one_run", test_one_run},
};

SUITE("test_gate_math", tests)
