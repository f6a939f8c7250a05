/* guard.c: judging in a process of its own, which may crash or never end.
 * SPDX-License-Identifier: MIT
 *
 * The one that waits ends it, from outside: what is judged may hold back every signal that can be
 * held back, or handle it. */
#ifndef _XOPEN_SOURCE
#define _XOPEN_SOURCE 700
#endif
#include "deaths.h"
#include "ops.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

enum {
    LOOK_MS = 5,
    /* A call that sleeps or waits uses no processor; but a busy machine gives it little, too. */
    WALL_TIMES = 20,
    WALL_LEAST_MS = 2000,
    NEVER_CAME_BACK = -1, /* as a death, beside signals */
};

void lb_contract_begin(struct lb_contract_trial *trial, uint32_t step)
{
    trial->page->step = step;
    atomic_fetch_add(&trial->page->begun, 1);
}

/* ---- The process that is watched ---- */

/* Whoever handles such signals in this process has no say in it: it must die of them. */
static _Noreturn void judge_and_leave(struct lb_contract_trial *trial,
                                      const struct lb_contract_exercise *exercise,
                                      const struct lb_mini_ops *ops)
{
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    for (int i = 0; i < DEATHS; i++)
        signal(death_at(i)->number, SIG_DFL);
    lb_contract_begin(trial, 0);
    exercise->judge(trial, ops);
    trial->page->done = true;
    fflush(stdout); /* what was judged may have printed */
    _exit(0);
}

/* It does not outlive who would end it. */
static void end_with(pid_t parent)
{
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) /* it died in between */
        _exit(0);
#else
    (void)parent;
#endif
}

/* ---- The one that watches ---- */

struct watch {
    const struct lb_contract_trial *trial;
    pid_t child;
    uint64_t begun;   /* operations, when it was looked at last */
    uint64_t used_ns; /* of the processor, when it was first seen at this one */
    uint32_t looks;   /* at this one: a clock would go on while both are stopped */
};

/* By all its threads; 0 where nobody tells. */
static uint64_t processor_ns(pid_t process)
{
    clockid_t clock;
    struct timespec used = {.tv_sec = 0};
    if (clock_getcpuclockid(process, &clock) == 0)
        clock_gettime(clock, &used);
    return (uint64_t)used.tv_sec * 1000000000 + (uint64_t)used.tv_nsec;
}

static bool is_stuck(struct watch *watch)
{
    const struct lb_contract_trial *trial = watch->trial;
    uint64_t begun = atomic_load(&trial->page->begun), used_ns = processor_ns(watch->child);
    uint32_t wall_ms = trial->op_ms * WALL_TIMES;
    if (begun != watch->begun) {
        watch->begun = begun;
        watch->used_ns = used_ns;
        watch->looks = 0;
        return false;
    }
    return ++watch->looks * LOOK_MS >= (wall_ms > WALL_LEAST_MS ? wall_ms : WALL_LEAST_MS) ||
           used_ns - watch->used_ns >= trial->op_ms * UINT64_C(1000000);
}

/* Until it is over, and its status; NEVER_CAME_BACK: it was ended. `ends` is held back, so that
 * none is missed. */
static int wait_for(const struct lb_contract_trial *trial, pid_t child, const sigset_t *ends)
{
    const struct timespec look = {.tv_nsec = LOOK_MS * 1000000};
    struct watch watch = {.trial = trial, .child = child};
    bool killed = false;
    int status = 0;
    for (;;) {
        pid_t ended = waitpid(child, &status, killed ? 0 : WNOHANG);
        if (ended == child && killed && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
            return NEVER_CAME_BACK;
        if (ended == child || (ended < 0 && errno != EINTR))
            return status;
        if (sigtimedwait(ends, NULL, &look) < 0 && errno == EAGAIN && is_stuck(&watch)) {
            kill(child, SIGKILL);
            killed = true;
        }
    }
}

static void note_death(struct lb_contract_trial *trial, int status)
{
    struct lb_contract_page *page = trial->page;
    const char *where = page->call != NULL ? page->call : "the host, after a call";
    char name[DEATH_ROOM];
    page->verdict.broken = false; /* whatever it said before, it died */
    page->verdict.death = 0;
    if (status == NEVER_CAME_BACK) {
        trial->hangs++;
        page->verdict.death = NEVER_CAME_BACK;
        lb_contract_fault_found(trial, LAW_RETURNS, page->step, "%s did not come back", where);
    } else if (WIFSIGNALED(status)) {
        page->verdict.death = WTERMSIG(status);
        lb_contract_fault_found(trial, LAW_RETURNS, page->step, "%s crashed (%s)", where,
                                death_name(WTERMSIG(status), name));
    } else {
        lb_contract_fault_found(trial, LAW_RETURNS, page->step, "%s ended the process", where);
    }
}

/* The caller's ways with children that end are put aside meanwhile. */
static void judge_guarded(struct lb_contract_trial *trial,
                          const struct lb_contract_exercise *exercise,
                          const struct lb_mini_ops *ops)
{
    struct sigaction before, usual = {.sa_handler = SIG_DFL};
    sigset_t ends, mask;
    sigemptyset(&ends);
    sigaddset(&ends, SIGCHLD);
    sigaction(SIGCHLD, &usual, &before);
    sigprocmask(SIG_BLOCK, &ends, &mask);
    fflush(NULL);
    pid_t self = getpid(), child = fork();
    if (child < 0) {
        fputs("contract: no process could be started\n", stderr);
        abort();
    }
    if (child == 0) {
        end_with(self);
        sigprocmask(SIG_SETMASK, &mask, NULL);
        judge_and_leave(trial, exercise, ops);
    }
    int status = wait_for(trial, child, &ends);
    sigprocmask(SIG_SETMASK, &mask, NULL);
    sigaction(SIGCHLD, &before, NULL);
    if (!trial->page->done)
        note_death(trial, status);
}

void lb_contract_judge(struct lb_contract_trial *trial, const struct lb_contract_exercise *exercise,
                       const struct lb_mini_ops *ops, struct lb_contract_verdict *verdict)
{
    struct lb_contract_page own;
    if (!trial->guarded)
        trial->page = &own;
    *trial->page = (struct lb_contract_page){.step = 0};
    if (trial->guarded)
        judge_guarded(trial, exercise, ops);
    else
        exercise->judge(trial, ops);
    *verdict = trial->page->verdict;
}
