/* first.c: the first that has room. SPDX-License-Identifier: MIT
 *
 * Idea: the lowest number in the configuration serves until it is full, then the next one.
 * Cost of a pick: one walk over the list. Memory: none.
 * A scale event: a newcomer takes nothing before all with lower numbers are full. Packs.
 * Source: HAProxy's `first` (lb_fas), its rule restated. Weights mean nothing to it, but for 0. */
#include "lb_author.h"

static uint32_t pick(struct lb_context *c)
{
    uint32_t first = LB_NONE;
    for (uint32_t i = 0; i < c->members; i++)
        if (lb_usable(c, i) && (first == LB_NONE || c->member[i].id < c->member[first].id))
            first = i;
    return first;
}

const struct lb_algorithm lb_first = {
    .abi = LB_ABI,
    .name = "first",
    .about = "the first in the configuration that has room",
    .pick = pick,
};
