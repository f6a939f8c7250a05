/* random_two.c: the better of two. SPDX-License-Identifier: MIT
 *
 * Idea: draw two distinct usable servers by weight, take the one with fewer connections a weight.
 * Cost of a pick: two random numbers, four walks over the list. Memory: none.
 * A scale event: sees what its view sees; a newcomer gets every pick that draws it, no more.
 * nginx gives up after 20 rejected draws and takes a round-robin pick; this never gives up.
 * Source: Mitzenmacher, "The Power of Two Choices" (1996); nginx's `random two least_conn`. */
#include "weighted_draw.h"

enum { TIES };
enum { TIES_FIRST, TIES_SECOND };
static const char *const ties[] = {"first", "second", NULL};

static uint32_t pick(struct lb_context *c)
{
    uint32_t first = weighted_draw(c, LB_NONE);
    uint32_t second = first == LB_NONE ? LB_NONE : weighted_draw(c, first);
    if (second == LB_NONE)
        return first;
    int64_t one = lb_load(c, first) * c->member[second].weight;
    int64_t two = lb_load(c, second) * c->member[first].weight;
    if (one == two)
        return c->param[TIES] == TIES_SECOND ? second : first;
    return one < two ? first : second;
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
               .max = TIES_SECOND}},
    .pick = pick,
    .score = score,
};
