/* plot_dots.c: dots, intervals and their numbers, a balancer a line. */
#include "reports/plot_dots.h"

#include "reports/plot_axis.h"
#include "reports/plot_text.h"
#include "reports/text.h"
#include "sim/engine/memory.h"

#include <math.h>
#include <stdlib.h>

enum { NAME_WIDEST = 270, MARGIN = 12 };

/* ---- Rows ---- */

static const char *name_of(const struct dot_rows *rows, uint32_t row)
{
    return rows->sheet->experiment->scenario->balancer[rows->order[row]].name;
}

/* By insertion: there are few, and equals stay in their order. */
static void sort_rows(struct dot_rows *rows, const struct metric *by)
{
    double *mean = memory_zeroed(rows->count, sizeof *mean);
    for (uint32_t b = 0; b < rows->count; b++) {
        struct summary summary = summary_of(rows->sheet->experiment, by, b, 0, 0);
        double value = summary.count > 0 ? summary.mean : (double)INFINITY;
        uint32_t at = b;
        for (; at > 0 && mean[at - 1] > value; at--) {
            mean[at] = mean[at - 1];
            rows->order[at] = rows->order[at - 1];
        }
        mean[at] = value;
        rows->order[at] = b;
    }
    free(mean);
}

struct dot_rows dot_rows_of(const struct sheet *sheet, const struct metric *by, double top)
{
    struct dot_rows rows = {
        .sheet = sheet, .count = sheet->experiment->scenario->balancers, .top = top};
    double widest = 0;
    rows.order = memory_zeroed(rows.count, sizeof *rows.order);
    for (uint32_t b = 0; b < rows.count; b++) {
        rows.order[b] = b;
        widest = fmax(widest, plot_text_width(name_of(&rows, b), SIZE_TEXT));
    }
    if (by != NULL)
        sort_rows(&rows, by);
    rows.left = MARGIN + fmin(widest, NAME_WIDEST) + MARGIN;
    rows.bottom = top + DOT_ROW_HEIGHT * rows.count;
    return rows;
}

void dot_rows_free(struct dot_rows *rows)
{
    free(rows->order);
}

void dot_rows_put_names(struct plot *plot, const struct dot_rows *rows)
{
    char clipped[PLOT_TEXT_MAX];
    for (uint32_t i = 0; i < rows->count; i++)
        plot_text(plot, rows->left - 10, rows->top + DOT_ROW_HEIGHT * (i + 0.5), LEAN_RIGHT,
                  SIZE_TEXT, INK,
                  plot_balancer_name(rows->sheet, rows->order[i], SIZE_TEXT, NAME_WIDEST, clipped));
}

/* ---- A panel ---- */

static struct summary summary_at(const struct dot_rows *rows, const struct dot_panel *panel,
                                 uint32_t row)
{
    return summary_of(rows->sheet->experiment, panel->metric, rows->order[row], 0, panel->change);
}

static struct panel place_panel(const struct dot_rows *rows, const struct dot_panel *dots,
                                struct tics *tics)
{
    struct panel panel = {.left = dots->left,
                          .right = dots->right - DOT_VALUES,
                          .top = rows->top,
                          .bottom = rows->bottom,
                          .x_low = dots->percent ? 0 : 1,
                          .y_low = rows->count - 0.5,
                          .y_high = -0.5};
    double high = fmax(dots->least_high, fmax(dots->floor, dots->target));
    for (uint32_t i = 0; i < rows->count; i++) {
        struct summary summary = summary_at(rows, dots, i);
        if (summary.count > 0)
            high = fmax(high, summary.has_interval ? summary.high_95 : summary.mean);
    }
    uint32_t most = (uint32_t)fmax(2, (panel.right - panel.left) / 60);
    panel.x_high = dots->percent ? tics_of_percent(tics, high, most)
                                 : tics_of_quotient(tics, high, most, &panel.x_log);
    return panel;
}

/* An interval that these digits do not show is there all the same: "1.014 +- <0.001". */
static void add_half(char text[TEXT_MAX], int digits, double mean, const char *sign, double half)
{
    double least = pow(10, -digits);
    snprintf(text, TEXT_MAX, "%.*f%s \xC2\xB1 %s%.*f", digits, mean, sign,
             half < least / 2 ? "<" : "", digits, half < least / 2 ? least : half);
}

