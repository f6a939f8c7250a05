/* test_recover.c: regions that others left: slots and scopes that are used again, algorithms that
 * begin anew after a death, and memory that was written over. */
#include "tests/harness.h"
#include "tests/lb_stand.h"

static const uint64_t draw_key[2] = {1, 2};

/* ---- Slots come back ---- */

static struct lb_region *small_region(void **memory, uint32_t slots, enum lb_mode mode)
{
    const struct lb_shape shape = {
        .slots = slots, .rows = 3, .scopes = 2, .mode = mode, .memory = 64 * slots};
    struct lb_region *region = NULL;
    size_t size = lb_region_size(&shape);
    *memory = stand_memory(size);
    CU_ASSERT_EQUAL_FATAL(lb_region_format(*memory, size, &shape, &region), LB_OK);
    CU_ASSERT_EQUAL(lb_scope_open(region, (struct lb_scope_key){0, 0, 0}, draw_key), 0);
    return region;
}

static void a_slot_lives_as_long_as_a_row_that_asked_for_it(void)
{
    void *memory;
    struct lb_region *region = small_region(&memory, 3, LB_SUM);
    uint32_t one = lb_row_claim(region, 1, 0), two = lb_row_claim(region, 2, 0);
    CU_ASSERT_EQUAL(lb_row_slot(region, one, "a", 1), 0);
    CU_ASSERT_EQUAL(lb_row_slot(region, two, "a", 1), 0);
    CU_ASSERT_EQUAL(lb_row_slot(region, one, "b", 1), 1);
    CU_ASSERT_EQUAL(lb_slot(region, "c", 1), 2);
    CU_ASSERT_EQUAL(lb_row_slot(region, two, "d", 1), LB_NONE);
    CU_ASSERT_EQUAL(lb_slot(region, "d", 1), LB_NONE);
    lb_row_drop(region, one);                                   /* "b" was its alone */
    CU_ASSERT_EQUAL(lb_row_slot(region, one, "e", 1), LB_NONE); /* no such row */
    CU_ASSERT_EQUAL(lb_row_slot(region, LB_NONE, "e", 1), LB_NONE);
    CU_ASSERT_EQUAL(lb_row_slot(region, two, "d", 1), 1);
    CU_ASSERT_STRING_EQUAL(lb_slot_key(region, 1), "d");
    CU_ASSERT_EQUAL(lb_row_slot(region, two, "b", 1), LB_NONE);
    CU_ASSERT(lb_row_slot_done(region, two, 0));
    CU_ASSERT_EQUAL(lb_row_slot(region, two, "b", 1), 0);
    CU_ASSERT_EQUAL(lb_row_slot(region, two, "c", 1), 2);
    lb_row_drop(region, two);
    one = lb_row_claim(region, 1, 0);
    CU_ASSERT_EQUAL(lb_row_slot(region, one, "d", 1), 1); /* while nobody needs it, it is kept */
    CU_ASSERT_EQUAL(lb_row_slot(region, one, "x", 1), 0);
    CU_ASSERT_EQUAL(lb_row_slot(region, one, "y", 1), LB_NONE); /* "c" is for ever */
    CU_ASSERT_EQUAL(lb_region_check(region), LB_OK);
    free(memory);
}

/* Thousands of servers come and go through a region of a hundred slots: 100 + 1 are never there at
 * once, and each finds its own slot as long as it is there. */
static void servers_may_come_and_go_for_ever(void)
{
    enum { SLOTS = 100, SERVERS = 3000, LIFE = 97 };
    void *memory;
    struct lb_region *region = small_region(&memory, SLOTS, LB_SUM);
    uint32_t row = lb_row_claim(region, 1, 0), slot[SERVERS], wrong = 0;
    for (uint32_t i = 0; i < SERVERS; i++) {
        char key[16];
        int length = snprintf(key, sizeof key, "10.0.%u", i);
        slot[i] = lb_row_slot(region, row, key, (size_t)length);
        wrong += slot[i] >= SLOTS;
        for (uint32_t k = i > LIFE ? i - LIFE : 0; k < i; k++)
            wrong += slot[k] == slot[i];
        if (i >= LIFE)
            wrong += !lb_row_slot_done(region, row, slot[i - LIFE]);
        if (i % 100 == 0)
            wrong += lb_region_check(region) != LB_OK;
    }
    CU_ASSERT_EQUAL(wrong, 0);
    free(memory);
}

