/* plot_heat.c: which of many servers had too much and too little, and when. */
#include "reports/plot_kinds.h"

#include "reports/plot_text.h"
#include "reports/plot_time.h"
#include "reports/text.h"
#include "sim/engine/memory.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

enum {
    COLUMN_WIDTH = 4,
    COLUMNS_LEAST = 50,
    ROWS = 200,
    BOXES = 20000,
    LEGEND_HEIGHT = 20,
    NAME_WIDEST = 130,
    LEFT = 20,
    RIGHT = 20
};

/* From far too little to far too much; blue and orange differ to every eye. What is even is the
 * paper that the map is drawn on. */
static const struct class
{
    double below; /* of what a server has over its fair share */
    const char *colour, *words;
} classes[] = {
    {0.5, "#0067A3", "under 0.5"},
    {0.75, "#56A8D6", "0.5-0.75"},
    {0.9, "#B4D9EE", "0.75-0.9"},
    {1.1, "#EBEBEB", "0.9-1.1"},
    {1.25, "#F6CBA8", "1.1-1.25"},
    {1.5, "#EA9351", "1.25-1.5"},
    {(double)INFINITY, "#C94F00", "over 1.5"},
};
enum { CLASSES = sizeof classes / sizeof *classes, EVEN = 3, ABSENT = CLASSES };

struct heat {
    const struct sheet *sheet;
    uint32_t balancer, servers, rows, columns, per_row; /* servers of a row */
    uint64_t *edge_ns;                                  /* [columns + 1] */
    double *worst; /* [columns][rows]: farthest from 1 of a cell; NAN: nobody was there */
};

static double *cell(const struct heat *heat, uint32_t column, uint32_t row)
{
    return &heat->worst[(size_t)column * heat->rows + row];
}

/* ---- What each cell saw ---- */

static void keep_worst(double *kept, double ratio)
{
    if (isnan(*kept) || fabs(ratio - 1) > fabs(*kept - 1))
        *kept = ratio;
}

/* Columns are equally wide, but that one begins where an event is: no cell mixes what was before it
 * with what it did. Of events closer to each other than a column is wide, the first counts. */
static void place_edges(struct heat *heat)
{
    uint64_t from_ns = sheet_from_ns(heat->sheet), to_ns = sheet_to_ns(heat->sheet), *event_ns;
    double each = (double)(to_ns - from_ns) / heat->columns;
    uint32_t events = events_times(heat->sheet, &event_ns), last = 0;
    for (uint32_t c = 0; c <= heat->columns; c++)
        heat->edge_ns[c] = c == heat->columns ? to_ns : from_ns + (uint64_t)(each * c);
    for (uint32_t e = 0; e < events; e++) {
        uint32_t nearest = (uint32_t)((double)(event_ns[e] - from_ns) / each + 0.5);
        if (nearest > last && nearest < heat->columns) {
            heat->edge_ns[nearest] = event_ns[e];
            last = nearest;
        }
    }
    free(event_ns);
}

