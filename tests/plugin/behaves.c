/* behaves.c: an algorithm that misbehaves at its thousandth call, in one of the ways that -D names.
 * tests/check_plugin builds it as a stranger would, once for each. */
#include "lb_author.h"

#ifndef CRASHES
#define CRASHES 0
#endif
#ifndef AT
#define AT 1000
#endif

/* Which of its functions misbehaves, and how. */
enum {
    IN_PICK = 1,
    IN_ENTER,
    IN_TAKEN,
    IN_RELEASED,
    IN_SCORE,
    IN_MEMORY,
    LOOPS,
    EXITS,
    FAR,
    FULL,
    LOADED,
    OF_ALL, /* counts the calls of all trials, where it must not */
    GREEDY, /* wants more memory than there is */
    WRITES, /* writes past its memory */
};

_Noreturn void _exit(int code);

static void crash(void)
{
    *(volatile char *)(uintptr_t)(CRASHES == 0) = 0;
}

static size_t memory(uint32_t slots)
{
    (void)slots;
    if (CRASHES == IN_MEMORY)
        crash();
    return CRASHES == GREEDY ? SIZE_MAX : 2 * sizeof(uint64_t);
}

/* The scope's memory begins with how often it was asked. */
static bool is_time(struct lb_context *c)
{
    static uint64_t of_all;
    if (CRASHES == OF_ALL)
        return __atomic_add_fetch(&of_all, 1, __ATOMIC_SEQ_CST) >= AT;
    return ++*(uint64_t *)c->memory >= AT;
}

static void enter(struct lb_context *c, uint32_t member, enum lb_entry why)
{
    (void)c, (void)member, (void)why;
    if (CRASHES == IN_ENTER)
        crash();
}

static void taken(struct lb_context *c, uint32_t slot)
{
    (void)slot;
    if (CRASHES == IN_TAKEN && is_time(c))
        crash();
}

static void released(struct lb_context *c, uint32_t slot)
{
    (void)slot;
    if (CRASHES == IN_RELEASED && is_time(c))
        crash();
    if (CRASHES == WRITES && is_time(c))
        ((char *)c->memory)[999] = 1;
}

static double score(const struct lb_context *c, uint32_t member, int64_t load)
{
    (void)c, (void)member;
    if (CRASHES == IN_SCORE)
        crash();
    return (double)load;
}

static uint32_t misbehave(struct lb_context *c)
{
    volatile uint64_t spent = 0;
    if (CRASHES == IN_PICK || CRASHES == OF_ALL)
        crash();
    while (CRASHES == LOOPS)
        spent++;
    if (CRASHES == EXITS)
        _exit(0);
    return CRASHES == FAR ? c->members + 4 : 0;
}

static uint32_t pick(struct lb_context *c)
{
    if (CRASHES == LOADED && lb_load(c, 0) >= AT)
        crash();
    bool may = CRASHES == IN_PICK || (CRASHES >= LOOPS && CRASHES <= FULL) || CRASHES == OF_ALL;
    if (may && is_time(c))
        return misbehave(c);
    for (uint32_t i = 0; i < c->members; i++)
        if (lb_usable(c, i))
            return i;
    return LB_NONE;
}

static const struct lb_algorithm behaves = {
    .abi = LB_ABI,
    .name = "behaves",
    .about = "the first that is usable, for a while",
    .memory = memory,
    .enter = enter,
    .taken = taken,
    .released = released,
    .score = score,
    .pick = pick,
};
LB_PLUGIN(&behaves);
