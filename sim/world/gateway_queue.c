/* gateway_queue.c: requests that wait for a place at a server that is full.
 *
 * A scope has a line for each server, of those who will have no other, and one of those who take
 * any. Lines move only where something happens: a server's release, its rising limit or its coming
 * up gives its free places to the eldest of its own line and the common one. A place that was free
 * before, at a server that nobody thought of, stays so; and so does one at a server whose weight
 * comes back from 0. Source: HAProxy 2.6, asked. */
#include "sim/engine/memory.h"
#include "sim/world/gateway_parts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* The stream of a request's streams under which its later picks draw, if it was sent back. */
enum { SENT_BACK_DRAWS = 0 };

/* ---- Lines ---- */

/* Behind those who began to wait before it. */
static void line_enter(struct line *line, struct gateway_wait *wait)
{
    wait->line = line;
    struct gateway_wait *elder = line->last;
    while (elder != NULL && elder->number > wait->number)
        elder = elder->before;
    wait->before = elder;
    wait->next = elder != NULL ? elder->next : line->first;
    *(elder != NULL ? &elder->next : &line->first) = wait;
    *(wait->next != NULL ? &wait->next->before : &line->last) = wait;
}

static void line_leave(struct gateway_wait *wait)
{
    struct line *line = wait->line;
    *(wait->before != NULL ? &wait->before->next : &line->first) = wait->next;
    *(wait->next != NULL ? &wait->next->before : &line->last) = wait->before;
}

static struct picker *picker_of(const struct gateway_wait *wait)
{
    return wait->life->current;
}

static void begin_to_wait(struct gateway *gateway, struct gateway_wait *wait)
{
    struct picker *picker = picker_of(wait);
    struct scope *scope = picker->scope;
    if (scope->line == NULL)
        scope->line = memory_zeroed((size_t)gateway->config.servers + 1, sizeof *scope->line);
    wait->server = picker->insists;
    wait->number = gateway->waits_begun++;
    line_enter(&scope->line[wait->server == NO_SERVER ? gateway->config.servers : wait->server],
               wait);
    scope->waiting++;
}

static void end_to_wait(struct gateway *gateway, struct gateway_wait *wait)
{
    if (wait->line != &gateway->sent_back)
        picker_of(wait)->scope->waiting--;
    line_leave(wait);
}

static void wait_free(struct gateway *gateway, struct gateway_wait *wait)
{
    gateway->waiting--;
    free(wait);
}

uint32_t gateway_waiting(const struct gateway *gateway)
{
    return gateway->waiting;
}

/* ---- Who may take whom ---- */

/* Might it ever take somebody who takes any? */
static bool is_able(const struct gateway *gateway, const struct picker *picker, uint32_t place)
{
    const struct lb_member *member = &picker->member[place];
    return member->weight > 0 && (member->flags & LB_DOWN) == 0 &&
           !gateway->server[picker->server[place]].down;
}

/* A backup takes them only where there are only backups. */
static bool takes_any(const struct gateway *gateway, const struct picker *picker, uint32_t place)
{
    if (!is_able(gateway, picker, place))
        return false;
    if ((picker->member[place].flags & LB_BACKUP) == 0)
        return true;
    for (uint32_t i = 0; i < picker->members; i++)
        if ((picker->member[i].flags & LB_BACKUP) == 0 && is_able(gateway, picker, i))
            return false;
    return true;
}

static bool has_room(const struct gateway *gateway, const struct picker *picker, uint32_t place)
{
    return lb_believed(picker->lb, place) <
           (int64_t)lb_member_limit(&picker->member[place], gateway->now_s);
}

/* Nobody was usable: is anybody, but for being full? */
static bool somebody_is_full(const struct gateway *gateway, const struct picker *picker)
{
    for (uint32_t i = 0; i < picker->members; i++)
        if (picker->member[i].max_conns > 0 && is_able(gateway, picker, i))
            return true;
    return false;
}

/* Who takes any and may be taken by this server, the eldest first. One scope has one count of it,
 * so if it is full for the eldest, it is for all. */
static struct gateway_wait *eldest_of_all(const struct gateway *gateway, const struct scope *scope,
                                          uint32_t server)
{
    struct gateway_wait *wait = scope->line[gateway->config.servers].first;
    for (; wait != NULL; wait = wait->next) {
        const struct picker *picker = picker_of(wait);
        uint32_t place = picker->place[server];
        if (place != LB_NONE && takes_any(gateway, picker, place))
            return has_room(gateway, picker, place) ? wait : NULL;
        if (scope->pickers == 1)
            return NULL; /* the others have the same list */
    }
    return NULL;
}

