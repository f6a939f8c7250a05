/* mini_play.c: lists of operations: growing them, and playing them on the mini host.
 * SPDX-License-Identifier: MIT */
#include "ops.h"

#include <stdlib.h>
#include <string.h>

/* ---- Lists of operations ---- */

void lb_mini_ops_free(struct lb_mini_ops *ops)
{
    free(ops->op);
    free(ops->member);
    *ops = (struct lb_mini_ops){.ops = 0};
}

/* Memory for twice as much, with what was there. */
static void *wider(void *memory, uint32_t used, uint32_t wanted, uint32_t *room, size_t size)
{
    if (wanted <= *room)
        return memory;
    *room = wanted < 32 ? 64 : 2 * wanted;
    void *new = lb_mini_new(*room * size);
    if (used > 0)
        memcpy(new, memory, used * size);
    free(memory);
    return new;
}

struct lb_mini_ops lb_mini_ops_copy(const struct lb_mini_ops *from)
{
    struct lb_mini_ops copy = *from;
    copy.op_room = copy.member_room = 0;
    copy.op = wider(NULL, 0, from->ops + 1, &copy.op_room, sizeof *copy.op);
    copy.member = wider(NULL, 0, from->members + 1, &copy.member_room, sizeof *copy.member);
    if (from->ops > 0)
        memcpy(copy.op, from->op, from->ops * sizeof *copy.op);
    if (from->members > 0)
        memcpy(copy.member, from->member, from->members * sizeof *copy.member);
    return copy;
}

struct lb_mini_op *lb_mini_ops_add(struct lb_mini_ops *ops, enum lb_mini_kind kind, uint32_t id,
                                   uint32_t number)
{
    ops->op = wider(ops->op, ops->ops, ops->ops + 1, &ops->op_room, sizeof *ops->op);
    ops->op[ops->ops] = (struct lb_mini_op){.kind = kind, .id = id, .number = number};
    return &ops->op[ops->ops++];
}

void lb_mini_ops_list(struct lb_mini_ops *ops, enum lb_mini_change change,
                      const struct lb_member *member, uint32_t members)
{
    struct lb_mini_op *op = lb_mini_ops_add(ops, MINI_MEMBERS, 0, 0);
    op->change = change;
    op->first = ops->members;
    op->members = members;
    ops->member = wider(ops->member, ops->members, ops->members + members + 1, &ops->member_room,
                        sizeof *ops->member);
    if (members > 0)
        memcpy(&ops->member[ops->members], member, members * sizeof *member);
    ops->members += members;
}

void lb_mini_ops_cut(struct lb_mini_ops *ops, uint32_t first, uint32_t count)
{
    memmove(&ops->op[first], &ops->op[first + count], (ops->ops - first - count) * sizeof *ops->op);
    ops->ops -= count;
}

/* ---- Playing ---- */

static void play_members(struct lb_mini_host *host, const struct lb_mini_ops *ops,
                         const struct lb_mini_op *op)
{
    struct lb_member member[MINI_SERVERS];
    for (uint32_t i = 0; i < op->members; i++) {
        member[i] = ops->member[op->first + i];
        member[i].slot = host->slot[member[i].slot];
    }
    if (op->change == MINI_EDIT)
        lb_mini_edit(host, member, op->members);
    else if (op->change == MINI_REBUILD)
        lb_mini_rebuild(host, member, op->members);
    else
        lb_mini_reload(host, member, op->members);
}

static void play_open(struct lb_mini_host *host, const struct lb_mini_op *op)
{
    struct lb_mini_request request = {
        .id = op->id, .key = op->number, .draws = op->draws, .tells_tried = op->tells_tried};
    uint32_t picker = lb_mini_current(host, host->at);
    if (picker != LB_NONE)
        lb_mini_pick(host, picker, &request);
}

/* A list that was edited in place ends the requests under way. */
static void play_retry(struct lb_mini_host *host, const struct lb_mini_op *op)
{
    uint32_t at = lb_mini_find(host, op->id);
    if (at == MINI_NO_PICK)
        return;
    struct lb_mini_connection failed = host->connection[at];
    lb_mini_fail(host, at);
    if (failed.edition == host->picker[failed.picker].list.edition)
        lb_mini_pick(host, failed.picker, &failed.request);
}

static void play_close(struct lb_mini_host *host, const struct lb_mini_op *op)
{
    uint32_t at = lb_mini_find(host, op->id);
    if (at != MINI_NO_PICK)
        lb_mini_release(host, at);
}

static void play(struct lb_mini_host *host, const struct lb_mini_ops *ops,
                 const struct lb_mini_op *op)
{
    switch (op->kind) {
    case MINI_MEMBERS:
        play_members(host, ops, op);
        break;
    case MINI_OPEN:
        play_open(host, op);
        break;
    case MINI_CLOSE:
        play_close(host, op);
        break;
    case MINI_RETRY:
        play_retry(host, op);
        break;
    case MINI_WORKER:
        host->at = op->number;
        break;
    case MINI_TIME:
        host->now_s = op->number;
        break;
    case MINI_RELOAD:
        lb_mini_renew(host);
        break;
    case MINI_CRASH:
        lb_mini_crash(host, op->number, !op->leaks);
        break;
    case MINI_REAP:
        lb_mini_reap(host);
        break;
    case MINI_DOWN:
    case MINI_UP:
        lb_mini_set_down(host, host->slot[op->number], op->kind == MINI_DOWN);
        break;
    case MINI_TAKEOVER:
        if (!host->setup.no_takeovers)
            lb_mini_take_over(host);
        break;
    }
}

void lb_mini_play(struct lb_mini_host *host, const struct lb_mini_ops *ops)
{
    for (uint32_t i = 0; i < ops->ops && !host->broken; i++) {
        host->step = i + 1;
        lb_contract_begin(host->trial, host->step);
        play(host, ops, &ops->op[i]);
        if (host->setup.idle_edits && !host->broken)
            lb_mini_edit_idly(host);
        if (!host->broken)
            lb_mini_check_memory(host);
    }
}
