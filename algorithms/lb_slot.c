/* lb_slot.c: slots: which server has which, for how long, and the index of their keys.
 * SPDX-License-Identifier: MIT */
#include "lb_region.h"

#include <string.h>

/* ---- The index: open addressing, linear probing; at most half of it is in use ---- */

static uint32_t hash(const char *key, size_t length) /* FNV-1a, folded */
{
    uint64_t h = UINT64_C(0xCBF29CE484222325);
    for (size_t i = 0; i < length; i++)
        h = (h ^ (uint8_t)key[i]) * UINT64_C(0x100000001B3);
    return (uint32_t)(h ^ (h >> 32));
}

/* Where the key's entry in the index is, or where it would go. */
static uint32_t index_of(const struct lb_map *map, const char *key, size_t length)
{
    uint32_t mask = map->region->index_size - 1, i = hash(key, length) & mask;
    for (; map->index[i] != 0; i = (i + 1) & mask) {
        uint32_t slot = map->index[i] - 1;
        if (lb_key_length(map, slot) == length && memcmp(map->slot[slot].key, key, length) == 0)
            break;
    }
    return i;
}

uint32_t lb_slot_find(const struct lb_map *map, const char *key, size_t length)
{
    uint32_t entry = map->index[index_of(map, key, length)];
    return entry == 0 ? LB_NONE : entry - 1;
}

/* Of two slots with one key, which only broken memory has, the first is entered. */
void lb_index_again(const struct lb_map *map)
{
    memset(map->index, 0, map->region->index_size * sizeof *map->index);
    for (uint32_t slot = 0; slot < lb_used(&map->region->slots_used); slot++) {
        uint8_t length = lb_key_length(map, slot);
        uint32_t i = index_of(map, map->slot[slot].key, length);
        if (length > 0 && map->index[i] == 0)
            map->index[i] = slot + 1;
    }
}

/* ---- Slots that change hands ---- */

/* What some row's owner refers to, or counts. A bit a slot, for the 64 slots from 64 * word on. */
static uint64_t referred(const struct lb_map *map, uint32_t word)
{
    uint64_t bits = 0;
    for (uint32_t row = 0; row < lb_used(&map->region->rows_used); row++)
        if (lb_owner(map, row) != 0)
            bits |= map->asked[row * map->asked_words + word];
    return bits;
}

static bool counted(const struct lb_map *map, uint32_t slot)
{
    for (uint32_t row = 0; row < lb_used(&map->region->rows_used); row++)
        if (lb_owner(map, row) != 0 && lb_cell_count(map, row, slot) != 0)
            return true;
    return false;
}

/* A slot that nobody can refer to any more; LB_NONE: there is none. A free one is of these. */
static uint32_t find_unused(const struct lb_map *map)
{
    for (uint32_t word = 0; word < map->asked_words; word++) {
        uint64_t bits = referred(map, word);
        uint32_t end = lb_used(&map->region->slots_used);
        end = end < 64 * (word + 1) ? end : 64 * (word + 1);
        for (uint32_t slot = 64 * word; slot < end; slot++)
            if ((bits >> (slot % 64) & 1) == 0 && !map->slot[slot].for_ever && !counted(map, slot))
                return slot;
    }
    return LB_NONE;
}

/* What is known of the server that the slot was is forgotten, and then the key. A scope that still
 * lists it is one where nobody has picked since: it begins anew. Deletions leave holes that linear
 * probing cannot bear, so the index is made anew too. */
static void strip(const struct lb_map *map, uint32_t slot)
{
    for (uint32_t scope = 0; scope < map->region->shape.scopes; scope++) {
        if (lb_scope_state(map, scope) == LB_SCOPE_FREE)
            continue;
        if (map->listed[lb_at(map, scope) + slot])
            lb_scope_forget(map, scope);
        map->load[lb_at(map, scope) + slot] = map->base[lb_at(map, scope) + slot] = 0;
    }
    map->down[slot] = 0;
    atomic_store_explicit(&map->slot[slot].length, 0, memory_order_release);
    lb_index_again(map);
}

/* The slot of this key, new if need be. A death before the key's length is stored leaves a slot
 * without a key, which is taken by the next; one before the index has it, a key that lb_repair()
 * enters there. */
static uint32_t slot_of(const struct lb_map *map, const char *key, size_t length)
{
    if (length == 0 || length > LB_KEY_MAX)
        return LB_NONE;
    uint32_t found = lb_slot_find(map, key, length);
    uint32_t slot = lb_used(&map->region->slots_used);
    if (found != LB_NONE)
        return found;
    if (slot < map->region->shape.slots) {
        atomic_store_explicit(&map->slot[slot].length, 0, memory_order_relaxed);
        map->slot[slot].for_ever = 0;
        atomic_store_explicit(&map->region->slots_used, slot + 1, memory_order_release);
    } else {
        slot = find_unused(map);
        if (slot == LB_NONE)
            return LB_NONE;
        strip(map, slot);
    }
    memcpy(map->slot[slot].key, key, length);
    map->slot[slot].key[length] = '\0';
    atomic_store_explicit(&map->slot[slot].length, (uint8_t)length, memory_order_release);
    map->index[index_of(map, key, length)] = slot + 1;
    return slot;
}

uint32_t lb_slot(struct lb_region *region, const char *key, size_t length)
{
    struct lb_map map = lb_map_of(region);
    uint32_t slot = slot_of(&map, key, length);
    if (slot != LB_NONE)
        map.slot[slot].for_ever = 1;
    return slot;
}

uint32_t lb_row_slot(struct lb_region *region, uint32_t row, const char *key, size_t length)
{
    struct lb_map map = lb_map_of(region);
    if (row >= lb_used(&region->rows_used) || lb_owner(&map, row) == 0)
        return LB_NONE;
    uint32_t slot = slot_of(&map, key, length);
    if (slot != LB_NONE)
        map.asked[row * map.asked_words + slot / 64] |= UINT64_C(1) << (slot % 64);
    return slot;
}

bool lb_row_slot_done(struct lb_region *region, uint32_t row, uint32_t slot)
{
    struct lb_map map = lb_map_of(region);
    if (lb_cell_count(&map, row, slot) != 0)
        return false;
    map.asked[row * map.asked_words + slot / 64] &= ~(UINT64_C(1) << (slot % 64));
    return true;
}

uint32_t lb_slots_used(const struct lb_region *region)
{
    return lb_used(&region->slots_used);
}

const char *lb_slot_key(const struct lb_region *region, uint32_t slot)
{
    struct lb_map map = lb_map_of((struct lb_region *)region);
    return lb_key_length(&map, slot) == 0 ? "" : map.slot[slot].key;
}

void lb_slot_set_down(struct lb_region *region, uint32_t slot, bool down)
{
    lb_map_of(region).down[slot] = down;
}
