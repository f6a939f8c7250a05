/* guard.c: a process of its own for code that may crash, or never return. */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "sim/run/guard.h"

#include "sim/engine/memory.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    LOOK_MS = 5,
    PATIENCE_MS = 60 * 1000,   /* a call takes microseconds */
    AFTER_INTERRUPT_MS = 2000, /* who was asked to stop, and is stuck, is not waited for */
};

static size_t size_of(uint32_t slots)
{
    return sizeof(struct run_slot) * slots + sizeof(uint32_t);
}

bool guard_begin(struct guard *guard, uint32_t slots, uint32_t patience_ms,
                 bool (*interrupted)(void))
{
    void *memory =
        mmap(NULL, size_of(slots), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return false;
    *guard = (struct guard){.slot = memory,
                            .slots = slots,
                            .patience_ms = patience_ms > 0 ? patience_ms : PATIENCE_MS,
                            .interrupted = interrupted};
    guard->experiment = (_Atomic uint32_t *)(void *)&guard->slot[slots];
    return true;
}

void guard_end(struct guard *guard)
{
    if (guard->slot != NULL)
        munmap(guard->slot, size_of(guard->slots));
    *guard = (struct guard){.slot = NULL};
}

bool guard_asks(const struct run_slot *slot)
{
    return atomic_load(&slot->witness.call) != WITNESS_NONE;
}

/* ---- Waiting ---- */

/* How long each slot has been in one and the same call, in looks: a clock would go on while all of
 * us are stopped. */
struct stay {
    uint64_t calls;
    uint32_t looks;
};

struct wait {
    struct guard *guard;
    struct stay *stay; /* [slots] */
    pid_t child;
    bool interrupted;
};

/* The slot whose call is not coming back, or -1. */
static int look_for_stuck(struct wait *wait)
{
    uint32_t patience_ms = wait->guard->patience_ms;
    if (wait->interrupted && patience_ms > AFTER_INTERRUPT_MS)
        patience_ms = AFTER_INTERRUPT_MS;
    for (uint32_t i = 0; i < wait->guard->slots; i++) {
        const struct run_slot *slot = &wait->guard->slot[i];
        struct stay *stay = &wait->stay[i];
        uint64_t calls = atomic_load(&slot->witness.calls);
        if (!guard_asks(slot) || calls != stay->calls)
            *stay = (struct stay){.calls = calls};
        else if (++stay->looks * LOOK_MS >= patience_ms)
            return (int)i;
    }
    return -1;
}

static bool any_asks(const struct guard *guard)
{
    for (uint32_t i = 0; i < guard->slots; i++)
        if (guard_asks(&guard->slot[i]))
            return true;
    return false;
}

static struct guard_outcome outcome_of(const struct guard *guard, int status)
{
    if (WIFSIGNALED(status))
        return (struct guard_outcome){.end = GUARD_SIGNAL, .value = WTERMSIG(status)};
    return (struct guard_outcome){.end = any_asks(guard) ? GUARD_LEFT : GUARD_RETURNED,
                                  .value = WEXITSTATUS(status)};
}

static struct guard_outcome wait_for(struct wait *wait)
{
    const struct timespec look = {.tv_nsec = LOOK_MS * 1000000};
    int status = 0;
    for (;;) {
        pid_t ended = waitpid(wait->child, &status, WNOHANG);
        if (ended == wait->child)
            return outcome_of(wait->guard, status);
        if (!wait->interrupted && wait->guard->interrupted()) {
            wait->interrupted = true;
            kill(wait->child, SIGTERM);
        }
        int stuck = look_for_stuck(wait);
        if (stuck >= 0) {
            kill(wait->child, SIGKILL);
            waitpid(wait->child, &status, 0);
            return (struct guard_outcome){.end = GUARD_STUCK, .value = stuck};
        }
        nanosleep(&look, NULL);
    }
}

bool guard_split(struct guard *guard, struct guard_outcome *outcome)
{
    memset(guard->slot, 0, size_of(guard->slots));
    fflush(NULL);
    pid_t before = getpid(), child = fork();
    if (child < 0)
        return true;
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (getppid() != before) /* it died in between */
            raise(SIGTERM);
        return true;
    }
    struct wait wait = {
        .guard = guard, .stay = memory_zeroed(guard->slots, sizeof *wait.stay), .child = child};
    *outcome = wait_for(&wait);
    outcome->interrupted = wait.interrupted;
    free(wait.stay);
    return false;
}
