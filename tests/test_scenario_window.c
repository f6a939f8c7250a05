/* test_scenario_window.c: from when on a run is measured, and how often it is looked at. */
#include "sim/scenario/scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/harness.h"
#include "tests/told.h"

#define S UINT64_C(1000000000)
#define M (60 * S)

/* What the files below say but for duration, measure and sample: lines 1 to 5. */
#define REST "format: 1\nname: a\n" SERVERS TRAFFIC BALANCERS

#define NO_TIME " is not a time: a number and a unit (ns us ms s m h d), like 20m\n"
#define LATE    "this is at or past the end: the run lasts "

static void what_is_said(void)
{
    static const struct {
        const char *text;
        uint64_t from_ns, sample_ns;
    } row[] = {
        {"duration: 10m\nmeasure: {}\n", 0, 0},
        {"duration: 10m\nmeasure: {from: 0s}\n", 0, 0},
        {"duration: 10m\nmeasure: {from: 1.5m}\n", 90 * S, 0},
        {"duration: 10m\nsample: 1s\n", 0, S},
        {"duration: 10m\nmeasure: {from: 5m}\nsample: 250ms\n", 5 * M, S / 4},
        /* in any order */
        {"measure: {from: 5m}\nduration: 10m\n", 5 * M, 0},
        {"sample: 6m\nmeasure: {from: 4m}\nduration: 10m\n", 4 * M, 6 * M},
        {"sample: 6m\nduration: 10m\nmeasure: {from: 4m}\n", 4 * M, 6 * M},
        {"measure: {from: 1h}\nsample: 1h\nduration: 2h\n", 60 * M, 60 * M},
        /* to the very bounds: a window of one tick, a step as long as the window, a million
         * points; a step that does not divide the window */
        {"duration: 10m\nmeasure: {from: 599999999999ns}\n", 10 * M - 1, 0},
        {"duration: 1ns\nsample: 1ns\n", 0, 1},
        {"duration: 10m\nsample: 10m\n", 0, 10 * M},
        {"duration: 10m\nsample: 600us\n", 0, 600000},
        {"duration: 10m\nmeasure: {from: 5m}\nsample: 300us\n", 5 * M, 300000},
        {"duration: 10m\nmeasure: {from: 599s}\nsample: 1us\n", 599 * S, 1000},
        {"duration: 600000000001ns\nsample: 600001ns\n", 0, 600001},
        {"duration: 9223372036854775807ns\nsample: 9223372036855ns\n", 0, UINT64_C(9223372036855)},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        char text[512];
        snprintf(text, sizeof text, "%s%s", REST, row[i].text);
        struct scenario *scenario = scenario_of(text);
        if (scenario == NULL)
            continue;
        CHECK_ROW(
            scenario->measure_from_ns == row[i].from_ns && scenario->sample_ns == row[i].sample_ns,
            "%sgives %llu and %llu", row[i].text, (unsigned long long)scenario->measure_from_ns,
            (unsigned long long)scenario->sample_ns);
        scenario_free(scenario);
    }
}

static void windows_that_cannot_be(void)
{
    static const struct told_row row[] = {
        {WITH("measure: 5m"), "7:10 measure must be a mapping, {key: value, ...}\n"},
        {WITH("measure:"), "7:1 measure must be a mapping, {key: value, ...}\n"},
        {WITH("measure: [from]"), "7:10 measure must be a mapping, {key: value, ...}\n"},
        {WITH("measure: {form: 5m}"), "7:11 unknown key 'form' (did you mean 'from'?)\n"},
        {WITH("measure: {until: 5m}"), "7:11 unknown key 'until' (there are: from)\n"},
        {WITH("measure: {from: }"), "7:11 a value is wanted here: a time, like 20m\n"},
        {WITH("measure: {from: 5}"), "7:17 '5'" NO_TIME},
        {WITH("measure: {from: -5m}"), "7:17 '-5m'" NO_TIME},
        {WITH("measure: {from: [5m]}"), "7:17 a single value is wanted here: a time, like 20m\n"},
        {WITH("measure: {from: 10m}"), "7:17 " LATE "10m\n"},
        {WITH("measure: {from: 2h}"), "7:17 " LATE "10m\n"},
        {REST "measure: {from: 90s}\nduration: 90s\n", "6:17 " LATE "1m30s\n"},
        {REST "duration: 1ns\nmeasure: {from: 1ns}\n", "7:17 " LATE "1ns\n"},
    };
    CHECK_TOLD(row);
}

