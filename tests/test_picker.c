/* test_picker.c: what pickers tell their algorithm, what they refuse, and how they draw. */
#include "tests/harness.h"
#include "tests/lb_stand.h"

/* ---- An algorithm that writes down what it is told ---- */

struct record {
    uint32_t left[16], entered[16], leaves, enters, recounts;
    enum lb_entry entry[16];
};

/* Its parameter is where to write: tests need no variable that all share. */
static struct record *record_of(const struct lb_context *c)
{
    return (struct record *)(uintptr_t)c->param[0];
}

static void note_leave(struct lb_context *c, uint32_t slot)
{
    record_of(c)->left[record_of(c)->leaves++] = slot;
}

static void note_enter(struct lb_context *c, uint32_t member, enum lb_entry entry)
{
    struct record *record = record_of(c);
    record->entered[record->enters] = c->member[member].slot;
    record->entry[record->enters++] = entry;
}

static void note_recount(struct lb_context *c)
{
    record_of(c)->recounts++;
}

static uint32_t pick_first(struct lb_context *c)
{
    for (uint32_t i = 0; i < c->members; i++)
        if (lb_usable(c, i))
            return i;
    return LB_NONE;
}

static const struct lb_algorithm recorder = {
    .abi = LB_ABI,
    .name = "recorder",
    .about = "writes down what it is told",
    .param = {{.name = "record", .help = "its address", .max = UINT64_MAX}},
    .leave = note_leave,
    .enter = note_enter,
    .recount = note_recount,
    .pick = pick_first,
};

static void who_leaves_does_so_in_natural_order(void)
{
    static const char *const keys[] = {"s10", "s2b", "a", "s02", "s1", "S3", "s2", "s011x"};
    static const char *const wanted[] = {"S3", "a", "s1", "s2", "s02", "s2b", "s10", "s011x"};
    const struct lb_shape shape = {.slots = 9, .rows = 1, .scopes = 1};
    const uint64_t draw_key[2] = {0};
    struct lb_picker_config config;
    struct lb_region *region;
    struct lb_picker *picker;
    struct record record = {.leaves = 0};
    struct lb_member member[8];
    void *memory = stand_memory(lb_region_size(&shape));
    CU_ASSERT_EQUAL_FATAL(lb_region_format(memory, lb_region_size(&shape), &shape, &region), LB_OK);
    for (uint32_t i = 0; i < 8; i++)
        member[i] =
            (struct lb_member){.slot = lb_slot(region, keys[i], strlen(keys[i])), .weight = 1};
    lb_picker_defaults(&recorder, &config);
    config.param[0] = (uint64_t)(uintptr_t)&record;
    config.scope = lb_scope_open(region, (struct lb_scope_key){0, 0, 0}, draw_key);
    config.members_max = 8;
    void *picker_memory = stand_memory(lb_picker_size(region, &config));
    CU_ASSERT_EQUAL(lb_picker_init(picker_memory, lb_picker_size(region, &config), region, &config,
                                   member, 8, &picker),
                    LB_OK);
    CU_ASSERT_EQUAL(lb_picker_edit(picker, NULL, 0), LB_OK);
    CU_ASSERT_EQUAL_FATAL(record.leaves, 8);
    for (uint32_t i = 0; i < 8; i++)
        CU_ASSERT_STRING_EQUAL(lb_slot_key(region, record.left[i]), wanted[i]);
    free(picker_memory);
    free(memory);
}

static void recorded(struct stand *stand, struct record *record)
{
    memset(record, 0, sizeof *record);
    stand_open(stand, &recorder, LB_SUM);
    stand->config.param[0] = (uint64_t)(uintptr_t)record;
}

/* Servers of the list in the given order; their weights are of no matter here. */
static void list(struct stand *stand, const uint32_t *server, uint32_t members)
{
    stand->members = members;
    for (uint32_t i = 0; i < members; i++)
        stand->member[i] = (struct lb_member){.slot = server[i] - 1, .weight = 1};
}

static void check_entries(const struct record *record, const uint32_t *server,
                          const enum lb_entry *entry, uint32_t enters)
{
    CU_ASSERT_EQUAL_FATAL(record->enters, enters);
    for (uint32_t i = 0; i < enters; i++)
        CHECK_ROW(record->entered[i] == server[i] - 1 && record->entry[i] == entry[i],
                  "entry %u: s%u as %d", i, record->entered[i] + 1, (int)record->entry[i]);
}

