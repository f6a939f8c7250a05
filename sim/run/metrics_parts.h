/* metrics_parts.h: what the parts of the table of metrics share; private to sim/run/metrics*.c. */
#ifndef SIM_RUN_METRICS_PARTS_H
#define SIM_RUN_METRICS_PARTS_H

#include <math.h>

#include "sim/run/metrics.h"

/* The table's parts, each with the functions that its rows name. */
struct metric_rows {
    const struct metric *row;
    uint32_t count;
};
extern const struct metric_rows metrics_live, metrics_picks, metrics_changes;

#define METRIC_ROWS(table)                                                                         \
    {                                                                                              \
        table, sizeof(table) / sizeof *(table)                                                     \
    }

/* ---- Values ---- */

#define VALUE_NONE ((struct value){.empty = true})

static inline struct value value_count(uint64_t count)
{
    return (struct value){.exact = count, .number = (double)count};
}

static inline struct value value_seconds(uint64_t ns)
{
    return (struct value){.exact = ns, .number = (double)ns / 1e9};
}

static inline struct value value_ratio(double ratio)
{
    return (struct value){.number = ratio};
}

/* ---- The six numbers of a spread ---- */

#define SPREAD_FUNCTION(prefix, spread_in, field)                                                  \
    static struct value prefix##field(const struct world_result *result, uint32_t row,             \
                                      uint32_t change)                                             \
    {                                                                                              \
        struct spread spread = spread_in(result, row);                                             \
        (void)change;                                                                              \
        return spread.empty ? VALUE_NONE : value_ratio(spread.field);                              \
    }
#define SPREAD_FUNCTIONS(prefix, spread_in)                                                        \
    SPREAD_FUNCTION(prefix, spread_in, max_over_mean)                                              \
    SPREAD_FUNCTION(prefix, spread_in, min_over_mean)                                              \
    SPREAD_FUNCTION(prefix, spread_in, cv)                                                         \
    SPREAD_FUNCTION(prefix, spread_in, jain)                                                       \
    SPREAD_FUNCTION(prefix, spread_in, gini)                                                       \
    SPREAD_FUNCTION(prefix, spread_in, misplaced)

/* what: "live connections"; when: ", at the end". uneven, even: which way is better in numbers that
 * rise with unevenness, and in the others. */
#define SPREAD_ROW(before, field, after, about, better, low, high, prefix)                         \
    {                                                                                              \
        before #field after, about, METRIC_RATIO, METRIC_OF_RUN, better, low, high, prefix##field  \
    }
#define SPREAD_ROWS(before, after, prefix, what, when, uneven, even)                               \
    SPREAD_ROW(before, max_over_mean, after,                                                       \
               "the fullest server's " what " over its fair share" when "; 1 is even", uneven, 1,  \
               INFINITY, prefix),                                                                  \
        SPREAD_ROW(before, min_over_mean, after,                                                   \
                   "the emptiest server's " what " over its fair share" when "; 1 is even", even,  \
                   0, 1, prefix),                                                                  \
        SPREAD_ROW(before, cv, after,                                                              \
                   "coefficient of variation of the servers' " what " over their fair shares" when \
                   "; 0 is even",                                                                  \
                   uneven, 0, INFINITY, prefix),                                                   \
        SPREAD_ROW(before, jain, after,                                                            \
                   "Jain's fairness index of the servers' " what " over their fair shares" when    \
                   "; 1 is even",                                                                  \
                   even, 0, 1, prefix),                                                            \
        SPREAD_ROW(before, gini, after,                                                            \
                   "Gini coefficient of the servers' " what " over their fair shares" when         \
                   "; 0 is even",                                                                  \
                   uneven, 0, 1, prefix),                                                          \
        SPREAD_ROW(before, misplaced, after,                                                       \
                   "the part of all " what                                                         \
                   " that would have to be on other servers for all to have their fair share" when \
                   "; 0 is even",                                                                  \
                   uneven, 0, 1, prefix)

#endif
