/* lb_region.c: one upstream's shared memory: slots, rows, scopes, lock.
 * SPDX-License-Identifier: MIT */
#include "lb_region.h"

#include <string.h>

#define MAGIC (UINT64_C(0x6C62726567696F6E) + LB_ABI) /* "lbregion", and the ABI */

static size_t aligned(size_t size)
{
    return (size + LB_ALIGN - 1) / LB_ALIGN * LB_ALIGN;
}

static uint32_t index_size(uint32_t slots)
{
    uint32_t size = 4;
    while (size < 2 * slots)
        size *= 2;
    return size;
}

/* Where each part begins, one behind the other; `end` is the size of it all. */
struct layout {
    size_t slot, down, index, row, cell, scope, load, base, listed, health, memory, memory_stride,
        end;
};

static struct layout lay_out(const struct lb_shape *shape)
{
    size_t slots = shape->slots, rows = shape->rows, scopes = shape->scopes;
    struct layout at = {.slot = aligned(sizeof(struct lb_region)),
                        .memory_stride = aligned(shape->memory)};
    at.down = at.slot + aligned(slots * sizeof(struct lb_slot));
    at.index = at.down + aligned(slots * sizeof(uint8_t));
    at.row = at.index + aligned(index_size(shape->slots) * sizeof(uint32_t));
    at.cell = at.row + aligned(rows * sizeof(struct lb_row));
    at.scope = at.cell + aligned(rows * slots * sizeof(_Atomic int32_t));
    at.load = at.scope + aligned(scopes * sizeof(struct lb_scope));
    at.base = at.load + aligned(scopes * slots * sizeof(int32_t));
    at.listed = at.base + aligned(scopes * slots * sizeof(int32_t));
    at.health = at.listed + aligned(scopes * slots * sizeof(uint8_t));
    at.memory = at.health + aligned(scopes * slots * sizeof(struct lb_health));
    at.end = at.memory + scopes * at.memory_stride;
    return at;
}

static struct lb_map map_at(char *memory, const struct lb_shape *shape)
{
    struct layout at = lay_out(shape);
    return (struct lb_map){
        .region = (void *)memory,
        .slot = (void *)(memory + at.slot),
        .down = (void *)(memory + at.down),
        .index = (void *)(memory + at.index),
        .row = (void *)(memory + at.row),
        .cell = (void *)(memory + at.cell),
        .scope = (void *)(memory + at.scope),
        .load = (void *)(memory + at.load),
        .base = (void *)(memory + at.base),
        .listed = (void *)(memory + at.listed),
        .health = (void *)(memory + at.health),
        .memory = memory + at.memory,
        .memory_stride = at.memory_stride,
    };
}

struct lb_map lb_map_of(struct lb_region *region)
{
    return map_at((char *)region, &region->shape);
}

size_t lb_region_size(const struct lb_shape *shape)
{
    const uint32_t most = UINT32_MAX / 8;
    if (shape->slots == 0 || shape->slots > most || shape->rows > most || shape->scopes == 0 ||
        shape->scopes > most || shape->memory > SIZE_MAX / 4 / shape->scopes)
        return 0; /* within these bounds no product below passes what a size_t holds */
    return lay_out(shape).end;
}

static bool fits(const void *memory, size_t size, const struct lb_shape *shape)
{
    size_t wanted = lb_region_size(shape);
    return memory != NULL && (uintptr_t)memory % LB_ALIGN == 0 && wanted != 0 && size >= wanted;
}

/* Rows and scopes are cleared when they are claimed, not here: what is never used is never touched.
 */
int lb_region_format(void *memory, size_t size, const struct lb_shape *shape,
                     struct lb_region **region)
{
    if (!fits(memory, size, shape))
        return LB_BAD_MEMORY;
    struct lb_map map = map_at(memory, shape);
    memset(map.region, 0, sizeof *map.region);
    map.region->shape = *shape;
    map.region->index_size = index_size(shape->slots);
    memset(map.down, 0, shape->slots);
    memset(map.index, 0, map.region->index_size * sizeof *map.index);
    memset(map.row, 0, shape->rows * sizeof *map.row);
    memset(map.scope, 0, shape->scopes * sizeof *map.scope);
    map.region->magic = MAGIC;
    *region = map.region;
    return LB_OK;
}

int lb_region_attach(void *memory, size_t size, struct lb_region **region)
{
    struct lb_region *there = memory;
    if (memory == NULL || (uintptr_t)memory % LB_ALIGN != 0 || size < sizeof *there ||
        there->magic != MAGIC || !fits(memory, size, &there->shape) ||
        there->index_size != index_size(there->shape.slots) ||
        there->slots_used > there->shape.slots || there->rows_used > there->shape.rows)
        return LB_BAD_MEMORY;
    *region = there;
    return LB_OK;
}

/* ---- Slots ---- */

