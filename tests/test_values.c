/* test_values.c: scalars of the scenario format, by hand. */
#include "sim/scenario/values.h"

#include <float.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/harness.h"

#define REFUSED    UINT64_MAX /* no value of any row */
#define COUNT(row) (sizeof row / sizeof *row)

struct row {
    const char *text;
    uint64_t value;
};

/* Every text is its value, or refused. */
static void check_rows(bool (*read)(const char *, uint64_t *), const struct row *row, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t value = 12345;
        bool read_it = read(row[i].text, &value);
        CHECK_ROW(read_it == (row[i].value != REFUSED), "'%s': %s", row[i].text,
                  read_it ? "read" : "refused");
        CHECK_ROW(!read_it || value == row[i].value, "'%s': %" PRIu64 ", not %" PRIu64, row[i].text,
                  value, row[i].value);
    }
}

static void times_have_units(void)
{
    static const struct row row[] = {
        {"1ns", 1},
        {"1us", 1000},
        {"1ms", 1000000},
        {"1s", 1000000000},
        {"1m", 60000000000},
        {"1h", 3600000000000},
        {"1d", 86400000000000},
        {"0s", 0},
        {"0d", 0},
        {"20m", 1200000000000},
        {"007s", 7000000000},
        {"1.5h", 5400000000000},
        {"0.25d", 21600000000000},
        {"2.000s", 2000000000},
        {"0.1us", 100},
    };
    check_rows(value_time, row, COUNT(row));
}

/* 1/3 of a second is 333,333,333.3 ns; a double would make 0.3us 299. */
static void times_round_down(void)
{
    static const struct row row[] = {
        {"0.9ns", 0},
        {"1.999ns", 1},
        {"0.3us", 300},
        {"0.0009us", 0},
        {"0.333333333333s", 333333333},
        {"0.999999999999s", 999999999},
        {"1.0000000019s", 1000000001},
        {"0.000000000011575d", 1000}, /* 1000.08 ns */
        {"0.000000000011574d", 999},  /* 999.9936 ns */
        {"0.00000000000000000001s", 0},
        {"0.29s", 290000000},
        {"1.1m", 66000000000},
        {"2.675h", 9630000000000},
    };
    check_rows(value_time, row, COUNT(row));
}

/* Below 2^63 ns: 9223372036.854775807 s, 106751.99... days. */
static void times_end_below_2_to_63(void)
{
    static const struct row row[] = {
        {"9223372036854775807ns", INT64_MAX},
        {"9223372036854775808ns", REFUSED},
        {"9223372036854775807.9ns", INT64_MAX},
        {"9223372036.854775807s", INT64_MAX},
        {"9223372036.854775808s", REFUSED},
        {"106751d", UINT64_C(106751) * 86400000000000},
        {"106752d", REFUSED},
        {"18446744073709551617ns", REFUSED},
        {"340282366920938463463374607431768211457ns", REFUSED},
        {"99999999999999999999999999999999999999999999999999d", REFUSED},
        {"0000000000000000000000000000000000000000000000000001ns", 1},
    };
    check_rows(value_time, row, COUNT(row));
}

static void what_is_only_too_large(void)
{
    static const char *const times[] = {"9223372036854775808ns", "300000d", "106752d",
                                        "99999999999999999999999999.5s"};
    static const char *const no_times[] = {"9223372036854775807ns",
                                           "1s",
                                           "",
                                           "s",
                                           "99999999999999999999",
                                           "-1s",
                                           "1.s",
                                           ".1s",
                                           "99999999999999999999y",
                                           "99999999999999999999e9s"};
    static const char *const wholes[] = {"18446744073709551616", "99999999999999999999999"};
    static const char *const no_wholes[] = {"18446744073709551615", "", "-1",
                                            "99999999999999999999x", "1e99"};
    for (size_t i = 0; i < COUNT(times); i++)
        CHECK_ROW(value_time_is_long(times[i]), "%s", times[i]);
    for (size_t i = 0; i < COUNT(no_times); i++)
        CHECK_ROW(!value_time_is_long(no_times[i]), "%s", no_times[i]);
    for (size_t i = 0; i < COUNT(wholes); i++)
        CHECK_ROW(value_whole_is_large(wholes[i]), "%s", wholes[i]);
    for (size_t i = 0; i < COUNT(no_wholes); i++)
        CHECK_ROW(!value_whole_is_large(no_wholes[i]), "%s", no_wholes[i]);
}