static void who_enters_is_told_apart(void)
{
    struct stand stand;
    struct record record;
    const uint32_t first[] = {3, 1, 2}, second[] = {2, 4, 3};
    const enum lb_entry new[] = {LB_ENTRY_NEW, LB_ENTRY_NEW, LB_ENTRY_NEW};
    const enum lb_entry edited[] = {LB_ENTRY_EDITED, LB_ENTRY_NEW, LB_ENTRY_EDITED};
    const enum lb_entry built[] = {LB_ENTRY_BUILT, LB_ENTRY_BUILT, LB_ENTRY_BUILT};
    recorded(&stand, &record);
    list(&stand, first, 3);
    CU_ASSERT_EQUAL(stand_build(&stand), LB_OK);
    check_entries(&record, first, new, 3);
    CU_ASSERT_EQUAL(record.leaves, 0);
    record.enters = 0;
    list(&stand, second, 3);
    CU_ASSERT_EQUAL(lb_picker_edit(stand.picker, stand.member, 3), LB_OK);
    check_entries(&record, second, edited, 3);
    CU_ASSERT(record.leaves == 1 && record.left[0] == 0);
    record.enters = 0;
    CU_ASSERT_EQUAL(stand_build(&stand), LB_OK);
    check_entries(&record, second, built, 3);
    lb_scope_restart(stand.region, stand.config.scope);
    record.enters = 0;
    CU_ASSERT_EQUAL(stand_build(&stand), LB_OK);
    check_entries(&record, second, new, 3);
    stand_close(&stand);
}

static void dropped_rows_are_told_of_once(void)
{
    struct stand stand;
    struct record record;
    const uint32_t servers[] = {1, 2};
    recorded(&stand, &record);
    list(&stand, servers, 2);
    stand_build(&stand);
    stand_pick(&stand);
    uint32_t own = stand.row;
    stand.row = lb_row_claim(stand.region, 2, stand.config.scope);
    stand_pick(&stand);
    CU_ASSERT_EQUAL(record.recounts, 0);
    lb_row_drop(stand.region, own);
    stand_pick(&stand);
    stand_pick(&stand);
    CU_ASSERT_EQUAL(record.recounts, 1);
    lb_row_drop(stand.region, lb_row_claim(stand.region, 3, stand.config.scope));
    stand_pick(&stand); /* it counted nothing, so nothing changed */
    CU_ASSERT_EQUAL(record.recounts, 1);
    stand_close(&stand);
}

/* ---- Refusals ---- */

static void check_init(struct stand *stand, int wanted, const char *what)
{
    struct lb_picker *before = stand->picker;
    int status = stand_build(stand);
    CHECK_ROW(status == wanted, "%s: %s", what, lb_status_text(status));
    if (wanted < 0)
        CU_ASSERT_PTR_EQUAL(stand->picker, before);
}

