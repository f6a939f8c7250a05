/* round_robin.c: smooth weighted round robin. SPDX-License-Identifier: MIT
 *
 * Idea: everyone usable gains its weight, the richest serves and pays what all gained together.
 * Cost of a pick: one walk over the list. Memory: 8 bytes a server.
 * A scale event: who stays keeps its credit where the scope lives on; who enters starts at zero.
 * Source: nginx since 1.3.0 (upstream round robin); its rule, restated. */
#include "smooth.h"

/* The credit that it comes to the next pick with; the most wins. */
static double score(const struct lb_context *c, uint32_t member, int64_t load)
{
    (void)load;
    const int64_t *credit = c->memory;
    return (double)(credit[c->member[member].slot] + lb_weight_left(c, member));
}

const struct lb_algorithm lb_round_robin = {
    .abi = LB_ABI,
    .name = "round_robin",
    .about = "smooth weighted round robin",
    .memory = smooth_memory,
    .enter = smooth_enter,
    .pick = smooth_pick,
    .score = score,
};
