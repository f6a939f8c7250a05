/* long_theory_live.c: how many connections servers without limit have open, and how that varies. */
#include "tests/theory.h"

static void test_infinite_servers(void)
{
    check_infinite_servers("exponential", exponential(1000000), 2000);
    check_infinite_servers("constant", constant(700000), 2000);
    check_infinite_servers("pareto", pareto(200000, 1.5), 2000);
    check_infinite_servers("weibull", weibull(1000000, .7), 2000);
    check_infinite_servers("lognormal", lognormal(500000, 1.2), 2000);
}

/* ---- Round robin's variance ---- */

enum { RUNS = 400, HOLD_NS = 1000000, SERVERS = 6, RHO = 100, LOOKS = 10 };

/* The squared distance of a server's live connections from their mean, over six servers and ten
 * looks, two holds apart and after twelve: a touch lets one look, and does nothing else here. */
static struct mean live_variance(const char *preset)
{
    struct stage stage;
    struct mean mean = {0};
    stage_begin(&stage, preset, SERVERS, (12 + 2 * LOOKS) * (uint64_t)HOLD_NS);
    stage_traffic(&stage, "a", poisson((double)HOLD_NS / (SERVERS * RHO)), exponential(HOLD_NS));
    for (uint64_t look = 0; look < LOOKS; look++)
        stage_event(&stage, (12 + 2 * look) * HOLD_NS, EVENT_TOUCH);
    for (uint64_t run = 0; run < RUNS; run++) {
        double squares = 0;
        stage.config.replication = run;
        const struct world_result *result = stage_run(&stage);
        for (uint32_t look = 0; look < LOOKS; look++)
            for (uint32_t i = 0; i < SERVERS; i++) {
                double apart = (double)result->moment[look].live[i] - RHO;
                squares += apart * apart;
            }
        mean_add(&mean, squares / (SERVERS * LOOKS));
    }
    stage_end(&stage);
    return mean;
}

/* Every sixth arrival, held exponentially, without limit (GI/M/infinity): Var = rho f/(1-f) + rho -
 * rho^2, f = (lam/(lam+mu))^6 the Laplace transform of the gaps. Random: Poisson. The tolerances
 * are 5.69 sd / 20, from the runs themselves; the sd of a run is nearly Var sqrt(2/60), as of sixty
 * normal variables, and so the tolerances 3.0 and 5.2. */
static void test_live_variance(void)
{
    double f = pow(SERVERS * RHO / (SERVERS * RHO + 1.0), SERVERS);
    double variance = RHO * f / (1 - f) + RHO - (double)RHO * RHO;
    CU_ASSERT(fabs(variance - .584 * RHO) < .05);
    struct mean turns = live_variance("round_robin"), draws = live_variance("random");
    check_mean("variance of round robin", &turns, variance, .035 * RHO);
    check_mean("variance of random", &draws, RHO, .06 * RHO);
}

static const struct test tests[] = {
    {"infinite servers: Poisson, independent, any hold", test_infinite_servers},
    {"live connections vary less in turn than at random", test_live_variance},
};

SUITE("long_theory_live", tests)
