/* mini.h: a small host around an algorithm, with a ledger of its own; private to the contract.
 * SPDX-License-Identifier: MIT
 *
 * Gateway instances with workers build pickers, open and close connections, take new lists, and
 * crash. What is counted here is counted by scope key and row, from the connections that the host
 * itself opened: never read back from the library. Each call checks what it can and notes the
 * first fault; after it, the host is `broken` and its owner stops. */
#ifndef LB_CONTRACT_MINI_H
#define LB_CONTRACT_MINI_H

#include "contract.h"

#include <stdatomic.h>

enum law {
    LAW_TABLE,
    LAW_USABLE,
    LAW_NONE,
    LAW_OWN_LIST,
    LAW_ONE_COUNT,
    LAW_LEDGER,
    LAW_ZERO,
    LAW_RELEASE,
    LAW_DROP,
    LAW_EDIT,
    LAW_SAME_AGAIN,
    LAW_MODES,
    LAW_ADDRESSES,
    LAW_DRAWS,
    LAW_TAKEOVER,
    LAW_MEMORY,
    LAW_RETURNS,
    LAWS
};

/* What one list of operations was judged to be. */
struct lb_contract_verdict {
    bool broken, drew; /* drew: some pick drew a random number */
    enum law law;
    uint32_t step; /* the operation, from 1; one more than there are: all was closed in the end */
    int death;     /* LAW_RETURNS: the signal; 0: it ended the process; -1: it did not come back */
    char what[LB_CONTRACT_WHAT];
};

/* Where a judge writes, which two processes may share. */
struct lb_contract_page {
    struct lb_contract_verdict verdict;
    uint32_t step;
    _Atomic uint64_t begun; /* operations so far: whether it moves on */
    const char *call;       /* into the library, and so perhaps into the algorithm; NULL: none */
    bool done;
};

struct lb_contract_trial {
    const struct lb_algorithm *algorithm;
    uint64_t param[LB_PARAMS_MAX], seed;
    const struct lb_view *view; /* on trial now, and the mode */
    enum lb_mode mode;
    struct lb_contract_page *page;
    bool guarded;   /* each judgement in a process of its own */
    uint32_t op_ms; /* guarded: processor time that an operation may take */
    uint32_t hangs; /* guarded: lists that did not come back */
};

/* The first one counts. */
void lb_contract_fault_found(struct lb_contract_trial *, enum law, uint32_t step,
                             const char *format, ...) __attribute__((format(printf, 4, 5)));

enum {
    MINI_SERVERS = 192,
    MINI_TRIED = MINI_SERVERS / 64,
    MINI_INSTANCES = 2,
    MINI_WORKERS = 4, /* worker i is of instance i / 2 */
    MINI_PICKERS = 20,
    MINI_SCOPES = 48,
    MINI_ROWS = 48,
    MINI_CONNECTIONS = 256,
    MINI_KEY = 32,
};

#define MINI_NO_PICK UINT32_MAX

/* Where an open's numbers are drawn from. MINI_DRAWS_EITHER: the setup says it, and the picks say
 * nothing about two runs. */
enum lb_mini_draws { MINI_DRAWS_SCOPE, MINI_DRAWS_OWN, MINI_DRAWS_EITHER };

struct lb_mini_setup {
    struct lb_contract_trial *trial; /* algorithm, view, mode, seed; takes the faults */
    enum lb_mode mode;               /* may differ from the trial's */
    uint32_t servers;
    bool two_addresses; /* the region is mapped twice; pickers alternate */
    bool unchecked;     /* leaves the walk over the whole ledger out: for runs that are compared */
    bool asked;         /* for every score after every operation, which must change nothing */
    bool idle_edits;    /* edits that change nothing between the operations */
    bool own_draws;     /* every request draws from a key of its own */
    bool either_own;    /* those that draw from either */
    bool no_takeovers;
    uint64_t scope_key[2]; /* makes other random sequences of the scopes */
};

struct lb_mini_list {
    uint32_t members, edition; /* two lists with one edition are the same list */
    struct lb_member member[MINI_SERVERS];
};

struct lb_mini_health { /* of a slot in a scope: the failures that were told */
    uint64_t fails, failed_s, asked_s;
};

