/* static_map.h: HAProxy's map of turns. SPDX-License-Identifier: MIT
 *
 * As many turns as the weights, divided by what they have in common, add up to. Turn by turn each
 * server's score rises by its weight, the first of those with the most whole totals in theirs has
 * the turn, and gives one total back. The scope keeps the map, and the weights that it was made
 * for; where the list says otherwise at a pick, all of it is worked out anew.
 *
 * A key may ask for any turn, so the map is kept, at 1 kB a server. static_rr.c goes through the
 * same turns in order and needs but the scores: 16 bytes a server, and weights of any size. */
#ifndef LB_STATIC_MAP_H
#define LB_STATIC_MAP_H

#include "units.h"

struct static_map {
    uint32_t turns, at; /* at: whose turn is next, for requests without a key */
    /* struct static_map_part [slots], uint32_t slot of each turn [slots * UNITS_MAX] */
};

struct static_map_part {
    int64_t score;
    uint32_t weight; /* in the map; 0: not there */
    uint32_t place;  /* in the list that the map was made for */
};

static inline size_t static_map_memory(uint32_t slots)
{
    return sizeof(struct static_map) +
           slots * (sizeof(struct static_map_part) + UNITS_MAX * sizeof(uint32_t));
}

static inline struct static_map_part *static_map_parts(const struct lb_context *c)
{
    return (struct static_map_part *)((struct static_map *)c->memory + 1);
}

static inline uint32_t *static_map_turns(const struct lb_context *c)
{
    return (uint32_t *)(static_map_parts(c) + c->slots);
}

/* What the units of all in the map divide by. HAProxy takes those into account that are down, which
 * makes it a map of several rounds that are all alike. */
static inline uint32_t static_map_divisor(const struct lb_context *c, uint32_t scale)
{
    uint32_t divisor = 0;
    for (uint32_t i = 0; i < c->members; i++) {
        uint32_t units = units_shared(c, i) ? units_of(c->member[i].weight, scale) : 0;
        while (units > 0) {
            uint32_t rest = divisor % units;
            divisor = units;
            units = rest;
        }
    }
    return divisor > 0 ? divisor : 1;
}

static inline uint32_t static_map_wanted(const struct lb_context *c, uint32_t member,
                                         uint32_t scale, uint32_t divisor)
{
    return units_shared(c, member) ? units_of(c->member[member].weight, scale) / divisor : 0;
}

/* Whose turn it is: the place in the list. */
static inline uint32_t static_map_turn(const struct lb_context *c, uint32_t turns)
{
    struct static_map_part *part = static_map_parts(c);
    uint32_t best = LB_NONE;
    int64_t most = 0;
    for (uint32_t i = 0; i < c->members; i++) {
        struct static_map_part *one = &part[c->member[i].slot];
        if (one->weight == 0)
            continue;
        one->score += one->weight;
        int64_t totals = (one->score + turns) / turns;
        if (best == LB_NONE || totals > most) {
            best = i;
            most = totals;
        }
    }
    return best;
}

static inline void static_map_make(struct lb_context *c, uint32_t scale, uint32_t divisor)
{
    struct static_map *map = c->memory;
    struct static_map_part *part = static_map_parts(c);
    map->turns = 0;
    for (uint32_t slot = 0; slot < c->slots; slot++)
        part[slot] = (struct static_map_part){.score = 0};
    for (uint32_t i = 0; i < c->members; i++) {
        struct static_map_part *one = &part[c->member[i].slot];
        one->weight = static_map_wanted(c, i, scale, divisor);
        one->place = i;
        map->turns += one->weight;
    }
    for (uint32_t turn = 0; turn < map->turns; turn++) {
        uint32_t slot = c->member[static_map_turn(c, map->turns)].slot;
        part[slot].score -= map->turns;
        static_map_turns(c)[turn] = slot;
    }
}

/* Before a pick looks at it. */
static inline struct static_map *static_map_refresh(struct lb_context *c)
{
    struct static_map *map = c->memory;
    uint32_t scale = units_scale(c), divisor = static_map_divisor(c, scale), turns = 0;
    bool same = true;
    for (uint32_t i = 0; i < c->members && same; i++) {
        const struct static_map_part *one = &static_map_parts(c)[c->member[i].slot];
        uint32_t wanted = static_map_wanted(c, i, scale, divisor);
        same = one->weight == wanted && (wanted == 0 || one->place == i);
        turns += wanted;
    }
    if (!same || turns != map->turns)
        static_map_make(c, scale, divisor);
    return map;
}

/* The first at this turn or after it, in a circle, who may be picked (or, while `waits`, could be
 * if there were a place); LB_NONE: nobody. *turn: his. */
static inline uint32_t static_map_first(const struct lb_context *c, uint32_t *turn, bool waits)
{
    const struct static_map *map = c->memory;
    for (uint32_t i = 0; i < map->turns; i++) {
        uint32_t member = c->place[static_map_turns(c)[*turn]];
        if (waits ? lb_eligible(c, member) : lb_usable(c, member))
            return member;
        *turn = *turn + 1 < map->turns ? *turn + 1 : 0;
    }
    return LB_NONE;
}

/* The next turn's server, who is full passed over, as keyless requests are served. LB_NONE: all are
 * full, or nobody is there. */
static inline uint32_t static_map_next(struct lb_context *c)
{
    struct static_map *map = c->memory;
    uint32_t turn = map->at < map->turns ? map->at : 0;
    uint32_t member = static_map_first(c, &turn, false);
    if (member != LB_NONE)
        map->at = turn + 1;
    return member;
}

#endif
