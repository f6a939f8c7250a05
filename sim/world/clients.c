/* clients.c: clients open connections, lose them, come back, and leave. */
#include "sim/engine/memory.h"
#include "sim/world/world_parts.h"

#include <assert.h>
#include <stdlib.h>

/* ---- The table of clients: places are reused, openings never ---- */

static uint32_t client_new(struct world *world)
{
    uint32_t place = world->first_free;
    if (place != UINT32_MAX) {
        world->first_free = world->client[place].next_free;
        return place;
    }
    if (world->clients == world->client_room) {
        world->client_room = world->client_room == 0 ? 1024 : 2 * world->client_room;
        world->client = memory_resized(world->client, world->client_room, sizeof *world->client);
    }
    return world->clients++;
}

static void client_free(struct world *world, uint32_t place)
{
    world->client[place].state = CLIENT_FREE;
    world->client[place].next_free = world->first_free;
    world->first_free = place;
}

static const struct world_traffic *traffic_of(const struct world *world,
                                              const struct client *client)
{
    return &world->config->traffic[world->source[client->source].traffic];
}

/* The stream of one attempt of one connection. */
static struct stream attempt_stream(struct stream of_source, const struct client *client,
                                    uint32_t attempt)
{
    return stream_of(stream_of(of_source, client->connection), attempt);
}

/* Both rows of the flows: all traffic, and the client's. */
#define COUNT_FLOW(world, client, field, change)                                                   \
    do {                                                                                           \
        (world)->flow[0].field += (change);                                                        \
        (world)->flow[1 + (world)->source[(client)->source].traffic].field += (change);            \
    } while (0)

/* ---- Coming back ---- */

static bool keeps(const struct source *source)
{
    return source->cursor.arrivals->kind == ARRIVALS_KEEP;
}

/* Whoever comes after one that ended, where so many are kept. */
static void let_follow(struct world *world, uint32_t source, uint64_t after_ns)
{
    if (keeps(&world->source[source]) && after_ns < world->config->duration_ns - world->now_ns)
        agenda_follow(world, world->now_ns + after_ns, source);
}

/* A client without a connection, `left_ns` of its hold to go: it comes back if its traffic says so
 * and it has tries left. Else it is followed, if at all, after next_ns. */
static void stay_away_or_return(struct world *world, uint32_t place, uint64_t left_ns,
                                uint64_t next_ns)
{
    struct client *client = &world->client[place];
    const struct world_traffic *traffic = traffic_of(world, client);
    if (!traffic->reconnects || client->tries >= traffic->reconnect_tries) {
        COUNT_FLOW(world, client, gave_up, traffic->reconnects);
        COUNT_FLOW(world, client, lost, 1u);
        let_follow(world, client->source, next_ns);
        client_free(world, place);
        return;
    }
    struct stream draws =
        attempt_stream(world->source[client->source].reconnect, client, client->attempt + 1);
    uint64_t after_ns = distribution_sample(&traffic->reconnect_after, draws);
    client->tries++;
    client->state = CLIENT_WAITING;
    client->ends_ns = left_ns;
    COUNT_FLOW(world, client, waiting, 1u);
    if (after_ns < world->config->duration_ns - world->now_ns)
        agenda_client(world, PHASE_RECONNECT, world->now_ns + after_ns, place);
}

/* ---- Opening ---- */

/* Whose share a value falls into, when the shares are laid one behind the other. Equal shares of
 * any size give what `random` gives. */
static uint32_t choose_by_share(const uint32_t *share, uint32_t workers, uint64_t value)
{
    uint64_t all = 0;
    for (uint32_t i = 0; i < workers; i++)
        all += share[i];
    uint64_t at = stream_below(value, all);
    uint32_t worker = 0;
    for (; at >= share[worker]; worker++)
        at -= share[worker];
    return worker;
}

/* In turn, instances are next to each other and workers follow: 0.0 1.0 0.1 1.1. */
static uint32_t choose_worker(struct world *world, const struct client *client, uint32_t *instance)
{
    const struct world_config *config = world->config;
    *instance = 0;
    if (config->instances * world->workers == 1)
        return 0;
    if (config->accept == ACCEPT_IN_TURN) {
        uint64_t turn = world->turn++;
        *instance = (uint32_t)(turn % config->instances);
        return (uint32_t)(turn / config->instances % world->workers);
    }
    struct stream draws =
        attempt_stream(world->source[client->source].accept, client, client->attempt);
    *instance = (uint32_t)stream_below(stream_value(draws, 1), config->instances);
    if (config->accept == ACCEPT_SHARES)
        return choose_by_share(config->share, world->workers, stream_value(draws, 0));
    return (uint32_t)stream_below(stream_value(draws, 0), world->workers);
}

