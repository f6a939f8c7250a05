/* theory.h: what tests against theory share: means over many runs, laws of holds, large worlds.
 *
 * Each assertion on a random figure has an error probability of 2.5e-8, which makes some 1e-6 for
 * all of them. Seeds are fixed, so a failure is a fault. */
#ifndef TESTS_THEORY_H
#define TESTS_THEORY_H

#include "tests/harness.h"
#include "tests/worlds.h"

#include <assert.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>

#define ERROR_PROBABILITY 2.5e-8
#define Z                 5.57 /* the normal law's quantile for it, two-sided */

/* ---- Means over runs ---- */

struct mean {
    double sum, squares, runs;
};

static inline void mean_add(struct mean *mean, double x)
{
    mean->sum += x;
    mean->squares += x * x;
    mean->runs++;
}

static inline double mean_of(const struct mean *mean)
{
    return mean->sum / mean->runs;
}

/* Student's quantile times the standard error that the runs themselves show: 5.69 sd / 20 for 400
 * runs. */
static inline double mean_tolerance(const struct mean *mean)
{
    double at = mean_of(mean), n = mean->runs;
    double variance = (mean->squares - n * at * at) / (n - 1);
    return gsl_cdf_tdist_Qinv(ERROR_PROBABILITY / 2, n - 1) * sqrt(variance / n);
}

/* Says what was seen, and checks that it is as near as `within`. */
static inline void check_near(const char *what, double seen, double expected, double within)
{
    printf("\n    %s: %.6f, theory %.6f +- %.6f", what, seen, expected, within);
    CHECK_ROW(fabs(seen - expected) <= within, "%s: %.6f, not %.6f +- %.6f", what, seen, expected,
              within);
}

/* The same within the tolerance that the runs show, which may not be more than `most`: a mean of
 * runs that scatter without end is near anything. */
static inline void check_mean(const char *what, const struct mean *mean, double expected,
                              double most)
{
    double within = mean_tolerance(mean);
    check_near(what, mean_of(mean), expected, within);
    CHECK_ROW(within <= most, "%s: a tolerance of %.6f, above %.6f", what, within, most);
}

/* Says what was seen, and checks that it is `most` or less. */
static inline void check_most(const char *what, double seen, double most)
{
    printf("\n    %s: %.4f, at most %.4f", what, seen, most);
    CHECK_ROW(seen <= most, "%s: %.4f, above %.4f", what, seen, most);
}

/* ---- Laws of holds ---- */

static inline struct distribution pareto(uint64_t min_ns, double alpha)
{
    return (struct distribution){.kind = DISTRIBUTION_PARETO,
                                 .parameter = {{.time_ns = min_ns}, {.number = alpha}}};
}

static inline struct distribution weibull(uint64_t scale_ns, double shape)
{
    return (struct distribution){.kind = DISTRIBUTION_WEIBULL,
                                 .parameter = {{.time_ns = scale_ns}, {.number = shape}}};
}

static inline struct distribution lognormal(uint64_t median_ns, double sigma)
{
    return (struct distribution){.kind = DISTRIBUTION_LOGNORMAL,
                                 .parameter = {{.time_ns = median_ns}, {.number = sigma}}};
}

/* The integral of 1 - G from 0 to t, in nanoseconds: arrivals at rate L from empty have L times so
 * many open at t. */
static inline double open_integral(struct distribution law, uint64_t t_ns)
{
    double a = (double)law.parameter[0].time_ns, b = law.parameter[1].number, t = (double)t_ns;
    switch (law.kind) {
    case DISTRIBUTION_EXPONENTIAL:
        return a * (1 - exp(-t / a));
    case DISTRIBUTION_CONSTANT:
        return fmin(t, a);
    case DISTRIBUTION_PARETO:
        return t < a ? t : a + a / (b - 1) * (1 - pow(a / t, b - 1));
    case DISTRIBUTION_WEIBULL:
        return a * tgamma(1 + 1 / b) * gsl_cdf_gamma_P(pow(t / a, b), 1 / b, 1);
    case DISTRIBUTION_LOGNORMAL:
        return a * exp(b * b / 2) * gsl_cdf_ugaussian_P((log(t / a) - b * b) / b) +
               t * gsl_cdf_ugaussian_Q(log(t / a) / b);
    default:
        assert(false && "a law without its integral");
        return 0;
    }
}

/* ---- M/G/infinity from empty ---- */

enum { INFINITE_SERVERS = 4, INFINITE_MEAN = 25 };

/* Live connections under `random` are independent Poisson variables, whatever the hold; of mean 25
 * each, if the arrival rate times the integral of 1 - G up to the end is 100. Over c servers and p
 * pairs of them in all runs the variance of the mean is 25/c, of the variance (2 25^2 + 25)/c, and
 * of the covariance 25^2/p: with 2000 runs 5.57 times the roots are 1.25 %, .09 of the mean, and
 * .051 of it. */
