/* smooth.h: one step of smooth weighted round robin, among whoever is offered.
 * SPDX-License-Identifier: MIT */
#ifndef LB_SMOOTH_H
#define LB_SMOOTH_H

#include "lb.h"

struct smooth {
    int64_t total, *best;
    uint32_t winner;
};

static inline struct smooth smooth_begin(void)
{
    return (struct smooth){.winner = LB_NONE};
}

/* The first with strictly the most credit wins. */
static inline void smooth_offer(struct smooth *turn, uint32_t member, int64_t *credit,
                                uint32_t weight)
{
    *credit += weight;
    turn->total += weight;
    if (turn->best == NULL || *credit > *turn->best) {
        turn->best = credit;
        turn->winner = member;
    }
}

static inline uint32_t smooth_end(struct smooth *turn)
{
    if (turn->best != NULL)
        *turn->best -= turn->total;
    return turn->winner;
}

#endif