struct lb_mini_scope {
    bool used;
    struct lb_scope_key key;
    uint32_t scope, edition;    /* the library's number; of the list that it heard of last */
    bool torn;                  /* the lock was taken over: who acts next begins anew */
    int64_t open[MINI_SERVERS]; /* connections counted under this key, by slot */
    int64_t base[MINI_SERVERS]; /* what the count table said when a picker was built */
    bool listed[MINI_SERVERS];
    struct lb_mini_health health[MINI_SERVERS];
};

struct lb_mini_row {
    bool used, lost; /* lost: its owner crashed, and nobody took its connections back yet */
    uint64_t life;
    uint32_t scope; /* of the host's, LB_NONE: closed */
    int32_t open[MINI_SERVERS];
};

struct lb_mini_picker {
    bool used;
    uint64_t life;
    uint32_t instance, generation, scope, row, connections;
    struct lb_mini_list list;
    struct lb_picker *picker;
};

struct lb_mini_worker {
    uint64_t life;
    uint32_t instance, picker; /* LB_NONE: not built yet */
};

struct lb_mini_request { /* of one connection, through all its attempts */
    uint32_t id, key, attempts;
    enum lb_mini_draws draws;
    bool tells_tried;
    uint64_t tried[MINI_TRIED];
};

struct lb_mini_connection {
    uint32_t picker, edition; /* of the list that it began with */
    struct lb_lease lease;
    struct lb_mini_request request;
};

struct lb_mini_table { /* what the count table of an instance must hold */
    struct lb_counts *counts;
    bool present[MINI_SERVERS];
    int32_t count[MINI_SERVERS];
};

struct lb_mini_pick { /* for comparing two runs */
    int status;
    uint32_t slot, draws, step;
    bool either; /* drew from either */
};

struct lb_mini_memory {
    void *at[2]; /* the same memory, at one address or at two */
    size_t size;
    bool mapped;
};

struct lb_mini_host {
    struct lb_mini_setup setup;
    struct lb_contract_trial *trial;
    const struct lb_view *view;
    bool broken;
    uint32_t step, generation, side, edition;
    uint32_t at; /* the worker that connections are opened on */
    uint64_t last_life, now_s;
    struct lb_mini_list list;    /* the current one, for those who build next */
    uint32_t slot[MINI_SERVERS]; /* of server i */
    bool down[MINI_SERVERS];     /* by slot */
    struct lb_mini_worker worker[MINI_WORKERS];
    struct lb_mini_picker picker[MINI_PICKERS];
    struct lb_mini_scope scope[MINI_SCOPES];
    struct lb_mini_row row[MINI_ROWS];
    struct lb_mini_table table[MINI_INSTANCES];
    struct lb_mini_connection connection[MINI_CONNECTIONS];
    uint32_t connections;
    struct lb_mini_pick *trace;
    uint32_t traced, trace_room;
    struct lb_mini_memory memory;
    struct lb_region *region[2];
    void *picker_memory, *table_memory[MINI_INSTANCES];
    size_t picker_size, asked; /* asked: by the algorithm, for a scope */
};

/* ---- mini_memory.c ---- */

/* false: this machine cannot map it twice. */
bool lb_mini_memory_get(struct lb_mini_memory *, size_t size, bool two_addresses);
void lb_mini_memory_free(struct lb_mini_memory *);
void *
lb_mini_new(size_t size); /* zeroed, aligned to LB_ALIGN; free() it. Aborts where there is none */

/* Bytes of each scope's memory that nobody asked for, and that must stay zero. */
size_t lb_mini_beyond(size_t asked);
void lb_mini_check_memory(struct lb_mini_host *);

/* ---- mini_host.c: the host and what happens to it ---- */

