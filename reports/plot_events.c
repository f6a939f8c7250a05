/* plot_events.c: dashed lines where something happens, and what it is. */
#include "reports/plot_events.h"

#include "reports/plot_labels.h"
#include "reports/plot_series.h"
#include "reports/plot_text.h"
#include "reports/story.h"
#include "sim/engine/memory.h"

#include <stdlib.h>
#include <string.h>

enum { TEXT_LONGEST = 300, ROW_HEIGHT = 16, CROWD = 40, NAMED_MOST = 300 };

struct happening {
    uint64_t at_ns;
    char *text[2]; /* in words, and by name */
};

struct events {
    struct happening *happening; /* one a time */
    struct flag *flag;
    uint32_t count, rows;
};

/* ---- What happens when ---- */

static void append(char **text, const char *more)
{
    size_t length = *text != NULL ? strlen(*text) : 0;
    *text = memory_resized(*text, length + strlen(more) + 3, 1);
    snprintf(*text + length, strlen(more) + 3, "%s%s", length > 0 ? ", " : "", more);
}

static bool is_named(const struct world_event *event)
{
    return event->name[0] != '#';
}

static void enter(struct events *events, uint64_t at_ns, const char *words, const char *name)
{
    bool fresh = events->count == 0 || events->happening[events->count - 1].at_ns != at_ns;
    events->count += fresh;
    struct happening *happening = &events->happening[events->count - 1];
    happening->at_ns = at_ns;
    append(&happening->text[0], words);
    append(&happening->text[1], name);
}

/* An event, or a later part of it. */
struct moment {
    uint64_t at_ns;
    const struct world_event *event;
    enum world_part part;
};

static int by_time(const void *a, const void *b)
{
    const struct moment *one = a, *two = b;
    if (one->at_ns != two->at_ns)
        return one->at_ns < two->at_ns ? -1 : 1;
    return (one->event > two->event) - (one->event < two->event);
}

/* So long after its event; SPAN_FOREVER: there is no such part. */
static uint64_t part_after_ns(const struct world_event *event, enum world_part part)
{
    if (part == PART_SELF)
        return 0;
    if (event->kind == EVENT_FAIL)
        return part == PART_DETECTED ? event->detect_ns : event->back_ns;
    return event->kind == EVENT_FLAP && part == PART_BACK ? event->for_ns : SPAN_FOREVER;
}

static struct moment *moments_of(const struct sheet *sheet, uint32_t *count)
{
    const struct scenario *scenario = sheet->experiment->scenario;
    uint64_t from_ns = sheet_from_ns(sheet), to_ns = sheet_to_ns(sheet);
    struct moment *moment =
        memory_zeroed((PART_BACK + 1) * (size_t)scenario->events, sizeof *moment);
    for (uint32_t e = 0; e < scenario->events; e++)
        for (enum world_part part = PART_SELF; part <= PART_BACK; part++) {
            const struct world_event *event = &scenario->event[e];
            uint64_t after_ns = part_after_ns(event, part);
            if (after_ns < to_ns - event->at_ns && event->at_ns + after_ns >= from_ns)
                moment[(*count)++] = (struct moment){event->at_ns + after_ns, event, part};
        }
    qsort(moment, *count, sizeof *moment, by_time);
    return moment;
}

uint32_t events_times(const struct sheet *sheet, uint64_t **at_ns)
{
    uint32_t count = 0;
    struct moment *moment = moments_of(sheet, &count);
    *at_ns = memory_zeroed(count, sizeof **at_ns);
    for (uint32_t i = 0; i < count; i++)
        (*at_ns)[i] = moment[i].at_ns;
    free(moment);
    return count;
}

