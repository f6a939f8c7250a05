/* test_instances.c: several gateway instances of several workers: who takes a connection, and what
 * each view makes of it. Small worlds worked out by hand, and one known law. */
#include "tests/harness.h"
#include "tests/theory.h"
#include "tests/worlds.h"

#include <string.h>

/* ---- Who takes a connection ---- */

enum { TOOK_MOST = 4, HEARD = 100000 };

/* What was heard of the picks: how many each worker of each instance got, and in which order. */
struct heard {
    uint64_t took[TOOK_MOST][TOOK_MOST]; /* [instance][worker] */
    uint8_t who[HEARD];                  /* instance and worker, a digit each, of every pick */
    uint64_t picks;
};

static void hear(void *context, const struct world_pick *pick)
{
    struct heard *heard = context;
    assert(pick->instance < TOOK_MOST && pick->worker < TOOK_MOST && heard->picks < HEARD);
    heard->took[pick->instance][pick->worker]++;
    heard->who[heard->picks++] = (uint8_t)(10 * pick->instance + pick->worker);
}

static void run_heard(struct stage *stage, struct heard *heard)
{
    *heard = (struct heard){.picks = 0};
    stage->config.on_pick = hear;
    stage->config.pick_context = heard;
    stage_run(stage);
}

/* The instance next in turn, and in it the next worker. */
static void test_in_turn(void)
{
    static const uint8_t expected[] = {0, 10, 20, 1, 11, 21, 0, 10};
    static struct heard heard;
    struct stage stage;
    stage_begin(&stage, "round_robin", 2, 100);
    stage.config.instances = 3;
    stage.config.workers = 2;
    stage_traffic(&stage, "a", burst(8, 0, 0), forever());
    run_heard(&stage, &heard);
    CU_ASSERT_EQUAL(heard.picks, 8);
    CU_ASSERT(memcmp(heard.who, expected, sizeof expected) == 0);
    stage_end(&stage);
}

static void begin_shares(struct stage *stage, const uint32_t *share, uint32_t workers)
{
    stage_begin(stage, "round_robin", 3, 1000000);
    stage->config.instances = 3;
    stage->config.workers = workers;
    stage->config.accept = ACCEPT_SHARES;
    stage->config.share = share;
}

/* 65 64 62 49 of 240, as an nginx of four workers took them, in each of three instances. */
static void test_shares(void)
{
    static const uint32_t share[] = {65, 64, 62, 49};
    static struct heard heard;
    struct stage stage;
    double x2 = 0, most = gsl_cdf_chisq_Qinv(ERROR_PROBABILITY, 11), n = 72000;
    begin_shares(&stage, share, 4);
    stage_traffic(&stage, "a", burst((uint64_t)n, 0, 0), forever());
    run_heard(&stage, &heard);
    for (int instance = 0; instance < 3; instance++)
        for (int worker = 0; worker < 4; worker++) {
            double expected = n / 3 * share[worker] / 240;
            double apart = (double)heard.took[instance][worker] - expected;
            x2 += apart * apart / expected;
        }
    CHECK_ROW(x2 < most, "chi-square %.1f, at most %.1f", x2, most);
    stage_end(&stage);
}

/* Who has no share takes nothing; and the list is the balancer's workers', if it has its own. */
static void test_no_share(void)
{
    static const uint32_t share[][3] = {{0, 5, 0}, {0, 0, 65535}, {1, 0, 0}};
    static struct heard heard;
    struct stage stage;
    for (int taker = 0; taker < 3; taker++) {
        begin_shares(&stage, share[taker == 0 ? 2 : taker - 1], 1);
        stage.balancer.workers = 3;
        stage_traffic(&stage, "a", burst(3000, 0, 0), forever());
        run_heard(&stage, &heard);
        uint64_t took = 0;
        for (int instance = 0; instance < 3; instance++)
            took += heard.took[instance][taker];
        CHECK_ROW(took == 3000, "worker %d took %llu of 3000", taker, (unsigned long long)took);
        stage_end(&stage);
    }
}

