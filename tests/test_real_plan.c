/* test_real_plan.c: a simulated run as a list of steps: what is in it, in which order, and what it
 * says will be seen. */
#include "sim/real/plan.h"

#include "sim/real/upstream.h"
#include "tests/harness.h"
#include "tests/told.h"

#include <stdlib.h>
#include <string.h>

static const char *const addresses[] = {"127.0.0.1:20001", "127.0.0.1:20002", "127.0.0.1:20003"};

/* A scenario, its first balancer, and the plan of both. */
struct planned {
    struct scenario *scenario;
    struct real_upstream upstream;
    struct real_plan *plan;
    struct faults faults;
};

static struct planned planned_of(const char *text)
{
    struct planned planned = {.scenario = scenario_of(text)};
    CU_ASSERT_PTR_NOT_NULL_FATAL(planned.scenario);
    const struct scenario *scenario = planned.scenario;
    real_upstream_of(&scenario->balancer[0], scenario->seed, &planned.upstream, &planned.faults);
    planned.plan = real_plan_make(scenario, &scenario->balancer[0], &planned.upstream, addresses);
    return planned;
}

static void forget(struct planned *planned)
{
    real_plan_free(planned->plan);
    faults_free(&planned->faults);
    scenario_free(planned->scenario);
}

/* +1: an open that goes to s1 (+0: refused); -0: the first open ends; !0: with its worker; R1: list
 * 1; v2 ^2: s2 out and back; D2 U2: it dies and rises; /0: the first open ends with its server;
 * X: a crash; ?: a look. */
static char *steps_told(const struct real_plan *plan)
{
    static const char signs[] = {
        [REAL_OPEN] = '+', [REAL_CLOSE] = '-', [REAL_LOST] = '!',  [REAL_RELOAD] = 'R',
        [REAL_OUT] = 'v',  [REAL_BACK] = '^',  [REAL_CRASH] = 'X', [REAL_LOOK] = '?',
        [REAL_CUT] = '/',  [REAL_DIE] = 'D',   [REAL_RISE] = 'U'};
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    for (uint64_t i = 0; i < plan->steps; i++) {
        const struct real_step *step = &plan->step[i];
        fprintf(to, "%s%c", i > 0 ? " " : "", signs[step->kind]);
        uint64_t number = step->number;
        if (step->kind == REAL_OPEN)
            number = plan->open[number].server == NO_SERVER ? 0 : plan->open[number].server + 1;
        else if (step->kind == REAL_OUT || step->kind == REAL_BACK || step->kind == REAL_DIE ||
                 step->kind == REAL_RISE)
            number++;
        if (step->kind != REAL_CRASH && step->kind != REAL_LOOK)
            fprintf(to, "%llu", (unsigned long long)number);
    }
    fclose(to);
    return text;
}

static void check_steps(const struct real_plan *plan, const char *expected)
{
    char *told = steps_told(plan);
    CHECK_ROW(strcmp(told, expected) == 0, "the steps are %s, expected %s", told, expected);
    free(told);
}

/* What a look should see, "2 1 0". */
static void check_look(const struct real_plan *plan, uint32_t look, const char *name,
                       const char *expected)
{
    char text[128] = "";
    for (uint32_t i = 0; i < plan->servers; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%llu", i > 0 ? " " : "",
                 (unsigned long long)plan->look[look].live[i]);
    CHECK_ROW(strcmp(plan->look[look].name, name) == 0, "look %u is before %s, expected %s", look,
              plan->look[look].name, name);
    CHECK_ROW(strcmp(text, expected) == 0, "look %u sees %s, expected %s", look, text, expected);
}

static void check_list(const struct real_plan *plan, uint64_t list, const char *expected)
{
    char text[128] = "";
    for (uint32_t i = 0; i < plan->servers; i++) {
        const struct real_member *member = &real_list(plan, list)[i];
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%u", i > 0 ? " " : "",
                 member->listed ? member->weight : 0);
    }
    CHECK_ROW(strcmp(text, expected) == 0, "list %llu is %s, expected %s", (unsigned long long)list,
              text, expected);
}

/* ---- Order ---- */

