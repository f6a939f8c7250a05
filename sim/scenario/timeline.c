/* timeline.c: when each event is, and whether it finds what it speaks of. */
#include "sim/scenario/load.h"

#include "sim/engine/memory.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* ---- Names ---- */

/* An event's name to look it up by. */
struct named {
    uint64_t hash;
    uint32_t event;
};

static int compare_hashes(const void *a, const void *b)
{
    const struct named *one = a, *two = b;
    if (one->hash != two->hash)
        return one->hash < two->hash ? -1 : 1;
    return (one->event > two->event) - (one->event < two->event);
}

/* Draws of a close or a cut are keyed by the hash of the event's name, so two may not share one. */
static void check_names(struct loader *loader, const struct named *named)
{
    for (uint32_t i = 1, first = 0; i < loader->events; i++) {
        if (named[i].hash != named[first].hash) {
            first = i;
            continue;
        }
        const struct event_entry *entry = &loader->event[named[i].event];
        const char *name = entry->event.name, *other = loader->event[named[first].event].event.name;
        if (strcmp(other, name) == 0)
            faults_add(loader->faults, entry->place, "two events are called '%s'", name);
        else
            faults_add(loader->faults, entry->place, "'%s' and '%s' hash alike; rename one of them",
                       other, name);
    }
}

/* Gives every event its name. The names by their hashes, freed by the caller. */
static struct named *name_events(struct loader *loader)
{
    struct named *named = memory_zeroed(loader->events, sizeof *named);
    for (uint32_t i = 0; i < loader->events; i++) {
        struct event_entry *entry = &loader->event[i];
        entry->event.name = entry->given_name != NULL
                                ? entry->given_name
                                : arena_format(&loader->scenario->arena, "#%u", i + 1);
        const char *name = entry->event.name;
        named[i] = (struct named){.hash = stream_hash(name, strlen(name)), .event = i};
    }
    qsort(named, loader->events, sizeof *named, compare_hashes);
    check_names(loader, named);
    return named;
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

/* The first event of that name, or NULL. */
static struct event_entry *find_event(struct loader *loader, const struct named *named,
                                      const char *name)
{
    uint64_t hash = stream_hash(name, strlen(name));
    uint32_t low = 0, high = loader->events;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (named[middle].hash < hash)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < loader->events && named[low].hash == hash; low++)
        if (strcmp(loader->event[named[low].event].event.name, name) == 0)
            return &loader->event[named[low].event];
    return NULL;
}

/* The event that files call so: by its name, or by its number. NULL: there is none. */
static const struct event_entry *find_filed(struct loader *loader, const struct named *named,
                                            const char *name, int length, bool by_name)
{
    char filed[NAME_MAX_BYTES + 2];
    snprintf(filed, sizeof filed, "%s%.*s", by_name ? "" : "#", length, name);
    return find_event(loader, named, filed);
}

static bool has_part(const struct world_event *event, enum world_part part)
{
    bool fails = event->kind == EVENT_FAIL;
    return part == PART_SELF ||
           (part == PART_DETECTED && fails && event->detect_ns != SPAN_FOREVER) ||
           (part == PART_BACK &&
            (event->kind == EVENT_FLAP || (fails && event->back_ns != SPAN_FOREVER)));
}

/* Metrics of two events may not be called alike: settle_s:3 of an event "3" and of the third that
 * has no name, settle_s:x:back of an event "x:back" and of the return of a flap x. */
static void check_metric_name(struct loader *loader, const struct named *named,
                              const struct event_entry *entry)
{
    static const char *const called[] = {"", "'s detection", "'s return"};
    const char *name = entry->given_name;
    for (enum world_part part = PART_SELF; part <= PART_BACK; part++) {
        const char *suffix = world_part_suffix(part);
        int base = (int)strlen(name) - (int)strlen(suffix);
        bool ends_so = base > 0 && strcmp(name + base, suffix) == 0;
        int ways = part == PART_SELF ? 1 : 2; /* by its number; by its name, too */
        for (int by_name = 0; ends_so && by_name < ways; by_name++) {
            const struct event_entry *other = find_filed(loader, named, name, base, by_name);
            if (other != NULL && has_part(&other->event, part))
                faults_add(loader->faults, entry->place,
                           "'%s' is what files call event %s%s; give it another name", name,
                           other->event.name, called[part]);
        }
    }
}

static void check_metric_names(struct loader *loader, const struct named *named)
{
    for (uint32_t i = 0; i < loader->events; i++)
        if (loader->event[i].given_name != NULL)
            check_metric_name(loader, named, &loader->event[i]);
}

void fault_no_event(struct loader *loader, const struct event_entry *entry)
{
    const char *known[64], *name = entry->after;
    size_t count = 0;
    for (uint32_t i = 0; i < loader->events && count < 64; i++)
        if (loader->event[i].given_name != NULL)
            known[count++] = loader->event[i].given_name;
    const char *meant = input_nearest(name, known, count);
    if (isdigit((unsigned char)*name))
        faults_add(loader->faults, entry->at_place,
                   "'%s' is neither a time (a number and a unit, like 10m) nor an event", name);
    else if (meant != NULL)
        faults_add(loader->faults, entry->at_place, "there is no event '%s' (did you mean '%s'?)",
                   name, meant);
    else
        faults_add(loader->faults, entry->at_place, "there is no event '%s'", name);
}

/* EVENT + time, through as many events as it takes, EVENTS_MAX at most; each entry has one fault at
 * most. Whether its time is known now. */
