/* world.h: one run of one balancer: servers, traffic and events in, what really happened out.
 *
 * The world owns the truth: it counts open connections itself, whatever the balancer believes of
 * them. A run is a pure function of its configuration; many may run side by side on threads.
 *
 * Ties in time: events in the order they are written (a change of the list first, then its cuts in
 * opening order: of those who left, then of old workers), then arrivals (order written, then
 * reconnects by source and connection), then departures (by server, instance, worker, opening
 * order), then those who follow somebody who ended (order written). After each of these, and after
 * what a slow start's second brings, which is between events and arrivals, those who wait for a
 * place get what is free: at once, before the next.
 *
 * Arrivals that keep so many are clients who ask again and again. An end is followed in its tick: a
 * close, and a cut that the client does not come back from. Who finds no server, and does not try
 * again, is followed when the hold that it came with would have been over, as if it had found one:
 * so refusals neither shrink the population nor move its next connections, and no tick asks without
 * end. For the same reason its holds last a tick at least. */
#ifndef SIM_WORLD_WORLD_H
#define SIM_WORLD_WORLD_H

#include <stdatomic.h>

#include "sim/workload/arrivals.h"
#include "sim/workload/distribution.h"
#include "sim/workload/keys.h"
#include "sim/world/gateway.h"
#include "sim/world/measure.h"
#include "sim/world/series.h"

#define TRIES_UNLIMITED UINT64_MAX

/* ---- In: a scenario as the world needs it, every default resolved ---- */

struct world_server {
    const char *name;
    uint32_t weight, max_conns; /* 0: no limit */
    uint32_t slow_start_s;      /* 0: none */
    bool at_start;
    bool backup;                        /* present, and picked, only while no other is there */
    uint32_t max_fails, fail_timeout_s; /* of balancers that count failures; 0: never left alone */
};

struct world_traffic {
    const char *name;
    const struct arrivals *arrivals; /* they add up */
    uint32_t arrivals_count;
    struct distribution lasts;
    bool reconnects;
    struct distribution reconnect_after;
    uint64_t reconnect_tries; /* in a row without success; TRIES_UNLIMITED */
    bool reconnect_lasts_new; /* else what was left */
    struct keys keys;         /* of its connections; a client keeps its own when it reconnects */
};

enum world_event_kind {
    EVENT_CHANGE, /* add, remove, weight: one change of the list */
    EVENT_RELOAD,
    EVENT_TOUCH,
    EVENT_CRASH,
    EVENT_FLAP,
    EVENT_FAIL,
    EVENT_CLOSE,
    EVENT_CUT,
};

enum world_order { ORDER_RANDOM, ORDER_OLDEST, ORDER_NEWEST };

#define FILTER_ANY UINT32_MAX
#define SHARE_ALL  UINT64_C(1000000000)

/* Which open connections a close or a cut takes. */
struct world_filter {
    uint32_t traffic, server; /* FILTER_ANY */
    uint64_t share_e9;        /* in 10^-9; rounded up to whole connections */
    uint64_t count;           /* UINT64_MAX: as the share says */
    enum world_order order;
};

struct world_weight {
    uint32_t server, weight;
};

struct world_event {
    enum world_event_kind kind;
    uint64_t at_ns;
    const char *name; /* given, or "#N" by its number in the file */
    /* change: servers that enter, with the weight they enter with, that leave, that are reweighted
     */
    const struct world_weight *add, *weight;
    const uint32_t *remove;
    uint32_t adds, removes, weights;
    uint64_t drain_ns;          /* of those who leave: then cut; SPAN_FOREVER */
    uint32_t worker;            /* crash */
    uint32_t server;            /* flap, fail */
    uint64_t for_ns;            /* flap */
    uint64_t detect_ns;         /* fail: until a health check finds out; SPAN_FOREVER */
    uint64_t back_ns;           /* fail: until it is up again, and seen so; SPAN_FOREVER */
    struct world_filter filter; /* close, cut */
};

/* Which worker of which instance takes a connection. The instance is any, or the next; the worker
 * is any of it, its next, or drawn by shares that are the same in every instance. */
enum world_accept { ACCEPT_RANDOM, ACCEPT_IN_TURN, ACCEPT_SHARES };

/* One pick, told to whoever listens: the balancer as it was before it, and what it chose. A server
 * that is dead refuses, and the same open is tried elsewhere, in no time: another pick, of the same
 * attempt. An open that is refused ends with one that chose nobody. */
struct world_pick {
    uint64_t at_ns, connection; /* connection: of its source */
    uint32_t traffic, entry;    /* its source */
    uint32_t instance, worker;
    uint32_t generation;                 /* of the instance's configuration, from 1 */
    uint32_t attempt, retry;             /* retry: picks of this open before this one */
    uint32_t server;                     /* NO_SERVER: refused */
    const struct gateway_belief *belief; /* of each member, in the picker's order */
    uint32_t beliefs;
    const char *key; /* that it asked with, of algorithms that hash; of no length: none */
    size_t key_length;
};

/* The end of a connection that was open. */
struct world_end {
    uint64_t at_ns, connection; /* connection: of its source */
    uint32_t traffic, entry;    /* its source */
    bool lost;                  /* its worker died, so the balancer never heard of it */
};

struct world_log;
struct world_moment;

