/* happenings.c: what the script says happens: changes of the list, reloads, crashes, cuts. */
#include "sim/engine/memory.h"
#include "sim/world/world_parts.h"

#include <stdlib.h>
#include <string.h>

/* ---- The member list ---- */

static void list_enter(struct world *world, uint32_t server)
{
    if (world->config->balancer->trait[TRAIT_PLACE] == PLACE_APPENDED)
        world->list[world->listed++] = server;
    world->server[server].in_list = true;
}

static void list_leave(struct world *world, uint32_t server)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < world->listed; i++)
        if (world->list[i] != server)
            world->list[kept++] = world->list[i];
    world->listed = kept;
    world->server[server].in_list = false;
}

/* In the order of first mention, unless the balancer appends. */
static void list_order(struct world *world)
{
    if (world->config->balancer->trait[TRAIT_PLACE] == PLACE_APPENDED)
        return;
    world->listed = 0;
    for (uint32_t i = 0; i < world->config->servers; i++)
        if (world->server[i].in_list)
            world->list[world->listed++] = i;
}

static struct gateway_member member_of(const struct world *world, uint32_t index)
{
    const struct world_server *server = &world->config->server[index];
    return (struct gateway_member){
        .server = index,
        .weight = world->server[index].weight,
        .max_conns = server->max_conns,
        .backup = server->backup,
        .says_max_fails = true,
        .max_fails = server->max_fails,
        .says_fail_timeout = true,
        .fail_timeout_s = server->fail_timeout_s,
        .slow_start_s = server->slow_start_s,
    };
}

/* The list in its order; healthy: without those that fail their health check. How many. */
static uint32_t gather_members(struct world *world, bool healthy)
{
    uint32_t members = 0;
    for (uint32_t i = 0; i < world->listed; i++) {
        uint32_t server = world->list[i];
        if (!healthy || !world->server[server].down)
            world->member[members++] = member_of(world, server);
    }
    return members;
}

/* Where a failed health check is a change of the list, a list of none that is healthy is all of
 * them, as in APISIX. */
void happenings_hand_over(struct world *world)
{
    list_order(world);
    uint32_t members = gather_members(world, health_edits_list(world));
    if (members == 0)
        members = gather_members(world, false);
    gateway_set_members(world->gateway, world->member, members);
}

void happenings_start(struct world *world)
{
    for (uint32_t i = 0; i < world->config->servers; i++) {
        world->server[i].weight = world->config->server[i].weight;
        if (world->config->server[i].at_start)
            list_enter(world, i);
    }
    happenings_hand_over(world);
    tallies_presence(world);
}

/* ---- Cuts ---- */

static bool is_on_server(const struct world *world, const struct client *client,
                         const void *context)
{
    (void)world;
    return client->server == *(const uint32_t *)context;
}

static bool is_on_life(const struct world *world, const struct client *client, const void *context)
{
    (void)world;
    return client->life == *(const uint64_t *)context;
}

static bool is_on_elder(const struct world *world, const struct client *client, const void *context)
{
    (void)world;
    return client->life <= *(const uint64_t *)context;
}

/* Takes away all that are wanted, in opening order; how many. lost: as clients_cut() has it. */
static uint32_t cut_all(struct world *world,
                        bool (*wanted)(const struct world *, const struct client *,
                                       const void *context),
                        const void *context, bool lost)
{
    uint32_t count;
    uint32_t *client = clients_select(world, wanted, context, &count);
    for (uint32_t i = 0; i < count; i++)
        clients_cut(world, client[i], lost);
    free(client);
    return count;
}

uint32_t happenings_cut_server(struct world *world, uint32_t server)
{
    return cut_all(world, is_on_server, &server, false);
}

/* ---- Changes ---- */

static void change_list(struct world *world, uint32_t index, const struct world_event *event)
{
    for (uint32_t i = 0; i < event->removes; i++) {
        struct server *server = &world->server[event->remove[i]];
        list_leave(world, event->remove[i]);
        server->removed_by = index;
        server->draining_cut = event->drain_ns != SPAN_FOREVER;
        notes_log(world, index, event->remove[i], LOG_REMOVED, event->drain_ns);
    }
    for (uint32_t i = 0; i < event->adds; i++) {
        struct server *server = &world->server[event->add[i].server];
        server->weight = event->add[i].weight;
        server->draining_cut = false; /* a return cancels a pending cut */
        list_enter(world, event->add[i].server);
        notes_log(world, index, event->add[i].server, LOG_ADDED, event->add[i].weight);
    }
    for (uint32_t i = 0; i < event->weights; i++) {
        world->server[event->weight[i].server].weight = event->weight[i].weight;
        notes_log(world, index, event->weight[i].server, LOG_WEIGHT, event->weight[i].weight);
    }
    happenings_hand_over(world);
    changes_note(world, index, PART_SELF);
    for (uint32_t i = 0; i < event->adds; i++)
        changes_added(world, event->add[i].server);
}

