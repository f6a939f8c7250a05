/* test_stream.c: the streams of random numbers, by their definition and by their law.
 *
 * Each assertion on chance fails a right generator with probability 2.5e-8; the seeds are fixed. */
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/engine/memory.h"
#include "sim/engine/stream.h"
#include "tests/harness.h"

#define ERROR 2.5e-8

/* Too uneven or too even: either way it is not chance. */
static void check_chi2(double chi2, double df, int line, const char *what)
{
    bool holds = gsl_cdf_chisq_P(chi2, df) > ERROR / 2 && gsl_cdf_chisq_Q(chi2, df) > ERROR / 2;
    check_row(holds, line, __FILE__, "%s: X2(%g) = %g", what, df, chi2);
}
#define CHECK_CHI2(chi2, df, what) check_chi2(chi2, df, __LINE__, what)

/* X2 of counts that should all be alike. */
static double chi2_of_equal(const unsigned *count, unsigned cells)
{
    double total = 0, chi2 = 0;
    for (unsigned i = 0; i < cells; i++)
        total += count[i];
    for (unsigned i = 0; i < cells; i++)
        chi2 += (count[i] - total / cells) * (count[i] - total / cells) / (total / cells);
    return chi2;
}

static unsigned ones(uint64_t bits)
{
    unsigned count = 0;
    for (; bits != 0; bits &= bits - 1)
        count++;
    return count;
}

/* Computed from the definition by another program, in another language. */
static void test_golden_values(void)
{
    static const struct {
        uint64_t seed, replication;
        enum stream_purpose purpose;
        uint64_t name, k0, k1, value[3]; /* values 0, 1 and 2^64 - 1 */
    } row[] = {
        {0,
         0,
         STREAM_ARRIVAL,
         0,
         UINT64_C(0x27D07B175FBFE743),
         UINT64_C(0x2AE0541E1BA89B70),
         {UINT64_C(0x8F2C8DFD194BE1E5), UINT64_C(0x426554DC89DBF132),
          UINT64_C(0x716337C9F3825564)}},
        {12217,
         0,
         STREAM_HOLD,
         UINT64_C(0xEA19B38FD69E4B7E),
         UINT64_C(0x9641A5D8E9AAD427),
         UINT64_C(0xF765B9CB77A45276),
         {UINT64_C(0xAB8A09B99036950B), UINT64_C(0xAD958899D55C5A4D),
          UINT64_C(0xCE40C628D11BAF3B)}},
        {12217,
         1,
         STREAM_PICK,
         0,
         UINT64_C(0xC29FB00038CDDDF1),
         UINT64_C(0x93D1D4C7BB2F0BDD),
         {UINT64_C(0x80E77FAC2FCCA2F6), UINT64_C(0x01C11F1966431EBE),
          UINT64_C(0x691A18B4A26DB9B4)}},
        {UINT64_MAX,
         UINT64_MAX,
         STREAM_AA,
         UINT64_MAX,
         UINT64_C(0x17AC44343B685958),
         UINT64_C(0xD6886729ADE1E4C0),
         {UINT64_C(0x572FD82963FDBC84), UINT64_C(0x463C2B1784D1C97F),
          UINT64_C(0xB700FE6EBDCBB503)}},
    };
    for (unsigned i = 0; i < sizeof row / sizeof *row; i++) {
        struct stream stream =
            stream_root(row[i].seed, row[i].replication, row[i].purpose, row[i].name);
        CHECK_ROW(stream.k0 == row[i].k0 && stream.k1 == row[i].k1, "key %u", i);
        CHECK_ROW(stream_value(stream, 0) == row[i].value[0] &&
                      stream_value(stream, 1) == row[i].value[1] &&
                      stream_value(stream, UINT64_MAX) == row[i].value[2],
                  "values %u", i);
    }
    struct stream pick = stream_root(12217, 1, STREAM_PICK, stream_hash("", 0));
    struct stream again = stream_of(stream_of(pick, 7), 2);
    CU_ASSERT_EQUAL(stream_value(again, 0), UINT64_C(0xD509182DA74FAE74));
    /* Both mixings leave 0 alone. */
    CU_ASSERT_EQUAL(stream_value((struct stream){.k0 = -UINT64_C(0x9E3779B97F4A7C15)}, 0), 0);
}

