/* csv_parts.h: what CSV files begin their rows with; private to their writers. */
#ifndef REPORTS_CSV_PARTS_H
#define REPORTS_CSV_PARTS_H

#include <stdio.h>

#include "sim/run/run.h"

/* Names are plain but for balancers from the command line, which may hold commas. */
void csv_put_name(FILE *, const char *name);
/* scenario,balancer, */
void csv_put_balancer(FILE *, const struct experiment *, uint32_t balancer);
/* scenario,balancer,replication, */
void csv_put_trial(FILE *, const struct experiment *, const struct trial *);
/* "all" for row 0, or the traffic's name. */
const char *csv_traffic(const struct experiment *, uint32_t row);

#endif
