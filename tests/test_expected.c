/* test_expected.c: open connections to expect, against theory, sums and numbers made by hand. */
#include <gsl/gsl_cdf.h>
#include <math.h>

#include "sim/run/expected.h"
#include "tests/harness.h"

#define SECOND UINT64_C(1000000000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)

/* ---- Traffic in a line ---- */

static struct distribution law(enum distribution_kind kind, uint64_t first_ns, double number)
{
    return (struct distribution){.kind = kind,
                                 .parameter = {{.time_ns = first_ns}, {.number = number}}};
}

static struct distribution uniform(uint64_t min_ns, uint64_t max_ns)
{
    return (struct distribution){.kind = DISTRIBUTION_UNIFORM,
                                 .parameter = {{.time_ns = min_ns}, {.time_ns = max_ns}}};
}

static struct distribution exponential(uint64_t mean_ns)
{
    return law(DISTRIBUTION_EXPONENTIAL, mean_ns, 0);
}

static struct distribution constant(uint64_t ns)
{
    return law(DISTRIBUTION_CONSTANT, ns, 0);
}

static const struct distribution forever = {.kind = DISTRIBUTION_FOREVER};

static struct arrivals poisson(double per_s)
{
    return (struct arrivals){.kind = ARRIVALS_POISSON, .parameter = {{.mean_gap_ns = 1e9 / per_s}}};
}

static struct arrivals every(uint64_t gap_ns)
{
    return (struct arrivals){.kind = ARRIVALS_EVERY, .parameter = {{.whole = gap_ns}}};
}

static struct arrivals burst(uint64_t count, uint64_t at_ns, uint64_t over_ns)
{
    return (struct arrivals){.kind = ARRIVALS_BURST,
                             .parameter = {{.whole = count}, {.whole = at_ns}, {.whole = over_ns}}};
}

static struct arrivals keep(uint64_t count)
{
    return (struct arrivals){.kind = ARRIVALS_KEEP, .parameter = {{.whole = count}}};
}

static double live(struct arrivals arrivals, struct distribution lasts, uint64_t at_ns)
{
    struct world_traffic traffic = {.arrivals = &arrivals, .arrivals_count = 1, .lasts = lasts};
    return expected_live(&traffic, at_ns);
}

/* The integral of 1 - G, in seconds: what one arrival a second leaves open. */
static double integral(struct distribution lasts, uint64_t at_ns)
{
    return live(poisson(1), lasts, at_ns);
}

static double below(struct distribution lasts, uint64_t at_ns)
{
    struct arrivals arrivals = poisson(1);
    struct world_traffic traffic = {.arrivals = &arrivals, .arrivals_count = 1, .lasts = lasts};
    return expected_below(&traffic, at_ns);
}

#define CHECK_NEAR(value, right, error)                                                            \
    do {                                                                                           \
        double value_ = (value), right_ = (right);                                                 \
        CHECK_ROW(fabs(value_ - right_) <= (error), "%s is %.9g, not %.9g", #value, value_,        \
                  right_);                                                                         \
    } while (0)

/* ---- Laws ---- */

