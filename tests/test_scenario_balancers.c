/* test_scenario_balancers.c: balancers as a file or `-b` spells them. */
#include "sim/scenario/scenario.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/harness.h"
#include "tests/told.h"

#define COUNT(row) (sizeof row / sizeof *row)

#define BASE                                                                                       \
    "format: 1\nname: a\nduration: 10m\nservers: [s1, s2]\ngateway: {workers: 3}\n"                \
    "traffic: {t: {arrivals: {every: 1s}, lasts: forever}}\n"

/* ---- A balancer in a line ---- */

/* Its algorithm's parameters and its habits only where they are not the plain ones. */
static void tell_balancer(FILE *into, const struct balancer *it)
{
    fprintf(into, "%s: %s", it->name, lb_algorithm_name(it->algorithm));
    const struct lb_param *param = lb_algorithm_params(it->algorithm);
    for (uint32_t i = 0; param[i].name != NULL; i++)
        if (it->param[i] != param[i].fallback && param[i].words == NULL)
            fprintf(into, " %s=%" PRIu64, param[i].name, it->param[i]);
        else if (it->param[i] != param[i].fallback)
            fprintf(into, " %s=%s", param[i].name, param[i].words[it->param[i]]);
    fprintf(into, ", %s, %s", it->view->name, change_choice.words[it->change]);
    for (int i = 0; i < TRAITS; i++)
        if (it->trait[i] != 0)
            fprintf(into, ", %s", traits[i].words[it->trait[i]]);
    if (it->draws != DRAWS_CONNECTION)
        fprintf(into, ", draws %s", draws_choice.words[it->draws]);
    if (it->workers != 0)
        fprintf(into, ", workers %u", it->workers);
    if (it->reap_ns == REAP_NEVER)
        fputs(", leaked", into);
    else if (it->reap_ns != 0)
        fprintf(into, ", reap %" PRIu64, it->reap_ns);
}

static char *balancer_told(const struct balancer *balancer)
{
    char *told;
    size_t size;
    FILE *into = open_memstream(&told, &size);
    tell_balancer(into, balancer);
    fclose(into);
    return told;
}

/* The entry, alone in a file, is that balancer. */
static void check_entry(const char *entry, const char *expected)
{
    char text[1024];
    snprintf(text, sizeof text, "%sbalancers:\n  - %s\n", BASE, entry);
    struct scenario *scenario = scenario_of(text);
    if (scenario == NULL)
        return;
    CU_ASSERT_EQUAL_FATAL(scenario->balancers, 1);
    char *told = balancer_told(&scenario->balancer[0]);
    CHECK_ROW(strcmp(told, expected) == 0, "%s\nis %s\nnot %s", entry, told, expected);
    free(told);
    scenario_free(scenario);
}

/* ---- In a file ---- */

