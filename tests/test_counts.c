/* test_counts.c: the count table of view `seeded`; pickers with it, without it, with it full. */
#include "tests/harness.h"
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

static size_t size_for(uint32_t keys)
{
    size_t size = 64;
    while (lb_counts_capacity(size) < keys)
        size++;
    return size;
}

/* keys 0: no table. */
static struct worker *hired(uint32_t keys)
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

static void dismissed(struct worker *worker)
{
    for (uint32_t i = 0; i < GENERATIONS; i++)
        free(worker->built[i].memory);
    free(worker->table);
    stand_close(&worker->stand);
    free(worker);
}

/* A new generation over servers first..last, all of weight 1. */
static int build(struct worker *worker, uint32_t first, uint32_t last)
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
static int open_many(struct worker *worker, uint32_t connections, uint32_t counts[])
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
static int open_on(struct worker *worker, uint32_t server)
{
    const struct built *built = &worker->built[worker->generation - 1];
    uint64_t tried = ~((uint64_t)1 << (server - 1));
    struct lb_request request = {.tried = &tried};
    uint32_t member;
    worker->by[worker->leases] = worker->generation - 1;
    return lb_pick(built->picker, built->row, &request, &worker->lease[worker->leases++], &member);
}

static void close_all(struct worker *worker)
{
    while (worker->leases > 0) {
        worker->leases--;
        CU_ASSERT_EQUAL(lb_release(worker->built[worker->by[worker->leases]].picker,
                                   worker->lease[worker->leases]),
                        LB_OK);
    }
}

/* What the table says of a key: no such key is 9999. */
static int32_t said(const struct lb_counts *counts, const char *wanted)
{
    const char *key;
    int32_t count;
    for (uint32_t i = 0; lb_counts_at(counts, i, &key, &count); i++)
        if (strcmp(key, wanted) == 0)
            return count;
    return 9999;
}

static uint32_t keys_in(const struct lb_counts *counts)
{
    uint32_t keys = 0;
    const char *key;
    int32_t count;
    while (lb_counts_at(counts, keys, &key, &count))
        keys++;
    return keys;
}

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

/* ---- Later heads of the same design ---- */

/* 7 and 3 on s1 and s2: their average is 5, and 4/5 of that 4. s3 holds nothing, s4 less than
 * nothing; who holds one is left alone. Nobody ever closes what was guessed. */
static void newcomers_are_guessed(void)
{
    static const int32_t before[] = {7, 3, 0, -2}, after[] = {7, 3, 4, 4};
    struct worker *worker = hired(10);
    build(worker, 1, 4);
    for (uint32_t i = 0; i < 4; i++) {
        struct lb_lease lease = {.slot = i, .row = worker->built[0].row};
        for (int32_t n = 0; n < before[i]; n++)
            CU_ASSERT_EQUAL(open_on(worker, i + 1), LB_OK);
        for (int32_t n = 0; n > before[i]; n--)
            CU_ASSERT_EQUAL(lb_release_again(worker->built[0].picker, lease), LB_OK);
    }
    worker->quirks = LB_COUNTS_GUESSED;
    CU_ASSERT_EQUAL(build(worker, 1, 4), LB_OK);
    for (uint32_t i = 0; i < 4; i++) {
        char server[8];
        snprintf(server, sizeof server, "s%u", i + 1);
        CU_ASSERT_EQUAL(lb_counts_read(worker->counts, "u", server), after[i]);
        CU_ASSERT_EQUAL(lb_believed(worker->built[1].picker, i), after[i]);
    }
    CU_ASSERT_EQUAL(lb_counts_read(worker->counts, "u", "s5"), 0);
    close_all(worker);
    CU_ASSERT_EQUAL(lb_counts_read(worker->counts, "u", "s1"), 0);
    CU_ASSERT_EQUAL(lb_counts_read(worker->counts, "u", "s3"), 4);
    dismissed(worker);
}

/* Where nobody holds anything there is nothing to guess from; 4/5 of 1 is none. */
static void nothing_is_guessed_from_nothing(void)
{
    struct worker *worker = hired(10);
    worker->quirks = LB_COUNTS_GUESSED;
    build(worker, 1, 3);
    CU_ASSERT_EQUAL(lb_counts_read(worker->counts, "u", "s2"), 0);
    CU_ASSERT_EQUAL(open_on(worker, 1), LB_OK);
    build(worker, 1, 3);
    CU_ASSERT_EQUAL(lb_counts_read(worker->counts, "u", "s2"), 0);
    dismissed(worker);
}

