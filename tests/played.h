/* played.h: a gateway of a preset whose traffic is a test's own: servers s1, s2, ..., counted from
 * 0, one instance. The same picks as in `lbsim run`. */
#ifndef TESTS_PLAYED_H
#define TESTS_PLAYED_H

#include "sim/world/gateway.h"

#include <jansson.h>

enum { PLAYED_SERVERS = 8, PLAYED_WORKERS = 4 };

struct played {
    struct balancer balancer;
    struct gateway *gateway;
    uint32_t workers;
    struct stream draws; /* of this run's requests */
    uint64_t opened;
    struct stream chance; /* of whatever else the test throws dice for */
    uint64_t thrown;
    struct stream accept; /* of workers */
    uint64_t accepted;
};

/* A run: each has random numbers of its own. No members yet; three reloads at most. */
void played_begin(struct played *, const char *preset, uint32_t workers, uint64_t run);
/* The members are servers 0 on, with these weights. */
void played_weigh(struct played *, const uint64_t *weight, uint32_t members);
/* All weights 1. */
void played_equal(struct played *, uint32_t members);
void played_end(struct played *);

/* A request that goes on; the server, or NO_SERVER. */
uint32_t played_open(struct played *, uint32_t worker, struct gateway_hold *);
/* A number below `bound`, of the test's own dice. */
uint32_t played_throw(struct played *, uint32_t bound);
/* The worker that accepts next: any, as of a socket that they share. */
uint32_t played_accept(struct played *);
/* Requests one after another, each over before the next; counted by server. */
void played_one_by_one(struct played *, uint32_t worker, uint64_t requests, uint64_t *count);

/* "nginx-random-two-zone" for a recorded row's `algo` and `zone`. */
void played_preset(const json_t *row, char preset[64]);

#endif
