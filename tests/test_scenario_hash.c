/* test_scenario_hash.c: what makes a scenario another one to those who run it, and what not. */
#include "sim/scenario/scenario.h"
#include "tests/harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BASE                                                                                       \
    "format: 1\nname: it\nabout: What?\nseed: 1\nduration: 10m\nmeasure: {from: 1m}\n"             \
    "servers: [s1, s2]\ntraffic:\n  t: {arrivals: {poisson: 5/s}, lasts: {exponential: 20m}}\n"    \
    "events:\n  - {at: 5m, name: up, add: s3}\n"                                                   \
    "balancers: [{name: one, preset: least_conn}]\n"

struct hashes {
    uint64_t world, balancer;
};

static struct hashes hashes_of(const char *name, const char *text)
{
    struct input input;
    struct faults faults = {0};
    struct hashes hashes = {0};
    input_of_text(&input, name, text, strlen(text));
    struct scenario *scenario = scenario_load(&input, NULL, &faults);
    CHECK_ROW(scenario != NULL, "it does not load: %s", text);
    if (scenario != NULL) {
        hashes = (struct hashes){scenario_world_hash(scenario),
                                 scenario_balancer_hash(scenario, &scenario->balancer[0])};
        scenario_free(scenario);
    }
    faults_free(&faults);
    input_free(&input);
    return hashes;
}

/* BASE with one text in the place of another. */
static struct hashes hashes_with(const char *instead_of, const char *text)
{
    char all[2048];
    const char *at = strstr(BASE, instead_of);
    CU_ASSERT_PTR_NOT_NULL_FATAL(at);
    snprintf(all, sizeof all, "%.*s%s%s", (int)(at - BASE), BASE, text, at + strlen(instead_of));
    return hashes_of("it.yaml", all);
}

struct edit {
    const char *instead_of, *text;
    bool world, balancer; /* which is another one by it */
};

static const struct edit edits[] = {
    {"format: 1", "# a comment\nformat: 1", false, false},
    {"name: it", "name: that", false, false},
    {"What?", "Who?", false, false},
    {"seed: 1", "seed: 2", false, false},
    {"seed: 1", "replications: 7", false, false},
    {"seed: 1", "sample: 1s", false, false},
    {"20m", "1200s", false, false},
    {"least_conn", "least_conn, workers: 1, score: open", false, false},
    {"name: one", "name: two", false, false},
    {"duration: 10m", "duration: 11m", true, false},
    {"from: 1m", "from: 2m", true, false},
    {"[s1, s2]", "[s1, {name: s2, weight: 2}]", true, false},
    {"[s1, s2]", "[s2, s1]", true, false},
    {"5/s", "5.0000001/s", true, false},
    {"20m", "21m", true, false},
    {"  t:", "  u:", true, false},
    {"at: 5m", "at: 6m", true, false},
    {"name: up", "name: join", true, false},
    {"add: s3", "add: {name: s3, weight: 3}", true, false},
    {"seed: 1", "gateway: {instances: 2}", true, false},
    {"least_conn", "round_robin", false, true},
    {"least_conn", "least_conn, view: worker", false, true},
    {"least_conn", "least_conn, ties: heap", false, true},
    {"least_conn", "least_conn, workers: 2", false, true},
    {"least_conn", "least_conn, reap: 1s", false, true},
};

static void test_edits(void)
{
    struct hashes base = hashes_of("it.yaml", BASE);
    for (size_t i = 0; i < sizeof edits / sizeof *edits; i++) {
        struct hashes now = hashes_with(edits[i].instead_of, edits[i].text);
        CHECK_ROW((now.world != base.world) == edits[i].world, "%s: the world", edits[i].text);
        CHECK_ROW((now.balancer != base.balancer) == edits[i].balancer, "%s: the balancer",
                  edits[i].text);
    }
    struct hashes elsewhere = hashes_of("elsewhere/that.yaml", BASE);
    CU_ASSERT(elsewhere.world == base.world && elsewhere.balancer == base.balancer);
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fputs(text, file);
    fclose(file);
}

/* What stands in a file that the scenario names is part of it, though the scenario's text stays. */
static void test_files(void)
{
    char directory[] = "/tmp/lbsim_test_hash_XXXXXX", csv[64], yaml[64], text[1024];
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(directory));
    snprintf(csv, sizeof csv, "%s/a.csv", directory);
    snprintf(yaml, sizeof yaml, "%s/a.yaml", directory);
    const char *const uses[][2] = {
        {"lasts: {exponential: 20m}", "lasts: {empirical: a.csv}"},
        {"lasts: {exponential: 20m}", "lasts: forever, reconnect: {after: {empirical: a.csv}}"},
        {"lasts: {exponential: 20m}", "lasts: forever, key: {csv: a.csv}"}};
    for (int i = 0; i < 3; i++) {
        const char *at = strstr(BASE, uses[i][0]);
        snprintf(text, sizeof text, "%.*s%s%s", (int)(at - BASE), BASE, uses[i][1],
                 at + strlen(uses[i][0]));
        write_file(csv, i < 2 ? "lasts_s\n1\n2\n" : "key\na\nb\n");
        struct hashes before = hashes_of(yaml, text);
        CU_ASSERT_EQUAL(hashes_of(yaml, text).world, before.world);
        write_file(csv, i < 2 ? "lasts_s\n1\n3\n" : "key\na\nc\n");
        CHECK_ROW(hashes_of(yaml, text).world != before.world, "%s", uses[i][1]);
    }
    unlink(csv);
    rmdir(directory);
}

static const struct test tests[] = {
    {"edits", test_edits},
    {"files", test_files},
};

SUITE("test_scenario_hash", tests)
