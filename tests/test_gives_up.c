/* test_gives_up.c: random draws as nginx has them: twenty in vain, then round robin.
 *
 * The laws are worked out by hand from the rule: a draw falls on a member with weight / total,
 * usable or not. Error probabilities are 2.5e-8 a figure (5.57 standard deviations). */
#include "tests/lb_stand.h"

#include <math.h>

static struct stand *stand_of(const char *algorithm, const char *gives_up, const uint32_t *weight,
                              uint32_t members)
{
    struct stand *stand = malloc(sizeof *stand);
    stand_open(stand, lb_algorithm_find(algorithm), LB_SUM);
    stand_say(stand, gives_up, "second");
    stand_weigh(stand, weight, members);
    CU_ASSERT_EQUAL(stand_build(stand), LB_OK);
    return stand;
}

/* A request that is over before the next begins: who served it, from 0, and how often was drawn. */
static uint32_t serve(struct stand *stand, uint64_t seed, uint64_t number, uint32_t *draws)
{
    uint64_t key[2] = {seed, number};
    struct lb_request request = {.draw_key = key};
    struct lb_lease lease = {.slot = 0};
    uint32_t member = LB_NONE;
    CU_ASSERT_EQUAL(lb_pick(stand->picker, stand->row, &request, &lease, &member), LB_OK);
    CU_ASSERT_EQUAL(lb_release(stand->picker, lease), LB_OK);
    *draws = request.draws;
    return member;
}

/* All draws fall on the heavy one, which is down. */
static void twenty_one_draws_in_vain(void)
{
    static const uint32_t weight[] = {4000000000, 1, 1};
    struct stand *nginx = stand_of("random", "after_20", weight, 3);
    struct stand *plain = stand_of("random", "never", weight, 3);
    lb_slot_set_down(nginx->region, 0, true);
    lb_slot_set_down(plain->region, 0, true);
    for (uint32_t i = 0; i < 20; i++) {
        uint32_t draws;
        CU_ASSERT_EQUAL(serve(nginx, 1, i, &draws), 1 + i % 2); /* turn about */
        CU_ASSERT_EQUAL(draws, 21);
        CU_ASSERT(serve(plain, 1, i, &draws) != 0);
        CU_ASSERT_EQUAL(draws, 1);
    }
    stand_free(nginx);
    stand_free(plain);
}

/* One of two is down: the other is found, uses up one of the twenty, and is in vain then. */
static void two_of_whom_one_is_down(void)
{
    static const uint32_t equal[] = {1, 1};
    struct stand *stand = stand_of("random_two", "after_20", equal, 2);
    lb_slot_set_down(stand->region, 0, true);
    for (uint32_t i = 0; i < 50; i++) {
        uint32_t draws;
        CU_ASSERT_EQUAL(serve(stand, 2, i, &draws), 1);
        CU_ASSERT_EQUAL(draws, 21);
    }
    lb_slot_set_down(stand->region, 1, true);
    struct lb_request request = {.draws = 7};
    struct lb_lease lease;
    uint32_t member;
    CU_ASSERT_EQUAL(lb_pick(stand->picker, stand->row, &request, &lease, &member), LB_NO_SERVER);
    CU_ASSERT_EQUAL(request.draws, 0);
    stand_free(stand);
}

static void check_count(const char *what, double seen, double expected, double trials)
{
    double share = expected / trials, within = 5.57 * sqrt(trials * share * (1 - share));
    CHECK_ROW(fabs(seen - expected) <= within, "%s: %.0f, expected %.1f +- %.1f", what, seen,
              expected, within);
}

/* Idle, at 10, 1, 1: ties go to the second found, so the heavy one serves when a light one came
 * first (2/12) and it next (10/11), or by the round robin that 20 more draws of it lead to. */
static void idle_shares(void)
{
    enum { PICKS = 60000 };
    static const uint32_t weight[] = {10, 1, 1};
    struct stand *stand = stand_of("random_two", "after_20", weight, 3);
    uint32_t served[3] = {0}, at_last = 0;
    for (uint32_t i = 0; i < PICKS; i++) {
        uint32_t draws;
        served[serve(stand, 3, i, &draws)]++;
        CU_ASSERT(draws <= 21);
        at_last += draws == 21;
    }
    double in_vain = pow(10. / 12, 21); /* 435 of 20000; nginx did it 423 times */
    double heavy = 2. / 12 * 10 / 11 + in_vain * 10 / 12;
    check_count("the heavy one", served[0], heavy * PICKS, PICKS);
    check_count("a light one", served[1], (1 - heavy) / 2 * PICKS, PICKS);
    check_count("the last draw of all", at_last, pow(10. / 12, 20) * PICKS, PICKS);
    stand_free(stand);
}

static const struct test tests[] = {
    {"twenty-one draws in vain", twenty_one_draws_in_vain},
    {"two of whom one is down", two_of_whom_one_is_down},
    {"idle shares", idle_shares},
};

SUITE("test_gives_up", tests)
