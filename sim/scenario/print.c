/* print.c: a scenario as YAML, with every default written out. It loads to the same again. */
#include "sim/scenario/print_parts.h"

#include "sim/scenario/values.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

void print_time(FILE *to, uint64_t ns)
{
    char text[32];
    fputs(ns == SPAN_FOREVER ? "forever" : value_time_text(ns, text), to);
}

/* Text in double quotes, as YAML reads it back. */
static void print_quoted(FILE *to, const char *text)
{
    fputc('"', to);
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '"' || *c == '\\')
            fputc('\\', to);
        if (*c == '\n' || *c == '\t')
            fputs(*c == '\n' ? "\\n" : "\\t", to);
        else
            fputc(*c, to);
    }
    fputc('"', to);
}

void print_name(FILE *to, const char *name)
{
    if (strchr(name, ':') != NULL)
        print_quoted(to, name);
    else
        fputs(name, to);
}

static void print_server(FILE *to, const struct world_server *server, uint32_t weight)
{
    fputs("{name: ", to);
    print_name(to, server->name);
    fprintf(to, ", weight: %" PRIu32 ", max_conns: %" PRIu32, weight, server->max_conns);
    fprintf(to, ", backup: %s, max_fails: %" PRIu32 ", fail_timeout: %" PRIu32 "s",
            server->backup ? "true" : "false", server->max_fails, server->fail_timeout_s);
    fprintf(to, ", slow_start: %" PRIu32 "s}", server->slow_start_s);
}

/* ---- Traffic ---- */

static void print_distribution(FILE *to, const struct distribution *distribution)
{
    const struct distribution_form *form = &distribution_forms[distribution->kind];
    if (form->values) {
        fprintf(to, "{%s: ", form->name);
        print_quoted(to, distribution->file);
        fputc('}', to);
        return;
    }
    if (form->key[0].name == NULL) {
        fprintf(to, "%s", form->name);
        return;
    }
    char number[32];
    fprintf(to, "{%s: {", form->name);
    for (int i = 0; i < DISTRIBUTION_PARAMETERS && form->key[i].name != NULL; i++) {
        fprintf(to, "%s%s: ", i > 0 ? ", " : "", form->key[i].name);
        if (form->key[i].is_time)
            print_time(to, distribution->parameter[i].time_ns);
        else
            fputs(value_number_text(distribution->parameter[i].number, number), to);
    }
    fputs("}}", to);
}

/* The rate that reads back to the very gap: a division undone may be a step or two beside it. */
static void print_rate(FILE *to, double mean_gap_ns)
{
    const uint64_t second_ns = 1000000000;
    double rate = 1e9 / mean_gap_ns;
    char number[32];
    for (int step = 0; step < 8 && arrivals_mean_gap_ns(rate, second_ns) != mean_gap_ns; step++)
        rate = nextafter(rate, arrivals_mean_gap_ns(rate, second_ns) > mean_gap_ns ? INFINITY : 0);
    fprintf(to, "%s/s", value_number_text(rate, number));
}

static void print_arrivals(FILE *to, const struct arrivals *arrivals)
{
    const struct arrivals_form *form = &arrivals_forms[arrivals->kind];
    fputc('{', to);
    for (int i = 0; i < ARRIVALS_PARAMETERS && form->key[i].name != NULL; i++) {
        fprintf(to, "%s%s: ", i > 0 ? ", " : "", form->key[i].name);
        switch (form->key[i].unit) {
        case ARRIVALS_RATE:
            print_rate(to, arrivals->parameter[i].mean_gap_ns);
            break;
        case ARRIVALS_TIME:
            print_time(to, arrivals->parameter[i].whole);
            break;
        case ARRIVALS_COUNT:
            fprintf(to, "%" PRIu64, arrivals->parameter[i].whole);
            break;
        }
    }
    fputc('}', to);
}

static void print_keys(FILE *to, const struct keys *keys)
{
    char number[32];
    const char *name = keys_forms[keys->kind].name;
    switch (keys->kind) {
    case KEYS_UNIFORM:
        fprintf(to, "{%s: %" PRIu64 "}", name, keys->count);
        return;
    case KEYS_ZIPF:
        fprintf(to, "{%s: {keys: %" PRIu64 ", s: %s}}", name, keys->count,
                value_number_text(keys->exponent, number));
        return;
    case KEYS_CSV:
        fprintf(to, "{%s: ", name);
        print_quoted(to, keys->file);
        fputc('}', to);
        return;
    case KEYS_EACH:
    case KEYS_KINDS:
        fputs(name, to);
    }
}