static bool resolve_time(struct loader *loader, const struct named *named,
                         struct event_entry *entry)
{
    if (entry->timed || entry->after == NULL)
        return entry->timed;
    struct event_entry *before = find_event(loader, named, entry->after);
    if (before == NULL) {
        fault_no_event(loader, entry);
    } else if (entry->resolving) {
        faults_add(loader->faults, entry->at_place, "this event is waiting for itself");
    } else {
        entry->resolving = true;
        entry->timed = resolve_time(loader, named, before);
        entry->resolving = false;
        if (entry->timed) {
            uint64_t limit = (uint64_t)1 << 63;
            entry->event.at_ns = before->event.at_ns + entry->after_ns < limit
                                     ? before->event.at_ns + entry->after_ns
                                     : limit;
            return true;
        }
    }
    entry->after = NULL; /* said once */
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

/* Where an event's own time is in doubt, so are its servers from then on: no fault follows from
 * another. */
enum presence { ABSENT, LISTED, IN_DOUBT };

static void set(enum presence *presence, enum presence now)
{
    if (*presence != IN_DOUBT)
        *presence = now;
}

static void need(struct loader *loader, struct place place, const enum presence *presence,
                 uint32_t server, enum presence wanted, const char *why)
{
    const char *name = loader->server_names.text[server];
    if (!loader->server[server].defined)
        faults_add(loader->faults, place, "there is no server '%s' to %s", name, why);
    else if (presence[server] != wanted && presence[server] != IN_DOUBT)
        faults_add(loader->faults, place, "server '%s' is %s at that time, so it cannot %s", name,
                   wanted == LISTED ? "not in the list" : "in the list already", why);
}

static void doubt(const struct event_entry *entry, enum presence *presence)
{
    for (uint32_t i = 0; i < entry->event.removes; i++)
        presence[entry->event.remove[i]] = IN_DOUBT;
    for (uint32_t i = 0; i < entry->event.adds; i++)
        presence[entry->event.add[i].server] = IN_DOUBT;
    for (uint32_t i = 0; i < entry->event.weights; i++)
        presence[entry->event.weight[i].server] = IN_DOUBT;
    if ((entry->event.kind == EVENT_FLAP || entry->event.kind == EVENT_FAIL) &&
        entry->event.server != NO_SERVER)
        presence[entry->event.server] = IN_DOUBT;
}

static void play(struct loader *loader, const struct event_entry *entry, enum presence *presence)
{
    const struct world_event *event = &entry->event;
    switch (event->kind) {
    case EVENT_CHANGE:
        for (uint32_t i = 0; i < event->removes; i++) {
            need(loader, entry->removes->place, presence, event->remove[i], LISTED, "leave");
            set(&presence[event->remove[i]], ABSENT);
        }
        for (uint32_t i = 0; i < event->adds; i++) {
            need(loader, entry->adds->place, presence, event->add[i].server, ABSENT, "enter");
            set(&presence[event->add[i].server], LISTED);
        }
        for (uint32_t i = 0; i < event->weights; i++)
            need(loader, entry->weights->place, presence, event->weight[i].server, LISTED,
                 "be reweighted");
        return;
    case EVENT_FLAP:
    case EVENT_FAIL:
        if (event->server != NO_SERVER)
            need(loader, entry->place, presence, event->server, LISTED,
                 event->kind == EVENT_FLAP ? "flap" : "fail");
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
    enum presence *presence = memory_zeroed(loader->server_names.count, sizeof *presence);
    struct by_time *order = memory_zeroed(loader->events, sizeof *order);
    for (uint32_t i = 0; i < loader->server_names.count; i++)
        presence[i] = loader->server[i].server.at_start ? LISTED : ABSENT;
    for (uint32_t i = 0; i < loader->events; i++) {
        order[i] = (struct by_time){loader->event[i].event.at_ns, i};
        if (!loader->event[i].timed)
            doubt(&loader->event[i], presence);
    }
    qsort(order, loader->events, sizeof *order, compare_times);
    for (uint32_t i = 0; i < loader->events; i++)
        play(loader, &loader->event[order[i].index], presence);
    free(order);
    free(presence);
}

/* Who enters without a word on its weight has its own. */
static void resolve_weights(struct loader *loader, struct world_event *event)
{
    struct world_weight *add =
        arena_copy(&loader->scenario->arena, event->add, event->adds, sizeof *add);
    for (uint32_t i = 0; i < event->adds; i++)
        if (add[i].weight == WEIGHT_UNSAID)
            add[i].weight = loader->server[add[i].server].server.weight;
    event->add = add;
}

void finish_events(struct loader *loader)
{
    struct scenario *scenario = loader->scenario;
    char duration[32];
    struct named *named = name_events(loader);
    check_metric_names(loader, named);
    for (uint32_t i = 0; i < loader->events; i++) {
        struct event_entry *entry = &loader->event[i];
        resolve_filter(loader, entry);
        resolve_weights(loader, &entry->event);
        if (resolve_time(loader, named, entry) && scenario->duration_ns > 0 &&
            entry->event.at_ns >= scenario->duration_ns)
            faults_add(loader->faults, entry->at_place,
                       "this is at or past the end: the run lasts %s",
                       value_time_said(scenario->duration_ns, duration));
    }
    free(named);
    play_all(loader);
    scenario->event = arena_zeroed(&scenario->arena, loader->events, sizeof *scenario->event);
    scenario->events = loader->events;
    for (uint32_t i = 0; i < loader->events; i++)
        scenario->event[i] = loader->event[i].event;
}
