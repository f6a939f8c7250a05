/* expected.c: arrivals and holds, integrated.
 *
 * The integrals are those of the usual laws, written so that no parameter makes them overflow: an
 * infinite mean is met often enough. Times are real numbers of nanoseconds here, and never become
 * times of a run again. */
#include "sim/run/expected.h"

#include <assert.h>
#include <gsl/gsl_sf_erf.h>
#include <math.h>

/* ---- Holds: 1 - G, and its integral from 0 to t, for t > 0 ---- */

static double time_of(const struct distribution *hold, size_t i)
{
    return (double)hold->parameter[i].time_ns;
}

static double exponential_survival(const struct distribution *hold, double t)
{
    return exp(-t / time_of(hold, 0));
}

static double exponential_integral(const struct distribution *hold, double t)
{
    return -time_of(hold, 0) * expm1(-t / time_of(hold, 0));
}

static double constant_survival(const struct distribution *hold, double t)
{
    return t <= time_of(hold, 0);
}

static double constant_integral(const struct distribution *hold, double t)
{
    return fmin(t, time_of(hold, 0));
}

static double uniform_survival(const struct distribution *hold, double t)
{
    double min = time_of(hold, 0), max = time_of(hold, 1);
    return t <= min ? 1 : t >= max ? 0 : (max - t) / (max - min);
}

static double uniform_integral(const struct distribution *hold, double t)
{
    double min = time_of(hold, 0), max = time_of(hold, 1);
    if (t <= min)
        return t;
    return t >= max ? 0.5 * (min + max) : t - 0.5 * (t - min) * (t - min) / (max - min);
}

static double lognormal_survival(const struct distribution *hold, double t)
{
    double sigma = hold->parameter[1].number, apart = log(t / time_of(hold, 0));
    if (sigma == 0)
        return apart <= 0;
    return 0.5 * erfc(apart / sigma / M_SQRT2);
}

/* e^(mu + sigma^2/2) Phi(d - sigma) + t (1 - Phi(d)), where d = (ln t - mu) / sigma. At a large
 * sigma the first term is infinity times nothing. But e^(sigma^2/2) phi(d - sigma) is phi(d) t /
 * median, and Phi(-x) is phi(x) / hazard(x): so it is also t phi(d) / hazard(sigma - d). */
static double lognormal_integral(const struct distribution *hold, double t)
{
    double sigma = hold->parameter[1].number, median = time_of(hold, 0);
    if (sigma == 0)
        return fmin(t, median);
    double d = log(t / median) / sigma, ended;
    if (d > sigma)
        ended = median * exp(0.5 * sigma * sigma) * 0.5 * erfc((sigma - d) / M_SQRT2);
    else
        ended = t * exp(-0.5 * d * d) / sqrt(2 * M_PI) / gsl_sf_hazard(sigma - d);
    return ended + t * lognormal_survival(hold, t);
}

static double pareto_survival(const struct distribution *hold, double t)
{
    return t <= time_of(hold, 0) ? 1 : pow(time_of(hold, 0) / t, hold->parameter[1].number);
}

static double pareto_integral(const struct distribution *hold, double t)
{
    double min = time_of(hold, 0), beyond = hold->parameter[1].number - 1;
    if (t <= min)
        return t;
    double apart = log(t / min);
    return min + min * (beyond == 0 ? apart : -expm1(-beyond * apart) / beyond);
}

static double weibull_survival(const struct distribution *hold, double t)
{
    return exp(-pow(t / time_of(hold, 0), hold->parameter[1].number));
}

/* scale Gamma(1 + 1/k) P(1/k, x) at x = (t / scale)^k, by the series of the incomplete gamma
 * function (Abramowitz and Stegun 6.5.29): t e^-x (1 + x/(s+1) + x^2/((s+1)(s+2)) + ...), s = 1/k.
 * Gamma overflows at small k, but the series does not; where e^-x would vanish all is over. */
static double weibull_integral(const struct distribution *hold, double t)
{
    double shape = hold->parameter[1].number, x = pow(t / time_of(hold, 0), shape);
    if (x > 700)
        return distribution_mean_ns(hold);
    double sum = 1, term = 1;
    for (int n = 1; term > sum * 1e-17; n++) {
        term *= x / (1 / shape + n);
        sum += term;
    }
    return t * exp(-x) * sum;
}

static double empirical_survival(const struct distribution *hold, double t)
{
    size_t last = 0;
    for (size_t i = 0; i < hold->values; i++)
        last += (double)hold->values_ns[i] >= t;
    return (double)last / (double)hold->values;
}

