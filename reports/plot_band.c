/* plot_band.c: live connections on many servers: between which they all are, and who stands out. */
#include "reports/plot_kinds.h"

#include "reports/plot_text.h"
#include "reports/plot_time.h"
#include "reports/story.h"
#include "reports/text.h"
#include "sim/engine/memory.h"
#include "sim/scenario/values.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_WIDEST = 180 };

enum band_line { MEDIAN, FULLEST, EMPTIEST, NAMED, LOW = NAMED, HIGH, BAND_LINES };

struct band {
    const struct sheet *sheet;
    uint32_t balancer, servers;
    bool equal; /* all weigh the same: connections; else connections per weight */
    uint32_t fullest, emptiest;
    struct thin line[BAND_LINES], imbalance;
};

/* ---- Who stands out ---- */

/* The servers that had most and least more than their share, all in all. */
static void find_extremes(struct band *band)
{
    double *more = memory_zeroed(band->servers, sizeof *more); /* than its share, added up */
    struct series_reader reader = series_read(sheet_series(band->sheet, band->balancer));
    while (series_next(&reader)) {
        struct fair fair = fair_of(reader.state, band->servers);
        for (uint32_t s = 0; s < band->servers; s++)
            if (reader.state[s].weight > 0)
                more[s] += (double)reader.state[s].live / reader.state[s].weight - fair.share;
    }
    for (uint32_t s = 1; s < band->servers; s++) {
        band->fullest = more[s] > more[band->fullest] ? s : band->fullest;
        band->emptiest = more[s] < more[band->emptiest] ? s : band->emptiest;
    }
    series_reader_free(&reader);
    free(more);
}

/* ---- Between what all are ---- */

static void swap(double *a, double *b)
{
    double kept = *a;
    *a = *b;
    *b = kept;
}

/* The k-th least, by Hoare's selection; the values change places. */
static double select_least(double *value, uint32_t count, uint32_t k)
{
    uint32_t low = 0, high = count - 1;
    while (low < high) {
        double pivot = value[low + (high - low) / 2];
        uint32_t i = low, j = high;
        for (;;) {
            while (value[i] < pivot)
                i++;
            while (value[j] > pivot)
                j--;
            if (i >= j)
                break;
            swap(&value[i++], &value[j--]);
        }
        if (k <= j)
            high = j;
        else
            low = j + 1;
    }
    return value[k];
}

static double median_of(double *value, uint32_t count)
{
    double upper = select_least(value, count, count / 2);
    return count % 2 == 1 ? upper : (upper + select_least(value, count, count / 2 - 1)) / 2;
}

static void add_server(struct band *band, enum band_line line, uint64_t at_ns,
                       const struct series_state *state)
{
    if (state->weight == 0)
        thin_gap(&band->line[line]);
    else
        thin_add(&band->line[line], at_ns, (double)state->live / (band->equal ? 1 : state->weight));
}

static void add_state(struct band *band, uint64_t at_ns, const struct series_state *state,
                      double *value)
{
    uint32_t present = 0;
    double low = INFINITY, high = 0;
    for (uint32_t s = 0; s < band->servers; s++) {
        if (state[s].weight == 0)
            continue;
        double height = (double)state[s].live / (band->equal ? 1 : state[s].weight);
        low = fmin(low, height);
        high = fmax(high, height);
        value[present++] = height;
    }
    add_server(band, FULLEST, at_ns, &state[band->fullest]);
    add_server(band, EMPTIEST, at_ns, &state[band->emptiest]);
    if (present == 0) {
        thin_gap(&band->line[LOW]);
        thin_gap(&band->line[HIGH]);
        thin_gap(&band->line[MEDIAN]);
        return;
    }
    thin_add(&band->line[LOW], at_ns, low);
    thin_add(&band->line[HIGH], at_ns, high);
    thin_add(&band->line[MEDIAN], at_ns, median_of(value, present));
}

static struct band band_read(const struct sheet *sheet, uint32_t balancer)
{
    struct band band = {.sheet = sheet,
                        .balancer = balancer,
                        .servers = sheet->experiment->scenario->servers,
                        .equal = sheet_equal_weights(sheet)};
    const struct series *series = sheet_series(sheet, balancer);
    find_extremes(&band);
    double *value = memory_zeroed(band.servers, sizeof *value);
    for (uint32_t i = 0; i < BAND_LINES; i++)
        thin_begin(&band.line[i], series_points(series), sheet_from_ns(sheet), sheet_to_ns(sheet));
    struct series_reader reader = series_read(series);
    for (uint32_t i = 0; series_next(&reader); i++)
        add_state(&band, sheet->experiment->sample_ns[i], reader.state, value);
    for (uint32_t i = 0; i < BAND_LINES; i++)
        thin_end(&band.line[i]);
    series_reader_free(&reader);
    free(value);
    series_imbalance(sheet, balancer, &band.imbalance);
    return band;
}

static void band_free(struct band *band)
{
    for (uint32_t i = 0; i < BAND_LINES; i++)
        thin_free(&band->line[i]);
    thin_free(&band->imbalance);
}