/* The eldest whom the server can take now, or NULL. */
static struct gateway_wait *eldest_for(const struct gateway *gateway, const struct scope *scope,
                                       uint32_t server)
{
    struct gateway_wait *own = scope->line[server].first;
    struct gateway_wait *any = eldest_of_all(gateway, scope, server);
    if (own != NULL && !has_room(gateway, picker_of(own), picker_of(own)->place[server]))
        own = NULL;
    return own == NULL || (any != NULL && any->number < own->number) ? any : own;
}

/* ---- Where places became free ---- */

void queue_free_place(struct gateway *gateway, struct scope *scope, uint32_t server)
{
    if (scope->waiting == 0)
        return;
    if (gateway->freed_end == gateway->freed_room) {
        gateway->freed_room = gateway->freed_room > 0 ? 2 * gateway->freed_room : 64;
        gateway->freed =
            memory_resized(gateway->freed, gateway->freed_room, sizeof *gateway->freed);
    }
    gateway->freed[gateway->freed_end++] = (struct freed){scope, server};
}

void queue_free_places(struct gateway *gateway, uint32_t server)
{
    for (struct scope *scope = gateway->scopes; scope != NULL; scope = scope->next)
        queue_free_place(gateway, scope, server);
}

void queue_forget_scope(struct gateway *gateway, const struct scope *scope)
{
    assert(scope->waiting == 0);
    for (uint32_t i = gateway->freed_first; i < gateway->freed_end; i++)
        if (gateway->freed[i].scope == scope)
            gateway->freed[i].scope = NULL;
}

/* Whether the server's limit was still rising then, for who began before it came up. */
static bool rises(const struct gateway *gateway, const struct server_state *server, uint64_t now_s)
{
    return gateway->balancer->trait[TRAIT_SLOW_START] == SLOW_START_STEPS && server->listed &&
           server->join > 0 && now_s - server->since_s < server->slow_start_s;
}

void queue_hear_clock(struct gateway *gateway, uint64_t before_s)
{
    for (uint32_t s = 0; gateway->waiting > 0 && s < gateway->config.servers; s++)
        if (rises(gateway, &gateway->server[s], before_s))
            queue_free_places(gateway, s);
}

bool gateway_limits_rise(const struct gateway *gateway)
{
    for (uint32_t s = 0; s < gateway->config.servers; s++)
        if (rises(gateway, &gateway->server[s], gateway->now_s))
            return true;
    return false;
}

/* ---- Who is sent back ---- */

/* Its picker is not that of its worker's next request; or it insists on who is not there. */
static bool waits_in_vain(const struct gateway *gateway, const struct gateway_wait *wait)
{
    const struct picker *picker = picker_of(wait);
    if (gateway->balancer->change == CHANGE_REBUILD && !wait->life->retired)
        return picker->generation != gateway->generation;
    return wait->server != NO_SERVER &&
           (picker->place[wait->server] == LB_NONE || gateway->server[wait->server].down);
}

void queue_send_back(struct gateway *gateway)
{
    for (struct scope *scope = gateway->scopes; scope != NULL; scope = scope->next)
        for (uint32_t i = 0; scope->waiting > 0 && i <= gateway->config.servers; i++)
            for (struct gateway_wait *wait = scope->line[i].first, *next; wait != NULL;
                 wait = next) {
                next = wait->next;
                if (!waits_in_vain(gateway, wait))
                    continue;
                end_to_wait(gateway, wait);
                line_enter(&gateway->sent_back, wait);
            }
}

/* ---- What becomes of them ---- */

struct gateway_wait *gateway_wait(struct gateway *gateway, uint32_t instance, uint32_t worker,
                                  const struct gateway_request *request, uint32_t client)
{
    struct life *life = gateway->current[instance * gateway->config.workers + worker];
    if (gateway->balancer->trait[TRAIT_WHEN_FULL] != FULL_QUEUE ||
        !somebody_is_full(gateway, life->current))
        return NULL;
    struct gateway_wait *wait = memory_zeroed(1, sizeof *wait + request->key_length);
    wait->life = life;
    wait->client = client;
    wait->request = *request;
    if (request->key_length > 0)
        wait->request.key = memcpy(wait->key, request->key, request->key_length);
    begin_to_wait(gateway, wait);
    life->connections++;
    gateway->waiting++;
    return wait;
}