static double empirical_integral(const struct distribution *hold, double t)
{
    double sum_ns = 0;
    for (size_t i = 0; i < hold->values; i++)
        sum_ns += fmin(t, (double)hold->values_ns[i]);
    return sum_ns / (double)hold->values;
}

static double forever_survival(const struct distribution *hold, double t)
{
    (void)hold, (void)t;
    return 1;
}

static double forever_integral(const struct distribution *hold, double t)
{
    (void)hold;
    return t;
}

static const struct {
    double (*survival)(const struct distribution *hold, double t);
    double (*integral)(const struct distribution *hold, double t);
} laws[DISTRIBUTION_KINDS] = {
    [DISTRIBUTION_EXPONENTIAL] = {exponential_survival, exponential_integral},
    [DISTRIBUTION_CONSTANT] = {constant_survival, constant_integral},
    [DISTRIBUTION_UNIFORM] = {uniform_survival, uniform_integral},
    [DISTRIBUTION_LOGNORMAL] = {lognormal_survival, lognormal_integral},
    [DISTRIBUTION_PARETO] = {pareto_survival, pareto_integral},
    [DISTRIBUTION_WEIBULL] = {weibull_survival, weibull_integral},
    [DISTRIBUTION_EMPIRICAL] = {empirical_survival, empirical_integral},
    [DISTRIBUTION_FOREVER] = {forever_survival, forever_integral},
};

/* The share that is still open at age t. Below 0 nobody has left yet. */
static double survival(const struct distribution *hold, double t)
{
    assert(laws[hold->kind].survival != NULL);
    return t <= 0 ? 1 : laws[hold->kind].survival(hold, t);
}

static double integral(const struct distribution *hold, double t)
{
    assert(laws[hold->kind].integral != NULL);
    return t <= 0 ? t : laws[hold->kind].integral(hold, t);
}

/* ---- Arrivals ---- */

/* `count` arrivals, `gap` apart; their ages now. */
struct comb {
    double count, gap, youngest, oldest;
};

static struct comb comb_of(double count, double gap, uint64_t oldest_ns)
{
    double oldest = (double)oldest_ns;
    return (struct comb){count, gap, oldest - (count - 1) * gap, oldest};
}

/* How many are no older than a value, averaged over the values. */
static double comb_live_of_values(const struct comb *comb, const uint64_t *value_ns, size_t values)
{
    double sum = 0;
    for (size_t i = 0; i < values; i++) {
        double upto = floor(((double)value_ns[i] - comb->youngest) / comb->gap) + 1;
        sum += fmax(0, fmin(upto, comb->count));
    }
    return sum / (double)values;
}

/* The sum of the survival at each age. Where survival falls in jumps, it is counted; elsewhere it
 * is the midpoint rule backwards, with no error while nobody leaves, and always below 1. A spread
 * that is nothing beside the age is one instant: the difference of the integrals would be all
 * rounding. */
static double comb_live(const struct distribution *hold, struct comb comb)
{
    if (comb.oldest - comb.youngest <= 1e-6 * comb.oldest)
        return comb.count * survival(hold, 0.5 * (comb.oldest + comb.youngest));
    if (hold->kind == DISTRIBUTION_CONSTANT)
        return comb_live_of_values(&comb, &hold->parameter[0].time_ns, 1);
    if (hold->kind == DISTRIBUTION_EMPIRICAL)
        return comb_live_of_values(&comb, hold->values_ns, hold->values);
    double half = 0.5 * comb.gap;
    return (integral(hold, comb.oldest + half) - integral(hold, comb.youngest - half)) / comb.gap;
}

static double poisson_live(const struct arrivals *arrivals, const struct distribution *hold,
                           uint64_t at_ns)
{
    return integral(hold, (double)at_ns) / arrivals->parameter[0].mean_gap_ns;
}

static double every_live(const struct arrivals *arrivals, const struct distribution *hold,
                         uint64_t at_ns)
{
    uint64_t gap_ns = arrivals->parameter[0].whole;
    uint64_t count = at_ns / gap_ns + (at_ns % gap_ns > 0);
    return count == 0 ? 0 : comb_live(hold, comb_of((double)count, (double)gap_ns, at_ns));
}

static double burst_live(const struct arrivals *arrivals, const struct distribution *hold,
                         uint64_t at_ns)
{
    uint64_t begin_ns = arrivals->parameter[1].whole, over_ns = arrivals->parameter[2].whole;
    if (at_ns <= begin_ns)
        return 0;
    uint64_t age_ns = at_ns - begin_ns;
    double count = (double)arrivals->parameter[0].whole, gap = (double)over_ns / count;
    if (age_ns < over_ns)
        count = fmin(count, ceil((double)age_ns / gap));
    return comb_live(hold, comb_of(count, gap, age_ns));
}

