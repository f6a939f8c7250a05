/* gateway_parts.h: what the files of the gateway share; private to them. */
#ifndef SIM_WORLD_GATEWAY_PARTS_H
#define SIM_WORLD_GATEWAY_PARTS_H

#include "sim/world/gateway.h"

/* A request that waits for a place: see gateway_queue.c. */
struct gateway_wait {
    struct gateway_wait *next, *before;
    struct line *line;       /* that it stands in */
    struct life *life;       /* it waits for a place by this one's current picker */
    uint32_t server;         /* the one that it insists on; or NO_SERVER: any will do */
    uint32_t client, repeat; /* repeat: how often it was picked anew */
    uint64_t number;         /* of waits: who began earlier is elder */
    struct gateway_request request;
    char key[]; /* the request's */
};

struct line {
    struct gateway_wait *first, *last;
};

/* One of liblb's scopes, in a region of its own. */
struct scope {
    struct scope *next;
    struct lb_scope_key key;
    struct lb_region *region; /* also its memory's address */
    const char *fence;        /* zeros behind it; NULL: the algorithm is trusted */
    uint32_t index;           /* of the scope in the region */
    uint32_t place;           /* of the worker that opened it, among all instances' */
    uint32_t pickers;         /* built over it and not yet gone */
    struct stream draws;      /* of its own sequence */
    uint64_t requests;        /* that drew from its sequence (view `request`) */
    uint64_t begun;           /* how often it was begun anew */
    uint32_t *server;         /* by slot, of those in use */
    struct line *line; /* [servers + 1]: who waits for each, and for any; NULL: nobody ever did */
    uint32_t waiting;  /* in all of them */
};

struct picker {
    struct picker *next; /* of the same life */
    struct life *life;
    struct scope *scope;
    struct lb_picker *lb; /* also its memory's address */
    uint32_t *server;     /* [members] */
    uint32_t members, row, generation, connections;
    uint32_t edition; /* of its list: how often it was edited */
    uint32_t insists; /* the full server that its last pick wanted and no other, or NO_SERVER */
    /* Of balancers that queue; else NULL: */
    struct lb_member *member; /* [members]: the list as it was told */
    uint32_t *place;          /* [servers]: in that list, or LB_NONE */
};

struct life {
    struct life *next;
    uint64_t id;
    uint32_t instance, worker;
    uint32_t connections;   /* and requests that wait: what keeps it alive */
    uint64_t joins;         /* of servers before it began */
    bool retired;           /* by a reload: it takes no more, and ends with its connections */
    struct picker *current; /* NULL: not built yet */
    struct picker *pickers; /* all that still matter to it, the current one first */
};

struct server_state {
    uint32_t stay; /* which stay in the list this is or was, from 1; 0: never in it */
    bool listed, down;
    bool known;  /* has an id: it was in the list since the processes began */
    uint32_t id; /* its number in their configuration, from 1; or 0 */
    char *key;   /* of its slots in this stay */
    /* When it last came up while workers ran, by the clock and in the order of joins; 0: it never
     * did. */
    uint64_t since_s, join;
    uint32_t slow_start_s;
};

/* Where places may have become free since the lines were last served. */
struct freed {
    struct scope *scope;
    uint32_t server;
};

struct gateway {
    struct gateway_config config;
    const struct balancer *balancer;
    struct server_state *server;
    struct gateway_member *member; /* the list, in order */
    uint32_t members, generation;
    uint32_t ids; /* given since the processes began */
    uint64_t lives_begun;
    struct life **current; /* [instance * workers + worker] */
    struct life *lives;
    struct scope *scopes;
    struct lb_counts **counts;     /* [instance], or NULL */
    struct lb_member *list;        /* room for a list as liblb takes it */
    struct gateway_belief *belief; /* room for a picker's; NULL: nobody watched yet */
    uint64_t draws, now_s, joins;
    bool unseeded;
    uint64_t waits_begun;
    uint32_t waiting;
    struct line sent_back; /* out of their lines, to be picked anew */
    struct freed *freed;
    uint32_t freed_first, freed_end, freed_room;
};

