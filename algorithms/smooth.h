/* smooth.h: one step of smooth weighted round robin, among whoever is offered.
 * SPDX-License-Identifier: MIT */
#ifndef LB_SMOOTH_H
#define LB_SMOOTH_H

#include "lb_author.h"

struct smooth {
    int64_t total, *best;
    uint32_t winner;
};

static inline struct smooth smooth_begin(void)
{
    return (struct smooth){.winner = LB_NONE};
}

/* The first with strictly the most credit wins. Who failed gains less for a while. */
static inline void smooth_offer(struct smooth *turn, struct lb_context *c, uint32_t member,
                                int64_t *credit)
{
    int64_t weight = lb_weight_left(c, member);
    *credit += weight;
    turn->total += weight;
    lb_weight_recovers(c, member);
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

/* ---- A whole pick, for algorithms that keep a credit of 8 bytes a slot, and nothing else ---- */

static inline size_t smooth_memory(uint32_t slots)
{
    return slots * sizeof(int64_t);
}

/* Not when it leaves: an elder picker may still turn to it, and would move its credit again. */
static inline void smooth_enter(struct lb_context *c, uint32_t member, enum lb_entry entry)
{
    if (entry == LB_ENTRY_NEW)
        ((int64_t *)c->memory)[c->member[member].slot] = 0;
}

static inline uint32_t smooth_pick(struct lb_context *c)
{
    struct smooth turn = smooth_begin();
    int64_t *credit = c->memory;
    for (uint32_t i = 0; i < c->members; i++)
        if (lb_usable(c, i))
            smooth_offer(&turn, c, i, &credit[c->member[i].slot]);
    return smooth_end(&turn);
}

#endif
