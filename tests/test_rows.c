/* test_rows.c: rows, leases, reaping, the lock, and processes that share a region. */
#include "tests/harness.h"
#include "tests/lb_stand.h"

#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static const uint64_t draw_key[2] = {1, 2};

/* ---- Rows and leases ---- */

static void a_row_belongs_to_an_owner_and_a_scope(void)
{
    struct stand *stand = stand_new("round_robin", LB_SUM, 3);
    struct lb_region *region = stand->region;
    uint32_t scope = stand->config.scope;
    uint32_t other = lb_scope_open(region, (struct lb_scope_key){8, 0, 0}, draw_key);
    CU_ASSERT_EQUAL(lb_row_claim(region, 0, scope), LB_NONE);
    CU_ASSERT_EQUAL(lb_row_claim(region, 1, scope), stand->row);
    uint32_t seen[8] = {stand->row, lb_row_claim(region, 1, other)};
    for (uint32_t owner = 2; owner <= 7; owner++)
        seen[owner] = lb_row_claim(region, owner, scope);
    for (uint32_t i = 0; i < 8; i++)
        for (uint32_t j = 0; j < i; j++)
            CU_ASSERT(seen[i] < 8 && seen[i] != seen[j]);
    CU_ASSERT_EQUAL(lb_row_claim(region, 99, scope), LB_NONE); /* the shape has eight */
    CU_ASSERT_EQUAL(lb_row_claim(region, 4, scope), seen[4]);
    CU_ASSERT_EQUAL(lb_row_drop(region, seen[4]), 0);
    CU_ASSERT_EQUAL(lb_row_claim(region, 99, scope), seen[4]);
    stand_free(stand);
}

static void a_dropped_row_takes_its_counts_along(void)
{
    for (int mode = LB_SUM; mode <= LB_KEPT; mode++) {
        struct stand *stand = stand_new("round_robin", (enum lb_mode)mode, 3);
        uint32_t own = stand->row, scope = stand->config.scope;
        for (int i = 0; i < 5; i++)
            stand_pick(stand); /* 2 2 1 */
        stand->row = lb_row_claim(stand->region, 2, scope);
        for (int i = 0; i < 2; i++)
            stand_pick(stand); /* 1 0 1 */
        CU_ASSERT_EQUAL(lb_believed(stand->picker, 0), 3);
        CU_ASSERT_EQUAL(lb_slot_count(stand->region, 0), 3);
        CU_ASSERT_EQUAL(lb_row_drop(stand->region, own), 5);
        CU_ASSERT_EQUAL(lb_row_drop(stand->region, own), 0);
        CU_ASSERT_EQUAL(lb_row_count(stand->region, own, 0), 0);
        CU_ASSERT_EQUAL(lb_believed(stand->picker, 0), 1);
        CU_ASSERT_EQUAL(lb_believed(stand->picker, 1), 0);
        CU_ASSERT_EQUAL(lb_believed(stand->picker, 2), 1);
        CU_ASSERT_EQUAL(lb_slot_count(stand->region, 0), 1);
        CU_ASSERT_EQUAL(lb_region_check(stand->region), LB_OK);
        CU_ASSERT_EQUAL(lb_row_claim(stand->region, 3, scope), own); /* used again, empty */
        CU_ASSERT_EQUAL(lb_row_count(stand->region, own, 0), 0);
        CU_ASSERT_EQUAL(lb_believed(stand->picker, 0), 1);
        stand_free(stand);
    }
}

