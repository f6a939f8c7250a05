/* lb.h: load-balancing algorithms, the same object code for a simulator and for production.
 * SPDX-License-Identifier: MIT
 *
 * Connections outlive the state that counts them. So this library keeps apart what is counted, what
 * a pick may see of it, and how long each of the two lives:
 *
 *   REGION  one upstream's memory, which processes may share: SLOTS (a server's identity each),
 *           ROWS and SCOPES. It holds no pointer, so it may be mapped anywhere, even twice.
 *   ROW     the connections that one worker life has open, by slot. Only its owner writes it, and
 *           it feeds exactly one scope; both are fixed when it is claimed.
 *   SCOPE   what a pick sees, and what the algorithm remembers: loads (its rows added up), cursors,
 *           weights, heap, draw counter; by slot, never by place in a list.
 *   VIEW    which scope a worker's picks go to: a rule of keys, from one table. See lb_view.
 *   PICKER  one list of members in their order, over a scope: private memory of one process. A
 *           connection retries on, and is released through, the picker that it began with.
 *   LEASE   one counted connection: its slot and the row that counts it. A release therefore cannot
 *           reach another worker's or another generation's count.
 *
 * The library never waits, allocates, reads a clock or draws a random number of its own: memory,
 * lock, and randomness are the host's. Calls marked [L] need the region locked if it is shared; the
 * others may be made without. Every int returned is an lb_status; below zero nothing was changed.
 *
 * A process may be killed at any moment, in any call. What its row counts stays counted until a
 * host drops the row; nothing else is lost or wrong, once its lock is taken (lb_take_lock). */
#ifndef LB_H
#define LB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LB_ABI        7u  /* changes with any struct or meaning below */
#define LB_ALIGN      64u /* what the address of every memory given to the library divides by */
#define LB_PARAMS_MAX 8u  /* parameters of an algorithm */
#define LB_KEY_MAX    95u /* bytes of a server's key */
#define LB_NONE       UINT32_MAX /* no slot, scope, row, member */

enum lb_status {
    LB_UNSEEDED = 1, /* done, but the count table is absent or full: picks as view `generation` */
    LB_OK = 0,
    LB_NO_SERVER = -1,  /* every member is tried, full, down, failing, or takes nothing */
    LB_FULL = -2,       /* no slot, scope or row is left */
    LB_BAD_MEMORY = -3, /* too small, misaligned, or not laid out by this ABI */
    LB_BAD_CONFIG = -4, /* a parameter out of range, a key too long, a member twice */
    LB_BAD_LEASE = -5,  /* its row counts no such connection: released twice, or dropped */
    LB_BAD_PICK = -6,   /* the algorithm chose who is not there, or not usable: see LB_CHECKED */
};
const char *lb_status_text(int status);

/* ---- Algorithms: constant tables, one file and one registry line each ---- */

struct lb_algorithm; /* lb_author.h tells how to write one */

struct lb_param {
    const char *name, *help;
    const char *const *words; /* the values' names, ended by NULL; or NULL: a number */
    uint64_t fallback, min, max;
    bool or_off; /* a number: 0 is allowed below min, and turns it off */
};
static inline bool lb_param_takes(const struct lb_param *param, uint64_t value)
{
    return (value >= param->min && value <= param->max) || (param->or_off && value == 0);
}

const struct lb_algorithm *lb_algorithm_find(const char *name); /* NULL: unknown */
const struct lb_algorithm *lb_algorithm_at(uint32_t i);         /* NULL: past the last */
const char *lb_algorithm_name(const struct lb_algorithm *);
const char *lb_algorithm_about(const struct lb_algorithm *);
const struct lb_param *lb_algorithm_params(const struct lb_algorithm *); /* ends at name NULL */
/* Bytes that one scope needs for this algorithm over so many slots. */
size_t lb_algorithm_memory(const struct lb_algorithm *, uint32_t slots);
/* Does it look at the request's key? */
bool lb_algorithm_keyed(const struct lb_algorithm *);
/* And does it, with these parameters, take the key for the client's IPv4 address, in dotted
 * decimals? */
bool lb_algorithm_addressed(const struct lb_algorithm *, const uint64_t *param);
/* Is each pick among usable members a draw of its own, by their weights and nothing else, so that
 * chance alone makes picks uneven? */
bool lb_algorithm_draws_alone(const struct lb_algorithm *);

/* What becomes of a request whose best member is full. */
enum lb_when_full {
    LB_TAKES_OTHER,   /* who is full is passed over */
    LB_WAITS_FOR_IT,  /* the request waits for that member: nobody else will do */
    LB_WAITS_FOR_ANY, /* it waits as well, and whoever has a free place first will do */
};
enum lb_when_full lb_algorithm_when_full(const struct lb_algorithm *);