/* Whoever ends is followed in the same tick. */
static double keep_live(const struct arrivals *arrivals, const struct distribution *hold,
                        uint64_t at_ns)
{
    (void)hold;
    return at_ns > 0 ? (double)arrivals->parameter[0].whole : 0;
}

static double poisson_rate(const struct arrivals *arrivals)
{
    return 1 / arrivals->parameter[0].mean_gap_ns;
}

static double every_rate(const struct arrivals *arrivals)
{
    return 1 / (double)arrivals->parameter[0].whole;
}

/* live: of one entry, just before at_ns; rate: connections a nanosecond, where they arrive for
 * ever, or NULL; kept: as many are open for ever. The others pass. */
static const struct {
    double (*live)(const struct arrivals *, const struct distribution *hold, uint64_t at_ns);
    double (*rate)(const struct arrivals *);
    bool kept;
} entries[ARRIVALS_KINDS] = {
    [ARRIVALS_POISSON] = {poisson_live, poisson_rate, false},
    [ARRIVALS_EVERY] = {every_live, every_rate, false},
    [ARRIVALS_BURST] = {burst_live, NULL, false},
    [ARRIVALS_KEEP] = {keep_live, NULL, true},
};

static bool passes(const struct arrivals *arrivals)
{
    return entries[arrivals->kind].rate == NULL && !entries[arrivals->kind].kept;
}

/* Of all entries, or of those that pass alone. */
static double live_of(const struct world_traffic *traffic, uint64_t at_ns, bool passing)
{
    double live = 0;
    for (uint32_t i = 0; i < traffic->arrivals_count; i++) {
        const struct arrivals *arrivals = &traffic->arrivals[i];
        assert(arrivals->kind < ARRIVALS_KINDS && entries[arrivals->kind].live != NULL);
        if (!passing || passes(arrivals))
            live += entries[arrivals->kind].live(arrivals, &traffic->lasts, at_ns);
    }
    return live;
}

double expected_live(const struct world_traffic *traffic, uint64_t at_ns)
{
    return live_of(traffic, at_ns, false);
}

/* ---- The steady state ---- */

/* What is kept; that, and what arrives for ever, is the steady state. */
static double kept_of(const struct world_traffic *traffic)
{
    double kept = 0;
    for (uint32_t i = 0; i < traffic->arrivals_count; i++)
        if (entries[traffic->arrivals[i].kind].kept)
            kept += (double)traffic->arrivals[i].parameter[0].whole;
    return kept;
}

/* What arrives for ever. */
static double flowing_of(const struct world_traffic *traffic)
{
    double rate = 0, mean_ns = distribution_mean_ns(&traffic->lasts);
    for (uint32_t i = 0; i < traffic->arrivals_count; i++) {
        const struct arrivals *arrivals = &traffic->arrivals[i];
        if (entries[arrivals->kind].rate != NULL)
            rate += entries[arrivals->kind].rate(arrivals);
    }
    return rate > 0 ? rate * mean_ns : 0;
}

double expected_steady(const struct world_traffic *traffic)
{
    return flowing_of(traffic) + kept_of(traffic);
}

/* 1 - G_e, of what arrives for ever. */
static double missing(const struct distribution *hold, uint64_t at_ns)
{
    return 1 - integral(hold, (double)at_ns) / distribution_mean_ns(hold);
}

/* The same as a share of the steady state; what is kept is all there from the start. */
static double missing_of(const struct world_traffic *traffic, uint64_t at_ns)
{
    double flowing = flowing_of(traffic);
    return flowing > 0 ? missing(&traffic->lasts, at_ns) * (flowing / expected_steady(traffic)) : 0;
}

double expected_below(const struct world_traffic *traffic, uint64_t at_ns)
{
    double steady = expected_steady(traffic);
    assert(steady > 0 && isfinite(steady));
    double to_come = at_ns > 0 ? 0 : kept_of(traffic) / steady;
    return missing_of(traffic, at_ns) + to_come - live_of(traffic, at_ns, true) / steady;
}

uint64_t expected_steady_from_ns(const struct world_traffic *traffic, double below)
{
    uint64_t before = 0, after = UINT64_C(1) << 63;
    if (missing_of(traffic, before) <= below)
        return before;
    if (missing_of(traffic, after) > below)
        return SPAN_FOREVER;
    while (after - before > 1) {
        uint64_t middle = before + (after - before) / 2;
        if (missing_of(traffic, middle) <= below)
            after = middle;
        else
            before = middle;
    }
    return after;
}
