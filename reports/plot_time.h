/* plot_time.h: what all pictures that run over time have in common. */
#ifndef REPORTS_PLOT_TIME_H
#define REPORTS_PLOT_TIME_H

#include "reports/plot_axis.h"
#include "reports/plot_events.h"
#include "reports/plot_series.h"

struct time_axis {
    double left, right; /* px */
    double from_s, to_s;
    struct tics tics;
    char title[48];
    struct events *events;
};

struct time_axis time_axis_begin(const struct sheet *, double left, double right);
void time_axis_end(struct time_axis *);

/* A panel above the axis; y from y_low to y_high. */
struct panel time_panel(const struct time_axis *, double top, double bottom, double y_low,
                        double y_high);
/* Tics along the panel that has been taken up; below the last one, with numbers. */
void time_axis_put(struct plot *, const struct time_axis *, bool last);
/* What the numbers mean, beneath them in the middle between left and right. */
void time_axis_put_title(struct plot *, const struct time_axis *, double left, double right,
                         double bottom);
enum { TIME_AXIS_HEIGHT = 52 };

/* A remark at the top of the panel, where lines and events leave room. */
void note_put(struct plot *, const struct time_axis *, const struct panel *, const char *text,
              const char *colour, const struct thin *const *line, uint32_t lines);

/* ---- Max over mean, beneath or by itself ---- */

#define EVEN_LIMIT 1.10 /* above it, a state is not even */

struct quotient_axis {
    double high;
    bool logarithmic;
    struct tics tics;
};

struct quotient_axis quotient_axis(double highest);
/* Takes up a panel of this axis: what is above the limit is tinted, and it says so where the lines
 * leave room. bare: no numbers along it; lines 0: it says nothing. */
struct panel quotient_panel(struct plot *, const struct time_axis *, const struct quotient_axis *,
                            double top, double bottom, bool bare, const struct thin *const *line,
                            uint32_t lines);

/* The last panel of a picture: one line of it, QUOTIENT_HEIGHT high. */
void quotient_put(struct plot *, const struct time_axis *, double top, const struct thin *line);
enum { QUOTIENT_HEIGHT = 110 };

/* ---- Names at the ends of lines ---- */

struct line_end {
    const struct thin *line; /* of at least one point */
    const char *name;
    uint32_t look; /* line type - 1 */
};

/* The widest name, clipped to `most` px. */
double ends_width(const struct line_end *, uint32_t count, double most);
/* Names lines in their colour: beside the panel those that reach its edge, and beside their last
 * point, where there is room, those that end before. */
void ends_put(struct plot *, const struct panel *, const struct line_end *, uint32_t count,
              double most);

/* ---- Live connections, with max/mean beneath ---- */

/* Where it all goes; from top to bottom is the panel of the connections. */
struct live_layout {
    struct time_axis time;
    double top, bottom, quotient_top, height; /* px */
    bool judged;                              /* there is a max/mean to put beneath */
};

/* tics: of the connections; names_width: of what stands at the ends of lines. Ended by
 * time_axis_end() of its time. */
struct live_layout live_layout(const struct sheet *, const struct tics *tics,
                               const struct thin *imbalance, double names_width);

#endif
