/* replay_members.h: a word of a trace's member list. */
#ifndef SIM_RUN_REPLAY_MEMBERS_H
#define SIM_RUN_REPLAY_MEMBERS_H

#include "sim/workload/input.h"
#include "sim/world/gateway.h"

/* The digits at *at as a number up to most; false: there is none, or it is larger. */
bool replay_number(const char **at, uint32_t most, uint32_t *number);

/* The digits at *at as milliseconds, up to some 30,000 years. */
bool replay_time(const char **at, uint64_t *time_ms);

/* Reads name[=weight[/max_conns[/opt...]]]; opt: backup, down, max_fails:N, fail_timeout:Ns. The
 * name ends at the `=`; its server is the caller's to fill in. false: a fault says what is wrong.
 */
bool replay_member(const struct balancer *, const char *text, struct gateway_member *,
                   struct faults *, struct place);

#endif
