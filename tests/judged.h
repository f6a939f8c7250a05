/* judged.h: results by hand, and one thing that is expected of them. */
#ifndef TESTS_JUDGED_H
#define TESTS_JUDGED_H

#include "sim/run/expect.h"
#include "tests/results.h"

/* One a replication; NAN: no value. */
void set_peaks(struct hand *, uint32_t balancer, const double *peak);
/* Tenths of a second until it settled after the change at 1 s, which lasts one; INFINITY: it did
 * not; NAN: it could not be judged. */
void set_waits(struct hand *, uint32_t balancer, const double *tenths);

/* Of balancer "one": of the peaks; of the waits. Nothing is wanted of them yet. */
struct expectation of_peaks(void);
struct expectation of_waits(void);

/* What is judged of it, which is one thing; the outcome goes into outcome (may be NULL). */
struct judgement judge(struct hand *, const struct expectation *, enum expect_verdict *outcome);

#endif
