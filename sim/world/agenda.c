/* agenda.c: what is still to happen, in the queue's order: the tie rules of world.h. */
#include "sim/world/world_parts.h"

enum { RANK_SHIFT = 60, SERVER_SHIFT = 32 };

enum phase agenda_phase(const struct queue_item *item)
{
    return (enum phase)(item->rank >> RANK_SHIFT);
}

void agenda_event(struct world *world, uint64_t at_ns, uint32_t event, enum step step,
                  uint64_t detail)
{
    queue_push(world->queue, (struct queue_item){
                                 .time_ns = at_ns,
                                 .rank = (uint64_t)PHASE_EVENT << RANK_SHIFT | event,
                                 .order = step,
                                 .what = detail,
                             });
}

void agenda_client(struct world *world, enum phase phase, uint64_t at_ns, uint32_t place)
{
    const struct client *client = &world->client[place];
    struct queue_item item = {.time_ns = at_ns, .what = place};
    if (phase == PHASE_RECONNECT) {
        item.rank = client->source;
        item.order = client->connection;
    } else {
        item.rank = (uint64_t)client->server << SERVER_SHIFT | client->worker;
        item.order = client->opening;
    }
    item.rank |= (uint64_t)phase << RANK_SHIFT;
    queue_push(world->queue, item);
}

void agenda_clock(struct world *world, uint64_t at_ns)
{
    queue_push(world->queue, (struct queue_item){
                                 .time_ns = at_ns,
                                 .rank = (uint64_t)PHASE_CLOCK << RANK_SHIFT,
                             });
}

/* Several of one source at one time are alike, as they open whichever connection is next. */
void agenda_follow(struct world *world, uint64_t at_ns, uint32_t source)
{
    queue_push(world->queue, (struct queue_item){
                                 .time_ns = at_ns,
                                 .rank = (uint64_t)PHASE_FOLLOW << RANK_SHIFT | source,
                             });
}

void agenda_arrival(struct world *world, uint32_t source)
{
    uint64_t at_ns;
    if (!arrivals_next(&world->source[source].cursor, &at_ns) ||
        at_ns >= world->config->duration_ns)
        return;
    queue_push(world->queue, (struct queue_item){
                                 .time_ns = at_ns,
                                 .rank = (uint64_t)PHASE_ARRIVAL << RANK_SHIFT | source,
                                 .order = world->source[source].next_connection,
                             });
}