static void end_in_vain(struct gateway *gateway, struct gateway_wait *wait,
                        struct gateway_served *served)
{
    struct life *life = wait->life;
    served->client = wait->client;
    served->server = NO_SERVER;
    wait_free(gateway, wait);
    life->connections--;
    life_end_if_over(gateway, life);
}

static void get_place(struct gateway *gateway, struct gateway_wait *wait, struct picker *picker,
                      uint32_t server, struct lb_lease lease, struct gateway_served *served)
{
    served->client = wait->client;
    served->server = server;
    served->hold =
        (struct gateway_hold){.picker = picker, .lease = lease, .edition = picker->edition};
    picker->connections++; /* its life knows of it */
    wait_free(gateway, wait);
}

static void take(struct gateway *gateway, struct gateway_wait *wait, uint32_t server, bool watched,
                 struct gateway_served *served)
{
    struct picker *picker = picker_of(wait);
    struct lb_lease lease;
    end_to_wait(gateway, wait);
    if (watched)
        picker_watch(gateway, picker, &served->watch);
    gateway_asks(gateway, WITNESS_TAKE, picker->life);
    int status = lb_take(picker->lb, picker->row, picker->place[server], &lease);
    assert(status >= 0);
    scope_answers(gateway, picker->scope);
    gateway->unseeded = gateway->unseeded || status == LB_UNSEEDED;
    get_place(gateway, wait, picker, server, lease, served);
}

/* Its own draws are others than before. false: it waits again, behind everybody. */
static bool pick_anew(struct gateway *gateway, struct gateway_wait *wait, bool watched,
                      struct gateway_served *served)
{
    struct life *life = wait->life;
    struct picker *picker = life->retired ? life->current : picker_now(gateway, life);
    struct stream draws =
        stream_of(stream_of(wait->request.draws, SENT_BACK_DRAWS), ++wait->repeat);
    bool own_draws = gateway->balancer->draws == DRAWS_CONNECTION;
    struct lb_lease lease;
    if (watched)
        picker_watch(gateway, picker, &served->watch);
    uint32_t server =
        picker_pick(gateway, picker, &wait->request, own_draws ? &draws : NULL, NULL, &lease);
    if (server == NO_SERVER && somebody_is_full(gateway, picker)) {
        begin_to_wait(gateway, wait);
        return false;
    }
    if (server != NO_SERVER)
        get_place(gateway, wait, picker, server, lease, served);
    else
        end_in_vain(gateway, wait, served);
    return true;
}

/* Servers with free places take one each in turn, in the order in which these became free. */
static bool serve_freed(struct gateway *gateway, bool watched, struct gateway_served *served)
{
    while (gateway->freed_first < gateway->freed_end) {
        struct freed freed = gateway->freed[gateway->freed_first++];
        struct gateway_wait *wait = freed.scope != NULL && freed.scope->waiting > 0
                                        ? eldest_for(gateway, freed.scope, freed.server)
                                        : NULL;
        if (wait == NULL)
            continue;
        queue_free_place(gateway, freed.scope, freed.server); /* it may have more of them */
        take(gateway, wait, freed.server, watched, served);
        return true;
    }
    gateway->freed_first = gateway->freed_end = 0;
    return false;
}

bool gateway_serve(struct gateway *gateway, bool watched, struct gateway_served *served)
{
    struct gateway_wait *wait;
    while ((wait = gateway->sent_back.first) != NULL) {
        end_to_wait(gateway, wait);
        if (pick_anew(gateway, wait, watched, served))
            return true;
    }
    return serve_freed(gateway, watched, served);
}

void gateway_forsake(struct gateway *gateway, struct gateway_wait *wait, bool watched,
                     struct gateway_served *served)
{
    if (watched)
        picker_watch(gateway, picker_of(wait), &served->watch);
    end_to_wait(gateway, wait);
    end_in_vain(gateway, wait, served);
}

/* ---- The end ---- */

static void line_end(struct line *line)
{
    for (struct gateway_wait *wait = line->first, *next; wait != NULL; wait = next) {
        next = wait->next;
        free(wait);
    }
    *line = (struct line){.first = NULL};
}

void queue_end(struct gateway *gateway)
{
    line_end(&gateway->sent_back);
    for (struct scope *scope = gateway->scopes; scope != NULL; scope = scope->next) {
        for (uint32_t i = 0; scope->waiting > 0 && i <= gateway->config.servers; i++)
            line_end(&scope->line[i]);
        scope->waiting = 0;
    }
    free(gateway->freed);
    gateway->freed = NULL;
    gateway->freed_first = gateway->freed_end = 0;
}