static void test_by_hand(void)
{
    CHECK_NEAR(integral(exponential(20 * MINUTE), 100 * MINUTE), 1191.914463601, 1e-6);
    CHECK_NEAR(integral(exponential(60 * SECOND), 15 * SECOND), 13.27195301, 1e-7);
    CHECK_NEAR(integral(constant(60 * SECOND), 13 * SECOND), 13, 1e-9);
    CHECK_NEAR(integral(constant(60 * SECOND), HOUR), 60, 1e-9);
    CHECK_NEAR(integral(uniform(10 * SECOND, 30 * SECOND), 5 * SECOND), 5, 1e-9);
    CHECK_NEAR(integral(uniform(10 * SECOND, 30 * SECOND), 20 * SECOND), 17.5, 1e-9);
    CHECK_NEAR(integral(uniform(10 * SECOND, 30 * SECOND), 31 * SECOND), 20, 1e-9);
    CHECK_NEAR(integral(uniform(10 * SECOND, 10 * SECOND), 31 * SECOND), 10, 1e-9);
    /* a + a / (alpha - 1) (1 - (a / t)^(alpha - 1)) */
    CHECK_NEAR(integral(law(DISTRIBUTION_PARETO, 2 * SECOND, 1.5), SECOND), 1, 1e-9);
    CHECK_NEAR(integral(law(DISTRIBUTION_PARETO, 2 * SECOND, 1.5), 8 * SECOND), 4, 1e-9);
    CHECK_NEAR(integral(law(DISTRIBUTION_PARETO, 2 * SECOND, 0.5), 8 * SECOND), 6, 1e-9);
    CHECK_NEAR(integral(law(DISTRIBUTION_PARETO, SECOND, 1), 1000 * SECOND), 7.907755279, 1e-8);
    CHECK_NEAR(integral(law(DISTRIBUTION_PARETO, SECOND, 1 + 1e-13), 1000 * SECOND), 7.907755279,
               1e-8);
    /* Shape 1 is exponential, and a lognormal without spread constant. */
    CHECK_NEAR(integral(law(DISTRIBUTION_WEIBULL, 60 * SECOND, 1), 15 * SECOND), 13.27195301, 1e-7);
    CHECK_NEAR(integral(law(DISTRIBUTION_LOGNORMAL, 60 * SECOND, 0), 13 * SECOND), 13, 1e-9);
    CHECK_NEAR(integral(law(DISTRIBUTION_LOGNORMAL, 60 * SECOND, 0), 61 * SECOND), 60, 1e-9);
    CHECK_NEAR(integral(forever, HOUR), 3600, 1e-9);
}

static const uint64_t measured_ns[] = {10 * SECOND, SECOND, 2 * SECOND, 3 * SECOND};
static const struct distribution empirical = {
    .kind = DISTRIBUTION_EMPIRICAL, .values_ns = measured_ns, .values = 4};

static void test_empirical(void)
{
    CHECK_NEAR(integral(empirical, SECOND / 2), 0.5, 1e-9);
    CHECK_NEAR(integral(empirical, SECOND * 5 / 2), 2, 1e-9); /* (2.5 + 1 + 2 + 2.5) / 4 */
    CHECK_NEAR(integral(empirical, MINUTE), 4, 1e-9);
    CHECK_NEAR(below(empirical, SECOND * 5 / 2), 0.5, 1e-9);
    /* Three of four last two seconds, and are there just before the end of it. */
    CHECK_NEAR(live(burst(400, 0, 0), empirical, 2 * SECOND), 300, 1e-9);
    CHECK_NEAR(live(burst(400, 0, 0), empirical, 2 * SECOND + 1), 200, 1e-9);
}

/* The share that is open at an age, by another library; in seconds. */
static double gsl_survival(const struct distribution *law, double age)
{
    double first = (double)law->parameter[0].time_ns / 1e9, second = law->parameter[1].number;
    switch (law->kind) {
    case DISTRIBUTION_EXPONENTIAL:
        return gsl_cdf_exponential_Q(age, first);
    case DISTRIBUTION_LOGNORMAL:
        return gsl_cdf_lognormal_Q(age, log(first), second);
    case DISTRIBUTION_PARETO:
        return age <= first ? 1 : gsl_cdf_pareto_Q(age, second, first);
    case DISTRIBUTION_WEIBULL:
        return gsl_cdf_weibull_Q(age, first, second);
    default:
        CU_FAIL("no such law here");
        return 0;
    }
}

enum { PANELS = 20000 };

/* Simpson's rule from 0 to t. With age = t y^4: a steep beginning, as shape .7 has, is smooth in y.
 */
static double simpson(const struct distribution *law, double t)
{
    double sum = 0;
    for (int i = 0; i <= PANELS; i++) {
        double y = (double)i / PANELS;
        double height = 4 * t * y * y * y * gsl_survival(law, t * y * y * y * y);
        sum += height * (i == 0 || i == PANELS ? 1 : i % 2 == 1 ? 4 : 2);
    }
    return sum / 3 / PANELS;
}

