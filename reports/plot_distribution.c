/* plot_distribution.c: what each of a few servers holds at the end, as bars. */
#include "reports/plot_kinds.h"

#include "reports/plot_axis.h"
#include "reports/plot_holdings.h"
#include "reports/plot_text.h"
#include "reports/text.h"
#include "sim/engine/memory.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

enum { BAR_HEIGHT = 21, NAME_WIDEST = 250, COUNT_ROOM = 62, TIC_ROOM = 70 };

struct bars {
    const struct sheet *sheet;
    struct holdings *held; /* [balancers] */
    bool picks;
    uint32_t *server; /* [servers]: those that have a bar */
    uint32_t servers;
    struct holdings_grid grid;
    struct tics tics;
    double high;
};

/* A server has a bar if it is entitled to something, or holds something, under any balancer. */
static bool has_bar(const struct bars *bars, uint32_t server)
{
    bool any = false;
    for (uint32_t b = 0; b < bars->sheet->experiment->scenario->balancers; b++)
        any = any || bars->held[b].fair[server] > 0 || bars->held[b].count[server] > 0;
    return any;
}

static struct bars bars_of(const struct sheet *sheet)
{
    const struct scenario *scenario = sheet->experiment->scenario;
    struct bars bars = {.sheet = sheet};
    double widest = 0, high = 0;
    bars.held = holdings_of(sheet, &bars.picks);
    bars.server = memory_zeroed(scenario->servers, sizeof *bars.server);
    for (uint32_t s = 0; s < scenario->servers; s++) {
        if (!has_bar(&bars, s))
            continue;
        bars.server[bars.servers++] = s;
        widest = fmax(widest, plot_text_width(scenario->server[s].name, SIZE_TEXT));
        for (uint32_t b = 0; b < scenario->balancers; b++)
            high = fmax(high, fmax((double)bars.held[b].count[s], bars.held[b].fair[s]));
    }
    bars.grid =
        holdings_grid(sheet, 22 + fmin(widest, NAME_WIDEST), COUNT_ROOM, BAR_HEIGHT * bars.servers);
    bars.high = tics_of_count(&bars.tics, high, (uint32_t)fmax(2, bars.grid.width / TIC_ROOM));
    return bars;
}

static void bars_free(struct bars *bars)
{
    holdings_free(bars->held, bars->sheet->experiment->scenario->balancers);
    free(bars->server);
}

/* ---- A panel ---- */

/* Puts the bars of one kind down as a block; false: there are none. */
static bool put_block(struct plot *plot, const struct bars *bars, uint32_t balancer,
                      enum standing standing, char source[PLOT_SOURCE_MAX])
{
    const struct scenario *scenario = bars->sheet->experiment->scenario;
    const struct holdings *held = &bars->held[balancer];
    bool any = false;
    for (uint32_t i = 0; i < bars->servers; i++) {
        uint32_t s = bars->server[i];
        char fair[TEXT_MAX];
        if (holdings_standing(held, s) != standing)
            continue;
        if (!any)
            plot_source(plot, plot_block(plot), source);
        any = true;
        plot_put_name(plot, scenario->balancer[balancer].name);
        fputc(',', plot->data);
        plot_put_name(plot, scenario->server[s].name);
        fprintf(plot->data, ",%" PRIu32 ",%" PRIu64 ",%s\n", i, held->count[s],
                text_ratio(held->fair[s], fair));
    }
    return any;
}

static void put_curves(struct plot *plot, const struct bars *bars, uint32_t balancer, FILE *to)
{
    const char *before = "";
    for (enum standing kind = 0; kind < STANDINGS; kind++) {
        char source[PLOT_SOURCE_MAX];
        if (!put_block(plot, bars, balancer, kind, source))
            continue;
        fprintf(to, "%s%s using (0):3:(0):4:($3-0.38):($3+0.38) with boxxyerror fc rgb '%s'",
                before, source, standing_colour(kind));
        before = ", \\\n     ";
    }
}

/* Names at the left of the first panel of a row, and every count at the end of its bar. */
static void put_texts(struct plot *plot, const struct bars *bars, uint32_t balancer,
                      const struct panel *panel)
{
    const struct holdings *held = &bars->held[balancer];
    for (uint32_t i = 0; i < bars->servers; i++) {
        uint32_t s = bars->server[i];
        double y = panel->top + BAR_HEIGHT * (i + 0.5);
        double end = fmax((double)held->count[s], held->fair[s]);
        char clipped[PLOT_TEXT_MAX], count[TEXT_MAX];
        if (balancer % bars->grid.columns == 0)
            plot_text(plot, panel->left - 8, y, LEAN_RIGHT, SIZE_TEXT, INK,
                      plot_server_name(bars->sheet, s, SIZE_TEXT, NAME_WIDEST, clipped));
        plot_text(plot, panel_x(panel, end) + 5, y, LEAN_LEFT, SIZE_SMALL, SOFT,
                  text_count(held->count[s], count));
        if (held->fair[s] > 0)
            plot_stroke(plot, panel_x(panel, held->fair[s]), y + BAR_HEIGHT * 0.5,
                        panel_x(panel, held->fair[s]), y - BAR_HEIGHT * 0.5,
                        "lc rgb '" INK "' lw 1 dt (8,5) front");
    }
}

static void put_panel(struct plot *plot, const struct bars *bars, uint32_t balancer)
{
    struct panel panel = {.x_high = bars->high, .y_low = bars->servers - 0.5, .y_high = -0.5};
    char *curves = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&curves, &size);
    put_curves(plot, bars, balancer, to);
    fclose(to);
    holdings_grid_place(&bars->grid, balancer, &panel.left, &panel.top);
    panel.right = panel.left + bars->grid.width;
    panel.bottom = panel.top + BAR_HEIGHT * bars->servers;
    plot_panel(plot, &panel);
    fputs("set border 1; unset ytics; set grid xtics noytics\n", plot->script);
    tics_put(plot->script, 'x', &bars->tics, false);
    holdings_put_name(plot, bars->sheet, &bars->held[balancer], &bars->grid, balancer);
    put_texts(plot, bars, balancer, &panel);
    plot_draw(plot, curves);
    free(curves);
}

void plot_distribution(const struct sheet *sheet)
{
    struct bars bars = bars_of(sheet);
    uint32_t balancers = sheet->experiment->scenario->balancers;
    struct plot *plot =
        bars.servers > 0
            ? plot_open(sheet, "distribution", NULL, PLOT_WIDTH, holdings_grid_height(&bars.grid),
                        bars.picks ? "balancer,server,row,picks,fair_share"
                                   : "balancer,server,row,live,fair_share")
            : NULL;
    if (plot != NULL) {
        bool judged = false;
        for (uint32_t b = 0; b < balancers; b++)
            judged = judged || bars.held[b].judged;
        holdings_put_title(plot, sheet, bars.grid.left, bars.picks,
                           judged ? "dashed: its fair share; orange: over it by more than 10%; "
                                    "light blue: under it by more"
                                  : "dashed: its fair share");
        for (uint32_t b = 0; b < balancers; b++)
            put_panel(plot, &bars, b);
        plot_close(plot);
    }
    bars_free(&bars);
}
