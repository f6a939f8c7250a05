/* expect_metric.c: the metric that an expectation is about, and the change that this is of. */
#include "sim/scenario/load.h"

#include <string.h>

enum { KNOWN_MOST = 64, CHANGE_ROOM = NAME_MAX_BYTES + 16 }; /* a name and the suffix of its part */

/* ---- Changes, as files name them ---- */

/* When that part of the event comes; SPAN_FOREVER: it has none. */
static uint64_t part_ns(const struct world_event *event, enum world_part part)
{
    uint64_t after_ns = SPAN_FOREVER;
    bool fails = event->kind == EVENT_FAIL;
    bool changes =
        event->kind != EVENT_TOUCH && event->kind != EVENT_CLOSE && event->kind != EVENT_CUT;
    if (part == PART_SELF)
        after_ns = changes ? 0 : SPAN_FOREVER;
    else if (part == PART_DETECTED)
        after_ns = fails ? event->detect_ns : SPAN_FOREVER;
    else if (event->kind == EVENT_FLAP || fails)
        after_ns = fails ? event->back_ns : event->for_ns;
    return after_ns == SPAN_FOREVER ? SPAN_FOREVER : event->at_ns + after_ns;
}

/* Whether metrics of that scope speak of that part of the event. */
static bool speaks_of(enum metric_scope scope, const struct world_event *event,
                      enum world_part part)
{
    return part_ns(event, part) != SPAN_FOREVER &&
           (scope != METRIC_OF_ADD || (part == PART_SELF && event->adds > 0));
}

/* Its name, or its number if it has none. */
static const char *filed_name(const struct world_event *event)
{
    return event->name + (event->name[0] == '#');
}

static bool is_filed_as(const struct world_event *event, enum world_part part, const char *change)
{
    const char *name = filed_name(event);
    size_t length = strlen(name);
    return strncmp(change, name, length) == 0 &&
           strcmp(change + length, world_part_suffix(part)) == 0;
}

/* The changes that metrics of that scope speak of, as files name them. */
static size_t known_changes(const struct loader *loader, enum metric_scope scope,
                            char filed[KNOWN_MOST][CHANGE_ROOM], const char *known[KNOWN_MOST])
{
    size_t count = 0;
    for (uint32_t i = 0; i < loader->events; i++)
        for (enum world_part part = PART_SELF; part <= PART_BACK && count < KNOWN_MOST; part++) {
            const struct world_event *event = &loader->event[i].event;
            if (!speaks_of(scope, event, part))
                continue;
            snprintf(filed[count], CHANGE_ROOM, "%s%s", filed_name(event), world_part_suffix(part));
            known[count] = filed[count];
            count++;
        }
    return count;
}

/* change: what was written behind the metric's name, or NULL for nothing. */
static void fault_change(struct loader *loader, const struct yaml_node *node,
                         const struct known_metric *metric, const char *change)
{
    char filed[KNOWN_MOST][CHANGE_ROOM];
    const char *known[KNOWN_MOST];
    const char *what = metric->scope == METRIC_OF_ADD ? "addition of servers" : "change";
    size_t count = known_changes(loader, metric->scope, filed, known);
    if (count == 0) {
        fault_at(loader, node, "%s is of an event that is a%s %s, and there is none", metric->name,
                 metric->scope == METRIC_OF_ADD ? "n" : "", what);
    } else if (change == NULL) {
        fault_at(loader, node, "%s is of an event: %s:EVENT, like %s:%s", metric->name,
                 metric->name, metric->name, known[0]);
    } else {
        struct yaml_node word = *node;
        word.text = change;
        fault_unknown(loader, &word, what, known, count);
    }
}

/* Whether the change that the metric is of comes in the window of the expectation. */
static void check_change(struct loader *loader, const struct expect_entry *entry,
                         const struct known_metric *metric, uint64_t change_ns)
{
    char at[32], from[32];
    uint64_t from_ns = loader->scenario->measure_from_ns;
    const char *change = entry->metric->text + strlen(metric->name) + 1;
    if (change_ns >= entry->expectation.at_ns)
        fault_at(loader, entry->metric, "'%s' comes at %s, and this is the value before that",
                 change, value_time_said(change_ns, at));
    else if (change_ns < from_ns)
        fault_at(loader, entry->metric, "'%s' comes at %s, and nothing is measured before %s",
                 change, value_time_said(change_ns, at), value_time_said(from_ns, from));
}

static void resolve_change(struct loader *loader, struct expect_entry *entry, bool timed,
                           const struct known_metric *metric, const char *change)
{
    for (uint32_t i = 0; i < loader->events; i++)
        for (enum world_part part = PART_SELF; part <= PART_BACK; part++) {
            const struct event_entry *event = &loader->event[i];
            if (!is_filed_as(&event->event, part, change) ||
                !speaks_of(metric->scope, &event->event, part))
                continue;
            entry->expectation.event = i;
            entry->expectation.part = part;
            if (timed && event->timed)
                check_change(loader, entry, metric, part_ns(&event->event, part));
            return;
        }
    fault_change(loader, entry->metric, metric, change);
}

/* ---- The metric ---- */

static bool find_metric(const struct vocabulary *words, const char *name,
                        struct known_metric *metric)
{
    for (uint32_t i = 0; words->metric(i, metric); i++)
        if (strcmp(metric->name, name) == 0)
            return true;
    return false;
}

static void fault_metric(struct loader *loader, const struct yaml_node *node, const char *name)
{
    const struct vocabulary *words = loader->scenario->vocabulary;
    const char *known[KNOWN_MOST];
    struct known_metric metric;
    size_t count = 0;
    while (count < KNOWN_MOST && words->metric((uint32_t)count, &metric))
        known[count++] = metric.name;
    const char *meant = input_nearest(name, known, count);
    if (meant != NULL)
        fault_at(loader, node, "unknown metric '%s' (did you mean '%s'?)", name, meant);
    else
        fault_at(loader, node, "unknown metric '%s' (see `lbsim list metrics`)", name);
}

bool resolve_metric(struct loader *loader, struct expect_entry *entry, bool timed,
                    struct known_metric *metric)
{
    struct arena *arena = &loader->scenario->arena;
    struct expectation *it = &entry->expectation;
    const char *text = entry->metric->text;
    size_t length = strcspn(text, ":");
    const char *change = text[length] == ':' ? text + length + 1 : NULL;
    it->metric = arena_text(arena, text, strlen(text));
    it->of_metric = arena_text(arena, text, length);
    if (loader->scenario->vocabulary->metric == NULL)
        return false;
    if (!find_metric(loader->scenario->vocabulary, it->of_metric, metric)) {
        fault_metric(loader, entry->metric, it->of_metric);
        return false;
    }
    if (metric->scope == METRIC_OF_RUN && change != NULL)
        fault_at(loader, entry->metric, "%s is of the run, not of an event: without ':%s'",
                 metric->name, change);
    else if (metric->scope != METRIC_OF_RUN && change == NULL)
        fault_change(loader, entry->metric, metric, NULL);
    else if (change != NULL)
        resolve_change(loader, entry, timed, metric, change);
    return true;
}
