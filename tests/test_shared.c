/* test_shared.c: threads over one region, each with a row and a picker of its own: what may be done
 * without the lock, and who gets it from the dead. tests/check_threads runs it under
 * ThreadSanitizer too. */
#define _DEFAULT_SOURCE /* for MAP_ANONYMOUS */
#include "tests/harness.h"
#include "tests/lb_shared.h"

#include <pthread.h>
#include <stdatomic.h>

enum { TURNS = 5000, RACES = 300, RACERS = 2, DEAD = 99 };

struct shared {
    size_t size;
    struct lb_region *region;
    struct party party[RACERS];
    pthread_barrier_t barrier;
    _Atomic uint32_t won, over;
};

static void open_shared(struct shared *shared, const char *algorithm)
{
    const struct way way = {lb_algorithm_find(algorithm), {0}, LB_SUM, false};
    struct lb_shape shape = shared_shape(&way);
    *shared = (struct shared){.size = lb_region_size(&shape)};
    shared->region = shared_format(shared_memory(shared->size), &way);
    for (uint32_t i = 0; i < RACERS; i++) {
        party_prepare(&shared->party[i], shared->region, i + 1);
        CU_ASSERT_FATAL(lb_try_lock(shared->region, i + 1) && party_enter(&shared->party[i], &way));
        lb_unlock(shared->region);
    }
    pthread_barrier_init(&shared->barrier, NULL, RACERS);
}

static void close_shared(struct shared *shared)
{
    pthread_barrier_destroy(&shared->barrier);
    for (uint32_t i = 0; i < RACERS; i++)
        party_leave(&shared->party[i]);
    munmap(shared->region, shared->size);
}

/* ---- Picks with the lock, releases and looks without ---- */

struct racer {
    struct shared *shared;
    struct party *party;
    uint32_t faults;
};

static void *pick_and_release(void *context)
{
    struct racer *racer = context;
    for (uint32_t i = 0; i < TURNS; i++)
        racer->faults += party_act(racer->party) < 0;
    return NULL;
}

/* A status page, with as many looks as there is time for. */
static void *look_on(void *context)
{
    struct racer *racer = context;
    struct lb_region *again, *region = racer->shared->region;
    while (!atomic_load(&racer->shared->over)) {
        for (uint32_t slot = 0; slot < lb_slots_used(region); slot++)
            for (uint32_t row = 0; row < SHARED_ROWS; row++) {
                int32_t count = lb_row_count(region, row, slot);
                racer->faults += count < 0 || count > SHARED_HELD;
            }
        racer->faults += lb_lock_holder(region) > RACERS + 1;
        racer->faults += lb_region_attach(region, racer->shared->size, &again) != LB_OK;
    }
    return NULL;
}

/* The newest worker comes and goes meanwhile. */
static void come_and_go(struct shared *shared, uint32_t times)
{
    for (uint32_t i = 0; i < times; i++) {
        shared_lock(shared->region, RACERS + 1);
        uint32_t row = lb_row_claim(shared->region, RACERS + 1, shared->party[0].scope);
        CU_ASSERT(lb_row_slot(shared->region, row, i % 2 == 0 ? "even" : "odd", 3) != LB_NONE);
        CU_ASSERT_EQUAL(lb_row_drop(shared->region, row), 0);
        lb_unlock(shared->region);
    }
}

static void releases_and_looks_need_no_lock(void)
{
    struct shared shared;
    struct racer racer[RACERS], looker = {.shared = &shared};
    pthread_t thread[RACERS], looking;
    open_shared(&shared, "least_conn");
    for (uint32_t i = 0; i < RACERS; i++) {
        racer[i] = (struct racer){.shared = &shared, .party = &shared.party[i]};
        CU_ASSERT(!lb_release_locks(shared.party[i].picker));
        CU_ASSERT_EQUAL(pthread_create(&thread[i], NULL, pick_and_release, &racer[i]), 0);
    }
    CU_ASSERT_EQUAL(pthread_create(&looking, NULL, look_on, &looker), 0);
    come_and_go(&shared, TURNS / 10);
    for (uint32_t i = 0; i < RACERS; i++)
        pthread_join(thread[i], NULL);
    atomic_store(&shared.over, 1);
    pthread_join(looking, NULL);
    CU_ASSERT(racer[0].faults == 0 && racer[1].faults == 0 && looker.faults == 0);
    CU_ASSERT_EQUAL(lb_region_check(shared.region), LB_OK);
    for (uint32_t slot = 0; slot < SHARED_SLOTS; slot++)
        CU_ASSERT_EQUAL(lb_slot_count(shared.region, slot),
                        party_holds(&shared.party[0], slot) + party_holds(&shared.party[1], slot));
    close_shared(&shared);
}

/* ---- The lock of a dead holder ---- */

/* Both see the dead one hold the lock, and try. Who is not first waits as for any lock. */
static void *race(void *context)
{
    struct racer *racer = context;
    for (uint32_t i = 0; i < RACES; i++) {
        pthread_barrier_wait(&racer->shared->barrier);
        if (lb_take_lock(racer->shared->region, DEAD, racer->party->self))
            atomic_fetch_add(&racer->shared->won, 1);
        else
            shared_lock(racer->shared->region, racer->party->self);
        if (racer->party->held == SHARED_HELD)
            racer->party->held = 0; /* counted as before: nobody releases here */
        racer->faults += lb_lock_holder(racer->shared->region) != racer->party->self ||
                         party_pick(racer->party) != LB_OK;
        lb_unlock(racer->shared->region);
        pthread_barrier_wait(&racer->shared->barrier);
        if (racer->party == &racer->shared->party[0]) /* and dies again */
            racer->faults += !lb_try_lock(racer->shared->region, DEAD);
    }
    return NULL;
}

static void one_of_all_takes_the_lock_of_the_dead(void)
{
    struct shared shared;
    struct racer racer[RACERS];
    pthread_t thread[RACERS];
    uint64_t counted = 0;
    open_shared(&shared, "round_robin");
    CU_ASSERT(lb_try_lock(shared.region, DEAD));
    for (uint32_t i = 0; i < RACERS; i++) {
        racer[i] = (struct racer){.shared = &shared, .party = &shared.party[i]};
        CU_ASSERT_EQUAL(pthread_create(&thread[i], NULL, race, &racer[i]), 0);
    }
    for (uint32_t i = 0; i < RACERS; i++)
        pthread_join(thread[i], NULL);
    CU_ASSERT_EQUAL(atomic_load(&shared.won), RACES);
    CU_ASSERT(racer[0].faults == 0 && racer[1].faults == 0);
    CU_ASSERT(!lb_take_lock(shared.region, 0, 1)); /* nobody is not dead */
    CU_ASSERT(!lb_take_lock(shared.region, 1, 2));
    CU_ASSERT_EQUAL(lb_lock_holder(shared.region), DEAD);
    for (uint32_t slot = 0; slot < SHARED_SLOTS; slot++)
        counted += lb_slot_count(shared.region, slot);
    CU_ASSERT_EQUAL(counted, RACES * RACERS);
    close_shared(&shared);
}

static const struct test tests[] = {
    {"releases and looks need no lock", releases_and_looks_need_no_lock},
    {"one of all takes the lock of the dead", one_of_all_takes_the_lock_of_the_dead},
};
SUITE("test_shared", tests)
