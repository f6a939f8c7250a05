/* steady.c: open connections to expect, and how far they are from a steady state. */
#include "reports/steady.h"

#include "reports/grid.h"
#include "reports/story.h"
#include "reports/text.h"
#include "sim/engine/memory.h"
#include "sim/run/expected.h"
#include "sim/scenario/values.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TRAFFICS_SHOWN = 8, EVENTS_SHOWN = 8, NAME_WIDTH = 18, WHEN_WIDTH = 24 };

static const double below_most = 0.01;

/* ---- Moments: the start of the window, each event, the end ---- */

enum moment_kind { MOMENT_START, MOMENT_EVENT, MOMENT_END };

struct moment {
    enum moment_kind kind;
    uint64_t at_ns;
    const struct world_event *event;
};

struct outlook {
    const struct scenario *scenario;
    struct moment *moment; /* in the order in which they come */
    uint32_t moments;
};

/* The start comes before the events of its time, and these as they are written. */
static int by_time(const void *a, const void *b)
{
    const struct moment *one = a, *two = b;
    if (one->at_ns != two->at_ns)
        return one->at_ns < two->at_ns ? -1 : 1;
    if (one->kind != two->kind)
        return one->kind < two->kind ? -1 : 1;
    return (one->event > two->event) - (one->event < two->event);
}

static struct outlook outlook_of(const struct scenario *scenario)
{
    uint32_t events = scenario->events;
    struct outlook outlook = {.scenario = scenario, .moments = events + 2};
    outlook.moment = memory_zeroed(outlook.moments, sizeof *outlook.moment);
    for (uint32_t i = 0; i < events; i++)
        outlook.moment[i] =
            (struct moment){MOMENT_EVENT, scenario->event[i].at_ns, &scenario->event[i]};
    outlook.moment[events] = (struct moment){MOMENT_START, scenario->measure_from_ns, NULL};
    outlook.moment[events + 1] = (struct moment){MOMENT_END, scenario->duration_ns, NULL};
    qsort(outlook.moment, outlook.moments, sizeof *outlook.moment, by_time);
    return outlook;
}

/* ---- What is said of one traffic ---- */

/* Whether all of them come in that one instant. */
static bool come_at(const struct arrivals *arrivals, uint64_t at_ns)
{
    const struct arrivals_parameter *parameter = arrivals->parameter;
    if (arrivals->kind == ARRIVALS_BURST)
        return parameter[1].whole == at_ns && parameter[2].whole == 0;
    return arrivals->kind == ARRIVALS_KEEP && at_ns == 0;
}

/* Before when one must have arrived to be seen at a moment. It finds what came before it; but a
 * burst in one instant, at the first tick of the window, is there from the start, and so is what is
 * kept. */
static uint64_t seen_before_ns(const struct world_traffic *traffic, const struct moment *moment)
{
    for (uint32_t i = 0; i < traffic->arrivals_count; i++)
        if (moment->kind == MOMENT_START && come_at(&traffic->arrivals[i], moment->at_ns))
            return moment->at_ns + 1;
    return moment->at_ns;
}

static bool has_steady_state(const struct world_traffic *traffic)
{
    double steady = expected_steady(traffic);
    return steady > 0 && isfinite(steady);
}

/* 0.27, 5.4, 5,960 */
static char *open_text(double open, char buffer[TEXT_MAX])
{
    if (open >= 10 && open < 1e15)
        return text_count((uint64_t)llround(open), buffer);
    snprintf(buffer, TEXT_MAX, "%.2g", open < 0.005 ? 0 : open);
    return buffer;
}

/* From when on this traffic is within 1 % of its steady state, as one would write it: a little
 * later, in whole steps of a unit that suits. SPAN_FOREVER as it is. */
static uint64_t steady_from_ns(const struct world_traffic *traffic)
{
    static const struct {
        uint64_t below_ns, step_ns;
    } steps[] = {
        {UINT64_C(1000000), 1000},                            /* 1ms, 1us */
        {UINT64_C(100000000), 1000000},                       /* 100ms, 1ms */
        {UINT64_C(1000000000), 10000000},                     /* 1s, 10ms */
        {UINT64_C(120000000000), 1000000000},                 /* 2m, 1s */
        {UINT64_C(14400000000000), UINT64_C(60000000000)},    /* 4h, 1m */
        {UINT64_C(345600000000000), UINT64_C(3600000000000)}, /* 4d, 1h */
        {UINT64_MAX, UINT64_C(86400000000000)},               /* 1d */
    };
    uint64_t from_ns = expected_steady_from_ns(traffic, below_most);
    size_t i = 0;
    if (from_ns == SPAN_FOREVER)
        return from_ns;
    while (from_ns >= steps[i].below_ns)
        i++;
    uint64_t past_ns = from_ns % steps[i].step_ns;
    return past_ns == 0 ? from_ns : from_ns - past_ns + steps[i].step_ns;
}

/* ---- The table ---- */

