/* test_scenario_print.c: a scenario printed in full loads to the same again. */
#include "sim/scenario/scenario.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/harness.h"
#include "tests/told.h"

static char *printed(const struct scenario *scenario)
{
    char *text;
    size_t size;
    FILE *into = open_memstream(&text, &size);
    scenario_print(scenario, into);
    fclose(into);
    return text;
}

/* ---- Whether two scenarios are the same, but for their texts ---- */

static bool same_servers(const struct scenario *a, const struct scenario *b)
{
    bool same = a->servers == b->servers;
    for (uint32_t i = 0; same && i < a->servers; i++) {
        const struct world_server *one = &a->server[i], *two = &b->server[i];
        same = strcmp(one->name, two->name) == 0 && one->weight == two->weight &&
               one->max_conns == two->max_conns && one->at_start == two->at_start &&
               one->backup == two->backup && one->max_fails == two->max_fails &&
               one->fail_timeout_s == two->fail_timeout_s;
    }
    return same;
}

static bool same_distribution(const struct distribution *a, const struct distribution *b)
{
    bool same = a->kind == b->kind && a->values == b->values;
    for (int i = 0; i < DISTRIBUTION_PARAMETERS; i++)
        same = same && a->parameter[i].time_ns == b->parameter[i].time_ns &&
               a->parameter[i].number == b->parameter[i].number;
    return same && (a->values == 0 ||
                    memcmp(a->values_ns, b->values_ns, a->values * sizeof *a->values_ns) == 0);
}

static bool same_keys(const struct keys *a, const struct keys *b)
{
    bool same = a->kind == b->kind && a->count == b->count && a->exponent == b->exponent &&
                a->rows == b->rows;
    for (size_t i = 0; same && i < a->rows; i++)
        same = strcmp(a->row[i].text, b->row[i].text) == 0 && a->row[i].upto == b->row[i].upto;
    return same;
}

static bool same_arrivals(const struct world_traffic *a, const struct world_traffic *b)
{
    bool same = a->arrivals_count == b->arrivals_count;
    for (uint32_t i = 0; same && i < a->arrivals_count; i++) {
        same = a->arrivals[i].kind == b->arrivals[i].kind;
        for (int k = 0; k < ARRIVALS_PARAMETERS; k++)
            same =
                same && a->arrivals[i].parameter[k].whole == b->arrivals[i].parameter[k].whole &&
                a->arrivals[i].parameter[k].mean_gap_ns == b->arrivals[i].parameter[k].mean_gap_ns;
    }
    return same;
}

static bool same_traffic(const struct scenario *a, const struct scenario *b)
{
    bool same = a->traffics == b->traffics;
    for (uint32_t i = 0; same && i < a->traffics; i++) {
        const struct world_traffic *one = &a->traffic[i], *two = &b->traffic[i];
        same = strcmp(one->name, two->name) == 0 && same_arrivals(one, two) &&
               same_distribution(&one->lasts, &two->lasts) && one->reconnects == two->reconnects &&
               same_keys(&one->keys, &two->keys) &&
               same_distribution(&one->reconnect_after, &two->reconnect_after) &&
               one->reconnect_tries == two->reconnect_tries &&
               one->reconnect_lasts_new == two->reconnect_lasts_new;
    }
    return same;
}

static bool same_weights(const struct world_weight *a, const struct world_weight *b, uint32_t count)
{
    bool same = true;
    for (uint32_t i = 0; i < count; i++)
        same = same && a[i].server == b[i].server && a[i].weight == b[i].weight;
    return same;
}

