/* presets.c: the table of presets: named real-world combinations of algorithm, view and change.
 *
 * Adding one is a row here. Sources: nginx's own code and recordings (1.31.5, 1.22.1, 1.3.5),
 * APISIX least_conn before and after pull request 13666, pull request 12255 as first pushed and in
 * its last head, and the last head of pull request 12261, with its opt-in on; HAProxy 2.6.12. */
#include "sim/world/balancer.h"

#include <string.h>

#define NGINX        .product = "nginx 1.31.5"
#define NGINX_TRAITS [TRAIT_WEIGHT_ZERO] = ZERO_REFUSED, [TRAIT_FAILURES] = FAILURES_COUNTED
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
#define NGINX_RANDOM                                                                               \
    NGINX, .algorithm = "random", .params = {"gives_up", "after_20"}, .fidelity = LAW
#define NGINX_RANDOM_TWO                                                                           \
    NGINX, .algorithm = "random_two", .params = {"ties", "second", "gives_up", "after_20"},        \
           .fidelity = LAW

#define NGINX_HASH            NGINX, .algorithm = "hash", .fidelity = EXACT
#define NGINX_HASH_CONSISTENT NGINX, .algorithm = "hash_consistent", .fidelity = EXACT
#define NGINX_IP_HASH         NGINX, .algorithm = "ip_hash", .fidelity = EXACT

/* A method, and the same with `zone` and with `resolve`. */
#define NGINX_METHOD(spelling, method, of_plain, of_zone, of_resolve)                              \
    {spelling, method, PLAIN, .about = of_plain},                                                  \
        {spelling "-zone", method, ZONE, .about = of_zone},                                        \
    {                                                                                              \
        spelling "-resolve", method, RESOLVE, .about = of_resolve                                  \
    }

#define IMPLICIT .view = "request", .change = CHANGE_IN_PLACE

#define APISIX_LEAST_CONN(rule)                                                                    \
    .algorithm = "least_conn", .params = {"score", rule, "ties", "heap"},                          \
    .change = CHANGE_REBUILD, .leaked = true, .fidelity = EXACT
#define APISIX_TRAITS [TRAIT_WEIGHT_ZERO] = ZERO_LAST, [TRAIT_WHEN_FULL] = FULL_IGNORE
#define APISIX_TWICE  APISIX_TRAITS, [TRAIT_RELEASE_TWICE] = RELEASE_EXHAUSTED
#define BYPASSED      [TRAIT_SINGLE] = SINGLE_BYPASSED

/* Threads share all there is, so one that crashes takes its counts along, as the process would.
 * Without `option redispatch` nobody is tried but the server that was chosen. */
#define HAPROXY .product = "HAProxy 2.6.12", .view = "host_generation"
#define HAPROXY_TRAITS                                                                             \
    [TRAIT_WHEN_FULL] = FULL_QUEUE, [TRAIT_SLOW_START] = SLOW_START_STEPS,                         \
    [TRAIT_REDISPATCH] = REDISPATCH_NEVER

#define HAPROXY_ROUNDROBIN HAPROXY, .algorithm = "fast_rr", .fidelity = EXACT
#define HAPROXY_STATIC_RR  HAPROXY, .algorithm = "static_rr", .fidelity = EXACT
#define HAPROXY_LEASTCONN                                                                          \
    HAPROXY, .algorithm = "least_conn", .params = {"score", "idle_first", "ties", "fifo"},         \
             .fidelity = EXACT
#define HAPROXY_FIRST  HAPROXY, .algorithm = "first", .fidelity = EXACT
#define HAPROXY_RANDOM HAPROXY, .algorithm = "random_ring", .draws = DRAWS_PROCESS, .fidelity = LAW
#define HAPROXY_HASH   HAPROXY, .algorithm = "hash_map", .fidelity = EXACT
#define HAPROXY_HASH_CONSISTENT                                                                    \
    HAPROXY, .algorithm = "hash_ring", .params = {"avalanche", "on"}, .fidelity = EXACT

/* A method whose servers come and go at run time, and one that is reloaded for it. */
#define HAPROXY_METHOD(spelling, method, ring_id, of_running, of_reloaded)                         \
    {spelling, method, .change = CHANGE_IN_PLACE, .about = of_running,                             \
     .trait = {HAPROXY_TRAITS, [TRAIT_RING_ID] = ring_id}},                                        \
    {                                                                                              \
        spelling "-reload", method, .change = CHANGE_RELOAD, .about = of_reloaded, .trait = {      \
            HAPROXY_TRAITS                                                                         \
        }                                                                                          \
    }

#define OURS .product = "lbsim", .view = "host", .change = CHANGE_IN_PLACE, .fidelity = "is itself"

