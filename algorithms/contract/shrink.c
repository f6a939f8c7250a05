/* shrink.c: a list of operations that breaks a law, made short and plain.
 * SPDX-License-Identifier: MIT
 *
 * Source: delta debugging (Zeller, Hildebrandt, "Simplifying and Isolating Failure-Inducing Input",
 * 2002), here in its plain form: chunks are taken out, of half the list, then of half of that, and
 * in the end one by one until none can go. Then whatever an operation says is made plainer, which
 * may free others, so both are done until nothing changes. Every attempt is played; whatever does
 * not break the same law is undone. */
#include "ops.h"

#include <string.h>

enum {
    TRIES_MOST = 8000,
    HANGS_MOST = 40, /* of these, that do not come back */
    HANG_MS = 40,
};

struct shrinking {
    struct lb_contract_trial *trial;
    const struct lb_contract_exercise *exercise;
    struct lb_mini_ops *best;
    struct lb_contract_verdict *verdict; /* on the best */
    uint32_t tries, hangs_most;
    bool changed;
};

/* Takes the candidate over if it breaks the same law; it is used up. */
static bool take(struct shrinking *shrinking, struct lb_mini_ops *candidate)
{
    struct lb_contract_verdict verdict = {.broken = false};
    if (shrinking->tries < TRIES_MOST && shrinking->trial->hangs < shrinking->hangs_most) {
        shrinking->tries++;
        lb_contract_judge(shrinking->trial, shrinking->exercise, candidate, &verdict);
    }
    bool same = verdict.broken && verdict.law == shrinking->verdict->law &&
                verdict.death == shrinking->verdict->death;
    if (same) {
        lb_mini_ops_free(shrinking->best);
        *shrinking->best = *candidate;
        *shrinking->verdict = verdict;
        shrinking->changed = true;
    } else {
        lb_mini_ops_free(candidate);
    }
    return same;
}

/* The same, of one that may be no other list at all. */
static void take_if(bool another, struct shrinking *shrinking, struct lb_mini_ops *candidate)
{
    if (another)
        take(shrinking, candidate);
    else
        lb_mini_ops_free(candidate);
}

/* ---- Shorter ---- */

static bool without(struct shrinking *shrinking, uint32_t first, uint32_t count)
{
    struct lb_mini_ops candidate = lb_mini_ops_copy(shrinking->best);
    lb_mini_ops_cut(&candidate, first, count);
    return take(shrinking, &candidate);
}

/* From the end, for what came last leans on what came before. */
static bool take_chunks(struct shrinking *shrinking, uint32_t size)
{
    bool any = false;
    for (uint32_t end = shrinking->best->ops; end > 0;) {
        uint32_t count = end < size ? end : size;
        any = without(shrinking, end - count, count) || any;
        end -= count;
        end = end < shrinking->best->ops ? end : shrinking->best->ops;
    }
    return any;
}

static void shorten(struct shrinking *shrinking)
{
    uint32_t ops = shrinking->best->ops, step = shrinking->verdict->step;
    if (step > 0 && step < ops)
        without(shrinking, step, ops - step);
    for (uint32_t size = shrinking->best->ops / 2; size > 1; size /= 2)
        take_chunks(shrinking, size);
    while (take_chunks(shrinking, 1))
        continue;
}

/* ---- Plainer: one field at a time ---- */

static bool set_number(struct shrinking *shrinking, uint32_t i, uint32_t value)
{
    if (shrinking->best->op[i].number <= value)
        return false;
    struct lb_mini_ops candidate = lb_mini_ops_copy(shrinking->best);
    candidate.op[i].number = value;
    return take(shrinking, &candidate);
}

static void plain_open(struct shrinking *shrinking, uint32_t i)
{
    const struct lb_mini_op *op = &shrinking->best->op[i];
    if (op->draws == MINI_DRAWS_OWN || op->tells_tried) {
        struct lb_mini_ops candidate = lb_mini_ops_copy(shrinking->best);
        candidate.op[i].draws = op->draws == MINI_DRAWS_OWN ? MINI_DRAWS_SCOPE : op->draws;
        candidate.op[i].tells_tried = false;
        take(shrinking, &candidate);
    }
    if (!set_number(shrinking, i, 0))
        set_number(shrinking, i, 1);
}

static bool drop_member(struct shrinking *shrinking, uint32_t i, uint32_t at)
{
    struct lb_mini_ops candidate = lb_mini_ops_copy(shrinking->best);
    struct lb_mini_op *op = &candidate.op[i];
    struct lb_member *member = &candidate.member[op->first];
    memmove(&member[at], &member[at + 1], (--op->members - at) * sizeof *member);
    return take(shrinking, &candidate);
}

enum { PLAINS = 6 };

/* The ways in which a member can be made plainer. false: it is so already. */
static bool make_plainer(struct lb_member *member, int way)
{
    struct lb_member before = *member;
    switch (way) {
    case 0:
        member->max_fails = member->fail_timeout_s = 0;
        break;
    case 1:
        member->max_conns = 0;
        break;
    case 2:
        member->flags = 0;
        break;
    case 3:
        member->weight = 1;
        break;
    case 4:
        member->max_conns = member->max_conns > 1 ? 1 : member->max_conns;
        break;
    default:
        member->max_fails = member->max_fails > 1 ? 1 : member->max_fails;
        member->fail_timeout_s = member->fail_timeout_s > 1 ? 1 : member->fail_timeout_s;
    }
    return memcmp(&before, member, sizeof before) != 0;
}

