/* gate_parts.h: what the parts of `lbsim gate` share; private to them. */
#ifndef SIM_CLI_GATE_PARTS_H
#define SIM_CLI_GATE_PARTS_H

#include "reports/files.h"
#include "reports/gate.h"
#include "sim/cli/console.h"
#include "sim/cli/run_parts.h"

#define GATE_DIRECTORY "lbsim-baseline"

struct gate_job {
    struct job job;              /* its scenarios; first, for what is given a job alone */
    const char *directory;       /* of the baselines */
    const char *junit, *summary; /* files, or NULL */
    bool update, exact, github, self_test;
    struct progress progress;
    struct gate_options options; /* their context is this job */
    struct job expecting; /* those of its scenarios that expect something, and their judgements */
    struct gate_baseline **baseline; /* [job.scenarios]: what was read, or made; or NULL */
    char **path;                     /* [job.scenarios]: DIR/NAME.json */
    char **damage;                   /* [job.scenarios]: what is wrong with each; or NULL */
    struct files *files;             /* what is to be written */
    FILE **baseline_file;            /* [job.scenarios], or NULL */
    FILE *junit_file, *summary_file; /* or NULL */
};

/* Takes the line of progress away, before anything else is said. */
void gate_clear(struct gate_job *);

/* gate_expect.c: runs and judges what the scenarios expect, unless --no-expect. false: interrupted.
 */
bool gate_expect(struct gate_job *);
void gate_expect_free(struct gate_job *);
/* gate_update.c: makes baselines anew, and says what is in them. An exit code. */
int gate_update(struct gate_job *);
/* gate_self.c: whether the gate can fail, and does not where nothing changed. An exit code. */
int gate_self_test(struct gate_job *);

/* gate_guarded.c: the gate's work, where plugins are to be run in a process of its own. */
int gate_guarded(struct gate_job *, int (*work)(struct job *));
/* What is run from now on: a sample of a balancer, or (variant GATE_VARIANTS) what a scenario's
 * expectations are judged by. */
void gate_begins(struct gate_job *, const struct scenario *, uint32_t balancer, enum gate_variant);
/* How those are run. */
struct run_options gate_run_options(const struct gate_job *, const struct scenario *);

#endif
