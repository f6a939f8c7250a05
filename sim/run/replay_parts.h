/* replay_parts.h: what reading a trace and playing it share; private to the two. */
#ifndef SIM_RUN_REPLAY_PARTS_H
#define SIM_RUN_REPLAY_PARTS_H

#include "sim/engine/names.h"
#include "sim/run/replay.h"
#include "sim/workload/csv.h"
#include "sim/world/gateway.h"

struct operation {
    const struct operation_kind *kind;
    const struct csv_cell *op_cell, *id_cell, *value_cell;
    uint32_t connection, worker;
    uint64_t time_ms;
    struct gateway_member *member;
    uint32_t members;
};

struct connection {
    uint32_t life;   /* 1 + the crashes before it opened; 0: not open */
    const char *key; /* of its open */
    struct gateway_hold hold;
    struct gateway_tried tried;
};

struct replay {
    const struct replay_options *options;
    struct faults *faults;
    FILE *out;
    struct names servers, connections;
    struct operation *operation;
    size_t operations;
    uint32_t stays, lives, changes;
    /* Reading: */
    uint32_t *listed; /* [listed_room]: 1 + the last row whose list a server is in */
    bool *closed;     /* [closed_room]: whether a row before closes a connection */
    uint32_t listed_room, closed_room;
    uint64_t time_ms; /* of the last row that sets it */
    /* Playing: */
    struct gateway *gateway;
    struct connection *connection;
    uint32_t worker, life; /* life: 1 + the crashes so far */
};

/* One row an operation: how its row is read, and how it is played. Adding one is a row in the table
 * of them. */
struct operation_kind {
    const char *name;
    bool takes_id, takes_value;
    void (*read)(struct replay *, struct operation *);
    void (*play)(struct replay *, struct operation *, uint64_t step);
};

/* Plays what was read without a fault. */
void replay_play(struct replay *);

void replay_members(struct replay *, struct operation *, uint64_t step);
void replay_open(struct replay *, struct operation *, uint64_t step);
void replay_close(struct replay *, struct operation *, uint64_t step);
void replay_retry(struct replay *, struct operation *, uint64_t step);
void replay_set_time(struct replay *, struct operation *, uint64_t step);
void replay_worker(struct replay *, struct operation *, uint64_t step);
void replay_reload(struct replay *, struct operation *, uint64_t step);
void replay_crash(struct replay *, struct operation *, uint64_t step);

#endif
