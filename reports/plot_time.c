/* plot_time.c: axes of time, and of max over mean. */
#include "reports/plot_time.h"

#include "reports/plot_text.h"

#include <math.h>

enum { LIVE_HEIGHT = 290, BETWEEN = 24 };

/* ---- Time ---- */

struct time_axis time_axis_begin(const struct sheet *sheet, double left, double right)
{
    struct time_axis axis = {.left = left,
                             .right = right,
                             .from_s = 1e-9 * (double)sheet_from_ns(sheet),
                             .to_s = 1e-9 * (double)sheet_to_ns(sheet)};
    const char *unit = tics_of_time(&axis.tics, sheet_from_ns(sheet), sheet_to_ns(sheet));
    snprintf(axis.title, sizeof axis.title, "simulated time (%s)", unit);
    axis.events = events_place(sheet, left, right);
    return axis;
}

void time_axis_end(struct time_axis *axis)
{
    events_free(axis->events);
}

struct panel time_panel(const struct time_axis *axis, double top, double bottom, double y_low,
                        double y_high)
{
    return (struct panel){.left = axis->left,
                          .right = axis->right,
                          .top = top,
                          .bottom = bottom,
                          .x_low = axis->from_s,
                          .x_high = axis->to_s,
                          .y_low = y_low,
                          .y_high = y_high};
}

void time_axis_put_title(struct plot *plot, const struct time_axis *axis, double left, double right,
                         double bottom)
{
    plot_text(plot, (left + right) / 2, bottom + 40, LEAN_CENTRE, SIZE_TEXT, SOFT, axis->title);
}

void time_axis_put(struct plot *plot, const struct time_axis *axis, bool last)
{
    tics_put(plot->script, 'x', &axis->tics, !last);
}

/* ---- Max over mean ---- */

struct quotient_axis quotient_axis(double highest)
{
    struct quotient_axis axis;
    axis.high = tics_of_quotient(&axis.tics, highest, 5, &axis.logarithmic);
    return axis;
}

struct panel quotient_panel(struct plot *plot, const struct time_axis *time,
                            const struct quotient_axis *axis, double top, double bottom, bool bare,
                            const struct thin *const *line, uint32_t lines)
{
    struct panel panel = time_panel(time, top, bottom, 1, axis->high);
    panel.y_log = axis->logarithmic;
    plot_panel(plot, &panel);
    tics_put(plot->script, 'y', &axis->tics, bare);
    double limit = panel_y(&panel, EVEN_LIMIT);
    plot_fill(plot, panel.left, panel.top, panel.right, limit, "#FEF5EE");
    plot_stroke(plot, panel.left, limit, panel.right, limit,
                "lc rgb '" OVER "' lw 0.9 dt (11,6) back");
    if (lines > 0)
        note_put(plot, time, &panel, "above 1.10", OVER, line, lines);
    return panel;
}

void quotient_put(struct plot *plot, const struct time_axis *time, double top,
                  const struct thin *line)
{
    char source[PLOT_SOURCE_MAX], curve[PLOT_SOURCE_MAX + 64];
    struct quotient_axis axis = quotient_axis(thin_highest(line));
    struct panel panel =
        quotient_panel(plot, time, &axis, top, top + QUOTIENT_HEIGHT, false, &line, 1);
    plot_source(plot, plot_put_line(plot, "(max_over_mean)", line, false), source);
    time_axis_put(plot, time, true);
    time_axis_put_title(plot, time, panel.left, panel.right, panel.bottom);
    events_put(plot, time->events, &panel, EVENTS_PLAIN);
    plot_text_upright(plot, 18, (panel.top + panel.bottom) / 2, "max / mean");
    snprintf(curve, sizeof curve, "%s using 2:3 with lines lc rgb '" INK "' lw 1.5", source);
    plot_draw(plot, curve);
}

/* The width of the numbers along it. */
static double quotient_width(const struct thin *line)
{
    struct quotient_axis axis = quotient_axis(thin_highest(line));
    return tics_width(&axis.tics);
}

/* ---- Live connections, with max/mean beneath ---- */

struct live_layout live_layout(const struct sheet *sheet, const struct tics *tics,
                               const struct thin *imbalance, double names_width)
{
    double left = 44 + fmax(tics_width(tics), quotient_width(imbalance));
    struct live_layout layout = {
        .time = time_axis_begin(sheet, left, PLOT_WIDTH - 10 - names_width),
        .judged = imbalance->count > 0,
    };
    layout.top = TITLE_HEIGHT + events_height(layout.time.events);
    layout.bottom = layout.top + LIVE_HEIGHT;
    layout.quotient_top = layout.bottom + BETWEEN;
    layout.height =
        layout.bottom + TIME_AXIS_HEIGHT + (layout.judged ? BETWEEN + QUOTIENT_HEIGHT : 0);
    return layout;
}
