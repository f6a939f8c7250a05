/* guard.h: algorithms that are not trusted run in a process of their own; the one that waits for it
 * reads in shared memory what they were at. */
#ifndef SIM_RUN_GUARD_H
#define SIM_RUN_GUARD_H

#include "sim/run/run.h"

enum guard_end {
    GUARD_RETURNED, /* it went its way to the end: `value` is its exit code */
    GUARD_LEFT,     /* it ended, with that code, while an algorithm was being asked */
    GUARD_SIGNAL,   /* it died of the signal `value` */
    GUARD_STUCK,    /* a call of slot `value` did not come back, so it was killed */
};

struct guard_outcome {
    enum guard_end end;
    int value;
    bool interrupted; /* by the user, before */
};

struct guard {
    struct run_slot *slot; /* [slots], shared with the process */
    uint32_t slots;
    _Atomic uint32_t *experiment; /* which of them runs; shared too */
    uint32_t patience_ms;         /* for one call of an algorithm */
    bool (*interrupted)(void);    /* by the user; asked again and again */
};

/* patience_ms 0: as long as is usual. false: there is no shared memory to be had. */
bool guard_begin(struct guard *, uint32_t slots, uint32_t patience_ms, bool (*interrupted)(void));
void guard_end(struct guard *);

/* Goes on as two: true in the new process, which does the work and exits; false in the old one,
 * once the new one is over. An interruption is passed on. Where no process can be had, true, and
 * nobody guards. */
bool guard_split(struct guard *, struct guard_outcome *);

/* Is an algorithm being asked in this slot? */
bool guard_asks(const struct run_slot *);

#endif
