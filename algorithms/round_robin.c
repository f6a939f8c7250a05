/* round_robin.c: smooth weighted round robin. SPDX-License-Identifier: MIT
 *
 * Idea: everyone usable gains its weight, the richest serves and pays what all gained together.
 * Cost of a pick: one walk over the list. Memory: 8 bytes a server.
 * A scale event: who stays keeps its credit where the scope lives on; who enters starts at zero.
 * Source: nginx since 1.3.0 (upstream round robin); its rule, restated. */
#include "lb_author.h"
#include "smooth.h"

static size_t memory(uint32_t slots)
{
    return slots * sizeof(int64_t);
}

/* Not when it leaves: an elder picker may still turn to it, and would move its credit again. */
static void enter(struct lb_context *c, uint32_t member, enum lb_entry entry)
{
    if (entry == LB_ENTRY_NEW)
        ((int64_t *)c->memory)[c->member[member].slot] = 0;
}

static uint32_t pick(struct lb_context *c)
{
    struct smooth turn = smooth_begin();
    int64_t *credit = c->memory;
    for (uint32_t i = 0; i < c->members; i++)
        if (lb_usable(c, i))
            smooth_offer(&turn, i, &credit[c->member[i].slot], c->member[i].weight);
    return smooth_end(&turn);
}

/* The credit that it comes to the next pick with; the most wins. */
static double score(const struct lb_context *c, uint32_t member, int64_t load)
{
    (void)load;
    const struct lb_member *m = &c->member[member];
    return (double)(((const int64_t *)c->memory)[m->slot] + m->weight);
}

const struct lb_algorithm lb_round_robin = {
    .abi = LB_ABI,
    .name = "round_robin",
    .about = "smooth weighted round robin",
    .memory = memory,
    .enter = enter,
    .pick = pick,
    .score = score,
};
