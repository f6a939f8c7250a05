/* expect.h: what a scenario expects of its balancers: plain data, as the file says it.
 *
 * An expectation is about one metric, over the window [measure.from, at): the value that the run
 * would have had if it had ended at `at`, before the events and arrivals of that tick. */
#ifndef SIM_SCENARIO_EXPECT_H
#define SIM_SCENARIO_EXPECT_H

#include "sim/workload/fault.h"
#include "sim/world/measure.h"

enum expect_level { EXPECT_ERROR, EXPECT_WARN };
/* The mean over the replications, or each of them: the worst must hold, too. */
enum expect_of { EXPECT_MEAN, EXPECT_WORST };

/* Words for them, as the file spells them; ended by NULL. */
extern const char *const expect_levels[], *const expect_kinds_of[];

#define EXPECT_NO_EVENT UINT32_MAX

/* The metric is at most, or at least, so many times what it is of another balancer. */
struct expect_relation {
    const char *balancer; /* by its name; NULL: there is no such relation */
    double factor;        /* above 0 */
};

struct expectation {
    struct place place;    /* of the entry, in the scenario's file */
    const char *balancer;  /* by its name, for -b may replace the list; NULL: every one that runs */
    const char *metric;    /* as files spell it: live_misplaced_avg, settle_s:up */
    const char *of_metric; /* without its event: settle_s */
    uint32_t event;        /* whose change it is of; EXPECT_NO_EVENT: of the run */
    enum world_part part;  /* of that event */
    uint32_t row;          /* 0: all traffic, 1 + t: traffic t */
    uint64_t at_ns;        /* the scenario's duration: the end */
    bool has_max, has_min, has_equals;
    double max, min;
    double equals, tolerance; /* within equals -+ tolerance */
    struct expect_relation at_most, at_least;
    enum expect_level level;
    enum expect_of of;
};

#endif