/* nginx forgets at a reload, so with s3 its order begins anew; then the oldest two are closed. */
static void test_scale(void)
{
    struct planned planned = planned_of(
        "format: 1\nname: a\nduration: 10m\nservers: [s1, s2]\n"
        "traffic: {t: {arrivals: [{burst: 4, at: 0s}, {burst: 3, at: 2m}], lasts: forever}}\n"
        "events:\n"
        "  - {at: 1m, name: up, add: {name: s3, weight: 1}}\n"
        "  - {at: 3m, name: fewer, close: {count: 2, order: oldest}}\n"
        "balancers: [nginx-round-robin]\n");
    const struct real_plan *plan = planned.plan;
    check_steps(plan, "+1 +2 +1 +2 ? R1 +1 +2 +3 ? -0 -1 ?");
    CU_ASSERT_EQUAL(plan->looks, 3);
    check_look(plan, 0, "up", "2 2 0");
    check_look(plan, 1, "fewer", "3 3 1");
    check_look(plan, 2, "the end", "2 2 1");
    check_list(plan, 0, "1 1 0");
    check_list(plan, 1, "1 1 1");
    CU_ASSERT_EQUAL(plan->held_max, 7);
    CU_ASSERT_EQUAL(plan->reloads, 1);
    forget(&planned);
}

/* nginx's least_conn leaves ties to a step of round robin among the tied: 1 2 2 1.
 *
 * One entry of three actions is one list, its cuts come after it; events of a tick find the
 * same. */
static void test_one_change(void)
{
    struct planned planned =
        planned_of("format: 1\nname: a\nduration: 10m\nservers: [s1, s2]\n"
                   "traffic: {t: {arrivals: {burst: 4, at: 0s}, lasts: forever}}\n"
                   "events:\n"
                   "  - {at: 1m, name: all, add: s3, remove: s1, weight: {s2: 5}, drain: 0s}\n"
                   "  - {at: 1m, name: again, reload: true}\n"
                   "  - {at: 2m, name: same, touch: true}\n"
                   "balancers: [nginx-least-conn]\n");
    const struct real_plan *plan = planned.plan;
    check_steps(plan, "+1 +2 +2 +1 ? R1 -0 -3 R2 ? R3 ?");
    check_look(plan, 0, "all", "2 2 0");
    check_look(plan, 1, "same", "0 2 0");
    check_look(plan, 2, "the end", "0 2 0");
    check_list(plan, 1, "0 5 1");
    check_list(plan, 2, "0 5 1");
    check_list(plan, 3, "0 5 1");
    forget(&planned);
}

static void test_crash(void)
{
    struct planned planned = planned_of(
        "format: 1\nname: a\nduration: 10m\nservers: [s1, s2]\n"
        "traffic: {t: {arrivals: [{burst: 3, at: 0s}, {burst: 1, at: 3m}], lasts: forever}}\n"
        "events:\n"
        "  - {at: 1m, name: one, crash: {worker: 0}}\n"
        "  - {at: 2m, name: nobody, crash: {worker: 0}}\n"
        "balancers: [nginx-least-conn]\n");
    const struct real_plan *plan = planned.plan;
    check_steps(plan, "+1 +2 +2 ? X !0 !1 !2 ? X +1 ?");
    CU_ASSERT_EQUAL(plan->crashes, 2);
    check_look(plan, 1, "nobody", "0 0");
    check_look(plan, 2, "the end", "1 0");
    forget(&planned);
}

/* Limits refuse; a client that returns is another open of the same connection. */
static void test_refused(void)
{
    struct planned planned =
        planned_of("format: 1\nname: a\nduration: 30s\nservers: [{name: s1, max_conns: 1}]\n"
                   "traffic: {t: {arrivals: {burst: 2, at: 0s}, lasts: {constant: 10s},\n"
                   "              reconnect: {after: {constant: 15s}}}}\n"
                   "balancers: [nginx-least-conn]\n");
    check_steps(planned.plan, "+1 +0 -0 +1 -2 ?");
    check_look(planned.plan, 0, "the end", "0");
    forget(&planned);
}

