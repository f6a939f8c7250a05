/* test_shares.c: the shares that random and random_two give, against their formulas.
 *
 * Each chi-square is refused at an error probability of 2.5e-8, over at most 40 assertions: 1e-6 in
 * all. Seeds are fixed, so a failure is a fault. */
#include "tests/harness.h"
#include "tests/lb_stand.h"

#include <gsl/gsl_cdf.h>

#define ERROR_PROBABILITY 2.5e-8

enum { PICKS = 60000 };

static void check_shares(const char *what, const uint32_t took[], const double share[],
                         uint32_t cells)
{
    double chi_square = 0, picks = 0, freedom = -1;
    for (uint32_t i = 0; i < cells; i++)
        picks += took[i];
    for (uint32_t i = 0; i < cells; i++) {
        double expected = picks * share[i];
        if (share[i] == 0) {
            CHECK_ROW(took[i] == 0, "%s: cell %u took %u", what, i, took[i]);
            continue;
        }
        chi_square += (took[i] - expected) * (took[i] - expected) / expected;
        freedom++;
    }
    CHECK_ROW(freedom < 1 || gsl_cdf_chisq_Q(chi_square, freedom) > ERROR_PROBABILITY,
              "%s: chi-square %.1f at %.0f degrees", what, chi_square, freedom);
}

static void opened(struct stand *stand, const char *algorithm, const char *ties,
                   const uint32_t *weight, uint32_t members)
{
    stand_open(stand, lb_algorithm_find(algorithm), LB_KEPT);
    stand_say(stand, ties, NULL);
    stand_weigh(stand, weight, members);
    CU_ASSERT_EQUAL(stand_build(stand), LB_OK);
}

/* Picks and releases at once; took[i] of member i. Each pick must draw so many numbers. */
static void pick_idly(struct stand *stand, uint32_t took[], uint32_t draws)
{
    memset(took, 0, stand->members * sizeof *took);
    for (uint32_t i = 0; i < PICKS; i++) {
        struct lb_request request = {0};
        struct lb_lease lease;
        uint32_t member;
        if (lb_pick(stand->picker, stand->row, &request, &lease, &member) != LB_OK ||
            request.draws != draws || lb_release(stand->picker, lease) != LB_OK) {
            CHECK_ROW(false, "pick %u: refused, or %u draws", i, request.draws);
            return;
        }
        took[member]++;
    }
}

/* ---- random ---- */

static void random_follows_weights(void)
{
    static const struct {
        uint32_t members, weight[6];
    } rows[] = {
        {6, {1, 1, 1, 1, 1, 1}},
        {3, {5, 3, 2}},
        {4, {10, 1, 0, 1}},
        {3, {UINT32_MAX, UINT32_MAX / 2, UINT32_MAX / 2}},
    };
    for (uint32_t row = 0; row < sizeof rows / sizeof *rows; row++) {
        struct stand stand;
        uint32_t took[6];
        double share[6], total = 0;
        for (uint32_t i = 0; i < rows[row].members; i++)
            total += rows[row].weight[i];
        for (uint32_t i = 0; i < rows[row].members; i++)
            share[i] = rows[row].weight[i] / total;
        opened(&stand, "random", NULL, rows[row].weight, rows[row].members);
        pick_idly(&stand, took, 1);
        check_shares("random", took, share, rows[row].members);
        stand_close(&stand);
    }
}

static void random_redistributes_by_weight(void)
{
    static const uint32_t weight[] = {5, 3, 2, 1};
    static const double without_first[] = {0, 3 / 6.0, 2 / 6.0, 1 / 6.0};
    static const double without_two[] = {0, 0, 2 / 3.0, 1 / 3.0};
    struct stand stand;
    uint32_t took[4];
    opened(&stand, "random", NULL, weight, 4);
    lb_slot_set_down(stand.region, 0, true);
    pick_idly(&stand, took, 1);
    check_shares("one is down", took, without_first, 4);
    stand.member[1].max_conns = 1;
    CU_ASSERT_EQUAL(lb_picker_edit(stand.picker, stand.member, 4), LB_OK);
    while (lb_believed(stand.picker, 1) == 0) /* until it is full */
        CU_ASSERT(stand_pick(&stand) > 1);
    pick_idly(&stand, took, 1);
    check_shares("one is full, too", took, without_two, 4);
    stand_close(&stand);
}

/* Pairs of successive picks: the second must know nothing of the first. */
static void random_picks_are_independent(void)
{
    static const uint32_t weight[] = {5, 3, 2};
    struct stand stand;
    uint32_t pairs[9] = {0}, before;
    double share[9];
    opened(&stand, "random", NULL, weight, 3);
    for (uint32_t i = 0; i < 9; i++)
        share[i] = weight[i / 3] * weight[i % 3] / 100.0;
    for (uint32_t i = 0; i < PICKS; i++) { /* pairs do not overlap */
        before = stand_pick(&stand);
        stand_release(&stand, before);
        uint32_t then = stand_pick(&stand);
        stand_release(&stand, then);
        pairs[3 * (before - 1) + then - 1]++;
    }
    check_shares("pairs", pairs, share, 9);
    stand_close(&stand);
}

/* ---- random_two ---- */

/* P(second draw is i) = sum over j != i of w_j/W * w_i/(W - w_j), without putting back. */
static void shares_of_second(const uint32_t *weight, uint32_t members, double share[])
{
    double total = 0;
    for (uint32_t i = 0; i < members; i++)
        total += weight[i];
    for (uint32_t i = 0; i < members; i++) {
        share[i] = 0;
        for (uint32_t j = 0; j < members; j++)
            if (j != i)
                share[i] += weight[j] / total * weight[i] / (total - weight[j]);
    }
}

