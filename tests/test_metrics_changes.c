/* test_metrics_changes.c: what is said of the time after a change, against figures put there by
 * hand. */
#include "tests/harness.h"
#include "tests/results.h"

#include <math.h>
#include <string.h>

#define SECOND UINT64_C(1000000000)

static void test_settle(void)
{
    static const struct {
        uint64_t span_ns, outside_until_ns;
        const char *settled; /* as a file says it */
    } rows[] = {
        {100, 0, "0"}, /* was never outside */
        {100, 1, "0"}, /* only at the tick of the change */
        {100, 2, "0.000000001"},
        {100, 90, "0.000000089"}, /* a quiet tenth is enough, */
        {100, 91, ""},            /* less is not */
        {101, 90, "0.000000089"},
        {101, 91, ""}, /* 10 of 101 */
        {100, 100, ""},
        {1, 0, "0"},
        {1, 1, ""},
        {600 * SECOND, 540 * SECOND, "539.999999999"},
        {600 * SECOND, 540 * SECOND + 1, ""},
        {UINT64_C(1) << 62, 1, "0"}, /* ten times that is more than 64 bits hold */
    };
    struct hand hand;
    hand_begin(&hand, 1, 1);
    struct world_result *result = hand_result(&hand, 0, 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[METRIC_TEXT_MAX];
        result->change[HAND_RELOAD].until_ns = result->change[HAND_RELOAD].at_ns + rows[i].span_ns;
        *hand_after(result, HAND_RELOAD, 1) =
            (struct world_after){.judged = true, .outside_until_ns = rows[i].outside_until_ns};
        metric_text(metric_find("settle_s"), value_of(result, "settle_s", 1, HAND_RELOAD), text);
        CHECK_ROW(strcmp(text, rows[i].settled) == 0, "row %d: '%s', expected '%s'", (int)i, text,
                  rows[i].settled);
    }
    check_value(result, "settle_s", 0, HAND_RELOAD, NAN); /* nothing could be judged */
    check_value(result, "settle_s", 1, HAND_BACK, NAN);
    hand_end(&hand);
}

static void test_balanced(void)
{
    struct hand hand;
    hand_begin(&hand, 1, 1);
    struct world_result *result = hand_result(&hand, 0, 0);
    *hand_after(result, HAND_BACK, 0) =
        (struct world_after){.judged = true, .balanced = true, .balanced_ns = 250000000};
    *hand_after(result, HAND_BACK, 1) = (struct world_after){.judged = true};
    check_value(result, "balanced_s", 0, HAND_BACK, .25);
    check_value(result, "balanced_s", 1, HAND_BACK, NAN); /* judged, and never balanced */
    check_value(result, "balanced_s", 0, HAND_RELOAD, NAN);
    hand_end(&hand);
}

static void test_newcomers(void)
{
    struct hand hand;
    hand_begin(&hand, 1, 1);
    struct world_result *result = hand_result(&hand, 0, 0);
    result->change[HAND_UP].entitled = .25;
    *hand_after(result, HAND_UP, 0) =
        (struct world_after){.picks = 100, .taken = 33, .longest_run = 4, .opens_per_s_peak = 5};
    *hand_after(result, HAND_UP, 2) =
        (struct world_after){.picks = 99, .taken = 33, .longest_run = 2, .opens_per_s_peak = 1};
    check_value(result, "newcomer_share_100", 0, HAND_UP, .33);
    check_value(result, "newcomer_longest_run", 0, HAND_UP, 4);
    check_value(result, "opens_per_s_peak", 0, HAND_UP, 5);
    check_value(result, "newcomer_share_100", 2, HAND_UP, NAN);
    check_value(result, "newcomer_entitled", 2, HAND_UP, .25);
    check_value(result, "newcomer_longest_run", 2, HAND_UP, 2);
    check_value(result, "opens_per_s_peak", 2, HAND_UP, 1);
    hand_end(&hand);
}

/* Nothing is said of a change before the window; of one that adds nobody, nothing of newcomers; and
 * the run is one thing, whatever changes. */
static void test_applies(void)
{
    struct hand hand;
    hand_begin(&hand, 1, 1);
    struct world_result *result = hand_result(&hand, 0, 0);
    *hand_after(result, HAND_UP, 0) = *hand_after(result, HAND_OUT, 0) =
        (struct world_after){.judged = true, .balanced = true, .picks = 100};
    check_value(result, "newcomer_share_100", 0, HAND_OUT, NAN);
    check_value(result, "settle_s", 0, HAND_CHANGES, NAN);
    check_value(result, "cut", 0, 1, NAN);
    check_value(result, "settle_s", 0, HAND_UP, 0);
    result->change[HAND_UP].measured = false;
    for (uint32_t i = 0; metric_at(i) != NULL; i++) {
        const struct metric *metric = metric_at(i);
        if (metric->scope != METRIC_OF_RUN)
            check_value(result, metric->name, 0, HAND_UP, NAN);
        CHECK_ROW(metric_applies(metric, result, 0), "%s", metric->name); /* up, or the run */
        CHECK_ROW(metric_applies(metric, result, HAND_BACK) == (metric->scope == METRIC_OF_CHANGE),
                  "%s", metric->name);
        CHECK_ROW(!metric_applies(metric, result, HAND_CHANGES), "%s", metric->name);
        result->changes = 0;
        CHECK_ROW(metric_applies(metric, result, 0) == (metric->scope == METRIC_OF_RUN), "%s",
                  metric->name);
        result->changes = HAND_CHANGES;
    }
    hand_end(&hand);
}

static void test_names(void)
{
    static const struct {
        const char *metric, *name;
        uint32_t change;
    } rows[] = {
        {"live_cv_avg", "live_cv_avg", 0},
        {"settle_s", "settle_s:up", HAND_UP},
        {"balanced_s", "balanced_s:flap", HAND_OUT},
        {"settle_s", "settle_s:flap:back", HAND_BACK},
        {"settle_s", "settle_s:3", HAND_RELOAD},
        {"newcomer_share_100", "newcomer_share_100:up", HAND_UP},
    };
    struct hand hand;
    hand_begin(&hand, 1, 1);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char name[METRIC_NAME_MAX];
        metric_name(metric_find(rows[i].metric), &hand.experiment, rows[i].change, name);
        CHECK_ROW(strcmp(name, rows[i].name) == 0, "'%s', expected '%s'", name, rows[i].name);
    }
    hand_end(&hand);
}

static const struct test tests[] = {
    {"settled after a change", test_settle},
    {"balanced after a change", test_balanced},
    {"newcomers", test_newcomers},
    {"which metrics apply to which change", test_applies},
    {"names", test_names},
};

SUITE("metrics_changes", tests)
