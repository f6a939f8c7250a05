/* test_checked.c: picks of an algorithm that is not trusted. */
#include "tests/lb_stand.h"

/* It picks the number that its parameter says, whatever there is. */
static uint32_t pick_blindly(struct lb_context *c)
{
    return (uint32_t)c->param[0];
}

/* And this one a backup only when it is their turn. */
static uint32_t pick_in_turn(struct lb_context *c)
{
    return c->turn == LB_BACKUP ? (uint32_t)c->param[0] : LB_NONE;
}

static const struct lb_algorithm blind = {
    .abi = LB_ABI,
    .name = "blind",
    .about = "whom it is told",
    .param = {{.name = "who", .help = "whom", .max = UINT32_MAX}},
    .pick = pick_blindly,
};
static const struct lb_algorithm in_turn = {
    .abi = LB_ABI,
    .name = "in_turn",
    .about = "a backup, in their turn",
    .param = {{.name = "who", .help = "whom", .max = UINT32_MAX}},
    .pick = pick_in_turn,
};
static const struct lb_algorithm waits = {
    .abi = LB_ABI,
    .name = "waits",
    .about = "whom it is told, full or not",
    .param = {{.name = "who", .help = "whom", .max = UINT32_MAX}},
    .when_full = LB_WAITS_FOR_IT,
    .pick = pick_blindly,
};

/* Six servers: 0 is fine, 1 has no weight, 2 is full, 3 is listed as down, 4 was tried, 5 is a
 * backup; and so is nobody else. */
enum { FINE, WEIGHTLESS, FULL, DOWN, TRIED, BACKUP, SERVERS };

struct outcome {
    int status;
    uint32_t member, counted;
    uint64_t tried;
};

static struct outcome pick(const struct lb_algorithm *algorithm, uint32_t who, uint32_t quirks)
{
    static const uint32_t weight[SERVERS] = {1, 0, 1, 1, 1, 1};
    struct stand stand;
    struct outcome outcome = {.tried = 1u << TRIED};
    stand_open(&stand, algorithm, LB_KEPT);
    stand_weigh(&stand, weight, SERVERS);
    stand.member[FULL].max_conns = 1;
    stand.member[DOWN].flags = LB_DOWN;
    stand.member[BACKUP].flags = LB_BACKUP;
    stand.config.param[0] = who;
    stand.config.quirks = quirks;
    CU_ASSERT_EQUAL_FATAL(stand_build(&stand), LB_OK);
    struct lb_lease lease;
    CU_ASSERT_EQUAL(lb_take(stand.picker, stand.row, FULL, &lease), LB_OK);
    struct lb_request request = {.tried = &outcome.tried};
    outcome.status = lb_pick(stand.picker, stand.row, &request, &lease, &outcome.member);
    for (uint32_t i = 0; i < SERVERS; i++)
        outcome.counted += (uint32_t)lb_row_count(stand.region, stand.row, i);
    stand_close(&stand);
    return outcome;
}

/* Nothing but the one connection that filled a server is counted, and nobody more is tried. */
static bool is_refused(struct outcome outcome, uint32_t who)
{
    return outcome.status == LB_BAD_PICK && outcome.member == who && outcome.counted == 1 &&
           outcome.tried == 1u << TRIED;
}

static void test_who_is_not_there(void)
{
    static const uint32_t who[] = {SERVERS, SERVERS + 1, 64, 1u << 31, UINT32_MAX - 1};
    for (size_t i = 0; i < sizeof who / sizeof *who; i++) {
        CHECK_ROW(is_refused(pick(&blind, who[i], 0), who[i]), "%u", who[i]);
        CHECK_ROW(is_refused(pick(&blind, who[i], LB_CHECKED), who[i]), "%u, checked", who[i]);
    }
    struct outcome nobody = pick(&blind, LB_NONE, LB_CHECKED);
    CU_ASSERT_EQUAL(nobody.status, LB_NO_SERVER);
}

static void test_who_is_not_usable(void)
{
    for (uint32_t who = WEIGHTLESS; who < SERVERS; who++)
        CHECK_ROW(is_refused(pick(&blind, who, LB_CHECKED), who), "server %u", who);
}

static void test_who_is_usable(void)
{
    struct outcome outcome = pick(&blind, FINE, LB_CHECKED);
    CU_ASSERT_EQUAL(outcome.status, LB_OK);
    CU_ASSERT_EQUAL(outcome.counted, 2);
    CU_ASSERT_EQUAL(outcome.tried, 1u << TRIED | 1u << FINE);
    outcome = pick(&blind, WEIGHTLESS, LB_CHECKED | LB_ZERO_IS_LAST);
    CU_ASSERT_EQUAL(outcome.status, LB_OK);
    outcome = pick(&in_turn, BACKUP, LB_CHECKED);
    CU_ASSERT_EQUAL(outcome.status, LB_OK);
    CU_ASSERT_EQUAL(outcome.member, BACKUP);
    CU_ASSERT_TRUE(is_refused(pick(&in_turn, FINE, LB_CHECKED), FINE)); /* not their turn */
}

static void test_who_is_waited_for(void)
{
    struct outcome outcome = pick(&waits, FULL, LB_CHECKED);
    CU_ASSERT_EQUAL(outcome.status, LB_NO_SERVER);
    CU_ASSERT_EQUAL(outcome.member, FULL);
    CU_ASSERT_TRUE(is_refused(pick(&waits, DOWN, LB_CHECKED), DOWN));
}

static void test_has_words(void)
{
    CU_ASSERT_STRING_EQUAL(lb_status_text(LB_BAD_PICK),
                           "the algorithm chose a server that is not there, or not usable");
}

static const struct test tests[] = {
    {"who is not there is refused, asked or not", test_who_is_not_there},
    {"who is not usable is refused where it is asked", test_who_is_not_usable},
    {"who is usable is not, and in the right turn", test_who_is_usable},
    {"who is full may be waited for", test_who_is_waited_for},
    {"it has words", test_has_words},
};

SUITE("checked", tests)
