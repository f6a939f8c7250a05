/* test_keys.c: keys against their laws, and how they are spelled.
 *
 * Each assertion on chance fails a right source with probability 2.5e-8; seeds are fixed. */
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/engine/memory.h"
#include "sim/workload/keys.h"
#include "tests/harness.h"

#define ERROR 2.5e-8

enum { DRAWS = 1000000, HEAD_KEYS = 1000, TAILS = 6 };

static struct stream stream_number(uint64_t i)
{
    return stream_of(stream_root(12217, 0, STREAM_KEY, 46), i);
}

/* ---- Zipf against the sums themselves ---- */

/* The sum of n^-s from a to b: term by term as far as 1000, beyond by Euler and Maclaurin's
 * formula, whose next term is below 1e-14 of it there. */
static double zipf_sum(double s, uint64_t a, uint64_t b)
{
    long double sum = 0;
    for (; a <= b && a <= HEAD_KEYS; a++)
        sum += powl(a, -s);
    if (a > b)
        return (double)sum;
    long double x = a, y = b, t = 1 - s,
                area = t == 0 ? logl(y / x) : (powl(y, t) - powl(x, t)) / t;
    sum += area + (powl(x, -s) + powl(y, -s)) / 2;
    sum += s * (powl(x, -s - 1) - powl(y, -s - 1)) / 12;
    return (double)sum;
}

/* Cells: keys 1 ... 1000 each, then up to 10^4, 10^5 and so on. */
static uint64_t cell_end(uint32_t cell, uint64_t count)
{
    uint64_t end = cell + 1;
    for (uint32_t i = HEAD_KEYS; i <= cell; i++)
        end = i == HEAD_KEYS ? 10 * HEAD_KEYS : end * 10;
    return end < count ? end : count;
}

static uint32_t cell_of(uint64_t key)
{
    uint32_t cell = (uint32_t)key - 1;
    if (key > HEAD_KEYS)
        for (cell = HEAD_KEYS; key > cell_end(cell, UINT64_MAX); cell++)
            ;
    return cell;
}

static uint32_t *count_draws(const struct keys *keys)
{
    uint32_t *seen = memory_zeroed(HEAD_KEYS + TAILS, sizeof *seen);
    for (uint64_t i = 0; i < DRAWS; i++) {
        uint64_t key = keys_draw(keys, stream_number(i));
        if (key >= 1 && key <= keys->count)
            seen[cell_of(key)]++;
        else
            CHECK_ROW(false, "key %llu of %llu", (unsigned long long)key,
                      (unsigned long long)keys->count);
    }
    return seen;
}

/* The chance of counts at least as far from this exponent's; cells of less than 10 go together. */
static double chance_of(const uint32_t *seen, uint64_t count, double s)
{
    double whole = zipf_sum(s, 1, count), chi2 = 0, expected = 0, got = 0;
    uint32_t cells = 0;
    uint64_t begin = 1;
    for (uint32_t cell = 0; begin <= count; cell++) {
        uint64_t end = cell_end(cell, count);
        expected += DRAWS * zipf_sum(s, begin, end) / whole;
        got += seen[cell];
        begin = end + 1;
        if (expected < 10 && begin <= count)
            continue;
        if (expected >= 10) { /* what is left at the end is left out, with one degree of freedom */
            chi2 += (got - expected) * (got - expected) / expected;
            cells++;
        }
        expected = got = 0;
    }
    return cells > 1 ? gsl_cdf_chisq_Q(chi2, cells - 1) : 1;
}

static void zipf_follows_its_law(void)
{
    static const struct {
        uint64_t count;
        double s, other;
    } row[] = {{2, 1, 1.02},          {10, 0, 0.02},           {10, 1, 1.02},
               {1000, 0.7, 0.72},     {1000, 1 + 1e-15, 1.02}, {1000, 1.1, 1.12},
               {50, 5, 5.2},          {100000, 2, 2.02},       {1000000, 0.99, 1},
               {1000000000, 0, 0.02}, {1000000000, 1, 1.01},   {1000000000, 1.1, 1.11}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct keys keys = keys_zipf(row[i].count, row[i].s);
        uint32_t *seen = count_draws(&keys);
        double chance = chance_of(seen, row[i].count, row[i].s);
        CHECK_ROW(chance > ERROR, "%llu keys, s %g: chance %.3g", (unsigned long long)row[i].count,
                  row[i].s, chance);
        /* The same counts do not pass for an exponent beside it. */
        double other = chance_of(seen, row[i].count, row[i].other);
        CHECK_ROW(other < ERROR, "%llu keys, s %g: passes for %g (%.3g)",
                  (unsigned long long)row[i].count, row[i].s, row[i].other, other);
        free(seen);
    }
}