static void print_traffic(FILE *to, const struct world_traffic *traffic)
{
    fputs("  ", to);
    print_name(to, traffic->name);
    fputs(":\n    arrivals:\n", to);
    for (uint32_t i = 0; i < traffic->arrivals_count; i++) {
        fputs("      - ", to);
        print_arrivals(to, &traffic->arrivals[i]);
        fputc('\n', to);
    }
    fputs("    lasts: ", to);
    print_distribution(to, &traffic->lasts);
    fputs("\n    key: ", to);
    print_keys(to, &traffic->keys);
    fputc('\n', to);
    if (!traffic->reconnects)
        return;
    fputs("    reconnect: {after: ", to);
    print_distribution(to, &traffic->reconnect_after);
    if (traffic->reconnect_tries != TRIES_UNLIMITED)
        fprintf(to, ", tries: %" PRIu64, traffic->reconnect_tries);
    fprintf(to, ", lasts: %s}\n", traffic->reconnect_lasts_new ? "new" : "rest");
}

/* ---- Events ---- */

static void print_change(FILE *to, const struct scenario *scenario, const struct world_event *event)
{
    for (uint32_t i = 0; i < event->adds; i++) {
        const struct world_server *server = &scenario->server[event->add[i].server];
        fputs(i == 0 ? ", add: [" : ", ", to);
        print_server(to, server, event->add[i].weight);
    }
    fputs(event->adds > 0 ? "]" : "", to);
    for (uint32_t i = 0; i < event->removes; i++) {
        fputs(i == 0 ? ", remove: [" : ", ", to);
        print_name(to, scenario->server[event->remove[i]].name);
    }
    if (event->removes > 0) {
        fputs("], drain: ", to);
        print_time(to, event->drain_ns);
    }
    for (uint32_t i = 0; i < event->weights; i++) {
        fputs(i == 0 ? ", weight: {" : ", ", to);
        print_name(to, scenario->server[event->weight[i].server].name);
        fprintf(to, ": %" PRIu32, event->weight[i].weight);
    }
    fputs(event->weights > 0 ? "}" : "", to);
}

static void print_key_name(FILE *to, const char *key, const char *name)
{
    fprintf(to, "%s: ", key);
    print_name(to, name);
    fputs(", ", to);
}

/* In percent, as many decimals as it takes. */
static void print_share(FILE *to, uint64_t share_e9)
{
    int decimals = 7;
    uint64_t part = share_e9 % 10000000;
    for (; decimals > 0 && part % 10 == 0; decimals--)
        part /= 10;
    fprintf(to, "share: %" PRIu64, share_e9 / 10000000);
    if (decimals > 0)
        fprintf(to, ".%0*" PRIu64, decimals, part);
    fputs("%, ", to);
}

static void print_filter(FILE *to, const struct scenario *scenario, const struct world_event *event)
{
    static const char *const orders[] = {"random", "oldest", "newest"};
    const struct world_filter *filter = &event->filter;
    fprintf(to, ", %s: {", event->kind == EVENT_CLOSE ? "close" : "cut");
    if (filter->traffic != FILTER_ANY)
        print_key_name(to, "traffic", scenario->traffic[filter->traffic].name);
    if (filter->server != FILTER_ANY)
        print_key_name(to, "server", scenario->server[filter->server].name);
    if (filter->count != UINT64_MAX)
        fprintf(to, "count: %" PRIu64 ", ", filter->count);
    else
        print_share(to, filter->share_e9);
    fprintf(to, "order: %s}", orders[filter->order]);
}

static void print_wait(FILE *to, const char *key, uint64_t ns)
{
    fprintf(to, ", %s: ", key);
    if (ns == SPAN_FOREVER)
        fputs("never", to);
    else
        print_time(to, ns);
}

static void print_failure(FILE *to, const char *server, const struct world_event *event)
{
    fputs(", fail: {server: ", to);
    print_name(to, server);
    fputc('}', to);
    print_wait(to, "detect", event->detect_ns);
    print_wait(to, "back", event->back_ns);
}

static void print_event(FILE *to, const struct scenario *scenario, const struct world_event *event)
{
    fputs("  - {at: ", to);
    print_time(to, event->at_ns);
    if (event->name[0] != '#') {
        fputs(", name: ", to);
        print_name(to, event->name);
    }
    switch (event->kind) {
    case EVENT_CHANGE:
        print_change(to, scenario, event);
        break;
    case EVENT_RELOAD:
        fputs(", reload: true", to);
        break;
    case EVENT_TOUCH:
        fputs(", touch: true", to);
        break;
    case EVENT_CRASH:
        fprintf(to, ", crash: {worker: %" PRIu32 "}", event->worker);
        break;
    case EVENT_FLAP:
        fputs(", flap: {", to);
        print_key_name(to, "server", scenario->server[event->server].name);
        fputs("for: ", to);
        print_time(to, event->for_ns);
        fputc('}', to);
        break;
    case EVENT_FAIL:
        print_failure(to, scenario->server[event->server].name, event);
        break;
    case EVENT_CLOSE:
    case EVENT_CUT:
        print_filter(to, scenario, event);
        break;
    }
    fputs("}\n", to);
}

/* ---- Balancers ---- */

