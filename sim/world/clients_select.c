/* clients_select.c: those of the clients that something is about, in opening order. */
#include "sim/engine/memory.h"
#include "sim/world/world_parts.h"

#include <stdlib.h>

/* Opening order sorts by one 64-bit key; the place rides along. */
struct found {
    uint64_t opening;
    uint32_t place;
};

static int by_opening(const void *a, const void *b)
{
    const struct found *one = a, *two = b;
    return (one->opening > two->opening) - (one->opening < two->opening);
}

static uint32_t *select_in(struct world *world, enum client_state state,
                           bool (*wanted)(const struct world *, const struct client *,
                                          const void *context),
                           const void *context, uint32_t *count)
{
    struct found *found = memory_zeroed(world->clients, sizeof *found);
    uint32_t n = 0;
    for (uint32_t i = 0; i < world->clients; i++)
        if (world->client[i].state == state && wanted(world, &world->client[i], context))
            found[n++] = (struct found){world->client[i].opening, i};
    qsort(found, n, sizeof *found, by_opening);
    uint32_t *place = memory_zeroed(n, sizeof *place);
    for (uint32_t i = 0; i < n; i++)
        place[i] = found[i].place;
    free(found);
    *count = n;
    return place;
}

uint32_t *clients_select(struct world *world,
                         bool (*wanted)(const struct world *, const struct client *,
                                        const void *context),
                         const void *context, uint32_t *count)
{
    return select_in(world, CLIENT_OPEN, wanted, context, count);
}

uint32_t *clients_select_queued(struct world *world,
                                bool (*wanted)(const struct world *, const struct client *,
                                               const void *context),
                                const void *context, uint32_t *count)
{
    return select_in(world, CLIENT_QUEUED, wanted, context, count);
}
