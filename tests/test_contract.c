/* test_contract.c: every algorithm keeps the laws; a broken one is caught by the law it breaks.
 *
 * The laws one_count, zero, release and drop are kept by the library alone: no algorithm can reach
 * what they guard, so no broken one stands here for them. */
#include "algorithms/contract/contract.h"
#include "algorithms/lb_author.h"
#include "tests/harness.h"

#include <stdio.h>
#include <string.h>

/* ---- Every algorithm of the registry ---- */

static void show(void *context, const struct lb_contract_fault *fault)
{
    const uint64_t *param = context;
    CHECK_ROW(false, "%s (%llu %llu), law %s, view %s, %s, seed %llu, step %u: %s",
              fault->algorithm, (unsigned long long)param[0], (unsigned long long)param[1],
              fault->law, fault->view, fault->mode == LB_SUM ? "LB_SUM" : "LB_KEPT",
              (unsigned long long)fault->seed, fault->step, fault->what);
}

/* Steps through all words, one of them apart from the fallbacks; long_contract.c has all
 * combinations. false: that was the last one. */
static bool next_word(const struct lb_algorithm *algorithm, uint64_t param[LB_PARAMS_MAX])
{
    const struct lb_param *table = lb_algorithm_params(algorithm);
    uint32_t p = 0;
    while (table[p].name != NULL && (table[p].words == NULL || param[p] == table[p].fallback))
        p++;
    if (table[p].name == NULL)
        p = 0;
    for (; table[p].name != NULL; p++) {
        if (table[p].words == NULL)
            continue;
        param[p] = param[p] == table[p].max ? 0 : param[p] + 1;
        if (param[p] != table[p].fallback)
            return true;
    }
    return false;
}

static void registered_algorithms_keep_all_laws(void)
{
    uint32_t tried = 0;
    for (uint32_t i = 0; lb_algorithm_at(i) != NULL; i++) {
        const struct lb_algorithm *algorithm = lb_algorithm_at(i);
        struct lb_picker_config config;
        lb_picker_defaults(algorithm, &config);
        /* Numbers at their least: what they cost must not be paid ten thousand times. */
        for (uint32_t p = 0; lb_algorithm_params(algorithm)[p].name != NULL; p++)
            if (lb_algorithm_params(algorithm)[p].words == NULL)
                config.param[p] = lb_algorithm_params(algorithm)[p].min;
        do {
            CU_ASSERT_EQUAL(lb_contract_run(algorithm, config.param, 12217, show, config.param), 0);
            tried++;
        } while (next_word(algorithm, config.param));
    }
    CU_ASSERT(tried >= 25);
}

static void words_are_stepped_through_once_each(void)
{
    for (uint32_t i = 0; lb_algorithm_at(i) != NULL; i++) {
        const struct lb_algorithm *algorithm = lb_algorithm_at(i);
        const struct lb_param *param = lb_algorithm_params(algorithm);
        uint32_t wanted = 1, seen = 1;
        for (; param->name != NULL; param++)
            wanted *= param->words == NULL ? 1 : (uint32_t)param->max + 1;
        struct lb_picker_config config;
        lb_picker_defaults(algorithm, &config);
        uint64_t before[LB_PARAMS_MAX];
        memcpy(before, config.param, sizeof before);
        while (lb_contract_next_words(algorithm, config.param)) {
            CU_ASSERT(memcmp(before, config.param, sizeof before) != 0);
            seen++;
        }
        CU_ASSERT_EQUAL(seen, wanted);
        CU_ASSERT_EQUAL(memcmp(before, config.param, sizeof before), 0);
    }
}

static void laws_can_be_listed(void)
{
    uint32_t laws = 0;
    for (; lb_contract_law_at(laws) != NULL; laws++) {
        const struct lb_contract_law *law = lb_contract_law_at(laws);
        CU_ASSERT(strlen(law->name) > 0 && strlen(law->statement) > 20);
        for (uint32_t i = 0; i < laws; i++)
            CU_ASSERT(strcmp(law->name, lb_contract_law_at(i)->name) != 0);
    }
    CU_ASSERT_EQUAL(laws, LB_CONTRACT_LAWS);
}

/* ---- Algorithms that keep the laws: what the broken ones are made from ---- */

static uint32_t pick_first(struct lb_context *c)
{
    for (uint32_t i = 0; i < c->members; i++)
        if (lb_usable(c, i))
            return i;
    return LB_NONE;
}