struct world_config {
    const char *name;  /* of the scenario: the upstream's in the count table */
    const char *rerun; /* the command that runs it again, for the message of a broken law */
    uint64_t seed, replication, duration_ns;
    uint64_t measure_from_ns; /* below duration_ns: counts, peaks and averages begin here */
    const struct world_server *server; /* every one that the scenario names, in order of mention */
    uint32_t servers;
    const struct world_traffic *traffic;
    uint32_t traffics;
    const struct world_event *event; /* in the order written, which breaks ties */
    uint32_t events;
    uint32_t instances, workers;
    enum world_accept accept;
    const uint32_t
        *share; /* ACCEPT_SHARES: [workers], the balancer's own if it has; some above 0 */
    uint64_t old_workers_ns; /* after a reload, until what is left on them is cut; SPAN_FOREVER */
    const struct balancer *balancer;
    const uint64_t *draw_key; /* two words that every scope draws by; NULL: what the seed says */
    size_t count_table_bytes;
    /* What a gate tries itself out with: picks that draw other numbers of the same law, and a
     * balancer that never hears of a connection's end. */
    uint32_t pick_set; /* see stream_picks() */
    bool loses_releases;
    const uint64_t *sample_ns; /* when to note every server's state; rising, none before
                                * measure_from_ns; may be NULL */
    uint32_t samples;
    /* Who listens, or NULL; all with the one context, in the order in which things happen. */
    void (*on_pick)(void *context, const struct world_pick *);
    void (*on_end)(void *context, const struct world_end *);
    void (*on_log)(void *context, const struct world_log *);
    void (*on_moment)(void *context, const struct world_moment *); /* first of its tick only */
    void *pick_context;
    struct witness *witness; /* of an algorithm that is not trusted, see gateway.h; or NULL */
    const atomic_bool *stop; /* NULL, or: give up as soon as it is true */
    /* NULL, or: gets what has been simulated added, now and then, and in the end all of it.
     * Nothing depends on it. */
    atomic_uint_fast64_t *played_ns;
};

/* Whether the event replaces all workers of such a balancer. */
bool world_event_reloads(const struct world_event *, const struct balancer *);

/* ---- Out ---- */

/* What one server got of one traffic, or of all. */
struct world_tally {
    uint64_t picks, closed, cut; /* picks: first picks of opens, made while it was present */
    uint64_t picks_absent;       /* the others */
    uint64_t retries, failed;    /* further picks of opens; picks of any kind that it refused */
    uint64_t live, live_peak;    /* at the end; most after the last change of any tick */
    double live_mean;            /* over the window, absent time as 0 */
    double entitled;             /* picks that its weight entitles it to */
};

struct world_flow {   /* of one traffic, or of all: what became of its connections */
    uint64_t arrived; /* connections: first attempts */
    uint64_t opens, refused, closed, cut, gave_up;
    uint64_t lost;          /* refused or cut for good: gave_up, and those who never come back */
    uint64_t waited;        /* opens that found no place and waited for one */
    uint64_t open, waiting; /* at the end; the others count what happened in the window */
    uint64_t queued;        /* at the end: opens that still wait for a place */
};

enum world_log_kind {
    LOG_ADDED,   /* number: weight */
    LOG_REMOVED, /* number: drain_ns */
    LOG_WEIGHT,  /* number: weight */
    LOG_RELOAD,
    LOG_TOUCH,
    LOG_CRASH,  /* number: connections lost; server NO_SERVER */
    LOG_OUT,    /* flap */
    LOG_FAILED, /* number: connections cut */
    LOG_DETECTED,
    LOG_BACK,
    LOG_CLOSED,      /* number: connections */
    LOG_CUT,         /* number: connections */
    LOG_DRAINED,     /* the drain ran out; number: connections cut */
    LOG_OLD_WORKERS, /* their time after a reload ran out; number: connections cut */
};

struct world_log {
    uint64_t at_ns, number;
    uint32_t event, server;
    enum world_log_kind kind;
};

/* The state that an event found: as it was before the events of its tick, but after what events
 * written before the first of them left to be done then (a drain that runs out). */
struct world_moment {
    uint32_t event;
    uint64_t at_ns;
    uint64_t *live;   /* [servers] */
    uint32_t *weight; /* [servers]; 0: not present */
};

struct world_result {
    uint32_t servers, traffics, moments, changes, logs;
    struct world_tally *tally;     /* [traffics + 1][servers]; row 0: all */
    struct world_flow *flow;       /* [traffics + 1]; 0: all */
    struct world_measure *measure; /* [traffics + 1] */
    struct world_change *change;   /* in the order in which they came */
    struct world_after *after;     /* [changes][traffics + 1] */
    uint64_t *present_ns;          /* [servers] */
    uint32_t *weight;              /* [servers]: at the end, or when it left */
    bool *present;                 /* [servers]: listed, healthy and of some weight at the end */
    struct series *series; /* of live, picks and weight at the samples; NULL: there are none */
    struct world_moment *moment;
    struct world_log *log;
    /* Of the first attempts' arrivals, holds and keys, but for those who follow others (keep):
     * alike for every balancer. */
    uint64_t traffic_digest;
    uint64_t draws; /* random numbers that picks consumed */
    bool unseeded;  /* a picker had to do without the count table */
    bool stopped;   /* by config->stop: the rest is not to be used */
};

/* Runs it. The result is the caller's; freed with world_result_free(). */
struct world_result *world_run(const struct world_config *);
void world_result_free(struct world_result *);

/* Row t of the tallies: 0 is all traffic together, t + 1 traffic t. */
static inline struct world_tally *world_tally_at(const struct world_result *result, uint32_t row,
                                                 uint32_t server)
{
    return &result->tally[(size_t)row * result->servers + server];
}

/* What followed a change, for all traffic (row 0) or traffic row - 1. */
static inline const struct world_after *world_after_at(const struct world_result *result,
                                                       uint32_t change, uint32_t row)
{
    return &result->after[(size_t)change * (result->traffics + 1) + row];
}

#endif
