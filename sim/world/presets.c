/* presets.c: the table of presets: named real-world combinations of algorithm, view and change.
 *
 * Adding one is a row here. Sources: nginx's own code and recordings (1.31.5, 1.22.1, 1.3.5),
 * APISIX least_conn before and after pull request 13666, pull request 12255 as first pushed and in
 * its last head, and the last head of pull request 12261, with its opt-in on. */
#include "sim/world/balancer.h"

#include <string.h>

#define NGINX        .product = "nginx 1.31.5"
#define NGINX_TRAITS [TRAIT_WEIGHT_ZERO] = ZERO_REFUSED
#define PLAIN        .view = "generation", .change = CHANGE_RELOAD, .trait = {NGINX_TRAITS}
#define ZONE                                                                                       \
    .view = "host_generation", .change = CHANGE_RELOAD, .leaked = true, .trait = {NGINX_TRAITS}
#define RESOLVE                                                                                    \
    .view = "host_generation", .change = CHANGE_IN_PLACE, .leaked = true,                          \
    .trait = {NGINX_TRAITS, [TRAIT_RETURNS] = RETURNS_NEW, [TRAIT_PLACE] = PLACE_APPENDED}
#define EXACT "exact: pick by pick"
#define LAW   "distribution"

#define NGINX_ROUND_ROBIN NGINX, .algorithm = "round_robin", .fidelity = EXACT
#define NGINX_LEAST_CONN  NGINX, .algorithm = "least_conn", .fidelity = EXACT
#define NGINX_RANDOM      NGINX, .algorithm = "random", .fidelity = LAW
#define NGINX_RANDOM_TWO                                                                           \
    NGINX, .algorithm = "random_two", .params = {"ties", "second"}, .fidelity = LAW

#define IMPLICIT .view = "request", .change = CHANGE_IN_PLACE

#define APISIX_LEAST_CONN(rule)                                                                    \
    .algorithm = "least_conn", .params = {"score", rule, "ties", "heap"},                          \
    .change = CHANGE_REBUILD, .leaked = true, .fidelity = EXACT
#define APISIX_TRAITS [TRAIT_WEIGHT_ZERO] = ZERO_LAST, [TRAIT_WHEN_FULL] = FULL_IGNORE
#define APISIX_TWICE  APISIX_TRAITS, [TRAIT_RELEASE_TWICE] = RELEASE_EXHAUSTED
#define BYPASSED      [TRAIT_SINGLE] = SINGLE_BYPASSED

#define OURS .product = "lbsim", .view = "host", .change = CHANGE_IN_PLACE, .fidelity = "is itself"

static const struct preset presets[] = {
    {"round_robin", OURS, .algorithm = "round_robin", .about = "smooth weighted round robin"},
    {"random", OURS, .algorithm = "random", .about = "a weighted draw among the usable"},
    {"random_two", OURS, .algorithm = "random_two", .about = "the better of two weighted draws"},
    {"least_conn", OURS, .algorithm = "least_conn",
     .about = "least connections/weight, ties by a smooth round-robin step"},
    {"lbsim-least-conn", .product = "lbsim (its nginx module)", .algorithm = "least_conn",
     .params = {"score", "next", "ties", "fair"}, .view = "host", .change = CHANGE_RELOAD,
     .about = "counts outlive reloads and are shared by all workers; ties to the longest unpicked",
     .fidelity = "is itself"},

    {"nginx-round-robin", NGINX_ROUND_ROBIN, PLAIN, .about = "each worker its own rotation"},
    {"nginx-round-robin-zone", NGINX_ROUND_ROBIN, ZONE, .about = "one rotation for all workers"},
    {"nginx-round-robin-resolve", NGINX_ROUND_ROBIN, RESOLVE,
     .about = "members by DNS, edited without a reload"},
    {"nginx-least-conn", NGINX_LEAST_CONN, PLAIN, .about = "each worker counts its own"},
    {"nginx-least-conn-zone", NGINX_LEAST_CONN, ZONE,
     .about = "workers share counts, a reload still forgets them"},
    {"nginx-least-conn-resolve", NGINX_LEAST_CONN, RESOLVE,
     .about = "members by DNS: the counts stay"},
    {"nginx-random", NGINX_RANDOM, PLAIN, .about = "a weighted draw"},
    {"nginx-random-zone", NGINX_RANDOM, ZONE, .about = "a weighted draw; limits are shared"},
    {"nginx-random-resolve", NGINX_RANDOM, RESOLVE, .about = "a weighted draw; members by DNS"},
    {"nginx-random-two", NGINX_RANDOM_TWO, PLAIN, .about = "the better of two draws"},
    {"nginx-random-two-zone", NGINX_RANDOM_TWO, ZONE,
     .about = "the better of two draws; workers share counts"},
    {"nginx-random-two-resolve", NGINX_RANDOM_TWO, RESOLVE,
     .about = "the better of two draws; members by DNS: the counts stay"},

    {"nginx-implicit-2012", .product = "nginx 1.3.5", .algorithm = "round_robin", IMPLICIT,
     .trait = {[TRAIT_ANSWER] = ANSWER_FIXED}, .fidelity = EXACT,
     .about = "variable proxy_pass, answers in fixed order: everything to the first address"},
    {"nginx-implicit", NGINX, .algorithm = "round_robin", IMPLICIT,
     .trait = {[TRAIT_ANSWER] = ANSWER_ROTATED}, .fidelity = LAW,
     .about = "variable proxy_pass, answers rotated by a random offset"},
    {"nginx-random-patch-2012", .product = "nginx 1.3.5, patched", .algorithm = "random", IMPLICIT,
     .trait = {[TRAIT_ANSWER] = ANSWER_FIXED}, .fidelity = LAW,
     .about = "the patch of 2012-08-21: a uniform draw for each request"},

    {"apisix-reset", .product = "APISIX up to 3.17", APISIX_LEAST_CONN("accumulated"),
     .view = "generation", .trait = {APISIX_TWICE, BYPASSED},
     .about = "counts live in the picker: every upstream change forgets them"},
    {"apisix-pr12255", .product = "APISIX pull request 12255", APISIX_LEAST_CONN("accumulated"),
     .view = "seeded", .trait = {APISIX_TWICE, BYPASSED},
     .about = "counts persisted in a shared table, read only when a picker is built"},
    {"apisix-pr12255-head", .product = "APISIX pull request 12255 head",
     APISIX_LEAST_CONN("accumulated"), .view = "seeded",
     .trait = {APISIX_TWICE, [TRAIT_COUNT_TABLE] = TABLE_GUESSED},
     .about = "the same; a newcomer's count is guessed, at 4/5 of the average"},
    {"apisix-pr12261", .product = "APISIX pull request 12261", APISIX_LEAST_CONN("lagging"),
     .view = "seeded", .trait = {APISIX_TWICE, [TRAIT_COUNT_TABLE] = TABLE_FOLLOWED},
     .about = "a shared table read at every pick of a server; its score is a pick behind"},
    {"apisix-merged", .product = "APISIX 3.18", APISIX_LEAST_CONN("next"), .view = "worker",
     .trait = {APISIX_TRAITS, [TRAIT_SINGLE] = SINGLE_RETRIED},
     .about = "counts outlive pickers, for as long as the worker lives"},
};

const struct preset *preset_at(uint32_t i)
{
    return i < sizeof presets / sizeof *presets ? &presets[i] : NULL;
}

const struct preset *preset_find(const char *name)
{
    for (uint32_t i = 0; i < sizeof presets / sizeof *presets; i++)
        if (strcmp(presets[i].name, name) == 0)
            return &presets[i];
    return NULL;
}
