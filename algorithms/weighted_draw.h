/* weighted_draw.h: a usable member drawn by weight. SPDX-License-Identifier: MIT */
#ifndef LB_WEIGHTED_DRAW_H
#define LB_WEIGHTED_DRAW_H

#include "parts.h"
#include "smooth.h"

/* What the usable members but `without` (or LB_NONE) weigh together. */
static inline uint64_t weighted_total(const struct lb_context *c, uint32_t without)
{
    uint64_t total = 0;
    for (uint32_t i = 0; i < c->members; i++)
        if (i != without && lb_usable(c, i))
            total += c->member[i].weight;
    return total;
}

/* One of them, each with probability weight / total. LB_NONE, and no draw, where there is none. */
static inline uint32_t weighted_draw(struct lb_context *c, uint32_t without)
{
    uint64_t total = weighted_total(c, without);
    if (total == 0)
        return LB_NONE;
    uint64_t at = lb_draw_below(c, total);
    for (uint32_t i = 0;; i++) {
        if (i == without || !lb_usable(c, i))
            continue;
        if (at < c->member[i].weight)
            return i;
        at -= c->member[i].weight;
    }
}

/* ---- As nginx draws ---- */

/* A draw that falls on a member that may not be taken is repeated; when there were more than
 * twenty of those, round robin serves. Each try of a request has its twenty here; in nginx they
 * share them. */
enum { DRAWS_NEVER_END, DRAWS_END_AFTER_20 };
#define WEIGHTED_DRAW_ENDS                                                                         \
    {                                                                                              \
        .name = "gives_up",                                                                        \
        .help = "drawing among the usable, or, as nginx does, among all until 20 draws were vain", \
        .words = weighted_draw_ends, .fallback = DRAWS_NEVER_END, .max = DRAWS_END_AFTER_20        \
    }
static const char *const weighted_draw_ends[] = {"never", "after_20", NULL};

/* One member of all, with probability weight / total; it may not be usable. */
static inline uint32_t weighted_draw_any(struct lb_context *c, uint64_t total)
{
    return parts_member(c, lb_draw_below(c, total));
}

/* Is there anything to draw for? A sole member is not drawn. */
static inline bool weighted_draw_begins(const struct lb_context *c)
{
    return c->members > 1 && weighted_total(c, LB_NONE) > 0;
}

#endif
