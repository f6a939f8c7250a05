/* test_pick_log.c: the log of picks as a file: its rows, the same bytes for any number of threads,
 * and nothing at all where it cannot be whole. */
#include "reports/pick_log.h"

#include "sim/engine/memory.h"
#include "tests/harness.h"
#include "tests/told.h"
#include "tests/worlds.h"

#include <dirent.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEADER                                                                                     \
    "time_s,balancer,replication,instance,worker,generation,source,connection,attempt,server,"     \
    "believed,believed_all,scenario,retry\n"

/* ---- A spot of one's own ---- */

struct spot {
    char directory[64], file[96];
};

static struct spot spot_new(void)
{
    struct spot spot = {.directory = "/tmp/lbsim_test_pick_log_XXXXXX"};
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(spot.directory));
    snprintf(spot.file, sizeof spot.file, "%s/picks.csv", spot.directory);
    return spot;
}

static uint32_t files_in(const char *directory)
{
    uint32_t files = 0;
    DIR *open = opendir(directory);
    CU_ASSERT_PTR_NOT_NULL_FATAL(open);
    for (struct dirent *entry; (entry = readdir(open)) != NULL;)
        files += entry->d_name[0] != '.';
    closedir(open);
    return files;
}

static void spot_end(const struct spot *spot)
{
    unlink(spot->file);
    CHECK_ROW(rmdir(spot->directory) == 0, "%s is empty", spot->directory);
}

static char *text_of(const char *file)
{
    struct input input;
    CU_ASSERT_EQUAL_FATAL(input_read(&input, file, 1 << 26), INPUT_OK);
    char *text = memory_text(input.text, input.length);
    input_free(&input);
    return text;
}

