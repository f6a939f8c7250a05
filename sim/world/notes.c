/* notes.c: what an event found, and the log of what happened. */
#include "sim/engine/memory.h"
#include "sim/world/world_parts.h"

void notes_moment(struct world *world, uint32_t event)
{
    struct world_result *result = world->result;
    uint32_t servers = world->config->servers;
    uint64_t *live = memory_zeroed(servers, sizeof *live);
    uint32_t *weight = memory_zeroed(servers, sizeof *weight);
    bool same_tick =
        result->moments > 0 && result->moment[result->moments - 1].at_ns == world->now_ns;
    const struct world_moment before =
        same_tick ? result->moment[result->moments - 1] : (struct world_moment){.event = event};
    for (uint32_t i = 0; i < servers; i++) { /* events of one tick found the same state */
        live[i] = same_tick ? before.live[i] : count_at(world, 0, i)->live;
        weight[i] = same_tick ? before.weight[i] : world->server[i].present_weight;
    }
    result->moment[result->moments++] = (struct world_moment){
        .event = event, .at_ns = world->now_ns, .live = live, .weight = weight};
    if (!same_tick && world->config->on_moment != NULL)
        world->config->on_moment(world->config->pick_context, &result->moment[result->moments - 1]);
}

void notes_log(struct world *world, uint32_t event, uint32_t server, enum world_log_kind kind,
               uint64_t number)
{
    const struct world_config *config = world->config;
    struct world_result *result = world->result;
    if ((result->logs & (result->logs + 1)) == 0) /* room for 1, 3, 7, ... */
        result->log =
            memory_resized(result->log, 2 * (size_t)result->logs + 1, sizeof *result->log);
    result->log[result->logs++] = (struct world_log){
        .at_ns = world->now_ns, .number = number, .event = event, .server = server, .kind = kind};
    if (config->on_log != NULL)
        config->on_log(config->pick_context, &result->log[result->logs - 1]);
}
