/* shipped.h: the scenarios that ship with lbsim, to be run from tests. */
#ifndef TESTS_SHIPPED_H
#define TESTS_SHIPPED_H

#include "sim/run/run.h"

/* scenarios/NAME.yaml, freed with scenario_free(). NULL, and the test fails, if it cannot be read
 * or is not valid. */
struct scenario *shipped_load(const char *name);

/* Runs it with its own seed. */
struct experiment *shipped_run(const struct scenario *, uint64_t replications, uint32_t threads);

#endif
