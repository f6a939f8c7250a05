/* scenarios.h: scenario files as commands name them: a path, or the name of one that is shipped. */
#ifndef SIM_CLI_SCENARIOS_H
#define SIM_CLI_SCENARIOS_H

#include "sim/cli/options.h"
#include "sim/scenario/scenario.h"

/* Loads it, or says what is wrong (everything, on stderr) and sets *code. The vocabulary (NULL:
 * nothing more) must outlive it. Freed by scenario_free(). */
struct scenario *scenarios_load(const char *name, const struct vocabulary *, int *code);

/* The -b options replace the scenario's list. false: something is wrong with them, and was said. */
bool scenarios_replace_balancers(const struct command_line *, struct scenario *);

#endif
