/* run.h: an experiment: every balancer of a scenario, every replication, on threads.
 *
 * A trial is one balancer in one replication. Trials are independent, take their numbers from their
 * own place in the streams, and their results land by index: threads change nothing but the time.
 */
#ifndef SIM_RUN_RUN_H
#define SIM_RUN_RUN_H

#include "sim/scenario/scenario.h"

#define LBSIM_VERSION "0.1.0"

/* As APISIX's configuration has it: 55,774 servers. */
#define COUNT_TABLE_BYTES ((size_t)10 << 20)

struct trial {
    uint32_t balancer;
    uint64_t replication;
    struct world_result *result; /* owned */
};

struct experiment {
    const struct scenario *scenario; /* must outlive it */
    uint64_t seed, replications;
    uint64_t *sample_ns; /* when timeseries.csv has rows */
    uint32_t samples;    /* 0: nobody wants them */
    bool all_series;     /* of every replication; else of replication 0 only */
    char *rerun;         /* the command that runs it again */
    struct trial *trial; /* [balancers * replications], balancer by balancer */
    uint64_t trials;
    double wall_s;
};

enum series_wanted { SERIES_NONE, SERIES_FIRST, SERIES_ALL }; /* of which replications */

/* Who hears of every pick. Trials run side by side on threads; each has something of its own. */
struct pick_sink {
    /* Before a trial's first pick, on its thread: what its picks are told to. NULL: give up. */
    void *(*begin)(void *context, const struct experiment *, uint64_t trial);
    void (*pick)(void *told, const struct world_pick *);
    /* After its last, or once it was given up. false: give up. */
    bool (*end)(void *told);
    void *context;
};

/* What a thread is at: where another process can read it, if it is to tell what ended this one. */
struct run_slot {
    _Atomic uint64_t trial; /* 1 + its index, among all balancers there are; 0: none */
    struct witness witness; /* of a trial whose algorithm is a user's own */
};

struct run_options {
    uint64_t seed, replications;
    enum series_wanted series;
    uint32_t threads; /* at least 1 */
    /* Called by the waiting thread, some ten times a second; false: give up. May be NULL. */
    bool (*progress)(void *context, uint64_t done, uint64_t trials);
    void *context;
    const struct pick_sink *picks;   /* or NULL */
    struct run_slot *slot;           /* [threads], or NULL: a user's own algorithms are trusted */
    const uint32_t *slot_balancer;   /* [balancers]: what slots call them; NULL: by their place */
    atomic_uint_fast64_t *played_ns; /* gets what all trials have simulated so far added; or NULL */
    uint32_t pick_set;               /* this and the next as struct world_config has them */
    bool loses_releases;
};

/* Runs it. NULL: given up. Freed with experiment_free(). */
struct experiment *experiment_run(const struct scenario *, const struct run_options *);
void experiment_free(struct experiment *);
/* Runs one of its trials alone, in slot 0, for what happens on the way; nobody hears of its picks,
 * but they are watched if they were to be. */
void experiment_try(const struct scenario *, const struct run_options *, uint64_t trial);

/* The world of a scenario with this balancer: replication 0, and nobody listens. */
struct world_config run_world(const struct scenario *, const struct balancer *);

static inline const struct world_result *experiment_result(const struct experiment *experiment,
                                                           uint32_t balancer, uint64_t replication)
{
    return experiment->trial[balancer * experiment->replications + replication].result;
}

#endif
