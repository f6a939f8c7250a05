/* static_rr.c: weighted round robin from a map. SPDX-License-Identifier: MIT
 *
 * Idea: the order of a whole round, a slot a unit of weight, is fixed by the list alone; a cursor
 * goes through it. Cost of a pick: three walks over the list, and one a slot of who is full.
 * Memory: 16 bytes a server; a slot is worked out when the cursor comes to it.
 * A scale event: the order is another one, from where the cursor is, or from 0 if it is shorter.
 * Source: HAProxy's `static-rr` (lb_map), its rule restated; it keeps the map, so a pick is O(1).
 *
 * A slot goes to the first of those who have the most whole rounds' worth of score; all gain their
 * weight before it, and the winner pays W. A round is exact, so after W slots all scores are zero
 * again; and after W / g, if g divides every weight: the real map is no longer than that, its g
 * being of all weights that the configuration names; here, of all that were listed so far. */
#include "warm.h"

struct entry { /* of the round's list */
    int64_t score;
    uint32_t slot, weight;
};

struct round {
    uint64_t cursor;  /* slots of this round that are past, of unshortened weights */
    uint64_t weight;  /* W */
    uint32_t divisor; /* g */
    uint32_t entries;
    bool backups; /* their scores are not zero again when the round is over */
    struct entry entry[];
};

/* Weights in HAProxy end here, and so does what is exact: a cursor goes no further than this a
 * server, so that weights of millions do not cost as many steps. */
enum { SLOTS_EACH = 256 };

static size_t memory(uint32_t slots)
{
    return sizeof(struct round) + slots * sizeof(struct entry);
}

/* ---- The round ---- */

static uint32_t common_divisor(uint32_t a, uint32_t b)
{
    while (b > 0) {
        uint32_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* Who takes nothing at the moment is in the configuration all the same. */
static void enter(struct lb_context *c, uint32_t member, enum lb_entry entry)
{
    struct round *round = c->memory;
    (void)entry;
    round->divisor = common_divisor(round->divisor, c->member[member].weight);
}

/* Of those whose turn it is. */
static uint32_t weight_of(const struct lb_context *c, uint32_t member)
{
    const struct lb_member *m = &c->member[member];
    return c->down[m->slot] || m->flags != c->turn ? 0 : m->weight;
}

/* Is the round of this list, as it is by now? weight: W of the list; of backups it is that of the
 * first alone, and the slots are all the same shared out among all of them. */
static bool is_current(const struct lb_context *c, uint64_t *weight)
{
    const struct round *round = c->memory;
    uint32_t entries = 0;
    bool same = true;
    *weight = 0;
    for (uint32_t i = 0; i < c->members; i++) {
        uint32_t one = weight_of(c, i);
        if (one == 0)
            continue;
        const struct entry *entry = &round->entry[entries];
        same = same && entries < round->entries && entry->slot == c->member[i].slot &&
               entry->weight == one;
        entries++;
        *weight += c->turn == 0 || *weight == 0 ? one : 0;
    }
    return same && entries == round->entries;
}

/* All gain their weight; whose the slot is by right. A sole slot is the first's, whatever other
 * backups weigh. */
static struct entry *gain(struct round *round)
{
    int64_t weight = (int64_t)round->weight, most = -1;
    struct entry *best = &round->entry[0];
    for (uint32_t i = 0; i < round->entries; i++) {
        struct entry *entry = &round->entry[i];
        int64_t score = entry->score += entry->weight;
        int64_t rounds = score < 0 ? 0 : score < weight ? 1 : 1 + score / weight;
        if (rounds > most) {
            most = rounds;
            best = entry;
        }
    }
    return round->weight == round->divisor ? &round->entry[0] : best;
}

/* Slots of the real map. */
static uint64_t shortened(const struct round *round)
{
    return round->weight / round->divisor;
}

static void pay(struct round *round, struct entry *winner)
{
    winner->score -= (int64_t)round->weight;
    round->cursor = round->cursor == round->weight ? 1 : round->cursor + 1;
    if (round->backups && round->cursor % shortened(round) == 0)
        for (uint32_t i = 0; i < round->entries; i++)
            round->entry[i].score = 0;
}

static uint64_t slots_of(const struct round *round)
{
    uint64_t slots = shortened(round), most = (uint64_t)SLOTS_EACH * round->entries;
    return slots < most ? slots : most;
}

/* The cursor stays where it was in the real map, be it the end of the old one, which is a place in
 * a longer one. */
static void begin_round(struct lb_context *c, uint64_t weight)
{
    struct round *round = c->memory;
    uint64_t cursor = round->cursor;
    round->entries = 0;
    for (uint32_t i = 0; i < c->members; i++) {
        uint32_t one = weight_of(c, i);
        round->divisor =
            common_divisor(round->divisor, one); /* an elder list's may be unheard of */
        if (one > 0)
            round->entry[round->entries++] =
                (struct entry){.slot = c->member[i].slot, .weight = one};
    }
    if (cursor > 0)
        cursor = (cursor - 1) % shortened(round) + 1;
    round->weight = weight;
    round->backups = c->turn != 0;
    round->cursor = 0;
    if (cursor < slots_of(round))
        while (round->cursor < cursor)
            pay(round, gain(round));
}

/* ---- Picks ---- */

static bool is_anybody_usable(const struct lb_context *c)
{
    for (uint32_t i = 0; i < c->members; i++)
        if (weight_of(c, i) > 0 && lb_usable(c, i))
            return true;
    return false;
}

/* Past the slots of those who may not take it. Where weights are beyond all measure nobody usable
 * may have come by: then it is who is nearest to a slot. */
static uint32_t pick_slot(struct lb_context *c)
{
    struct round *round = c->memory;
    struct entry *entry, *nearest = NULL;
    for (uint64_t slots = slots_of(round); slots > 0; slots--) {
        pay(round, entry = gain(round));
        if (lb_usable(c, c->place[entry->slot]))
            return c->place[entry->slot];
    }
    gain(round);
    for (uint32_t i = 0; i < round->entries; i++) {
        entry = &round->entry[i];
        if (lb_usable(c, c->place[entry->slot]) &&
            (nearest == NULL || entry->score > nearest->score))
            nearest = entry;
    }
    if (nearest == NULL)
        return LB_NONE;
    pay(round, nearest);
    return c->place[nearest->slot];
}

/* Refused, a request still takes a cursor at the end back to the beginning, which shows when the
 * next round is a longer one. A weight of 0 may be a last resort. */
static uint32_t pick(struct lb_context *c)
{
    struct round *round = c->memory;
    uint64_t weight;
    if (!is_current(c, &weight) && weight > 0)
        begin_round(c, weight);
    if (is_anybody_usable(c))
        return pick_slot(c);
    if (weight > 0 && round->cursor % shortened(round) == 0)
        round->cursor = 0;
    return first_usable(c);
}

const struct lb_algorithm lb_static_rr = {
    .abi = LB_ABI,
    .name = "static_rr",
    .about = "weighted round robin from a map that a change makes anew",
    .memory = memory,
    .enter = enter,
    .pick = pick,
};
