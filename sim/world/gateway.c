/* gateway.c: generations of a gateway, and the ways in which they end. */
#include "sim/world/gateway.h"

#include "sim/engine/memory.h"
#include "sim/world/gateway_parts.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- A gateway's own life ---- */

static struct lb_counts *counts_make(size_t bytes)
{
    struct lb_counts *counts = NULL;
    if (bytes == 0)
        return NULL;
    int status = lb_counts_format(memory_aligned(LB_ALIGN, bytes), bytes, &counts);
    assert(status == LB_OK);
    (void)status;
    return counts;
}

struct gateway *gateway_new(const struct gateway_config *config)
{
    struct gateway *gateway = memory_zeroed(1, sizeof *gateway);
    gateway->config = *config;
    gateway->balancer = config->balancer;
    gateway->server = memory_zeroed(config->servers, sizeof *gateway->server);
    gateway->member = memory_zeroed(config->servers, sizeof *gateway->member);
    gateway->list = memory_zeroed(config->servers, sizeof *gateway->list);
    gateway->current =
        memory_zeroed((size_t)config->instances * config->workers, sizeof *gateway->current);
    gateway->counts = memory_zeroed(config->instances, sizeof *gateway->counts);
    for (uint32_t instance = 0; instance < config->instances; instance++) {
        if (config->balancer->view->seeded)
            gateway->counts[instance] = counts_make(config->count_table_bytes);
        for (uint32_t worker = 0; worker < config->workers; worker++)
            life_begin(gateway, instance, worker);
    }
    return gateway;
}

void gateway_free(struct gateway *gateway)
{
    if (gateway == NULL)
        return;
    queue_end(gateway);
    while (gateway->lives != NULL)
        life_free(gateway, gateway->lives);
    scopes_free(gateway);
    for (uint32_t i = 0; i < gateway->config.instances; i++)
        memory_aligned_free(gateway->counts[i]);
    for (uint32_t i = 0; i < gateway->config.servers; i++)
        free(gateway->server[i].key);
    free(gateway->counts);
    free(gateway->current);
    free(gateway->server);
    free(gateway->member);
    free(gateway->list);
    free(gateway->belief);
    free(gateway);
}

/* ---- Changes ---- */

static uint32_t workers_of(const struct gateway *gateway)
{
    return gateway->config.instances * gateway->config.workers;
}

/* A list that is edited in place is there before its first edit; but a count table is read late.
 * New workers read their list when they begin, picks or no picks. That shows where what they
 * remember outlives them: who leaves by one reload and returns by the next was gone. */
static bool builds_at_once(const struct gateway *gateway)
{
    const struct lb_view *view = gateway->balancer->view;
    bool outlives_reloads = !view->by_life && !view->by_generation;
    switch (gateway->balancer->change) {
    case CHANGE_IN_PLACE:
        return gateway->config.eager || !view->seeded;
    case CHANGE_RELOAD:
        return gateway->config.eager || outlives_reloads;
    case CHANGE_REBUILD:
        break;
    }
    return gateway->config.eager;
}

static void next_generation(struct gateway *gateway)
{
    gateway->generation++;
    scopes_sweep(gateway);
    for (uint32_t i = 0; builds_at_once(gateway) && i < workers_of(gateway); i++)
        picker_build(gateway, gateway->current[i]);
    queue_send_back(gateway);
}

void gateway_reload(struct gateway *gateway)
{
    picker_number_servers(gateway, true);
    for (uint32_t i = 0; i < workers_of(gateway); i++) {
        struct life *elder = gateway->current[i];
        life_begin(gateway, elder->instance, elder->worker);
        elder->retired = true;
        life_end_if_over(gateway, elder);
    }
    next_generation(gateway);
}

void gateway_touch(struct gateway *gateway)
{
    if (gateway->balancer->change == CHANGE_REBUILD)
        next_generation(gateway);
    else if (gateway->balancer->change == CHANGE_RELOAD)
        gateway_reload(gateway);
}

/* A server's identity to the ledger: its name; a later stay gets a number where the real thing
 * takes a server that returns for a new one. */