/* The drain of an event's leavers is over: who has not returned, or left again since, is cut. */
static void drain_over(struct world *world, uint32_t index, const struct world_event *event)
{
    for (uint32_t i = 0; i < event->removes; i++) {
        struct server *server = &world->server[event->remove[i]];
        if (!server->draining_cut || server->removed_by != index)
            continue;
        server->draining_cut = false;
        uint32_t cut = happenings_cut_server(world, event->remove[i]);
        notes_log(world, index, event->remove[i], LOG_DRAINED, cut);
    }
}

static void change(struct world *world, uint32_t index, const struct world_event *event)
{
    change_list(world, index, event);
    if (event->removes == 0 || event->drain_ns == SPAN_FOREVER)
        return;
    if (event->drain_ns == 0)
        drain_over(world, index, event);
    else if (event->drain_ns < world->config->duration_ns - world->now_ns)
        agenda_event(world, world->now_ns + event->drain_ns, index, STEP_DRAINED, 0);
}

/* The time of old workers is over: what is left on lives up to `newest` is cut. */
static void old_workers_over(struct world *world, uint32_t index, uint64_t newest)
{
    uint32_t cut = cut_all(world, is_on_elder, &newest, false);
    queueing_refuse(world, is_on_elder, &newest);
    world->ended_lives = newest + 1;
    notes_log(world, index, NO_SERVER, LOG_OLD_WORKERS, cut);
}

/* All workers were replaced, those up to `newest` are old now. If they have no time at all, their
 * end is the next thing of this tick. */
static void retire(struct world *world, uint32_t index, uint64_t newest)
{
    uint64_t after_ns = world->config->old_workers_ns;
    if (after_ns < world->config->duration_ns - world->now_ns)
        agenda_event(world, world->now_ns + after_ns, index, STEP_OLD_WORKERS, newest);
}

static void crash(struct world *world, uint32_t index, const struct world_event *event)
{
    const uint32_t instance = 0;
    uint32_t worker = event->worker;
    uint64_t life = gateway_life(world->gateway, instance, worker);
    uint32_t count = cut_all(world, is_on_life, &life, true);
    queueing_refuse(world, is_on_life, &life);
    gateway_crash(world->gateway, instance, worker);
    uint64_t reap_ns = world->config->balancer->reap_ns;
    if (reap_ns != 0 && reap_ns < world->config->duration_ns - world->now_ns)
        agenda_event(world, world->now_ns + reap_ns, index, STEP_REAP, life);
    changes_note(world, index, PART_SELF);
    notes_log(world, index, NO_SERVER, LOG_CRASH, count);
}

/* ---- Closing and cutting by a filter ---- */

static bool passes_filter(const struct world *world, const struct client *client,
                          const void *context)
{
    const struct world_filter *filter = context;
    return (filter->server == FILTER_ANY || filter->server == client->server) &&
           (filter->traffic == FILTER_ANY ||
            filter->traffic == world->source[client->source].traffic);
}

/* ceil(share x n), exactly. */
static uint32_t share_of(uint32_t n, uint64_t share_e9)
{
    return (uint32_t)(((wide)n * share_e9 + SHARE_ALL - 1) / SHARE_ALL);
}

struct drawn {
    uint64_t value;
    uint32_t place;
};

static int by_value(const void *a, const void *b)
{
    const struct drawn *one = a, *two = b;
    if (one->value != two->value)
        return one->value < two->value ? -1 : 1;
    return (one->place > two->place) - (one->place < two->place);
}

static int by_number(const void *a, const void *b)
{
    const uint32_t *one = a, *two = b;
    return (*one > *two) - (*one < *two);
}

/* Leaves in place[0..wanted) those with the smallest draws, in opening order. Draws are keyed by
 * event, connection and attempt, so that every balancer loses the same customers. */