static void test_flap(void)
{
    struct planned planned =
        planned_of("format: 1\nname: a\nduration: 10m\nservers: [s1, s2]\n"
                   "traffic: {t: {arrivals: {every: 1m}, lasts: forever}}\n"
                   "events: [{at: 90s, name: sick, flap: {server: s2, for: 2m}}]\n"
                   "balancers: [lbsim-least-conn]\n");
    check_steps(planned.plan, "+1 +2 ? v2 +1 +1 ^2 +2 +2 +1 +2 +1 +2 ?");
    CU_ASSERT_EQUAL(planned.plan->flaps, 2);
    forget(&planned);
}

static void test_keys(void)
{
    struct planned planned = planned_of(
        "format: 1\nname: a\nduration: 10m\nservers: [s1, s2]\n"
        "traffic: {t: {arrivals: {burst: 3, at: 0s}, lasts: forever, key: {uniform: 1}}}\n"
        "balancers: [nginx-hash, nginx-ip-hash]\n");
    for (uint64_t i = 0; i < planned.plan->opens; i++)
        CU_ASSERT_STRING_EQUAL(planned.plan->open[i].key, "k1");
    CU_ASSERT_EQUAL(planned.plan->opens, 3);
    forget(&planned);
}

/* ---- What cannot be played, and what need not be identical ---- */

struct refused {
    const char *body, *told; /* told: a part of one of the reasons; NULL: it can be played */
    const char *excuse;      /* a part, or NULL: none */
};

#define TOP  "format: 1\nname: a\nduration: 10m\n"
#define MOST TOP "servers: [s1, s2]\n"
#define FEW  "traffic: {t: {arrivals: {burst: 3, at: 0s}, lasts: forever}}\n"
#define DYING(timeout)                                                                             \
    TOP FEW "servers: [{name: s1, fail_timeout: " #timeout                                         \
            "s}, {name: s2, fail_timeout: " #timeout "s}]\n"

static const struct refused refused[] = {
    {MOST FEW "balancers: [nginx-least-conn]\n", NULL, NULL},
    {MOST FEW "gateway: {workers: 2}\nbalancers: [nginx-least-conn]\n", NULL, "its own"},
    {MOST FEW "gateway: {workers: 2}\nbalancers: [nginx-least-conn-zone]\n", NULL, NULL},
    {MOST FEW "gateway: {workers: 2}\nbalancers: [nginx-hash]\n", NULL, NULL},
    {MOST FEW "gateway: {workers: 2}\nevents: [{at: 1m, crash: {worker: 0}}]\n"
              "balancers: [nginx-least-conn-zone]\n",
     NULL, "dies"},
    {MOST FEW "balancers: [nginx-random-two-zone]\n", NULL, "random"},
    {MOST FEW "gateway: {workers: 2}\nbalancers: [random_two]\n", NULL, NULL},
    {MOST FEW "gateway: {workers: 17}\nbalancers: [nginx-hash]\n", "17 workers", NULL},
    {MOST FEW "gateway: {instances: 2}\nbalancers: [nginx-hash]\n", "2 gateway instances", NULL},
    {MOST "traffic: {t: {arrivals: {burst: 100001, at: 0s, over: 1m}, lasts: {constant: 1ms}}}\n"
          "balancers: [nginx-round-robin]\n",
     "more than 100000 connections", NULL},
    {MOST "traffic: {t: {arrivals: {burst: 500, at: 0s, over: 1m}, lasts: forever}}\n"
          "balancers: [nginx-round-robin]\n",
     "holds 500 connections at once, for which a process needs 1066 file descriptors", NULL},
    {MOST FEW "events: [{at: 1m, flap: {server: s1, for: 1m}}]\nbalancers: [nginx-least-conn]\n",
     "nginx itself cannot be told", NULL},
    {MOST FEW "events:\n  - {at: 1m, name: ill, flap: {server: s1, for: 1m}}\n"
              "  - {at: 3m, remove: s1}\nbalancers: [lbsim-least-conn]\n",
     "a server of flap 'ill' also", NULL},
    {MOST FEW "events: [{at: 1m, fail: {server: s1}}]\nbalancers: [nginx-least-conn]\n",
     "time is not played (fail_timeout: 540s would do", NULL},
    {DYING(539) "events: [{at: 1m, fail: {server: s1}}]\nbalancers: [nginx-least-conn]\n",
     "time is not played", NULL},
    {DYING(540) "events: [{at: 1m, fail: {server: s1}}]\nbalancers: [nginx-least-conn]\n", NULL,
     NULL},
    {DYING(540) "events: [{at: 1m, fail: {server: s1}}]\nbalancers: [haproxy-leastconn-reload]\n",
     "tries elsewhere", NULL},
    {DYING(540) "events: [{at: 1m, fail: {server: s1}, detect: 5s}]\nbalancers: [nginx-hash]\n",
     "cannot be told to take a server out", NULL},
    {DYING(540) "events: [{at: 1m, fail: {server: s1}, detect: 5s}]\nbalancers: [hash]\n", NULL,
     NULL},
    {DYING(540) "events:\n  - {at: 1m, name: ill, fail: {server: s1}, detect: 5s}\n"
                "  - {at: 3m, remove: s1}\nbalancers: [hash]\n",
     "whose failure 'ill' is detected", NULL},
    {DYING(540) "events:\n  - {at: 1m, name: ill, fail: {server: s1}, back: 1m}\n"
                "  - {at: 90s, flap: {server: s1, for: 1m}}\nbalancers: [hash]\n",
     "the server of 'ill' fails or flaps twice", NULL},
    {DYING(540) "events:\n  - {at: 1m, fail: {server: s1}, back: 1m}\n"
                "  - {at: 121s, flap: {server: s1, for: 1m}}\nbalancers: [hash]\n",
     NULL, NULL},
    {TOP "servers: [s1, {name: s2, max_conns: 2}]\n" FEW "balancers: [hash_ring]\n",
     "takes no max_conns with hash_ring", NULL},
    {TOP "servers: [s1, {name: s2, max_conns: 2}]\n" FEW "balancers: [random_two]\n", NULL, NULL},
    {TOP FEW "servers: [s1, {name: s2, backup: true}]\nbalancers: [nginx-least-conn]\n", NULL,
     NULL},
    {TOP FEW "servers: [s1, {name: s2, weight: 0}]\nbalancers: [hash]\n", "tells it from", NULL},
    {MOST FEW "events: [{at: 1m, crash: {worker: 0}}]\n"
              "balancers: [{preset: lbsim-least-conn, reap: never}]\n",
     "takes back at once", NULL},
};

