/* test_scenario_expect.c: what a scenario may expect, and what makes no sense. */
#include "sim/scenario/scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/harness.h"
#include "tests/told.h"

#define S UINT64_C(1000000000)
#define M (60 * S)

/* Lines 1 to 8; what is expected begins on line 9, in column 11. */
#define REST                                                                                       \
    HEAD SERVERS TRAFFIC                                                                           \
        "balancers: [random, round_robin, {name: \"a:b\", preset: least_conn}]\n"                  \
        "measure: {from: 1m}\n"                                                                    \
        "events: [{at: 2m, name: up, add: s3}, {at: 3m, name: out, flap: {server: s1, for: 1m}}, " \
        "{at: 5m, fail: {server: s2}, detect: 1m}, {at: 30s, reload: true}, {at: 6m, name: shut, " \
        "close: {}}]\n"
#define EXPECT(text) REST "expect: [" text "]\n"

/* ---- What is read ---- */

static void defaults(void)
{
    struct scenario *scenario = scenario_of(EXPECT("{metric: refused, max: 0}"));
    if (scenario == NULL)
        return;
    const struct expectation *it = scenario->expectation;
    CU_ASSERT(scenario->expectations == 1 && it->balancer == NULL && it->row == 0);
    CU_ASSERT(strcmp(it->metric, "refused") == 0 && it->event == EXPECT_NO_EVENT);
    CU_ASSERT(it->at_ns == 10 * M && it->has_max && it->max == 0);
    CU_ASSERT(!it->has_min && !it->has_equals && it->at_most.balancer == NULL);
    CU_ASSERT(it->level == EXPECT_ERROR && it->of == EXPECT_MEAN);
    CU_ASSERT(it->place.line == 9 && it->place.column == 10);
    scenario_free(scenario);
}

static void everything(void)
{
    struct scenario *scenario = scenario_of(
        EXPECT("{balancer: \"a:b\", metric: \"settle_s:up\", traffic: t, at: up + 1m, min: 0.5, "
               "max: 1e3, at_most: {balancer: random, factor: 0.8}, at_least: {balancer: "
               "round_robin}, level: warn, of: worst}, {metric: cut, equals: 3, tolerance: 2}"));
    if (scenario == NULL)
        return;
    const struct expectation *it = scenario->expectation;
    CU_ASSERT(scenario->expectations == 2 && strcmp(it->balancer, "a:b") == 0 && it->row == 1);
    CU_ASSERT(strcmp(it->metric, "settle_s:up") == 0 && strcmp(it->of_metric, "settle_s") == 0);
    CU_ASSERT(it->event == 0 && it->part == PART_SELF && it->at_ns == 3 * M);
    CU_ASSERT(it->has_min && it->min == .5 && it->has_max && it->max == 1000);
    CU_ASSERT(strcmp(it->at_most.balancer, "random") == 0 && it->at_most.factor == .8);
    CU_ASSERT(strcmp(it->at_least.balancer, "round_robin") == 0 && it->at_least.factor == 1);
    CU_ASSERT(it->level == EXPECT_WARN && it->of == EXPECT_WORST);
    CU_ASSERT(it[1].has_equals && it[1].equals == 3 && it[1].tolerance == 2);
    scenario_free(scenario);
}

/* Times, and changes as files name them: by name, by number, by their parts. */
static void times_and_changes(void)
{
    static const struct {
        const char *text;
        uint64_t at_ns;
        uint32_t event;
        enum world_part part;
    } row[] = {
        {"{metric: live_cv, max: 1, at: end}", 10 * M, EXPECT_NO_EVENT, PART_SELF},
        {"{metric: live_cv, max: 1, at: 10m}", 10 * M, EXPECT_NO_EVENT, PART_SELF},
        {"{metric: live_cv, max: 1, at: 60000000001ns}", M + 1, EXPECT_NO_EVENT, PART_SELF},
        {"{metric: live_cv, max: 1, at: out}", 3 * M, EXPECT_NO_EVENT, PART_SELF},
        {"{metric: live_cv, max: 1, at: shut+30s}", 6 * M + 30 * S, EXPECT_NO_EVENT, PART_SELF},
        {"{metric: \"settle_s:out\", max: 1, at: 181s}", 181 * S, 1, PART_SELF},
        {"{metric: \"settle_s:out:back\", max: 1}", 10 * M, 1, PART_BACK},
        {"{metric: \"balanced_s:3\", max: 1}", 10 * M, 2, PART_SELF},
        {"{metric: \"balanced_s:3:detected\", max: 1}", 10 * M, 2, PART_DETECTED},
        {"{metric: \"newcomer_longest_run:up\", max: 1}", 10 * M, 0, PART_SELF},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        char text[1024];
        snprintf(text, sizeof text, "%sexpect: [%s]\n", REST, row[i].text);
        struct scenario *scenario = scenario_of(text);
        if (scenario == NULL)
            continue;
        const struct expectation *it = scenario->expectation;
        CHECK_ROW(it->at_ns == row[i].at_ns && it->event == row[i].event && it->part == row[i].part,
                  "%s: at %llu, event %u, part %d", row[i].text, (unsigned long long)it->at_ns,
                  (unsigned)it->event, (int)it->part);
        scenario_free(scenario);
    }
}

