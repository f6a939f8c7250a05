/* plot_imbalance.c: how far the fullest server was above its fair share, under every balancer. */
#include "reports/plot_kinds.h"

#include "reports/plot_text.h"
#include "reports/plot_time.h"
#include "sim/engine/memory.h"

#include <stdlib.h>

enum {
    TOGETHER = 8, /* balancers in one panel; more get one each */
    COLUMNS = 3,
    HEIGHT = 340,
    SMALL_HEIGHT = 120,
    SMALL_TITLE = 30,
    NAME_WIDEST = 200,
};

struct imbalance {
    const struct sheet *sheet;
    struct thin *line; /* [balancers] */
    uint32_t balancers;
    struct quotient_axis axis;
    bool judged;
};

static struct imbalance imbalance_read(const struct sheet *sheet)
{
    struct imbalance all = {.sheet = sheet, .balancers = sheet->experiment->scenario->balancers};
    double highest = 0;
    all.line = memory_zeroed(all.balancers, sizeof *all.line);
    for (uint32_t b = 0; b < all.balancers; b++) {
        series_imbalance(sheet, b, &all.line[b]);
        double high = thin_highest(&all.line[b]);
        highest = high > highest ? high : highest;
    }
    all.judged = highest > 0;
    all.axis = quotient_axis(highest);
    return all;
}

static void imbalance_free(struct imbalance *all)
{
    for (uint32_t b = 0; b < all->balancers; b++)
        thin_free(&all->line[b]);
    free(all->line);
}

/* ---- Together ---- */

static void put_together(struct plot *plot, const struct imbalance *all,
                         const struct time_axis *time, const struct line_end *end, uint32_t ends)
{
    const struct thin *line[TOGETHER];
    char *curves = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&curves, &size);
    for (uint32_t i = 0; i < ends; i++) {
        char source[PLOT_SOURCE_MAX];
        line[i] = end[i].line;
        plot_source(plot, plot_put_line(plot, end[i].name, end[i].line, false), source);
        fprintf(to, "%s%s using 2:3 with lines lt %u", i == 0 ? "" : ", \\\n     ", source,
                (unsigned)end[i].look + 1);
    }
    fclose(to);
    double top = TITLE_HEIGHT + events_height(time->events);
    struct panel panel =
        quotient_panel(plot, time, &all->axis, top, top + HEIGHT, false, line, ends);
    time_axis_put(plot, time, true);
    time_axis_put_title(plot, time, panel.left, panel.right, panel.bottom);
    events_put(plot, time->events, &panel, EVENTS_NAMED);
    ends_put(plot, &panel, end, ends, NAME_WIDEST);
    plot_text_upright(plot, 18, (panel.top + panel.bottom) / 2, "max / mean");
    plot_draw(plot, curves);
    free(curves);
}

static void draw_together(const struct imbalance *all, const char *subtitle)
{
    const struct scenario *scenario = all->sheet->experiment->scenario;
    struct line_end end[TOGETHER];
    uint32_t ends = 0;
    for (uint32_t b = 0; b < all->balancers; b++)
        if (all->line[b].count > 0)
            end[ends++] = (struct line_end){&all->line[b], scenario->balancer[b].name, b};
    struct time_axis time = time_axis_begin(all->sheet, 44 + tics_width(&all->axis.tics),
                                            PLOT_WIDTH - 10 - ends_width(end, ends, NAME_WIDEST));
    double height = TITLE_HEIGHT + events_height(time.events) + HEIGHT + TIME_AXIS_HEIGHT;
    struct plot *plot = plot_open(all->sheet, "imbalance", NULL, PLOT_WIDTH, height,
                                  "balancer,time_s,max_over_mean");
    if (plot != NULL) {
        plot_title(plot, time.left, "How full the fullest server was, over its fair share",
                   subtitle);
        put_together(plot, all, &time, end, ends);
        plot_close(plot);
    }
    time_axis_end(&time);
}

/* ---- One each ---- */

static void put_small(struct plot *plot, const struct imbalance *all, const struct time_axis *time,
                      uint32_t balancer, double top, bool first, bool last)
{
    const struct thin *line = &all->line[balancer];
    const char *name = all->sheet->experiment->scenario->balancer[balancer].name;
    char source[PLOT_SOURCE_MAX], curve[PLOT_SOURCE_MAX + 64], clipped[PLOT_TEXT_MAX];
    struct panel panel =
        quotient_panel(plot, time, &all->axis, top, top + SMALL_HEIGHT, !first, NULL, 0);
    plot_source(plot, plot_put_line(plot, name, line, false), source);
    time_axis_put(plot, time, last);
    if (balancer + 1 == all->balancers)
        time_axis_put_title(plot, time, 0, PLOT_WIDTH, plot->height - TIME_AXIS_HEIGHT);
    events_put(plot, time->events, &panel, EVENTS_FAINT);
    plot_text(
        plot, time->left, top - 12, LEAN_LEFT, SIZE_TEXT, INK,
        plot_balancer_name(all->sheet, balancer, SIZE_TEXT, time->right - time->left, clipped));
    snprintf(curve, sizeof curve, "%s using 2:3 with lines lt 1", source);
    plot_draw(plot, curve);
}

static void draw_each(const struct imbalance *all, const char *subtitle)
{
    double left = 24 + tics_width(&all->axis.tics), between = 30;
    double width = (PLOT_WIDTH - 16 - left - (COLUMNS - 1) * between) / COLUMNS;
    uint32_t rows = (all->balancers + COLUMNS - 1) / COLUMNS;
    double height = TITLE_HEIGHT + rows * (SMALL_TITLE + SMALL_HEIGHT) + TIME_AXIS_HEIGHT;
    struct plot *plot = plot_open(all->sheet, "imbalance", NULL, PLOT_WIDTH, height,
                                  "balancer,time_s,max_over_mean");
    if (plot == NULL)
        return;
    plot_title(plot, left, "How full the fullest server was, over its fair share", subtitle);
    for (uint32_t b = 0; b < all->balancers; b++) {
        uint32_t row = b / COLUMNS, column = b % COLUMNS;
        double from = left + column * (width + between);
        struct time_axis time = time_axis_begin(all->sheet, from, from + width);
        put_small(plot, all, &time, b,
                  TITLE_HEIGHT + row * (SMALL_TITLE + SMALL_HEIGHT) + SMALL_TITLE, column == 0,
                  b + COLUMNS >= all->balancers);
        time_axis_end(&time);
    }
    plot_close(plot);
}

void plot_imbalance(const struct sheet *sheet)
{
    struct imbalance all = imbalance_read(sheet);
    char subtitle[SUBTITLE_MAX];
    sheet_subtitle(sheet, "max/mean of live connections; 1 is even; tinted: above 1.10", true,
                   subtitle);
    if (all.judged && all.balancers <= TOGETHER)
        draw_together(&all, subtitle);
    else if (all.judged)
        draw_each(&all, subtitle);
    imbalance_free(&all);
}
