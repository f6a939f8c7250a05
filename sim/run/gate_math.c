/* gate_math.c: tolerances, the number of runs, and the verdict on one row. */
#include "sim/run/gate_math.h"

#include <assert.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <string.h>

static const double error_probability = .05; /* of all comparisons together */
static const double power_quantile = 1.28;   /* of the normal law: 90 % */

double gate_critical(uint64_t runs, uint64_t tests)
{
    assert(runs >= 2 && tests >= 1);
    return gsl_cdf_tdist_Pinv(1 - error_probability / (2 * (double)tests), (double)(runs - 1));
}

/* ---- Tolerance ---- */

double gate_ideal(const struct metric *metric)
{
    static const char *const of_one[] = {"max_over_mean", "min_over_mean", "jain"};
    for (size_t i = 0; i < sizeof of_one / sizeof *of_one; i++)
        if (strstr(metric->name, of_one[i]) != NULL)
            return 1;
    return 0;
}

/* Less than this is not worth a word, however small the metric is. One connection that was refused
 * is: counts have none. */
static double least_tolerance(const struct metric *metric)
{
    switch (metric->kind) {
    case METRIC_COUNT:
        return 0;
    case METRIC_TIME:
        return 2;
    case METRIC_RATIO:
    case METRIC_CHANCE:
        return strstr(metric->name, "misplaced") != NULL ? .001 : .002;
    }
    return 0;
}

double gate_tolerance(const struct metric *metric, double mean)
{
    return fmax(least_tolerance(metric), .10 * fabs(mean - gate_ideal(metric)));
}

/* ---- How many runs ---- */

static bool is_enough(uint64_t runs, double sd, double margin, uint64_t tests, double power)
{
    return (gate_critical(runs, tests) + power) * sd / sqrt((double)runs) <= margin;
}

static uint64_t least_runs(double sd, double margin, uint64_t tests, double power)
{
    const uint64_t most = 10000000;
    uint64_t few = GATE_RUNS_LEAST - 1, enough = GATE_RUNS_LEAST;
    while (!is_enough(enough, sd, margin, tests, power)) {
        few = enough;
        enough *= 2;
        if (few >= most)
            return GATE_RUNS_NEVER;
    }
    while (enough - few > 1) {
        uint64_t middle = few + (enough - few) / 2;
        if (is_enough(middle, sd, margin, tests, power))
            enough = middle;
        else
            few = middle;
    }
    return enough <= most ? enough : GATE_RUNS_NEVER;
}

uint64_t gate_runs_needed(double sd, double tolerance, uint64_t tests)
{
    return least_runs(sd, tolerance, tests, power_quantile);
}

/* ---- Differences ---- */

/* Counted from the first number, so that equal numbers have just that mean. */
double gate_mean(const double *number, uint64_t count)
{
    double sum = 0;
    for (uint64_t i = 0; i < count; i++)
        sum += number[i] - number[0];
    return count > 0 ? number[0] + sum / (double)count : 0;
}

struct differences {
    double mean, sd, worst, best;
    uint64_t unequal;
};

/* Of sign x (after - before). */
static struct differences differences_of(const double *before, const double *after, uint64_t count,
                                         double sign)
{
    struct differences found = {.worst = -INFINITY, .best = INFINITY};
    double first = sign * (after[0] - before[0]), sum = 0, squares = 0;
    for (uint64_t i = 0; i < count; i++) {
        double difference = sign * (after[i] - before[i]);
        sum += difference - first;
        found.worst = fmax(found.worst, difference);
        found.best = fmin(found.best, difference);
        found.unequal += after[i] != before[i];
    }
    found.mean = first + sum / (double)count;
    for (uint64_t i = 0; i < count; i++) {
        double off = sign * (after[i] - before[i]) - found.mean;
        squares += off * off;
    }
    found.sd = count > 1 ? sqrt(squares / (double)(count - 1)) : 0;
    return found;
}

double gate_sd_of_differences(const double *one, const double *other, uint64_t count)
{
    return count > 1 ? differences_of(other, one, count, 1).sd : 0;
}

/* ---- The verdict ---- */

static enum gate_verdict by_interval(const struct gate_answer *answer, double tolerance,
                                     bool two_sided)
{
    if (answer->low > tolerance || (two_sided && answer->high < -tolerance))
        return GATE_FAIL;
    if (two_sided)
        return answer->high <= tolerance && answer->low >= -tolerance ? GATE_PASS
                                                                      : GATE_CANNOT_JUDGE;
    if (answer->high < -tolerance)
        return GATE_BETTER;
    return answer->high <= tolerance ? GATE_PASS : GATE_CANNOT_JUDGE;
}

/* How far the mean is from where the verdict changes. */
static double margin_of(double mean, double tolerance, bool two_sided)
{
    double margin = fabs(mean - tolerance);
    return two_sided ? fmin(margin, fabs(mean + tolerance)) : margin;
}

struct gate_answer gate_judge(const struct gate_question *question)
{
    bool two_sided = question->better == BETTER_NEITHER;
    double tolerance = question->tolerance, sign = question->better == BETTER_MORE ? -1 : 1;
    struct gate_answer answer = {.verdict = GATE_SAME};
    if (question->same || question->runs == 0)
        return answer;
    struct differences found =
        differences_of(question->before, question->after, question->runs, sign);
    double most = two_sided ? fmax(found.worst, -found.best) : found.worst;
    answer.worse = found.mean;
    answer.unequal = found.unequal;
    if (question->exact) {
        answer.verdict = most > tolerance ? GATE_FAIL : GATE_CHANGED;
        return answer;
    }
    if (question->runs > 1) {
        double root = sqrt((double)question->runs);
        double half = gate_critical(question->runs, question->tests) * found.sd / root;
        double plain = gate_critical(question->runs, 1) * found.sd / root;
        answer.has_interval = true;
        answer.low = found.mean - half;
        answer.high = found.mean + half;
        answer.low_95 = found.mean - plain;
        answer.high_95 = found.mean + plain;
    }
    if (found.unequal < GATE_UNEQUAL_LEAST)
        answer.verdict = most <= tolerance ? GATE_PASS : GATE_CANNOT_JUDGE;
    else
        answer.verdict = by_interval(&answer, tolerance, two_sided);
    if (answer.verdict == GATE_CANNOT_JUDGE && found.unequal >= GATE_UNEQUAL_LEAST)
        answer.needs =
            least_runs(found.sd, margin_of(found.mean, tolerance, two_sided), question->tests, 0);
    return answer;
}
