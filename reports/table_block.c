/* table_block.c: what one balancer did: who got what. */
#include "reports/table_parts.h"

#include "reports/grid.h"
#include "sim/engine/memory.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

enum { SERVERS_SHOWN = 12, EXTREMES = 3, LEAST_BAR = 8, MOST_BAR = 30 };

/* ---- Counts: means over replications, rounded ---- */

typedef uint64_t server_count(const struct world_result *, uint32_t moment, uint32_t server);

static uint64_t picks_of(const struct world_result *result, uint32_t moment, uint32_t server)
{
    (void)moment;
    return world_tally_at(result, 0, server)->picks;
}

static uint64_t live_of(const struct world_result *result, uint32_t moment, uint32_t server)
{
    return moment < result->moments ? result->moment[moment].live[server]
                                    : world_tally_at(result, 0, server)->live;
}

static uint64_t mean_count(const struct table *table, uint32_t balancer, server_count *count,
                           uint32_t moment, uint32_t server)
{
    uint64_t replications = table->experiment->replications, sum = 0;
    assert(replications > 0);
    for (uint64_t r = 0; r < replications; r++)
        sum += count(table_result(table, balancer, r), moment, server);
    return (sum + replications / 2) / replications;
}

/* Picks of a server over all replications. */
static uint64_t sum_of_picks(const struct table *table, uint32_t balancer, uint32_t server)
{
    uint64_t sum = 0;
    for (uint64_t r = 0; r < table->experiment->replications; r++)
        sum += picks_of(table_result(table, balancer, r), 0, server);
    return sum;
}

static uint64_t sum_of_all_picks(const struct table *table, uint32_t balancer)
{
    uint64_t sum = 0;
    for (uint32_t s = 0; s < table->scenario->servers; s++)
        sum += sum_of_picks(table, balancer, s);
    return sum;
}

/* ---- Which rows are shown: all, or the fullest and the emptiest at the end ---- */

struct loaded {
    uint64_t live;
    uint32_t server;
};

static int by_load(const void *a, const void *b)
{
    const struct loaded *one = a, *two = b;
    if (one->live != two->live)
        return one->live > two->live ? -1 : 1;
    return (one->server > two->server) - (one->server < two->server);
}

static bool *choose_rows(const struct table *table, uint32_t balancer)
{
    uint32_t servers = table->scenario->servers;
    bool all = servers <= SERVERS_SHOWN || table->options->all;
    bool *shown = memory_zeroed(servers, sizeof *shown);
    struct loaded *loaded = memory_zeroed(servers, sizeof *loaded);
    uint32_t end = table_result(table, balancer, 0)->moments;
    for (uint32_t s = 0; s < servers; s++) {
        loaded[s] = (struct loaded){mean_count(table, balancer, live_of, end, s), s};
        shown[s] = all;
    }
    qsort(loaded, servers, sizeof *loaded, by_load);
    for (uint32_t i = 0; i < EXTREMES && i < servers; i++)
        shown[loaded[i].server] = shown[loaded[servers - 1 - i].server] = true;
    free(loaded);
    return shown;
}

/* ---- The table ---- */

/* The most that any server holds at the end, under any balancer: all bars have one scale. */
static uint64_t most_live(const struct table *table)
{
    uint64_t most = 0;
    for (uint32_t b = 0; b < table->scenario->balancers; b++)
        for (uint32_t s = 0; s < table->scenario->servers; s++) {
            uint64_t live = mean_count(table, b, live_of, table_result(table, b, 0)->moments, s);
            most = live > most ? live : most;
        }
    return most;
}

/* Bars of what servers hold at the end; room 0: there are none. */
struct bars {
    uint32_t room;
    uint64_t most;
};

static void add_bar(const struct table *table, struct grid *grid, uint64_t live, struct bars bars)
{
    char bar[BAR_MAX];
    double part = bars.most > 0 ? (double)live / (double)bars.most : 0;
    if (bars.room > 0)
        grid_cell(grid, "%s", bar_text(table->options->bars, part, bars.room, bar));
}

