/* test_plot_parts.c: what pictures are made of: texts and their widths, places for labels, round
 * values, fair shares. */
#include "reports/plot_axis.h"
#include "reports/plot_labels.h"
#include "reports/plot_series.h"
#include "reports/plot_text.h"

#include "tests/harness.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Texts ---- */

static void test_quoting(void)
{
    static const struct {
        const char *text, *quoted;
    } rows[] = {
        {"", "''"},
        {"plain", "'plain'"},
        {"it's", "'it''s'"},
        {"'", "''''"},
        {"a`date`$(id)\"@x\\", "'a`date`$(id)\"@x\\'"},
        {"two\nlines\tand \x7F", "'two lines and  '"},
        {"\xC3\xA9\xE2\x82\xAC", "'\xC3\xA9\xE2\x82\xAC'"},
        {"\xFF\xC3", "'?"
                     "?'"},  /* not UTF-8 */
        {"\xC2\x85", "' '"}, /* a control character of two bytes */
        {"\xC0\xA7\xE0\x80\xA7", "'?"
                                 "?"
                                 "?"
                                 "?"
                                 "?'"} /* quotes, too long to be any */
    };
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *quoted = plot_text_quoted(rows[i].text);
        CHECK_ROW(strcmp(quoted, rows[i].quoted) == 0, "%s, not %s", quoted, rows[i].quoted);
        free(quoted);
    }
}

