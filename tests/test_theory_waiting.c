/* test_theory_waiting.c: queues whose waits are known: to the tick from the arrivals and holds
 * themselves, and on average from Erlang. */
#include "tests/theory.h"
#include "tests/waiting.h"

enum { MOST = 6000 };

/* When each connection of the first traffic arrived, and when it was picked. */
struct waits {
    uint64_t arrived_ns[MOST], hold_ns[MOST], picked_ns[MOST];
    uint32_t server[MOST], arrivals;
};

static void note_time(void *context, const struct world_pick *pick)
{
    struct waits *waits = context;
    assert(pick->connection < MOST && pick->server != NO_SERVER);
    waits->picked_ns[pick->connection] = pick->at_ns;
    waits->server[pick->connection] = pick->server;
}

static struct stream stream_for(const struct stage *stage, enum stream_purpose purpose)
{
    const char *name = stage->traffic[0].name;
    return stream_of(stream_root(stage->config.seed, stage->config.replication, purpose,
                                 stream_hash(name, strlen(name))),
                     0);
}

/* Runs the stage, and reads arrivals and holds from their own random numbers. */
static void run(struct stage *stage, struct waits *waits)
{
    uint64_t at_ns;
    *waits = (struct waits){.arrivals = 0};
    memset(waits->picked_ns, 0xff, sizeof waits->picked_ns);
    stage->config.on_pick = note_time;
    stage->config.pick_context = waits;
    stage_run(stage);
    struct arrivals_cursor cursor =
        arrivals_begin(&stage->arrivals[0][0], stream_for(stage, STREAM_ARRIVAL));
    struct stream holds = stream_for(stage, STREAM_HOLD);
    while (arrivals_next(&cursor, &at_ns) && at_ns < stage->config.duration_ns) {
        uint32_t k = waits->arrivals++;
        assert(k < MOST);
        waits->arrived_ns[k] = at_ns;
        waits->hold_ns[k] =
            distribution_sample(&stage->traffic[0].lasts, stream_of(stream_of(holds, k), 0));
    }
}

/* First come, first served, by whoever is free first (Kiefer and Wolfowitz), or by one's own server
 * (Lindley): when it is one's turn. free_ns: when each place is free next. */
static uint64_t turn_ns(uint64_t arrived_ns, uint64_t *free_ns, uint32_t first, uint32_t end,
                        uint64_t hold_ns)
{
    uint32_t place = first;
    for (uint32_t i = first; i < end; i++)
        if (free_ns[i] < free_ns[place])
            place = i;
    uint64_t begins_ns = arrived_ns > free_ns[place] ? arrived_ns : free_ns[place];
    free_ns[place] = begins_ns + hold_ns;
    return begins_ns;
}

/* Two places each at three servers, which is six of one line, or two of each of three. */
static void test_to_the_tick(void)
{
    static struct waits waits;
    static const char *const presets[] = {"round_robin", "least_conn", "random", "random_two"};
    const struct distribution laws[] = {exponential(550000), uniform(0, 1100000)};
    for (int i = 0; i < 10; i++) {
        uint64_t free_ns[6] = {0};
        uint32_t waited = 0;
        bool own = i >= 8;
        struct stage stage;
        queue_begin(&stage, own ? "round_robin" : presets[i / 2], own ? &insisting : NULL, 3, 2,
                    500000000);
        stage_traffic(&stage, "a", poisson(100000), laws[i % 2]);
        run(&stage, &waits);
        for (uint32_t k = 0; k < waits.arrivals; k++) {
            uint32_t first = own ? 2 * (k % 3) : 0;
            uint64_t begins_ns =
                turn_ns(waits.arrived_ns[k], free_ns, first, own ? first + 2 : 6, waits.hold_ns[k]);
            bool late = begins_ns >= stage.config.duration_ns; /* or never in this run */
            waited += begins_ns > waits.arrived_ns[k];
            if (waits.picked_ns[k] != (late ? UINT64_MAX : begins_ns) ||
                (own && !late && waits.server[k] != k % 3)) {
                CHECK_ROW(false, "run %d: connection %u is picked at %llu, not %llu", i, k,
                          (unsigned long long)waits.picked_ns[k], (unsigned long long)begins_ns);
                break;
            }
        }
        CHECK_ROW(waits.arrivals > 4500 && waited > 1000, "run %d: %u of %u waited", i, waited,
                  waits.arrivals);
        CU_ASSERT_EQUAL(stage.result->flow[0].waited, waited);
        stage_end(&stage);
    }
}

enum { RUNS = 200, HOLD_NS = 1000000, WARM = 1000, COUNTED = 3800, OFFERED = 3, SERVERS = 4 };

/* M/M/4 with 3 erlang: Erlang's C = 13.5 / 26.5, and the mean wait is C holds over 4 - 3. After the
 * 1000 who warm it up, 3800 a run; 200 runs show their own error. */
static void test_erlang(void)
{
    static struct waits waits;
    const double c = 27. / 53;
    struct mean share = {0}, wait = {0};
    struct stage stage;
    queue_begin(&stage, "round_robin", NULL, SERVERS, 1, UINT64_C(1700) * HOLD_NS);
    stage_traffic(&stage, "a", poisson((double)HOLD_NS / OFFERED), exponential(HOLD_NS));
    for (uint64_t i = 0; i < RUNS; i++) {
        double waited = 0, holds = 0;
        stage.config.replication = i;
        run(&stage, &waits);
        CU_ASSERT_FATAL(waits.arrivals > WARM + COUNTED);
        for (uint32_t k = WARM; k < WARM + COUNTED; k++) {
            uint64_t until_ns =
                waits.picked_ns[k] != UINT64_MAX ? waits.picked_ns[k] : stage.config.duration_ns;
            waited += until_ns > waits.arrived_ns[k];
            holds += (double)(until_ns - waits.arrived_ns[k]) / HOLD_NS;
        }
        mean_add(&share, waited / COUNTED);
        mean_add(&wait, holds / COUNTED);
    }
    check_mean("who waits, of 4 servers with 3 erlang", &share, c, .03);
    check_mean("their wait, in holds", &wait, c / (SERVERS - OFFERED), .08);
    stage_end(&stage);
}

static const struct test tests[] = {
    {"waits to the tick", test_to_the_tick},
    {"Erlang's C", test_erlang},
};

SUITE("theory_waiting", tests)
