/* changes.c: what followed each change, until the next. Changes of one tick share what followed
 * the tick; each has its own newcomers. */
#include "sim/engine/memory.h"
#include "sim/world/world_parts.h"

#include <assert.h>

enum { SECOND_NS = 1000000000, PARTS = PART_BACK + 1 };

static struct world_after *after_at(struct world *world, uint32_t change, uint32_t row)
{
    return &world->result->after[(size_t)change * (world->config->traffics + 1) + row];
}

/* An event is one change, or as many as it has parts. */
void changes_begin(struct world *world)
{
    const struct world_config *config = world->config;
    size_t most = PARTS * (size_t)config->events, rows = (size_t)config->traffics + 1;
    world->group = world->span = NO_CHANGE;
    world->result->change = memory_zeroed(most, sizeof *world->result->change);
    world->result->after = memory_zeroed(most * rows, sizeof *world->result->after);
    world->run = memory_zeroed(most * rows, sizeof *world->run);
}

void changes_note(struct world *world, uint32_t event, enum world_part part)
{
    struct world_result *result = world->result;
    assert(result->changes < PARTS * world->config->events);
    if (world->group == NO_CHANGE || result->change[world->group].at_ns != world->now_ns)
        world->group = result->changes;
    result->change[result->changes++] = (struct world_change){
        .event = event, .part = part, .measured = world->in_window, .at_ns = world->now_ns};
}

void changes_added(struct world *world, uint32_t server)
{
    uint32_t change = world->result->changes - 1;
    world->result->change[change].adds = true;
    world->server[server].joined = change;
    for (uint32_t row = 0; row <= world->config->traffics; row++)
        count_at(world, row, server)->second = UINT64_MAX;
}

/* ---- Newcomers ---- */

static void count_second(struct world *world, uint32_t row, uint32_t server,
                         struct world_after *after, uint64_t change_ns)
{
    struct count *count = count_at(world, row, server);
    uint64_t second = (world->now_ns - change_ns) / SECOND_NS;
    if (count->second != second)
        count->opens = 0;
    count->second = second;
    if (++count->opens > after->opens_per_s_peak)
        after->opens_per_s_peak = count->opens;
}

/* Who joined is dealt first picks, and opens connections by picks of any kind. */
void changes_pick(struct world *world, uint32_t row, uint32_t server, unsigned flags)
{
    bool first_attempt = (flags & (PICK_ARRIVAL | PICK_RETRY)) == PICK_ARRIVAL;
    const struct world_result *result = world->result;
    for (uint32_t c = world->group; c < result->changes; c++) { /* none, if there is no group */
        if (!result->change[c].adds)
            continue;
        struct world_after *after = after_at(world, c, row);
        uint64_t *run = &world->run[(size_t)c * (world->config->traffics + 1) + row];
        bool taken = world->server[server].joined == c;
        if (taken && (flags & PICK_FAILED) == 0)
            count_second(world, row, server, after, result->change[c].at_ns);
        if (!first_attempt)
            continue;
        *run = taken ? *run + 1 : 0;
        if (*run > after->longest_run)
            after->longest_run = *run;
        if (after->picks < NEWCOMER_PICKS) {
            after->picks++;
            after->taken += taken;
        }
    }
}

/* The part of the present weights that belongs to those whom the change added. */
static double entitled(const struct world *world, uint32_t change)
{
    uint64_t added = 0;
    for (uint32_t s = 0; s < world->config->servers; s++)
        if (world->server[s].joined == change)
            added += world->server[s].present_weight;
    return added > 0 ? (double)added / (double)world->present_weights : 0;
}

/* ---- Spans ---- */

/* What the gauges saw since the changes from `first` to before `end`. */
static void close_span(struct world *world, uint32_t first, uint32_t end, uint64_t until_ns)
{
    for (uint32_t c = first; c < end; c++) {
        world->result->change[c].until_ns = until_ns;
        for (uint32_t row = 0; row < world->gauges; row++) {
            const struct world_after *seen = &world->gauge[row].after;
            struct world_after *after = after_at(world, c, row);
            after->judged = seen->judged;
            after->balanced = seen->balanced;
            after->balanced_ns = seen->balanced_ns;
            after->outside_until_ns = seen->outside_until_ns;
        }
        if (world->gauges <= world->config->traffics) /* the only traffic is all traffic */
            *after_at(world, c, 1) = *after_at(world, c, 0);
    }
}

void changes_tick(struct world *world)
{
    if (world->span != NO_CHANGE)
        close_span(world, world->span, world->group, world->now_ns);
    world->span = world->group;
    for (uint32_t row = 0; row < world->gauges; row++)
        world->gauge[row].after = (struct world_after){.judged = false};
    for (uint32_t c = world->group; c < world->result->changes; c++)
        world->result->change[c].entitled = entitled(world, c);
}

void changes_finish(struct world *world)
{
    if (world->span != NO_CHANGE)
        close_span(world, world->span, world->result->changes, world->now_ns);
}
