/* gateway_retry.c: an attempt failed, and the connection is tried elsewhere.
 *
 * The picker is the one that the connection began with. Source of the traits: APISIX's life of a
 * request around its balancers. */
#include "sim/engine/memory.h"
#include "sim/world/gateway_parts.h"

#include <assert.h>
#include <stdlib.h>

/* The streams of a request's later picks; those before are taken by the answer. */
enum { RETRY_DRAWS = 1 };

static struct stream attempt_draws(struct stream draws, uint32_t attempt)
{
    return attempt == 0 ? draws : stream_of(draws, RETRY_DRAWS + attempt);
}

static void add_tried(struct gateway_tried *tried, uint32_t server)
{
    if (tried->count == tried->room) {
        tried->room = tried->room > 0 ? 2 * tried->room : 4;
        tried->server = memory_resized(tried->server, tried->room, sizeof *tried->server);
    }
    tried->server[tried->count++] = server;
}

/* The bits of lb_request for the first `count` servers that were tried. The list may have been
 * edited since, so they are looked up by server. Freed by the caller. */
static uint64_t *tried_bits(const struct gateway *gateway, const struct picker *picker,
                            const struct gateway_tried *tried, uint32_t count)
{
    uint64_t *bits = memory_zeroed(picker->members / 64 + 1, sizeof *bits);
    bool *marked = memory_zeroed(gateway->config.servers, sizeof *marked);
    for (uint32_t i = 0; i < count; i++)
        marked[tried->server[i]] = true;
    for (uint32_t i = 0; i < picker->members; i++)
        if (marked[picker->server[i]])
            bits[i / 64] |= (uint64_t)1 << (i % 64);
    free(marked);
    return bits;
}

static uint32_t pick_untried(struct gateway *gateway, struct picker *picker,
                             const struct gateway_request *request, const struct stream *draws,
                             const struct gateway_tried *tried, uint32_t count,
                             struct lb_lease *lease)
{
    struct stream own;
    if (draws != NULL)
        own = attempt_draws(*draws, count);
    uint64_t *bits = tried_bits(gateway, picker, tried, count);
    uint32_t server =
        picker_pick(gateway, picker, request, draws != NULL ? &own : NULL, bits, lease);
    free(bits);
    return server;
}

/* View `request`: is the scope's state this request's still, and the list too? */
static bool is_latest(const struct gateway *gateway, const struct gateway_hold *hold)
{
    const struct picker *picker = hold->picker;
    return hold->begun == picker->scope->begun && hold->edition == picker->edition &&
           picker->generation == gateway->generation;
}

/* Others have begun their own state since, so this one's is brought about again, by the picks that
 * it had. */
static void begin_again(struct gateway *gateway, struct picker *picker,
                        const struct gateway_request *request, struct stream draws,
                        const struct gateway_tried *tried)
{
    uint64_t drawn = gateway->draws;
    struct lb_lease lease;
    picker_begin_request(gateway, picker, draws);
    for (uint32_t count = 0; count < tried->count; count++)
        pick_untried(gateway, picker, request, &draws, tried, count, &lease);
    gateway->draws = drawn;
}

/* Where its last attempt was: a server that came back since is the same to a retry. */
static uint32_t server_of(const struct gateway_hold *hold)
{
    return hold->picker->scope->server[hold->lease.slot];
}

/* Picks for a connection whose lease has ended. NO_SERVER: nothing is held. */
static uint32_t pick_again(struct gateway *gateway, struct gateway_hold *hold,
                           const struct gateway_request *request, struct gateway_tried *tried,
                           struct gateway_watch *watch)
{
    struct stream draws = request->draws;
    const struct balancer *balancer = gateway->balancer;
    struct picker *picker = hold->picker;
    bool own_draws = balancer->draws == DRAWS_CONNECTION;
    if (picker->members != 1 || balancer->trait[TRAIT_SINGLE] == SINGLE_COUNTED)
        add_tried(tried, server_of(hold));
    if (balancer->view->per_request) {
        if (!own_draws)
            draws = stream_of(picker->scope->draws, hold->request);
        own_draws = true;
        if (!is_latest(gateway, hold))
            begin_again(gateway, picker, request, draws, tried);
        hold->begun = picker->scope->begun;
    }
    if (watch != NULL)
        picker_watch(gateway, picker, watch);
    return pick_untried(gateway, picker, request, own_draws ? &draws : NULL, tried, tried->count,
                        &hold->lease);
}

/* A list that was edited in place ends the requests under way, as in nginx. Not in view `request`,
 * where a request has its list to itself. */
static bool ended_by_edit(const struct gateway *gateway, const struct gateway_hold *hold)
{
    return hold->edition != hold->picker->edition && !gateway->balancer->view->per_request;
}

static void release_failed(struct gateway *gateway, const struct gateway_hold *hold)
{
    gateway_asks(gateway, WITNESS_RELEASE, hold->picker->life);
    int status = lb_fail(hold->picker->lb, hold->lease, gateway->now_s);
    assert(status == LB_OK);
    (void)status;
    scope_answers(gateway, hold->picker->scope);
    queue_free_place(gateway, hold->picker->scope, server_of(hold));
}

void gateway_give_up(struct gateway *gateway, const struct gateway_hold *hold)
{
    release_failed(gateway, hold);
    picker_lose(gateway, hold->picker);
}

uint32_t gateway_retry(struct gateway *gateway, struct gateway_hold *hold,
                       const struct gateway_request *request, struct gateway_tried *tried)
{
    return gateway_retry_watched(gateway, hold, request, tried, NULL);
}

uint32_t gateway_retry_watched(struct gateway *gateway, struct gateway_hold *hold,
                               const struct gateway_request *request, struct gateway_tried *tried,
                               struct gateway_watch *watch)
{
    struct picker *picker = hold->picker;
    struct lb_lease failed = hold->lease;
    int status = LB_OK;
    if (gateway->balancer->trait[TRAIT_REDISPATCH] == REDISPATCH_NEVER) {
        gateway_give_up(gateway, hold);
        return NO_SERVER;
    }
    release_failed(gateway, hold);
    if (!ended_by_edit(gateway, hold)) {
        uint32_t server = pick_again(gateway, hold, request, tried, watch);
        if (server != NO_SERVER)
            return server;
    }
    gateway_asks(gateway, WITNESS_RELEASE, picker->life);
    if (gateway->balancer->trait[TRAIT_RELEASE_TWICE] == RELEASE_EXHAUSTED)
        status = lb_release_again(picker->lb, failed);
    assert(status == LB_OK);
    (void)status;
    scope_answers(gateway, picker->scope);
    picker_lose(gateway, picker);
    return NO_SERVER;
}
