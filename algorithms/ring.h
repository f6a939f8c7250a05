/* ring.h: HAProxy's ring of hashed servers. SPDX-License-Identifier: MIT
 *
 * A server has 16 points a unit of weight, fewer in its slow start: the mixes of id * 4096 + 0, 1,
 * ... Servers of one id have the same points, and of these the first to enter has those that are
 * reached from below, the last those from above; the others have none.
 *
 * The scope remembers what of each server is on the ring. It is looked over at each pick, and
 * where the list says otherwise, the ring is made anew: sorted, if there is room for so many points
 * (16 units of weight a slot on average), and else each point is worked out whenever it is asked
 * for. The picks are the same. */
#ifndef LB_RING_H
#define LB_RING_H

#include "mix32.h"
#include "units.h"

enum { RING_POINTS_A_UNIT = 16, RING_POINTS_MAX = 4096, RING_ROOM_A_SLOT = 256 };

/* What of a server is on the ring, by slot. */
struct ring_part {
    uint32_t id, points;
    uint32_t entered; /* its number among those that came on the ring, from 1 */
    uint32_t before;  /* what stood before it in weight when the scope began: hash_ring.c */
};

struct ring_point {
    uint32_t at, slot;
};

struct ring {
    uint64_t points;  /* on it */
    uint32_t entries; /* servers that ever came on it */
    bool sorted;      /* points are kept */
    /* What hash_ring.c remembers: */
    uint8_t lists;   /* that entered: 0, 1, or 2 for more */
    uint32_t before; /* what the first one's servers so far weigh */
    uint64_t cursor; /* the place of the last point that round robin took */
    /* struct ring_part [slots], struct ring_point [slots * RING_ROOM_A_SLOT] */
};

static inline size_t ring_memory(uint32_t slots)
{
    return sizeof(struct ring) +
           slots * (sizeof(struct ring_part) + RING_ROOM_A_SLOT * sizeof(struct ring_point));
}

static inline struct ring_part *ring_parts(const struct lb_context *c)
{
    return (struct ring_part *)((struct ring *)c->memory + 1);
}

static inline struct ring_point *ring_points(const struct lb_context *c)
{
    return (struct ring_point *)(ring_parts(c) + c->slots);
}

/* Places on the ring are numbers around 2^64: a point's own, and below it who came first. */
static inline uint64_t ring_place(const struct lb_context *c, struct ring_point point)
{
    return (uint64_t)point.at << 32 | ring_parts(c)[point.slot].entered;
}

static inline struct ring_point ring_point_of(uint32_t slot, uint32_t id, uint32_t number)
{
    return (struct ring_point){.at = mix32(id * RING_POINTS_MAX + number), .slot = slot};
}

/* ---- Making it ---- */

static inline uint32_t ring_wanted(const struct lb_context *c, uint32_t member, uint32_t scale)
{
    return units_shared(c, member)
               ? units_of(c->member[member].weight, scale) * lb_sixteenths(c, member)
               : 0;
}

static inline void ring_sink(const struct lb_context *c, uint32_t from, uint32_t count)
{
    struct ring_point *point = ring_points(c), moving = point[from];
    uint64_t place = ring_place(c, moving);
    for (uint32_t child; (child = 2 * from + 1) < count; from = child) {
        child += child + 1 < count && ring_place(c, point[child]) < ring_place(c, point[child + 1]);
        if (ring_place(c, point[child]) <= place)
            break;
        point[from] = point[child];
    }
    point[from] = moving;
}

/* Heap sort: no memory. */
static inline void ring_sort(const struct lb_context *c, uint32_t count)
{
    struct ring_point *point = ring_points(c);
    for (uint32_t i = count / 2; i > 0; i--)
        ring_sink(c, i - 1, count);
    for (uint32_t left = count; left > 1; left--) {
        struct ring_point last = point[left - 1];
        point[left - 1] = point[0];
        point[0] = last;
        ring_sink(c, 0, left - 1);
    }
}

static inline void ring_fill(const struct lb_context *c)
{
    const struct ring_part *part = ring_parts(c);
    uint32_t count = 0;
    for (uint32_t i = 0; i < c->members; i++) {
        uint32_t slot = c->member[i].slot;
        for (uint32_t number = 0; number < part[slot].points; number++)
            ring_points(c)[count++] = ring_point_of(slot, part[slot].id, number);
    }
    ring_sort(c, count);
}

static inline void ring_make(struct lb_context *c, uint32_t scale)
{
    struct ring *ring = c->memory;
    struct ring_part *part = ring_parts(c);
    ring->points = 0;
    for (uint32_t slot = 0; slot < c->slots; slot++)
        if (c->place[slot] == LB_NONE)
            part[slot].points = 0;
    for (uint32_t i = 0; i < c->members; i++) {
        struct ring_part *one = &part[c->member[i].slot];
        uint32_t wanted = ring_wanted(c, i, scale);
        if (wanted > 0 && (one->points == 0 || one->id != c->member[i].id))
            one->entered = ++ring->entries;
        one->points = wanted;
        one->id = c->member[i].id;
        ring->points += wanted;
    }
    ring->sorted = ring->points <= (uint64_t)c->slots * RING_ROOM_A_SLOT;
    if (ring->sorted)
        ring_fill(c);
}

