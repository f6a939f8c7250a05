/* hash_map.c: a key's server in HAProxy's map of turns. SPDX-License-Identifier: MIT
 *
 * Idea: the key's hash, modulo the turns, is a place in the map in which static-rr takes its turns.
 * Is the server full, the request waits for it; without a key the map is gone through in order.
 * Cost of a pick: a hash of the key and two walks over the list. Memory: 1 kB a server.
 * A scale event: the map is another one (turns times servers to make), so most keys move.
 * Source: HAProxy's `hash-type map-based` (lb_map), its rule restated. There, who was tried is
 * asked again; here the next in the map is. Keyless and all full: there it waits for anybody. */
#include "key_hash.h"
#include "static_map.h"

static uint32_t pick(struct lb_context *c)
{
    uint32_t hash = 0, member = LB_NONE;
    const struct static_map *map = c->memory;
    if (c->turn != 0 || static_map_refresh(c)->turns == 0)
        return units_resort(c);
    bool keyed = key_hash(c, &hash);
    if (!keyed)
        member = static_map_next(c);
    uint32_t turn = keyed ? hash % map->turns : map->at % map->turns;
    if (member == LB_NONE)
        member = static_map_first(c, &turn, true);
    return member != LB_NONE ? member : units_resort(c);
}

const struct lb_algorithm lb_hash_map = {
    .abi = LB_ABI,
    .name = "hash_map",
    .about = "a key's server in HAProxy's map; a change moves most keys",
    .param = {KEY_HASH_PARAM_ROWS},
    .keyed = true,
    .addressed = key_hash_addressed,
    .memory = static_map_memory,
    .when_full = LB_WAITS_FOR_IT,
    .pick = pick,
};
