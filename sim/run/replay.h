/* replay.h: a list of operations in, the server of every pick out. No clock, no traffic: it drives
 * the gateway alone, so that its picks can be held against recordings of real balancers.
 *
 * A trace is CSV, `op,id,value`:
 *     members,,s1=2 s2     the list becomes this one, in this order: name[=weight[/max_conns]]
 *     open,ID,             a connection opens on the current worker
 *     close,ID,            it closes; nothing happens if it is gone already
 *     worker,,N            the following opens happen on worker N
 *     reload,,             all workers are replaced; open connections stay with the old ones
 *     crash,,              all connections vanish, nothing is released
 *
 * An ID is spelt like a server's name, so that no spreadsheet takes it for more than a text. */
#ifndef SIM_RUN_REPLAY_H
#define SIM_RUN_REPLAY_H

#include <stdio.h>

#include "sim/workload/input.h"
#include "sim/world/balancer.h"

struct replay_options {
    const struct balancer *balancer;
    uint32_t workers;
    bool eager; /* every worker builds at each change, worker 0 first; else when it next picks */
};

/* Replays the trace and writes CSV `step,op,id,server` to out, a row for each open; `-`: no server
 * was to be had. A faulty trace writes nothing, and false is returned: all its faults are reported.
 */
bool replay_run(const struct input *trace, const struct replay_options *, struct faults *,
                FILE *out);

#endif
