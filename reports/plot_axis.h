/* plot_axis.h: where an axis ends, and the round values that are written along it. */
#ifndef REPORTS_PLOT_AXIS_H
#define REPORTS_PLOT_AXIS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "reports/text.h"

enum { TICS_MAX = 16 };

struct tics {
    uint32_t count;
    struct {
        double at;
        char text[TEXT_MAX];
    } tic[TICS_MAX];
};

/* From 0 to `high` or a little more, for whole things; what the axis ends at. */
double tics_of_count(struct tics *, double high, uint32_t most);
/* From 0, of parts of one, written as percent. */
double tics_of_percent(struct tics *, double high, uint32_t most);
/* From 1, of a quotient that is 1 at its best; *logarithmic: it goes so far up that it must be. */
double tics_of_quotient(struct tics *, double high, uint32_t most, bool *logarithmic);
/* Of simulated time, at most eight, placed in seconds; the unit that they are written in. */
const char *tics_of_time(struct tics *, uint64_t from_ns, uint64_t to_ns);

/* axis: x or y. bare: marks without numbers. */
void tics_put(FILE *script, char axis, const struct tics *, bool bare);
/* The width of the widest, in px. */
double tics_width(const struct tics *);

#endif