/* ---- On paper ---- */

/* The first point of the next stretch without a gap. */
static uint32_t stretch_end(const struct thin *line, uint32_t from)
{
    uint32_t at = from + 1;
    while (at < line->count && !line->point[at].after_gap)
        at++;
    return at;
}

static void put_corner(struct plot *plot, const struct thin_point *point)
{
    char time[TEXT_MAX], height[TEXT_MAX];
    fprintf(plot->data, "outline,%s,%s\n", value_seconds_text(point->at_ns, time),
            text_ratio(point->y, height));
}

/* The band as polygons: along the top, and back along the bottom. */
static uint32_t put_outline(struct plot *plot, const struct band *band)
{
    const struct thin *low = &band->line[LOW], *high = &band->line[HIGH];
    uint32_t block = plot_block(plot);
    for (uint32_t l = 0, h = 0; l < low->count && h < high->count;) {
        uint32_t low_end = stretch_end(low, l), high_end = stretch_end(high, h);
        if (l > 0)
            fputc('\n', plot->data);
        for (uint32_t i = h; i < high_end; i++)
            put_corner(plot, &high->point[i]);
        for (uint32_t i = low_end; i-- > l;)
            put_corner(plot, &low->point[i]);
        l = low_end;
        h = high_end;
    }
    return block;
}

static void put_band(struct plot *plot, const struct band *band, const struct time_axis *time,
                     const struct line_end end[NAMED], const struct panel *panel)
{
    char source[PLOT_SOURCE_MAX], *curves = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&curves, &size);
    plot_source(plot, put_outline(plot, band), source);
    fprintf(to, "%s using 2:3 with filledcurves closed fc rgb '#D9EBF6'", source);
    for (uint32_t i = NAMED; i-- > 0;) {
        plot_source(plot, plot_put_line(plot, end[i].name, end[i].line, false), source);
        fprintf(to, ", \\\n     %s using 2:3 with lines lt %u", source, (unsigned)end[i].look + 1);
    }
    fclose(to);
    events_put(plot, time->events, panel, EVENTS_NAMED);
    plot_text_upright(plot, 18, (panel->top + panel->bottom) / 2,
                      band->equal ? "live connections" : "live connections per weight");
    ends_put(plot, panel, end, NAMED, NAME_WIDEST);
    plot_draw(plot, curves);
    free(curves);
}

static void draw(const struct band *band, const struct line_end end[NAMED])
{
    const struct sheet *sheet = band->sheet;
    const struct balancer *balancer = &sheet->experiment->scenario->balancer[band->balancer];
    struct tics tics;
    char subtitle[SUBTITLE_MAX], words[STORY_MAX], what[STORY_MAX + 128];
    double highest = tics_of_count(&tics, thin_highest(&band->line[HIGH]), 6);
    struct live_layout layout =
        live_layout(sheet, &tics, &band->imbalance, ends_width(end, NAMED, NAME_WIDEST));
    struct plot *plot =
        plot_open(sheet, "live", balancer->name, PLOT_WIDTH, layout.height, "line,time_s,live");
    if (plot != NULL) {
        struct panel panel = time_panel(&layout.time, layout.top, layout.bottom, 0, highest);
        snprintf(what, sizeof what, "shaded: from the emptiest server to the fullest (%s)",
                 story_balancer(balancer, words));
        plot_title(plot, layout.time.left, balancer->name,
                   sheet_subtitle(sheet, what, true, subtitle));
        plot_panel(plot, &panel);
        tics_put(plot->script, 'y', &tics, false);
        time_axis_put(plot, &layout.time, !layout.judged);
        if (!layout.judged)
            time_axis_put_title(plot, &layout.time, panel.left, panel.right, panel.bottom);
        put_band(plot, band, &layout.time, end, &panel);
        if (layout.judged)
            quotient_put(plot, &layout.time, layout.quotient_top, &band->imbalance);
        plot_close(plot);
    }
    time_axis_end(&layout.time);
}

void plot_band(const struct sheet *sheet, uint32_t balancer)
{
    struct band band = band_read(sheet, balancer);
    const struct world_server *server = sheet->experiment->scenario->server;
    struct line_end end[NAMED];
    char full[PLOT_TEXT_MAX], empty[PLOT_TEXT_MAX];
    snprintf(full, sizeof full, "%.250s (most on average)", server[band.fullest].name);
    snprintf(empty, sizeof empty, "%.250s (least on average)", server[band.emptiest].name);
    end[MEDIAN] = (struct line_end){&band.line[MEDIAN], "median", 0};
    end[FULLEST] = (struct line_end){&band.line[FULLEST], full, 1};
    end[EMPTIEST] = (struct line_end){&band.line[EMPTIEST], empty, 2};
    if (band.line[HIGH].count > 0 && band.line[FULLEST].count > 0 && band.line[EMPTIEST].count > 0)
        draw(&band, end);
    band_free(&band);
}