static void enter_stay(struct gateway *gateway, uint32_t server)
{
    struct server_state *state = &gateway->server[server];
    const char *name = gateway->config.server_name[server];
    bool fresh = state->stay == 0 || gateway->balancer->trait[TRAIT_RETURNS] == RETURNS_NEW;
    if (state->listed || !fresh)
        return;
    char key[LB_KEY_MAX + 1];
    int length = ++state->stay == 1 ? snprintf(key, sizeof key, "%s", name)
                                    : snprintf(key, sizeof key, "%s#%u", name, state->stay);
    assert(length > 0 && (size_t)length < sizeof key);
    free(state->key);
    state->key = memory_text(key, (size_t)length);
}

/* A server joins, or comes back, while workers run. */
static void come_up(struct gateway *gateway, uint32_t server)
{
    gateway->server[server].since_s = gateway->now_s;
    gateway->server[server].join = ++gateway->joins;
    queue_free_places(gateway, server);
}

static void apply_list(struct gateway *gateway)
{
    switch (gateway->balancer->change) {
    case CHANGE_IN_PLACE:
        for (uint32_t i = 0; i < workers_of(gateway); i++)
            if (gateway->current[i]->current != NULL)
                picker_edit(gateway, gateway->current[i]->current);
        queue_send_back(gateway);
        return;
    case CHANGE_REBUILD:
        next_generation(gateway);
        return;
    case CHANGE_RELOAD:
        gateway_reload(gateway);
        return;
    }
}

void gateway_set_members(struct gateway *gateway, const struct gateway_member *member,
                         uint32_t members)
{
    bool first = gateway->generation == 0;
    assert(members <= gateway->config.servers);
    for (uint32_t i = 0; i < members; i++) {
        enter_stay(gateway, member[i].server);
        gateway->server[member[i].server].slow_start_s = member[i].slow_start_s;
        if (!first && !gateway->server[member[i].server].listed)
            come_up(gateway, member[i].server);
    }
    for (uint32_t i = 0; i < gateway->config.servers; i++)
        gateway->server[i].listed = false;
    for (uint32_t i = 0; i < members; i++)
        gateway->server[member[i].server].listed = true;
    memcpy(gateway->member, member, members * sizeof *member);
    gateway->members = members;
    picker_number_servers(gateway, first);
    if (first)
        next_generation(gateway); /* the configuration that the gateway starts with */
    else
        apply_list(gateway);
}

/* When it came up is told with the list, which is no edit. */
static void tell_slow_start(struct gateway *gateway, const struct server_state *server)
{
    if (gateway->balancer->change == CHANGE_REBUILD)
        return; /* it is told to the next picker */
    for (uint32_t i = 0; i < workers_of(gateway); i++) {
        struct life *life = gateway->current[i];
        if (server->listed && life->current != NULL && starts_slowly(gateway, life, server))
            picker_tell_again(gateway, life->current);
    }
}

void gateway_set_down(struct gateway *gateway, uint32_t server, bool down)
{
    bool back = gateway->server[server].down && !down;
    gateway->server[server].down = down;
    for (struct scope *scope = gateway->scopes; scope != NULL; scope = scope->next)
        if (gateway->server[server].key != NULL)
            scope_slot(gateway, scope, server);
    if (back) {
        come_up(gateway, server);
        tell_slow_start(gateway, &gateway->server[server]);
    }
    queue_send_back(gateway);
}

void gateway_crash(struct gateway *gateway, uint32_t instance, uint32_t worker)
{
    struct life *life = gateway->current[instance * gateway->config.workers + worker];
    uint64_t dead = life->id;
    life_free(gateway, life);
    life_begin(gateway, instance, worker);
    if (gateway->balancer->reap_ns == 0)
        scopes_reap(gateway, dead);
    scopes_sweep(gateway);
    if (builds_at_once(gateway))
        picker_build(gateway, gateway->current[instance * gateway->config.workers + worker]);
}

void gateway_crash_all(struct gateway *gateway)
{
    while (gateway->lives != NULL) {
        uint64_t dead = gateway->lives->id;
        life_free(gateway, gateway->lives);
        if (gateway->balancer->reap_ns == 0)
            scopes_reap(gateway, dead);
    }
    for (uint32_t i = 0; i < workers_of(gateway); i++)
        life_begin(gateway, i / gateway->config.workers, i % gateway->config.workers);
    scopes_sweep(gateway);
    for (uint32_t i = 0; builds_at_once(gateway) && i < workers_of(gateway); i++)
        picker_build(gateway, gateway->current[i]);
}