static void a_slot_that_is_counted_on_stays(void)
{
    struct stand *stand = stand_new("round_robin", LB_SUM, 1);
    uint32_t row = lb_row_claim(stand->region, 2, stand->config.scope);
    stand->row = row;
    CU_ASSERT_EQUAL(lb_row_slot(stand->region, row, "s1", 2), 0);
    CU_ASSERT_EQUAL(stand_pick(stand), 1);
    CU_ASSERT(!lb_row_slot_done(stand->region, row, 0));
    CU_ASSERT_EQUAL(stand_release(stand, 1), LB_OK);
    CU_ASSERT(lb_row_slot_done(stand->region, row, 0));
    stand_free(stand);
}

/* One that has a dead server's slot is a server of its own: it is up, holds nothing, and comes to
 * the algorithm as new. Round robin, 5 and 1 of weight: 1 1 1 2 1 1, and credits are left. */
static void who_gets_a_slot_has_nothing_of_its_last_server(void)
{
    for (int mode = LB_SUM; mode <= LB_KEPT; mode++) {
        void *memory, *picker_memory;
        struct lb_region *region = small_region(&memory, 2, (enum lb_mode)mode);
        struct lb_picker_config config;
        struct lb_picker *picker;
        struct lb_lease lease;
        struct lb_request request = {0};
        uint32_t row = lb_row_claim(region, 1, 0), place;
        struct lb_member member[2] = {{.slot = lb_row_slot(region, row, "a", 1), .weight = 5},
                                      {.slot = lb_row_slot(region, row, "b", 1), .weight = 1}};
        lb_picker_defaults(lb_algorithm_find("round_robin"), &config);
        config.members_max = 2;
        size_t size = lb_picker_size(region, &config);
        picker_memory = stand_memory(size);
        CU_ASSERT_EQUAL(lb_picker_init(picker_memory, size, region, &config, member, 2, &picker),
                        LB_OK);
        for (uint32_t i = 0; i < 3; i++)
            CU_ASSERT_EQUAL(lb_pick(picker, row, &request, &lease, &place), LB_OK);
        lb_slot_set_down(region, 1, true);
        CU_ASSERT_EQUAL(lb_row_drop(region, row), 3); /* all are gone, and nobody built since */
        row = lb_row_claim(region, 2, 0);
        CU_ASSERT_EQUAL(lb_row_slot(region, row, "c", 1), 0);
        CU_ASSERT_EQUAL(lb_row_slot(region, row, "d", 1), 1);
        CU_ASSERT_EQUAL(lb_picker_init(picker_memory, size, region, &config, member, 2, &picker),
                        LB_OK);
        CU_ASSERT(lb_believed(picker, 0) == 0 && lb_believed(picker, 1) == 0);
        for (uint32_t i = 0; i < 6; i++) {
            CU_ASSERT_EQUAL(lb_pick(picker, row, &request, &lease, &place), LB_OK);
            CU_ASSERT_EQUAL(place, i == 3); /* 1 1 1 2 1 1 */
        }
        CU_ASSERT_EQUAL(lb_region_check(region), LB_OK);
        free(picker_memory);
        free(memory);
    }
}

static void a_list_with_a_slot_without_a_key_is_refused(void)
{
    struct stand *stand = stand_new("round_robin", LB_SUM, 2);
    stand->member[1].slot = STAND_SERVERS;
    CU_ASSERT_EQUAL(stand_build(stand), LB_BAD_CONFIG);
    stand_free(stand);
}

/* ---- Scopes come back ---- */

static void scopes_of_the_dead_and_of_elders_can_be_closed(void)
{
    struct stand *stand = stand_new("round_robin", LB_SUM, 2);
    struct lb_region *region = stand->region; /* it has four scopes, one is in use */
    uint32_t dead = lb_scope_open(region, (struct lb_scope_key){7, 1, 1}, draw_key);
    uint32_t elder = lb_scope_open(region, (struct lb_scope_key){0, 1, 1}, draw_key);
    uint32_t newest = lb_scope_open(region, (struct lb_scope_key){0, 1, 2}, draw_key);
    uint32_t row = lb_row_claim(region, 9, elder);
    CU_ASSERT_EQUAL(lb_scope_open(region, (struct lb_scope_key){0, 2, 0}, draw_key), LB_NONE);
    lb_scope_close_life(region, 7);
    CU_ASSERT_EQUAL(lb_scope_open(region, (struct lb_scope_key){0, 2, 0}, draw_key), dead);
    lb_scope_close_elder(region, (struct lb_scope_key){0, 1, 2});
    CU_ASSERT_EQUAL(lb_scope_open(region, (struct lb_scope_key){0, 1, 2}, draw_key), newest);
    CU_ASSERT_EQUAL(lb_scope_open(region, (struct lb_scope_key){0, 3, 0}, draw_key), LB_NONE);
    CU_ASSERT_EQUAL(lb_row_drop(region, row), 0); /* it had a row until now */
    CU_ASSERT_EQUAL(lb_scope_open(region, (struct lb_scope_key){0, 3, 0}, draw_key), elder);
    CU_ASSERT_EQUAL(lb_region_check(region), LB_OK);
    stand_free(stand);
}

