/* replay.h: a list of operations in, the server of every pick out. No clock, no traffic: it drives
 * the gateway alone, so that its picks can be held against recordings of real balancers.
 *
 * A trace is CSV, `op,id,value`:
 *     members,,s1=2 s2     the list becomes this one, in this order: name[=weight[/max_conns
 *                          [/option...]]]; options: backup, down, max_fails:3, fail_timeout:10s
 *     open,ID,[KEY]        a connection opens on the current worker; KEY is for those that hash
 *     close,ID,            it closes; nothing happens if it is gone already
 *     retry,ID,            its attempt failed, which is held against its server where failures are
 *                          counted; the server is released, and the same picker picks again, among
 *                          those it was not at yet; `-` if nobody is left, or if the list was
 *                          edited in place since. Nothing happens, and no row is written, if it is
 *                          over already: it found no server, or was lost
 *     time,,MS             the clock that failures are counted by, which never moves by itself
 *     worker,,N            the following opens happen on worker N
 *     reload,,             all workers are replaced; open connections stay with the old ones
 *     crash,,              all connections vanish, nothing is released
 *
 * An ID is spelt like a server's name, so that no spreadsheet takes it for more than a text. */
#ifndef SIM_RUN_REPLAY_H
#define SIM_RUN_REPLAY_H

#include <stdio.h>

#include "sim/workload/input.h"
#include "sim/world/gateway.h"

/* What there is when all is played. */
struct replay_end {
    const struct gateway *gateway;
    const char *const *server; /* [servers]: names */
    uint32_t servers, workers; /* of the one instance there is */
};

struct replay_options {
    const struct balancer *balancer;
    uint32_t workers;
    bool eager; /* every worker builds at each change, worker 0 first; else when it next picks */
    struct witness *witness; /* of an algorithm that is not trusted; its connection is the step */
    void (*at_end)(void *context, const struct replay_end *); /* or NULL */
    void *context;
};

/* Replays the trace and writes CSV `step,op,id,server` to out, a row for each open and retry; `-`:
 * no server was to be had, and that connection is over. A faulty trace writes nothing, and false is
 * returned: all its faults are reported. */
bool replay_run(const struct input *trace, const struct replay_options *, struct faults *,
                FILE *out);

#define REPLAY_STATE_HEADER "worker,place,server,score,count"

/* For at_end: writes each worker's current picker to a FILE, a row for each member, in the order of
 * gateway_seats(); score: as `%a` has it, so inf, and nan; empty where the algorithm has none. */
void replay_write_state(void *file, const struct replay_end *);

#endif
