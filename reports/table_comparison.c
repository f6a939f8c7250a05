/* table_comparison.c: all balancers side by side, a line each. */
#include "reports/table_parts.h"

#include "reports/grid.h"
#include "sim/engine/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CHANGES_COMPARED = 3, HEAD_SHOWN = 8 };

/* Which columns there are. */
struct columns {
    const struct yardstick *by;
    uint32_t change[CHANGES_COMPARED], changes; /* after which it is told when things settled */
    uint32_t added;                             /* the first addition with a newcomer's share */
    bool newcomers, refused, cut;
};

/* ---- Columns ---- */

static bool anybody_counts(const struct table *table, const char *metric)
{
    for (uint32_t b = 0; b < table->scenario->balancers; b++)
        if (table_summary(table, metric, b, 0).mean > 0)
            return true;
    return false;
}

static bool anybody_judged(const struct table *table, uint32_t change)
{
    for (uint32_t b = 0; b < table->scenario->balancers; b++)
        if (table_settling(table, b, change).judged > 0)
            return true;
    return false;
}

/* Changes of one instant settle as one: the first stands for them. */
static struct columns choose_columns(const struct table *table)
{
    const struct world_result *result = table_result(table, 0, 0);
    struct columns columns = {.by = table_yardstick(table),
                              .refused = anybody_counts(table, "refused"),
                              .cut = anybody_counts(table, "cut")};
    for (uint32_t c = 0; c < result->changes; c++) {
        const struct world_change *change = &result->change[c];
        bool again = c > 0 && result->change[c - 1].at_ns == change->at_ns;
        if (change->adds && !columns.newcomers && table_anybody(table, "newcomer_share_100", c)) {
            columns.newcomers = true;
            columns.added = c;
        }
        if (!again && columns.changes < CHANGES_COMPARED && anybody_judged(table, c))
            columns.change[columns.changes++] = c;
    }
    return columns;
}

/* ---- Cells ---- */

/* A bound of the metric may cut the interval on one side. */
static void add_interval(const struct table *table, struct grid *grid,
                         const struct summary *summary, double scale, int digits, const char *unit)
{
    if (summary->count == 0)
        grid_cell(grid, "-");
    else if (summary->has_interval && summary->sd > 0)
        grid_cell(grid, "%.*f%s%s%.*f", digits, scale * summary->mean, unit,
                  table_plus_minus(table), digits,
                  scale * fmax(summary->high_95 - summary->mean, summary->mean - summary->low_95));
    else
        grid_cell(grid, "%.*f%s", digits, scale * summary->mean, unit);
}

static void add_ratios(const struct table *table, struct grid *grid,
                       const struct summary *misplaced, const struct summary *full)
{
    add_interval(table, grid, misplaced, 100, 2, "%");
    add_interval(table, grid, full, 1, 3, "");
}

char *table_settled(const struct table *table, uint32_t balancer, uint32_t change,
                    char text[TEXT_MAX])
{
    struct settling settling = table_settling(table, balancer, change);
    char time[TEXT_MAX];
    text_time_rounded(settling.median_ns, time);
    if (settling.judged == 0)
        snprintf(text, TEXT_MAX, "-");
    else if (settling.settled == 0)
        snprintf(text, TEXT_MAX, "no");
    else if (settling.settled == settling.judged)
        snprintf(text, TEXT_MAX, "%s", time);
    else
        snprintf(text, TEXT_MAX, "%.30s %.0f%%", time,
                 100 * (double)settling.settled / (double)settling.judged);
    return text;
}

static void add_newcomer(const struct table *table, struct grid *grid, uint32_t balancer,
                         uint32_t change)
{
    struct summary share = table_summary(table, "newcomer_share_100", balancer, change);
    char hundred[TEXT_MAX];
    grid_cell(grid, "%s", share.count > 0 ? table_of_100(share.mean, hundred) : "-");
}

static void add_count(const struct table *table, struct grid *grid, uint32_t balancer,
                      const char *metric)
{
    char count[TEXT_MAX];
    struct summary summary = table_summary(table, metric, balancer, 0);
    grid_cell(grid, "%s", text_count((uint64_t)(summary.mean + .5), count));
}

/* ---- Rows ---- */

static bool has_two_heads(const struct columns *columns)
{
    return columns->changes > 0 || columns->newcomers;
}

static void add_heads(const struct table *table, const struct columns *columns, struct grid *grid)
{
    char name[STORY_MAX];
    if (has_two_heads(columns)) {
        for (int i = 0; i < 3; i++)
            grid_cell(grid, "%s", "");
        for (uint32_t i = 0; i < columns->changes; i++)
            grid_cell(grid, "settled");
        if (columns->newcomers)
            grid_cell(grid, "next");
        grid_end_row(grid);
    }
    grid_cell(grid, "  balancer");
    grid_cell(grid, "misplaced");
    grid_cell(grid, "max/mean");
    for (uint32_t i = 0; i < columns->changes; i++)
        grid_cell(grid, "%s", table_change_name(table, columns->change[i], HEAD_SHOWN, name));
    if (columns->newcomers)
        grid_cell(grid, "100");
    if (columns->refused)
        grid_cell(grid, "refused");
    if (columns->cut)
        grid_cell(grid, "cut");
}

