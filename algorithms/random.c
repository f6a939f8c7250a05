/* random.c: a weighted draw. SPDX-License-Identifier: MIT
 *
 * Idea: one draw among the usable, each with the probability of its weight.
 * Cost of a pick: one random number, two walks over the list. Memory: none.
 * A scale event: nothing to forget; the newcomer gets its share from the next pick on.
 * Source: textbook; the same law as nginx's `random` as long as it does not give up drawing. */
#include "weighted_draw.h"

static uint32_t pick(struct lb_context *c)
{
    return weighted_draw(c, LB_NONE);
}

const struct lb_algorithm lb_random = {
    .abi = LB_ABI,
    .name = "random",
    .about = "a weighted draw among the usable",
    .pick = pick,
};