static void draw_some(struct world *world, const struct world_event *event, uint32_t *place,
                      uint32_t count, uint32_t wanted)
{
    const struct world_config *config = world->config;
    struct stream root = stream_root(config->seed, config->replication, STREAM_CLOSE,
                                     stream_hash(event->name, strlen(event->name)));
    struct drawn *drawn = memory_zeroed(count, sizeof *drawn);
    for (uint32_t i = 0; i < count; i++) {
        const struct client *client = &world->client[place[i]];
        const struct source *source = &world->source[client->source];
        const char *name = config->traffic[source->traffic].name;
        struct stream s = stream_of(root, stream_hash(name, strlen(name)));
        s = stream_of(stream_of(s, source->entry), client->connection);
        drawn[i] = (struct drawn){stream_value(stream_of(s, client->attempt), 0), i};
    }
    qsort(drawn, count, sizeof *drawn, by_value);
    uint32_t *chosen = memory_zeroed(wanted, sizeof *chosen);
    for (uint32_t i = 0; i < wanted; i++)
        chosen[i] = drawn[i].place;
    qsort(chosen, wanted, sizeof *chosen, by_number);
    for (uint32_t i = 0; i < wanted; i++)
        place[i] = place[chosen[i]]; /* chosen rises, so nothing is overwritten before it is read */
    free(chosen);
    free(drawn);
}

static void close_or_cut(struct world *world, uint32_t index, const struct world_event *event)
{
    const struct world_filter *filter = &event->filter;
    uint32_t count;
    uint32_t *place = clients_select(world, passes_filter, filter, &count);
    uint32_t wanted = filter->count < count         ? (uint32_t)filter->count
                      : filter->count == UINT64_MAX ? share_of(count, filter->share_e9)
                                                    : count;
    uint32_t first = filter->order == ORDER_NEWEST ? count - wanted : 0;
    if (filter->order == ORDER_RANDOM && wanted < count)
        draw_some(world, event, place, count, wanted);
    for (uint32_t i = first; i < first + wanted; i++) {
        if (event->kind == EVENT_CLOSE)
            clients_close(world, place[i]);
        else
            clients_cut(world, place[i], false);
    }
    free(place);
    notes_log(world, index, filter->server == FILTER_ANY ? NO_SERVER : filter->server,
              event->kind == EVENT_CLOSE ? LOG_CLOSED : LOG_CUT, wanted);
}

/* ---- The script ---- */

void happenings_schedule(struct world *world)
{
    for (uint32_t i = 0; i < world->config->events; i++)
        agenda_event(world, world->config->event[i].at_ns, i, STEP_SELF, 0);
}

static void do_event(struct world *world, uint32_t index, const struct world_event *event)
{
    switch (event->kind) {
    case EVENT_CHANGE:
        change(world, index, event);
        return;
    case EVENT_RELOAD:
        gateway_reload(world->gateway);
        changes_note(world, index, PART_SELF);
        notes_log(world, index, NO_SERVER, LOG_RELOAD, 0);
        return;
    case EVENT_TOUCH:
        gateway_touch(world->gateway);
        notes_log(world, index, NO_SERVER, LOG_TOUCH, 0);
        return;
    case EVENT_CRASH:
        crash(world, index, event);
        return;
    case EVENT_FLAP:
        health_flap(world, index);
        return;
    case EVENT_FAIL:
        health_fail(world, index);
        return;
    case EVENT_CLOSE:
    case EVENT_CUT:
        close_or_cut(world, index, event);
        return;
    }
}

static void happen(struct world *world, uint32_t index, const struct world_event *event)
{
    uint64_t newest = gateway_newest_life(world->gateway);
    notes_moment(world, index);
    do_event(world, index, event);
    if (world_event_reloads(event, world->config->balancer))
        retire(world, index, newest);
}

void happenings_step(struct world *world, uint32_t index, enum step step, uint64_t detail)
{
    const struct world_event *event = &world->config->event[index];
    switch (step) {
    case STEP_SELF:
        happen(world, index, event);
        break;
    case STEP_DRAINED:
        drain_over(world, index, event);
        break;
    case STEP_OLD_WORKERS:
        old_workers_over(world, index, detail);
        break;
    case STEP_DETECTED:
        health_detect(world, index);
        break;
    case STEP_BACK:
        if (event->kind == EVENT_FAIL)
            health_recover(world, index);
        else
            health_flap_over(world, index);
        break;
    case STEP_REAP:
        gateway_reap(world->gateway, detail);
        break;
    }
    tallies_presence(world);
}