/* XXH64's published values, seed 0. */
static void test_hash(void)
{
    CU_ASSERT_EQUAL(stream_hash("", 0), UINT64_C(0xEF46DB3751D8E999));
    CU_ASSERT_EQUAL(stream_hash("a", 1), UINT64_C(0xD24EC4F1A98C6E5B));
    CU_ASSERT_EQUAL(stream_hash("abc", 3), UINT64_C(0x44BC2CF5AD770999));
    CU_ASSERT_EQUAL(stream_hash("abcd", 3), stream_hash("abc", 3));
}

static void test_bytes_are_uniform(void)
{
    enum { COUNT = 1 << 19 };
    struct stream stream = stream_root(1, 0, STREAM_HOLD, 0);
    static const char *const byte_name[] = {"byte 0 (lowest)", "byte 1",          "byte 2",
                                            "byte 3",          "byte 4",          "byte 5",
                                            "byte 6",          "byte 7 (highest)"};
    unsigned seen[8][256] = {{0}}, pair[256] = {0};
    uint64_t last = 0;
    for (uint64_t i = 0; i < COUNT; i++) {
        uint64_t value = stream_value(stream, i);
        for (unsigned byte = 0; byte < 8; byte++)
            seen[byte][value >> 8 * byte & 255]++;
        pair[(value & 15) << 4 | last >> 60]++; /* the next one's low bits by this one's high */
        last = value;
    }
    for (unsigned byte = 0; byte < 8; byte++)
        CHECK_CHI2(chi2_of_equal(seen[byte], 256), 255, byte_name[byte]);
    CHECK_CHI2(chi2_of_equal(pair, 256), 255, "pairs in sequence");
}

/* Random access: whatever was asked before, and across the ends of the numbering. */
static void test_random_access(void)
{
    struct stream stream = stream_root(2, 0, STREAM_HOLD, 0);
    uint64_t forwards[100];
    for (unsigned i = 0; i < 100; i++)
        forwards[i] = stream_value(stream, i);
    unsigned wrong = 0;
    for (unsigned i = 100; i-- > 0;)
        wrong += stream_value(stream, (i * 37) % 100) != forwards[(i * 37) % 100];
    CU_ASSERT_EQUAL(wrong, 0);
}

/* Streams next to each other in one respect. */
struct neighbours {
    const char *name;
    struct stream (*of)(uint64_t i);
    struct stream (*and)(uint64_t i);
};

static struct stream plain(uint64_t i)
{
    return stream_of(stream_root(12217, 0, STREAM_PICK, 99), i);
}

static struct stream next_word(uint64_t i)
{
    return plain(i + 1);
}

static struct stream far_word(uint64_t i)
{
    return plain(i ^ UINT64_C(1) << 63);
}

static struct stream child(uint64_t i)
{
    return stream_of(plain(i), 0);
}

static struct stream second_child(uint64_t i)
{
    return stream_of(plain(i), 1);
}

static struct stream swapped(uint64_t i)
{
    return stream_of(stream_of(stream_root(12217, 0, STREAM_PICK, 99), 0), i);
}

static struct stream of_seed(uint64_t i)
{
    return stream_root(i, 0, STREAM_PICK, 99);
}

static struct stream next_seed(uint64_t i)
{
    return of_seed(i + 1);
}

static struct stream next_replication(uint64_t i)
{
    return stream_root(i, 1, STREAM_PICK, 99);
}

static struct stream seed_for_replication(uint64_t i)
{
    return stream_root(i + 1, 0, STREAM_PICK, 99);
}

static struct stream other_purpose(uint64_t i)
{
    return stream_root(i, 0, STREAM_AA, 99);
}

static struct stream next_name(uint64_t i)
{
    return stream_root(i, 0, STREAM_PICK, 100);
}

