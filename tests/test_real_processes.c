/* test_real_processes.c: what /proc says of processes, while they end. */
#include "sim/real/processes.h"

#include "tests/harness.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BRIEF = 8, ROUNDS = 600, READINGS = 40 };

static pid_t child_that_waits(void)
{
    pid_t child = fork();
    if (child == 0) {
        pause();
        _exit(0);
    }
    CU_ASSERT_FATAL(child > 0);
    return child;
}

static void end_all(const pid_t *child)
{
    if (fork() != 0)
        return;
    for (int i = 0; i < BRIEF; i++)
        kill(child[i], SIGKILL);
    _exit(0);
}

static bool is_seen(pid_t one)
{
    pid_t child[64];
    uint32_t children = processes_children(getpid(), child, 64);
    for (uint32_t i = 0; i < children; i++)
        if (child[i] == one)
            return true;
    return false;
}

/* The youngest stays, and is seen at every reading, while older ones end: nobody waits for them, so
 * they leave the kernel's list at that moment. One reading alone misses it some times in 10^5. */
static void test_children_that_end(void)
{
    uint32_t missed = 0;
    struct sigaction before, ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGCHLD, &ignore, &before);
    for (int round = 0; round < ROUNDS; round++) {
        pid_t brief[BRIEF];
        for (int i = 0; i < BRIEF; i++)
            brief[i] = child_that_waits();
        pid_t stays = child_that_waits();
        end_all(brief);
        for (int i = 0; i < READINGS; i++)
            missed += !is_seen(stays);
        kill(stays, SIGKILL);
        while (wait(NULL) > 0)
            continue;
    }
    sigaction(SIGCHLD, &before, NULL);
    CU_ASSERT_EQUAL(missed, 0);
}

static const struct test tests[] = {
    {"children that end hide no other", test_children_that_end},
};
SUITE("real_processes", tests)
