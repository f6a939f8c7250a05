/* expect_verdict.c: one thing that is expected, against the replications' values. */
#include "sim/engine/memory.h"
#include "sim/run/exact.h"
#include "sim/run/expect_parts.h"
#include "sim/run/summary.h"

#include <math.h>
#include <stdlib.h>

/* What is judged, replication by replication: the metric's values, or of a relation how far they
 * are above what the other allows. INFINITY: a wait that did not end; -INFINITY: the other's. */
struct numbers {
    const struct metric *metric;
    double *number, *value, *other;
    bool *empty;
    uint64_t count, empties, above, below; /* above, below: that many are infinite */
    double least, most;                    /* what is wanted of them */
};

/* one - other; 0 where files show the same of both. They show all of counts and times, so what is
 * less than a tick is rounding; of ratios nine digits. */
static double beyond(const struct metric *metric, double one, double other)
{
    const double half_a_tick = 5e-10, half_a_digit = 5e-9, nothing = 1e-12;
    bool whole = metric->kind == METRIC_COUNT || metric->kind == METRIC_TIME;
    double scale = fmax(fabs(one), fabs(other));
    double same = whole ? half_a_tick : fmax(half_a_digit * scale, nothing);
    return fabs(one - other) <= same ? 0 : one - other;
}

static struct value reading(const struct expect_question *question, const struct judgement *it,
                            uint32_t balancer, uint64_t replication)
{
    const struct world_result *result =
        experiment_result(question->experiment, balancer, replication);
    uint32_t row = it->expectation->row;
    if (metric_endless(it->metric, result, row, question->change))
        return (struct value){.number = INFINITY};
    return metric_value(it->metric, result, row, question->change);
}

/* How far value is above factor times the other's; of at_least: below it. Two waits without end
 * cannot be compared. */
static bool compare(const struct judgement *it, double value, double other, double *number)
{
    bool at_most = it->condition == EXPECT_AT_MOST;
    double factor = at_most ? it->expectation->at_most.factor : it->expectation->at_least.factor;
    if (isinf(value) && isinf(other))
        return false;
    double above =
        isinf(value) || isinf(other) ? value - other : beyond(it->metric, value, factor * other);
    *number = at_most ? above : -above;
    return true;
}

static void read_one(const struct expect_question *question, const struct judgement *it,
                     struct numbers *numbers, uint64_t i)
{
    struct value value = reading(question, it, question->balancer, i);
    numbers->value[i] = numbers->number[i] = value.number;
    numbers->empty[i] = value.empty;
    if (it->condition == EXPECT_BOUNDS)
        return;
    struct value other = reading(question, it, question->other, i);
    numbers->other[i] = other.number;
    numbers->empty[i] =
        value.empty || other.empty || !compare(it, value.number, other.number, &numbers->number[i]);
}

static void choose_bounds(const struct judgement *it, struct numbers *numbers)
{
    const struct expectation *wanted = it->expectation;
    numbers->least = -INFINITY;
    numbers->most = it->condition == EXPECT_BOUNDS ? INFINITY : 0;
    if (it->condition != EXPECT_BOUNDS)
        return;
    if (wanted->has_max)
        numbers->most = wanted->max;
    if (wanted->has_min)
        numbers->least = wanted->min;
    if (wanted->has_equals) {
        numbers->most = wanted->equals + wanted->tolerance;
        numbers->least = wanted->equals - wanted->tolerance;
    }
}

static struct numbers numbers_of(const struct expect_question *question, const struct judgement *it)
{
    uint64_t count = it->replications;
    struct numbers numbers = {.metric = it->metric,
                              .number = memory_zeroed(count, sizeof *numbers.number),
                              .value = memory_zeroed(count, sizeof *numbers.value),
                              .other = memory_zeroed(count, sizeof *numbers.other),
                              .empty = memory_zeroed(count, sizeof *numbers.empty),
                              .count = count};
    choose_bounds(it, &numbers);
    for (uint64_t i = 0; i < count; i++) {
        read_one(question, it, &numbers, i);
        numbers.empties += numbers.empty[i];
        numbers.above += !numbers.empty[i] && numbers.number[i] == INFINITY;
        numbers.below += !numbers.empty[i] && numbers.number[i] == -INFINITY;
    }
    return numbers;
}

static void numbers_free(struct numbers *numbers)
{
    free(numbers->number);
    free(numbers->value);
    free(numbers->other);
    free(numbers->empty);
}

/* ---- Against the bounds ---- */

/* How far out of the bounds; 0: within. */
static double distance_out(const struct numbers *numbers, double number)
{
    if (isinf(number))
        return isinf(number > 0 ? numbers->most : numbers->least) ? 0 : INFINITY;
    double over = isinf(numbers->most) ? 0 : beyond(numbers->metric, number, numbers->most);
    double under = isinf(numbers->least) ? 0 : beyond(numbers->metric, numbers->least, number);
    return fmax(0, fmax(over, under));
}

/* How near a bound, from within: negative; the greatest is the worst of those that hold. */
static double nearness(const struct numbers *numbers, double number)
{
    return fmax(number - numbers->most, numbers->least - number);
}

/* The replication that is furthest out, or nearest to it. One of them has a value. */
static uint64_t worst_of(const struct numbers *numbers)
{
    uint64_t worst = UINT64_MAX;
    for (uint64_t i = 0; i < numbers->count; i++)
        if (!numbers->empty[i] &&
            (worst == UINT64_MAX ||
             nearness(numbers, numbers->number[i]) > nearness(numbers, numbers->number[worst])))
            worst = i;
    return worst;
}