/* ---- Views: which connections a pick sees ---- */

/* Who is picking: a worker life (never 0) of a gateway instance, in a generation. */
struct lb_scope_key {
    uint64_t life;
    uint32_t instance, generation;
};

struct lb_view {
    const char *name, *sees, *seen_in;        /* seen_in: the real system that picks so */
    bool by_instance, by_life, by_generation; /* which fields tell its scopes apart */
    bool seeded;      /* a picker also reads the count table when it is built */
    bool per_request; /* state is new for every request, and nothing counted */
};

const struct lb_view *lb_view_find(const char *name);
const struct lb_view *lb_view_at(uint32_t i);
/* The key of the scope that `who` picks in: the fields that the view ignores are zero. */
struct lb_scope_key lb_view_key(const struct lb_view *, struct lb_scope_key who);

/* ---- Regions ---- */

struct lb_region;

enum lb_mode { /* of a region, for its life; the picks are the same (the contract suite proves it)
                */
               LB_SUM,  /* a pick adds its scope's rows up; a release is one store, mostly unlocked:
                           nginx */
               LB_KEPT, /* loads are kept up to date, so every release is [L]: one thread, or many
                           servers */
};

struct lb_shape {
    uint32_t slots, rows, scopes;
    enum lb_mode mode;
    size_t memory; /* of a scope: lb_algorithm_memory(), the largest of those that will run here */
};

size_t lb_region_size(const struct lb_shape *); /* 0: impossible */
/* format lays a new region out. attach takes one that others may be using; it looks at the header
 * alone (magic, ABI, shape, sizes). LB_BAD_MEMORY tells the host to format anew, and to say so. */
int lb_region_format(void *memory, size_t size, const struct lb_shape *, struct lb_region **);
int lb_region_attach(void *memory, size_t size, struct lb_region **);
/* LB_OK, or LB_BAD_MEMORY where keys, rows, scopes, counts, index or loads cannot be true together.
 * Of what algorithms remember, and of failures, it knows nothing. [L] */
int lb_region_check(const struct lb_region *);
/* attach, for a region that nobody uses any more: all who did are gone, as after a crash of the
 * machine, and it may lie in a file that was written by halves. Whoever held the lock holds it no
 * more; what was counted stays, so reap. After LB_OK no call reads or writes outside the region,
 * or in it what it should not, whatever bytes algorithms had left there: they begin anew. Counts
 * that could be true are taken to be true. LB_BAD_MEMORY: format anew; nothing in it is of use. */
int lb_region_recover(void *memory, size_t size, struct lb_region **);

/* A server's identity: the same key has the same slot, and so the same counts. It has it for ever.
 * [L] LB_NONE: full. */
uint32_t lb_slot(struct lb_region *, const char *key, size_t length);
/* The same, for as long as this row: where servers come and go, so that slots are used again. When
 * slots run out, one is given to another key that no row has asked for, and no lb_slot(); a row
 * asks for all that is in its owner's lists, before they are built, and so does who keeps slots for
 * others to come, with a row of its own. Ends with the row, or when it is done with. [L] LB_NONE:
 * full, or no such row. */
uint32_t lb_row_slot(struct lb_region *, uint32_t row, const char *key, size_t length);
/* The row's owner has no list any more with this slot in it. false: the row still counts there. [L]
 */
bool lb_row_slot_done(struct lb_region *, uint32_t row, uint32_t slot);
uint32_t lb_slots_used(const struct lb_region *); /* slots are numbered from 0 */
/* The newest key of the slot; a slot that is given away gets another. "": it has none, because one
 * that was making it died. [L] */
const char *lb_slot_key(const struct lb_region *, uint32_t slot);
/* What all rows count on a slot, the leaked ones too: for status pages and ledgers. [L] */
uint64_t lb_slot_count(const struct lb_region *, uint32_t slot);
/* Taken out, or back in, for every picker's next pick. [L] */
void lb_slot_set_down(struct lb_region *, uint32_t slot, bool down);

/* The lock is a word in the region that names its holder: a number of the host's, never 0, and
 * never one that another had before. Waiting, yielding and asking whether the holder lives are the
 * host's. */
bool lb_try_lock(struct lb_region *, uint64_t self);
void lb_unlock(struct lb_region *);
uint64_t lb_lock_holder(const struct lb_region *); /* 0: unlocked */
/* Takes the lock from a holder that is dead. Of all who try at once one succeeds; it holds the lock
 * then. What the dead one left half-written is put right: loads are what the rows count, a change
 * of slots, rows or scopes is done or was never begun, and in every scope the algorithm begins
 * anew, failures included, with the newest list. The dead one's row is the host's to drop. false:
 * somebody else was faster. Taken from a holder that lives, everything may break. */
