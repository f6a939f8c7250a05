/* table_bars.c: the comparison once more, as bars: what a person at a terminal sees last. */
#include "reports/table_parts.h"

#include "reports/grid.h"

#include <stdlib.h>

enum { LEAST_ROOM = 10 };

static double longest_bar(const struct table *table, const struct ranking *ranking,
                          struct noise noise)
{
    double most = noise.empty ? 0 : noise.misplaced;
    for (uint32_t i = 0; i < ranking->ranked; i++) {
        double mean = table_summary(table, ranking->metric, ranking->order[i], 0).mean;
        most = mean > most ? mean : most;
    }
    return most;
}

/* What is left of a line; the bars take a number and a name beside them. */
static uint32_t room_of(const struct table *table)
{
    uint32_t beside = NAME_SHOWN + 14;
    uint32_t room = table->options->width > beside ? table->options->width - beside : 0;
    return room < BAR_MOST ? room : BAR_MOST;
}

static void add_rows(const struct table *table, const struct ranking *ranking, struct grid *grid)
{
    enum bar_style style = table->options->bars;
    struct noise noise = table_noise(table, 0);
    double longest = longest_bar(table, ranking, noise);
    uint32_t room = room_of(table);
    char name[NAME_SHOWN + 1], percent[TEXT_MAX], bar[BAR_MAX];
    for (uint32_t i = 0; i < ranking->ranked; i++) {
        double mean = table_summary(table, ranking->metric, ranking->order[i], 0).mean;
        grid_cell(grid, "%s", table_name(table, ranking->order[i], name));
        grid_cell(grid, "%s", table_percent(mean, percent));
        grid_cell(grid, "%s", bar_text(style, longest > 0 ? mean / longest : 0, room, bar));
    }
    if (noise.empty)
        return;
    grid_cell(grid, "chance alone");
    grid_cell(grid, "%s", table_percent(noise.misplaced, percent));
    grid_cell(grid, "%s",
              bar_text_pale(style, longest > 0 ? noise.misplaced / longest : 0, room, bar));
}

void table_bars(const struct table *table)
{
    const struct yardstick *by = table_yardstick(table);
    if (table->options->bars == BAR_NONE || !by->ranks || room_of(table) < LEAST_ROOM)
        return;
    struct ranking ranking = table_rank(table, by->misplaced);
    if (ranking.ranked > 1) {
        struct grid *grid = grid_new("lrl");
        add_rows(table, &ranking, grid);
        table_gap(table);
        table_bold_line(table, by->over_time ? "Misplaced, averaged over time; less is better:"
                                             : "Misplaced at the end; less is better:");
        grid_print(grid, table->to, 2, 0, false);
        grid_free(grid);
        table_gap(table);
    }
    table_rank_free(&ranking);
}
