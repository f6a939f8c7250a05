/* test_draws_alone.c: who says that it draws each pick by weight alone does, and nobody else. */
#include "tests/harness.h"
#include "tests/lb_stand.h"

enum { PICKS = 200, SERVERS = 5 };

/* The picks of requests with draws of their own, after so many others that are held. Random numbers
 * that they drew. */
static uint64_t picks_after(const struct lb_algorithm *algorithm, uint32_t before,
                            uint32_t member[PICKS])
{
    static const uint32_t weight[SERVERS] = {5, 1, 3, 1, 2};
    struct stand stand;
    uint64_t draws = 0;
    stand_open(&stand, algorithm, LB_KEPT);
    stand_weigh(&stand, weight, SERVERS);
    CU_ASSERT_EQUAL_FATAL(stand_build(&stand), LB_OK);
    for (uint32_t i = 0; i < before; i++)
        stand_pick(&stand);
    for (uint32_t i = 0; i < PICKS; i++) {
        const uint64_t draw_key[2] = {41, i};
        struct lb_request request = {.draw_key = draw_key};
        struct lb_lease lease;
        CU_ASSERT_EQUAL_FATAL(lb_pick(stand.picker, stand.row, &request, &lease, &member[i]),
                              LB_OK);
        draws += request.draws;
    }
    stand_close(&stand);
    return draws;
}

static void those_who_say_so_do(void)
{
    uint32_t fresh[PICKS], late[PICKS], alone = 0;
    for (uint32_t i = 0; lb_algorithm_at(i) != NULL; i++) {
        const struct lb_algorithm *algorithm = lb_algorithm_at(i);
        uint64_t draws = picks_after(algorithm, 0, fresh);
        picks_after(algorithm, 37, late);
        bool draws_alone = draws > 0 && memcmp(fresh, late, sizeof fresh) == 0;
        alone += draws_alone;
        CHECK_ROW(lb_algorithm_draws_alone(algorithm) == draws_alone,
                  "%s: what was picked before is %s", lb_algorithm_name(algorithm),
                  draws_alone ? "of no matter" : "of matter, or nothing is drawn");
    }
    CU_ASSERT(alone > 0);
}

static const struct test tests[] = {
    {"those who say so do", those_who_say_so_do},
};
SUITE("test_draws_alone", tests)
