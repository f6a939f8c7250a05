/* hash_ring.c: a key's server on HAProxy's ring. SPDX-License-Identifier: MIT
 *
 * Idea: a key's server is that of the point nearest to its hash; with a balance factor, the next
 * one clockwise that has fewer connections than so many hundredths of its share. Is it full, the
 * request waits for it. Without a key, round robin point by point over those who are not.
 * Cost of a pick: a hash, a walk over the list and a search in the ring. Memory: 2 kB a server.
 * A scale event: only the keys move that a server loses or gains; ids decide where (see ring.h).
 * Source: HAProxy's `hash-type consistent` and `hash-balance-factor` (lb_chash), rules restated.
 *
 * Shares are whole: what is left of a division goes along the list by what stands before a server
 * in weight. HAProxy adds that up when a process starts, and not again at a change; so it is here,
 * by scope. Keyless and all full: there it waits for anybody. */
#include "key_hash.h"
#include "ring.h"

enum { BALANCE_FACTOR = KEY_HASH_PARAMS };

/* The first list that enters is the process's configuration. */
static void enter(struct lb_context *c, uint32_t member, enum lb_entry entry)
{
    (void)entry;
    struct ring *ring = c->memory;
    if (member == 0 && ring->lists < 2)
        ring->lists++;
    if (ring->lists != 1 || c->member[member].flags != 0)
        return;
    ring_parts(c)[c->member[member].slot].before = ring->before;
    ring->before += RING_POINTS_A_UNIT * units_of(c->member[member].weight, units_scale(c));
}

/* ---- Who may take it ---- */

struct bound {
    struct ring_filter filter;
    uint64_t points, each, rest; /* connections a point, and what is left of the division */
};

static bool is_eligible(const struct lb_context *c, uint32_t member,
                        const struct ring_filter *filter)
{
    (void)filter;
    return lb_eligible(c, member);
}

static bool is_usable(const struct lb_context *c, uint32_t member, const struct ring_filter *filter)
{
    (void)filter;
    return lb_usable(c, member);
}

/* Has it fewer than its share, which is 1 at least? */
static bool is_within(const struct lb_context *c, uint32_t member, const struct ring_filter *filter)
{
    const struct bound *bound = (const struct bound *)filter;
    const struct ring_part *part = &ring_parts(c)[c->member[member].slot];
    uint64_t end = (uint64_t)part->before + part->points;
    uint64_t share = part->points * bound->each + end * bound->rest / bound->points -
                     part->before * bound->rest / bound->points;
    return lb_eligible(c, member) && lb_load(c, member) < (int64_t)(share > 0 ? share : 1);
}

/* So many hundredths of all connections, the coming one included, rounded up. */
static struct bound bound_of(const struct lb_context *c)
{
    uint64_t open = 0, points = ((const struct ring *)c->memory)->points;
    for (uint32_t slot = 0; slot < c->slots; slot++)
        open += c->load[slot] > 0 ? (uint64_t)c->load[slot] : 0;
    uint64_t shares = ((open + 1) * c->param[BALANCE_FACTOR] + 99) / 100;
    return (struct bound){
        .filter = {is_within}, .points = points, .each = shares / points, .rest = shares % points};
}

/* ---- Picks ---- */

static const struct ring_filter eligible = {is_eligible}, usable = {is_usable};

static struct ring_point of_hash(const struct lb_context *c, uint32_t hash)
{
    struct ring_point point = {.slot = LB_NONE};
    if (c->param[BALANCE_FACTOR] > 0) {
        const struct bound bound = bound_of(c);
        point = ring_nearest(c, hash, &bound.filter);
    }
    /* Those within their share were all tried: then others. */
    return point.slot != LB_NONE ? point : ring_nearest(c, hash, &eligible);
}

/* When all are full, HAProxy begins anew at the first point. */
static struct ring_point of_turn(const struct lb_context *c)
{
    struct ring *ring = c->memory;
    struct ring_point point = ring_first(c, ring->cursor + 1, &usable);
    ring->cursor = point.slot != LB_NONE ? ring_place(c, point) : 0;
    return point.slot != LB_NONE ? point : ring_first(c, 0, &eligible);
}

static uint32_t pick(struct lb_context *c)
{
    uint32_t hash;
    if (c->turn != 0 || ring_refresh(c)->points == 0)
        return units_resort(c);
    struct ring_point point = key_hash(c, &hash) ? of_hash(c, hash) : of_turn(c);
    return point.slot != LB_NONE ? c->place[point.slot] : units_resort(c);
}

const struct lb_algorithm lb_hash_ring = {
    .abi = LB_ABI,
    .name = "hash_ring",
    .about = "a key's server on HAProxy's ring; a change moves few keys",
    .param = {KEY_HASH_PARAM_ROWS,
              {.name = "balance_factor",
               .help = "hundredths of its share that a server may have of all connections",
               .min = 100,
               .max = 65535,
               .or_off = true}},
    .keyed = true,
    .addressed = key_hash_addressed,
    .memory = ring_memory,
    .when_full = LB_WAITS_FOR_IT,
    .enter = enter,
    .pick = pick,
};
