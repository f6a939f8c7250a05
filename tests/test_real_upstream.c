/* test_real_upstream.c: which balancers nginx can be told to be, in which words, and the file that
 * it reads. */
#include "sim/real/config.h"
#include "sim/real/upstream.h"

#include "tests/harness.h"
#include "tests/told.h"

#include <stdlib.h>
#include <string.h>

/* By the words of nginx's documentation and of the module's. */
static const struct said {
    const char *balancer, *method; /* method: NULL: nginx cannot be told */
    const char *reason;            /* a part of the only one */
} said[] = {
    {"nginx-round-robin", "", NULL},
    {"nginx-round-robin-zone", "zone u 1m;", NULL},
    {"nginx-least-conn", "least_conn;", NULL},
    {"nginx-least-conn-zone", "zone u 1m; least_conn;", NULL},
    {"nginx-random", "random;", NULL},
    {"nginx-random-two-zone", "zone u 1m; random two least_conn;", NULL},
    {"nginx-hash", "hash $http_x_key;", NULL},
    {"nginx-hash-consistent-zone", "zone u 1m; hash $http_x_key consistent;", NULL},
    {"nginx-ip-hash", "ip_hash;", NULL},
    {"nginx-least-conn-resolve", NULL, "DNS while it runs"},
    {"nginx-implicit", NULL, "DNS at every request"},
    {"apisix-merged", NULL, "change rebuild"},
    {"lbsim-least-conn", "lbsim least_conn zone=z view=host score=next ties=fair seed=7;", NULL},
    {"round_robin", "lbsim round_robin zone=z view=host seed=7;", NULL},
    {"hash", "lbsim hash zone=z view=host key=$http_x_key seed=7;", NULL},
    {"least_conn,ties=heap", "lbsim least_conn zone=z view=host ties=heap seed=7;", NULL},
    {"least_conn,view=generation,change=reload", "lbsim least_conn zone=z view=generation seed=7;",
     NULL},
    {"least_conn,view=worker,change=reload", NULL, "no view worker"},
    {"least_conn,view=generation", NULL, "which view generation does not outlive"},
    {"hash_map,key=ipv4", NULL, "cannot be told key: ipv4"},
    /* A preset of nginx's that was changed is no nginx any more, but our module may do it. */
    {"nginx-least-conn,view=host", "lbsim least_conn zone=z view=host seed=7;", NULL},
};

static void test_methods(void)
{
    struct scenario nothing = {.balancers = 0};
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        struct balancer balancer;
        struct real_upstream upstream;
        struct input input;
        struct faults faults = {0};
        CU_ASSERT_FATAL(
            scenario_read_balancer(&nothing, said[i].balancer, &balancer, &input, &faults));
        bool fine = real_upstream_of(&balancer, 7, &upstream, &faults);
        CHECK_ROW(fine == (said[i].method != NULL), "%s: %s", said[i].balancer,
                  fine ? "nginx can be told" : faults.fault[0].message);
        if (fine)
            CHECK_ROW(strcmp(upstream.method, said[i].method) == 0, "%s: '%s'", said[i].balancer,
                      upstream.method);
        else
            CHECK_ROW(faults.count == 1 && strstr(faults.fault[0].message, said[i].reason) != NULL,
                      "%s: %zu reasons, the first '%s'", said[i].balancer, faults.count,
                      faults.fault[0].message);
        faults_free(&faults);
        input_free(&input);
    }
    arena_free(&nothing.arena);
}

/* Every preset is either told to nginx or refused with a reason; none of nginx's own is lost. */
static void test_presets(void)
{
    for (uint32_t i = 0; preset_at(i) != NULL; i++) {
        struct balancer balancer = balancer_of_preset(preset_at(i));
        struct real_upstream upstream;
        struct faults faults = {0};
        bool fine = real_upstream_of(&balancer, 7, &upstream, &faults);
        CHECK_ROW(fine == (faults.count == 0), "%s: %zu reasons", preset_at(i)->name, faults.count);
        if (fine && strncmp(preset_at(i)->name, "nginx-", 6) == 0)
            CHECK_ROW(!upstream.module, "%s is nginx's own", preset_at(i)->name);
        faults_free(&faults);
    }
}