static void bad_configurations_are_refused(void)
{
    static const char name_65[] =
        "12345678901234567890123456789012345678901234567890123456789012345";
    struct lb_algorithm other = recorder;
    struct stand stand, good;
    const uint32_t servers[] = {1, 2, 3};
    stand_open(&good, lb_algorithm_find("least_conn"), LB_SUM);
    list(&good, servers, 3);
#define REFUSED(status, change)                                                                    \
    do {                                                                                           \
        stand = good;                                                                              \
        change;                                                                                    \
        check_init(&stand, status, #change);                                                       \
    } while (0)
    REFUSED(LB_BAD_CONFIG, stand.member[2].slot = 0);
    REFUSED(LB_BAD_CONFIG, stand.member[1].slot = STAND_SERVERS);
    REFUSED(LB_BAD_CONFIG, stand.config.members_max = 2);
    REFUSED(LB_BAD_CONFIG, stand.config.param[0] = 5);
    REFUSED(LB_BAD_CONFIG, stand.config.param[1] = UINT64_MAX);
    REFUSED(LB_BAD_CONFIG, stand.config.scope = 4);
    REFUSED(LB_BAD_CONFIG, stand.config.scope = LB_NONE);
    REFUSED(LB_BAD_CONFIG, stand.config.algorithm = NULL);
    REFUSED(LB_BAD_CONFIG, (other.abi++, stand.config.algorithm = &other));
    REFUSED(LB_BAD_CONFIG, stand.config.seeded = true);
    REFUSED(LB_BAD_CONFIG, (stand.config.seeded = true, stand.config.upstream = name_65));
    REFUSED(LB_UNSEEDED, (stand.config.seeded = true, stand.config.upstream = name_65 + 1));
    REFUSED(LB_BAD_MEMORY, stand.picker_memory = NULL);
    REFUSED(LB_BAD_MEMORY, stand.picker_memory = (char *)stand.picker_memory + 8);
    REFUSED(LB_BAD_MEMORY, stand.picker_size--);
    REFUSED(LB_OK, stand.row = 0);
#undef REFUSED
    stand_close(&good);
}

static size_t a_lot(uint32_t slots)
{
    return 100000 * (size_t)slots;
}

static void an_algorithm_that_needs_more_than_a_scope_is_refused(void)
{
    struct lb_algorithm greedy = recorder;
    struct stand stand;
    const uint32_t servers[] = {1};
    stand_open(&stand, &recorder, LB_SUM);
    list(&stand, servers, 1);
    greedy.memory = a_lot;
    stand.config.algorithm = &greedy;
    CU_ASSERT_EQUAL(stand_build(&stand), LB_BAD_CONFIG);
    stand_close(&stand);
}

/* Round robin over equal weights: where it stands tells whether anything was changed. */
static void a_refused_edit_changes_nothing(void)
{
    struct stand stand;
    const uint32_t servers[] = {1, 2, 3}, twice[] = {4, 5, 4};
    struct lb_member many[STAND_SERVERS + 1] = {{.slot = 0, .weight = 1}};
    stand_open(&stand, lb_algorithm_find("round_robin"), LB_SUM);
    list(&stand, servers, 3);
    stand_build(&stand);
    CU_ASSERT_EQUAL(stand_pick(&stand), 1);
    list(&stand, twice, 3);
    CU_ASSERT_EQUAL(lb_picker_edit(stand.picker, stand.member, 3), LB_BAD_CONFIG);
    CU_ASSERT_EQUAL(stand_pick(&stand), 2);
    stand.member[2].slot = STAND_SERVERS;
    CU_ASSERT_EQUAL(lb_picker_edit(stand.picker, stand.member, 3), LB_BAD_CONFIG);
    CU_ASSERT_EQUAL(lb_picker_edit(stand.picker, many, STAND_SERVERS + 1), LB_BAD_CONFIG);
    CU_ASSERT_EQUAL(stand_pick(&stand), 3);
    CU_ASSERT_EQUAL(stand_pick(&stand), 1);
    stand_close(&stand);
}

static void a_release_says_whether_it_locks(void)
{
    static const struct {
        const char *algorithm;
        enum lb_mode mode;
        uint64_t score, ties;
        bool seeded, locks;
    } rows[] = {
        {"round_robin", LB_SUM, 0, 0, false, false}, {"round_robin", LB_KEPT, 0, 0, false, true},
        {"round_robin", LB_SUM, 0, 0, true, true},   {"random", LB_SUM, 0, 0, false, false},
        {"least_conn", LB_SUM, 0, 0, false, false},  {"least_conn", LB_SUM, 1, 0, false, false},
        {"least_conn", LB_SUM, 2, 0, false, true},   {"least_conn", LB_SUM, 0, 1, false, true},
        {"least_conn", LB_SUM, 0, 2, false, false},  {"least_conn", LB_SUM, 0, 3, false, true},
    };
    for (uint32_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct stand stand;
        const uint32_t servers[] = {1, 2};
        stand_open(&stand, lb_algorithm_find(rows[i].algorithm), rows[i].mode);
        stand.config.param[0] = rows[i].score;
        stand.config.param[1] = rows[i].ties;
        stand.config.seeded = rows[i].seeded;
        stand.config.upstream = "u";
        list(&stand, servers, 2);
        CU_ASSERT(stand_build(&stand) >= 0);
        CHECK_ROW(lb_release_locks(stand.picker) == rows[i].locks, "row %u", i);
        stand_close(&stand);
    }
}

/* ---- Draws ---- */

static uint32_t pick_drawn(struct lb_context *c)
{
    return (uint32_t)lb_draw_below(c, c->members);
}

static uint32_t pick_second_drawn(struct lb_context *c)
{
    lb_draw(c);
    return pick_drawn(c);
}

static const struct lb_algorithm drawing = {
    .abi = LB_ABI, .name = "drawing", .about = "one draw", .pick = pick_drawn};
static const struct lb_algorithm drawing_twice = {
    .abi = LB_ABI, .name = "drawing_twice", .about = "two draws", .pick = pick_second_drawn};

static uint32_t draw(struct stand *stand, const uint64_t *key, uint32_t draws)
{
    struct lb_request request = {.draw_key = key, .draws = 99};
    struct lb_lease lease;
    uint32_t member = LB_NONE;
    CU_ASSERT_EQUAL(lb_pick(stand->picker, stand->row, &request, &lease, &member), LB_OK);
    CU_ASSERT_EQUAL(request.draws, draws);
    return member;
}

/* Worked out from the published mixers by another program. */
static void draws_are_the_published_function(void)
{
    static const uint64_t keys[][2] = {{0, 0}, {1, 2}, {UINT64_MAX, UINT64_MAX}};
    static const uint64_t wanted[][3] = {
        {UINT64_C(0x9474f0eb06d79fd8), UINT64_C(0x890223d5397e1514), UINT64_C(0x849611f42f4f6d5)},
        {UINT64_C(0x6a042f70e47f37ba), UINT64_C(0x94cb02d9dd19f58e), UINT64_C(0x32153fd326b87696)},
        {UINT64_C(0x3c95f2f3592a7443), UINT64_C(0x1e848e38e32891e9), UINT64_C(0xd2d7fce567ee437b)},
    };
    for (uint32_t i = 0; i < 3; i++) {
        struct lb_context c = {.draw_key = {keys[i][0], keys[i][1]}};
        for (uint32_t n = 0; n < 3; n++)
            CU_ASSERT_EQUAL(lb_draw(&c), wanted[i][n]);
        CU_ASSERT_EQUAL(c.drawn, 3);
    }
    CU_ASSERT_EQUAL(lb_mulhi(UINT64_MAX, UINT64_MAX), UINT64_MAX - 1);
    CU_ASSERT_EQUAL(lb_mulhi(UINT64_C(1) << 32, UINT64_C(1) << 32), 1);
    CU_ASSERT_EQUAL(lb_mulhi(UINT64_MAX, 2), 1);
    CU_ASSERT_EQUAL(lb_mulhi(UINT64_C(0x123456789ABCDEF0), UINT64_C(0xFEDCBA9876543210)),
                    UINT64_C(0x121FA00AD77D7422));
}

static void a_scope_draws_on_and_a_request_from_its_own_start(void)
{
    /* tenths of the first draws under {7, 11}, the scope's key, and the first under {1, 2} */
    static const uint32_t of_scope[] = {5, 1, 4, 8, 6, 2, 4, 5, 2, 2, 0, 9}, of_request = 4;
    const uint64_t own[2] = {1, 2};
    const uint32_t servers[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    struct stand stand;
    stand_open(&stand, &drawing, LB_SUM);
    list(&stand, servers, 10);
    stand_build(&stand);
    for (uint32_t i = 0; i < 12; i++) {
        CU_ASSERT_EQUAL(draw(&stand, NULL, 1), of_scope[i]);
        for (uint32_t n = 0; n < i % 3; n++)
            CU_ASSERT_EQUAL(draw(&stand, own, 1), of_request);
    }
    lb_scope_restart(stand.region, stand.config.scope); /* forgets where it stood */
    stand_build(&stand);
    CU_ASSERT_EQUAL(draw(&stand, NULL, 1), of_scope[0]);
    stand.config.algorithm = &drawing_twice;
    stand_build(&stand); /* another algorithm: memory anew, but the sequence goes on */
    CU_ASSERT_EQUAL(draw(&stand, NULL, 2), of_scope[2]);
    CU_ASSERT_EQUAL(draw(&stand, own, 2), 5);
    CU_ASSERT_EQUAL(draw(&stand, NULL, 2), of_scope[4]);
    stand_close(&stand);
}

static const struct test tests[] = {
    {"who leaves does so in natural order", who_leaves_does_so_in_natural_order},
    {"who enters is told apart", who_enters_is_told_apart},
    {"dropped rows are told of once", dropped_rows_are_told_of_once},
    {"bad configurations are refused", bad_configurations_are_refused},
    {"an algorithm that needs more than a scope is refused",
     an_algorithm_that_needs_more_than_a_scope_is_refused},
    {"a refused edit changes nothing", a_refused_edit_changes_nothing},
    {"a release says whether it locks", a_release_says_whether_it_locks},
    {"draws are the published function", draws_are_the_published_function},
    {"a scope draws on and a request from its own start",
     a_scope_draws_on_and_a_request_from_its_own_start},
};
SUITE("test_picker", tests)