static void write_text(const char *file, const char *text)
{
    FILE *to = fopen(file, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(to);
    fputs(text, to);
    fclose(to);
}

/* ---- Scenarios and their logs ---- */

static const char small[] = "format: 1\n"
                            "name: small\n"
                            "duration: 3s\n"
                            "servers: [s1, s2]\n"
                            "traffic:\n"
                            "  web:\n"
                            "    arrivals: [{every: 1s}, {burst: 1, at: 1500ms}]\n"
                            "    lasts: forever\n"
                            "events: [{at: 1700ms, name: up, add: s3}]\n"
                            "balancers: [round_robin, apisix-reset]\n";

static const char busy[] = "format: 1\n"
                           "name: busy\n"
                           "duration: 60s\n"
                           "gateway: {workers: 2}\n"
                           "servers: [{name: s1, weight: 3}, s2, {name: s3, max_conns: 5}]\n"
                           "traffic:\n"
                           "  web: {arrivals: {poisson: 20/s}, lasts: {exponential: 1s},\n"
                           "        reconnect: {after: {constant: 100ms}}}\n"
                           "events: [{at: 30s, name: up, add: s4}]\n"
                           "balancers: [round_robin, lbsim-least-conn, apisix-merged, random]\n";

static bool do_not_stop(void *log, uint64_t done, uint64_t trials)
{
    (void)done, (void)trials;
    return !pick_log_failed(log);
}

static struct experiment *run(struct pick_log *log, const struct scenario *scenario,
                              uint64_t replications, uint32_t threads)
{
    return experiment_run(scenario, &(struct run_options){.seed = 3,
                                                          .replications = replications,
                                                          .threads = threads,
                                                          .progress = do_not_stop,
                                                          .context = log,
                                                          .picks = pick_log_sink(log)});
}

/* Runs it into the log; false: given up. */
static bool run_into(struct pick_log *log, const char *text, uint64_t replications,
                     uint32_t threads)
{
    struct scenario *scenario = scenario_of(text);
    struct experiment *experiment = run(log, scenario, replications, threads);
    bool through = experiment != NULL;
    if (through)
        pick_log_add(log, experiment);
    experiment_free(experiment);
    scenario_free(scenario);
    return through;
}

static struct pick_log *begin(const char *file)
{
    char why[256] = "";
    struct pick_log *log = pick_log_begin(file, NULL, why, sizeof why);
    CHECK_ROW(log != NULL, "%s", why);
    CU_ASSERT_PTR_NOT_NULL_FATAL(log);
    return log;
}

static void commit(struct pick_log *log)
{
    char why[256] = "";
    CHECK_ROW(pick_log_commit(log, why, sizeof why), "%s", why);
}

/* Round robin: credit and weight 1 1, s1 pays 2: 0 2, s2: 1 1, s1; then 0 2 and the newcomer's 1.
 * Reset: 1 1, 2 1, 2 2 and to s2, being the root; then all anew. */
static void test_rows(void)
{
    static const char expected[] =
        HEADER "0,round_robin,0,0,0,1,web/0,0,0,s1,1,s1=1 s2=1,small,0\n"
               "1,round_robin,0,0,0,1,web/0,1,0,s2,2,s1=0 s2=2,small,0\n"
               "1.5,round_robin,0,0,0,1,web/1,0,0,s1,1,s1=1 s2=1,small,0\n"
               "2,round_robin,0,0,0,1,web/0,2,0,s2,2,s1=0 s2=2 s3=1,small,0\n"
               "0,apisix-reset,0,0,0,1,web/0,0,0,s1,1,s1=1 s2=1,small,0\n"
               "1,apisix-reset,0,0,0,1,web/0,1,0,s2,1,s1=2 s2=1,small,0\n"
               "1.5,apisix-reset,0,0,0,1,web/1,0,0,s2,2,s1=2 s2=2,small,0\n"
               "2,apisix-reset,0,0,0,2,web/0,2,0,s1,1,s1=1 s2=1 s3=1,small,0\n";
    struct spot spot = spot_new();
    struct pick_log *log = begin(spot.file);
    CU_ASSERT_TRUE(run_into(log, small, 1, 1));
    commit(log);
    char *text = text_of(spot.file);
    CHECK_ROW(strcmp(text, expected) == 0, "%s", text);
    CU_ASSERT_EQUAL(files_in(spot.directory), 1);
    free(text);
    spot_end(&spot);
}

/* Two scenarios in one log, one after the other; any number of threads writes the same bytes. */
static void test_threads(void)
{
    char *first = NULL;
    for (uint32_t threads = 1; threads <= 4; threads++) {
        struct spot spot = spot_new();
        struct pick_log *log = begin(spot.file);
        CU_ASSERT_TRUE(run_into(log, busy, 3, threads));
        CU_ASSERT_TRUE(run_into(log, small, 2, threads));
        commit(log);
        char *text = text_of(spot.file);
        if (first == NULL)
            first = text;
        CHECK_ROW(strcmp(first, text) == 0, "%u threads", threads);
        CHECK_ROW(files_in(spot.directory) == 1, "%u threads leave one file", threads);
        if (first != text)
            free(text);
        spot_end(&spot);
    }
    const char *last =
        strstr(first, "2,apisix-reset,1,0,0,2,web/0,2,0,s1,1,s1=1 s2=1 s3=1,small,0\n");
    CU_ASSERT_PTR_NOT_NULL_FATAL(last);
    CU_ASSERT_EQUAL(strchr(last, '\n')[1], '\0');
    CU_ASSERT_PTR_NULL(strstr(first + 1, "time_s"));
    CU_ASSERT(strlen(first) > 500000);
    free(first);
}

/* ---- One row ---- */

static struct world_server servers[] = {{.name = "s1"}, {.name = "s2"}, {.name = "s3"}};
static struct world_traffic traffics[] = {{.name = "a"}, {.name = "b.2"}};

/* The log of these picks, one a trial, by a balancer of this name; told in the wrong order. */
static char *log_of(const char *balancer, const struct world_pick *pick, uint64_t picks)
{
    char *name = memory_text(balancer, strlen(balancer));
    struct balancer balancers[] = {{.name = name}};
    struct scenario scenario = {
        .name = "hand", .server = servers, .traffic = traffics, .balancer = balancers};
    struct trial *trial = memory_zeroed(picks, sizeof *trial);
    struct experiment experiment = {.scenario = &scenario, .trial = trial, .trials = picks};
    struct spot spot = spot_new();
    struct pick_log *log = begin(spot.file);
    const struct pick_sink *sink = pick_log_sink(log);
    for (uint64_t i = picks; i-- > 0;) {
        trial[i].replication = i;
        void *told = sink->begin(sink->context, &experiment, i);
        CU_ASSERT_PTR_NOT_NULL_FATAL(told);
        sink->pick(told, &pick[i]);
        CU_ASSERT_TRUE(sink->end(told));
    }
    CU_ASSERT_EQUAL(files_in(spot.directory), 1 + picks);
    pick_log_add(log, &experiment);
    commit(log);
    char *text = text_of(spot.file);
    spot_end(&spot);
    free(trial);
    free(name);
    return text;
}

static void check_log(const char *balancer, const struct world_pick *pick, uint64_t picks,
                      const char *expected)
{
    char *text = log_of(balancer, pick, picks);
    CHECK_ROW(strcmp(text, expected) == 0, "%s", text);
    free(text);
}

/* Whole numbers plain, others as short as they read back; what is none or has no end, too. The sign
 * of what is no number differs between machines. */
static void test_numbers(void)
{
    const struct gateway_belief belief[][3] = {
        {{0, 0.5}, {1, 1.0 / 3}, {2, 0.1}},
        {{0, -0.0}, {1, -7}, {2, 4503599627370497}},
        {{0, (double)INFINITY}, {1, -(double)INFINITY}, {2, -(double)NAN}},
        {{0, 1e300}, {1, 0.1 + 0.2}, {2, 1.0 / 49}},
    };
    const struct world_pick pick[] = {
        {.server = 1, .belief = belief[0], .beliefs = 3},
        {.server = 2, .belief = belief[1], .beliefs = 3},
        {.server = 2, .belief = belief[2], .beliefs = 3},
        {.server = 0, .belief = belief[3], .beliefs = 3},
    };
    check_log("plain", pick, 4,
              HEADER "0,plain,0,0,0,0,a/0,0,0,s2,0.3333333333333333,"
                     "s1=0.5 s2=0.3333333333333333 s3=0.1,hand,0\n"
                     "0,plain,1,0,0,0,a/0,0,0,s3,4503599627370497,"
                     "s1=0 s2=-7 s3=4503599627370497,hand,0\n"
                     "0,plain,2,0,0,0,a/0,0,0,s3,nan,s1=inf s2=-inf s3=nan,hand,0\n"
                     "0,plain,3,0,0,0,a/0,0,0,s1,1e+300,"
                     "s1=1e+300 s2=0.30000000000000004 s3=0.02040816326530612,hand,0\n");
}

/* Every field in its place; commas and quotes in the name of a balancer; a refused open. */
static void test_fields(void)
{
    const struct gateway_belief belief[] = {{2, 3}, {0, 5}};
    const struct world_pick pick[] = {
        {.at_ns = 1000000001,
         .connection = 12345678901,
         .traffic = 1,
         .entry = 4,
         .instance = 6,
         .worker = 7,
         .generation = 8,
         .attempt = 9,
         .server = 2,
         .belief = belief,
         .beliefs = 2},
        {.at_ns = 60 * SECOND,
         .generation = 1,
         .server = NO_SERVER,
         .belief = belief,
         .beliefs = 2},
        {.server = NO_SERVER, .generation = 1, .retry = 3},
    };
    check_log("least_conn,view=\"worker\"", pick, 3,
              HEADER "1.000000001,\"least_conn,view=\"\"worker\"\"\",0,6,7,8,b.2/4,12345678901,9,"
                     "s3,3,s3=3 s1=5,hand,0\n"
                     "60,\"least_conn,view=\"\"worker\"\"\",1,0,0,1,a/0,0,0,-,,s3=3 s1=5,hand,0\n"
                     "0,\"least_conn,view=\"\"worker\"\"\",2,0,0,1,a/0,0,0,-,,,hand,3\n");
}

/* ---- Where it may be ---- */

static void check_refused(const char *file, const char *directory, const char *because)
{
    char why[512] = "";
    struct pick_log *log = pick_log_begin(file, directory, why, sizeof why);
    CHECK_ROW(log == NULL, "%s may not be written", file);
    if (log != NULL)
        pick_log_abandon(log);
    CHECK_ROW(strstr(why, because) != NULL && strchr(why, '\n') == NULL, "%s: '%s'", file, why);
}

static void test_places(void)
{
    struct spot spot = spot_new();
    char other[160], link[160];
    snprintf(other, sizeof other, "%s/other", spot.directory);
    snprintf(link, sizeof link, "%s/link", spot.directory);
    check_refused("", NULL, "needs a file");
    check_refused("/dev/null", NULL, "not an earlier log");
    check_refused(spot.directory, NULL, "not an earlier log");
    snprintf(other, sizeof other, "%s/no/such/file", spot.directory);
    check_refused(other, NULL, "No such file or directory");
    snprintf(other, sizeof other, "%s/other", spot.directory);
    write_text(other, "time_s,balancer,replication,instance,worker,what a pity\n");
    check_refused(other, NULL, "not an earlier log");
    snprintf(link, sizeof link, "%s/other/file", spot.directory);
    check_refused(link, NULL, "Not a directory");
    check_refused(spot.file, spot.directory, "would lie in");
    snprintf(link, sizeof link, "%s/../%s", spot.directory, strrchr(spot.directory, '/') + 1);
    check_refused(spot.file, link, "would lie in");
    snprintf(link, sizeof link, "%s/new", spot.directory);
    snprintf(other, sizeof other, "%s/new/file", spot.directory);
    check_refused(other, link, "would lie in");
    snprintf(other, sizeof other, "%s/other", spot.directory);
    char *text = text_of(other);
    CU_ASSERT_STRING_EQUAL(text, "time_s,balancer,replication,instance,worker,what a pity\n");
    free(text);
    CU_ASSERT_EQUAL(files_in(spot.directory), 1);

    /* An earlier log may go, and what is empty; a link stays one. */
    write_text(other, HEADER "0,rest,of,an,earlier,log\n");
    snprintf(link, sizeof link, "%s/link", spot.directory);
    CU_ASSERT_EQUAL(symlink("other", link), 0);
    for (int turn = 0; turn < 2; turn++) {
        struct stat status;
        struct pick_log *log = begin(link);
        CU_ASSERT_TRUE(run_into(log, small, 1, 2));
        commit(log);
        text = text_of(other);
        CU_ASSERT(strlen(text) > 400 && strstr(text, "rest") == NULL);
        free(text);
        CU_ASSERT(lstat(link, &status) == 0 && S_ISLNK(status.st_mode));
        write_text(other, "");
    }
    CU_ASSERT_EQUAL(files_in(spot.directory), 2);
    unlink(link);
    unlink(other);
    spot_end(&spot);
}

/* A link that leads there is there. */
static void test_link_inside(void)
{
    struct spot spot = spot_new();
    char inside[160], file[192], link[160];
    snprintf(inside, sizeof inside, "%s/inside", spot.directory);
    snprintf(file, sizeof file, "%s/log", inside);
    snprintf(link, sizeof link, "%s/link", spot.directory);
    CU_ASSERT_EQUAL(mkdir(inside, 0700), 0);
    write_text(file, "");
    CU_ASSERT_EQUAL(symlink("inside/log", link), 0);
    check_refused(link, inside, "would lie in");
    CU_ASSERT_EQUAL(files_in(inside), 1);
    unlink(link);
    unlink(file);
    rmdir(inside);
    spot_end(&spot);
}

/* ---- Nothing remains ---- */

/* The earlier log is as it was, and alone. */
static void check_untouched(const struct spot *spot, const char *what)
{
    char *text = text_of(spot->file);
    CHECK_ROW(strcmp(text, HEADER "earlier\n") == 0, "%s: the earlier log is there", what);
    CHECK_ROW(files_in(spot->directory) == 1, "%s: nothing else is", what);
    free(text);
}

static bool give_up(void *context, uint64_t done, uint64_t trials)
{
    (void)context, (void)trials;
    return done == 0; /* the first trial has left its part */
}

static void test_given_up(void)
{
    struct spot spot = spot_new();
    struct scenario *scenario = scenario_of(busy);
    write_text(spot.file, HEADER "earlier\n");
    struct pick_log *log = begin(spot.file);
    CU_ASSERT_PTR_NULL(
        experiment_run(scenario, &(struct run_options){.seed = 1,
                                                       .replications = 1000,
                                                       .threads = 2,
                                                       .progress = give_up,
                                                       .picks = pick_log_sink(log)}));
    CU_ASSERT_FALSE(pick_log_failed(log));
    CU_ASSERT(files_in(spot.directory) > 2);
    pick_log_abandon(log);
    check_untouched(&spot, "given up");
    scenario_free(scenario);
    spot_end(&spot);
}

static void check_not_written(struct pick_log *log, const struct spot *spot, const char *because)
{
    char why[512] = "";
    CU_ASSERT_TRUE(pick_log_failed(log));
    CHECK_ROW(!pick_log_commit(log, why, sizeof why), "no log for %s", because);
    CHECK_ROW(strstr(why, because) != NULL && strchr(why, '\n') == NULL, "%s: '%s'", because, why);
    check_untouched(spot, because);
}

/* A disk with no more room: no file may grow over so many bytes. In the middle of a trial, at its
 * end, and when parts are put together. */
static void test_full_disk(void)
{
    static const struct {
        const char *scenario;
        uint64_t replications, bytes;
        bool through;
    } rows[] = {{busy, 4, 100000, false}, {small, 4, 100, false}, {small, 200, 20000, true}};
    struct rlimit before, limit;
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    CU_ASSERT_EQUAL_FATAL(getrlimit(RLIMIT_FSIZE, &before), 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct spot spot = spot_new();
        write_text(spot.file, HEADER "earlier\n");
        struct pick_log *log = begin(spot.file);
        limit = before;
        limit.rlim_cur = rows[i].bytes;
        setrlimit(RLIMIT_FSIZE, &limit);
        bool through = run_into(log, rows[i].scenario, rows[i].replications, 2);
        if (through) { /* what is still held back must go, too */
            char why[512] = "";
            CHECK_ROW(!pick_log_commit(log, why, sizeof why), "row %zu", i);
            CHECK_ROW(strstr(why, "File too large") != NULL, "row %zu: %s", i, why);
            setrlimit(RLIMIT_FSIZE, &before);
            check_untouched(&spot, "put together");
        } else {
            setrlimit(RLIMIT_FSIZE, &before);
            check_not_written(log, &spot, "File too large");
        }
        CHECK_ROW(through == rows[i].through, "row %zu", i);
        spot_end(&spot);
    }
    signal(SIGXFSZ, handler);
}

/* Somebody tidies up while it runs; the next scenario, of fewer trials, has fewer parts. */
static void test_part_gone(void)
{
    struct spot spot = spot_new();
    struct scenario *scenario = scenario_of(small);
    char path[160];
    write_text(spot.file, HEADER "earlier\n");
    struct pick_log *log = begin(spot.file);
    struct experiment *experiment = run(log, scenario, 2, 1);
    snprintf(path, sizeof path, "%s.part.%ld.2", spot.file, (long)getpid());
    CU_ASSERT_EQUAL(unlink(path), 0);
    pick_log_add(log, experiment);
    CU_ASSERT_FALSE(run_into(log, small, 1, 1));
    check_not_written(log, &spot, "No such file or directory");
    experiment_free(experiment);
    scenario_free(scenario);
    spot_end(&spot);
}

static const struct test tests[] = {
    {"rows of a small run, by hand", test_rows},
    {"the same bytes for any number of threads", test_threads},
    {"numbers", test_numbers},
    {"fields", test_fields},
    {"where it may be", test_places},
    {"a link into the directory", test_link_inside},
    {"given up: nothing remains", test_given_up},
    {"a full disk: one line, nothing remains", test_full_disk},
    {"a part that is gone: one line, nothing remains", test_part_gone},
};
SUITE("test_pick_log", tests)
