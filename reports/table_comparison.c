/* table_comparison.c: all balancers side by side, a line each. */
#include "reports/table_parts.h"

#include "reports/grid.h"
#include "reports/text.h"

#include <string.h>

enum { WIDTH = 80, NAME_SHOWN = 28, MOMENTS_COMPARED = 3, COUNT_WIDTH = 9 };

/* Which columns there are: as many as fit on a line. */
struct columns {
    uint32_t moment[MOMENTS_COMPARED], moments; /* of those that the table shows */
    uint32_t newcomer;                          /* the first that anybody has a number for */
    bool newcomers;
    size_t name_width, ratio_width;
};

static void add_ratio(const struct table *table, struct grid *grid, uint32_t balancer,
                      uint32_t moment)
{
    struct summary summary;
    if (!table_summary(table, balancer, number_max_over_mean, moment, &summary))
        grid_cell(grid, "-");
    else if (summary.has_interval && summary.sd > 0)
        grid_cell(grid, "%.3f+-%.3f", summary.mean, summary.high_95 - summary.mean);
    else
        grid_cell(grid, "%.3f", summary.mean);
}

static void add_newcomer(const struct table *table, struct grid *grid, uint32_t balancer,
                         uint32_t newcomer)
{
    struct summary summary;
    if (table_summary(table, balancer, number_newcomer_share, newcomer, &summary))
        grid_cell(grid, "%.4g", 100 * summary.mean);
    else
        grid_cell(grid, "-");
}

static void add_count(const struct table *table, struct grid *grid, uint32_t balancer,
                      table_number *number)
{
    char count[TEXT_MAX];
    struct summary summary;
    table_summary(table, balancer, number, 0, &summary);
    grid_cell(grid, "%s", text_count((uint64_t)(summary.mean + 0.5), count));
}

/* ---- Columns ---- */

/* The first addition after which anybody made a hundred picks. */
static bool choose_newcomer(const struct table *table, struct columns *columns)
{
    for (uint32_t n = 0; n < table_result(table, 0, 0)->newcomers; n++)
        for (uint32_t b = 0; b < table->scenario->balancers; b++) {
            struct summary summary;
            if (table_summary(table, b, number_newcomer_share, n, &summary)) {
                columns->newcomer = n;
                return true;
            }
        }
    return false;
}

static size_t column_width(const struct columns *columns, const char *head)
{
    return 1 + (strlen(head) > columns->ratio_width ? strlen(head) : columns->ratio_width);
}

static void moment_head(const struct table *table, uint32_t moment, char head[TEXT_MAX])
{
    snprintf(head, TEXT_MAX, "at %.8s", table_moment_event(table, moment)->name);
}

static void newcomer_head(const struct table *table, const struct columns *columns,
                          char head[TEXT_MAX])
{
    uint32_t event = table_result(table, 0, 0)->newcomer[columns->newcomer].event;
    snprintf(head, TEXT_MAX, "next 100: %.8s", table->scenario->event[event].name);
}

/* The end is always there; of the moments before it the last ones that there is room for. */
static struct columns choose_columns(const struct table *table)
{
    struct columns columns = {.ratio_width = table->experiment->replications < 5 ? 5 : 13};
    char head[TEXT_MAX];
    for (uint32_t b = 0; b < table->scenario->balancers; b++) {
        size_t length = strlen(table->scenario->balancer[b].name);
        length = length < NAME_SHOWN ? length : NAME_SHOWN;
        columns.name_width = length > columns.name_width ? length : columns.name_width;
    }
    size_t used =
        columns.name_width + column_width(&columns, "at end") + sizeof "refused" + COUNT_WIDTH;
    columns.newcomers = choose_newcomer(table, &columns);
    if (columns.newcomers) {
        newcomer_head(table, &columns, head);
        used += 1 + strlen(head);
    }
    for (uint32_t m = table->moments; m-- > 0 && columns.moments < MOMENTS_COMPARED;) {
        moment_head(table, m, head);
        used += column_width(&columns, head);
        if (used > WIDTH)
            break;
        columns.moment[columns.moments++] = m;
    }
    return columns;
}

/* ---- The table ---- */

static void add_heads(const struct table *table, const struct columns *columns, struct grid *grid)
{
    char head[TEXT_MAX];
    grid_cell(grid, "balancer");
    for (uint32_t m = columns->moments; m-- > 0;) {
        moment_head(table, columns->moment[m], head);
        grid_cell(grid, "%s", head);
    }
    grid_cell(grid, "at end");
    if (columns->newcomers) {
        newcomer_head(table, columns, head);
        grid_cell(grid, "%s", head);
    }
    grid_cell(grid, "refused");
    grid_cell(grid, "cut");
}

static void add_balancer(const struct table *table, const struct columns *columns,
                         struct grid *grid, uint32_t balancer)
{
    grid_cell(grid, "%.*s", NAME_SHOWN, table->scenario->balancer[balancer].name);
    for (uint32_t m = columns->moments; m-- > 0;)
        add_ratio(table, grid, balancer, table->moment[columns->moment[m]]);
    add_ratio(table, grid, balancer, table_result(table, balancer, 0)->moments);
    if (columns->newcomers)
        add_newcomer(table, grid, balancer, columns->newcomer);
    add_count(table, grid, balancer, number_refused);
    add_count(table, grid, balancer, number_cut);
}

void table_comparison(const struct table *table)
{
    struct columns columns = choose_columns(table);
    char kinds[] = "lrrrrrrrr";
    kinds[1 + columns.moments + 1 + columns.newcomers + 2] = '\0';
    struct grid *grid = grid_new(kinds);
    add_heads(table, &columns, grid);
    for (uint32_t b = 0; b < table->scenario->balancers; b++)
        add_balancer(table, &columns, grid, b);
    fputs("How full the fullest server was, over its fair share (max/mean; 1 is even):\n",
          table->to);
    grid_print(grid, table->to, 0, 1, table->options->colour);
    grid_free(grid);
    if (columns.newcomers)
        fputs("next 100: how many of the first 100 picks after it went to those it added.\n",
              table->to);
}
