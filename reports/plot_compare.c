/* plot_compare.c: which balancer keeps connections where they belong, best first. */
#include "reports/plot_kinds.h"

#include "reports/plot_dots.h"
#include "reports/plot_series.h"
#include "reports/plot_text.h"
#include "sim/engine/memory.h"

#include <inttypes.h>
#include <stdlib.h>

enum { ABOUT_HEIGHT = 18, LEGEND_HEIGHT = 18 };

/* Whether any balancer has a value. */
static bool any_value(const struct sheet *sheet, const struct metric *metric)
{
    bool any = false;
    for (uint32_t b = 0; b < sheet->experiment->scenario->balancers; b++)
        any = any || summary_of(sheet->experiment, metric, b, 0, 0).count > 0;
    return any;
}

/* The noise floor depends on how many connections there were, which hardly differs between
 * balancers: of the first that has one. */
static double floor_of(const struct sheet *sheet, const char *metric)
{
    for (uint32_t b = 0; b < sheet->experiment->scenario->balancers; b++) {
        struct summary summary = summary_of(sheet->experiment, metric_find(metric), b, 0, 0);
        if (summary.count > 0)
            return summary.mean;
    }
    return 0;
}

/* What the colours and the tint mean, a word in its colour after the other. */
static void put_legend(struct plot *plot, double x, double y, bool has_best, bool has_floor)
{
    static const char best[] = "blue: nothing speaks against its being the best (95%)";
    static const char floor[] = "grey: as uneven as chance alone leaves it";
    if (has_best) {
        plot_text(plot, x, y, LEAN_LEFT, SIZE_SMALL, BLUE, best);
        x += plot_text_width(best, SIZE_SMALL) + 20;
    }
    if (has_floor) {
        plot_fill(plot, x, y - 6, x + 14, y + 6, "#E6E6E6");
        plot_text(plot, x + 19, y, LEAN_LEFT, SIZE_SMALL, SOFT, floor);
    }
}

static void draw(const struct sheet *sheet, const struct metric *misplaced,
                 const struct metric *quotient, const bool *best)
{
    const char *about = sheet->experiment->scenario->about;
    double about_height = *about != '\0' ? ABOUT_HEIGHT : 0;
    struct dot_rows rows = dot_rows_of(
        sheet, misplaced, TITLE_HEIGHT + about_height + LEGEND_HEIGHT + DOT_TITLE_HEIGHT);
    double width = (PLOT_WIDTH - rows.left) / 2, height = rows.bottom + DOT_AXIS_HEIGHT;
    char subtitle[SUBTITLE_MAX], what[128], clipped[PLOT_TEXT_MAX];
    struct plot *plot = plot_open(sheet, "compare", NULL, PLOT_WIDTH, height,
                                  "balancer,metric,row,mean,low_95,high_95");
    if (plot != NULL) {
        struct dot_panel left = {.title = "misplaced: the share that would have to move",
                                 .metric = misplaced,
                                 .percent = true,
                                 .digits = 2,
                                 .left = rows.left,
                                 .right = rows.left + width,
                                 .floor = floor_of(sheet, "noise_misplaced"),
                                 .best = best};
        struct dot_panel right = {.title = "max/mean: the fullest server over its fair share",
                                  .metric = quotient,
                                  .digits = 3,
                                  .left = rows.left + width,
                                  .right = PLOT_WIDTH,
                                  .floor = floor_of(sheet, "noise_max_over_mean"),
                                  .best = best};
        uint64_t replications = sheet->experiment->replications;
        if (replications >= SUMMARY_LEAST)
            snprintf(what, sizeof what,
                     "averages over time of %" PRIu64 " replications, with 95%% intervals",
                     replications);
        else
            snprintf(what, sizeof what, "averages over time of %s; -r 20 shows what is chance",
                     replications == 1 ? "one run" : "a few runs");
        plot_title(plot, rows.left, "Live connections: how far from their fair shares",
                   sheet_subtitle(sheet, what, false, subtitle));
        plot_text(plot, rows.left, TITLE_HEIGHT + 2, LEAN_LEFT, SIZE_TEXT, SOFT,
                  plot_text_clip(about, SIZE_TEXT, PLOT_WIDTH - rows.left - 12, clipped));
        put_legend(plot, rows.left, TITLE_HEIGHT + about_height + 6, best != NULL, left.floor > 0);
        dot_rows_put_names(plot, &rows);
        dot_panel_put(plot, &rows, &left);
        dot_panel_put(plot, &rows, &right);
        plot_close(plot);
    }
    dot_rows_free(&rows);
}

void plot_compare(const struct sheet *sheet)
{
    const struct metric *misplaced = metric_find("live_misplaced_avg");
    const struct metric *quotient = metric_find("live_max_over_mean_avg");
    uint32_t balancers = sheet->experiment->scenario->balancers;
    if (balancers < 2 || misplaced == NULL || quotient == NULL || !any_value(sheet, misplaced))
        return;
    bool *best = memory_zeroed(balancers, sizeof *best);
    bool known = best_of(sheet->experiment, misplaced, 0, 0, best);
    draw(sheet, misplaced, quotient, known ? best : NULL);
    free(best);
}