/* The usable member of the least load; the first among equals. */
static uint32_t pick_least(struct lb_context *c)
{
    uint32_t best = LB_NONE;
    for (uint32_t i = 0; i < c->members; i++)
        if (lb_usable(c, i) && (best == LB_NONE || lb_load(c, i) < lb_load(c, best)))
            best = i;
    return best;
}

static size_t eight_bytes_a_slot(uint32_t slots)
{
    return slots * sizeof(int64_t);
}

static int64_t *numbers(struct lb_context *c)
{
    return c->memory;
}

/* Whoever of the usable was taken least often; counts by slot. */
static uint32_t pick_rarest(struct lb_context *c)
{
    uint32_t best = LB_NONE;
    for (uint32_t i = 0; i < c->members; i++)
        if (lb_usable(c, i) &&
            (best == LB_NONE || numbers(c)[c->member[i].slot] < numbers(c)[c->member[best].slot]))
            best = i;
    return best;
}

static void count_taken(struct lb_context *c, uint32_t slot)
{
    numbers(c)[slot]++;
}

/* ---- Broken picks ---- */

static uint32_t pick_ignoring_tried(struct lb_context *c)
{
    c->tried = NULL;
    return pick_first(c);
}

static uint32_t pick_ignoring_limits(struct lb_context *c)
{
    for (uint32_t i = 0; i < c->members; i++) {
        struct lb_member unlimited = c->member[i];
        bool tried = c->tried != NULL && (c->tried[i / 64] >> (i % 64) & 1u) != 0;
        if (!tried && !c->down[unlimited.slot] && unlimited.weight > 0)
            return i;
    }
    return LB_NONE;
}

static uint32_t pick_ignoring_down(struct lb_context *c)
{
    const uint8_t nobody[256] = {0}, *down = c->down;
    c->down = nobody;
    uint32_t picked = pick_first(c);
    c->down = down;
    return picked;
}

static uint32_t pick_the_failing_too(struct lb_context *c)
{
    for (uint32_t i = 0; i < c->members; i++) {
        struct lb_health *health = &c->health[c->member[i].slot], before = *health;
        health->fails = 0;
        bool usable = lb_usable(c, i);
        *health = before;
        if (usable)
            return i;
    }
    return LB_NONE;
}

static uint32_t pick_backups_first(struct lb_context *c)
{
    uint32_t turn = c->turn;
    c->turn = LB_BACKUP;
    uint32_t picked = pick_first(c);
    c->turn = turn;
    return picked != LB_NONE ? picked : pick_first(c);
}

static uint32_t pick_weight_0_too(struct lb_context *c)
{
    uint32_t quirks = c->quirks;
    c->quirks = LB_ZERO_IS_LAST;
    uint32_t picked = pick_first(c);
    c->quirks = quirks;
    return picked;
}

static uint32_t pick_the_first_or_nobody(struct lb_context *c)
{
    return c->members > 0 && lb_usable(c, 0) ? 0 : LB_NONE;
}

static uint32_t pick_anybody(struct lb_context *c)
{
    uint32_t picked = pick_first(c);
    return picked == LB_NONE && c->members > 0 ? c->members - 1 : picked;
}

/* A cursor that is nobody's: it goes on from whatever was picked before, in any scope. */
static uint32_t pick_from_a_global_cursor(struct lb_context *c)
{
    static uint32_t cursor; /* the mistake itself */
    for (uint32_t i = 0; i < c->members; i++)
        if (lb_usable(c, (cursor + i) % c->members)) {
            cursor += i + 1;
            return (cursor - 1) % c->members;
        }
    return LB_NONE;
}

/* Believes its own counts, by place: right until the list changes. */
static uint32_t pick_by_counts_of_places(struct lb_context *c)
{
    for (uint32_t i = 0; i < c->members; i++) {
        const struct lb_member *m = &c->member[i];
        bool tried = c->tried != NULL && (c->tried[i / 64] >> (i % 64) & 1u) != 0;
        if (!tried && !c->down[m->slot] && m->weight > 0 &&
            (m->max_conns == 0 || numbers(c)[i] < (int64_t)m->max_conns))
            return i;
    }
    return LB_NONE;
}

static void count_place_up(struct lb_context *c, uint32_t slot)
{
    if (c->place[slot] != LB_NONE)
        numbers(c)[c->place[slot]]++;
}

static void count_place_down(struct lb_context *c, uint32_t slot)
{
    if (c->place[slot] != LB_NONE)
        numbers(c)[c->place[slot]]--;
}

