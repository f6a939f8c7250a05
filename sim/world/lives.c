/* lives.c: worker lives: from the start, a reload or a crash until nothing of them is left. */
#include "sim/engine/memory.h"
#include "sim/world/gateway_parts.h"

#include <assert.h>
#include <stdlib.h>

struct life *life_begin(struct gateway *gateway, uint32_t instance, uint32_t worker)
{
    struct life *life = memory_zeroed(1, sizeof *life);
    life->id = ++gateway->lives_begun;
    assert(life->id <= (uint64_t)gateway->config.lives_max * gateway->config.instances &&
           "more lives than the gateway was told of");
    life->instance = instance;
    life->worker = worker;
    life->joins = gateway->joins;
    life->next = gateway->lives;
    gateway->lives = life;
    gateway->current[instance * gateway->config.workers + worker] = life;
    return life;
}

void life_free(struct gateway *gateway, struct life *life)
{
    struct life **at = &gateway->lives;
    while (*at != life)
        at = &(*at)->next;
    *at = life->next;
    while (life->pickers != NULL)
        picker_free(life->pickers);
    free(life);
}

void life_end_if_over(struct gateway *gateway, struct life *life)
{
    if (!life->retired || life->connections > 0)
        return;
    scopes_reap(gateway, life->id);
    life_free(gateway, life);
    scopes_sweep(gateway);
}

uint64_t gateway_newest_life(const struct gateway *gateway)
{
    return gateway->lives_begun;
}

uint64_t gateway_life(const struct gateway *gateway, uint32_t instance, uint32_t worker)
{
    return gateway->current[instance * gateway->config.workers + worker]->id;
}

uint64_t gateway_life_of(const struct gateway_hold *hold)
{
    return hold->picker->life->id;
}

uint32_t gateway_lives(const struct gateway *gateway)
{
    uint32_t lives = 0;
    for (const struct life *life = gateway->lives; life != NULL; life = life->next)
        lives++;
    return lives;
}