/* The number of its key: a client has one, whatever its attempts. */
static uint64_t draw_key(const struct world *world, const struct client *client)
{
    return keys_draw(&traffic_of(world, client)->keys,
                     stream_of(world->source[client->source].key, client->connection));
}

/* What a client asks the gateway with, its key spelled into room of the caller's. */
static struct gateway_request request_of(const struct world *world, const struct client *client,
                                         struct keys_text *key)
{
    const struct balancer *balancer = world->config->balancer;
    struct gateway_request request = {
        .draws = attempt_stream(world->source[client->source].pick, client, client->attempt)};
    if (lb_algorithm_keyed(balancer->algorithm)) {
        witness_begins(world->config->witness, WITNESS_KEY);
        bool addressed = lb_algorithm_addressed(balancer->algorithm, balancer->param);
        witness_ends(world->config->witness);
        keys_spell(&traffic_of(world, client)->keys, draw_key(world, client), addressed, key);
        request.key = key->text;
        request.key_length = key->length;
    }
    return request;
}

/* Asks the gateway for a server. NO_SERVER: it is refused, or waits for one. */
static uint32_t pick_server(struct world *world, struct client *client, uint32_t instance,
                            uint32_t worker)
{
    struct keys_text key;
    witness_moves(world, client);
    struct gateway_request request = request_of(world, client, &key);
    struct gateway_watch watch;
    uint32_t server =
        gateway_open_request(world->gateway, instance, worker, &request, &client->hold,
                             world->config->on_pick != NULL ? &watch : NULL);
    client->wait = NULL;
    if (server == NO_SERVER)
        client->wait = gateway_wait(world->gateway, instance, worker, &request,
                                    (uint32_t)(client - world->client));
    if (client->wait != NULL)
        return NO_SERVER;
    return picks_follow(world, client, &request, server, &watch);
}

/* An open was refused, for a hold of hold_ns. */
static void refuse(struct world *world, uint32_t place, uint64_t hold_ns)
{
    COUNT_FLOW(world, &world->client[place], refused, 1u);
    stay_away_or_return(world, place, hold_ns, hold_ns);
}

/* An open has its server, and is held from now on. */
static void begin_hold(struct world *world, uint32_t place, uint64_t hold_ns)
{
    struct client *client = &world->client[place];
    client->state = CLIENT_OPEN;
    client->tries = 0;
    COUNT_FLOW(world, client, open, 1u);
    client->ends_ns = SPAN_FOREVER;
    if (hold_ns != SPAN_FOREVER)
        client->ends_ns = world->now_ns + hold_ns; /* both below 2^63 */
    if (client->ends_ns < world->config->duration_ns) {
        agenda_client(world, PHASE_DEPARTURE, client->ends_ns, place);
        world->departures++;
    }
}

static void wait_for_place(struct world *world, uint32_t place, uint64_t hold_ns)
{
    struct client *client = &world->client[place];
    client->state = CLIENT_QUEUED;
    client->ends_ns = hold_ns;
    COUNT_FLOW(world, client, queued, 1u);
    COUNT_FLOW(world, client, waited, 1u);
}

void clients_served(struct world *world, const struct gateway_served *served)
{
    struct client *client = &world->client[served->client];
    COUNT_FLOW(world, client, queued, -(uint64_t)1);
    client->wait = NULL;
    client->opening = world->openings++;
    if (served->server != NO_SERVER)
        client->hold = served->hold;
    struct keys_text key;
    witness_moves(world, client);
    struct gateway_request request = request_of(world, client, &key);
    client->server = picks_follow(world, client, &request, served->server, &served->watch);
    if (client->server == NO_SERVER)
        refuse(world, served->client, client->ends_ns);
    else
        begin_hold(world, served->client, client->ends_ns);
}

/* One attempt to open, for a hold of hold_ns. */
static void open_client(struct world *world, uint32_t place, uint64_t hold_ns)
{
    struct client *client = &world->client[place];
    uint32_t instance, worker = choose_worker(world, client, &instance);
    COUNT_FLOW(world, client, opens, 1u);
    client->worker = instance * world->workers + worker;
    client->life = gateway_life(world->gateway, instance, worker);
    client->server = pick_server(world, client, instance, worker);
    client->opening = world->openings++;
    if (client->wait != NULL)
        wait_for_place(world, place, hold_ns);
    else if (client->server == NO_SERVER)
        refuse(world, place, hold_ns);
    else
        begin_hold(world, place, hold_ns);
}

static uint64_t draw_hold(const struct world *world, const struct client *client)
{
    const struct source *source = &world->source[client->source];
    uint64_t hold_ns = distribution_sample(&traffic_of(world, client)->lasts,
                                           attempt_stream(source->hold, client, client->attempt));
    return hold_ns == 0 && keeps(source) ? 1 : hold_ns;
}