static int clause_length(const char *story)
{
    const char *end = strstr(story, ": ");
    return end != NULL ? (int)(end - story) : (int)strlen(story);
}

static void add_when(struct grid *grid, const struct scenario *scenario,
                     const struct moment *moment)
{
    char story[STORY_MAX] = "", when[STORY_MAX + NAME_MAX_BYTES + 2];
    if (moment->kind == MOMENT_EVENT)
        story_event(scenario, moment->event, story);
    if (moment->kind == MOMENT_START)
        snprintf(when, sizeof when, moment->at_ns == 0 ? "start" : "measured from");
    else if (moment->kind == MOMENT_END)
        snprintf(when, sizeof when, "end");
    else if (moment->event->name[0] != '#')
        snprintf(when, sizeof when, "%s", moment->event->name);
    else /* a number alone says little; of "reload: all workers are replaced", the first word */
        snprintf(when, sizeof when, "%s %.*s", moment->event->name, clause_length(story), story);
    bool fits = strlen(when) <= WHEN_WIDTH;
    grid_cell(grid, "%.*s%s", fits ? WHEN_WIDTH : WHEN_WIDTH - 3, when, fits ? "" : "...");
}

static void add_distance(struct grid *grid, double below_pct)
{
    if (fabs(below_pct) < 0.005)
        grid_cell(grid, "reached");
    else
        grid_cell(grid, "%.2f%% %s", fabs(below_pct), below_pct > 0 ? "below" : "above");
}

static void add_moment(struct grid *grid, const struct scenario *scenario,
                       const struct world_traffic *traffic, const struct moment *moment)
{
    char text[TEXT_MAX];
    uint64_t before_ns = seen_before_ns(traffic, moment);
    add_when(grid, scenario, moment);
    grid_cell(grid, "%s", text_time(moment->at_ns, text));
    grid_cell(grid, "%s", open_text(expected_live(traffic, before_ns), text));
    if (has_steady_state(traffic))
        add_distance(grid, 100 * expected_below(traffic, before_ns));
    else if (expected_steady(traffic) > 0)
        grid_cell(grid, "none");
    grid_end_row(grid);
}

static void add_traffic(struct grid *grid, const struct outlook *outlook,
                        const struct world_traffic *traffic)
{
    uint32_t events = 0;
    const char *name = traffic->name;
    for (uint32_t i = 0; i < outlook->moments; i++) {
        const struct moment *moment = &outlook->moment[i];
        if (moment->kind == MOMENT_EVENT && ++events > EVENTS_SHOWN)
            continue;
        if (moment->kind == MOMENT_END && events > EVENTS_SHOWN) {
            grid_cell(grid, "%s", name);
            grid_cell(grid, "and %" PRIu32 " more", events - EVENTS_SHOWN);
            grid_end_row(grid);
        }
        grid_cell(grid, "%.*s", NAME_WIDTH, name);
        add_moment(grid, outlook->scenario, traffic, moment);
        name = "";
    }
}

static void print_line(FILE *to, const char *line)
{
    fputs("  ", to);
    story_print(to, line, 2);
}

static bool has_bursts(const struct world_traffic *traffic)
{
    for (uint32_t i = 0; i < traffic->arrivals_count; i++)
        if (traffic->arrivals[i].kind == ARRIVALS_BURST)
            return true;
    return false;
}

static void print_steady_state(const struct scenario *scenario, const struct world_traffic *traffic,
                               FILE *to)
{
    char line[STEADY_MAX], open[TEXT_MAX], time[32];
    double steady = expected_steady(traffic);
    if (!(steady > 0))
        return;
    uint64_t from_ns = isfinite(steady) ? steady_from_ns(traffic) : SPAN_FOREVER;
    if (!isfinite(steady))
        snprintf(line, sizeof line, "%s: no steady state: %s, so what is open grows without end.",
                 traffic->name,
                 traffic->lasts.kind == DISTRIBUTION_FOREVER ? "nobody leaves"
                                                             : "the mean hold is infinite");
    else if (from_ns == SPAN_FOREVER)
        snprintf(line, sizeof line,
                 "%s: %s open in its steady state, not within 1%% of it in 292 years.",
                 traffic->name, open_text(steady, open));
    else
        snprintf(line, sizeof line,
                 "%s: %s open in its steady state, within 1%% of it from %s on%s%s.", traffic->name,
                 open_text(steady, open), value_time_said(from_ns, time),
                 from_ns < scenario->duration_ns ? "" : ", after the end",
                 has_bursts(traffic) ? "; bursts aside" : "");
    print_line(to, line);
}

/* Whether anything is open at any of the moments. */
static bool tells_something(const struct outlook *outlook)
{
    char text[TEXT_MAX];
    for (uint32_t t = 0; t < outlook->scenario->traffics; t++)
        for (uint32_t i = 0; i < outlook->moments; i++) {
            const struct world_traffic *traffic = &outlook->scenario->traffic[t];
            uint64_t before_ns = seen_before_ns(traffic, &outlook->moment[i]);
            if (strcmp(open_text(expected_live(traffic, before_ns), text), "0") != 0)
                return true;
        }
    return false;
}

