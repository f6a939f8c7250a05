/* distribution.c: the laws that spans of time follow.
 *
 * Sampling is by inverse transform, one uniform number a span, with the functions of elementary.h
 * only. The means may use libm, because nothing of them ever reaches a sample. */
#include "sim/workload/distribution.h"

#include <assert.h>
#include <math.h>

#include "sim/engine/elementary.h"

#define SPAN_LIMIT UINT64_C(0x8000000000000000) /* 2^63 ns: from here on, for ever */

static uint64_t span_of_ticks(uint64_t ns)
{
    return ns < SPAN_LIMIT ? ns : SPAN_FOREVER;
}

/* Rounds down. */
static uint64_t span_of_real(double ns)
{
    return ns < 0x1p63 ? (uint64_t)ns : SPAN_FOREVER;
}

static double time_of(const struct distribution *distribution, size_t i)
{
    return (double)distribution->parameter[i].time_ns;
}

static uint64_t exponential_sample(const struct distribution *distribution, uint64_t value)
{
    return span_of_real(-elementary_log(stream_unit(value)) * time_of(distribution, 0));
}

static double exponential_mean(const struct distribution *distribution)
{
    return time_of(distribution, 0);
}

static uint64_t constant_sample(const struct distribution *distribution, uint64_t value)
{
    (void)value;
    return span_of_ticks(distribution->parameter[0].time_ns);
}

static double constant_mean(const struct distribution *distribution)
{
    uint64_t span = constant_sample(distribution, 0);
    return span < SPAN_FOREVER ? (double)span : INFINITY;
}

static uint64_t uniform_sample(const struct distribution *distribution, uint64_t value)
{
    uint64_t min = distribution->parameter[0].time_ns, max = distribution->parameter[1].time_ns;
    return span_of_ticks(min < max ? min + stream_below(value, max - min) : min);
}

static double uniform_mean(const struct distribution *distribution)
{
    uint64_t min = distribution->parameter[0].time_ns, max = distribution->parameter[1].time_ns;
    bool ends = max <= SPAN_LIMIT && min < SPAN_LIMIT;
    return ends ? 0.5 * ((double)min + (double)max) : INFINITY;
}

static uint64_t lognormal_sample(const struct distribution *distribution, uint64_t value)
{
    double z = elementary_normal_quantile(stream_unit(value));
    return span_of_real(time_of(distribution, 0) *
                        elementary_exp(distribution->parameter[1].number * z));
}

static double lognormal_mean(const struct distribution *distribution)
{
    double sigma = distribution->parameter[1].number;
    return time_of(distribution, 0) * exp(0.5 * sigma * sigma);
}

static uint64_t pareto_sample(const struct distribution *distribution, uint64_t value)
{
    double exponent = -1 / distribution->parameter[1].number;
    return span_of_real(time_of(distribution, 0) * elementary_pow(stream_unit(value), exponent));
}

static double pareto_mean(const struct distribution *distribution)
{
    double alpha = distribution->parameter[1].number;
    return alpha > 1 ? time_of(distribution, 0) * (alpha / (alpha - 1)) : INFINITY;
}

static uint64_t weibull_sample(const struct distribution *distribution, uint64_t value)
{
    double exponent = 1 / distribution->parameter[1].number;
    return span_of_real(time_of(distribution, 0) *
                        elementary_pow(-elementary_log(stream_unit(value)), exponent));
}

static double weibull_mean(const struct distribution *distribution)
{
    return time_of(distribution, 0) * tgamma(1 + 1 / distribution->parameter[1].number);
}

static uint64_t empirical_sample(const struct distribution *distribution, uint64_t value)
{
    return span_of_ticks(distribution->values_ns[stream_below(value, distribution->values)]);
}

static double empirical_mean(const struct distribution *distribution)
{
    double sum_ns = 0;
    for (size_t i = 0; i < distribution->values; i++) {
        if (distribution->values_ns[i] >= SPAN_LIMIT)
            return INFINITY;
        sum_ns += (double)distribution->values_ns[i];
    }
    return sum_ns / (double)distribution->values;
}

static uint64_t forever_sample(const struct distribution *distribution, uint64_t value)
{
    (void)distribution, (void)value;
    return SPAN_FOREVER;
}

