/* guard.c: judging in a process of its own, which may crash or never end.
 * SPDX-License-Identifier: MIT */
#ifndef _XOPEN_SOURCE
#define _XOPEN_SOURCE 700
#endif
#include "ops.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

/* A call that sleeps or waits uses no processor; but a busy machine gives it little, too. */
enum { WALL_TIMES = 20, WALL_LEAST_MS = 2000 };

static const struct death {
    int number;
    const char *name;
} deaths[] = {
    {SIGSEGV, "SIGSEGV"}, {SIGBUS, "SIGBUS"},   {SIGFPE, "SIGFPE"},   {SIGILL, "SIGILL"},
    {SIGABRT, "SIGABRT"}, {SIGTRAP, "SIGTRAP"}, {SIGKILL, "SIGKILL"}, {SIGSYS, "SIGSYS"},
};

enum { DEATHS = sizeof deaths / sizeof *deaths };

static struct itimerval once(uint64_t ms)
{
    return (struct itimerval){
        .it_value = {.tv_sec = (time_t)(ms / 1000), .tv_usec = (suseconds_t)(ms % 1000 * 1000)}};
}

void lb_contract_begin(struct lb_contract_trial *trial, uint32_t step)
{
    trial->page->step = step;
    if (!trial->guarded)
        return;
    uint64_t wall_ms = (uint64_t)trial->op_ms * WALL_TIMES;
    struct itimerval busy = once(trial->op_ms);
    struct itimerval wall = once(wall_ms > WALL_LEAST_MS ? wall_ms : WALL_LEAST_MS);
    setitimer(ITIMER_PROF, &busy, NULL);
    setitimer(ITIMER_REAL, &wall, NULL);
}

/* Whoever handles such signals in this process has no say in it: it must die of them. */
static _Noreturn void judge_and_leave(struct lb_contract_trial *trial,
                                      const struct lb_contract_exercise *exercise,
                                      const struct lb_mini_ops *ops)
{
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    for (int i = 0; i < DEATHS; i++)
        signal(deaths[i].number, SIG_DFL);
    signal(SIGPROF, SIG_DFL);
    signal(SIGALRM, SIG_DFL);
    lb_contract_begin(trial, 0);
    exercise->judge(trial, ops);
    trial->page->done = true;
    _exit(0);
}

static bool ran_out(int status)
{
    return WIFSIGNALED(status) && (WTERMSIG(status) == SIGPROF || WTERMSIG(status) == SIGALRM);
}

static void note_death(struct lb_contract_trial *trial, int status)
{
    struct lb_contract_page *page = trial->page;
    const char *where = page->call != NULL ? page->call : "the host, after a call";
    page->verdict.broken = false; /* whatever it said before, it died */
    page->verdict.death = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    char name[16];
    snprintf(name, sizeof name, "signal %d", page->verdict.death);
    for (int i = 0; i < DEATHS; i++)
        if (deaths[i].number == page->verdict.death)
            snprintf(name, sizeof name, "%s", deaths[i].name);
    if (ran_out(status)) {
        trial->hangs++;
        page->verdict.death = SIGPROF;
        lb_contract_fault_found(trial, LAW_RETURNS, page->step, "%s did not come back", where);
    } else if (WIFSIGNALED(status)) {
        lb_contract_fault_found(trial, LAW_RETURNS, page->step, "%s crashed (%s)", where, name);
    } else {
        lb_contract_fault_found(trial, LAW_RETURNS, page->step, "%s ended the process", where);
    }
}

static void judge_guarded(struct lb_contract_trial *trial,
                          const struct lb_contract_exercise *exercise,
                          const struct lb_mini_ops *ops)
{
    int status = 0;
    fflush(NULL);
    pid_t child = fork();
    if (child < 0) {
        fputs("contract: no process could be started\n", stderr);
        abort();
    }
    if (child == 0)
        judge_and_leave(trial, exercise, ops);
    while (waitpid(child, &status, WUNTRACED) < 0 && errno == EINTR)
        continue;
    while (WIFSTOPPED(status)) { /* timers do not end who stopped itself; a terminal goes on */
        if (WSTOPSIG(status) == SIGSTOP)
            kill(child, SIGKILL);
        while (waitpid(child, &status, WUNTRACED) < 0 && errno == EINTR)
            continue;
    }
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
