/* test_theory.c: runs against what theory says of them. The error probability of each assertion on
 * random figures is 2.5e-8 (z 5.57), and the seeds are fixed: a failure is a fault. */
#include "tests/harness.h"
#include "tests/worlds.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define Z 5.57

/* ---- M/G/infinity from empty ---- */

enum { MG_SERVERS = 4, MG_RUNS = 1000 };

/* Live connections under `random` are independent Poisson variables, whatever the hold: of mean 25
 * each, if the arrival rate times the integral of 1 - G up to the end is 100. */
static void check_infinite_servers(const char *law, struct distribution lasts, uint64_t end_ns,
                                   double integral_ns)
{
    struct stage stage;
    double sum = 0, squares = 0, products = 0;
    const double mean = 25, cells = MG_RUNS * MG_SERVERS, pairs = MG_RUNS * 6;
    stage_begin(&stage, "random", MG_SERVERS, end_ns);
    stage_traffic(&stage, "a", poisson(integral_ns / 100), lasts);
    for (uint64_t run = 0; run < MG_RUNS; run++) {
        stage.config.replication = run;
        const struct world_result *result = stage_run(&stage);
        for (uint32_t i = 0; i < MG_SERVERS; i++) {
            double x = (double)world_tally_at(result, 0, i)->live;
            sum += x;
            squares += (x - mean) * (x - mean);
            for (uint32_t j = 0; j < i; j++)
                products += (x - mean) * ((double)world_tally_at(result, 0, j)->live - mean);
        }
    }
    stage_end(&stage);
    /* Var of the mean is mean/cells; of the variance (2 mean^2 + mean)/cells; of the covariance
     * mean^2/pairs. */
    double at = sum / cells, variance = squares / cells, covariance = products / pairs;
    CHECK_ROW(fabs(at - mean) < Z * sqrt(mean / cells), "%s: mean %.3f, not 25", law, at);
    CHECK_ROW(fabs(variance - mean) < Z * sqrt((2 * mean * mean + mean) / cells),
              "%s: variance %.3f, not 25", law, variance);
    CHECK_ROW(fabs(covariance) < Z * mean / sqrt(pairs), "%s: covariance %.3f, not 0", law,
              covariance);
}

static void test_infinite_servers(void)
{
    const double mean_ns = 1e6;
    check_infinite_servers("exponential", exponential(1000000), 2000000, mean_ns * (1 - exp(-2.0)));
    check_infinite_servers("constant, all of it", constant(700000), 2000000, 700000);
    check_infinite_servers("constant, not yet over", constant(3000000), 2000000, 2000000);
    struct distribution pareto = {.kind = DISTRIBUTION_PARETO,
                                  .parameter = {{.time_ns = 200000}, {.number = 1.5}}};
    check_infinite_servers("pareto", pareto, 2000000, 200000 + 200000 / 0.5 * (1 - pow(0.1, 0.5)));
}

/* ---- Balls in bins ---- */

enum { BINS = 100, BALL_RUNS = 2000 };

/* The mean number of empty bins, and its exact variance. */
static void test_balls_in_bins(void)
{
    static struct world_server server[BINS];
    char name[BINS][16];
    for (unsigned i = 0; i < BINS; i++) {
        snprintf(name[i], sizeof name[i], "b%u", i);
        server[i] = (struct world_server){.name = name[i], .weight = 1, .at_start = true};
    }
    struct balancer balancer = balancer_of_preset(preset_find("random"));
    struct arrivals balls = burst(BINS, 0, 0);
    struct world_traffic traffic = {
        .name = "balls", .arrivals = &balls, .arrivals_count = 1, .lasts = forever()};
    double empty = 0, n = BINS;
    for (uint64_t run = 0; run < BALL_RUNS; run++) {
        struct world_result *result = world_run(&(struct world_config){
            .name = "bins",
            .seed = 3,
            .replication = run,
            .duration_ns = 1,
            .server = server,
            .servers = BINS,
            .traffic = &traffic,
            .traffics = 1,
            .instances = 1,
            .workers = 1,
            .balancer = &balancer,
        });
        for (uint32_t i = 0; i < BINS; i++)
            empty += world_tally_at(result, 0, i)->live == 0;
        world_result_free(result);
    }
    double expected = n * pow(1 - 1 / n, n);
    double variance = expected + n * (n - 1) * pow(1 - 2 / n, n) - expected * expected;
    double tolerance = Z * sqrt(variance / BALL_RUNS);
    CHECK_ROW(fabs(empty / BALL_RUNS - expected) < tolerance, "%.3f empty bins, not %.3f +- %.3f",
              empty / BALL_RUNS, expected, tolerance);
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
    double x2 = 0, most = gsl_cdf_chisq_Qinv(2.5e-8, 2);
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
    double x2 = 0, cut = (double)result->flow[0].cut, most = gsl_cdf_chisq_Qinv(2.5e-8, 2);
    for (uint32_t i = 0; i < 3; i++) {
        double before = i == 0 ? 0 : (double)result->moment[0].live[i];
        double apart = (double)world_tally_at(result, 0, i)->live - before - cut / 3;
        x2 += apart * apart / (cut / 3);
    }
    CHECK_ROW(cut > 800 && x2 < most, "chi-square %.1f, at most %.1f", x2, most);
    stage_end(&stage);
}

