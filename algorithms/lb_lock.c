/* lb_lock.c: the lock, and what is put right when its holder died.
 * SPDX-License-Identifier: MIT */
#include "lb_region.h"

#include <string.h>

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
    return atomic_load_explicit(&region->lock, memory_order_relaxed);
}

/* Of all who try, one finds the dead one's number there. If that one dies in the repair, the lock
 * bears its number, and whoever takes it next repairs from the start. */
bool lb_take_lock(struct lb_region *region, uint64_t dead, uint64_t self)
{
    if (dead == 0 || !atomic_compare_exchange_strong_explicit(
                         &region->lock, &dead, self, memory_order_acquire, memory_order_relaxed))
        return false;
    struct lb_map map = lb_map_of(region);
    lb_repair(&map);
    return true;
}

static void sum_up_again(const struct lb_map *map)
{
    const struct lb_shape *shape = &map->region->shape;
    for (uint32_t scope = 0; scope < shape->scopes; scope++)
        if (lb_scope_state(map, scope) != LB_SCOPE_FREE)
            memcpy(&map->load[lb_at(map, scope)], &map->base[lb_at(map, scope)],
                   shape->slots * sizeof *map->load);
    for (uint32_t row = 0; row < lb_used(&map->region->rows_used); row++) {
        int32_t *load = &map->load[lb_at(map, map->row[row].scope)];
        for (uint32_t slot = 0; lb_owner(map, row) != 0 && slot < shape->slots; slot++)
            load[slot] += lb_cell_count(map, row, slot);
    }
}

/* What a list or a memory may have been told by halves is forgotten when the next pick comes. */
void lb_repair(const struct lb_map *map)
{
    lb_index_again(map);
    for (uint32_t scope = 0; scope < map->region->shape.scopes; scope++) {
        map->scope[scope].brain = 0;
        lb_scope_free_if_over(map, scope);
    }
    if (map->region->shape.mode == LB_KEPT)
        sum_up_again(map);
}
