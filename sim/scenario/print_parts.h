/* print_parts.h: what the printers of a scenario's parts share; private to them. */
#ifndef SIM_SCENARIO_PRINT_PARTS_H
#define SIM_SCENARIO_PRINT_PARTS_H

#include "sim/scenario/scenario.h"

void print_time(FILE *, uint64_t ns);
/* A name; in quotes where YAML would take its colon for its own. */
void print_name(FILE *, const char *name);

/* The key `expect`, whole. */
void print_expectations(FILE *, const struct scenario *);

#endif