/* s3 leaves and returns. Cleaned, it is forgotten; kept, it is not; nor are its closes. */
static void counts_of_the_departed_are_kept(void)
{
    struct worker *worker = hired(10);
    uint32_t took[STAND_SERVERS + 1] = {0};
    worker->quirks = LB_COUNTS_KEPT;
    build(worker, 1, 3);
    open_many(worker, 9, took);
    build(worker, 1, 2);
    CU_ASSERT_EQUAL(said(worker->counts, "conn_count:u:s3"), 3);
    close_all(worker);
    CU_ASSERT_EQUAL(said(worker->counts, "conn_count:u:s3"), 0);
    dismissed(worker);
}

/* Another picker's connections are seen of a server that this one picks or releases, and of no
 * other. */
static void the_table_is_followed(void)
{
    struct worker *worker = hired(10);
    worker->quirks = LB_COUNTS_KEPT | LB_COUNTS_FOLLOWED;
    build(worker, 1, 2);
    build(worker, 1, 2);
    struct lb_picker *elder = worker->built[0].picker;
    for (int i = 0; i < 3; i++) {
        CU_ASSERT_EQUAL(open_on(worker, 1), LB_OK);
        CU_ASSERT_EQUAL(open_on(worker, 2), LB_OK);
    }
    struct lb_request request = {0};
    struct lb_lease lease;
    uint32_t member;
    CU_ASSERT(lb_believed(elder, 0) == 0 && lb_believed(elder, 1) == 0);
    CU_ASSERT_EQUAL(lb_pick(elder, worker->built[0].row, &request, &lease, &member), LB_OK);
    CU_ASSERT_EQUAL(member, 0);
    CU_ASSERT(lb_believed(elder, 0) == 4 && lb_believed(elder, 1) == 0);
    close_all(worker); /* through the younger */
    CU_ASSERT(lb_believed(elder, 0) == 4 && lb_believed(elder, 1) == 0);
    CU_ASSERT_EQUAL(lb_release(elder, lease), LB_OK);
    CU_ASSERT(lb_believed(elder, 0) == 0 && lb_believed(elder, 1) == 0);
    CU_ASSERT_EQUAL(lb_region_check(worker->stand.region), LB_OK);
    dismissed(worker);
}

/* The table hears of the second release, and who follows it believes it; the row does not. */
static void a_second_release_reaches_the_table(void)
{
    for (uint32_t follows = 0; follows < 2; follows++) {
        struct worker *worker = hired(10);
        worker->quirks = follows ? LB_COUNTS_KEPT | LB_COUNTS_FOLLOWED : 0;
        build(worker, 1, 2);
        struct built *built = &worker->built[0];
        CU_ASSERT_EQUAL(open_on(worker, 2), LB_OK);
        struct lb_lease lease = worker->lease[0];
        CU_ASSERT_EQUAL(lb_release(built->picker, lease), LB_OK);
        worker->leases = 0;
        CU_ASSERT_EQUAL(lb_release(built->picker, lease), LB_BAD_LEASE);
        CU_ASSERT_EQUAL(lb_counts_read(worker->counts, "u", "s2"), 0);
        CU_ASSERT_EQUAL(lb_release_again(built->picker, lease), LB_OK);
        CU_ASSERT_EQUAL(lb_counts_read(worker->counts, "u", "s2"), -1);
        CU_ASSERT_EQUAL(lb_row_count(worker->stand.region, built->row, 1), 0);
        CU_ASSERT_EQUAL(lb_believed(built->picker, 1), follows ? -1 : 0);
        lease.row = LB_NONE;
        CU_ASSERT_EQUAL(lb_release_again(built->picker, lease), LB_OK);
        CU_ASSERT_EQUAL(lb_counts_read(worker->counts, "u", "s2"), -1);
        lease.row = 1000;
        CU_ASSERT_EQUAL(lb_release_again(built->picker, lease), LB_BAD_LEASE);
        CU_ASSERT_EQUAL(lb_region_check(worker->stand.region), LB_OK);
        dismissed(worker);
    }
}

/* Released oftener than picked, a server's lagging score stops at 0; not so when it is built. */
static void a_score_below_zero_is_none(void)
{
    struct worker *worker = hired(10);
    double score = 9;
    stand_say(&worker->stand, "lagging", "heap");
    worker->quirks = LB_COUNTS_KEPT | LB_COUNTS_FOLLOWED;
    build(worker, 1, 2);
    struct lb_lease lease = {.slot = 1, .row = worker->built[0].row};
    for (int i = 0; i < 3; i++) {
        CU_ASSERT_EQUAL(lb_release_again(worker->built[0].picker, lease), LB_OK);
        CU_ASSERT(lb_score(worker->built[0].picker, 1, &score) && score == 0);
    }
    build(worker, 1, 2);
    CU_ASSERT(lb_score(worker->built[1].picker, 1, &score) && score == -2);
    dismissed(worker);
}