/* ---- Exact laws ---- */

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* The stream of one purpose for the first entry of a stage's traffic. */
static struct stream stream_for(const struct stage *stage, uint32_t traffic,
                                enum stream_purpose purpose)
{
    const char *name = stage->traffic[traffic].name;
    struct stream root = stream_root(stage->config.seed, stage->config.replication, purpose,
                                     stream_hash(name, strlen(name)));
    return stream_of(root, 0);
}

/* How long all connections of a traffic are open before the end, added up, from their own random
 * numbers. Who is open at cut_ns is cut then, for as long as its reconnect says. */
static uint64_t open_time(const struct stage *stage, uint32_t traffic, uint64_t cut_ns)
{
    struct arrivals_cursor cursor =
        arrivals_begin(&stage->arrivals[traffic][0], stream_for(stage, traffic, STREAM_ARRIVAL));
    struct stream holds = stream_for(stage, traffic, STREAM_HOLD);
    struct stream waits = stream_for(stage, traffic, STREAM_RECONNECT);
    uint64_t end_ns = stage->config.duration_ns, sum = 0, at_ns;
    for (uint64_t k = 0; arrivals_next(&cursor, &at_ns) && at_ns < end_ns; k++) {
        uint64_t hold_ns =
            distribution_sample(&stage->traffic[traffic].lasts, stream_of(stream_of(holds, k), 0));
        uint64_t until_ns = hold_ns > end_ns ? end_ns : least(at_ns + hold_ns, end_ns);
        sum += until_ns - at_ns;
        if (at_ns >= cut_ns || until_ns < cut_ns) /* events are before departures */
            continue;
        uint64_t away_ns = distribution_sample(&stage->traffic[traffic].reconnect_after,
                                               stream_of(stream_of(waits, k), 1));
        uint64_t back_ns = least(cut_ns + away_ns, end_ns);
        uint64_t left_ns = at_ns + hold_ns - cut_ns;
        if (stage->traffic[traffic].reconnect_lasts_new)
            left_ns = distribution_sample(&stage->traffic[traffic].lasts,
                                          stream_of(stream_of(holds, k), 1));
        sum -= until_ns - cut_ns;
        sum += least(back_ns + left_ns, end_ns) - back_ns;
    }
    return sum;
}

static const char *const some_presets[] = {"round_robin",           "random",
                                           "lbsim-least-conn",      "apisix-pr12255",
                                           "nginx-least-conn-zone", "nginx-implicit"};
enum { SOME = sizeof some_presets / sizeof *some_presets };

/* Little's law, in ticks: what is open, added up over time, is what lasts, added up over
 * connections. */
static void test_little(void)
{
    const struct distribution laws[] = {exponential(500000), constant(123456), uniform(0, 20000000),
                                        forever()};
    struct stage stage;
    for (size_t law = 0; law < sizeof laws / sizeof *laws; law++)
        for (int i = 0; i < SOME; i++) {
            stage_begin(&stage, some_presets[i], 5, 10000000);
            stage.config.workers = 2;
            stage_traffic(&stage, "a", poisson(2000), laws[law]);
            stage_change(&stage, 3000000, "-1");
            stage_event(&stage, 4000000, EVENT_RELOAD);
            stage_change(&stage, 5000000, "+1 2:3");
            stage_run(&stage);
            uint64_t open = open_time(&stage, 0, UINT64_MAX);
            uint64_t live = integral_of(stage.result, 0, 10000000);
            CHECK_ROW(open == live, "%s, law %zu: %llu, not %llu", some_presets[i], law,
                      (unsigned long long)live, (unsigned long long)open);
            stage_end(&stage);
        }
}

/* The same where 10,000 of a and c are cut and come back, for the rest or anew: their old
 * departures, most of what is queued, must not touch them, nor b, which stays. */