static bool same_event(const struct world_event *a, const struct world_event *b)
{
    return a->kind == b->kind && a->at_ns == b->at_ns && strcmp(a->name, b->name) == 0 &&
           a->adds == b->adds && a->removes == b->removes && a->weights == b->weights &&
           same_weights(a->add, b->add, a->adds) &&
           same_weights(a->weight, b->weight, a->weights) &&
           (a->removes == 0 || memcmp(a->remove, b->remove, a->removes * sizeof *a->remove) == 0) &&
           a->drain_ns == b->drain_ns && a->worker == b->worker && a->server == b->server &&
           a->for_ns == b->for_ns && a->detect_ns == b->detect_ns && a->back_ns == b->back_ns &&
           a->filter.traffic == b->filter.traffic && a->filter.server == b->filter.server &&
           a->filter.share_e9 == b->filter.share_e9 && a->filter.count == b->filter.count &&
           a->filter.order == b->filter.order;
}

/* A preset comes back as what it stands for; a number of workers that was the gateway's, as
 * said. */
static bool same_balancer(const struct scenario *scenario, const struct balancer *a,
                          const struct balancer *b)
{
    uint32_t workers = a->workers > 0 ? a->workers : scenario->workers;
    return strcmp(a->name, b->name) == 0 && a->algorithm == b->algorithm && a->view == b->view &&
           memcmp(a->param, b->param, sizeof a->param) == 0 && a->change == b->change &&
           a->draws == b->draws && a->reap_ns == b->reap_ns && workers == b->workers &&
           memcmp(a->trait, b->trait, sizeof a->trait) == 0;
}

static bool same_accept(const struct scenario *a, const struct scenario *b)
{
    return a->accept == b->accept && a->shares == b->shares &&
           (a->shares == 0 || memcmp(a->share, b->share, a->shares * sizeof *a->share) == 0);
}

static bool same_scenario(const struct scenario *a, const struct scenario *b)
{
    bool same = strcmp(a->name, b->name) == 0 && strcmp(a->about, b->about) == 0 &&
                a->seed == b->seed && a->duration_ns == b->duration_ns &&
                a->replications == b->replications && a->measure_from_ns == b->measure_from_ns &&
                a->sample_ns == b->sample_ns && a->instances == b->instances &&
                a->workers == b->workers && same_accept(a, b) &&
                a->old_workers_ns == b->old_workers_ns && same_servers(a, b) &&
                same_traffic(a, b) && a->events == b->events && a->balancers == b->balancers;
    for (uint32_t i = 0; same && i < a->events; i++)
        same = same_event(&a->event[i], &b->event[i]);
    for (uint32_t i = 0; same && i < a->balancers; i++)
        same = same_balancer(a, &a->balancer[i], &b->balancer[i]);
    return same;
}

/* ---- Tests ---- */

/* Prints it, loads that, prints it again: the same texts, and the same scenario. */
static void check_round(const char *what, const struct scenario *scenario)
{
    char *once = printed(scenario), *told;
    struct scenario *again = scenario_named("x.yaml", once, &told);
    CHECK_ROW(again != NULL, "%s: what is printed does not load:\n%s\n%s", what, told, once);
    if (again != NULL) {
        char *twice = printed(again);
        CHECK_ROW(strcmp(once, twice) == 0, "%s: printed once\n%s\nand twice\n%s", what, once,
                  twice);
        CHECK_ROW(same_scenario(scenario, again), "%s: another scenario than\n%s", what, once);
        free(twice);
    }
    scenario_free(again);
    free(told);
    free(once);
}

static void check_text(const char *what, const char *text)
{
    struct scenario *scenario = scenario_of(text);
    if (scenario != NULL)
        check_round(what, scenario);
    scenario_free(scenario);
}

static void shipped_scenarios(void)
{
    unsigned count = 0;
    DIR *directory = opendir("scenarios");
    CU_ASSERT_PTR_NOT_NULL_FATAL(directory);
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        char path[512];
        struct input input;
        struct faults faults = {0};
        snprintf(path, sizeof path, "scenarios/%s", entry->d_name);
        if (strstr(path, ".yaml") == NULL || input_read(&input, path, 1 << 20) != INPUT_OK)
            continue;
        struct scenario *scenario = scenario_load(&input, NULL, &faults);
        CHECK_ROW(scenario != NULL, "%s does not load", path);
        if (scenario != NULL)
            check_round(path, scenario);
        count++;
        scenario_free(scenario);
        faults_free(&faults);
        input_free(&input);
    }
    closedir(directory);
    CU_ASSERT(count >= 9);
}

