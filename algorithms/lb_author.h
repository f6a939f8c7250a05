/* lb_author.h: what the author of an algorithm includes. SPDX-License-Identifier: MIT
 *
 * An algorithm is one constant lb_algorithm at the end of its own file and one line: in
 * lb_registry.c for those of the library, LB_PLUGIN for one's own. It sees one lb_context and
 * nothing else; helpers are inline. */
#ifndef LB_AUTHOR_H
#define LB_AUTHOR_H

#include "lb.h"

#include <math.h>

/* What a scope knows of the failures of a slot. All zero: there were none. */
struct lb_health {
    uint64_t failed_s, asked_s; /* when it failed last; when it was last asked after a silence */
    uint32_t fails;
    uint32_t lost; /* of its weight in a round-robin step; comes back by one a step */
};

/* What an algorithm sees when it is asked. */
struct lb_context {
    const struct lb_member *member; /* this picker's list, in its order */
    uint32_t members;
    const uint32_t *place; /* by slot: its place in the list, or LB_NONE */
    const int32_t *load;   /* by slot: the connections that this view counts; may be below zero */
    const uint8_t *down;   /* by slot */
    uint32_t slots;
    void *memory; /* the scope's, zero when the scope starts; shared by all its pickers */
    const uint64_t *param;
    uint32_t quirks;
    bool seeded;              /* loads began with what the count table said */
    const uint64_t *tried;    /* a bit a member; NULL: none */
    struct lb_health *health; /* by slot */
    uint64_t now_s;
    const char *key; /* the request's */
    size_t key_length;
    const char *names; /* by slot: the servers' keys; see lb_name(). Who enters as LB_ENTRY_NEW may
                        * have a slot that was another's */
    size_t name_stride;
    uint32_t turn; /* whose it is: LB_BACKUP, or 0: the others' */
    /* Draws: the key, and how many were drawn from it before. */
    uint64_t draw_key[2], drawn;
};

enum lb_entry {                  /* why a member enters: */
                LB_ENTRY_NEW,    /* the scope did not have it */
                LB_ENTRY_BUILT,  /* it did, and a new picker is being built over it */
                LB_ENTRY_EDITED, /* it did, and the list is edited in place */
};

struct lb_algorithm {
    uint32_t abi; /* LB_ABI */
    const char *name, *about;
    struct lb_param param[LB_PARAMS_MAX + 1]; /* ends at name NULL */
    size_t (*memory)(uint32_t slots);         /* NULL: it remembers nothing */
    bool keyed;                               /* it looks at the request's key */
    /* And takes it for the client's IPv4 address; NULL: never. */
    bool (*addressed)(const uint64_t *param);
    bool draws_alone; /* each pick is a draw by weight: neither loads nor earlier picks matter */
    enum lb_when_full when_full; /* but for LB_TAKES_OTHER, `pick` may return who is full */
    /* Each of these may be NULL: the algorithm is not interested. */
    void (*leave)(struct lb_context *, uint32_t slot);
    void (*enter)(struct lb_context *, uint32_t member, enum lb_entry);
    void (*taken)(struct lb_context *, uint32_t slot);    /* after a pick was counted */
    void (*released)(struct lb_context *, uint32_t slot); /* after a release; makes releases [L] */
    bool (*hears_releases)(const uint64_t *param);        /* NULL: always, if `released` is there */
    void (*recount)(struct lb_context *); /* loads changed behind its back: rows were dropped */
    /* The definition of the algorithm: a member from lists, loads and memory, or LB_NONE exactly
     * when no member is usable (or eligible, if it picks who is full). */
    uint32_t (*pick)(struct lb_context *);
    /* The number that `pick` compares a member by, as lb_score() tells it; NULL: it compares none.
     * It must change nothing. load: the member's, which c->load may be behind. */
    double (*score)(const struct lb_context *, uint32_t member, int64_t load);
    /* Where a member stands in the order it keeps, from 0, or LB_NONE; NULL: it keeps the list's.
     */
    uint32_t (*place)(const struct lb_context *, uint32_t member);
};

/* Algorithms of one's own: what a shared object exports under the name `lb_plugin`, so that a
 * program can load it (`lbsim run --plugin ./mine.so`). It may need nothing but what this header
 * declares; every call goes to the host that loaded it. */
struct lb_plugin {
    uint32_t abi;                                /* LB_ABI: looked at before all else */
    const struct lb_algorithm *const *algorithm; /* ended by NULL; constant, as the library's are */
};

/* The last line of its file: LB_PLUGIN(&mine); or LB_PLUGIN(&one, &another); */
#define LB_PLUGIN(...)                                                                             \
    extern __attribute__((visibility("default"))) const struct lb_plugin lb_plugin;                \
    const struct lb_plugin lb_plugin = {LB_ABI,                                                    \
                                        (const struct lb_algorithm *const[]){__VA_ARGS__, NULL}}