/* Two pickers of one generation: each reads the table as it is then; the later reading holds. */
static void reading_twice_does_not_add_up(void)
{
    for (int mode = LB_SUM; mode <= LB_KEPT; mode++) {
        struct stand stand;
        struct lb_request request = {0};
        struct lb_lease lease;
        uint32_t member;
        stand_open(&stand, lb_algorithm_find("round_robin"), (enum lb_mode)mode);
        stand_weigh(&stand, (const uint32_t[]){1, 1}, 2);
        void *table = stand_memory(size_for(4));
        lb_counts_format(table, size_for(4), &stand.config.counts);
        stand.config.seeded = true;
        stand.config.upstream = "u";
        CU_ASSERT_EQUAL(stand_build(&stand), LB_OK);
        for (int i = 0; i < 4; i++)
            CU_ASSERT_EQUAL(lb_pick(stand.picker, stand.row, &request, &lease, &member), LB_OK);
        for (int i = 0; i < 2; i++) { /* the row's own two, and the table's two */
            CU_ASSERT_EQUAL(stand_build(&stand), LB_OK);
            CU_ASSERT_EQUAL(lb_believed(stand.picker, 0), 4);
            CU_ASSERT_EQUAL(lb_region_check(stand.region), LB_OK);
        }
        free(table);
        stand_close(&stand);
    }
}

/* ---- The real defects, as they were measured on the real thing ---- */

/* 2 servers hold, a third joins, the old close, and all that is new goes to the third. */
static void drift_sends_everything_to_the_newcomer(void)
{
    struct worker *worker = hired(10);
    uint32_t took[STAND_SERVERS + 1] = {0}, took_now[STAND_SERVERS + 1] = {0};
    build(worker, 1, 2);
    open_many(worker, 200, took);
    CU_ASSERT(took[1] == 100 && took[2] == 100);
    build(worker, 1, 3);
    close_all(worker);
    open_many(worker, 90, took_now);
    CU_ASSERT(took_now[1] == 0 && took_now[2] == 0 && took_now[3] == 90);
    dismissed(worker);
}

/* A server leaves, its connections close, and its count comes back below zero: 0 0 300 in the
 * fact's figures, 0 0 30 here, and the table ends at 0 0 0. */
static void a_count_made_again_is_below_zero(void)
{
    struct worker *worker = hired(10);
    uint32_t took[STAND_SERVERS + 1] = {0}, took_now[STAND_SERVERS + 1] = {0};
    build(worker, 1, 3);
    open_many(worker, 90, took);
    build(worker, 1, 2);
    CU_ASSERT_EQUAL(said(worker->counts, "conn_count:u:s3"), 9999);
    close_all(worker);
    CU_ASSERT_EQUAL(said(worker->counts, "conn_count:u:s3"), -30);
    build(worker, 1, 3);
    CU_ASSERT_EQUAL(lb_believed(worker->built[2].picker, 2), -30);
    open_many(worker, 30, took_now);
    CU_ASSERT(took_now[1] == 0 && took_now[2] == 0 && took_now[3] == 30);
    CU_ASSERT_EQUAL(said(worker->counts, "conn_count:u:s1"), 0);
    CU_ASSERT_EQUAL(said(worker->counts, "conn_count:u:s2"), 0);
    CU_ASSERT_EQUAL(said(worker->counts, "conn_count:u:s3"), 0);
    dismissed(worker);
}

static void a_crash_corrects_nothing(void)
{
    struct worker *worker = hired(10);
    uint32_t took[STAND_SERVERS + 1] = {0};
    build(worker, 1, 3);
    open_many(worker, 30, took);
    CU_ASSERT_EQUAL(lb_row_drop(worker->stand.region, worker->built[0].row), 30);
    CU_ASSERT_EQUAL(said(worker->counts, "conn_count:u:s2"), 10);
    build(worker, 1, 3);
    CU_ASSERT_EQUAL(lb_believed(worker->built[1].picker, 1), 10);
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
    {"newcomers are guessed", newcomers_are_guessed},
    {"nothing is guessed from nothing", nothing_is_guessed_from_nothing},
    {"counts of the departed are kept", counts_of_the_departed_are_kept},
    {"the table is followed", the_table_is_followed},
    {"a second release reaches the table", a_second_release_reaches_the_table},
    {"a score below zero is none", a_score_below_zero_is_none},
    {"reading twice does not add up", reading_twice_does_not_add_up},
    {"drift sends everything to the newcomer", drift_sends_everything_to_the_newcomer},
    {"a count made again is below zero", a_count_made_again_is_below_zero},
    {"a crash corrects nothing", a_crash_corrects_nothing},
    {"without room it picks as view generation", without_room_it_picks_as_view_generation},
    {"a pick that finds no room says so", a_pick_that_finds_no_room_says_so},
};
SUITE("test_counts", tests)
