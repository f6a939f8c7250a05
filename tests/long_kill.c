/* long_kill.c: processes that pick at once, and that are killed while they do.
 *
 * Every algorithm, all its words, both modes: a child does nothing but pick and release over a
 * shared region and is killed at some moment, 3000 times in all; the parent holds connections over
 * the same region. tests/long_death.c dies at every instruction; here time chooses, as in life. */
#define _GNU_SOURCE /* for MAP_ANONYMOUS and sched_getaffinity() */
#include "tests/harness.h"
#include "tests/lb_shared.h"

#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

enum { KILLS = 3000, PARENT = 1 };

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

/* ---- Killed at random moments ---- */

struct killing {
    uint32_t ways, kills, with_lock, in_picks; /* of ways: how many there are, to share KILLS out */
    uint64_t last_life, taken_back;
    uint32_t wrong;
};

/* In the child: joins, and picks and releases for ever. */
static void pick_until_killed(const struct party *parent, const struct way *way, uint64_t self,
                              _Atomic uint32_t *ready)
{
    struct party child;
    party_prepare(&child, parent->region, self);
    shared_lock(child.region, self);
    bool fine = party_enter(&child, way);
    lb_unlock(child.region);
    while (fine) {
        fine = party_act(&child) >= 0;
        atomic_store(ready, 1);
    }
    atomic_store(ready, 1);
    _exit(1); /* which waitpid tells from a kill */
}

static bool is_parent(void *context, uint64_t owner)
{
    (void)context;
    return owner == PARENT;
}

/* With the lock held and the dead reaped: what is counted is what the parent holds. */
static bool counts_are_right(const struct party *parent)
{
    bool right = lb_region_check(parent->region) == LB_OK;
    for (uint32_t slot = 0; slot < SHARED_SLOTS; slot++)
        right = right && lb_slot_count(parent->region, slot) == party_holds(parent, slot);
    for (uint32_t member = 0; member < SHARED_SERVERS; member++)
        right = right && lb_believed(parent->picker, member) == party_holds(parent, member);
    return right;
}

static bool put_right(struct party *parent, uint64_t child, struct killing *killing)
{
    bool dead_has_it = lb_lock_holder(parent->region) == child;
    bool fine = dead_has_it ? lb_take_lock(parent->region, child, PARENT)
                            : lb_try_lock(parent->region, PARENT);
    fine = fine && lb_region_check(parent->region) == LB_OK;
    killing->with_lock += dead_has_it;
    killing->taken_back += lb_reap(parent->region, is_parent, NULL);
    fine = fine && counts_are_right(parent);
    if (parent->held < SHARED_HELD)
        fine = party_pick(parent) == LB_OK && fine;
    fine = fine && counts_are_right(parent);
    lb_unlock(parent->region);
    return fine;
}

static void kill_one(struct party *parent, const struct way *way, _Atomic uint32_t *ready,
                     struct killing *killing)
{
    uint64_t self = PARENT + ++killing->last_life;
    int status = 0;
    atomic_store(ready, 0);
    pid_t child = fork();
    if (child == 0)
        pick_until_killed(parent, way, self, ready);
    bool early = party_below(parent, 6) == 0, joins_in = party_below(parent, 2) == 0;
    bool fine = child > 0;
    while (fine && !early && !atomic_load(ready))
        shared_pause();
    uint64_t until = now_ns() + party_below(parent, 400) * UINT64_C(1000);
    while (fine && now_ns() < until)
        if (joins_in)
            fine = party_act(parent) >= 0;
        else
            shared_pause();
    fine = fine && kill(child, SIGKILL) == 0 && waitpid(child, &status, 0) == child &&
           WIFSIGNALED(status);
    killing->in_picks += atomic_load(ready);
    killing->kills++;
    if (!put_right(parent, self, killing) || !fine) {
        CHECK_ROW(false, "%s, words %llu %llu, mode %d: wrong after kill %u",
                  lb_algorithm_name(way->algorithm), (unsigned long long)way->param[0],
                  (unsigned long long)way->param[1], way->mode, killing->kills);
        killing->wrong++;
    }
}

static void kill_many(const struct way *way, void *context)
{
    struct killing *killing = context;
    struct lb_shape shape = shared_shape(way);
    size_t size = lb_region_size(&shape) + LB_ALIGN;
    _Atomic uint32_t *ready = shared_memory(size);
    struct party parent;
    party_prepare(&parent, shared_format((char *)ready + LB_ALIGN, way), PARENT);
    CU_ASSERT_FATAL(lb_try_lock(parent.region, PARENT) && party_enter(&parent, way));
    lb_unlock(parent.region);
    uint32_t share = KILLS / killing->ways + 1;
    for (uint32_t i = 0; i < share && killing->kills < KILLS && killing->wrong < 5; i++)
        kill_one(&parent, way, ready, killing);
    party_leave(&parent);
    munmap((void *)ready, size);
}

static void a_kill_leaves_no_count_wrong(void)
{
    struct killing killing = {.ways = shared_each_way(NULL, NULL)};
    shared_each_way(kill_many, &killing);
    printf("  %u killed, %u of them in the lock; %llu connections taken back\n", killing.kills,
           killing.with_lock, (unsigned long long)killing.taken_back);
    CU_ASSERT_EQUAL(killing.kills, KILLS);
    CU_ASSERT_EQUAL(killing.wrong, 0);
    CU_ASSERT(killing.in_picks > KILLS / 2); /* else it tried something else */
    CU_ASSERT(killing.with_lock > KILLS / 50);
    CU_ASSERT(killing.taken_back > KILLS / 2);
}