static void only_leases_that_are_counted_are_released(void)
{
    struct stand *stand = stand_new("round_robin", LB_SUM, 3);
    struct lb_lease lease;
    CU_ASSERT_EQUAL(stand_pick(stand), 1);
    lease = stand->lease[0];
    CU_ASSERT_EQUAL(lb_release(stand->picker, (struct lb_lease){.slot = 1, .row = lease.row}),
                    LB_BAD_LEASE); /* another server */
    CU_ASSERT_EQUAL(lb_release(stand->picker, (struct lb_lease){.slot = 0, .row = 5}),
                    LB_BAD_LEASE); /* a row never claimed */
    CU_ASSERT_EQUAL(lb_release(stand->picker, (struct lb_lease){.slot = 0, .row = 800}),
                    LB_BAD_LEASE);
    CU_ASSERT_EQUAL(lb_release(stand->picker, (struct lb_lease){.slot = 4000, .row = lease.row}),
                    LB_BAD_LEASE);
    uint32_t second = lb_row_claim(stand->region, 2, stand->config.scope);
    stand->row = second;
    CU_ASSERT(stand_pick(stand) == 2 && stand_pick(stand) == 3 && stand_pick(stand) == 1);
    CU_ASSERT_EQUAL(second, lease.row + 1); /* so its cells lie behind the first row's last */
    CU_ASSERT_EQUAL(
        lb_release(stand->picker, (struct lb_lease){.slot = STAND_SERVERS, .row = lease.row}),
        LB_BAD_LEASE);
    CU_ASSERT_EQUAL(lb_row_count(stand->region, second, 0), 1);
    CU_ASSERT_EQUAL(lb_row_drop(stand->region, second), 3);
    CU_ASSERT_EQUAL(lb_believed(stand->picker, 0), 1);
    CU_ASSERT_EQUAL(lb_release(stand->picker, lease), LB_OK);
    CU_ASSERT_EQUAL(lb_release(stand->picker, lease), LB_BAD_LEASE);
    CU_ASSERT_EQUAL(lb_release(stand->picker, (struct lb_lease){.slot = 0, .row = LB_NONE}), LB_OK);
    CU_ASSERT_EQUAL(lb_believed(stand->picker, 0), 0);
    stand_free(stand);
}

static bool is_odd(void *asked, uint64_t owner)
{
    ++*(uint32_t *)asked;
    return owner % 2 == 1;
}

static void the_reaper_takes_the_dead_only(void)
{
    for (int mode = LB_SUM; mode <= LB_KEPT; mode++) {
        struct stand *stand = stand_new("round_robin", (enum lb_mode)mode, 1);
        uint32_t asked = 0, own = stand->row;
        for (uint64_t owner = 2; owner <= 4; owner++) {
            stand->row = lb_row_claim(stand->region, owner, stand->config.scope);
            for (uint64_t i = 0; i < owner; i++)
                stand_pick(stand); /* 2, 3 and 4 connections on the only server */
        }
        CU_ASSERT_EQUAL(lb_believed(stand->picker, 0), 9);
        CU_ASSERT_EQUAL(lb_reap(stand->region, is_odd, &asked), 6);
        CU_ASSERT_EQUAL(asked, 4);
        CU_ASSERT_EQUAL(lb_believed(stand->picker, 0), 3);
        CU_ASSERT_EQUAL(lb_reap(stand->region, is_odd, &asked), 0);
        CU_ASSERT_EQUAL(asked, 6);
        CU_ASSERT_EQUAL(lb_row_claim(stand->region, 1, stand->config.scope), own);
        stand_free(stand);
    }
}

/* ---- The lock ---- */

static void the_lock_names_its_holder(void)
{
    struct stand *stand = stand_new("round_robin", LB_SUM, 1);
    CU_ASSERT_EQUAL(lb_lock_holder(stand->region), 0);
    CU_ASSERT(lb_try_lock(stand->region, 77));
    CU_ASSERT_EQUAL(lb_lock_holder(stand->region), 77);
    CU_ASSERT(!lb_try_lock(stand->region, 78));
    CU_ASSERT(!lb_try_lock(stand->region, 77));
    CU_ASSERT_EQUAL(lb_lock_holder(stand->region), 77);
    lb_unlock(stand->region);
    CU_ASSERT_EQUAL(lb_lock_holder(stand->region), 0);
    CU_ASSERT(lb_try_lock(stand->region, 78));
    stand_free(stand);
}

struct contender {
    struct stand *stand;
    uint64_t self;
};

enum { CONTENDERS = 4, TURNS = 2000 };

/* Picks share one row here, which only a lock makes right. */
static void *contend(void *context)
{
    struct contender *own = context;
    for (int i = 0; i < TURNS; i++) {
        while (!lb_try_lock(own->stand->region, own->self))
            sched_yield();
        struct lb_request request = {0};
        struct lb_lease lease;
        uint32_t member;
        lb_pick(own->stand->picker, own->stand->row, &request, &lease, &member);
        lb_unlock(own->stand->region);
    }
    return NULL;
}

