/* limits.c: what cannot be played, and what can but need not come out as predicted. */
#include "sim/real/plan.h"
#include "sim/real/upstream.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>

enum { DESCRIPTORS_APART = 64 }; /* of a process, beside those of connections */

#define BECAUSE(faults, ...) faults_add(faults, (struct place){0}, __VA_ARGS__)

static void check_size(const struct real_plan *plan, uint64_t descriptors, struct faults *faults)
{
    const struct scenario *scenario = plan->scenario;
    if (plan->many_opens)
        BECAUSE(faults, "it opens more than %d connections, one after another", REAL_OPENS_MAX);
    /* Both ends of a connection are ours, and the gateway has two of its own. */
    uint64_t needed = 2 * plan->held_max + plan->servers + DESCRIPTORS_APART;
    if (needed > descriptors)
        BECAUSE(faults,
                "it holds %" PRIu64 " connections at once, for which a process needs %" PRIu64
                " file descriptors, but may have %" PRIu64 " (ulimit -Hn)",
                plan->held_max, needed, descriptors);
    if (plan->many_reloads)
        BECAUSE(faults, "it reloads more than %d times", REAL_RELOADS_MAX);
    if (plan->workers > REAL_WORKERS_MAX)
        BECAUSE(faults, "it has %" PRIu32 " workers; at most %d are played", plan->workers,
                REAL_WORKERS_MAX);
    if ((uint64_t)plan->workers * (plan->reloads + 1) > REAL_PROCESSES_MAX)
        BECAUSE(faults, "its reloads may leave more than %d processes", REAL_PROCESSES_MAX);
    if (plan->servers > REAL_SERVERS_MAX)
        BECAUSE(faults, "it has %" PRIu32 " servers; at most %d are played", plan->servers,
                REAL_SERVERS_MAX);
    if (scenario->instances > 1)
        BECAUSE(faults, "it has %" PRIu32 " gateway instances, and there is one nginx",
                scenario->instances);
}

/* A server that flaps, and that an event adds or removes: nobody can tell nginx of its health while
 * it is not listed. */
static bool flaps_and_moves(const struct scenario *scenario, const struct world_event *flap)
{
    for (uint32_t i = 0; i < scenario->events; i++) {
        const struct world_event *event = &scenario->event[i];
        for (uint32_t k = 0; k < event->adds; k++)
            if (event->add[k].server == flap->server)
                return true;
        for (uint32_t k = 0; k < event->removes; k++)
            if (event->remove[k] == flap->server)
                return true;
    }
    return false;
}

static void check_flaps(const struct real_plan *plan, const struct real_upstream *upstream,
                        struct faults *faults)
{
    const struct scenario *scenario = plan->scenario;
    if (plan->flaps > 0 && !upstream->module)
        BECAUSE(faults, "nginx itself cannot be told to take a server out without a reload (flap, "
                        "detect)");
    for (uint32_t i = 0; i < scenario->events; i++)
        if (scenario->event[i].kind == EVENT_FLAP && flaps_and_moves(scenario, &scenario->event[i]))
            BECAUSE(faults, "a server of flap '%s' also joins or leaves", scenario->event[i].name);
}

static bool has_limits(const struct scenario *scenario)
{
    for (uint32_t i = 0; i < scenario->servers; i++)
        if (scenario->server[i].max_conns > 0)
            return true;
    return false;
}

/* Weights and roles that cannot be written, and events that take their time. */
static void check_servers(const struct real_plan *plan, const struct balancer *balancer,
                          const struct real_upstream *upstream, struct faults *faults)
{
    const struct scenario *scenario = plan->scenario;
    bool backup = false, nothing = false, slow = false;
    for (uint32_t i = 0; i < scenario->servers; i++) {
        backup = backup || scenario->server[i].backup;
        slow = slow || scenario->server[i].slow_start_s > 0;
    }
    for (uint64_t i = 0; i < (uint64_t)plan->lists * plan->servers; i++)
        nothing = nothing || (plan->list[i].listed && plan->list[i].weight == 0);
    if (backup && !upstream->backups)
        BECAUSE(faults, "nginx takes no backup servers with this method");
    if (nothing && lb_algorithm_keyed(balancer->algorithm))
        BECAUSE(faults, "nginx has no weight 0, and a hash tells it from a server that is down");
    if (balancer->trait[TRAIT_WHEN_FULL] != FULL_REFUSE && has_limits(scenario))
        BECAUSE(faults, "nginx refuses whom no server can take (when_full: refuse)");
    if (upstream->module && has_limits(scenario) &&
        lb_algorithm_when_full(balancer->algorithm) != LB_TAKES_OTHER)
        BECAUSE(faults, "the module takes no max_conns with %s, whose connections wait for a place",
                lb_algorithm_name(balancer->algorithm));
    if (balancer->trait[TRAIT_SLOW_START] != SLOW_START_IGNORED && slow)
        BECAUSE(faults, "nginx has no slow start");
}

/* ---- Servers that die ---- */

static uint64_t over_ns(const struct world_event *event)
{
    uint64_t lasts_ns = event->kind == EVENT_FLAP ? event->for_ns : event->back_ns;
    return lasts_ns > SPAN_FOREVER - event->at_ns ? SPAN_FOREVER : event->at_ns + lasts_ns;
}

