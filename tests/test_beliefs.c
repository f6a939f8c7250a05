/* test_beliefs.c: what picks are told to have seen, worked out by hand in small worlds. */
#include "tests/harness.h"
#include "tests/worlds.h"

#include <stdio.h>
#include <string.h>

enum { STORY_ROWS = 16 };

struct hearing {
    char row[STORY_ROWS][128];
    uint32_t rows;
};

/* "connection.attempt instance.worker generation server | s1=1 s2=1" */
static void hear(void *context, const struct world_pick *pick)
{
    struct hearing *hearing = context;
    if (hearing->rows == STORY_ROWS)
        return;
    char *row = hearing->row[hearing->rows++], server[16] = "-";
    size_t room = sizeof hearing->row[0];
    if (pick->server != NO_SERVER)
        snprintf(server, sizeof server, "s%u", pick->server + 1);
    int length = snprintf(row, room, "%llu.%u %u.%u %u %s |", (unsigned long long)pick->connection,
                          pick->attempt, pick->instance, pick->worker, pick->generation, server);
    for (uint32_t i = 0; i < pick->beliefs; i++)
        length += snprintf(row + length, room - (size_t)length, " s%u=%g",
                           pick->belief[i].server + 1, pick->belief[i].value);
}

/* Runs it and compares the first rows; `rows` is a NULL-ended list. */
static void check_story(const char *what, struct stage *stage, const char *const *expected)
{
    struct hearing hearing = {.rows = 0};
    uint32_t rows = 0;
    stage->config.on_pick = hear;
    stage->config.pick_context = &hearing;
    stage_run(stage);
    for (; expected[rows] != NULL; rows++)
        CHECK_ROW(rows < hearing.rows && strcmp(hearing.row[rows], expected[rows]) == 0,
                  "%s, pick %u is \"%s\", expected \"%s\"", what, rows,
                  rows < hearing.rows ? hearing.row[rows] : "", expected[rows]);
    CHECK_ROW(hearing.rows == rows, "%s: %u picks, expected %u", what, hearing.rows, rows);
}

#define STORY(...) ((const char *const[]){__VA_ARGS__, NULL})

/* One a second, from 0s on, as long as the story has rows. */
static void begin(struct stage *stage, const char *preset, uint32_t servers, uint64_t picks,
                  struct distribution lasts)
{
    stage_begin(stage, preset, servers, picks * SECOND);
    stage_traffic(stage, "t", every(SECOND), lasts);
}

/* Credit and weight: 2 1, s1 pays 3; -1+2 1+1, s2 pays; 1+2 -1+1; and anew. */
static void test_round_robin(void)
{
    struct stage stage;
    begin(&stage, "round_robin", 2, 4, forever());
    stage.server[0].weight = 2;
    check_story("round robin", &stage,
                STORY("0.0 0.0 1 s1 | s1=2 s2=1", "1.0 0.0 1 s2 | s1=1 s2=2",
                      "2.0 0.0 1 s1 | s1=3 s2=0", "3.0 0.0 1 s1 | s1=2 s2=1"));
    stage_end(&stage);
}

/* c/w with weights 1 and 2, held for 2.5s: s2's first is gone at 3s, s1's at 4s. */
static void test_open(void)
{
    struct stage stage;
    begin(&stage, "least_conn", 2, 5, constant(5 * SECOND / 2));
    stage.server[1].weight = 2;
    check_story("least_conn", &stage,
                STORY("0.0 0.0 1 s2 | s1=0 s2=0", "1.0 0.0 1 s1 | s1=0 s2=0.5",
                      "2.0 0.0 1 s2 | s1=1 s2=0.5", "3.0 0.0 1 s2 | s1=1 s2=0.5",
                      "4.0 0.0 1 s1 | s1=0 s2=1"));
    stage_end(&stage);
}

/* (c+1)/w; the tie goes to s1, which was never picked. */
static void test_next(void)
{
    struct stage stage;
    begin(&stage, "lbsim-least-conn", 2, 4, forever());
    stage.server[1].weight = 2;
    check_story("next", &stage,
                STORY("0.0 0.0 1 s2 | s1=1 s2=0.5", "1.0 0.0 1 s1 | s1=1 s2=1",
                      "2.0 0.0 1 s2 | s1=2 s2=1", "3.0 0.0 1 s2 | s1=2 s2=1.5"));
    stage_end(&stage);
}

/* The change finds 2 2, and the new picker believes that everybody is idle. What was opened before
 * is closed behind its back: of s1's three connections it hears of one. */
