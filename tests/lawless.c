/* lawless.c: algorithms that break a law each, and three that keep them all. */
#include "tests/lawless.h"

#include <string.h>

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

/* Needs the less the more there are. */
static size_t less_and_less(uint32_t slots)
{
    return 4096 / (slots + 1);
}

/* Keeps a sum behind what it asked for. */
static void count_all(struct lb_context *c, uint32_t slot)
{
    (void)slot;
    numbers(c)[c->slots]++;
}

/* ---- The table ---- */

static const char *const two_words[] = {"one", "two", NULL};

static const struct lawless near[] = {
    {NULL, 0, {NAMED("first"), .pick = pick_first}},
    {NULL, 0, {NAMED("least"), .pick = pick_least}},
    {NULL,
     0,
     {NAMED("rarest"), .memory = eight_bytes_a_slot, .taken = count_taken, .pick = pick_rarest}},
    {"table", 0, {.abi = LB_ABI + 1, .name = "of another ABI", .about = "", .pick = pick_first}},
    {"table", 0, {NAMED("without a pick"), .pick = NULL}},
    {"table",
     0,
     {NAMED("with a word too few"), .pick = pick_first,
      .param = {{.name = "word", .help = "one", .words = two_words, .max = 2}}}},
    {"table", 0, {NAMED("needs less for more"), .pick = pick_first, .memory = less_and_less}},
    {"memory",
     2,
     {NAMED("asks for too little"), .memory = eight_bytes_a_slot, .taken = count_all,
      .pick = pick_first}},
    {"usable", 4, {NAMED("ignores failures"), .pick = pick_the_failing_too}},
    {"usable", 2, {NAMED("prefers backups"), .pick = pick_backups_first}},
    {"usable", 3, {NAMED("ignores tried"), .pick = pick_ignoring_tried}},
    {"usable", 2, {NAMED("ignores max_conns"), .pick = pick_ignoring_limits}},
    {"usable", 3, {NAMED("ignores down"), .pick = pick_ignoring_down}},
    {"usable", 2, {NAMED("takes weight 0"), .pick = pick_weight_0_too}},
    {"none", 2, {NAMED("gives up early"), .pick = pick_the_first_or_nobody}},
    {"none", 3, {NAMED("never gives up"), .pick = pick_anybody}},
    {"usable",
     2,
     {NAMED("remembers by place"), .memory = eight_bytes_a_slot, .taken = count_place_up,
      .released = count_place_down, .pick = pick_by_counts_of_places}},
    {"none",
     4,
     {NAMED("deaf to dropped rows"), .memory = eight_bytes_a_slot, .taken = count_taken,
      .released = count_slot_down, .pick = pick_by_counts_of_slots}},
    {"own_list",
     5,
     {NAMED("looks at the whole scope"), .memory = eight_bytes_a_slot, .enter = note_entry,
      .leave = note_leaving, .pick = pick_least_of_the_scope}},
    {"ledger", 2, {NAMED("writes loads"), .taken = write_a_load, .pick = pick_least}},
    {"zero", 2, {NAMED("writes loads in vain"), .taken = write_a_load, .pick = pick_least}},
    {"modes", 5, {NAMED("writes loads, too"), .taken = write_a_load, .pick = pick_least}},
    {"edit",
     5,
     {NAMED("forgets at an edit"), .memory = eight_bytes_a_slot, .taken = count_taken,
      .enter = forget_at_an_edit, .pick = pick_rarest}},
    {"same_again",
     2,
     {NAMED("forgets when asked"), .memory = eight_bytes_a_slot, .taken = count_taken,
      .pick = pick_rarest, .score = score_once}},
    {"same_again", 2, {NAMED("has a global cursor"), .pick = pick_from_a_global_cursor}},
    {"addresses",
     4,
     {NAMED("remembers a pointer"), .memory = a_bit_more, .pick = pick_by_a_pointer}},
    {"draws", 2, {NAMED("draws elsewhere"), .pick = pick_by_own_luck}},
};

const struct lawless *lawless_at(uint32_t i)
{
    const uint32_t nears = sizeof near / sizeof *near;
    return i < nears ? &near[i] : lawless_far_at(i - nears);
}
