/* lb_region.h: how a region is laid out; private to the library. SPDX-License-Identifier: MIT
 *
 * One block of memory: header, slots, the index of their keys, rows and their cells, scopes and
 * what belongs to each. Places are offsets, worked out from the shape alone. */
#ifndef LB_REGION_H
#define LB_REGION_H

#include "lb_author.h"

#include <stdatomic.h>

_Static_assert(ATOMIC_CHAR_LOCK_FREE == 2 && ATOMIC_INT_LOCK_FREE == 2 &&
                   ATOMIC_LLONG_LOCK_FREE == 2,
               "what processes share must be lock-free");
_Static_assert(sizeof(_Atomic uint8_t) == 1 && sizeof(_Atomic int32_t) == 4 &&
                   sizeof(_Atomic uint64_t) == 8,
               "what processes share must lie as plain numbers do");

/* A process may be killed between any two stores. So the truth (keys, owners, cells, what state a
 * scope is in) is written in an order that leaves it true at every moment: each thing is made whole
 * first, and then, with a store of order release, said to be there. What can be worked out from the
 * truth (index, loads, who is listed, what algorithms remember) may be torn by a death; whoever
 * takes the lock from the dead makes it anew (lb_repair). What is read without the lock is atomic.
 */
struct lb_region {
    _Atomic uint64_t magic; /* stored last: 0 while it is being laid out */
    struct lb_shape shape;
    uint64_t size;       /* of it all */
    uint32_t index_size; /* a power of two, at least twice the slots */
    uint32_t seal;       /* a hash of shape and sizes, which never change */
    _Atomic uint64_t lock;
    _Atomic uint32_t slots_used; /* no slot behind the first so many ever had a key */
    _Atomic uint32_t rows_used;  /* no row behind the first so many was ever claimed */
};

struct lb_slot {
    _Atomic uint8_t length; /* 0: it has no key; stored when the key is whole */
    uint8_t for_ever;       /* never given to another key */
    char key[LB_KEY_MAX + 1];
};

struct lb_row {
    _Atomic uint64_t owner; /* 0: free; stored when the row is empty and its scope is set */
    uint32_t scope;
};

enum { LB_SCOPE_FREE, LB_SCOPE_OPEN, LB_SCOPE_CLOSED };

struct lb_scope {
    struct lb_scope_key key;
    uint64_t draw_key[2], drawn;
    uint64_t brain;   /* whose memory it holds: a hash of algorithm and parameters; 0: nobody's */
    uint64_t edition; /* lists that pickers brought; each has the next number */
    uint64_t heard;   /* the number of the list that is listed; 0: none */
    _Atomic uint32_t state; /* stored last, when it opens */
    uint32_t moved;         /* rows were dropped since the algorithm last looked */
};

/* What lies where, as pointers of this process. Cheap to make; never kept in shared memory. */
struct lb_map {
    struct lb_region *region;
    struct lb_slot *slot;
    uint8_t *down;   /* [slot] */
    uint32_t *index; /* slot + 1, or 0 */
    struct lb_row *row;
    _Atomic int32_t *cell; /* [row][slot] */
    uint64_t *asked;       /* [row][asked_words]: a bit a slot that the row's owner refers to */
    struct lb_scope *scope;
    int32_t *load, *base;     /* [scope][slot]: what picks see; what the count table added to it */
    uint8_t *listed;          /* [scope][slot]: in its newest list */
    struct lb_health *health; /* [scope][slot] */
    char *memory;             /* [scope][memory_stride] */
    size_t asked_words, memory_stride;
};

struct lb_map lb_map_of(struct lb_region *);

static inline _Atomic int32_t *lb_cell(const struct lb_map *map, uint32_t row, uint32_t slot)
{
    return &map->cell[(size_t)row * map->region->shape.slots + slot];
}

static inline uint64_t lb_owner(const struct lb_map *map, uint32_t row)
{
    return atomic_load_explicit(&map->row[row].owner, memory_order_relaxed);
}

static inline uint32_t lb_used(const _Atomic uint32_t *first)
{
    return atomic_load_explicit(first, memory_order_relaxed);
}

static inline uint8_t lb_key_length(const struct lb_map *map, uint32_t slot)
{
    return atomic_load_explicit(&map->slot[slot].length, memory_order_relaxed);
}

static inline uint32_t lb_scope_state(const struct lb_map *map, uint32_t scope)
{
    return atomic_load_explicit(&map->scope[scope].state, memory_order_relaxed);
}

static inline int32_t lb_cell_count(const struct lb_map *map, uint32_t row, uint32_t slot)
{
    return atomic_load_explicit(lb_cell(map, row, slot), memory_order_relaxed);
}

/* Does the row's owner refer to this slot? */
static inline bool lb_asked(const struct lb_map *map, uint32_t row, uint32_t slot)
{
    return (map->asked[row * map->asked_words + slot / 64] >> (slot % 64) & 1u) != 0;
}

/* The first of a scope's entries in an array of [scope][slot]. */
static inline size_t lb_at(const struct lb_map *map, uint32_t scope)
{
    return (size_t)scope * map->region->shape.slots;
}

/* ---- lb_slot.c ---- */

/* The slot of a key, or LB_NONE. */
uint32_t lb_slot_find(const struct lb_map *, const char *key, size_t length);
/* Makes the index from the keys. */
void lb_index_again(const struct lb_map *);

/* ---- lb_row.c ---- */

/* The algorithm's memory and its list begin anew; what is counted stays. */
void lb_scope_forget(const struct lb_map *, uint32_t scope);
/* A closed scope that no row feeds is free. */
void lb_scope_free_if_over(const struct lb_map *, uint32_t scope);
/* base + the scope's rows, on one slot. */
int32_t lb_sum(const struct lb_map *, uint32_t scope, uint32_t slot);

/* ---- lb_lock.c ---- */

/* Makes anew what a death under the lock may have left torn. A death in here is repaired likewise.
 */
void lb_repair(const struct lb_map *);

#endif