static uint32_t hash(const char *key, size_t length) /* FNV-1a, folded */
{
    uint64_t h = UINT64_C(0xCBF29CE484222325);
    for (size_t i = 0; i < length; i++)
        h = (h ^ (uint8_t)key[i]) * UINT64_C(0x100000001B3);
    return (uint32_t)(h ^ (h >> 32));
}

/* Where the key's entry in the index is, or where it would go. */
static uint32_t find(const struct lb_map *map, const char *key, size_t length)
{
    uint32_t mask = map->region->index_size - 1, i = hash(key, length) & mask;
    for (; map->index[i] != 0; i = (i + 1) & mask) {
        const struct lb_slot *slot = &map->slot[map->index[i] - 1];
        if (slot->length == length && memcmp(slot->key, key, length) == 0)
            break;
    }
    return i;
}

/* Where the key's entry in the index is, or where it would go. */
static uint32_t index_of(const struct lb_map *map, const char *key, size_t length)
{
    uint32_t mask = map->region->index_size - 1, i = hash(key, length) & mask;
    for (; map->index[i] != 0; i = (i + 1) & mask) {
        const struct lb_slot *slot = &map->slot[map->index[i] - 1];
        if (slot->length == length && memcmp(slot->key, key, length) == 0)
            break;
    }
    return i;
}

uint32_t lb_slot_find(const struct lb_map *map, const char *key, size_t length)
{
    uint32_t entry = map->index[index_of(map, key, length)];
    return entry == 0 ? LB_NONE : entry - 1;
}

uint32_t lb_slot(struct lb_region *region, const char *key, size_t length)
{
    struct lb_map map = lb_map_of(region);
    if (length == 0 || length > LB_KEY_MAX)
        return LB_NONE;
    uint32_t i = index_of(&map, key, length);
    if (map.index[i] != 0)
        return map.index[i] - 1;
    if (region->slots_used == region->shape.slots)
        return LB_NONE;
    struct lb_slot *slot = &map.slot[region->slots_used];
    memcpy(slot->key, key, length);
    slot->key[length] = '\0';
    slot->length = (uint8_t)length;
    map.index[i] = ++region->slots_used;
    return region->slots_used - 1;
}

uint32_t lb_slots_used(const struct lb_region *region)
{
    return region->slots_used;
}

const char *lb_slot_key(const struct lb_region *region, uint32_t slot)
{
    return lb_map_of((struct lb_region *)region).slot[slot].key;
}

void lb_slot_set_down(struct lb_region *region, uint32_t slot, bool down)
{
    lb_map_of(region).down[slot] = down;
}

/* ---- Lock ---- */

bool lb_try_lock(struct lb_region *region, uint64_t self)
{
    uint64_t nobody = 0;
    return atomic_compare_exchange_strong_explicit(&region->lock, &nobody, self,
                                                   memory_order_acquire, memory_order_relaxed);
}

void lb_unlock(struct lb_region *region)
{
    atomic_store_explicit(&region->lock, 0, memory_order_release);
}

uint64_t lb_lock_holder(const struct lb_region *region)
{
    return atomic_load_explicit(&((struct lb_region *)region)->lock, memory_order_relaxed);
}

/* ---- Scopes ---- */

static bool same_key(struct lb_scope_key a, struct lb_scope_key b)
{
    return a.life == b.life && a.instance == b.instance && a.generation == b.generation;
}