static char *printed(const struct scenario *scenario)
{
    char *text;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    scenario_print(scenario, to);
    fclose(to);
    return text;
}

static void prints_the_same_again(void)
{
    struct scenario *once = scenario_of(
        EXPECT("{balancer: \"a:b\", metric: \"settle_s:out:back\", traffic: t, at: out + 90s, "
               "min: 0.1, max: 2.5}, {metric: live_misplaced_avg, at_most: {balancer: random, "
               "factor: 1e-3}, at_least: {balancer: \"a:b\"}, of: worst}, {metric: cut, equals: "
               "123456789, tolerance: 0.3, level: warn}"));
    if (once == NULL)
        return;
    char *first = printed(once);
    struct scenario *again = scenario_of(first);
    char *second = again != NULL ? printed(again) : NULL;
    static const char said[] =
        "expect:\n"
        "  - {balancer: \"a:b\", metric: \"settle_s:out:back\", traffic: t,\n"
        "     at: 270s, max: 2.5, min: 0.1, level: error, of: mean}\n"
        "  - {balancer: all, metric: live_misplaced_avg, traffic: all,\n"
        "     at: end, at_most: {balancer: random, factor: 0.001}, at_least: {balancer: \"a:b\", "
        "factor: 1}, level: error, of: worst}\n"
        "  - {balancer: all, metric: cut, traffic: all,\n"
        "     at: end, equals: 123456789, tolerance: 0.3, level: warn, of: mean}\n";
    CHECK_ROW(strstr(first, said) != NULL, "is printed as\n%s", first);
    CHECK_ROW(second != NULL && strcmp(first, second) == 0, "%s\nis not\n%s", first, second);
    free(first);
    free(second);
    scenario_free(once);
    scenario_free(again);
}

/* ---- What is refused ---- */