/* Whether the server has two ailments at once: which of them nginx heard of is not noted. */
static bool ails_twice(const struct scenario *scenario, const struct world_event *death)
{
    for (uint32_t i = 0; i < scenario->events; i++) {
        const struct world_event *other = &scenario->event[i];
        if (other != death && (other->kind == EVENT_FAIL || other->kind == EVENT_FLAP) &&
            other->server == death->server && other->at_ns <= over_ns(death) &&
            death->at_ns <= over_ns(other))
            return true;
    }
    return false;
}

/* Whole seconds from then to the end, begun ones included. */
static uint64_t left_s(const struct scenario *scenario, const struct world_event *event)
{
    return (scenario->duration_ns - event->at_ns + 999999999) / 1000000000;
}

/* Plays have their own time, so nobody's patience with the dead may end within the scenario. */
static bool is_tried_again(const struct scenario *scenario, const struct world_event *death)
{
    for (uint32_t i = 0; i < scenario->servers; i++)
        if (scenario->server[i].max_fails > 0 &&
            scenario->server[i].fail_timeout_s < left_s(scenario, death))
            return true;
    return false;
}

static void check_death(const struct scenario *scenario, const struct world_event *death,
                        const struct real_upstream *upstream, struct faults *faults)
{
    if (upstream->failures && is_tried_again(scenario, death))
        BECAUSE(faults,
                "a fail_timeout ends after '%s' and before the scenario does, and time is not "
                "played (fail_timeout: %" PRIu64 "s would do, or max_fails: 0)",
                death->name, left_s(scenario, death));
    if (ails_twice(scenario, death))
        BECAUSE(faults, "the server of '%s' fails or flaps twice at once", death->name);
    if (death->detect_ns != SPAN_FOREVER && flaps_and_moves(scenario, death))
        BECAUSE(faults, "a server whose failure '%s' is detected also joins or leaves",
                death->name);
}

/* What is wrong with the first is often wrong with all. */
static void check_deaths(const struct real_plan *plan, const struct balancer *balancer,
                         const struct real_upstream *upstream, struct faults *faults)
{
    const struct scenario *scenario = plan->scenario;
    size_t errors = faults->errors;
    if (plan->deaths > 0 && balancer->trait[TRAIT_REDISPATCH] != REDISPATCH_ELSEWHERE)
        BECAUSE(faults, "whom a dead server refuses nginx tries elsewhere (redispatch)");
    for (uint32_t i = 0; i < scenario->events && faults->errors == errors; i++)
        if (scenario->event[i].kind == EVENT_FAIL)
            check_death(scenario, &scenario->event[i], upstream, faults);
}

static void check_crashes(const struct real_plan *plan, const struct balancer *balancer,
                          const struct real_upstream *upstream, struct faults *faults)
{
    if (plan->crashes > 0 && upstream->module && balancer->reap_ns != 0)
        BECAUSE(faults, "what a dead worker counted, the module takes back at once");
}

/* A header's value is what is between its blanks. */
static bool fits_header(const char *key)
{
    size_t length = strlen(key);
    if (length == 0 || length > REAL_KEY_MAX || key[0] == ' ' || key[length - 1] == ' ')
        return false;
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)key[i] < 0x20 || key[i] == 0x7f)
            return false;
    return true;
}

static void check_keys(const struct real_plan *plan, const struct balancer *balancer,
                       const struct real_upstream *upstream, struct faults *faults)
{
    if (!lb_algorithm_keyed(balancer->algorithm))
        return;
    for (uint64_t i = 0; i < plan->opens; i++) {
        const char *key = plan->open[i].key;
        struct in_addr address;
        if (key == NULL || !fits_header(key))
            BECAUSE(faults, "a key does not fit into a header: '%s'", key == NULL ? "" : key);
        else if (upstream->by_address && inet_pton(AF_INET, key, &address) != 1)
            BECAUSE(faults, "a key is no IPv4 address: '%s'", key);
        else
            continue;
        return; /* one is enough */
    }
}

void real_plan_check(const struct real_plan *plan, const struct balancer *balancer,
                     const struct real_upstream *upstream, uint64_t descriptors,
                     struct faults *faults)
{
    check_size(plan, descriptors, faults);
    if (!upstream->told)
        return;
    check_flaps(plan, upstream, faults);
    check_servers(plan, balancer, upstream, faults);
    check_deaths(plan, balancer, upstream, faults);
    check_crashes(plan, balancer, upstream, faults);
    check_keys(plan, balancer, upstream, faults);
}

const char *real_plan_excuse(const struct real_plan *plan, const struct balancer *balancer,
                             const struct real_upstream *upstream)
{
    /* A key's server is the same for every worker, unless limits are counted. */
    bool by_key = lb_algorithm_keyed(balancer->algorithm) && !has_limits(plan->scenario);
    if (plan->draws > 0 && !upstream->predicted)
        return "its picks are random, and nginx draws numbers of its own";
    if (plan->workers > 1 && !upstream->shared && !by_key)
        return "each worker counts its own, and the kernel chooses the worker";
    if (plan->workers > 1 && plan->crashes > 0)
        return "the kernel chose which connections the worker that dies has";
    return NULL;
}
