/* laws.c: nobody gets lost: what holds in every world, whatever the balancer does. */
#include "sim/world/world_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* A broken law is a fault of the simulator, and no number of the run can be trusted. */
static _Noreturn void broken(const struct world *world, const char *law, uint32_t which,
                             uint64_t left, uint64_t right)
{
    const struct world_config *config = world->config;
    fprintf(stderr,
            "lbsim: a law of the simulation is broken, and no number of this run is to be "
            "trusted:\n"
            "  %s (%" PRIu32 "): %" PRIu64 " against %" PRIu64 "\n"
            "  scenario %s, balancer %s, replication %" PRIu64 ", seed %" PRIu64 ", at %" PRIu64
            " ns\n",
            law, which, left, right, config->name, config->balancer->name, config->replication,
            config->seed, world->now_ns);
    if (config->rerun != NULL)
        fprintf(stderr, "  to see it again: %s -s %" PRIu64 " -r %" PRIu64 " -b %s -j 1\n",
                config->rerun, config->seed, config->replication + 1, config->balancer->name);
    abort();
}

#define LAW(world, which, left, right)                                                             \
    do {                                                                                           \
        uint64_t left_ = (left), right_ = (right);                                                 \
        if (left_ != right_)                                                                       \
            broken(world, #left " = " #right, which, left_, right_);                               \
    } while (0)

/* Every open is somewhere, and so is everybody who ever arrived. */
static void check_flow(const struct world *world, uint32_t row)
{
    const struct world_flow *flow = &world->flow[row];
    LAW(world, row, flow->opens,
        flow->open + flow->closed + flow->cut + flow->refused + flow->queued);
    LAW(world, row, flow->arrived,
        flow->open + flow->closed + flow->lost + flow->waiting + flow->queued);
    LAW(world, row, flow->opens - flow->arrived + flow->waiting + flow->lost,
        flow->cut + flow->refused);
}

/* Whether what balancers count must be what is open: not where nothing is counted, nor where a
 * crash, or a fault on purpose, leaves counts behind. */
bool laws_ledger_is_right(const struct world_config *config)
{
    const struct balancer *balancer = config->balancer;
    bool right = !balancer->view->per_request && balancer->trait[TRAIT_SINGLE] != SINGLE_BYPASSED &&
                 !config->loses_releases;
    for (uint32_t i = 0; i < config->events; i++)
        right = right && (config->event[i].kind != EVENT_CRASH || balancer->reap_ns == 0);
    return right;
}

void laws_check_step(const struct world *world)
{
    const struct world_config *config = world->config;
    uint64_t live = 0, *counted = world->ledger_is_right ? gateway_counted(world->gateway) : NULL;
    for (uint32_t row = 0; row <= config->traffics; row++)
        check_flow(world, row);
    for (uint32_t s = 0; s < config->servers; s++) {
        live += world->count[s].live;
        if (counted != NULL)
            LAW(world, s, counted[s], world->count[s].live);
        if (health_is_dead(world, s))
            LAW(world, s, world->count[s].live, 0);
    }
    free(counted);
    LAW(world, 0, world->flow[0].open, live);
    if (config->balancer->trait[TRAIT_WHEN_FULL] == FULL_QUEUE)
        LAW(world, 0, world->flow[0].queued, gateway_waiting(world->gateway));
}

/* Who is there, one by one. */
static void check_clients(const struct world *world)
{
    uint64_t open = 0, waiting = 0, queued = 0, stranded = 0; /* stranded: on an ended worker */
    for (uint32_t i = 0; i < world->clients; i++) {
        open += world->client[i].state == CLIENT_OPEN;
        stranded +=
            (world->client[i].state == CLIENT_OPEN || world->client[i].state == CLIENT_QUEUED) &&
            world->client[i].life < world->ended_lives;
        waiting += world->client[i].state == CLIENT_WAITING;
        queued += world->client[i].state == CLIENT_QUEUED;
    }
    LAW(world, 0, open, world->flow[0].open);
    LAW(world, 0, waiting, world->flow[0].waiting);
    LAW(world, 0, stranded, 0);
    LAW(world, 0, queued, world->flow[0].queued);
}

/* What each traffic has adds up to what all have. */
static void check_rows(const struct world *world)
{
    const struct world_config *config = world->config;
    for (uint32_t s = 0; s < config->servers; s++) {
        uint64_t live = 0, picks = 0;
        for (uint32_t row = 1; row <= config->traffics; row++) {
            live += world->count[(size_t)row * config->servers + s].live;
            picks += world->count[(size_t)row * config->servers + s].picks;
        }
        LAW(world, s, live, world->count[s].live);
        LAW(world, s, picks, world->count[s].picks);
    }
}

/* What presence and the gauges keep up to date is what counting anew gives. */
static void check_gauges(const struct world *world)
{
    for (uint32_t row = 0; row < world->gauges; row++) {
        uint64_t live = 0;
        for (uint32_t s = 0; s < world->config->servers; s++)
            if (world->server[s].present_weight > 0)
                live += world->count[(size_t)row * world->config->servers + s].live;
        LAW(world, row, world->gauge[row].live, live);
    }
}

void laws_check_all(const struct world *world)
{
    laws_check_step(world);
    check_clients(world);
    check_rows(world);
    check_gauges(world);
}
