/* plot_ranks.c: what each of many servers holds at the end, from the fullest to the emptiest. */
#include "reports/plot_kinds.h"

#include "reports/plot_axis.h"
#include "reports/plot_holdings.h"
#include "reports/plot_text.h"
#include "reports/text.h"
#include "reports/thin.h"
#include "sim/engine/memory.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

enum { PANEL_HEIGHT = 150, BESIDE = 22, TIC_ROOM = 40 };

struct rank {
    double height; /* what is drawn: its count, or that over its fair share */
    uint32_t server;
};

struct ranks {
    const struct sheet *sheet;
    struct holdings *held; /* [balancers] */
    bool picks, any;       /* any: some server holds something */
    bool equal;            /* heights are counts; else counts over fair shares */
    struct rank *rank;
    uint32_t count; /* of the balancer that is being drawn */
    struct holdings_grid grid;
    struct tics tics;
    double high;
};

static int by_height(const void *a, const void *b)
{
    const struct rank *one = a, *two = b;
    if (one->height != two->height)
        return one->height > two->height ? -1 : 1;
    return (one->server > two->server) - (one->server < two->server);
}

static double height_of(const struct ranks *ranks, const struct holdings *held, uint32_t server)
{
    double count = (double)held->count[server];
    return ranks->equal ? count : count / held->fair[server];
}

static struct ranks ranks_of(const struct sheet *sheet)
{
    const struct scenario *scenario = sheet->experiment->scenario;
    struct ranks ranks = {.sheet = sheet, .equal = true};
    double high = 0;
    ranks.held = holdings_of(sheet, &ranks.picks);
    ranks.rank = memory_zeroed(scenario->servers, sizeof *ranks.rank);
    for (uint32_t b = 0; b < scenario->balancers; b++)
        ranks.equal = ranks.equal && ranks.held[b].equal;
    for (uint32_t b = 0; b < scenario->balancers; b++)
        for (uint32_t s = 0; s < scenario->servers; s++)
            if (ranks.held[b].fair[s] > 0)
                high = fmax(high, fmax(height_of(&ranks, &ranks.held[b], s),
                                       ranks.equal ? ranks.held[b].fair[s] : 1));
    ranks.any = high > 0;
    ranks.high =
        ranks.equal ? tics_of_count(&ranks.tics, high, 4) : tics_of_percent(&ranks.tics, high, 4);
    ranks.grid = holdings_grid(sheet, 48 + tics_width(&ranks.tics), BESIDE, PANEL_HEIGHT);
    return ranks;
}

/* ---- A panel ---- */

static double sort(struct ranks *ranks, uint32_t balancer)
{
    const struct holdings *held = &ranks->held[balancer];
    double fair = 1;
    ranks->count = 0;
    for (uint32_t s = 0; s < ranks->sheet->experiment->scenario->servers; s++)
        if (held->fair[s] > 0) {
            ranks->rank[ranks->count++] = (struct rank){height_of(ranks, held, s), s};
            fair = ranks->equal ? held->fair[s] : 1;
        }
    qsort(ranks->rank, ranks->count, sizeof *ranks->rank, by_height);
    return fair;
}

/* Of many, evenly chosen ranks, the first and the last among them: they only fall. */
static uint32_t put_data(struct plot *plot, const struct ranks *ranks, uint32_t balancer)
{
    const struct scenario *scenario = ranks->sheet->experiment->scenario;
    const struct holdings *held = &ranks->held[balancer];
    uint32_t block = plot_block(plot), points = ranks->count;
    if (points > THIN_POINTS)
        points = THIN_POINTS;
    for (uint32_t i = 0; i < points; i++) {
        uint32_t rank =
            points < 2 ? 0 : (uint32_t)((uint64_t)i * (ranks->count - 1) / (points - 1));
        const struct rank *it = &ranks->rank[rank];
        char fair[TEXT_MAX], height[TEXT_MAX];
        plot_put_name(plot, scenario->balancer[balancer].name);
        fputc(',', plot->data);
        plot_put_name(plot, scenario->server[it->server].name);
        fprintf(plot->data, ",%" PRIu32 ",%" PRIu64 ",%s,%s\n", rank + 1, held->count[it->server],
                text_ratio(held->fair[it->server], fair), text_ratio(it->height, height));
    }
    return block;
}

