/* metrics.c: spread, and the table of metrics. */
#include "sim/run/metrics.h"

#include "sim/engine/memory.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

/* ---- Spread ---- */

struct share {
    double entitled, ratio;
};

static int by_ratio(const void *a, const void *b)
{
    const struct share *one = a, *two = b;
    return (one->ratio > two->ratio) - (one->ratio < two->ratio);
}

/* sum over pairs of e e' |r - r'|, by ratio from low to high, in one pass. */
static double pair_differences(const struct share *share, uint32_t count)
{
    double below = 0, weighted_below = 0, sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        sum += share[i].entitled * (share[i].ratio * below - weighted_below);
        below += share[i].entitled;
        weighted_below += share[i].entitled * share[i].ratio;
    }
    return 2 * sum; /* each pair was met once */
}

struct spread spread_of(const uint64_t *x, const uint32_t *weight, uint32_t servers)
{
    uint64_t weights = 0, total = 0;
    for (uint32_t i = 0; i < servers; i++)
        if (weight[i] > 0) {
            weights += weight[i];
            total += x[i];
        }
    struct spread spread = {.empty = total == 0};
    if (total == 0)
        return spread;
    struct share *share = memory_zeroed(servers, sizeof *share);
    double variance = 0, apart = 0;
    uint32_t count = 0;
    for (uint32_t i = 0; i < servers; i++) {
        if (weight[i] == 0)
            continue;
        double entitled = (double)total * (double)weight[i] / (double)weights;
        double ratio = (double)x[i] * (double)weights / ((double)total * (double)weight[i]);
        variance += entitled * (ratio - 1) * (ratio - 1);
        apart += fabs((double)x[i] - entitled);
        share[count++] = (struct share){entitled, ratio};
    }
    qsort(share, count, sizeof *share, by_ratio);
    spread.min_over_mean = share[0].ratio;
    spread.max_over_mean = share[count - 1].ratio;
    spread.cv = sqrt(variance / (double)total);
    spread.jain = 1 / (1 + variance / (double)total);
    spread.gini = pair_differences(share, count) / (2 * (double)total * (double)total);
    spread.misplaced = apart / (2 * (double)total);
    free(share);
    return spread;
}

/* ---- Metrics ---- */

struct spread spread_at(const struct world_result *result, uint32_t moment)
{
    if (moment < result->moments)
        return spread_of(result->moment[moment].live, result->moment[moment].weight,
                         result->servers);
    uint64_t *live = memory_zeroed(result->servers, sizeof *live);
    uint32_t *weight = memory_zeroed(result->servers, sizeof *weight);
    for (uint32_t i = 0; i < result->servers; i++) {
        live[i] = world_tally_at(result, 0, i)->live;
        weight[i] = result->present[i] ? result->weight[i] : 0;
    }
    struct spread spread = spread_of(live, weight, result->servers);
    free(live);
    free(weight);
    return spread;
}

#define LIVE_METRIC(field)                                                                         \
    static bool live_##field(const struct world_result *result, double *value)                     \
    {                                                                                              \
        struct spread spread = spread_at(result, result->moments);                                 \
        *value = spread.field;                                                                     \
        return !spread.empty;                                                                      \
    }
LIVE_METRIC(max_over_mean)
LIVE_METRIC(min_over_mean)
LIVE_METRIC(cv)
LIVE_METRIC(jain)
LIVE_METRIC(gini)
LIVE_METRIC(misplaced)

#define FLOW_METRIC(field)                                                                         \
    static bool flow_##field(const struct world_result *result, double *value)                     \
    {                                                                                              \
        *value = (double)result->flow[0].field;                                                    \
        return true;                                                                               \
    }
FLOW_METRIC(refused)
FLOW_METRIC(cut)
FLOW_METRIC(gave_up)

static const struct metric metrics[] = {
    {"live_max_over_mean", "fullest server over its share, at the end", true, live_max_over_mean},
    {"live_min_over_mean", "emptiest server over its share, at the end", false, live_min_over_mean},
    {"live_cv", "coefficient of variation of server over share, at the end", true, live_cv},
    {"live_jain", "Jain's fairness index, at the end", false, live_jain},
    {"live_gini", "Gini coefficient, at the end", true, live_gini},
    {"live_misplaced", "share of connections that would have to move, at the end", true,
     live_misplaced},
    {"refused", "opens refused", true, flow_refused},
    {"cut", "connections cut", true, flow_cut},
    {"gave_up", "clients that ran out of tries", true, flow_gave_up},
};

const struct metric *metric_at(uint32_t i)
{
    return i < sizeof metrics / sizeof *metrics ? &metrics[i] : NULL;
}

bool newcomer_share_100(const struct world_newcomer *newcomer, double *value)
{
    *value = (double)newcomer->taken / NEWCOMER_PICKS;
    return newcomer->picks == NEWCOMER_PICKS;
}

/* ---- Over replications ---- */

struct summary summarize(const double *value, uint64_t count, uint64_t empty)
{
    struct summary summary = {.count = count, .empty = empty};
    if (count == 0)
        return summary;
    for (uint64_t i = 0; i < count; i++)
        summary.mean += value[i] / (double)count;
    for (uint64_t i = 0; i < count; i++)
        summary.sd += (value[i] - summary.mean) * (value[i] - summary.mean);
    summary.sd = count > 1 ? sqrt(summary.sd / (double)(count - 1)) : 0;
    summary.has_interval = count >= 5;
    if (summary.has_interval) {
        double half =
            gsl_cdf_tdist_Pinv(0.975, (double)(count - 1)) * summary.sd / sqrt((double)count);
        summary.low_95 = summary.mean - half;
        summary.high_95 = summary.mean + half;
    }
    return summary;
}
