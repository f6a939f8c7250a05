/* table_comparison.c: all balancers side by side, a line each. */
#include "reports/table_parts.h"

#include "reports/grid.h"
#include "reports/text.h"

/* Intervals take the room of two moments. */
enum { NAME_SHOWN = 28, MOMENTS_COMPARED = 3, MOMENTS_WITH_INTERVALS = 1, NEWCOMERS_COMPARED = 2 };

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

void table_comparison(const struct table *table)
{
    const struct scenario *scenario = table->scenario;
    const struct world_result *first = table_result(table, 0, 0);
    uint32_t newcomers =
        first->newcomers < NEWCOMERS_COMPARED ? first->newcomers : NEWCOMERS_COMPARED;
    uint32_t most = table->experiment->replications < 5 ? MOMENTS_COMPARED : MOMENTS_WITH_INTERVALS;
    uint32_t moments = table->moments < most ? table->moments : most;
    uint32_t skipped = table->moments - moments;
    char columns[] = "lrrrrrrrrr";
    columns[1 + moments + 1 + newcomers + 2] = '\0';
    struct grid *grid = grid_new(columns);
    grid_cell(grid, "balancer");
    for (uint32_t m = 0; m < moments; m++)
        grid_cell(grid, "at %.8s", table_moment_event(table, skipped + m)->name);
    grid_cell(grid, "at end");
    for (uint32_t n = 0; n < newcomers; n++)
        grid_cell(grid, "next 100: %.8s", scenario->event[first->newcomer[n].event].name);
    grid_cell(grid, "refused");
    grid_cell(grid, "cut");
    for (uint32_t b = 0; b < scenario->balancers; b++) {
        grid_cell(grid, "%.*s", NAME_SHOWN, scenario->balancer[b].name);
        for (uint32_t m = 0; m < moments; m++)
            add_ratio(table, grid, b, table->moment[skipped + m]);
        add_ratio(table, grid, b, table_result(table, b, 0)->moments);
        for (uint32_t n = 0; n < newcomers; n++)
            add_newcomer(table, grid, b, n);
        add_count(table, grid, b, number_refused);
        add_count(table, grid, b, number_cut);
    }
    fputs("How full the fullest server was, over its fair share (max/mean; 1 is even):\n",
          table->to);
    grid_print(grid, table->to, 0, 1, table->options->colour);
    grid_free(grid);
    if (newcomers > 0)
        fputs("next 100: how many of the first 100 picks after it went to those it added.\n",
              table->to);
}
