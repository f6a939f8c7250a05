/* metrics_live.c: metrics of how even the live connections are. */
#include "sim/run/metrics_parts.h"

#include "sim/engine/memory.h"
#include "sim/run/chance.h"

#include <assert.h>
#include <stdlib.h>

/* ---- At one moment ---- */

static struct spread spread_at_end(const struct world_result *result, uint32_t row)
{
    uint64_t *live = memory_zeroed(result->servers, sizeof *live);
    uint32_t *weight = memory_zeroed(result->servers, sizeof *weight);
    for (uint32_t s = 0; s < result->servers; s++) {
        live[s] = world_tally_at(result, row, s)->live;
        weight[s] = result->present[s] ? result->weight[s] : 0;
    }
    struct spread spread = spread_of(live, weight, result->servers);
    free(live);
    free(weight);
    return spread;
}

struct spread spread_at(const struct world_result *result, uint32_t row, uint32_t moment)
{
    assert(row <= result->traffics && moment <= result->moments);
    if (moment == result->moments)
        return spread_at_end(result, row);
    if (row > 0) /* moments are of all traffic together */
        return (struct spread){.empty = true};
    return spread_of(result->moment[moment].live, result->moment[moment].weight, result->servers);
}

/* ---- Over time ---- */

/* Sums over the midpoints, put in proportion to each other; each point counts by its connections
 * (max and min: by its connections per weight). */
static struct spread spread_average(const struct world_result *result, uint32_t row)
{
    const struct world_average *average = &result->measure[row].average;
    if (average->points == 0)
        return (struct spread){.empty = true};
    double variance = average->cv2 / average->live;
    return (struct spread){
        .max_over_mean = average->max / average->mean,
        .min_over_mean = average->min / average->mean,
        .cv = sqrt(variance),
        .jain = 1 / (1 + variance),
        .gini = average->gini / average->live,
        .misplaced = average->misplaced / average->live,
    };
}

SPREAD_FUNCTIONS(end_, spread_at_end)
SPREAD_FUNCTIONS(average_, spread_average)

/* ---- At the worst time ---- */

static struct value max_over_mean_peak(const struct world_result *result, uint32_t row,
                                       uint32_t change)
{
    const struct world_measure *measure = &result->measure[row];
    (void)change;
    return measure->judged ? value_ratio(measure->max_over_mean_peak) : VALUE_NONE;
}

static struct value live_max(const struct world_result *result, uint32_t row, uint32_t change)
{
    (void)change;
    return value_count(result->measure[row].live_max);
}

/* No time was bad where no time could be judged, and none was good: it is not 0. */
static struct value over_110(const struct world_result *result, uint32_t row, uint32_t change)
{
    const struct world_measure *measure = &result->measure[row];
    (void)change;
    return measure->judged ? value_seconds(measure->over_110_ns) : VALUE_NONE;
}

/* ---- What chance alone would leave ---- */

/* Of as many servers, and as many connections on each, as there were on average. A server alone
 * cannot be uneven. */
static struct noise noise_of(const struct world_result *result, uint32_t row)
{
    const struct world_average *average = &result->measure[row].average;
    if (average->present <= average->points)
        return (struct noise){.empty = true};
    return noise_floor(average->live / (double)average->present,
                       (double)average->present / (double)average->points);
}

static struct value noise_max_over_mean(const struct world_result *result, uint32_t row,
                                        uint32_t change)
{
    struct noise noise = noise_of(result, row);
    (void)change;
    return noise.empty ? VALUE_NONE : value_ratio(noise.max_over_mean);
}

static struct value noise_misplaced(const struct world_result *result, uint32_t row,
                                    uint32_t change)
{
    struct noise noise = noise_of(result, row);
    (void)change;
    return noise.empty ? VALUE_NONE : value_ratio(noise.misplaced);
}

/* ---- The table ---- */

static const struct metric live[] = {
    SPREAD_ROWS("live_", "", end_, "connections", ", at the end", BETTER_LESS, BETTER_MORE),
    SPREAD_ROWS("live_", "_avg", average_, "connections",
                ", over the run, while every server is entitled to ten or more", BETTER_LESS,
                BETTER_MORE),
    {"live_max_over_mean_peak",
     "the most that the fullest server's connections ever were over its fair share, while every "
     "server is entitled to ten or more; high under every balancer once a server joins",
     METRIC_RATIO, METRIC_OF_RUN, BETTER_LESS, 1, INFINITY, max_over_mean_peak},
    {"live_max", "the most connections that were ever on one server", METRIC_COUNT, METRIC_OF_RUN,
     BETTER_LESS, 0, INFINITY, live_max},
    {"over_110_s",
     "seconds in which the fullest server was more than 10 % above its fair share, while every "
     "server is entitled to ten or more",
     METRIC_TIME, METRIC_OF_RUN, BETTER_LESS, 0, INFINITY, over_110},
    {"noise_max_over_mean",
     "the noise floor: about what live_max_over_mean_avg is where every connection falls on a "
     "server by chance",
     METRIC_CHANCE, METRIC_OF_RUN, BETTER_NEITHER, 1, INFINITY, noise_max_over_mean},
    {"noise_misplaced",
     "the noise floor: about what live_misplaced_avg is where every connection falls on a server "
     "by chance",
     METRIC_CHANCE, METRIC_OF_RUN, BETTER_NEITHER, 0, 1, noise_misplaced},
};

const struct metric_rows metrics_live = METRIC_ROWS(live);
