/* lb_scope.c: a picker at its scope: who is listed there, and what must be true before an algorithm
 * may act in its memory. SPDX-License-Identifier: MIT */
#include "lb_picker.h"
#include "lb_word.h"

#include <string.h>

/* Shell's sort, by natural order of the keys: no memory, and lists are short. */
static void sort_leaving(struct lb_picker *picker, uint32_t count)
{
    static const uint32_t gaps[] = {29524, 9841, 3280, 1093, 364, 121, 40, 13, 4, 1};
    const struct lb_slot *slot = picker->map.slot;
    for (uint32_t g = 0; g < sizeof gaps / sizeof *gaps; g++)
        for (uint32_t i = gaps[g]; i < count; i++) {
            uint32_t moving = picker->leaving[i], j = i;
            for (; j >= gaps[g]; j -= gaps[g]) {
                uint32_t before = picker->leaving[j - gaps[g]];
                if (lb_natural_order(slot[before].key, slot[moving].key) <= 0)
                    break;
                picker->leaving[j] = before;
            }
            picker->leaving[j] = moving;
        }
}

void lb_enter_list(struct lb_picker *picker, bool building)
{
    struct lb_context *c = &picker->context;
    const struct lb_algorithm *algorithm = picker->config.algorithm;
    uint8_t *listed = &picker->map.listed[lb_at(&picker->map, picker->config.scope)];
    uint32_t leaving = 0;
    picker->map.scope[picker->config.scope].heard = picker->edition;
    for (uint32_t slot = 0; slot < lb_used(&picker->map.region->slots_used); slot++)
        if (listed[slot] && c->place[slot] == LB_NONE)
            picker->leaving[leaving++] = slot;
    sort_leaving(picker, leaving);
    for (uint32_t i = 0; i < leaving; i++) {
        listed[picker->leaving[i]] = false;
        if (algorithm->leave != NULL)
            algorithm->leave(c, picker->leaving[i]);
    }
    for (uint32_t i = 0; i < c->members; i++) {
        uint32_t slot = c->member[i].slot;
        enum lb_entry entry = !listed[slot] ? LB_ENTRY_NEW
                              : building    ? LB_ENTRY_BUILT
                                            : LB_ENTRY_EDITED;
        listed[slot] = true;
        if (entry == LB_ENTRY_NEW)
            c->health[slot] = (struct lb_health){.fails = 0};
        if (algorithm->enter != NULL)
            algorithm->enter(c, i, entry);
    }
}

/* Brings the loads up to date before a pick; adds rows up where they are not kept. */
void lb_refresh(struct lb_picker *picker)
{
    if (lb_keeps_loads(picker))
        return;
    const struct lb_map *map = &picker->map;
    uint32_t used = lb_used(&map->region->slots_used), rows = lb_used(&map->region->rows_used);
    int32_t *load = lb_load_of(picker);
    memcpy(load, lb_base_of(picker), used * sizeof *load);
    for (uint32_t row = 0; row < rows; row++) {
        if (lb_owner(map, row) == 0 || map->row[row].scope != picker->config.scope)
            continue;
        for (uint32_t slot = 0; slot < used; slot++)
            load[slot] += lb_cell_count(map, row, slot);
    }
}

/* A scope may outlive the algorithm that worked in it (a reload changed it), or a death may have
 * torn what it remembers: such a memory is never read, so whoever picks next begins anew in it,
 * from what is counted. That may be an elder with its old list; the list in force is the newest,
 * so whoever brought a newer one tells it again. */
bool lb_is_mine(const struct lb_picker *picker)
{
    return picker->map.scope[picker->config.scope].brain == picker->brain;
}

void lb_take_over(struct lb_picker *picker)
{
    struct lb_scope *scope = &picker->map.scope[picker->config.scope];
    if (!lb_is_mine(picker)) {
        lb_scope_forget(&picker->map, picker->config.scope);
        scope->brain = picker->brain;
    } else if (scope->heard >= picker->edition) {
        return;
    }
    lb_enter_list(picker, true);
}

/* The algorithm hears of rows that were dropped before it acts again. */
void lb_catch_up(struct lb_picker *picker)
{
    struct lb_scope *scope = &picker->map.scope[picker->config.scope];
    if (scope->moved && picker->config.algorithm->recount != NULL)
        picker->config.algorithm->recount(&picker->context);
    scope->moved = false;
}
