/* scope.c: the gateway's scopes: which there are, and for how long.
 *
 * Each has a region of its own, made when a life first picks in it. Rows are reserved for every
 * life there can be; what is never claimed is never touched, and so costs no memory. */
#include "sim/engine/memory.h"
#include "sim/world/gateway_parts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Equal keys draw in step: `process` leaves the instance and the life out, as HAProxy 2.6 does. */
static struct stream scope_draws(const struct gateway *gateway, struct lb_scope_key key)
{
    if (gateway->config.draw_key != NULL)
        return (struct stream){gateway->config.draw_key[0], gateway->config.draw_key[1]};
    struct stream stream = stream_picks(gateway->config.seed, gateway->config.replication,
                                        gateway->config.pick_set, 0);
    if (gateway->balancer->draws != DRAWS_PROCESS) {
        stream = stream_of(stream, key.instance);
        stream = stream_of(stream, key.life);
    }
    return stream_of(stream, key.generation);
}

/* What an algorithm remembers is the last thing in a region. Who writes past it would write into
 * what is nobody knows whose, so where it is not trusted so many zeros follow. (Some bytes before
 * them may be nobody's: what is asked for is rounded up.) */
enum { FENCE = 1024 };

/* Zeroed memory for a region of this shape, but for what a scope remembers: that is asked. */
static void *region_memory(const struct gateway *gateway, struct lb_shape *shape, size_t *size)
{
    size_t fence = gateway->config.witness != NULL ? FENCE : 0;
    witness_begins(gateway->config.witness, WITNESS_MEMORY);
    shape->memory = lb_algorithm_memory(gateway->balancer->algorithm, shape->slots);
    *size = lb_region_size(shape);
    if (*size == 0)
        *size = SIZE_MAX; /* more slots than a region can have: no memory holds that */
    void *memory = memory_aligned(LB_ALIGN, *size < SIZE_MAX - fence ? *size + fence : *size);
    witness_ends(gateway->config.witness);
    return memory;
}

static struct scope *scope_make(struct gateway *gateway, struct lb_scope_key key, uint32_t place)
{
    const struct lb_view *view = gateway->balancer->view;
    uint32_t lives = gateway->config.lives_max; /* of one instance */
    struct lb_shape shape = {
        .slots = gateway->config.stays_max,
        .rows = view->by_life       ? 1
                : view->by_instance ? lives
                                    : lives * gateway->config.instances,
        .scopes = 1,
        .mode = LB_KEPT,
    };
    size_t size;
    void *memory = region_memory(gateway, &shape, &size);
    struct scope *scope = memory_zeroed(1, sizeof *scope);
    int status = lb_region_format(memory, size, &shape, &scope->region);
    assert(status == LB_OK);
    (void)status;
    scope->fence = gateway->config.witness != NULL ? (const char *)memory + size : NULL;
    scope->draws = scope_draws(gateway, key);
    scope->key = key;
    scope->place = place;
    scope->server = memory_zeroed(gateway->config.stays_max, sizeof *scope->server);
    scope->index =
        lb_scope_open(scope->region, key, (uint64_t[]){scope->draws.k0, scope->draws.k1});
    scope->next = gateway->scopes;
    gateway->scopes = scope;
    return scope;
}

void scope_answers(const struct gateway *gateway, const struct scope *scope)
{
    const char *fence = scope->fence;
    if (fence != NULL && (fence[0] != 0 || memcmp(fence, fence + 1, FENCE - 1) != 0))
        witness_aborts(gateway->config.witness, WITNESS_WROTE);
    witness_ends(gateway->config.witness);
}

struct scope *scope_open(struct gateway *gateway, const struct life *life)
{
    struct lb_scope_key key = lb_view_key(gateway->balancer->view,
                                          (struct lb_scope_key){.life = life->id,
                                                                .instance = life->instance,
                                                                .generation = gateway->generation});
    for (struct scope *scope = gateway->scopes; scope != NULL; scope = scope->next)
        if (scope->key.life == key.life && scope->key.instance == key.instance &&
            scope->key.generation == key.generation)
            return scope;
    return scope_make(gateway, key, life->instance * gateway->config.workers + life->worker);
}

uint32_t scope_slot(const struct gateway *gateway, struct scope *scope, uint32_t server)
{
    const struct server_state *state = &gateway->server[server];
    uint32_t slot = lb_slot(scope->region, state->key, strlen(state->key));
    assert(slot != LB_NONE && "more stays than the gateway was told of");
    lb_slot_set_down(scope->region, slot, state->down);
    scope->server[slot] = server;
    return slot;
}

static void scope_free(struct gateway *gateway, struct scope *scope)
{
    queue_forget_scope(gateway, scope);
    memory_aligned_free(scope->region);
    free(scope->server);
    free(scope->line);
    free(scope);
}

/* Will anybody pick in it again, though no picker is there at the moment? */
static bool stands(const struct gateway *gateway, const struct scope *scope)
{
    const struct lb_view *view = gateway->balancer->view;
    if (view->by_generation && scope->key.generation != gateway->generation)
        return false;
    return !view->by_life || gateway->current[scope->place]->id == scope->key.life;
}

void scopes_sweep(struct gateway *gateway)
{
    for (struct scope **at = &gateway->scopes; *at != NULL;) {
        struct scope *scope = *at;
        if (scope->pickers > 0 || stands(gateway, scope)) {
            at = &scope->next;
        } else {
            *at = scope->next;
            scope_free(gateway, scope);
        }
    }
}

void scopes_free(struct gateway *gateway)
{
    while (gateway->scopes != NULL) {
        struct scope *scope = gateway->scopes;
        gateway->scopes = scope->next;
        scope_free(gateway, scope);
    }
}

static bool is_another(void *life, uint64_t owner)
{
    return owner != *(const uint64_t *)life;
}

void scopes_reap(struct gateway *gateway, uint64_t life)
{
    for (struct scope *scope = gateway->scopes; scope != NULL; scope = scope->next)
        if (lb_reap(scope->region, is_another, &life) > 0)
            for (uint32_t server = 0; server < gateway->config.servers; server++)
                queue_free_place(gateway, scope, server);
}

uint64_t *gateway_counted(const struct gateway *gateway)
{
    uint64_t *counted = memory_zeroed(gateway->config.servers, sizeof *counted);
    for (const struct scope *scope = gateway->scopes; scope != NULL; scope = scope->next)
        for (uint32_t slot = 0; slot < lb_slots_used(scope->region); slot++)
            counted[scope->server[slot]] += lb_slot_count(scope->region, slot);
    return counted;
}
