/* gateway.h: the balancer's side of the world: gateway instances, their workers, and how member
 * lists, reloads and crashes reach the pickers. It has no clock and no traffic: the world and
 * `lbsim replay` both drive it.
 *
 * A worker LIFE begins at the start, at a reload or after a crash, and ends when nothing of it is
 * left. A GENERATION is one configuration. Pickers are built when a life first picks in a
 * generation (at once, if eager, if lists are edited in place, or if what a reload's workers
 * remember outlives them), over the scope that the balancer's view keys. */
#ifndef SIM_WORLD_GATEWAY_H
#define SIM_WORLD_GATEWAY_H

#include "sim/engine/stream.h"
#include "sim/world/balancer.h"
#include "sim/world/witness.h"

#define NO_SERVER UINT32_MAX

struct gateway;
struct picker;

struct gateway_config {
    const struct balancer *balancer; /* must outlive the gateway */
    const char *const *server_name;  /* by server; must outlive the gateway */
    uint32_t servers;
    uint32_t stays_max; /* times that a server enters the list, all servers added up, at most */
    uint32_t lives_max; /* worker lives that an instance can have, at most */
    uint32_t instances, workers;
    const char *upstream;       /* in the keys of the count table */
    size_t count_table_bytes;   /* of each instance's; 0: it has none */
    uint64_t seed, replication; /* of scopes' own draws */
    const uint64_t *draw_key;   /* two words in their place, the same for every scope; or NULL */
    bool eager;                 /* every worker builds at once, worker 0 first */
    uint32_t pick_set;          /* which numbers scopes draw: see stream_picks() */
    bool loses_releases;        /* a fault on purpose: no balancer hears of a connection's end */
    /* Of an algorithm that is not trusted: told of every call, and who is chosen is checked. A
     * wrong one ends the process (SIGABRT): there is nothing to go on with. NULL: it is trusted. */
    struct witness *witness;
};

struct gateway_member {
    uint32_t server, weight, max_conns;
    bool backup, down;
    bool says_max_fails, says_fail_timeout; /* else what the real thing takes: 1 and 10 s */
    uint32_t max_fails, fail_timeout_s;     /* of balancers that count failures */
    uint32_t slow_start_s;                  /* of balancers that know it; 0: none */
};

/* What a connection asks with, at each of its attempts. */
struct gateway_request {
    struct stream draws; /* its own */
    const char *key;     /* of algorithms that hash; of no length: it has none */
    size_t key_length;
};

/* What an open connection keeps of the gateway. */
struct gateway_hold {
    struct picker *picker;
    struct lb_lease lease;
    uint64_t request; /* view `request` with draws that are not its own: its number in the scope */
    uint64_t begun;   /* view `request`: the same, whose draws it may be, to know whether it is the
                       * latest */
    uint32_t edition; /* of the list that it began with */
};

/* Where a connection's attempts failed, one after another. All zero: nowhere yet. The caller frees
 * `server`. */
struct gateway_tried {
    uint32_t *server;
    uint32_t count, room;
};

/* What a worker's current picker keeps of one of its members: see lb_place() and lb_score(). */
struct gateway_seat {
    uint32_t server, place;
    bool scored;
    double score;
    int64_t count; /* in the count table, where the picker has one; else what its view adds up */
};

/* What a picker believes of one of its members: see lb_score(). */
struct gateway_belief {
    uint32_t server;
    double value; /* the score, or the load where the algorithm has none */
};

/* The picker of an open, as it is before the pick. */
struct gateway_watch {
    const struct gateway_belief *belief; /* of each member, in its order; until the next open */
    uint32_t beliefs;
    uint32_t generation; /* its configuration, from 1 */
};

struct gateway *gateway_new(const struct gateway_config *);
void gateway_free(struct gateway *);

/* The member list becomes this one, in this order, by the balancer's change. */
void gateway_set_members(struct gateway *, const struct gateway_member *, uint32_t members);
/* An edit that changes nothing. */
void gateway_touch(struct gateway *);
/* All workers are replaced, whatever the balancer's change. */
void gateway_reload(struct gateway *);
/* A health check takes a server out for every picker, or back in. */
void gateway_set_down(struct gateway *, uint32_t server, bool down);

/* The latest life that began; ids rise. */
uint64_t gateway_newest_life(const struct gateway *);
/* The life that opens connections as this worker now. */
uint64_t gateway_life(const struct gateway *, uint32_t instance, uint32_t worker);
uint64_t gateway_life_of(const struct gateway_hold *);
/* The worker's life ends unheard and another begins: holds of the old one are void, and must not be
 * released. Its rows stay counted until gateway_reap(), which balancers that reap at once have
 * called already when this returns. */
