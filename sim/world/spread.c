/* spread.c: how far what servers have is from what they are entitled to. */
#include "sim/world/spread.h"

#include "sim/engine/memory.h"

#include <math.h>
#include <stdlib.h>

struct share {
    double entitled, ratio; /* ratio: of what it has to what it is entitled to */
    uint32_t server;
};

/* Servers of one ratio in their own order, so that no library's qsort has a say in a sum. */
static int by_ratio(const void *a, const void *b)
{
    const struct share *one = a, *two = b;
    if (one->ratio != two->ratio)
        return one->ratio < two->ratio ? -1 : 1;
    return (one->server > two->server) - (one->server < two->server);
}

/* sum over pairs of e e' |r - r'|: each gap between neighbours, by ratio, lies between all below
 * and all above it. So equal ratios are exactly 0 apart, however they were rounded. */
static double pair_differences(const struct share *share, uint32_t count)
{
    double all = 0, below = 0, sum = 0;
    for (uint32_t i = 0; i < count; i++)
        all += share[i].entitled;
    for (uint32_t i = 0; i + 1 < count; i++) {
        below += share[i].entitled;
        sum += (share[i + 1].ratio - share[i].ratio) * below * (all - below);
    }
    return 2 * sum; /* each pair was met once */
}

/* What the shares add up to. */
struct sums {
    double x, entitled, apart; /* apart: of |x - e| */
};

/* The shares are put in order. */
static struct spread spread_of_shares(struct share *share, uint32_t count, struct sums sum)
{
    double variance = 0;
    for (uint32_t i = 0; i < count; i++) {
        double off = share[i].ratio - 1;
        variance += share[i].entitled * off * off;
    }
    variance /= sum.entitled;
    qsort(share, count, sizeof *share, by_ratio);
    return (struct spread){
        .max_over_mean = share[count - 1].ratio,
        .min_over_mean = share[0].ratio,
        .cv = sqrt(variance),
        .jain = 1 / (1 + variance),
        .gini = pair_differences(share, count) / (2 * sum.entitled * sum.entitled),
        .misplaced = sum.apart / (2 * sum.x),
    };
}

struct spread spread_of(const uint64_t *x, const uint32_t *weight, uint32_t servers)
{
    uint64_t weights = 0, total = 0;
    for (uint32_t s = 0; s < servers; s++)
        if (weight[s] > 0) {
            weights += weight[s];
            total += x[s];
        }
    if (total == 0)
        return (struct spread){.empty = true};
    struct share *share = memory_zeroed(servers, sizeof *share);
    struct sums sum = {.x = (double)total, .entitled = (double)total};
    uint32_t count = 0;
    for (uint32_t s = 0; s < servers; s++) {
        if (weight[s] == 0)
            continue;
        double part = (double)total * (double)weight[s], entitled = part / (double)weights;
        share[count++] = (struct share){
            .entitled = entitled, .ratio = (double)x[s] * (double)weights / part, .server = s};
        sum.apart += fabs((double)x[s] - entitled);
    }
    struct spread spread = spread_of_shares(share, count, sum);
    free(share);
    return spread;
}

struct spread spread_of_entitled(const uint64_t *x, const double *entitled, uint32_t servers)
{
    struct share *share = memory_zeroed(servers, sizeof *share);
    struct sums sum = {.x = 0};
    uint32_t count = 0;
    for (uint32_t s = 0; s < servers; s++) {
        if (entitled[s] <= 0)
            continue;
        share[count++] = (struct share){
            .entitled = entitled[s], .ratio = (double)x[s] / entitled[s], .server = s};
        sum.x += (double)x[s];
        sum.entitled += entitled[s];
        sum.apart += fabs((double)x[s] - entitled[s]);
    }
    struct spread spread = {.empty = sum.x == 0};
    if (!spread.empty)
        spread = spread_of_shares(share, count, sum);
    free(share);
    return spread;
}