/* ---- Two that pick at once ----
 *
 * Nothing is open, and both pick: by least connections they must take two servers. */

enum { ROUNDS = 200000, UNLOCKED_ROUNDS = 20000, LONGEST_S = 6 };

struct meeting { /* in memory that both share */
    _Atomic uint32_t came[2], slot[2], over;
    bool locked;
    uint32_t rounds, cores;
};

/* Processors that this program may run on. */
static uint32_t cores(void)
{
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? (uint32_t)CPU_COUNT(&set) : 1;
}

/* Until the other has come so often too. */
static void wait_for_other(struct meeting *meeting, int me)
{
    uint32_t mine = atomic_fetch_add(&meeting->came[me], 1) + 1, looks = 0;
    while (atomic_load(&meeting->came[!me]) < mine)
        if (meeting->cores < 2)
            sched_yield();
        else if (++looks % 20000 == 0)
            shared_pause();
}

static void pick_and_release(struct meeting *meeting, struct party *party, int me)
{
    if (meeting->locked)
        shared_lock(party->region, party->self);
    int status = party_pick(party);
    while (status < 0 && !meeting->locked) /* loads that change in a pick may leave nobody */
        status = party_pick(party);
    if (status < 0)
        abort();
    if (meeting->locked)
        lb_unlock(party->region);
    atomic_store(&meeting->slot[me], party->lease[0].slot);
}

/* Returns how often both took the same server; *rounds: of how many. */
static uint32_t play_rounds(struct meeting *meeting, struct party *party, int me, uint32_t *rounds)
{
    uint32_t collisions = 0;
    uint64_t end = now_ns() + LONGEST_S * UINT64_C(1000000000);
    for (*rounds = 0; *rounds < meeting->rounds && !atomic_load(&meeting->over); ++*rounds) {
        wait_for_other(meeting, me);
        pick_and_release(meeting, party, me);
        wait_for_other(meeting, me);
        collisions += atomic_load(&meeting->slot[0]) == atomic_load(&meeting->slot[1]);
        if (party_release(party) != LB_OK)
            abort();
        if (me == 0 && *rounds % 1024 == 0 && now_ns() > end)
            atomic_store(&meeting->over, 1); /* a machine that is busy with other things */
        wait_for_other(meeting, me);
    }
    return collisions;
}

static uint32_t collisions_of_two(bool locked, uint32_t wanted, uint32_t *rounds)
{
    const struct way way = {lb_algorithm_find("least_conn"), {0}, LB_SUM, false};
    struct lb_shape shape = shared_shape(&way);
    size_t size = lb_region_size(&shape), head = (sizeof(struct meeting) / LB_ALIGN + 1) * LB_ALIGN;
    struct meeting *meeting = shared_memory(head + size);
    struct party party[2];
    int status = -1;
    meeting->locked = locked;
    meeting->rounds = wanted;
    meeting->cores = cores();
    party_prepare(&party[0], shared_format((char *)meeting + head, &way), 1);
    party_prepare(&party[1], party[0].region, 2);
    CU_ASSERT_FATAL(party_enter(&party[0], &way) && party_enter(&party[1], &way));
    pid_t child = fork();
    alarm(4 * LONGEST_S); /* should one of them fail, the other would wait for ever */
    if (child == 0) {
        play_rounds(meeting, &party[1], 1, rounds);
        _exit(0);
    }
    CU_ASSERT_FATAL(child > 0);
    uint32_t collisions = play_rounds(meeting, &party[0], 0, rounds);
    CU_ASSERT(waitpid(child, &status, 0) == child && status == 0);
    alarm(0);
    CU_ASSERT_EQUAL(lb_region_check(party[0].region), LB_OK);
    party_leave(&party[0]);
    party_leave(&party[1]);
    munmap(meeting, head + size);
    return collisions;
}

static void two_at_once_never_collide_under_the_lock(void)
{
    uint32_t rounds;
    uint32_t collisions = collisions_of_two(true, ROUNDS, &rounds);
    printf("  %u collisions in %u rounds under the lock\n", collisions, rounds);
    CU_ASSERT_EQUAL(collisions, 0);
    CU_ASSERT(rounds > ROUNDS / 100);
}

/* What makes the test above one that can fail. */
static void two_at_once_collide_without_it(void)
{
    uint32_t rounds;
    if (cores() < 2) {
        printf("  one processor: that picks collide without the lock is skipped\n");
        return;
    }
    uint32_t collisions = collisions_of_two(false, UNLOCKED_ROUNDS, &rounds);
    printf("  %u collisions in %u rounds without it\n", collisions, rounds);
    CU_ASSERT(collisions > 0);
}

static const struct test tests[] = {
    {"a kill leaves no count wrong", a_kill_leaves_no_count_wrong},
    {"two at once never collide under the lock", two_at_once_never_collide_under_the_lock},
    {"two at once collide without it", two_at_once_collide_without_it},
};
SUITE("long_kill", tests)
