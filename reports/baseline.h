/* baseline.h: a baseline as a file: JSON, a row a line, so that a diff shows which number moved. */
#ifndef REPORTS_BASELINE_H
#define REPORTS_BASELINE_H

#include <stdio.h>

#include "sim/run/gate.h"

void baseline_print(const struct gate_baseline *, FILE *);

enum baseline_status {
    BASELINE_READ,
    BASELINE_NONE,       /* there is no such file */
    BASELINE_DAMAGED,    /* it is none, or of another scenario or program; `why` says so */
    BASELINE_UNREADABLE, /* the environment does not let us; `why` says so */
};

/* Reads one, for the scenario of that name. Freed with gate_baseline_free(). */
enum baseline_status baseline_read(const char *path, const char *scenario, struct gate_baseline **,
                                   char *why, size_t room);
/* The same of a text at hand. false: damaged. */
bool baseline_parse(const char *text, size_t length, const char *scenario, struct gate_baseline **,
                    char *why, size_t room);

#endif
