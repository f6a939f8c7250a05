/* world_parts.h: what the files of the world share; private to them. */
#ifndef SIM_WORLD_WORLD_PARTS_H
#define SIM_WORLD_WORLD_PARTS_H

#include "sim/engine/queue.h"
#include "sim/world/extremes.h"
#include "sim/world/world.h"

__extension__ typedef unsigned __int128 wide; /* connections x nanoseconds outgrow 64 bits */

/* What the queue's items are about, in the order in which one tick serves them. */
enum phase {
    PHASE_EVENT,
    PHASE_CLOCK,
    PHASE_ARRIVAL,
    PHASE_RECONNECT,
    PHASE_DEPARTURE,
    PHASE_FOLLOW,
};

/* An event's own moment, and those that follow from it. */
enum step { STEP_SELF, STEP_DRAINED, STEP_OLD_WORKERS, STEP_DETECTED, STEP_BACK, STEP_REAP };

/* A traffic's arrivals entry: connections of the same source are numbered from 0. */
struct source {
    uint32_t traffic, entry;
    struct arrivals_cursor cursor;
    uint64_t next_connection;
    struct stream hold, accept, reconnect, pick; /* keyed next by connection and attempt */
    struct stream key;                           /* by connection */
};

enum client_state { CLIENT_FREE, CLIENT_OPEN, CLIENT_WAITING, CLIENT_QUEUED };

/* A connection, an open that waits for a place at a server, or a client waiting to reconnect. */
struct client {
    uint64_t connection; /* of its source */
    uint64_t opening;    /* its number among all openings: the opening order; also its stamp */
    uint64_t ends_ns;    /* open: when its hold is over; else what is left of it; or SPAN_FOREVER */
    uint64_t tries;      /* to reconnect, since it last was open */
    uint64_t life;       /* worker life it is on */
    struct gateway_hold hold;
    struct gateway_wait *wait; /* queued: its place in the gateway's line; else NULL */
    uint32_t source, attempt, server, worker, next_free; /* worker: among all instances' */
    enum client_state state;
};

/* Integrals and peaks are brought up to date when the count next changes at a later tick, so what
 * happens inside one tick is never seen. */
struct count {
    uint64_t live, peak, since_ns;
    wide integral;
    uint64_t picks, picks_absent, retries, failed, closed, cut;
    uint64_t segment_picks; /* since presence or weights last changed */
    double entitled;        /* picks, of the segments before */
    uint64_t second, opens; /* as a newcomer: opens in a second, numbered from its joining */
};

/* A state of the live connections that lasted: what there is to say of it. */
struct verdict {
    bool judged, outside, over_110;
    double max_over_mean;
};

/* What is read of one row of counts after every tick. */
struct gauge {
    struct extremes *extremes;
    uint64_t live; /* on present servers */
    uint64_t segment_picks;
    bool dirty;
    struct verdict verdict;
    uint64_t since_ns;        /* the verdict holds */
    struct world_after after; /* of the latest span of changes, so far */
    struct world_measure measure;
};

struct server {
    uint32_t weight;
    bool in_list, down;
    bool draining_cut;   /* a cut is due when its drain runs out */
    uint32_t removed_by; /* the event that set that drain */
    uint32_t outs;       /* so many flaps, not over yet, hold it out */
    uint32_t failures;   /* so many failures, not over yet, hold it dead */
    bool detected;       /* one of these was found out */
    uint64_t present_since_ns, present_ns;
    uint32_t present_weight; /* 0: not present */
    uint32_t segment_weight; /* the same, since presence or weights last differed at a pick */
    uint32_t joined;         /* by this change of the result's, the last that added it */
};

#define NO_CHANGE UINT32_MAX

