/* analysis.h: an observed table for the terminal: who got what, how even it is, and whether chance
 * explains it. */
#ifndef REPORTS_ANALYSIS_H
#define REPORTS_ANALYSIS_H

#include <stdio.h>

#include "sim/run/analysis.h"

struct analysis_options {
    const char *name; /* of the table */
    bool colour;
    bool all; /* every server's row, however many */
};

void report_analysis(const struct analysis *, const struct analysis_options *, FILE *);

#endif