/* The source's next connection, before it is opened. */
static uint32_t next_client(struct world *world, uint32_t source)
{
    uint32_t place = client_new(world);
    struct client *client = &world->client[place];
    *client =
        (struct client){.connection = world->source[source].next_connection++, .source = source};
    COUNT_FLOW(world, client, arrived, 1u);
    return place;
}

/* Keys that are the connections' own say nothing that time and hold do not. */
static void add_to_digest(struct world *world, const struct client *client, uint64_t hold_ns)
{
    const struct keys *keys = &traffic_of(world, client)->keys;
    world->digest = stream_value((struct stream){world->digest, world->now_ns}, hold_ns);
    if (keys->kind == KEYS_EACH)
        return;
    struct keys_text key;
    keys_spell(keys, draw_key(world, client), false, &key);
    world->digest =
        stream_value((struct stream){world->digest, 0}, stream_hash(key.text, key.length));
}

void clients_arrive(struct world *world, uint32_t source)
{
    uint32_t place = next_client(world, source);
    uint64_t hold_ns = draw_hold(world, &world->client[place]);
    add_to_digest(world, &world->client[place], hold_ns);
    open_client(world, place, hold_ns);
}

/* Who follows does so when the balancer let somebody go, so it is no part of the digest. */
void clients_follow(struct world *world, uint32_t source)
{
    uint32_t place = next_client(world, source);
    open_client(world, place, draw_hold(world, &world->client[place]));
}

void clients_reconnect(struct world *world, uint32_t place)
{
    struct client *client = &world->client[place];
    COUNT_FLOW(world, client, waiting, -(uint64_t)1);
    client->attempt++;
    bool anew = traffic_of(world, client)->reconnect_lasts_new;
    open_client(world, place, anew ? draw_hold(world, client) : client->ends_ns);
}

/* ---- Ending ---- */

static bool still_departs(const struct queue_item *item, void *context)
{
    const struct world *world = context;
    if (agenda_phase(item) != PHASE_DEPARTURE)
        return true;
    const struct client *client = &world->client[item->what];
    return client->state == CLIENT_OPEN && client->opening == item->order;
}

/* A cut client's departure stays in the queue until its time, unless too many do. */
static void forget_departure(struct world *world, const struct client *client)
{
    if (client->ends_ns >= world->config->duration_ns)
        return;
    world->stale++;
    if (world->stale > 4096 && world->stale > world->departures / 2) {
        queue_keep(world->queue, still_departs, world);
        world->departures -= world->stale;
        world->stale = 0;
    }
}

void clients_depart(struct world *world, uint32_t place, uint64_t opening)
{
    struct client *client = &world->client[place];
    world->departures--;
    if (client->state != CLIENT_OPEN || client->opening != opening) {
        world->stale--;
        return;
    }
    client->ends_ns = SPAN_FOREVER; /* its departure is not in the queue any more */
    clients_close(world, place);
}

static void end_connection(struct world *world, struct client *client, enum tallies_end how,
                           bool lost)
{
    const struct source *source = &world->source[client->source];
    const struct world_config *config = world->config;
    if (config->on_end != NULL)
        config->on_end(config->pick_context, &(struct world_end){.at_ns = world->now_ns,
                                                                 .connection = client->connection,
                                                                 .traffic = source->traffic,
                                                                 .entry = source->entry,
                                                                 .lost = lost});
    tallies_end(world, source->traffic, client->server, how);
    COUNT_FLOW(world, client, open, -(uint64_t)1);
}

void clients_close(struct world *world, uint32_t place)
{
    struct client *client = &world->client[place];
    assert(client->state == CLIENT_OPEN);
    end_connection(world, client, ENDED_CLOSED, false);
    COUNT_FLOW(world, client, closed, 1u);
    witness_moves(world, client);
    gateway_release(world->gateway, &client->hold);
    client->state = CLIENT_FREE;
    forget_departure(world, client);
    let_follow(world, client->source, 0);
    client_free(world, place);
}

void clients_cut(struct world *world, uint32_t place, bool lost)
{
    struct client *client = &world->client[place];
    assert(client->state == CLIENT_OPEN);
    uint64_t left_ns =
        client->ends_ns == SPAN_FOREVER ? SPAN_FOREVER : client->ends_ns - world->now_ns;
    end_connection(world, client, ENDED_CUT, lost);
    COUNT_FLOW(world, client, cut, 1u);
    witness_moves(world, client);
    if (!lost)
        gateway_release(world->gateway, &client->hold);
    client->state = CLIENT_FREE;
    forget_departure(world, client);
    stay_away_or_return(world, place, left_ns, 0);
}