/* ---- After a death the newest list is in force, whoever picks first ---- */

static void an_elder_that_picks_first_does_not_shut_newcomers_out(void)
{
    struct stand *stand = stand_new("least_conn", LB_SUM, 2);
    stand_say(stand, "open", "heap");
    CU_ASSERT_EQUAL(stand_build(stand), LB_OK);
    struct lb_picker *elder = stand->picker;
    void *elder_memory = stand->picker_memory;
    CU_ASSERT(stand_pick(stand) != 0 && stand_pick(stand) != 0); /* 1 1 */
    stand_weigh(stand, (const uint32_t[]){1, 1, 1}, 3);
    stand->picker_memory = stand_memory(stand->picker_size);
    CU_ASSERT_EQUAL(stand_build(stand), LB_OK);
    struct lb_picker *newest = stand->picker;
    CU_ASSERT(lb_try_lock(stand->region, 5) && lb_take_lock(stand->region, 5, 6));
    stand->picker = elder;
    CU_ASSERT(stand_pick(stand) != 0); /* 2 1 or 1 2: of its own two */
    stand->picker = newest;
    CU_ASSERT_EQUAL(stand_pick(stand), 3);
    stand->picker = elder;
    CU_ASSERT(stand_pick(stand) != 0); /* 2 2 1 */
    stand->picker = newest;
    CU_ASSERT_EQUAL(stand_pick(stand), 3);
    CU_ASSERT_EQUAL(lb_region_check(stand->region), LB_OK);
    free(elder_memory);
    stand_free(stand);
}

/* 5,1,1 begins 1 1 2 in round robin: what the dead one may have torn is forgotten, what is counted
 * is not. */
static void algorithms_begin_anew_and_counts_do_not(void)
{
    for (int mode = LB_SUM; mode <= LB_KEPT; mode++) {
        struct stand *stand = stand_new("round_robin", (enum lb_mode)mode, 3);
        stand_weigh(stand, (const uint32_t[]){5, 1, 1}, 3);
        CU_ASSERT_EQUAL(stand_build(stand), LB_OK);
        CU_ASSERT(stand_pick(stand) == 1 && stand_pick(stand) == 1);
        CU_ASSERT(lb_try_lock(stand->region, 5) && lb_take_lock(stand->region, 5, 6));
        CU_ASSERT_EQUAL(lb_lock_holder(stand->region), 6);
        CU_ASSERT_EQUAL(lb_believed(stand->picker, 0), 2);
        CU_ASSERT(stand_pick(stand) == 1 && stand_pick(stand) == 1 && stand_pick(stand) == 2);
        CU_ASSERT_EQUAL(lb_believed(stand->picker, 0), 4);
        CU_ASSERT_EQUAL(lb_region_check(stand->region), LB_OK);
        stand_free(stand);
    }
}

/* ---- Memory that was written over ---- */