static double forever_mean(const struct distribution *distribution)
{
    (void)distribution;
    return INFINITY;
}

const struct distribution_form distribution_forms[DISTRIBUTION_KINDS] = {
    [DISTRIBUTION_EXPONENTIAL] = {"exponential",
                                  "memoryless: however old it is, what is left has the same mean",
                                  {{"mean", "the average", .is_time = true, .above_zero = true}},
                                  .lone = true,
                                  .sample = exponential_sample,
                                  .mean_ns = exponential_mean},
    [DISTRIBUTION_CONSTANT] = {"constant",
                               "always the same",
                               {{"value", "the time", .is_time = true}},
                               .lone = true,
                               .sample = constant_sample,
                               .mean_ns = constant_mean},
    [DISTRIBUTION_UNIFORM] = {"uniform",
                              "anything between two bounds, each as likely",
                              {{"min", "the least", .is_time = true},
                               {"max", "the bound above, never reached", .is_time = true}},
                              .sample = uniform_sample,
                              .mean_ns = uniform_mean},
    [DISTRIBUTION_LOGNORMAL] =
        {"lognormal",
         "its logarithm is normal: most are short, a few are long",
         {{"median", "as many last longer as last less", .is_time = true, .above_zero = true},
          {"sigma", "the spread: two in three lie within a factor of e^sigma",
           .above_zero = false}},
         .sample = lognormal_sample,
         .mean_ns = lognormal_mean},
    [DISTRIBUTION_PARETO] = {"pareto",
                             "a heavy tail: few are very long; up to alpha 1 without a mean",
                             {{"min", "the least", .is_time = true, .above_zero = true},
                              {"alpha", "the share that lasts c times min is c^-alpha",
                               .above_zero = true}},
                             .sample = pareto_sample,
                             .mean_ns = pareto_mean},
    [DISTRIBUTION_WEIBULL] =
        {"weibull",
         "shape below 1: the older, the longer still; 1: exponential; above 1: it ages",
         {{"scale", "63 % last no longer", .is_time = true, .above_zero = true},
          {"shape", "below 1 a heavier tail than exponential", .above_zero = true}},
         .sample = weibull_sample,
         .mean_ns = weibull_mean},
    [DISTRIBUTION_EMPIRICAL] = {"empirical", "one of a list of measured times, each as likely",
                                .values = true, .sample = empirical_sample,
                                .mean_ns = empirical_mean},
    [DISTRIBUTION_FOREVER] = {"forever", "never ends by itself", .sample = forever_sample,
                              .mean_ns = forever_mean},
};

static const char *parameter_fault(const struct distribution_key *key,
                                   const struct distribution_parameter *parameter)
{
    if (!key->is_time && !isfinite(parameter->number))
        return "must be a finite number";
    double size = key->is_time ? (double)parameter->time_ns : parameter->number;
    if (key->above_zero && !(size > 0))
        return "must be above 0";
    return size < 0 ? "must not be below 0" : NULL;
}

const char *distribution_fault(const struct distribution *distribution, size_t *key)
{
    const struct distribution_form *form = &distribution_forms[distribution->kind];
    for (*key = 0; *key < DISTRIBUTION_PARAMETERS && form->key[*key].name != NULL; ++*key) {
        const char *fault = parameter_fault(&form->key[*key], &distribution->parameter[*key]);
        if (fault != NULL)
            return fault;
    }
    *key = 1;
    if (distribution->kind == DISTRIBUTION_UNIFORM &&
        distribution->parameter[1].time_ns < distribution->parameter[0].time_ns)
        return "must not be below min";
    return form->values && distribution->values == 0 ? "must hold at least one value" : NULL;
}

uint64_t distribution_sample(const struct distribution *distribution, struct stream stream)
{
    assert(distribution->kind < DISTRIBUTION_KINDS);
    return distribution_forms[distribution->kind].sample(distribution, stream_value(stream, 0));
}

double distribution_mean_ns(const struct distribution *distribution)
{
    assert(distribution->kind < DISTRIBUTION_KINDS);
    return distribution_forms[distribution->kind].mean_ns(distribution);
}
