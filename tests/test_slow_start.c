/* test_slow_start.c: limits that rise second by second after a server has joined, by hand.
 *
 * As many hundredths of max_conns as of the slow start are over, whole seconds, and 1 at least. */
#include "tests/waiting.h"

/* s1 with 10 places, s2 that joins at 2 s with a slow start of 5 s; a burst of 40 at 1 s. */
static void begin(struct stage *stage, bool steps, uint64_t join_ns)
{
    queue_begin(stage, "round_robin", NULL, 2, 10, 20 * SECOND);
    stage->balancer.trait[TRAIT_SLOW_START] = steps ? SLOW_START_STEPS : SLOW_START_IGNORED;
    stage->server[1].at_start = false;
    stage->server[0].slow_start_s = stage->server[1].slow_start_s = 5;
    stage_traffic(stage, "a", burst(40, SECOND, 0), forever());
    stage_change(stage, join_ns, "+2");
}

static void look(struct stage *stage, const uint64_t *at_ms, int looks)
{
    for (int i = 0; i < looks; i++)
        stage_sample(stage, at_ms[i] * 1000000);
}
#define LOOK(stage, ...)                                                                           \
    look(stage, (const uint64_t[]){__VA_ARGS__}, sizeof((uint64_t[]){__VA_ARGS__}) / 8)

static void test_rises(void)
{
    struct stage stage;
    begin(&stage, true, 2 * SECOND);
    LOOK(&stage, 1999, 2000, 2999, 3000, 3999, 4000, 5000, 6000, 6999, 7000, 19000);
    stage_run(&stage);
    /* s1 is whole at the start. s2 has 1, and then 20, 40, 60, 80 and 100 hundredths of 10. */
    CHECK_SAMPLES(&stage, "10 0, 10 1, 10 1, 10 2, 10 2, 10 4, 10 6, 10 8, 10 8, 10 10, 10 10");
    CHECK_QUEUED(&stage, 30, 20);
    stage_end(&stage);
}

static void test_ignored(void)
{
    struct stage stage;
    begin(&stage, false, 2 * SECOND);
    LOOK(&stage, 1999, 2000);
    stage_run(&stage);
    CHECK_SAMPLES(&stage, "10 0, 10 10");
    stage_end(&stage);
}

/* The clock has whole seconds only: who joins at 2.5 s is a second old at 3 s. */
static void test_whole_seconds(void)
{
    struct stage stage;
    begin(&stage, true, 5 * SECOND / 2);
    LOOK(&stage, 2500, 2999, 3000, 4000, 7000);
    stage_run(&stage);
    CHECK_SAMPLES(&stage, "10 1, 10 1, 10 2, 10 4, 10 10");
    stage_end(&stage);
}

/* Without a queue whoever finds the limit is refused; one a second from 1.5 s on, and all go to s2
 * that s1 has no place for. */
static void test_refuses(void)
{
    struct stage stage;
    begin(&stage, true, 2 * SECOND);
    stage.balancer.trait[TRAIT_WHEN_FULL] = FULL_REFUSE;
    stage_traffic(&stage, "b", burst(9, SECOND, 9 * SECOND), forever());
    LOOK(&stage, 2500, 3500, 4500, 5500, 10000);
    stage_run(&stage);
    CHECK_SAMPLES(&stage, "10 1, 10 2, 10 3, 10 4, 10 8");
    CU_ASSERT_EQUAL(stage.result->flow[1].refused, 30);
    CU_ASSERT_EQUAL(stage.result->flow[2].refused, 1);
    CHECK_QUEUED(&stage, 0, 0);
    stage_end(&stage);
}

/* s2, whole by 7 s, is down from 8 s to 9 s, and comes back slowly: of its ten, who stay, six are
 * closed at 10 s, when its limit is 2. At 11 s it is 4, at 12 s 6. */