static void add_balancer(const struct table *table, const struct columns *columns,
                         struct grid *grid, uint32_t balancer, bool best)
{
    char name[NAME_SHOWN + 1], settled[TEXT_MAX];
    struct summary misplaced = table_summary(table, columns->by->misplaced, balancer, 0);
    struct summary full = table_summary(table, columns->by->max_over_mean, balancer, 0);
    grid_cell(grid, "%c %s", best ? '*' : ' ', table_name(table, balancer, name));
    add_ratios(table, grid, &misplaced, &full);
    for (uint32_t i = 0; i < columns->changes; i++)
        grid_cell(grid, "%s", table_settled(table, balancer, columns->change[i], settled));
    if (columns->newcomers)
        add_newcomer(table, grid, balancer, columns->added);
    if (columns->refused)
        add_count(table, grid, balancer, "refused");
    if (columns->cut)
        add_count(table, grid, balancer, "cut");
}

/* What random picks would leave; the number of connections is about the same under all. */
static void add_chance(const struct table *table, struct grid *grid)
{
    struct noise noise = table_noise(table, 0);
    char misplaced[TEXT_MAX], full[TEXT_MAX];
    grid_cell(grid, "  chance alone");
    grid_cell(grid, "%s", noise.empty ? "-" : table_percent(noise.misplaced, misplaced));
    grid_cell(grid, "%s", noise.empty ? "-" : table_quotient(noise.max_over_mean, full));
    grid_end_row(grid);
}

static struct grid *build(const struct table *table, const struct columns *columns,
                          const bool *best)
{
    char kinds[] = "lrrrrrrrrr";
    kinds[3 + columns->changes + columns->newcomers + columns->refused + columns->cut] = '\0';
    struct grid *grid = grid_new(kinds);
    add_heads(table, columns, grid);
    for (uint32_t b = 0; b < table->scenario->balancers; b++)
        add_balancer(table, columns, grid, b, best[b]);
    if (columns->by->ranks)
        add_chance(table, grid);
    return grid;
}

/* As many columns as a line has room for. */
static struct grid *build_fitting(const struct table *table, struct columns *columns,
                                  const bool *best)
{
    for (;;) {
        struct grid *grid = build(table, columns, best);
        if (table->markdown || grid_width(grid, 0) <= GRID_LINE ||
            (columns->changes == 0 && !columns->newcomers))
            return grid;
        grid_free(grid);
        if (columns->changes > 0)
            columns->changes--;
        else
            columns->newcomers = false;
    }
}

/* ---- Words ---- */

static void print_legend(const struct table *table, const struct columns *columns)
{
    const struct yardstick *by = columns->by;
    char line[LINE_MAX_TEXT] = "", name[STORY_MAX], part[TEXT_MAX];
    double judged = table_judged(table);
    line_add(line, sizeof line,
             "misplaced: %s for every server to have its fair share; max/mean: the fullest server "
             "over its fair share",
             by->ranks ? "would have to move" : "would have had to go elsewhere");
    if (columns->changes > 0)
        line_add(line, sizeof line,
                 "; settled: how soon every server was within 10%% of it for good, or no: not "
                 "before the next change%s",
                 table->experiment->replications > 1 ? " (the median, and how often if not always)"
                                                     : "");
    if (columns->newcomers)
        line_add(line, sizeof line,
                 "; next 100: of the first 100 new connections after %s, those that went to the "
                 "added (fair share %.0f)",
                 table_change_name(table, columns->added, NAME_SHOWN, name),
                 100 * table_result(table, 0, 0)->change[columns->added].entitled);
    if (by->ranks)
        line_add(line, sizeof line,
                 "; chance alone: about what as many connections show that are placed by lot");
    line_add(line, sizeof line, ".");
    if (by->ranks && table->scenario->balancers > 1 &&
        table->experiment->replications >= SUMMARY_LEAST)
        line_add(line, sizeof line, " %s: as good as the best, as far as these runs tell.",
                 table->markdown ? "Bold" : "*");
    if (by->over_time && judged < .99)
        line_add(line, sizeof line,
                 " Averages are of the %s%% of the time when every server was entitled to ten "
                 "connections or more.",
                 table_of_100(judged, part));
    table_say(table, 0, line);
}

/* The best are marked if there are intervals to go by. */
static bool *choose_best(const struct table *table, const struct yardstick *by)
{
    uint32_t balancers = table->scenario->balancers;
    bool *best = memory_zeroed(balancers, sizeof *best);
    if (!by->ranks || balancers < 2 || table->experiment->replications < SUMMARY_LEAST)
        return best;
    struct ranking ranking = table_rank(table, by->misplaced);
    memcpy(best, ranking.best, balancers * sizeof *best);
    table_rank_free(&ranking);
    return best;
}

void table_comparison(const struct table *table)
{
    struct columns columns = choose_columns(table);
    char heading[STORY_MAX];
    bool *best = choose_best(table, columns.by);
    struct grid *grid = build_fitting(table, &columns, best);
    snprintf(heading, sizeof heading, "%s:", columns.by->about);
    table_say(table, 0, heading);
    table_grid(table, grid, 0, (struct grid_heads){has_two_heads(&columns) ? 2 : 1, true});
    grid_free(grid);
    free(best);
    print_legend(table, &columns);
}
