/* random_two.c: the better of two. SPDX-License-Identifier: MIT
 *
 * Idea: draw two distinct usable servers by weight, take the one with fewer connections a weight.
 * Cost of a pick: two random numbers, four walks over the list. Memory: 8 bytes a server.
 * A scale event: sees what its view sees; a newcomer gets every pick that draws it, no more.
 * Source: Mitzenmacher, "The Power of Two Choices" (1996); gives_up after_20 with ties second is
 * nginx's `random two least_conn`, its rule restated. */
#include "weighted_draw.h"

enum { TIES, GIVES_UP };
enum { TIES_FIRST, TIES_SECOND };
static const char *const ties[] = {"first", "second", NULL};

static uint32_t better(const struct lb_context *c, uint32_t first, uint32_t second)
{
    int64_t one = lb_load(c, first) * c->member[second].weight;
    int64_t two = lb_load(c, second) * c->member[first].weight;
    if (one == two)
        return c->param[TIES] == TIES_SECOND ? second : first;
    return one < two ? first : second;
}

/* The first that is found uses up one of the twenty, so a heavy server that comes again and again
 * ends the search soon: then not even the first is taken, but whose turn it is. */
static uint32_t pick_until_vain(struct lb_context *c)
{
    uint64_t total = parts_total(c);
    uint32_t first = LB_NONE;
    bool drawing = weighted_draw_begins(c);
    for (uint32_t spent = 0; drawing; drawing = ++spent <= 20) {
        uint32_t drawn = weighted_draw_any(c, total);
        if (drawn == first || !lb_usable(c, drawn))
            continue;
        if (first != LB_NONE)
            return better(c, first, drawn);
        first = drawn;
    }
    return smooth_pick(c);
}

static uint32_t pick(struct lb_context *c)
{
    if (c->param[GIVES_UP] == DRAWS_END_AFTER_20)
        return pick_until_vain(c);
    uint32_t first = weighted_draw(c, LB_NONE);
    uint32_t second = first == LB_NONE ? LB_NONE : weighted_draw(c, first);
    return second == LB_NONE ? first : better(c, first, second);
}

static double score(const struct lb_context *c, uint32_t member, int64_t load)
{
    return lb_per_weight(load, c->member[member].weight);
}

const struct lb_algorithm lb_random_two = {
    .abi = LB_ABI,
    .name = "random_two",
    .about = "two distinct draws by weight; the lower connections/weight wins",
    .param = {{.name = "ties",
               .help = "which draw a tie goes to",
               .words = ties,
               .fallback = TIES_FIRST,
               .max = TIES_SECOND},
              WEIGHTED_DRAW_ENDS},
    .memory = smooth_memory,
    .enter = smooth_enter,
    .pick = pick,
    .score = score,
};
