/* plot_events.h: the events of a scenario, as flags above a picture that runs over time. */
#ifndef REPORTS_PLOT_EVENTS_H
#define REPORTS_PLOT_EVENTS_H

#include "reports/plot.h"

struct events;

/* All that happen in the window. left, right: of the panels, in px; the flags may reach on to the
 * edge of the paper. */
struct events *events_place(const struct sheet *, double left, double right);
void events_free(struct events *);
/* When they happen, rising; the caller's to free. Returns how many there are. */
uint32_t events_times(const struct sheet *, uint64_t **at_ns);
/* How high the strip is that the flags need, in px. */
double events_height(const struct events *);
enum events_look {
    EVENTS_NAMED, /* lines behind the curves, and above the panel what happens */
    EVENTS_OVER,  /* the same, but over what is drawn */
    EVENTS_PLAIN, /* lines only */
    EVENTS_FAINT
};
/* Into the panel that has been taken up. */
void events_put(struct plot *, const struct events *, const struct panel *, enum events_look);
/* How many lines pass between two places, in px. */
uint32_t events_between(const struct events *, double left, double right);

#endif
