/* borders.c: the exercises on small and odd lists. SPDX-License-Identifier: MIT */
#include "ops.h"

struct border { /* a list and what is asked of it */
    const char *about;
    uint32_t servers, members, weight, max_conns;
    bool alternate; /* every second weight is 1 instead */
    bool all_down;
};

static const struct border borders[] = {
    {.about = "nobody", .servers = 3, .members = 0},
    {.about = "one", .servers = 1, .members = 1, .weight = 1},
    {.about = "one with a limit", .servers = 3, .members = 1, .weight = 2, .max_conns = 2},
    {.about = "all weight 0", .servers = 5, .members = 5, .weight = 0},
    {.about = "one weight 0", .servers = 1, .members = 1, .weight = 0},
    {.about = "every second weight 0", .servers = 6, .members = 6, .alternate = true},
    {.about = "all down", .servers = 4, .members = 4, .weight = 1, .all_down = true},
    {.about = "one place each", .servers = 5, .members = 5, .weight = 1, .max_conns = 1},
    {.about = "64 members", .servers = 64, .members = 64, .weight = 3, .max_conns = 1},
    {.about = "65 members", .servers = 65, .members = 65, .weight = 1, .max_conns = 1},
    {.about = "129 members", .servers = 129, .members = 129, .weight = 2, .alternate = true},
    {.about = "huge weights", .servers = 5, .members = 5, .weight = UINT32_MAX / 2},
    {.about = "the hugest and the least",
     .servers = 6,
     .members = 6,
     .weight = UINT32_MAX,
     .alternate = true},
    {.about = "three of many slots", .servers = MINI_SERVERS, .members = 3, .weight = 1},
};

static void list_border(struct lb_mini_ops *ops, const struct border *border)
{
    struct lb_member member[MINI_SERVERS] = {{0}};
    ops->servers = border->servers;
    ops->unchecked = border->members > 8;
    for (uint32_t i = 0; i < border->members; i++)
        member[i] = (struct lb_member){
            .slot = border->servers - 1 - i, /* against the order of interning */
            .weight = border->alternate && i % 2 == 1 ? 1 : border->weight,
            .max_conns = border->max_conns,
        };
    lb_mini_ops_list(ops, MINI_NEW_WORKERS, member, border->members);
}

static void all(struct lb_mini_ops *ops, const struct border *border, enum lb_mini_kind kind)
{
    for (uint32_t i = 0; i < border->members; i++)
        lb_mini_ops_add(ops, kind, 0, i);
}

static void open_many(struct lb_mini_ops *ops, uint32_t *id, uint32_t opens)
{
    for (uint32_t i = 0; i < opens; i++, ++*id)
        lb_mini_ops_add(ops, MINI_OPEN, *id, *id % 5)->tells_tried = *id % 2 == 0;
}

/* One request that tries everyone; twice as many as there are members, of which those that find all
 * full are refused; one that is closed, so that its place is the only one free; all down, and back.
 */
static void make_border(const struct lb_contract_trial *trial, uint32_t list,
                        struct lb_mini_ops *ops)
{
    const struct border *border = &borders[list];
    uint32_t id = 0, most = 2 * border->members + 1;
    (void)trial;
    list_border(ops, border);
    if (border->all_down)
        all(ops, border, MINI_DOWN);
    open_many(ops, &id, 1);
    for (uint32_t i = 0; i <= border->members; i++)
        lb_mini_ops_add(ops, MINI_RETRY, 0, 0);
    open_many(ops, &id, most < MINI_CONNECTIONS ? most : MINI_CONNECTIONS - 1);
    lb_mini_ops_add(ops, MINI_CLOSE, 1 + border->members / 2, 0);
    open_many(ops, &id, 2);
    if (border->all_down) {
        all(ops, border, MINI_UP);
        open_many(ops, &id, 1);
    }
}

const struct lb_contract_exercise lb_contract_borders = {.law = LAW_NONE,
                                                         .lists = sizeof borders / sizeof *borders,
                                                         .make = make_border,
                                                         .judge = lb_contract_judge_ledger};

/* ---- Lists that differ over one scope ---- */

static void list_some(struct lb_mini_ops *ops, enum lb_mini_change change, uint32_t first,
                      uint32_t members)
{
    struct lb_member member[MINI_SERVERS];
    for (uint32_t i = 0; i < members; i++)
        member[i] = (struct lb_member){.slot = first + i, .weight = 1 + i % 2};
    lb_mini_ops_list(ops, change, member, members);
}

/* Workers 0 and 1 are of one instance. The elder picker keeps connections, and so its list; where
 * the view lets them, both pick over one scope: the younger for new connections, the elder for its
 * own that fail. */
static void make_own_list(const struct lb_contract_trial *trial, uint32_t list,
                          struct lb_mini_ops *ops)
{
    enum { ELDERS = 30, MEMBERS = 5 };
    uint64_t state = trial->seed;
    uint32_t id = 0;
    (void)list;
    ops->servers = 9;
    list_some(ops, MINI_NEW_WORKERS, 0, MEMBERS);
    open_many(ops, &id, ELDERS);
    list_some(ops, MINI_REBUILD, 3, 6);
    lb_mini_ops_add(ops, MINI_WORKER, 0, 1);
    for (uint32_t elder = 0; elder < ELDERS; elder++) {
        open_many(ops, &id, 3);
        for (uint32_t i = 0; i <= MEMBERS; i++) /* all five, and one too many */
            lb_mini_ops_add(ops, MINI_RETRY, elder, 0);
        lb_mini_ops_add(ops, MINI_CLOSE, ELDERS + lb_mini_below(&state, id - ELDERS), 0);
    }
}

const struct lb_contract_exercise lb_contract_own_list = {
    .law = LAW_OWN_LIST, .lists = 1, .make = make_own_list, .judge = lb_contract_judge_ledger};