static const struct neighbours neighbours[] = {
    {"words", plain, next_word},
    {"words in their highest bit", plain, far_word},
    {"parent and child", plain, child},
    {"children", child, second_child},
    {"words in another order", child, swapped},
    {"seeds", of_seed, next_seed},
    {"replications", of_seed, next_replication},
    {"a seed more and a replication more", next_replication, seed_for_replication},
    {"purposes", of_seed, other_purpose},
    {"names", of_seed, next_name},
};

/* The differing bits of two unrelated streams: each place half of the time, 32 +- 4 in all. */
static void check_unrelated(const struct neighbours *pair)
{
    enum { STREAMS = 4000, VALUES = 8, TRIALS = STREAMS * VALUES, LOW = 20, HIGH = 44 };
    unsigned differs[64] = {0}, seen[HIGH - LOW + 1] = {0};
    for (uint64_t i = 0; i < STREAMS; i++)
        for (uint64_t v = 0; v < VALUES; v++) {
            uint64_t bits = stream_value(pair->of(i), v) ^ stream_value(pair->and (i), v);
            for (unsigned place = 0; place < 64; place++)
                differs[place] += (unsigned)(bits >> place & 1);
            unsigned count = ones(bits);
            seen[count <= LOW ? 0 : count >= HIGH ? HIGH - LOW : count - LOW]++;
        }
    double places = 0, totals = 0;
    for (unsigned place = 0; place < 64; place++)
        places += pow(differs[place] - TRIALS / 2., 2) / (TRIALS / 4.);
    CHECK_CHI2(places, 64, pair->name);
    for (unsigned cell = 0; cell <= HIGH - LOW; cell++) {
        double p = cell == 0            ? gsl_cdf_binomial_P(LOW, 0.5, 64)
                   : cell == HIGH - LOW ? gsl_cdf_binomial_Q(HIGH - 1, 0.5, 64)
                                        : gsl_ran_binomial_pdf(cell + LOW, 0.5, 64);
        totals += pow(seen[cell] - TRIALS * p, 2) / (TRIALS * p);
    }
    CHECK_CHI2(totals, HIGH - LOW, pair->name);
}

static void test_neighbours_are_unrelated(void)
{
    for (unsigned i = 0; i < sizeof neighbours / sizeof *neighbours; i++)
        check_unrelated(&neighbours[i]);
}

