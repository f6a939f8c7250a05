/* test_scenario.c: what a scenario file says, and what it need not say, as plain data. */
#include "sim/scenario/scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/harness.h"
#include "tests/told.h"

#define COUNT(row) (sizeof row / sizeof *row)

#define S UINT64_C(1000000000)
#define M (60 * S)

#define BASE HEAD SERVERS TRAFFIC BALANCERS

static void defaults(void)
{
    struct scenario *scenario = scenario_of(BASE);
    if (scenario == NULL)
        return;
    CU_ASSERT_STRING_EQUAL(scenario->file, "x.yaml");
    CU_ASSERT_STRING_EQUAL(scenario->name, "a");
    CU_ASSERT_STRING_EQUAL(scenario->about, "");
    CU_ASSERT_EQUAL(scenario->seed, 1);
    CU_ASSERT_EQUAL(scenario->duration_ns, 10 * M);
    CU_ASSERT_EQUAL(scenario->replications, 1);
    CU_ASSERT_EQUAL(scenario->measure_from_ns, 0);
    CU_ASSERT_EQUAL(scenario->sample_ns, 0);
    CU_ASSERT_EQUAL(scenario->instances, 1);
    CU_ASSERT_EQUAL(scenario->workers, 1);
    CU_ASSERT_EQUAL(scenario->accept, ACCEPT_RANDOM);
    CU_ASSERT_EQUAL(scenario->servers, 2);
    CU_ASSERT_EQUAL(scenario->server[1].weight, 1);
    CU_ASSERT_EQUAL(scenario->server[1].max_conns, 0);
    CU_ASSERT_EQUAL(scenario->traffics, 1);
    CU_ASSERT_FALSE(scenario->traffic[0].reconnects);
    CU_ASSERT_EQUAL(scenario->events, 0);
    CU_ASSERT_EQUAL(scenario->balancers, 1);
    CU_ASSERT_EQUAL(scenario->balancer[0].workers, 0);
    CU_ASSERT_EQUAL(scenario->text_length, strlen(BASE));
    CU_ASSERT_STRING_EQUAL(scenario->text, BASE);
    scenario_free(scenario);
}

static void the_scenarios_own_keys(void)
{
    struct scenario *scenario =
        scenario_of("name: ws_scale-2\nabout: Who \"wins\"?\nformat: 1\nduration: 1.5h\n"
                    "seed: 18446744073709551615\nreplications: 100000\n"
                    "measure: {from: 5m}\nsample: 1s\n"
                    "gateway: {instances: 1, workers: 1024, accept: in_turn, "
                    "old_workers: forever}\nevents:\n" SERVERS TRAFFIC BALANCERS);
    if (scenario == NULL)
        return;
    CU_ASSERT_STRING_EQUAL(scenario->name, "ws_scale-2");
    CU_ASSERT_STRING_EQUAL(scenario->about, "Who \"wins\"?");
    CU_ASSERT_EQUAL(scenario->seed, UINT64_MAX);
    CU_ASSERT_EQUAL(scenario->duration_ns, 90 * M);
    CU_ASSERT_EQUAL(scenario->replications, 100000);
    CU_ASSERT_EQUAL(scenario->measure_from_ns, 5 * M);
    CU_ASSERT_EQUAL(scenario->sample_ns, S);
    CU_ASSERT_EQUAL(scenario->workers, 1024);
    CU_ASSERT_EQUAL(scenario->accept, ACCEPT_IN_TURN);
    scenario_free(scenario);
}

/* ---- Servers ---- */

/* The servers as one text: name=weight/max_conns, those at the start with a star; and after a ~ the
 * seconds of a slow start. */
static char *servers_told(const struct scenario *scenario)
{
    char *told;
    size_t size;
    FILE *into = open_memstream(&told, &size);
    for (uint32_t i = 0; i < scenario->servers; i++) {
        const struct world_server *server = &scenario->server[i];
        fprintf(into, "%s%s%s=%u/%u", i > 0 ? " " : "", server->name, server->at_start ? "*" : "",
                server->weight, server->max_conns);
        if (server->slow_start_s > 0)
            fprintf(into, "~%u", server->slow_start_s);
        if (server->backup || server->max_fails != 1 || server->fail_timeout_s != 10)
            fprintf(into, "/%s%u/%us", server->backup ? "backup/" : "", server->max_fails,
                    server->fail_timeout_s);
    }
    fclose(into);
    return told;
}

