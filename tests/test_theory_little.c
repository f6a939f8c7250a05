/* test_theory_little.c: Little's law, to the tick: what is open, added up over time, is what lasts,
 * added up over connections. */
#include "tests/harness.h"
#include "tests/worlds.h"

#include <string.h>

static void reconnects(struct world_traffic *traffic, bool anew)
{
    traffic->reconnects = true;
    traffic->reconnect_after = exponential(100000);
    traffic->reconnect_tries = 1;
    traffic->reconnect_lasts_new = anew;
}

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

/* Whoever balances, the same are cut, closed and lost with their worker, where that does not depend
 * on the server: the sum of all holds is the same for all presets, in the whole and traffic by
 * traffic. */
static void test_little_for_all(void)
{
    struct stage stage;
    uint64_t first[3] = {0};
    const struct preset *preset;
    for (uint32_t i = 0; (preset = preset_at(i)) != NULL; i++) {
        stage_begin(&stage, preset->name, 5, 10000000);
        stage.config.workers = 3;
        stage.config.accept = ACCEPT_RANDOM;
        reconnects(stage_traffic(&stage, "a", poisson(2000), exponential(2000000)), false);
        reconnects(stage_traffic(&stage, "b", poisson(2000), uniform(0, 5000000)), true);
        struct world_event *cut = stage_event(&stage, 4000000, EVENT_CUT);
        cut->filter.share_e9 = SHARE_ALL / 3;
        cut->filter.order = ORDER_RANDOM;
        stage_event(&stage, 5000000, EVENT_CLOSE)->filter.count = 200;
        stage_event(&stage, 6000000, EVENT_CRASH)->worker = 1;
        stage_change(&stage, 7000000, "-2 4:3");
        stage_run(&stage);
        CU_ASSERT(stage.result->flow[0].cut > 500 && stage.result->flow[0].closed > 5000);
        for (uint32_t row = 0; row < 3; row++) {
            uint64_t live = integral_of(stage.result, row, 10000000);
            if (i == 0)
                first[row] = live;
            CHECK_ROW(live == first[row], "%s, row %u: %llu, not %llu", preset->name, row,
                      (unsigned long long)live, (unsigned long long)first[row]);
        }
        stage_end(&stage);
    }
}

static const struct test tests[] = {
    {"Little's law to the tick", test_little},
    {"Little's law with 10,000 cut", test_little_with_cuts},
    {"the same sum of holds for all presets", test_little_for_all},
};

SUITE("theory_little", tests)
