/* gateway_parts.h: what the files of the gateway share; private to them. */
#ifndef SIM_WORLD_GATEWAY_PARTS_H
#define SIM_WORLD_GATEWAY_PARTS_H

#include "sim/world/gateway.h"

/* One of liblb's scopes, in a region of its own. */
struct scope {
    struct scope *next;
    struct lb_scope_key key;
    struct lb_region *region; /* also its memory's address */
    uint32_t index;           /* of the scope in the region */
    uint32_t place;           /* of the worker that opened it, among all instances' */
    uint32_t pickers;         /* built over it and not yet gone */
    struct stream draws;      /* of its own sequence */
    uint64_t requests;        /* that began it anew (view `request`) */
    uint32_t *server;         /* by slot, of those in use */
};

struct picker {
    struct picker *next; /* of the same life */
    struct life *life;
    struct scope *scope;
    struct lb_picker *lb; /* also its memory's address */
    uint32_t *server;     /* [members] */
    uint32_t members, row, generation, connections;
    uint32_t edition; /* of its list: how often it was edited */
};

struct life {
    struct life *next;
    uint64_t id;
    uint32_t instance, worker, connections;
    bool retired;           /* by a reload: it takes no more, and ends with its connections */
    struct picker *current; /* NULL: not built yet */
    struct picker *pickers; /* all that still matter to it, the current one first */
};

struct server_state {
    uint32_t stay; /* which stay in the list this is or was, from 1; 0: never in it */
    bool listed, down;
    char *key; /* of its slots in this stay */
};

struct gateway {
    struct gateway_config config;
    const struct balancer *balancer;
    struct server_state *server;
    struct gateway_member *member; /* the list, in order */
    uint32_t members, generation;
    uint64_t lives_begun;
    struct life **current; /* [instance * workers + worker] */
    struct life *lives;
    struct scope *scopes;
    struct lb_counts **counts;     /* [instance], or NULL */
    struct lb_member *list;        /* room for a list as liblb takes it */
    struct gateway_belief *belief; /* room for a picker's; NULL: nobody watched yet */
    uint64_t draws, now_s;
    bool unseeded;
};

/* The scope that a life picks in now; made if it is not there. */
struct scope *scope_open(struct gateway *, const struct life *);
/* The slot of a server in a scope, in its present stay. */
uint32_t scope_slot(const struct gateway *, struct scope *, uint32_t server);
/* Frees the scopes that nobody picks in and nobody will. */
void scopes_sweep(struct gateway *);
void scopes_free(struct gateway *);
/* Drops the rows of a life in every scope. */
void scopes_reap(struct gateway *, uint64_t life);

/* A picker of this life for the present generation, replacing its current one. */
struct picker *picker_build(struct gateway *, struct life *);
/* Brings the current picker's list up to date in place. */
void picker_edit(struct gateway *, struct picker *);
/* Begins the state of a request anew (view `request`), with the answer it got. */
void picker_begin_request(struct gateway *, struct picker *, struct stream draws);
/* Frees a picker that is neither current nor has connections. */
void picker_free_if_over(struct picker *);
void picker_free(struct picker *);
/* One connection less holds it: what ends with it, ends. */
void picker_lose(struct gateway *, struct picker *);

/* A pick; draws: of its own, or NULL: the scope's sequence; tried: as in lb_request. NO_SERVER, or
 * the server and its lease. */
uint32_t picker_pick(struct gateway *, struct picker *, const struct gateway_request *,
                     const struct stream *draws, uint64_t *tried, struct lb_lease *);

#endif
