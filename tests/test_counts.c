/* test_counts.c: the count table of view `seeded`; pickers with it, without it, with it full. */
#include "tests/counted.h"
#include "tests/harness.h"

/* ---- The table itself ---- */

static void ten_mebibytes_hold_what_was_promised(void)
{
    enum { SERVERS = 1000, UPSTREAMS = 55, REST = 774 };
    const size_t size = (size_t)10 << 20;
    const struct lb_shape shape = {.slots = SERVERS, .rows = 1, .scopes = 1, .memory = 8 * SERVERS};
    struct lb_picker_config config;
    struct lb_region *region;
    struct lb_picker *picker;
    struct lb_member member[SERVERS];
    void *table = stand_memory(size), *memory = stand_memory(lb_region_size(&shape));
    CU_ASSERT_EQUAL(lb_counts_capacity(size), 55774);
    lb_picker_defaults(lb_algorithm_find("round_robin"), &config);
    CU_ASSERT_EQUAL_FATAL(lb_counts_format(table, size, &config.counts), LB_OK);
    CU_ASSERT_EQUAL_FATAL(lb_region_format(memory, lb_region_size(&shape), &shape, &region), LB_OK);
    for (uint32_t i = 0; i < SERVERS; i++)
        member[i] = (struct lb_member){.slot = stand_slot(region, i + 1), .weight = 1};
    config.members_max = SERVERS;
    config.seeded = true;
    size_t picker_size = lb_picker_size(region, &config);
    void *picker_memory = stand_memory(picker_size);
    for (uint32_t i = 0; i <= UPSTREAMS + 1; i++) {
        char upstream[16];
        snprintf(upstream, sizeof upstream, "upstream-%u", i);
        config.upstream = upstream;
        uint32_t members = i < UPSTREAMS ? SERVERS : i == UPSTREAMS ? REST : 1;
        int status =
            lb_picker_init(picker_memory, picker_size, region, &config, member, members, &picker);
        CHECK_ROW(status == (i <= UPSTREAMS ? LB_OK : LB_UNSEEDED), "%s: %s", upstream,
                  lb_status_text(status));
    }
    CU_ASSERT_EQUAL(keys_in(config.counts), 55774);
    free(picker_memory);
    free(memory);
    free(table);
}

static void small_memory_holds_little(void)
{
    CU_ASSERT_EQUAL(lb_counts_capacity(0), 0);
    CU_ASSERT_EQUAL(lb_counts_capacity(64), 0);
    for (size_t size = 64; size < 3000; size++) {
        uint32_t keys = lb_counts_capacity(size);
        CU_ASSERT(keys <= lb_counts_capacity(size + 1) && keys * 180 < size);
    }
}

static void attach_takes_the_table_as_it_was_left(void)
{
    struct worker *worker = hired(10);
    uint32_t took[STAND_SERVERS + 1] = {0};
    struct lb_counts *again = NULL;
    size_t size = size_for(10);
    unsigned char *bytes = worker->table;
    build(worker, 1, 2);
    open_many(worker, 3, took);
    CU_ASSERT_EQUAL(lb_counts_attach(bytes, size, &again), LB_OK);
    CU_ASSERT_EQUAL(said(again, "conn_count:u:s1") + said(again, "conn_count:u:s2"), 3);
    again = NULL;
    CU_ASSERT_EQUAL(lb_counts_attach(NULL, size, &again), LB_BAD_MEMORY);
    CU_ASSERT_EQUAL(lb_counts_attach(bytes, size_for(9), &again), LB_BAD_MEMORY);
    CU_ASSERT_EQUAL(lb_counts_attach(bytes + 8, size - 8, &again), LB_BAD_MEMORY);
    bytes[0] ^= 1;
    CU_ASSERT_EQUAL(lb_counts_attach(bytes, size, &again), LB_BAD_MEMORY);
    CU_ASSERT_EQUAL(lb_counts_format(bytes, 64, &again), LB_BAD_MEMORY);
    CU_ASSERT_EQUAL(lb_counts_format(bytes + 8, size - 8, &again), LB_BAD_MEMORY);
    CU_ASSERT_EQUAL(lb_counts_format(NULL, size, &again), LB_BAD_MEMORY);
    CU_ASSERT_PTR_NULL(again);
    dismissed(worker);
}