struct world {
    const struct world_config *config;
    struct gateway *gateway;
    struct queue *queue;
    uint64_t now_ns, openings, turn;
    uint64_t ended_lives; /* worker lives below this one were cut: nobody is on them any more */
    uint32_t workers;     /* of each instance */
    struct source *source;
    uint32_t sources;
    struct client *client;
    uint32_t clients, client_room, first_free;
    uint64_t clock_ns;          /* the last second that is in the queue for its own sake */
    uint64_t departures, stale; /* in the queue; of these, of clients that were cut */
    struct server *server;
    uint32_t *list; /* servers in the list, in its order */
    uint32_t listed;
    struct gateway_member *member;  /* room to hand a list over */
    struct gateway_tried tried;     /* room for where an open failed */
    struct count *count;            /* [traffics + 1][servers] */
    struct world_flow *flow;        /* [traffics + 1]; since the start */
    struct world_flow *flow_before; /* the window */
    bool in_window;
    struct gauge *gauge; /* [gauges]: of each row of counts; of one only where all are alike */
    uint32_t gauges;
    uint64_t present_weights; /* of all present servers, added up */
    uint64_t segment_weights; /* of those of the segment */
    bool segment_in_doubt;    /* presence or weights changed since the last pick */
    uint32_t present, least_weight;
    uint32_t next_point;
    uint32_t group; /* the first change of the latest tick that had some; NO_CHANGE */
    uint32_t span;  /* the same, of the latest tick that is over */
    uint64_t *run;  /* [changes][traffics + 1]: first attempts in a row, so far, to the added */
    struct series_state *state; /* [servers]: room for a sample */
    uint32_t next_sample;
    uint64_t digest;
    bool ledger_is_right; /* as far as laws may hold it against the truth */
    struct world_result *result;
};

static inline struct count *count_at(struct world *world, uint32_t row, uint32_t server)
{
    return &world->count[(size_t)row * world->config->servers + server];
}

/* What the witness knows from here on: the time, and the connection, if it is one's call. */
static inline void witness_moves(const struct world *world, const struct client *client)
{
    struct witness *witness = world->config->witness;
    if (witness == NULL)
        return;
    witness->time_ns = world->now_ns;
    witness->connection = client != NULL ? client->connection : UINT64_MAX;
    witness->traffic = client != NULL ? world->source[client->source].traffic : 0;
}

/* clients.c: connections come and go. */
void clients_arrive(struct world *, uint32_t source);
void clients_follow(struct world *, uint32_t source); /* somebody who ended */
void clients_reconnect(struct world *, uint32_t client);
void clients_depart(struct world *, uint32_t client, uint64_t opening);
void clients_close(struct world *, uint32_t client);
/* lost: the worker that held it is gone, so nothing is released. */
void clients_cut(struct world *, uint32_t client, bool lost);
/* Its wait for a place is over. */
void clients_served(struct world *, const struct gateway_served *);

/* clients_select.c: */
/* The open clients that `wanted` is true for, in opening order; how many. Freed by the caller. */
uint32_t *clients_select(struct world *,
                         bool (*wanted)(const struct world *, const struct client *,
                                        const void *context),
                         const void *context, uint32_t *found);
/* The same of those who wait for a place. */
uint32_t *clients_select_queued(struct world *,
                                bool (*wanted)(const struct world *, const struct client *,
                                               const void *context),
                                const void *context, uint32_t *found);

/* queueing.c: who waits for a place. */
/* After each step, while somebody waits: whoever has got a place by it. */
void queueing_serve(struct world *);
/* Who waits with a worker that ends is refused. */
void queueing_refuse(struct world *,
                     bool (*wanted)(const struct world *, const struct client *,
                                    const void *context),
                     const void *context);

/* picks.c: what becomes of an open whose first pick was this server, or NO_SERVER: the server that
 * takes it, or NO_SERVER. Who is refused is tried elsewhere, at once, as often as there are servers
 * in the list, if the balancer does so; it does not wait again. All picks are counted, and told to
 * whoever listens. first: what the first pick saw, if somebody does. */
uint32_t picks_follow(struct world *, struct client *, const struct gateway_request *,
                      uint32_t server, const struct gateway_watch *first);

