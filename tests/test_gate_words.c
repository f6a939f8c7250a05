/* test_gate_words.c: a gate's findings as a terminal shows them: which numbers, how many of their
 * digits, and which interval; the sentences are written by hand. */
#include "reports/gate.h"
#include "tests/harness.h"
#include "tests/told.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ONE HEAD SERVERS TRAFFIC "balancers: [random]\n"

static const struct {
    struct gate_finding finding;
    const char *says;
} row[] = {
    /* Without an interval: nothing is drawn. */
    {{.metric = "live_cv_avg",
      .verdict = GATE_FAIL,
      .before = .0125,
      .after = .25,
      .answer = {.worse = .2375},
      .tolerance = .002},
     "      0.0125 -> 0.25, worse by 0.237; tolerated 0.002\n"},
    {{.metric = "live_cv_avg",
      .verdict = GATE_CHANGED,
      .before = .25,
      .after = .125,
      .answer = {.worse = -.125},
      .tolerance = .025},
     "      0.25 -> 0.125, better by 0.125; tolerated 0.025\n"},
    /* All digits before the point, but not those that a double does not have. */
    {{.metric = "cut",
      .verdict = GATE_FAIL,
      .before = 12345,
      .after = 99999.6,
      .answer = {.worse = 999.6},
      .tolerance = 1234.4},
     "      12345 -> 100000, worse by 1000; tolerated 1234\n"},
    {{.metric = "cut",
      .verdict = GATE_FAIL,
      .before = 0,
      .after = 1e300,
      .answer = {.worse = 1e300}},
     "      0 -> 1e+300, worse by 1e+300; tolerated 0\n"},
    {{.metric = "settle_s:up",
      .verdict = GATE_FAIL,
      .before = 12.25,
      .after = 300,
      .runs = 1,
      .answer = {.worse = 287.75},
      .tolerance = 2,
      .endless = 1,
      .is_time = true},
     "      12.25 s -> 300 s, worse by 288; tolerated 2; it did not settle\n"},
    /* The plain interval; where chance leaves it open the one that decided, too. */
    {{.metric = "refused",
      .verdict = GATE_FAIL,
      .before = 1,
      .after = 3,
      .runs = 20,
      .answer =
          {.worse = 2, .has_interval = true, .low_95 = 1.5, .high_95 = 2.5, .low = 1, .high = 3},
      .tolerance = .5},
     "      1 -> 3, worse by 2 (95%: 1.5 to 2.5); tolerated 0.5\n"},
    {{.metric = "refused",
      .verdict = GATE_BETTER,
      .before = 3,
      .after = 1,
      .runs = 20,
      .answer = {.worse = -2,
                 .has_interval = true,
                 .low_95 = -2.5,
                 .high_95 = -1.5,
                 .low = -3,
                 .high = -1},
      .tolerance = .5},
     "      3 -> 1, better by 2 (95%: 1.5 to 2.5); tolerated 0.5\n"},
    {{.metric = "refused",
      .verdict = GATE_CANNOT_JUDGE,
      .why = GATE_TOO_FEW,
      .before = 1,
      .after = 3,
      .runs = 20,
      .tolerance = 1.25,
      .answer = {.worse = 2,
                 .has_interval = true,
                 .low_95 = 1.5,
                 .high_95 = 2.5,
                 .low = 1,
                 .high = 3,
                 .needs = 36}},
     "      chance leaves open whether it became worse: it has 20 runs, and to tell\n"
     "      takes 36; 1 -> 3, worse by 2 (95%: 1.5 to 2.5; 1 to 3 for all rows at\n"
     "      once); tolerated 1.25\n"},
    /* Neither way is better: a warning. */
    {{.metric = "picks_cv",
      .verdict = GATE_FAIL,
      .warns = true,
      .before = .5,
      .after = .25,
      .answer = {.worse = -.25},
      .tolerance = .05},
     "  FAIL (a warning)  picks_cv of random\n      0.5 -> 0.25, down by 0.25; tolerated 0.05\n"},
    {{.metric = "picks_cv",
      .verdict = GATE_CANNOT_JUDGE,
      .why = GATE_RARE,
      .warns = true,
      .before = .5,
      .after = .75,
      .answer = {.worse = .25},
      .tolerance = .05},
     "  CANNOT JUDGE (a warning)  picks_cv of random\n"
     "      few runs differ, but one by more than is tolerated; 0.5 -> 0.75, up by\n"
     "      0.25; tolerated 0.05\n"},
    {{.metric = "cut", .verdict = GATE_NOT_GATED, .needs = 300},
     "  not gated: cut of random: needs 300 runs\n"},
    {{.metric = "cut", .verdict = GATE_NOT_GATED, .needs = GATE_RUNS_NEVER},
     "  not gated: cut of random: no number of runs would do\n"},
};

static void test_findings(void)
{
    struct scenario *scenario = scenario_of(ONE);
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct gate_finding finding = row[i].finding;
        finding.balancer = "random";
        finding.traffic = "all";
        struct gate_judged judged = {.scenario = scenario, .finding = &finding, .findings = 1};
        judged.count[finding.verdict] = 1;
        const struct gate_judged *all = &judged;
        char *text = NULL;
        size_t size = 0;
        FILE *to = open_memstream(&text, &size);
        report_gate_text(&(struct gate_report){.judged = &all, .scenarios = 1}, to);
        fclose(to);
        CHECK_ROW(strstr(text, row[i].says) != NULL, "row %zu: %s", i, text);
        free(text);
    }
    scenario_free(scenario);
}

static const struct test tests[] = {
    {"findings", test_findings},
};

SUITE("gate_words", tests)
