/* balancer_checks.c: whether a balancer makes sense, in itself and in its scenario. */
#include "sim/scenario/load.h"

#include <string.h>

static void check_self(struct faults *faults, struct place place, const struct balancer *balancer)
{
    const char *name = balancer->name;
    if (balancer->trait[TRAIT_ANSWER] != ANSWER_LIST && !balancer->view->per_request)
        faults_add(faults, place,
                   "'%s': an answer for each request needs the view `request`, not `%s`", name,
                   balancer->view->name);
    bool heap = false;
    const struct lb_param *param = lb_algorithm_params(balancer->algorithm);
    for (uint32_t i = 0; param[i].name != NULL; i++)
        heap = heap ||
               (param[i].words != NULL && strcmp(param[i].words[balancer->param[i]], "heap") == 0);
    if (balancer->trait[TRAIT_WEIGHT_ZERO] == ZERO_LAST && !heap)
        faults_add(faults, place, "'%s': weight 0 as a last resort needs `ties: heap`", name);
    if (balancer->trait[TRAIT_WHEN_FULL] == FULL_QUEUE &&
        balancer->trait[TRAIT_FAILURES] == FAILURES_COUNTED)
        faults_add(faults, place,
                   "'%s': who waits in a queue asks nobody about failures, so not both", name);
}

static void check_weights(const struct scenario *scenario, struct faults *faults,
                          struct place place, const struct balancer *balancer)
{
    if (balancer->trait[TRAIT_WEIGHT_ZERO] != ZERO_REFUSED)
        return;
    for (uint32_t i = 0; i < scenario->servers; i++)
        if (scenario->server[i].weight == 0) {
            faults_add(faults, place, "'%s' refuses weight 0, which server '%s' has",
                       balancer->name, scenario->server[i].name);
            return;
        }
    for (uint32_t e = 0; e < scenario->events; e++) {
        const struct world_event *event = &scenario->event[e];
        for (uint32_t i = 0; i < event->adds + event->weights; i++) {
            const struct world_weight *to =
                i < event->adds ? &event->add[i] : &event->weight[i - event->adds];
            if (to->weight == 0) {
                faults_add(faults, place, "'%s' refuses weight 0, which event %s gives '%s'",
                           balancer->name, event->name, scenario->server[to->server].name);
                return;
            }
        }
    }
}

static void check_workers(const struct scenario *scenario, struct faults *faults,
                          struct place place, const struct balancer *balancer)
{
    uint32_t workers = balancer->workers > 0 ? balancer->workers : scenario->workers;
    if (balancer->workers > 0 && scenario->shares > 0 && scenario->shares != workers)
        faults_add(faults, place,
                   "an `accept` list must fit its workers: %u share%s, but '%s' has %u worker%s",
                   scenario->shares, scenario->shares == 1 ? "" : "s", balancer->name, workers,
                   workers == 1 ? "" : "s");
    if (balancer->workers > 0 && scenario->instances * workers > WORKERS_MAX)
        faults_add(faults, place, "'%s' has %u workers in each of %u instances; %d in all at most",
                   balancer->name, workers, scenario->instances, WORKERS_MAX);
    for (uint32_t e = 0; e < scenario->events; e++) {
        const struct world_event *event = &scenario->event[e];
        if (event->kind == EVENT_CRASH && event->worker >= workers)
            faults_add(faults, place, "'%s' has %u worker%s, so worker %u cannot crash (event %s)",
                       balancer->name, workers, workers == 1 ? "" : "s", event->worker,
                       event->name);
    }
}

static void check_in(const struct scenario *scenario, struct faults *faults, struct place place,
                     const struct balancer *balancer)
{
    check_self(faults, place, balancer);
    check_weights(scenario, faults, place, balancer);
    check_workers(scenario, faults, place, balancer);
    for (const struct balancer *other = scenario->balancer; other < balancer; other++)
        if (strcmp(other->name, balancer->name) == 0)
            faults_add(faults, place,
                       "two balancers are called '%s'; give one a name: {name: ..., preset: ...}",
                       balancer->name);
}

void check_balancer(struct loader *loader, const struct balancer *balancer)
{
    check_in(loader->scenario, loader->faults, balancer->place, balancer);
}

bool scenario_check_balancers(const struct scenario *scenario, struct faults *faults)
{
    for (uint32_t i = 0; i < scenario->balancers; i++)
        check_in(scenario, faults, (struct place){0}, &scenario->balancer[i]);
    return faults->errors == 0;
}