/* Nothing is drawn but what there is, and what is all but certain is. */
static void zipf_at_its_limits(void)
{
    static const double exponent[] = {0, 0.5, 1, 1.5, 5, KEYS_EXPONENT_MOST};
    for (size_t s = 0; s < sizeof exponent / sizeof *exponent; s++) {
        struct keys one = keys_zipf(1, exponent[s]), most = keys_zipf(KEYS_MOST, exponent[s]);
        uint64_t wrong = 0, high = 0;
        for (uint64_t i = 0; i < 10000; i++) {
            uint64_t key = keys_draw(&most, stream_number(i));
            wrong += keys_draw(&one, stream_number(i)) != 1 || key < 1 || key > KEYS_MOST;
            high += key > KEYS_MOST / 2;
        }
        CHECK_ROW(wrong == 0, "s %g: %llu keys that are none", exponent[s],
                  (unsigned long long)wrong);
        CHECK_ROW(exponent[s] > 0 || (high > 4700 && high < 5300), "s 0: %llu in the upper half",
                  (unsigned long long)high);
    }
    /* P(not 1) is 2^-20 and a little: 9 in ten thousand draws have a chance of 1e-24. */
    struct keys steep = keys_zipf(1000, KEYS_EXPONENT_MOST);
    uint64_t others = 0;
    for (uint64_t i = 0; i < 10000; i++)
        others += keys_draw(&steep, stream_number(i)) != 1;
    CHECK_ROW(others < 9, "%llu others", (unsigned long long)others);
}

/* ---- The other laws ---- */

static double uniform_chance(const uint32_t *seen, const double *share, uint32_t cells, double n)
{
    double chi2 = 0;
    for (uint32_t i = 0; i < cells; i++) {
        double expected = n * share[i];
        chi2 += (seen[i] - expected) * (seen[i] - expected) / expected;
    }
    return gsl_cdf_chisq_Q(chi2, cells - 1);
}

static void uniform_is_even(void)
{
    struct keys ten = keys_uniform(10), one = keys_uniform(1);
    uint32_t seen[10] = {0};
    double share[10];
    for (uint64_t i = 0; i < DRAWS; i++) {
        uint64_t key = keys_draw(&ten, stream_number(i));
        CU_ASSERT_FATAL(key >= 1 && key <= 10);
        seen[key - 1]++;
    }
    for (int i = 0; i < 10; i++)
        share[i] = 0.1;
    double chance = uniform_chance(seen, share, 10, DRAWS);
    CHECK_ROW(chance > ERROR, "chance %.3g", chance);
    for (uint64_t i = 0; i < 100; i++)
        CU_ASSERT_EQUAL(keys_draw(&one, stream_number(i)), 1);
}

static void rows_by_weight(void)
{
    static const struct keys_row rows[] = {
        {"never", 5, 0}, {"once", 4, 1}, {"thrice", 6, 4}, {"nor", 3, 4}, {"six times", 9, 10}};
    static const double share[] = {0.1, 0.3, 0.6};
    static const uint32_t cell[] = {9, 0, 1, 9, 2};
    struct keys keys = keys_csv(rows, 5, "x.csv");
    uint32_t seen[3] = {0};
    for (uint64_t i = 0; i < 100000; i++) {
        uint64_t row = keys_draw(&keys, stream_number(i));
        CU_ASSERT_FATAL(row < 5 && cell[row] < 3);
        seen[cell[row]]++;
    }
    double chance = uniform_chance(seen, share, 3, 100000);
    CHECK_ROW(chance > ERROR, "chance %.3g: %u %u %u", chance, seen[0], seen[1], seen[2]);
    struct keys lone = keys_csv(&rows[1], 1, "x.csv");
    CU_ASSERT_EQUAL(keys_draw(&lone, stream_number(0)), 0);
}