static void presets_are_what_they_are_of(void)
{
    static const struct {
        const char *name, *is;
    } row[] = {
        {"round_robin", "round_robin, host, in_place"},
        {"random", "random, host, in_place"},
        {"random_two", "random_two, host, in_place"},
        {"least_conn", "least_conn, host, in_place"},
        {"hash", "hash, host, in_place"},
        {"hash_consistent", "hash_consistent, host, in_place"},
        {"ip_hash", "ip_hash, host, in_place"},
        {"fast_rr", "fast_rr, host, in_place"},
        {"static_rr", "static_rr, host, in_place"},
        {"first", "first, host, in_place"},
        {"hash_ring", "hash_ring, host, in_place"},
        {"hash_map", "hash_map, host, in_place"},
        {"random_ring", "random_ring, host, in_place"},
        {"lbsim-least-conn", "least_conn score=next ties=fair, host, reload"},
        {"nginx-round-robin", "round_robin, generation, reload, refused, counted"},
        {"nginx-round-robin-zone",
         "round_robin, host_generation, reload, refused, counted, leaked"},
        {"nginx-round-robin-resolve",
         "round_robin, host_generation, in_place, new, appended, refused, counted, leaked"},
        {"nginx-least-conn", "least_conn, generation, reload, refused, counted"},
        {"nginx-least-conn-zone", "least_conn, host_generation, reload, refused, counted, leaked"},
        {"nginx-least-conn-resolve",
         "least_conn, host_generation, in_place, new, appended, refused, counted, leaked"},
        {"nginx-random", "random gives_up=after_20, generation, reload, refused, counted"},
        {"nginx-random-zone",
         "random gives_up=after_20, host_generation, reload, refused, counted, leaked"},
        {"nginx-random-resolve", "random gives_up=after_20, host_generation, in_place, new, "
                                 "appended, refused, counted, leaked"},
        {"nginx-random-two",
         "random_two ties=second gives_up=after_20, generation, reload, refused, counted"},
        {"nginx-random-two-zone", "random_two ties=second gives_up=after_20, host_generation, "
                                  "reload, refused, counted, leaked"},
        {"nginx-random-two-resolve",
         "random_two ties=second gives_up=after_20, host_generation, in_place, new, "
         "appended, refused, counted, leaked"},
        {"nginx-hash", "hash, generation, reload, refused, counted"},
        {"nginx-hash-zone", "hash, host_generation, reload, refused, counted, leaked"},
        {"nginx-hash-resolve",
         "hash, host_generation, in_place, new, appended, refused, counted, leaked"},
        {"nginx-hash-consistent", "hash_consistent, generation, reload, refused, counted"},
        {"nginx-hash-consistent-zone",
         "hash_consistent, host_generation, reload, refused, counted, leaked"},
        {"nginx-hash-consistent-resolve",
         "hash_consistent, host_generation, in_place, new, appended, refused, counted, leaked"},
        {"nginx-ip-hash", "ip_hash, generation, reload, refused, counted"},
        {"nginx-ip-hash-zone", "ip_hash, host_generation, reload, refused, counted, leaked"},
        {"nginx-ip-hash-resolve",
         "ip_hash, host_generation, in_place, new, appended, refused, counted, leaked"},
        {"haproxy-roundrobin", "fast_rr, host_generation, in_place, queue, steps, never"},
        {"haproxy-roundrobin-reload", "fast_rr, host_generation, reload, queue, steps, never"},
        {"haproxy-static-rr", "static_rr, host_generation, in_place, queue, steps, never"},
        {"haproxy-static-rr-reload", "static_rr, host_generation, reload, queue, steps, never"},
        {"haproxy-leastconn",
         "least_conn score=idle_first ties=fifo, host_generation, in_place, queue, steps, never"},
        {"haproxy-leastconn-reload",
         "least_conn score=idle_first ties=fifo, host_generation, reload, queue, steps, never"},
        {"haproxy-first", "first, host_generation, in_place, queue, steps, never"},
        {"haproxy-first-reload", "first, host_generation, reload, queue, steps, never"},
        {"haproxy-random",
         "random_ring, host_generation, in_place, queue, steps, never, zero, draws process"},
        {"haproxy-random-reload",
         "random_ring, host_generation, reload, queue, steps, never, draws process"},
        {"haproxy-hash", "hash_map, host_generation, in_place, queue, steps, never, zero"},
        {"haproxy-hash-reload", "hash_map, host_generation, reload, queue, steps, never"},
        {"haproxy-hash-consistent",
         "hash_ring avalanche=on, host_generation, in_place, queue, steps, never, zero"},
        {"haproxy-hash-consistent-reload",
         "hash_ring avalanche=on, host_generation, reload, queue, steps, never"},
        {"nginx-implicit-2012", "round_robin, request, in_place, fixed"},
        {"nginx-implicit", "round_robin, request, in_place, rotated"},
        {"nginx-random-patch-2012", "random, request, in_place, fixed"},
        {"apisix-reset", "least_conn score=accumulated ties=heap, generation, rebuild, bypassed, "
                         "ignore, last, exhausted, leaked"},
        {"apisix-pr12255", "least_conn score=accumulated ties=heap, seeded, rebuild, bypassed, "
                           "ignore, last, exhausted, leaked"},
        {"apisix-pr12255-head", "least_conn score=accumulated ties=heap, seeded, rebuild, ignore, "
                                "last, exhausted, guessed, leaked"},
        {"apisix-pr12261", "least_conn score=lagging ties=heap, seeded, rebuild, ignore, last, "
                           "exhausted, followed, leaked"},
        {"apisix-merged",
         "least_conn score=next ties=heap, worker, rebuild, retried, ignore, last, leaked"},
    };
    uint32_t presets = 0;
    while (preset_at(presets) != NULL)
        presets++;
    CU_ASSERT_EQUAL(presets, COUNT(row));
    for (size_t i = 0; i < COUNT(row); i++) {
        char expected[256], entry[128];
        snprintf(expected, sizeof expected, "%s: %s", row[i].name, row[i].is);
        check_entry(row[i].name, expected);
        snprintf(entry, sizeof entry, "{preset: %s}", row[i].name);
        check_entry(entry, expected);
    }
}