static inline uint64_t lb_mulhi(uint64_t a, uint64_t b)
{
    uint64_t a0 = a & UINT32_MAX, a1 = a >> 32, b0 = b & UINT32_MAX, b1 = b >> 32;
    uint64_t middle = a1 * b0 + ((a0 * b0) >> 32);
    uint64_t other = a0 * b1 + (middle & UINT32_MAX);
    return a1 * b1 + (middle >> 32) + (other >> 32);
}

/* The next random number: value `drawn` of the counter-based stream under draw_key. The mixers are
 * David Stafford's mix 13 and MurmurHash3's fmix64; the simulator's streams are the same function.
 */
static inline uint64_t lb_draw(struct lb_context *c)
{
    uint64_t x = c->draw_key[0] + ++c->drawn * UINT64_C(0x9E3779B97F4A7C15);
    x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
    x = (x ^ (x >> 31)) ^ c->draw_key[1];
    x = (x ^ (x >> 33)) * UINT64_C(0xFF51AFD7ED558CCD);
    x = (x ^ (x >> 33)) * UINT64_C(0xC4CEB9FE1A85EC53);
    return x ^ (x >> 33);
}

/* A random whole number in [0, bound). */
static inline uint64_t lb_draw_below(struct lb_context *c, uint64_t bound)
{
    return lb_mulhi(lb_draw(c), bound);
}

/* The server's key, ended by NUL. */
static inline const char *lb_name(const struct lb_context *c, uint32_t member)
{
    return c->names + c->member[member].slot * c->name_stride;
}

static inline int64_t lb_load(const struct lb_context *c, uint32_t member)
{
    return c->load[c->member[member].slot];
}

/* What failures left of its weight, for a round-robin step; the weight itself for all else. */
static inline int64_t lb_weight_left(const struct lb_context *c, uint32_t member)
{
    const struct lb_member *m = &c->member[member];
    uint32_t lost = c->health[m->slot].lost;
    return m->weight > lost ? m->weight - lost : 0;
}

/* A step that it took part in gives one back. */
static inline void lb_weight_recovers(struct lb_context *c, uint32_t member)
{
    struct lb_health *health = &c->health[c->member[member].slot];
    health->lost -= health->lost > 0;
}

/* Connections for a weight; a weight of 0 is infinitely loaded whatever is open. */
static inline double lb_per_weight(int64_t connections, uint32_t weight)
{
    return weight == 0 ? (double)INFINITY : (double)connections / weight;
}

static inline bool lb_tried(const struct lb_context *c, uint32_t member)
{
    return c->tried != NULL && (c->tried[member / 64] >> (member % 64) & 1u) != 0;
}

/* Is one that counts failures left alone for them? nginx's rule: whole seconds, the end included.
 * Out of line, as few are asked: what every pick asks of every member stays small. */
bool lb_left_alone(const struct lb_context *, uint32_t member);

/* Whole seconds of its slow start that are over; what the clock was not told of yet are none. */
static inline uint64_t lb_seconds_up(const struct lb_member *m, uint64_t now_s)
{
    return now_s > m->since_s ? now_s - m->since_s : 0;
}

/* Sixteenths of its weight that it has in its slow start: HAProxy's whole steps, from 1. */
static inline uint32_t lb_sixteenths(const struct lb_context *c, uint32_t member)
{
    const struct lb_member *m = &c->member[member];
    uint64_t up_s = lb_seconds_up(m, c->now_s);
    return up_s >= m->slow_start_s ? 16 : (uint32_t)(16 * up_s / m->slow_start_s) + 1;
}

/* May this member be picked, if it is not full? */
static inline bool lb_eligible(const struct lb_context *c, uint32_t member)
{
    const struct lb_member *m = &c->member[member];
    if (m->flags != c->turn || c->down[m->slot] || lb_tried(c, member) ||
        (m->weight == 0 && (c->quirks & LB_ZERO_IS_LAST) == 0))
        return false;
    return m->max_fails == 0 || !lb_left_alone(c, member);
}

static inline bool lb_full(const struct lb_context *c, uint32_t member)
{
    const struct lb_member *m = &c->member[member];
    return m->max_conns != 0 && c->load[m->slot] >= (int64_t)lb_member_limit(m, c->now_s);
}

/* May this member be picked? The one rule for every algorithm that passes over who is full. */
static inline bool lb_usable(const struct lb_context *c, uint32_t member)
{
    return lb_eligible(c, member) && !lb_full(c, member);
}

#endif