/* ---- Spelling ---- */

static const char *spelled(const struct keys *keys, uint64_t number, bool address,
                           struct keys_text *text)
{
    keys_spell(keys, number, address, text);
    CU_ASSERT_EQUAL(strlen(text->text), text->length);
    return text->text;
}

/* Addresses from a model of its own: numbers scattered by two rounds of shift and multiply. */
static void spelling(void)
{
    static const struct keys_row rows[] = {{"/chat", 5, 1}, {"10.0.0.9", 8, 2}};
    const struct keys zipf = keys_zipf(KEYS_MOST, 1), uniform = keys_uniform(20),
                      csv = keys_csv(rows, 2, "x.csv"), each = {.kind = KEYS_EACH};
    struct keys_text text;
    CU_ASSERT_STRING_EQUAL(spelled(&zipf, 1, false, &text), "k1");
    CU_ASSERT_STRING_EQUAL(spelled(&zipf, KEYS_MOST, false, &text), "k1000000000");
    CU_ASSERT_STRING_EQUAL(spelled(&uniform, 17, false, &text), "k17");
    CU_ASSERT_STRING_EQUAL(spelled(&zipf, 17, true, &text), "164.174.1.0");
    CU_ASSERT_STRING_EQUAL(spelled(&uniform, 17, true, &text), "164.174.1.0");
    CU_ASSERT_STRING_EQUAL(spelled(&zipf, 16777217, true, &text), "19.223.199.1");
    CU_ASSERT_STRING_EQUAL(spelled(&zipf, KEYS_MOST, true, &text), "128.142.138.59");
    CU_ASSERT_STRING_EQUAL(spelled(&csv, 0, false, &text), "/chat");
    CU_ASSERT_STRING_EQUAL(spelled(&csv, 1, true, &text), "10.0.0.9");
    CU_ASSERT_STRING_EQUAL(spelled(&each, 0xFF01, false, &text), "000000000000ff01");
    CU_ASSERT_STRING_EQUAL(spelled(&each, UINT64_C(0xFFFEFD0100000000), true, &text),
                           "255.254.253.1");
}

/* No two of the first 2^24 numbers share a network: a quarter of a million of them. */
static void networks_of_their_own(void)
{
    const struct keys keys = keys_uniform(KEYS_MOST);
    uint8_t *taken = memory_zeroed(1 << 21, 1);
    uint32_t twice = 0;
    for (uint64_t n = 1; n < 1 << 18; n++) {
        struct keys_text text;
        unsigned a, b, c, d;
        char dot;
        keys_spell(&keys, n << 6 | n >> 12, true, &text);
        CU_ASSERT_FATAL(sscanf(text.text, "%u.%u.%u.%u%c", &a, &b, &c, &d, &dot) == 4 && a < 256 &&
                        b < 256 && c < 256 && d == 0);
        uint32_t network = a << 16 | b << 8 | c;
        twice += taken[network >> 3] >> (network & 7) & 1;
        taken[network >> 3] = (uint8_t)(taken[network >> 3] | 1u << (network & 7));
    }
    CU_ASSERT_EQUAL(twice, 0);
    free(taken);
}

static void the_table_is_whole(void)
{
    for (unsigned kind = 0; kind < KEYS_KINDS; kind++) {
        const struct keys_form *form = &keys_forms[kind];
        CHECK_ROW(form->name != NULL && form->about != NULL && form->draw != NULL,
                  "row %u is incomplete", kind);
        for (unsigned other = 0; other < kind; other++)
            CHECK_ROW(strcmp(form->name, keys_forms[other].name) != 0, "%s twice", form->name);
    }
}

static const struct test tests[] = {
    {"zipf follows its law", zipf_follows_its_law},
    {"zipf at its limits", zipf_at_its_limits},
    {"uniform is even", uniform_is_even},
    {"rows by weight", rows_by_weight},
    {"spelling", spelling},
    {"networks of their own", networks_of_their_own},
    {"the table of forms", the_table_is_whole},
};

SUITE("test_keys", tests)