static void entries(void)
{
    check_entry("{algorithm: least_conn}", "least_conn: least_conn, host, in_place");
    check_entry("{ties: heap, view: worker, name: mine, reap: 1s, change: rebuild, "
                "algorithm: least_conn, workers: 4}",
                "mine: least_conn ties=heap, worker, rebuild, workers 4, reap 1000000000");
    check_entry("{name: a.b:c, preset: apisix-merged, score: open, reap: 0s, when_full: refuse}",
                "a.b:c: least_conn ties=heap, worker, rebuild, retried, last");
    check_entry("{algorithm: least_conn, release_twice: exhausted, count_table: guessed}",
                "least_conn: least_conn, host, in_place, exhausted, guessed");
    check_entry("{preset: random, reap: never, draws: sequence}",
                "random: random, host, in_place, draws sequence, leaked");
    check_entry("{preset: nginx-random-zone, after_crash: reaped, draws: process}",
                "nginx-random-zone: random gives_up=after_20, host_generation, reload, refused, "
                "counted, draws process");
    check_entry("{preset: random_two, after_crash: leaked, ties: second, view: fleet}",
                "random_two: random_two ties=second, fleet, in_place, leaked");
    check_entry("{algorithm: random, view: request, answer: rotated, change: reload}",
                "random: random, request, reload, rotated");
    check_entry("{algorithm: least_conn, ties: heap, weight_zero: last, single: bypassed, "
                "returns: new, place: appended, when_full: ignore, view: seeded}",
                "least_conn: least_conn ties=heap, seeded, in_place, bypassed, new, appended, "
                "ignore, last");
    check_entry(
        "{preset: haproxy-random, draws: 5, ring_id: order}",
        "haproxy-random: random_ring draws=5, host_generation, in_place, queue, steps, never, "
        "draws process");
    check_entry(
        "{preset: haproxy-random, draws: sequence}",
        "haproxy-random: random_ring, host_generation, in_place, queue, steps, never, zero, draws "
        "sequence");
    check_entry("{algorithm: random_ring, draws: [1, process]}",
                "random_ring: random_ring draws=1, host, in_place, draws process");
    check_entry("{algorithm: random_ring, draws: [connection, 3]}",
                "random_ring: random_ring draws=3, host, in_place");
    check_entry("{preset: haproxy-hash-consistent, balance_factor: 125, function: wt6, avalanche: "
                "off, key: ipv4}",
                "haproxy-hash-consistent: hash_ring function=wt6 key=ipv4 balance_factor=125, "
                "host_generation, in_place, queue, steps, never, zero");
    check_entry("{algorithm: hash_ring, balance_factor: 0}",
                "hash_ring: hash_ring, host, in_place");
    check_entry("{algorithm: least_conn, score: next, ties: fifo, view: generation}",
                "least_conn: least_conn score=next ties=fifo, generation, in_place");
}