static void test_by_integration(void)
{
    const struct distribution laws[] = {
        exponential(20 * MINUTE),
        law(DISTRIBUTION_LOGNORMAL, 8 * MINUTE, 1.2),
        law(DISTRIBUTION_LOGNORMAL, 8 * MINUTE, 0.1),
        law(DISTRIBUTION_LOGNORMAL, 8 * MINUTE, 4),
        law(DISTRIBUTION_PARETO, 10 * SECOND, 1.5),
        law(DISTRIBUTION_PARETO, 10 * SECOND, 0.8),
        law(DISTRIBUTION_WEIBULL, 8 * MINUTE, 0.7),
        law(DISTRIBUTION_WEIBULL, 8 * MINUTE, 0.05),
        law(DISTRIBUTION_WEIBULL, 8 * MINUTE, 5),
    };
    const uint64_t ages_ns[] = {SECOND, MINUTE, 8 * MINUTE, HOUR, 24 * HOUR};
    for (size_t i = 0; i < sizeof laws / sizeof *laws; i++)
        for (size_t j = 0; j < sizeof ages_ns / sizeof *ages_ns; j++) {
            double right = simpson(&laws[i], (double)ages_ns[j] / 1e9);
            double ours = integral(laws[i], ages_ns[j]);
            CHECK_ROW(fabs(ours - right) < 1e-6 * right, "law %zu, age %zu: %.9g, not %.9g", i, j,
                      ours, right);
        }
}

/* Whatever the parameters: more with time, never more than one for each arrival, never NaN. */
static void test_extremes(void)
{
    const struct distribution laws[] = {
        exponential(1),
        exponential(UINT64_C(1) << 62),
        constant(0),
        constant(SPAN_FOREVER),
        uniform(0, 0),
        uniform(0, SPAN_FOREVER),
        law(DISTRIBUTION_LOGNORMAL, 1, 0),
        law(DISTRIBUTION_LOGNORMAL, MINUTE, 1e-300),
        law(DISTRIBUTION_LOGNORMAL, MINUTE, 30),
        law(DISTRIBUTION_LOGNORMAL, MINUTE, 45),
        law(DISTRIBUTION_LOGNORMAL, MINUTE, 1e300),
        law(DISTRIBUTION_PARETO, 1, 1e-300),
        law(DISTRIBUTION_PARETO, MINUTE, 1e300),
        law(DISTRIBUTION_PARETO, 1, 1),
        law(DISTRIBUTION_WEIBULL, 1, 1e-300),
        law(DISTRIBUTION_WEIBULL, MINUTE, 0.005),
        law(DISTRIBUTION_WEIBULL, 1, 1),
        law(DISTRIBUTION_WEIBULL, MINUTE, 1e300),
        forever,
    };
    for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
        double last = 0;
        for (uint64_t at_ns = 1; at_ns < UINT64_C(1) << 62; at_ns *= 3) {
            double now = integral(laws[i], at_ns), most = (double)at_ns / 1e9;
            CHECK_ROW(now >= last * (1 - 1e-12) && now <= most * (1 + 1e-12),
                      "law %zu at %.3g ns: %.9g after %.9g", i, (double)at_ns, now, last);
            double held = live(burst(1000, 0, 0), laws[i], at_ns);
            CHECK_ROW(held >= 0 && held <= 1000, "law %zu at %.3g ns: %.9g held", i, (double)at_ns,
                      held);
            last = now;
        }
    }
}

/* ---- Arrivals ---- */