static void test_reset(void)
{
    struct stage stage;
    begin(&stage, "apisix-reset", 3, 7, forever());
    stage.server[2].at_start = false;
    stage_change(&stage, 7 * SECOND / 2, "+3");
    stage_event(&stage, 11 * SECOND / 2, EVENT_CLOSE)->filter.server = 0;
    check_story("reset", &stage,
                STORY("0.0 0.0 1 s1 | s1=1 s2=1", "1.0 0.0 1 s2 | s1=2 s2=1",
                      "2.0 0.0 1 s2 | s1=2 s2=2", "3.0 0.0 1 s1 | s1=2 s2=3",
                      "4.0 0.0 2 s1 | s1=1 s2=1 s3=1", "5.0 0.0 2 s2 | s1=2 s2=1 s3=1",
                      "6.0 0.0 2 s3 | s1=1 s2=2 s3=1"));
    CHECK_MOMENT(&stage, 0, "2 2 0");
    CHECK_MOMENT(&stage, 1, "3 3 0");
    CHECK_LIVE(&stage, 0, "0 3 1");
    stage_end(&stage);
}

/* One of s1's two is closed in time for the table. Both of s2's are closed after it was read, and
 * stay believed in. Heap: s3 s2 s1 by entering; s3 twice, then down to the right. */
static void test_seeded(void)
{
    struct stage stage;
    begin(&stage, "apisix-pr12255", 3, 7, forever());
    stage.server[2].at_start = false;
    struct world_event *close = stage_event(&stage, 16 * SECOND / 5, EVENT_CLOSE);
    close->filter.server = 0;
    close->filter.count = 1;
    stage_change(&stage, 7 * SECOND / 2, "+3");
    stage_event(&stage, 9 * SECOND / 2, EVENT_CLOSE)->filter.server = 1;
    check_story("seeded", &stage,
                STORY("0.0 0.0 1 s1 | s1=1 s2=1", "1.0 0.0 1 s2 | s1=2 s2=1",
                      "2.0 0.0 1 s2 | s1=2 s2=2", "3.0 0.0 1 s1 | s1=2 s2=3",
                      "4.0 0.0 2 s3 | s1=2 s2=3 s3=1", "5.0 0.0 2 s3 | s1=2 s2=3 s3=2",
                      "6.0 0.0 2 s1 | s1=2 s2=3 s3=3"));
    CHECK_LIVE(&stage, 0, "2 0 2");
    stage_end(&stage);
}

/* A sole server, picked past the balancer: nothing is counted, whatever it holds. */
static void test_sole(void)
{
    struct stage stage;
    begin(&stage, "apisix-reset", 1, 3, forever());
    check_story("sole", &stage,
                STORY("0.0 0.0 1 s1 | s1=0", "1.0 0.0 1 s1 | s1=0", "2.0 0.0 1 s1 | s1=0"));
    stage_end(&stage);
}

/* Both are full at 2s; the client tries again at 2.1s and 2.2s, and then no more. */
static void test_refused(void)
{
    struct stage stage;
    begin(&stage, "least_conn", 2, 3, forever());
    stage.server[0].max_conns = stage.server[1].max_conns = 1;
    stage.traffic[0].reconnects = true;
    stage.traffic[0].reconnect_after = constant(SECOND / 10);
    stage.traffic[0].reconnect_tries = 2;
    check_story("refused", &stage,
                STORY("0.0 0.0 1 s1 | s1=0 s2=0", "1.0 0.0 1 s2 | s1=1 s2=0",
                      "2.0 0.0 1 - | s1=1 s2=1", "2.1 0.0 1 - | s1=1 s2=1",
                      "2.2 0.0 1 - | s1=1 s2=1"));
    stage_end(&stage);
}

/* Two instances of two workers, taking turns: each worker counts its own, or with a zone its
 * instance's. There the tie of 0.0 at 4s is the second, and s2 has the credit. */
static void test_workers(void)
{
    static const struct {
        const char *preset;
        const char *row[6];
    } stories[] = {
        {"nginx-least-conn",
         {"0.0 0.0 1 s1 | s1=0 s2=0", "1.0 1.0 1 s1 | s1=0 s2=0", "2.0 0.1 1 s1 | s1=0 s2=0",
          "3.0 1.1 1 s1 | s1=0 s2=0", "4.0 0.0 1 s2 | s1=1 s2=0"}},
        {"nginx-least-conn-zone",
         {"0.0 0.0 1 s1 | s1=0 s2=0", "1.0 1.0 1 s1 | s1=0 s2=0", "2.0 0.1 1 s2 | s1=1 s2=0",
          "3.0 1.1 1 s2 | s1=1 s2=0", "4.0 0.0 1 s2 | s1=1 s2=1"}},
    };
    for (size_t i = 0; i < sizeof stories / sizeof *stories; i++) {
        struct stage stage;
        begin(&stage, stories[i].preset, 2, 5, forever());
        stage.config.instances = stage.config.workers = 2;
        check_story(stories[i].preset, &stage, stories[i].row);
        stage_end(&stage);
    }
}