/* happenings.c: scripted events. */
void happenings_schedule(struct world *);
void happenings_step(struct world *, uint32_t event, enum step, uint64_t detail);
/* The list as the scenario starts with it. */
void happenings_start(struct world *);
/* Gives the list to the gateway, by the balancer's change. */
void happenings_hand_over(struct world *);
/* Cuts all connections on a server, in opening order; how many. */
uint32_t happenings_cut_server(struct world *, uint32_t server);

/* health.c: servers that die, and health checks that see it or are wrong. */
void health_flap(struct world *, uint32_t event);
void health_flap_over(struct world *, uint32_t event);
void health_fail(struct world *, uint32_t event);
void health_detect(struct world *, uint32_t event);
void health_recover(struct world *, uint32_t event);
/* Whether a failed health check is a change of the list: where a new list means a new picker. */
bool health_edits_list(const struct world *);
/* Whether it refuses connections. */
static inline bool health_is_dead(const struct world *world, uint32_t server)
{
    return world->server[server].failures > 0;
}

/* tallies.c: counting. */
enum pick_flag {
    PICK_ARRIVAL = 1, /* of a client's first attempt */
    PICK_RETRY = 2,   /* not the first of its open */
    PICK_FAILED = 4,  /* the server refused */
};
void tallies_pick(struct world *, uint32_t traffic, uint32_t server, unsigned flags);
enum tallies_end { ENDED_CLOSED, ENDED_CUT };
void tallies_end(struct world *, uint32_t traffic, uint32_t server, enum tallies_end);
/* Brings presence up to date with list, weight and health. */
void tallies_presence(struct world *);
void tallies_open_window(struct world *);
/* Notes the state at every sampling time before until_ns. */
void tallies_sample(struct world *, uint64_t until_ns);
void tallies_finish(struct world *);

/* measures.c: what is read of the counts after each tick. */
void measures_begin(struct world *);
void measures_end(struct world *);
/* A server has one connection more, or less; somebody's presence or weight changed. */
void measures_count(struct world *, uint32_t row, uint32_t server, bool more);
void measures_presence(struct world *);
/* Nothing more happens at this tick. */
void measures_tick(struct world *);
void measures_open_window(struct world *, uint64_t from_ns);
/* Averages over the midpoints before until_ns. */
void measures_points(struct world *, uint64_t until_ns);
void measures_finish(struct world *);

/* changes.c: what follows a change of members, weights, workers or health. */
void changes_begin(struct world *);
void changes_note(struct world *, uint32_t event, enum world_part);
void changes_added(struct world *, uint32_t server); /* by the change that was just noted */
void changes_pick(struct world *, uint32_t row, uint32_t server, unsigned flags);
/* The tick is over: what follows is judged as what followed its changes, if it had some. */
void changes_tick(struct world *);
void changes_finish(struct world *);

/* notes.c: moments, and the log of what happened. */
void notes_moment(struct world *, uint32_t event);
void notes_log(struct world *, uint32_t event, uint32_t server, enum world_log_kind,
               uint64_t number);

/* laws.c: what holds in every world; a broken law stops the program and says how to see it again.
 */
bool laws_ledger_is_right(const struct world_config *);
void laws_check_step(const struct world *); /* what can be seen at once */
void laws_check_all(const struct world *);  /* and what takes a look at everybody */

/* agenda.c: the queue's items. */
enum phase agenda_phase(const struct queue_item *);
void agenda_event(struct world *, uint64_t at_ns, uint32_t event, enum step, uint64_t detail);
/* A reconnect or a departure of this client. */
void agenda_client(struct world *, enum phase, uint64_t at_ns, uint32_t client);
/* Nothing but the time itself. */
void agenda_clock(struct world *, uint64_t at_ns);
/* The source's next connection, if it arrives before the end. */
void agenda_arrival(struct world *, uint32_t source);
/* A connection more of a source that keeps so many. */
void agenda_follow(struct world *, uint64_t at_ns, uint32_t source);

#endif