static const char every_key[] =
    "format: 1\n"
    "name: every_key-1\n"
    "about: \"Who, \\\"if\\\" anyone: \\\\ caf\\u00e9 # {no}\\n\\ttab ☺\"\n"
    "seed: 18446744073709551615\n"
    "duration: 40m\n"
    "replications: 3\n"
    "measure: {from: 5m}\n"
    "sample: 1500ms\n"
    "gateway: {instances: 3, workers: 4, accept: [65, 0, 65535, 49], old_workers: 1.5m}\n"
    "servers: [s1, {name: s2, weight: 2, max_conns: 500, fail_timeout: 2m}, ws01..ws03, no, \"1\", "
    "\"a:b:\",\n"
    "  {name: spare, backup: true, max_fails: 3}]\n"
    "traffic:\n"
    "  websocket:\n"
    "    arrivals: [{poisson: 5/s}, {poisson: 17/h}, {every: 10ms}, {burst: 9},\n"
    "               {burst: 20, at: 1s, over: 20s}]\n"
    "    lasts: {exponential: 20m}\n"
    "    reconnect: {after: {uniform: {min: 0s, max: 30s}}, tries: 10, lasts: new}\n"
    "  \"b:\": {arrivals: {every: 1h}, lasts: {constant: 1h}, reconnect: {after: 1500ms}}\n"
    "  c: {arrivals: {keep: 120}, lasts: {uniform: {min: 1ns, max: 30s}}, key: each}\n"
    "  d: {arrivals: {every: 1h}, lasts: {lognormal: {median: 8m, sigma: 1.2}},\n"
    "      key: {uniform: 1000000000}}\n"
    "  e: {arrivals: {every: 1h}, lasts: {pareto: {min: 1s, alpha: 0.1}},\n"
    "      key: {zipf: {s: 1.1, keys: 100000}}}\n"
    "  f: {arrivals: {every: 1h}, lasts: {weibull: {scale: 8m, shape: 120}},\n"
    "      key: {csv: build/test_scenario_print.csv}}\n"
    "  g: {arrivals: {every: 1h}, lasts: {empirical: \"build/test_scenario_print.csv\"}}\n"
    "  h: {arrivals: {every: 1h}, lasts: forever}\n"
    "events:\n"
    "  - {at: 10m, name: up, add: [s3, {name: s4, weight: 2, max_conns: 7, slow_start: 1m}]}\n"
    "  - {at: 20m, remove: s1, drain: 2m}\n"
    "  - {at: 21m, name: \"x:\", add: s1, remove: s3, drain: 0s, weight: {s2: 10, \"a:b:\": 3}}\n"
    "  - {at: up + 15m, weight: {ws01..ws02: 10}}\n"
    "  - {at: 27m, remove: [\"a:b:\", ws03]}\n"
    "  - {at: 30m, reload: true}\n"
    "  - {at: 31m, touch: true}\n"
    "  - {at: 33m, crash: {worker: 1}}\n"
    "  - {at: 34m, flap: {server: s4, for: 30s}}\n"
    "  - {at: 36m, close: {traffic: \"b:\", server: s2, share: 33.3333333%}}\n"
    "  - {at: 35m, fail: {server: s2}, detect: 1500ms, back: 5m}\n"
    "  - {at: 35m, fail: {server: s4}}\n"
    "  - {at: 36m, close: {share: 0.05%}}\n"
    "  - {at: 37m, cut: {server: \"a:b:\", count: 300, order: oldest}}\n"
    "  - {at: 37.5m, cut: {order: newest}}\n"
    "balancers:\n"
    "  - round_robin\n"
    "  - apisix-reset\n"
    "  - nginx-random-two-resolve\n"
    "  - nginx-implicit\n"
    "  - {name: \"mine:\", preset: apisix-merged, workers: 4}\n"
    "  - {name: other, algorithm: least_conn, view: worker, change: rebuild, ties: fifo,\n"
    "     score: next, reap: 1s, draws: process, single: bypassed, returns: new,\n"
    "     place: appended, when_full: ignore, redispatch: never}\n"
    "  - {name: waits, algorithm: random, when_full: queue, slow_start: steps}\n"
    "  - {name: third, preset: random, after_crash: leaked}\n";

