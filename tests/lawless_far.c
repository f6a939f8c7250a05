/* lawless_far.c: algorithms that break what is not in their hands: they reach past what they are
 * handed, trust what a death takes away, or do not come back. */
#include "algorithms/lb_region.h"
#include "tests/lawless.h"

#include <stddef.h>
#include <stdlib.h>

static uint32_t pick_first(struct lb_context *c)
{
    for (uint32_t i = 0; i < c->members; i++)
        if (lb_usable(c, i))
            return i;
    return LB_NONE;
}

static size_t eight_bytes_a_slot(uint32_t slots)
{
    return slots * sizeof(int64_t);
}

static int64_t *numbers(struct lb_context *c)
{
    return c->memory;
}

static void count_taken(struct lb_context *c, uint32_t slot)
{
    numbers(c)[slot]++;
}

static void count_slot_down(struct lb_context *c, uint32_t slot)
{
    numbers(c)[slot]--;
}

/* ---- Faults that reach past what an algorithm is handed ---- */

/* The region that a context lies in, by what it points to. */
static struct lb_map region_of(const struct lb_context *c)
{
    size_t header = (sizeof(struct lb_region) + LB_ALIGN - 1) / LB_ALIGN * LB_ALIGN;
    char *slots = (char *)c->names - offsetof(struct lb_slot, key);
    return lb_map_of((struct lb_region *)(slots - header));
}

static void count_in_row(const struct lb_map *map, uint32_t row, uint32_t slot)
{
    if (row < lb_used(&map->region->rows_used))
        atomic_fetch_add(lb_cell(map, row, slot), 1);
}

/* Counts what was counted already, if the first row is the pick's. */
static void count_in_the_first_row(struct lb_context *c, uint32_t slot)
{
    struct lb_map map = region_of(c);
    count_in_row(&map, 0, slot);
}

/* Remembers what the second row counts, to see whether the pick is counted there. */
static uint32_t pick_and_look(struct lb_context *c)
{
    struct lb_map map = region_of(c);
    uint32_t picked = pick_first(c);
    if (picked != LB_NONE && lb_used(&map.region->rows_used) > 1)
        numbers(c)[0] = lb_cell_count(&map, 1, c->member[picked].slot);
    return picked;
}

/* Counts a connection of nobody in the second row, if that is another's. */
static void count_in_anothers_row(struct lb_context *c, uint32_t slot)
{
    struct lb_map map = region_of(c);
    uint32_t last = c->slots - 1;
    if (lb_used(&map.region->rows_used) > 1 && numbers(c)[0] == lb_cell_count(&map, 1, slot) &&
        lb_cell_count(&map, 1, last) == 0)
        count_in_row(&map, 1, last);
}

static void release_twice(struct lb_context *c, uint32_t slot)
{
    ((int32_t *)c->load)[slot]--;
}

/* ---- Faults that only a death under the lock shows ---- */

static size_t one_more(uint32_t slots)
{
    return (slots + 1) * sizeof(int64_t);
}

/* Supposes that whoever enters an empty memory first has no connections. */
static void begin_at_zero(struct lb_context *c, uint32_t member, enum lb_entry entry)
{
    int64_t *begun = &numbers(c)[c->slots];
    (void)entry;
    numbers(c)[c->member[member].slot] = *begun == 0 && !c->seeded ? 0 : lb_load(c, member);
    *begun = 1;
}

static void count_anew(struct lb_context *c)
{
    for (uint32_t slot = 0; slot < c->slots; slot++)
        numbers(c)[slot] = c->load[slot];
}

static uint32_t pick_by_own_counts(struct lb_context *c)
{
    for (uint32_t i = 0; i < c->members; i++) {
        uint32_t limit = c->member[i].max_conns;
        if (lb_eligible(c, i) && (limit == 0 || numbers(c)[c->member[i].slot] < (int64_t)limit))
            return i;
    }
    return LB_NONE;
}

/* ---- Faults that end the process, or never end ---- */

/* Nobody asks whether there is anybody. */
static uint32_t pick_by_division(struct lb_context *c)
{
    volatile uint32_t usable = 0;
    for (uint32_t i = 0; i < c->members; i++)
        usable += lb_usable(c, i);
    volatile uint32_t turn = 7 % usable;
    for (uint32_t i = 0; i < c->members; i++)
        if (lb_usable(c, i) && turn-- == 0)
            return i;
    return LB_NONE;
}

static uint32_t pick_round_and_round(struct lb_context *c)
{
    volatile uint32_t i = 0;
    while (c->members > 0 && !lb_usable(c, i))
        i = (i + 1) % c->members;
    return c->members > 0 ? i : LB_NONE;
}

/* Ends in the middle of what it was asked. */
static void leave_for_good(struct lb_context *c, uint32_t slot)
{
    (void)c, (void)slot;
    _Exit(0);
}

static const struct lawless far[] = {
    {"one_count", 2, {NAMED("counts twice"), .taken = count_in_the_first_row, .pick = pick_first}},
    {"release", 2, {NAMED("releases twice"), .released = release_twice, .pick = pick_first}},
    {"drop",
     7, /* six would do: two lists make two rows of one worker */
     {NAMED("counts in another's row"), .memory = eight_bytes_a_slot,
      .taken = count_in_anothers_row, .pick = pick_and_look}},
    {"takeover",
     4,
     {NAMED("begins at zero"), .memory = one_more, .enter = begin_at_zero, .taken = count_taken,
      .released = count_slot_down, .recount = count_anew, .pick = pick_by_own_counts}},
    {"returns", 1, {NAMED("divides by nobody"), .pick = pick_by_division}},
    {"returns", 3, {NAMED("goes round and round"), .pick = pick_round_and_round}},
    {"returns", 2, {NAMED("leaves"), .pick = pick_first, .taken = leave_for_good}},
};

const struct lawless *lawless_far_at(uint32_t i)
{
    return i < sizeof far / sizeof *far ? &far[i] : NULL;
}
