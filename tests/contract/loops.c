/* loops.c: goes round until somebody is usable. */
#include "lb_author.h"

static uint32_t pick(struct lb_context *c)
{
    volatile uint32_t i = 0;
    while (c->members > 0 && !lb_usable(c, i))
        i = (i + 1) % c->members;
    return c->members > 0 ? i : LB_NONE;
}

static const struct lb_algorithm loops = {
    .abi = LB_ABI, .name = "loops", .about = "never gives up", .pick = pick};

LB_PLUGIN(&loops);
