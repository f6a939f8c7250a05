/* lb_shared.h: a region that processes or threads share, and a party to it, for tests.
 *
 * Servers are called s1, s2, ...; those of the list have the slots 0, 1, ... A party has a row and
 * a picker of its own, and holds connections. Its number is its row's owner and its lock's word. */
#ifndef TESTS_LB_SHARED_H
#define TESTS_LB_SHARED_H

#include "algorithms/contract/contract.h"
#include "algorithms/lb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

enum { SHARED_SERVERS = 5, SHARED_SLOTS = 8, SHARED_ROWS = 6, SHARED_SCOPES = 3, SHARED_HELD = 24 };

/* An algorithm with its words, in a mode. Whose members count failures locks for each release. */
struct way {
    const struct lb_algorithm *algorithm;
    uint64_t param[LB_PARAMS_MAX];
    enum lb_mode mode;
    bool counts_failures;
};

/* Calls `run` for every algorithm of the registry with all combinations of its words: with loads
 * added up, without failures and with, and with loads kept. Returns how many there are. */
static inline uint32_t shared_each_way(void (*run)(const struct way *, void *context),
                                       void *context)
{
    uint32_t ways = 0;
    for (uint32_t i = 0; lb_algorithm_at(i) != NULL; i++) {
        struct lb_picker_config config;
        lb_picker_defaults(lb_algorithm_at(i), &config);
        const struct lb_param *param = lb_algorithm_params(lb_algorithm_at(i));
        for (uint32_t p = 0; param[p].name != NULL; p++) /* numbers at their least: cheapest */
            if (param[p].words == NULL)
                config.param[p] = param[p].min;
        do
            for (uint32_t kind = 0; kind < 3; kind++, ways++) {
                struct way way = {lb_algorithm_at(i), {0}, kind < 2 ? LB_SUM : LB_KEPT, kind > 0};
                memcpy(way.param, config.param, sizeof way.param);
                if (run != NULL)
                    run(&way, context);
            }
        while (lb_contract_next_words(lb_algorithm_at(i), config.param));
    }
    return ways;
}

static inline void *shared_memory(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        abort();
    return memory;
}

static inline struct lb_shape shared_shape(const struct way *way)
{
    return (struct lb_shape){.slots = SHARED_SLOTS,
                             .rows = SHARED_ROWS,
                             .scopes = SHARED_SCOPES,
                             .mode = way->mode,
                             .memory = lb_algorithm_memory(way->algorithm, SHARED_SLOTS)};
}

static inline struct lb_region *shared_format(void *memory, const struct way *way)
{
    struct lb_shape shape = shared_shape(way);
    struct lb_region *region;
    if (lb_region_format(memory, lb_region_size(&shape), &shape, &region) != LB_OK)
        abort();
    return region;
}

struct party {
    struct lb_region *region;
    uint64_t self, state; /* the state of its own random numbers */
    uint32_t row, scope;
    struct lb_picker *picker;
    void *picker_memory;
    size_t picker_size;
    uint32_t held;
    struct lb_lease lease[SHARED_HELD];
};

static inline uint32_t party_below(struct party *party, uint32_t bound)
{
    party->state = party->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((party->state >> 33) * bound >> 31);
}

/* Somebody else gets the processor, and sooner than by sched_yield() on a busy machine. */
static inline void shared_pause(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 20000}, NULL);
}

static inline void shared_lock(struct lb_region *region, uint64_t self)
{
    for (uint32_t tries = 1; !lb_try_lock(region, self); tries++)
        if (tries % 1000 == 0)
            shared_pause();
}

/* Weights and failures, so that every part of a pick is passed through. */
static inline uint32_t shared_list(const struct way *way, const uint32_t *slot,
                                   struct lb_member *member)
{
    for (uint32_t i = 0; i < SHARED_SERVERS; i++)
        member[i] = (struct lb_member){.slot = slot[i],
                                       .weight = i % 2 + 1,
                                       .max_fails = way->counts_failures && i == 1 ? 2 : 0,
                                       .fail_timeout_s = 1,
                                       .id = i + 1};
    return SHARED_SERVERS;
}

static inline uint32_t party_slot(struct party *party, uint32_t server)
{
    char key[16];
    int length = snprintf(key, sizeof key, "s%u", server);
    return lb_row_slot(party->region, party->row, key, (size_t)length);
}

/* With the lock held. false: something was full, or refused. */
static inline bool party_enter(struct party *party, const struct way *way)
{
    struct lb_picker_config config;
    struct lb_member member[SHARED_SERVERS];
    uint32_t slot[SHARED_SERVERS];
    lb_picker_defaults(way->algorithm, &config);
    memcpy(config.param, way->param, sizeof config.param);
    config.members_max = SHARED_SERVERS;
    config.scope = party->scope =
        lb_scope_open(party->region, (struct lb_scope_key){0, 1, 0}, (uint64_t[]){5, 6});
    if (party->scope == LB_NONE)
        return false;
    party->row = lb_row_claim(party->region, party->self, config.scope);
    for (uint32_t i = 0; i < SHARED_SERVERS; i++)
        slot[i] = party_slot(party, i + 1);
    uint32_t members = shared_list(way, slot, member);
    return party->row != LB_NONE &&
           lb_picker_init(party->picker_memory, party->picker_size, party->region, &config, member,
                          members, &party->picker) == LB_OK;
}

/* Memory for a picker; party_leave() gives it back. */
static inline void party_prepare(struct party *party, struct lb_region *region, uint64_t self)
{
    struct lb_picker_config config = {.members_max = SHARED_SERVERS};
    *party = (struct party){.region = region, .self = self, .state = self};
    party->picker_size = lb_picker_size(region, &config);
    party->picker_memory = aligned_alloc(LB_ALIGN, party->picker_size);
    if (party->picker_memory == NULL)
        abort();
}

static inline void party_leave(struct party *party)
{
    free(party->picker_memory);
}

/* One more connection, by a request without a key or with one. With the lock held. */
static inline int party_pick(struct party *party)
{
    char key[8] = "10.1.1.1";
    key[3] = (char)('0' + party_below(party, 10));
    struct lb_request request = {.key = key, .key_length = sizeof key, .now_s = 3};
    uint32_t member;
    int status = lb_pick(party->picker, party->row, &request, &party->lease[party->held], &member);
    party->held += status >= 0;
    return status;
}

/* One less; a fifth of them failed. Locks where that is needed. */
static inline int party_release(struct party *party)
{
    bool locks = lb_release_locks(party->picker);
    struct lb_lease ending = party->lease[0];
    memmove(&party->lease[0], &party->lease[1], --party->held * sizeof *party->lease);
    if (locks)
        shared_lock(party->region, party->self);
    int status = locks && party_below(party, 5) == 0 ? lb_fail(party->picker, ending, 3)
                                                     : lb_release(party->picker, ending);
    if (locks)
        lb_unlock(party->region);
    return status;
}

/* A pick or a release, as it comes. */
static inline int party_act(struct party *party)
{
    bool picks = party->held == 0 || (party->held < SHARED_HELD && party_below(party, 2) == 0);
    if (!picks)
        return party_release(party);
    shared_lock(party->region, party->self);
    int status = party_pick(party);
    lb_unlock(party->region);
    return status;
}

/* What it holds on a slot. */
static inline uint32_t party_holds(const struct party *party, uint32_t slot)
{
    uint32_t held = 0;
    for (uint32_t i = 0; i < party->held; i++)
        held += party->lease[i].slot == slot;
    return held;
}

#endif