static void names_that_are_not_there(void)
{
    static const struct told_row row[] = {
        {EXPECT("{balancer: rndom, metric: cut, max: 1}"),
         "9:21 unknown balancer 'rndom' (did you mean 'random'?)\n"},
        {EXPECT("{balancer: least_conn, metric: cut, max: 1}"),
         "9:21 unknown balancer 'least_conn' (there are: random, round_robin, a:b)\n"},
        {EXPECT("{traffic: tt, metric: cut, max: 1}"),
         "9:20 unknown traffic 'tt' (there are: all, t)\n"},
        {EXPECT("{metric: live_misplacd, max: 1}"),
         "9:19 unknown metric 'live_misplacd' (did you mean 'live_misplaced'?)\n"},
        {EXPECT("{metric: p99, max: 1}"), "9:19 unknown metric 'p99' (see `lbsim list metrics`)\n"},
        {EXPECT("{metric: \"setle_s:up\", max: 1}"),
         "9:19 unknown metric 'setle_s' (did you mean 'settle_s'?)\n"},
        {EXPECT("{metric: \"settle_s:upp\", max: 1}"),
         "9:19 unknown change 'upp' (did you mean 'up'?)\n"},
        {EXPECT("{metric: \"settle_s:nowhere\", max: 1}"),
         "9:19 unknown change 'nowhere' (there are: up, out, out:back, 3, 3:detected, 4)\n"},
        /* a close is no change; a server that stays dead does not come back; only up adds */
        {EXPECT("{metric: \"settle_s:shut\", max: 1}"),
         "9:19 unknown change 'shut' (there are: up, out, out:back, 3, 3:detected, 4)\n"},
        {EXPECT("{metric: \"settle_s:3:back\", max: 1}"),
         "9:19 unknown change '3:back' (there are: up, out, out:back, 3, 3:detected, 4)\n"},
        {EXPECT("{metric: \"newcomer_longest_run:out\", max: 1}"),
         "9:19 unknown addition of servers 'out' (there are: up)\n"},
        {EXPECT("{metric: settle_s, max: 1}"),
         "9:19 settle_s is of an event: settle_s:EVENT, like settle_s:up\n"},
        {EXPECT("{metric: \"cut:up\", max: 1}"),
         "9:19 cut is of the run, not of an event: without ':up'\n"},
        {WITH("expect: [{metric: \"settle_s:up\", max: 1}]"),
         "7:19 settle_s is of an event that is a change, and there is none\n"},
        {EXPECT("{metric: cut, max: 1, at: upp}"),
         "9:36 there is no event 'upp' (did you mean 'up'?)\n"},
        {EXPECT("{metric: cut, max: 1, at: 90}"),
         "9:36 '90' is neither a time (a number and a unit, like 10m) nor an event\n"},
        {EXPECT("{metric: cut, at_most: {balancer: rnd}}"),
         "9:44 unknown balancer 'rnd' (there are: random, round_robin, a:b)\n"},
        {EXPECT("{balancer: random, metric: cut, at_most: {balancer: random}}"),
         "9:62 'random' cannot be compared with itself\n"},
        {WITH("expect: [{metric: cut, at_least: {balancer: random}}]"),
         "7:45 'random' is the only balancer; there is none to compare it with\n"},
    };
    CHECK_TOLD(row);
}

static void times_that_make_no_sense(void)
{
    static const struct told_row row[] = {
        {EXPECT("{metric: cut, max: 1, at: 11m}"),
         "9:36 this is past the end: the run lasts 10m\n"},
        {EXPECT("{metric: cut, max: 1, at: shut + 5m}"),
         "9:36 this is past the end: the run lasts 10m\n"},
        {EXPECT("{metric: cut, max: 1, at: 1m}"),
         "9:36 nothing is measured before that: the window starts at 1m\n"},
        /* the value before the change's own tick */
        {EXPECT("{metric: \"settle_s:up\", max: 1, at: up}"),
         "9:19 'up' comes at 2m, and this is the value before that\n"},
        {EXPECT("{metric: \"settle_s:out:back\", max: 1, at: out + 59s}"),
         "9:19 'out:back' comes at 4m, and this is the value before that\n"},
        {EXPECT("{metric: \"settle_s:4\", max: 1}"),
         "9:19 '4' comes at 30s, and nothing is measured before 1m\n"},
    };
    CHECK_TOLD(row);
}

static void numbers_that_make_no_sense(void)
{
    static const struct told_row row[] = {
        {EXPECT("{metric: cut}"), "9:19 nothing is expected of it: max, min, equals, at_most or "
                                  "at_least is missing\n"},
        {EXPECT("{metric: cut, max: 1, min: 2}"),
         "9:29 max is below min, so this can never hold\n"},
        {EXPECT("{metric: cut, max: 1, tolerance: 2}"),
         "9:43 'tolerance' is about equals, which is missing\n"},
        {EXPECT("{metric: cut, max: 4, equals: 2}"), "9:40 either equals, or max and min\n"},
        {EXPECT("{metric: cut, max: -1}"), "9:29 '-1' is negative, and no metric ever is\n"},
        {EXPECT("{metric: \"settle_s:up\", max: 2m}"),
         "9:39 '2m' is not a number; metrics of time are in seconds, without unit\n"},
        {EXPECT("{metric: live_misplaced, max: 5%}"),
         "9:40 '5%' is not a number; shares are parts of 1, like 0.05\n"},
        {EXPECT("{metric: live_misplaced, max: few}"), "9:40 'few' is not a number\n"},
        {EXPECT("{metric: cut, at_most: {balancer: random, factor: 0}}"),
         "9:60 a factor must be above 0; for nothing at all there is max: 0\n"},
        {EXPECT("{metric: live_misplaced, max: 1}"),
         "9:40 live_misplaced is never above 1, so this always holds\n"},
        {EXPECT("{metric: live_misplaced, min: 0}"),
         "9:40 live_misplaced is never below 0, so this always holds\n"},
        {EXPECT("{metric: live_misplaced, min: 1.5}"),
         "9:40 live_misplaced is never above 1, so this can never hold\n"},
        {EXPECT("{metric: live_max_over_mean, max: 0.9}"),
         "9:44 live_max_over_mean is never below 1, so this can never hold\n"},
        {EXPECT("{metric: live_max_over_mean, equals: 0.5, tolerance: 0.4}"),
         "9:47 live_max_over_mean is never below 1, so this can never hold\n"},
        {EXPECT("{metric: live_jain, equals: 0.5, tolerance: 0.5}"),
         "9:54 every live_jain is within that, so this always holds\n"},
        {EXPECT("{metric: live_max_over_mean, max: 1}, {metric: refused, max: 0}, {metric: "
                "live_misplaced, min: 1}"),
         ""},
    };
    CHECK_TOLD(row);
}

