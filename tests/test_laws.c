/* test_laws.c: a broken law stops the program and says how to see it again. */
#include "sim/world/world_parts.h"
#include "tests/harness.h"
#include "tests/worlds.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* A world of one server and no gateway, in which two connections came: one is open, one closed. */
struct small {
    struct stage stage;
    struct world world;
    struct count count[2];
    struct world_flow flow[2];
    struct client client[2];
    struct gauge gauge[1];
    struct server server[1];
};

static void small_begin(struct small *small)
{
    memset(small, 0, sizeof *small);
    stage_begin(&small->stage, "random", 1, 1000);
    stage_traffic(&small->stage, "a", burst(2, 0, 0), forever());
    small->stage.config.rerun = "lbsim run some/file.yaml";
    small->stage.config.replication = 4;
    small->stage.balancer.name = "random";
    small->stage.config.balancer = &small->stage.balancer;
    for (int i = 0; i < 2; i++) {
        small->flow[i] = (struct world_flow){.arrived = 2, .opens = 2, .closed = 1, .open = 1};
        small->count[i] = (struct count){.live = 1, .picks = 2};
    }
    small->client[0].state = CLIENT_OPEN;
    small->gauge[0].live = 1;
    small->server[0].present_weight = 1;
    small->world = (struct world){.config = &small->stage.config,
                                  .now_ns = 77,
                                  .count = small->count,
                                  .flow = small->flow,
                                  .client = small->client,
                                  .clients = 2,
                                  .gauge = small->gauge,
                                  .gauges = 1,
                                  .server = small->server};
}

/* Checks in a child; what it says. Returns how it ended, as wait() has it. */
static int check_apart(const struct world *world, char said[1024])
{
    int pipes[2], status = 0;
    if (pipe(pipes) != 0)
        return -1;
    pid_t child = fork();
    if (child == 0) {
        dup2(pipes[1], STDERR_FILENO);
        close(pipes[0]);
        laws_check_all(world);
        _exit(0);
    }
    close(pipes[1]);
    size_t length = 0;
    for (ssize_t got; length < 1023 && (got = read(pipes[0], said + length, 1023 - length)) > 0;)
        length += (size_t)got;
    said[length] = '\0';
    close(pipes[0]);
    waitpid(child, &status, 0);
    return status;
}

static void test_kept(void)
{
    struct small small;
    char said[1024];
    small_begin(&small);
    int status = check_apart(&small.world, said);
    CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CU_ASSERT_STRING_EQUAL(said, "");
    stage_end(&small.stage);
}

/* One number wrong at a time: each is noticed. */
static void test_broken(void)
{
    static const struct {
        size_t offset;
        const char *says;
    } rows[] = {
        {offsetof(struct small, flow[0].opens), "opens"},
        {offsetof(struct small, flow[1].arrived), "arrived"},
        {offsetof(struct small, flow[0].closed), "closed"},
        {offsetof(struct small, flow[1].refused), "refused"},
        {offsetof(struct small, flow[0].lost), "lost"},
        {offsetof(struct small, flow[0].waiting), "waiting"},
        {offsetof(struct small, flow[1].cut), "cut"},
        {offsetof(struct small, flow[0].queued), "queued"},
        {offsetof(struct small, count[0].live), "live"},
        {offsetof(struct small, count[1].live), "live"},
        {offsetof(struct small, count[1].picks), "picks"},
        {offsetof(struct small, gauge[0].live), "live"},
        {offsetof(struct small, world.ended_lives), "stranded"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct small small;
        char said[1024];
        small_begin(&small);
        uint64_t *number = (uint64_t *)(void *)((char *)&small + rows[i].offset);
        ++*number;
        int status = check_apart(&small.world, said);
        CHECK_ROW(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT, "row %zu stops", i);
        CHECK_ROW(strstr(said, "a law of the simulation is broken") != NULL &&
                      strstr(said, rows[i].says) != NULL && strstr(said, "at 77 ns") != NULL,
                  "row %zu says: %s", i, said);
        CHECK_ROW(strstr(said, "lbsim run some/file.yaml -s 1 -r 5 -b random -j 1") != NULL,
                  "row %zu says how to see it again: %s", i, said);
        stage_end(&small.stage);
    }
}

/* A client that nobody counts. */
static void test_client(void)
{
    struct small small;
    char said[1024];
    small_begin(&small);
    small.client[1].state = CLIENT_WAITING;
    CU_ASSERT_TRUE(WIFSIGNALED(check_apart(&small.world, said)));
    stage_end(&small.stage);
}

/* Where the ledger has to be right: not where nothing is counted, nor where the dead are. */
static void test_ledger(void)
{
    static const struct {
        const char *preset;
        bool crash, right;
    } rows[] = {
        {"random", false, true},
        {"random", true, true}, /* reaped at once */
        {"apisix-merged", false, true},
        {"apisix-reset", false, false}, /* a sole server is not counted */
        {"nginx-implicit", false, false},
        {"nginx-least-conn-zone", false, true},
        {"nginx-least-conn-zone", true, false}, /* leaks */
        {"lbsim-least-conn", true, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct stage stage;
        stage_begin(&stage, rows[i].preset, 2, 100);
        if (rows[i].crash)
            stage_event(&stage, 10, EVENT_CRASH);
        CHECK_ROW(laws_ledger_is_right(&(struct world_config){.balancer = &stage.balancer,
                                                              .event = stage.event,
                                                              .events = rows[i].crash}) ==
                      rows[i].right,
                  "%s%s", rows[i].preset, rows[i].crash ? ", crash" : "");
        stage_end(&stage);
    }
}

static const struct test tests[] = {
    {"laws that hold say nothing", test_kept},
    {"every broken law stops the program", test_broken},
    {"clients are counted one by one", test_client},
    {"where the ledger has to be right", test_ledger},
};

SUITE("laws", tests)