bool lb_take_lock(struct lb_region *, uint64_t dead, uint64_t self);

/* ---- Scopes and rows ---- */

/* Finds the scope of this key or starts it empty. draw_key: of its own random sequence; equal keys
 * draw in step, as some real balancers' processes do. [L] LB_NONE: full. */
uint32_t lb_scope_open(struct lb_region *, struct lb_scope_key, const uint64_t draw_key[2]);
/* Forgets everything in it, as view `request` does for each request. [L] */
void lb_scope_restart(struct lb_region *, uint32_t scope);
/* It is found no more, and reused when the last of its rows is gone. [L] */
void lb_scope_close(struct lb_region *, uint32_t scope);
/* The same for all scopes of a life that is over, which did not close them itself; and for those
 * that differ from this key by an earlier generation only, when that is taken out of service. [L]
 */
void lb_scope_close_life(struct lb_region *, uint64_t life);
void lb_scope_close_elder(struct lb_region *, struct lb_scope_key);

/* The row of this owner that feeds this scope; the same when asked again. [L] LB_NONE: full, as
 * LB_FULL says it; then a host that cannot wait counts in a region of its own. */
uint32_t lb_row_claim(struct lb_region *, uint64_t owner, uint32_t scope);
/* Its owner is gone, and its connections with it. Returns how many it counted. [L] */
uint64_t lb_row_drop(struct lb_region *, uint32_t row);
/* Drops every row whose owner is not alive. Never called, a crash's counts leak (as in nginx's
 * `zone`). Returns how many connections were taken back. [L] */
uint64_t lb_reap(struct lb_region *, bool (*alive)(void *context, uint64_t owner), void *context);
/* What one row counts on a slot. Of a row that is not one's own it may be over at once. */
int32_t lb_row_count(const struct lb_region *, uint32_t row, uint32_t slot);

/* ---- The count table of view `seeded`: memory and life of its own ----
 *
 * Signed cells under keys conn_count:{upstream}:{server}. Cleaned of servers that left, and read,
 * only when a picker is built; +1 a pick and -1 a release by any picker (which makes the key again,
 * and may take it below zero); nobody corrects it after a crash, and a death under the lock may
 * tear it: then it must be formatted anew. That is a real design with real defects (APISIX pull
 * request 12255), kept faithfully. */

struct lb_counts;

uint32_t lb_counts_capacity(size_t size); /* keys that so many bytes hold; 10 MiB: 55,774 */
int lb_counts_format(void *memory, size_t size, struct lb_counts **);
int lb_counts_attach(void *memory, size_t size, struct lb_counts **);
/* To list it: the i-th key, NUL-terminated, and its count. false: past the last. */
bool lb_counts_at(const struct lb_counts *, uint32_t i, const char **key, int32_t *count);
/* What it counts for a server of an upstream; 0 where there is no key. */
int32_t lb_counts_read(const struct lb_counts *, const char *upstream, const char *server);

/* ---- Pickers ---- */

struct lb_picker;

enum lb_member_flag {
    LB_BACKUP = 1, /* picked only by requests that no other member can take */
    LB_DOWN = 2,   /* listed, but takes nothing */
};

/* Failed attempts are told by lb_fail(). Who failed max_fails times is left alone until
 * fail_timeout is over, and then asked again; the first success forgives it. A sole member is
 * always asked: there is nobody else. Whole seconds, the end included, as nginx does it. */
struct lb_member {
    uint32_t slot, weight;
    uint32_t max_conns;                 /* 0: no limit */
    uint32_t max_fails, fail_timeout_s; /* max_fails 0: failures are not counted */
    uint32_t flags;
    uint32_t id; /* its number in the configuration, for algorithms that place servers by it */
    /* Slow start: it came up at since_s of the host's clock, and its limit, and its weight with
     * algorithms that say so, rise from there over so many seconds. 0: it is whole at once. */
    uint32_t slow_start_s;
    uint64_t since_s;
};

/* What some real gateways do around their algorithm. */
enum lb_quirk {
    /* A sole member is picked without state: nothing is counted, cleaned, tried. */
    LB_SOLE_UNCOUNTED = 1,
    /* Weight 0 is a last resort, not "takes nothing" (least_conn on a heap). */
    LB_ZERO_IS_LAST = 2,
    /* A member that the count table counts nothing for, while it counts others, is written into it
     * with 4/5 of their average when a picker is built. */
    LB_COUNTS_GUESSED = 4,
    /* What the count table says of servers that left stays. */
    LB_COUNTS_KEPT = 8,
    /* The count table is read again at each pick and release, of that member. */
    LB_COUNTS_FOLLOWED = 16,
    /* No gateway's: the algorithm is not trusted, so whom it chose must be usable. */
    LB_CHECKED = 32,
};

