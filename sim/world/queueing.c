/* queueing.c: opens that wait for a place at a server, as the world sees them.
 *
 * Whose turn it is, gateway_queue.c knows. */
#include "sim/world/world_parts.h"

#include <stdlib.h>

enum { SECOND_NS = 1000000000 };

/* While somebody waits, a limit that rises with the clock makes the next second matter. */
static void look_at_next_second(struct world *world)
{
    uint64_t next_ns = (world->now_ns / SECOND_NS + 1) * SECOND_NS;
    if (world->clock_ns >= next_ns || next_ns >= world->config->duration_ns ||
        !gateway_limits_rise(world->gateway))
        return;
    world->clock_ns = next_ns;
    agenda_clock(world, next_ns);
}

void queueing_serve(struct world *world)
{
    struct gateway_served served;
    bool watched = world->config->on_pick != NULL;
    witness_moves(world, NULL);
    while (gateway_serve(world->gateway, watched, &served)) {
        clients_served(world, &served);
        witness_moves(world, NULL);
    }
    if (world->flow[0].queued > 0)
        look_at_next_second(world);
}

void queueing_refuse(struct world *world,
                     bool (*wanted)(const struct world *, const struct client *,
                                    const void *context),
                     const void *context)
{
    uint32_t count;
    uint32_t *place = clients_select_queued(world, wanted, context, &count);
    for (uint32_t i = 0; i < count; i++) {
        struct gateway_served served;
        gateway_forsake(world->gateway, world->client[place[i]].wait,
                        world->config->on_pick != NULL, &served);
        clients_served(world, &served);
    }
    free(place);
}
