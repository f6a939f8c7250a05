/* test_gate_ends.c: what a gate ends with: the verdicts on its rows, their levels, and rows that
 * are not gated at all. */
#include "sim/run/gate.h"
#include "tests/harness.h"
#include "tests/told.h"

#include <string.h>

#define TWO                                                                                        \
    "format: 1\nname: churn\nabout: a\nseed: 7\nduration: 1m\nmeasure: {from: 20s}\n"              \
    "servers: [s1, s2]\n"                                                                          \
    "traffic: {t: {arrivals: {poisson: 5/s}, lasts: {exponential: 15s}}}\n"                        \
    "balancers: [least_conn, round_robin]\n"

static const struct gate_options plain = {.threads = 1};

/* ---- Verdicts and levels ---- */

enum { ROWS = 2 };

/* Rows of an otherwise fine scenario: their verdicts, and which are of level warn. */
struct ending {
    enum gate_verdict verdict[ROWS];
    bool warns[ROWS];
    int code, exact; /* exit codes, without and with --exact */
};

static const struct ending endings[] = {
    {{GATE_SAME, GATE_SAME}, {false, false}, 0, 0},
    {{GATE_SAME, GATE_NOT_GATED}, {false, false}, 0, 0},
    {{GATE_SAME, GATE_PASS}, {false, false}, 0, 1},
    {{GATE_BETTER, GATE_CHANGED}, {false, false}, 0, 1},
    {{GATE_SAME, GATE_FAIL}, {false, false}, 1, 1},
    {{GATE_CANNOT_JUDGE, GATE_FAIL}, {false, false}, 1, 1},
    {{GATE_CANNOT_JUDGE, GATE_SAME}, {false, false}, 2, 1},
    /* A warning is none of the gate's ends: neither where it is sure, nor where it is not. */
    {{GATE_FAIL, GATE_SAME}, {true, false}, 0, 1},
    {{GATE_CANNOT_JUDGE, GATE_SAME}, {true, false}, 0, 1},
    {{GATE_CANNOT_JUDGE, GATE_FAIL}, {true, false}, 1, 1},
    {{GATE_CANNOT_JUDGE, GATE_FAIL}, {false, true}, 2, 1},
};

static void test_ends(void)
{
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        const struct ending *ending = &endings[i];
        struct gate_finding finding[ROWS];
        struct gate_judged judged = {.finding = finding, .findings = ROWS};
        const struct gate_judged *const all = &judged;
        for (int r = 0; r < ROWS; r++) {
            finding[r] =
                (struct gate_finding){.verdict = ending->verdict[r], .warns = ending->warns[r]};
            judged.count[ending->verdict[r]]++;
        }
        CHECK_ROW(gate_outcome(&all, 1, false) == ending->code, "row %zu", i);
        CHECK_ROW(gate_outcome(&all, 1, true) == ending->exact, "row %zu, exact", i);
    }
}

/* ---- Nothing is gated ---- */

static void check_compare(const struct scenario *scenario, const struct gate_baseline *baseline,
                          enum gate_why why, uint32_t not_gated, int code)
{
    struct gate_judged *judged =
        gate_compare(scenario, baseline, true, gate_tests(baseline), GATE_AS_IT_IS, &plain);
    const struct gate_judged *const all = judged;
    CHECK_ROW(judged->why == why, "%s", gate_why_text(judged->why));
    CU_ASSERT_EQUAL(judged->count[GATE_NOT_GATED], not_gated); /* they are told every time */
    CU_ASSERT_EQUAL(judged->count[GATE_CANNOT_JUDGE], why != GATE_JUDGED);
    CU_ASSERT_EQUAL(gate_outcome(&all, 1, false), code);
    CU_ASSERT_EQUAL(gate_outcome(&all, 1, true), code > 0);
    gate_judged_free(judged);
}

static void test_nothing_gated(void)
{
    struct scenario *scenario = scenario_of(TWO);
    const struct scenario *one = scenario;
    struct gate_baseline *baseline = NULL;
    CU_ASSERT_FATAL(gate_plan(&one, 1, &plain, &baseline));
    const uint32_t rows = baseline->rows / 2;
    check_compare(scenario, baseline, GATE_JUDGED, 0, 0);
    for (uint32_t i = 0; i < baseline->rows; i++)
        if (strcmp(baseline->row[i].balancer, "round_robin") == 0) {
            baseline->row[i].runs = 0;
            baseline->row[i].needs = 300;
        }
    check_compare(scenario, baseline, GATE_JUDGED, rows, 0); /* least_conn is */
    scenario->balancer++; /* -b round_robin: what runs is not watched over at all */
    scenario->balancers = 1;
    check_compare(scenario, baseline, GATE_NOTHING, rows, 2);
    scenario->balancer--;
    scenario->balancers = 2;
    for (uint32_t i = 0; i < baseline->rows; i++)
        baseline->row[i].runs = 0;
    check_compare(scenario, baseline, GATE_NOTHING, 2 * rows, 2);
    gate_baseline_free(baseline);
    scenario_free(scenario);
}

static const struct test tests[] = {
    {"ends", test_ends},
    {"nothing_gated", test_nothing_gated},
};

SUITE("gate_ends", tests)
