/* world.c: the loop: what happens next, until the end. */
#include "sim/world/world.h"

#include "sim/engine/memory.h"
#include "sim/world/world_parts.h"

#include <stdlib.h>
#include <string.h>

enum { SECOND_NS = 1000000000 };

/* Streams are keyed by traffic name and entry, so one source more moves no other. */
static struct stream source_stream(const struct world_config *config, enum stream_purpose purpose,
                                   const struct world_traffic *traffic, uint32_t entry)
{
    uint64_t name = stream_hash(traffic->name, strlen(traffic->name));
    return stream_of(stream_root(config->seed, config->replication, purpose, name), entry);
}

static struct stream pick_stream(const struct world_config *config,
                                 const struct world_traffic *traffic, uint32_t entry)
{
    uint64_t name = stream_hash(traffic->name, strlen(traffic->name));
    return stream_of(stream_picks(config->seed, config->replication, config->pick_set, name),
                     entry);
}

static void make_sources(struct world *world)
{
    const struct world_config *config = world->config;
    for (uint32_t t = 0; t < config->traffics; t++)
        world->sources += config->traffic[t].arrivals_count;
    world->source = memory_zeroed(world->sources, sizeof *world->source);
    struct source *source = world->source;
    for (uint32_t t = 0; t < config->traffics; t++) {
        const struct world_traffic *traffic = &config->traffic[t];
        for (uint32_t entry = 0; entry < traffic->arrivals_count; entry++)
            *source++ = (struct source){
                .traffic = t,
                .entry = entry,
                .cursor = arrivals_begin(&traffic->arrivals[entry],
                                         source_stream(config, STREAM_ARRIVAL, traffic, entry)),
                .hold = source_stream(config, STREAM_HOLD, traffic, entry),
                .accept = source_stream(config, STREAM_ACCEPT, traffic, entry),
                .reconnect = source_stream(config, STREAM_RECONNECT, traffic, entry),
                .pick = pick_stream(config, traffic, entry),
                .key = source_stream(config, STREAM_KEY, traffic, entry),
            };
    }
}

bool world_event_reloads(const struct world_event *event, const struct balancer *balancer)
{
    bool edits = event->kind == EVENT_CHANGE || event->kind == EVENT_TOUCH;
    return event->kind == EVENT_RELOAD || (edits && balancer->change == CHANGE_RELOAD);
}

/* Every life that an instance can have: those of the start, one each at every reload, one at every
 * crash, which is the first instance's. */
static uint32_t lives_max(const struct world *world)
{
    const struct world_config *config = world->config;
    uint32_t lives = world->workers;
    for (uint32_t i = 0; i < config->events; i++) {
        if (world_event_reloads(&config->event[i], config->balancer))
            lives += world->workers;
        else if (config->event[i].kind == EVENT_CRASH)
            lives++;
    }
    return lives;
}

/* How often servers can enter a picker's list. Where a failed health check is a change of the list,
 * one change may let all of them in again. */
static uint32_t stays_max(const struct world_config *config)
{
    const struct balancer *balancer = config->balancer;
    uint32_t stays = config->servers;
    if (balancer->trait[TRAIT_RETURNS] != RETURNS_NEW)
        return stays;
    if (balancer->change == CHANGE_REBUILD)
        return config->servers * (1 + 2 * config->events);
    for (uint32_t i = 0; i < config->events; i++)
        stays += config->event[i].adds;
    return stays;
}

static struct gateway *make_gateway(struct world *world, const char **name)
{
    const struct world_config *config = world->config;
    for (uint32_t i = 0; i < config->servers; i++)
        name[i] = config->server[i].name;
    return gateway_new(&(struct gateway_config){
        .balancer = config->balancer,
        .server_name = name,
        .servers = config->servers,
        .stays_max = stays_max(config),
        .lives_max = lives_max(world),
        .instances = config->instances,
        .workers = world->workers,
        .upstream = config->name,
        .count_table_bytes = config->count_table_bytes,
        .seed = config->seed,
        .replication = config->replication,
        .draw_key = config->draw_key,
        .witness = config->witness,
        .pick_set = config->pick_set,
        .loses_releases = config->loses_releases,
    });
}

static struct world_result *make_result(const struct world_config *config)
{
    struct world_result *result = memory_zeroed(1, sizeof *result);
    size_t servers = config->servers, rows = (size_t)config->traffics + 1;
    result->servers = config->servers;
    result->traffics = config->traffics;
    result->tally = memory_zeroed(rows * servers, sizeof *result->tally);
    result->flow = memory_zeroed(rows, sizeof *result->flow);
    result->present_ns = memory_zeroed(servers, sizeof *result->present_ns);
    result->weight = memory_zeroed(servers, sizeof *result->weight);
    result->present = memory_zeroed(servers, sizeof *result->present);
    result->measure = memory_zeroed(rows, sizeof *result->measure);
    result->series = config->samples > 0 ? series_new(config->servers) : NULL;
    result->moment = memory_zeroed(config->events, sizeof *result->moment);
    return result;
}

