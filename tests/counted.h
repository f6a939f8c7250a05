/* counted.h: a worker that builds picker after picker, all of them with one count table. */
#ifndef TESTS_COUNTED_H
#define TESTS_COUNTED_H

#include "tests/lb_stand.h"

enum { GENERATIONS = 4 };

/* One worker life: each picker it builds is a generation, over a scope and a row of its own. */
struct worker {
    struct stand stand;
    struct lb_counts *counts;
    void *table;
    const char *upstream;
    struct built {
        struct lb_picker *picker;
        uint32_t row;
        void *memory;
        int status;
    } built[GENERATIONS];
    uint32_t generation;
    struct lb_lease lease[1000];
    uint32_t by[1000], leases; /* by which generation */
    uint32_t quirks;           /* of what is built */
};

static inline size_t size_for(uint32_t keys)
{
    size_t size = 64;
    while (lb_counts_capacity(size) < keys)
        size++;
    return size;
}

/* keys 0: no table. */
static inline struct worker *hired(uint32_t keys)
{
    struct worker *worker = calloc(1, sizeof *worker);
    stand_open(&worker->stand, lb_algorithm_find("least_conn"), LB_SUM);
    stand_say(&worker->stand, "accumulated", "heap");
    worker->upstream = "u";
    if (keys == 0)
        return worker;
    worker->table = stand_memory(size_for(keys));
    CU_ASSERT_EQUAL(lb_counts_format(worker->table, size_for(keys), &worker->counts), LB_OK);
    return worker;
}

static inline void dismissed(struct worker *worker)
{
    for (uint32_t i = 0; i < GENERATIONS; i++)
        free(worker->built[i].memory);
    free(worker->table);
    stand_close(&worker->stand);
    free(worker);
}

/* A new generation over servers first..last, all of weight 1. */
static inline int build(struct worker *worker, uint32_t first, uint32_t last)
{
    static const uint64_t draw_key[2] = {0, 0};
    struct lb_picker_config config = worker->stand.config;
    struct lb_member member[STAND_SERVERS];
    struct built *built = &worker->built[worker->generation];
    for (uint32_t i = first; i <= last; i++)
        member[i - first] = (struct lb_member){.slot = i - 1, .weight = 1};
    struct lb_scope_key key = {1, 0, ++worker->generation};
    config.scope = lb_scope_open(worker->stand.region, key, draw_key);
    config.seeded = true;
    config.counts = worker->counts;
    config.upstream = worker->upstream;
    config.quirks = worker->quirks;
    built->row = lb_row_claim(worker->stand.region, 1, config.scope);
    built->memory = stand_memory(worker->stand.picker_size);
    built->status = lb_picker_init(built->memory, worker->stand.picker_size, worker->stand.region,
                                   &config, member, last - first + 1, &built->picker);
    return built->status;
}

/* Opens through the newest picker; counts[server] gets how many each took. */
static inline int open_many(struct worker *worker, uint32_t connections, uint32_t counts[])
{
    const struct built *built = &worker->built[worker->generation - 1];
    int status = LB_OK;
    for (uint32_t i = 0; i < connections; i++) {
        struct lb_request request = {0};
        uint32_t member;
        status =
            lb_pick(built->picker, built->row, &request, &worker->lease[worker->leases], &member);
        worker->by[worker->leases] = worker->generation - 1;
        counts[worker->lease[worker->leases++].slot + 1]++;
    }
    return status;
}

/* Opens one on this server through the newest picker: all others are tried. */
static inline int open_on(struct worker *worker, uint32_t server)
{
    const struct built *built = &worker->built[worker->generation - 1];
    uint64_t tried = ~((uint64_t)1 << (server - 1));
    struct lb_request request = {.tried = &tried};
    uint32_t member;
    worker->by[worker->leases] = worker->generation - 1;
    return lb_pick(built->picker, built->row, &request, &worker->lease[worker->leases++], &member);
}

static inline void close_all(struct worker *worker)
{
    while (worker->leases > 0) {
        worker->leases--;
        CU_ASSERT_EQUAL(lb_release(worker->built[worker->by[worker->leases]].picker,
                                   worker->lease[worker->leases]),
                        LB_OK);
    }
}

/* What the table says of a key: no such key is 9999. */
static inline int32_t said(const struct lb_counts *counts, const char *wanted)
{
    const char *key;
    int32_t count;
    for (uint32_t i = 0; lb_counts_at(counts, i, &key, &count); i++)
        if (strcmp(key, wanted) == 0)
            return count;
    return 9999;
}

static inline uint32_t keys_in(const struct lb_counts *counts)
{
    uint32_t keys = 0;
    const char *key;
    int32_t count;
    while (lb_counts_at(counts, keys, &key, &count))
        keys++;
    return keys;
}

#endif
