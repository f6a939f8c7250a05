/* failures.c: a server that dies, when that is found out, and when it is up again. */
#include "sim/scenario/load.h"

#include <string.h>

static void read_fail_server(struct loader *loader, const struct yaml_node *node, void *into)
{
    read_one_server(loader, node, &((struct world_event *)into)->server);
}

static const struct key fail_keys[] = {
    KEY_REQUIRED("server", "name", "who dies", read_fail_server),
    KEY_PLANNED("zone", "all servers of a zone"),
    KEYS_END,
};
const struct section fail_section = {"fail", fail_keys, NULL};

void read_fail(struct loader *loader, const struct yaml_node *node, void *into)
{
    read_section(loader, &fail_section, node, &event_acts(into, ACTION_FAIL, EVENT_FAIL)->event);
}

/* A time, or never. */
static void read_wait(struct loader *loader, const struct yaml_node *node, uint64_t *ns)
{
    if (node->kind != YAML_SCALAR || strcmp(node->text, "never") != 0)
        read_time(loader, node, ns);
}

void read_detect(struct loader *loader, const struct yaml_node *node, void *into)
{
    struct event_entry *entry = into;
    entry->detect = node;
    read_wait(loader, node, &entry->event.detect_ns);
}

void read_back(struct loader *loader, const struct yaml_node *node, void *into)
{
    struct event_entry *entry = into;
    entry->back = node;
    read_wait(loader, node, &entry->event.back_ns);
}

void check_failure(struct loader *loader, const struct event_entry *entry)
{
    const struct world_event *event = &entry->event;
    const bool fails = (entry->actions & ACTION_FAIL) != 0;
    if (entry->detect != NULL && !fails)
        fault_at(loader, entry->detect, "'detect' is about a server that fails, and none does");
    if (entry->back != NULL && (entry->actions & ACTION_CRASH) != 0)
        fault_at(loader, entry->back, "'back' of a crash is planned, not there yet");
    else if (entry->back != NULL && !fails)
        fault_at(loader, entry->back, "'back' is about a server that fails, and none does");
    if (fails && event->detect_ns != SPAN_FOREVER && event->detect_ns >= event->back_ns)
        fault_at(loader, entry->detect,
                 "the server is back before anybody detects that it is gone; leave 'detect' out");
}
