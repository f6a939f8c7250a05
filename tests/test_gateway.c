/* test_gateway.c: which memory a pick sees and what ends it: views, changes, crashes, habits.
 *
 * The rows are worked out by hand. Where nothing else is said the balancer picks the server with
 * the fewest connections that its view shows, ties to the longest unpicked, then in list order; so
 * "123" is a balancer that believes nobody holds anything, and "331" one that knows of two each on
 * s1 and s2. The scripts are explained in gates.h. */
#include "sim/engine/memory.h"
#include "tests/gates.h"
#include "tests/harness.h"

#include <stdlib.h>
#include <string.h>

#define ROWS(table) check_rows(table, sizeof table / sizeof *table)

enum { ANY = -1 }; /* change: the row holds for all three */

struct row {
    const char *view;
    int change;
    const char *script, *said;
};

static void check_rows(const struct row *row, size_t rows)
{
    for (size_t i = 0; i < rows; i++)
        for (int change = CHANGE_IN_PLACE; change <= CHANGE_RELOAD; change++) {
            struct balancer balancer = gate_least(row[i].view, (enum change)change);
            if (row[i].change == ANY || row[i].change == change)
                gate_check(&balancer, row[i].script, row[i].said);
        }
}

/* ---- Views, each told from its neighbours ---- */

static void test_request(void)
{
    static const struct row rows[] = {
        {"request", ANY, "=123 *6 ?", "111111 0/0/0"},
        {"generation", ANY, "=123 *6 ?", "123123 2/2/2"},
    };
    ROWS(rows);
}

static void test_seeded_reads(void)
{
    static const struct row rows[] = {
        {"generation", CHANGE_REBUILD, "=12 *4 =123 *5", "1212 12312"},
        {"generation", CHANGE_RELOAD, "=12 *4 =123 *5", "1212 12312"},
        {"seeded", CHANGE_REBUILD, "=12 *4 =123 *5", "1212 33123"},
        {"seeded", CHANGE_RELOAD, "=12 *4 =123 *5", "1212 33123"},
    };
    ROWS(rows);
}

/* The new picker of `seeded` was told 2 2 0, and nobody tells it that these closed. */
static void test_seeded_reads_once(void)
{
    static const struct row rows[] = {
        {"seeded", CHANGE_REBUILD, "=12 *4 =123 *1 -1 -2 *5", "1212 3 31231"},
        {"worker", CHANGE_REBUILD, "=12 *4 =123 *1 -1 -2 *5", "1212 3 12312"},
    };
    ROWS(rows);
}

static void test_seeded_outlives(void)
{
    static const struct row rows[] = {
        {"seeded", ANY, "=12 *4 r =123 *3", "1212 331"},
        {"worker", ANY, "=12 *4 r =123 *3", "1212 123"},
        {"seeded", ANY, "=12 *4 !00 =123 *3", "1212 331"},
        {"worker", ANY, "=12 *4 !00 =123 *3", "1212 123"},
    };
    ROWS(rows);
}

/* Worker 1 built its picker before worker 0 opened anything, so it is not told either. */
static void test_seeded_is_blind(void)
{
    static const struct row rows[] = {
        {"generation", ANY, "=123 01*1 *2 01*1", "1 12 2"},
        {"seeded", ANY, "=123 01*1 *2 01*1", "1 23 2"},
        {"worker", ANY, "=123 01*1 *2 01*1", "1 12 2"},
        {"host_generation", ANY, "=123 01*1 *2 01*1", "1 23 1"},
    };
    ROWS(rows);
}

static void test_worker_rebuilds(void)
{
    static const struct row rows[] = {
        {"worker", CHANGE_REBUILD, "=12 *4 =123 *3", "1212 331"},
        {"worker", CHANGE_RELOAD, "=12 *4 =123 *3", "1212 123"},
        {"worker", CHANGE_REBUILD, "=12 *4 r =123 *3", "1212 123"},
        {"generation", CHANGE_REBUILD, "=12 *4 =123 *3", "1212 123"},
        {"host_generation", CHANGE_REBUILD, "=12 *4 =123 *3", "1212 123"},
    };
    ROWS(rows);
}

