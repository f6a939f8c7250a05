/* plot_kinds.h: one function a kind of picture. */
#ifndef REPORTS_PLOT_KINDS_H
#define REPORTS_PLOT_KINDS_H

#include "reports/plot.h"

enum { FEW_SERVERS = 12 }; /* so many can be told apart one by one */

/* Each is drawn only where there is something to see. */
void plot_distribution(const struct sheet *);            /* of few servers */
void plot_ranks(const struct sheet *);                   /* of many */
void plot_live(const struct sheet *, uint32_t balancer); /* of few servers */
void plot_band(const struct sheet *, uint32_t balancer); /* of many */
void plot_heat(const struct sheet *, uint32_t balancer);
void plot_imbalance(const struct sheet *);
void plot_compare(const struct sheet *);
void plot_newcomer(const struct sheet *);

#endif