static int compare_words(const void *left, const void *right)
{
    const uint64_t *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

/* Two of 240,000 first values alike: probability 1.6e-9. */
static void test_keys_do_not_meet(void)
{
    enum { SIDE = 20, COUNT = SIDE * SIDE * 6 * 100 };
    uint64_t *first = memory_zeroed(COUNT, sizeof *first);
    size_t n = 0;
    for (uint64_t seed = 0; seed < SIDE; seed++)
        for (uint64_t replication = 0; replication < SIDE; replication++)
            for (enum stream_purpose purpose = STREAM_ARRIVAL; purpose <= STREAM_CLOSE; purpose++)
                for (uint64_t word = 0; word < 100; word++)
                    first[n++] = stream_value(
                        stream_of(stream_root(seed, replication, purpose, 5), word), 0);
    CU_ASSERT_EQUAL_FATAL(n, COUNT);
    qsort(first, COUNT, sizeof *first, compare_words);
    unsigned alike = 0;
    for (unsigned i = 1; i < COUNT; i++)
        alike += first[i] == first[i - 1];
    CU_ASSERT_EQUAL(alike, 0);
    free(first);
}

/* floor(value * bound / 2^64), in 128 bits. */
static void test_below(void)
{
    static const uint64_t bound[] = {1,
                                     2,
                                     3,
                                     6,
                                     7,
                                     1000,
                                     UINT32_MAX,
                                     UINT64_C(1) << 32,
                                     (UINT64_C(1) << 32) + 1,
                                     UINT64_C(1) << 63,
                                     (UINT64_C(1) << 63) + 12345,
                                     UINT64_MAX};
    struct stream stream = stream_root(3, 0, STREAM_HOLD, 0);
    for (unsigned b = 0; b < sizeof bound / sizeof *bound; b++) {
        unsigned wrong = 0;
        for (uint64_t i = 0; i < 10000; i++) {
            uint64_t value = stream_value(stream, i);
            if (i % 4 == 1) /* and the edges of the cells */
                value = UINT64_MAX / bound[b] * (value % bound[b]) + i % 16;
            __extension__ unsigned __int128 product = value;
            product *= bound[b];
            wrong += stream_below(value, bound[b]) != (uint64_t)(product >> 64);
        }
        CHECK_ROW(wrong == 0 && stream_below(0, bound[b]) == 0 &&
                      stream_below(UINT64_MAX, bound[b]) == bound[b] - 1,
                  "bound %llu: %u wrong", (unsigned long long)bound[b], wrong);
    }
    CU_ASSERT_EQUAL(stream_below(UINT64_C(0x5555555555555555), 3), 0);
    CU_ASSERT_EQUAL(stream_below(UINT64_C(0x5555555555555556), 3), 1);
    CU_ASSERT_EQUAL(stream_below(UINT64_C(0xAAAAAAAAAAAAAAAA), 3), 1);
    CU_ASSERT_EQUAL(stream_below(UINT64_C(0xAAAAAAAAAAAAAAAB), 3), 2);
}

static void test_unit(void)
{
    CU_ASSERT_EQUAL(stream_unit(0), 0x1p-53);
    CU_ASSERT_EQUAL(stream_unit(4095), 0x1p-53);
    CU_ASSERT_EQUAL(stream_unit(4096), 0x3p-53);
    CU_ASSERT_EQUAL(stream_unit(UINT64_MAX), 1 - 0x1p-53);
    CU_ASSERT(stream_unit(UINT64_MAX) < 1);
    CU_ASSERT_EQUAL(stream_unit(UINT64_C(1) << 63), 0.5 + 0x1p-53);
    CU_ASSERT_EQUAL(stream_unit((UINT64_C(1) << 63) - 1), 0.5 - 0x1p-53);
}

static int compare_doubles(const void *left, const void *right)
{
    const double *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

/* One of six picked 60,000 times under each of 100 seeds: the p values of their X2 are uniform
 * (Kolmogorov and Smirnov, D <= .297 at n = 100), and so are all picks together. */
static void test_picks_of_six(void)
{
    enum { SEEDS = 100, PICKS = 60000 };
    unsigned all[6] = {0};
    double p[SEEDS], distance = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct stream stream = stream_root(seed, 0, STREAM_PICK, stream_hash("six", 3));
        unsigned of[6] = {0};
        for (uint64_t i = 0; i < PICKS; i++)
            of[stream_below(stream_value(stream, i), 6)]++;
        for (unsigned server = 0; server < 6; server++)
            all[server] += of[server];
        p[seed] = gsl_cdf_chisq_Q(chi2_of_equal(of, 6), 5);
    }
    qsort(p, SEEDS, sizeof *p, compare_doubles);
    for (unsigned i = 0; i < SEEDS; i++)
        distance = fmax(distance, fmax((i + 1.) / SEEDS - p[i], p[i] - (double)i / SEEDS));
    CHECK_ROW(distance <= .297, "D = %g", distance);
    CHECK_ROW(chi2_of_equal(all, 6) <= 43.8, "pooled X2(5) = %g", chi2_of_equal(all, 6));
}

static const struct test tests[] = {
    {"golden values", test_golden_values},
    {"hash of a name", test_hash},
    {"every byte is uniform", test_bytes_are_uniform},
    {"values by number, in any order", test_random_access},
    {"neighbours are unrelated", test_neighbours_are_unrelated},
    {"keys do not meet", test_keys_do_not_meet},
    {"below a bound", test_below},
    {"inside (0, 1)", test_unit},
    {"picks of six", test_picks_of_six},
};

SUITE("stream", tests)
