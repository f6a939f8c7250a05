/* test_region.c: regions, what lies in them by key: slots and scopes; and the table of views. */
#include "tests/harness.h"
#include "tests/lb_stand.h"

static const uint64_t draw_key[2] = {1, 2};

/* ---- Format and attach ---- */

static void impossible_shapes_have_no_size(void)
{
    static const struct lb_shape impossible[] = {
        {.slots = 0, .rows = 1, .scopes = 1},
        {.slots = 1, .rows = 1, .scopes = 0},
        {.slots = UINT32_MAX, .rows = 1, .scopes = 1},
        {.slots = 1, .rows = UINT32_MAX, .scopes = 1},
        {.slots = 1, .rows = 1, .scopes = UINT32_MAX},
        {.slots = 1, .rows = 1, .scopes = 1, .memory = SIZE_MAX},
        /* 2^28 scopes of 2^36 bytes are 2^64, which a size_t takes for nothing */
        {.slots = 1, .rows = 0, .scopes = 1u << 28, .memory = (size_t)1 << 36},
    };
    for (uint32_t i = 0; i < sizeof impossible / sizeof *impossible; i++)
        CHECK_ROW(lb_region_size(&impossible[i]) == 0, "shape %u has a size", i);
    CU_ASSERT(lb_region_size(&(struct lb_shape){.slots = 1, .scopes = 1}) > 0);
}

static void format_refuses_what_does_not_fit(void)
{
    const struct lb_shape shape = {.slots = 5, .rows = 3, .scopes = 2, .memory = 100};
    size_t size = lb_region_size(&shape);
    char *memory = stand_memory(size + LB_ALIGN);
    struct lb_region *region = NULL;
    CU_ASSERT_EQUAL(lb_region_format(NULL, size, &shape, &region), LB_BAD_MEMORY);
    CU_ASSERT_EQUAL(lb_region_format(memory, size - 1, &shape, &region), LB_BAD_MEMORY);
    CU_ASSERT_EQUAL(lb_region_format(memory + 8, size, &shape, &region), LB_BAD_MEMORY);
    CU_ASSERT_PTR_NULL(region);
    CU_ASSERT_EQUAL((unsigned char)memory[0], 0x5A); /* nothing was written */
    CU_ASSERT_EQUAL(lb_region_format(memory, size, &shape, &region), LB_OK);
    CU_ASSERT_EQUAL((unsigned char)memory[size], 0x5A); /* nor behind the end */
    free(memory);
}

static void attach_takes_a_region_as_it_was_left(void)
{
    struct stand *stand = stand_new("least_conn", LB_SUM, 3);
    struct lb_region *again = NULL;
    CU_ASSERT_EQUAL(stand_pick(stand), 1);
    CU_ASSERT_EQUAL(lb_region_attach(stand->memory, stand->size, &again), LB_OK);
    CU_ASSERT_EQUAL(lb_slots_used(again), STAND_SERVERS);
    CU_ASSERT_STRING_EQUAL(lb_slot_key(again, 2), "s3");
    CU_ASSERT_EQUAL(lb_row_count(again, stand->row, 0), 1);
    CU_ASSERT_EQUAL(lb_row_claim(again, 1, stand->config.scope), stand->row);
    CU_ASSERT_EQUAL(lb_region_check(again), LB_OK);
    stand_free(stand);
}

static void attach_refuses_anything_else(void)
{
    struct stand *stand = stand_new("least_conn", LB_SUM, 3);
    struct lb_region *again = NULL;
    unsigned char *bytes = stand->memory;
    CU_ASSERT_EQUAL(lb_region_attach(NULL, stand->size, &again), LB_BAD_MEMORY);
    CU_ASSERT_EQUAL(lb_region_attach(bytes, stand->size - 1, &again), LB_BAD_MEMORY);
    CU_ASSERT_EQUAL(lb_region_attach(bytes, 8, &again), LB_BAD_MEMORY);
    CU_ASSERT_EQUAL(lb_region_attach(bytes + 8, stand->size - 8, &again), LB_BAD_MEMORY);
    for (int i = 0; i < 8; i++) { /* what tells a region, and its ABI, lies first */
        bytes[i] ^= 1;
        CU_ASSERT_EQUAL(lb_region_attach(bytes, stand->size, &again), LB_BAD_MEMORY);
        bytes[i] ^= 1;
    }
    CU_ASSERT_PTR_NULL(again);
    memset(bytes, 0, stand->size);
    CU_ASSERT_EQUAL(lb_region_attach(bytes, stand->size, &again), LB_BAD_MEMORY);
    stand_free(stand);
}

