/* table_head.c: what was run, when what happened, and the answer in a sentence. */
#include "reports/table_parts.h"

#include "reports/story.h"
#include "reports/text.h"
#include "sim/engine/memory.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { EVENTS_SHOWN = 20, NAMES_SHOWN = 4, NAME_WIDTH = 24 };

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

/* Connections that arrive, alike for every balancer; the mean over replications. */
static uint64_t mean_arrived(const struct table *table)
{
    uint64_t replications = table->experiment->replications, sum = 0;
    assert(replications > 0);
    for (uint64_t r = 0; r < replications; r++)
        sum += table_result(table, 0, r)->flow[0].arrived;
    return (sum + replications / 2) / replications;
}

void table_head(const struct table *table)
{
    const struct experiment *experiment = table->experiment;
    const struct scenario *scenario = table->scenario;
    char time[TEXT_MAX], count[TEXT_MAX], line[STORY_MAX];
    table_bold_line(table, scenario->name);
    if (scenario->about[0] != '\0')
        story_print(table->to, scenario->about, 0);
    snprintf(line, sizeof line,
             "%s simulated, seed %" PRIu64 ", %" PRIu64 " replication%s, %" PRIu32
             " worker%s, %s connections%s",
             text_time(scenario->duration_ns, time), experiment->seed, experiment->replications,
             experiment->replications == 1 ? "" : "s", scenario->workers,
             scenario->workers == 1 ? "" : "s", text_count(mean_arrived(table), count),
             experiment->replications == 1 ? "" : " on average");
    story_print(table->to, line, 0);
    fputc('\n', table->to);
    if (scenario->events > 0)
        print_events(table);
}

/* ---- The answer ---- */

/* The moment that tells most: when a later change than the first addition came, or the end. */
static uint32_t telling_moment(const struct table *table, const struct world_event **added)
{
    const struct world_result *result = table_result(table, 0, 0);
    *added = NULL;
    for (uint32_t m = 0; m < result->moments; m++) {
        const struct world_event *event = &table->scenario->event[result->moment[m].event];
        if (event->kind != EVENT_CHANGE)
            continue;
        if (*added != NULL && event->at_ns > (*added)->at_ns)
            return m;
        if (*added == NULL && event->adds > 0)
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

/* All balancers by a number, the least first; 0 unless all have it. Freed by the caller. */
static uint32_t rank(const struct table *table, table_number *number, uint32_t argument,
                     bool percent, struct ranked **ranked)
{
    uint32_t balancers = table->scenario->balancers, count = 0;
    *ranked = memory_zeroed(balancers, sizeof **ranked);
    for (uint32_t b = 0; b < balancers; b++) {
        struct summary summary;
        if (!table_summary(table, b, number, argument, &summary))
            return 0;
        (*ranked)[count] = (struct ranked){.balancer = b, .value = summary.mean};
        char *shown = (*ranked)[count++].shown;
        if (percent)
            snprintf(shown, TEXT_MAX, "%.1f%%", 100 * summary.mean);
        else
            snprintf(shown, TEXT_MAX, "%.3f", summary.mean);
    }
    qsort(*ranked, count, sizeof **ranked, by_value);
    return count;
}

/* Those of the ranked who show the same number as ranked[at]. */
static void add_names(const struct table *table, char *line, size_t room,
                      const struct ranked *ranked, uint32_t count, uint32_t at)
{
    uint32_t same = 0, said = 0;
    for (uint32_t i = 0; i < count; i++)
        same += strcmp(ranked[i].shown, ranked[at].shown) == 0;
    for (uint32_t i = 0; i < count && said < NAMES_SHOWN; i++)
        if (strcmp(ranked[i].shown, ranked[at].shown) == 0) {
            line_add(line, room, "%s%s",
                     said == 0          ? ""
                     : said + 1 == same ? " and "
                                        : ", ",
                     table->scenario->balancer[ranked[i].balancer].name);
            said++;
        }
    if (same > said)
        line_add(line, room, " and %" PRIu32 " more", same - said);
}

static void say(const struct table *table, const char *when, const char *what, const char *unit,
                const struct ranked *ranked, uint32_t count)
{
    char line[1024] = "";
    const struct ranked *best = &ranked[0], *worst = &ranked[count - 1];
    if (strcmp(best->shown, worst->shown) == 0) {
        line_add(line, sizeof line, "%s: %s %s %s with every balancer.", when, what, best->shown,
                 unit);
    } else {
        line_add(line, sizeof line, "Most even %s: ", when);
        add_names(table, line, sizeof line, ranked, count, 0);
        line_add(line, sizeof line, "; %s %s %s. Least even: ", what, best->shown, unit);
        add_names(table, line, sizeof line, ranked, count, count - 1);
        line_add(line, sizeof line, "; %s.", worst->shown);
    }
    table_bold_line(table, line);
    fputc('\n', table->to);
}

void table_answer(const struct table *table)
{
    const struct world_result *result = table_result(table, 0, 0);
    const struct world_event *added;
    uint32_t moment = telling_moment(table, &added), count;
    struct ranked *ranked;
    char when[STORY_MAX] = "at the end", time[TEXT_MAX];
    uint64_t at_ns =
        moment < result->moments ? result->moment[moment].at_ns : table->scenario->duration_ns;
    if (added != NULL)
        snprintf(when, sizeof when, "%s after %s", text_time(at_ns - added->at_ns, time),
                 added->name);
    count = rank(table, number_max_over_mean, moment, false, &ranked);
    if (count > 0) {
        say(table, when, "the fullest server carries", "times its fair share", ranked, count);
    } else { /* nothing is open then: what is left to compare is who was picked */
        free(ranked);
        count = rank(table, number_busiest_share, 0, true, &ranked);
        if (count > 0)
            say(table, "over the whole run", "the busiest server got", "of all picks", ranked,
                count);
    }
    free(ranked);
}
