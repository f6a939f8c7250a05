/* gates.h: a gateway that is driven by scripts of a few characters, so that a whole story and what
 * was picked in it fit into a row of a table.
 *
 * Servers are s1 to s9, gateway instances, workers and connections count from 0. Words of a script:
 *
 *   =12      the list becomes s1 s2; =1:3,2/5 gives s1 the weight 3, and s2 max_conns 5
 *   *4       worker 0 of instance 0 opens four; 01*4: worker 1, 10*4: instance 1
 *   -2       what is open on s2 is released; -2*1: the oldest of it; - all that is open
 *   v3 ^3    s3 is down; up again
 *   t r      touch; reload
 *   !01      worker 1 of instance 0 crashes; x: what the last crash left counted is dropped
 *
 * A script says something for each of these: for every group of opens the servers picked, as
 * digits, or '-' where there was none; and for
 *
 *   ?        what is counted on s1, s2, ... as far as they were ever listed: 2/2/0
 *   #        how many worker lives there are
 */
#ifndef TESTS_GATES_H
#define TESTS_GATES_H

#include "sim/world/gateway.h"

enum { GATE_SERVERS = 9, GATE_CONNECTIONS = 1024, GATE_SAID = 2048 };

struct gate_connection {
    uint32_t server; /* from 1 */
    bool open;
    struct gateway_hold hold;
};

struct gate {
    struct balancer balancer;
    uint32_t instances, workers;
    struct gateway *gateway;
    struct gate_connection connection[GATE_CONNECTIONS];
    uint32_t connections, listed; /* listed: the highest server ever */
    uint64_t crashed;             /* the life that last did */
    uint64_t first_key;           /* of the draws of connection 0; the others follow */
    char said[GATE_SAID];         /* by the last script */
};

/* Not freed by gate_end(): the caller's memory. tables: whether instances have a count table. */
void gate_begin(struct gate *, const struct balancer *, uint32_t instances, uint32_t workers,
                bool eager, bool tables);
/* Plays a script and returns what it says. */
const char *gate_play(struct gate *, const char *script);
/* How often each server stands in what a script said. */
void gate_count(const char *said, uint32_t count[GATE_SERVERS]);
/* Releases all that is open, checks that only current lives are left, and frees the gateway. */
void gate_end(struct gate *);

/* The balancer of a preset. */
struct balancer gate_preset(const char *name);
/* lbsim's own least_conn, fewest open first, ties to the longest unpicked and then in list order,
 * with another view and change. A crash reaps at once. */
struct balancer gate_least(const char *view, enum change);

/* Plays one script on two instances of two workers, and checks what it says. */
void gate_check(const struct balancer *, const char *script, const char *said);

#endif