void gateway_crash(struct gateway *, uint32_t instance, uint32_t worker);
void gateway_reap(struct gateway *, uint64_t life);
/* Every life ends so, those that a reload retired too. */
void gateway_crash_all(struct gateway *);

/* Opens a connection on a worker: the server, or NO_SERVER. draws: the request's own stream. */
uint32_t gateway_open(struct gateway *, uint32_t instance, uint32_t worker, struct stream draws,
                      struct gateway_hold *);
/* The same for a request with a key; and tells what the pick saw, if watch is not NULL, which moves
 * no pick, this one or a later one. */
uint32_t gateway_open_request(struct gateway *, uint32_t instance, uint32_t worker,
                              const struct gateway_request *, struct gateway_hold *,
                              struct gateway_watch *);
void gateway_release(struct gateway *, const struct gateway_hold *);
/* The clock of failures and of slow starts, which never moves by itself. */
void gateway_set_time(struct gateway *, uint64_t now_s);

/* ---- Waiting, in balancers with `when_full: queue` ----
 *
 * A server that is full has a line of requests that will have no other; and what takes anybody
 * waits in one line, of the whole scope (a process). A server that has a place free, because of a
 * release, a limit that rises in its slow start, or because it joins or comes back, gives it to the
 * eldest of both lines, without a new pick. Who waits for a server that leaves the list or goes
 * down is picked anew, and if need be waits anew; where each list is a new picker, so is everybody.
 * A worker that a reload retires keeps who waits with it until they have a place. */

struct gateway_wait; /* a request that waits */

/* What became of one. */
struct gateway_served {
    uint32_t client, server; /* server: NO_SERVER: none is left that could ever take it */
    struct gateway_hold hold;
    struct gateway_watch watch; /* before it got its place; if asked for */
};

/* Of an open that just found no server on this worker: whether it waits for one. NULL: nobody is
 * full, so there is nothing to wait for. client: the caller's word for it. */
struct gateway_wait *gateway_wait(struct gateway *, uint32_t instance, uint32_t worker,
                                  const struct gateway_request *, uint32_t client);
/* The next whose wait is over by what happened; false: all others wait on. */
bool gateway_serve(struct gateway *, bool watched, struct gateway_served *);
/* Ends a wait in vain, as the crash of its worker does. */
void gateway_forsake(struct gateway *, struct gateway_wait *, bool watched,
                     struct gateway_served *);
uint32_t gateway_waiting(const struct gateway *);
/* Whether the clock's next second may raise the limit of a listed server. */
bool gateway_limits_rise(const struct gateway *);

/* The connection's attempt failed: its server is released, the failure held against it where the
 * balancer counts failures, and another one picked by the same picker, among those where it did not
 * fail yet. NO_SERVER: there is none, or the balancer tries nowhere else, or the list was edited in
 * place since; the connection is over, and its hold void. The request: as it was opened with. In
 * view `request` a retry shares the state of its request, but not a list that has changed since,
 * which does not end it there. */
uint32_t gateway_retry(struct gateway *, struct gateway_hold *, const struct gateway_request *,
                       struct gateway_tried *);
/* The same; and tells what the pick saw, if watch is not NULL and somebody was asked. */
uint32_t gateway_retry_watched(struct gateway *, struct gateway_hold *,
                               const struct gateway_request *, struct gateway_tried *,
                               struct gateway_watch *);
/* The attempt failed, but nobody is asked again: the connection's tries are used up. */
void gateway_give_up(struct gateway *, const struct gateway_hold *);

/* What all rows of all scopes count on each server: the ledger, which may be wrong as real ones
 * are. [servers]; freed by the caller. */
uint64_t *gateway_counted(const struct gateway *);
uint64_t gateway_draws(const struct gateway *); /* random numbers drawn by picks so far */
bool gateway_unseeded(const struct gateway *);  /* a picker had to do without the count table */
uint32_t gateway_lives(const struct gateway *); /* that are there: current ones and draining ones */

/* The members of a worker's current picker, by place, into seat[servers]; how many there are. A
 * picker that was not built, or whose algorithm is not asked, has none. */
uint32_t gateway_seats(const struct gateway *, uint32_t instance, uint32_t worker,
                       struct gateway_seat *seat);
/* What the worker's own row in its current picker's scope counts on a server, listed or not. */
int64_t gateway_row_count(const struct gateway *, uint32_t instance, uint32_t worker,
                          uint32_t server);
/* What the instance's count table says of a server, listed or not; 0 where there is no table. */
int64_t gateway_table_count(const struct gateway *, uint32_t instance, uint32_t server);

#endif
