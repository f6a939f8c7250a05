/* weighted_draw.h: a usable member drawn by weight. SPDX-License-Identifier: MIT */
#ifndef LB_WEIGHTED_DRAW_H
#define LB_WEIGHTED_DRAW_H

#include "lb_author.h"

/* What the usable members but `without` (or LB_NONE) weigh together. */
static inline uint64_t weighted_total(const struct lb_context *c, uint32_t without)
{
    uint64_t total = 0;
    for (uint32_t i = 0; i < c->members; i++)
        if (i != without && lb_usable(c, i))
            total += c->member[i].weight;
    return total;
}

/* One of them, each with probability weight / total. LB_NONE, and no draw, where there is none. */
static inline uint32_t weighted_draw(struct lb_context *c, uint32_t without)
{
    uint64_t total = weighted_total(c, without);
    if (total == 0)
        return LB_NONE;
    uint64_t at = lb_draw_below(c, total);
    for (uint32_t i = 0;; i++) {
        if (i == without || !lb_usable(c, i))
            continue;
        if (at < c->member[i].weight)
            return i;
        at -= c->member[i].weight;
    }
}

#endif
