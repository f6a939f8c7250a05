/* table_rank.c: who is best and who is worst, and who cannot be told from them. */
#include "reports/table_parts.h"

#include "sim/engine/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NOBODY UINT32_MAX

struct standing {
    double mean;
    uint32_t balancer;
};

static int by_mean(const void *a, const void *b)
{
    const struct standing *one = a, *two = b;
    if (one->mean != two->mean)
        return one->mean < two->mean ? -1 : 1;
    return (one->balancer > two->balancer) - (one->balancer < two->balancer);
}

/* ---- Who can be told from whom ---- */

enum apart table_apart(const struct table *table, struct paired paired, uint32_t one,
                       uint32_t other)
{
    double off = fabs(paired.mean);
    if (off == 0 && paired.half == 0)
        return APART_NOT;
    if (paired.has_interval || (table_is_exact(table, one) && table_is_exact(table, other))) {
        if (off + paired.half <= TABLE_IMMATERIAL)
            return APART_HARDLY;
        return off <= paired.half ? APART_UNKNOWN : APART_SURELY;
    }
    struct noise noise = table_noise(table, one);
    return !noise.empty && off <= noise.misplaced ? APART_UNKNOWN : APART_SURELY;
}

static enum apart apart_ranked(const struct table *table, const struct ranking *ranking,
                               uint32_t one, uint32_t other)
{
    struct paired paired = paired_of(table->experiment, metric_find(ranking->metric), one, other, 0,
                                     0, ranking->ranked - 1);
    return table_apart(table, paired, one, other);
}

/* What best_of() says, where it says anything; else who cannot be told from the best. */
static void mark_best(const struct table *table, struct ranking *ranking)
{
    bool said = best_of(table->experiment, metric_find(ranking->metric), 0, 0, ranking->best);
    uint32_t first = 0;
    while (said && !ranking->best[ranking->order[first]])
        first++;
    for (uint32_t i = 0; i < ranking->ranked; i++) {
        uint32_t balancer = ranking->order[i];
        enum apart apart =
            i == first ? APART_NOT : apart_ranked(table, ranking, ranking->order[first], balancer);
        if (!said && apart <= APART_UNKNOWN)
            ranking->best[balancer] = true;
        if (!ranking->best[balancer])
            continue;
        ranking->bests++;
        ranking->apart = apart > ranking->apart ? apart : ranking->apart;
    }
}

static void mark_worst(const struct table *table, struct ranking *ranking)
{
    uint32_t worst = NOBODY;
    for (uint32_t i = ranking->ranked; i-- > 0;) {
        uint32_t balancer = ranking->order[i];
        if (ranking->best[balancer])
            continue;
        if (worst == NOBODY)
            worst = balancer;
        ranking->worst[balancer] =
            balancer == worst || apart_ranked(table, ranking, worst, balancer) < APART_SURELY;
        ranking->worsts += ranking->worst[balancer];
    }
}

struct ranking table_rank(const struct table *table, const char *metric)
{
    uint32_t balancers = table->scenario->balancers;
    struct ranking ranking = {.metric = metric,
                              .order = memory_zeroed(balancers, sizeof *ranking.order),
                              .best = memory_zeroed(balancers, sizeof *ranking.best),
                              .worst = memory_zeroed(balancers, sizeof *ranking.worst)};
    struct standing *standing = memory_zeroed(balancers, sizeof *standing);
    for (uint32_t b = 0; b < balancers; b++) {
        struct summary summary = table_summary(table, metric, b, 0);
        if (summary.count > 0)
            standing[ranking.ranked++] = (struct standing){.mean = summary.mean, .balancer = b};
    }
    qsort(standing, ranking.ranked, sizeof *standing, by_mean);
    for (uint32_t i = 0; i < ranking.ranked; i++)
        ranking.order[i] = standing[i].balancer;
    free(standing);
    if (ranking.ranked > 0) {
        mark_best(table, &ranking);
        mark_worst(table, &ranking);
    }
    return ranking;
}

void table_rank_free(struct ranking *ranking)
{
    free(ranking->order);
    free(ranking->best);
    free(ranking->worst);
}
