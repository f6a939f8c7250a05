/* witness.h: what a world is asking of an algorithm that is not trusted, noted as it is asked.
 * Where another process can read it, it tells who crashed, in which call, and where in the run. */
#ifndef SIM_WORLD_WITNESS_H
#define SIM_WORLD_WITNESS_H

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

enum witness_call {
    WITNESS_NONE, /* the algorithm is not being asked */
    WITNESS_MEMORY,
    WITNESS_BUILD,
    WITNESS_EDIT,
    WITNESS_PICK,
    WITNESS_TAKE,
    WITNESS_RELEASE,
    WITNESS_SCORE,
    WITNESS_KEY,
    WITNESS_CALLS
};

/* What the algorithm did, so that nothing that follows would mean anything. */
enum witness_fault {
    WITNESS_SOUND,
    WITNESS_CHOSE, /* who is not there, or not usable */
    WITNESS_WROTE, /* past the memory that it asked for */
};

/* Written by the one thread that runs the world, read by whoever looks. */
struct witness {
    _Atomic uint32_t call;  /* enum witness_call */
    _Atomic uint64_t calls; /* so far: whether it moves on */
    uint64_t time_ns;
    uint64_t connection; /* of its source; UINT64_MAX: it is no connection's call */
    uint32_t traffic, instance, worker, servers;
    uint32_t unsound; /* enum witness_fault */
    uint32_t member;  /* WITNESS_CHOSE: what it returned */
};

/* witness: or NULL, and nothing is noted. */
static inline void witness_begins(struct witness *witness, enum witness_call call)
{
    if (witness == NULL)
        return;
    atomic_store_explicit(&witness->call, call, memory_order_relaxed);
    atomic_fetch_add_explicit(&witness->calls, 1, memory_order_relaxed);
}

/* Whoever waits for this process tells of it. */
static inline _Noreturn void witness_aborts(struct witness *witness, enum witness_fault fault)
{
    witness->unsound = fault;
    abort();
}

static inline void witness_ends(struct witness *witness)
{
    if (witness != NULL)
        atomic_store_explicit(&witness->call, WITNESS_NONE, memory_order_relaxed);
}

#endif