static void faulty_entries(void)
{
    static const struct told_row row[] = {
        {WITH_BALANCERS(""),
         "6:1 balancers must be a list of 1 to 200, [round_robin, apisix-merged]\n"},
        {WITH_BALANCERS("[]"),
         "6:12 balancers must be a list of 1 to 200, [round_robin, apisix-merged]\n"},
        {WITH_BALANCERS("random"),
         "6:12 balancers must be a list of 1 to 200, [round_robin, apisix-merged]\n"},
        {WITH_BALANCERS("[randon, \"\", [random], {}]"),
         "6:13 unknown preset 'randon' (did you mean 'random'?)\n"
         "6:21 unknown preset '' (see `lbsim list presets`)\n"
         "6:25 a balancer must be a mapping, {key: value, ...}\n"
         "6:35 a balancer needs 'preset' or 'algorithm'\n"},
        {WITH_BALANCERS("[{preset: nothing, name: x, view: y}]"),
         "6:22 unknown preset 'nothing' (see `lbsim list presets`)\n"
         "6:46 unknown view 'y' (there are: request, generation, seeded, worker, host_generation, "
         "host, fleet)\n"},
        {WITH_BALANCERS("[{algorithm: nothing, name: x}]"),
         "6:25 unknown algorithm 'nothing' (there are: round_robin, random, random_two, "
         "least_conn, hash, hash_consistent, "
         "ip_hash, fast_rr, static_rr, first, hash_ring, hash_map, random_ring)\n"},
        {WITH_BALANCERS("[{algorithm: lest_conn}]"),
         "6:25 unknown algorithm 'lest_conn' (did you mean 'least_conn'?)\n"},
        {WITH_BALANCERS("[{algorithm: apisix-reset}]"),
         "6:25 unknown algorithm 'apisix-reset' (there are: round_robin, random, random_two, "
         "least_conn, hash, hash_consistent, "
         "ip_hash, fast_rr, static_rr, first, hash_ring, hash_map, random_ring)\n"},
        {WITH_BALANCERS("[{preset: random, algorithm: random, name: x}]"),
         "6:41 either preset or algorithm, not both\n"},
        {WITH_BALANCERS("[random, {preset: random}, {name: x, preset: random}, "
                        "{name: x, preset: random_two}]"),
         "6:21 two balancers are called 'random'; give one a name: {name: ..., preset: ...}\n"
         "6:66 two balancers are called 'x'; give one a name: {name: ..., preset: ...}\n"},
        {WITH_BALANCERS("[{preset: random, name: a b, workers: 1025, reap: 5, veiw: host}]"),
         "6:36 'a b' is not a name: letters, digits and . _ : - after a letter or digit, no '..', "
         "64 bytes at most\n"
         "6:50 1025 is out of range: 1 to 1024\n"
         "6:62 '5' is not a time: a number and a unit (ns us ms s m h d), like 20m\n"
         "6:65 unknown key 'veiw' (did you mean 'view'?)\n"},
        {WITH_BALANCERS("[{preset: random, view: hots, change: inplace, draws: own}]"),
         "6:36 unknown view 'hots' (did you mean 'host'?)\n"
         "6:50 unknown change 'inplace' (did you mean 'in_place'?)\n"
         "6:66 unknown way to draw 'own' (there are: connection, sequence, process)\n"},
        {WITH_BALANCERS("[{preset: random, after_crash: lost, single: many, returns: no, place: "
                        "here, when_full: wait, answer: all, weight_zero: 0}]"),
         "6:43 unknown habit after a crash 'lost' (there are: reaped, leaked)\n"
         "6:57 unknown single 'many' (there are: counted, bypassed, retried)\n"
         "6:72 unknown returns 'no' (there are: same, new)\n"
         "6:83 unknown place 'here' (there are: declared, appended)\n"
         "6:100 unknown when_full 'wait' (there are: refuse, ignore, queue)\n"
         "6:114 unknown answer 'all' (there are: list, fixed, rotated)\n"
         "6:132 unknown weight_zero '0' (there are: nothing, last, refused)\n"},
        {WITH_BALANCERS("[{algorithm: random, slow_start: 10s}, {name: both, preset: nginx-hash, "
                        "when_full: queue}]"),
         "6:45 unknown slow_start '10s' (there are: ignored, steps)\n"
         "6:51 'both': who waits in a queue asks nobody about failures, so not both\n"},
        {WITH_BALANCERS("[{algorithm: least_conn, score: best, ties: heep}]"),
         "6:44 unknown score 'best' (there are: open, next, accumulated, lagging, idle_first)\n"
         "6:56 unknown ties 'heep' (did you mean 'heap'?)\n"},
        {WITH_BALANCERS("[{preset: random, ties: heap, score: open}]"),
         "6:30 'ties' is a parameter of random_two, not of random\n"
         "6:42 'score' is a parameter of least_conn, not of random\n"},
        {WITH_BALANCERS("[{algorithm: least_conn, answer: fixed, weight_zero: last}]"),
         "6:13 'least_conn': an answer for each request needs the view `request`, not `host`\n"
         "6:13 'least_conn': weight 0 as a last resort needs `ties: heap`\n"},
        {WITH_BALANCERS("[{algorithm: hash_ring, balance_factor: 99}, {algorithm: hash_ring, "
                        "balance_factor: 65536, name: x}]"),
         "6:52 99 is out of range: 100 to 65535\n"
         "6:96 65536 is out of range: 100 to 65535\n"},
        {WITH_BALANCERS("[{algorithm: random_ring, draws: 0}, {algorithm: random_ring, draws: "
                        "1025, name: x}, {preset: random, draws: 3, name: y}]"),
         "6:45 0 is out of range: 1 to 1024\n"
         "6:81 1025 is out of range: 1 to 1024\n"
         "6:121 unknown way to draw '3' (there are: connection, sequence, process)\n"},
        {WITH_BALANCERS("[{algorithm: random_ring, draws: [2, own, [3]]}]"),
         "6:49 unknown way to draw 'own' (there are: connection, sequence, process)\n"
         "6:54 draws are a number, a word, or one of each\n"},
        {WITH_BALANCERS("[nginx-hashh]"),
         "6:13 unknown preset 'nginx-hashh' (did you mean 'nginx-hash'?)\n"},
        /* weights that a preset refuses: at the start, and later */
        {HEAD "servers: [s1, {name: s2, weight: 0}]\n" TRAFFIC
              "balancers: [nginx-random, random, apisix-merged, nginx-implicit]\n",
         "6:13 'nginx-random' refuses weight 0, which server 's2' has\n"},
        {HEAD SERVERS TRAFFIC "balancers: [nginx-random, random]\n"
                              "events: [{at: 1m, name: off, weight: {s2: 0}}]\n",
         "6:13 'nginx-random' refuses weight 0, which event off gives 's2'\n"},
        {HEAD SERVERS TRAFFIC "balancers: [nginx-random, random]\n"
                              "events: [{at: 1m, remove: s1}, {at: 2m, add: {name: s1, weight: 0}}]"
                              "\n",
         "6:13 'nginx-random' refuses weight 0, which event #2 gives 's1'\n"},
        /* workers that are not there to crash */
        {HEAD SERVERS TRAFFIC
         "gateway: {workers: 2}\nbalancers: [random, {name: x, preset: random, workers: 4}]\n"
         "events: [{at: 1m, crash: {worker: 1}}, {at: 2m, crash: {worker: 2}}]\n",
         "7:13 'random' has 2 workers, so worker 2 cannot crash (event #2)\n"},
    };
    CHECK_TOLD(row);
}

