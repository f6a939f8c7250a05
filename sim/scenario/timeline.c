/* timeline.c: when each event is, and whether it finds what it speaks of. */
#include "sim/scenario/load.h"

#include "sim/engine/memory.h"

#include <stdlib.h>
#include <string.h>

/* ---- Names ---- */

static void name_events(struct loader *loader)
{
    for (uint32_t i = 0; i < loader->events; i++) {
        struct event_entry *entry = &loader->event[i];
        entry->event.name = entry->given_name != NULL
                                ? entry->given_name
                                : arena_format(&loader->scenario->arena, "#%u", i + 1);
        for (uint32_t j = 0; j < i; j++)
            if (strcmp(loader->event[j].event.name, entry->event.name) == 0)
                faults_add(loader->faults, entry->place, "two events are called '%s'",
                           entry->event.name);
    }
}

/* The filter's server and traffic: names that must exist, whenever. */
static void resolve_filter(struct loader *loader, struct event_entry *entry)
{
    const struct scenario *scenario = loader->scenario;
    const char *known[64];
    size_t count = 0;
    if (entry->traffic == NULL)
        return;
    for (uint32_t t = 0; t < scenario->traffics; t++) {
        if (strcmp(scenario->traffic[t].name, entry->traffic->text) == 0) {
            entry->event.filter.traffic = t;
            return;
        }
        if (count < 64)
            known[count++] = scenario->traffic[t].name;
    }
    if (count > 0)
        fault_unknown(loader, entry->traffic, "traffic", known, count);
}

/* ---- Times ---- */

static struct event_entry *find_event(struct loader *loader, const char *name)
{
    for (uint32_t i = 0; i < loader->events; i++)
        if (loader->event[i].event.name != NULL && strcmp(loader->event[i].event.name, name) == 0)
            return &loader->event[i];
    return NULL;
}

/* EVENT + time, through as many events as it takes; each entry has one fault at most. */
static bool resolve_time(struct loader *loader, struct event_entry *entry)
{
    if (entry->resolved || entry->after == NULL)
        return true;
    struct event_entry *before = find_event(loader, entry->after);
    const char *after = entry->after;
    if (before == NULL) {
        faults_add(loader->faults, entry->at_place, "there is no event '%s'", after);
    } else if (entry->resolving) {
        faults_add(loader->faults, entry->at_place, "this event is waiting for itself");
    } else {
        entry->resolving = true;
        bool known = resolve_time(loader, before);
        entry->resolving = false;
        if (known && entry->after != NULL) {
            uint64_t limit = (uint64_t)1 << 63;
            entry->event.at_ns = before->event.at_ns + entry->after_ns < limit
                                     ? before->event.at_ns + entry->after_ns
                                     : limit;
            entry->resolved = true;
            return true;
        }
    }
    entry->after = NULL; /* said once; from here on it counts as at 0s */
    entry->resolved = false;
    return false;
}

/* ---- Who is there ---- */

struct by_time {
    uint64_t at_ns;
    uint32_t index;
};

static int compare_times(const void *a, const void *b)
{
    const struct by_time *one = a, *two = b;
    if (one->at_ns != two->at_ns)
        return one->at_ns < two->at_ns ? -1 : 1;
    return (one->index > two->index) - (one->index < two->index);
}

static void need(struct loader *loader, struct place place, const bool *listed, uint32_t server,
                 bool there, const char *why)
{
    const char *name = loader->server_names.text[server];
    if (listed[server] == there)
        return;
    if (!loader->server[server].defined)
        faults_add(loader->faults, place, "there is no server '%s' to %s", name, why);
    else
        faults_add(loader->faults, place, "server '%s' is %s at that time, so it cannot %s", name,
                   there ? "not in the list" : "in the list already", why);
}

static void play(struct loader *loader, const struct event_entry *entry, bool *listed)
{
    const struct world_event *event = &entry->event;
    switch (event->kind) {
    case EVENT_CHANGE:
        for (uint32_t i = 0; i < event->removes; i++) {
            need(loader, entry->removes->place, listed, event->remove[i], true, "leave");
            listed[event->remove[i]] = false;
        }
        for (uint32_t i = 0; i < event->adds; i++) {
            need(loader, entry->adds->place, listed, event->add[i].server, false, "enter");
            listed[event->add[i].server] = true;
        }
        for (uint32_t i = 0; i < event->weights; i++)
            need(loader, entry->weights->place, listed, event->weight[i].server, true,
                 "be reweighted");
        return;
    case EVENT_FLAP:
        if (event->server != NO_SERVER)
            need(loader, entry->place, listed, event->server, true, "flap");
        return;
    case EVENT_CLOSE:
    case EVENT_CUT:
        if (event->filter.server != FILTER_ANY && event->filter.server != NO_SERVER &&
            !loader->server[event->filter.server].defined)
            faults_add(loader->faults, entry->place, "there is no server '%s'",
                       loader->server_names.text[event->filter.server]);
        return;
    case EVENT_RELOAD:
    case EVENT_TOUCH:
    case EVENT_CRASH:
        return;
    }
}

static void play_all(struct loader *loader)
{
    bool *listed = memory_zeroed(loader->server_names.count, sizeof *listed);
    struct by_time *order = memory_zeroed(loader->events, sizeof *order);
    for (uint32_t i = 0; i < loader->server_names.count; i++)
        listed[i] = loader->server[i].server.at_start;
    for (uint32_t i = 0; i < loader->events; i++)
        order[i] = (struct by_time){loader->event[i].event.at_ns, i};
    qsort(order, loader->events, sizeof *order, compare_times);
    for (uint32_t i = 0; i < loader->events; i++)
        play(loader, &loader->event[order[i].index], listed);
    free(order);
    free(listed);
}

void finish_events(struct loader *loader)
{
    struct scenario *scenario = loader->scenario;
    char duration[32];
    name_events(loader);
    for (uint32_t i = 0; i < loader->events; i++) {
        struct event_entry *entry = &loader->event[i];
        resolve_filter(loader, entry);
        resolve_time(loader, entry);
        if (scenario->duration_ns > 0 && entry->event.at_ns >= scenario->duration_ns)
            faults_add(loader->faults, entry->at_place,
                       "this is at or past the end: the run lasts %s",
                       value_time_text(scenario->duration_ns, duration));
    }
    play_all(loader);
    scenario->event = arena_zeroed(&scenario->arena, loader->events, sizeof *scenario->event);
    scenario->events = loader->events;
    for (uint32_t i = 0; i < loader->events; i++)
        scenario->event[i] = loader->event[i].event;
}