/* "most 812: s17, least 12: s930", in the panel's upper right corner, which a falling curve leaves
 * free. */
static void put_extremes(struct plot *plot, const struct ranks *ranks, uint32_t balancer,
                         const struct panel *panel)
{
    const struct holdings *held = &ranks->held[balancer];
    for (int least = 0; least < 2; least++) {
        uint32_t server = ranks->rank[least ? ranks->count - 1 : 0].server;
        char before[TEXT_MAX + 16], text[PLOT_TEXT_MAX + sizeof before], count[TEXT_MAX],
            clipped[PLOT_TEXT_MAX];
        snprintf(before, sizeof before, "%s %s: ", least ? "least" : "most",
                 text_count(held->count[server], count));
        double room = panel->right - panel->left - 30 - plot_text_width(before, SIZE_SMALL);
        snprintf(text, sizeof text, "%s%s", before,
                 plot_server_name(ranks->sheet, server, SIZE_SMALL, room, clipped));
        plot_text(plot, panel->right - 4, panel->top + 10 + 14 * least, LEAN_RIGHT, SIZE_SMALL,
                  SOFT, text);
    }
}

static void put_panel(struct plot *plot, struct ranks *ranks, uint32_t balancer)
{
    struct panel panel = {.y_high = ranks->high, .x_low = 1};
    struct tics tics;
    char source[PLOT_SOURCE_MAX], curves[4 * PLOT_SOURCE_MAX];
    double fair = sort(ranks, balancer);
    if (ranks->count == 0)
        return;
    plot_source(plot, put_data(plot, ranks, balancer), source);
    holdings_grid_place(&ranks->grid, balancer, &panel.left, &panel.top);
    panel.right = panel.left + ranks->grid.width;
    panel.bottom = panel.top + PANEL_HEIGHT;
    panel.x_high = ranks->count > 1 ? ranks->count : 2;
    plot_panel(plot, &panel);
    tics_of_count(&tics, panel.x_high, (uint32_t)fmax(2, ranks->grid.width / TIC_ROOM));
    tics_put(plot->script, 'x', &tics, false);
    tics_put(plot->script, 'y', &ranks->tics, balancer % ranks->grid.columns != 0);
    holdings_put_name(plot, ranks->sheet, &ranks->held[balancer], &ranks->grid, balancer);
    put_extremes(plot, ranks, balancer, &panel);
    plot_stroke(plot, panel.left, panel_y(&panel, fair), panel.right, panel_y(&panel, fair),
                "lc rgb '" INK "' lw 0.9 dt (9,6) front");
    snprintf(curves, sizeof curves,
             "%s using 3:6 with filledcurves above y=%.9g fc rgb '#F4CBAE', \\\n"
             "     %s using 3:6 with filledcurves below y=%.9g fc rgb '#CDE6F5', \\\n"
             "     %s using 3:6 with lines lc rgb '%s' lw 1.5",
             source, fair, source, fair, source, BLUE);
    plot_draw(plot, curves);
}

void plot_ranks(const struct sheet *sheet)
{
    struct ranks ranks = ranks_of(sheet);
    const char *header = ranks.picks ? "balancer,server,rank,picks,fair_share,height"
                                     : "balancer,server,rank,live,fair_share,height";
    struct plot *plot = ranks.any ? plot_open(sheet, "distribution", NULL, PLOT_WIDTH,
                                              holdings_grid_height(&ranks.grid) + 16, header)
                                  : NULL;
    if (plot != NULL) {
        holdings_put_title(plot, sheet, ranks.grid.left, ranks.picks,
                           "servers from the fullest to the emptiest; dashed: the fair share");
        plot_text_upright(plot, 18, TITLE_HEIGHT + ranks.grid.row / 2,
                          !ranks.equal  ? "of the fair share"
                          : ranks.picks ? "picks"
                                        : "live connections");
        for (uint32_t b = 0; b < sheet->experiment->scenario->balancers; b++)
            put_panel(plot, &ranks, b);
        plot_close(plot);
    }
    holdings_free(ranks.held, sheet->experiment->scenario->balancers);
    free(ranks.rank);
}
