/* gives_up.c: asks the first member alone, and a second algorithm that asks no limits. */
#include "lb_author.h"

static uint32_t pick_the_first(struct lb_context *c)
{
    return c->members > 0 && lb_usable(c, 0) ? 0 : LB_NONE;
}

/* No more than the connections that the word says. */
static uint32_t pick_any(struct lb_context *c)
{
    for (uint32_t i = 0; i < c->members; i++)
        if (c->param[0] == 1 ? lb_eligible(c, i) : lb_usable(c, i))
            return i;
    return LB_NONE;
}

static const char *const words[] = {"kept", "ignored", NULL};

static const struct lb_algorithm gives_up = {
    .abi = LB_ABI, .name = "gives_up", .about = "the first or nobody", .pick = pick_the_first};

static const struct lb_algorithm no_limits = {
    .abi = LB_ABI,
    .name = "no_limits",
    .about = "the first, full or not",
    .param = {{.name = "limits", .help = "whether max_conns counts", .words = words, .max = 1}},
    .pick = pick_any};

LB_PLUGIN(&gives_up, &no_limits);