/* ---- Counting and cleaning ---- */

static void picks_and_releases_are_noted(void)
{
    struct worker *worker = hired(10);
    uint32_t took[STAND_SERVERS + 1] = {0};
    CU_ASSERT_EQUAL(build(worker, 1, 3), LB_OK);
    CU_ASSERT_EQUAL(keys_in(worker->counts), 3);
    CU_ASSERT_EQUAL(said(worker->counts, "conn_count:u:s2"), 0);
    open_many(worker, 6, took);
    for (uint32_t i = 1; i <= 3; i++)
        CU_ASSERT_EQUAL(took[i], 2);
    CU_ASSERT_EQUAL(said(worker->counts, "conn_count:u:s1"), 2);
    CU_ASSERT_EQUAL(said(worker->counts, "conn_count:u:s3"), 2);
    struct lb_lease lease = worker->lease[0];
    close_all(worker);
    CU_ASSERT_EQUAL(lb_release(worker->built[0].picker, lease), LB_BAD_LEASE);
    for (uint32_t i = 1; i <= 3; i++) { /* a refused release is not noted */
        char key[32];
        snprintf(key, sizeof key, "conn_count:u:s%u", i);
        CU_ASSERT_EQUAL(said(worker->counts, key), 0);
    }
    CU_ASSERT_EQUAL(keys_in(worker->counts), 3); /* a key at zero stays */
    dismissed(worker);
}

static void building_cleans_its_own_upstream_only(void)
{
    struct worker *worker = hired(20);
    uint32_t took[STAND_SERVERS + 1] = {0};
    worker->upstream = "u2"; /* begins like u */
    CU_ASSERT_EQUAL(build(worker, 1, 4), LB_OK);
    open_many(worker, 4, took);
    worker->upstream = "u";
    CU_ASSERT_EQUAL(build(worker, 1, 4), LB_OK);
    open_many(worker, 8, took);
    CU_ASSERT_EQUAL(keys_in(worker->counts), 8);
    CU_ASSERT_EQUAL(said(worker->counts, "conn_count:u:s1"), 2);
    CU_ASSERT_EQUAL(said(worker->counts, "conn_count:u2:s1"), 1);
    CU_ASSERT_EQUAL(build(worker, 2, 3), LB_OK);
    CU_ASSERT_EQUAL(keys_in(worker->counts), 6);
    CU_ASSERT_EQUAL(said(worker->counts, "conn_count:u:s1"), 9999);
    CU_ASSERT_EQUAL(said(worker->counts, "conn_count:u:s2"), 2);
    CU_ASSERT_EQUAL(said(worker->counts, "conn_count:u:s4"), 9999);
    for (uint32_t i = 1; i <= 4; i++) {
        char key[32];
        snprintf(key, sizeof key, "conn_count:u2:s%u", i);
        CU_ASSERT_EQUAL(said(worker->counts, key), 1);
    }
    dismissed(worker);
}

static void the_table_is_read_only_when_a_picker_is_built(void)
{
    struct worker *worker = hired(10);
    uint32_t took[STAND_SERVERS + 1] = {0};
    build(worker, 1, 2);
    open_many(worker, 10, took);
    build(worker, 1, 3);
    const struct lb_picker *newest = worker->built[1].picker;
    CU_ASSERT_EQUAL(lb_believed(newest, 0), 5);
    CU_ASSERT_EQUAL(lb_believed(newest, 2), 0);
    close_all(worker); /* by the elder picker: the newest never hears of it */
    CU_ASSERT_EQUAL(lb_believed(newest, 0), 5);
    CU_ASSERT_EQUAL(said(worker->counts, "conn_count:u:s1"), 0);
    build(worker, 1, 3);
    CU_ASSERT_EQUAL(lb_believed(worker->built[2].picker, 0), 0);
    dismissed(worker);
}

/* ---- Absent or full: as view `generation` ---- */

