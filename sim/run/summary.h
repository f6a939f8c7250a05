/* summary.h: one number over the replications, and what may be said of a difference. */
#ifndef SIM_RUN_SUMMARY_H
#define SIM_RUN_SUMMARY_H

#include "sim/run/metrics.h"

#define SUMMARY_LEAST 5 /* replications, for an interval */

struct summary {
    uint64_t count, empty; /* replications with a value, and without */
    double mean, sd;
    double median, min, max;
    bool has_interval;      /* SUMMARY_LEAST values or more */
    double low_95, high_95; /* Student's t; cut at the metric's bounds; jain's come from cv's */
};

/* Of one balancer. count 0: no other member says anything. */
struct summary summary_of(const struct experiment *, const struct metric *, uint32_t balancer,
                          uint32_t row, uint32_t change);

/* The mean of the differences one - other, replication by replication (only those where both have
 * a value): the same customers met both, so what they share cancels out. A difference that %.9g
 * does not show is 0. */
struct paired {
    uint64_t count;
    double mean;
    bool has_interval; /* SUMMARY_LEAST differences or more */
    double half;       /* the interval is mean -+ half; 0 where all differences are equal */
};
/* comparisons: so many are made at once; the interval holds for all of them together with 95 %. */
struct paired paired_of(const struct experiment *, const struct metric *, uint32_t one,
                        uint32_t other, uint32_t row, uint32_t change, uint32_t comparisons);

/* Of differences at hand. */
struct paired paired_numbers(const double *difference, uint64_t count, uint32_t comparisons);

/* best[b]: whether nothing speaks against balancer b being the best by this metric: its paired
 * interval against the one with the best mean reaches 0 (t at .05 / (K - 1), K balancers with
 * SUMMARY_LEAST values or more; the others are never the best). false: fewer than two such
 * balancers, or a metric of which neither more nor less is better; then best is all false and says
 * nothing. A balancer that did not settle after a change counts with all the time to the next. */
bool best_of(const struct experiment *, const struct metric *, uint32_t row, uint32_t change,
             bool *best);

#endif
