/* table.c: the terminal's report: what was run, the answer, a block a balancer, the comparison. */
#include "reports/report.h"

#include "reports/grid.h"
#include "reports/story.h"
#include "reports/text.h"
#include "sim/engine/memory.h"
#include "sim/run/metrics.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { MOMENTS_SHOWN = 5, SERVERS_SHOWN = 12, EXTREMES = 3, NAME_SHOWN = 28 };

/* ---- What all parts look at ---- */

struct table {
    const struct experiment *experiment;
    const struct scenario *scenario;
    const struct table_options *options;
    FILE *to;
    uint32_t moment[MOMENTS_SHOWN]; /* of the result's moments; those that are shown */
    uint32_t moments;
};

static const char *bold(const struct table *table)
{
    return table->options->colour ? "\033[1m" : "";
}

static const char *plain(const struct table *table)
{
    return table->options->colour ? "\033[0m" : "";
}

static const struct world_result *result_of(const struct table *table, uint32_t balancer,
                                            uint64_t replication)
{
    return experiment_result(table->experiment, balancer, replication);
}

static const char *moment_name(const struct table *table, uint32_t shown)
{
    const struct world_result *result = result_of(table, 0, 0);
    return table->scenario->event[result->moment[table->moment[shown]].event].name;
}

/* The mean of a number over the replications that have it; false: none has. */
static bool mean_of(const struct table *table, uint32_t balancer,
                    bool (*number)(const struct table *, const struct world_result *,
                                   uint32_t argument, double *value),
                    uint32_t argument, struct summary *summary)
{
    uint64_t replications = table->experiment->replications, count = 0;
    double *value = memory_zeroed(replications, sizeof *value);
    for (uint64_t r = 0; r < replications; r++)
        count += number(table, result_of(table, balancer, r), argument, &value[count]);
    *summary = summarize(value, count, replications - count);
    free(value);
    return count > 0;
}

static bool max_over_mean(const struct table *table, const struct world_result *result,
                          uint32_t moment, double *value)
{
    (void)table;
    struct spread spread = spread_at(result, moment);
    *value = spread.max_over_mean;
    return !spread.empty;
}

static bool newcomer_share(const struct table *table, const struct world_result *result,
                           uint32_t newcomer, double *value)
{
    (void)table;
    return newcomer_share_100(&result->newcomer[newcomer], value);
}

static bool refused(const struct table *table, const struct world_result *result, uint32_t argument,
                    double *value)
{
    (void)table, (void)argument;
    *value = (double)result->flow[0].refused;
    return true;
}

static bool cut(const struct table *table, const struct world_result *result, uint32_t argument,
                double *value)
{
    (void)table, (void)argument;
    *value = (double)result->flow[0].cut;
    return true;
}

static bool busiest_share(const struct table *table, const struct world_result *result,
                          uint32_t argument, double *value)
{
    uint64_t most = 0, sum = 0;
    (void)table, (void)argument;
    for (uint32_t s = 0; s < result->servers; s++) {
        uint64_t picks = world_tally_at(result, 0, s)->picks;
        most = picks > most ? picks : most;
        sum += picks;
    }
    *value = sum > 0 ? (double)most / (double)sum : 0;
    return sum > 0;
}

/* ---- The head ---- */

static void print_head(const struct table *table)
{
    const struct experiment *experiment = table->experiment;
    const struct scenario *scenario = table->scenario;
    char time[TEXT_MAX], count[TEXT_MAX], line[STORY_MAX];
    fprintf(table->to, "%s%s%s\n", bold(table), scenario->name, plain(table));
    if (scenario->about[0] != '\0')
        story_print(table->to, scenario->about, 0);
    snprintf(line, sizeof line,
             "%s simulated, seed %" PRIu64 ", %" PRIu64 " replication%s, %" PRIu32
             " worker%s, %s opens with %s.",
             text_time(scenario->duration_ns, time), experiment->seed, experiment->replications,
             experiment->replications == 1 ? "" : "s", scenario->workers,
             scenario->workers == 1 ? "" : "s",
             text_count(result_of(table, 0, 0)->flow[0].opens, count), scenario->balancer[0].name);
    story_print(table->to, line, 0);
    fputc('\n', table->to);
    if (scenario->events == 0)
        return;
    struct grid *grid = grid_new("rll");
    for (uint32_t e = 0; e < result_of(table, 0, 0)->moments && e < 20; e++) {
        const struct world_event *event = &scenario->event[result_of(table, 0, 0)->moment[e].event];
        grid_cell(grid, "%s", text_time(event->at_ns, time));
        grid_cell(grid, "%s", event->name);
        story_event(scenario, event, line);
        grid_cell(grid, "%.54s", line);
    }
    grid_print(grid, table->to, 2, 0, false);
    grid_free(grid);
    if (scenario->events > 20)
        fprintf(table->to, "  and %" PRIu32 " more events\n", scenario->events - 20);
    fputc('\n', table->to);
}

