/* events.c: what happens, as it is written; timeline.c says when, and whether it can. */
#include "sim/scenario/load.h"

#include "sim/engine/memory.h"

#include <stdlib.h>
#include <string.h>

struct event_entry *event_acts(void *into, enum action action, enum world_event_kind kind)
{
    struct event_entry *entry = into;
    entry->actions |= action;
    entry->event.kind = kind;
    return entry;
}

/* ---- When, and under which name ---- */

void read_when(struct loader *loader, const struct yaml_node *node, struct event_entry *entry)
{
    const char *text = scalar_text(loader, node, "a time, like 10m or up + 5m");
    entry->at_place = node->place;
    entry->timed = text != NULL && value_time(text, &entry->event.at_ns);
    if (text == NULL || entry->timed)
        return;
    if (value_time_is_long(text)) {
        read_time(loader, node, &entry->event.at_ns); /* which says so */
        return;
    }
    size_t name = strcspn(text, " +");
    const char *rest = text + name + strspn(text + name, " ");
    bool fine = value_name(text, name);
    if (*rest == '+') {
        rest += 1 + strspn(rest + 1, " ");
        fine = fine && value_time(rest, &entry->after_ns);
    } else {
        fine = fine && *rest == '\0';
    }
    if (fine)
        entry->after = arena_text(&loader->scenario->arena, text, name);
    else
        fault_at(loader, node, "'%s' is not a time: like 10m, or EVENT + 5m", text);
}

static void read_at(struct loader *loader, const struct yaml_node *node, void *into)
{
    read_when(loader, node, into);
}

static void read_event_name(struct loader *loader, const struct yaml_node *node, void *into)
{
    ((struct event_entry *)into)->given_name = read_name(loader, node, "an event's name");
}

/* ---- Changes of the list ---- */

struct servers_read {
    struct world_weight *server;
    uint32_t count, room;
    uint32_t list; /* its number, for whom it holds to be marked with */
};

static void collect(struct loader *loader, const struct yaml_node *node, uint32_t server,
                    uint32_t weight, void *context)
{
    struct servers_read *read = context;
    if (loader->server[server].list == read->list) {
        fault_at(loader, node, "server '%s' is listed twice", loader->server_names.text[server]);
        return;
    }
    loader->server[server].list = read->list;
    if (read->count == read->room) {
        read->room = read->room == 0 ? 8 : 2 * read->room;
        read->server = memory_resized(read->server, read->room, sizeof *read->server);
    }
    read->server[read->count++] = (struct world_weight){.server = server, .weight = weight};
}

static void read_add(struct loader *loader, const struct yaml_node *node, void *into)
{
    struct event_entry *entry = event_acts(into, ACTION_CHANGE, EVENT_CHANGE);
    struct servers_read read = {.list = ++loader->lists};
    each_server(loader, node, true, collect, &read);
    if (node->kind == YAML_SEQUENCE && node->count == 0)
        fault_at(loader, node, "nobody is named here");
    entry->event.add =
        arena_copy(&loader->scenario->arena, read.server, read.count, sizeof *read.server);
    entry->event.adds = read.count;
    entry->adds = node;
    free(read.server);
}

static void read_remove(struct loader *loader, const struct yaml_node *node, void *into)
{
    struct event_entry *entry = event_acts(into, ACTION_CHANGE, EVENT_CHANGE);
    struct servers_read read = {.list = ++loader->lists};
    each_server(loader, node, false, collect, &read);
    if (node->kind == YAML_SEQUENCE && node->count == 0)
        fault_at(loader, node, "nobody is named here");
    uint32_t *remove = arena_zeroed(&loader->scenario->arena, read.count, sizeof *remove);
    for (uint32_t i = 0; i < read.count; i++)
        remove[i] = read.server[i].server;
    entry->event.remove = remove;
    entry->event.removes = read.count;
    entry->removes = node;
    free(read.server);
}

/* {s2: 10, ws01..ws09: 3} */
static void read_weights(struct loader *loader, const struct yaml_node *node, void *into)
{
    struct event_entry *entry = event_acts(into, ACTION_CHANGE, EVENT_CHANGE);
    struct servers_read read = {.list = ++loader->lists};
    if (node->kind != YAML_MAPPING || node->count == 0) {
        fault_at(loader, node, "weight must be a mapping of servers, {s2: 10}");
        return;
    }
    for (size_t i = 0; i < node->count; i++) {
        uint64_t weight = 0;
        uint32_t before = read.count;
        bool fine = read_whole(loader, node->pair[i].value, 0, 65535, &weight);
        each_server(loader, node->pair[i].key, false, collect, &read);
        for (uint32_t j = before; fine && j < read.count; j++)
            read.server[j].weight = (uint32_t)weight;
    }
    entry->event.weight =
        arena_copy(&loader->scenario->arena, read.server, read.count, sizeof *read.server);
    entry->event.weights = read.count;
    entry->weights = node;
    free(read.server);
}