static uint64_t next(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

static bool nobody_lives(void *context, uint64_t owner)
{
    (void)context;
    return owner == 1;
}

/* What a host does with a region that it found; the sanitizers see any wrong place. */
static void live_on(struct stand *stand)
{
    struct lb_region *region = stand->region;
    lb_reap(region, nobody_lives, NULL);
    CU_ASSERT_EQUAL(lb_region_check(region), LB_OK);
    stand->config.scope = lb_scope_open(region, (struct lb_scope_key){0, 0, 0}, draw_key);
    if (stand->config.scope == LB_NONE)
        return;
    stand->row = lb_row_claim(region, 1, stand->config.scope);
    if (stand->row == LB_NONE)
        return;
    lb_row_slot(region, stand->row, "another", 7);
    if (stand_build(stand) != LB_OK)
        return;
    for (uint32_t i = 0; i < 30; i++) {
        stand_pick(stand);
        if (i % 3 == 0 && stand->leases > 0)
            stand_release(stand, stand->lease[0].slot + 1);
    }
    lb_row_drop(region, stand->row);
    lb_scope_close(region, stand->config.scope);
    CU_ASSERT_EQUAL(lb_region_check(region), LB_OK);
}

/* Half of it where keys, rows, cells and scopes lie. */
static void spoil(struct stand *stand, uint64_t *state)
{
    unsigned char *bytes = stand->memory;
    uint64_t many = 1 + next(state) % 6;
    for (uint64_t i = 0; i < many; i++) {
        uint64_t at = next(state) % (next(state) % 2 == 0 ? stand->size : stand->size / 4);
        if (next(state) % 2 == 0)
            bytes[at] ^= (unsigned char)(1u << next(state) % 8);
        else
            bytes[at] = (unsigned char)next(state);
    }
}

static void a_spoilt_region_is_refused_or_harmless(void)
{
    static const char *const names[] = {"round_robin", "least_conn", "random_two"};
    uint32_t refused = 0, taken = 0;
    uint64_t state = 12217;
    for (uint32_t i = 0; i < 1200; i++) {
        struct stand *stand = stand_new(names[i % 3], i % 2 == 0 ? LB_SUM : LB_KEPT, 5);
        stand_say(stand, "open", "heap");
        for (uint32_t k = 0; k < 20; k++)
            stand_pick(stand);
        stand->row = lb_row_claim(stand->region, 2, stand->config.scope);
        for (uint32_t k = 0; k < 20; k++)
            stand_pick(stand);
        stand->leases = 0;
        spoil(stand, &state);
        unsigned char *memory = stand_memory(stand->size + LB_ALIGN);
        memcpy(memory, stand->memory, stand->size);
        free(stand->memory);
        stand->memory = memory;
        if (lb_region_recover(memory, stand->size, &stand->region) == LB_OK) {
            taken++;
            live_on(stand);
        } else {
            refused++;
        }
        for (uint32_t k = 0; k < LB_ALIGN; k++)
            CU_ASSERT_EQUAL(memory[stand->size + k], 0x5A);
        stand_free(stand);
    }
    CU_ASSERT(refused > 100 && taken > 100);
}

/* Each byte of the header that never changes, one bit. */
static void a_spoilt_header_is_refused(void)
{
    struct stand *stand = stand_new("round_robin", LB_SUM, 3);
    struct lb_region *again;
    unsigned char *bytes = stand->memory;
    uint32_t fixed = sizeof(uint64_t) + sizeof(struct lb_shape) + sizeof(uint64_t) + 8;
    for (uint32_t i = 0; i < fixed; i++) {
        bytes[i] ^= 4;
        CHECK_ROW(lb_region_attach(bytes, stand->size, &again) == LB_BAD_MEMORY, "byte %u", i);
        bytes[i] ^= 4;
    }
    CU_ASSERT_EQUAL(lb_region_attach(bytes, stand->size, &again), LB_OK);
    stand_free(stand);
}

static void recover_frees_the_lock_and_keeps_the_counts(void)
{
    struct stand *stand = stand_new("least_conn", LB_KEPT, 3);
    CU_ASSERT(stand_pick(stand) == 1 && stand_pick(stand) == 2);
    CU_ASSERT(lb_try_lock(stand->region, 4711));
    CU_ASSERT_EQUAL(lb_region_recover(stand->memory, stand->size, &stand->region), LB_OK);
    CU_ASSERT_EQUAL(lb_lock_holder(stand->region), 0);
    CU_ASSERT_EQUAL(lb_slot_count(stand->region, 0), 1);
    CU_ASSERT_EQUAL(stand_pick(stand), 3);
    CU_ASSERT_EQUAL(lb_reap(stand->region, nobody_lives, NULL), 0);
    CU_ASSERT_EQUAL(lb_region_recover(stand->memory, stand->size - 1, &stand->region),
                    LB_BAD_MEMORY);
    stand_free(stand);
}

static const struct test tests[] = {
    {"a slot lives as long as a row that asked for it",
     a_slot_lives_as_long_as_a_row_that_asked_for_it},
    {"servers may come and go for ever", servers_may_come_and_go_for_ever},
    {"a slot that is counted on stays", a_slot_that_is_counted_on_stays},
    {"who gets a slot has nothing of its last server",
     who_gets_a_slot_has_nothing_of_its_last_server},
    {"a list with a slot without a key is refused", a_list_with_a_slot_without_a_key_is_refused},
    {"scopes of the dead and of elders can be closed",
     scopes_of_the_dead_and_of_elders_can_be_closed},
    {"an elder that picks first does not shut newcomers out",
     an_elder_that_picks_first_does_not_shut_newcomers_out},
    {"algorithms begin anew and counts do not", algorithms_begin_anew_and_counts_do_not},
    {"a spoilt region is refused or harmless", a_spoilt_region_is_refused_or_harmless},
    {"a spoilt header is refused", a_spoilt_header_is_refused},
    {"recover frees the lock and keeps the counts", recover_frees_the_lock_and_keeps_the_counts},
};
SUITE("test_recover", tests)
