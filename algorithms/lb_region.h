/* lb_region.h: how a region is laid out; private to the library. SPDX-License-Identifier: MIT
 *
 * One block of memory: header, slots, the index of their keys, rows and their cells, scopes and
 * what belongs to each. Places are offsets, worked out from the shape alone. */
#ifndef LB_REGION_H
#define LB_REGION_H

#include "lb_author.h"

#include <stdatomic.h>

_Static_assert(ATOMIC_INT_LOCK_FREE == 2 && ATOMIC_LLONG_LOCK_FREE == 2,
               "counts and locks are shared between processes, so they must be lock-free");

struct lb_region {
    uint64_t magic;
    struct lb_shape shape;
    _Atomic uint64_t lock; /* its holder, or 0 */
    uint32_t slots_used;   /* slots are never given back: the first so many */
    uint32_t rows_used;    /* rows are; but none behind the first so many was ever claimed */
    uint32_t index_size;   /* a power of two, at least twice the slots */
};

struct lb_slot {
    uint8_t length;
    char key[LB_KEY_MAX + 1];
};

struct lb_row {
    uint64_t owner; /* 0: free */
    uint32_t scope;
};

struct lb_scope {
    struct lb_scope_key key;
    uint64_t draw_key[2], drawn;
    uint64_t brain; /* whose memory it holds: a hash of algorithm and parameters; 0: nobody's */
    uint32_t rows;  /* that feed it */
    bool used, closed;
    bool moved; /* rows were dropped since the algorithm last looked */
};

/* What lies where, as pointers of this process. Cheap to make; never kept in shared memory. */
struct lb_map {
    struct lb_region *region;
    struct lb_slot *slot;
    uint8_t *down;   /* [slot] */
    uint32_t *index; /* slot + 1, or 0 */
    struct lb_row *row;
    _Atomic int32_t *cell; /* [row][slot] */
    struct lb_scope *scope;
    int32_t *load, *base;     /* [scope][slot]: what picks see; what the count table added to it */
    uint8_t *listed;          /* [scope][slot]: in its newest list */
    struct lb_health *health; /* [scope][slot] */
    char *memory;             /* [scope][memory_stride] */
    size_t memory_stride;
};

struct lb_map lb_map_of(struct lb_region *);

static inline _Atomic int32_t *lb_cell(const struct lb_map *map, uint32_t row, uint32_t slot)
{
    return &map->cell[(size_t)row * map->region->shape.slots + slot];
}

/* The first of a scope's entries in an array of [scope][slot]. */
static inline size_t lb_at(const struct lb_map *map, uint32_t scope)
{
    return (size_t)scope * map->region->shape.slots;
}

/* The slot of a key, or LB_NONE. */
uint32_t lb_slot_find(const struct lb_map *, const char *key, size_t length);

/* The algorithm's memory and its list begin anew; what is counted stays. */
void lb_scope_forget(const struct lb_map *, uint32_t scope);

/* base + the scope's rows, on one slot. */
int32_t lb_sum(const struct lb_map *, uint32_t scope, uint32_t slot);

#endif
