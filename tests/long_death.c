/* long_death.c: a process that dies in the library, at every instruction there is.
 *
 * A child works with the lock held and is stepped through it, an instruction at a time. Whenever
 * the region has changed, a survivor finds it as it is then, as though the child had died there: on
 * a copy it takes the lock, drops the dead one's rows, and must find that nothing is wrong, nothing
 * is lost, and that its picks are those it would make if the child had never been. */
#define _DEFAULT_SOURCE /* for MAP_ANONYMOUS */
#include "tests/harness.h"
#include "tests/lb_shared.h"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SURVIVOR = 1, CHILD = 2, LONG_DEAD = 3, PICKS = 6, STEPS_MAX = 200000 };

struct scene {
    struct way way;
    size_t size;
    char *shared, *copy, *last; /* the child's region, the survivor's, and what was looked at last
                                 */
    struct party child, survivor;
    uint32_t wanted[PICKS]; /* the survivor's picks, by slot */
    bool repairs;           /* false: the lock is taken, and nothing put right */
    uint32_t steps, deaths, wrong;
};

/* ---- What the child dies of ---- */

typedef void script(struct scene *);

static void pick_and_release(struct scene *scene)
{
    struct party *child = &scene->child;
    struct lb_lease lease;
    party_pick(child);
    party_pick(child);
    lb_fail(child->picker, child->lease[0], 3);
    lb_release(child->picker, child->lease[1]);
    lb_take(child->picker, child->row, 1, &lease);
}

/* Another generation comes with other servers, and goes: slots are made, and used again. */
static void come_and_go(struct scene *scene)
{
    struct party *child = &scene->child;
    struct lb_region *region = child->region;
    const struct lb_scope_key key = {.life = CHILD, .instance = 1, .generation = 2};
    uint32_t scope = lb_scope_open(region, key, (uint64_t[]){1, 2});
    uint32_t row = lb_row_claim(region, CHILD, scope);
    uint32_t slot[] = {
        lb_row_slot(region, child->row, "s1", 2), lb_row_slot(region, child->row, "new", 3),
        lb_row_slot(region, child->row, "s3", 2), lb_row_slot(region, child->row, "newer", 5),
        lb_row_slot(region, child->row, "s5", 2),
    };
    struct lb_member member[SHARED_SERVERS];
    shared_list(&scene->way, slot, member);
    lb_picker_edit(child->picker, member, SHARED_SERVERS);
    lb_slot_set_down(region, slot[1], true);
    lb_row_slot_done(region, child->row, slot[1]);
    lb_row_slot(region, row, "newest", 6);
    lb_row_slot(region, row, "last", 4);
    lb_scope_restart(region, scope);
    lb_row_drop(region, row);
    lb_scope_close(region, scope);
    lb_scope_close_elder(region, (struct lb_scope_key){0, 2, 9});
    lb_row_drop(region, lb_row_claim(region, LONG_DEAD, child->scope));
    lb_row_drop(region, child->row);
}

/* It finds a holder dead, and dies itself while it repairs. */
static void repair(struct scene *scene)
{
    party_pick(&scene->child);
    lb_take_lock(scene->child.region, CHILD, CHILD);
}

/* ---- What the survivor finds ---- */

static bool is_survivor(void *context, uint64_t owner)
{
    (void)context;
    return owner == SURVIVOR;
}

static bool counts_are_right(const struct party *party)
{
    bool right = lb_region_check(party->region) == LB_OK;
    for (uint32_t slot = 0; slot < SHARED_SLOTS; slot++)
        right = right && lb_slot_count(party->region, slot) == party_holds(party, slot);
    for (uint32_t member = 0; member < SHARED_SERVERS; member++)
        right = right && lb_believed(party->picker, member) == party_holds(party, member);
    return right;
}

static void pick_on(struct party *survivor, uint32_t *slot)
{
    uint32_t member;
    for (uint32_t i = 0; i < PICKS; i++) {
        struct lb_request request = {
            .draw_key = (uint64_t[]){3, i}, .key = "10.2.3.4", .key_length = 8, .now_s = 3};
        struct lb_lease *lease = &survivor->lease[survivor->held];
        bool fine = lb_pick(survivor->picker, survivor->row, &request, lease, &member) == LB_OK;
        survivor->held += fine;
        slot[i] = fine ? lease->slot : LB_NONE;
    }
}