static void read_drain(struct loader *loader, const struct yaml_node *node, void *into)
{
    struct event_entry *entry = into;
    entry->drains = true;
    if (node->kind != YAML_SCALAR || strcmp(node->text, "forever") != 0)
        read_time(loader, node, &entry->event.drain_ns);
}

/* ---- Reload, touch, crash, flap ---- */

static void read_reload(struct loader *loader, const struct yaml_node *node, void *into)
{
    event_acts(into, ACTION_RELOAD, EVENT_RELOAD);
    read_true(loader, node);
}

static void read_touch(struct loader *loader, const struct yaml_node *node, void *into)
{
    event_acts(into, ACTION_TOUCH, EVENT_TOUCH);
    read_true(loader, node);
}

static void read_crash_worker(struct loader *loader, const struct yaml_node *node, void *into)
{
    uint64_t worker = 0;
    if (read_whole(loader, node, 0, 1023, &worker))
        ((struct world_event *)into)->worker = (uint32_t)worker;
}

static const struct key crash_keys[] = {
    KEY_REQUIRED("worker", "0..1023", "which worker's life ends", read_crash_worker),
    KEY_PLANNED("instance", "a whole gateway instance"),
    KEYS_END,
};
const struct section crash_section = {"crash", crash_keys, NULL};

static void read_crash(struct loader *loader, const struct yaml_node *node, void *into)
{
    read_section(loader, &crash_section, node, &event_acts(into, ACTION_CRASH, EVENT_CRASH)->event);
}

struct one {
    uint32_t server, seen;
};

static void take_one(struct loader *loader, const struct yaml_node *node, uint32_t server,
                     uint32_t weight, void *context)
{
    struct one *one = context;
    (void)weight;
    one->server = server;
    if (++one->seen == 2)
        fault_at(loader, node, "one server is wanted here, not several");
}

void read_one_server(struct loader *loader, const struct yaml_node *node, uint32_t *server)
{
    struct one one = {.server = NO_SERVER};
    if (scalar_text(loader, node, "a server's name") != NULL)
        each_server(loader, node, false, take_one, &one);
    *server = one.server;
}

static void read_flap_server(struct loader *loader, const struct yaml_node *node, void *into)
{
    read_one_server(loader, node, &((struct world_event *)into)->server);
}

static void read_flap_for(struct loader *loader, const struct yaml_node *node, void *into)
{
    uint64_t *for_ns = &((struct world_event *)into)->for_ns;
    if (read_time(loader, node, for_ns) && *for_ns == 0)
        fault_at(loader, node, "a server that is out for no time is not out");
}

static const struct key flap_keys[] = {
    KEY_REQUIRED("server", "name", "whom the health check takes out", read_flap_server),
    KEY_REQUIRED("for", "time", "until it is back", read_flap_for),
    KEYS_END,
};
const struct section flap_section = {"flap", flap_keys, NULL};

static void read_flap(struct loader *loader, const struct yaml_node *node, void *into)
{
    read_section(loader, &flap_section, node, &event_acts(into, ACTION_FLAP, EVENT_FLAP)->event);
}

/* ---- Close and cut ---- */

static void read_filter_traffic(struct loader *loader, const struct yaml_node *node, void *into)
{
    if (scalar_text(loader, node, "a traffic's name") != NULL)
        ((struct event_entry *)into)->traffic = node;
}

static void read_filter_server(struct loader *loader, const struct yaml_node *node, void *into)
{
    read_one_server(loader, node, &((struct event_entry *)into)->event.filter.server);
}

static void read_filter_share(struct loader *loader, const struct yaml_node *node, void *into)
{
    uint64_t *share = &((struct event_entry *)into)->event.filter.share_e9;
    const char *text = scalar_text(loader, node, "a share, like 50%");
    if (text != NULL && !value_share(text, share))
        fault_at(loader, node, "'%s' is not a share: 0%% to 100%%, like 50%%", text);
}

static void read_filter_count(struct loader *loader, const struct yaml_node *node, void *into)
{
    read_whole(loader, node, 0, UINT32_MAX, &((struct event_entry *)into)->event.filter.count);
}

static void read_filter_order(struct loader *loader, const struct yaml_node *node, void *into)
{
    static const char *const words[] = {"random", "oldest", "newest", NULL};
    int word = read_word(loader, node, "order", words);
    if (word >= 0)
        ((struct event_entry *)into)->event.filter.order = (enum world_order)word;
}

static const struct key filter_keys[] = {
    KEY("traffic", "name", "any", "connections of this traffic", read_filter_traffic),
    KEY("server", "name", "any", "connections on this server", read_filter_server),
    KEY("share", "0%..100%", "100%", "this share of them, rounded up", read_filter_share),
    KEY("count", "whole number", "all", "so many of them at most", read_filter_count),
    KEY("order", "random | oldest | newest", "random", "which of them", read_filter_order),
    KEYS_END,
};
const struct section filter_section = {"close and cut", filter_keys, NULL};