/* Equal shares of whatever size are `random`, connection by connection. */
static void test_equal_shares(void)
{
    static const uint32_t share[][3] = {{1, 1, 1}, {7, 7, 7}, {65535, 65535, 65535}};
    static struct heard any, heard;
    struct stage stage;
    begin_shares(&stage, NULL, 3);
    stage.config.accept = ACCEPT_RANDOM;
    stage_traffic(&stage, "a", poisson(100), exponential(20000));
    run_heard(&stage, &any);
    CU_ASSERT(any.picks > 9000);
    stage.config.accept = ACCEPT_SHARES;
    for (int i = 0; i < 3; i++) {
        stage.config.share = share[i];
        run_heard(&stage, &heard);
        CHECK_ROW(memcmp(&any, &heard, sizeof any) == 0, "shares of %u", share[i][0]);
    }
    stage_end(&stage);
}

/* The same worker takes the same connection, whoever balances; and its second attempt is another
 * draw. */
static void test_same_under_all(void)
{
    static const uint32_t share[] = {2, 1, 1};
    static struct heard first, heard;
    for (uint32_t i = 0; preset_at(i) != NULL; i++) {
        struct stage stage;
        begin_shares(&stage, share, 3);
        stage.balancer = balancer_of_preset(preset_at(i));
        struct world_traffic *traffic =
            stage_traffic(&stage, "a", burst(2000, 0, 500000), forever());
        traffic->reconnects = true;
        traffic->reconnect_after = constant(1);
        traffic->reconnect_tries = TRIES_UNLIMITED;
        stage_event(&stage, 600000, EVENT_CUT);
        run_heard(&stage, i == 0 ? &first : &heard);
        CHECK_ROW(i == 0 || memcmp(&first, &heard, sizeof first) == 0, "%s", preset_at(i)->name);
        stage_end(&stage);
    }
    CU_ASSERT_EQUAL(first.picks, 4000);
    CU_ASSERT(memcmp(first.who, first.who + 2000, 2000) != 0);
}

/* ---- What each view sees of it ---- */

/* Two instances of two workers take eight connections in turn, two each; s3 joins s1 and s2; and
 * again eight. Each picks the least open that it knows of, ties the longest unpicked, then in list
 * order. Of `seeded` with new pickers: an instance's table says 1 0 when its second worker builds,
 * so it takes s2, and both come to 2 2; then 2 2 0 to the first and 2 2 1 to the second of the new
 * pickers, s3 for both, s3 again for the first, which believes 2 2 1, and s1 for the second, which
 * believes 2 2 2: 3 2 3. With a list that is edited in place the second believes in 2 1 of which
 * one never was, takes s3 and then s2, and its neighbour s3 and s1: 3 3 2. */
static void test_views(void)
{
    static const struct {
        const char *view, *live[3]; /* by change: in_place, rebuild, reload */
    } rows[] = {
        {"request", {"16 0 0", "16 0 0", "16 0 0"}},
        {"generation", {"8 4 4", "8 8 0", "8 8 0"}},
        {"seeded", {"6 6 4", "6 4 6", "6 4 6"}},
        {"worker", {"8 4 4", "8 4 4", "8 8 0"}},
        {"host_generation", {"6 6 4", "8 6 2", "8 6 2"}},
        {"host", {"6 6 4", "6 6 4", "6 6 4"}},
        {"fleet", {"6 5 5", "6 5 5", "6 5 5"}},
    };
    struct stage stage;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int change = CHANGE_IN_PLACE; change <= CHANGE_RELOAD; change++) {
            char live[STAGE_TEXT];
            stage_begin(&stage, "lbsim-least-conn", 3, 100);
            stage.server[2].at_start = false;
            stage.balancer.view = lb_view_find(rows[i].view);
            stage.balancer.change = (enum change)change;
            stage.config.instances = stage.config.workers = 2;
            stage_traffic(&stage, "a", burst(8, 0, 0), forever());
            stage_entry(&stage, burst(8, 20, 0));
            stage_change(&stage, 10, "+3");
            text_of_live(stage_run(&stage), 0, live);
            CHECK_ROW(strcmp(live, rows[i].live[change]) == 0, "%s, %s: %s, expected %s",
                      rows[i].view, change_choice.words[change], live, rows[i].live[change]);
            stage_end(&stage);
        }
}

/* Two workers of the first instance, and who is on them: s1 and s2 of the first, s1 and s2 of the
 * second worker, as in the other instance. */
static void test_crash(void)
{
    struct stage stage;
    for (uint32_t worker = 0; worker < 2; worker++) {
        stage_begin(&stage, "round_robin", 2, 100);
        stage.balancer.view = lb_view_find("worker");
        stage.config.instances = stage.config.workers = 2;
        stage_traffic(&stage, "a", burst(7, 0, 0), forever()); /* the last worker has one only */
        stage_event(&stage, 10, EVENT_CRASH)->worker = worker;
        stage_run(&stage);
        CHECK_MOMENT(&stage, 0, "4 3");
        CHECK_LIVE(&stage, 0, "3 2");
        stage_end(&stage);
    }
}