void lb_scope_forget(const struct lb_map *map, uint32_t scope)
{
    uint32_t slots = map->region->shape.slots;
    memset(&map->listed[lb_at(map, scope)], 0, slots * sizeof *map->listed);
    memset(&map->memory[scope * map->memory_stride], 0, map->memory_stride);
    map->scope[scope].brain = 0;
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

uint32_t lb_scope_open(struct lb_region *region, struct lb_scope_key key,
                       const uint64_t draw_key[2])
{
    struct lb_map map = lb_map_of(region);
    uint32_t free = LB_NONE;
    for (uint32_t i = region->shape.scopes; i-- > 0;) {
        if (!map.scope[i].used)
            free = i;
        else if (!map.scope[i].closed && same_key(map.scope[i].key, key))
            return i;
    }
    if (free == LB_NONE)
        return LB_NONE;
    map.scope[free] = (struct lb_scope){.key = key, .used = true};
    memcpy(map.scope[free].draw_key, draw_key, sizeof map.scope[free].draw_key);
    lb_scope_restart(region, free);
    return free;
}

static void free_if_over(struct lb_scope *scope)
{
    if (scope->closed && scope->rows == 0)
        scope->used = false;
}

void lb_scope_close(struct lb_region *region, uint32_t scope)
{
    struct lb_scope *closing = &lb_map_of(region).scope[scope];
    closing->closed = true;
    free_if_over(closing);
}

/* ---- Rows ---- */

uint32_t lb_row_claim(struct lb_region *region, uint64_t owner, uint32_t scope)
{
    struct lb_map map = lb_map_of(region);
    uint32_t free = region->rows_used < region->shape.rows ? region->rows_used : LB_NONE;
    for (uint32_t i = region->rows_used; i-- > 0;) {
        if (map.row[i].owner == 0)
            free = i;
        else if (map.row[i].owner == owner && map.row[i].scope == scope)
            return i;
    }
    if (free == LB_NONE || owner == 0)
        return LB_NONE;
    if (free == region->rows_used)
        region->rows_used++;
    for (uint32_t slot = 0; slot < region->shape.slots; slot++)
        atomic_init(lb_cell(&map, free, slot), 0);
    map.row[free] = (struct lb_row){.owner = owner, .scope = scope};
    map.scope[scope].rows++;
    return free;
}

uint64_t lb_row_drop(struct lb_region *region, uint32_t row)
{
    struct lb_map map = lb_map_of(region);
    struct lb_scope *scope = &map.scope[map.row[row].scope];
    int32_t *load = &map.load[lb_at(&map, map.row[row].scope)];
    uint64_t dropped = 0;
    if (map.row[row].owner == 0)
        return 0;
    for (uint32_t slot = 0; slot < region->slots_used; slot++) {
        int32_t count = atomic_load_explicit(lb_cell(&map, row, slot), memory_order_relaxed);
        dropped += (uint64_t)count;
        if (region->shape.mode == LB_KEPT)
            load[slot] -= count;
    }
    scope->moved = scope->moved || dropped > 0;
    map.row[row].owner = 0;
    scope->rows--;
    free_if_over(scope);
    return dropped;
}

uint64_t lb_reap(struct lb_region *region, bool (*alive)(void *context, uint64_t owner),
                 void *context)
{
    struct lb_map map = lb_map_of(region);
    uint64_t taken_back = 0;
    for (uint32_t row = 0; row < region->rows_used; row++)
        if (map.row[row].owner != 0 && !alive(context, map.row[row].owner))
            taken_back += lb_row_drop(region, row);
    return taken_back;
}

int32_t lb_row_count(const struct lb_region *region, uint32_t row, uint32_t slot)
{
    struct lb_map map = lb_map_of((struct lb_region *)region);
    return map.row[row].owner == 0
               ? 0
               : atomic_load_explicit(lb_cell(&map, row, slot), memory_order_relaxed);
}

uint64_t lb_slot_count(const struct lb_region *region, uint32_t slot)
{
    uint64_t count = 0;
    for (uint32_t row = 0; row < region->rows_used; row++)
        count += (uint64_t)lb_row_count(region, row, slot);
    return count;
}

int32_t lb_sum(const struct lb_map *map, uint32_t scope, uint32_t slot)
{
    int32_t sum = map->base[lb_at(map, scope) + slot];
    for (uint32_t row = 0; row < map->region->rows_used; row++)
        if (map->row[row].owner != 0 && map->row[row].scope == scope)
            sum += atomic_load_explicit(lb_cell(map, row, slot), memory_order_relaxed);
    return sum;
}

/* Every entry names a slot in use, and each slot's key leads to it. */
static bool index_agrees(const struct lb_map *map)
{
    const struct lb_region *region = map->region;
    uint32_t entries = 0;
    for (uint32_t i = 0; i < region->index_size; i++) {
        if (map->index[i] > region->slots_used)
            return false;
        entries += map->index[i] != 0;
    }
    if (entries != region->slots_used)
        return false;
    for (uint32_t slot = 0; slot < region->slots_used; slot++)
        if (map->index[find(map, map->slot[slot].key, map->slot[slot].length)] != slot + 1)
            return false;
    return true;
}

static bool rows_agree(const struct lb_map *map)
{
    const struct lb_region *region = map->region;
    for (uint32_t row = 0; row < region->rows_used; row++) {
        if (map->row[row].owner == 0)
            continue;
        if (map->row[row].scope >= region->shape.scopes || !map->scope[map->row[row].scope].used)
            return false;
        for (uint32_t slot = 0; slot < region->slots_used; slot++)
            if (atomic_load_explicit(lb_cell(map, row, slot), memory_order_relaxed) < 0)
                return false;
    }
    return true;
}

int lb_region_check(const struct lb_region *region)
{
    struct lb_map map = lb_map_of((struct lb_region *)region);
    if (!index_agrees(&map) || !rows_agree(&map))
        return LB_BAD_MEMORY;
    for (uint32_t scope = 0; region->shape.mode == LB_KEPT && scope < region->shape.scopes; scope++)
        for (uint32_t slot = 0; map.scope[scope].used && slot < region->slots_used; slot++)
            if (map.load[lb_at(&map, scope) + slot] != lb_sum(&map, scope, slot))
                return LB_BAD_MEMORY;
    return LB_OK;
}