static void show(struct judgement *it, double value, double other)
{
    it->has_value = isfinite(value) && (it->other == NULL || isfinite(other));
    it->value = it->has_value ? value : 0;
    it->other_value = it->has_value && it->other != NULL ? other : 0;
}

static void show_means(struct judgement *it, const struct numbers *numbers)
{
    if (numbers->empties + numbers->above + numbers->below > 0)
        return;
    struct paired value = paired_numbers(numbers->value, numbers->count, 1);
    struct paired other = paired_numbers(numbers->other, numbers->count, 1);
    show(it, value.mean, other.mean);
}

static void end(struct judgement *it, enum expect_verdict verdict, enum expect_why why)
{
    it->verdict = verdict;
    it->why = why;
}

/* ---- Ways of judging ---- */

/* Each replication must hold. */
static void decide_each(struct judgement *it, const struct numbers *numbers)
{
    uint64_t failing = numbers->count - numbers->empties - it->holding;
    if (numbers->empties < numbers->count) {
        uint64_t worst = worst_of(numbers);
        show(it, numbers->value[worst], numbers->other[worst]);
    }
    if (failing > 0)
        end(it, EXPECT_FAILED, EXPECT_DECIDED);
    else if (numbers->empties > 0)
        end(it, EXPECT_UNJUDGED, EXPECT_EMPTY);
    else
        end(it, EXPECT_PASSED, EXPECT_DECIDED);
}

/* Too few for an interval, so they must agree. */
static void decide_few(struct judgement *it, const struct numbers *numbers)
{
    if (it->holding == numbers->count)
        end(it, EXPECT_PASSED, EXPECT_DECIDED);
    else if (it->holding == 0)
        end(it, EXPECT_FAILED, EXPECT_DECIDED);
    else
        end(it, EXPECT_UNJUDGED, EXPECT_FEW);
}

/* A wait that may never end has an infinite mean, however seldom that is: more than any max. Some
 * of the one and some of the other: their difference has no mean. */
static void decide_endless(struct judgement *it, const struct numbers *numbers)
{
    if (isfinite(numbers->most) && numbers->above > 0 && numbers->below == 0)
        end(it, EXPECT_FAILED, EXPECT_DECIDED);
    else if (it->holding == numbers->count)
        end(it, EXPECT_PASSED, EXPECT_DECIDED);
    else
        end(it, EXPECT_UNJUDGED, EXPECT_ENDLESS);
}

static void find_interval(const struct expect_question *question, struct judgement *it,
                          const struct numbers *numbers)
{
    it->has_interval = true;
    if (it->condition == EXPECT_BOUNDS) { /* cut at the metric's bounds, and Jain's by its cv's */
        struct summary summary = summary_of(question->experiment, it->metric, question->balancer,
                                            it->expectation->row, question->change);
        it->low_95 = summary.low_95;
        it->high_95 = summary.high_95;
    } else {
        struct paired paired = paired_numbers(numbers->number, numbers->count, 1);
        it->low_95 = paired.mean - paired.half;
        it->high_95 = paired.mean + paired.half;
    }
}

static void decide_by_interval(const struct expect_question *question, struct judgement *it,
                               const struct numbers *numbers)
{
    find_interval(question, it, numbers);
    bool low_fits = distance_out(numbers, it->low_95) <= 0;
    bool high_fits = distance_out(numbers, it->high_95) <= 0;
    bool above = isfinite(numbers->most) && beyond(it->metric, it->low_95, numbers->most) > 0;
    bool below = isfinite(numbers->least) && beyond(it->metric, numbers->least, it->high_95) > 0;
    if (low_fits && high_fits)
        end(it, EXPECT_PASSED, EXPECT_DECIDED);
    else if (above || below)
        end(it, EXPECT_FAILED, EXPECT_DECIDED);
    else
        end(it, EXPECT_UNJUDGED, EXPECT_ACROSS);
    if (it->condition == EXPECT_AT_LEAST) { /* it was of the other way round */
        double low_95 = it->low_95;
        it->low_95 = -it->high_95;
        it->high_95 = -low_95;
    }
}

static void decide_mean(const struct expect_question *question, struct judgement *it,
                        const struct numbers *numbers)
{
    show_means(it, numbers);
    if (numbers->empties > 0)
        end(it, EXPECT_UNJUDGED, EXPECT_EMPTY);
    else if (numbers->above + numbers->below > 0)
        decide_endless(it, numbers);
    else if (numbers->count < SUMMARY_LEAST)
        decide_few(it, numbers);
    else
        decide_by_interval(question, it, numbers);
}

void expect_decide(const struct expect_question *question, struct judgement *it)
{
    const struct experiment *experiment = question->experiment;
    it->exact = experiment_is_exact(experiment, question->balancer) &&
                (it->other == NULL || experiment_is_exact(experiment, question->other));
    it->replications = it->exact ? 1 : experiment->replications;
    struct numbers numbers = numbers_of(question, it);
    it->empty = numbers.empties;
    for (uint64_t i = 0; i < numbers.count; i++) {
        bool endless = isinf(numbers.value[i]) || isinf(numbers.other[i]);
        it->endless += endless;
        it->holding += !numbers.empty[i] && distance_out(&numbers, numbers.number[i]) <= 0;
    }
    if (it->replications == 1 || it->expectation->of == EXPECT_WORST)
        decide_each(it, &numbers);
    else
        decide_mean(question, it, &numbers);
    numbers_free(&numbers);
}