/* Everything but what the survivor has can be had: rows, scopes and slots. */
static bool all_is_free(struct party *survivor)
{
    struct lb_region *region = survivor->region;
    uint32_t rows = 1, scopes = 1, slots = SHARED_SERVERS;
    while (rows < 99 && lb_row_claim(region, 100 + rows, survivor->scope) != LB_NONE)
        rows++;
    while (scopes < 99 && lb_scope_open(region, (struct lb_scope_key){9, scopes, 9},
                                        (uint64_t[]){1, 2}) != LB_NONE)
        scopes++;
    for (char key[] = "a"; key[0] <= 'z'; key[0]++)
        slots += lb_row_slot(region, survivor->row, key, 1) != LB_NONE;
    return rows == SHARED_ROWS && scopes == SHARED_SCOPES && slots == SHARED_SLOTS;
}

/* On the copy; the survivor is as it was before. */
static bool survives(struct scene *scene, uint32_t *picks)
{
    struct party survivor = scene->survivor;
    memcpy(scene->copy, scene->shared, scene->size);
    bool fine = lb_lock_holder(survivor.region) == CHILD;
    if (scene->repairs)
        fine = fine && lb_take_lock(survivor.region, CHILD, SURVIVOR);
    else
        lb_unlock(survivor.region);
    fine = fine && lb_region_check(survivor.region) == LB_OK;
    lb_reap(survivor.region, is_survivor, NULL);
    lb_scope_close_life(survivor.region, CHILD);
    fine = counts_are_right(&survivor) && fine;
    pick_on(&survivor, picks);
    fine = counts_are_right(&survivor) && fine;
    return all_is_free(&survivor) && fine;
}

static void look(struct scene *scene)
{
    uint32_t picks[PICKS];
    if (scene->steps > 1 && memcmp(scene->last, scene->shared, scene->size) == 0)
        return;
    memcpy(scene->last, scene->shared, scene->size);
    scene->deaths++;
    bool fine = survives(scene, picks);
    if (scene->repairs) /* else what is remembered goes on: only counts can be wrong then */
        fine = fine && memcmp(picks, scene->wanted, sizeof picks) == 0;
    scene->wrong += !fine;
}

/* ---- The stage ---- */

/* The survivor, the child and one that died long ago hold connections; the child has the lock. */
static void set_up(struct scene *scene)
{
    struct lb_shape shape = shared_shape(&scene->way);
    struct party dead;
    scene->size = lb_region_size(&shape);
    scene->shared = shared_memory(scene->size);
    scene->copy = shared_memory(scene->size);
    scene->last = shared_memory(scene->size);
    struct lb_region *region = shared_format(scene->copy, &scene->way);
    party_prepare(&dead, region, LONG_DEAD);
    party_prepare(&scene->survivor, region, SURVIVOR);
    CU_ASSERT_FATAL(party_enter(&dead, &scene->way) && party_enter(&scene->survivor, &scene->way));
    for (uint32_t i = 0; i < 5; i++)
        CU_ASSERT(party_pick(&scene->survivor) == LB_OK && party_pick(&dead) == LB_OK);
    /* The child's picker is over the shared region, and is built there; then both are the same. */
    memcpy(scene->shared, scene->copy, scene->size);
    CU_ASSERT_FATAL(lb_region_attach(scene->shared, scene->size, &region) == LB_OK);
    party_prepare(&scene->child, region, CHILD);
    CU_ASSERT_FATAL(lb_try_lock(region, CHILD) && party_enter(&scene->child, &scene->way));
    party_leave(&dead);
    CU_ASSERT(survives(scene, scene->wanted));
    for (uint32_t i = 0; i < PICKS; i++)
        CU_ASSERT(scene->wanted[i] < SHARED_SERVERS);
}

static void tear_down(struct scene *scene)
{
    party_leave(&scene->child);
    party_leave(&scene->survivor);
    munmap(scene->shared, scene->size);
    munmap(scene->copy, scene->size);
    munmap(scene->last, scene->size);
}

static bool may_trace(void)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0)
        _exit(ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0 ? 0 : 1);
    return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