static void test_little_with_cuts(void)
{
    struct stage stage;
    for (int i = 0; i < SOME; i++) {
        stage_begin(&stage, some_presets[i], 5, 10000000);
        reconnects(stage_traffic(&stage, "a", poisson(200), exponential(2000000)), false);
        stage_traffic(&stage, "b", poisson(2000), exponential(2000000));
        reconnects(stage_traffic(&stage, "c", poisson(2000), exponential(2000000)), true);
        stage_event(&stage, 5000000, EVENT_CUT)->filter.traffic = 0;
        stage_event(&stage, 5000000, EVENT_CUT)->filter.traffic = 2;
        stage_run(&stage);
        CU_ASSERT(stage.result->flow[0].cut > 9500);
        for (uint32_t t = 0; t < 3; t++) {
            uint64_t open = open_time(&stage, t, t == 1 ? UINT64_MAX : 5000000);
            uint64_t live = integral_of(stage.result, 1 + t, 10000000);
            CHECK_ROW(open == live, "%s, %s: %llu, not %llu", some_presets[i],
                      stage.traffic[t].name, (unsigned long long)live, (unsigned long long)open);
        }
        stage_end(&stage);
    }
}

/* Round robin's picks differ by one at the most, at any time, whatever is held. */
static void test_round_robin(void)
{
    struct stage stage;
    stage_begin(&stage, "round_robin", 6, 10000000);
    stage.config.workers = 3;
    struct world_traffic *traffic = stage_traffic(&stage, "a", poisson(2000), exponential(300000));
    traffic->reconnects = true;
    traffic->reconnect_after = exponential(10000);
    traffic->reconnect_tries = TRIES_UNLIMITED;
    stage_event(&stage, 5000000, EVENT_CUT)->filter.server = 2;
    for (uint64_t i = 0; i < STAGE_SAMPLES; i++)
        stage_sample(&stage, i * 249989);
    const struct world_result *result = stage_run(&stage);
    for (uint32_t i = 0; i < result->samples; i++) {
        uint64_t low = UINT64_MAX, high = 0;
        for (uint32_t s = 0; s < 6; s++) {
            uint64_t picks = result->sample_picks[6 * i + s];
            low = picks < low ? picks : low;
            high = picks > high ? picks : high;
        }
        CHECK_ROW(high - low <= 1, "sample %u: picks from %llu to %llu", i, (unsigned long long)low,
                  (unsigned long long)high);
    }
    CU_ASSERT(result->flow[0].opens > 5000);
    stage_end(&stage);
}

/* Nobody closes: least_conn that sees the host keeps all servers level, and a newcomer first gets
 * everything. */
static void test_least_conn(void)
{
    static const char *const presets[] = {"least_conn", "lbsim-least-conn",
                                          "nginx-least-conn-resolve"};
    struct stage stage;
    for (int i = 0; i < 3; i++) {
        stage_begin(&stage, presets[i], 6, 1000000);
        stage.server[5].at_start = false;
        stage.config.workers = 3;
        stage.config.accept = ACCEPT_RANDOM;
        stage_traffic(&stage, "a", poisson(100), forever());
        stage_change(&stage, 500000, "+6");
        for (uint64_t s = 1; s <= STAGE_SAMPLES; s++)
            stage_sample(&stage, s * 24971);
        const struct world_result *result = stage_run(&stage);
        for (uint32_t s = 0; s < result->samples; s++) {
            const uint64_t *live = &result->sample_live[6 * s];
            uint64_t low = live[0], high = live[0];
            bool level = stage.sample_ns[s] > 700000; /* it needs 1000 x 100 ns to catch up */
            for (uint32_t j = 1; j < (level ? 6 : 5); j++) {
                low = live[j] < low ? live[j] : low;
                high = live[j] > high ? live[j] : high;
            }
            CHECK_ROW(high - low <= 1, "%s, sample %u: live from %llu to %llu", presets[i], s,
                      (unsigned long long)low, (unsigned long long)high);
        }
        CU_ASSERT(result->newcomer[0].picks == 100 && result->newcomer[0].taken == 100);
        stage_end(&stage);
    }
}

static const struct test tests[] = {
    {"infinite servers: Poisson, independent, any hold", test_infinite_servers},
    {"balls in bins: empty ones", test_balls_in_bins},
    {"accept: random: all workers alike", test_accept_random},
    {"a second attempt draws anew", test_attempts_draw_anew},
    {"Little's law to the tick", test_little},
    {"Little's law with 10,000 cut", test_little_with_cuts},
    {"round_robin: picks differ by one at the most", test_round_robin},
    {"least_conn on the host's view is level", test_least_conn},
};

SUITE("theory", tests)
