/* test_balancer_places.c: where in its file each balancer of a scenario stands, as annotations for
 * GitHub name it; the lines and columns are counted by hand. */
#include "reports/gate.h"
#include "tests/harness.h"
#include "tests/told.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Line 6 is the first below; the words of the list stand all over these. */
#define ABOVE                                                                                      \
    "format: 1\nname: random\nabout: least_conn against random\nduration: 10m\nservers: "          \
    "[random]\n"

/* A text, and its balancers as "NAME line:column, ". */
static const struct {
    const char *text, *places;
} row[] = {
    /* A list in lines: the name, with what is only a comment or another's name before it. */
    {ABOVE TRAFFIC "balancers:\n  # - random\n  - least_conn # not random\n  - random\n",
     "least_conn 9:5, random 10:5, "},
    {ABOVE TRAFFIC "balancers:\n- random_two\n-   random\n", "random_two 8:3, random 9:5, "},
    /* Brackets, in one line and in several. */
    {ABOVE TRAFFIC "balancers: [random_two, random]\n", "random_two 7:13, random 7:25, "},
    {ABOVE TRAFFIC "balancers: [random_two,\n    random,\n  ip_hash\n]\n",
     "random_two 7:13, random 8:5, ip_hash 9:3, "},
    /* Quotes; the list before the traffic, and its key in quotes, too. */
    {ABOVE "'balancers': ['random', \"ip_hash\"]\n" TRAFFIC, "random 6:15, ip_hash 6:25, "},
    /* With arguments: the braces, or the first key. */
    {ABOVE TRAFFIC "balancers: [random, {preset: random, name: mine, draws: process}]\n",
     "random 7:13, mine 7:21, "},
    {ABOVE TRAFFIC "balancers:\n  - preset: random\n    workers: 2\n    name: mine\n  - random\n",
     "mine 8:5, random 11:5, "},
    {ABOVE TRAFFIC "balancers:\n  - {algorithm: random,\n     name: other}\n  -\n    random\n",
     "other 8:5, random 11:5, "},
    /* Anchors: what is named, and what names it stands where it is said again. */
    {ABOVE TRAFFIC "balancers: [&r random, &l {preset: random, name: two}]\n"
                   "expect: [{balancer: *r, metric: cut, max: 1}]\n",
     "random 7:16, two 7:27, "},
    {ABOVE TRAFFIC "expect: [{balancer: &r random, metric: cut, max: 1}]\nbalancers:\n- ip_hash\n"
                   "- *r\n",
     "ip_hash 9:3, random 10:3, "},
    /* The same list in Windows' lines. */
    {ABOVE TRAFFIC "balancers:\r\n  - ip_hash\r\n  - random\r\n", "ip_hash 8:5, random 9:5, "},
};

static void test_places(void)
{
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct scenario *scenario = scenario_of(row[i].text);
        char told[256] = "";
        for (uint32_t b = 0; scenario != NULL && b < scenario->balancers; b++) {
            const struct balancer *it = &scenario->balancer[b];
            size_t length = strlen(told);
            snprintf(told + length, sizeof told - length, "%s %u:%u, ", it->name,
                     (unsigned)it->place.line, (unsigned)it->place.column);
        }
        CHECK_ROW(strcmp(told, row[i].places) == 0, "row %zu: %s", i, told);
        scenario_free(scenario);
    }
}

/* What is said to GitHub of a scenario of which this balancer fails. */
static void check_annotation(const struct scenario *scenario, const char *balancer,
                             const char *start)
{
    struct gate_finding finding = {
        .balancer = balancer, .traffic = "all", .metric = "cut", .verdict = GATE_FAIL, .runs = 1};
    const struct gate_judged judged = {.scenario = scenario, .finding = &finding, .findings = 1};
    const struct gate_judged *all = &judged;
    const struct gate_report report = {.judged = &all, .scenarios = 1};
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    report_gate_github(&report, to);
    fclose(to);
    CHECK_ROW(strncmp(text, start, strlen(start)) == 0, "%s: %s", balancer, text);
    free(text);
}

static void test_annotations(void)
{
    struct scenario *scenario = scenario_of(
        ABOVE TRAFFIC "balancers:\n  - ip_hash\n  - {preset: random, name: mine}\n  - random\n");
    check_annotation(scenario, "random", "::error file=x.yaml,line=10,col=5,title=");
    check_annotation(scenario, "mine", "::error file=x.yaml,line=9,col=5,title=");
    /* Of the baseline alone: the head of the file. */
    check_annotation(scenario, "gone", "::error file=x.yaml,line=1,col=1,title=");
    /* As -b spells them: one of the file, and one that is not there. */
    static const char *const asked[] = {"mine", "random,workers=2"};
    struct balancer list[2];
    for (int i = 0; i < 2; i++) {
        struct input input;
        struct faults faults = {0};
        CU_ASSERT(scenario_read_balancer(scenario, asked[i], &list[i], &input, &faults));
        faults_free(&faults);
        input_free(&input);
    }
    scenario->balancer = list;
    scenario->balancers = 2;
    check_annotation(scenario, "mine", "::error file=x.yaml,line=9,col=5,title=");
    check_annotation(scenario, "random,workers=2", "::error file=x.yaml,line=1,col=1,title=");
    scenario_free(scenario);
}

static const struct test tests[] = {
    {"places", test_places},
    {"annotations", test_annotations},
};

SUITE("balancer_places", tests)
