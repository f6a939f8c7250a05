/* samples.h: when timeseries.csv has rows. */
#ifndef SIM_RUN_SAMPLES_H
#define SIM_RUN_SAMPLES_H

#include "sim/scenario/scenario.h"

/* The scenario's step from the start of the window on; or, where it names none, the midpoints of
 * the window, every event in it and what follows from that. And the end. Rising, each time once;
 * freed by the caller. */
uint64_t *samples_choose(const struct scenario *, uint32_t *samples);

#endif