void gateway_reap(struct gateway *gateway, uint64_t life)
{
    scopes_reap(gateway, life);
}

/* ---- Connections ---- */

struct picker *picker_now(struct gateway *gateway, struct life *life)
{
    bool stale = life->current == NULL || (life->current->generation != gateway->generation &&
                                           gateway->balancer->change != CHANGE_IN_PLACE);
    return stale ? picker_build(gateway, life) : life->current;
}

/* A scope's sequence begins anew with the rest of it at each request, and would draw the same
 * number every time; so a sequence of requests is one of streams. */
static struct stream next_request_draws(struct scope *scope)
{
    return stream_of(scope->draws, scope->requests++);
}

void picker_watch(struct gateway *gateway, const struct picker *picker, struct gateway_watch *watch)
{
    if (gateway->belief == NULL)
        gateway->belief = memory_zeroed(gateway->config.servers, sizeof *gateway->belief);
    gateway_asks(gateway, WITNESS_SCORE, picker->life);
    for (uint32_t i = 0; i < picker->members; i++) {
        struct gateway_belief *belief = &gateway->belief[i];
        belief->server = picker->server[i];
        if (!lb_score(picker->lb, i, &belief->value))
            belief->value = (double)lb_believed(picker->lb, i);
    }
    witness_ends(gateway->config.witness);
    *watch = (struct gateway_watch){
        .belief = gateway->belief, .beliefs = picker->members, .generation = picker->generation};
}

uint32_t gateway_open(struct gateway *gateway, uint32_t instance, uint32_t worker,
                      struct stream draws, struct gateway_hold *hold)
{
    return gateway_open_request(gateway, instance, worker,
                                &(struct gateway_request){.draws = draws}, hold, NULL);
}

uint32_t gateway_open_request(struct gateway *gateway, uint32_t instance, uint32_t worker,
                              const struct gateway_request *request, struct gateway_hold *hold,
                              struct gateway_watch *watch)
{
    struct stream draws = request->draws;
    struct life *life = gateway->current[instance * gateway->config.workers + worker];
    struct picker *picker = picker_now(gateway, life);
    bool own_draws = gateway->balancer->draws == DRAWS_CONNECTION;
    uint64_t number = picker->scope->requests;
    if (gateway->balancer->view->per_request) {
        if (!own_draws)
            draws = next_request_draws(picker->scope);
        own_draws = true;
        picker_begin_request(gateway, picker, draws);
    }
    if (watch != NULL)
        picker_watch(gateway, picker, watch);
    struct lb_lease lease;
    uint32_t server =
        picker_pick(gateway, picker, request, own_draws ? &draws : NULL, NULL, &lease);
    if (server == NO_SERVER)
        return NO_SERVER;
    picker->connections++;
    life->connections++;
    *hold = (struct gateway_hold){.picker = picker,
                                  .lease = lease,
                                  .request = number,
                                  .begun = picker->scope->begun,
                                  .edition = picker->edition};
    return server;
}

void picker_lose(struct gateway *gateway, struct picker *picker)
{
    struct life *life = picker->life;
    picker->connections--;
    life->connections--;
    picker_end_if_over(gateway, picker);
    life_end_if_over(gateway, life);
}

void gateway_release(struct gateway *gateway, const struct gateway_hold *hold)
{
    struct scope *scope = hold->picker->scope;
    if (!gateway->config.loses_releases) {
        gateway_asks(gateway, WITNESS_RELEASE, hold->picker->life);
        int status = lb_release(hold->picker->lb, hold->lease);
        assert(status == LB_OK);
        (void)status;
        scope_answers(gateway, scope);
        queue_free_place(gateway, scope, scope->server[hold->lease.slot]);
    }
    picker_lose(gateway, hold->picker);
}

void gateway_set_time(struct gateway *gateway, uint64_t now_s)
{
    uint64_t before_s = gateway->now_s;
    gateway->now_s = now_s;
    if (now_s != before_s)
        queue_hear_clock(gateway, before_s);
}

uint64_t gateway_draws(const struct gateway *gateway)
{
    return gateway->draws;
}

bool gateway_unseeded(const struct gateway *gateway)
{
    return gateway->unseeded;
}