/* Believes its own counts, by slot, and does not hear that rows were dropped. */
static uint32_t pick_by_counts_of_slots(struct lb_context *c)
{
    for (uint32_t i = 0; i < c->members; i++) {
        uint32_t limit = c->member[i].max_conns;
        if (lb_usable(c, i) && (limit == 0 || numbers(c)[c->member[i].slot] < (int64_t)limit))
            return i;
    }
    return LB_NONE;
}

static void count_slot_down(struct lb_context *c, uint32_t slot)
{
    numbers(c)[slot]--;
}

/* Takes the least of all who entered the scope, whether they are on this list or not. */
static uint32_t pick_least_of_the_scope(struct lb_context *c)
{
    uint32_t best = LB_NONE;
    for (uint32_t slot = 0; slot < c->slots; slot++) {
        uint32_t place = c->place[slot];
        if (numbers(c)[slot] == 0 || (place != LB_NONE && !lb_usable(c, place)))
            continue;
        if (best == LB_NONE || c->load[slot] < c->load[best])
            best = slot;
    }
    return best == LB_NONE ? pick_first(c) : c->place[best];
}

static void note_entry(struct lb_context *c, uint32_t member, enum lb_entry entry)
{
    (void)entry;
    numbers(c)[c->member[member].slot] = 1;
}

static void note_leaving(struct lb_context *c, uint32_t slot)
{
    numbers(c)[slot] = 0;
}

/* Keeps a pointer in shared memory, and starts anew when it does not lead here. */
static uint32_t pick_by_a_pointer(struct lb_context *c)
{
    if (numbers(c)[0] != (int64_t)(intptr_t)c->memory) {
        memset(c->memory, 0, c->slots * sizeof(int64_t));
        numbers(c)[0] = (int64_t)(intptr_t)c->memory;
    }
    uint32_t usable = 0, turn = 0;
    for (uint32_t i = 0; i < c->members; i++)
        usable += lb_usable(c, i);
    if (usable > 0)
        turn = (uint32_t)(numbers(c)[1]++ % usable);
    for (uint32_t i = 0; i < c->members; i++)
        if (lb_usable(c, i) && turn-- == 0)
            return i;
    return LB_NONE;
}

static size_t a_bit_more(uint32_t slots)
{
    return (slots + 2) * sizeof(int64_t);
}

static void write_a_load(struct lb_context *c, uint32_t slot)
{
    ((int32_t *)c->load)[slot]++;
}

static void forget_at_an_edit(struct lb_context *c, uint32_t member, enum lb_entry entry)
{
    if (entry == LB_ENTRY_EDITED)
        numbers(c)[c->member[member].slot] = 0;
}

/* Forgets what it is asked about. */
static double score_once(const struct lb_context *c, uint32_t member, int64_t load)
{
    (void)load;
    int64_t *taken = &((int64_t *)c->memory)[c->member[member].slot];
    double score = (double)*taken;
    *taken = 0;
    return score;
}

/* Draws from a sequence of its own instead of the one it is handed. */
static uint32_t pick_by_own_luck(struct lb_context *c)
{
    static uint64_t luck; /* the mistake itself */
    uint32_t usable = 0;
    for (uint32_t i = 0; i < c->members; i++)
        usable += lb_usable(c, i);
    luck = luck * UINT64_C(6364136223846793005) + 1;
    uint64_t turn = usable == 0 ? 0 : (luck >> 33) % usable;
    for (uint32_t i = 0; i < c->members; i++)
        if (lb_usable(c, i) && turn-- == 0)
            return i;
    return LB_NONE;
}

/* ---- Each against the suite ---- */

#define NAMED(what) .abi = LB_ABI, .name = what, .about = what

static const char *const two_words[] = {"one", "two", NULL};