static void test_refusals(void)
{
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        const struct refused *row = &refused[i];
        struct planned planned = planned_of(row->body);
        const struct balancer *balancer = &planned.scenario->balancer[0];
        real_plan_check(planned.plan, balancer, &planned.upstream, 1000, &planned.faults);
        bool told = row->told == NULL && planned.faults.count == 0;
        for (size_t k = 0; row->told != NULL && k < planned.faults.count; k++)
            told = told || strstr(planned.faults.fault[k].message, row->told) != NULL;
        CHECK_ROW(told, "row %zu: %zu reasons, the first '%s'", i, planned.faults.count,
                  planned.faults.count > 0 ? planned.faults.fault[0].message : "");
        const char *excuse = real_plan_excuse(planned.plan, balancer, &planned.upstream);
        CHECK_ROW((excuse == NULL) == (row->excuse == NULL) &&
                      (excuse == NULL || strstr(excuse, row->excuse) != NULL),
                  "row %zu: excused by %s", i, excuse != NULL ? excuse : "nothing");
        forget(&planned);
    }
}

/* Reloads are bounded while the run goes on, so that a long script costs nothing. */
static void test_many_reloads(void)
{
    char text[16384] = MOST FEW "balancers: [nginx-least-conn]\nevents:\n";
    for (int i = 0; i < 101; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "  - {at: %ds, reload: true}\n",
                 i + 1);
    struct planned planned = planned_of(text);
    CU_ASSERT(planned.plan->many_reloads);
    CU_ASSERT_EQUAL(planned.plan->lists, 101);
    forget(&planned);
}

/* s2 dies with its connection; who comes next asks it once more, is taken by s1, and nobody asks it
 * again while it is left alone. A health check sees what it sees. */