static const struct preset presets[] = {
    {"round_robin", OURS, .algorithm = "round_robin", .about = "smooth weighted round robin"},
    {"random", OURS, .algorithm = "random", .about = "a weighted draw among the usable"},
    {"random_two", OURS, .algorithm = "random_two", .about = "the better of two weighted draws"},
    {"least_conn", OURS, .algorithm = "least_conn",
     .about = "least connections/weight, ties by a smooth round-robin step"},
    {"hash", OURS, .algorithm = "hash", .about = "a key's server, by weight"},
    {"hash_consistent", OURS, .algorithm = "hash_consistent", .about = "a key's server on a ring"},
    {"ip_hash", OURS, .algorithm = "ip_hash", .about = "a client network's server"},
    {"fast_rr", OURS, .algorithm = "fast_rr", .about = "weighted round robin by deadlines"},
    {"static_rr", OURS, .algorithm = "static_rr", .about = "weighted round robin from a map"},
    {"first", OURS, .algorithm = "first", .about = "the first that has room"},
    {"hash_ring", OURS, .algorithm = "hash_ring", .about = "a key's server on HAProxy's ring"},
    {"hash_map", OURS, .algorithm = "hash_map", .about = "a key's server in HAProxy's map"},
    {"random_ring", OURS, .algorithm = "random_ring",
     .about = "the least loaded of some draws on HAProxy's ring"},
    {"lbsim-least-conn", .product = "lbsim (its nginx module)", .algorithm = "least_conn",
     .params = {"score", "next", "ties", "fair"}, .view = "host", .change = CHANGE_RELOAD,
     .about = "counts outlive reloads and are shared by all workers; ties to the longest unpicked",
     .fidelity = "is itself"},

    NGINX_METHOD("nginx-round-robin", NGINX_ROUND_ROBIN, "each worker its own rotation",
                 "one rotation for all workers", "members by DNS, edited without a reload"),
    NGINX_METHOD("nginx-least-conn", NGINX_LEAST_CONN, "each worker counts its own",
                 "workers share counts, a reload still forgets them",
                 "members by DNS: the counts stay"),
    NGINX_METHOD("nginx-random", NGINX_RANDOM, "a weighted draw",
                 "a weighted draw; limits are shared", "a weighted draw; members by DNS"),
    NGINX_METHOD("nginx-random-two", NGINX_RANDOM_TWO, "the better of two draws",
                 "the better of two draws; workers share counts",
                 "the better of two draws; members by DNS: the counts stay"),
    NGINX_METHOD("nginx-hash", NGINX_HASH, "a key's server, by weight",
                 "a key's server; limits and failures are shared",
                 "a key's server; members by DNS"),
    NGINX_METHOD("nginx-hash-consistent", NGINX_HASH_CONSISTENT, "a key's server on a ring",
                 "a key's server on a ring; limits and failures are shared",
                 "a key's server on a ring; members by DNS"),
    NGINX_METHOD("nginx-ip-hash", NGINX_IP_HASH, "a client network's server",
                 "a client network's server; limits and failures are shared",
                 "a client network's server; members by DNS"),

    HAPROXY_METHOD("haproxy-roundrobin", HAPROXY_ROUNDROBIN, RING_ID_ORDER,
                   "by deadlines: a newcomer enters with its share",
                   "by deadlines, begun anew by each reload"),
    HAPROXY_METHOD("haproxy-static-rr", HAPROXY_STATIC_RR, RING_ID_ORDER,
                   "from a map; servers only change their state, the real thing adds none",
                   "from a map, begun anew by each reload"),
    HAPROXY_METHOD("haproxy-leastconn", HAPROXY_LEASTCONN, RING_ID_ORDER,
                   "idle servers in turn, then the least for its weight; the counts stay",
                   "the same, until a reload forgets the counts"),
    HAPROXY_METHOD("haproxy-first", HAPROXY_FIRST, RING_ID_ORDER, "the first that has room",
                   "the first that has room; a reload forgets who had"),
    HAPROXY_METHOD("haproxy-random", HAPROXY_RANDOM, RING_ID_ZERO,
                   "the less loaded of two draws on the ring; alike in every process",
                   "the less loaded of two draws on the ring; a reload forgets all counts"),
    HAPROXY_METHOD("haproxy-hash", HAPROXY_HASH, RING_ID_ZERO,
                   "a key's server in a map; servers only change their state, the real thing adds "
                   "none",
                   "a key's server in a map that each reload makes anew"),
    HAPROXY_METHOD("haproxy-hash-consistent", HAPROXY_HASH_CONSISTENT, RING_ID_ZERO,
                   "a key's server on the ring, where all that are added at run time stand on one "
                   "another",
                   "a key's server on the ring"),

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
    {"apisix-pr12255-head", .product = "APISIX PR 12255, its head",
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
