/* tallies.c: who got what: counts, integrals, peaks, samples, and the log of what happened. */
#include "sim/engine/memory.h"
#include "sim/world/world_parts.h"

#include <string.h>

static struct count *count_at(struct world *world, uint32_t row, uint32_t server)
{
    return &world->count[(size_t)row * world->config->servers + server];
}

/* The count held still since it last changed: that much more integral; and, if that was at an
 * earlier tick, a state that lasted and may be the peak. */
static void settle(struct count *count, uint64_t now_ns)
{
    if (now_ns == count->since_ns)
        return;
    count->integral += (wide)count->live * (now_ns - count->since_ns);
    if (count->live > count->peak)
        count->peak = count->live;
    count->since_ns = now_ns;
}

void tallies_pick(struct world *world, uint32_t traffic, uint32_t server, bool first_attempt)
{
    const uint32_t rows[] = {0, traffic + 1};
    for (uint32_t i = 0; i < 2; i++) {
        struct count *count = count_at(world, rows[i], server);
        settle(count, world->now_ns);
        count->live++;
        count->picks++;
    }
    struct world_newcomer *newcomer = world->newcomer;
    if (newcomer == NULL || !first_attempt)
        return;
    const struct world_event *event = &world->config->event[newcomer->event];
    newcomer->picks++;
    for (uint32_t i = 0; i < event->adds; i++)
        newcomer->taken += event->add[i].server == server;
    if (newcomer->picks == NEWCOMER_PICKS)
        world->newcomer = NULL;
}

void tallies_end(struct world *world, uint32_t traffic, uint32_t server, enum tallies_end how)
{
    const uint32_t rows[] = {0, traffic + 1};
    for (uint32_t i = 0; i < 2; i++) {
        struct count *count = count_at(world, rows[i], server);
        settle(count, world->now_ns);
        count->live--;
        count->closed += how == ENDED_CLOSED;
        count->cut += how == ENDED_CUT;
    }
}

/* ---- Presence ---- */

void tallies_presence(struct world *world)
{
    for (uint32_t i = 0; i < world->config->servers; i++) {
        struct server *server = &world->server[i];
        bool present = server->in_list && !server->down && server->weight > 0;
        if (present && !server->present)
            server->present_since_ns = world->now_ns;
        if (!present && server->present)
            server->present_ns += world->now_ns - server->present_since_ns;
        server->present = present;
    }
}

/* ---- Moments, newcomers, log ---- */

void tallies_moment(struct world *world, uint32_t event)
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
        weight[i] = same_tick                  ? before.weight[i]
                    : world->server[i].present ? world->server[i].weight
                                               : 0;
    }
    result->moment[result->moments++] = (struct world_moment){
        .event = event, .at_ns = world->now_ns, .live = live, .weight = weight};
}

void tallies_change(struct world *world)
{
    world->newcomer = NULL;
}

void tallies_newcomer(struct world *world, uint32_t event)
{
    struct world_result *result = world->result;
    world->newcomer = &result->newcomer[result->newcomers++];
    *world->newcomer = (struct world_newcomer){.event = event};
}

void tallies_log(struct world *world, uint32_t event, uint32_t server, enum world_log_kind kind,
                 uint64_t number)
{
    struct world_result *result = world->result;
    if ((result->logs & (result->logs + 1)) == 0) /* room for 1, 3, 7, ... */
        result->log =
            memory_resized(result->log, 2 * (size_t)result->logs + 1, sizeof *result->log);
    result->log[result->logs++] = (struct world_log){
        .at_ns = world->now_ns, .number = number, .event = event, .server = server, .kind = kind};
}

/* ---- Samples, and the end ---- */

void tallies_sample(struct world *world, uint64_t until_ns)
{
    const struct world_config *config = world->config;
    struct world_result *result = world->result;
    for (; world->next_sample < config->samples && config->sample_ns[world->next_sample] < until_ns;
         world->next_sample++) {
        size_t first = (size_t)world->next_sample * config->servers;
        for (uint32_t i = 0; i < config->servers; i++) {
            result->sample_live[first + i] = count_at(world, 0, i)->live;
            result->sample_picks[first + i] = count_at(world, 0, i)->picks;
        }
    }
}

void tallies_finish(struct world *world)
{
    const struct world_config *config = world->config;
    struct world_result *result = world->result;
    tallies_sample(world, UINT64_MAX);
    world->now_ns = config->duration_ns;
    for (uint32_t row = 0; row <= config->traffics; row++)
        for (uint32_t i = 0; i < config->servers; i++) {
            struct count *count = count_at(world, row, i);
            settle(count, world->now_ns);
            *world_tally_at(result, row, i) = (struct world_tally){
                .picks = count->picks,
                .closed = count->closed,
                .cut = count->cut,
                .live = count->live,
                .live_peak = count->peak,
                .live_mean = (double)count->integral / (double)config->duration_ns,
            };
        }
    for (uint32_t i = 0; i < config->servers; i++) {
        struct server *server = &world->server[i];
        result->weight[i] = server->weight;
        result->present[i] = server->present;
        result->present_ns[i] =
            server->present_ns + (server->present ? world->now_ns - server->present_since_ns : 0);
    }
    memcpy(result->flow, world->flow, (config->traffics + 1) * sizeof *result->flow);
    result->traffic_digest = world->digest;
    result->draws = gateway_draws(world->gateway);
    result->unseeded = gateway_unseeded(world->gateway);
}
