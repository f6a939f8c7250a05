/* world_parts.h: what the files of the world share; private to them. */
#ifndef SIM_WORLD_WORLD_PARTS_H
#define SIM_WORLD_WORLD_PARTS_H

#include "sim/engine/queue.h"
#include "sim/world/world.h"

__extension__ typedef unsigned __int128 wide; /* connections x nanoseconds outgrow 64 bits */

/* What the queue's items are about, in the order in which one tick serves them. */
enum phase { PHASE_EVENT, PHASE_ARRIVAL, PHASE_RECONNECT, PHASE_DEPARTURE };

/* An event's own moment, and those that follow from it. */
enum step { STEP_SELF, STEP_DRAINED, STEP_BACK, STEP_REAP };

/* A traffic's arrivals entry: connections of the same source are numbered from 0. */
struct source {
    uint32_t traffic, entry;
    struct arrivals_cursor cursor;
    uint64_t next_connection;
    struct stream hold, accept, reconnect, pick; /* keyed next by connection and attempt */
};

enum client_state { CLIENT_FREE, CLIENT_OPEN, CLIENT_WAITING };

/* A connection, or a client waiting to reconnect. */
struct client {
    uint64_t connection; /* of its source */
    uint64_t opening;    /* its number among all openings: the opening order; also its stamp */
    uint64_t
        ends_ns;    /* open: when its hold is over; waiting: what is left of it; or SPAN_FOREVER */
    uint64_t tries; /* to reconnect, since it last was open */
    uint64_t life;  /* worker life it is on */
    struct gateway_hold hold;
    uint32_t source, attempt, server, worker, next_free; /* worker: among all instances' */
    enum client_state state;
};

/* Integrals and peaks are brought up to date when the count next changes at a later tick, so what
 * happens inside one tick is never seen. */
struct count {
    uint64_t live, peak, since_ns;
    wide integral;
    uint64_t picks, closed, cut;
};

struct server {
    uint32_t weight;
    bool in_list, down;
    bool draining_cut;   /* a cut is due when its drain runs out */
    uint32_t removed_by; /* the event that set that drain */
    uint32_t outs;       /* so many flaps, not over yet, hold it out */
    uint64_t present_since_ns, present_ns;
    bool present;
};

struct world {
    const struct world_config *config;
    struct gateway *gateway;
    struct queue *queue;
    uint64_t now_ns, openings, turn;
    uint32_t workers;
    struct source *source;
    uint32_t sources;
    struct client *client;
    uint32_t clients, client_room, first_free;
    uint64_t departures, stale; /* in the queue; of these, of clients that were cut */
    struct server *server;
    uint32_t *list; /* servers in the list, in its order */
    uint32_t listed;
    struct gateway_member *member;   /* room to hand a list over */
    struct count *count;             /* [traffics + 1][servers] */
    struct world_flow *flow;         /* [traffics + 1] */
    struct world_newcomer *newcomer; /* that still counts its picks, or NULL */
    uint32_t next_sample;
    uint64_t digest;
    struct world_result *result;
};

/* clients.c: connections come and go. */
void clients_arrive(struct world *, uint32_t source);
void clients_reconnect(struct world *, uint32_t client);
void clients_depart(struct world *, uint32_t client, uint64_t opening);
void clients_close(struct world *, uint32_t client);
/* lost: the worker that held it is gone, so nothing is released. */
void clients_cut(struct world *, uint32_t client, bool lost);
/* The open clients that `wanted` is true for, in opening order; how many. Freed by the caller. */
uint32_t *clients_select(struct world *,
                         bool (*wanted)(const struct world *, const struct client *,
                                        const void *context),
                         const void *context, uint32_t *found);

/* happenings.c: scripted events. */
void happenings_schedule(struct world *);
void happenings_step(struct world *, uint32_t event, enum step, uint64_t detail);
/* The list as the scenario starts with it. */
void happenings_start(struct world *);

/* tallies.c: counting. */
void tallies_pick(struct world *, uint32_t traffic, uint32_t server, bool first_attempt);
enum tallies_end { ENDED_CLOSED, ENDED_CUT };
void tallies_end(struct world *, uint32_t traffic, uint32_t server, enum tallies_end);
/* Brings presence up to date with list, weight and health. */
void tallies_presence(struct world *);
void tallies_moment(struct world *, uint32_t event);
void tallies_newcomer(struct world *, uint32_t event);
void tallies_change(struct world *); /* a change ends what the newcomer before it is judged by */
void tallies_log(struct world *, uint32_t event, uint32_t server, enum world_log_kind,
                 uint64_t number);
/* Notes the state at every sampling time before until_ns. */
void tallies_sample(struct world *, uint64_t until_ns);
void tallies_finish(struct world *);

/* agenda.c: the queue's items. */
enum phase agenda_phase(const struct queue_item *);
void agenda_event(struct world *, uint64_t at_ns, uint32_t event, enum step, uint64_t detail);
/* A reconnect or a departure of this client. */
void agenda_client(struct world *, enum phase, uint64_t at_ns, uint32_t client);
/* The source's next connection, if it arrives before the end. */
void agenda_arrival(struct world *, uint32_t source);

#endif
