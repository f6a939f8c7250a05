/* warm.h: a weight as HAProxy keeps it, in sixteenths. SPDX-License-Identifier: MIT
 *
 * The list says the weight; clock and health checks say how many sixteenths of it are in force. An
 * algorithm that acts on a change remembers both, because it must tell a change from none: what
 * lists say changes when a member enters, the rest is only noticed at the next pick. */
#ifndef LB_WARM_H
#define LB_WARM_H

#include "lb_author.h"

struct warm {
    uint32_t weight, sixteenths;
};

/* Weights here are of those that share the requests: a backup, and who is down, has none. */
static inline uint32_t warm_listed(const struct lb_context *c, uint32_t member)
{
    return c->member[member].flags == 0 ? c->member[member].weight : 0;
}

static inline uint32_t warm_sixteenths(const struct lb_context *c, uint32_t member)
{
    return c->down[c->member[member].slot] ? 0 : lb_sixteenths(c, member);
}

/* The effective weight, in sixteenths of a unit. */
static inline uint64_t warm_weight(struct warm warm)
{
    return (uint64_t)warm.weight * warm.sixteenths;
}

/* As it is when the member enters. Of one that stays, the clock of a new picker knows nothing yet.
 */
static inline struct warm warm_entered(const struct lb_context *c, uint32_t member,
                                       enum lb_entry entry, struct warm before)
{
    return (struct warm){.weight = warm_listed(c, member),
                         .sixteenths = entry == LB_ENTRY_NEW ? warm_sixteenths(c, member)
                                                             : before.sixteenths};
}

/* Without `option allbackups`, HAProxy knows one backup at a time: the first that is up. */
static inline uint32_t first_usable(const struct lb_context *c)
{
    uint32_t i = 0;
    while (i < c->members && !lb_usable(c, i))
        i++;
    return i < c->members ? i : LB_NONE;
}

#endif
