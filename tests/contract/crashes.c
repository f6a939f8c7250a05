/* crashes.c: looks for a member where there is none, once a server was released. */
#include "lb_author.h"

static uint32_t pick(struct lb_context *c)
{
    for (uint32_t i = 0; i < c->members; i++)
        if (lb_usable(c, i))
            return i;
    return LB_NONE;
}

static void released(struct lb_context *c, uint32_t slot)
{
    volatile uint32_t *nowhere = NULL;
    if (c->members > 1)
        *nowhere = slot;
}

static const struct lb_algorithm crashes = {.abi = LB_ABI,
                                            .name = "crashes",
                                            .about = "writes to nowhere",
                                            .released = released,
                                            .pick = pick};

LB_PLUGIN(&crashes);
