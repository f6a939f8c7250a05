/* plot_live.c: live connections on each of a few servers, and how uneven they are. */
#include "reports/plot_kinds.h"

#include "reports/plot_time.h"
#include "reports/story.h"
#include "sim/engine/memory.h"

#include <math.h>
#include <stdlib.h>

enum { NAME_WIDEST = 170 };

struct live {
    const struct sheet *sheet;
    uint32_t balancer, servers;
    struct thin *line; /* [servers] */
    struct thin imbalance;
    struct line_end *end; /* [ends] */
    uint32_t ends;
};

/* ---- Lines ---- */

static void read_lines(struct live *live)
{
    const struct series *series = sheet_series(live->sheet, live->balancer);
    const uint64_t *at_ns = live->sheet->experiment->sample_ns;
    struct series_reader reader = series_read(series);
    for (uint32_t s = 0; s < live->servers; s++)
        thin_begin(&live->line[s], series_points(series), sheet_from_ns(live->sheet),
                   sheet_to_ns(live->sheet));
    for (uint32_t i = 0; series_next(&reader); i++)
        for (uint32_t s = 0; s < live->servers; s++)
            if (reader.state[s].weight == 0 && reader.state[s].live == 0)
                thin_gap(&live->line[s]);
            else
                thin_add(&live->line[s], at_ns[i], (double)reader.state[s].live);
    for (uint32_t s = 0; s < live->servers; s++)
        thin_end(&live->line[s]);
    series_reader_free(&reader);
}

static struct live live_read(const struct sheet *sheet, uint32_t balancer)
{
    const struct scenario *scenario = sheet->experiment->scenario;
    struct live live = {.sheet = sheet, .balancer = balancer, .servers = scenario->servers};
    live.line = memory_zeroed(live.servers, sizeof *live.line);
    live.end = memory_zeroed(live.servers, sizeof *live.end);
    read_lines(&live);
    for (uint32_t s = 0; s < live.servers; s++)
        if (live.line[s].count > 0)
            live.end[live.ends++] = (struct line_end){&live.line[s], scenario->server[s].name, s};
    series_imbalance(sheet, balancer, &live.imbalance);
    return live;
}

static void live_free(struct live *live)
{
    for (uint32_t s = 0; s < live->servers; s++)
        thin_free(&live->line[s]);
    thin_free(&live->imbalance);
    free(live->line);
    free(live->end);
}

/* ---- Panels ---- */

static void put_live(struct plot *plot, const struct live *live, const struct time_axis *time,
                     const struct tics *tics, const struct panel *panel, bool last)
{
    char *curves = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&curves, &size);
    for (uint32_t i = 0; i < live->ends; i++) {
        const struct line_end *end = &live->end[i];
        char source[PLOT_SOURCE_MAX];
        plot_source(plot, plot_put_line(plot, end->name, end->line, true), source);
        fprintf(to, "%s%s using 2:3 with lines lt %u", i == 0 ? "" : ", \\\n     ", source,
                (unsigned)end->look + 1);
    }
    fclose(to);
    plot_panel(plot, panel);
    tics_put(plot->script, 'y', tics, false);
    time_axis_put(plot, time, last);
    if (last)
        time_axis_put_title(plot, time, panel->left, panel->right, panel->bottom);
    events_put(plot, time->events, panel, EVENTS_NAMED);
    plot_text_upright(plot, 18, (panel->top + panel->bottom) / 2, "live connections");
    ends_put(plot, panel, live->end, live->ends, NAME_WIDEST);
    plot_draw(plot, curves);
    free(curves);
}

void plot_live(const struct sheet *sheet, uint32_t balancer)
{
    struct live live = live_read(sheet, balancer);
    struct tics tics;
    double highest = 0;
    char subtitle[SUBTITLE_MAX], words[STORY_MAX], what[STORY_MAX + 64];
    for (uint32_t i = 0; i < live.ends; i++)
        highest = fmax(highest, thin_highest(live.end[i].line));
    highest = tics_of_count(&tics, highest, 6);
    const struct balancer *it = &sheet->experiment->scenario->balancer[balancer];
    struct live_layout layout =
        live_layout(sheet, &tics, &live.imbalance, ends_width(live.end, live.ends, NAME_WIDEST));
    struct plot *plot =
        plot_open(sheet, "live", it->name, PLOT_WIDTH, layout.height, "server,time_s,live");
    if (plot != NULL) {
        struct panel panel = time_panel(&layout.time, layout.top, layout.bottom, 0, highest);
        snprintf(what, sizeof what, "live connections on each server (%s)",
                 story_balancer(it, words));
        plot_title(plot, layout.time.left, it->name, sheet_subtitle(sheet, what, true, subtitle));
        put_live(plot, &live, &layout.time, &tics, &panel, !layout.judged);
        if (layout.judged)
            quotient_put(plot, &layout.time, layout.quotient_top, &live.imbalance);
        plot_close(plot);
    }
    time_axis_end(&layout.time);
    live_free(&live);
}
