/* mini_stream.c: operations on the mini host, drawn from a seed. SPDX-License-Identifier: MIT */
#include "mini.h"

#include <string.h>

struct stream {
    struct lb_mini_host *host;
    const struct lb_mini_plan *plan;
    uint64_t state, requests;
};

static uint32_t below(struct stream *stream, uint32_t bound)
{
    return lb_mini_below(&stream->state, bound);
}

/* The draw key of the next request, or NULL: it draws from its scope. */
static const uint64_t *draw_key(struct stream *stream, uint64_t room[2])
{
    room[0] = ++stream->requests * UINT64_C(0xD1B54A32D192ED03);
    room[1] = stream->requests;
    bool own = stream->plan->draws == MINI_DRAWS_OWN ||
               (stream->plan->draws == MINI_DRAWS_MIXED && below(stream, 4) == 0);
    return own ? room : NULL;
}

/* ---- Lists ---- */

/* Some of the servers, mostly in their order, with weights and limits anew. */
static uint32_t draw_list(struct stream *stream, struct lb_member *member)
{
    uint32_t members = 0, shuffled = below(stream, 4) == 0;
    uint32_t share = 2 + below(stream, 9), first = below(stream, stream->host->setup.servers);
    for (uint32_t i = 0; i < stream->host->setup.servers; i++) {
        uint32_t server = (shuffled ? first + 5 * i : i) % stream->host->setup.servers;
        if (below(stream, 10) >= share)
            continue;
        uint32_t limited = below(stream, 3), odd = below(stream, 16), apart = below(stream, 16);
        uint32_t fails = below(stream, 6);
        member[members++] = (struct lb_member){
            .slot = stream->host->slot[server],
            .weight = odd < 2    ? 0
                      : odd == 2 ? UINT32_MAX / 2
                      : odd < 8  ? 1
                                 : 1 + below(stream, 6),
            .max_conns = limited == 0 ? 1 + below(stream, 8) : 0,
            .max_fails = fails < 3 ? fails : 0,
            .fail_timeout_s = 1 + fails,
            .flags = apart < 3    ? LB_BACKUP
                     : apart == 3 ? LB_DOWN
                                  : 0,
        };
    }
    return members;
}

static void change_list(struct stream *stream)
{
    struct lb_member member[MINI_SERVERS];
    uint32_t members = draw_list(stream, member);
    switch (below(stream, 3)) {
    case 0:
        lb_mini_edit(stream->host, member, members);
        break;
    case 1:
        lb_mini_rebuild(stream->host, member, members);
        break;
    default:
        lb_mini_reload(stream->host, member, members);
    }
}

/* ---- Connections ---- */

static void open_one(struct stream *stream)
{
    uint64_t tried[MINI_TRIED] = {0}, key[2];
    uint32_t picker = lb_mini_current(stream->host, below(stream, MINI_WORKERS));
    uint32_t kind = below(stream, 8);
    if (picker == LB_NONE)
        return;
    const uint64_t *draws = draw_key(stream, key);
    uint32_t opened = lb_mini_pick(stream->host, picker, kind < 5 ? NULL : tried, draws);
    /* The attempt fails, and again: released, and picked anew among those not tried. */
    for (uint32_t fails = kind < 7 ? 0 : 1 + below(stream, 3); fails > 0; fails--) {
        if (opened == MINI_NO_PICK)
            return;
        lb_mini_fail(stream->host, opened);
        opened = lb_mini_pick(stream->host, picker, tried, draws);
    }
}

/* A connection of any age fails and is opened again through the picker it began with. */
static void retry_one(struct stream *stream)
{
    struct lb_mini_host *host = stream->host;
    uint64_t tried[MINI_TRIED] = {0}, key[2];
    if (host->connections == 0)
        return;
    uint32_t connection = below(stream, host->connections);
    uint32_t picker = host->connection[connection].picker;
    lb_mini_fail(host, connection);
    lb_mini_pick(host, picker, tried, draw_key(stream, key));
}

static void close_one(struct stream *stream)
{
    if (stream->host->connections > 0)
        lb_mini_release(stream->host, below(stream, stream->host->connections));
}

/* One request tries everyone, and must be refused in the end. */
static void exhaust(struct stream *stream)
{
    struct lb_mini_host *host = stream->host;
    uint64_t tried[MINI_TRIED] = {0}, key[2];
    uint32_t picker = lb_mini_current(host, below(stream, MINI_WORKERS));
    if (picker == LB_NONE)
        return;
    const uint64_t *draws = draw_key(stream, key);
    for (uint32_t opened = 0; opened != MINI_NO_PICK;) {
        opened = lb_mini_pick(host, picker, tried, draws);
        if (opened != MINI_NO_PICK)
            lb_mini_fail(host, opened);
    }
}

/* ---- The rest of a host's life ---- */

static void take_out_or_back(struct stream *stream)
{
    uint32_t servers = stream->host->setup.servers, down = 0;
    uint32_t slot = below(stream, servers);
    for (uint32_t i = 0; i < servers; i++)
        down += stream->host->down[i];
    lb_mini_set_down(stream->host, slot, !stream->host->down[slot] && down < servers / 3);
}

/* The elder pickers' time runs out: their connections are closed until few of them are left. */
static void expire(struct stream *stream, uint32_t keep)
{
    struct lb_mini_host *host = stream->host;
    uint32_t elders = 0;
    for (uint32_t i = 0; i < MINI_PICKERS; i++)
        elders += host->picker[i].used && !lb_mini_is_current(host, i);
    for (uint32_t i = 0; i < MINI_PICKERS && elders > keep; i++) {
        if (!host->picker[i].used || lb_mini_is_current(host, i))
            continue;
        for (uint32_t c = host->connections; c-- > 0;)
            if (host->connection[c].picker == i)
                lb_mini_release(host, c);
        elders--;
    }
    lb_mini_sweep(host);
}

static uint32_t pickers_in_use(const struct lb_mini_host *host)
{
    uint32_t used = 0;
    for (uint32_t i = 0; i < MINI_PICKERS; i++)
        used += host->picker[i].used;
    return used;
}

static void step(struct stream *stream)
{
    uint32_t kind = below(stream, 200);
    stream->host->now_s += kind % 4 == 0;
    uint32_t crowded = stream->host->connections > 60 ? 12 : 0;
    if (kind < 90 - crowded)
        open_one(stream);
    else if (kind < 170)
        close_one(stream);
    else if (kind < 178)
        retry_one(stream);
    else if (kind < 182)
        exhaust(stream);
    else if (kind < 189)
        take_out_or_back(stream);
    else if (kind < 194)
        change_list(stream);
    else if (kind < 196)
        expire(stream, 0);
    else if (kind < 199 && !stream->plan->no_crashes)
        lb_mini_crash(stream->host, below(stream, MINI_WORKERS), below(stream, 2) == 0);
    else if (!stream->plan->no_crashes)
        lb_mini_reap(stream->host);
    if (pickers_in_use(stream->host) > MINI_PICKERS - MINI_WORKERS)
        expire(stream, MINI_WORKERS);
}

void lb_mini_play(struct lb_mini_host *host, const struct lb_mini_plan *plan)
{
    struct stream stream = {.host = host, .plan = plan, .state = host->trial->seed};
    struct lb_member member[MINI_SERVERS];
    uint32_t members = draw_list(&stream, member);
    lb_mini_reload(host, member, members);
    for (host->step = 1; host->step <= plan->steps && !host->broken; host->step++) {
        step(&stream);
        if (plan->idle_edits && !host->broken)
            lb_mini_edit_idly(host);
    }
}
