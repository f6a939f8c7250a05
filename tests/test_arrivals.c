/* test_arrivals.c: times of arrival, exactly where they are exact and by their law where not.
 *
 * Each assertion on chance fails a right source with probability 2.5e-8 (z 5.57); seeds are fixed.
 */
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/engine/memory.h"
#include "sim/workload/arrivals.h"
#include "tests/harness.h"

#define ERROR  2.5e-8
#define Z      5.57
#define END_NS (UINT64_C(1) << 63)

static struct stream stream_number(uint64_t i)
{
    return stream_of(stream_root(12217, 0, STREAM_ARRIVAL, 45), i);
}

static struct arrivals poisson(double mean_gap_ns)
{
    return (struct arrivals){.kind = ARRIVALS_POISSON, .parameter = {{.mean_gap_ns = mean_gap_ns}}};
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

/* The next `count` times are these, and then no more come if `ends`. */
static void check_times(const char *name, const struct arrivals *arrivals, const uint64_t *time_ns,
                        unsigned count, bool ends)
{
    struct arrivals_cursor cursor = arrivals_begin(arrivals, stream_number(0));
    uint64_t at_ns = 0;
    for (unsigned i = 0; i < count; i++) {
        bool more = arrivals_next(&cursor, &at_ns);
        CHECK_ROW(more && at_ns == time_ns[i], "%s: time %u is %llu", name, i,
                  (unsigned long long)at_ns);
    }
    if (!ends)
        return;
    at_ns = 12345;
    for (int again = 0; again < 3; again++)
        CHECK_ROW(!arrivals_next(&cursor, &at_ns) && at_ns == 12345, "%s: does not end", name);
}

static void test_every(void)
{
    const struct arrivals ten = every(10), one = every(1), far = every(UINT64_C(1) << 62),
                          farthest = every(UINT64_MAX), last = every(END_NS - 1);
    check_times("10", &ten, (const uint64_t[]){0, 10, 20, 30, 40}, 5, false);
    check_times("1", &one, (const uint64_t[]){0, 1, 2, 3}, 4, false);
    check_times("2^62", &far, (const uint64_t[]){0, UINT64_C(1) << 62}, 2, true);
    check_times("2^63 - 1", &last, (const uint64_t[]){0, END_NS - 1}, 2, true);
    check_times("2^64 - 1", &farthest, (const uint64_t[]){0}, 1, true);
    struct arrivals_cursor cursor = arrivals_begin(&ten, stream_number(0));
    uint64_t at_ns = 0;
    for (int i = 0; i < 1000000; i++)
        arrivals_next(&cursor, &at_ns);
    CU_ASSERT_EQUAL(at_ns, 9999990);
}

static void test_burst(void)
{
    const struct arrivals instant = burst(3, 7, 0), even = burst(4, 100, 20),
                          uneven = burst(4, 0, 7), dense = burst(5, 9, 3), one = burst(1, 3, 50),
                          late = burst(2, END_NS - 1, 0), never = burst(2, END_NS, 0),
                          cut_off = burst(4, END_NS - 10, 20), common = burst(6, 0, 4),
                          by_a_third = burst(3, END_NS - 1, 2),
                          widest = burst(3, 1, UINT64_MAX - 1);
    check_times("instant", &instant, (const uint64_t[]){7, 7, 7}, 3, true);
    check_times("even", &even, (const uint64_t[]){100, 105, 110, 115}, 4, true);
    check_times("uneven", &uneven, (const uint64_t[]){0, 1, 3, 5}, 4, true);
    check_times("dense", &dense, (const uint64_t[]){9, 9, 10, 10, 11}, 5, true);
    check_times("one", &one, (const uint64_t[]){3}, 1, true);
    check_times("late", &late, (const uint64_t[]){END_NS - 1, END_NS - 1}, 2, true);
    check_times("never", &never, NULL, 0, true);
    check_times("cut off", &cut_off, (const uint64_t[]){END_NS - 10, END_NS - 5}, 2, true);
    check_times("common factor", &common, (const uint64_t[]){0, 0, 1, 2, 2, 3}, 6, true);
    check_times("cut off by a third", &by_a_third, (const uint64_t[]){END_NS - 1, END_NS - 1}, 2,
                true);
    check_times("widest", &widest, (const uint64_t[]){1, 1 + (UINT64_MAX - 1) / 3}, 2, true);
}

/* Those of the start; who follows is not known here. */
static void test_keep(void)
{
    const struct arrivals one = keep(1), three = keep(3);
    check_times("one", &one, (const uint64_t[]){0}, 1, true);
    check_times("three", &three, (const uint64_t[]){0, 0, 0}, 3, true);
}

/* Against the definition, at + floor(i * over / n), in 128 bits. */
static void test_burst_by_definition(void)
{
    static const struct {
        uint64_t count, over_ns;
    } row[] = {{100003, (UINT64_C(1) << 62) + 12345},
               {99991, UINT64_C(9223372036854775783)},
               {65536, 65535},
               {200000, 7},
               {UINT64_MAX, (UINT64_C(1) << 63) - 1},
               {UINT64_MAX - 1, UINT64_MAX},
               {(UINT64_C(1) << 63) + 1, UINT64_C(1) << 63}};
    for (unsigned r = 0; r < sizeof row / sizeof *row; r++) {
        const struct arrivals source = burst(row[r].count, 1, row[r].over_ns);
        struct arrivals_cursor cursor = arrivals_begin(&source, stream_number(0));
        uint64_t at_ns = 0, steps = row[r].count < 200000 ? row[r].count : 200000, wrong = 0;
        for (uint64_t i = 0; i < steps; i++) {
            __extension__ unsigned __int128 offset_ns = i;
            offset_ns = offset_ns * row[r].over_ns / row[r].count;
            if (offset_ns + 1 >= END_NS)
                break;
            wrong += !arrivals_next(&cursor, &at_ns) || at_ns != 1 + (uint64_t)offset_ns;
        }
        CHECK_ROW(wrong == 0, "burst %u: %llu wrong", r, (unsigned long long)wrong);
    }
}

/* Counts in 20,000 windows of 10 arrivals each on average: their mean, their dispersion, their
 * whole distribution, and no memory from one window to the next. */
static void test_poisson_counts(void)
{
    enum { WINDOWS = 20000, MEAN = 10, WINDOW_NS = 1000000, MOST = 40 };
    const struct arrivals source = poisson(WINDOW_NS / (double)MEAN);
    struct arrivals_cursor cursor = arrivals_begin(&source, stream_number(1));
    unsigned *count = memory_zeroed(WINDOWS, sizeof *count), seen[MOST] = {0};
    uint64_t at_ns = 0, before_ns = 0, backwards = 0, total = 0;
    while (arrivals_next(&cursor, &at_ns) && at_ns < (uint64_t)WINDOWS * WINDOW_NS) {
        backwards += at_ns < before_ns;
        before_ns = at_ns;
        count[at_ns / WINDOW_NS]++;
        total++;
    }
    CU_ASSERT_EQUAL(backwards, 0);
    double mean = (double)total / WINDOWS, squares = 0, product = 0, chi2 = 0;
    CHECK_ROW(fabs(mean - MEAN) <= Z * sqrt(MEAN / (double)WINDOWS), "mean %g", mean);
    for (unsigned i = 0; i < WINDOWS; i++) {
        squares += (count[i] - mean) * (count[i] - mean);
        product += (count[i] - mean) * (count[(i + 1) % WINDOWS] - mean);
        seen[count[i] < MOST ? count[i] : MOST - 1]++;
    }
    double dispersion = squares / mean; /* chi-square with a degree of freedom a window, less one */
    CHECK_ROW(gsl_cdf_chisq_P(dispersion, WINDOWS - 1) > ERROR / 2 &&
                  gsl_cdf_chisq_Q(dispersion, WINDOWS - 1) > ERROR / 2,
              "dispersion %g", dispersion / (WINDOWS - 1));
    CHECK_ROW(fabs(product / squares) <= Z / sqrt(WINDOWS), "correlation %g", product / squares);
    for (unsigned k = 3; k <= 19; k++) { /* the cells below and above are pooled: 19 in all */
        double wanted = WINDOWS * gsl_ran_poisson_pdf(k, MEAN);
        chi2 += pow(seen[k] - wanted, 2) / wanted;
    }
    double few = WINDOWS * gsl_cdf_poisson_P(2, MEAN), many = WINDOWS * gsl_cdf_poisson_Q(19, MEAN);
    unsigned few_seen = seen[0] + seen[1] + seen[2], many_seen = 0;
    for (unsigned k = 20; k < MOST; k++)
        many_seen += seen[k];
    chi2 += pow(few_seen - few, 2) / few + pow(many_seen - many, 2) / many;
    CHECK_ROW(gsl_cdf_chisq_Q(chi2, 18) > ERROR, "X2(18) = %g", chi2);
    free(count);
}

/* The n-th time is the whole part of the sum of n gaps -log(u) * mean, whatever their size: against
 * the sum in long double. A hundred million a second would come 5 % early if gaps were rounded down
 * each, and gaps of 15 minutes lose their last places in a sum of doubles. */
static void test_poisson_does_not_drift(void)
{
    enum { COUNT = 1000000 };
    static const double mean_gap_ns[] = {10, 0.1, 123.456, 9e11};
    for (unsigned r = 0; r < sizeof mean_gap_ns / sizeof *mean_gap_ns; r++) {
        const struct arrivals source = poisson(mean_gap_ns[r]);
        struct arrivals_cursor cursor = arrivals_begin(&source, stream_number(r));
        long double sum_ns = 0, worst_ns = 0;
        uint64_t at_ns = 0;
        for (uint64_t i = 0; i < COUNT; i++) {
            arrivals_next(&cursor, &at_ns);
            sum_ns -= logl(stream_unit(stream_value(stream_number(r), i))) * mean_gap_ns[r];
            worst_ns = fmaxl(worst_ns, fabsl(sum_ns - 0.5L - at_ns));
        }
        /* Half a tick by rounding down, and what each gap's double cannot hold. */
        long double slack_ns = 0.5L + COUNT * (0x1p-32L + mean_gap_ns[r] * 0x1p-52L);
        CHECK_ROW(worst_ns <= slack_ns, "mean gap %g ns: off by %Lg", mean_gap_ns[r], worst_ns);
        double total_ns = COUNT * mean_gap_ns[r];
        CHECK_ROW(fabs((double)at_ns - total_ns) <= Z * mean_gap_ns[r] * sqrt(COUNT),
                  "mean gap %g ns: %g in all", mean_gap_ns[r], (double)at_ns);
    }
}

static void test_poisson_ends(void)
{
    const struct arrivals never = poisson(1e300), rare = poisson(1e17);
    check_times("never", &never, NULL, 0, true);
    struct arrivals_cursor cursor = arrivals_begin(&rare, stream_number(3));
    uint64_t at_ns = 0, before_ns = 0;
    unsigned times = 0;
    for (; arrivals_next(&cursor, &at_ns); times++) {
        CU_ASSERT(at_ns >= before_ns && at_ns < END_NS);
        before_ns = at_ns;
    }
    /* Poisson(92.2): outside with probability 1.7e-8. */
    CHECK_ROW(times >= 43 && times <= 150, "%u times in 2^63 ns", times);
    CU_ASSERT_FALSE(arrivals_next(&cursor, &at_ns));
}

static void test_cursors_are_independent(void)
{
    const struct arrivals source = poisson(1000);
    struct arrivals_cursor a = arrivals_begin(&source, stream_number(7)), b = a,
                           c = arrivals_begin(&source, stream_number(8));
    unsigned differ = 0, equal = 0;
    uint64_t a_ns = 0, b_ns = 0, c_ns = 0;
    for (int i = 0; i < 1000; i++) {
        arrivals_next(&a, &a_ns);
        arrivals_next(&c, &c_ns);
        arrivals_next(&b, &b_ns);
        differ += a_ns != b_ns;
        equal += a_ns == c_ns;
    }
    CU_ASSERT_EQUAL(differ, 0);
    CHECK_ROW(equal < 10, "%u equal times of two streams", equal);
}

static void test_table_and_faults(void)
{
    for (unsigned kind = 0; kind < ARRIVALS_KINDS; kind++) {
        const struct arrivals_form *form = &arrivals_forms[kind];
        CHECK_ROW(form->name != NULL && form->about != NULL && form->step != NULL &&
                      form->key[0].name != NULL && strcmp(form->key[0].name, form->name) == 0,
                  "row %u is incomplete", kind);
        for (unsigned other = 0; other < kind; other++)
            CHECK_ROW(strcmp(form->name, arrivals_forms[other].name) != 0, "%s twice", form->name);
    }
    CU_ASSERT_STRING_EQUAL(arrivals_forms[ARRIVALS_BURST].key[1].name, "at");
    CU_ASSERT_STRING_EQUAL(arrivals_forms[ARRIVALS_BURST].key[2].name, "over");
    for (unsigned kind = 0; kind < ARRIVALS_KINDS; kind++)
        for (unsigned k = 0; k < ARRIVALS_PARAMETERS && arrivals_forms[kind].key[k].name; k++) {
            const struct arrivals_key *it = &arrivals_forms[kind].key[k];
            CHECK_ROW((it->most > 0) == (it->unit == ARRIVALS_COUNT), "%s: a bound", it->name);
        }
    CU_ASSERT_EQUAL(arrivals_forms[ARRIVALS_POISSON].key[0].unit, ARRIVALS_RATE);
    const struct arrivals good[] = {poisson(0.1), every(1), burst(1, 0, 0), keep(1)},
                          bad[] = {poisson(0), poisson(-1),    poisson(NAN), poisson(INFINITY),
                                   every(0),   burst(0, 5, 5), keep(0)};
    size_t key = 99;
    for (unsigned i = 0; i < sizeof good / sizeof *good; i++)
        CHECK_ROW(arrivals_fault(&good[i], &key) == NULL, "good %u", i);
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK_ROW(arrivals_fault(&bad[i], &key) != NULL && key == 0, "bad %u", i);
    CU_ASSERT_EQUAL(arrivals_mean_gap_ns(5, 1000000000), 2e8);
    CU_ASSERT_EQUAL(arrivals_mean_gap_ns(300, UINT64_C(60000000000)), 2e8);
    CU_ASSERT_EQUAL(arrivals_mean_gap_ns(0, 1), INFINITY); /* which arrivals_fault() refuses */
}

static const struct test tests[] = {
    {"every", test_every},
    {"burst", test_burst},
    {"keep", test_keep},
    {"burst by its definition", test_burst_by_definition},
    {"poisson counts", test_poisson_counts},
    {"poisson does not drift", test_poisson_does_not_drift},
    {"poisson ends", test_poisson_ends},
    {"cursors are independent", test_cursors_are_independent},
    {"the table of forms, and faults", test_table_and_faults},
};

SUITE("arrivals", tests)
