/* table_pairs.c: every balancer against the first, pair by pair; and traffic by traffic. */
#include "reports/table_parts.h"

#include "reports/grid.h"

#include <math.h>

enum { TRAFFICS_LEAST = 2, TRAFFICS_MOST = 4, TRAFFIC_NAME = 10 };

/* ---- Pair by pair ---- */

static void add_difference(const struct table *table, struct grid *grid, struct paired paired,
                           double scale, int digits)
{
    double mean = scale * paired.mean;
    if (fabs(mean) < .5 * pow(10, -digits))
        mean = 0; /* or it would be -0.00 */
    if (!paired.has_interval)
        grid_cell(grid, "-");
    else if (paired.half > 0)
        grid_cell(grid, "%+.*f%s%.*f", digits, mean, table_plus_minus(table), digits,
                  scale * paired.half);
    else
        grid_cell(grid, "%+.*f", digits, mean);
}

static const char *verdict(const struct table *table, struct paired misplaced, uint32_t balancer)
{
    static const char *const words[] = {[APART_NOT] = "alike",
                                        [APART_HARDLY] = "practically alike",
                                        [APART_UNKNOWN] = "not told apart"};
    if (!misplaced.has_interval)
        return "";
    enum apart apart = table_apart(table, misplaced, balancer, 0);
    if (apart == APART_SURELY)
        return misplaced.mean < 0 ? "better" : "worse";
    return words[apart];
}

/* Traffic is the same for all, so that differences of pairs are far surer than those of means. */
void table_pairs(const struct table *table)
{
    const struct yardstick *by = table_yardstick(table);
    uint32_t balancers = table->scenario->balancers;
    char name[NAME_SHOWN + 1], line[STORY_MAX];
    if (balancers < 2 || !by->ranks || table->experiment->replications < SUMMARY_LEAST)
        return;
    struct grid *grid = grid_new("lrrl");
    grid_cell(grid, "  balancer");
    grid_cell(grid, "misplaced");
    grid_cell(grid, "max/mean");
    grid_end_row(grid);
    for (uint32_t b = 1; b < balancers; b++) {
        struct paired misplaced =
            paired_of(table->experiment, metric_find(by->misplaced), b, 0, 0, 0, balancers - 1);
        struct paired full =
            paired_of(table->experiment, metric_find(by->max_over_mean), b, 0, 0, 0, balancers - 1);
        grid_cell(grid, "  %s", table_name(table, b, name));
        add_difference(table, grid, misplaced, 100, 2);
        add_difference(table, grid, full, 1, 3);
        grid_cell(grid, "%s", verdict(table, misplaced, b));
    }
    table_gap(table);
    snprintf(line, sizeof line,
             "Against %s, run by run on the same traffic:", table_name(table, 0, name));
    table_say(table, 0, line);
    table_grid(table, grid, 0, (struct grid_heads){1, true});
    grid_free(grid);
    snprintf(line, sizeof line, "misplaced in percentage points%s.",
             table_all_exact(table) ? "" : "; a column's intervals hold together with 95%");
    table_say(table, 0, line);
}

/* ---- Traffic by traffic ---- */

static void add_misplaced(const struct table *table, struct grid *grid, uint32_t balancer,
                          uint32_t row)
{
    char percent[TEXT_MAX];
    struct summary summary =
        summary_of(table->experiment, metric_find("live_misplaced_avg"), balancer, row, 0);
    grid_cell(grid, "%s", summary.count > 0 ? table_percent(summary.mean, percent) : "-");
}

void table_traffics(const struct table *table)
{
    const struct scenario *scenario = table->scenario;
    char kinds[] = "lrrrrr";
    char name[NAME_SHOWN + 1];
    if (scenario->traffics < TRAFFICS_LEAST || scenario->traffics > TRAFFICS_MOST ||
        !table_yardstick(table)->over_time)
        return;
    kinds[2 + scenario->traffics] = '\0';
    struct grid *grid = grid_new(kinds);
    grid_cell(grid, "  balancer");
    grid_cell(grid, "all");
    for (uint32_t t = 0; t < scenario->traffics; t++)
        grid_cell(grid, "%.*s", TRAFFIC_NAME, scenario->traffic[t].name);
    for (uint32_t b = 0; b < scenario->balancers; b++) {
        grid_cell(grid, "  %s", table_name(table, b, name));
        for (uint32_t row = 0; row <= scenario->traffics; row++)
            add_misplaced(table, grid, b, row);
    }
    table_gap(table);
    table_say(table, 0, "Misplaced, each traffic on its own:");
    table_grid(table, grid, 0, (struct grid_heads){1, true});
    grid_free(grid);
}