static void test_death(void)
{
    static const char body[] =
        "format: 1\nname: a\nduration: 10m\n"
        "servers: [{name: s1, fail_timeout: 20m}, {name: s2, fail_timeout: 20m}]\n"
        "traffic: {t: {arrivals: [{burst: 2, at: 0s}, {burst: 4, at: 2m}], lasts: forever}}\n"
        "events: [{at: 1m, name: dead, fail: {server: s2}, back: 2m%s}]\nbalancers: [%s]\n";
    static const struct {
        const char *detect, *balancer, *steps;
    } row[] = {
        {"", "nginx-round-robin", "+1 +2 ? /1 D2 +1 +1 +1 +1 U2 ?"},
        {", detect: 30s", "round_robin", "+1 +2 ? /1 D2 v2 +1 +1 +1 +1 U2 ^2 ?"},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        char text[1024];
        snprintf(text, sizeof text, body, row[i].detect, row[i].balancer);
        struct planned planned = planned_of(text);
        check_steps(planned.plan, row[i].steps);
        check_look(planned.plan, 1, "the end", "5 0");
        CU_ASSERT_EQUAL(planned.plan->opens, 6);
        CU_ASSERT_EQUAL(planned.plan->deaths, 1);
        CU_ASSERT_EQUAL(planned.plan->held_max, 5);
        forget(&planned);
    }
}

/* It is up again while it is not listed, of which nobody hears; when it joins, it is up. */
static void test_death_unlisted(void)
{
    static const char body[] =
        "format: 1\nname: a\nduration: 10m\n"
        "servers: [{name: s1, max_fails: 0}, {name: s2, max_fails: 0}]\n"
        "traffic: {t: {arrivals: [{burst: 2, at: 0s}, {burst: 2, at: %s}], lasts: forever}}\n"
        "events:\n  - {at: 1m, name: dies, fail: {server: s2}, back: 2m}\n"
        "  - {at: 2m, name: leaves, remove: s2}\n  - {at: %s, name: joins, add: s2}\n"
        "balancers: [nginx-round-robin]\n";
    static const struct {
        const char *open_at, *joins, *steps;
    } row[] = {
        {"5m", "4m", "+1 +2 ? /1 D2 ? R1 ? R2 U2 +1 +2 ?"},
        {"3m", "3m", "+1 +2 ? /1 D2 ? R1 ? R2 U2 +1 +2 ?"},     /* all in one tick */
        {"150s", "4m", "+1 +2 ? /1 D2 ? R1 +1 +1 ? R2 ?"},      /* nobody asks it any more */
        {"170s", "160s", "+1 +2 ? /1 D2 ? R1 ? R2 +1 +1 U2 ?"}, /* listed when it is up */
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        char text[1024];
        snprintf(text, sizeof text, body, row[i].open_at, row[i].joins);
        struct planned planned = planned_of(text);
        check_steps(planned.plan, row[i].steps);
        forget(&planned);
    }
}

/* A drain runs out in the tick of another event, which finds what its place in the file says: the
 * cut made, after the leaver's entry, or still to be made, before it. */
static void test_drained_at_event(void)
{
    static const char body[] = "format: 1\nname: a\nduration: 10m\nservers: [s1, s2]\n"
                               "traffic: {t: {arrivals: {burst: 2, at: 0s}, lasts: forever}}\n"
                               "events:\n%s  - {at: 1m, name: down, remove: s2, drain: 1m}\n%s"
                               "balancers: [nginx-round-robin]\n";
    static const char other[] = "  - {at: 2m, name: other, reload: true}\n";
    static const struct {
        const char *before, *after, *steps, *seen;
    } row[] = {
        {"", other, "+1 +2 ? R1 -1 ? R2 ?", "1 0"},
        {other, "", "+1 +2 ? R1 ? R2 -1 ?", "1 1"},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        char text[1024];
        snprintf(text, sizeof text, body, row[i].before, row[i].after);
        struct planned planned = planned_of(text);
        check_steps(planned.plan, row[i].steps);
        check_look(planned.plan, 1, "other", row[i].seen);
        forget(&planned);
    }
}

static const struct test tests[] = {
    {"a server joins, some leave", test_scale},
    {"one entry is one list", test_one_change},
    {"a drain runs out at an event", test_drained_at_event},
    {"a worker dies", test_crash},
    {"refused, and back", test_refused},
    {"a health check", test_flap},
    {"a server dies", test_death},
    {"it rises unlisted", test_death_unlisted},
    {"keys", test_keys},
    {"what is not played, what is excused", test_refusals},
    {"too many reloads", test_many_reloads},
};

SUITE("real_plan", tests)