/* By Adobe's metrics of Helvetica: i 222, W 944, space 278, 0 556, ~ 584. */
static void test_widths(void)
{
    CU_ASSERT_DOUBLE_EQUAL(plot_text_width("", 12), 0, 0);
    CU_ASSERT_DOUBLE_EQUAL(plot_text_width("iiii", 10), 8.88, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(plot_text_width("W 0~", 1000), 944 + 278 + 556 + 584, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(plot_text_width("\xE6\xBC\xA2\xE5\xAD\x97", 10), 20, 1e-9);
}

/* Letters of one width: where two part, eight letters before are kept. */
static void test_clipping_apart(void)
{
    static const char *const name[] = {"0123456789012345678901.567890123456789",
                                       "0123456789012345678902.567890123456789", "short",
                                       "0123456789012345678901.567890123456789"};
    char one[PLOT_TEXT_MAX], other[PLOT_TEXT_MAX];
    plot_text_clip_apart(name, 4, 0, 10, 100, one);
    plot_text_clip_apart(name, 4, 1, 10, 100, other);
    CU_ASSERT_PTR_NOT_NULL(strstr(one, "678901."));
    CU_ASSERT_PTR_NOT_NULL(strstr(other, "678902."));
    CU_ASSERT(plot_text_width(one, 10) <= 100);
    CU_ASSERT_STRING_EQUAL(plot_text_clip_apart(name, 4, 2, 10, 100, one), "short");
    CU_ASSERT_STRING_EQUAL(plot_text_clip_apart(name, 4, 0, 10, 1000, one), name[0]);
}

static void test_clipping(void)
{
    char clipped[PLOT_TEXT_MAX], text[1001];
    CU_ASSERT_STRING_EQUAL(plot_text_clip("short", 12, 100, clipped), "short");
    CU_ASSERT_STRING_EQUAL(plot_text_clip("0123456789", 10, 30, clipped), "0123\xE2\x80\xA6");
    CU_ASSERT_STRING_EQUAL(plot_text_clip("012 456789", 10, 26, clipped), "012\xE2\x80\xA6");
    CU_ASSERT_STRING_EQUAL(plot_text_clip("\x80\x80\x80", 10, 12, clipped), "\xE2\x80\xA6");
    CU_ASSERT_STRING_EQUAL(plot_text_clip_middle("0123456789", 10, 30, clipped), "01\xE2\x80\xA6"
                                                                                 "89");
    for (unsigned length = 0; length <= 1000; length += 10) {
        for (unsigned i = 0; i < length; i += 2)
            memcpy(text + i, "\xC3\xA9", 2);
        text[length] = '\0';
        plot_text_clip_middle(text, 12, 200, clipped);
        CU_ASSERT(plot_text_width(clipped, 12) <= 200 && strchr(clipped, '?') == NULL);
        plot_text_clip(text, 12, 1e6, clipped);
        char *quoted = plot_text_quoted(clipped); /* would show half a letter */
        CU_ASSERT(strchr(quoted, '?') == NULL && strlen(clipped) < PLOT_TEXT_MAX);
        free(quoted);
    }
}

/* ---- Labels ---- */

static void test_spreading(void)
{
    double far[] = {10, 30, 60}, two[] = {50, 50}, low[] = {0, 2, 40}, high[] = {97, 98, 99};
    double crowd[] = {5, 5, 5, 5, 5};
    labels_spread(far, 3, 15, 0, 100);
    CU_ASSERT(far[0] == 10 && far[1] == 30 && far[2] == 60);
    labels_spread(two, 2, 15, 0, 100);
    CU_ASSERT(two[0] == 42.5 && two[1] == 57.5);
    labels_spread(low, 3, 15, 0, 100);
    CU_ASSERT(low[0] == 0 && low[1] == 15 && low[2] == 40);
    labels_spread(high, 3, 15, 0, 100);
    CU_ASSERT(high[0] == 70 && high[1] == 85 && high[2] == 100);
    labels_spread(crowd, 5, 15, 0, 40); /* no room: as far apart as there is */
    for (int i = 0; i < 5; i++)
        CU_ASSERT_DOUBLE_EQUAL(crowd[i], 10 * i, 1e-9);
    labels_spread(NULL, 0, 15, 0, 100);
}

/* Numbers that look random enough to place labels at. */
static uint32_t next_number(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

static double flag_left(const struct flag *flag)
{
    return flag->left ? flag->x - 5 - flag->width : flag->x + 5;
}

/* Whether a label, as it will be drawn, is on another or on another's line. */
static bool in_the_way(const struct flag *one, const struct flag *other)
{
    double from = flag_left(one), to = from + one->width;
    if (other->x > from && other->x < to && other->row >= one->row)
        return true;
    return one->row == other->row && flag_left(other) < to &&
           from < flag_left(other) + other->width;
}

/* A failure, ten seconds later its detection: two lines side by side, and both are told. */
static void test_hoisting_close(void)
{
    static const double apart[] = {0.5, 2, 4, 8};
    for (size_t i = 0; i < sizeof apart / sizeof *apart; i++) {
        struct flag flag[] = {{.x = 200, .text = {"dies: s5 dies", "dies"}},
                              {.x = 200 + apart[i], .text = {"s5 is known to be down", "known"}}};
        uint32_t rows = labels_hoist(flag, 2, 12, 60, 950);
        CHECK_ROW(flag[0].shown && flag[1].shown && rows == 2, "%g apart: %u rows", apart[i],
                  (unsigned)rows);
        CHECK_ROW(!in_the_way(&flag[0], &flag[1]) && !in_the_way(&flag[1], &flag[0]), "%g apart",
                  apart[i]);
    }
}

static void test_hoisting(void)
{
    enum { MOST = 14, LOW = 60, HIGH = 950 };
    static const char words[] = "the worker crashes and everything on it is cut and comes back";
    uint32_t state = 1, shown = 0, all = 0;
    for (int turn = 0; turn < 500; turn++) {
        struct flag flag[MOST];
        uint32_t count = next_number(&state) % MOST;
        double x = 70;
        memset(flag, 0, sizeof flag);
        for (uint32_t i = 0; i < count; i++) {
            x += next_number(&state) % (1760 / MOST);
            flag[i].x = x < 900 ? x : 900;
            flag[i].text[0] = words + next_number(&state) % 50;
            flag[i].text[1] = words + 56;
        }
        uint32_t rows = labels_hoist(flag, count, 12, LOW, HIGH);
        CU_ASSERT(rows <= FLAG_ROWS && (rows > 0) == (count > 0));
        for (uint32_t i = 0; i < count; i++) {
            all++;
            shown += flag[i].shown;
            if (!flag[i].shown)
                continue;
            CU_ASSERT(flag[i].row < rows && flag_left(&flag[i]) >= LOW);
            CU_ASSERT(flag_left(&flag[i]) + flag[i].width <= HIGH);
            CU_ASSERT_DOUBLE_EQUAL(flag[i].width, plot_text_width(flag[i].text[flag[i].which], 12),
                                   1e-9);
            for (uint32_t k = 0; k < count; k++)
                if (k != i && flag[k].shown)
                    CHECK_ROW(!in_the_way(&flag[i], &flag[k]), "turn %d: %u and %u", turn,
                              (unsigned)i, (unsigned)k);
        }
    }
    CHECK_ROW(shown > all * 9 / 10, "%u of %u labels are shown", (unsigned)shown, (unsigned)all);
}

/* ---- Axes ---- */

enum { TOLD = 512 };

static char *tell(const struct tics *tics, char told[TOLD])
{
    size_t at = 0;
    told[0] = '\0';
    for (uint32_t i = 0; i < tics->count; i++)
        at += (size_t)snprintf(told + at, TOLD - at, "%s%s", i > 0 ? " " : "", tics->tic[i].text);
    return told;
}

static void test_counts(void)
{
    static const struct {
        double high, end;
        uint32_t most;
        const char *told;
    } rows[] = {
        {0, 1, 6, "0 1"},
        {3, 3, 6, "0 1 2 3"},
        {2374, 2500, 6, "0 500 1,000 1,500 2,000 2,500"},
        {6000, 6000, 6, "0 1,000 2,000 3,000 4,000 5,000 6,000"},
        {2374398, 4e6, 2, "0 2M 4M"},
        {1e6, 1e6, 2, "0 0.5M 1M"},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct tics tics;
        char told[TOLD];
        double end = tics_of_count(&tics, rows[i].high, rows[i].most);
        CHECK_ROW(end == rows[i].end && strcmp(tell(&tics, told), rows[i].told) == 0, "%g: %g, %s",
                  rows[i].high, end, tell(&tics, told));
    }
}

static void test_quotients(void)
{
    struct tics tics;
    char told[TOLD];
    bool logarithmic;
    CU_ASSERT_DOUBLE_EQUAL(tics_of_quotient(&tics, 1.01, 5, &logarithmic), 1.2, 1e-9);
    CU_ASSERT_STRING_EQUAL(tell(&tics, told), "1.00 1.05 1.10 1.15 1.20");
    CU_ASSERT_FALSE(logarithmic);
    CU_ASSERT_DOUBLE_EQUAL(tics_of_quotient(&tics, 1.52, 5, &logarithmic), 1.6, 1e-9);
    CU_ASSERT_STRING_EQUAL(tell(&tics, told), "1.0 1.2 1.4 1.6");
    CU_ASSERT_DOUBLE_EQUAL(tics_of_quotient(&tics, 6, 5, &logarithmic), 7, 1e-9);
    CU_ASSERT_STRING_EQUAL(tell(&tics, told), "1 1.5 2 3 5 7");
    CU_ASSERT_TRUE(logarithmic);
    CU_ASSERT_DOUBLE_EQUAL(tics_of_quotient(&tics, 800, 5, &logarithmic), 1000, 1e-9);
    CU_ASSERT(tics_of_quotient(&tics, 1e6, 5, &logarithmic) >= 1e6);
    CU_ASSERT_DOUBLE_EQUAL(tics_of_percent(&tics, 0.13, 5), 0.15, 1e-9);
    CU_ASSERT_STRING_EQUAL(tell(&tics, told), "0% 5% 10% 15%");
}

static void test_times(void)
{
    const uint64_t us = 1000, s = 1000000000, min = 60 * s, h = 60 * min, d = 24 * h;
    const struct {
        uint64_t from_ns, to_ns;
        const char *unit, *told;
    } rows[] = {
        {0, 130 * min, "min", "0 20 40 60 80 100 120"},
        {95 * min, 130 * min, "min", "95 100 105 110 115 120 125 130"},
        {0, 6 * min, "min", "0 1 2 3 4 5 6"},
        {0, 90 * s, "s", "0 15 30 45 60 75 90"},
        {0, 26 * h, "h", "0 4 8 12 16 20 24"},
        {0, 7 * d, "d", "0 1 2 3 4 5 6 7"},
        {0, 400 * d, "d", "0 100 200 300 400"},
        {0, s, "ms", "0 200 400 600 800 1,000"},
        {0, 7 * us, "us", "0 1 2 3 4 5 6 7"},
        {5, 6, "ns", "5 6"},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct tics tics;
        char told[TOLD];
        const char *unit = tics_of_time(&tics, rows[i].from_ns, rows[i].to_ns);
        CHECK_ROW(strcmp(unit, rows[i].unit) == 0 && strcmp(tell(&tics, told), rows[i].told) == 0,
                  "row %u: %s %s", i, tell(&tics, told), unit);
    }
    uint32_t state = 7;
    for (int turn = 0; turn < 2000; turn++) {
        struct tics tics;
        uint64_t from_ns = (uint64_t)next_number(&state) << next_number(&state) % 30;
        uint64_t span_ns = ((uint64_t)next_number(&state) << next_number(&state) % 30) + 1;
        tics_of_time(&tics, from_ns, from_ns + span_ns);
        CU_ASSERT(tics.count >= 1 && tics.count <= 8);
        for (uint32_t i = 0; i < tics.count; i++)
            CU_ASSERT(tics.tic[i].at >= 1e-9 * (double)from_ns * (1 - 1e-12) &&
                      tics.tic[i].at <= 1e-9 * (double)(from_ns + span_ns) * (1 + 1e-12));
    }
}

/* ---- Fair shares ---- */

static void test_fair_shares(void)
{
    const struct series_state even[] = {{267, 0, 1}, {267, 0, 1}, {66, 0, 1}, {50, 0, 0}};
    struct fair fair = fair_of(even, 4); /* the last has left */
    CU_ASSERT(fair.present == 3 && fair.live == 600 && fair.judged);
    CU_ASSERT_DOUBLE_EQUAL(fair.share, 200, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(fair.max_over_mean, 1.335, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(fair_ratio(&fair, &even[2]), 0.33, 1e-12);
    const struct series_state weighed[] = {{40, 0, 2}, {20, 0, 1}, {30, 0, 1}};
    fair = fair_of(weighed, 3);
    CU_ASSERT(fair.judged && fair.weights == 4);
    CU_ASSERT_DOUBLE_EQUAL(fair.max_over_mean, 4.0 / 3, 1e-12);
    const struct series_state ten[] = {{15, 0, 1}, {5, 0, 1}}, nine[] = {{15, 0, 1}, {4, 0, 1}};
    CU_ASSERT_TRUE(fair_of(ten, 2).judged);
    CU_ASSERT_FALSE(fair_of(nine, 2).judged);
    const struct series_state heavy[] = {{90, 0, 9}, {9, 0, 1}}; /* one is entitled to 9.9 */
    CU_ASSERT_FALSE(fair_of(heavy, 2).judged);
    const struct series_state nobody[] = {{7, 0, 0}};
    fair = fair_of(nobody, 1);
    CU_ASSERT(fair.present == 0 && !fair.judged);
}

static const struct test tests[] = {
    {"texts are quoted, whatever they are", test_quoting},
    {"widths are Helvetica's", test_widths},
    {"texts are clipped between letters", test_clipping},
    {"names that part late", test_clipping_apart},
    {"labels move apart as little as need be", test_spreading},
    {"no flag covers another or is crossed by a line", test_hoisting},
    {"what is close in time is told", test_hoisting_close},
    {"axes of counts", test_counts},
    {"axes of quotients and parts", test_quotients},
    {"axes of time", test_times},
    {"fair shares", test_fair_shares},
};

SUITE("plot_parts", tests)
