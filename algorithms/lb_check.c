/* lb_check.c: whether what lies in a region can be true. SPDX-License-Identifier: MIT */
#include "lb_region.h"

#include <string.h>

/* Far more connections than there can be; sums of so many, and as many again, fit their type. */
#define COUNT_MAX (INT32_C(1) << 29)

/* ---- The truth: what cannot be worked out from anything else ---- */

static bool slot_holds(const struct lb_map *map, uint32_t slot)
{
    uint8_t length = lb_key_length(map, slot);
    return length <= LB_KEY_MAX && map->slot[slot].for_ever <= 1 &&
           (length == 0 || map->slot[slot].key[length] == '\0');
}

/* A connection is counted on a slot that has a key, by a row whose owner refers to it. */
static bool counts_hold(const struct lb_map *map, uint32_t slot)
{
    bool there = slot < lb_used(&map->region->slots_used) && lb_key_length(map, slot) > 0;
    int64_t total = 0;
    for (uint32_t row = 0; row < lb_used(&map->region->rows_used); row++) {
        if (lb_owner(map, row) == 0)
            continue;
        int32_t count = lb_cell_count(map, row, slot);
        if (count < 0 || (count > 0 && !there) ||
            (count > 0 && !map->slot[slot].for_ever && !lb_asked(map, row, slot)))
            return false;
        total += count;
    }
    return total <= COUNT_MAX;
}

static bool scope_holds(const struct lb_map *map, uint32_t scope)
{
    const struct lb_scope *it = &map->scope[scope];
    const int32_t *base = &map->base[lb_at(map, scope)];
    if (lb_scope_state(map, scope) == LB_SCOPE_FREE)
        return true;
    if (lb_scope_state(map, scope) > LB_SCOPE_CLOSED || it->heard > it->edition)
        return false;
    for (uint32_t slot = 0; slot < map->region->shape.slots; slot++)
        if (base[slot] < -COUNT_MAX || base[slot] > COUNT_MAX)
            return false;
    return true;
}

static bool row_holds(const struct lb_map *map, uint32_t row)
{
    return lb_owner(map, row) == 0 || (row < lb_used(&map->region->rows_used) &&
                                       map->row[row].scope < map->region->shape.scopes &&
                                       lb_scope_state(map, map->row[row].scope) != LB_SCOPE_FREE);
}

static bool truth_holds(const struct lb_map *map)
{
    const struct lb_shape *shape = &map->region->shape;
    for (uint32_t slot = 0; slot < lb_used(&map->region->slots_used); slot++)
        if (!slot_holds(map, slot))
            return false;
    for (uint32_t scope = 0; scope < shape->scopes; scope++)
        if (!scope_holds(map, scope))
            return false;
    for (uint32_t row = 0; row < shape->rows; row++)
        if (!row_holds(map, row))
            return false;
    for (uint32_t slot = 0; slot < shape->slots; slot++)
        if (!counts_hold(map, slot))
            return false;
    return true;
}

/* ---- What is worked out from it ---- */

/* Each entry names a slot in use, and each key leads to its slot. */
static bool index_agrees(const struct lb_map *map)
{
    const struct lb_region *region = map->region;
    uint32_t entries = 0, keys = 0;
    for (uint32_t i = 0; i < region->index_size; i++) {
        if (map->index[i] > lb_used(&region->slots_used))
            return false;
        entries += map->index[i] != 0;
    }
    for (uint32_t slot = 0; slot < lb_used(&region->slots_used); slot++)
        keys += lb_key_length(map, slot) > 0;
    if (entries != keys)
        return false;
    for (uint32_t slot = 0; slot < lb_used(&region->slots_used); slot++) {
        uint8_t length = lb_key_length(map, slot);
        if (length > 0 && lb_slot_find(map, map->slot[slot].key, length) != slot)
            return false;
    }
    return true;
}

static bool loads_agree(const struct lb_map *map)
{
    for (uint32_t scope = 0; scope < map->region->shape.scopes; scope++)
        for (uint32_t slot = 0; slot < lb_used(&map->region->slots_used); slot++)
            if (lb_scope_state(map, scope) != LB_SCOPE_FREE &&
                map->load[lb_at(map, scope) + slot] != lb_sum(map, scope, slot))
                return false;
    return true;
}

int lb_region_check(const struct lb_region *region)
{
    struct lb_map map = lb_map_of((struct lb_region *)region);
    if (!truth_holds(&map) || !index_agrees(&map))
        return LB_BAD_MEMORY;
    return region->shape.mode != LB_KEPT || loads_agree(&map) ? LB_OK : LB_BAD_MEMORY;
}

/* ---- A region that all have left ---- */

int lb_region_recover(void *memory, size_t size, struct lb_region **region)
{
    struct lb_region *there;
    int status = lb_region_attach(memory, size, &there);
    if (status < 0)
        return status;
    struct lb_map map = lb_map_of(there);
    if (!truth_holds(&map))
        return LB_BAD_MEMORY;
    lb_repair(&map);
    status = lb_region_check(there); /* two slots with one key are left to find */
    if (status < 0)
        return status;
    atomic_store_explicit(&there->lock, 0, memory_order_release);
    *region = there;
    return LB_OK;
}