static void tell(struct events *events, const struct scenario *scenario,
                 const struct moment *moment)
{
    const struct world_event *event = moment->event;
    char story[STORY_MAX], words[TEXT_LONGEST + STORY_MAX], name[TEXT_LONGEST];
    static const char *const parts[] = {"", ": detected", ": back"};
    if (moment->part == PART_SELF)
        story_event(scenario, event, story);
    else
        story_part(scenario, event, moment->part, story);
    snprintf(name, sizeof name, "%s%s", event->name, parts[moment->part]);
    if (is_named(event))
        snprintf(words, sizeof words, "%s: %s", event->name, story);
    else
        snprintf(words, sizeof words, "%s", story);
    enter(events, moment->at_ns, words, name);
}

/* ---- On paper ---- */

struct events *events_place(const struct sheet *sheet, double left, double right)
{
    const struct scenario *scenario = sheet->experiment->scenario;
    struct events *events = memory_zeroed(1, sizeof *events);
    struct panel across = {.left = left,
                           .right = right,
                           .x_low = (double)sheet_from_ns(sheet),
                           .x_high = (double)sheet_to_ns(sheet)};
    uint32_t moments = 0;
    struct moment *moment = moments_of(sheet, &moments);
    events->happening = memory_zeroed((size_t)moments + 1, sizeof *events->happening);
    for (uint32_t i = 0; i < moments; i++)
        tell(events, scenario, &moment[i]);
    free(moment);
    events->flag = memory_zeroed(events->count, sizeof *events->flag);
    for (uint32_t i = 0; i < events->count; i++) {
        struct happening *happening = &events->happening[i];
        for (uint32_t which = 0; which < 2; which++) {
            char clipped[PLOT_TEXT_MAX];
            plot_text_clip(happening->text[which], SIZE_TEXT, which == 0 ? 420 : 160, clipped);
            free(happening->text[which]);
            happening->text[which] = memory_text(clipped, strlen(clipped));
            events->flag[i].text[which] = happening->text[which];
        }
        events->flag[i].x = panel_x(&across, (double)happening->at_ns);
    }
    if (events->count <= NAMED_MOST)
        events->rows =
            labels_hoist(events->flag, events->count, SIZE_TEXT, left - 40, PLOT_WIDTH - 10);
    return events;
}

void events_free(struct events *events)
{
    for (uint32_t i = 0; i < events->count; i++)
        for (uint32_t which = 0; which < 2; which++)
            free(events->happening[i].text[which]);
    free(events->happening);
    free(events->flag);
    free(events);
}

double events_height(const struct events *events)
{
    return events->rows > 0 ? ROW_HEIGHT * events->rows + 6 : 6;
}

uint32_t events_between(const struct events *events, double left, double right)
{
    uint32_t between = 0;
    for (uint32_t i = 0; i < events->count; i++)
        between += events->flag[i].x > left && events->flag[i].x < right;
    return between;
}

void events_put(struct plot *plot, const struct events *events, const struct panel *panel,
                enum events_look how)
{
    static const char *const colours[] = {"#777777", "#333333", "#777777", "#BBBBBB"};
    char look[64];
    snprintf(look, sizeof look, "lc rgb '%s' %s %s", colours[how],
             events->count > CROWD ? "lw 0.5 dt (4,8)" : "lw 0.9 dt (9,6)",
             how == EVENTS_OVER ? "front" : "back");
    double before = 0;
    for (uint32_t i = 0; i < events->count; i++) {
        const struct flag *flag = &events->flag[i];
        if (flag->x - before < 1 && !flag->shown) /* no eye tells it from the one before */
            continue;
        before = flag->x;
        double top = panel->top, middle = panel->top - 8 - ROW_HEIGHT * (double)flag->row;
        if (how <= EVENTS_OVER && flag->shown) {
            plot_text(plot, flag->left ? flag->x - 5 : flag->x + 5, middle,
                      flag->left ? LEAN_RIGHT : LEAN_LEFT, SIZE_TEXT, INK, flag->text[flag->which]);
            top = middle - 7;
        }
        plot_stroke(plot, flag->x, panel->bottom, flag->x, top, look);
    }
}
