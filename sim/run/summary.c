/* summary.c: means, Student's intervals, and which balancers may be the best. */
#include "sim/run/summary.h"

#include "sim/engine/memory.h"

#include <assert.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double error_probability = .05; /* of an interval of 95 % */

/* A number of every trial; of: metric_value(), or what stands in its place. */
struct question {
    const struct experiment *experiment;
    const struct metric *metric;
    uint32_t row, change;
    struct value (*of)(const struct metric *, const struct world_result *, uint32_t row,
                       uint32_t change);
};

static struct value answer(const struct question *question, uint32_t balancer, uint64_t replication)
{
    return question->of(question->metric,
                        experiment_result(question->experiment, balancer, replication),
                        question->row, question->change);
}

/* ---- Numbers ---- */

struct moments {
    double mean, sd;
};

/* Counted from the first number, so that equal numbers have that mean, and sd 0, exactly. */
static struct moments moments_of(const double *number, uint64_t count)
{
    double sum = 0, squares = 0;
    for (uint64_t i = 0; i < count; i++)
        sum += number[i] - number[0];
    double mean = number[0] + sum / (double)count;
    for (uint64_t i = 0; i < count; i++)
        squares += (number[i] - mean) * (number[i] - mean);
    return (struct moments){.mean = mean,
                            .sd = count > 1 ? sqrt(squares / (double)(count - 1)) : 0};
}

/* Half of Student's interval for the mean, if `comparisons` of them are to hold together. */
static double half_interval(struct moments moments, uint64_t count, uint32_t comparisons)
{
    double tail = error_probability / (2 * (double)(comparisons > 0 ? comparisons : 1));
    return gsl_cdf_tdist_Pinv(1 - tail, (double)(count - 1)) * moments.sd / sqrt((double)count);
}

static int by_number(const void *a, const void *b)
{
    const double *one = a, *two = b;
    return (*one > *two) - (*one < *two);
}

static double median_of(const double *risen, uint64_t count)
{
    double above = risen[count / 2];
    return count % 2 == 1 ? above : risen[count / 2 - 1] + (above - risen[count / 2 - 1]) / 2;
}

/* ---- Summaries ---- */

static struct summary summarize(const struct question *question, uint32_t balancer)
{
    const struct metric *metric = question->metric;
    uint64_t replications = question->experiment->replications;
    double *number = memory_zeroed(replications, sizeof *number);
    struct summary summary = {.count = 0};
    for (uint64_t r = 0; r < replications; r++) {
        struct value value = answer(question, balancer, r);
        if (!value.empty)
            number[summary.count++] = value.number;
    }
    summary.empty = replications - summary.count;
    if (summary.count > 0) {
        struct moments moments = moments_of(number, summary.count);
        summary.mean = moments.mean;
        summary.sd = moments.sd;
        qsort(number, summary.count, sizeof *number, by_number);
        summary.median = median_of(number, summary.count);
        summary.min = number[0];
        summary.max = number[summary.count - 1];
        summary.has_interval = summary.count >= SUMMARY_LEAST;
        if (summary.has_interval) {
            double half = half_interval(moments, summary.count, 1);
            summary.low_95 = fmax(metric->low, moments.mean - half);
            summary.high_95 = fmin(metric->high, moments.mean + half);
        }
    }
    free(number);
    return summary;
}

/* live_cv_avg for live_jain_avg; NULL: the metric is no Jain's index. */
static const struct metric *cv_of_jain(const struct metric *metric)
{
    static const char jain[] = "_jain";
    const char *at = strstr(metric->name, jain);
    char name[METRIC_NAME_MAX];
    if (at == NULL)
        return NULL;
    snprintf(name, sizeof name, "%.*s_cv%s", (int)(at - metric->name), metric->name,
             at + strlen(jain));
    const struct metric *cv = metric_find(name);
    assert(cv != NULL);
    return cv;
}

