/* table_parts.c: what the parts of the terminal's report look at, and how they write. */
#include "reports/table_parts.h"

#include "reports/grid.h"
#include "reports/markdown.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

void table_bold_line(const struct table *table, const char *line)
{
    if (table->ear != NULL) {
        table->ear->hear(table->ear->context, true, line);
        return;
    }
    if (table->markdown) {
        fputs("**", table->to);
        markdown_put(table->to, line);
        fputs("**\n\n", table->to);
        return;
    }
    fputs(table->options->colour ? "\033[1m" : "", table->to);
    story_print(table->to, line, 0);
    fputs(table->options->colour ? "\033[0m" : "", table->to);
}

void table_say(const struct table *table, int indent, const char *words)
{
    if (table->ear != NULL) {
        table->ear->hear(table->ear->context, false, words);
    } else if (table->markdown) {
        markdown_put(table->to, words);
        fputs("\n\n", table->to);
    } else {
        fprintf(table->to, "%*s", indent, "");
        story_print(table->to, words, indent);
    }
}

void table_gap(const struct table *table)
{
    if (table->ear == NULL)
        fputs(table->markdown ? "" : "\n", table->to);
}

void table_grid(const struct table *table, const struct grid *grid, int indent,
                struct grid_heads heads)
{
    if (table->markdown)
        grid_print_markdown(grid, table->to, heads.rows);
    else
        grid_print(grid, table->to, indent, heads.bold ? heads.rows : 0, table->options->colour);
}

const struct world_result *table_result(const struct table *table, uint32_t balancer,
                                        uint64_t replication)
{
    return experiment_result(table->experiment, balancer, replication);
}

const struct world_event *table_moment_event(const struct table *table, uint32_t shown)
{
    const struct world_result *result = table_result(table, 0, 0);
    return &table->scenario->event[result->moment[table->moment[shown]].event];
}

/* Names from the command line often differ in their last letters only. */
char *table_name(const struct table *table, uint32_t balancer, char name[NAME_SHOWN + 1])
{
    enum { END = (NAME_SHOWN - 2) / 2, BEGIN = NAME_SHOWN - 2 - END };
    const char *whole = table->scenario->balancer[balancer].name;
    size_t length = strlen(whole);
    if (length <= NAME_SHOWN)
        snprintf(name, NAME_SHOWN + 1, "%s", whole);
    else
        snprintf(name, NAME_SHOWN + 1, "%.*s..%s", BEGIN, whole, whole + length - END);
    return name;
}

void line_add(char *line, size_t room, const char *format, ...)
{
    size_t length = strlen(line);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line + length, room - length, format, arguments);
    va_end(arguments);
}

void line_add_comma(char *line, size_t room, uint32_t i, uint32_t count)
{
    line_add(line, room, "%s", i == 0 ? "" : i + 1 == count ? " and " : ", ");
}

/* ---- Numbers ---- */

struct summary table_summary(const struct table *table, const char *metric, uint32_t balancer,
                             uint32_t change)
{
    const struct metric *found = metric_find(metric);
    assert(found != NULL);
    return summary_of(table->experiment, found, balancer, 0, change);
}

char *table_percent(double part, char buffer[TEXT_MAX])
{
    snprintf(buffer, TEXT_MAX, "%.2f%%", 100 * part);
    return buffer;
}

char *table_quotient(double quotient, char buffer[TEXT_MAX])
{
    snprintf(buffer, TEXT_MAX, "%.3f", quotient);
    return buffer;
}

char *table_of_100(double part, char buffer[TEXT_MAX])
{
    double hundred = 100 * part;
    bool whole = fabs(hundred - round(hundred)) < .05;
    snprintf(buffer, TEXT_MAX, "%.*f", whole ? 0 : 1, hundred);
    return buffer;
}

bool table_anybody(const struct table *table, const char *metric, uint32_t change)
{
    for (uint32_t b = 0; b < table->scenario->balancers; b++)
        if (table_summary(table, metric, b, change).count > 0)
            return true;
    return false;
}

double table_judged(const struct table *table)
{
    uint32_t points = MEASURE_POINTS;
    for (uint64_t i = 0; i < table->experiment->trials; i++) {
        const struct world_average *average =
            &table->experiment->trial[i].result->measure[0].average;
        points = average->points < points ? average->points : points;
    }
    return (double)points / MEASURE_POINTS;
}

const struct yardstick *table_yardstick(const struct table *table)
{
    static const struct yardstick over_time = {"Live connections, averaged over time",
                                               "live_misplaced_avg", "live_max_over_mean_avg",
                                               .ranks = true, .over_time = true};
    static const struct yardstick at_end = {"Live connections at the end", "live_misplaced",
                                            "live_max_over_mean", .ranks = true};
    static const struct yardstick picks = {"Picks, which rank nobody", "picks_misplaced",
                                           "picks_max_over_mean", .ranks = false};
    if (table_judged(table) >= .5)
        return &over_time;
    if (table_anybody(table, at_end.misplaced, 0))
        return &at_end;
    return table_anybody(table, over_time.misplaced, 0) ? &over_time : &picks;
}

struct noise table_noise(const struct table *table, uint32_t balancer)
{
    const struct world_result *result = table_result(table, balancer, 0);
    uint64_t live = 0, present = 0;
    if (table_yardstick(table)->over_time) {
        struct summary misplaced = table_summary(table, "noise_misplaced", balancer, 0);
        struct summary full = table_summary(table, "noise_max_over_mean", balancer, 0);
        return (struct noise){misplaced.count == 0, misplaced.mean, full.mean};
    }
    for (uint32_t s = 0; s < result->servers; s++)
        if (result->present[s]) {
            live += world_tally_at(result, 0, s)->live;
            present++;
        }
    if (live == 0)
        return (struct noise){.empty = true};
    return noise_floor((double)live / (double)present, (double)present);
}

const char *table_plus_minus(const struct table *table)
{
    return table->markdown ? " \xC2\xB1 " : "+-";
}

/* ---- Changes ---- */

char *table_change_name(const struct table *table, uint32_t change, uint32_t most,
                        char name[STORY_MAX])
{
    const struct world_change *at = &table_result(table, 0, 0)->change[change];
    const char *event = table->scenario->event[at->event].name;
    const char *part = world_part_suffix(at->part);
    size_t left = strlen(part) < most ? most - strlen(part) : 0;
    snprintf(name, STORY_MAX, "%.*s%s", (int)left, event, part);
    return name;
}

char *table_change_after(const struct table *table, uint32_t change, char name[STORY_MAX])
{
    const struct world_result *result = table_result(table, 0, 0);
    for (uint32_t next = change + 1; next < result->changes; next++)
        if (result->change[next].at_ns > result->change[change].at_ns)
            return table_change_name(table, next, NAME_SHOWN, name);
    return NULL;
}

struct settling table_settling(const struct table *table, uint32_t balancer, uint32_t change)
{
    struct summary summary = table_summary(table, "settle_s", balancer, change);
    struct settling settling = {.settled = summary.count};
    for (uint64_t r = 0; r < table->experiment->replications; r++) {
        const struct world_result *result = table_result(table, balancer, r);
        settling.judged +=
            result->change[change].measured && world_after_at(result, change, 0)->judged;
    }
    if (summary.count > 0)
        settling.median_ns = (uint64_t)(summary.median * 1e9 + .5);
    return settling;
}
