/* plot_dots.h: a metric of every balancer as a dot on a line of its own, with its interval. */
#ifndef REPORTS_PLOT_DOTS_H
#define REPORTS_PLOT_DOTS_H

#include "reports/plot.h"
#include "sim/run/summary.h"

/* The rows: balancers from top to bottom, named at the left of all panels. */
struct dot_rows {
    const struct sheet *sheet;
    uint32_t *order; /* [count] of balancers; owned */
    uint32_t count;
    double left, top, bottom; /* px, of the panels */
};

/* Of all balancers; by: the metric that sorts them, least first and those without a value last, or
 * NULL: as in the scenario. Freed with dot_rows_free(). */
struct dot_rows dot_rows_of(const struct sheet *, const struct metric *by, double top);
void dot_rows_free(struct dot_rows *);
void dot_rows_put_names(struct plot *, const struct dot_rows *);

struct dot_panel {
    const char *title, *note; /* above it; clipped; note: or NULL */
    const struct metric *metric;
    uint32_t change;
    bool percent;       /* from 0, else a quotient from 1 */
    int digits;         /* of the values, after the point */
    double least_high;  /* the axis goes as far as this at least */
    double left, right; /* px; values are written in the last DOT_VALUES of it */
    double floor;       /* what is below is tinted: chance alone leaves as much; 0: none */
    double target;      /* a dashed line that the dots should be on; 0: none */
    const bool *best;   /* [balancers] or NULL: these stand out */
};
enum {
    DOT_VALUES = 104,
    DOT_ROW_HEIGHT = 25,
    DOT_AXIS_HEIGHT = 34,
    DOT_TITLE_HEIGHT = 30,
    DOT_NOTE_HEIGHT = 16
};

void dot_panel_put(struct plot *, const struct dot_rows *, const struct dot_panel *);

#endif
