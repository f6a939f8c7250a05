/* lb_stand.h: a region with one scope, one row and one picker, for tests of the library.
 *
 * Servers are numbered from 1 and called s1, s2, ...; server i has slot i - 1. */
#ifndef TESTS_LB_STAND_H
#define TESTS_LB_STAND_H

#include "algorithms/lb_author.h"
#include "tests/harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STAND_SERVERS = 40, STAND_LEASES = 4096 };

struct stand {
    void *memory, *picker_memory;
    size_t size, picker_size;
    struct lb_region *region;
    struct lb_picker_config config;
    struct lb_picker *picker;
    uint32_t row, members, leases;
    struct lb_member member[STAND_SERVERS];
    struct lb_lease lease[STAND_LEASES];
};

/* Memory as the library wants it; its content must not matter. free() it. */
static inline void *stand_memory(size_t size)
{
    void *memory = aligned_alloc(LB_ALIGN, (size / LB_ALIGN + 1) * LB_ALIGN);
    if (memory == NULL)
        abort();
    return memset(memory, 0x5A, size);
}

static inline uint32_t stand_slot(struct lb_region *region, uint32_t server)
{
    char key[16];
    int length = snprintf(key, sizeof key, "s%u", server);
    return lb_slot(region, key, (size_t)length);
}

/* The region, with all servers in it, and the picker's configuration. */
static inline void stand_open(struct stand *stand, const struct lb_algorithm *algorithm,
                              enum lb_mode mode)
{
    static const uint64_t draw_key[2] = {7, 11};
    struct lb_shape shape = {.slots = STAND_SERVERS, .rows = 8, .scopes = 4, .mode = mode};
    shape.memory = 64 * STAND_SERVERS + lb_algorithm_memory(algorithm, STAND_SERVERS);
    memset(stand, 0, sizeof *stand);
    stand->size = lb_region_size(&shape);
    stand->memory = stand_memory(stand->size);
    if (lb_region_format(stand->memory, stand->size, &shape, &stand->region) != LB_OK)
        abort();
    for (uint32_t server = 1; server <= STAND_SERVERS; server++)
        if (stand_slot(stand->region, server) != server - 1)
            abort();
    lb_picker_defaults(algorithm, &stand->config);
    stand->config.members_max = STAND_SERVERS;
    stand->config.scope = lb_scope_open(stand->region, (struct lb_scope_key){0, 0, 0}, draw_key);
    stand->row = lb_row_claim(stand->region, 1, stand->config.scope);
    stand->picker_size = lb_picker_size(stand->region, &stand->config);
    stand->picker_memory = stand_memory(stand->picker_size);
}

static inline void stand_close(struct stand *stand)
{
    free(stand->memory);
    free(stand->picker_memory);
}

/* Every parameter that has one of these words takes it; NULL: none. */
static inline void stand_say(struct stand *stand, const char *one, const char *two)
{
    const struct lb_param *param = lb_algorithm_params(stand->config.algorithm);
    for (uint32_t i = 0; param[i].name != NULL; i++)
        for (uint32_t w = 0; param[i].words != NULL && param[i].words[w] != NULL; w++)
            if ((one != NULL && strcmp(param[i].words[w], one) == 0) ||
                (two != NULL && strcmp(param[i].words[w], two) == 0))
                stand->config.param[i] = w;
}

/* Servers 1..members with these weights, into member[]. */
static inline void stand_weigh(struct stand *stand, const uint32_t *weight, uint32_t members)
{
    stand->members = members;
    for (uint32_t i = 0; i < members; i++)
        stand->member[i] = (struct lb_member){.slot = i, .weight = weight[i], .id = i + 1};
}

/* A new picker over member[]. */
static inline int stand_build(struct stand *stand)
{
    return lb_picker_init(stand->picker_memory, stand->picker_size, stand->region, &stand->config,
                          stand->member, stand->members, &stand->picker);
}

/* The server picked, its connection held; 0: refused. */
static inline uint32_t stand_try(struct stand *stand, uint64_t *tried)
{
    struct lb_request request = {.tried = tried};
    uint32_t member;
    if (lb_pick(stand->picker, stand->row, &request, &stand->lease[stand->leases], &member) < 0)
        return 0;
    return stand->lease[stand->leases++].slot + 1;
}

static inline uint32_t stand_pick(struct stand *stand)
{
    return stand_try(stand, NULL);
}

/* Ends the oldest connection held to this server. */
static inline int stand_release(struct stand *stand, uint32_t server)
{
    for (uint32_t i = 0; i < stand->leases; i++) {
        if (stand->lease[i].slot != server - 1)
            continue;
        struct lb_lease ending = stand->lease[i];
        stand->leases--;
        memmove(&stand->lease[i], &stand->lease[i + 1], (stand->leases - i) * sizeof *stand->lease);
        return lb_release(stand->picker, ending);
    }
    return LB_BAD_LEASE;
}

/* A stand of up to eight equal servers, built; stand_free() ends it. */
static inline struct stand *stand_new(const char *algorithm, enum lb_mode mode, uint32_t members)
{
    static const uint32_t equal[] = {1, 1, 1, 1, 1, 1, 1, 1};
    struct stand *stand = malloc(sizeof *stand);
    stand_open(stand, lb_algorithm_find(algorithm), mode);
    stand_weigh(stand, equal, members);
    CU_ASSERT_EQUAL(stand_build(stand), LB_OK);
    return stand;
}

static inline void stand_free(struct stand *stand)
{
    stand_close(stand);
    free(stand);
}

#endif