static void test_bursts(void)
{
    /* Just before it there is nobody, and just after it all. */
    CHECK_NEAR(live(burst(1000, 10 * SECOND, 0), forever, 10 * SECOND), 0, 0);
    CHECK_NEAR(live(burst(1000, 10 * SECOND, 0), forever, 10 * SECOND + 1), 1000, 0);
    CHECK_NEAR(live(burst(1000, 10 * SECOND, 0), exponential(20 * SECOND), 30 * SECOND), 367.879441,
               1e-6);
    CHECK_NEAR(live(burst(1000, 10 * SECOND, 0), constant(20 * SECOND), 30 * SECOND), 1000, 0);
    CHECK_NEAR(live(burst(1000, 10 * SECOND, 0), constant(20 * SECOND), 30 * SECOND + 1), 0, 0);
    /* The i-th of n at at + i over / n. */
    CHECK_NEAR(live(burst(100, MINUTE, 10 * SECOND), forever, MINUTE), 0, 0);
    CHECK_NEAR(live(burst(100, MINUTE, 10 * SECOND), forever, MINUTE + 1), 1, 1e-6);
    CHECK_NEAR(live(burst(100, MINUTE, 10 * SECOND), forever, MINUTE + 5 * SECOND), 50, 1e-6);
    CHECK_NEAR(live(burst(100, MINUTE, 10 * SECOND), forever, MINUTE + 5 * SECOND + 1), 51, 1e-6);
    CHECK_NEAR(live(burst(100, MINUTE, 10 * SECOND), forever, MINUTE + 10 * SECOND), 100, 1e-6);
    CHECK_NEAR(live(burst(100, MINUTE, 10 * SECOND), forever, 1000 * HOUR), 100, 1e-6);
    CHECK_NEAR(live(burst(2374398, 0, 59 * MINUTE), constant(20 * SECOND / 1000), HOUR), 0, 1e-6);
    CHECK_NEAR(live(burst(1, MINUTE, 0), constant(SECOND), MINUTE + SECOND), 1, 0);
    /* Spread over a microsecond, looked at a day later: rounding must not show. Spread over ten
     * seconds, it is no instant: n / over x the integral, not n times the middle. */
    CHECK_NEAR(live(burst(1000000, 0, 1000), exponential(24 * HOUR), 24 * HOUR), 367879.441, 0.01);
    CHECK_NEAR(live(burst(1000000, 0, 10 * SECOND), exponential(10 * SECOND), 101 * SECOND),
               1e6 * (exp(-9.1) - exp(-10.1)), 0.01);
}

/* As many at any time, whatever the law, and steady from the first tick on. */
static void test_kept(void)
{
    const struct distribution laws[] = {exponential(20 * MINUTE), constant(SECOND), forever,
                                        law(DISTRIBUTION_PARETO, SECOND, 0.5)};
    struct arrivals arrivals[] = {keep(16), keep(4), poisson(0.1)};
    struct world_traffic traffic = {.arrivals = arrivals, .arrivals_count = 2};
    for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
        traffic.lasts = laws[i];
        CHECK_NEAR(expected_live(&traffic, 0), 0, 0);
        CHECK_NEAR(expected_live(&traffic, 1), 20, 0);
        CHECK_NEAR(expected_live(&traffic, HOUR), 20, 0);
        CHECK_NEAR(expected_steady(&traffic), 20, 0);
        CHECK_NEAR(expected_below(&traffic, 0), 1, 0);
        CHECK_NEAR(expected_below(&traffic, 1), 0, 0);
        CU_ASSERT_EQUAL(expected_steady_from_ns(&traffic, 0.01), 0);
    }
    /* With 120 that arrive for ever: of 140, 120 e^-1 are missing after the mean. */
    traffic.lasts = exponential(20 * MINUTE);
    traffic.arrivals_count = 3;
    CHECK_NEAR(expected_steady(&traffic), 140, 1e-9);
    CHECK_NEAR(expected_below(&traffic, 0), 1, 1e-12);
    CHECK_NEAR(expected_below(&traffic, 20 * MINUTE), 120 * exp(-1) / 140, 1e-9);
    CHECK_NEAR((double)expected_steady_from_ns(&traffic, 0.01) / 1e9, 1200 * log(12000 / 140.),
               1e-3);
    traffic.lasts = forever;
    CU_ASSERT(isinf(expected_steady(&traffic)));
}

/* The sum over the ages of those who arrived before at_ns: the i-th of n at begin + i over / n. */
static double sum_of_survival(const struct distribution *law, uint64_t n, uint64_t begin_ns,
                              uint64_t over_ns, uint64_t at_ns)
{
    double sum = 0;
    for (uint64_t i = 0; i < n && begin_ns + i * over_ns / n < at_ns; i++)
        sum += gsl_survival(law, (double)(at_ns - begin_ns - i * over_ns / n) / 1e9);
    return sum;
}

