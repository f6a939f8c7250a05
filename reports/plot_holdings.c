/* plot_holdings.c: what every server holds at the end. */
#include "reports/plot_holdings.h"

#include "reports/plot_series.h"
#include "reports/plot_text.h"
#include "sim/engine/memory.h"

#include <math.h>
#include <stdlib.h>

enum { COLUMNS = 4, PANEL_TITLE = 44, PANEL_AXIS = 26, BETWEEN = 8, WIDEST = 560 };

/* ---- Counting ---- */

/* Connections, and to how many each server's weight entitles it. */
static void read_live(struct holdings *held, const struct world_result *result)
{
    uint64_t live = 0, weights = 0;
    for (uint32_t s = 0; s < result->servers; s++) {
        held->count[s] = world_tally_at(result, 0, s)->live;
        live += result->present[s] ? held->count[s] : 0;
        weights += result->present[s] ? result->weight[s] : 0;
    }
    for (uint32_t s = 0; s < result->servers && weights > 0; s++)
        if (result->present[s])
            held->fair[s] = (double)live * result->weight[s] / (double)weights;
    held->max_over_mean = metric_value(metric_find("live_max_over_mean"), result, 0, 0);
}

static void read_picks(struct holdings *held, const struct world_result *result)
{
    for (uint32_t s = 0; s < result->servers; s++) {
        held->count[s] = world_tally_at(result, 0, s)->picks;
        held->fair[s] = world_tally_at(result, 0, s)->entitled;
    }
    held->max_over_mean = metric_value(metric_find("picks_max_over_mean"), result, 0, 0);
}

static void judge(struct holdings *held, uint32_t servers)
{
    double least = INFINITY, most = 0;
    for (uint32_t s = 0; s < servers; s++)
        if (held->fair[s] > 0) {
            least = fmin(least, held->fair[s]);
            most = fmax(most, held->fair[s]);
        }
    held->judged = least >= MEASURE_LEAST_ENTITLED && most > 0;
    held->equal = most - least <= 1e-9 * most;
}

struct holdings *holdings_of(const struct sheet *sheet, bool *picks)
{
    const struct scenario *scenario = sheet->experiment->scenario;
    struct holdings *all = memory_zeroed(scenario->balancers, sizeof *all);
    uint64_t open = 0;
    for (uint32_t b = 0; b < scenario->balancers; b++)
        for (uint32_t s = 0; s < scenario->servers; s++)
            open += world_tally_at(experiment_result(sheet->experiment, b, 0), 0, s)->live;
    *picks = open == 0;
    for (uint32_t b = 0; b < scenario->balancers; b++) {
        const struct world_result *result = experiment_result(sheet->experiment, b, 0);
        all[b].count = memory_zeroed(scenario->servers, sizeof *all->count);
        all[b].fair = memory_zeroed(scenario->servers, sizeof *all->fair);
        if (*picks)
            read_picks(&all[b], result);
        else
            read_live(&all[b], result);
        judge(&all[b], scenario->servers);
    }
    return all;
}

void holdings_free(struct holdings *all, uint32_t balancers)
{
    for (uint32_t b = 0; b < balancers; b++) {
        free(all[b].count);
        free(all[b].fair);
    }
    free(all);
}

enum standing holdings_standing(const struct holdings *held, uint32_t server)
{
    if (held->fair[server] == 0)
        return STANDS_APART;
    double ratio = (double)held->count[server] / held->fair[server];
    if (!held->judged || (ratio >= 0.9 && ratio <= 1.1))
        return STANDS_EVEN;
    return ratio > 1 ? STANDS_OVER : STANDS_UNDER;
}

const char *standing_colour(enum standing standing)
{
    static const char *const colours[] = {BLUE, OVER, SKY, FAINT};
    return colours[standing];
}

/* ---- The grid ---- */

struct holdings_grid holdings_grid(const struct sheet *sheet, double left, double beside,
                                   double panel_height)
{
    uint32_t balancers = sheet->experiment->scenario->balancers;
    struct holdings_grid grid = {.columns = balancers < COLUMNS ? balancers : COLUMNS,
                                 .left = left};
    if (balancers == COLUMNS + 1 || balancers == COLUMNS + 2)
        grid.columns = COLUMNS - 1; /* two rows that are almost full */
    grid.rows = (balancers + grid.columns - 1) / grid.columns;
    grid.column = fmin((PLOT_WIDTH - left) / grid.columns, WIDEST);
    grid.width = grid.column - beside;
    grid.row = PANEL_TITLE + panel_height + PANEL_AXIS + BETWEEN;
    return grid;
}

double holdings_grid_height(const struct holdings_grid *grid)
{
    return TITLE_HEIGHT + grid->rows * grid->row + 4;
}

void holdings_grid_place(const struct holdings_grid *grid, uint32_t balancer, double *left,
                         double *top)
{
    uint32_t row = balancer / grid->columns, column = balancer % grid->columns;
    *left = grid->left + grid->column * column;
    *top = TITLE_HEIGHT + grid->row * row + PANEL_TITLE;
}

void holdings_put_title(struct plot *plot, const struct sheet *sheet, double left, bool picks,
                        const char *key)
{
    char subtitle[SUBTITLE_MAX];
    plot_title(plot, left,
               picks ? "How often every server was picked" : "What every server holds at the end",
               sheet_subtitle(sheet, key, true, subtitle));
}

void holdings_put_name(struct plot *plot, const struct sheet *sheet, const struct holdings *held,
                       const struct holdings_grid *grid, uint32_t balancer)
{
    char clipped[PLOT_TEXT_MAX], ratio[64];
    double left, top, number = held->max_over_mean.number;
    holdings_grid_place(grid, balancer, &left, &top);
    plot_text(plot, left, top - 26, LEAN_LEFT, SIZE_TEXT, INK,
              plot_balancer_name(sheet, balancer, SIZE_TEXT, grid->column - 12, clipped));
    if (held->max_over_mean.empty)
        return;
    snprintf(ratio, sizeof ratio, "max/mean %.3f", number);
    plot_text(plot, left, top - 10, LEAN_LEFT, SIZE_SMALL,
              held->judged && number > 1.1 ? OVER : SOFT, ratio);
}