/* Plays the script in a child and looks after each of its instructions. */
static void step_through(struct scene *scene, script *play)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        raise(SIGSTOP);
        play(scene);
        _exit(0);
    }
    CU_ASSERT_FATAL(child > 0 && waitpid(child, &status, 0) == child);
    while (WIFSTOPPED(status) && scene->steps < STEPS_MAX) {
        scene->steps++;
        look(scene);
        if (ptrace(PTRACE_SINGLESTEP, child, NULL, NULL) != 0 ||
            waitpid(child, &status, 0) != child)
            break;
    }
    CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    if (!WIFEXITED(status) && kill(child, SIGKILL) == 0)
        waitpid(child, &status, 0);
}

struct tally {
    script *play;
    bool repairs;
    uint32_t steps, deaths, wrong, deaths_least;
};

static void die_everywhere(const struct way *way, void *context)
{
    struct tally *tally = context;
    struct scene scene = {.way = *way, .repairs = true};
    if (!way->counts_failures) /* does less, and nothing that is not done with them */
        return;
    set_up(&scene);
    scene.repairs = tally->repairs;
    step_through(&scene, tally->play);
    if (tally->repairs)
        CHECK_ROW(scene.wrong == 0, "%s, words %llu %llu, mode %d: wrong after %u of %u deaths",
                  lb_algorithm_name(way->algorithm), (unsigned long long)way->param[0],
                  (unsigned long long)way->param[1], way->mode, scene.wrong, scene.deaths);
    CHECK_ROW(scene.deaths >= tally->deaths_least, "only %u deaths", scene.deaths);
    tally->steps += scene.steps;
    tally->deaths += scene.deaths;
    tally->wrong += scene.wrong;
    tear_down(&scene);
}

/* Round robin in both modes, and whoever has most to remember: a heap. */
static void die_in_a_few_ways(struct tally *tally)
{
    for (int mode = LB_SUM; mode <= LB_KEPT; mode++) {
        struct way way = {lb_algorithm_find("round_robin"), {0}, (enum lb_mode)mode, true};
        die_everywhere(&way, tally);
        struct way heap = {lb_algorithm_find("least_conn"), {0}, (enum lb_mode)mode, true};
        const struct lb_param *param = lb_algorithm_params(heap.algorithm);
        for (uint32_t p = 0; param[p].name != NULL; p++)
            for (uint32_t w = 0; strcmp(param[p].name, "ties") == 0 && param[p].words[w]; w++)
                if (strcmp(param[p].words[w], "heap") == 0)
                    heap.param[p] = w;
        die_everywhere(&heap, tally);
    }
}

static void say(const char *what, const struct tally *tally)
{
    printf("  %s: %u instructions, %u deaths, %u wrong\n", what, tally->steps, tally->deaths,
           tally->wrong);
}

/* ---- The tests ---- */

static void a_death_in_a_pick_does_no_harm(void)
{
    struct tally tally = {.play = pick_and_release, .repairs = true, .deaths_least = 10};
    if (!may_trace()) {
        printf("  no process may be traced here: a death at every instruction is skipped\n");
        return;
    }
    shared_each_way(die_everywhere, &tally);
    say("picks", &tally);
}

static void a_death_in_any_change_does_no_harm(void)
{
    struct tally tally = {.play = come_and_go, .repairs = true, .deaths_least = 50};
    if (!may_trace())
        return; /* as said above */
    die_in_a_few_ways(&tally);
    say("slots, rows, scopes, lists", &tally);
    tally = (struct tally){.play = repair, .repairs = true, .deaths_least = 20};
    die_in_a_few_ways(&tally);
    say("repairs", &tally);
}

/* What makes the tests above ones that can fail. */
static void without_the_repair_there_is_harm(void)
{
    const struct way way = {lb_algorithm_find("round_robin"), {0}, LB_KEPT, true};
    script *const play[] = {pick_and_release, come_and_go};
    for (uint32_t i = 0; i < 2 && may_trace(); i++) {
        struct tally tally = {.play = play[i]};
        die_everywhere(&way, &tally);
        say(i == 0 ? "picks, nothing repaired" : "changes, nothing repaired", &tally);
        CU_ASSERT(tally.wrong > 0);
    }
}

static const struct test tests[] = {
    {"a death in a pick does no harm", a_death_in_a_pick_does_no_harm},
    {"a death in any change does no harm", a_death_in_any_change_does_no_harm},
    {"without the repair there is harm", without_the_repair_there_is_harm},
};
SUITE("long_death", tests)