static void test_spread_is_a_sum(void)
{
    const struct distribution laws[] = {exponential(20 * SECOND),
                                        law(DISTRIBUTION_LOGNORMAL, 20 * SECOND, 1),
                                        law(DISTRIBUTION_WEIBULL, 20 * SECOND, 2)};
    const uint64_t at_ns[] = {10 * SECOND + 1, 15 * SECOND, 40 * SECOND, 100 * SECOND};
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 4; j++) {
            double right = sum_of_survival(&laws[i], 900, 10 * SECOND, 30 * SECOND, at_ns[j]);
            CHECK_NEAR(live(burst(900, 10 * SECOND, 30 * SECOND), laws[i], at_ns[j]), right, 0.01);
            right = sum_of_survival(&laws[i], 4000, 0, 1000 * SECOND, at_ns[j]);
            CHECK_NEAR(live(every(SECOND / 4), laws[i], at_ns[j]), right, 0.01);
        }
    CHECK_NEAR(live(every(SECOND), forever, 0), 0, 0);
    CHECK_NEAR(live(every(SECOND), forever, 10 * SECOND), 10, 1e-9);
    CHECK_NEAR(live(every(SECOND), forever, 10 * SECOND + 1), 11, 1e-9);
    /* Where the law jumps it is counted: ages 1..9 and 0.25..9.25. */
    CHECK_NEAR(live(every(SECOND), constant(SECOND * 19 / 2), HOUR), 9, 1e-9);
    CHECK_NEAR(live(every(SECOND), constant(SECOND * 19 / 2), HOUR + SECOND / 4), 10, 1e-9);
    CHECK_NEAR(live(every(MINUTE), constant(5 * MINUTE), 5 * MINUTE), 5, 1e-9);
    CHECK_NEAR(live(every(MINUTE), constant(5 * MINUTE), 5 * MINUTE + 1), 5, 1e-9);
    CHECK_NEAR(live(every(MINUTE), constant(5 * MINUTE), 4 * MINUTE), 4, 1e-9);
    /* Ages 1..10 s at holds of 10, 1, 2, 3 s. */
    CHECK_NEAR(live(every(SECOND), empirical, 10 * SECOND), 16. / 4, 1e-9);
    CHECK_NEAR(live(burst(5, MINUTE, 10 * SECOND), constant(3 * SECOND), MINUTE + 9 * SECOND), 2,
               1e-9); /* of ages 9, 7, 5, 3, 1 s */
}

static void test_entries_add_up(void)
{
    const struct arrivals arrivals[] = {poisson(5), every(SECOND), burst(100, 0, 0)};
    struct world_traffic traffic = {
        .arrivals = arrivals, .arrivals_count = 3, .lasts = exponential(20 * MINUTE)};
    double e = exp(-1);
    CHECK_NEAR(expected_live(&traffic, 0), 0, 0);
    CHECK_NEAR(expected_live(&traffic, 20 * MINUTE), 6 * 1200 * (1 - e) + 100 * e, 0.5);
    CHECK_NEAR(expected_steady(&traffic), 7200, 1e-6);
    CHECK_NEAR(expected_below(&traffic, 20 * MINUTE), e - 100 * e / 7200, 1e-9);
}

/* ---- The steady state ---- */

/* The age at which an added server, counting from nothing, is level again: G_e of it is 1 / (n + 1)
 * of all, .9 / (n + 1) where the band of 10 % begins; n = 3, mean 60 s. */
static void test_residual_law(void)
{
    double scale_s = 60 / tgamma(1 + 1 / 0.7);
    struct distribution weibull = law(DISTRIBUTION_WEIBULL, (uint64_t)(scale_s * 1e9), 0.7);
    CHECK_NEAR(1 - below(exponential(MINUTE), (uint64_t)(15.29 * 1e9)), 0.225, 5e-5);
    CHECK_NEAR(1 - below(constant(MINUTE), (uint64_t)(13.5 * 1e9)), 0.225, 1e-9);
    CHECK_NEAR(1 - below(weibull, (uint64_t)(18.04 * 1e9)), 0.225, 5e-5);
    CHECK_NEAR(below(exponential(20 * MINUTE), 100 * MINUTE), exp(-5), 1e-9);
    CHECK_NEAR(below(constant(MINUTE), MINUTE), 0, 0);
    CHECK_NEAR(below(uniform(0, 2 * MINUTE), MINUTE), 0.25, 1e-9);
    CHECK_NEAR(below(law(DISTRIBUTION_PARETO, SECOND, 1.5), 100 * SECOND), 2. / 30, 1e-9);
    CHECK_NEAR(below(exponential(MINUTE), 0), 1, 0);
}