static void every_key_there_is(void)
{
    FILE *file = fopen("build/test_scenario_print.csv", "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fputs("lasts_s,key,weight\n1,/chat,3\n2.5,\"/a,b \"\"c\"\"\",1\n", file);
    fclose(file);
    check_text("every key", every_key);
    remove("build/test_scenario_print.csv");
}

/* The order of mention is the order of members, and must survive. */
static void events_above_servers(void)
{
    check_text("events above servers", HEAD TRAFFIC BALANCERS
               "events:\n  - {at: 5m, add: s9}\n  - {at: 6m, add: {name: s2, weight: 7}}\n"
               "  - {at: 2m, remove: s2}\n  - {at: 3m, flap: {server: s8, for: 1s}}\n"
               "servers: [s1, {name: s2, weight: 3}, s8]\n");
    check_text("all of them above", HEAD TRAFFIC BALANCERS
               "events:\n  - {at: 5m, weight: {s2: 4}}\nservers: [s1, s2]\n");
    check_text("nobody at the start",
               HEAD TRAFFIC BALANCERS "servers: []\nevents: [{at: 5m, add: [s2, s1]}]\n");
}

/* Rates that have no short way back from the time between two: print and read must agree on the
 * last bit. */
static void rates(void)
{
    static const char *const rate[] = {"3/s",
                                       "7/m",
                                       "11/h",
                                       "0.3/ms",
                                       "1e-9/d",
                                       "49/s",
                                       "98.7/s",
                                       "1e9/s",
                                       "123/us",
                                       "0.1/ns",
                                       "1000/s",
                                       "120/s",
                                       "17/d",
                                       "6/m",
                                       "60/h",
                                       "1.1e-3/s",
                                       "86400/d",
                                       "299792458/s",
                                       "0.333333333333/s",
                                       "2.718281828459045/m"};
    for (size_t i = 0; i < sizeof rate / sizeof *rate; i++) {
        char text[512];
        snprintf(text, sizeof text, "%straffic: {t: {arrivals: {poisson: %s}, lasts: forever}}\n",
                 HEAD SERVERS BALANCERS, rate[i]);
        check_text(rate[i], text);
    }
}

