/* servers.c: lists of servers: names, ranges (ws01..ws20), and mappings with weights and limits. */
#include "sim/scenario/load.h"

#include "sim/engine/memory.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { SECOND_NS = 1000000000 };

/* What one item of a list says. */
struct item {
    const struct yaml_node *name;
    uint64_t weight, max_conns, slow_start_s; /* UINT64_MAX: unsaid */
};

static void read_item_name(struct loader *loader, const struct yaml_node *node, void *into)
{
    if (scalar_text(loader, node, "a server's name") != NULL)
        ((struct item *)into)->name = node;
}

static void read_item_weight(struct loader *loader, const struct yaml_node *node, void *into)
{
    read_whole(loader, node, 0, 65535, &((struct item *)into)->weight);
}

static void read_item_max_conns(struct loader *loader, const struct yaml_node *node, void *into)
{
    read_whole(loader, node, 0, 1000000000, &((struct item *)into)->max_conns);
}

/* HAProxy's steps are whole seconds, so a part of one would promise what nobody keeps. */
static void read_item_slow_start(struct loader *loader, const struct yaml_node *node, void *into)
{
    uint64_t ns;
    if (!read_time(loader, node, &ns))
        return;
    if (ns % SECOND_NS != 0)
        fault_at(loader, node, "a slow start goes by whole seconds, not by parts of one");
    else if (ns / SECOND_NS > UINT32_MAX)
        fault_at(loader, node, "a slow start of over 4294967295s never ends");
    else
        ((struct item *)into)->slow_start_s = ns / SECOND_NS;
}

static const struct key keys[] = {
    KEY_REQUIRED("name", "name or range", "what it is called", read_item_name),
    KEY("weight", "0..65535", "1", "its share of the load", read_item_weight),
    KEY("max_conns", "0..1000000000", "0", "connections it takes at most; 0: no limit",
        read_item_max_conns),
    KEY_PLANNED("zone", "where it stands"),
    KEY_PLANNED("backup", "only while no primary is there"),
    KEY_PLANNED("max_fails", "failures that take it out"),
    KEY_PLANNED("fail_timeout", "for how long"),
    KEY("slow_start", "time", "0s",
        "once it joins or comes back, how long its limit and weight take to be whole; in whole "
        "seconds, of balancers with the habit `slow_start: steps`",
        read_item_slow_start),
    KEYS_END,
};
const struct section server_section = {"server", keys, NULL};

/* ---- One name, or a range of them ---- */

struct range {
    size_t prefix, digits; /* bytes before the number; its width, where zero-padded, or 1 */
    uint64_t first, last;
};

/* NAME..NAME that differ in their ending number only. */
static bool parse_range(const char *text, const char *dots, struct range *range)
{
    const char *first_end = dots, *last = dots + 2;
    while (first_end > text && isdigit((unsigned char)first_end[-1]))
        first_end--;
    size_t prefix = (size_t)(first_end - text), digits = (size_t)(dots - first_end);
    if (strncmp(text, last, prefix) != 0)
        return false;
    const char *last_digits = last + prefix;
    size_t last_count = strspn(last_digits, "0123456789");
    bool padded = digits > 1 && *first_end == '0';
    if (digits == 0 || digits > 9 || last_count == 0 || last_count > 9 ||
        last_digits[last_count] != '\0' || (padded && last_count != digits))
        return false;
    *range = (struct range){.prefix = prefix,
                            .digits = padded ? digits : 1,
                            .first = strtoull(first_end, NULL, 10),
                            .last = strtoull(last_digits, NULL, 10)};
    return range->first <= range->last && value_name(text, (size_t)(dots - text));
}

/* Whether one more name can be taken; if not, that is said once. */
static bool has_room(struct loader *loader, const struct yaml_node *node, const char *name)
{
    if (loader->crowded)
        return false;
    if (loader->mentions == MENTIONS_MAX)
        fault_at(loader, node, "servers are named over %d times, ranges written out", MENTIONS_MAX);
    else if (loader->server_names.count == SERVERS_MAX &&
             names_find(&loader->server_names, name, strlen(name)) == NAMES_NONE)
        fault_at(loader, node, "more than %d servers", SERVERS_MAX);
    else
        return true;
    loader->crowded = true;
    return false;
}

static uint32_t enter_server(struct loader *loader, const struct yaml_node *node, const char *name)
{
    bool added;
    uint32_t server = names_enter(&loader->server_names, name, strlen(name), &added);
    loader->mentions++;
    if (!added)
        return server;
    if (server >= loader->server_room) {
        loader->server_room = loader->server_room == 0 ? 64 : 2 * loader->server_room;
        loader->server =
            memory_resized(loader->server, loader->server_room, sizeof *loader->server);
    }
    loader->server[server] = (struct server_entry){.server = {.weight = 1}, .place = node->place};
    return server;
}

