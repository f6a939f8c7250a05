/* pick_log.h: every pick of a run, one by one, as CSV: when and where it was made, what the
 * balancer believed of each server, and whom it chose.
 *
 * time_s,balancer,replication,instance,worker,generation,source,connection,attempt,server,
 * believed,believed_all,scenario
 *
 * Instances, workers, connections (of their source), attempts and replications count from 0,
 * generations from 1. source: TRAFFIC/ENTRY, the entry of its arrivals, from 0. server: '-' where
 * the open was refused. believed: what gateway_belief says of the chosen one, empty where there is
 * none; believed_all: of all members in the picker's order, as `s1=12 s2=13`. Whole numbers stand
 * plain, others with the digits that read back the same.
 *
 * The file appears whole or not at all, and its bytes are the same for any number of threads: each
 * trial writes a part of its own beside it (FILE.part.PID.TRIAL), the parts are added in the order
 * of trials to FILE.new.PID, and that takes FILE's place at the end. What is there already is
 * replaced only if it is such a log, or empty. */
#ifndef REPORTS_PICK_LOG_H
#define REPORTS_PICK_LOG_H

#include "sim/run/run.h"

struct pick_log;

/* Begins. directory: what else the run puts in place as a whole, or NULL; the log may not lie in
 * there. NULL: it cannot be, and `why` (of size `room`) says so in one line. */
struct pick_log *pick_log_begin(const char *file, const char *directory, char *why, size_t room);
/* For run_options.picks. The log's own; one experiment at a time. */
const struct pick_sink *pick_log_sink(const struct pick_log *);
/* Whether it cannot be written any more: a reason to give the run up. From any thread. */
bool pick_log_failed(const struct pick_log *);
/* An experiment is through: its picks are added, in the order of trials. */
void pick_log_add(struct pick_log *, const struct experiment *);
/* Puts it in place. Either way the log is freed; false: nothing was put there, and why. */
bool pick_log_commit(struct pick_log *, char *why, size_t room);
/* So many trials of an experiment may have left parts of it, in another process that died. */
void pick_log_expect(struct pick_log *, uint64_t trials);
/* Gives up: nothing remains. */
void pick_log_abandon(struct pick_log *);

#endif