/* ---- The answer ---- */

/* The moment that tells most: the event after the first that adds servers, or the end. */
static uint32_t telling_moment(const struct table *table, const struct world_event **added)
{
    const struct world_result *result = result_of(table, 0, 0);
    *added = NULL;
    for (uint32_t m = 0; m < result->moments; m++) {
        const struct world_event *event = &table->scenario->event[result->moment[m].event];
        bool is_change = event->kind == EVENT_CHANGE;
        if (*added != NULL && is_change)
            return m;
        if (*added == NULL && is_change && event->adds > 0)
            *added = event;
    }
    return result->moments;
}

struct ranked {
    uint32_t balancer;
    double value;
    char shown[TEXT_MAX]; /* who shows the same number is as good */
};

static int by_value(const void *a, const void *b)
{
    const struct ranked *one = a, *two = b;
    if (one->value != two->value)
        return one->value < two->value ? -1 : 1;
    return (one->balancer > two->balancer) - (one->balancer < two->balancer);
}

static void append(char *line, size_t room, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void append(char *line, size_t room, const char *format, ...)
{
    size_t length = strlen(line);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line + length, room - length, format, arguments);
    va_end(arguments);
}

/* Those from `from` on, step by step, that show the same number. */
static void append_names(const struct table *table, char *line, size_t room,
                         const struct ranked *from, int step, uint32_t most)
{
    uint32_t count = 0;
    while (count < most && strcmp(from[(int)count * step].shown, from->shown) == 0)
        count++;
    for (uint32_t i = 0; i < count && i < 4; i++)
        append(line, room, "%s%s",
               i == 0           ? ""
               : i + 1 == count ? " and "
                                : ", ",
               table->scenario->balancer[from[(int)i * step].balancer].name);
    if (count > 4)
        append(line, room, " and %" PRIu32 " more", count - 4);
}

static void say_answer(const struct table *table, const char *when, const char *what,
                       struct ranked *ranked, uint32_t count)
{
    char line[1024];
    qsort(ranked, count, sizeof *ranked, by_value);
    const struct ranked *best = &ranked[0], *worst = &ranked[count - 1];
    snprintf(line, sizeof line, "%s, %s is ", when, what);
    if (strcmp(best->shown, worst->shown) == 0) {
        append(line, sizeof line, "%s with every balancer.", best->shown);
    } else {
        append(line, sizeof line, "least with ");
        append_names(table, line, sizeof line, best, 1, count);
        append(line, sizeof line, " (%s), most with ", best->shown);
        append_names(table, line, sizeof line, worst, -1, count);
        append(line, sizeof line, " (%s).", worst->shown);
    }
    fputs(bold(table), table->to);
    story_print(table->to, line, 0);
    fprintf(table->to, "%s\n", plain(table));
}

static void print_answer(const struct table *table)
{
    const struct scenario *scenario = table->scenario;
    const struct world_event *added;
    uint32_t moment = telling_moment(table, &added), count = 0;
    struct ranked *ranked = memory_zeroed(scenario->balancers, sizeof *ranked);
    char when[STORY_MAX] = "At the end", time[TEXT_MAX];
    bool at_end = moment == result_of(table, 0, 0)->moments;
    if (added != NULL)
        snprintf(when, sizeof when, "%s after %s",
                 text_time((at_end ? scenario->duration_ns
                                   : result_of(table, 0, 0)->moment[moment].at_ns) -
                               added->at_ns,
                           time),
                 added->name);
    for (uint32_t b = 0; b < scenario->balancers; b++) {
        struct summary summary;
        if (!mean_of(table, b, max_over_mean, moment, &summary))
            continue;
        ranked[count] = (struct ranked){.balancer = b, .value = summary.mean};
        snprintf(ranked[count++].shown, TEXT_MAX, "%.3f", summary.mean);
    }
    if (count == scenario->balancers) {
        say_answer(table, when, "the fullest server's load over its fair share", ranked, count);
    } else {
        count = 0;
        for (uint32_t b = 0; b < scenario->balancers; b++) {
            struct summary summary;
            if (!mean_of(table, b, busiest_share, 0, &summary))
                continue;
            ranked[count] = (struct ranked){.balancer = b, .value = summary.mean};
            snprintf(ranked[count++].shown, TEXT_MAX, "%.1f%%", 100 * summary.mean);
        }
        if (count > 0)
            say_answer(table, "Over the whole run", "the busiest server's share of all picks",
                       ranked, count);
    }
    free(ranked);
}