/* ---- On the command line ---- */

#define FILES                                                                                      \
    BASE "balancers:\n  - {name: mine, preset: random, workers: 7}\n"                              \
         "  - {name: least_conn, preset: random_two}\n"

static void from_the_command_line(void)
{
    static const struct {
        const char *text, *told;
    } row[] = {
        {"mine", "mine: random, host, in_place, workers 7"},
        {"least_conn", "least_conn: random_two, host, in_place"}, /* the file's comes first */
        {"nginx-random",
         "nginx-random: random gives_up=after_20, generation, reload, refused, counted"},
        {"least_conn,view=worker,workers=4",
         "least_conn,view=worker,workers=4: least_conn, worker, in_place, workers 4"},
        {"apisix-merged,ties=wrr,weight_zero=nothing,name=x",
         "x: least_conn score=next, worker, rebuild, retried, ignore, leaked"},
        {"random,reap=1.5s", "random,reap=1.5s: random, host, in_place, reap 1500000000"},
    };
    struct scenario *scenario = scenario_of(FILES);
    CU_ASSERT_PTR_NOT_NULL_FATAL(scenario);
    for (size_t i = 0; i < COUNT(row); i++) {
        struct balancer balancer;
        struct input input;
        struct faults faults = {0};
        bool fine = scenario_read_balancer(scenario, row[i].text, &balancer, &input, &faults);
        CHECK_ROW(fine && faults.count == 0, "-b %s", row[i].text);
        char *told = fine ? balancer_told(&balancer) : NULL;
        CHECK_ROW(fine && strcmp(told, row[i].told) == 0, "-b %s is %s", row[i].text, told);
        free(told);
        faults_free(&faults);
        input_free(&input);
    }
    scenario_free(scenario);
}