/* The scope that a life picks in now; made if it is not there. */
struct scope *scope_open(struct gateway *, const struct life *);
/* The algorithm was asked something over this scope, and is no more: as witness_ends(), which see;
 * does not return where it wrote past the scope's memory. */
void scope_answers(const struct gateway *, const struct scope *);
/* The slot of a server in a scope, in its present stay. */
uint32_t scope_slot(const struct gateway *, struct scope *, uint32_t server);
/* Frees the scopes that nobody picks in and nobody will. */
void scopes_sweep(struct gateway *);
void scopes_free(struct gateway *);
/* Drops the rows of a life in every scope. */
void scopes_reap(struct gateway *, uint64_t life);

/* A picker of this life for the present generation, replacing its current one. */
struct picker *picker_build(struct gateway *, struct life *);
/* Servers are numbered as the configuration has them that the processes begin with. Whom they learn
 * of later gets the next number, or none, and keeps it for as long as they live. */
void picker_number_servers(struct gateway *, bool begins);
/* Brings the current picker's list up to date in place. */
void picker_edit(struct gateway *, struct picker *);
/* Begins the state of a request anew (view `request`), with the answer it got. */
void picker_begin_request(struct gateway *, struct picker *, struct stream draws);
/* What its next pick sees. */
void picker_watch(struct gateway *, const struct picker *, struct gateway_watch *);
/* A picker that is neither current nor has connections is freed, and a scope that only it used. */
void picker_end_if_over(struct gateway *, struct picker *);
void picker_free(struct picker *);
/* One connection less holds it: what ends with it, ends. */
void picker_lose(struct gateway *, struct picker *);

/* A pick; draws: of its own, or NULL: the scope's sequence; tried: as in lb_request. NO_SERVER, or
 * the server and its lease. */
uint32_t picker_pick(struct gateway *, struct picker *, const struct gateway_request *,
                     const struct stream *draws, uint64_t *tried, struct lb_lease *);
/* What the picker believes of its members now. */
void picker_watch(struct gateway *, const struct picker *, struct gateway_watch *);
/* The picker that the life picks with now; built if it is not there. */
struct picker *picker_now(struct gateway *, struct life *);
/* Tells the current picker its list again, where a member of it has come up. */
void picker_tell_again(struct gateway *, struct picker *);
/* A retired worker exits with its last connection, and its rows with it. */
void life_end_if_over(struct gateway *, struct life *);
/* The life that opens connections as this worker from now on. */
struct life *life_begin(struct gateway *, uint32_t instance, uint32_t worker);
/* And its pickers with it. */
void life_free(struct gateway *, struct life *);

/* The algorithm is being asked something for this life, from here to witness_ends(). */
static inline void gateway_asks(const struct gateway *gateway, enum witness_call call,
                                const struct life *life)
{
    struct witness *witness = gateway->config.witness;
    if (witness == NULL)
        return;
    witness->instance = life->instance;
    witness->worker = life->worker;
    witness->servers = gateway->members;
    witness_begins(witness, call);
}

/* Whether the server comes to this life slowly. */
static inline bool starts_slowly(const struct gateway *gateway, const struct life *life,
                                 const struct server_state *server)
{
    return gateway->balancer->trait[TRAIT_SLOW_START] == SLOW_START_STEPS &&
           server->slow_start_s > 0 && server->join > life->joins;
}

/* gateway_queue.c: */
/* Places of the server may have become free, for those who pick in this scope; or in any. */
void queue_free_place(struct gateway *, struct scope *, uint32_t server);
void queue_free_places(struct gateway *, uint32_t server);
/* Who waits for what is not to be had any more is to be picked anew. */
void queue_send_back(struct gateway *);
/* The clock has moved on from before_s: limits may have risen. */
void queue_hear_clock(struct gateway *, uint64_t before_s);
void queue_forget_scope(struct gateway *, const struct scope *);
void queue_end(struct gateway *);

#endif