/* All in one run; and none that follows from another. */
static void all_at_once(void)
{
    static const struct told_row row[] = {
        {EXPECT("{metrc: cut, max: 1, level: fatal, of: best}, 7, {balancer: nobody, metric: nope, "
                "traffic: x, at: pu, max: x, at_least: {factor: 2}}"),
         "9:10 an expectation needs 'metric': what is measured, times in seconds; see `lbsim list "
         "metrics`\n"
         "9:11 unknown key 'metrc' (did you mean 'metric'?)\n"
         "9:38 unknown level 'fatal' (there are: error, warn)\n"
         "9:49 unknown kind of value 'best' (there are: mean, worst)\n"
         "9:56 an expectation must be a mapping, {key: value, ...}\n"
         "9:70 unknown balancer 'nobody' (there are: random, round_robin, a:b)\n"
         "9:86 unknown metric 'nope' (see `lbsim list metrics`)\n"
         "9:101 unknown traffic 'x' (there are: all, t)\n"
         "9:108 there is no event 'pu' (did you mean 'up'?)\n"
         "9:117 'x' is not a number\n"
         "9:130 a comparison needs 'balancer': whom it is compared with\n"},
        {HEAD SERVERS TRAFFIC "balancers: [rndom]\nexpect: [{balancer: random, metric: cut, max: "
                              "1}]\n",
         "6:13 unknown preset 'rndom' (did you mean 'random'?)\n"},
        {HEAD SERVERS TRAFFIC BALANCERS
         "events: [{at: soon, name: up, add: s3}]\nexpect: [{metric: \"settle_s:up\", at: up, max: "
         "1}]\n",
         "7:15 there is no event 'soon'\n"},
        {HEAD SERVERS TRAFFIC BALANCERS "measure: {from: 20m}\nexpect: [{metric: cut, at: 1m, max: "
                                        "1}]\n",
         "7:17 this is at or past the end: the run lasts 10m\n"},
        {WITH("expect: {metric: cut}"), "7:9 expect must be a list, [{metric: refused, max: 0}]\n"},
        {WITH("expect: []"), ""},
        {WITH("expect:"), ""},
    };
    CHECK_TOLD(row);
}

/* Who knows no metrics takes any. */
static void without_metrics(void)
{
    static const char text[] = WITH("expect: [{metric: \"p99:x\", max: 1}]");
    struct input input;
    struct faults faults = {0};
    input_of_text(&input, "x.yaml", text, strlen(text));
    struct scenario *scenario = scenario_load(&input, NULL, &faults);
    CU_ASSERT(scenario != NULL && scenario->expectations == 1);
    scenario_free(scenario);
    faults_free(&faults);
    input_free(&input);
}

static const struct test tests[] = {
    {"defaults", defaults},
    {"everything", everything},
    {"times and changes", times_and_changes},
    {"prints the same again", prints_the_same_again},
    {"names that are not there", names_that_are_not_there},
    {"times that make no sense", times_that_make_no_sense},
    {"numbers that make no sense", numbers_that_make_no_sense},
    {"all at once", all_at_once},
    {"without metrics", without_metrics},
};

SUITE("scenario_expect", tests)