/* Where a byte string lies in memory, the last time. */
static char *last_in(char *memory, size_t size, const char *text, size_t length)
{
    for (size_t i = size - length; i > 0; i--)
        if (memcmp(memory + i, text, length) == 0)
            return memory + i;
    return NULL;
}

static void check_finds_a_broken_index_and_touches_nothing(void)
{
    const struct lb_shape shape = {.slots = 8, .rows = 1, .scopes = 1};
    size_t size = lb_region_size(&shape);
    char *memory = stand_memory(size), *before = malloc(size);
    struct lb_region *region;
    CU_ASSERT_EQUAL_FATAL(lb_region_format(memory, size, &shape, &region), LB_OK);
    CU_ASSERT_EQUAL(lb_slot(region, "north", 5), 0);
    CU_ASSERT_EQUAL(lb_slot(region, "south", 5), 1);
    CU_ASSERT_EQUAL(lb_region_check(region), LB_OK);
    char *key = last_in(memory, size, "south", 5);
    CU_ASSERT_PTR_NOT_NULL_FATAL(key);
    key[0] = 'm';
    memcpy(before, memory, size);
    CU_ASSERT_EQUAL(lb_region_check(region), LB_BAD_MEMORY);
    CU_ASSERT_EQUAL(memcmp(before, memory, size), 0);
    key[0] = 's';
    CU_ASSERT_EQUAL(lb_region_check(region), LB_OK);
    free(before);
    free(memory);
}

/* ---- Slots ---- */

static void a_key_has_one_slot_for_ever(void)
{
    enum { KEYS = 1000 };
    const struct lb_shape shape = {.slots = KEYS, .rows = 1, .scopes = 1};
    size_t size = lb_region_size(&shape);
    void *memory = stand_memory(size);
    struct lb_region *region;
    CU_ASSERT_EQUAL_FATAL(lb_region_format(memory, size, &shape, &region), LB_OK);
    for (uint32_t i = 1; i <= KEYS; i++)
        CU_ASSERT_EQUAL(stand_slot(region, i), i - 1);
    CU_ASSERT_EQUAL(lb_slot(region, "one more", 8), LB_NONE);
    CU_ASSERT_EQUAL(lb_slots_used(region), KEYS);
    for (uint32_t i = KEYS; i >= 1; i--)
        CU_ASSERT_EQUAL(stand_slot(region, i), i - 1);
    CU_ASSERT_STRING_EQUAL(lb_slot_key(region, 999), "s1000");
    CU_ASSERT_EQUAL(lb_region_check(region), LB_OK);
    free(memory);
}

static void keys_are_their_bytes(void)
{
    const struct lb_shape shape = {.slots = 10, .rows = 1, .scopes = 1};
    size_t size = lb_region_size(&shape);
    void *memory = stand_memory(size);
    struct lb_region *region;
    char longest[LB_KEY_MAX + 2];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    CU_ASSERT_EQUAL_FATAL(lb_region_format(memory, size, &shape, &region), LB_OK);
    CU_ASSERT_EQUAL(lb_slot(region, "10.0.0.1:80", 11), 0);
    CU_ASSERT_EQUAL(lb_slot(region, "10.0.0.1:80", 10), 1);
    CU_ASSERT_EQUAL(lb_slot(region, "10.0.0.1:8", 10), 1);
    CU_ASSERT_STRING_EQUAL(lb_slot_key(region, 1), "10.0.0.1:8");
    CU_ASSERT_EQUAL(lb_slot(region, "", 0), LB_NONE);
    CU_ASSERT_EQUAL(lb_slot(region, longest, LB_KEY_MAX + 1), LB_NONE);
    CU_ASSERT_EQUAL(lb_slot(region, longest, LB_KEY_MAX), 2);
    CU_ASSERT_EQUAL(strlen(lb_slot_key(region, 2)), 95);
    CU_ASSERT_EQUAL(lb_slots_used(region), 3);
    free(memory);
}

static void down_takes_a_server_out_and_back(void)
{
    struct stand *stand = stand_new("round_robin", LB_SUM, 3);
    lb_slot_set_down(stand->region, 1, true);
    CU_ASSERT_EQUAL(stand_pick(stand), 1);
    CU_ASSERT_EQUAL(stand_pick(stand), 3);
    lb_slot_set_down(stand->region, 0, true);
    lb_slot_set_down(stand->region, 2, true);
    CU_ASSERT_EQUAL(stand_pick(stand), 0);
    lb_slot_set_down(stand->region, 1, false);
    CU_ASSERT_EQUAL(stand_pick(stand), 2);
    stand_free(stand);
}

