/* table_block.c: what one balancer did: who got what. */
#include "reports/table_parts.h"

#include "reports/grid.h"
#include "sim/engine/memory.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

enum { SERVERS_SHOWN = 12, EXTREMES = 3 };

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

static void add_row(const struct table *table, struct grid *grid, uint32_t balancer,
                    uint32_t server, uint64_t all_picks)
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
}

static void print_servers(const struct table *table, uint32_t balancer)
{
    uint32_t servers = table->scenario->servers, left_out = 0;
    char columns[] = "lrrrrrrrr";
    columns[4 + table->moments] = '\0';
    struct grid *grid = grid_new(columns);
    bool *shown = choose_rows(table, balancer);
    uint64_t all_picks = sum_of_all_picks(table, balancer);
    grid_cell(grid, "server");
    grid_cell(grid, "picks");
    grid_cell(grid, "share");
    for (uint32_t m = 0; m < table->moments; m++)
        grid_cell(grid, "%sat %.8s", m == 0 ? "live " : "", table_moment_event(table, m)->name);
    grid_cell(grid, table->moments == 0 ? "live at end" : "at end");
    for (uint32_t s = 0; s < servers; s++) {
        left_out += !shown[s];
        if (shown[s])
            add_row(table, grid, balancer, s, all_picks);
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
