/* load.c: a YAML tree becomes a scenario, key by key from the tables. */
#include "sim/scenario/load.h"

#include "sim/engine/memory.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

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
    else if (text[0] == '-')
        fault_at(loader, node, "a scenario's name must not begin with '-', as '%s' does", text);
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

/* ---- The whole ---- */

static const struct key scenario_keys_table[] = {
    KEY_REQUIRED("format", "1", "version of this format", read_format),
    KEY_REQUIRED("name", "a-z 0-9 _ -", "what the reports call it", read_scenario_name),
    KEY("about", "text", "", "the question that it answers", read_about),
    KEY("seed", "whole number", "1", "of all random numbers", read_seed),
    KEY_REQUIRED("duration", "time", "simulated time", read_duration),
    KEY("replications", "1..100000", "1", "runs with other random numbers", read_replications),
    KEY("measure", "{from: ...}", "{}", "the window of the metrics", read_measure),
    KEY("sample", "time", "1000 midpoints, every change and the end", "the step of timeseries.csv",
        read_sample),
    KEY("gateway", "{...}", "{}", "instances and workers that balance", read_gateway),
    KEY_REQUIRED("servers", "[server, ...]", "those in the list at the start", read_servers),
    KEY_REQUIRED("traffic", "{name: {...}, ...}", "who opens connections, and for how long",
                 read_traffic),
    KEY("events", "[{at: ...}, ...]", "[]", "what happens, and when", read_events),
    KEY_REQUIRED("balancers", "[balancer, ...]", "who is compared; the first is the reference",
                 read_balancers),
    KEY("expect", "[{metric: ..., max: ...}, ...]", "[]",
        "what must hold: `lbsim run` judges it, and fails if it does not", read_expect),
    KEY_PLANNED("start", "connections that are open at the start"),
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
        scenario->server[i] = server_as_told(&loader->server[i]);
        scenario->server[i].name = arena_text(&scenario->arena, loader->server_names.text[i],
                                              strlen(loader->server_names.text[i]));
    }
}

static void loader_free(struct loader *loader)
{
    names_free(&loader->server_names);
    free(loader->server);
    free(loader->event);
    free(loader->expect);
}

static struct scenario *scenario_new(const struct input *input, const struct vocabulary *vocabulary)
{
    static const struct vocabulary nothing_more = {.owns = 0};
    struct scenario *scenario = memory_zeroed(1, sizeof *scenario);
    scenario->file = arena_text(&scenario->arena, input->name, strlen(input->name));
    scenario->text = arena_text(&scenario->arena, input->text, input->length);
    scenario->text_length = input->length;
    scenario->vocabulary = vocabulary != NULL ? vocabulary : &nothing_more;
    scenario->about = "";
    scenario->seed = scenario->replications = 1;
    scenario->instances = scenario->workers = 1;
    scenario->old_workers_ns = SPAN_FOREVER;
    return scenario;
}

struct scenario *scenario_load(const struct input *input, const struct vocabulary *vocabulary,
                               struct faults *faults)
{
    struct yaml_document *document = yaml_read(input, faults);
    struct scenario *scenario = scenario_new(input, vocabulary);
    struct loader loader = {.scenario = scenario, .faults = faults, .input = input};
    if (document != NULL &&
        read_section(&loader, &scenario_section, yaml_root(document), scenario)) {
        take_servers(&loader);
        finish_events(&loader);
        finish_window(&loader);
        for (uint32_t i = 0; i < scenario->balancers; i++)
            check_balancer(&loader, &scenario->balancer[i]);
        finish_expectations(&loader);
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