static void times_are_nothing_else(void)
{
    static const struct row row[] = {
        {"", REFUSED},           {"5", REFUSED},    {"s", REFUSED},      {".s", REFUSED},
        {".5s", REFUSED},        {"5.s", REFUSED},  {"1.2.3s", REFUSED}, {"5 s", REFUSED},
        {" 5s", REFUSED},        {"5s ", REFUSED},  {"-5s", REFUSED},    {"+5s", REFUSED},
        {"5S", REFUSED},         {"5sec", REFUSED}, {"1h30m", REFUSED},  {"1e3s", REFUSED},
        {"0x10s", REFUSED},      {"1,5s", REFUSED}, {"5mm", REFUSED},    {"forever", REFUSED},
        {"5w", REFUSED},         {"5min", REFUSED}, {"inf s", REFUSED},  {"\xC2\xB5s", REFUSED},
        {"1\xC2\xB5s", REFUSED},
    };
    check_rows(value_time, row, COUNT(row));
}

static void whole_numbers(void)
{
    static const struct row row[] = {
        {"0", 0},
        {"7", 7},
        {"012", 12},
        {"18446744073709551614", UINT64_MAX - 1},
        {"18446744073709551616", REFUSED},
        {"18446744073709551620", REFUSED},
        {"99999999999999999999999", REFUSED},
        {"", REFUSED},
        {"-1", REFUSED},
        {"+1", REFUSED},
        {"1.0", REFUSED},
        {"1e3", REFUSED},
        {"0x10", REFUSED},
        {"1_000", REFUSED},
        {"1 ", REFUSED},
        {" 1", REFUSED},
        {"ten", REFUSED},
    };
    check_rows(value_whole, row, COUNT(row));
    uint64_t largest = 0; /* which is what REFUSED is spelt with */
    CU_ASSERT_TRUE(value_whole("18446744073709551615", &largest));
    CU_ASSERT_EQUAL(largest, UINT64_MAX);
}

static void numbers(void)
{
    static const struct {
        const char *text;
        double number; /* negative: refused */
    } row[] = {
        {"0", 0},
        {"1.2", 1.2},
        {"0.05", 0.05},
        {"1e-3", 0.001},
        {"1E3", 1000},
        {"2.5e+2", 250},
        {"0.1", 0.1},
        {"1.", 1},
        {"9007199254740993", 9007199254740992.0}, /* a tie, rounded to even */
        {"1.7976931348623157e308", DBL_MAX},
        {"1e309", -1},
        {"1e99999999", -1},
        {"", -1},
        {".5", -1},
        {"-1", -1},
        {"+1", -1},
        {"1e", -1},
        {"1e+", -1},
        {"1.2.3", -1},
        {"1-2", -1},
        {"1 ", -1},
        {" 1", -1},
        {"0x1p3", -1},
        {"nan", -1},
        {"inf", -1},
        {"1,5", -1},
        {"50%", -1},
        {"0.00000000000000000000000000000000000000001", -1}, /* 43 bytes; 40 at most */
    };
    for (size_t i = 0; i < COUNT(row); i++) {
        double number = -1;
        bool read = value_number(row[i].text, &number);
        CHECK_ROW(read == (row[i].number >= 0), "'%s': %s", row[i].text, read ? "read" : "refused");
        CHECK_ROW(!read || number == row[i].number, "'%s': %.17g, not %.17g", row[i].text, number,
                  row[i].number);
    }
}

