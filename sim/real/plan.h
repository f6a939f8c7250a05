/* plan.h: what is to be played: a simulated run as a list of steps, and what it says will come out.
 *
 * The world is run once and every open, end and event of it noted, in the order in which they came.
 * Time is gone from it: a real gateway is told one step after another, as fast as it goes. */
#ifndef SIM_REAL_PLAN_H
#define SIM_REAL_PLAN_H

#include "sim/scenario/scenario.h"

#define REAL_OPENS_MAX     100000 /* of a play: some ten seconds */
#define REAL_RELOADS_MAX   100    /* a tenth of a second each, and old workers may stay */
#define REAL_WORKERS_MAX   16
#define REAL_SERVERS_MAX   500
#define REAL_PROCESSES_MAX 900  /* of nginx: 1024 */
#define REAL_KEY_MAX       1000 /* bytes, in a header */

enum real_kind {
    REAL_OPEN,
    REAL_CLOSE, /* closed or cut: either way the connection ends and the gateway hears of it */
    REAL_LOST,  /* ends with the worker that died in the REAL_CRASH before */
    REAL_CUT,   /* the same, by a server that dies */
    REAL_DIE,   /* a server refuses everybody from now on */
    REAL_RISE,  /* and takes them again */
    REAL_RELOAD,
    REAL_OUT, /* a health check takes a server out, and in */
    REAL_BACK,
    REAL_CRASH,
    REAL_LOOK, /* at every server: what an event finds, and the end */
};

struct real_step {
    enum real_kind kind;
    uint64_t number; /* of the open, the list, the server, the look */
};

struct real_open {
    uint32_t server; /* that it should reach in the end; NO_SERVER: refused */
    const char *key; /* or NULL; the plan's */
};

/* A server as a list has it. */
struct real_member {
    bool listed;
    uint32_t weight;
};

struct real_look {
    const char *name; /* of the event, or "the end" */
    uint64_t *live;   /* [servers] predicted */
};

struct real_plan {
    const struct scenario *scenario;
    struct real_step *step;
    uint64_t steps;
    struct real_open *open;
    uint64_t opens;
    struct real_member *list; /* [lists][servers]; 0: the start */
    struct real_look *look;
    uint32_t lists, looks, servers, workers;
    uint64_t held_max; /* open at once */
    uint32_t reloads, crashes, flaps, deaths;
    uint64_t draws; /* random numbers that picks consumed */
    /* More of them than may be: the rest was not looked at, and none of it can be played. */
    bool many_opens, many_reloads;
    struct arena arena;
};

struct real_upstream;

/* address: how the gateway writes each server, which is who it is to hashing balancers. The
 * scenario must outlive the plan. Freed with real_plan_free(). */
struct real_plan *real_plan_make(const struct scenario *, const struct balancer *,
                                 const struct real_upstream *, const char *const *address);
void real_plan_free(struct real_plan *);

static inline const struct real_member *real_list(const struct real_plan *plan, uint64_t list)
{
    return &plan->list[list * plan->servers];
}

/* Everything that keeps it from being played, with so many descriptors to have. */
void real_plan_check(const struct real_plan *, const struct balancer *,
                     const struct real_upstream *, uint64_t descriptors, struct faults *);
/* Why what comes out need not be what was predicted; NULL: it must be. */
const char *real_plan_excuse(const struct real_plan *, const struct balancer *,
                             const struct real_upstream *);

#endif