struct lb_mini_host *lb_mini_open(const struct lb_mini_setup *);
void lb_mini_close(struct lb_mini_host *);
/* What a server in a slot is called. */
const char *lb_mini_name(const struct lb_mini_host *, uint32_t slot);
void lb_mini_fault(struct lb_mini_host *, enum law, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A new list; its slots are the host's slot[]. */
void lb_mini_edit(struct lb_mini_host *, const struct lb_member *, uint32_t members); /* in place */
void lb_mini_rebuild(struct lb_mini_host *, const struct lb_member *, uint32_t members);
void lb_mini_reload(struct lb_mini_host *, const struct lb_member *, uint32_t members);
/* All workers are replaced; the list stays. */
void lb_mini_renew(struct lb_mini_host *);
/* Every picker whose scope heard of its list last is edited to the list that it has. */
void lb_mini_edit_idly(struct lb_mini_host *);
void lb_mini_set_down(struct lb_mini_host *, uint32_t slot, bool down);
/* A worker's life ends, and its connections with it; a new life takes its place. */
void lb_mini_crash(struct lb_mini_host *, uint32_t worker, bool reaped);
void lb_mini_reap(struct lb_mini_host *);
/* The lock's holder died, and somebody takes it. */
void lb_mini_take_over(struct lb_mini_host *);
/* Before this picker picks: what its scope knows after that. */
void lb_mini_settle(struct lb_mini_host *, uint32_t picker);
/* The picker that this worker picks with, built if need be. LB_NONE: there are too many. */
uint32_t lb_mini_current(struct lb_mini_host *, uint32_t worker);
bool lb_mini_is_current(const struct lb_mini_host *, uint32_t picker);
/* Drops rows, closes scopes, and forgets pickers that nobody needs. */
void lb_mini_sweep(struct lb_mini_host *);

/* ---- mini_pick.c: picks and releases, each checked ---- */

/* One pick through this picker, the next attempt of the request. Returns the connection's number in
 * connection[], or MINI_NO_PICK. */
uint32_t lb_mini_pick(struct lb_mini_host *, uint32_t picker, const struct lb_mini_request *);
/* A request's key by its number; 0: of no length. */
size_t lb_mini_key(uint32_t number, char key[MINI_KEY]);
/* The connection of this id, or MINI_NO_PICK. */
uint32_t lb_mini_find(const struct lb_mini_host *, uint32_t id);
/* Releases it; the last connection takes its number. */
void lb_mini_release(struct lb_mini_host *, uint32_t connection);
void lb_mini_release_all(struct lb_mini_host *);
/* The same, of an attempt that failed. */
void lb_mini_fail(struct lb_mini_host *, uint32_t connection);

/* ---- mini_check.c: the ledger ---- */

/* What the view must see of a member of this picker. */
int64_t lb_mini_load(const struct lb_mini_host *, uint32_t picker, uint32_t member);
/* Whose turn it is in this request. */
enum lb_mini_turn { MINI_OTHERS, MINI_BACKUPS, MINI_ANYBODY };
enum lb_mini_turn lb_mini_turn(const struct lb_mini_host *, uint32_t picker, const uint64_t *tried);
bool lb_mini_usable(const struct lb_mini_host *, uint32_t picker, uint32_t member,
                    const uint64_t *tried, enum lb_mini_turn);
/* Why it is not usable, in words; NULL: it is. */
const char *lb_mini_why_not(const struct lb_mini_host *, uint32_t picker, uint32_t member,
                            const uint64_t *tried, enum lb_mini_turn);
bool lb_mini_full(const struct lb_mini_host *, uint32_t picker, uint32_t member);
/* Does this picker count failures? A sole member's are not. */
bool lb_mini_counts_failures(const struct lb_mini_host *, uint32_t picker);
/* Everything that the library counts against everything counted here. `law` is to blame. */
void lb_mini_check(struct lb_mini_host *, enum law);
/* Nothing is open: all counts must be zero. */
void lb_mini_check_zero(struct lb_mini_host *);
/* The ledger's part of taking a row's connections back; returns how many there were. */
uint64_t lb_mini_forget_row(struct lb_mini_host *, uint32_t row);
bool lb_mini_is_alive(void *host, uint64_t life);

/* A small generator of the host's own (splitmix64): the library's is on trial. */
static inline uint64_t lb_mini_random(uint64_t *state)
{
    uint64_t x = *state += UINT64_C(0x9E3779B97F4A7C15);
    x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
    return x ^ (x >> 31);
}

static inline uint32_t lb_mini_below(uint64_t *state, uint32_t bound)
{
    return (uint32_t)((lb_mini_random(state) >> 32) * bound >> 32);
}

#endif