/* The upstream of a list, as it stands in the file. */
static void check_servers(const struct scenario *scenario, const struct real_member *list,
                          const char *expected)
{
    static const char *const addresses[] = {"127.0.0.1:20001", "127.0.0.1:20002"};
    struct real_upstream upstream = {.zone = "", .method = "least_conn;"};
    struct real_config config = {.prefix = "/p",
                                 .gateway = 20000,
                                 .workers = 2,
                                 .connections = 100,
                                 .upstream = &upstream,
                                 .scenario = scenario,
                                 .address = addresses};
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    real_config_write(&config, list, to);
    fclose(to);
    CHECK_ROW(strstr(text, expected) != NULL, "not in the file: %s", expected);
    CHECK_ROW(strstr(text, "worker_processes 2;\n") != NULL, "no workers in %s", text);
    CHECK_ROW(strstr(text, "load_module") == NULL, "a module in %s", text);
    CHECK_ROW(strstr(text, "listen 127.0.0.1:20000 ") != NULL, "no port in %s", text);
    free(text);
}

static void test_servers(void)
{
    struct scenario *scenario =
        scenario_of(HEAD TRAFFIC BALANCERS "servers: [{name: s1, weight: 3, max_conns: 5}, s2]\n");
    CU_ASSERT_PTR_NOT_NULL_FATAL(scenario);
    check_servers(scenario, (struct real_member[]){{true, 3}, {true, 1}},
                  "    upstream u {\n        least_conn;\n"
                  "        server 127.0.0.1:20001 weight=3 max_conns=5;\n"
                  "        server 127.0.0.1:20002;\n    }\n");
    check_servers(scenario, (struct real_member[]){{false, 3}, {true, 0}},
                  "        least_conn;\n        server 127.0.0.1:20002 down;\n    }\n");
    check_servers(scenario, (struct real_member[]){{false, 3}, {false, 1}},
                  "        least_conn;\n        server 127.0.0.1:9 down;\n    }\n");
    scenario_free(scenario);
}

/* Only where servers die is it said how many failures are counted, by balancers that do; and they
 * are left alone to the end. */
static void test_failures(void)
{
    static const struct real_upstream counts = {.zone = "", .method = "a;", .failures = true},
                                      forgets = {.zone = "", .method = "b;"};
    static const struct real_member list[] = {{true, 1}, {true, 2}};
    static const char *const expected[] = {
        "a;\n        server 127.0.0.1:20001 max_fails=3 fail_timeout=1d;\n"
        "        server 127.0.0.1:20002 weight=2 max_fails=0;\n    }\n",
        "b;\n        server 127.0.0.1:20001 max_fails=0;\n"
        "        server 127.0.0.1:20002 weight=2 max_fails=0;\n    }\n",
        "a;\n        server 127.0.0.1:20001;\n        server 127.0.0.1:20002 weight=2;\n    }\n",
    };
    static const char *const addresses[] = {"127.0.0.1:20001", "127.0.0.1:20002"};
    struct scenario *scenario = scenario_of(
        HEAD TRAFFIC BALANCERS "servers: [{name: s1, max_fails: 3}, {name: s2, max_fails: 0}]\n");
    CU_ASSERT_PTR_NOT_NULL_FATAL(scenario);
    for (int i = 0; i < 3; i++) {
        struct real_config config = {.prefix = "/tmp/x",
                                     .deaths = i < 2,
                                     .upstream = i == 1 ? &forgets : &counts,
                                     .scenario = scenario,
                                     .address = addresses};
        char *text = NULL;
        size_t size = 0;
        FILE *to = open_memstream(&text, &size);
        real_config_write(&config, list, to);
        fclose(to);
        CHECK_ROW(strstr(text, expected[i]) != NULL, "%s is not in %s", expected[i], text);
        free(text);
    }
    scenario_free(scenario);
}

static const struct test tests[] = {
    {"balancers in nginx's words", test_methods},
    {"every preset", test_presets},
    {"lists of servers", test_servers},
    {"failures that are counted", test_failures},
};

SUITE("real_upstream", tests)
