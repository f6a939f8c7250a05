/* lb_view.c: the table of views. SPDX-License-Identifier: MIT */
#include "lb.h"

#include "lb_word.h"

static const struct lb_view views[] = {
    {.name = "request",
     .sees = "nobody: state is new for every request, and its retries share it",
     .seen_in = "nginx, variable in proxy_pass",
     .by_instance = true,
     .by_life = true,
     .per_request = true},
    {.name = "generation",
     .sees = "this worker, this generation",
     .seen_in = "APISIX up to 3.17; nginx without zone",
     .by_instance = true,
     .by_life = true,
     .by_generation = true},
    {.name = "seeded",
     .sees = "as generation, plus the count table as read when the picker was built",
     .seen_in = "APISIX pull request 12255",
     .by_instance = true,
     .by_life = true,
     .by_generation = true,
     .seeded = true},
    {.name = "worker",
     .sees = "this worker's life, all generations",
     .seen_in = "APISIX 3.18",
     .by_instance = true,
     .by_life = true},
    {.name = "host_generation",
     .sees = "all workers, this generation",
     .seen_in = "nginx with zone or resolve; HAProxy",
     .by_instance = true,
     .by_generation = true},
    {.name = "host",
     .sees = "all workers, all generations",
     .seen_in = "lbsim's nginx module",
     .by_instance = true},
    {.name = "fleet",
     .sees = "all gateway instances",
     .seen_in = "nobody: the ideal to compare with"},
};

const struct lb_view *lb_view_at(uint32_t i)
{
    return i < sizeof views / sizeof *views ? &views[i] : NULL;
}

const struct lb_view *lb_view_find(const char *name)
{
    for (uint32_t i = 0; i < sizeof views / sizeof *views; i++)
        if (lb_same_word(views[i].name, name))
            return &views[i];
    return NULL;
}

struct lb_scope_key lb_view_key(const struct lb_view *view, struct lb_scope_key who)
{
    return (struct lb_scope_key){
        .life = view->by_life ? who.life : 0,
        .instance = view->by_instance ? who.instance : 0,
        .generation = view->by_generation ? who.generation : 0,
    };
}