static void steps_that_cannot_be(void)
{
    static const struct told_row row[] = {
        {WITH("sample: 1"), "7:9 '1'" NO_TIME},
        {WITH("sample:"), "7:1 a value is wanted here: a time, like 20m\n"},
        {WITH("sample: {every: 1s}"), "7:9 a single value is wanted here: a time, like 20m\n"},
        {WITH("sample: 0s"), "7:9 a step must be longer than nothing\n"},
        {WITH("sample: 0.9ns"), "7:9 a step must be longer than nothing\n"},
        {WITH("sample: 11m"), "7:9 this step is longer than the 10m measured\n"},
        {WITH("sample: 600000000001ns"), "7:9 this step is longer than the 10m measured\n"},
        {REST "sample: 6m\nmeasure: {from: 5m}\nduration: 10m\n",
         "6:9 this step is longer than the 5m measured\n"},
        /* 600 s in steps of 1 us; in steps of 599999 ns, of which 1000001 leave 400001 ns */
        {WITH("sample: 1us"), "7:9 this step makes 600000000 points of the 10m measured; 1000000 "
                              "at most, so it must be 600us or longer\n"},
        {WITH("sample: 599999ns"),
         "7:9 this step makes 1000002 points of the 10m measured; 1000000 at most, so it must be "
         "600us or longer\n"},
        {REST "sample: 299us\nmeasure: {from: 5m}\nduration: 10m\n",
         "6:9 this step makes 1003345 points of the 5m measured; 1000000 at most, so it must be "
         "300us or longer\n"},
        {"format: 1\nname: a\nservers: [s1..s1000]\n" TRAFFIC BALANCERS
         "duration: 10m\nsample: 5999us\n",
         "7:9 this step makes 100017 points of 1000 servers each; their product must not pass "
         "100000000\n"},
        /* the step that is named is allowed, see above */
        {REST "duration: 600000000001ns\nsample: 600us\n",
         "7:9 this step makes 1000001 points of the 10m1ns measured; 1000000 at most, so "
         "it must be 600001ns or longer\n"},
        {REST "duration: 9223372036854775807ns\nsample: 1ns\n",
         "7:9 this step makes 9223372036854775807 points of the 106751d23h47m16s854ms775us807ns "
         "measured; "
         "1000000 at most, so it must be 9223372036855ns or longer\n"},
    };
    CHECK_TOLD(row);
}

/* The window is in doubt where one of its ends was not understood, and then nothing is said of what
 * it would have been; but all that is certain is told in one run. */
static void no_fault_follows_from_another(void)
{
    static const struct told_row row[] = {
        {REST "duration: ten\nmeasure: {from: 5m}\nsample: 6m\n", "6:11 'ten'" NO_TIME},
        {REST "duration: 1.2.3s\nmeasure: {from: 5m}\n", "6:11 '1.2.3s'" NO_TIME},
        {REST "duration: 0s\nmeasure: {from: 5m}\nsample: 6m\n",
         "6:11 a run must last longer than nothing\n"},
        {REST "measure: {from: 5m}\n", "1:1 the scenario needs 'duration': simulated time\n"},
        {WITH("measure: {from: 5}\nsample: 599us"), "7:17 '5'" NO_TIME},
        {WITH("measure: {form: 5m}\nsample: 599us"),
         "7:11 unknown key 'form' (did you mean 'from'?)\n"},
        {WITH("measure: {from: 10m}\nsample: 11m"), "7:17 " LATE "10m\n"},
        {WITH("measure: {from: 10m, to: 11m}\nsample: 0s\nsede: 3"),
         "7:22 unknown key 'to' (there are: from)\n"
         "8:9 a step must be longer than nothing\n"
         "9:1 unknown key 'sede' (did you mean 'seed'?)\n"},
        {WITH("events: [{at: 10m, touch: true}]\nmeasure: {from: 11m}\nsample: 1"),
         "7:15 " LATE "10m\n"
         "8:17 " LATE "10m\n"
         "9:9 '1'" NO_TIME},
    };
    CHECK_TOLD(row);
}

static const struct test tests[] = {
    {"what is said of the window and the step", what_is_said},
    {"windows that cannot be", windows_that_cannot_be},
    {"steps that cannot be", steps_that_cannot_be},
    {"no fault follows from another", no_fault_follows_from_another},
};

SUITE("test_scenario_window", tests)
