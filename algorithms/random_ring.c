/* random_ring.c: the least loaded of some draws on HAProxy's ring. SPDX-License-Identifier: MIT
 *
 * Idea: a random number is placed on the ring, as a hash is, so often; of the servers met, who has
 * fewer connections for its weight wins, and of equals the later. Is it full, the request waits.
 * Cost of a pick: a walk over the list, and a search in the ring for each draw. Memory: 2 kB a
 * server. A scale event: nothing is forgotten; the newcomer gets the ring's share of it at once.
 * Source: HAProxy's `random` (2.6: get_server_rnd), its rule restated. The ring is uneven, and so
 * is one draw. */
#include "ring.h"

enum { DRAWS };

static bool is_eligible(const struct lb_context *c, uint32_t member,
                        const struct ring_filter *filter)
{
    (void)filter;
    return lb_eligible(c, member);
}

/* Connections times the other's weight, which is what of each is on the ring. */
static bool is_worse(const struct lb_context *c, uint32_t slot, uint32_t than)
{
    const struct ring_part *part = ring_parts(c);
    return (int64_t)c->load[slot] * part[than].points > (int64_t)c->load[than] * part[slot].points;
}

static uint32_t pick(struct lb_context *c)
{
    const struct ring_filter eligible = {is_eligible};
    uint32_t best = LB_NONE;
    if (c->turn != 0 || ring_refresh(c)->points == 0)
        return units_resort(c);
    for (uint64_t draws = c->param[DRAWS]; draws > 0; draws--) {
        uint32_t slot = ring_nearest(c, (uint32_t)(lb_draw(c) >> 32), &eligible).slot;
        if (slot == LB_NONE)
            return units_resort(c);
        if (best == LB_NONE || !is_worse(c, slot, best))
            best = slot;
    }
    return c->place[best];
}

const struct lb_algorithm lb_random_ring = {
    .abi = LB_ABI,
    .name = "random_ring",
    .about = "the least loaded of some draws on HAProxy's ring",
    .param = {{.name = "draws",
               .help = "of which the least loaded wins",
               .fallback = 2,
               .min = 1,
               .max = 1024}},
    .memory = ring_memory,
    .when_full = LB_WAITS_FOR_ANY,
    .pick = pick,
};