/* A reload begins a generation for everybody, a touch where it rebuilds, a change in place none. */
static void test_generations(void)
{
    static const struct {
        const char *preset;
        const char *row[6];
    } stories[] = {
        {"nginx-least-conn",
         {"0.0 0.0 1 s1 | s1=0 s2=0", "1.0 0.0 2 s1 | s1=0 s2=0", "2.0 0.0 3 s1 | s1=0 s2=0",
          "3.0 0.0 4 s1 | s1=0"}},
        {"lbsim-least-conn",
         {"0.0 0.0 1 s1 | s1=1 s2=1", "1.0 0.0 2 s2 | s1=2 s2=1", "2.0 0.0 3 s1 | s1=2 s2=2",
          "3.0 0.0 4 s1 | s1=3"}},
        {"least_conn",
         {"0.0 0.0 1 s1 | s1=0 s2=0", "1.0 0.0 2 s2 | s1=1 s2=0", "2.0 0.0 2 s2 | s1=1 s2=1",
          "3.0 0.0 2 s1 | s1=1"}},
    };
    for (size_t i = 0; i < sizeof stories / sizeof *stories; i++) {
        struct stage stage;
        begin(&stage, stories[i].preset, 2, 4, forever());
        stage_event(&stage, SECOND / 2, EVENT_RELOAD);
        stage_event(&stage, 3 * SECOND / 2, EVENT_TOUCH);
        stage_change(&stage, 5 * SECOND / 2, "-2");
        check_story(stories[i].preset, &stage, stories[i].row);
        stage_end(&stage);
    }
}

/* The story of 2012: the state is made for each request, so whoever stands first has the least of
 * reasons to be passed over, every time. */
static void test_request(void)
{
    struct stage stage;
    begin(&stage, "nginx-implicit-2012", 3, 3, forever());
    check_story("2012", &stage,
                STORY("0.0 0.0 1 s1 | s1=1 s2=1 s3=1", "1.0 0.0 1 s1 | s1=1 s2=1 s3=1",
                      "2.0 0.0 1 s1 | s1=1 s2=1 s3=1"));
    stage_end(&stage);
}

struct rotated {
    uint64_t picks, first[STAGE_SERVERS], wrong;
};

static void hear_rotated(void *context, const struct world_pick *pick)
{
    struct rotated *rotated = context;
    rotated->picks++;
    rotated->first[pick->belief[0].server]++;
    bool fine = pick->beliefs == 3 && pick->server == pick->belief[0].server;
    for (uint32_t i = 0; fine && i < 3; i++)
        fine = pick->belief[i].value == 1 &&
               pick->belief[i].server == (pick->belief[0].server + i) % 3;
    rotated->wrong += !fine;
}

/* Members are told in the order that the pick saw them in: as the answer was rotated. */
static void test_rotated(void)
{
    struct stage stage;
    struct rotated rotated = {.picks = 0};
    begin(&stage, "nginx-implicit", 3, 300, forever());
    stage.config.on_pick = hear_rotated;
    stage.config.pick_context = &rotated;
    stage_run(&stage);
    CU_ASSERT_EQUAL(rotated.picks, 300);
    CU_ASSERT_EQUAL(rotated.wrong, 0);
    for (int i = 0; i < 3; i++)
        CU_ASSERT(rotated.first[i] > 60);
    stage_end(&stage);
}

struct loads {
    uint64_t open[STAGE_SERVERS], picks, wrong;
};

static void hear_loads(void *context, const struct world_pick *pick)
{
    struct loads *loads = context;
    for (uint32_t i = 0; i < pick->beliefs; i++)
        loads->wrong += pick->belief[i].value != (double)loads->open[pick->belief[i].server];
    loads->open[pick->server]++;
    loads->picks++;
}

/* An algorithm that compares nothing: the load that its view counts. */
static void test_loads(void)
{
    struct stage stage;
    struct loads loads = {.picks = 0};
    begin(&stage, "random", 4, 100, forever());
    stage.config.on_pick = hear_loads;
    stage.config.pick_context = &loads;
    stage_run(&stage);
    CU_ASSERT_EQUAL(loads.picks, 100);
    CU_ASSERT_EQUAL(loads.wrong, 0);
    stage_end(&stage);
}

static const struct test tests[] = {
    {"round robin: credit and weight", test_round_robin},
    {"least_conn: connections for the weight", test_open},
    {"with the one to come", test_next},
    {"reset: all start anew, and the world holds connections", test_reset},
    {"seeded: what closed since is believed in", test_seeded},
    {"a sole server, picked past the balancer", test_sole},
    {"refused opens, and their retries", test_refused},
    {"workers and instances", test_workers},
    {"generations", test_generations},
    {"2012: state of one request", test_request},
    {"members in the order of a rotated answer", test_rotated},
    {"loads, where nothing is compared", test_loads},
};
SUITE("test_beliefs", tests)