static void test_host_generation(void)
{
    static const struct row rows[] = {
        {"worker", ANY, "=123 *2 01*2", "12 12"},
        {"host_generation", ANY, "=123 *2 01*2", "12 31"},
        {"host", ANY, "=123 *2 01*2", "12 31"},
        {"host_generation", CHANGE_IN_PLACE, "=123 *2 t 01*2", "12 31"}, /* still the same one */
        {"host_generation", CHANGE_REBUILD, "=123 *2 t 01*2", "12 12"},
    };
    ROWS(rows);
}

static void test_host(void)
{
    static const struct row rows[] = {
        {"host_generation", CHANGE_RELOAD, "=12 *4 =123 *3", "1212 123"},
        {"host", CHANGE_RELOAD, "=12 *4 =123 *3", "1212 331"},
        {"host_generation", ANY, "=12 *4 r =123 *3", "1212 123"},
        {"host", ANY, "=12 *4 r =123 *3", "1212 331"},
    };
    ROWS(rows);
}

static void test_fleet(void)
{
    static const struct row rows[] = {
        {"host_generation", ANY, "=123 *2 10*2", "12 12"}, {"host", ANY, "=123 *2 10*2", "12 12"},
        {"seeded", ANY, "=123 *2 10*2", "12 12"},          {"fleet", ANY, "=123 *2 10*2", "12 31"},
        {"fleet", ANY, "=12 *4 r =123 11*3", "1212 331"},
    };
    ROWS(rows);
}

/* ---- All pairs of view and change ---- */

static void test_pairs_add(void)
{
    static const char *const views[] = {"request",         "generation", "seeded", "worker",
                                        "host_generation", "host",       "fleet"};
    static const char *const said[][3] = {
        {"1111 111", "1111 111", "1111 111"}, {"1212 331", "1212 123", "1212 123"},
        {"1212 331", "1212 331", "1212 331"}, {"1212 331", "1212 331", "1212 123"},
        {"1212 331", "1212 123", "1212 123"}, {"1212 331", "1212 331", "1212 331"},
        {"1212 331", "1212 331", "1212 331"},
    };
    for (int view = 0; view < 7; view++)
        for (int change = CHANGE_IN_PLACE; change <= CHANGE_RELOAD; change++) {
            struct balancer balancer = gate_least(views[view], (enum change)change);
            gate_check(&balancer, "=12 *4 =123 *3", said[view][change]);
        }
    CU_ASSERT_PTR_NULL(lb_view_at(7));
}

/* The cursor of round robin is remembered as long as counts are: 3 goes on, 1 begins anew. Four
 * workers; where a touch replaced them, the one with connections lives on beside the new four. */
