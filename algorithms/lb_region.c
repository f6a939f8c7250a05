/* lb_region.c: one upstream's shared memory: how it is laid out, formatted and found again.
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
    size_t slot, down, index, row, cell, asked, scope, load, base, listed, health, memory;
    size_t asked_words, memory_stride, end;
};

static struct layout lay_out(const struct lb_shape *shape)
{
    size_t slots = shape->slots, rows = shape->rows, scopes = shape->scopes;
    struct layout at = {.slot = aligned(sizeof(struct lb_region)),
                        .asked_words = (slots + 63) / 64,
                        .memory_stride = aligned(shape->memory)};
    at.down = at.slot + aligned(slots * sizeof(struct lb_slot));
    at.index = at.down + aligned(slots * sizeof(uint8_t));
    at.row = at.index + aligned(index_size(shape->slots) * sizeof(uint32_t));
    at.cell = at.row + aligned(rows * sizeof(struct lb_row));
    at.asked = at.cell + aligned(rows * slots * sizeof(_Atomic int32_t));
    at.scope = at.asked + aligned(rows * at.asked_words * sizeof(uint64_t));
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
        .asked = (void *)(memory + at.asked),
        .scope = (void *)(memory + at.scope),
        .load = (void *)(memory + at.load),
        .base = (void *)(memory + at.base),
        .listed = (void *)(memory + at.listed),
        .health = (void *)(memory + at.health),
        .memory = memory + at.memory,
        .asked_words = at.asked_words,
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

/* A hash of all that never changes once a region is laid out. */
static uint32_t seal_of(const struct lb_region *region)
{
    const struct lb_shape *shape = &region->shape;
    const uint64_t sealed[] = {shape->slots,  shape->rows,  shape->scopes,     shape->mode,
                               shape->memory, region->size, region->index_size};
    uint64_t h = UINT64_C(0xCBF29CE484222325);
    for (uint32_t i = 0; i < sizeof sealed / sizeof *sealed; i++)
        h = (h ^ sealed[i]) * UINT64_C(0x9E3779B97F4A7C15);
    return (uint32_t)(h ^ (h >> 32));
}

/* Rows and scopes are cleared when they are claimed, not here: what is never used is never touched.
 * Until it is whole there is no magic, so a half of it is never attached. */
int lb_region_format(void *memory, size_t size, const struct lb_shape *shape,
                     struct lb_region **region)
{
    if (!fits(memory, size, shape))
        return LB_BAD_MEMORY;
    struct lb_map map = map_at(memory, shape);
    struct lb_region *made = map.region;
    atomic_store(&made->magic, 0);
    atomic_thread_fence(memory_order_seq_cst);
    made->shape = *shape;
    made->size = lb_region_size(shape);
    made->index_size = index_size(shape->slots);
    made->seal = seal_of(made);
    atomic_init(&made->lock, 0);
    atomic_init(&made->slots_used, 0);
    atomic_init(&made->rows_used, 0);
    memset(map.down, 0, shape->slots);
    memset(map.index, 0, made->index_size * sizeof *map.index);
    memset(map.row, 0, shape->rows * sizeof *map.row);
    memset(map.scope, 0, shape->scopes * sizeof *map.scope);
    atomic_store_explicit(&made->magic, MAGIC, memory_order_release);
    *region = made;
    return LB_OK;
}

int lb_region_attach(void *memory, size_t size, struct lb_region **region)
{
    struct lb_region *there = memory;
    if (memory == NULL || (uintptr_t)memory % LB_ALIGN != 0 || size < sizeof *there ||
        atomic_load_explicit(&there->magic, memory_order_acquire) != MAGIC ||
        there->seal != seal_of(there) || !fits(memory, size, &there->shape) ||
        there->size != lb_region_size(&there->shape) ||
        there->index_size != index_size(there->shape.slots) ||
        lb_used(&there->slots_used) > there->shape.slots ||
        lb_used(&there->rows_used) > there->shape.rows)
        return LB_BAD_MEMORY;
    *region = there;
    return LB_OK;
}
