/* test_theory.c: chance in small worlds: infinite servers, workers, second attempts. */
#include "tests/theory.h"

/* Some of what long_theory_live.c does in full. */
static void test_infinite_servers(void)
{
    check_infinite_servers("exponential", exponential(1000000), 1000);
    check_infinite_servers("pareto", pareto(200000, 1.5), 1000);
}

/* ---- Chance where there are workers and second attempts ---- */

static void reconnects(struct world_traffic *traffic, bool anew)
{
    traffic->reconnects = true;
    traffic->reconnect_after = exponential(100000);
    traffic->reconnect_tries = 1;
    traffic->reconnect_lasts_new = anew;
}

enum { ACCEPT_RUNS = 400 };

/* Three connections on two instances of two workers, each with a round of its own: as many on s1 as
 * workers were hit. One, two or three of four: 4, 36 and 24 of 64. */
static void test_accept_random(void)
{
    static const double expected[] = {4.0 / 64, 36.0 / 64, 24.0 / 64};
    struct stage stage;
    double x2 = 0, most = gsl_cdf_chisq_Qinv(ERROR_PROBABILITY, 2);
    uint32_t count[4] = {0};
    stage_begin(&stage, "round_robin", 3, 100);
    stage.balancer.view = lb_view_find("worker");
    stage.config.instances = 2;
    stage.config.workers = 2;
    stage.config.accept = ACCEPT_RANDOM;
    stage_traffic(&stage, "a", burst(3, 0, 0), forever());
    for (uint64_t run = 0; run < ACCEPT_RUNS; run++) {
        stage.config.replication = run;
        count[world_tally_at(stage_run(&stage), 0, 0)->live]++;
    }
    for (int hit = 1; hit <= 3; hit++) {
        double apart = count[hit] - ACCEPT_RUNS * expected[hit - 1];
        x2 += apart * apart / (ACCEPT_RUNS * expected[hit - 1]);
    }
    CHECK_ROW(count[0] == 0 && x2 < most, "chi-square %.1f, at most %.1f", x2, most);
    stage_end(&stage);
}

/* Who is cut from s1 draws again: to each of three servers one of three. */
static void test_attempts_draw_anew(void)
{
    struct stage stage;
    stage_begin(&stage, "random", 3, 100);
    reconnects(stage_traffic(&stage, "a", burst(3000, 0, 0), forever()), false);
    stage.traffic[0].reconnect_after = constant(1);
    stage_event(&stage, 10, EVENT_CUT)->filter.server = 0;
    const struct world_result *result = stage_run(&stage);
    double x2 = 0, cut = (double)result->flow[0].cut,
           most = gsl_cdf_chisq_Qinv(ERROR_PROBABILITY, 2);
    for (uint32_t i = 0; i < 3; i++) {
        double before = i == 0 ? 0 : (double)result->moment[0].live[i];
        double apart = (double)world_tally_at(result, 0, i)->live - before - cut / 3;
        x2 += apart * apart / (cut / 3);
    }
    CHECK_ROW(cut > 800 && x2 < most, "chi-square %.1f, at most %.1f", x2, most);
    stage_end(&stage);
}

static const struct test tests[] = {
    {"infinite servers: Poisson, independent, any hold", test_infinite_servers},
    {"accept: random: all workers alike", test_accept_random},
    {"a second attempt draws anew", test_attempts_draw_anew},
};

SUITE("theory", tests)
