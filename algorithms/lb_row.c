/* lb_row.c: scopes and the rows that feed them. SPDX-License-Identifier: MIT */
#include "lb_region.h"

#include <string.h>

/* ---- Scopes ---- */

static bool same_key(struct lb_scope_key a, struct lb_scope_key b)
{
    return a.life == b.life && a.instance == b.instance && a.generation == b.generation;
}

static void set_state(const struct lb_map *map, uint32_t scope, uint32_t state)
{
    atomic_store_explicit(&map->scope[scope].state, state, memory_order_release);
}

void lb_scope_forget(const struct lb_map *map, uint32_t scope)
{
    uint32_t slots = map->region->shape.slots;
    memset(&map->listed[lb_at(map, scope)], 0, slots * sizeof *map->listed);
    memset(&map->memory[scope * map->memory_stride], 0, map->memory_stride);
    map->scope[scope].brain = 0;
    map->scope[scope].heard = 0;
    map->scope[scope].moved = false;
}

void lb_scope_restart(struct lb_region *region, uint32_t scope)
{
    struct lb_map map = lb_map_of(region);
    size_t first = lb_at(&map, scope);
    uint32_t slots = region->shape.slots;
    memset(&map.load[first], 0, slots * sizeof *map.load);
    memset(&map.base[first], 0, slots * sizeof *map.base);
    map.scope[scope].drawn = 0;
    lb_scope_forget(&map, scope);
}

/* It is empty before it is open. */
uint32_t lb_scope_open(struct lb_region *region, struct lb_scope_key key,
                       const uint64_t draw_key[2])
{
    struct lb_map map = lb_map_of(region);
    uint32_t free = LB_NONE;
    for (uint32_t i = region->shape.scopes; i-- > 0;) {
        uint32_t state = lb_scope_state(&map, i);
        if (state == LB_SCOPE_FREE)
            free = i;
        else if (state == LB_SCOPE_OPEN && same_key(map.scope[i].key, key))
            return i;
    }
    if (free == LB_NONE)
        return LB_NONE;
    map.scope[free].key = key;
    map.scope[free].edition = 0;
    memcpy(map.scope[free].draw_key, draw_key, sizeof map.scope[free].draw_key);
    lb_scope_restart(region, free);
    set_state(&map, free, LB_SCOPE_OPEN);
    return free;
}

static bool is_fed(const struct lb_map *map, uint32_t scope)
{
    for (uint32_t row = 0; row < lb_used(&map->region->rows_used); row++)
        if (lb_owner(map, row) != 0 && map->row[row].scope == scope)
            return true;
    return false;
}

void lb_scope_free_if_over(const struct lb_map *map, uint32_t scope)
{
    if (lb_scope_state(map, scope) == LB_SCOPE_CLOSED && !is_fed(map, scope))
        set_state(map, scope, LB_SCOPE_FREE);
}

/* A death between the two stores leaves a closed scope without rows, which lb_repair() frees. */
static void close_scope(const struct lb_map *map, uint32_t scope)
{
    set_state(map, scope, LB_SCOPE_CLOSED);
    lb_scope_free_if_over(map, scope);
}

void lb_scope_close(struct lb_region *region, uint32_t scope)
{
    struct lb_map map = lb_map_of(region);
    if (lb_scope_state(&map, scope) == LB_SCOPE_OPEN)
        close_scope(&map, scope);
}

void lb_scope_close_life(struct lb_region *region, uint64_t life)
{
    struct lb_map map = lb_map_of(region);
    for (uint32_t i = 0; i < region->shape.scopes; i++)
        if (lb_scope_state(&map, i) == LB_SCOPE_OPEN && map.scope[i].key.life == life)
            close_scope(&map, i);
}

void lb_scope_close_elder(struct lb_region *region, struct lb_scope_key key)
{
    struct lb_map map = lb_map_of(region);
    for (uint32_t i = 0; i < region->shape.scopes; i++) {
        const struct lb_scope_key *other = &map.scope[i].key;
        if (lb_scope_state(&map, i) == LB_SCOPE_OPEN && other->life == key.life &&
            other->instance == key.instance && other->generation < key.generation)
            close_scope(&map, i);
    }
}

/* ---- Rows ---- */

/* The row is empty, and its scope is set, before it has an owner. */
uint32_t lb_row_claim(struct lb_region *region, uint64_t owner, uint32_t scope)
{
    struct lb_map map = lb_map_of(region);
    uint32_t used = lb_used(&region->rows_used);
    uint32_t free = used < region->shape.rows ? used : LB_NONE;
    for (uint32_t i = used; i-- > 0;) {
        if (lb_owner(&map, i) == 0)
            free = i;
        else if (lb_owner(&map, i) == owner && map.row[i].scope == scope)
            return i;
    }
    if (free == LB_NONE || owner == 0)
        return LB_NONE;
    for (uint32_t slot = 0; slot < region->shape.slots; slot++)
        atomic_store_explicit(lb_cell(&map, free, slot), 0, memory_order_relaxed);
    memset(&map.asked[free * map.asked_words], 0, map.asked_words * sizeof *map.asked);
    map.row[free].scope = scope;
    if (free == used)
        atomic_store_explicit(&region->rows_used, used + 1, memory_order_release);
    atomic_store_explicit(&map.row[free].owner, owner, memory_order_release);
    return free;
}

/* A death before the owner is taken out leaves the row as it was, to be dropped again; loads that
 * were kept are made anew from the rows. */
uint64_t lb_row_drop(struct lb_region *region, uint32_t row)
{
    struct lb_map map = lb_map_of(region);
    if (lb_owner(&map, row) == 0)
        return 0;
    uint32_t scope = map.row[row].scope;
    int32_t *load = &map.load[lb_at(&map, scope)];
    uint64_t dropped = 0;
    for (uint32_t slot = 0; slot < lb_used(&region->slots_used); slot++) {
        int32_t count = lb_cell_count(&map, row, slot);
        dropped += (uint64_t)count;
        if (region->shape.mode == LB_KEPT)
            load[slot] -= count;
    }
    map.scope[scope].moved = map.scope[scope].moved || dropped > 0;
    atomic_store_explicit(&map.row[row].owner, 0, memory_order_release);
    lb_scope_free_if_over(&map, scope);
    return dropped;
}

uint64_t lb_reap(struct lb_region *region, bool (*alive)(void *context, uint64_t owner),
                 void *context)
{
    struct lb_map map = lb_map_of(region);
    uint64_t taken_back = 0;
    for (uint32_t row = 0; row < lb_used(&region->rows_used); row++)
        if (lb_owner(&map, row) != 0 && !alive(context, lb_owner(&map, row)))
            taken_back += lb_row_drop(region, row);
    return taken_back;
}

int32_t lb_row_count(const struct lb_region *region, uint32_t row, uint32_t slot)
{
    struct lb_map map = lb_map_of((struct lb_region *)region);
    return lb_owner(&map, row) == 0 ? 0 : lb_cell_count(&map, row, slot);
}

uint64_t lb_slot_count(const struct lb_region *region, uint32_t slot)
{
    uint64_t count = 0;
    for (uint32_t row = 0; row < lb_used(&region->rows_used); row++)
        count += (uint64_t)lb_row_count(region, row, slot);
    return count;
}

int32_t lb_sum(const struct lb_map *map, uint32_t scope, uint32_t slot)
{
    int32_t sum = map->base[lb_at(map, scope) + slot];
    for (uint32_t row = 0; row < lb_used(&map->region->rows_used); row++)
        if (lb_owner(map, row) != 0 && map->row[row].scope == scope)
            sum += lb_cell_count(map, row, slot);
    return sum;
}
