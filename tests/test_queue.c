/* test_queue.c: the event queue against a sorted list, on streams that are unkind to heaps. */
#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/engine/memory.h"
#include "sim/engine/queue.h"
#include "sim/engine/stream.h"
#include "tests/harness.h"

static uint64_t random_value(uint64_t i)
{
    return stream_value((struct stream){12217, 42}, i);
}

static bool same(struct queue_item a, struct queue_item b)
{
    return a.time_ns == b.time_ns && a.rank == b.rank && a.order == b.order && a.what == b.what;
}

/* For qsort: the order that queue.h promises, spelled a second time. */
static int compare(const void *left, const void *right)
{
    const struct queue_item *a = left, *b = right;
    const uint64_t as[] = {a->time_ns, a->rank, a->order, a->what};
    const uint64_t bs[] = {b->time_ns, b->rank, b->order, b->what};
    for (int i = 0; i < 4; i++)
        if (as[i] != bs[i])
            return as[i] < bs[i] ? -1 : 1;
    return 0;
}

static void test_empty(void)
{
    struct queue *queue = queue_new();
    CU_ASSERT_EQUAL(queue_count(queue), 0);
    queue_push(queue, (struct queue_item){.time_ns = 7, .what = 3});
    CU_ASSERT_EQUAL(queue_count(queue), 1);
    CU_ASSERT_EQUAL(queue_pop(queue).what, 3);
    CU_ASSERT_EQUAL(queue_count(queue), 0);
    queue_push(queue, (struct queue_item){.time_ns = 7}); /* now is not the past */
    CU_ASSERT_EQUAL(queue_count(queue), 1);
    queue_free(queue);
    queue_free(NULL);
}

static void test_order_of_fields(void)
{
    static const struct queue_item sorted[] = {
        {1, 9, 9, 9}, {2, 1, 9, 9}, {2, 2, 1, 9},
        {2, 2, 2, 1}, {2, 2, 2, 2}, {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX}};
    enum { N = sizeof sorted / sizeof *sorted };
    for (unsigned turn = 0; turn < N; turn++) { /* every rotation of them */
        struct queue *queue = queue_new();
        for (unsigned i = 0; i < N; i++)
            queue_push(queue, sorted[(turn + i) % N]);
        for (unsigned i = 0; i < N; i++)
            CHECK_ROW(same(queue_pop(queue), sorted[i]), "rotation %u, place %u", turn, i);
        queue_free(queue);
    }
}

/* Burst traffic of constant holds makes such ticks. The items carry the
 * numbers 0 ... n - 1 in (rank, order) and are pushed in an order that is a full-period walk. */
static void test_a_million_in_one_tick(void)
{
    enum { COUNT = 1000 * 1000, RANKS = 1000, STEP = 618033 }; /* STEP is prime to COUNT */
    struct queue *queue = queue_new();
    for (uint64_t i = 0, n = 0; i < COUNT; i++, n = (n + STEP) % COUNT)
        queue_push(queue, (struct queue_item){5, n / RANKS, n % RANKS, n});
    CU_ASSERT_EQUAL(queue_count(queue), COUNT);
    uint64_t wrong = 0;
    for (uint64_t n = 0; n < COUNT; n++)
        wrong += !same(queue_pop(queue), (struct queue_item){5, n / RANKS, n % RANKS, n});
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_EQUAL(queue_count(queue), 0);
    queue_free(queue);
}

enum hostile { EQUAL, TWO, DESCENDING, ASCENDING, FAR_THEN_NEAR, AT_THE_END, CLUSTERS, HOSTILES };
static const char *const hostile_name[HOSTILES] = {
    "all equal", "two values",  "descending", "ascending", "one far then many near",
    "near 2^64", "few clusters"};

static uint64_t hostile_time(enum hostile kind, uint64_t i)
{
    switch (kind) {
    case EQUAL:
        return 1000;
    case TWO:
        return random_value(i) % 2;
    case DESCENDING:
        return 1000000 - i;
    case ASCENDING:
        return i;
    case FAR_THEN_NEAR:
        return i == 0 ? UINT64_MAX : random_value(i) % 100;
    case AT_THE_END:
        return UINT64_MAX - random_value(i) % 50;
    default:
        return (random_value(i) % 5) << 61 | random_value(i + 1) % 3;
    }
}

static struct queue_item hostile_item(enum hostile kind, uint64_t i)
{
    uint64_t v = random_value(i + 100000);
    return (struct queue_item){hostile_time(kind, i), v % 3, (v >> 8) % 50, (v >> 16) % 4};
}

static void test_hostile_against_sorted(void)
{
    enum { COUNT = 20000 };
    struct queue_item *oracle = memory_zeroed(COUNT, sizeof *oracle);
    for (enum hostile kind = 0; kind < HOSTILES; kind++) {
        struct queue *queue = queue_new();
        for (uint64_t i = 0; i < COUNT; i++)
            queue_push(queue, oracle[i] = hostile_item(kind, i));
        qsort(oracle, COUNT, sizeof *oracle, compare);
        unsigned wrong = 0;
        for (unsigned i = 0; i < COUNT; i++)
            wrong += !same(queue_pop(queue), oracle[i]);
        CHECK_ROW(wrong == 0 && queue_count(queue) == 0, "%s: %u out of order", hostile_name[kind],
                  wrong);
        queue_free(queue);
    }
    free(oracle);
}