static void the_lock_lets_one_in_at_a_time(void)
{
    struct stand *stand = stand_new("round_robin", LB_KEPT, 4);
    struct contender contender[CONTENDERS];
    pthread_t thread[CONTENDERS];
    for (uint32_t i = 0; i < CONTENDERS; i++) {
        contender[i] = (struct contender){stand, i + 1};
        CU_ASSERT_EQUAL(pthread_create(&thread[i], NULL, contend, &contender[i]), 0);
    }
    for (uint32_t i = 0; i < CONTENDERS; i++)
        pthread_join(thread[i], NULL);
    for (uint32_t i = 0; i < 4; i++) /* round robin over four: exactly a quarter each */
        CU_ASSERT_EQUAL(lb_believed(stand->picker, i), CONTENDERS * TURNS / 4);
    CU_ASSERT_EQUAL(lb_region_check(stand->region), LB_OK);
    stand_free(stand);
}

/* ---- Two processes, two addresses ---- */

enum { CHILD = 2 };

/* In the child: five connections by a row of its own; then it dies, and releases none. */
static void open_five(void *memory, size_t size, const struct stand *parent)
{
    struct stand child = *parent;
    child.picker_memory = stand_memory(child.picker_size);
    bool fine = lb_region_attach(memory, size, &child.region) == LB_OK;
    child.row = fine ? lb_row_claim(child.region, CHILD, child.config.scope) : LB_NONE;
    fine = fine && child.row != LB_NONE && stand_build(&child) == LB_OK;
    for (uint32_t i = 0; i < 5 && fine; i++)
        fine = stand_pick(&child) != 0;
    _exit(fine ? 0 : 1);
}

static bool is_parent(void *context, uint64_t owner)
{
    (void)context;
    return owner != CHILD;
}

static void processes_share_a_region_wherever_it_is_mapped(void)
{
    struct stand *stand = stand_new("least_conn", LB_SUM, 4);
    char path[] = "/tmp/test_region.XXXXXX";
    int file = mkstemp(path), status = -1;
    CU_ASSERT_FATAL(file >= 0 && unlink(path) == 0 &&
                    write(file, stand->memory, stand->size) == (ssize_t)stand->size);
    void *map[2];
    for (int i = 0; i < 2; i++)
        map[i] = mmap(NULL, stand->size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    CU_ASSERT_FATAL(map[0] != MAP_FAILED && map[1] != MAP_FAILED && map[0] != map[1]);
    CU_ASSERT_EQUAL(lb_region_attach(map[0], stand->size, &stand->region), LB_OK);
    CU_ASSERT_EQUAL(stand_build(stand), LB_OK);
    CU_ASSERT_EQUAL(stand_pick(stand), 1);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        open_five(map[1], stand->size, stand);
    CU_ASSERT(child > 0 && waitpid(child, &status, 0) == child && status == 0);
    int64_t seen = 0; /* the child made 2 2 1 1 of 1 0 0 0 */
    for (uint32_t i = 0; i < 4; i++)
        seen += lb_believed(stand->picker, i);
    CU_ASSERT_EQUAL(seen, 6);
    CU_ASSERT(lb_believed(stand->picker, 0) <= 2 && lb_believed(stand->picker, 3) >= 1);
    CU_ASSERT_EQUAL(lb_reap(stand->region, is_parent, NULL), 5);
    CU_ASSERT_EQUAL(lb_believed(stand->picker, 0), 1);
    CU_ASSERT_EQUAL(lb_region_check(stand->region), LB_OK);
    munmap(map[0], stand->size);
    munmap(map[1], stand->size);
    close(file);
    stand_free(stand);
}

static const struct test tests[] = {
    {"a row belongs to an owner and a scope", a_row_belongs_to_an_owner_and_a_scope},
    {"a dropped row takes its counts along", a_dropped_row_takes_its_counts_along},
    {"only leases that are counted are released", only_leases_that_are_counted_are_released},
    {"the reaper takes the dead only", the_reaper_takes_the_dead_only},
    {"the lock names its holder", the_lock_names_its_holder},
    {"the lock lets one in at a time", the_lock_lets_one_in_at_a_time},
    {"processes share a region wherever it is mapped",
     processes_share_a_region_wherever_it_is_mapped},
};
SUITE("test_rows", tests)