/* ---- A block a balancer ---- */

static uint64_t rounded_mean(const struct table *table, uint32_t balancer,
                             uint64_t (*of)(const struct world_result *, uint32_t moment,
                                            uint32_t server),
                             uint32_t moment, uint32_t server)
{
    uint64_t replications = table->experiment->replications, sum = 0;
    for (uint64_t r = 0; r < replications; r++)
        sum += of(result_of(table, balancer, r), moment, server);
    return (sum + replications / 2) / replications;
}

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

static uint64_t sum_of_picks(const struct table *table, uint32_t balancer, uint32_t only,
                             uint32_t servers)
{
    uint64_t sum = 0;
    for (uint64_t r = 0; r < table->experiment->replications; r++)
        for (uint32_t s = 0; s < servers; s++)
            if (only == servers || s == only)
                sum += picks_of(result_of(table, balancer, r), 0, s);
    return sum;
}

/* Which rows are shown: all, or the most and the least loaded at the end. */
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

static bool *shown_servers(const struct table *table, uint32_t balancer)
{
    uint32_t servers = table->scenario->servers;
    bool *shown = memory_zeroed(servers, sizeof *shown);
    bool all = servers <= SERVERS_SHOWN || table->options->all;
    struct loaded *loaded = memory_zeroed(servers, sizeof *loaded);
    const struct world_result *result = result_of(table, balancer, 0);
    for (uint32_t s = 0; s < servers; s++) {
        loaded[s] = (struct loaded){live_of(result, result->moments, s), s};
        shown[s] = all;
    }
    qsort(loaded, servers, sizeof *loaded, by_load);
    for (uint32_t i = 0; i < EXTREMES && i < servers; i++)
        shown[loaded[i].server] = shown[loaded[servers - 1 - i].server] = true;
    free(loaded);
    return shown;
}

static void print_servers(const struct table *table, uint32_t balancer)
{
    uint32_t servers = table->scenario->servers, left_out = 0;
    uint32_t end = result_of(table, balancer, 0)->moments;
    char columns[] = "lrrrrrrrr", number[TEXT_MAX];
    columns[4 + table->moments] = '\0';
    struct grid *grid = grid_new(columns);
    bool *shown = shown_servers(table, balancer);
    uint64_t all_picks = sum_of_picks(table, balancer, servers, servers);
    grid_cell(grid, "server");
    grid_cell(grid, "picks");
    grid_cell(grid, "share");
    for (uint32_t m = 0; m < table->moments; m++)
        grid_cell(grid, "at %.12s", moment_name(table, m));
    grid_cell(grid, "at end");
    for (uint32_t s = 0; s < servers; s++) {
        left_out += !shown[s];
        if (!shown[s])
            continue;
        grid_cell(grid, "%.24s", table->scenario->server[s].name);
        grid_cell(grid, "%s", text_count(rounded_mean(table, balancer, picks_of, 0, s), number));
        grid_cell(grid, "%s",
                  text_share(sum_of_picks(table, balancer, s, servers), all_picks, number));
        for (uint32_t m = 0; m <= table->moments; m++) {
            uint32_t moment = m < table->moments ? table->moment[m] : end;
            grid_cell(grid, "%s",
                      text_count(rounded_mean(table, balancer, live_of, moment, s), number));
        }
    }
    grid_print(grid, table->to, 2, 0, false);
    if (left_out > 0)
        fprintf(table->to, "  (%" PRIu32 " servers between them: --all shows every one)\n",
                left_out);
    free(shown);
    grid_free(grid);
}

/* What it did at each change, in a line. */
static void print_changes(const struct table *table, uint32_t balancer)
{
    const struct world_result *result = result_of(table, balancer, 0);
    char line[1024] = "";
    for (uint32_t n = 0; n < result->newcomers && n < 4; n++) {
        struct summary share;
        const char *event = table->scenario->event[result->newcomer[n].event].name;
        if (mean_of(table, balancer, newcomer_share, n, &share))
            append(line, sizeof line, "%s: %.4g of the next 100 to the newcomer. ", event,
                   100 * share.mean);
    }
    for (uint32_t l = 0, said = 0; l < result->logs && said < 4; l++) {
        const struct world_log *log = &result->log[l];
        bool lost = log->kind == LOG_DRAINED || log->kind == LOG_CRASH || log->kind == LOG_CUT;
        char count[TEXT_MAX];
        if (!lost || log->number == 0)
            continue;
        append(line, sizeof line, "%s: %s cut. ", table->scenario->event[log->event].name,
               text_count(log->number, count));
        said++;
    }
    if (result->unseeded)
        append(line, sizeof line, "The count table was full or absent: picked without it. ");
    if (line[0] == '\0')
        return;
    fputs("  ", table->to);
    story_print(table->to, line, 2);
}

