/* ops.h: operations on the mini host, as data; private to the contract.
 * SPDX-License-Identifier: MIT
 *
 * They are made first and played then, so that a list that breaks a law can be played again and
 * made shorter. Any list can be played: what names a connection that is not there does nothing. */
#ifndef LB_CONTRACT_OPS_H
#define LB_CONTRACT_OPS_H

#include "mini.h"

enum lb_mini_kind {
    MINI_MEMBERS,
    MINI_OPEN,
    MINI_CLOSE,
    MINI_RETRY,
    MINI_WORKER,
    MINI_TIME,
    MINI_RELOAD,
    MINI_CRASH,
    MINI_REAP,
    MINI_DOWN,
    MINI_UP,
    MINI_TAKEOVER,
};

/* What a new list does, as the real systems do it. */
enum lb_mini_change { MINI_EDIT, MINI_REBUILD, MINI_NEW_WORKERS };

struct lb_mini_op {
    enum lb_mini_kind kind;
    uint32_t id; /* open, close, retry: the connection */
    /* worker, crash: the worker; time: the clock's seconds; down, up: the server; open: which key,
     * 0 for none */
    uint32_t number;
    enum lb_mini_draws draws;   /* open */
    bool tells_tried;           /* open: its first pick is handed the request's bits */
    bool leaks;                 /* crash: its rows stay until they are reaped */
    enum lb_mini_change change; /* members */
    uint32_t first, members;    /* members: these of the pool */
};

struct lb_mini_ops {
    struct lb_mini_op *op;
    struct lb_member *member; /* the pool of all lists; slot: the server's number */
    uint32_t ops, op_room, members, member_room;
    uint32_t servers; /* that the host has, whether they are listed or not */
    bool unchecked;   /* the walk over the whole ledger is left out, but at the end */
};

void lb_mini_ops_free(struct lb_mini_ops *);
struct lb_mini_ops lb_mini_ops_copy(const struct lb_mini_ops *);
/* Adds one, and returns it, until the next is added. */
struct lb_mini_op *lb_mini_ops_add(struct lb_mini_ops *, enum lb_mini_kind, uint32_t id,
                                   uint32_t number);
void lb_mini_ops_list(struct lb_mini_ops *, enum lb_mini_change, const struct lb_member *,
                      uint32_t members);
/* Takes `count` of them out. */
void lb_mini_ops_cut(struct lb_mini_ops *, uint32_t first, uint32_t count);

/* Plays all, or as far as the first fault; host->step counts from 1. */
void lb_mini_play(struct lb_mini_host *, const struct lb_mini_ops *);

/* ---- mini_stream.c ---- */

struct lb_mini_plan {
    uint32_t ops; /* at least */
    bool no_crashes, takeovers;
};

/* Draws a life of a host from the seed. */
void lb_mini_stream(struct lb_mini_ops *, const struct lb_mini_plan *, uint64_t seed);

/* ---- The exercises: lists, and how each is judged ---- */

struct lb_contract_exercise {
    const char *how; /* what it does beside playing its list once; or NULL */
    enum law law;    /* that it is there for, first of all */
    uint32_t lists;
    void (*make)(const struct lb_contract_trial *, uint32_t list, struct lb_mini_ops *);
    /* Plays the list, once or more; the first fault is noted in the trial's verdict. */
    void (*judge)(struct lb_contract_trial *, const struct lb_mini_ops *);
    bool (*applies)(const struct lb_contract_trial *); /* NULL: to all */
};

extern const struct lb_contract_exercise lb_contract_memory, lb_contract_ledger,
    lb_contract_borders, lb_contract_own_list, lb_contract_edits, lb_contract_again_exercise,
    lb_contract_modes, lb_contract_addresses, lb_contract_draws, lb_contract_sequences,
    lb_contract_takeovers;

/* One host, every step against the ledger, and in the end all is closed and must be zero. */
void lb_contract_judge_ledger(struct lb_contract_trial *, const struct lb_mini_ops *);

/* ---- guard.c: judging, in a process of its own if the trial is guarded ---- */

void lb_contract_judge(struct lb_contract_trial *, const struct lb_contract_exercise *,
                       const struct lb_mini_ops *, struct lb_contract_verdict *);
/* This operation begins: it has its time. */
void lb_contract_begin(struct lb_contract_trial *, uint32_t step);

/* ---- shrink.c ---- */

/* Makes the list as short and plain as it can while it still breaks verdict->law, and leaves the
 * verdict on what is left. */
void lb_contract_shrink(struct lb_contract_trial *, const struct lb_contract_exercise *,
                        struct lb_mini_ops *, struct lb_contract_verdict *);

/* ---- trace.c ---- */

/* The list as a trace of `lbsim replay`; text is the caller's to free. */
void lb_contract_trace(const struct lb_contract_trial *, const struct lb_mini_ops *,
                       const struct lb_contract_exercise *, const struct lb_contract_verdict *,
                       struct lb_contract_trace *);

#endif