static void test_comes_back_slowly(void)
{
    struct stage stage;
    begin(&stage, true, 2 * SECOND);
    struct world_event *flap = stage_event(&stage, 8 * SECOND, EVENT_FLAP);
    flap->server = 1;
    flap->for_ns = SECOND;
    struct world_event *close = stage_event(&stage, 10 * SECOND, EVENT_CLOSE);
    close->filter.server = 1;
    close->filter.count = 6;
    LOOK(&stage, 7999, 9999, 10000, 11999, 12000, 13000, 14000);
    stage_run(&stage);
    CHECK_SAMPLES(&stage, "10 10, 10 10, 10 4, 10 4, 10 6, 10 8, 10 10");
    stage_end(&stage);
}

/* A weight that rises from 0, here at 10 s, is no coming up, as it is none in HAProxy: no slow
 * start begins, and no line moves. Who comes next finds the places. */
static void test_weight_is_no_start(void)
{
    struct stage stage;
    begin(&stage, true, 2 * SECOND);
    stage.added[0][0].weight = 0;
    stage_change(&stage, 10 * SECOND, "2:1");
    stage_traffic(&stage, "b", burst(8, 11 * SECOND, 0), forever());
    LOOK(&stage, 9000, 10999, 11000);
    stage_run(&stage);
    CHECK_SAMPLES(&stage, "10 0, 10 0, 10 8");
    CHECK_QUEUED(&stage, 30, 30);
    stage_end(&stage);
}

/* A process has no slow start of what it finds in its list: after a reload at 3 s there is room for
 * ten on each, which the new process counts from nothing; who waits with the old one goes on as it
 * was, one place at 3 s and two at 4 s. */
static void test_reload(void)
{
    struct stage stage;
    begin(&stage, true, 2 * SECOND);
    stage.balancer.view = lb_view_find("host_generation");
    stage_event(&stage, 3 * SECOND, EVENT_RELOAD);
    stage_traffic(&stage, "b", burst(20, 7 * SECOND / 2, 0), forever());
    LOOK(&stage, 2999, 3000, 3499, 3500, 4000);
    stage_run(&stage);
    CHECK_SAMPLES(&stage, "10 1, 10 2, 10 2, 20 12, 20 14");
    stage_end(&stage);
}

/* Where a list change is a reload, who joins is whole for the new process. */
static void test_joins_by_reload(void)
{
    struct stage stage;
    begin(&stage, true, 2 * SECOND);
    stage.balancer.view = lb_view_find("host_generation");
    stage.balancer.change = CHANGE_RELOAD;
    stage_traffic(&stage, "b", burst(20, 5 * SECOND / 2, 0), forever());
    LOOK(&stage, 2499, 2500);
    stage_run(&stage);
    CHECK_SAMPLES(&stage, "10 0, 20 10");
    stage_end(&stage);
}

/* The life after a crash is a process that starts; the other worker's slow start goes on. */
static void test_after_a_crash(void)
{
    for (uint32_t worker = 0; worker < 2; worker++) {
        struct stage stage;
        begin(&stage, true, 2 * SECOND);
        stage.balancer.view = lb_view_find("worker");
        stage.config.workers = 2;
        stage.arrivals[0][0] = burst(1, SECOND, 0); /* s1 of worker 0; the next is worker 1's */
        stage_event(&stage, 3 * SECOND, EVENT_CRASH)->worker = worker;
        stage_traffic(&stage, "b", burst(1, 7 * SECOND / 2, 0), forever());
        stage_traffic(&stage, "c", burst(40, 15 * SECOND / 4, 0), forever());
        LOOK(&stage, 3900);
        stage_run(&stage);
        /* the crashed one fills ten of each; the other ten of s1 and two of s2 */
        CHECK_SAMPLES(&stage, "20 12");
        stage_end(&stage);
    }
}

static const struct test tests[] = {
    {"the limit rises second by second", test_rises},
    {"nobody looks at it", test_ignored},
    {"whole seconds of the clock", test_whole_seconds},
    {"without a queue it refuses", test_refuses},
    {"back from a flap, slowly", test_comes_back_slowly},
    {"a weight is no start", test_weight_is_no_start},
    {"a reload: the new process has none", test_reload},
    {"joining by reload", test_joins_by_reload},
    {"after a crash", test_after_a_crash},
};

SUITE("slow_start", tests)