static void servers_and_ranges(void)
{
    static const struct {
        const char *text, *servers;
    } row[] = {
        {"servers: [s1, {name: s2, weight: 2, max_conns: 500}, {name: no}]\n",
         "s1*=1/0 s2*=2/500 no*=1/0"},
        {"servers: [ws08..ws11, a9..a11, 1..3, x7..x7]\n",
         "ws08*=1/0 ws09*=1/0 ws10*=1/0 ws11*=1/0 a9*=1/0 a10*=1/0 a11*=1/0 1*=1/0 2*=1/0 3*=1/0 "
         "x7*=1/0"},
        {"servers: [a0..a1, b007..b009, eu-1.x2..eu-1.x3]\n",
         "a0*=1/0 a1*=1/0 b007*=1/0 b008*=1/0 b009*=1/0 eu-1.x2*=1/0 eu-1.x3*=1/0"},
        {"servers: [{name: c1..c2, weight: 0, max_conns: 1000000000}, {name: d, weight: 65535}]\n",
         "c1*=0/1000000000 c2*=0/1000000000 d*=65535/0"},
        {"servers: []\nevents: [{at: 1m, add: s1}]\n", "s1=1/0"},
        {"servers: [{name: s1, slow_start: 1500000ms}, {name: s2, slow_start: 0s}]\nevents:\n"
         "  - {at: 1m, add: {name: s3..s4, weight: 2, slow_start: 4294967295s}}\n",
         "s1*=1/0~1500 s2*=1/0 s3=2/0~4294967295 s4=2/0~4294967295"},
        /* members stand in the order of first mention, whoever is there at the start */
        {"events:\n  - {at: 2m, remove: s9, add: [s3, s1]}\n  - {at: 1m, add: s9}\n"
         "servers: [s2, {name: s4, weight: 3}]\n",
         "s9=1/0 s3=1/0 s1=1/0 s2*=1/0 s4*=3/0"},
        /* what it keeps, wherever it is said first; an event may say it again */
        {"servers: [s1, {name: b1..b2, backup: true, max_fails: 0}, {name: s2, fail_timeout: 2m}]\n"
         "events:\n  - {at: 1m, remove: b1}\n  - {at: 2m, add: {name: b1, backup: true}}\n"
         "  - {at: 3m, add: {name: s3, backup: false, max_fails: 3, fail_timeout: 0s}}\n",
         "s1*=1/0 b1*=1/0/backup/0/10s b2*=1/0/backup/0/10s s2*=1/0/1/120s s3=1/0/3/0s"},
        /* what a server is, its first definition says; at the start it is what `servers` says */
        {"servers: [{name: s1, weight: 2, max_conns: 7}]\nevents:\n  - {at: 1m, remove: s1}\n"
         "  - {at: 2m, add: {name: s1, weight: 5, max_conns: 7}}\n",
         "s1*=2/7"},
        {"events:\n  - {at: 2m, add: {name: s1, weight: 5}}\n  - {at: 1m, remove: s1}\n"
         "servers: [{name: s1, weight: 2}]\n",
         "s1*=2/0"},
    };
    for (size_t i = 0; i < COUNT(row); i++) {
        char text[1024];
        snprintf(text, sizeof text, "%s%s%s%s", HEAD, row[i].text, TRAFFIC, BALANCERS);
        struct scenario *scenario = scenario_of(text);
        if (scenario == NULL)
            continue;
        char *told = servers_told(scenario);
        CHECK_ROW(strcmp(told, row[i].servers) == 0, "%sgives\n%s\nnot\n%s", row[i].text, told,
                  row[i].servers);
        free(told);
        scenario_free(scenario);
    }
}

static void as_many_servers_as_promised(void)
{
    struct scenario *scenario = scenario_of(HEAD TRAFFIC BALANCERS "servers: [s00001..s65536]\n");
    if (scenario == NULL)
        return;
    CU_ASSERT_EQUAL(scenario->servers, 65536);
    CU_ASSERT_STRING_EQUAL(scenario->server[65535].name, "s65536");
    scenario_free(scenario);
}

