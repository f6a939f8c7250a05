/* keeps_all.c: the first usable member; it keeps all laws. */
#include "lb_author.h"

static uint32_t pick(struct lb_context *c)
{
    for (uint32_t i = 0; i < c->members; i++)
        if (lb_usable(c, i))
            return i;
    return LB_NONE;
}

static const struct lb_algorithm keeps_all = {
    .abi = LB_ABI, .name = "keeps_all", .about = "the first usable member", .pick = pick};

LB_PLUGIN(&keeps_all);