/* ---- In step ---- */

/* k picks each of so many that know nothing of each other, as even as each can be: server s (from
 * 1) gets k / n + [s <= k mod n] of each. */
static void check_in_step(const char *preset, const char *view, uint32_t instances,
                          uint32_t workers, uint32_t alone)
{
    for (uint32_t n = 1; n <= STAGE_SERVERS; n++)
        for (uint64_t k = 0; k <= 13; k++) {
            struct stage stage;
            stage_begin(&stage, preset, n, 100);
            stage.balancer.view = lb_view_find(view);
            stage.config.instances = instances;
            stage.config.workers = workers;
            uint64_t picks = k * instances * workers, each = picks / alone;
            stage_traffic(&stage, "a", burst(picks, 0, 0), forever());
            const struct world_result *result = stage_run(&stage);
            for (uint32_t s = 0; s < n; s++) {
                uint64_t expected = alone * (each / n + (s < each % n));
                uint64_t live = world_tally_at(result, 0, s)->live;
                CHECK_ROW(live == expected, "%s, %s, %u x %u: s%u of %u has %llu, expected %llu",
                          preset, view, instances, workers, s + 1, n, (unsigned long long)live,
                          (unsigned long long)expected);
            }
            stage_end(&stage);
        }
}

/* alone: how many there are that see nothing of each other. */
static void test_in_step(void)
{
    static const char *const presets[] = {"round_robin", "lbsim-least-conn"};
    static const uint32_t many[] = {1, 2, 3, 8};
    for (int preset = 0; preset < 2; preset++)
        for (size_t i = 0; i < sizeof many / sizeof *many; i++) {
            check_in_step(presets[preset], "generation", many[i], 1, many[i]);
            check_in_step(presets[preset], "seeded", many[i], 1, many[i]);
            check_in_step(presets[preset], "worker", many[i], 2, 2 * many[i]);
            check_in_step(presets[preset], "host_generation", many[i], 2, many[i]);
            check_in_step(presets[preset], "host", many[i], 1, many[i]);
            check_in_step(presets[preset], "fleet", many[i], 2, 1);
        }
}

/* Eight instances, ten held each, six servers: what was measured on HAProxy. */
static void test_eight(void)
{
    struct stage stage;
    stage_begin(&stage, "round_robin", 6, 100);
    stage.config.instances = 8;
    stage_traffic(&stage, "a", burst(80, 0, 50), forever());
    stage_run(&stage);
    CHECK_LIVE(&stage, 0, "16 16 16 16 8 8");
    stage.balancer.view = lb_view_find("fleet");
    stage_run(&stage);
    CHECK_LIVE(&stage, 0, "14 14 13 13 13 13");
    stage_end(&stage);
}

/* Instances that draw alike: each server gets eight times what each gives it. */
static void test_alike(void)
{
    struct stage stage;
    stage_begin(&stage, "random", 6, 100);
    stage.balancer.draws = DRAWS_PROCESS;
    stage.config.instances = 8;
    stage_traffic(&stage, "a", burst(80, 0, 0), forever());
    for (uint64_t run = 0; run < 20; run++) {
        stage.config.replication = run;
        const struct world_result *result = stage_run(&stage);
        for (uint32_t s = 0; s < 6; s++)
            CHECK_ROW(world_tally_at(result, 0, s)->live % 8 == 0, "run %llu, s%u has %llu",
                      (unsigned long long)run, s + 1,
                      (unsigned long long)world_tally_at(result, 0, s)->live);
    }
    stage_end(&stage);
}

static const struct test tests[] = {
    {"accept: in turn, instance by instance", test_in_turn},
    {"accept: by shares", test_shares},
    {"accept: no share, no connection", test_no_share},
    {"accept: equal shares are random", test_equal_shares},
    {"accept: alike under every balancer", test_same_under_all},
    {"views and changes, two instances of two", test_views},
    {"a crash is of the first instance's worker", test_crash},
    {"k picks on each of g in step", test_in_step},
    {"eight in step", test_eight},
    {"draws alike in every process", test_alike},
};

SUITE("instances", tests)
