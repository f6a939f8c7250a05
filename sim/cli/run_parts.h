/* run_parts.h: what the parts of `lbsim run` share; private to them. */
#ifndef SIM_CLI_RUN_PARTS_H
#define SIM_CLI_RUN_PARTS_H

#include "reports/pick_log.h"
#include "sim/cli/options.h"
#include "sim/run/run.h"

struct job {
    const struct command_line *line;
    struct scenario **scenario; /* [line->words] */
    struct experiment **experiment;
    uint32_t scenarios, experiments;
    bool csv, quiet;
    uint64_t threads;
    const char *directory; /* of -o, or NULL */
    struct pick_log *log;  /* or NULL */
};

/* run_load.c: the scenarios that were asked for, with the balancers of -b. false: something is
 * wrong with them, all of it was said, and *code is the exit code. */
bool run_load(struct job *, int *code);

/* run_write.c: whether the directory could be written, before hours go into what is to stand there.
 */
bool run_try_directory(const char *directory);
/* All files of the run; the exit code. */
int run_write_directory(const struct job *);
/* What stdout gets: made whole before any of it is written. */
int run_write_stdout(const struct job *);

#endif