/* ---- Views ---- */

static void views_tell_scopes_apart_by_their_fields(void)
{
    static const struct {
        const char *name;
        bool instance, life, generation, seeded, per_request;
    } wanted[] = {
        {"request", true, true, false, false, true},
        {"generation", true, true, true, false, false},
        {"seeded", true, true, true, true, false},
        {"worker", true, true, false, false, false},
        {"host_generation", true, false, true, false, false},
        {"host", true, false, false, false, false},
        {"fleet", false, false, false, false, false},
    };
    const struct lb_scope_key who = {.life = 41, .instance = 42, .generation = 43};
    for (uint32_t i = 0; i < 7; i++) {
        const struct lb_view *view = lb_view_find(wanted[i].name);
        CU_ASSERT_PTR_EQUAL_FATAL(view, lb_view_at(i));
        struct lb_scope_key key = lb_view_key(view, who);
        CHECK_ROW(key.life == (wanted[i].life ? 41u : 0) &&
                      key.instance == (wanted[i].instance ? 42u : 0) &&
                      key.generation == (wanted[i].generation ? 43u : 0) &&
                      view->seeded == wanted[i].seeded &&
                      view->per_request == wanted[i].per_request,
                  "view %s", view->name);
    }
    CU_ASSERT_PTR_NULL(lb_view_at(7));
    CU_ASSERT_PTR_NULL(lb_view_find("hos"));
}

/* ---- Scopes ---- */

static void scopes_are_found_by_their_key(void)
{
    struct stand *stand = stand_new("round_robin", LB_SUM, 3);
    struct lb_region *region = stand->region;
    struct lb_scope_key key = {.life = 3, .instance = 4, .generation = 5}, other;
    uint32_t scope = lb_scope_open(region, key, draw_key), opened_now = 2;
    CU_ASSERT(scope != LB_NONE && scope != stand->config.scope);
    CU_ASSERT_EQUAL(lb_scope_open(region, key, draw_key), scope);
    for (int field = 0; field < 3; field++) {
        other = key;
        other.life += field == 0;
        other.instance += field == 1;
        other.generation += field == 2;
        uint32_t found = lb_scope_open(region, other, draw_key);
        CU_ASSERT_EQUAL(found == LB_NONE, opened_now == 4); /* the shape has four */
        CU_ASSERT(found != scope);
        opened_now += found != LB_NONE;
    }
    CU_ASSERT_EQUAL(opened_now, 4);
    CU_ASSERT_EQUAL(lb_scope_open(region, key, draw_key), scope);
    stand_free(stand);
}

static void a_closed_scope_waits_for_its_rows(void)
{
    struct stand *stand = stand_new("round_robin", LB_KEPT, 3);
    struct lb_region *region = stand->region;
    uint32_t scope = stand->config.scope, fresh[3];
    CU_ASSERT_EQUAL(stand_pick(stand), 1);
    lb_scope_close(region, scope);
    for (uint32_t i = 0; i < 3; i++) /* its key starts another, and it is not reused */
        fresh[i] = lb_scope_open(region, (struct lb_scope_key){i, 0, 0}, draw_key);
    CU_ASSERT(fresh[0] != scope && fresh[1] != scope && fresh[2] != scope);
    CU_ASSERT_EQUAL(lb_scope_open(region, (struct lb_scope_key){9, 9, 9}, draw_key), LB_NONE);
    CU_ASSERT_EQUAL(stand_release(stand, 1), LB_OK); /* an elder still releases into it */
    CU_ASSERT_EQUAL(lb_region_check(region), LB_OK);
    CU_ASSERT_EQUAL(lb_row_drop(region, stand->row), 0);
    CU_ASSERT_EQUAL(lb_scope_open(region, (struct lb_scope_key){9, 9, 9}, draw_key), scope);
    stand_free(stand);
}

static void a_reused_scope_starts_empty(void)
{
    struct stand *stand = stand_new("round_robin", LB_KEPT, 3);
    uint32_t scope = stand->config.scope;
    CU_ASSERT_EQUAL(stand_pick(stand), 1);
    lb_scope_close(stand->region, scope);
    CU_ASSERT_EQUAL(lb_row_drop(stand->region, stand->row), 1);
    CU_ASSERT_EQUAL(lb_scope_open(stand->region, (struct lb_scope_key){0, 0, 7}, draw_key), scope);
    stand->row = lb_row_claim(stand->region, 2, scope);
    CU_ASSERT_EQUAL(stand_build(stand), LB_OK);
    CU_ASSERT_EQUAL(lb_believed(stand->picker, 0), 0);
    CU_ASSERT_EQUAL(stand_pick(stand), 1); /* the cursor, too */
    CU_ASSERT_EQUAL(lb_region_check(stand->region), LB_OK);
    stand_free(stand);
}

