/* chance.c: chi-square's tails, and the noise floor of Poisson counts. */
#include "sim/run/chance.h"

#include <assert.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>

#define VERDICT_LEVEL .001

struct chance chance_of(double chi2, uint64_t df)
{
    assert(chi2 >= 0);
    if (df == 0)
        return (struct chance){.empty = true};
    return (struct chance){.p = gsl_cdf_chisq_Q(chi2, (double)df),
                           .even_p = gsl_cdf_chisq_P(chi2, (double)df)};
}

enum chance_verdict chance_verdict(struct chance chance)
{
    if (chance.empty)
        return CHANCE_NONE;
    if (chance.p < VERDICT_LEVEL)
        return CHANCE_DOES_NOT;
    return chance.even_p < VERDICT_LEVEL ? CHANCE_TOO_EVEN : CHANCE_EXPLAINS;
}

/* ---- The noise floor ---- */

/* Beyond it GSL's series run out of terms, and the normal law with its first correction is nearer
 * than one connection. */
#define POISSON_BY_GSL 1e6

/* The mean absolute deviation of Poisson(e), halved and over e (de Moivre). */
static double poisson_misplaced(double e)
{
    if (e > POISSON_BY_GSL)
        return 1 / sqrt(2 * M_PI * e); /* Stirling */
    return gsl_ran_poisson_pdf((unsigned)floor(e), e);
}

/* The least k that Poisson(e) exceeds with probability `above` at most, above <= 1/2. */
static double poisson_quantile(double e, double above)
{
    if (e > POISSON_BY_GSL) {
        double z = gsl_cdf_ugaussian_Qinv(above); /* Cornish and Fisher; counts are whole */
        return ceil(e + z * sqrt(e) + (z * z - 1) / 6 - .5);
    }
    if (gsl_cdf_poisson_Q(0, e) <= above)
        return 0;
    unsigned low = 0, step = (unsigned)sqrt(e) + 1; /* low is always exceeded too often */
    if (e > 2)
        low = (unsigned)e - 2; /* the median is above e - log 2 */
    unsigned high = low + step;
    for (; gsl_cdf_poisson_Q(high, e) > above; high += step) {
        low = high;
        step *= 2;
    }
    while (high - low > 1) {
        unsigned middle = low + (high - low) / 2;
        if (gsl_cdf_poisson_Q(middle, e) > above)
            low = middle;
        else
            high = middle;
    }
    return high;
}

struct noise noise_floor(double entitled, double servers)
{
    if (!(entitled > 0 && isfinite(entitled) && servers >= 1 && isfinite(servers)))
        return (struct noise){.empty = true};
    /* The fullest of n stays at or below k with probability P(X <= k)^n: its median is where one
     * server is above with probability 1 - .5^(1/n). */
    double above = -expm1(-M_LN2 / servers);
    return (struct noise){
        .misplaced = poisson_misplaced(entitled),
        .max_over_mean = poisson_quantile(entitled, above) / entitled,
    };
}
