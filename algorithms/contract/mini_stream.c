/* mini_stream.c: a life of the mini host, drawn from a seed. SPDX-License-Identifier: MIT
 *
 * It is drawn before anything is played, so it does not know whom an algorithm will refuse: it
 * supposes that every connection finds a server. */
#include "ops.h"

enum {
    SERVERS = 11, /* prime, as shuffled lists want it */
    OPEN_MOST = 64,
    ERAS = 3, /* elder lists that still have connections; there is room for so many pickers */
};

struct stream {
    struct lb_mini_ops *ops;
    const struct lb_mini_plan *plan;
    uint64_t state;
    uint32_t ids, era, worker, now_s, downs;
    bool down[SERVERS];
    uint32_t opened[OPEN_MOST], born[OPEN_MOST], open; /* ids and eras of those supposed open */
};

static uint32_t below(struct stream *stream, uint32_t bound)
{
    return lb_mini_below(&stream->state, bound);
}

/* ---- Lists ---- */

/* Some of the servers, mostly in their order, with weights and limits anew. */
static uint32_t draw_list(struct stream *stream, struct lb_member *member)
{
    uint32_t members = 0, shuffled = below(stream, 4) == 0;
    uint32_t share = 2 + below(stream, 9), first = below(stream, SERVERS);
    for (uint32_t i = 0; i < SERVERS; i++) {
        if (below(stream, 10) >= share)
            continue;
        uint32_t limited = below(stream, 3), odd = below(stream, 16), apart = below(stream, 16);
        uint32_t fails = below(stream, 6);
        member[members++] = (struct lb_member){
            .slot = (shuffled ? first + 5 * i : i) % SERVERS,
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

static void close_at(struct stream *stream, uint32_t at)
{
    lb_mini_ops_add(stream->ops, MINI_CLOSE, stream->opened[at], 0);
    stream->opened[at] = stream->opened[--stream->open];
    stream->born[at] = stream->born[stream->open];
}

/* The time of elder lists runs out: connections of all but so many are closed. */
static void expire(struct stream *stream, uint32_t eras)
{
    for (uint32_t i = stream->open; i-- > 0;)
        if (stream->born[i] + eras < stream->era)
            close_at(stream, i);
}

static void begin_era(struct stream *stream)
{
    stream->era++;
    expire(stream, ERAS);
}

static void change_list(struct stream *stream, uint32_t change)
{
    struct lb_member member[SERVERS];
    uint32_t members = draw_list(stream, member);
    lb_mini_ops_list(stream->ops, (enum lb_mini_change)change, member, members);
    if (change != MINI_EDIT)
        begin_era(stream);
}

/* ---- Connections ---- */

static void retry(struct stream *stream, uint32_t id)
{
    lb_mini_ops_add(stream->ops, MINI_RETRY, id, 0);
}

static uint32_t open_one(struct stream *stream)
{
    if (below(stream, 3) == 0) {
        stream->worker = below(stream, MINI_WORKERS);
        lb_mini_ops_add(stream->ops, MINI_WORKER, 0, stream->worker);
    }
    if (stream->open == OPEN_MOST)
        close_at(stream, below(stream, OPEN_MOST));
    uint32_t id = stream->ids++, key = below(stream, 5) == 0 ? 0 : 1 + below(stream, 1393);
    struct lb_mini_op *op = lb_mini_ops_add(stream->ops, MINI_OPEN, id, key);
    op->draws = below(stream, 4) == 0 ? MINI_DRAWS_OWN : MINI_DRAWS_SCOPE;
    op->tells_tried = below(stream, 8) >= 5;
    stream->opened[stream->open] = id;
    stream->born[stream->open++] = stream->era;
    return id;
}

/* One in eight fails, and again. */
static void open_some(struct stream *stream)
{
    uint32_t id = open_one(stream);
    for (uint32_t fails = below(stream, 8) > 0 ? 0 : 1 + below(stream, 3); fails > 0; fails--)
        retry(stream, id);
}

/* One request tries everyone, and must be refused in the end. */
static void exhaust(struct stream *stream)
{
    uint32_t id = open_one(stream);
    for (uint32_t i = 0; i <= SERVERS; i++)
        retry(stream, id);
    stream->open--; /* the newest is the last */
}

/* ---- The rest of a host's life ---- */

static void take_out_or_back(struct stream *stream)
{
    uint32_t server = below(stream, SERVERS);
    bool down = !stream->down[server];
    if (down && stream->downs >= SERVERS / 3)
        return;
    stream->downs += down ? 1 : UINT32_MAX;
    stream->down[server] = down;
    lb_mini_ops_add(stream->ops, down ? MINI_DOWN : MINI_UP, 0, server);
}

static void crash(struct stream *stream)
{
    uint32_t worker = below(stream, MINI_WORKERS);
    lb_mini_ops_add(stream->ops, MINI_CRASH, 0, worker)->leaks = below(stream, 2) > 0;
}

static void step(struct stream *stream)
{
    uint32_t kind = below(stream, 200);
    if (kind % 4 == 0)
        lb_mini_ops_add(stream->ops, MINI_TIME, 0, ++stream->now_s);
    uint32_t crowded = stream->open > OPEN_MOST - 8 ? 12 : 0;
    if (stream->plan->takeovers && kind % 40 == 39)
        lb_mini_ops_add(stream->ops, MINI_TAKEOVER, 0, 0);
    else if (kind < 90 - crowded)
        open_some(stream);
    else if (kind < 170 && stream->open > 0)
        close_at(stream, below(stream, stream->open));
    else if (kind < 178 && stream->open > 0)
        retry(stream, stream->opened[below(stream, stream->open)]);
    else if (kind < 180)
        exhaust(stream);
    else if (kind < 187)
        take_out_or_back(stream);
    else if (kind < 192)
        change_list(stream, below(stream, 3));
    else if (kind < 193) {
        lb_mini_ops_add(stream->ops, MINI_RELOAD, 0, 0);
        begin_era(stream);
    } else if (kind < 195)
        expire(stream, 0);
    else if (kind < 198 && !stream->plan->no_crashes)
        crash(stream);
    else if (!stream->plan->no_crashes)
        lb_mini_ops_add(stream->ops, MINI_REAP, 0, 0);
}

void lb_mini_stream(struct lb_mini_ops *ops, const struct lb_mini_plan *plan, uint64_t seed)
{
    struct stream stream = {.ops = ops, .plan = plan, .state = seed};
    ops->servers = SERVERS;
    change_list(&stream, MINI_NEW_WORKERS);
    while (ops->ops < plan->ops)
        step(&stream);
}
