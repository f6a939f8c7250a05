/* test_guard.c: the process that waits for algorithms that are not trusted. */
#include "sim/run/guard.h"
#include "tests/harness.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE_MS = 300, SLOTS = 3 };

static bool nobody_interrupts(void)
{
    return false;
}

static bool somebody_interrupts(void)
{
    return true;
}

/* does: what the new process does, in its slots. */
static struct guard_outcome outcome_of(void (*does)(struct guard *), bool (*interrupted)(void))
{
    struct guard guard;
    struct guard_outcome outcome = {.value = -1};
    CU_ASSERT_TRUE_FATAL(guard_begin(&guard, SLOTS, PATIENCE_MS, interrupted));
    if (guard_split(&guard, &outcome)) {
        does(&guard);
        _exit(7);
    }
    guard_end(&guard);
    return outcome;
}

static void returns(struct guard *guard)
{
    witness_begins(&guard->slot[1].witness, WITNESS_PICK);
    witness_ends(&guard->slot[1].witness);
}

static void leaves(struct guard *guard)
{
    witness_begins(&guard->slot[1].witness, WITNESS_PICK);
    _exit(9);
}

static void dies(struct guard *guard)
{
    (void)guard;
    signal(SIGUSR1, SIG_DFL);
    raise(SIGUSR1);
}

static void sits(struct guard *guard)
{
    witness_begins(&guard->slot[2].witness, WITNESS_RELEASE);
    for (;;)
        pause();
}

static void sleep_ms(int ms)
{
    const struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L};
    nanosleep(&time, NULL);
}

/* Longer than anybody is waited for, but no call of it takes long. */
static void works(struct guard *guard)
{
    for (int i = 0; i < 2 * PATIENCE_MS / 10; i++) {
        witness_begins(&guard->slot[0].witness, WITNESS_PICK);
        sleep_ms(10);
    }
    witness_ends(&guard->slot[0].witness);
}

/* The same outside every call: that is lbsim's own time. */
static void thinks(struct guard *guard)
{
    (void)guard;
    sleep_ms(2 * PATIENCE_MS);
}

static void hears(struct guard *guard)
{
    sigset_t term;
    int number = 0;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigwait(&term, &number);
    atomic_store(guard->experiment, 1);
    _exit(number == SIGTERM ? 5 : 6);
}

static void test_ends(void)
{
    static const struct {
        const char *name;
        void (*does)(struct guard *);
        enum guard_end end;
        int value;
    } row[] = {
        {"returns", returns, GUARD_RETURNED, 7}, {"leaves", leaves, GUARD_LEFT, 9},
        {"dies", dies, GUARD_SIGNAL, SIGUSR1},   {"sits", sits, GUARD_STUCK, 2},
        {"works", works, GUARD_RETURNED, 7},     {"thinks", thinks, GUARD_RETURNED, 7},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct guard_outcome outcome = outcome_of(row[i].does, nobody_interrupts);
        CHECK_ROW(outcome.end == row[i].end && outcome.value == row[i].value &&
                      !outcome.interrupted,
                  "%s: end %d, value %d", row[i].name, (int)outcome.end, outcome.value);
    }
}

static void test_interruption_is_passed_on(void)
{
    sigset_t term, before;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, &before);
    struct guard_outcome outcome = outcome_of(hears, somebody_interrupts);
    sigprocmask(SIG_SETMASK, &before, NULL);
    CU_ASSERT_EQUAL(outcome.end, GUARD_RETURNED);
    CU_ASSERT_EQUAL(outcome.value, 5);
    CU_ASSERT_TRUE(outcome.interrupted);
}

static void test_slots_begin_empty(void)
{
    struct guard guard;
    struct guard_outcome outcome;
    CU_ASSERT_TRUE_FATAL(guard_begin(&guard, 1, PATIENCE_MS, nobody_interrupts));
    for (int time = 0; time < 2; time++) {
        if (guard_split(&guard, &outcome)) {
            bool empty = !guard_asks(&guard.slot[0]) && atomic_load(&guard.slot[0].trial) == 0;
            atomic_store(&guard.slot[0].trial, 4);
            witness_begins(&guard.slot[0].witness, WITNESS_PICK);
            _exit(empty ? 0 : 1);
        }
        CU_ASSERT_EQUAL(outcome.end, GUARD_LEFT);
        CU_ASSERT_EQUAL(outcome.value, 0);
        CU_ASSERT_EQUAL(atomic_load(&guard.slot[0].trial), 4);
        CU_ASSERT_TRUE(guard_asks(&guard.slot[0]));
    }
    guard_end(&guard);
}

static const struct test tests[] = {
    {"every way to end is told from the others", test_ends},
    {"an interruption is passed on", test_interruption_is_passed_on},
    {"slots begin empty, and stay readable", test_slots_begin_empty},
};

SUITE("guard", tests)
