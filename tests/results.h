/* results.h: results of runs that never ran: every number in them is put there by hand. */
#ifndef TESTS_RESULTS_H
#define TESTS_RESULTS_H

#include "sim/run/metrics.h"

enum {
    HAND_SERVERS = 3,
    HAND_TRAFFICS = 2,
    HAND_EVENTS = 3,
    HAND_BALANCERS = 3,
};

/* The changes of each result, one a second from 1 s on; each is measured, and lasts until the next
 * or the end at 5 s. */
enum { HAND_UP, HAND_OUT, HAND_BACK, HAND_RELOAD, HAND_CHANGES };

struct hand {
    struct world_server server[HAND_SERVERS];    /* s1 s2 s3 */
    struct world_traffic traffic[HAND_TRAFFICS]; /* a b */
    struct world_event event[HAND_EVENTS];       /* up (adds), flap (out and back), #3 */
    struct balancer balancer[HAND_BALANCERS];    /* one two three,four */
    char name[HAND_BALANCERS][16];
    struct scenario scenario; /* hand */
    struct experiment experiment;
};

/* All numbers are 0; all servers have weight 1 and are present at the end. */
void hand_begin(struct hand *, uint32_t balancers, uint64_t replications);
struct world_result *hand_result(struct hand *, uint32_t balancer, uint64_t replication);
struct world_after *hand_after(struct world_result *, uint32_t change, uint32_t row);
void hand_end(struct hand *);

/* The value of the metric of that name; NAN: there is to be none. */
struct value value_of(const struct world_result *, const char *name, uint32_t row, uint32_t change);
void check_value(const struct world_result *, const char *name, uint32_t row, uint32_t change,
                 double expected);

#endif