/* The very text, so that people find in it what they look for. */
static void what_it_looks_like(void)
{
    static const char expected[] =
        "format: 1\n"
        "name: a\n"
        "about: \"\"\n"
        "seed: 1\n"
        "duration: 10m\n"
        "replications: 1\n"
        "measure: {from: 0s}\n"
        "gateway: {instances: 1, workers: 1, accept: random, old_workers: forever}\n"
        "servers:\n"
        "  - {name: s1, weight: 1, max_conns: 0, backup: false, max_fails: 1, fail_timeout: 10s, "
        "slow_start: 0s}\n"
        "  - {name: s2, weight: 1, max_conns: 0, backup: false, max_fails: 1, fail_timeout: 10s, "
        "slow_start: 0s}\n"
        "traffic:\n"
        "  t:\n"
        "    arrivals:\n"
        "      - {poisson: 120/s}\n"
        "    lasts: {pareto: {min: 90s, alpha: 1.5}}\n"
        "    key: {zipf: {keys: 100, s: 0.75}}\n"
        "    reconnect: {after: {constant: {value: 5s}}, lasts: rest}\n"
        "events:\n"
        "  - {at: 1m, name: up, add: [{name: s3, weight: 1, max_conns: 0, backup: false, "
        "max_fails: 1, fail_timeout: 10s, slow_start: 0s}]}\n"
        "  - {at: 150s, remove: [s1], drain: forever}\n"
        "  - {at: 3m, cut: {server: s2, share: 12.5%, order: random}}\n"
        "  - {at: 4m, fail: {server: s2}, detect: 10s, back: never}\n"
        "balancers:\n"
        "  - {name: least_conn, algorithm: least_conn, score: open, ties: wrr,\n"
        "     view: host, change: in_place, draws: connection, workers: 1, reap: 0s,\n"
        "     single: counted, returns: same, place: declared, when_full: refuse, answer: list, "
        "weight_zero: nothing, failures: forgotten, release_twice: never, count_table: read, "
        "slow_start: ignored, redispatch: elsewhere, ring_id: order}\n"
        "expect: []\n";
    struct scenario *scenario =
        scenario_of(HEAD SERVERS
                    "traffic: {t: {arrivals: {poisson: 120/s}, lasts: {pareto: {min: 1.5m, alpha: "
                    "1.50}}, key: {zipf: {keys: 100, s: 0.75}}, reconnect: {after: 5s}}}\nevents:\n"
                    "  - {at: 1m, name: up, add: s3}\n  - {at: up + 1.5m, remove: s1}\n"
                    "  - {at: 180s, cut: {server: s2, share: 12.50%}}\n"
                    "  - {at: 240s, fail: {server: s2}, detect: 10000ms}\n"
                    "balancers: [least_conn]\n");
    if (scenario == NULL)
        return;
    char *text = printed(scenario);
    CHECK_ROW(strcmp(text, expected) == 0, "printed\n%s", text);
    free(text);
    scenario_free(scenario);
}

/* Words and lists, times and for ever. */
static void the_gateway(void)
{
    static const char *const rows[][2] = {
        {"{}", "{instances: 1, workers: 1, accept: random, old_workers: forever}"},
        {"{accept: in_turn, instances: 8}",
         "{instances: 8, workers: 1, accept: in_turn, old_workers: forever}"},
        {"{workers: 2, accept: [1, 0], old_workers: 0s}",
         "{instances: 1, workers: 2, accept: [1, 0], old_workers: 0s}"},
        {"{accept: [7], old_workers: 240s, instances: 1024}",
         "{instances: 1024, workers: 1, accept: [7], old_workers: 4m}"},
        {"{accept: random, old_workers: forever}",
         "{instances: 1, workers: 1, accept: random, old_workers: forever}"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char given[256], wanted[256];
        snprintf(given, sizeof given, WITH("gateway: %s"), rows[i][0]);
        snprintf(wanted, sizeof wanted, "\ngateway: %s\n", rows[i][1]);
        struct scenario *scenario = scenario_of(given);
        if (scenario == NULL)
            continue;
        char *text = printed(scenario);
        CHECK_ROW(strstr(text, wanted) != NULL, "%s is printed\n%s", rows[i][0], text);
        free(text);
        check_round(rows[i][0], scenario);
        scenario_free(scenario);
    }
}

/* The step is written out only where it was given: the default is more than a step. */
static void the_window(void)
{
    struct scenario *scenario = scenario_of(WITH("sample: 0.25s\nmeasure: {from: 90s}"));
    if (scenario == NULL)
        return;
    char *text = printed(scenario);
    CHECK_ROW(strstr(text, "\nreplications: 1\nmeasure: {from: 90s}\nsample: 250ms\ngateway: ") !=
                  NULL,
              "printed\n%s", text);
    free(text);
    check_round("a window", scenario);
    scenario_free(scenario);
}

static const struct test tests[] = {
    {"every shipped scenario", shipped_scenarios},
    {"every key", every_key_there_is},
    {"events above servers", events_above_servers},
    {"rates", rates},
    {"the text itself", what_it_looks_like},
    {"the window and the step", the_window},
    {"the gateway", the_gateway},
};

SUITE("test_scenario_print", tests)
