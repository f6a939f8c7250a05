/* test_thin.c: long lines get short, and nothing that stands out is lost. */
#include "reports/thin.h"

#include "tests/harness.h"
#include "tests/worlds.h"

#include <stdlib.h>

enum { LONG = 100000 };

/* A line over [0, LONG] seconds, a point a second. */
static struct thin line_of(double (*height)(uint32_t i), uint32_t points)
{
    struct thin thin;
    thin_begin(&thin, points, 0, points * SECOND);
    for (uint32_t i = 0; i < points; i++)
        thin_add(&thin, i * SECOND, height(i));
    thin_end(&thin);
    return thin;
}

static double level(uint32_t i)
{
    return i < LONG ? 7 : 8;
}

static double rising(uint32_t i)
{
    return i;
}

/* Up and down by turns. */
static double spiky(uint32_t i)
{
    return i == 61803 ? 1000 : i == 27182 ? -1000 : (double)(i % 2);
}

static void test_short_lines_stay(void)
{
    struct thin thin = line_of(rising, THIN_POINTS);
    CU_ASSERT_EQUAL_FATAL(thin.count, THIN_POINTS);
    for (uint32_t i = 0; i < THIN_POINTS; i++)
        CU_ASSERT(thin.point[i].at_ns == i * SECOND && thin.point[i].y == i &&
                  !thin.point[i].after_gap);
    thin_free(&thin);
}

static void test_spikes_stay(void)
{
    struct thin thin = line_of(spiky, LONG);
    unsigned up = 0, down = 0;
    CU_ASSERT(thin.count <= THIN_POINTS && thin.count > THIN_POINTS / 2);
    for (uint32_t i = 0; i < thin.count; i++) {
        up += thin.point[i].y == 1000 && thin.point[i].at_ns == 61803 * SECOND;
        down += thin.point[i].y == -1000 && thin.point[i].at_ns == 27182 * SECOND;
        CU_ASSERT(i == 0 || thin.point[i].at_ns > thin.point[i - 1].at_ns);
    }
    CU_ASSERT(up == 1 && down == 1);
    thin_free(&thin);
}

/* A hundred seconds are a part: of a line that rises, its first and its last second are kept; of a
 * level one, one point. */
static void test_least_and_greatest(void)
{
    struct thin thin = line_of(rising, LONG);
    CU_ASSERT_EQUAL_FATAL(thin.count, 2 * 1000);
    uint64_t part_ns = LONG * SECOND / 1000 + 1;
    for (uint32_t part = 0; part < 1000; part++) {
        uint64_t first = (part * part_ns + SECOND - 1) / SECOND;
        uint64_t last = ((part + 1) * part_ns - 1) / SECOND;
        last = last < LONG ? last : LONG - 1;
        CHECK_ROW(thin.point[2 * part].at_ns == first * SECOND &&
                      thin.point[2 * part + 1].at_ns == last * SECOND,
                  "part %u: %g and %g", (unsigned)part, thin.point[2 * part].y,
                  thin.point[2 * part + 1].y);
    }
    thin_free(&thin);
    thin = line_of(level, LONG);
    CU_ASSERT_EQUAL(thin.count, 1000);
    thin_free(&thin);
}

/* One point more than are kept: every part holds two or three. */
static void test_just_too_long(void)
{
    struct thin thin = line_of(spiky, THIN_POINTS + 1);
    CU_ASSERT_EQUAL(thin.count, THIN_POINTS);
    thin_free(&thin);
}

/* Nothing for 10,000 s, then 40,000 s of line, a gap of 20,000 s, and line again to the end. */
static void test_gaps(void)
{
    struct thin thin;
    thin_begin(&thin, LONG, 0, LONG * SECOND);
    for (uint32_t i = 0; i < LONG; i++)
        if (i < 10000 || (i >= 50000 && i < 70000))
            thin_gap(&thin);
        else
            thin_add(&thin, i * SECOND, i % 2);
    thin_end(&thin);
    unsigned gaps = 0;
    for (uint32_t i = 0; i < thin.count; i++)
        if (thin.point[i].after_gap) {
            gaps++;
            CU_ASSERT(thin.point[i].at_ns >= 70000 * SECOND &&
                      thin.point[i].at_ns < 70002 * SECOND);
            CU_ASSERT(i > 0 && thin.point[i - 1].at_ns < 50000 * SECOND);
        }
    CU_ASSERT_EQUAL(gaps, 1);
    CU_ASSERT_EQUAL(thin.point[0].at_ns, 10000 * SECOND);
    thin_free(&thin);
}

/* Of short lines every gap is kept, at whatever point; but none before the first. */
static void test_gaps_of_short_lines(void)
{
    struct thin thin;
    thin_begin(&thin, 9, 5, 14);
    for (uint32_t i = 0; i < 9; i++)
        if (i % 2 == 0)
            thin_gap(&thin);
        else
            thin_add(&thin, 5 + i, i);
    thin_end(&thin);
    CU_ASSERT_EQUAL_FATAL(thin.count, 4);
    for (uint32_t i = 0; i < 4; i++)
        CU_ASSERT(thin.point[i].at_ns == 6 + 2 * i && thin.point[i].after_gap == (i > 0));
    thin_free(&thin);
}

/* However the points crowd, and near the end of time as well. */
static void test_never_too_many(void)
{
    const uint64_t from_ns = UINT64_MAX - LONG * SECOND;
    struct thin thin;
    thin_begin(&thin, LONG, from_ns, UINT64_MAX);
    for (uint32_t i = 0; i < LONG; i++) {
        if (i % 5 == 0)
            thin_gap(&thin);
        thin_add(&thin, from_ns + (i < LONG / 2 ? i : i / 2 * 2 * SECOND), i % 3);
    }
    thin_end(&thin);
    CU_ASSERT(thin.count > 0 && thin.count <= THIN_POINTS);
    thin_free(&thin);
    thin_begin(&thin, 0, 0, 10);
    thin_gap(&thin);
    thin_end(&thin);
    CU_ASSERT_EQUAL(thin.count, 0);
    thin_free(&thin);
}

static const struct test tests[] = {
    {"a line that is short enough stays as it is", test_short_lines_stay},
    {"a spike of one sample stays, where and as high as it was", test_spikes_stay},
    {"of each part the least and the greatest", test_least_and_greatest},
    {"one point too many", test_just_too_long},
    {"a gap stays one gap", test_gaps},
    {"of short lines every gap stays", test_gaps_of_short_lines},
    {"never too many points", test_never_too_many},
};

SUITE("thin", tests)
