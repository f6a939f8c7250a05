/* picks.c: the picks of an open: the first, and those that follow where a server refused. */
#include "sim/world/world_parts.h"

/* Tells whoever listens what a pick saw and chose. */
static void tell_pick(const struct world *world, const struct client *client,
                      const struct gateway_request *request, uint32_t server, uint32_t retry,
                      const struct gateway_watch *watch)
{
    const struct world_config *config = world->config;
    const struct source *source = &world->source[client->source];
    if (config->on_pick == NULL)
        return;
    config->on_pick(config->pick_context, &(struct world_pick){
                                              .at_ns = world->now_ns,
                                              .connection = client->connection,
                                              .traffic = source->traffic,
                                              .entry = source->entry,
                                              .instance = client->worker / world->workers,
                                              .worker = client->worker % world->workers,
                                              .generation = watch->generation,
                                              .attempt = client->attempt,
                                              .retry = retry,
                                              .server = server,
                                              .belief = watch->belief,
                                              .beliefs = watch->beliefs,
                                              .key = request->key,
                                              .key_length = request->key_length,
                                          });
}

static void count_pick(struct world *world, const struct client *client, uint32_t server,
                       uint32_t retry)
{
    unsigned flags = (client->attempt == 0 ? PICK_ARRIVAL : 0u) | (retry > 0 ? PICK_RETRY : 0u) |
                     (health_is_dead(world, server) ? PICK_FAILED : 0u);
    tallies_pick(world, world->source[client->source].traffic, server, flags);
}

uint32_t picks_follow(struct world *world, struct client *client,
                      const struct gateway_request *request, uint32_t server,
                      const struct gateway_watch *first)
{
    struct gateway_watch watch = {0}, *watched = world->config->on_pick != NULL ? &watch : NULL;
    tell_pick(world, client, request, server, 0, first);
    world->tried.count = 0;
    for (uint32_t retry = 1; server != NO_SERVER; retry++) {
        count_pick(world, client, server, retry - 1);
        if (!health_is_dead(world, server))
            break;
        if (watched != NULL)
            watch = (struct gateway_watch){.generation = first->generation};
        if (retry < world->listed) {
            server = gateway_retry_watched(world->gateway, &client->hold, request, &world->tried,
                                           watched);
        } else {
            gateway_give_up(world->gateway, &client->hold);
            server = NO_SERVER;
        }
        tell_pick(world, client, request, server, retry, &watch);
    }
    return server;
}