/* Round robin's sequence of 5,1,1 begins 1 1 2: the third pick shows whether it was remembered. */
static void a_scope_that_changes_its_algorithm_begins_anew(void)
{
    static const uint32_t weights[] = {5, 1, 1};
    struct stand *stand = stand_new("round_robin", LB_SUM, 3);
    stand_weigh(stand, weights, 3);
    CU_ASSERT_EQUAL(stand_build(stand), LB_OK);
    struct lb_picker *elder = stand->picker;
    void *elder_memory = stand->picker_memory;
    CU_ASSERT_EQUAL(stand_pick(stand), 1);
    CU_ASSERT_EQUAL(stand_pick(stand), 1);
    lb_picker_defaults(lb_algorithm_find("least_conn"), &stand->config);
    stand->config.members_max = STAND_SERVERS;
    stand->picker_memory = stand_memory(stand->picker_size);
    CU_ASSERT_EQUAL(stand_build(stand), LB_OK);
    CU_ASSERT_EQUAL(lb_believed(stand->picker, 0), 2); /* what is counted stays */
    CU_ASSERT_EQUAL(stand_pick(stand), 2);             /* 2/5 against nobody */
    stand->picker = elder;
    CU_ASSERT_EQUAL(stand_pick(stand), 1);
    CU_ASSERT_EQUAL(stand_pick(stand), 1);
    CU_ASSERT_EQUAL(stand_pick(stand), 2);
    free(elder_memory);
    stand_free(stand);
}

/* What an elder still releases after that must not be heard by the wrong memory: fifo's clock lies
 * where round robin's first credit does. 5,1,1 goes on 1 1 2. */
static void a_release_for_another_algorithm_is_only_counted(void)
{
    static const uint32_t weights[] = {5, 1, 1};
    struct stand *stand = stand_new("least_conn", LB_SUM, 3);
    stand_say(stand, "open", "fifo");
    CU_ASSERT_EQUAL(stand_build(stand), LB_OK);
    struct lb_picker *elder = stand->picker;
    void *elder_memory = stand->picker_memory;
    for (uint32_t i = 0; i < 30; i++)
        CU_ASSERT_EQUAL(stand_pick(stand), i % 3 + 1);
    lb_picker_defaults(lb_algorithm_find("round_robin"), &stand->config);
    stand->config.members_max = STAND_SERVERS;
    stand->picker_memory = stand_memory(stand->picker_size);
    stand_weigh(stand, weights, 3);
    CU_ASSERT_EQUAL(stand_build(stand), LB_OK);
    struct lb_picker *newest = stand->picker;
    CU_ASSERT(stand_pick(stand) == 1 && stand_pick(stand) == 1);
    stand->picker = elder;
    for (uint32_t i = 0; i < 30; i++)
        CU_ASSERT_EQUAL(stand_release(stand, i % 3 + 1), LB_OK);
    stand->picker = newest;
    CU_ASSERT_EQUAL(lb_believed(newest, 1), 0);
    CU_ASSERT_EQUAL(stand_pick(stand), 2);
    free(elder_memory);
    stand_free(stand);
}

static const struct test tests[] = {
    {"impossible shapes have no size", impossible_shapes_have_no_size},
    {"format refuses what does not fit", format_refuses_what_does_not_fit},
    {"attach takes a region as it was left", attach_takes_a_region_as_it_was_left},
    {"attach refuses anything else", attach_refuses_anything_else},
    {"check finds a broken index and touches nothing",
     check_finds_a_broken_index_and_touches_nothing},
    {"a key has one slot for ever", a_key_has_one_slot_for_ever},
    {"keys are their bytes", keys_are_their_bytes},
    {"down takes a server out and back", down_takes_a_server_out_and_back},
    {"views tell scopes apart by their fields", views_tell_scopes_apart_by_their_fields},
    {"scopes are found by their key", scopes_are_found_by_their_key},
    {"a closed scope waits for its rows", a_closed_scope_waits_for_its_rows},
    {"a reused scope starts empty", a_reused_scope_starts_empty},
    {"a scope that changes its algorithm begins anew",
     a_scope_that_changes_its_algorithm_begins_anew},
    {"a release for another algorithm is only counted",
     a_release_for_another_algorithm_is_only_counted},
};
SUITE("test_region", tests)
