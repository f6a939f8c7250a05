/* plot_holdings.h: what every server holds at the end, and what it should. */
#ifndef REPORTS_PLOT_HOLDINGS_H
#define REPORTS_PLOT_HOLDINGS_H

#include "reports/plot.h"
#include "sim/run/metrics.h"

struct holdings {
    uint64_t *count;            /* [servers] */
    double *fair;               /* [servers]; 0: entitled to nothing */
    bool judged;                /* everyone is entitled to ten or more, or to nothing */
    bool equal;                 /* everyone to the same, or to nothing */
    struct value max_over_mean; /* of the fullest */
};

/* Of all balancers, replication 0: connections that are open at the end or, where none are, picks.
 * Freed with holdings_free(). */
struct holdings *holdings_of(const struct sheet *, bool *picks);
void holdings_free(struct holdings *, uint32_t balancers);

/* How a server stands to its fair share: at it (or nobody can judge that), over or under it by more
 * than a tenth, or entitled to none. */
enum standing { STANDS_EVEN, STANDS_OVER, STANDS_UNDER, STANDS_APART, STANDINGS };
enum standing holdings_standing(const struct holdings *, uint32_t server);
const char *standing_colour(enum standing);

/* The grid of panels that both pictures of holdings are, one for a balancer. */
struct holdings_grid {
    uint32_t columns, rows;
    double left, column, width, row; /* px: from panel to panel, and a panel's own */
};
struct holdings_grid holdings_grid(const struct sheet *, double left, double beside,
                                   double panel_height);
double holdings_grid_height(const struct holdings_grid *); /* of the paper */
/* The upper left corner of a balancer's panel. */
void holdings_grid_place(const struct holdings_grid *, uint32_t balancer, double *left,
                         double *top);
/* Titles of the paper and of one panel. */
void holdings_put_title(struct plot *, const struct sheet *, double left, bool picks,
                        const char *key);
void holdings_put_name(struct plot *, const struct sheet *, const struct holdings *,
                       const struct holdings_grid *, uint32_t balancer);

#endif
