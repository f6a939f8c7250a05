/* table_head.c: what was run, and when what happens. */
#include "reports/table_parts.h"

#include "reports/grid.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

enum { EVENTS_SHOWN = 20, NAME_WIDTH = 24 };

static void print_events(const struct table *table)
{
    const struct scenario *scenario = table->scenario;
    const struct world_result *result = table_result(table, 0, 0);
    int time_width = 0, name_width = 0;
    char time[TEXT_MAX], story[STORY_MAX];
    for (uint32_t m = 0; m < result->moments && m < EVENTS_SHOWN; m++) {
        const struct world_event *event = &scenario->event[result->moment[m].event];
        int length = (int)strlen(text_time(event->at_ns, time)), name = (int)strlen(event->name);
        time_width = length > time_width ? length : time_width;
        name_width = name > name_width ? name : name_width;
    }
    name_width = name_width < NAME_WIDTH ? name_width : NAME_WIDTH;
    for (uint32_t m = 0; m < result->moments && m < EVENTS_SHOWN; m++) {
        const struct world_event *event = &scenario->event[result->moment[m].event];
        fprintf(table->to, "  %*s  %-*.*s  ", time_width, text_time(event->at_ns, time), name_width,
                name_width, event->name);
        story_print(table->to, story_event(scenario, event, story), 6 + time_width + name_width);
    }
    if (result->moments > EVENTS_SHOWN)
        fprintf(table->to, "  and %" PRIu32 " more events\n", result->moments - EVENTS_SHOWN);
    fputc('\n', table->to);
}

static void tabulate_events(const struct table *table)
{
    const struct scenario *scenario = table->scenario;
    const struct world_result *result = table_result(table, 0, 0);
    char time[TEXT_MAX], story[STORY_MAX];
    struct grid *grid = grid_new("rll");
    grid_cell(grid, "time");
    grid_cell(grid, "event");
    grid_cell(grid, "what happens");
    for (uint32_t m = 0; m < result->moments && m < EVENTS_SHOWN; m++) {
        const struct world_event *event = &scenario->event[result->moment[m].event];
        grid_cell(grid, "%s", text_time(event->at_ns, time));
        grid_cell(grid, "%s", event->name);
        grid_cell(grid, "%s", story_event(scenario, event, story));
    }
    table_grid(table, grid, 0, (struct grid_heads){1, false});
    grid_free(grid);
    if (result->moments > EVENTS_SHOWN) {
        snprintf(story, sizeof story, "And %" PRIu32 " more events.",
                 result->moments - EVENTS_SHOWN);
        table_say(table, 0, story);
    }
}

/* Connections that arrive in the window, alike for every balancer; the mean over replications. */
static uint64_t mean_arrived(const struct table *table)
{
    uint64_t replications = table->experiment->replications, sum = 0;
    assert(replications > 0);
    for (uint64_t r = 0; r < replications; r++)
        sum += table_result(table, 0, r)->flow[0].arrived;
    return (sum + replications / 2) / replications;
}

void table_setting(const struct table *table)
{
    const struct experiment *experiment = table->experiment;
    const struct scenario *scenario = table->scenario;
    bool many = experiment->replications > 1;
    char time[TEXT_MAX], count[TEXT_MAX], line[STORY_MAX] = "";
    text_count(mean_arrived(table), count);
    line_add(line, sizeof line, "%s simulated, seed %" PRIu64 ", %" PRIu64 " replication%s, ",
             text_time(scenario->duration_ns, time), experiment->seed, experiment->replications,
             many ? "s" : "");
    if (scenario->instances > 1)
        line_add(line, sizeof line, "%" PRIu32 " gateway instances of ", scenario->instances);
    line_add(line, sizeof line, "%" PRIu32 " worker%s", scenario->workers,
             scenario->workers == 1 ? "" : "s");
    if (scenario->measure_from_ns == 0)
        line_add(line, sizeof line, ", %s connections%s", count, many ? " on average" : "");
    table_say(table, 0, line);
    if (scenario->measure_from_ns > 0) {
        snprintf(line, sizeof line,
                 "Counts and averages begin at %s; %s%s connections arrive after that",
                 text_time(scenario->measure_from_ns, time), many ? "on average " : "", count);
        table_say(table, 0, line);
    }
    if (scenario->old_workers_ns != SPAN_FOREVER) {
        snprintf(line, sizeof line, "What old workers still hold %s after a reload is cut",
                 scenario->old_workers_ns == 0 ? "right"
                                               : text_time(scenario->old_workers_ns, time));
        table_say(table, 0, line);
    }
}

void table_circumstances(const struct table *table)
{
    table_setting(table);
    table_gap(table);
    if (table->scenario->events > 0 && table->markdown)
        tabulate_events(table);
    else if (table->scenario->events > 0)
        print_events(table);
}

void table_head(const struct table *table)
{
    table_bold_line(table, table->scenario->name);
    if (table->scenario->about[0] != '\0')
        table_say(table, 0, table->scenario->about);
    table_circumstances(table);
}
