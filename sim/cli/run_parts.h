/* run_parts.h: what the parts of `lbsim run` share; private to them. */
#ifndef SIM_CLI_RUN_PARTS_H
#define SIM_CLI_RUN_PARTS_H

#include "reports/pick_log.h"
#include "sim/cli/options.h"
#include "sim/cli/own.h"
#include "sim/run/expect.h"
#include "sim/run/guard.h"

enum run_format { FORMAT_TABLE, FORMAT_CSV, FORMAT_JSON, FORMAT_MARKDOWN }; /* of stdout */

struct job {
    const struct command_line *line;
    struct own own;
    struct scenario **scenario; /* [line->words] */
    struct experiment **experiment;
    struct judgements **judgements; /* [experiments], or NULL: nothing is judged */
    uint32_t scenarios, experiments;
    enum run_format format;
    bool quiet;
    uint64_t threads;
    const char *directory; /* of -o, or NULL */
    struct pick_log *log;  /* or NULL */
    struct guard guard;    /* of plugins' algorithms */
};

/* run_load.c: the plugins and scenarios that were asked for, with the balancers of -b. false:
 * something is wrong with them, all of it was said, and *code is the exit code. Either way, and
 * when all else of the job is freed, run_unload(). */
bool run_load(struct job *, int *code);
void run_unload(struct job *);

/* run_judge.c: what the scenarios expect, unless --no-expect. false: interrupted. */
bool run_judge(struct job *);
void run_judge_free(struct job *);
/* Whether anything was judged: some scenario expects something. */
bool run_judged(const struct job *);
/* What did not hold, on stderr: of runs that print no tables. */
void run_judge_tell(const struct job *);
/* EXIT_FAILED, EXIT_INVALID where something could not be judged, or EXIT_FINE. */
int run_judge_code(const struct job *);

/* run_write.c: whether the directory could be written, before hours go into what is to stand there.
 */
bool run_try_directory(const char *directory);
/* All files of the run; the exit code. */
int run_write_directory(const struct job *);
/* What stdout gets: made whole before any of it is written. */
int run_write_stdout(const struct job *);

/* cmd_run.c: how the job's scenario of this number is to be run; nobody listens. */
struct run_options run_options_of(const struct job *, uint32_t scenario);

/* One trial of all that a job runs. */
struct job_trial {
    uint32_t scenario, balancer; /* of the job's, of its */
    uint64_t replication;
    /* Where it is not as `lbsim run` does it: "releases lost", and the option of `lbsim gate` that
     * does. NULL: it is. */
    const char *how, *option;
};

/* Work of a job that algorithms may end. Trials are told by what guard.experiment holds, which the
 * work sets, and by their index in that experiment. */
struct guarded_work {
    int (*work)(struct job *); /* returns the exit code */
    struct job_trial (*trial)(const struct job *, uint32_t experiment, uint64_t index);
    void (*alone)(struct job *, uint32_t experiment, uint64_t index); /* runs it, in slot 0 */
};

/* guarded.c: the job's work in a process of its own where plugins are to be run, so that it is
 * known who crashed; else here. The exit code. */
int run_guarded(struct job *, const struct guarded_work *);

#endif
