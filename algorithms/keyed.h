/* keyed.h: what the algorithms that hash have in common. SPDX-License-Identifier: MIT
 *
 * A key chooses among all members of the turn, usable or not, so that one server's absence moves no
 * other server's keys. Whom it may not take it looks past, up to so many; then round robin serves.
 */
#ifndef LB_KEYED_H
#define LB_KEYED_H

#include "parts.h"
#include "smooth.h"

/* Whom a pick looked at and may not take. nginx counts the misses of all tries of a request
 * together, and a retry goes on from where it was. Here each begins anew: so it meets those again
 * whom the request took, and the first time is no miss. */
struct keyed_walk {
    uint32_t misses, met;
    uint32_t member[32]; /* those met that were taken */
};

/* After a look at a member that is not usable: whether that was one too many. */
static inline bool keyed_missed(struct keyed_walk *walk, const struct lb_context *c,
                                uint32_t member)
{
    bool before = !lb_tried(c, member) || walk->met == 32;
    for (uint32_t i = 0; i < walk->met && !before; i++)
        before = walk->member[i] == member;
    if (before)
        return ++walk->misses > 20;
    walk->member[walk->met++] = member;
    return false;
}

#endif
