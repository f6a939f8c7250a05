/* table_parts.h: what the parts of the terminal's report share; private to them. */
#ifndef REPORTS_TABLE_PARTS_H
#define REPORTS_TABLE_PARTS_H

#include "reports/report.h"
#include "sim/run/metrics.h"

enum { MOMENTS_SHOWN = 5 };

struct table {
    const struct experiment *experiment;
    const struct scenario *scenario;
    const struct table_options *options;
    FILE *to;
    uint32_t moment[MOMENTS_SHOWN]; /* of the result's moments, those that are shown */
    uint32_t moments;
};

/* Prints a line, broken before column 80 and standing out on a terminal. */
void table_bold_line(const struct table *, const char *line);
const struct world_result *table_result(const struct table *, uint32_t balancer,
                                        uint64_t replication);
/* The event that the shown moment belongs to. */
const struct world_event *table_moment_event(const struct table *, uint32_t shown);

/* One number of one trial; false: it has none. */
typedef bool table_number(const struct world_result *, uint32_t argument, double *value);
table_number number_max_over_mean;  /* argument: a moment, or the number of moments: the end */
table_number number_newcomer_share; /* argument: a newcomer */
table_number number_busiest_share, number_refused, number_cut; /* argument: not looked at */

/* Over the replications that have the number; false: none has. */
bool table_summary(const struct table *, uint32_t balancer, table_number *, uint32_t argument,
                   struct summary *);

/* Adds to a line of so much room, clipped. */
void line_add(char *line, size_t room, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* ---- The parts, in the order in which they are printed ---- */

void table_head(const struct table *);
void table_answer(const struct table *);
void table_block(const struct table *, uint32_t balancer);
void table_comparison(const struct table *);

#endif