struct summary summary_of(const struct experiment *experiment, const struct metric *metric,
                          uint32_t balancer, uint32_t row, uint32_t change)
{
    struct question question = {experiment, metric, row, change, metric_value};
    struct summary summary = summarize(&question, balancer);
    question.metric = cv_of_jain(metric);
    if (summary.has_interval && question.metric != NULL) { /* it is 1 / (1 + cv^2) */
        struct summary cv = summarize(&question, balancer);
        summary.low_95 = 1 / (1 + cv.high_95 * cv.high_95);
        summary.high_95 = 1 / (1 + cv.low_95 * cv.low_95);
    }
    return summary;
}

/* ---- Differences ---- */

/* Less than a file shows is no difference: sums of the same numbers in another order. */
static double difference_of(double one, double other)
{
    const double shown = 1e-9;
    double scale = fmax(1, fmax(fabs(one), fabs(other)));
    return fabs(one - other) <= shown * scale ? 0 : one - other;
}

struct paired paired_numbers(const double *difference, uint64_t count, uint32_t comparisons)
{
    struct paired paired = {.count = count, .has_interval = count >= SUMMARY_LEAST};
    if (count > 0) {
        struct moments moments = moments_of(difference, count);
        paired.mean = moments.mean;
        paired.half = paired.has_interval ? half_interval(moments, count, comparisons) : 0;
    }
    return paired;
}

static struct paired paired_answers(const struct question *question, uint32_t one, uint32_t other,
                                    uint32_t comparisons)
{
    uint64_t replications = question->experiment->replications;
    double *difference = memory_zeroed(replications, sizeof *difference);
    uint64_t count = 0;
    for (uint64_t r = 0; r < replications; r++) {
        struct value a = answer(question, one, r), b = answer(question, other, r);
        if (!a.empty && !b.empty)
            difference[count++] = difference_of(a.number, b.number);
    }
    struct paired paired = paired_numbers(difference, count, comparisons);
    free(difference);
    return paired;
}

struct paired paired_of(const struct experiment *experiment, const struct metric *metric,
                        uint32_t one, uint32_t other, uint32_t row, uint32_t change,
                        uint32_t comparisons)
{
    const struct question question = {experiment, metric, row, change, metric_value};
    return paired_answers(&question, one, other, comparisons);
}

/* ---- The best ---- */

/* Who did not settle is not left out, which would make it the better the less often it does: it
 * took all of the time that there was. */
static struct value value_to_rank(const struct metric *metric, const struct world_result *result,
                                  uint32_t row, uint32_t change)
{
    struct value value = metric_value(metric, result, row, change);
    if (!metric_endless(metric, result, row, change))
        return value;
    const struct world_change *at = &result->change[change];
    uint64_t span_ns = at->until_ns - at->at_ns;
    return (struct value){.exact = span_ns, .number = (double)span_ns / 1e9};
}

bool best_of(const struct experiment *experiment, const struct metric *metric, uint32_t row,
             uint32_t change, bool *best)
{
    const struct question question = {experiment, metric, row, change, value_to_rank};
    uint32_t balancers = experiment->scenario->balancers, ranked = 0, first = 0;
    double worse = metric->better == BETTER_LESS ? 1 : -1, least = INFINITY;
    memset(best, 0, balancers * sizeof *best);
    if (metric->better == BETTER_NEITHER)
        return false;
    for (uint32_t b = 0; b < balancers; b++) {
        struct summary summary = summarize(&question, b);
        if (!summary.has_interval)
            continue;
        ranked++;
        if (worse * summary.mean < least) {
            least = worse * summary.mean;
            first = b;
        }
    }
    if (ranked < 2)
        return false;
    for (uint32_t b = 0; b < balancers; b++) {
        struct paired paired = paired_answers(&question, b, first, ranked - 1);
        best[b] = paired.has_interval && worse * paired.mean <= paired.half;
    }
    return true;
}
