/* metrics.h: what one number says about a run: the table of metrics, and the statistics of how
 * evenly something is spread. */
#ifndef SIM_RUN_METRICS_H
#define SIM_RUN_METRICS_H

#include "sim/run/run.h"

/* How x (connections) is spread over servers that are entitled to shares by weight. r is a server's
 * x over its entitlement. Servers of weight 0 are not looked at. */
struct spread {
    bool empty; /* x is nowhere: no number says anything */
    double max_over_mean, min_over_mean, cv, jain, gini, misplaced;
};
struct spread spread_of(const uint64_t *x, const uint32_t *weight, uint32_t servers);

/* The same of the connections that were open when an event came, or (moment == moments) at the end.
 */
struct spread spread_at(const struct world_result *, uint32_t moment);

/* One number of one trial; false: there is none. */
struct metric {
    const char *name, *about;
    bool less_is_better;
    bool (*of)(const struct world_result *, double *value);
};
const struct metric *metric_at(uint32_t i); /* NULL: past the last */

/* The share of the first 100 picks after an event's servers were added that went to them. false:
 * fewer than 100 came before the next change or the end. */
bool newcomer_share_100(const struct world_newcomer *, double *value);

/* Over replications, of those that have the number. */
struct summary {
    uint64_t count, empty;
    double mean, sd;
    bool has_interval; /* five numbers or more */
    double low_95, high_95;
};
struct summary summarize(const double *value, uint64_t count, uint64_t empty);

#endif