void scenario_print_balancer(const struct scenario *scenario, const struct balancer *balancer,
                             FILE *to)
{
    fprintf(to, "algorithm: %s", lb_algorithm_name(balancer->algorithm));
    const struct lb_param *param = lb_algorithm_params(balancer->algorithm);
    char draws[40];
    snprintf(draws, sizeof draws, "%s", draws_choice.words[balancer->draws]);
    for (uint32_t i = 0; param[i].name != NULL; i++) {
        if (strcmp(param[i].name, "draws") == 0) /* one key says both */
            snprintf(draws, sizeof draws, "[%" PRIu64 ", %s]", balancer->param[i],
                     draws_choice.words[balancer->draws]);
        else if (param[i].words != NULL)
            fprintf(to, ", %s: %s", param[i].name, param[i].words[balancer->param[i]]);
        else
            fprintf(to, ", %s: %" PRIu64, param[i].name, balancer->param[i]);
    }
    fprintf(to, ",\n     view: %s, change: %s, draws: %s, workers: %" PRIu32 ", reap: ",
            balancer->view->name, change_choice.words[balancer->change], draws,
            balancer->workers > 0 ? balancer->workers : scenario->workers);
    if (balancer->reap_ns == REAP_NEVER)
        fputs("never", to);
    else
        print_time(to, balancer->reap_ns);
    fputs(",\n     ", to);
    for (int i = 0; i < TRAITS; i++)
        fprintf(to, "%s%s: %s", i > 0 ? ", " : "", traits[i].key,
                traits[i].words[balancer->trait[i]]);
}

static void print_servers(FILE *to, const struct scenario *scenario)
{
    uint32_t printed = 0;
    for (uint32_t i = 0; i < scenario->servers; i++)
        if (scenario->server[i].at_start) {
            fputs(printed++ == 0 ? "servers:\n  - " : "  - ", to);
            print_server(to, &scenario->server[i], scenario->server[i].weight);
            fputc('\n', to);
        }
    fputs(printed == 0 ? "servers: []\n" : "", to);
}

static void print_events(FILE *to, const struct scenario *scenario)
{
    fputs(scenario->events > 0 ? "events:\n" : "events: []\n", to);
    for (uint32_t i = 0; i < scenario->events; i++)
        print_event(to, scenario, &scenario->event[i]);
}

/* Whether a server that an event adds was mentioned before one of those at the start: the file has
 * its events above its servers, and the order of mention is the order of members. */
static bool events_first(const struct scenario *scenario)
{
    bool added = false;
    for (uint32_t i = 0; i < scenario->servers; i++) {
        if (scenario->server[i].at_start && added)
            return true;
        added = added || !scenario->server[i].at_start;
    }
    return false;
}

static void print_gateway(FILE *to, const struct scenario *scenario)
{
    fprintf(to,
            "gateway: {instances: %" PRIu32 ", workers: %" PRIu32 ", accept: ", scenario->instances,
            scenario->workers);
    if (scenario->accept != ACCEPT_SHARES)
        fputs(scenario->accept == ACCEPT_RANDOM ? "random" : "in_turn", to);
    for (uint32_t i = 0; i < scenario->shares; i++)
        fprintf(to, "%s%" PRIu32, i == 0 ? "[" : ", ", scenario->share[i]);
    fputs(scenario->accept == ACCEPT_SHARES ? "], old_workers: " : ", old_workers: ", to);
    print_time(to, scenario->old_workers_ns);
    fputs("}\n", to);
}

static void print_key_time(FILE *to, const char *before, uint64_t ns, const char *after)
{
    fputs(before, to);
    print_time(to, ns);
    fputs(after, to);
}

static void print_play(const struct scenario *scenario, FILE *to)
{
    bool first = events_first(scenario);
    print_gateway(to, scenario);
    if (first)
        print_events(to, scenario);
    print_servers(to, scenario);
    fputs("traffic:\n", to);
    for (uint32_t i = 0; i < scenario->traffics; i++)
        print_traffic(to, &scenario->traffic[i]);
    if (!first)
        print_events(to, scenario);
}

void scenario_print_world(const struct scenario *scenario, FILE *to)
{
    print_key_time(to, "duration: ", scenario->duration_ns, "\n");
    print_key_time(to, "measure: {from: ", scenario->measure_from_ns, "}\n");
    print_play(scenario, to);
}

void scenario_print(const struct scenario *scenario, FILE *to)
{
    fprintf(to, "format: %d\nname: %s\nabout: ", SCENARIO_FORMAT, scenario->name);
    print_quoted(to, scenario->about);
    fprintf(to, "\nseed: %" PRIu64 "\n", scenario->seed);
    print_key_time(to, "duration: ", scenario->duration_ns, "\n");
    fprintf(to, "replications: %" PRIu64 "\n", scenario->replications);
    print_key_time(to, "measure: {from: ", scenario->measure_from_ns, "}\n");
    if (scenario->sample_ns > 0)
        print_key_time(to, "sample: ", scenario->sample_ns, "\n");
    print_play(scenario, to);
    fputs("balancers:\n", to);
    for (uint32_t i = 0; i < scenario->balancers; i++) {
        fputs("  - {name: ", to);
        print_name(to, scenario->balancer[i].name);
        fputs(", ", to);
        scenario_print_balancer(scenario, &scenario->balancer[i], to);
        fputs("}\n", to);
    }
    print_expectations(to, scenario);
}
