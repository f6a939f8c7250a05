/* long_theory_blocking.c: how often a full server turns connections away: Erlang's loss formula. */
#include "tests/theory.h"

enum { RUNS = 400, HOLD_NS = 1000000 };
enum { OFFERED = 8, PLACES = 10, WARM_HOLDS = 20, HOLDS = 20000 / OFFERED };

/* What share of those who came after the warm-up one run refused. Arrivals, holds and picks are
 * keyed, so that a shorter run is the beginning of the longer one. */
static double blocked_share(struct stage *stage, uint64_t run)
{
    stage->config.replication = run;
    stage->config.duration_ns = WARM_HOLDS * (uint64_t)HOLD_NS;
    const struct world_flow warm = stage_run(stage)->flow[0];
    stage->config.duration_ns = (WARM_HOLDS + HOLDS) * (uint64_t)HOLD_NS;
    const struct world_flow *whole = &stage_run(stage)->flow[0];
    return (double)(whole->refused - warm.refused) / (double)(whole->arrived - warm.arrived);
}

static struct mean blocked(struct distribution lasts)
{
    struct stage stage;
    struct mean mean = {0};
    stage_begin(&stage, "random", 1, 1);
    stage.server[0].max_conns = PLACES;
    stage_traffic(&stage, "a", poisson((double)HOLD_NS / OFFERED), lasts);
    for (uint64_t run = 0; run < RUNS; run++)
        mean_add(&mean, blocked_share(&stage, run));
    stage_end(&stage);
    return mean;
}

/* B(8, 10), of Poisson arrivals that are lost if ten are open: the same for any hold of the mean.
 * The tolerance for exponential holds is given. The others' are 5.69 sd / 20, from the runs
 * themselves: .0009 for constant holds, whose sd is .0032, and .0011 for pareto's .0039. */
static void test_blocking(void)
{
    const double b = .121661;
    struct mean exponentially = blocked(exponential(HOLD_NS));
    check_near("blocked, exponential", mean_of(&exponentially), b, .0011);
    struct mean constantly = blocked(constant(HOLD_NS));
    check_mean("blocked, constant", &constantly, b, .0010);
    struct mean heavily = blocked(pareto(600000, 2.5));
    check_mean("blocked, pareto 2.5", &heavily, b, .0012);
}

static const struct test tests[] = {
    {"a full server blocks as Erlang says, whatever the hold", test_blocking},
};

SUITE("long_theory_blocking", tests)
