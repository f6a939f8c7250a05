/* test_world_laws.c: what holds in every world under every balancer: nobody gets lost, and all
 * balancers meet the same customers. */
#include "tests/harness.h"
#include "tests/worlds.h"

#include <string.h>

enum { LONG = 1000000 };

static void reconnects(struct world_traffic *traffic, struct distribution after, uint64_t tries,
                       bool anew)
{
    traffic->reconnects = true;
    traffic->reconnect_after = after;
    traffic->reconnect_tries = tries;
    traffic->reconnect_lasts_new = anew;
}

/* Everything that can happen, happens, to some 4000 connections of three kinds. */
static void begin_busy(struct stage *stage, const char *preset)
{
    stage_begin(stage, preset, 4, LONG);
    stage->server[1].max_conns = 100;
    stage->server[2].weight = 2;
    stage->server[3].at_start = false;
    stage->config.workers = 3;
    stage->config.accept = ACCEPT_RANDOM;
    reconnects(stage_traffic(stage, "rest", poisson(500), exponential(100000)), uniform(0, 20000),
               TRIES_UNLIMITED, false);
    reconnects(stage_traffic(stage, "anew", poisson(1000), uniform(0, 200000)), constant(1000), 2,
               true);
    stage_entry(stage, burst(200, 150000, 0));
    stage_traffic(stage, "gone", every(1000), constant(50000));
    stage_change(stage, 100000, "+4 -1")->drain_ns = 50000;
    stage_change(stage, 200000, "+1 3:1")->drain_ns = 0;
    stage_event(stage, 250000, EVENT_RELOAD);
    stage_event(stage, 300000, EVENT_CRASH)->worker = 1;
    struct world_event *flap = stage_event(stage, 400000, EVENT_FLAP);
    flap->server = 2;
    flap->for_ns = 100000;
    stage_change(stage, 450000, "-1 -2 -4")->drain_ns = 0; /* nobody is left until 500000 */
    stage_change(stage, 600000, "+2 +4 +1");
    struct world_event *fail = stage_event(stage, 620000, EVENT_FAIL); /* s2, of whom 100 at most */
    fail->server = 1;
    fail->detect_ns = 30000;
    fail->back_ns = 60000;
    stage_event(stage, 640000, EVENT_FAIL)->back_ns = 20000; /* s1, and nobody finds out */
    stage_event(stage, 700000, EVENT_TOUCH);
    struct world_event *cut = stage_event(stage, 800000, EVENT_CUT);
    cut->filter.share_e9 = SHARE_ALL / 2;
    cut->filter.order = ORDER_RANDOM;
    stage_event(stage, 900000, EVENT_CLOSE)->filter.traffic = 0;
}

/* The same with three instances, uneven workers, and reloads that cut in the end. */
static void spread_out(struct stage *stage)
{
    static const uint32_t share[] = {5, 0, 3};
    stage->config.instances = 3;
    stage->config.accept = ACCEPT_SHARES;
    stage->config.share = share;
    stage->config.old_workers_ns = 20000;
}

static bool adds_up(const struct world_flow *all, const struct world_flow *part, uint32_t parts)
{
    struct world_flow sum = {0};
    for (uint32_t i = 0; i < parts; i++) {
        sum.arrived += part[i].arrived;
        sum.opens += part[i].opens;
        sum.refused += part[i].refused;
        sum.closed += part[i].closed;
        sum.cut += part[i].cut;
        sum.gave_up += part[i].gave_up;
        sum.lost += part[i].lost;
        sum.open += part[i].open;
        sum.waited += part[i].waited;
        sum.waiting += part[i].waiting;
        sum.queued += part[i].queued;
    }
    return memcmp(&sum, all, sizeof sum) == 0;
}

/* Every open is somewhere, and so is everybody who ever arrived. */
static void check_flow(const char *name, const struct world_flow *flow, bool reconnects)
{
    CHECK_ROW(flow->opens == flow->open + flow->closed + flow->cut + flow->refused + flow->queued,
              "%s: opens add up", name);
    CHECK_ROW(flow->arrived ==
                  flow->open + flow->closed + flow->waiting + flow->lost + flow->queued,
              "%s: those who arrived add up", name);
    if (reconnects)
        CHECK_ROW(flow->arrived == flow->open + flow->closed + flow->waiting + flow->gave_up,
                  "%s: those who come back add up", name);
    else
        CHECK_ROW(flow->arrived == flow->opens && flow->waiting == 0 && flow->gave_up == 0,
                  "%s: nobody comes back", name);
    CHECK_ROW(flow->closed > 100 && flow->cut > 10, "%s: all of it happened", name);
}

static void check_tallies(const char *name, const struct world_result *result)
{
    for (uint32_t row = 0; row <= result->traffics; row++) {
        uint64_t picks = 0, live = 0, closed = 0, cut = 0;
        for (uint32_t s = 0; s < result->servers; s++) {
            const struct world_tally *tally = world_tally_at(result, row, s);
            uint64_t got = tally->picks + tally->picks_absent + tally->retries - tally->failed;
            CHECK_ROW(got == tally->live + tally->closed + tally->cut &&
                          tally->live_peak >= tally->live &&
                          (double)tally->live_peak >= tally->live_mean,
                      "%s: row %u, server %u adds up", name, row, s);
            picks += got;
            live += tally->live;
            closed += tally->closed;
            cut += tally->cut;
        }
        const struct world_flow *flow = &result->flow[row];
        CHECK_ROW(picks == flow->opens - flow->refused - flow->queued && live == flow->open &&
                      closed == flow->closed && cut == flow->cut,
                  "%s: servers and flows of row %u agree", name, row);
    }
}