void steady_print(const struct scenario *scenario, FILE *to)
{
    struct outlook outlook = outlook_of(scenario);
    uint32_t shown = scenario->traffics < TRAFFICS_SHOWN ? scenario->traffics : TRAFFICS_SHOWN;
    uint32_t more = scenario->traffics - shown;
    bool steady = false;
    for (uint32_t i = 0; i < shown; i++)
        steady = steady || expected_steady(&scenario->traffic[i]) > 0;
    struct grid *grid = grid_new("llrrr");
    grid_cell(grid, "traffic");
    grid_cell(grid, "when");
    grid_cell(grid, "time");
    grid_cell(grid, "open");
    grid_cell(grid, steady ? "steady state" : "");
    for (uint32_t i = 0; i < shown; i++)
        add_traffic(grid, &outlook, &scenario->traffic[i]);
    if (tells_something(&outlook)) {
        print_line(to, "Open connections to expect; cuts, closes, refusals and reconnects left "
                       "aside:");
        grid_print(grid, to, 2, 0, false);
        if (more > 0)
            fprintf(to, "  and %" PRIu32 " more traffic%s\n", more, more == 1 ? "" : "s");
    }
    for (uint32_t i = 0; i < shown; i++)
        print_steady_state(scenario, &scenario->traffic[i], to);
    grid_free(grid);
    free(outlook.moment);
}

/* ---- The warning ---- */

struct doubt {
    const struct moment *worst; /* NULL: none is more than 1 % below */
    double below;               /* there */
    uint32_t early;             /* events that are more than 1 % below */
    const char *first;          /* of those */
};

/* What comes before the window is not measured, and may be as unsteady as it likes. */
static struct doubt doubt_of(const struct outlook *outlook, const struct world_traffic *traffic)
{
    struct doubt doubt = {.below = below_most};
    for (uint32_t i = 0; i < outlook->moments; i++) {
        const struct moment *moment = &outlook->moment[i];
        if (moment->at_ns < outlook->scenario->measure_from_ns || moment->kind == MOMENT_END)
            continue;
        double below = expected_below(traffic, seen_before_ns(traffic, moment));
        if (below > below_most && moment->kind == MOMENT_EVENT && doubt.early++ == 0)
            doubt.first = moment->event->name;
        if (below > doubt.below) {
            doubt.below = below;
            doubt.worst = moment;
        }
    }
    return doubt;
}

/* What to do about it, as the rest of the sentence. */
static void say_advice(const struct scenario *scenario, const struct world_traffic *traffic,
                       const struct doubt *doubt, char *line, size_t room)
{
    char from[32], end[32];
    uint64_t from_ns = steady_from_ns(traffic);
    value_time_text(from_ns, from); /* is to be typed */
    if (from_ns == SPAN_FOREVER)
        snprintf(line, room, "it takes more than 292 years to come within 1%%");
    else if (from_ns >= scenario->duration_ns)
        snprintf(line, room, "it is within 1%% from %s on, but the run ends at %s",
                 value_time_said(from_ns, from), value_time_said(scenario->duration_ns, end));
    else if (doubt->early == 0)
        snprintf(line, room, "measure: {from: %s} would begin within 1%% of it", from);
    else if (doubt->early == 1)
        snprintf(line, room, "let %s come after %s, and measure: {from: %s}", doubt->first, from,
                 from);
    else
        snprintf(line, room, "let %s and %" PRIu32 " more come after %s, and measure: {from: %s}",
                 doubt->first, doubt->early - 1, from, from);
}

static void say_doubt(const struct scenario *scenario, const struct world_traffic *traffic,
                      const struct doubt *doubt, char line[STEADY_MAX])
{
    char time[32], open[TEXT_MAX];
    const struct moment *worst = doubt->worst;
    bool event = worst->kind == MOMENT_EVENT;
    int length =
        snprintf(line, STEADY_MAX, "%s is %.3g%% below its steady state of %s when %s%s (%s); ",
                 traffic->name, 100 * doubt->below, open_text(expected_steady(traffic), open),
                 event ? worst->event->name : "measuring begins", event ? " comes" : "",
                 value_time_said(worst->at_ns, time));
    say_advice(scenario, traffic, doubt, line + length, (size_t)(STEADY_MAX - length));
}

bool steady_warning(const struct scenario *scenario, uint32_t traffic, char line[STEADY_MAX])
{
    const struct world_traffic *of = &scenario->traffic[traffic];
    if (!has_steady_state(of))
        return false;
    struct outlook outlook = outlook_of(scenario);
    struct doubt doubt = doubt_of(&outlook, of);
    bool doubtful = doubt.worst != NULL;
    if (doubtful)
        say_doubt(scenario, of, &doubt, line);
    free(outlook.moment);
    return doubtful;
}
