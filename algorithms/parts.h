/* parts.h: the weights of all members laid end to end. SPDX-License-Identifier: MIT
 *
 * Of the members whose turn it is: the backups, or the others; usable or not. nginx makes such a
 * table once, so who is down or full keeps its part, and what falls on it is repeated elsewhere. */
#ifndef LB_PARTS_H
#define LB_PARTS_H

#include "lb_author.h"

static inline bool parts_listed(const struct lb_context *c, uint32_t member)
{
    return (c->member[member].flags & LB_BACKUP) == c->turn;
}

static inline uint64_t parts_total(const struct lb_context *c)
{
    uint64_t total = 0;
    for (uint32_t i = 0; i < c->members; i++)
        total += parts_listed(c, i) ? c->member[i].weight : 0;
    return total;
}

/* Whose part of the weights, laid end to end, holds this place below the total. */
static inline uint32_t parts_member(const struct lb_context *c, uint64_t at)
{
    for (uint32_t i = 0;; i++) {
        uint32_t weight = parts_listed(c, i) ? c->member[i].weight : 0;
        if (at < weight)
            return i;
        at -= weight;
    }
}

#endif