/* ---- Traffic ---- */

static void arrivals(void)
{
    struct scenario *scenario =
        scenario_of(HEAD SERVERS BALANCERS "traffic:\n"
                                           "  web:\n"
                                           "    arrivals:\n"
                                           "      - {poisson: 5/s}\n"
                                           "      - {poisson: 0.5/m}\n"
                                           "      - {every: 10ms}\n"
                                           "      - {burst: 2000}\n"
                                           "      - {over: 20s, burst: 3, at: 1m}\n"
                                           "    lasts: forever\n"
                                           "  ws: {arrivals: {every: 1s}, lasts: forever}\n");
    if (scenario == NULL)
        return;
    CU_ASSERT_EQUAL(scenario->traffics, 2);
    CU_ASSERT_STRING_EQUAL(scenario->traffic[0].name, "web");
    CU_ASSERT_STRING_EQUAL(scenario->traffic[1].name, "ws");
    CU_ASSERT_EQUAL(scenario->traffic[1].arrivals_count, 1);
    CU_ASSERT_EQUAL_FATAL(scenario->traffic[0].arrivals_count, 5);
    const struct arrivals *it = scenario->traffic[0].arrivals;
    CU_ASSERT_EQUAL(it[0].kind, ARRIVALS_POISSON);
    CU_ASSERT_EQUAL(it[0].parameter[0].mean_gap_ns, 2e8);
    CU_ASSERT_EQUAL(it[1].parameter[0].mean_gap_ns, 1.2e11);
    CU_ASSERT_EQUAL(it[2].kind, ARRIVALS_EVERY);
    CU_ASSERT_EQUAL(it[2].parameter[0].whole, 10000000);
    CU_ASSERT_EQUAL(it[3].kind, ARRIVALS_BURST);
    CU_ASSERT_EQUAL(it[3].parameter[0].whole, 2000);
    CU_ASSERT_EQUAL(it[3].parameter[1].whole, 0);
    CU_ASSERT_EQUAL(it[3].parameter[2].whole, 0);
    CU_ASSERT_EQUAL(it[4].parameter[0].whole, 3);
    CU_ASSERT_EQUAL(it[4].parameter[1].whole, 60 * S);
    CU_ASSERT_EQUAL(it[4].parameter[2].whole, 20 * S);
    scenario_free(scenario);
}

static void distributions(void)
{
    static const struct {
        const char *text;
        enum distribution_kind kind;
        uint64_t time_ns[2];
        double number; /* of the second parameter */
    } row[] = {
        {"forever", DISTRIBUTION_FOREVER, {0, 0}, 0},
        {"{exponential: 20m}", DISTRIBUTION_EXPONENTIAL, {20 * M, 0}, 0},
        {"{exponential: {mean: 1s}}", DISTRIBUTION_EXPONENTIAL, {S, 0}, 0},
        {"{constant: 1h}", DISTRIBUTION_CONSTANT, {60 * M, 0}, 0},
        {"{constant: {value: 0s}}", DISTRIBUTION_CONSTANT, {0, 0}, 0},
        {"{uniform: {min: 0s, max: 30s}}", DISTRIBUTION_UNIFORM, {0, 30 * S}, 0},
        {"{uniform: {max: 2s, min: 2s}}", DISTRIBUTION_UNIFORM, {2 * S, 2 * S}, 0},
        {"{lognormal: {median: 8m, sigma: 1.2}}", DISTRIBUTION_LOGNORMAL, {8 * M, 0}, 1.2},
        {"{lognormal: {median: 8m, sigma: 0}}", DISTRIBUTION_LOGNORMAL, {8 * M, 0}, 0},
        {"{pareto: {min: 1s, alpha: 1.5}}", DISTRIBUTION_PARETO, {S, 0}, 1.5},
        {"{weibull: {scale: 8m, shape: 0.7}}", DISTRIBUTION_WEIBULL, {8 * M, 0}, 0.7},
    };
    for (size_t i = 0; i < COUNT(row); i++) {
        char text[1024];
        snprintf(text, sizeof text,
                 "%s%s%straffic: {t: {arrivals: {every: 1s}, lasts: %s, reconnect: {after: %s, "
                 "tries: 1}}}\n",
                 HEAD, SERVERS, BALANCERS, row[i].text, row[i].text);
        struct scenario *scenario = scenario_of(text);
        if (scenario == NULL)
            continue;
        const struct distribution *both[] = {&scenario->traffic[0].lasts,
                                             &scenario->traffic[0].reconnect_after};
        for (int k = 0; k < 2; k++)
            CHECK_ROW(both[k]->kind == row[i].kind &&
                          both[k]->parameter[0].time_ns == row[i].time_ns[0] &&
                          both[k]->parameter[1].time_ns == row[i].time_ns[1] &&
                          both[k]->parameter[1].number == row[i].number,
                      "%s", row[i].text);
        scenario_free(scenario);
    }
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fputs(text, file);
    CU_ASSERT_EQUAL(fclose(file), 0);
}