static inline void check_infinite_servers(const char *law, struct distribution lasts, uint32_t runs)
{
    const double mean = INFINITE_MEAN, cells = runs * 4., pairs = runs * 6.;
    const uint64_t end_ns = 2000000;
    double sum = 0, squares = 0, products = 0;
    struct stage stage;
    stage_begin(&stage, "random", INFINITE_SERVERS, end_ns);
    stage_traffic(&stage, "a", poisson(open_integral(lasts, end_ns) / (INFINITE_SERVERS * mean)),
                  lasts);
    for (uint64_t run = 0; run < runs; run++) {
        double apart[INFINITE_SERVERS];
        stage.config.replication = run;
        const struct world_result *result = stage_run(&stage);
        for (uint32_t i = 0; i < INFINITE_SERVERS; i++) {
            apart[i] = (double)world_tally_at(result, 0, i)->live - mean;
            sum += apart[i];
            squares += apart[i] * apart[i];
            for (uint32_t j = 0; j < i; j++)
                products += apart[i] * apart[j];
        }
    }
    stage_end(&stage);
    const struct {
        const char *what;
        double seen, expected, within;
    } checks[] = {
        {"total", 1 + sum / cells / mean, 1, Z / sqrt(cells * mean)},
        {"dispersion", squares / cells / mean, 1, Z * sqrt((2 + 1 / mean) / cells)},
        {"covariance over the mean", products / pairs / mean, 0, Z / sqrt(pairs)},
    };
    for (int i = 0; i < 3; i++) {
        char what[48];
        snprintf(what, sizeof what, "%s, %s", law, checks[i].what);
        check_near(what, checks[i].seen, checks[i].expected, checks[i].within);
    }
}

/* ---- Many servers ---- */

enum { CROWD = 1000, CROWD_LOOKS = 4 };

/* A thousand servers of weight 1, one traffic, and times at which to look at them. A touch lets one
 * look at what is open, and does nothing else under a balancer whose lists change in place. */
struct crowd {
    char name[CROWD][8];
    struct world_server server[CROWD];
    struct balancer balancer;
    struct arrivals arrivals;
    struct world_traffic traffic;
    struct world_event look[CROWD_LOOKS];
    struct world_config config;
    struct world_result *result; /* of the last run */
};

static inline void crowd_begin(struct crowd *crowd, const char *preset, struct arrivals arrivals,
                               struct distribution lasts)
{
    *crowd =
        (struct crowd){.balancer = balancer_of_preset(preset_find(preset)), .arrivals = arrivals};
    assert(crowd->balancer.change == CHANGE_IN_PLACE);
    for (unsigned i = 0; i < CROWD; i++) {
        snprintf(crowd->name[i], sizeof crowd->name[i], "s%u", i + 1);
        crowd->server[i] =
            (struct world_server){.name = crowd->name[i], .weight = 1, .at_start = true};
    }
    crowd->traffic = (struct world_traffic){
        .name = "a", .arrivals = &crowd->arrivals, .arrivals_count = 1, .lasts = lasts};
    crowd->config = (struct world_config){
        .name = "crowd",
        .seed = 1,
        .server = crowd->server,
        .servers = CROWD,
        .traffic = &crowd->traffic,
        .traffics = 1,
        .event = crowd->look,
        .instances = 1,
        .workers = 1,
        .old_workers_ns = SPAN_FOREVER,
        .balancer = &crowd->balancer,
    };
}

/* Looks at one time more, later than the others; the run ends with the last. */
static inline void crowd_look(struct crowd *crowd, uint64_t at_ns)
{
    assert(crowd->config.events < CROWD_LOOKS);
    crowd->look[crowd->config.events++] =
        (struct world_event){.kind = EVENT_TOUCH, .at_ns = at_ns, .name = "look"};
    crowd->config.duration_ns = at_ns + 1;
}

static inline void crowd_run(struct crowd *crowd, uint64_t replication)
{
    crowd->config.replication = replication;
    world_result_free(crowd->result);
    crowd->result = world_run(&crowd->config);
}

/* How many servers had so many connections open; the last place counts those with more, too. */
static inline void crowd_count(const struct crowd *crowd, uint32_t look, uint32_t *servers_with,
                               uint32_t places)
{
    for (uint32_t i = 0; i < places; i++)
        servers_with[i] = 0;
    for (uint32_t i = 0; i < CROWD; i++) {
        uint64_t live = crowd->result->moment[look].live[i];
        servers_with[live < places ? live : places - 1]++;
    }
}

static inline void crowd_end(struct crowd *crowd)
{
    world_result_free(crowd->result);
    crowd->result = NULL;
}

#endif