static void shares(void)
{
    static const struct row row[] = {
        {"0%", 0},
        {"50%", 500000000},
        {"100%", 1000000000},
        {"100.000%", 1000000000},
        {"12.5%", 125000000},
        {"0.0000001%", 1},
        {"0.00000019%", 1},
        {"33.33333333%", 333333333},
        {"100.0000001%", REFUSED},
        {"101%", REFUSED},
        {"1000000000000000000000000%", REFUSED},
        {"-5%", REFUSED},
        {"50", REFUSED},
        {"0.5", REFUSED},
        {"50 %", REFUSED},
        {"50%%", REFUSED},
        {"%", REFUSED},
        {".5%", REFUSED},
        {"", REFUSED},
    };
    check_rows(value_share, row, COUNT(row));
}

static void rates(void)
{
    static const struct {
        const char *text;
        double count; /* negative: refused */
        uint64_t per_ns;
    } row[] = {
        {"5/s", 5, 1000000000},
        {"0.5/m", 0.5, 60000000000},
        {"1e3/h", 1000, 3600000000000},
        {"3/ms", 3, 1000000},
        {"2/us", 2, 1000},
        {"1/ns", 1, 1},
        {"17/d", 17, 86400000000000},
        {"0/s", 0, 1000000000},
        {"5", -1, 0},
        {"/s", -1, 0},
        {"5/", -1, 0},
        {"5/S", -1, 0},
        {"5/sec", -1, 0},
        {"5 /s", -1, 0},
        {"5/ s", -1, 0},
        {"5/s/s", -1, 0},
        {"-5/s", -1, 0},
        {"5/10s", -1, 0},
        {"s/5", -1, 0},
        {"1e999/s", -1, 0},
        {"", -1, 0},
        {"00000000000000000000000000000000000000000000000001/s", -1, 0},
    };
    for (size_t i = 0; i < COUNT(row); i++) {
        double count = -1;
        uint64_t per_ns = 0;
        bool read = value_rate(row[i].text, &count, &per_ns);
        CHECK_ROW(read == (row[i].count >= 0), "'%s': %s", row[i].text, read ? "read" : "refused");
        CHECK_ROW(!read || (count == row[i].count && per_ns == row[i].per_ns),
                  "'%s': %g in %" PRIu64 " ns", row[i].text, count, per_ns);
    }
}

static void names(void)
{
    static const struct {
        const char *text;
        bool fine;
    } row[] = {
        {"s1", true},       {"S", true},       {"7", true},         {"ws-01.eu_west:80", true},
        {"no", true},       {"a.b.c", true},   {"a.", true},        {"a:", true},
        {"10.0.0.1", true}, {"", false},       {".a", false},       {"-a", false},
        {"_a", false},      {":80", false},    {"a b", false},      {"a..b", false},
        {"a..", false},     {"s1..s3", false}, {"a/b", false},      {"a#", false},
        {"a=1", false},     {"a,b", false},    {"\xC3\xA9", false}, {"a\xC3\xA9", false},
        {"a\n", false},     {"#1", false},
    };
    for (size_t i = 0; i < COUNT(row); i++)
        CHECK_ROW(value_name(row[i].text, strlen(row[i].text)) == row[i].fine, "'%s'", row[i].text);
    char longest[NAME_MAX_BYTES + 1];
    memset(longest, 'x', sizeof longest);
    CU_ASSERT_TRUE(value_name(longest, NAME_MAX_BYTES));
    CU_ASSERT_FALSE(value_name(longest, NAME_MAX_BYTES + 1));
    CU_ASSERT_TRUE(value_name("s1..s3", 2));
    CU_ASSERT_FALSE(value_name("a\0b", 3));
}

struct spelling {
    uint64_t ns;
    const char *text;
};

static void check_spelling(char *(*spell)(uint64_t ns, char buffer[32]), const struct spelling *row)
{
    char text[32];
    CHECK_ROW(spell(row->ns, text) == text && strcmp(text, row->text) == 0,
              "%" PRIu64 " ns: %s, not %s", row->ns, text, row->text);
}

