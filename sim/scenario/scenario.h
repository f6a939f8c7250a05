/* scenario.h: a scenario file as plain data, complete and valid, every default resolved. */
#ifndef SIM_SCENARIO_SCENARIO_H
#define SIM_SCENARIO_SCENARIO_H

#include <stdio.h>

#include "sim/engine/arena.h"
#include "sim/scenario/expect.h"
#include "sim/scenario/vocabulary.h"
#include "sim/workload/input.h"
#include "sim/world/world.h"

#define SCENARIO_FORMAT 1

#define SAMPLE_ROWS_MAX UINT64_C(100000000) /* of timeseries.csv, a balancer */
#define SAMPLES_MAX     1000000 /* points from + i * sample_ns below the end; the end is one more */

struct scenario {
    const char *file; /* as it was named to us */
    const char *name, *about;
    uint64_t seed, duration_ns, replications;
    uint64_t measure_from_ns; /* below duration_ns: the window of the metrics starts here */
    uint64_t sample_ns;       /* step of timeseries.csv in the window; 0: not given */
    uint32_t instances, workers;
    enum world_accept accept;
    const uint32_t *share;   /* ACCEPT_SHARES: [shares], as many as every balancer has workers */
    uint32_t shares;         /* else 0 */
    uint64_t old_workers_ns; /* after a reload, until they are cut; SPAN_FOREVER */
    struct world_server *server; /* all that the file mentions, in that order */
    uint32_t servers;
    struct world_traffic *traffic;
    uint32_t traffics;
    struct world_event *event; /* in the order written */
    uint32_t events;
    struct balancer *balancer;
    uint32_t balancers;
    const struct expectation *expectation; /* in the order written */
    uint32_t expectations;
    const char *text; /* the file itself */
    size_t text_length;
    const struct vocabulary *vocabulary; /* never NULL */
    struct arena arena;                  /* owns all of the above */
};

/* Reads a scenario. All that is wrong goes to faults; NULL if anything is. Files that it names are
 * sought beside it. The vocabulary (NULL: nothing more) must outlive it. Freed with
 * scenario_free(). */
struct scenario *scenario_load(const struct input *, const struct vocabulary *, struct faults *);
void scenario_free(struct scenario *);

/* The scenario as if it ended at at_ns, in its window: events at or past that are left out, and
 * nothing is expected of it. All else is the whole's, which must outlive it. Freed with
 * scenario_free(). */
struct scenario *scenario_until(const struct scenario *whole, uint64_t at_ns);

/* One balancer for a scenario, as the command line spells it: the name of one in the file, a
 * preset, or `least_conn,view=worker,workers=4`. Faults are placed in `input`, which is made from
 * the text and is the caller's to free. false: it has faults. */
bool scenario_read_balancer(struct scenario *, const char *text, struct balancer *, struct input *,
                            struct faults *);
/* Is it the name of a key that every balancer has, whatever its algorithm? */
bool scenario_balancer_has_key(const char *name);
/* What is wrong with the list as a whole once `-b` has replaced it: two of one name, and the like.
 */
bool scenario_check_balancers(const struct scenario *, struct faults *);

/* The scenario as YAML with every default written out; it loads to the same again. */
void scenario_print(const struct scenario *, FILE *);
/* The parts of it that decide what happens: the world, which all balancers share, and one balancer
 * without its name, on one line. */
void scenario_print_world(const struct scenario *, FILE *);
void scenario_print_balancer(const struct scenario *, const struct balancer *, FILE *);

/* Hashes of these two, and of what stands in the files that they name. Seed, name, about, comments
 * and the spelling of the file are in neither. */
uint64_t scenario_world_hash(const struct scenario *);
uint64_t scenario_balancer_hash(const struct scenario *, const struct balancer *);

/* ---- What may stand in a file: the tables of keys ---- */

struct scenario_key {
    const char *name, *form, *fallback, *about; /* fallback: NULL: none */
    bool required, planned;
};

/* Calls `each` for every key of every section, in the order of the tables; with the parameters of
 * the vocabulary's own algorithms after those of the library's. */
void scenario_keys(const struct vocabulary *,
                   void (*each)(void *context, const char *section, const struct scenario_key *),
                   void *context);

#endif