/* "3.65% +- 0.12" */
static void value_text(const struct summary *summary, bool percent, int digits, char text[TEXT_MAX])
{
    double times = percent ? 100 : 1;
    const char *sign = percent ? "%" : "";
    if (summary->count == 0)
        snprintf(text, TEXT_MAX, "-");
    else if (summary->has_interval && summary->sd > 0)
        add_half(text, digits, times * summary->mean, sign,
                 times * fmax(summary->high_95 - summary->mean, summary->mean - summary->low_95));
    else
        snprintf(text, TEXT_MAX, "%.*f%s", digits, times * summary->mean, sign);
}

/* Dots that stand out, or those that do not, as a block; whether there are any. */
static bool put_block(struct plot *plot, const struct dot_rows *rows, const struct dot_panel *dots,
                      bool best, char source[PLOT_SOURCE_MAX])
{
    bool any = false;
    for (uint32_t i = 0; i < rows->count; i++) {
        struct summary summary = summary_at(rows, dots, i);
        char mean[TEXT_MAX], low[TEXT_MAX] = "", high[TEXT_MAX] = "";
        if (summary.count == 0 || (dots->best != NULL && dots->best[rows->order[i]]) != best)
            continue;
        if (!any)
            plot_source(plot, plot_block(plot), source);
        any = true;
        text_ratio(summary.mean, mean);
        text_ratio(summary.has_interval ? summary.low_95 : summary.mean, low);
        text_ratio(summary.has_interval ? summary.high_95 : summary.mean, high);
        plot_put_name(plot, name_of(rows, i));
        fprintf(plot->data, ",%s,%u,%s,%s,%s\n", dots->metric->name, (unsigned)i, mean, low, high);
    }
    return any;
}

static void put_marks(struct plot *plot, const struct dot_rows *rows, const struct dot_panel *dots,
                      const struct panel *panel)
{
    double base = panel_x(panel, dots->target > 0 ? dots->target : panel->x_low);
    for (uint32_t i = 0; i < rows->count; i++) {
        struct summary summary = summary_at(rows, dots, i);
        double y = rows->top + DOT_ROW_HEIGHT * (i + 0.5);
        char text[TEXT_MAX];
        value_text(&summary, dots->percent, dots->digits, text);
        plot_text(plot, panel->right + MARGIN, y, LEAN_LEFT, SIZE_TEXT, SOFT, text);
        if (summary.count > 0)
            plot_stroke(plot, base, y, panel_x(panel, summary.mean), y,
                        "lc rgb '#D0D0D0' lw 1.4 back");
    }
    if (dots->floor > panel->x_low)
        plot_fill(plot, panel->left, panel->top, panel_x(panel, dots->floor), panel->bottom,
                  "#F0F0F0");
    if (dots->target > 0)
        plot_stroke(plot, base, panel->bottom, base, panel->top - 4,
                    "lc rgb '" INK "' lw 0.9 dt (9,6) back");
}

void dot_panel_put(struct plot *plot, const struct dot_rows *rows, const struct dot_panel *dots)
{
    struct tics tics;
    struct panel panel = place_panel(rows, dots, &tics);
    char source[PLOT_SOURCE_MAX], curves[4 * PLOT_SOURCE_MAX] = "", clipped[PLOT_TEXT_MAX];
    size_t length = 0;
    for (int best = 0; best < 2; best++)
        if (put_block(plot, rows, dots, best, source))
            length += (size_t)snprintf(
                curves + length, sizeof curves - length,
                "%s%s using 4:3:5:6 with xerrorbars lc rgb '%s' pt 7 ps 0.5 lw 1.3",
                length > 0 ? ", \\\n     " : "", source,
                best || dots->best == NULL ? BLUE : "#5F5F5F");
    plot_panel(plot, &panel);
    fputs("set border 1; unset ytics; set grid xtics noytics\nset bars 0.5\n", plot->script);
    tics_put(plot->script, 'x', &tics, false);
    double room = dots->right - dots->left - MARGIN, y = panel.top - 16;
    if (dots->note != NULL) {
        plot_text(plot, panel.left, y, LEAN_LEFT, SIZE_SMALL, SOFT,
                  plot_text_clip(dots->note, SIZE_SMALL, room, clipped));
        y -= DOT_NOTE_HEIGHT;
    }
    plot_text(plot, panel.left, y, LEAN_LEFT, SIZE_TEXT, INK,
              plot_text_clip(dots->title, SIZE_TEXT, room, clipped));
    put_marks(plot, rows, dots, &panel);
    plot_draw(plot, curves);
}