static void times_are_spelt_shortest(void)
{
    static const struct spelling row[] = {
        {0, "0s"},
        {1, "1ns"},
        {999, "999ns"},
        {1000, "1us"},
        {1500000, "1500us"},
        {1500000000, "1500ms"},
        {60000000000, "1m"},
        {90000000000, "90s"},
        {120000000000, "2m"},
        {7800000000000, "130m"},
        {3600000000000, "1h"},
        {86400000000000, "1d"},
        {90000000000000, "25h"},
        {86400000000001, "86400000000001ns"},
        {INT64_MAX, "9223372036854775807ns"},
    };
    for (size_t i = 0; i < COUNT(row); i++)
        check_spelling(value_time_text, &row[i]);
}

static void times_are_said_in_units(void)
{
    static const struct spelling row[] = {
        {0, "0s"},
        {1, "1ns"},
        {1500000000, "1s500ms"},
        {90000000000, "1m30s"},
        {6600000000000, "1h50m"},
        {7800000000000, "2h10m"},
        {90000000000000, "1d1h"},
        {UINT64_MAX, "213503d23h34m33s709ms551us615ns"}, /* the longest */
    };
    for (size_t i = 0; i < COUNT(row); i++)
        check_spelling(value_time_said, &row[i]);
}

/* Numbers of all sizes: a step of a linear congruential generator, shifted. */
static uint64_t next(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state;
}

static void times_come_back(void)
{
    uint64_t state = 1;
    for (int i = 0; i < 20000; i++) {
        char text[32];
        uint64_t ns = next(&state) >> (1 + i % 60), back = 0;
        if (i % 3 == 0)
            ns = ns / 1000000000 * 1000000000;
        bool same = value_time(value_time_text(ns, text), &back) && back == ns;
        if (!same)
            CHECK_ROW(false, "%" PRIu64 " ns: %s, read as %" PRIu64, ns, text, back);
    }
}

static void numbers_are_spelt_shortest(void)
{
    static const struct {
        double number;
        const char *text;
    } row[] = {
        {0, "0"},
        {1, "1"},
        {0.1, "0.1"},
        {1.2, "1.2"},
        {1.0 / 3, "0.3333333333333333"},
        {250, "250"},
        {1e21, "1e+21"},
        {100, "100"},
        {9.75, "9.75"},
        {999.5, "999.5"},
        {123456.5, "123456.5"},
        {1e15, "1e+15"},
        {0.001, "0.001"},
        {5e-324, "5e-324"},
        {DBL_MAX, "1.7976931348623157e+308"},
        {0.1 + 0.2, "0.30000000000000004"},
    };
    char text[32];
    for (size_t i = 0; i < COUNT(row); i++) {
        double back = -1;
        CHECK_ROW(value_number_text(row[i].number, text) == text && value_number(text, &back) &&
                      back == row[i].number,
                  "%.17g: %s, read as %.17g", row[i].number, text, back);
        CHECK_ROW(strcmp(text, row[i].text) == 0, "%.17g: %s, not %s", row[i].number, text,
                  row[i].text);
    }
    uint64_t state = 2;
    for (int i = 0; i < 20000; i++) {
        double number = (double)(next(&state) >> 11) / (double)(next(&state) >> (i % 60) | 1),
               back = 0;
        if (!value_number(value_number_text(number, text), &back) || back != number)
            CHECK_ROW(false, "%.17g: %s, read as %.17g", number, text, back);
    }
}

static const struct test tests[] = {
    {"a time is a number and a unit", times_have_units},
    {"times round down, exactly", times_round_down},
    {"times end below 2^63 ns", times_end_below_2_to_63},
    {"what is only too large", what_is_only_too_large},
    {"nothing else is a time", times_are_nothing_else},
    {"whole numbers", whole_numbers},
    {"numbers", numbers},
    {"shares", shares},
    {"rates", rates},
    {"names", names},
    {"the shortest exact spelling of a time", times_are_spelt_shortest},
    {"a time in sentences", times_are_said_in_units},
    {"a time that is printed reads back", times_come_back},
    {"the shortest exact spelling of a number", numbers_are_spelt_shortest},
};

SUITE("test_values", tests)