struct lb_picker_config {
    const struct lb_algorithm *algorithm;
    uint64_t param[LB_PARAMS_MAX]; /* in the order of lb_algorithm_params() */
    uint32_t scope, members_max, quirks;
    bool seeded;
    struct lb_counts *counts; /* of a seeded picker; NULL: LB_UNSEEDED */
    const char *upstream;     /* the table's keys; must outlive the picker */
};

struct lb_request {
    const uint64_t
        *draw_key;   /* two words: draws of this request's own; NULL: the scope's sequence */
    uint64_t *tried; /* a bit a member, in the host's memory; lb_pick sets it. NULL: no retry */
    uint64_t now_s;  /* the host's clock, for members that failed; one that never moves will do */
    const char *key; /* what algorithms that hash look at; of no length: it has none */
    size_t key_length;
    uint32_t draws; /* out: random numbers drawn by this pick */
};

struct lb_lease { /* plain bytes; keep it for days. row LB_NONE: picked, but not counted */
    uint32_t slot, row;
};

/* What a built-in parameter list starts from: every fallback. */
void lb_picker_defaults(const struct lb_algorithm *, struct lb_picker_config *);
size_t lb_picker_size(const struct lb_region *,
                      const struct lb_picker_config *); /* 0: impossible */
/* Builds a picker over members, in their order. Members that its scope no longer has are taken out
 * in natural key order (s2 before s10), then the list is entered as given. LB_OK or LB_UNSEEDED.
 * [L] */
int lb_picker_init(void *memory, size_t size, struct lb_region *, const struct lb_picker_config *,
                   const struct lb_member *, uint32_t members, struct lb_picker **);
/* The list becomes this one, in place: who stays keeps what is remembered of it. [L] */
int lb_picker_edit(struct lb_picker *, const struct lb_member *, uint32_t members);

/* Chooses and counts in one step. row LB_NONE: chosen, not counted (view `request`). member: the
 * chosen one's place in the list. LB_OK, or LB_UNSEEDED: chosen, but the table is full; or
 * LB_NO_SERVER, and then `member` is LB_NONE, or the full one that the algorithm insists on: a host
 * with a queue lets the request wait for that one, else for anybody; or LB_BAD_PICK, and `member`
 * is what the algorithm returned. [L] */
int lb_pick(struct lb_picker *, uint32_t row, struct lb_request *, struct lb_lease *,
            uint32_t *member);
/* Counts a connection on a member that was not chosen: a place became free for a request that
 * waited. The member must have room. LB_OK or LB_UNSEEDED. [L] */
int lb_take(struct lb_picker *, uint32_t row, uint32_t member, struct lb_lease *);
/* Connections that the member may have at this moment of the host's clock; UINT32_MAX: no limit. */
uint32_t lb_member_limit(const struct lb_member *, uint64_t now_s);
/* Ends a lease on the picker it came from. [L] if lb_release_locks(). */
int lb_release(struct lb_picker *, struct lb_lease);
/* The same for an attempt that failed: it is held against the member. [L] */
int lb_fail(struct lb_picker *, struct lb_lease, uint64_t now_s);
/* Do releases of this picker need the lock? */
bool lb_release_locks(const struct lb_picker *);
/* What some real gateways do when the retries of a connection run out: they release its last server
 * once more. The algorithm and the count table hear of it; the row, which counts no such
 * connection, does not. The lease must have been released. [L] */
int lb_release_again(struct lb_picker *, struct lb_lease);

/* What the picker's next pick believes of a member: its score, if the algorithm has one, else its
 * load. Asking changes nothing that a later pick sees. [L]
 *
 * The load is what the view adds up. The score is the very number that the next pick compares the
 * member by, whether the least or the most wins; where the algorithm keeps it, it is the number
 * kept, bit by bit, so it may be infinite or not a number. A quotient that is only ever compared by
 * cross-multiplication comes rounded once: what is less never comes out as more. false: there is no
 * score, because the algorithm has none, or is not asked (LB_SOLE_UNCOUNTED), or another one worked
 * in this scope since, so that the next pick begins anew there. */
int64_t lb_believed(const struct lb_picker *, uint32_t member);
bool lb_score(const struct lb_picker *, uint32_t member, double *score);

/* A member's place, from 0, in the order that the algorithm keeps: in a heap's array, of which 0 is
 * the root. Members of other pickers over the scope may stand between. Without an order of the
 * algorithm's own, its place in the list. LB_NONE: it has none, because the algorithm is not asked,
 * or begins anew at the next pick (see lb_score). Asking changes nothing. [L] */
uint32_t lb_place(const struct lb_picker *, uint32_t member);

#ifdef __cplusplus
}
#endif

#endif
