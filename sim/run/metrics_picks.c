/* metrics_picks.c: metrics of what became of opens, and of who was picked for them. */
#include "sim/run/metrics_parts.h"

#include "sim/engine/memory.h"
#include "sim/run/chance.h"

#include <stdlib.h>

/* ---- Opens ---- */

#define FLOW_FUNCTION(field)                                                                       \
    static struct value field(const struct world_result *result, uint32_t row, uint32_t change)    \
    {                                                                                              \
        (void)change;                                                                              \
        return value_count(result->flow[row].field);                                               \
    }
FLOW_FUNCTION(refused)
FLOW_FUNCTION(cut)
FLOW_FUNCTION(gave_up)
FLOW_FUNCTION(waited)
FLOW_FUNCTION(queued)

/* ---- Picks ---- */

static struct spread spread_of_picks(const struct world_result *result, uint32_t row)
{
    uint64_t *picks = memory_zeroed(result->servers, sizeof *picks);
    double *entitled = memory_zeroed(result->servers, sizeof *entitled);
    for (uint32_t s = 0; s < result->servers; s++) {
        picks[s] = world_tally_at(result, row, s)->picks;
        entitled[s] = world_tally_at(result, row, s)->entitled;
    }
    struct spread spread = spread_of_entitled(picks, entitled, result->servers);
    free(picks);
    free(entitled);
    return spread;
}

SPREAD_FUNCTIONS(picks_, spread_of_picks)

static struct value picks_chi2(const struct world_result *result, uint32_t row, uint32_t change)
{
    const struct world_measure *measure = &result->measure[row];
    (void)change;
    return measure->picks_df > 0 ? value_ratio(measure->picks_chi2) : VALUE_NONE;
}

static struct value picks_df(const struct world_result *result, uint32_t row, uint32_t change)
{
    (void)change;
    return value_count(result->measure[row].picks_df);
}

static struct value picks_chi2_p(const struct world_result *result, uint32_t row, uint32_t change)
{
    const struct world_measure *measure = &result->measure[row];
    (void)change;
    if (measure->picks_df == 0)
        return VALUE_NONE;
    struct chance chance = chance_of(measure->picks_chi2, measure->picks_df);
    return chance.empty ? VALUE_NONE : value_ratio(chance.p);
}

static struct value picks_absent(const struct world_result *result, uint32_t row, uint32_t change)
{
    (void)change;
    return value_count(result->measure[row].picks_absent);
}

/* ---- The table ----
 *
 * Even picks are no aim: after a scale event, only uneven ones make the connections even again. So
 * nothing is better or worse by its picks. */

static const struct metric picks[] = {
    {"refused", "opens that no server took", METRIC_COUNT, METRIC_OF_RUN, BETTER_LESS, 0, INFINITY,
     refused},
    {"cut", "connections ended from outside before they were done", METRIC_COUNT, METRIC_OF_RUN,
     BETTER_LESS, 0, INFINITY, cut},
    {"gave_up", "clients that ran out of tries", METRIC_COUNT, METRIC_OF_RUN, BETTER_LESS, 0,
     INFINITY, gave_up},
    {"waited", "opens that found no place and had to wait for one (`when_full: queue`)",
     METRIC_COUNT, METRIC_OF_RUN, BETTER_LESS, 0, INFINITY, waited},
    {"queued", "opens that still wait for a place at the end", METRIC_COUNT, METRIC_OF_RUN,
     BETTER_LESS, 0, INFINITY, queued},
    SPREAD_ROWS("picks_", "", picks_, "picks", ", as members and weights were at each pick",
                BETTER_NEITHER, BETTER_NEITHER),
    {"picks_chi2",
     "chi-square of the picks against the weights, between changes of members and weights, added "
     "up",
     METRIC_RATIO, METRIC_OF_RUN, BETTER_NEITHER, 0, INFINITY, picks_chi2},
    {"picks_df", "degrees of freedom of picks_chi2", METRIC_COUNT, METRIC_OF_RUN, BETTER_NEITHER, 0,
     INFINITY, picks_df},
    {"picks_chi2_p",
     "the chance of a picks_chi2 so large or larger if every pick is drawn on its own; says "
     "nothing "
     "of balancers that do not draw",
     METRIC_CHANCE, METRIC_OF_RUN, BETTER_NEITHER, 0, 1, picks_chi2_p},
    {"picks_absent",
     "picks of servers that had left or were down, by workers that did not know; in no other "
     "number of the picks",
     METRIC_COUNT, METRIC_OF_RUN, BETTER_LESS, 0, INFINITY, picks_absent},
};

const struct metric_rows metrics_picks = METRIC_ROWS(picks);
