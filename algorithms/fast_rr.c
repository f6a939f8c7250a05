/* fast_rr.c: weighted round robin by deadlines. SPDX-License-Identifier: MIT
 *
 * Idea: a server is due again W / weight positions after it was; the first that is due serves.
 * Cost of a pick: a walk over the list, and one more for each full server that was due before.
 * Memory: 56 bytes a server. A scale event: who enters is due after its normal share, no burst.
 * Source: HAProxy's `roundrobin` (lb_fwrr), its rule restated; there, trees make a pick O(log n).
 *
 * There are three sets. `current` holds who was picked in this round, by deadline. The other two
 * are sorted by weight, the heaviest first: `init`, from which holes in the deadlines are filled,
 * and `next`, for who is due past the round's end. When current and init are empty, next becomes
 * init and a round begins. Deadlines, and what becomes of them at a change, are the real thing's to
 * the last quirk, for weights as it has them: up to 256. */
#include "warm.h"

enum { WHOLE = 4096, UNIT = 16, KEYS = 256 }; /* the largest weight, in sixteenths; one unit */
enum { NOWHERE, CURRENT, ONE, TWO };          /* one and two are init and next by turns */

struct seat {
    uint64_t due, was_due; /* positions */
    uint64_t rest;         /* of W / weight: what the division left so far */
    int64_t key;           /* the least is first in its set, */
    uint64_t stamp;        /* among equals the one that is longest there */
    struct warm warm;
    uint32_t set;
    uint32_t aside; /* the one set aside before it, in a pick */
};

struct rounds {
    uint64_t position, weight; /* weight: W of this round */
    uint64_t next_weight;      /* W as it is by now */
    uint64_t clock;            /* stamps come from it */
    uint32_t entered;          /* of the list that the scope begins with */
    bool begun;                /* that list is whole */
    bool swapped;              /* two is init */
    struct seat seat[];
};

static size_t memory(uint32_t slots)
{
    return sizeof(struct rounds) + slots * sizeof(struct seat);
}

static uint32_t init_of(const struct rounds *r)
{
    return r->swapped ? TWO : ONE;
}

static uint32_t next_of(const struct rounds *r)
{
    return r->swapped ? ONE : TWO;
}

/* ---- Into a set, and out of it ---- */

static void put(struct rounds *r, struct seat *seat, uint32_t set, int64_t key)
{
    seat->set = set;
    seat->key = key;
    seat->stamp = ++r->clock;
}

static void put_by_weight(struct rounds *r, struct seat *seat, uint32_t set)
{
    put(r, seat, set, WHOLE - (int64_t)warm_weight(seat->warm));
}

/* By its deadline; who is due past this round, or past what the next one will be, waits. */
static void put_by_deadline(struct rounds *r, struct seat *seat)
{
    if (seat->due >= 2 * r->weight || seat->due >= r->weight + r->next_weight) {
        seat->due -= r->weight; /* as the next round will count it */
        put_by_weight(r, seat, next_of(r));
        return;
    }
    int64_t finer = WHOLE + (int64_t)seat->rest - (int64_t)warm_weight(seat->warm);
    put(r, seat, CURRENT, KEYS * (int64_t)seat->due + finer / UNIT);
}

/* ---- Changes of a weight, to and from nothing too ---- */

static void come(struct rounds *r, struct seat *seat)
{
    uint64_t weight = warm_weight(seat->warm);
    r->next_weight += weight;
    /* Past the end of a round that shrank the difference wraps, and it waits for the next one. */
    seat->due = r->position + (r->next_weight + r->weight - r->position) / weight;
    put_by_deadline(r, seat);
}

static void go(struct rounds *r, struct seat *seat, uint64_t weight)
{
    r->next_weight -= weight;
    seat->set = NOWHERE;
}

static void reweigh(struct rounds *r, struct seat *seat, uint64_t before)
{
    r->next_weight += warm_weight(seat->warm) - before;
    if (seat->set == init_of(r)) {
        put_by_weight(r, seat, init_of(r));
        return;
    }
    uint64_t step = r->next_weight / warm_weight(seat->warm);
    uint64_t due = seat->due + (seat->set == CURRENT ? 0 : r->weight);
    seat->due = seat->was_due + step < due ? seat->was_due + step : due;
    seat->rest = 0;
    if (seat->due < r->position + 2)
        seat->due = r->position + step;
    put_by_deadline(r, seat);
}

static void change(struct rounds *r, struct seat *seat, struct warm warm)
{
    uint64_t before = warm_weight(seat->warm), now = warm_weight(warm);
    seat->warm = warm;
    if (before == now)
        return;
    if (before == 0)
        come(r, seat);
    else if (now == 0)
        go(r, seat, before);
    else
        reweigh(r, seat, before);
}

/* The list that the scope begins with is all in init, and a round is about to begin. */
static void begin(struct rounds *r, struct seat *seat, struct warm warm, uint32_t members)
{
    seat->warm = warm;
    if (warm_weight(warm) > 0)
        put_by_weight(r, seat, init_of(r));
    r->next_weight += warm_weight(warm);
    r->weight = r->position = r->next_weight;
    r->begun = ++r->entered == members;
}

