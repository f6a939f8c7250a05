/* recorded.h: scenario files run as a recording was made, and read in the recording's own words.
 *
 * A recorded row is a list of named fields: who held how many connections, who got the next sixty.
 * A reading says what such a field is in a run, and both come out as the same list of cells. */
#ifndef TESTS_RECORDED_H
#define TESTS_RECORDED_H

#include "sim/run/run.h"

#include <jansson.h>

enum { CELLS_MAX = 64 };

struct cells {
    uint32_t count;
    int64_t value[CELLS_MAX];
};

/* What happens from from_s on and before until_s, or stands at until_s, which must be a time that
 * the scenario samples. */
enum reading_kind {
    READ_LIVE,      /* by server: connections open */
    READ_LOST,      /* by server: how many fewer than at from_s */
    READ_MEMBERS,   /* a number: servers in the list */
    READ_PICKS,     /* by server */
    READ_BY_WORKER, /* the same by worker; who took most comes first, for workers have no names */
    READ_SEQUENCE,  /* one pick after another: servers, from 1 on */
    READ_SERVED,    /* a number: opens that a server took */
    READ_REFUSED,   /* a number: opens that none did */
    /* The newcomer is the last server that the scenario names. */
    READ_NEWCOMER,     /* a number: its picks */
    READ_NEWCOMER_RUN, /* a number: most of them in a row */
    READ_LEAD,         /* by server: how far above the average its connections are, times servers;
                          a row has its own time before them */
    READ_LEVEL_IN,     /* a number: seconds until the fullest has at most 1.10 times the average */
};

struct reading {
    const char *field; /* of a row; "history.1.0": within lists and objects */
    enum reading_kind kind;
    unsigned from_s, until_s;
    bool by_shares; /* depends on which worker takes which connection, if there are several */
    unsigned first; /* of the first so many picks only; 0: of all */
};

/* One balancer of a scenario, run some times over. */
struct runs;

/* The balancer of that name in scenarios/NAME.yaml, with so many workers of its own. NULL, and the
 * test fails, where there is none. Freed with runs_free(). */
struct runs *runs_of(const char *scenario, const char *balancer, uint32_t workers,
                     uint64_t replications);
void runs_free(struct runs *);

void runs_read(const struct runs *, uint64_t replication, const struct reading *, struct cells *);
/* The same of a row: numbers, servers by name, or a digit a pick; workers and servers that took
 * nothing need not stand there. false, and the test fails: no such field, or another shape. */
bool row_read(const json_t *row, const struct reading *, uint32_t servers, uint32_t workers,
              struct cells *);

/* Servers that the scenario names. */
uint32_t runs_servers(const struct runs *);

#endif