static void faulty_on_the_command_line(void)
{
    static const struct {
        const char *text, *told;
    } row[] = {
        {"leats_conn", "1:10 unknown preset 'leats_conn' (did you mean 'least_conn'?)\n"},
        {"xyzzy,view=host", "1:10 unknown preset 'xyzzy' (see `lbsim list presets`)\n"},
        {"random,viw=host,workers=0,accept=all", "1:18 unknown key 'viw' (did you mean 'view'?)\n"
                                                 "1:38 0 is out of range: 1 to 1024\n"
                                                 "1:41 'accept' is planned, not there yet\n"},
        {"random,view=hots", "1:24 unknown view 'hots' (did you mean 'host'?)\n"},
        {"random,algorithm=random", "1:29 either preset or algorithm, not both\n"},
        {"random,ties=wrr", "1:18 'ties' is a parameter of random_two, not of random\n"},
        {"", "1:2 a value is wanted here: a preset\n"},
    };
    struct scenario *scenario = scenario_of(FILES);
    CU_ASSERT_PTR_NOT_NULL_FATAL(scenario);
    for (size_t i = 0; i < COUNT(row); i++) {
        struct balancer balancer;
        struct input input;
        struct faults faults = {0};
        CHECK_ROW(!scenario_read_balancer(scenario, row[i].text, &balancer, &input, &faults),
                  "-b %s", row[i].text);
        CHECK_ROW(strcmp(input.name, "-b") == 0, "-b %s is placed in %s", row[i].text, input.name);
        char *told = faults_told(&faults);
        CHECK_ROW(strcmp(told, row[i].told) == 0, "-b %s\nsays\n%snot\n%s", row[i].text, told,
                  row[i].told);
        free(told);
        faults_free(&faults);
        input_free(&input);
    }
    scenario_free(scenario);
}

/* What -b makes of the list is judged as a whole, against the scenario's events and weights. */
static void a_list_that_was_replaced(void)
{
    static const char *const text[] = {"random",
                                       "mine",
                                       "random",
                                       "nginx-random",
                                       "random,name=r",
                                       "random,answer=fixed,name=q",
                                       "least_conn,workers=1"};
    struct scenario *scenario = scenario_of(
        BASE "events:\n  - {at: 1m, crash: {worker: 2}}\n  - {at: 2m, weight: {s1: 0}}\n"
             "balancers:\n  - {name: mine, preset: random, workers: 7}\n");
    struct balancer list[COUNT(text)];
    struct faults faults = {0};
    CU_ASSERT_PTR_NOT_NULL_FATAL(scenario);
    for (size_t i = 0; i < COUNT(text); i++) {
        struct input input;
        CU_ASSERT_TRUE(scenario_read_balancer(scenario, text[i], &list[i], &input, &faults));
        input_free(&input);
    }
    scenario->balancer = list;
    scenario->balancers = COUNT(text);
    CU_ASSERT_FALSE(scenario_check_balancers(scenario, &faults));
    char *told = faults_told(&faults);
    static const char expected[] =
        "0:0 two balancers are called 'random'; give one a name: {name: ..., preset: ...}\n"
        "0:0 'nginx-random' refuses weight 0, which event #2 gives 's1'\n"
        "0:0 'q': an answer for each request needs the view `request`, not `host`\n"
        "0:0 'least_conn,workers=1' has 1 worker, so worker 2 cannot crash (event #1)\n";
    CHECK_ROW(strcmp(told, expected) == 0, "got\n%snot\n%s", told, expected);
    free(told);
    faults_free(&faults);
    scenario_free(scenario);
}

static const struct test tests[] = {
    {"every preset, by name and as a mapping", presets_are_what_they_are_of},
    {"entries with keys of their own", entries},
    {"what is wrong with entries", faulty_entries},
    {"-b: a name, a preset, a preset and keys", from_the_command_line},
    {"-b: what is wrong with it", faulty_on_the_command_line},
    {"-b: what is wrong with the list", a_list_that_was_replaced},
};

SUITE("test_scenario_balancers", tests)