static uint32_t column_at(const struct heat *heat, uint64_t at_ns)
{
    uint32_t low = 0, high = heat->columns - 1;
    while (low < high) {
        uint32_t middle = low + (high - low + 1) / 2;
        if (heat->edge_ns[middle] <= at_ns)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

/* Whether most states can be judged: then those that cannot are left out; else all are shown. */
static bool mostly_judged(const struct heat *heat)
{
    const struct series *series = sheet_series(heat->sheet, heat->balancer);
    struct series_reader reader = series_read(series);
    uint32_t judged = 0;
    while (series_next(&reader))
        judged += fair_of(reader.state, heat->servers).judged;
    series_reader_free(&reader);
    return judged > series_points(series) / 2;
}

/* false: there is nothing to see. */
static bool read_cells(struct heat *heat)
{
    const uint64_t *at_ns = heat->sheet->experiment->sample_ns;
    bool strict = mostly_judged(heat), any = false,
         *seen = memory_zeroed(heat->columns, sizeof *seen);
    place_edges(heat);
    for (size_t i = 0; i < (size_t)heat->columns * heat->rows; i++)
        heat->worst[i] = (double)NAN;
    struct series_reader reader = series_read(sheet_series(heat->sheet, heat->balancer));
    for (uint32_t i = 0; series_next(&reader); i++) {
        struct fair fair = fair_of(reader.state, heat->servers);
        uint32_t column = column_at(heat, at_ns[i]);
        seen[column] = true;
        if (fair.live == 0 || (strict && !fair.judged))
            continue;
        any = true;
        for (uint32_t s = 0; s < heat->servers; s++)
            if (reader.state[s].weight > 0)
                keep_worst(cell(heat, column, s / heat->per_row),
                           fair_ratio(&fair, &reader.state[s]));
    }
    for (uint32_t c = 1; c < heat->columns; c++) /* nobody looked: it is as it was */
        for (uint32_t r = 0; r < heat->rows && !seen[c]; r++)
            *cell(heat, c, r) = *cell(heat, c - 1, r);
    series_reader_free(&reader);
    free(seen);
    return any;
}

/* ---- Boxes ---- */

static uint32_t class_of(double ratio)
{
    uint32_t class = 0;
    if (isnan(ratio))
        return ABSENT;
    while (class + 1 < CLASSES &&
           (ratio > classes[class].below || (class != EVEN && ratio >= classes[class].below)))
        class ++;
    return class;
}

/* The column after the last of those that look alike from here on. */
static uint32_t run_end(const struct heat *heat, uint32_t column, uint32_t row)
{
    uint32_t class = class_of(*cell(heat, column, row));
    while (column < heat->columns && class_of(*cell(heat, column, row)) == class)
        column++;
    return column;
}

static uint32_t count_boxes(const struct heat *heat)
{
    uint32_t boxes = 0;
    for (uint32_t r = 0; r < heat->rows; r++)
        for (uint32_t c = 0; c < heat->columns; c = run_end(heat, c, r))
            boxes += class_of(*cell(heat, c, r)) != EVEN;
    return boxes;
}

static double time_of(const struct heat *heat, uint32_t column)
{
    return 1e-9 * (double)heat->edge_ns[column];
}

/* All boxes of a class as a block; false: there are none. */
static bool put_class(struct plot *plot, const struct heat *heat, uint32_t class,
                      char source[PLOT_SOURCE_MAX])
{
    bool any = false;
    for (uint32_t r = 0; r < heat->rows; r++)
        for (uint32_t c = 0, end; c < heat->columns; c = end) {
            end = run_end(heat, c, r);
            if (class_of(*cell(heat, c, r)) != class)
                continue;
            if (!any)
                plot_source(plot, plot_block(plot), source);
            any = true;
            uint32_t last = (r + 1) * heat->per_row;
            fprintf(plot->data, "%s,%" PRIu32 ",%" PRIu32 ",%.9g,%.9g\n",
                    class == ABSENT ? "absent" : classes[class].words, r * heat->per_row + 1,
                    last < heat->servers ? last : heat->servers, time_of(heat, c),
                    time_of(heat, end));
        }
    return any;
}

/* ---- On paper ---- */

static void put_legend(struct plot *plot, double x, double y)
{
    for (uint32_t c = 0; c < CLASSES; c++) {
        plot_fill(plot, x, y - 6, x + 16, y + 6, classes[c].colour);
        plot_text(plot, x + 20, y, LEAN_LEFT, SIZE_SMALL, SOFT, classes[c].words);
        x += 20 + plot_text_width(classes[c].words, SIZE_SMALL) + 16;
    }
    plot_text(plot, x, y, LEAN_LEFT, SIZE_SMALL, SOFT,
              "white: not there, or too few connections to judge");
}

/* Names of servers, as many as there is room for. */
static double names_width(const struct heat *heat)
{
    double widest = 0;
    for (uint32_t s = 0; s < heat->servers; s++)
        widest = fmax(
            widest, plot_text_width(heat->sheet->experiment->scenario->server[s].name, SIZE_SMALL));
    return fmin(widest, NAME_WIDEST);
}

static void put_names(struct plot *plot, const struct heat *heat, const struct panel *panel)
{
    double each = (panel->bottom - panel->top) / heat->servers;
    uint32_t step = 1;
    for (uint32_t i = 0; step * each < 13; i++) /* 1, 2, 5, 10, 20, ... */
        step = i % 3 == 1 ? step / 2 * 5 : 2 * step;
    for (uint32_t s = 0; s < heat->servers; s += step) {
        char clipped[PLOT_TEXT_MAX];
        plot_text(plot, panel->left - 8, panel->top + each * (s + 0.5), LEAN_RIGHT, SIZE_SMALL, INK,
                  plot_server_name(heat->sheet, s, SIZE_SMALL, NAME_WIDEST, clipped));
    }
}

static void put_map(struct plot *plot, const struct heat *heat, const struct panel *panel)
{
    char source[PLOT_SOURCE_MAX], *curves = NULL;
    const char *before = "";
    size_t size = 0;
    FILE *to = open_memstream(&curves, &size);
    for (uint32_t class = 0; class <= ABSENT; class ++)
        if (class != EVEN && put_class(plot, heat, class, source)) {
            fprintf(to,
                    "%s%s using 4:2:4:5:($2-0.5):($3+0.5) with boxxyerror fc rgb '%s' fs solid "
                    "noborder",
                    before, source, class == ABSENT ? "#FFFFFF" : classes[class].colour);
            before = ", \\\n     ";
        }
    fclose(to);
    plot_fill(plot, panel->left, panel->top, panel->right, panel->bottom, classes[EVEN].colour);
    fputs("set border 1; unset ytics; unset grid\n", plot->script);
    plot_draw(plot, curves);
    free(curves);
}

static void draw(const struct heat *heat)
{
    const struct sheet *sheet = heat->sheet;
    const char *name = sheet->experiment->scenario->balancer[heat->balancer].name;
    double left = LEFT + names_width(heat),
           column = floor((PLOT_WIDTH - RIGHT - left) / heat->columns);
    struct time_axis time = time_axis_begin(sheet, left, left + column * heat->columns);
    double row = heat->rows <= 36 ? 14 : floor(500.0 / heat->rows);
    double top = TITLE_HEIGHT + LEGEND_HEIGHT + events_height(time.events);
    struct panel panel = time_panel(&time, top, top + row * heat->rows, heat->servers + 0.5, 0.5);
    char subtitle[SUBTITLE_MAX], what[128];
    snprintf(what, sizeof what, "live connections over the fair share%s",
             heat->per_row > 1 ? "; of servers that share a row, the worst" : "");
    struct plot *plot = plot_open(sheet, "heat", name, PLOT_WIDTH, panel.bottom + TIME_AXIS_HEIGHT,
                                  "class,first_server,last_server,from_s,to_s");
    if (plot != NULL) {
        plot_title(plot, left, name, sheet_subtitle(sheet, what, true, subtitle));
        put_legend(plot, left, TITLE_HEIGHT + 4);
        plot_panel(plot, &panel);
        time_axis_put(plot, &time, true);
        time_axis_put_title(plot, &time, panel.left, panel.right, panel.bottom);
        events_put(plot, time.events, &panel, EVENTS_OVER);
        put_names(plot, heat, &panel);
        put_map(plot, heat, &panel);
        plot_close(plot);
    }
    time_axis_end(&time);
}

void plot_heat(const struct sheet *sheet, uint32_t balancer)
{
    struct heat heat = {
        .sheet = sheet, .balancer = balancer, .servers = sheet->experiment->scenario->servers};
    double room = PLOT_WIDTH - RIGHT - LEFT - names_width(&heat);
    heat.columns = (uint32_t)(room / COLUMN_WIDTH) / 4 * 4; /* to be halved twice */
    heat.per_row = (heat.servers - 1) / ROWS + 1;
    heat.rows = (heat.servers + heat.per_row - 1) / heat.per_row;
    heat.worst = memory_zeroed((size_t)heat.columns * heat.rows, sizeof *heat.worst);
    heat.edge_ns = memory_zeroed(heat.columns + 1, sizeof *heat.edge_ns);
    bool any = read_cells(&heat);
    while (count_boxes(&heat) > BOXES && heat.columns > COLUMNS_LEAST * 2) {
        heat.columns /= 2;
        any = read_cells(&heat);
    }
    if (any)
        draw(&heat);
    free(heat.edge_ns);
    free(heat.worst);
}