static const struct broken {
    const char *law; /* NULL: it keeps them all */
    struct lb_algorithm algorithm;
} broken[] = {
    {NULL, {NAMED("first"), .pick = pick_first}},
    {NULL, {NAMED("least"), .pick = pick_least}},
    {NULL,
     {NAMED("rarest"), .memory = eight_bytes_a_slot, .taken = count_taken, .pick = pick_rarest}},
    {"table", {.abi = LB_ABI + 1, .name = "of another ABI", .about = "", .pick = pick_first}},
    {"table", {NAMED("without a pick"), .pick = NULL}},
    {"table",
     {NAMED("with a word too few"), .pick = pick_first,
      .param = {{.name = "word", .help = "one", .words = two_words, .max = 2}}}},
    {"usable", {NAMED("ignores failures"), .pick = pick_the_failing_too}},
    {"usable", {NAMED("prefers backups"), .pick = pick_backups_first}},
    {"usable", {NAMED("ignores tried"), .pick = pick_ignoring_tried}},
    {"usable", {NAMED("ignores max_conns"), .pick = pick_ignoring_limits}},
    {"usable", {NAMED("ignores down"), .pick = pick_ignoring_down}},
    {"usable", {NAMED("takes weight 0"), .pick = pick_weight_0_too}},
    {"none", {NAMED("gives up early"), .pick = pick_the_first_or_nobody}},
    {"none", {NAMED("never gives up"), .pick = pick_anybody}},
    {"usable",
     {NAMED("remembers by place"), .memory = eight_bytes_a_slot, .taken = count_place_up,
      .released = count_place_down, .pick = pick_by_counts_of_places}},
    {"usable", /* whom it takes for full keeps no backup out */
     {NAMED("deaf to dropped rows"), .memory = eight_bytes_a_slot, .taken = count_taken,
      .released = count_slot_down, .pick = pick_by_counts_of_slots}},
    {"own_list",
     {NAMED("looks at the whole scope"), .memory = eight_bytes_a_slot, .enter = note_entry,
      .leave = note_leaving, .pick = pick_least_of_the_scope}},
    {"ledger", {NAMED("writes loads"), .taken = write_a_load, .pick = pick_least}},
    {"modes", {NAMED("writes loads, too"), .taken = write_a_load, .pick = pick_least}},
    {"edit",
     {NAMED("forgets at an edit"), .memory = eight_bytes_a_slot, .taken = count_taken,
      .enter = forget_at_an_edit, .pick = pick_rarest}},
    {"same_again",
     {NAMED("forgets when asked"), .memory = eight_bytes_a_slot, .taken = count_taken,
      .pick = pick_rarest, .score = score_once}},
    {"same_again", {NAMED("has a global cursor"), .pick = pick_from_a_global_cursor}},
    {"addresses", {NAMED("remembers a pointer"), .memory = a_bit_more, .pick = pick_by_a_pointer}},
    {"draws", {NAMED("draws elsewhere"), .pick = pick_by_own_luck}},
};

struct caught {
    const char *law;
    uint32_t faults, of_law;
    struct lb_contract_fault first;
};

static void note_fault(void *context, const struct lb_contract_fault *fault)
{
    struct caught *caught = context;
    if (caught->faults++ == 0)
        caught->first = *fault;
    caught->of_law += caught->law != NULL && strcmp(caught->law, fault->law) == 0;
}

static void broken_algorithms_are_caught(void)
{
    for (uint32_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        struct caught caught = {.law = broken[i].law};
        int laws = lb_contract_run(&broken[i].algorithm, NULL, 1, note_fault, &caught);
        const char *name = broken[i].algorithm.name;
        if (broken[i].law == NULL)
            CHECK_ROW(laws == 0 && caught.faults == 0, "%s should keep all laws: %s, %s", name,
                      caught.first.law, caught.first.what);
        else
            CHECK_ROW(laws > 0 && caught.of_law > 0, "%s: law %s did not catch it (%d others did)",
                      name, broken[i].law, laws);
    }
}

static void a_fault_shows_again_from_its_seed(void)
{
    struct caught one = {.law = "usable"}, two = {.law = "usable"};
    const struct lb_algorithm limitless = {NAMED("limitless"), .pick = pick_ignoring_limits};
    CU_ASSERT(lb_contract_run(&limitless, NULL, 5, note_fault, &one) > 0);
    CU_ASSERT(lb_contract_run(&limitless, NULL, 5, note_fault, &two) > 0);
    CU_ASSERT_EQUAL(one.faults, two.faults);
    CU_ASSERT_EQUAL(one.first.step, two.first.step);
    CU_ASSERT_EQUAL(one.first.seed, 5);
    CU_ASSERT_STRING_EQUAL(one.first.what, two.first.what);
    CU_ASSERT_STRING_EQUAL(one.first.algorithm, "limitless");
    CU_ASSERT_PTR_NOT_NULL(lb_view_find(one.first.view));
}

static const struct test tests[] = {
    {"registered algorithms keep all laws", registered_algorithms_keep_all_laws},
    {"words are stepped through once each", words_are_stepped_through_once_each},
    {"laws can be listed", laws_can_be_listed},
    {"broken algorithms are caught", broken_algorithms_are_caught},
    {"a fault shows again from its seed", a_fault_shows_again_from_its_seed},
};
SUITE("test_contract", tests)