static void plain_members(struct shrinking *shrinking, uint32_t i)
{
    for (uint32_t at = shrinking->best->op[i].members; at-- > 0;)
        drop_member(shrinking, i, at);
    for (uint32_t at = 0; at < shrinking->best->op[i].members; at++)
        for (int way = 0; way < PLAINS; way++) {
            struct lb_mini_ops candidate = lb_mini_ops_copy(shrinking->best);
            if (make_plainer(&candidate.member[candidate.op[i].first + at], way))
                take(shrinking, &candidate);
            else
                lb_mini_ops_free(&candidate);
        }
}

/* Halfway to the least that will do, then down one by one. */
static void lower_number(struct shrinking *shrinking, uint32_t i)
{
    for (uint32_t value = 0; value < 3; value++)
        if (set_number(shrinking, i, value))
            return;
    while (set_number(shrinking, i, shrinking->best->op[i].number / 2))
        continue;
    while (shrinking->best->op[i].number > 0 &&
           set_number(shrinking, i, shrinking->best->op[i].number - 1))
        continue;
}

static void plain_ops(struct shrinking *shrinking)
{
    for (uint32_t i = 0; i < shrinking->best->ops; i++)
        switch (shrinking->best->op[i].kind) {
        case MINI_MEMBERS:
            plain_members(shrinking, i);
            break;
        case MINI_OPEN:
            plain_open(shrinking, i);
            break;
        case MINI_WORKER:
        case MINI_CRASH:
        case MINI_TIME:
            lower_number(shrinking, i);
            break;
        default:
            break;
        }
}

/* ---- Plainer: all at once ---- */

static bool same_changes(const struct lb_mini_ops *ops, enum lb_mini_change change)
{
    for (uint32_t i = 0; i < ops->ops; i++)
        if (ops->op[i].kind == MINI_MEMBERS && ops->op[i].change != change)
            return false;
    return true;
}

/* One change for all lists is what a real gateway has. */
static void one_change(struct shrinking *shrinking)
{
    for (int change = MINI_EDIT; change <= MINI_NEW_WORKERS; change++) {
        struct lb_mini_ops candidate = lb_mini_ops_copy(shrinking->best);
        bool already = same_changes(&candidate, (enum lb_mini_change)change);
        for (uint32_t i = 0; i < candidate.ops; i++)
            candidate.op[i].change = (enum lb_mini_change)change;
        if (already)
            lb_mini_ops_free(&candidate);
        if (already || take(shrinking, &candidate))
            return;
    }
}

static void count_servers(const struct lb_mini_ops *ops, uint32_t number[MINI_SERVERS])
{
    uint32_t servers = 0;
    for (uint32_t i = 0; i < MINI_SERVERS; i++)
        number[i] = MINI_SERVERS;
    for (uint32_t i = 0; i < ops->ops; i++) {
        const struct lb_mini_op *op = &ops->op[i];
        for (uint32_t m = 0; op->kind == MINI_MEMBERS && m < op->members; m++)
            if (number[ops->member[op->first + m].slot] == MINI_SERVERS)
                number[ops->member[op->first + m].slot] = servers++;
        bool named = op->kind == MINI_DOWN || op->kind == MINI_UP;
        if (named && number[op->number] == MINI_SERVERS)
            number[op->number] = servers++;
    }
}

/* Servers are numbered as they come. */
static void renumber(struct shrinking *shrinking)
{
    uint32_t number[MINI_SERVERS];
    bool moved = false;
    struct lb_mini_ops candidate = lb_mini_ops_copy(shrinking->best);
    count_servers(&candidate, number);
    for (uint32_t i = 0; i < candidate.ops; i++) {
        struct lb_mini_op *op = &candidate.op[i];
        for (uint32_t m = 0; op->kind == MINI_MEMBERS && m < op->members; m++) {
            struct lb_member *member = &candidate.member[op->first + m];
            moved |= member->slot != number[member->slot];
            member->slot = number[member->slot];
        }
        if (op->kind == MINI_DOWN || op->kind == MINI_UP) {
            moved |= op->number != number[op->number];
            op->number = number[op->number];
        }
    }
    take_if(moved, shrinking, &candidate);
}

/* So are workers; connections are opened on worker 0 until another one is named. */
static void renumber_workers(struct shrinking *shrinking)
{
    uint32_t number[MINI_WORKERS], workers = 0;
    bool moved = false, named = false;
    struct lb_mini_ops candidate = lb_mini_ops_copy(shrinking->best);
    for (uint32_t i = 0; i < MINI_WORKERS; i++)
        number[i] = MINI_WORKERS;
    for (uint32_t i = 0; i < candidate.ops; i++) {
        struct lb_mini_op *op = &candidate.op[i];
        if (op->kind == MINI_OPEN && !named && number[0] == MINI_WORKERS)
            number[0] = workers++;
        if (op->kind != MINI_WORKER && op->kind != MINI_CRASH)
            continue;
        if (number[op->number] == MINI_WORKERS)
            number[op->number] = workers++;
        named |= op->kind == MINI_WORKER;
        moved |= op->number != number[op->number];
        op->number = number[op->number];
    }
    take_if(moved, shrinking, &candidate);
}

void lb_contract_shrink(struct lb_contract_trial *trial,
                        const struct lb_contract_exercise *exercise, struct lb_mini_ops *ops,
                        struct lb_contract_verdict *verdict)
{
    uint32_t op_ms = trial->op_ms;
    struct shrinking shrinking = {.trial = trial,
                                  .exercise = exercise,
                                  .best = ops,
                                  .verdict = verdict,
                                  .hangs_most = trial->hangs + HANGS_MOST};
    trial->op_ms = HANG_MS;
    do {
        shrinking.changed = false;
        shorten(&shrinking);
        plain_ops(&shrinking);
        one_change(&shrinking);
        renumber(&shrinking);
        renumber_workers(&shrinking);
    } while (shrinking.changed);
    trial->op_ms = op_ms;
}
