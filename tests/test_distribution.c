/* test_distribution.c: spans against their laws.
 *
 * Chance enters the tests by value alone: each fails a right sampler with probability 2.5e-8 at
 * most, and the seeds are fixed. */
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/engine/memory.h"
#include "sim/workload/distribution.h"
#include "tests/harness.h"

#define SECOND_NS UINT64_C(1000000000)
#define MINUTE_NS (60 * SECOND_NS)
#define HOUR_NS   (60 * MINUTE_NS)
#define ERROR     2.5e-8

/* The inverse of an odd number modulo 2^64, by Newton's iteration. */
static uint64_t inverse(uint64_t odd)
{
    uint64_t x = odd;
    for (int i = 0; i < 6; i++)
        x *= 2 - odd * x;
    return x;
}

/* A stream whose value 0 is `value`: its k0 makes stream.c's first mixing yield 0, and its k1 is
 * the second one undone. */
static struct stream stream_with(uint64_t value)
{
    uint64_t x = value ^ value >> 33;
    x *= inverse(UINT64_C(0xC4CEB9FE1A85EC53));
    x ^= x >> 33;
    x *= inverse(UINT64_C(0xFF51AFD7ED558CCD));
    return (struct stream){.k0 = -UINT64_C(0x9E3779B97F4A7C15), .k1 = x ^ x >> 33};
}

static struct stream stream_number(uint64_t i)
{
    return stream_of(stream_root(12217, 0, STREAM_HOLD, 44), i);
}

static const uint64_t measured_ns[] = {5, 70, 70, 300, 9000, 70, 1};
enum { MEASURED = sizeof measured_ns / sizeof *measured_ns };

/* The laws under test: the inverse function computed in long double by other means, the probability
 * of staying below t (in ns), and the mean. */
struct law {
    struct distribution distribution;
    long double (*quantile)(double u);
    double (*below)(double ns);
    double mean_ns;
};

static long double exponential_quantile(double u)
{
    return -logl(u) * 20 * MINUTE_NS;
}

static double exponential_below(double ns)
{
    return gsl_cdf_exponential_P(ns, 20. * MINUTE_NS);
}

static double uniform_below(double ns)
{
    return gsl_cdf_flat_P(ns, 5. * SECOND_NS, 30. * SECOND_NS);
}

static long double lognormal_quantile(double u)
{
    return 8 * MINUTE_NS * expl(1.2L * (long double)gsl_cdf_ugaussian_Pinv(u));
}

static double lognormal_below(double ns)
{
    return gsl_cdf_lognormal_P(ns, log(8. * MINUTE_NS), 1.2);
}

static long double pareto_quantile(double u)
{
    return SECOND_NS * expl(-logl(u) / 1.5L);
}

static double pareto_below(double ns)
{
    return gsl_cdf_pareto_P(ns, 1.5, SECOND_NS);
}

static long double weibull_quantile(double u)
{
    return 8 * MINUTE_NS * expl(logl(-logl(u)) / (long double)0.7);
}

static double weibull_below(double ns)
{
    return gsl_cdf_weibull_P(ns, 8. * MINUTE_NS, 0.7);
}

/* Means by hand: lognormal 8 m * e^.72, pareto 1.5 / .5, weibull 8 m * Gamma(1 + 1/.7). */
static const struct law laws[] = {
    {{.kind = DISTRIBUTION_EXPONENTIAL, .parameter = {{.time_ns = 20 * MINUTE_NS}}},
     exponential_quantile,
     exponential_below,
     1200e9},
    {{.kind = DISTRIBUTION_UNIFORM,
      .parameter = {{.time_ns = 5 * SECOND_NS}, {.time_ns = 30 * SECOND_NS}}},
     NULL,
     uniform_below,
     17.5e9},
    {{.kind = DISTRIBUTION_LOGNORMAL, .parameter = {{.time_ns = 8 * MINUTE_NS}, {.number = 1.2}}},
     lognormal_quantile,
     lognormal_below,
     480e9 * 2.0544332106438876},
    {{.kind = DISTRIBUTION_PARETO, .parameter = {{.time_ns = SECOND_NS}, {.number = 1.5}}},
     pareto_quantile,
     pareto_below,
     3e9},
    {{.kind = DISTRIBUTION_WEIBULL, .parameter = {{.time_ns = 8 * MINUTE_NS}, {.number = 0.7}}},
     weibull_quantile,
     weibull_below,
     480e9 * 1.2658235060572829},
};
enum { LAWS = sizeof laws / sizeof *laws };

