/* long_theory_choices.c: a thousand servers, and the better of two of them. */
#include "tests/theory.h"

enum { LEVELS = 4, HOLD_NS = 1000000, HOLDS = 12, LOOKS = CROWD_LOOKS };

/* The share of servers with so many connections or more, a mean over looks at 12, 14, 16 and 18
 * holds after the start from empty. A server has two connections in the mean then. */
static void choose_two(struct distribution lasts, uint64_t runs, struct mean share[LEVELS + 1])
{
    struct crowd crowd;
    uint64_t look_ns[LOOKS];
    double integral_ns = 0;
    for (uint64_t look = 0; look < LOOKS; look++) {
        look_ns[look] = (HOLDS + 2 * look) * HOLD_NS;
        integral_ns += open_integral(lasts, look_ns[look]) / LOOKS;
    }
    crowd_begin(&crowd, "random_two", poisson(integral_ns / (2 * CROWD)), lasts);
    for (uint32_t look = 0; look < LOOKS; look++)
        crowd_look(&crowd, look_ns[look]);
    for (uint64_t run = 0; run < runs; run++) {
        double servers[LEVELS + 1] = {0};
        crowd_run(&crowd, run);
        for (uint32_t look = 0; look < LOOKS; look++) {
            uint32_t servers_with[LEVELS + 1], so_many = 0;
            crowd_count(&crowd, look, servers_with, LEVELS + 1);
            for (int level = LEVELS; level > 0; level--)
                servers[level] += so_many += servers_with[level];
        }
        for (int level = 1; level <= LEVELS; level++)
            mean_add(&share[level], servers[level] / (CROWD * LOOKS));
    }
    crowd_end(&crowd);
}

/* The share s_i of servers with i or more: s_i' = 2 (s_{i-1}^2 - s_i^2) - i (s_i - s_{i+1}), at
 * rest. It is the limit of many servers, and knows the mean of the hold only. The tolerances given
 * are those of one look at 10,000 servers in each of 50 runs. A pick walks over the list, so these
 * are 1,000 servers in 150 runs: more states of servers in all, which leaves a tolerance that is no
 * wider; and what a thousand servers lack of the limit is .00012 at most (a simulation of its own
 * said so; it goes with 1/n). The constant and pareto holds have 60 runs, and so less than twice
 * the tolerance. */
static void check_two_choices(const char *law, struct distribution lasts, uint64_t runs,
                              const double most[LEVELS + 1])
{
    static const double s[] = {1, .938692, .700979, .311207, .048193};
    struct mean share[LEVELS + 1] = {{0}};
    choose_two(lasts, runs, share);
    for (int level = 1; level <= LEVELS; level++) {
        char what[32];
        snprintf(what, sizeof what, "%s, s%d", law, level);
        check_mean(what, &share[level], s[level], most[level]);
    }
}

static void test_two_choices(void)
{
    static const double given[] = {0, .0023, .0058, .0065, .0028};
    check_two_choices("exponential", exponential(HOLD_NS), 150, given);
}

static void test_two_choices_any_hold(void)
{
    static const double twice[] = {0, .0046, .0116, .0130, .0056};
    check_two_choices("constant", constant(HOLD_NS), 60, twice);
    check_two_choices("pareto 2.5", pareto(600000, 2.5), 60, twice);
}

/* Held for ever, as many as there are servers: s_i' = s_{i-1}^2 - s_i^2 from 0 to 1; a thousand
 * servers are within .0003 of it. With one choice s1 is 1 - 1/e = .632: see long_theory_bins.c. */
static void test_two_choices_for_ever(void)
{
    struct crowd crowd;
    struct mean s1 = {0}, s2 = {0};
    uint32_t servers_with[3];
    crowd_begin(&crowd, "random_two", burst(CROWD, 0, 0), forever());
    crowd_look(&crowd, 1);
    for (uint64_t run = 0; run < 400; run++) {
        crowd_run(&crowd, run);
        crowd_count(&crowd, 0, servers_with, 3);
        mean_add(&s1, 1 - servers_with[0] / (double)CROWD);
        mean_add(&s2, servers_with[2] / (double)CROWD);
    }
    crowd_end(&crowd);
    check_mean("held for ever, s1", &s1, tanh(1), .0030);
    check_mean("held for ever, s2", &s2, .229505, .0030);
}

static const struct test tests[] = {
    {"the better of two: the limit", test_two_choices},
    {"the better of two: constant and pareto holds", test_two_choices_any_hold},
    {"the better of two, held for ever", test_two_choices_for_ever},
};

SUITE("long_theory_choices", tests)