static void read_filter(struct loader *loader, const struct yaml_node *node,
                        struct event_entry *entry)
{
    if (node->kind != YAML_MAPPING) {
        fault_at(loader, node, "which connections? {} for all, or a filter like {server: s2}");
        return;
    }
    read_section(loader, &filter_section, node, entry);
    if (entry->event.filter.count != UINT64_MAX && entry->event.filter.share_e9 != SHARE_ALL)
        fault_at(loader, node, "either share or count, not both");
}

static void read_close(struct loader *loader, const struct yaml_node *node, void *into)
{
    read_filter(loader, node, event_acts(into, ACTION_CLOSE, EVENT_CLOSE));
}

static void read_cut(struct loader *loader, const struct yaml_node *node, void *into)
{
    read_filter(loader, node, event_acts(into, ACTION_CUT, EVENT_CUT));
}

/* ---- An event ---- */

static const struct key event_keys[] = {
    KEY_REQUIRED("at", "time | EVENT + time", "when", read_at),
    KEY("name", "name", "#N, its number", "what others call it", read_event_name),
    KEY("add", "server or list", "nobody", "servers that enter the list", read_add),
    KEY("remove", "server or list", "nobody", "servers that leave it", read_remove),
    KEY("drain", "time | forever", "forever",
        "how long the leavers keep their connections before they are cut", read_drain),
    KEY("weight", "{server: weight}", "nobody", "servers that get another weight", read_weights),
    KEY("reload", "true", NULL, "all workers are replaced", read_reload),
    KEY("touch", "true", NULL, "an edit that changes nothing", read_touch),
    KEY("crash", "{worker: N}", NULL, "a worker dies and takes its connections with it",
        read_crash),
    KEY("flap", "{server: s, for: time}", NULL, "a health check takes a server out and back",
        read_flap),
    KEY("fail", "{server: s}", NULL, "a server dies: its connections are cut, it refuses others",
        read_fail),
    KEY("detect", "time | never", "never", "until a health check takes the dead server out",
        read_detect),
    KEY("back", "time | never", "never", "until the dead server is up again, and in", read_back),
    KEY("close", "{filter}", NULL, "connections end", read_close),
    KEY("cut", "{filter}", NULL, "connections are taken away", read_cut),
    KEY_PLANNED("each", "one server a step"),
    KEY_PLANNED("restart", "servers leave and return one after another"),
    KEY_PLANNED("down", "how long a restarted server is away"),
    KEY_PLANNED("every", "again and again"),
    KEY_PLANNED("until", "the last time"),
    KEYS_END,
};
const struct section event_section = {"an event", event_keys, NULL};

static bool planned_action(const struct yaml_node *node)
{
    for (size_t i = 0; i < node->count; i++)
        for (const struct key *key = event_keys; key->row.name != NULL; key++)
            if (key->row.planned && strcmp(key->row.name, node->pair[i].key->text) == 0)
                return true;
    return false;
}

static void read_event(struct loader *loader, const struct yaml_node *node,
                       struct event_entry *entry)
{
    *entry = (struct event_entry){
        .place = node->place,
        .event = {.drain_ns = SPAN_FOREVER,
                  .server = NO_SERVER,
                  .detect_ns = SPAN_FOREVER,
                  .back_ns = SPAN_FOREVER,
                  .filter = {.traffic = FILTER_ANY,
                             .server = FILTER_ANY,
                             .share_e9 = SHARE_ALL,
                             .count = UINT64_MAX}},
    };
    size_t before = loader->faults->errors;
    if (!read_section(loader, &event_section, node, entry) || planned_action(node))
        return;
    if (entry->actions == 0 && loader->faults->errors == before)
        fault_at(loader, node,
                 "nothing happens here: add, remove, weight, reload, touch, crash, "
                 "flap, fail, close or cut is missing");
    else if ((entry->actions & (entry->actions - 1)) != 0)
        fault_at(loader, node,
                 "one entry, one kind of event: only add, remove and weight go "
                 "together");
    else if (entry->drains && entry->event.removes == 0)
        fault_at(loader, node, "'drain' is about servers that leave, and nobody does");
    check_failure(loader, entry);
}

void read_events(struct loader *loader, const struct yaml_node *node, void *into)
{
    (void)into;
    if (node->kind != YAML_SEQUENCE) {
        if (node->kind != YAML_SCALAR || node->text[0] != '\0')
            fault_at(loader, node, "events must be a list, [{at: 10m, add: s3}]");
        return;
    }
    if (node->count > EVENTS_MAX) {
        fault_at(loader, node, "%zu events; %d at most", node->count, EVENTS_MAX);
        return;
    }
    loader->event = memory_zeroed(node->count, sizeof *loader->event);
    loader->events = (uint32_t)node->count;
    for (size_t i = 0; i < node->count; i++)
        read_event(loader, node->item[i], &loader->event[i]);
}
