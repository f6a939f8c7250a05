/* load.c: a YAML tree becomes a scenario, key by key from the tables. */
#include "sim/scenario/load.h"

#include "sim/engine/memory.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* ---- Faults ---- */

void fault_at(struct loader *loader, const struct yaml_node *node, const char *format, ...)
{
    char message[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    faults_add(loader->faults, node->place, "%s", message);
}

void fault_unknown(struct loader *loader, const struct yaml_node *node, const char *what,
                   const char *const *known, size_t count)
{
    const char *meant = input_nearest(node->text, known, count);
    if (meant != NULL) {
        fault_at(loader, node, "unknown %s '%s' (did you mean '%s'?)", what, node->text, meant);
        return;
    }
    char list[300] = "";
    for (size_t i = 0, at = 0; i < count && at < sizeof list - 70; i++)
        at += (size_t)snprintf(list + at, sizeof list - at, "%s%s", i > 0 ? ", " : "", known[i]);
    fault_at(loader, node, "unknown %s '%s' (there are: %s)", what, node->text, list);
}

/* ---- Mappings ---- */

static const struct key *find_key(const struct section *section, const char *name)
{
    for (const struct key *key = section->keys; key->row.name != NULL; key++)
        if (strcmp(key->row.name, name) == 0)
            return key;
    return NULL;
}

static void fault_unknown_key(struct loader *loader, const struct section *section,
                              const struct yaml_node *key)
{
    const char *known[64];
    size_t count = 0;
    for (const struct key *k = section->keys; k->row.name != NULL && count < 64; k++)
        known[count++] = k->row.name;
    fault_unknown(loader, key, "key", known, count);
}

bool read_section(struct loader *loader, const struct section *section,
                  const struct yaml_node *node, void *into)
{
    if (node->kind != YAML_MAPPING) {
        fault_at(loader, node, "%s must be a mapping, {key: value, ...}", section->name);
        return false;
    }
    for (size_t i = 0; i < node->count; i++) {
        const struct yaml_pair *pair = &node->pair[i];
        const struct key *key = find_key(section, pair->key->text);
        if (key != NULL && key->row.planned)
            fault_at(loader, pair->key, "'%s' is planned, not there yet", pair->key->text);
        else if (key != NULL)
            key->read(loader, pair->value, into);
        else if (section->other == NULL || !section->other(loader, pair, into))
            fault_unknown_key(loader, section, pair->key);
    }
    for (const struct key *key = section->keys; key->row.name != NULL; key++) {
        bool given = false;
        for (size_t i = 0; i < node->count; i++)
            given = given || strcmp(node->pair[i].key->text, key->row.name) == 0;
        if (key->row.required && !given)
            fault_at(loader, node, "%s needs '%s': %s", section->name, key->row.name,
                     key->row.about);
    }
    return true;
}

/* ---- Scalars ---- */

const char *scalar_text(struct loader *loader, const struct yaml_node *node, const char *what)
{
    if (node->kind == YAML_SCALAR && (node->text[0] != '\0' || node->quoted))
        return node->text;
    fault_at(loader, node, "%s is wanted here: %s",
             node->kind == YAML_SCALAR ? "a value" : "a single value", what);
    return NULL;
}

bool read_time(struct loader *loader, const struct yaml_node *node, uint64_t *ns)
{
    const char *text = scalar_text(loader, node, "a time, like 20m");
    if (text == NULL)
        return false;
    if (value_time(text, ns))
        return true;
    fault_at(loader, node, "'%s' is not a time: a number and a unit (ns us ms s m h d), like 20m",
             text);
    return false;
}

bool read_whole(struct loader *loader, const struct yaml_node *node, uint64_t least, uint64_t most,
                uint64_t *whole)
{
    const char *text = scalar_text(loader, node, "a whole number");
    uint64_t value;
    if (text == NULL)
        return false;
    if (!value_whole(text, &value))
        fault_at(loader, node, "'%s' is not a whole number", text);
    else if (value < least || value > most)
        fault_at(loader, node, "%s is out of range: %llu to %llu", text, (unsigned long long)least,
                 (unsigned long long)most);
    else {
        *whole = value;
        return true;
    }
    return false;
}

bool read_number(struct loader *loader, const struct yaml_node *node, double *number)
{
    const char *text = scalar_text(loader, node, "a number");
    if (text != NULL && value_number(text, number))
        return true;
    if (text != NULL)
        fault_at(loader, node, "'%s' is not a number", text);
    return false;
}

int read_word(struct loader *loader, const struct yaml_node *node, const char *what,
              const char *const *words)
{
    if (scalar_text(loader, node, what) == NULL)
        return -1;
    int found = word_find(words, node->text);
    size_t count = 0;
    while (words[count] != NULL)
        count++;
    if (found < 0)
        fault_unknown(loader, node, what, words, count);
    return found;
}

const char *read_name(struct loader *loader, const struct yaml_node *node, const char *of_what)
{
    const char *text = scalar_text(loader, node, of_what);
    if (text == NULL)
        return NULL;
    if (value_name(text, strlen(text)))
        return arena_text(&loader->scenario->arena, text, strlen(text));
    fault_at(loader, node,
             "'%s' is not a name: letters, digits and . _ : - after a letter or digit, no '..', "
             "%d bytes at most",
             text, NAME_MAX_BYTES);
    return NULL;
}

void read_true(struct loader *loader, const struct yaml_node *node)
{
    const char *text = scalar_text(loader, node, "true");
    if (text != NULL && strcmp(text, "true") != 0)
        fault_at(loader, node, "only 'true' makes sense here, not '%s'", text);
}

/* ---- The scenario's own keys ---- */

static void read_format(struct loader *loader, const struct yaml_node *node, void *into)
{
    (void)into;
    uint64_t format;
    if (read_whole(loader, node, 0, UINT64_MAX, &format) && format != SCENARIO_FORMAT)
        fault_at(loader, node, "format %llu is not known; this lbsim reads format %d",
                 (unsigned long long)format, SCENARIO_FORMAT);
}

static void read_scenario_name(struct loader *loader, const struct yaml_node *node, void *into)
{
    struct scenario *scenario = into;
    const char *text = scalar_text(loader, node, "a name");
    if (text == NULL)
        return;
    size_t length = strlen(text);
    if (length == 0 || length > NAME_MAX_BYTES ||
        strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-") != length)
        fault_at(loader, node, "'%s' is not a scenario's name: a-z 0-9 _ -, %d bytes at most", text,
                 NAME_MAX_BYTES);
    else
        scenario->name = arena_text(&scenario->arena, text, length);
}

static void read_about(struct loader *loader, const struct yaml_node *node, void *into)
{
    struct scenario *scenario = into;
    const char *text = scalar_text(loader, node, "a sentence");
    if (text != NULL && strlen(text) > 1000)
        fault_at(loader, node, "about is %zu bytes long; 1000 at most", strlen(text));
    else if (text != NULL)
        scenario->about = arena_text(&scenario->arena, text, strlen(text));
}

static void read_seed(struct loader *loader, const struct yaml_node *node, void *into)
{
    read_whole(loader, node, 0, UINT64_MAX, &((struct scenario *)into)->seed);
}

static void read_duration(struct loader *loader, const struct yaml_node *node, void *into)
{
    uint64_t *duration_ns = &((struct scenario *)into)->duration_ns;
    if (read_time(loader, node, duration_ns) && *duration_ns == 0)
        fault_at(loader, node, "a run must last longer than nothing");
}

static void read_replications(struct loader *loader, const struct yaml_node *node, void *into)
{
    read_whole(loader, node, 1, 100000, &((struct scenario *)into)->replications);
}

/* ---- Gateway ---- */

static void read_instances(struct loader *loader, const struct yaml_node *node, void *into)
{
    uint64_t instances = 1;
    (void)into;
    if (read_whole(loader, node, 1, 1024, &instances) && instances != 1)
        fault_at(loader, node, "more gateway instances than one are planned, not there yet");
}

static void read_workers(struct loader *loader, const struct yaml_node *node, void *into)
{
    uint64_t workers = 1;
    if (read_whole(loader, node, 1, 1024, &workers))
        ((struct scenario *)into)->workers = (uint32_t)workers;
}

static void read_accept(struct loader *loader, const struct yaml_node *node, void *into)
{
    static const char *const words[] = {"random", "in_turn", NULL};
    if (node->kind == YAML_SEQUENCE) {
        fault_at(loader, node, "a list of shares for 'accept' is planned, not there yet");
        return;
    }
    int word = read_word(loader, node, "way to accept", words);
    if (word >= 0)
        ((struct scenario *)into)->accept = (enum world_accept)word;
}

static void read_old_workers(struct loader *loader, const struct yaml_node *node, void *into)
{
    (void)into;
    const char *text = scalar_text(loader, node, "forever");
    if (text != NULL && strcmp(text, "forever") != 0)
        fault_at(loader, node, "an end for old workers is planned, not there yet; now: forever");
}

static const struct key gateway_keys[] = {
    KEY("instances", "1", "1", "gateway instances (hosts); more than one is planned",
        read_instances),
    KEY("workers", "1..1024", "1", "worker processes of each instance", read_workers),
    KEY("accept", "random | in_turn", "random", "which worker takes a connection", read_accept),
    KEY("old_workers", "forever", "forever", "how long a reload's old workers may live",
        read_old_workers),
    KEYS_END,
};
const struct section gateway_section = {"gateway", gateway_keys, NULL};

static void read_gateway(struct loader *loader, const struct yaml_node *node, void *into)
{
    read_section(loader, &gateway_section, node, into);
}

/* ---- The whole ---- */

static const struct key scenario_keys_table[] = {
    KEY_REQUIRED("format", "1", "version of this format", read_format),
    KEY_REQUIRED("name", "a-z 0-9 _ -", "what the reports call it", read_scenario_name),
    KEY("about", "text", "", "the question that it answers", read_about),
    KEY("seed", "whole number", "1", "of all random numbers", read_seed),
    KEY_REQUIRED("duration", "time", "simulated time", read_duration),
    KEY("replications", "1..100000", "1", "runs with other random numbers", read_replications),
    KEY("gateway", "{...}", "{}", "instances and workers that balance", read_gateway),
    KEY_REQUIRED("servers", "[server, ...]", "those in the list at the start", read_servers),
    KEY_REQUIRED("traffic", "{name: {...}, ...}", "who opens connections, and for how long",
                 read_traffic),
    KEY("events", "[{at: ...}, ...]", "[]", "what happens, and when", read_events),
    KEY_REQUIRED("balancers", "[balancer, ...]", "who is compared; the first is the reference",
                 read_balancers),
    KEY_PLANNED("measure", "the window of the metrics"),
    KEY_PLANNED("sample", "the step of timeseries.csv"),
    KEY_PLANNED("start", "connections that are open at the start"),
    KEY_PLANNED("expect", "what must hold"),
    KEY_PLANNED("autoscaler", "servers by load"),
    KEY_PLANNED("groups", "groups of servers"),
    KEY_PLANNED("upstream", "several upstreams"),
    KEY_PLANNED("sees", "what a balancer sees late"),
    KEY_PLANNED("include", "parts from other files"),
    KEY_PLANNED("shed", "load shedding"),
    KEY_PLANNED("queue", "waiting for a free server"),
    KEY_PLANNED("stale", "load information that is old"),
    KEYS_END,
};
const struct section scenario_section = {"the scenario", scenario_keys_table, NULL};

static void take_servers(struct loader *loader)
{
    struct scenario *scenario = loader->scenario;
    scenario->servers = loader->server_names.count;
    if (scenario->servers == 0 && loader->servers_place.line > 0)
        faults_add(loader->faults, loader->servers_place,
                   "no server is named, neither here nor in an event");
    scenario->server = arena_zeroed(&scenario->arena, scenario->servers, sizeof *scenario->server);
    for (uint32_t i = 0; i < scenario->servers; i++) {
        scenario->server[i] = loader->server[i].server;
        scenario->server[i].name = arena_text(&scenario->arena, loader->server_names.text[i],
                                              strlen(loader->server_names.text[i]));
    }
}

static void loader_free(struct loader *loader)
{
    names_free(&loader->server_names);
    free(loader->server);
    free(loader->event);
    free(loader->balancer_place);
}

static struct scenario *scenario_new(const struct input *input)
{
    struct scenario *scenario = memory_zeroed(1, sizeof *scenario);
    scenario->file = arena_text(&scenario->arena, input->name, strlen(input->name));
    scenario->text = arena_text(&scenario->arena, input->text, input->length);
    scenario->text_length = input->length;
    scenario->about = "";
    scenario->seed = scenario->replications = 1;
    scenario->instances = scenario->workers = 1;
    return scenario;
}

struct scenario *scenario_load(const struct input *input, struct faults *faults)
{
    struct yaml_document *document = yaml_read(input, faults);
    struct scenario *scenario = scenario_new(input);
    struct loader loader = {.scenario = scenario, .faults = faults, .input = input};
    if (document != NULL &&
        read_section(&loader, &scenario_section, yaml_root(document), scenario)) {
        take_servers(&loader);
        finish_events(&loader);
        for (uint32_t i = 0; i < scenario->balancers; i++)
            check_balancer(&loader, loader.balancer_place[i], &scenario->balancer[i]);
    }
    loader_free(&loader);
    yaml_free(document);
    if (faults->errors == 0)
        return scenario;
    scenario_free(scenario);
    return NULL;
}

void scenario_free(struct scenario *scenario)
{
    if (scenario == NULL)
        return;
    arena_free(&scenario->arena);
    free(scenario);
}