/* Every name that the text stands for. */
static void each_name(struct loader *loader, const struct yaml_node *node,
                      void (*each)(struct loader *, const struct yaml_node *, const char *name,
                                   void *context),
                      void *context)
{
    const char *text = node->text, *dots = strstr(text, "..");
    struct range range;
    if (dots == NULL) {
        const char *name = read_name(loader, node, "a server's name");
        if (name != NULL)
            each(loader, node, name, context);
        return;
    }
    if (!parse_range(text, dots, &range)) {
        fault_at(loader, node,
                 "'%s' is not a range: the same name with a rising number, like ws01..ws20", text);
        return;
    }
    unsigned long long count = range.last - range.first + 1;
    if (count > SERVERS_MAX) {
        fault_at(loader, node, "'%s' is %llu servers; %d at most", text, count, SERVERS_MAX);
        return;
    }
    for (uint64_t i = range.first; i <= range.last && !loader->crowded; i++) {
        char name[NAME_MAX_BYTES + 24];
        snprintf(name, sizeof name, "%.*s%0*llu", (int)range.prefix, text, (int)range.digits,
                 (unsigned long long)i);
        each(loader, node, name, context);
    }
}

/* ---- Lists ---- */

struct listing {
    struct item item;
    bool defines;
    void (*each)(struct loader *, const struct yaml_node *, uint32_t server, uint32_t weight,
                 void *context);
    void *context;
};

/* What a server keeps for good: its first definition says it. */
static void take_for_good(struct loader *loader, const struct yaml_node *node, const char *name,
                          struct server_entry *entry, const struct item *item)
{
    bool says_limit = item->max_conns != UINT64_MAX, says_slow = item->slow_start_s != UINT64_MAX;
    if (says_limit && entry->limit_said && item->max_conns != entry->server.max_conns)
        fault_at(loader, node, "'%s' has max_conns %u already; a server keeps its limit", name,
                 entry->server.max_conns);
    else if (says_limit)
        entry->server.max_conns = (uint32_t)item->max_conns;
    if (says_slow && entry->slow_start_said && item->slow_start_s != entry->server.slow_start_s)
        fault_at(loader, node, "'%s' has slow_start %us already; a server keeps its own", name,
                 entry->server.slow_start_s);
    else if (says_slow)
        entry->server.slow_start_s = (uint32_t)item->slow_start_s;
    entry->limit_said = entry->limit_said || says_limit;
    entry->slow_start_said = entry->slow_start_said || says_slow;
}

/* A server is what its first definition says; a later one may give it another weight, which holds
 * from that event on, but not another limit. */
static void take_name(struct loader *loader, const struct yaml_node *node, const char *name,
                      void *context)
{
    const struct listing *listing = context;
    if (!has_room(loader, node, name))
        return;
    uint32_t server = enter_server(loader, node, name);
    struct server_entry *entry = &loader->server[server];
    const struct item *item = &listing->item;
    bool says_weight = item->weight != UINT64_MAX;
    take_for_good(loader, node, name, entry, item);
    if (says_weight && !entry->weight_said)
        entry->server.weight = (uint32_t)item->weight;
    entry->defined = entry->defined || listing->defines;
    entry->weight_said = entry->weight_said || says_weight;
    listing->each(loader, node, server, says_weight ? (uint32_t)item->weight : WEIGHT_UNSAID,
                  listing->context);
}

static void take_item(struct loader *loader, const struct yaml_node *node, bool options,
                      struct listing *listing)
{
    listing->item =
        (struct item){.weight = UINT64_MAX, .max_conns = UINT64_MAX, .slow_start_s = UINT64_MAX};
    if (node->kind == YAML_MAPPING && options)
        read_section(loader, &server_section, node, &listing->item);
    else if (scalar_text(loader, node, "a server's name") != NULL)
        listing->item.name = node;
    if (listing->item.name != NULL)
        each_name(loader, listing->item.name, take_name, listing);
}

void each_server(struct loader *loader, const struct yaml_node *node, bool options,
                 void (*each)(struct loader *, const struct yaml_node *, uint32_t server,
                              uint32_t weight, void *context),
                 void *context)
{
    struct listing listing = {.defines = options, .each = each, .context = context};
    if (node->kind != YAML_SEQUENCE) {
        take_item(loader, node, options, &listing);
        return;
    }
    for (size_t i = 0; i < node->count; i++)
        take_item(loader, node->item[i], options, &listing);
}

static void start_with(struct loader *loader, const struct yaml_node *node, uint32_t server,
                       uint32_t weight, void *context)
{
    struct server_entry *entry = &loader->server[server];
    (void)context;
    if (entry->server.at_start)
        fault_at(loader, node, "server '%s' is listed twice", loader->server_names.text[server]);
    entry->server.at_start = true;
    entry->server.weight =
        weight == WEIGHT_UNSAID ? 1 : weight; /* whatever an event said further up */
    entry->limit_said = entry->weight_said = entry->slow_start_said = true;
}

void read_servers(struct loader *loader, const struct yaml_node *node, void *into)
{
    (void)into;
    if (node->kind != YAML_SEQUENCE) {
        fault_at(loader, node, "servers must be a list, [s1, s2]");
        return;
    }
    if (node->count == 0)
        loader->servers_place = node->place;
    each_server(loader, node, true, start_with, NULL);
}