static void check_conservation(bool spread)
{
    struct stage stage;
    uint64_t digest = 0, refused = 0, gave_up = 0, retries = 0;
    for (uint32_t i = 0; preset_at(i) != NULL; i++) {
        const char *name = preset_at(i)->name;
        begin_busy(&stage, name);
        if (spread)
            spread_out(&stage);
        const struct world_result *result = stage_run(&stage);
        CHECK_ROW(adds_up(&result->flow[0], &result->flow[1], 3), "%s: traffics add up", name);
        for (uint32_t t = 0; t < 3; t++)
            check_flow(name, &result->flow[1 + t], stage.traffic[t].reconnects);
        check_tallies(name, result);
        digest = i == 0 ? result->traffic_digest : digest;
        CHECK_ROW(result->traffic_digest == digest, "%s meets the same traffic", name);
        refused += result->flow[0].refused;
        gave_up += result->flow[0].gave_up;
        for (uint32_t s = 0; s < result->servers; s++)
            retries += world_tally_at(result, 0, s)->retries;
        stage_end(&stage);
    }
    CU_ASSERT(refused > 0 && gave_up > 0 && retries > 1000);
}

static void test_conservation(void)
{
    check_conservation(false);
    check_conservation(true);
}

/* ---- The same customers ---- */

/* What one traffic's connections did as a whole: how many, how long, how many are left. */
static bool same_customers(const struct stage *one, const struct stage *two, uint32_t row)
{
    return memcmp(&one->result->flow[row], &two->result->flow[row], sizeof *one->result->flow) ==
               0 &&
           integral_of(one->result, row, LONG) == integral_of(two->result, row, LONG);
}

static void test_common_numbers(void)
{
    struct stage first, other;
    for (uint32_t i = 0; preset_at(i) != NULL; i++) {
        struct stage *at = i == 0 ? &first : &other;
        stage_begin(at, preset_at(i)->name, 3, LONG);
        at->config.workers = 2;
        reconnects(stage_traffic(at, "a", poisson(1000), exponential(200000)), uniform(0, 50000),
                   TRIES_UNLIMITED, true);
        struct world_event *cut = stage_event(at, LONG / 2, EVENT_CUT);
        cut->filter.traffic = 0;
        cut->filter.share_e9 = SHARE_ALL / 3;
        cut->filter.order = ORDER_RANDOM;
        stage_run(at);
        CHECK_ROW(i == 0 || same_customers(&first, &other, 1), "%s moved somebody",
                  preset_at(i)->name);
        if (i > 0)
            stage_end(at);
    }
    /* Nor does a traffic more, nor an entry more beyond what it brings itself. */
    other = first;
    other.result = NULL;
    stage_traffic(&other, "b", poisson(700), exponential(50000));
    stage_run(&other);
    CU_ASSERT_TRUE(same_customers(&first, &other, 1));
    CU_ASSERT_FALSE(same_customers(&first, &other, 0));
    CU_ASSERT_NOT_EQUAL(first.result->traffic_digest, other.result->traffic_digest);
    uint64_t before = integral_of(other.result, 2, LONG);
    stage_entry(&other, poisson(700)); /* the same law, but not the same numbers again */
    stage_run(&other);
    CU_ASSERT_TRUE(same_customers(&first, &other, 1));
    CU_ASSERT_NOT_EQUAL(integral_of(other.result, 2, LONG), 2 * before);
    before = integral_of(other.result, 2, LONG);
    stage_entry(&other, burst(7, LONG - 1, 0)); /* open for the last tick */
    stage_run(&other);
    CU_ASSERT_TRUE(same_customers(&first, &other, 1));
    CU_ASSERT_EQUAL(integral_of(other.result, 2, LONG), before + 7);
    stage_end(&other);
    stage_end(&first);
}

/* A run is a function of its configuration; replications and seeds are other runs. */
static void test_repeated(void)
{
    struct stage one, two;
    for (int i = 0; i < 3; i++) {
        static const char *const presets[] = {"random_two", "apisix-pr12255", "nginx-random-zone"};
        begin_busy(&one, presets[i]);
        if (i > 0)
            spread_out(&one);
        for (uint64_t s = 0; s < 20; s++)
            stage_sample(&one, s * (LONG / 20));
        two = one;
        stage_run(&one);
        stage_run(&two);
        CU_ASSERT_TRUE(results_equal(one.result, two.result));
        two.config.replication = 1;
        stage_run(&two);
        CU_ASSERT_FALSE(results_equal(one.result, two.result));
        CU_ASSERT_NOT_EQUAL(one.result->traffic_digest, two.result->traffic_digest);
        two.config.replication = 0;
        two.config.seed = 2;
        stage_run(&two);
        CU_ASSERT_NOT_EQUAL(one.result->traffic_digest, two.result->traffic_digest);
        stage_end(&one);
        stage_end(&two);
    }
}

static void test_stop(void)
{
    struct stage stage;
    atomic_bool stop = true;
    stage_begin(&stage, "round_robin", 1, 100);
    stage_traffic(&stage, "a", every(1), forever());
    stage.config.stop = &stop;
    CU_ASSERT_TRUE(stage_run(&stage)->stopped);
    atomic_store(&stop, false);
    CU_ASSERT_FALSE(stage_run(&stage)->stopped);
    stage_end(&stage);
}

static const struct test tests[] = {
    {"nobody gets lost, under any preset", test_conservation},
    {"every balancer meets the same customers", test_common_numbers},
    {"the same again is the same", test_repeated},
    {"a run that is stopped says so", test_stop},
};

SUITE("world_laws", tests)
