/* d_choices.c: the best of a few. SPDX-License-Identifier: MIT
 *
 * Idea: draw d usable servers by weight; of these, the fewest connections for its weight serves.
 * Cost of a pick: d random numbers, d + 1 walks over the list. Memory: 8 bytes a server.
 * A scale event: a newcomer gets the picks that draw it, d times its share at most, and no flood.
 * Source: Azar, Broder, Karlin, Upfal, "Balanced Allocations" (1994); Mitzenmacher (1996).
 *
 * `lbsim contract ./d_choices.so` tries on it what an algorithm must keep. */
#include "lb_author.h"

/* The parameters, in the order of the table below. */
enum { D, TIES };
enum { TIES_FIRST, TIES_RESTED };
static const char *const ties[] = {"first", "rested", NULL};

/* What a scope remembers: all zero when it begins, shared by all that pick in it. */
struct rest {
    uint64_t picks;
    uint64_t last[]; /* by slot: the number of the pick that took it last; 0: none yet */
};

static size_t memory(uint32_t slots)
{
    return sizeof(struct rest) + slots * sizeof(uint64_t);
}

/* A server that returns after it left the scope begins like a new one. One that the scope knows,
 * and that comes with a new picker or an edited list, keeps what is remembered of it. */
static void enter(struct lb_context *c, uint32_t member, enum lb_entry why)
{
    struct rest *rest = c->memory;
    if (why == LB_ENTRY_NEW)
        rest->last[c->member[member].slot] = 0;
}

static void taken(struct lb_context *c, uint32_t slot)
{
    struct rest *rest = c->memory;
    rest->last[slot] = ++rest->picks;
}

/* In sixteenths: a server in its slow start has a part of its weight. */
static int64_t weight_of(const struct lb_context *c, uint32_t member)
{
    return (int64_t)c->member[member].weight * lb_sixteenths(c, member);
}

/* One of the usable, each with probability weight / total. */
static uint32_t draw(struct lb_context *c, uint64_t total)
{
    uint64_t at = lb_draw_below(c, total);
    for (uint32_t i = 0;; i++) {
        uint64_t weight = lb_usable(c, i) ? (uint64_t)weight_of(c, i) : 0;
        if (at < weight)
            return i;
        at -= weight;
    }
}

/* Quotients are compared by cross-multiplication: nothing is rounded, nothing divided by 0. */
static bool is_better(const struct lb_context *c, uint32_t one, uint32_t other)
{
    const struct rest *rest = c->memory;
    int64_t a = lb_load(c, one) * weight_of(c, other), b = lb_load(c, other) * weight_of(c, one);
    if (a != b)
        return a < b;
    return c->param[TIES] == TIES_RESTED &&
           rest->last[c->member[one].slot] < rest->last[c->member[other].slot];
}

static uint32_t pick(struct lb_context *c)
{
    uint64_t total = 0;
    for (uint32_t i = 0; i < c->members; i++)
        total += lb_usable(c, i) ? (uint64_t)weight_of(c, i) : 0;
    if (total == 0)
        return LB_NONE;
    uint32_t best = draw(c, total);
    for (uint64_t drawn = 1; drawn < c->param[D]; drawn++) {
        uint32_t other = draw(c, total);
        if (is_better(c, other, best))
            best = other;
    }
    return best;
}

/* What pick compares by, for logs and status pages: connections for a sixteenth of a weight. */
static double score(const struct lb_context *c, uint32_t member, int64_t load)
{
    int64_t weight = weight_of(c, member);
    return weight == 0 ? (double)INFINITY : (double)load / (double)weight;
}

static const struct lb_algorithm d_choices = {
    .abi = LB_ABI,
    .name = "d_choices",
    .about = "the least loaded of d servers, drawn by weight",
    .param = {{.name = "d", .help = "draws for a pick", .fallback = 2, .min = 1, .max = 64},
              {.name = "ties",
               .help = "who serves of two that are loaded alike: drawn first, or longest unpicked",
               .words = ties,
               .fallback = TIES_FIRST,
               .max = TIES_RESTED}},
    .memory = memory,
    .enter = enter,
    .taken = taken,
    .pick = pick,
    .score = score,
};

LB_PLUGIN(&d_choices);