/* Before a pick looks at it. */
static inline const struct ring *ring_refresh(struct lb_context *c)
{
    const struct ring *ring = c->memory;
    const struct ring_part *part = ring_parts(c);
    uint64_t points = 0;
    uint32_t scale = units_scale(c);
    bool same = true;
    for (uint32_t i = 0; i < c->members && same; i++) {
        const struct ring_part *one = &part[c->member[i].slot];
        uint32_t wanted = ring_wanted(c, i, scale);
        same = one->points == wanted && (wanted == 0 || one->id == c->member[i].id);
        points += wanted;
    }
    if (!same || points != ring->points)
        ring_make(c, scale);
    return ring;
}

/* ---- Asking it ---- */

/* Which servers a search is for; NULL: any. */
struct ring_filter {
    bool (*may)(const struct lb_context *, uint32_t member, const struct ring_filter *);
};

static inline bool ring_may(const struct lb_context *c, uint32_t slot,
                            const struct ring_filter *filter)
{
    return filter == NULL || filter->may(c, c->place[slot], filter);
}

/* How many points of the sorted ring have a place below this one. */
static inline uint32_t ring_below(const struct lb_context *c, uint64_t place)
{
    uint32_t low = 0, high = (uint32_t)((const struct ring *)c->memory)->points;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (ring_place(c, ring_points(c)[middle]) < place)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static inline struct ring_point ring_walk(const struct lb_context *c, uint64_t from,
                                          const struct ring_filter *filter)
{
    uint32_t points = (uint32_t)((const struct ring *)c->memory)->points;
    uint32_t at = ring_below(c, from);
    for (uint32_t i = 0; i < points; i++, at++) {
        struct ring_point point = ring_points(c)[at < points ? at : at - points];
        if (ring_may(c, point.slot, filter))
            return point;
    }
    return (struct ring_point){.slot = LB_NONE};
}

/* What is next to a place: the first point at or after it, and the last before it. */
struct ring_sides {
    struct ring_point next, before;
};

/* The same of a ring that is not kept. A server's own point is found by the mixes alone, and only
 * servers are compared by who came first: where it came before the place's owner, its point at that
 * very mix is past. */
static inline struct ring_sides ring_scan(const struct lb_context *c, uint64_t from,
                                          const struct ring_filter *filter)
{
    struct ring_sides found = {{.slot = LB_NONE}, {.slot = LB_NONE}};
    uint64_t least = UINT64_MAX, most = 0;
    for (uint32_t i = 0; i < c->members; i++) {
        uint32_t slot = c->member[i].slot;
        const struct ring_part *part = &ring_parts(c)[slot];
        if (part->points == 0 || !ring_may(c, slot, filter))
            continue;
        uint32_t begin = (uint32_t)(from >> 32) + (part->entered < (uint32_t)from);
        uint32_t nearest = UINT32_MAX, farthest = 0;
        for (uint32_t number = 0; number < part->points; number++) {
            uint32_t apart = ring_point_of(slot, part->id, number).at - begin;
            nearest = apart < nearest ? apart : nearest;
            farthest = apart > farthest ? apart : farthest;
        }
        struct ring_point next = {begin + nearest, slot}, before = {begin + farthest, slot};
        if (found.next.slot == LB_NONE || ring_place(c, next) - from < least) {
            found.next = next;
            least = ring_place(c, next) - from;
        }
        if (found.before.slot == LB_NONE || ring_place(c, before) - from > most) {
            found.before = before;
            most = ring_place(c, before) - from;
        }
    }
    return found;
}

/* The first point at this place or after it, around the ring, whose server the filter lets pass.
 * .slot LB_NONE: there is none. */
static inline struct ring_point ring_first(const struct lb_context *c, uint64_t from,
                                           const struct ring_filter *filter)
{
    return ((const struct ring *)c->memory)->sorted ? ring_walk(c, from, filter)
                                                    : ring_scan(c, from, filter).next;
}

/* Of a ring that has points. */
static inline struct ring_sides ring_beside(const struct lb_context *c, uint64_t from)
{
    const struct ring *ring = c->memory;
    if (!ring->sorted)
        return ring_scan(c, from, NULL);
    uint32_t points = (uint32_t)ring->points, below = ring_below(c, from);
    return (struct ring_sides){.next = ring_points(c)[below < points ? below : 0],
                               .before = ring_points(c)[(below > 0 ? below : points) - 1]};
}

/* The point nearest to a hash, the one before it among equals; or, if its server does not pass, the
 * first after it that does. */
static inline struct ring_point ring_nearest(const struct lb_context *c, uint32_t hash,
                                             const struct ring_filter *filter)
{
    if (((const struct ring *)c->memory)->points == 0)
        return (struct ring_point){.slot = LB_NONE};
    struct ring_sides beside = ring_beside(c, (uint64_t)hash << 32);
    struct ring_point nearest =
        hash - beside.before.at <= beside.next.at - hash ? beside.before : beside.next;
    return ring_may(c, nearest.slot, filter) ? nearest
                                             : ring_first(c, ring_place(c, nearest) + 1, filter);
}

#endif
