/* waiting.h: worlds in which opens wait for a place, and what was picked in them and when. */
#ifndef TESTS_WAITING_H
#define TESTS_WAITING_H

#include "algorithms/lb_author.h"
#include "tests/harness.h"
#include "tests/worlds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Everyone in turn, whether full or not, and nobody else will do. */
static inline size_t turn_memory(uint32_t slots)
{
    (void)slots;
    return sizeof(uint32_t);
}

static inline uint32_t turn_pick(struct lb_context *c)
{
    uint32_t *turn = c->memory;
    for (uint32_t i = 0; i < c->members; i++) {
        uint32_t member = (*turn)++ % c->members;
        if (lb_eligible(c, member))
            return member;
    }
    return LB_NONE;
}

static const struct lb_algorithm insisting = {
    .abi = LB_ABI,
    .name = "insisting",
    .memory = turn_memory,
    .when_full = LB_WAITS_FOR_IT,
    .pick = turn_pick,
};

/* Always the first, whether full or not; if it is, anybody will do, who has a place next. */
static inline uint32_t first_pick(struct lb_context *c)
{
    for (uint32_t i = 0; i < c->members; i++)
        if (lb_eligible(c, i))
            return i;
    return LB_NONE;
}

static const struct lb_algorithm shrugging = {
    .abi = LB_ABI,
    .name = "shrugging",
    .when_full = LB_WAITS_FOR_ANY,
    .pick = first_pick,
};

/* A stage whose opens wait, at servers of `places` each. algorithm: NULL: the preset's. */
static inline void queue_begin(struct stage *stage, const char *preset,
                               const struct lb_algorithm *algorithm, uint32_t servers,
                               uint32_t places, uint64_t duration_ns)
{
    stage_begin(stage, preset, servers, duration_ns);
    stage->balancer.trait[TRAIT_WHEN_FULL] = FULL_QUEUE;
    if (algorithm != NULL)
        stage->balancer.algorithm = algorithm;
    for (uint32_t i = 0; i < servers; i++)
        stage->server[i].max_conns = places;
}

/* What was picked: "0a0>1 10a1>-", for connection 0 of the first traffic, a, at 0 to s1, and its
 * second at 10 refused. */
struct picked {
    char text[STAGE_TEXT];
    size_t length;
};

static inline void note_pick(void *context, const struct world_pick *pick)
{
    struct picked *picked = context;
    int wanted =
        snprintf(picked->text + picked->length, sizeof picked->text - picked->length,
                 "%s%llu%c%llu>%c", picked->length > 0 ? " " : "", (unsigned long long)pick->at_ns,
                 (char)('a' + pick->traffic), (unsigned long long)pick->connection,
                 pick->server == NO_SERVER ? '-' : (char)('1' + pick->server));
    CU_ASSERT_FATAL(wanted > 0 && (size_t)wanted < sizeof picked->text - picked->length);
    picked->length += (size_t)wanted;
}

static inline void check_picks(struct stage *stage, const char *expected, int line)
{
    struct picked picked = {.length = 0};
    stage->config.on_pick = note_pick;
    stage->config.pick_context = &picked;
    stage_run(stage);
    CHECK_ROW(strcmp(picked.text, expected) == 0, "line %d: picks %s, expected %s", line,
              picked.text, expected);
    stage->config.on_pick = NULL; /* and once more, with nobody looking */
    stage_run(stage);
}
#define CHECK_PICKS(stage, expected) check_picks(stage, expected, __LINE__)

#define CHECK_QUEUED(stage, waited_, queued_)                                                      \
    CHECK_ROW((stage)->result->flow[0].waited == (waited_) &&                                      \
                  (stage)->result->flow[0].queued == (queued_),                                    \
              "%llu waited, %llu do at the end",                                                   \
              (unsigned long long)(stage)->result->flow[0].waited,                                 \
              (unsigned long long)(stage)->result->flow[0].queued)

#endif