static double steady(struct arrivals arrivals, struct distribution lasts)
{
    struct world_traffic traffic = {.arrivals = &arrivals, .arrivals_count = 1, .lasts = lasts};
    return expected_steady(&traffic);
}

static void test_which_have_a_steady_state(void)
{
    CHECK_NEAR(steady(poisson(5), exponential(20 * MINUTE)), 6000, 1e-6);
    CHECK_NEAR(steady(every(SECOND / 4), uniform(0, MINUTE)), 120, 1e-6);
    CHECK_NEAR(steady(poisson(3), law(DISTRIBUTION_PARETO, SECOND, 1.5)), 9, 1e-9);
    CU_ASSERT(isinf(steady(poisson(5), forever)));
    CU_ASSERT(isinf(steady(every(SECOND), law(DISTRIBUTION_PARETO, SECOND, 1))));
    CU_ASSERT(isinf(steady(poisson(5), constant(SPAN_FOREVER))));
    CU_ASSERT_EQUAL(steady(burst(1000, 0, 0), exponential(MINUTE)), 0);
    CU_ASSERT_EQUAL(steady(burst(1000, 0, 0), forever), 0);
    CU_ASSERT_EQUAL(steady(poisson(5), constant(0)), 0);
}

/* A burst that fills up the steady state at once: an exponential hold knows no age. */
static void test_filled_by_a_burst(void)
{
    const struct arrivals arrivals[] = {poisson(5), burst(6000, 0, 0), burst(600, HOUR, 0)};
    struct world_traffic traffic = {
        .arrivals = arrivals, .arrivals_count = 2, .lasts = exponential(20 * MINUTE)};
    for (uint64_t at_ns = SECOND; at_ns < 3 * HOUR; at_ns += 7 * MINUTE) {
        CHECK_NEAR(expected_live(&traffic, at_ns), 6000, 1e-6);
        CHECK_NEAR(expected_below(&traffic, at_ns), 0, 1e-9);
    }
    traffic.arrivals_count = 3;
    CHECK_NEAR(expected_below(&traffic, HOUR + 1), -0.1, 1e-9);
}

static void check_steady_from(struct distribution lasts, double right_s)
{
    struct arrivals arrivals = poisson(1);
    struct world_traffic traffic = {.arrivals = &arrivals, .arrivals_count = 1, .lasts = lasts};
    CHECK_NEAR((double)expected_steady_from_ns(&traffic, 0.01) / 1e9, right_s, 1e-6 * right_s);
}

static void test_steady_from(void)
{
    check_steady_from(exponential(20 * MINUTE), 1200 * log(100));
    check_steady_from(constant(100 * SECOND), 99);
    check_steady_from(uniform(0, 100 * SECOND), 90);
    check_steady_from(law(DISTRIBUTION_PARETO, SECOND, 1.5), 1e4 / 2.25);
    check_steady_from(empirical, 9.84); /* a quarter is left: (10 - t) / 4 = .04 */
    struct arrivals arrivals = poisson(1);
    struct world_traffic traffic = {
        .arrivals = &arrivals, .arrivals_count = 1, .lasts = law(DISTRIBUTION_PARETO, SECOND, 1.1)};
    CU_ASSERT_EQUAL(expected_steady_from_ns(&traffic, 0.01), SPAN_FOREVER);
    CU_ASSERT_EQUAL(expected_steady_from_ns(&traffic, 1), 0);
}

static const struct test tests[] = {
    {"laws, by hand", test_by_hand},
    {"a list of measured times", test_empirical},
    {"laws, integrated numerically", test_by_integration},
    {"no parameter breaks it", test_extremes},
    {"bursts", test_bursts},
    {"kept", test_kept},
    {"what is spread evenly is a sum over ages", test_spread_is_a_sum},
    {"entries add up", test_entries_add_up},
    {"1 - G_e", test_residual_law},
    {"which have a steady state", test_which_have_a_steady_state},
    {"a burst may fill it up", test_filled_by_a_burst},
    {"when it is near", test_steady_from},
};

SUITE("expected", tests)