/* Opens and closes on three generations of lists; writes down who was picked. */
static uint32_t play(struct worker *worker, uint32_t picked[], int status[GENERATIONS])
{
    static const uint32_t last[] = {2, 4, 3};
    uint32_t took[STAND_SERVERS + 1] = {0}, picks = 0;
    for (uint32_t g = 0; g < 3; g++) {
        status[g] = build(worker, 1, last[g]);
        for (uint32_t i = 0; i < 30; i++) {
            CU_ASSERT_EQUAL(open_many(worker, 1, took), LB_OK);
            picked[picks++] = worker->lease[worker->leases - 1].slot;
        }
    }
    close_all(worker);
    return picks;
}

static void without_room_it_picks_as_view_generation(void)
{
    struct worker *absent = hired(0), *full = hired(1);
    uint32_t picked[2][100];
    int status[2][GENERATIONS];
    CU_ASSERT_EQUAL(play(absent, picked[0], status[0]), 90);
    CU_ASSERT_EQUAL(play(full, picked[1], status[1]), 90);
    CU_ASSERT_EQUAL(memcmp(picked[0], picked[1], 90 * sizeof **picked), 0);
    /* Heap of fresh scores: 1 2 2 1, 1 2 ...; after each rebuild all start from zero again. */
    static const uint32_t first[] = {0, 1, 1, 0, 0, 1, 1, 0};
    CU_ASSERT_EQUAL(memcmp(picked[0], first, sizeof first), 0);
    uint32_t of_the_second[4] = {0};
    for (uint32_t i = 30; i < 60; i++)
        of_the_second[picked[0][i]]++;
    for (uint32_t i = 0; i < 4; i++) /* 30 over 4 forgetful servers */
        CU_ASSERT(of_the_second[i] == 7 || of_the_second[i] == 8);
    for (uint32_t g = 0; g < 3; g++)
        CU_ASSERT(status[0][g] == LB_UNSEEDED && status[1][g] == LB_UNSEEDED);
    dismissed(absent);
    dismissed(full);
}

/* A key that was cleaned away must be made again by a pick, and there is no room for it. */
static void a_pick_that_finds_no_room_says_so(void)
{
    struct worker *worker = hired(2);
    uint32_t took[STAND_SERVERS + 1] = {0};
    CU_ASSERT_EQUAL(build(worker, 1, 2), LB_OK);
    struct built elder = worker->built[0];
    CU_ASSERT_EQUAL(build(worker, 1, 1), LB_OK);
    worker->upstream = "other";
    CU_ASSERT_EQUAL(build(worker, 1, 1), LB_OK);
    worker->built[2].picker =
        elder.picker; /* the elder picks again: s1, whose key is there, and s2 */
    worker->built[2].row = elder.row;
    CU_ASSERT_EQUAL(open_many(worker, 1, took), LB_OK);
    CU_ASSERT_EQUAL(open_many(worker, 1, took), LB_UNSEEDED);
    CU_ASSERT(took[1] == 1 && took[2] == 1);
    CU_ASSERT_EQUAL(lb_row_count(worker->stand.region, elder.row, 1), 1);
    CU_ASSERT_EQUAL(said(worker->counts, "conn_count:u:s2"), 9999);
    CU_ASSERT_EQUAL(lb_release(elder.picker, worker->lease[1]), LB_OK);
    dismissed(worker);
}

static const struct test tests[] = {
    {"ten mebibytes hold what was promised", ten_mebibytes_hold_what_was_promised},
    {"small memory holds little", small_memory_holds_little},
    {"attach takes the table as it was left", attach_takes_the_table_as_it_was_left},
    {"picks and releases are noted", picks_and_releases_are_noted},
    {"building cleans its own upstream only", building_cleans_its_own_upstream_only},
    {"the table is read only when a picker is built",
     the_table_is_read_only_when_a_picker_is_built},
    {"without room it picks as view generation", without_room_it_picks_as_view_generation},
    {"a pick that finds no room says so", a_pick_that_finds_no_room_says_so},
};
SUITE("test_counts", tests)