static const char *law_name(const struct law *law)
{
    return distribution_forms[law->distribution.kind].name;
}

static int compare_spans(const void *left, const void *right)
{
    const uint64_t *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

/* The greatest distance between the sample's distribution function and the law's. */
static double kolmogorov_smirnov(const uint64_t *sorted_ns, unsigned count,
                                 double (*below)(double ns))
{
    double greatest = 0;
    for (unsigned i = 0; i < count; i++) {
        double at = below((double)sorted_ns[i]);
        greatest = fmax(greatest, fmax((i + 1.) / count - at, at - (double)i / count));
    }
    return greatest;
}

/* Bound: Dvoretzky, Kiefer, Wolfowitz with Massart's constant, P(D > d) <= 2 e^(-2 n d^2). */
static void test_laws_by_kolmogorov_smirnov(void)
{
    enum { COUNT = 100000 };
    uint64_t *span_ns = memory_zeroed(COUNT, sizeof *span_ns);
    for (unsigned l = 0; l < LAWS; l++) {
        for (unsigned i = 0; i < COUNT; i++)
            span_ns[i] = distribution_sample(&laws[l].distribution, stream_number(i));
        qsort(span_ns, COUNT, sizeof *span_ns, compare_spans);
        double distance = kolmogorov_smirnov(span_ns, COUNT, laws[l].below);
        CHECK_ROW(distance <= sqrt(log(2 / ERROR) / (2. * COUNT)), "%s: D = %g", law_name(&laws[l]),
                  distance);
    }
    free(span_ns);
}

/* Every sample is the quantile of its own uniform number, rounded down: to a part in 10^13, or to
 * the tick where that is coarser. */
static void test_each_sample_is_its_quantile(void)
{
    for (unsigned l = 0; l < LAWS; l++) {
        if (laws[l].quantile == NULL)
            continue;
        unsigned wrong = 0;
        for (unsigned i = 0; i < 20000; i++) {
            double u = stream_unit(stream_value(stream_number(i), 0));
            long double wanted_ns = laws[l].quantile(u);
            uint64_t got_ns = distribution_sample(&laws[l].distribution, stream_number(i));
            long double slack_ns = 1e-13L * wanted_ns;
            wrong += got_ns > wanted_ns + slack_ns || got_ns + 1 < wanted_ns - slack_ns;
        }
        CHECK_ROW(wrong == 0, "%s: %u samples off", law_name(&laws[l]), wrong);
    }
}

/* Exactly, where ticks are so coarse that a part in 10^13 cannot matter. */
static void test_samples_round_down(void)
{
    const struct distribution small = {.kind = DISTRIBUTION_EXPONENTIAL,
                                       .parameter = {{.time_ns = 1000}}};
    unsigned wrong = 0;
    for (uint64_t i = 0; i < 20000; i++) {
        double u = stream_unit(stream_value(stream_number(i), 0));
        wrong += distribution_sample(&small, stream_number(i)) != (uint64_t)(-logl(u) * 1000);
    }
    CU_ASSERT_EQUAL(wrong, 0);
}

/* The mean over the middles of 2^17 cells of equal probability: no chance in it. Pareto's last cell
 * holds 2^(-17/3), 2 %, of its mean, of which the middle counts but half. */
static void test_means(void)
{
    enum { CELLS = 1 << 17 };
    for (unsigned l = 0; l < LAWS; l++) {
        double sum_ns = 0;
        for (uint64_t cell = 0; cell < CELLS; cell++)
            sum_ns += (double)distribution_sample(&laws[l].distribution,
                                                  stream_with((2 * cell + 1) << (64 - 18)));
        double share = sum_ns / CELLS / laws[l].mean_ns - 1;
        bool heavy = laws[l].distribution.kind == DISTRIBUTION_PARETO;
        CHECK_ROW(heavy ? share < 0 && share > -.02 : fabs(share) < 2e-4,
                  "%s: sampled mean off by %g", law_name(&laws[l]), share);
        double declared = distribution_mean_ns(&laws[l].distribution) / laws[l].mean_ns - 1;
        CHECK_ROW(fabs(declared) < 1e-12, "%s: mean off by %g", law_name(&laws[l]), declared);
    }
}

static double mean_of(enum distribution_kind kind, uint64_t time_ns, double number)
{
    return distribution_mean_ns(&(struct distribution){
        .kind = kind, .parameter = {{.time_ns = time_ns}, {.number = number}}});
}

static void test_means_by_hand(void)
{
    CU_ASSERT_EQUAL(mean_of(DISTRIBUTION_CONSTANT, 77, 0), 77);
    CU_ASSERT_EQUAL(mean_of(DISTRIBUTION_CONSTANT, SPAN_FOREVER, 0), INFINITY);
    CU_ASSERT_EQUAL(mean_of(DISTRIBUTION_FOREVER, 0, 0), INFINITY);
    CU_ASSERT_EQUAL(mean_of(DISTRIBUTION_PARETO, 100, 2), 200);
    CU_ASSERT_EQUAL(mean_of(DISTRIBUTION_PARETO, 100, 1), INFINITY);
    CU_ASSERT_EQUAL(mean_of(DISTRIBUTION_PARETO, 100, 0.5), INFINITY);
    CU_ASSERT_DOUBLE_EQUAL(mean_of(DISTRIBUTION_WEIBULL, 100, 1), 100, 1e-10);
    CU_ASSERT_DOUBLE_EQUAL(mean_of(DISTRIBUTION_WEIBULL, 100, 0.5), 200, 1e-10);
    CU_ASSERT_DOUBLE_EQUAL(mean_of(DISTRIBUTION_LOGNORMAL, 100, 0), 100, 1e-10);
    const uint64_t endless_ns[] = {1, SPAN_FOREVER};
    struct distribution list = {
        .kind = DISTRIBUTION_EMPIRICAL, .values_ns = measured_ns, .values = MEASURED};
    CU_ASSERT_DOUBLE_EQUAL(distribution_mean_ns(&list), 9516 / 7., 1e-10);
    list.values_ns = endless_ns;
    list.values = 2;
    CU_ASSERT_EQUAL(distribution_mean_ns(&list), INFINITY);
    struct distribution wide = {.kind = DISTRIBUTION_UNIFORM,
                                .parameter = {{.time_ns = 0}, {.time_ns = SPAN_FOREVER}}};
    CU_ASSERT_EQUAL(distribution_mean_ns(&wide), INFINITY);
}

/* Five different values, one of them three times in the list. */
static void test_empirical_shares(void)
{
    const struct distribution list = {
        .kind = DISTRIBUTION_EMPIRICAL, .values_ns = measured_ns, .values = MEASURED};
    enum { COUNT = 70000 };
    unsigned of_70 = 0, of[5] = {0}, other = 0;
    static const uint64_t single_ns[5] = {1, 5, 300, 9000, 70};
    for (unsigned i = 0; i < COUNT; i++) {
        uint64_t span_ns = distribution_sample(&list, stream_number(i));
        unsigned found = 0;
        while (found < 5 && single_ns[found] != span_ns)
            found++;
        if (found == 5)
            other++;
        else if (found == 4)
            of_70++;
        else
            of[found]++;
    }
    CU_ASSERT_EQUAL(other, 0);
    double chi2 = pow(of_70 - 30000., 2) / 30000;
    for (unsigned i = 0; i < 4; i++)
        chi2 += pow(of[i] - 10000., 2) / 10000;
    CHECK_ROW(gsl_cdf_chisq_Q(chi2, 4) > ERROR, "X2(4) = %g", chi2);
}

static uint64_t at(const struct distribution *distribution, uint64_t value)
{
    return distribution_sample(distribution, stream_with(value));
}

static void test_extremes(void)
{
    const struct distribution *exponential = &laws[0].distribution,
                              *uniform = &laws[1].distribution;
    CU_ASSERT_EQUAL(stream_value(stream_with(0x123456789ABCDEF), 0), 0x123456789ABCDEF);
    /* -ln 2^-53 = 36.7368005696771; the other end is 2^-53, less than a tick of any mean here. */
    CU_ASSERT_EQUAL(at(exponential, 0) / 1000, 44084160683);
    CU_ASSERT_EQUAL(at(exponential, UINT64_MAX), 0);
    CU_ASSERT_EQUAL(at(uniform, 0), 5 * SECOND_NS);
    CU_ASSERT_EQUAL(at(uniform, UINT64_MAX), 30 * SECOND_NS - 1);
    CU_ASSERT_EQUAL(at(&laws[3].distribution, UINT64_MAX), SECOND_NS); /* pareto's least */

    const struct distribution endless[] = {
        {.kind = DISTRIBUTION_FOREVER},
        {.kind = DISTRIBUTION_CONSTANT, .parameter = {{.time_ns = UINT64_C(1) << 63}}},
        {.kind = DISTRIBUTION_EXPONENTIAL, .parameter = {{.time_ns = UINT64_C(1) << 62}}},
        {.kind = DISTRIBUTION_PARETO, .parameter = {{.time_ns = 1}, {.number = 1e-3}}},
        {.kind = DISTRIBUTION_PARETO, .parameter = {{.time_ns = 1}, {.number = 1e-310}}},
        {.kind = DISTRIBUTION_WEIBULL, .parameter = {{.time_ns = 1}, {.number = 1e-3}}},
    };
    for (unsigned i = 0; i < sizeof endless / sizeof *endless; i++)
        CHECK_ROW(at(&endless[i], 0) == SPAN_FOREVER, "endless %u", i);
    const struct distribution lognormal = {.kind = DISTRIBUTION_LOGNORMAL,
                                           .parameter = {{.time_ns = 1000}, {.number = 1e6}}};
    CU_ASSERT_EQUAL(at(&lognormal, 0), 0);
    CU_ASSERT_EQUAL(at(&lognormal, UINT64_MAX), SPAN_FOREVER);

    struct distribution point = {.kind = DISTRIBUTION_UNIFORM,
                                 .parameter = {{.time_ns = 9}, {.time_ns = 9}}};
    CU_ASSERT_EQUAL(at(&point, 0), 9);
    CU_ASSERT_EQUAL(at(&point, UINT64_MAX), 9);
    point.parameter[1].time_ns = 11; /* two values, each half of the way */
    CU_ASSERT_EQUAL(at(&point, (UINT64_C(1) << 63) - 1), 9);
    CU_ASSERT_EQUAL(at(&point, UINT64_C(1) << 63), 10);
    point = (struct distribution){.kind = DISTRIBUTION_CONSTANT,
                                  .parameter = {{.time_ns = (UINT64_C(1) << 63) - 1}}};
    CU_ASSERT_EQUAL(at(&point, 5), (UINT64_C(1) << 63) - 1);
}

/* Falling: exponential, pareto, weibull. Rising: uniform, lognormal. Both at coarse steps over all
 * u and at the finest ones where the normal quantile changes its formula. */
static void test_monotone(void)
{
    static const bool rises[LAWS] = {false, true, true, false, false};
    static const double start[] = {0, 0.074999999, 0.924999999, 0.5, 1.388794386e-11};
    static const uint64_t step[] = {UINT64_C(1) << 48, 1 << 20, 1 << 20, 1 << 12, 1 << 12};
    for (unsigned l = 0; l < LAWS; l++)
        for (unsigned s = 0; s < sizeof step / sizeof *step; s++) {
            uint64_t value = (uint64_t)(start[s] * 0x1p64), last = at(&laws[l].distribution, value);
            unsigned wrong = 0;
            for (int i = 0; i < 65000; i++) {
                uint64_t next = at(&laws[l].distribution, value += step[s]);
                wrong += rises[l] ? next < last : next > last;
                last = next;
            }
            CHECK_ROW(wrong == 0, "%s from %g: %u steps back", law_name(&laws[l]), start[s], wrong);
        }
}

static void test_table(void)
{
    unsigned lone = 0, lists = 0;
    for (unsigned kind = 0; kind < DISTRIBUTION_KINDS; kind++) {
        const struct distribution_form *form = &distribution_forms[kind];
        CHECK_ROW(form->name != NULL && form->about != NULL && form->sample != NULL &&
                      form->mean_ns != NULL,
                  "row %u is incomplete", kind);
        for (unsigned other = 0; other < kind; other++)
            CHECK_ROW(strcmp(form->name, distribution_forms[other].name) != 0, "%s twice",
                      form->name);
        CHECK_ROW(form->key[0].name != NULL || form->key[1].name == NULL, "%s: a hole", form->name);
        CHECK_ROW(!form->lone || (form->key[0].name != NULL && form->key[1].name == NULL),
                  "%s: a lone value must be the only one", form->name);
        for (unsigned i = 0; i < DISTRIBUTION_PARAMETERS && form->key[i].name != NULL; i++)
            CHECK_ROW(form->key[i].about != NULL, "%s: %s", form->name, form->key[i].name);
        lone += form->lone;
        lists += form->values;
    }
    CU_ASSERT_EQUAL(lone, 2);
    CU_ASSERT_EQUAL(lists, 1);
    CU_ASSERT_STRING_EQUAL(distribution_forms[DISTRIBUTION_EXPONENTIAL].key[0].name, "mean");
    CU_ASSERT(distribution_forms[DISTRIBUTION_CONSTANT].lone);
    CU_ASSERT(distribution_forms[DISTRIBUTION_EMPIRICAL].values);
    CU_ASSERT_STRING_EQUAL(distribution_forms[DISTRIBUTION_WEIBULL].key[1].name, "shape");
    CU_ASSERT_FALSE(distribution_forms[DISTRIBUTION_WEIBULL].key[1].is_time);
}

struct fault_row {
    enum distribution_kind kind;
    uint64_t first_ns, second_ns;
    double number;
    const char *fault; /* NULL: none */
    size_t key;
};

static void test_faults(void)
{
    static const struct fault_row row[] = {
        {DISTRIBUTION_EXPONENTIAL, 1, 0, 0, NULL, 0},
        {DISTRIBUTION_EXPONENTIAL, 0, 0, 0, "must be above 0", 0},
        {DISTRIBUTION_CONSTANT, 0, 0, 0, NULL, 0},
        {DISTRIBUTION_UNIFORM, 0, 0, 0, NULL, 0},
        {DISTRIBUTION_UNIFORM, 5, 5, 0, NULL, 0},
        {DISTRIBUTION_UNIFORM, 5, 4, 0, "must not be below min", 1},
        {DISTRIBUTION_LOGNORMAL, 1, 0, 0, NULL, 0},
        {DISTRIBUTION_LOGNORMAL, 0, 0, 1, "must be above 0", 0},
        {DISTRIBUTION_LOGNORMAL, 1, 0, -0.1, "must not be below 0", 1},
        {DISTRIBUTION_PARETO, 1, 0, 0, "must be above 0", 1},
        {DISTRIBUTION_PARETO, 1, 0, -1, "must be above 0", 1},
        {DISTRIBUTION_PARETO, 1, 0, INFINITY, "must be a finite number", 1},
        {DISTRIBUTION_WEIBULL, 1, 0, NAN, "must be a finite number", 1},
        {DISTRIBUTION_EMPIRICAL, 0, 0, 0, "must hold at least one value", 0},
        {DISTRIBUTION_FOREVER, 0, 0, 0, NULL, 0},
    };
    for (unsigned i = 0; i < sizeof row / sizeof *row; i++) {
        struct distribution distribution = {
            .kind = row[i].kind,
            .parameter = {{row[i].first_ns, 0}, {row[i].second_ns, row[i].number}}};
        size_t key = 99;
        const char *fault = distribution_fault(&distribution, &key);
        bool as_wanted = row[i].fault == NULL
                             ? fault == NULL
                             : fault != NULL && strcmp(fault, row[i].fault) == 0 &&
                                   (distribution_forms[row[i].kind].values || key == row[i].key);
        CHECK_ROW(as_wanted, "row %u: %s at key %zu", i, fault != NULL ? fault : "no fault", key);
    }
}

static const struct test tests[] = {
    {"laws by Kolmogorov-Smirnov", test_laws_by_kolmogorov_smirnov},
    {"each sample is its own quantile", test_each_sample_is_its_quantile},
    {"samples round down", test_samples_round_down},
    {"means, sampled and declared", test_means},
    {"means by hand", test_means_by_hand},
    {"an empirical list's shares", test_empirical_shares},
    {"extremes, and for ever", test_extremes},
    {"monotone in u", test_monotone},
    {"the table of forms", test_table},
    {"faults of parameters", test_faults},
};

SUITE("distribution", tests)
