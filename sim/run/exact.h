/* exact.h: whether a run leaves nothing to chance. */
#ifndef SIM_RUN_EXACT_H
#define SIM_RUN_EXACT_H

#include "sim/run/run.h"

/* Whether any run of this balancer would give the same numbers, whatever the seed: nothing is
 * drawn, neither by the traffic and the events nor by its picks. */
bool experiment_is_exact(const struct experiment *, uint32_t balancer);

#endif