static void test_pairs_touch(void)
{
    static const struct row rows[] = {
        {"request", CHANGE_IN_PLACE, NULL, "11 4 1 4"},
        {"request", CHANGE_REBUILD, NULL, "11 4 1 4"},
        {"request", CHANGE_RELOAD, NULL, "11 5 1 5"},
        {"generation", CHANGE_IN_PLACE, NULL, "12 4 3 4"},
        {"generation", CHANGE_REBUILD, NULL, "12 4 1 4"},
        {"generation", CHANGE_RELOAD, NULL, "12 5 1 5"},
        {"seeded", CHANGE_IN_PLACE, NULL, "12 4 3 4"},
        {"seeded", CHANGE_REBUILD, NULL, "12 4 1 4"},
        {"seeded", CHANGE_RELOAD, NULL, "12 5 1 5"},
        {"worker", CHANGE_IN_PLACE, NULL, "12 4 3 4"},
        {"worker", CHANGE_REBUILD, NULL, "12 4 3 4"},
        {"worker", CHANGE_RELOAD, NULL, "12 5 1 5"},
        {"host_generation", CHANGE_IN_PLACE, NULL, "12 4 3 4"},
        {"host_generation", CHANGE_REBUILD, NULL, "12 4 1 4"},
        {"host_generation", CHANGE_RELOAD, NULL, "12 5 1 5"},
        {"host", CHANGE_IN_PLACE, NULL, "12 4 3 4"},
        {"host", CHANGE_REBUILD, NULL, "12 4 3 4"},
        {"host", CHANGE_RELOAD, NULL, "12 5 3 5"},
        {"fleet", CHANGE_IN_PLACE, NULL, "12 4 3 4"},
        {"fleet", CHANGE_REBUILD, NULL, "12 4 3 4"},
        {"fleet", CHANGE_RELOAD, NULL, "12 5 3 5"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct balancer balancer = gate_preset("round_robin");
        balancer.view = lb_view_find(rows[i].view);
        balancer.change = (enum change)rows[i].change;
        gate_check(&balancer, "=123 *2 t # *1 #", rows[i].said);
    }
}

/* ---- Changes ---- */

/* Built only when it picks: without a pick between, the list without s3 never was. With one, s3's
 * count is deleted; what closes on s3 after that makes it anew, from zero down. */
static void test_rebuild_is_lazy(void)
{
    static const struct row rows[] = {
        {"seeded", CHANGE_REBUILD, "=123 *6 =12 =123 *3", "123123 123"},
        {"seeded", CHANGE_REBUILD, "=123 *6 =12 *1 =123 *4", "123123 1 3323"},
        {"seeded", CHANGE_REBUILD, "=123 *9 =12 *1 - =123 *4", "123123123 1 3331"},
        {"worker", CHANGE_REBUILD, "=123 *9 =12 *1 - =123 *4", "123123123 1 3213"},
    };
    ROWS(rows);
}

/* s1 leaves and returns before anybody picks. New workers read each list when they begin, so it was
 * gone, and is as little remembered as s2 is; a lazy rebuild never heard of it. */
static void test_reload_is_not_lazy(void)
{
    static const struct row rows[] = {
        {"host", CHANGE_RELOAD, "=12 *1 -1 =2 =12 *1", "1 1"},
        {"fleet", CHANGE_RELOAD, "=12 *1 -1 =2 =12 *1", "1 1"},
        {"host", CHANGE_IN_PLACE, "=12 *1 -1 =2 =12 *1", "1 1"},
        {"host", CHANGE_REBUILD, "=12 *1 -1 =2 =12 *1", "1 2"},
        {"host", CHANGE_RELOAD, "=12 *1 -1 =12 r *1", "1 2"},
    };
    ROWS(rows);
}

static void test_eager_rebuild(void)
{
    struct balancer balancer = gate_least("seeded", CHANGE_REBUILD);
    struct gate *gate = memory_zeroed(1, sizeof *gate);
    gate_begin(gate, &balancer, 1, 2, true, true);
    CU_ASSERT_STRING_EQUAL(gate_play(gate, "=123 *6 =12 =123 *3"), "123123 331");
    /* A worker that crashed has read 2 2 0 before the other one opens two. */
    CU_ASSERT_STRING_EQUAL(gate_play(gate, "=456 v6 *4 !00 ^6 01*2 *3"), "4545 45 664");
    gate_end(gate);
    free(gate);
}

/* Old workers drain: each release goes to the row that counted it, and whoever sees that row hears
 * of it. */
static void test_reload_drains(void)
{
    static const struct row rows[] = {
        {"host", CHANGE_RELOAD, "=12 # *4 t # -1 # ? *2 - # ?", "4 1212 5 5 0/2 11 4 0/0"},
        {"worker", CHANGE_RELOAD, "=12 # *4 t # -1 # ? *2 - # ?", "4 1212 5 5 0/2 12 4 0/0"},
        {"host", CHANGE_RELOAD, "=12 *2 t *2 t 11*2 t # -1*1 # - #", "12 12 12 7 7 4"},
        {"host", ANY, "=12 *2 r *2 r *2 # - #", "12 12 12 6 4"},
    };
    ROWS(rows);
}

/* ---- Crashes ---- */

static void test_crash(void)
{
    static const struct row reaped[] = {
        {"request", ANY, "=123 v3 *4 !00 ? ^3 *3", "1111 0/0/0 111"},
        {"generation", ANY, "=123 v3 *4 !00 ? ^3 *3", "1212 0/0/0 123"},
        {"seeded", ANY, "=123 v3 *4 !00 ? ^3 *3", "1212 0/0/0 331"},
        {"worker", ANY, "=123 v3 *4 !00 ? ^3 *3", "1212 0/0/0 123"},
        {"host_generation", ANY, "=123 v3 *4 !00 ? ^3 *3", "1212 0/0/0 312"},
        {"host", ANY, "=123 v3 *4 !00 ? ^3 *3", "1212 0/0/0 312"},
        {"fleet", ANY, "=123 v3 *4 !00 ? ^3 *3", "1212 0/0/0 312"},
    };
    ROWS(reaped);
}

/* The other worker's counts stay, and so do its connections; an elder that drains lives on. */
static void test_crash_of_one(void)
{
    static const struct row rows[] = {
        {"host", ANY, "=123 *3 01*3 !00 ? *3 ? #", "123 123 1/1/1 123 2/2/2 4"},
        {"worker", ANY, "=123 *3 01*4 !00 ? 01*1", "123 1231 2/1/1 2"},
        {"host", CHANGE_RELOAD, "=12 *2 t *2 # !00 # ? - # ?", "12 12 5 5 1/1 4 0/0"},
    };
    ROWS(rows);
}

static void test_reap(void)
{
    static const char *const views[] = {"host_generation", "host", "fleet"};
    for (int i = 0; i < 3; i++)
        for (int change = CHANGE_IN_PLACE; change <= CHANGE_RELOAD; change++) {
            struct balancer balancer = gate_least(views[i], (enum change)change);
            balancer.reap_ns = REAP_NEVER;
            gate_check(&balancer, "=123 v3 *4 01*2 !00 ? ^3 *4 ?",
                       "1212 12 3/3/0 3331 4/3/3"); /* believes 3 3 0 */
            gate_check(&balancer, "=123 v3 *4 01*2 !00 x ? ^3 *4 ?", "1212 12 1/1/0 3123 2/2/2");
        }
}

/* nginx after kill -9, counts 20 20 0: with a zone the next sixty see them, without they do not.
 * Recorded: 13 13 34 and 20 20 20. */
static void test_nginx_zone_crash(void)
{
    static const struct {
        const char *preset;
        uint32_t next[3];
    } rows[] = {{"nginx-least-conn-zone", {13, 13, 34}}, {"nginx-least-conn", {20, 20, 20}}};
    for (int i = 0; i < 2; i++) {
        struct balancer balancer = gate_preset(rows[i].preset);
        struct gate *gate = memory_zeroed(1, sizeof *gate);
        uint32_t count[GATE_SERVERS];
        gate_begin(gate, &balancer, 1, 1, false, false);
        gate_count(gate_play(gate, "=123 *60 -3"), count);
        CU_ASSERT(count[0] == 20 && count[1] == 20 && count[2] == 20);
        gate_count(gate_play(gate, "!00 *60"), count);
        for (int s = 0; s < 3; s++)
            CHECK_ROW(count[s] == rows[i].next[s], "%s: s%d got %u, recorded %u", rows[i].preset,
                      s + 1, count[s], rows[i].next[s]);
        gate_end(gate);
        free(gate);
    }
}

/* Both servers full, then a crash: leaked counts keep them full until a reload. */
static void test_leaked_limits(void)
{
    struct balancer zone = gate_preset("nginx-least-conn-zone"),
                    plain = gate_preset("nginx-least-conn");
    const char *script = "=1/2,2/2 *5 !00 *2 r *4";
    gate_check(&zone, script, "1221- -- 1221");
    gate_check(&plain, script, "1221- 12 1221");
}

static const struct test tests[] = {
    {"request starts anew each time, generation goes round", test_request},
    {"generation forgets at a change, seeded reads the table", test_seeded_reads},
    {"seeded reads the table once, worker hears every release", test_seeded_reads_once},
    {"seeded's table outlives reload and crash, worker's counts do not", test_seeded_outlives},
    {"seeded does not see the other worker, host_generation does", test_seeded_is_blind},
    {"worker keeps across rebuild, but not across reload", test_worker_rebuilds},
    {"host_generation sees the other worker, worker does not", test_host_generation},
    {"host survives a reload, host_generation does not", test_host},
    {"fleet sees the other instance, host does not", test_fleet},
    {"all pairs: a server joins", test_pairs_add},
    {"all pairs: touch", test_pairs_touch},
    {"rebuild is lazy: a change without a pick has no effect", test_rebuild_is_lazy},
    {"a reload is not: its workers read each list", test_reload_is_not_lazy},
    {"an eager rebuild reads the table at every change", test_eager_rebuild},
    {"reload: old workers drain into their own rows", test_reload_drains},
    {"a crash ends the life, and is reaped at once", test_crash},
    {"a crash of one worker leaves the others alone", test_crash_of_one},
    {"leaked counts stay until they are reaped", test_reap},
    {"nginx with a zone counts the dead, as recorded", test_nginx_zone_crash},
    {"leaked counts keep servers full until a reload", test_leaked_limits},
};

SUITE("gateway", tests)
