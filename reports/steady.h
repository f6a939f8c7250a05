/* steady.h: how many connections a scenario will have open, and whether that is a steady state:
 * before anything runs. */
#ifndef REPORTS_STEADY_H
#define REPORTS_STEADY_H

#include "sim/scenario/scenario.h"

#define STEADY_MAX 512

/* A table, 80 columns wide: what to expect of each traffic at the start of the measured window, at
 * the events and at the end; then what its steady state is, in words. */
void steady_print(const struct scenario *, FILE *);

/* Why what is measured of this traffic begins more than 1 % below its steady state, and what to do
 * about it, as one line. false: it does not, or there is no steady state to wait for. */
bool steady_warning(const struct scenario *, uint32_t traffic, char buffer[STEADY_MAX]);

#endif
