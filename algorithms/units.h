/* units.h: weights as HAProxy has them. SPDX-License-Identifier: MIT
 *
 * Its weights end at 256. Where a list has more, all are scaled down so that the heaviest has that;
 * nobody who had any weight ends with none. */
#ifndef LB_UNITS_H
#define LB_UNITS_H

#include "lb_author.h"

enum { UNITS_MAX = 256, UNITS_NO_SCALE = 0 };

/* By what weights are divided: the heaviest one, or UNITS_NO_SCALE. */
static inline uint32_t units_scale(const struct lb_context *c)
{
    uint32_t heaviest = 0;
    for (uint32_t i = 0; i < c->members; i++)
        heaviest = c->member[i].weight > heaviest ? c->member[i].weight : heaviest;
    return heaviest > UNITS_MAX ? heaviest : UNITS_NO_SCALE;
}

/* Units of weight, 0 to UNITS_MAX. */
static inline uint32_t units_of(uint32_t weight, uint32_t scale)
{
    if (scale == UNITS_NO_SCALE || weight == 0)
        return weight;
    uint32_t units = (uint32_t)((uint64_t)weight * UNITS_MAX / scale);
    return units > 0 ? units : 1;
}

/* Does it have a part in what the servers share? Not when it is down: HAProxy takes it out. Who was
 * tried or is full has one. */
static inline bool units_shared(const struct lb_context *c, uint32_t member)
{
    const struct lb_member *m = &c->member[member];
    return m->flags == 0 && !c->down[m->slot];
}

/* When nobody shares: without `option allbackups` HAProxy knows one backup, the first that is up.
 * Also who has weight 0, where that is a last resort. */
static inline uint32_t units_resort(const struct lb_context *c)
{
    for (uint32_t i = 0; i < c->members; i++)
        if (lb_eligible(c, i))
            return i;
    return LB_NONE;
}

#endif