static void random_two_idle_is_one_of_its_draws(void)
{
    static const struct {
        uint32_t members, weight[4];
    } rows[] = {{3, {5, 3, 2}}, {3, {10, 1, 1}}, {4, {1, 1, 1, 1}}, {2, {9, 1}}};
    for (uint32_t row = 0; row < sizeof rows / sizeof *rows; row++) {
        const uint32_t *weight = rows[row].weight;
        struct stand stand;
        uint32_t took[4];
        double share[4], total = 0;
        for (uint32_t i = 0; i < rows[row].members; i++)
            total += weight[i];
        for (uint32_t i = 0; i < rows[row].members; i++)
            share[i] = weight[i] / total;
        opened(&stand, "random_two", "first", weight, rows[row].members);
        pick_idly(&stand, took, 2);
        check_shares("the first of a tie", took, share, rows[row].members);
        stand_close(&stand);
        shares_of_second(weight, rows[row].members, share);
        opened(&stand, "random_two", "second", weight, rows[row].members);
        pick_idly(&stand, took, 2);
        check_shares("the second of a tie", took, share, rows[row].members);
        stand_close(&stand);
    }
}

/* The formula itself against the figures measured on nginx at 5,3,2: 33.9 37.5 28.6 per cent. */
static void the_formula_is_the_published_one(void)
{
    static const uint32_t weight[] = {5, 3, 2};
    double share[3];
    shares_of_second(weight, 3, share);
    CU_ASSERT_DOUBLE_EQUAL(share[0], .339, .0005);
    CU_ASSERT_DOUBLE_EQUAL(share[1], .375, .0005);
    CU_ASSERT_DOUBLE_EQUAL(share[2], .286, .0005);
}

static void hold(struct stand *stand, uint32_t server, uint32_t connections)
{
    struct lb_member only = {.slot = server - 1, .weight = 1};
    CU_ASSERT_EQUAL(lb_picker_edit(stand->picker, &only, 1), LB_OK);
    for (uint32_t i = 0; i < connections; i++)
        CU_ASSERT_EQUAL(stand_pick(stand), server);
    CU_ASSERT_EQUAL(lb_picker_edit(stand->picker, stand->member, stand->members), LB_OK);
}

/* With 0, 1 and 2 connections held the pair decides: whoever of a pair holds less takes it. */
static void random_two_takes_the_lower_of_each_pair(void)
{
    static const uint32_t equal[] = {1, 1, 1}, weight[] = {1, 2, 4};
    static const double of_equal[] = {2 / 3.0, 1 / 3.0, 0};
    /* By c/w 0, 1/2, 4/4. Pair 1 2: 1/7 2/6 + 2/7 1/5; 1 3: 1/7 4/6 + 4/7 1/3; 2 3: the rest. */
    static const double of_weights[] = {41 / 105.0, 64 / 105.0, 0};
    struct stand stand;
    uint32_t took[3];
    opened(&stand, "random_two", "first", equal, 3);
    hold(&stand, 2, 1);
    hold(&stand, 3, 2);
    pick_idly(&stand, took, 2);
    check_shares("pairs of equal weight", took, of_equal, 3);
    stand_close(&stand);
    opened(&stand, "random_two", "second", weight, 3);
    hold(&stand, 2, 1);
    hold(&stand, 3, 4);
    pick_idly(&stand, took, 2);
    check_shares("pairs of weights", took, of_weights, 3);
    lb_slot_set_down(stand.region, 0, true);
    lb_slot_set_down(stand.region, 1, true);
    pick_idly(&stand, took, 1); /* one is left: nothing to compare */
    CU_ASSERT_EQUAL(took[2], PICKS);
    stand_close(&stand);
}

/* ---- round_robin ---- */

/* Any weights: each period of W picks gives everyone exactly its weight, and is repeated. */
static void round_robin_gives_exact_shares_each_period(void)
{
    uint64_t state = 3;
    for (uint32_t round = 0; round < 50; round++) {
        struct stand stand;
        uint32_t weight[8], total = 0, members = 1 + round % 8, first[400];
        for (uint32_t i = 0; i < members; i++) {
            state = state * UINT64_C(6364136223846793005) + 1;
            total += weight[i] = 1 + (uint32_t)(state >> 40) % 40;
        }
        opened(&stand, "round_robin", NULL, weight, members);
        for (uint32_t period = 0; period < 2; period++) {
            uint32_t took[8] = {0};
            for (uint32_t i = 0; i < total; i++) {
                uint32_t server = stand_pick(&stand);
                took[server - 1]++;
                CU_ASSERT(period == 0 || first[i] == server);
                first[i] = server;
            }
            for (uint32_t i = 0; i < members; i++)
                CU_ASSERT_EQUAL(took[i], weight[i]);
        }
        stand_close(&stand);
    }
}

static const struct test tests[] = {
    {"random follows weights", random_follows_weights},
    {"random redistributes by weight", random_redistributes_by_weight},
    {"random picks are independent", random_picks_are_independent},
    {"random_two idle is one of its draws", random_two_idle_is_one_of_its_draws},
    {"the formula is the published one", the_formula_is_the_published_one},
    {"random_two takes the lower of each pair", random_two_takes_the_lower_of_each_pair},
    {"round_robin gives exact shares each period", round_robin_gives_exact_shares_each_period},
};
SUITE("test_shares", tests)
