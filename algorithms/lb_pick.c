/* lb_pick.c: picks and releases. SPDX-License-Identifier: MIT */
#include "lb_picker.h"

#include <string.h>

static uint32_t choose(struct lb_picker *picker, struct lb_request *request)
{
    struct lb_context *c = &picker->context;
    struct lb_scope *scope = &picker->map.scope[picker->config.scope];
    bool own_draws = request->draw_key != NULL;
    memcpy(c->draw_key, own_draws ? request->draw_key : scope->draw_key, sizeof c->draw_key);
    uint64_t before = own_draws ? 0 : scope->drawn;
    c->drawn = before;
    c->tried = request->tried;
    uint32_t chosen = picker->config.algorithm->pick(c);
    c->tried = NULL;
    request->draws = (uint32_t)(c->drawn - before);
    if (!own_draws)
        scope->drawn = c->drawn;
    return chosen;
}

int lb_pick(struct lb_picker *picker, uint32_t row, struct lb_request *request,
            struct lb_lease *lease, uint32_t *member)
{
    request->draws = 0;
    if (picker->sole) {
        *member = 0;
        *lease = (struct lb_lease){.slot = picker->member[0].slot, .row = LB_NONE};
        return LB_OK;
    }
    lb_refresh(picker);
    lb_take_over(picker);
    lb_catch_up(picker);
    uint32_t chosen = choose(picker, request);
    if (chosen == LB_NONE)
        return LB_NO_SERVER;
    uint32_t slot = picker->member[chosen].slot;
    if (row != LB_NONE) {
        _Atomic int32_t *cell = lb_cell(&picker->map, row, slot);
        int32_t count = atomic_load_explicit(cell, memory_order_relaxed);
        atomic_store_explicit(cell, count + 1, memory_order_relaxed);
        lb_load_of(picker)[slot]++;
    }
    bool noted = lb_note(picker, slot, 1);
    if (picker->config.algorithm->taken != NULL)
        picker->config.algorithm->taken(&picker->context, slot);
    if (request->tried != NULL)
        request->tried[chosen / 64] |= (uint64_t)1 << (chosen % 64);
    *member = chosen;
    *lease = (struct lb_lease){.slot = slot, .row = row};
    return noted ? LB_OK : LB_UNSEEDED;
}

bool lb_release_locks(const struct lb_picker *picker)
{
    return lb_keeps_loads(picker) || picker->hears_releases || picker->config.seeded;
}

static void tell_released(struct lb_picker *picker, uint32_t slot)
{
    if (!picker->hears_releases || !lb_is_mine(picker))
        return;
    lb_catch_up(picker);
    picker->config.algorithm->released(&picker->context, slot);
}

int lb_release(struct lb_picker *picker, struct lb_lease lease)
{
    const struct lb_map *map = &picker->map;
    if (lease.row == LB_NONE)
        return LB_OK;
    if (lease.row >= map->region->rows_used || lease.slot >= map->region->slots_used ||
        map->row[lease.row].owner == 0)
        return LB_BAD_LEASE;
    _Atomic int32_t *cell = lb_cell(map, lease.row, lease.slot);
    int32_t count = atomic_load_explicit(cell, memory_order_relaxed);
    if (count <= 0)
        return LB_BAD_LEASE;
    atomic_store_explicit(cell, count - 1, memory_order_relaxed);
    if (!lb_release_locks(picker))
        return LB_OK;
    if (lb_keeps_loads(picker))
        lb_load_of(picker)[lease.slot]--;
    else
        lb_refresh(picker);
    lb_note(picker, lease.slot, -1);
    tell_released(picker, lease.slot);
    return LB_OK;
}

int lb_release_again(struct lb_picker *picker, struct lb_lease lease)
{
    const struct lb_map *map = &picker->map;
    if (lease.row == LB_NONE)
        return LB_OK;
    if (lease.row >= map->region->rows_used || lease.slot >= map->region->slots_used ||
        map->row[lease.row].owner == 0)
        return LB_BAD_LEASE;
    lb_refresh(picker);
    lb_note(picker, lease.slot, -1);
    tell_released(picker, lease.slot);
    return LB_OK;
}

int64_t lb_believed(const struct lb_picker *picker, uint32_t member)
{
    const struct lb_map *map = &picker->map;
    uint32_t scope = picker->config.scope, slot = picker->member[member].slot;
    return lb_keeps_loads(picker) ? map->load[lb_at(map, scope) + slot] : lb_sum(map, scope, slot);
}

bool lb_score(const struct lb_picker *picker, uint32_t member, double *score)
{
    const struct lb_algorithm *algorithm = picker->config.algorithm;
    if (algorithm->score == NULL || picker->sole || !lb_is_mine(picker))
        return false;
    *score = algorithm->score(&picker->context, member, lb_believed(picker, member));
    return true;
}

uint32_t lb_place(const struct lb_picker *picker, uint32_t member)
{
    const struct lb_algorithm *algorithm = picker->config.algorithm;
    if (picker->sole || !lb_is_mine(picker))
        return LB_NONE;
    return algorithm->place != NULL ? algorithm->place(&picker->context, member) : member;
}
