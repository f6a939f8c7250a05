/* servers.c: lists of servers: names, ranges (ws01..ws20), and mappings with weights and limits. */
#include "sim/scenario/load.h"

#include "sim/engine/memory.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { SECOND_NS = 1000000000 };

/* What one item of a list says; UNSAID: nothing. */
struct item {
    const struct yaml_node *name;
    uint64_t weight;
    uint64_t option[SERVER_OPTIONS];
};

#define UNSAID UINT64_MAX

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
    read_whole(loader, node, 0, 1000000000, &((struct item *)into)->option[SERVER_MAX_CONNS]);
}

static void read_item_backup(struct loader *loader, const struct yaml_node *node, void *into)
{
    static const char *const words[] = {"false", "true", NULL};
    int word = read_word(loader, node, "answer", words);
    if (word >= 0)
        ((struct item *)into)->option[SERVER_BACKUP] = (uint64_t)word;
}

static void read_item_max_fails(struct loader *loader, const struct yaml_node *node, void *into)
{
    read_whole(loader, node, 0, 1000000, &((struct item *)into)->option[SERVER_MAX_FAILS]);
}

/* Real balancers compare whole seconds. */
static void read_item_fail_timeout(struct loader *loader, const struct yaml_node *node, void *into)
{
    uint64_t time_ns;
    if (!read_time(loader, node, &time_ns))
        return;
    if (time_ns % SECOND_NS != 0)
        fault_at(loader, node, "whole seconds are wanted here, like 10s");
    else if (time_ns / SECOND_NS > 1000000000)
        fault_at(loader, node, "'%s' is too long: at most 1000000000s", node->text);
    else
        ((struct item *)into)->option[SERVER_FAIL_TIMEOUT] = time_ns / SECOND_NS;
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
        ((struct item *)into)->option[SERVER_SLOW_START] = ns / SECOND_NS;
}

static const struct key keys[] = {
    KEY_REQUIRED("name", "name or range", "what it is called", read_item_name),
    KEY("weight", "0..65535", "1", "its share of the load", read_item_weight),
    KEY("max_conns", "0..1000000000", "0", "connections it takes at most; 0: no limit",
        read_item_max_conns),
    KEY("backup", "true | false", "false", "picked, and present, only while no other is there",
        read_item_backup),
    KEY("max_fails", "0..1000000", "1",
        "failed attempts after which it is left alone, by balancers that count them; 0: never",
        read_item_max_fails),
    KEY("fail_timeout", "time, in whole seconds", "10s", "for how long", read_item_fail_timeout),
    KEY_PLANNED("zone", "where it stands"),
    KEY("slow_start", "time", "0s",
        "once it joins or comes back, how long its limit and weight take to be whole; in whole "
        "seconds, of balancers with the habit `slow_start: steps`",
        read_item_slow_start),
    KEYS_END,
};
const struct section server_section = {"server", keys, NULL};

static const struct {
    const char *name;
    uint64_t fallback;
} kept[SERVER_OPTIONS] = {
    [SERVER_MAX_CONNS] = {"max_conns", 0},   [SERVER_BACKUP] = {"backup", false},
    [SERVER_MAX_FAILS] = {"max_fails", 1},   [SERVER_FAIL_TIMEOUT] = {"fail_timeout", 10},
    [SERVER_SLOW_START] = {"slow_start", 0},
};

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
    for (int i = 0; i < SERVER_OPTIONS; i++)
        loader->server[server].option[i] = kept[i].fallback;
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

/* ---- What a server keeps ---- */

struct world_server server_as_told(const struct server_entry *entry)
{
    struct world_server server = entry->server;
    server.max_conns = (uint32_t)entry->option[SERVER_MAX_CONNS];
    server.backup = entry->option[SERVER_BACKUP] != 0;
    server.max_fails = (uint32_t)entry->option[SERVER_MAX_FAILS];
    server.fail_timeout_s = (uint32_t)entry->option[SERVER_FAIL_TIMEOUT];
    server.slow_start_s = (uint32_t)entry->option[SERVER_SLOW_START];
    return server;
}

static void take_option(struct loader *loader, const struct yaml_node *node, const char *name,
                        struct server_entry *entry, enum server_option option, uint64_t value)
{
    if (value == UNSAID)
        return;
    unsigned long long before = entry->option[option];
    if (!entry->said[option] || value == before)
        entry->option[option] = value;
    else if (option == SERVER_BACKUP)
        fault_at(loader, node, "'%s' has backup %s already; a server keeps it", name,
                 before != 0 ? "true" : "false");
    else
        fault_at(loader, node, "'%s' has %s %llu%s already; a server keeps it", name,
                 kept[option].name, before, option >= SERVER_FAIL_TIMEOUT ? "s" : "");
    entry->said[option] = true;
}

/* ---- Lists ---- */

struct listing {
    struct item item;
    bool defines;
    void (*each)(struct loader *, const struct yaml_node *, uint32_t server, uint32_t weight,
                 void *context);
    void *context;
};

/* A server is what its first definition says; a later one may give it another weight, which holds
 * from that event on, but nothing else. */
static void take_name(struct loader *loader, const struct yaml_node *node, const char *name,
                      void *context)
{
    const struct listing *listing = context;
    if (!has_room(loader, node, name))
        return;
    uint32_t server = enter_server(loader, node, name);
    struct server_entry *entry = &loader->server[server];
    const struct item *item = &listing->item;
    bool says_weight = item->weight != UNSAID;
    for (int i = 0; i < SERVER_OPTIONS; i++)
        take_option(loader, node, name, entry, (enum server_option)i, item->option[i]);
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
    listing->item = (struct item){.name = NULL, .weight = UNSAID};
    for (int i = 0; i < SERVER_OPTIONS; i++)
        listing->item.option[i] = UNSAID;
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
    entry->weight_said = true;
    for (int i = 0; i < SERVER_OPTIONS; i++)
        entry->said[i] = true;
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
