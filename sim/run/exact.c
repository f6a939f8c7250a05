/* exact.c: whether a run leaves nothing to chance. */
#include "sim/run/exact.h"

static bool is_drawn(const struct distribution *span)
{
    return span->kind != DISTRIBUTION_CONSTANT && span->kind != DISTRIBUTION_FOREVER;
}

static bool traffic_is_drawn(const struct world_traffic *traffic)
{
    for (uint32_t i = 0; i < traffic->arrivals_count; i++)
        if (traffic->arrivals[i].kind == ARRIVALS_POISSON)
            return true;
    return is_drawn(&traffic->lasts) ||
           (traffic->reconnects && is_drawn(&traffic->reconnect_after));
}

static bool event_is_drawn(const struct world_event *event)
{
    const struct world_filter *filter = &event->filter;
    return (event->kind == EVENT_CLOSE || event->kind == EVENT_CUT) &&
           filter->order == ORDER_RANDOM &&
           (filter->count != UINT64_MAX || filter->share_e9 != SHARE_ALL);
}

/* Workers of all instances. */
static uint32_t workers_of(const struct scenario *scenario, uint32_t balancer)
{
    uint32_t own = scenario->balancer[balancer].workers;
    return scenario->instances * (own > 0 ? own : scenario->workers);
}

/* Whether who takes a connection is drawn from several. */
static bool accept_is_drawn(const struct scenario *scenario, uint32_t balancer)
{
    uint32_t takers = 0; /* of an instance */
    for (uint32_t i = 0; i < scenario->shares; i++)
        takers += scenario->share[i] > 0;
    if (scenario->accept == ACCEPT_SHARES)
        return scenario->instances * takers > 1;
    return scenario->accept == ACCEPT_RANDOM && workers_of(scenario, balancer) > 1;
}

bool experiment_is_exact(const struct experiment *experiment, uint32_t balancer)
{
    const struct scenario *scenario = experiment->scenario;
    for (uint32_t t = 0; t < scenario->traffics; t++)
        if (traffic_is_drawn(&scenario->traffic[t]))
            return false;
    for (uint32_t e = 0; e < scenario->events; e++)
        if (event_is_drawn(&scenario->event[e]))
            return false;
    if (lb_algorithm_keyed(scenario->balancer[balancer].algorithm))
        return false; /* keys are drawn */
    for (uint64_t r = 0; r < experiment->replications; r++)
        if (experiment_result(experiment, balancer, r)->draws > 0)
            return false;
    return !accept_is_drawn(scenario, balancer);
}