static void enter(struct lb_context *c, uint32_t member, enum lb_entry entry)
{
    struct rounds *r = c->memory;
    struct seat *seat = &r->seat[c->member[member].slot];
    struct warm warm = warm_entered(c, member, entry, seat->warm);
    if (r->begun)
        change(r, seat, warm);
    else
        begin(r, seat, warm, c->members);
}

static void leave(struct lb_context *c, uint32_t slot)
{
    struct rounds *r = c->memory;
    change(r, &r->seat[slot], (struct warm){.weight = 0});
}

/* What health checks and slow starts changed since the last pick. */
static void notice(struct lb_context *c)
{
    struct rounds *r = c->memory;
    for (uint32_t i = 0; i < c->members; i++) {
        struct seat *seat = &r->seat[c->member[i].slot];
        uint32_t sixteenths = warm_sixteenths(c, i);
        if (sixteenths != seat->warm.sixteenths)
            change(r, seat, (struct warm){seat->warm.weight, sixteenths});
    }
}

/* ---- Picks ---- */

static bool is_before(const struct seat *a, const struct seat *b)
{
    return a->key < b->key || (a->key == b->key && a->stamp < b->stamp);
}

/* The first of a set, of this list; or NULL. */
static struct seat *first_of(struct lb_context *c, uint32_t set, uint32_t *member)
{
    struct rounds *r = c->memory;
    struct seat *first = NULL;
    for (uint32_t i = 0; i < c->members; i++) {
        struct seat *seat = &r->seat[c->member[i].slot];
        if (seat->set != set || (first != NULL && !is_before(seat, first)))
            continue;
        first = seat;
        *member = i;
    }
    return first;
}

/* Whose turn it is: who is due; else of init; else who will be due first. */
static struct seat *first_due(struct lb_context *c, uint32_t *member)
{
    struct rounds *r = c->memory;
    uint32_t other;
    struct seat *current = first_of(c, CURRENT, member);
    if (current != NULL && current->due <= r->position)
        return current;
    struct seat *fresh = first_of(c, init_of(r), &other);
    if (fresh == NULL)
        return current;
    *member = other;
    fresh->due = fresh->rest = 0;
    return fresh;
}

/* Its turn is over, whether it takes the request or is full. */
static void advance(struct rounds *r, struct seat *seat)
{
    uint64_t weight = warm_weight(seat->warm);
    if (seat->due == 0)
        seat->due = r->position;
    seat->was_due = seat->due;
    if (weight > 0) { /* which is so of all that are in a set */
        seat->due += r->next_weight / weight;
        seat->rest += r->next_weight % weight;
    }
    if (seat->rest >= weight) {
        seat->rest -= weight;
        seat->due++;
    }
    seat->set = NOWHERE;
    r->position++;
}

static void begin_round(struct rounds *r)
{
    r->swapped = !r->swapped;
    r->position = r->weight = r->next_weight;
}

/* Who was full lost its turn, the last one found goes back first; if a round began meanwhile, its
 * deadline means nothing any more. */
static void put_back(struct rounds *r, uint32_t aside, bool in_new_round)
{
    for (; aside != LB_NONE; aside = r->seat[aside].aside) {
        if (in_new_round)
            put_by_weight(r, &r->seat[aside], init_of(r));
        else
            put_by_deadline(r, &r->seat[aside]);
    }
}

static uint32_t pick_due(struct lb_context *c)
{
    struct rounds *r = c->memory;
    uint32_t member = LB_NONE, chosen = LB_NONE, aside = LB_NONE;
    bool began = false;
    if (r->next_weight == 0)
        return LB_NONE; /* nobody is up: nothing moves */
    if (r->weight == 0)
        r->position = r->weight = r->next_weight;
    while (chosen == LB_NONE) {
        struct seat *seat = first_due(c, &member);
        if (seat == NULL && began)
            break;
        if (seat == NULL) {
            began = true;
            begin_round(r);
            continue;
        }
        advance(r, seat);
        if (lb_usable(c, member)) {
            chosen = member;
            put_by_deadline(r, seat);
        } else {
            seat->aside = aside;
            aside = c->member[member].slot;
        }
    }
    put_back(r, aside, began);
    return chosen;
}

/* A member of an elder list may be usable and yet in no set; a backup always is. */
static uint32_t pick(struct lb_context *c)
{
    uint32_t chosen = LB_NONE;
    if (c->turn == 0) {
        notice(c);
        chosen = pick_due(c);
    }
    return chosen != LB_NONE ? chosen : first_usable(c);
}

const struct lb_algorithm lb_fast_rr = {
    .abi = LB_ABI,
    .name = "fast_rr",
    .about = "weighted round robin by deadlines",
    .memory = memory,
    .leave = leave,
    .enter = enter,
    .pick = pick,
};