static void add_row(const struct table *table, struct grid *grid, uint32_t balancer,
                    uint32_t server, uint64_t all_picks, struct bars bars)
{
    char number[TEXT_MAX];
    uint32_t end = table_result(table, balancer, 0)->moments;
    grid_cell(grid, "%.20s", table->scenario->server[server].name);
    grid_cell(grid, "%s", text_count(mean_count(table, balancer, picks_of, 0, server), number));
    grid_cell(grid, "%s", text_share(sum_of_picks(table, balancer, server), all_picks, number));
    for (uint32_t m = 0; m <= table->moments; m++) {
        uint32_t moment = m < table->moments ? table->moment[m] : end;
        grid_cell(grid, "%s",
                  text_count(mean_count(table, balancer, live_of, moment, server), number));
    }
    add_bar(table, grid, mean_count(table, balancer, live_of, end, server), bars);
}

static struct grid *build(const struct table *table, uint32_t balancer, const bool *shown,
                          struct bars bars)
{
    char columns[] = "lrrrrrrrrl";
    uint32_t numbers = 4 + table->moments;
    columns[numbers] = bars.room > 0 ? 'l' : '\0';
    columns[numbers + (bars.room > 0)] = '\0';
    struct grid *grid = grid_new(columns);
    uint64_t all_picks = sum_of_all_picks(table, balancer);
    grid_cell(grid, "server");
    grid_cell(grid, "picks");
    grid_cell(grid, "share");
    for (uint32_t m = 0; m < table->moments; m++)
        grid_cell(grid, "%sat %.8s", m == 0 ? "live " : "", table_moment_event(table, m)->name);
    grid_cell(grid, table->moments == 0 ? "live at end" : "at end");
    grid_end_row(grid);
    for (uint32_t s = 0; s < table->scenario->servers; s++)
        if (shown[s])
            add_row(table, grid, balancer, s, all_picks, bars);
    return grid;
}

/* Room for bars between the numbers and the end of the line. */
static struct bars bars_beside(const struct table *table, const struct grid *grid)
{
    enum { INDENT = 2, GAP = 2 };
    uint32_t gaps = (GAP - 1) * (3 + table->moments); /* grid_width() counts one blank for each */
    uint32_t taken = grid_width(grid, INDENT) + gaps + GAP;
    struct bars bars = {.most = most_live(table)};
    if (table->options->width < GRID_LINE || bars.most == 0 || taken + LEAST_BAR >= GRID_LINE)
        return bars;
    bars.room = GRID_LINE - 1 - taken;
    bars.room = bars.room < MOST_BAR ? bars.room : MOST_BAR;
    return bars;
}

static void print_servers(const struct table *table, uint32_t balancer)
{
    uint32_t servers = table->scenario->servers, left_out = 0;
    bool *shown = choose_rows(table, balancer);
    struct grid *grid = build(table, balancer, shown, (struct bars){0});
    for (uint32_t s = 0; s < servers; s++)
        left_out += !shown[s];
    if (!table->markdown && table->options->bars != BAR_NONE) {
        struct bars bars = bars_beside(table, grid);
        grid_free(grid);
        grid = build(table, balancer, shown, bars);
    }
    table_grid(table, grid, 2, (struct grid_heads){1, false});
    if (left_out > 0) {
        char line[STORY_MAX];
        snprintf(line, sizeof line,
                 "(and %" PRIu32 " servers between these; --all shows every one)", left_out);
        table_say(table, 2, line);
    }
    free(shown);
    grid_free(grid);
}

/* Who waits for a place is at no server, and so in no row. */
static void print_queued(const struct table *table, uint32_t balancer)
{
    uint64_t queued = 0, replications = table->experiment->replications;
    char number[TEXT_MAX], many[TEXT_MAX], of[TEXT_MAX + 24] = "", line[STORY_MAX];
    for (uint64_t r = 0; r < replications; r++)
        queued += table_result(table, balancer, r)->flow[0].queued;
    if (queued == 0)
        return;
    if (replications > 1)
        snprintf(of, sizeof of, " of %s replications", text_count(replications, many));
    snprintf(line, sizeof line, "%s open%s%s still wait%s for a place at the end",
             text_count(queued, number), queued == 1 ? "" : "s", of, queued == 1 ? "s" : "");
    table_say(table, 2, line);
}

void table_block(const struct table *table, uint32_t balancer)
{
    const struct balancer *it = &table->scenario->balancer[balancer];
    char about[STORY_MAX];
    table_bold_line(table, it->name);
    table_say(table, 2, story_balancer(it, about));
    print_servers(table, balancer);
    print_queued(table, balancer);
    table_block_changes(table, balancer);
    table_gap(table);
}