static void serve(struct world *world, const struct queue_item *item)
{
    witness_moves(world, NULL);
    switch (agenda_phase(item)) {
    case PHASE_EVENT:
        happenings_step(world, (uint32_t)item->rank, (enum step)item->order, item->what);
        return;
    case PHASE_CLOCK:
        return;
    case PHASE_ARRIVAL:
        clients_arrive(world, (uint32_t)item->rank);
        agenda_arrival(world, (uint32_t)item->rank);
        return;
    case PHASE_RECONNECT:
        clients_reconnect(world, (uint32_t)item->what);
        return;
    case PHASE_DEPARTURE:
        clients_depart(world, (uint32_t)item->what, item->order);
        return;
    case PHASE_FOLLOW:
        clients_follow(world, (uint32_t)item->rank);
        return;
    }
}

static bool stop_asked(const struct world *world)
{
    return world->config->stop != NULL &&
           atomic_load_explicit(world->config->stop, memory_order_relaxed);
}

/* *told_ns: so much of it was told before. */
static void tell_played(const struct world *world, uint64_t *told_ns)
{
    if (world->config->played_ns == NULL)
        return;
    atomic_fetch_add_explicit(world->config->played_ns, world->now_ns - *told_ns,
                              memory_order_relaxed);
    *told_ns = world->now_ns;
}

/* Nothing more happens at this tick; what is read until the next is read now. */
static void advance(struct world *world, uint64_t until_ns)
{
    measures_tick(world);
    if (!world->in_window && world->config->measure_from_ns <= until_ns)
        tallies_open_window(world);
    tallies_sample(world, until_ns);
    measures_points(world, until_ns);
    world->now_ns = until_ns;
    gateway_set_time(world->gateway, until_ns / SECOND_NS);
}

static void loop(struct world *world)
{
    enum { LOOKS = 1024 }; /* what other threads see or set costs something: not at every step */
    uint64_t told_ns = 0;
    if (world->config->measure_from_ns == 0)
        tallies_open_window(world);
    for (uint64_t steps = 0; queue_count(world->queue) > 0; steps++) {
        if (steps % LOOKS == 0) {
            tell_played(world, &told_ns);
            if (stop_asked(world)) {
                world->result->stopped = true;
                return;
            }
        }
        struct queue_item item = queue_pop(world->queue);
        if (item.time_ns > world->now_ns)
            advance(world, item.time_ns);
        serve(world, &item);
        if (world->flow[0].queued > 0)
            queueing_serve(world);
#ifdef LBSIM_DEBUG
        laws_check_step(world);
#endif
    }
    advance(world, world->config->duration_ns);
    tell_played(world, &told_ns);
    tallies_sample(world, UINT64_MAX);
    laws_check_all(world);
}

static void release_all(struct world *world)
{
    queue_free(world->queue);
    gateway_free(world->gateway);
    free(world->source);
    free(world->client);
    free(world->server);
    free(world->list);
    free(world->member);
    free(world->tried.server);
    free(world->count);
    free(world->flow);
    free(world->flow_before);
    free(world->state);
    measures_end(world);
}

struct world_result *world_run(const struct world_config *config)
{
    uint32_t servers = config->servers, own = config->balancer->workers;
    struct world world = {.config = config,
                          .workers = own > 0 ? own : config->workers,
                          .queue = queue_new(),
                          .first_free = UINT32_MAX,
                          .result = make_result(config)};
    const char **name = memory_zeroed(servers, sizeof *name);
    world.server = memory_zeroed(servers, sizeof *world.server);
    world.list = memory_zeroed(servers, sizeof *world.list);
    world.member = memory_zeroed(servers, sizeof *world.member);
    world.count = memory_zeroed(((size_t)config->traffics + 1) * servers, sizeof *world.count);
    world.flow = memory_zeroed((size_t)config->traffics + 1, sizeof *world.flow);
    world.flow_before = memory_zeroed((size_t)config->traffics + 1, sizeof *world.flow);
    world.state = memory_zeroed(servers, sizeof *world.state);
    witness_moves(&world, NULL);
    world.ledger_is_right = laws_ledger_is_right(config);
    for (uint32_t i = 0; i < servers; i++)
        world.server[i].joined = NO_CHANGE;
    world.gateway = make_gateway(&world, name);
    make_sources(&world);
    measures_begin(&world);
    happenings_start(&world);
    happenings_schedule(&world);
    for (uint32_t i = 0; i < world.sources; i++)
        agenda_arrival(&world, i);
    loop(&world);
    tallies_finish(&world);
    release_all(&world);
    free(name);
    return world.result;
}

void world_result_free(struct world_result *result)
{
    if (result == NULL)
        return;
    for (uint32_t i = 0; i < result->moments; i++) {
        free(result->moment[i].live);
        free(result->moment[i].weight);
    }
    free(result->tally);
    free(result->flow);
    free(result->present_ns);
    free(result->weight);
    free(result->present);
    free(result->measure);
    free(result->change);
    free(result->after);
    series_free(result->series);
    free(result->moment);
    free(result->log);
    free(result);
}