static void print_block(const struct table *table, uint32_t balancer)
{
    const struct balancer *it = &table->scenario->balancer[balancer];
    char about[STORY_MAX];
    fprintf(table->to, "%s%s%s\n  ", bold(table), it->name, plain(table));
    story_print(table->to, story_balancer(it, about), 2);
    print_servers(table, balancer);
    print_changes(table, balancer);
    fputc('\n', table->to);
}

/* ---- The comparison ---- */

static void cell_ratio(const struct table *table, struct grid *grid, uint32_t balancer,
                       uint32_t moment)
{
    struct summary summary;
    if (!mean_of(table, balancer, max_over_mean, moment, &summary))
        grid_cell(grid, "-");
    else if (summary.has_interval && summary.sd > 0)
        grid_cell(grid, "%.3f+-%.3f", summary.mean, summary.high_95 - summary.mean);
    else
        grid_cell(grid, "%.3f", summary.mean);
}

static void print_comparison(const struct table *table)
{
    const struct scenario *scenario = table->scenario;
    const struct world_result *first = result_of(table, 0, 0);
    uint32_t newcomers = first->newcomers < 2 ? first->newcomers : 2;
    uint32_t moments = table->moments < 3 ? table->moments : 3, skipped = table->moments - moments;
    char columns[] = "lrrrrrrrrrr";
    columns[1 + moments + 1 + newcomers + 2] = '\0';
    struct grid *grid = grid_new(columns);
    struct summary summary;
    grid_cell(grid, "fullest server over its share:");
    grid_end_row(grid);
    grid_cell(grid, "balancer");
    for (uint32_t m = 0; m < moments; m++)
        grid_cell(grid, "at %.10s", moment_name(table, skipped + m));
    grid_cell(grid, "at end");
    for (uint32_t n = 0; n < newcomers; n++)
        grid_cell(grid, "100>%.8s", scenario->event[first->newcomer[n].event].name);
    grid_cell(grid, "refused");
    grid_cell(grid, "cut");
    for (uint32_t b = 0; b < scenario->balancers; b++) {
        grid_cell(grid, "%.*s", NAME_SHOWN, scenario->balancer[b].name);
        for (uint32_t m = 0; m < moments; m++)
            cell_ratio(table, grid, b, table->moment[skipped + m]);
        cell_ratio(table, grid, b, result_of(table, b, 0)->moments);
        for (uint32_t n = 0; n < newcomers; n++) {
            if (mean_of(table, b, newcomer_share, n, &summary))
                grid_cell(grid, "%.4g", 100 * summary.mean);
            else
                grid_cell(grid, "-");
        }
        char count[TEXT_MAX];
        mean_of(table, b, refused, 0, &summary);
        grid_cell(grid, "%s", text_count((uint64_t)(summary.mean + 0.5), count));
        mean_of(table, b, cut, 0, &summary);
        grid_cell(grid, "%s", text_count((uint64_t)(summary.mean + 0.5), count));
    }
    grid_print(grid, table->to, 0, 2, table->options->colour);
    grid_free(grid);
    if (newcomers > 0)
        fputs("100>EVENT: how many of the first 100 picks after it went to those it added.\n",
              table->to);
}

static void print_foot(const struct table *table)
{
    uint64_t replications = table->experiment->replications;
    if (replications == 1)
        fputs("One run: small differences mean nothing; -r 20 shows what is chance.\n", table->to);
    else
        fprintf(table->to, "Means of %" PRIu64 " replications%s.\n", replications,
                replications >= 5 ? ", with the 95 % interval of the mean" : "");
    if (table->options->files != NULL)
        fprintf(table->to, "Files are in %s\n", table->options->files);
}

/* Moments worth a column: changes of the list before others, the first ones if there are many. */
static void choose_moments(struct table *table)
{
    const struct world_result *result = result_of(table, 0, 0);
    for (uint32_t m = 0; m < result->moments && table->moments < MOMENTS_SHOWN; m++) {
        enum world_event_kind kind = table->scenario->event[result->moment[m].event].kind;
        if (result->moments <= MOMENTS_SHOWN || kind == EVENT_CHANGE)
            table->moment[table->moments++] = m;
    }
}

void report_table(const struct experiment *experiment, const struct table_options *options,
                  FILE *to)
{
    struct table table = {
        .experiment = experiment, .scenario = experiment->scenario, .options = options, .to = to};
    choose_moments(&table);
    print_head(&table);
    print_answer(&table);
    for (uint32_t b = 0; b < experiment->scenario->balancers; b++)
        print_block(&table, b);
    print_comparison(&table);
    print_foot(&table);
}