/* The file is sought beside the scenario; spans are seconds, rounded down to ticks. */
static void empirical_spans(void)
{
    write_file("build/test_scenario_spans.csv", "who,lasts_s\na,0.5\nb,90\nc,1.9999999999\nd,0\n");
    struct scenario *scenario =
        scenario_named("build/none.yaml",
                       HEAD SERVERS BALANCERS "traffic: {t: {arrivals: {every: 1s}, "
                                              "lasts: {empirical: test_scenario_spans.csv}}}\n",
                       NULL);
    CU_ASSERT_PTR_NOT_NULL(scenario);
    if (scenario != NULL) {
        static const uint64_t expected[] = {S / 2, 90 * S, 1999999999, 0};
        const struct distribution *lasts = &scenario->traffic[0].lasts;
        CU_ASSERT_EQUAL(lasts->kind, DISTRIBUTION_EMPIRICAL);
        CU_ASSERT_EQUAL_FATAL(lasts->values, 4);
        CU_ASSERT_EQUAL(memcmp(lasts->values_ns, expected, sizeof expected), 0);
        CU_ASSERT_STRING_EQUAL(lasts->file, "test_scenario_spans.csv");
    }
    scenario_free(scenario);
    remove("build/test_scenario_spans.csv");
}

static void reconnects(void)
{
    static const struct {
        const char *text;
        uint64_t after_ns, tries;
        bool anew;
    } row[] = {
        {"{after: 5s}", 5 * S, TRIES_UNLIMITED, false},
        {"{after: {constant: 5s}, lasts: rest}", 5 * S, TRIES_UNLIMITED, false},
        {"{after: 0s, tries: 3, lasts: new}", 0, 3, true},
        {"{lasts: new, tries: 1000000, after: 1ns}", 1, 1000000, true},
    };
    for (size_t i = 0; i < COUNT(row); i++) {
        char text[1024];
        snprintf(text, sizeof text,
                 "%s%s%straffic: {t: {arrivals: {every: 1s}, lasts: forever, reconnect: %s}}\n",
                 HEAD, SERVERS, BALANCERS, row[i].text);
        struct scenario *scenario = scenario_of(text);
        if (scenario == NULL)
            continue;
        const struct world_traffic *it = &scenario->traffic[0];
        CHECK_ROW(it->reconnects && it->reconnect_after.kind == DISTRIBUTION_CONSTANT &&
                      it->reconnect_after.parameter[0].time_ns == row[i].after_ns &&
                      it->reconnect_tries == row[i].tries && it->reconnect_lasts_new == row[i].anew,
                  "%s", row[i].text);
        scenario_free(scenario);
    }
}

static const struct test tests[] = {
    {"what is not said has its default", defaults},
    {"the scenario's own keys", the_scenarios_own_keys},
    {"servers: names, ranges, order, weights", servers_and_ranges},
    {"65536 servers", as_many_servers_as_promised},
    {"arrivals", arrivals},
    {"every distribution, for holds and for reconnects", distributions},
    {"spans from a file", empirical_spans},
    {"reconnects", reconnects},
};

SUITE("test_scenario", tests)
