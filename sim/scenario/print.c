/* print.c: a scenario as YAML, with every default written out. It loads to the same again. */
#include "sim/scenario/scenario.h"

#include "sim/scenario/values.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static void print_time(FILE *to, uint64_t ns)
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

static void print_server(FILE *to, const char *name, uint32_t weight, uint32_t max_conns)
{
    fprintf(to, "{name: %s, weight: %" PRIu32, name, weight);
    if (max_conns != UINT32_MAX)
        fprintf(to, ", max_conns: %" PRIu32, max_conns);
    fputc('}', to);
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

static void print_traffic(FILE *to, const struct world_traffic *traffic)
{
    fprintf(to, "  %s:\n    arrivals:\n", traffic->name);
    for (uint32_t i = 0; i < traffic->arrivals_count; i++) {
        fputs("      - ", to);
        print_arrivals(to, &traffic->arrivals[i]);
        fputc('\n', to);
    }
    fputs("    lasts: ", to);
    print_distribution(to, &traffic->lasts);
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
        print_server(to, server->name, event->add[i].weight, server->max_conns);
    }
    fputs(event->adds > 0 ? "]" : "", to);
    for (uint32_t i = 0; i < event->removes; i++)
        fprintf(to, "%s%s", i == 0 ? ", remove: [" : ", ", scenario->server[event->remove[i]].name);
    if (event->removes > 0) {
        fputs("], drain: ", to);
        print_time(to, event->drain_ns);
    }
    for (uint32_t i = 0; i < event->weights; i++)
        fprintf(to, "%s%s: %" PRIu32, i == 0 ? ", weight: {" : ", ",
                scenario->server[event->weight[i].server].name, event->weight[i].weight);
    fputs(event->weights > 0 ? "}" : "", to);
}

static void print_filter(FILE *to, const struct scenario *scenario, const struct world_event *event)
{
    static const char *const orders[] = {"random", "oldest", "newest"};
    const struct world_filter *filter = &event->filter;
    fprintf(to, ", %s: {", event->kind == EVENT_CLOSE ? "close" : "cut");
    if (filter->traffic != FILTER_ANY)
        fprintf(to, "traffic: %s, ", scenario->traffic[filter->traffic].name);
    if (filter->server != FILTER_ANY)
        fprintf(to, "server: %s, ", scenario->server[filter->server].name);
    if (filter->count != UINT64_MAX)
        fprintf(to, "count: %" PRIu64 ", ", filter->count);
    else
        fprintf(to, "share: %" PRIu64 ".%07" PRIu64 "%%, ", filter->share_e9 / 10000000,
                filter->share_e9 % 10000000);
    fprintf(to, "order: %s}", orders[filter->order]);
}

static void print_event(FILE *to, const struct scenario *scenario, const struct world_event *event)
{
    fputs("  - {at: ", to);
    print_time(to, event->at_ns);
    if (event->name[0] != '#')
        fprintf(to, ", name: %s", event->name);
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
        fprintf(to, ", flap: {server: %s, for: ", scenario->server[event->server].name);
        print_time(to, event->for_ns);
        fputc('}', to);
        break;
    case EVENT_CLOSE:
    case EVENT_CUT:
        print_filter(to, scenario, event);
        break;
    }
    fputs("}\n", to);
}

/* ---- Balancers ---- */

static void print_balancer(FILE *to, const struct scenario *scenario,
                           const struct balancer *balancer)
{
    fprintf(to, "  - {name: %s", balancer->name);
    fprintf(to, ", algorithm: %s", lb_algorithm_name(balancer->algorithm));
    const struct lb_param *param = lb_algorithm_params(balancer->algorithm);
    for (uint32_t i = 0; param[i].name != NULL; i++) {
        if (param[i].words != NULL)
            fprintf(to, ", %s: %s", param[i].name, param[i].words[balancer->param[i]]);
        else
            fprintf(to, ", %s: %" PRIu64, param[i].name, balancer->param[i]);
    }
    fprintf(to, ",\n     view: %s, change: %s, draws: %s, workers: %" PRIu32 ", reap: ",
            balancer->view->name, change_choice.words[balancer->change],
            draws_choice.words[balancer->draws],
            balancer->workers > 0 ? balancer->workers : scenario->workers);
    if (balancer->reap_ns == REAP_NEVER)
        fputs("never", to);
    else
        print_time(to, balancer->reap_ns);
    fputs(",\n     ", to);
    for (int i = 0; i < TRAITS; i++)
        fprintf(to, "%s%s: %s", i > 0 ? ", " : "", traits[i].key,
                traits[i].words[balancer->trait[i]]);
    fputs("}\n", to);
}

void scenario_print(const struct scenario *scenario, FILE *to)
{
    static const char *const accepts[] = {"random", "in_turn"};
    fprintf(to, "format: %d\nname: %s\nabout: ", SCENARIO_FORMAT, scenario->name);
    print_quoted(to, scenario->about);
    fprintf(to, "\nseed: %" PRIu64 "\nduration: ", scenario->seed);
    print_time(to, scenario->duration_ns);
    fprintf(to, "\nreplications: %" PRIu64 "\n", scenario->replications);
    fprintf(to,
            "gateway: {instances: %" PRIu32 ", workers: %" PRIu32
            ", accept: %s, old_workers: forever}\n",
            scenario->instances, scenario->workers, accepts[scenario->accept]);
    fputs("servers:\n", to);
    for (uint32_t i = 0; i < scenario->servers; i++)
        if (scenario->server[i].at_start) {
            fputs("  - ", to);
            print_server(to, scenario->server[i].name, scenario->server[i].weight,
                         scenario->server[i].max_conns);
            fputc('\n', to);
        }
    fputs("traffic:\n", to);
    for (uint32_t i = 0; i < scenario->traffics; i++)
        print_traffic(to, &scenario->traffic[i]);
    fputs(scenario->events > 0 ? "events:\n" : "events: []\n", to);
    for (uint32_t i = 0; i < scenario->events; i++)
        print_event(to, scenario, &scenario->event[i]);
    fputs("balancers:\n", to);
    for (uint32_t i = 0; i < scenario->balancers; i++)
        print_balancer(to, scenario, &scenario->balancer[i]);
}
