/* trace.c: a list of operations as a trace of `lbsim replay`. SPDX-License-Identifier: MIT */
#include "ops.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    WEIGHT_MOST = 65535, /* that replay reads */
    WORKERS = MINI_WORKERS / MINI_INSTANCES,
};

/* ---- Text that grows ---- */

struct text {
    char *at;
    size_t length, room;
};

static void add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(struct text *text, const char *format, ...)
{
    char piece[160];
    va_list arguments;
    va_start(arguments, format);
    size_t length = (size_t)vsnprintf(piece, sizeof piece, format, arguments);
    va_end(arguments);
    if (text->length + length >= text->room) {
        size_t room = 2 * text->room + sizeof piece;
        char *wider = lb_mini_new(room);
        if (text->length > 0)
            memcpy(wider, text->at, text->length);
        free(text->at);
        text->at = wider;
        text->room = room;
    }
    memcpy(text->at + text->length, piece, length + 1);
    text->length += length;
}

/* ---- Rows ---- */

static void add_member(struct text *text, const struct lb_member *member, bool first)
{
    bool options = member->flags != 0 || member->max_fails > 0;
    add(text, "%ss%" PRIu32, first ? "" : " ", member->slot + 1);
    if (member->weight != 1 || member->max_conns > 0 || options)
        add(text, "=%" PRIu32, member->weight);
    if (member->max_conns > 0 || options)
        add(text, "/%" PRIu32, member->max_conns);
    if ((member->flags & LB_BACKUP) != 0)
        add(text, "/backup");
    if ((member->flags & LB_DOWN) != 0)
        add(text, "/down");
    if (member->max_fails > 0)
        add(text, "/max_fails:%" PRIu32 "/fail_timeout:%" PRIu32 "s", member->max_fails,
            member->fail_timeout_s);
}

/* Connections are numbered as they are opened. */
static uint32_t number_of(const struct lb_mini_ops *ops, uint32_t id)
{
    uint32_t number = 1;
    for (uint32_t i = 0; i < ops->ops && ops->op[i].id != id; i++)
        number += ops->op[i].kind == MINI_OPEN;
    return number;
}

static void add_row(struct text *text, const struct lb_mini_ops *ops, const struct lb_mini_op *op)
{
    static const char *const names[] = {
        [MINI_MEMBERS] = "members", [MINI_OPEN] = "open",     [MINI_CLOSE] = "close",
        [MINI_RETRY] = "retry",     [MINI_WORKER] = "worker", [MINI_TIME] = "time",
        [MINI_RELOAD] = "reload",   [MINI_CRASH] = "crash",   [MINI_REAP] = "reap",
        [MINI_DOWN] = "down",       [MINI_UP] = "up",         [MINI_TAKEOVER] = "takeover",
    };
    char key[MINI_KEY];
    add(text, "%s,", names[op->kind]);
    switch (op->kind) {
    case MINI_MEMBERS:
        add(text, ",");
        for (uint32_t i = 0; i < op->members; i++)
            add_member(text, &ops->member[op->first + i], i == 0);
        break;
    case MINI_OPEN:
        lb_mini_key(op->number, key);
        add(text, "c%" PRIu32 ",%s", number_of(ops, op->id), key);
        break;
    case MINI_CLOSE:
    case MINI_RETRY:
        add(text, "c%" PRIu32 ",", number_of(ops, op->id));
        break;
    case MINI_TIME:
        add(text, ",%" PRIu64, (uint64_t)op->number * 1000);
        break;
    case MINI_DOWN:
    case MINI_UP:
        add(text, ",s%" PRIu32, op->number + 1);
        break;
    case MINI_WORKER:
    case MINI_CRASH:
        add(text, ",%" PRIu32 "%s", op->number, op->leaks ? " leaks" : "");
        break;
    default:
        add(text, ",");
    }
    add(text, "\n");
}

/* ---- What replay makes of it ---- */

static bool has(const struct lb_mini_ops *ops, enum lb_mini_kind kind)
{
    for (uint32_t i = 0; i < ops->ops; i++)
        if (ops->op[i].kind == kind)
            return true;
    return false;
}

static const char *change_of(const struct lb_mini_ops *ops)
{
    static const char *const names[] = {
        [MINI_EDIT] = "in_place", [MINI_REBUILD] = "rebuild", [MINI_NEW_WORKERS] = "reload"};
    uint32_t first = 0;
    while (first < ops->ops && ops->op[first].kind != MINI_MEMBERS)
        first++;
    for (uint32_t i = first; i < ops->ops; i++)
        if (ops->op[i].kind == MINI_MEMBERS && ops->op[i].change != ops->op[first].change)
            return NULL;
    return first == ops->ops ? names[MINI_EDIT] : names[ops->op[first].change];
}

static uint32_t workers_of(const struct lb_mini_ops *ops)
{
    uint32_t workers = 1;
    for (uint32_t i = 0; i < ops->ops; i++)
        if (ops->op[i].kind == MINI_WORKER && ops->op[i].number >= workers)
            workers = ops->op[i].number + 1;
    return workers;
}

static bool has_heavy(const struct lb_mini_ops *ops)
{
    for (uint32_t i = 0; i < ops->ops; i++)
        for (uint32_t m = 0; ops->op[i].kind == MINI_MEMBERS && m < ops->op[i].members; m++)
            if (ops->member[ops->op[i].first + m].weight > WEIGHT_MOST)
                return true;
    return false;
}

static void clause(struct lb_contract_trace *trace, bool applies, const char *text)
{
    size_t length = strlen(trace->beyond);
    if (applies)
        snprintf(trace->beyond + length, sizeof trace->beyond - length, "%s%s",
                 length > 0 ? "; " : "", text);
}

/* What it has no words for. */
static void say_what_is_refused(struct lb_contract_trace *trace, const struct lb_mini_ops *ops)
{
    clause(trace, trace->change == NULL, "a balancer has one change for all its lists");
    clause(trace, has(ops, MINI_CRASH), "it has no crash of one worker alone");
    clause(trace, has(ops, MINI_REAP), "it has no reaping");
    clause(trace, has(ops, MINI_DOWN) || has(ops, MINI_UP), "it has no server that goes down");
    clause(trace, has(ops, MINI_TAKEOVER), "it has no death under the lock");
    clause(trace, has_heavy(ops), "a weight is above its 65535");
    trace->plays = trace->beyond[0] == '\0';
}

void lb_contract_trace(const struct lb_contract_trial *trial, const struct lb_mini_ops *ops,
                       const struct lb_contract_exercise *exercise,
                       const struct lb_contract_verdict *verdict, struct lb_contract_trace *trace)
{
    struct text text = {.at = NULL};
    add(&text, "op,id,value\n");
    for (uint32_t i = 0; i < ops->ops; i++)
        add_row(&text, ops, &ops->op[i]);
    *trace = (struct lb_contract_trace){.text = text.at,
                                        .operations = ops->ops,
                                        .workers = workers_of(ops),
                                        .change = change_of(ops)};
    say_what_is_refused(trace, ops);
    clause(trace, trace->workers > WORKERS, "its workers are all of one gateway instance");
    clause(trace, trial->mode == LB_SUM, "its region is of mode LB_KEPT");
    clause(trace, exercise->how != NULL, "it plays the list once");
    clause(trace, verdict->step > ops->ops, "it does not close what is open in the end");
    clause(trace, verdict->law == LAW_MEMORY, "it does not look at what was not asked for");
    clause(trace, verdict->drew, "its random numbers are others");
}
