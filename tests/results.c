/* results.c: results of runs that never ran. */
#include "tests/results.h"

#include "sim/engine/memory.h"
#include "tests/harness.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { SECOND_NS = 1000000000 };

static struct world_result *new_result(void)
{
    const size_t rows = HAND_TRAFFICS + 1;
    struct world_result *result = memory_zeroed(1, sizeof *result);
    result->servers = HAND_SERVERS;
    result->traffics = HAND_TRAFFICS;
    result->changes = HAND_CHANGES;
    result->tally = memory_zeroed(rows * HAND_SERVERS, sizeof *result->tally);
    result->flow = memory_zeroed(rows, sizeof *result->flow);
    result->measure = memory_zeroed(rows, sizeof *result->measure);
    result->change = memory_zeroed(HAND_CHANGES, sizeof *result->change);
    result->after = memory_zeroed(HAND_CHANGES * rows, sizeof *result->after);
    result->present_ns = memory_zeroed(HAND_SERVERS, sizeof *result->present_ns);
    result->weight = memory_zeroed(HAND_SERVERS, sizeof *result->weight);
    result->present = memory_zeroed(HAND_SERVERS, sizeof *result->present);
    for (uint32_t s = 0; s < HAND_SERVERS; s++) {
        result->weight[s] = 1;
        result->present[s] = true;
    }
    static const uint32_t event[HAND_CHANGES] = {0, 1, 1, 2};
    for (uint32_t c = 0; c < HAND_CHANGES; c++)
        result->change[c] = (struct world_change){.event = event[c],
                                                  .part = c == HAND_BACK ? PART_BACK : PART_SELF,
                                                  .adds = c == HAND_UP,
                                                  .measured = true,
                                                  .at_ns = (c + 1) * (uint64_t)SECOND_NS,
                                                  .until_ns = (c + 2) * (uint64_t)SECOND_NS};
    return result;
}

void hand_begin(struct hand *hand, uint32_t balancers, uint64_t replications)
{
    static const char *const servers[] = {"s1", "s2", "s3"}, *const traffics[] = {"a", "b"},
                             *const events[] = {"up", "flap", "#3"},
                             *const names[] = {"one", "two", "three,four"};
    *hand = (struct hand){
        .scenario = {.name = "hand",
                     .servers = HAND_SERVERS,
                     .traffics = HAND_TRAFFICS,
                     .events = HAND_EVENTS,
                     .balancers = balancers},
        .experiment = {.replications = replications, .trials = balancers * replications}};
    for (int i = 0; i < HAND_SERVERS; i++)
        hand->server[i].name = servers[i];
    for (int i = 0; i < HAND_TRAFFICS; i++)
        hand->traffic[i].name = traffics[i];
    for (int i = 0; i < HAND_EVENTS; i++)
        hand->event[i].name = events[i];
    for (int i = 0; i < HAND_BALANCERS; i++) {
        snprintf(hand->name[i], sizeof hand->name[i], "%s", names[i]);
        hand->balancer[i].name = hand->name[i];
    }
    hand->scenario.server = hand->server;
    hand->scenario.traffic = hand->traffic;
    hand->scenario.event = hand->event;
    hand->scenario.balancer = hand->balancer;
    hand->experiment.scenario = &hand->scenario;
    hand->experiment.trial = memory_zeroed(hand->experiment.trials, sizeof(struct trial));
    for (uint64_t i = 0; i < hand->experiment.trials; i++)
        hand->experiment.trial[i] = (struct trial){.balancer = (uint32_t)(i / replications),
                                                   .replication = i % replications,
                                                   .result = new_result()};
}

struct world_result *hand_result(struct hand *hand, uint32_t balancer, uint64_t replication)
{
    return hand->experiment.trial[balancer * hand->experiment.replications + replication].result;
}

struct world_after *hand_after(struct world_result *result, uint32_t change, uint32_t row)
{
    return &result->after[change * (result->traffics + 1) + row];
}

void hand_end(struct hand *hand)
{
    for (uint64_t i = 0; i < hand->experiment.trials; i++)
        world_result_free(hand->experiment.trial[i].result);
    free(hand->experiment.trial);
    free(hand->experiment.sample_ns);
}

/* ---- Checks ---- */

struct value value_of(const struct world_result *result, const char *name, uint32_t row,
                      uint32_t change)
{
    const struct metric *metric = metric_find(name);
    CHECK_ROW(metric != NULL, "there is no metric '%s'", name);
    return metric == NULL ? (struct value){.empty = true}
                          : metric_value(metric, result, row, change);
}

/* NAN: there is to be none. */
void check_value(const struct world_result *result, const char *name, uint32_t row, uint32_t change,
                 double expected)
{
    struct value value = value_of(result, name, row, change);
    if (isnan(expected))
        CHECK_ROW(value.empty, "%s is %g, expected none", name, value.number);
    else
        CHECK_ROW(!value.empty && fabs(value.number - expected) <= 1e-9,
                  "%s is %s%.12g, expected %.12g", name, value.empty ? "empty, not " : "",
                  value.number, expected);
}
