/* random.c: a weighted draw. SPDX-License-Identifier: MIT
 *
 * Idea: one draw among the usable, each with the probability of its weight; or as nginx does it.
 * Cost of a pick: one random number, two walks over the list. Memory: 8 bytes a server.
 * A scale event: nothing to forget; the newcomer gets its share from the next pick on.
 * Source: textbook; gives_up after_20 is nginx's `random`, its rule restated. */
#include "weighted_draw.h"

enum { GIVES_UP };

static uint32_t pick_until_vain(struct lb_context *c)
{
    uint64_t total = parts_total(c);
    bool drawing = weighted_draw_begins(c);
    for (uint32_t vain = 0; drawing; drawing = ++vain <= 20) {
        uint32_t drawn = weighted_draw_any(c, total);
        if (lb_usable(c, drawn))
            return drawn;
    }
    return smooth_pick(c);
}

static uint32_t pick(struct lb_context *c)
{
    return c->param[GIVES_UP] == DRAWS_END_AFTER_20 ? pick_until_vain(c)
                                                    : weighted_draw(c, LB_NONE);
}

const struct lb_algorithm lb_random = {
    .abi = LB_ABI,
    .name = "random",
    .about = "a weighted draw among the usable",
    .param = {WEIGHTED_DRAW_ENDS},
    .draws_alone = true,
    .memory = smooth_memory,
    .enter = smooth_enter,
    .pick = pick,
};