/* The oracle of a queue in use: a heap of things in no order, the least found by looking at all. */
struct pile {
    struct queue_item item[512];
    unsigned count;
};

static struct queue_item pile_pop(struct pile *pile)
{
    unsigned least = 0;
    for (unsigned i = 1; i < pile->count; i++)
        if (compare(&pile->item[i], &pile->item[least]) < 0)
            least = i;
    struct queue_item found = pile->item[least];
    pile->item[least] = pile->item[--pile->count];
    return found;
}

struct rule {
    uint64_t modulus, residue;
    unsigned asked;
};

static bool keep_by_rule(const struct queue_item *item, void *context)
{
    struct rule *rule = context;
    rule->asked++;
    return item->what % rule->modulus != rule->residue;
}

static void pile_keep(struct pile *pile, struct rule *rule)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < pile->count; i++)
        if (keep_by_rule(&pile->item[i], rule))
            pile->item[kept++] = pile->item[i];
    pile->count = kept;
}

/* Pushes, pops and cancellations mixed, the times never before the last popped. */
static void mix_against_pile(enum hostile kind)
{
    struct queue *queue = queue_new();
    struct pile pile = {.count = 0};
    unsigned wrong = 0, pops = 0, drops = 0;
    uint64_t now_ns = 0;
    for (uint64_t i = 0; i < 20000; i++) {
        uint64_t dice = random_value(i + 777777) % 1000;
        if (dice < 5) {
            struct rule mine = {2 + dice, i % (2 + dice), 0}, theirs = mine;
            unsigned had = pile.count;
            queue_keep(queue, keep_by_rule, &mine);
            pile_keep(&pile, &theirs);
            wrong += mine.asked != had || theirs.asked != had;
            drops += had - pile.count;
        } else if ((dice < 520 && pile.count < 512) || pile.count == 0) {
            struct queue_item item = hostile_item(kind, i);
            if (item.time_ns < now_ns)
                item.time_ns = now_ns;
            queue_push(queue, item);
            pile.item[pile.count++] = item;
        } else {
            struct queue_item item = queue_pop(queue);
            now_ns = item.time_ns;
            wrong += !same(item, pile_pop(&pile));
            pops++;
        }
        wrong += queue_count(queue) != pile.count;
    }
    CHECK_ROW(wrong == 0 && pops > 5000 && drops > 100, "%s: %u wrong of %u pops, %u drops",
              hostile_name[kind], wrong, pops, drops);
    queue_free(queue);
}

static void test_use_against_pile(void)
{
    for (enum hostile kind = 0; kind < HOSTILES; kind++)
        mix_against_pile(kind);
}

static void test_keep_all_and_none(void)
{
    struct queue *queue = queue_new();
    struct rule none = {1, 0, 0}, all = {2, 5, 0};
    queue_keep(queue, keep_by_rule, &none);
    CU_ASSERT_EQUAL(none.asked, 0);
    for (uint64_t i = 0; i < 1000; i++)
        queue_push(queue, hostile_item(CLUSTERS, i));
    queue_keep(queue, keep_by_rule, &all);
    CU_ASSERT_EQUAL(queue_count(queue), 1000);
    struct queue_item last = {0, 0, 0, 0};
    for (int i = 0; i < 500; i++) {
        struct queue_item item = queue_pop(queue);
        CU_ASSERT(compare(&last, &item) <= 0);
        last = item;
    }
    queue_keep(queue, keep_by_rule, &none);
    CU_ASSERT_EQUAL(none.asked, 500);
    CU_ASSERT_EQUAL(queue_count(queue), 0);
    queue_free(queue);
}

static void push_into_the_past(void)
{
    struct queue *queue = queue_new();
    queue_push(queue, (struct queue_item){.time_ns = 10});
    queue_pop(queue);
    queue_push(queue, (struct queue_item){.time_ns = 9});
}

static void pop_from_nothing(void)
{
    queue_pop(queue_new());
}

/* Whether the act ends the program by abort(), seen from a child that keeps quiet about it. */
static bool aborts(void (*act)(void))
{
    fflush(NULL);
    pid_t child = fork();
    assert(child >= 0);
    if (child == 0) {
        if (freopen("/dev/null", "w", stderr) == NULL)
            _exit(1);
        act();
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void test_misuse_is_caught(void)
{
    CU_ASSERT(aborts(push_into_the_past));
    CU_ASSERT(aborts(pop_from_nothing));
}

static const struct test tests[] = {
    {"an empty queue", test_empty},
    {"time, then rank, order and what", test_order_of_fields},
    {"a million items in one tick", test_a_million_in_one_tick},
    {"hostile times against a sorted list", test_hostile_against_sorted},
    {"push, pop and keep against a pile", test_use_against_pile},
    {"keep all, keep none", test_keep_all_and_none},
    {"the past and the empty queue are caught", test_misuse_is_caught},
};

SUITE("queue", tests)
