/* seats.c: what the gateway's pickers keep, to look at. */
#include "sim/world/gateway_parts.h"

#include <stdlib.h>
#include <string.h>

static const struct picker *current(const struct gateway *gateway, uint32_t instance,
                                    uint32_t worker)
{
    return gateway->current[instance * gateway->config.workers + worker]->current;
}

static int by_place(const void *a, const void *b)
{
    const struct gateway_seat *one = a, *two = b;
    return (one->place > two->place) - (one->place < two->place);
}

uint32_t gateway_seats(const struct gateway *gateway, uint32_t instance, uint32_t worker,
                       struct gateway_seat *seat)
{
    const struct picker *picker = current(gateway, instance, worker);
    uint32_t seats = 0;
    if (picker != NULL)
        gateway_asks(gateway, WITNESS_SCORE, picker->life);
    for (uint32_t i = 0; picker != NULL && i < picker->members; i++) {
        struct gateway_seat one = {.server = picker->server[i], .place = lb_place(picker->lb, i)};
        if (one.place == LB_NONE)
            continue;
        one.scored = lb_score(picker->lb, i, &one.score);
        one.count = gateway->counts[instance] != NULL
                        ? gateway_table_count(gateway, instance, one.server)
                        : lb_believed(picker->lb, i);
        seat[seats++] = one;
    }
    witness_ends(gateway->config.witness);
    if (seats > 1)
        qsort(seat, seats, sizeof *seat, by_place);
    return seats;
}

int64_t gateway_row_count(const struct gateway *gateway, uint32_t instance, uint32_t worker,
                          uint32_t server)
{
    const struct picker *picker = current(gateway, instance, worker);
    int64_t count = 0;
    if (picker == NULL || picker->row == LB_NONE)
        return 0;
    for (uint32_t slot = 0; slot < lb_slots_used(picker->scope->region); slot++)
        if (picker->scope->server[slot] == server)
            count += lb_row_count(picker->scope->region, picker->row, slot);
    return count;
}

int64_t gateway_table_count(const struct gateway *gateway, uint32_t instance, uint32_t server)
{
    const struct lb_counts *table = gateway->counts[instance];
    const char *key = gateway->server[server].key;
    return table != NULL && key != NULL ? lb_counts_read(table, gateway->config.upstream, key) : 0;
}
