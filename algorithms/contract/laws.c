/* laws.c: how lists of operations are judged. SPDX-License-Identifier: MIT */
#include "ops.h"

enum {
    SERVERS = 11,
    LEDGER_OPS = 1500,
    TWIN_OPS = 600, /* of runs that are compared */
    TWIN_LISTS = 4, /* the others are short, to end before another law is broken */
    SHORT_OPS = 40,
};

static struct lb_mini_setup setup_of(struct lb_contract_trial *trial, const struct lb_mini_ops *ops)
{
    return (struct lb_mini_setup){
        .trial = trial,
        .mode = trial->mode,
        .servers = ops->servers,
        .unchecked = true,
        .scope_key = {trial->seed, 1},
    };
}

static struct lb_mini_host *played(const struct lb_mini_setup *setup, const struct lb_mini_ops *ops)
{
    struct lb_mini_host *host = lb_mini_open(setup);
    lb_mini_play(host, ops);
    return host;
}

/* ---- What it says it needs: no operations ---- */

static void make_nothing(const struct lb_contract_trial *trial, uint32_t list,
                         struct lb_mini_ops *ops)
{
    (void)trial, (void)list;
    ops->servers = SERVERS;
}

static void judge_memory(struct lb_contract_trial *trial, const struct lb_mini_ops *ops)
{
    (void)ops;
    const size_t most = (size_t)1 << 30;
    trial->page->call = "the question for its memory";
    size_t one = lb_algorithm_memory(trial->algorithm, 1);
    size_t hundred = lb_algorithm_memory(trial->algorithm, 100);
    trial->page->call = NULL;
    if (hundred < one)
        lb_contract_fault_found(trial, LAW_TABLE, 0, "it needs less memory for more slots");
    else if (hundred > most)
        lb_contract_fault_found(trial, LAW_TABLE, 0,
                                "it asks for %zu bytes for 100 slots: more than the GiB that is "
                                "tried here",
                                hundred);
}

/* Once is enough. */
static bool is_first(const struct lb_contract_trial *trial)
{
    return trial->view == lb_view_at(0) && trial->mode == LB_KEPT;
}

const struct lb_contract_exercise lb_contract_memory = {
    .law = LAW_TABLE, .lists = 1, .make = make_nothing, .judge = judge_memory, .applies = is_first};

/* ---- One run, every step against the ledger ---- */

static void judge_whole(struct lb_contract_trial *trial, const struct lb_mini_ops *ops,
                        bool no_takeovers)
{
    struct lb_mini_setup setup = setup_of(trial, ops);
    setup.unchecked = ops->unchecked;
    setup.no_takeovers = no_takeovers;
    struct lb_mini_host *host = played(&setup, ops);
    if (!host->broken) {
        host->step = ops->ops + 1;
        lb_contract_begin(trial, host->step);
        lb_mini_release_all(host);
    }
    if (!host->broken)
        lb_mini_reap(host);
    if (!host->broken)
        lb_mini_sweep(host);
    if (!host->broken)
        lb_mini_check_zero(host);
    host->setup.unchecked = false;
    lb_mini_check(host, LAW_LEDGER);
    lb_mini_close(host);
}

void lb_contract_judge_ledger(struct lb_contract_trial *trial, const struct lb_mini_ops *ops)
{
    judge_whole(trial, ops, false);
}

static void make_ledger(const struct lb_contract_trial *trial, uint32_t list,
                        struct lb_mini_ops *ops)
{
    (void)list;
    lb_mini_stream(ops, &(struct lb_mini_plan){.ops = LEDGER_OPS}, trial->seed);
}

const struct lb_contract_exercise lb_contract_ledger = {
    .law = LAW_LEDGER, .lists = 1, .make = make_ledger, .judge = lb_contract_judge_ledger};

/* ---- The same, with locks that are taken from the dead ---- */

static void make_takeovers(const struct lb_contract_trial *trial, uint32_t list,
                           struct lb_mini_ops *ops)
{
    (void)list;
    lb_mini_stream(ops, &(struct lb_mini_plan){.ops = TWIN_OPS, .takeovers = true}, trial->seed);
}

/* What goes wrong without them too is another law's. */
static void judge_takeovers(struct lb_contract_trial *trial, const struct lb_mini_ops *ops)
{
    struct lb_contract_verdict *verdict = &trial->page->verdict, with;
    judge_whole(trial, ops, false);
    if (!verdict->broken || verdict->law == LAW_TAKEOVER)
        return;
    with = *verdict;
    verdict->broken = false;
    judge_whole(trial, ops, true);
    if (!verdict->broken)
        lb_contract_fault_found(trial, LAW_TAKEOVER, with.step, "%s", with.what);
}

const struct lb_contract_exercise lb_contract_takeovers = {
    .law = LAW_TAKEOVER, .lists = 1, .make = make_takeovers, .judge = judge_takeovers};

/* ---- Two runs that must pick alike ---- */

static void make_pair(const struct lb_contract_trial *trial, uint32_t list, bool no_crashes,
                      struct lb_mini_ops *ops)
{
    struct lb_mini_plan plan = {.ops = list == 0 ? TWIN_OPS : SHORT_OPS, .no_crashes = no_crashes};
    lb_mini_stream(ops, &plan, trial->seed + 1 + list);
}

static void make_twins(const struct lb_contract_trial *trial, uint32_t list,
                       struct lb_mini_ops *ops)
{
    make_pair(trial, list, false, ops);
}

static bool alike(const struct lb_mini_pick *one, const struct lb_mini_pick *two)
{
    return one->status == two->status && one->slot == two->slot && one->draws == two->draws;
}

static void compare(const struct lb_mini_host *a, const struct lb_mini_host *b, enum law law)
{
    /* A run that broke another law has been told of; it says nothing about this one. */
    if (a->broken || b->broken)
        return;
    for (uint32_t i = 0; i < a->traced && i < b->traced; i++) {
        const struct lb_mini_pick *one = &a->trace[i], *two = &b->trace[i];
        if (one->either || alike(one, two))
            continue;
        lb_contract_fault_found(
            a->trial, law, one->step, "pick %u is %s (%u draws) in one run, %s (%u) in the other",
            i + 1, one->status == LB_OK ? lb_mini_name(a, one->slot) : "nobody", one->draws,
            two->status == LB_OK ? lb_mini_name(b, two->slot) : "nobody", two->draws);
        return;
    }
    if (a->traced != b->traced)
        lb_contract_fault_found(a->trial, law, a->step, "%u picks in one run, %u in the other",
                                a->traced, b->traced);
}

static void compare_runs(const struct lb_mini_setup setup[2], const struct lb_mini_ops *ops,
                         enum law law)
{
    struct lb_mini_host *a = played(&setup[0], ops), *b = played(&setup[1], ops);
    compare(a, b, law);
    lb_mini_close(a);
    lb_mini_close(b);
}

static void judge_again(struct lb_contract_trial *trial, const struct lb_mini_ops *ops)
{
    struct lb_mini_setup setup[2] = {setup_of(trial, ops), setup_of(trial, ops)};
    setup[1].asked = true;
    compare_runs(setup, ops, LAW_SAME_AGAIN);
}

const struct lb_contract_exercise lb_contract_again_exercise = {
    .how = "played twice, the second time asked for every score after every operation",
    .law = LAW_SAME_AGAIN,
    .lists = TWIN_LISTS,
    .make = make_twins,
    .judge = judge_again};

static void judge_modes(struct lb_contract_trial *trial, const struct lb_mini_ops *ops)
{
    struct lb_mini_setup setup[2] = {setup_of(trial, ops), setup_of(trial, ops)};
    setup[0].mode = LB_SUM;
    setup[1].mode = LB_KEPT;
    compare_runs(setup, ops, LAW_MODES);
}

/* Compared from the other side. */
static bool is_kept(const struct lb_contract_trial *trial)
{
    return trial->mode == LB_KEPT;
}

const struct lb_contract_exercise lb_contract_modes = {
    .how = "played in a region of mode LB_SUM, and in one of LB_KEPT",
    .law = LAW_MODES,
    .lists = TWIN_LISTS,
    .make = make_twins,
    .judge = judge_modes,
    .applies = is_kept};

static void judge_addresses(struct lb_contract_trial *trial, const struct lb_mini_ops *ops)
{
    struct lb_mini_setup setup[2] = {setup_of(trial, ops), setup_of(trial, ops)};
    setup[1].two_addresses = true;
    compare_runs(setup, ops, LAW_ADDRESSES);
}

const struct lb_contract_exercise lb_contract_addresses = {
    .how = "played in private memory, and in a region that is mapped at two addresses",
    .law = LAW_ADDRESSES,
    .lists = TWIN_LISTS,
    .make = make_twins,
    .judge = judge_addresses};

/* A dropped row is heard of at the next edit or pick, whichever is first, so crashes stay out. */
static void make_edits(const struct lb_contract_trial *trial, uint32_t list,
                       struct lb_mini_ops *ops)
{
    make_pair(trial, list, true, ops);
}

static void judge_edits(struct lb_contract_trial *trial, const struct lb_mini_ops *ops)
{
    struct lb_mini_setup setup[2] = {setup_of(trial, ops), setup_of(trial, ops)};
    setup[1].idle_edits = true;
    compare_runs(setup, ops, LAW_EDIT);
}

const struct lb_contract_exercise lb_contract_edits = {
    .how = "played twice, the second time with an edit to the same list after every operation",
    .law = LAW_EDIT,
    .lists = TWIN_LISTS,
    .make = make_edits,
    .judge = judge_edits};

/* ---- Draws ---- */

static void judge_draws(struct lb_contract_trial *trial, const struct lb_mini_ops *ops)
{
    struct lb_mini_setup setup[2] = {setup_of(trial, ops), setup_of(trial, ops)};
    setup[0].own_draws = setup[1].own_draws = true;
    setup[1].scope_key[0] ^= UINT64_C(0x0123456789ABCDEF);
    setup[1].scope_key[1] += 77;
    compare_runs(setup, ops, LAW_DRAWS);
}

const struct lb_contract_exercise lb_contract_draws = {
    .how = "played twice, with equal keys for each request's draws, over scopes of other keys",
    .law = LAW_DRAWS,
    .lists = TWIN_LISTS,
    .make = make_twins,
    .judge = judge_draws};

static void add_opens(struct lb_mini_ops *ops, uint32_t *id, uint32_t opens,
                      enum lb_mini_draws draws)
{
    for (uint32_t i = 0; i < opens; i++)
        lb_mini_ops_add(ops, MINI_OPEN, (*id)++, 0)->draws = draws;
}

/* Some picks that can only go to one server; then all may serve. */
static void make_sequences(const struct lb_contract_trial *trial, uint32_t list,
                           struct lb_mini_ops *ops)
{
    enum { FORCED = 20, THEN = 60 };
    (void)trial, (void)list;
    uint32_t id = 0;
    struct lb_member member[SERVERS];
    ops->servers = SERVERS;
    for (uint32_t i = 0; i < SERVERS; i++)
        member[i] = (struct lb_member){.slot = i, .weight = 1 + i % 3};
    lb_mini_ops_list(ops, MINI_NEW_WORKERS, member, SERVERS);
    for (uint32_t i = 1; i < SERVERS; i++)
        lb_mini_ops_add(ops, MINI_DOWN, 0, i);
    add_opens(ops, &id, FORCED, MINI_DRAWS_EITHER);
    for (uint32_t i = 1; i < SERVERS; i++)
        lb_mini_ops_add(ops, MINI_UP, 0, i);
    add_opens(ops, &id, THEN, MINI_DRAWS_OWN);
    add_opens(ops, &id, THEN, MINI_DRAWS_SCOPE);
}

/* What those that draw from either drew; and whether they all went to the same servers in two runs,
 * for else what follows may differ with right. */
static uint32_t drawn(const struct lb_mini_host *host)
{
    uint32_t draws = 0;
    for (uint32_t i = 0; i < host->traced; i++)
        draws += host->trace[i].either ? host->trace[i].draws : 0;
    return draws;
}

static bool forced_alike(const struct lb_mini_host *a, const struct lb_mini_host *b)
{
    bool same = a->traced == b->traced;
    for (uint32_t i = 0; i < a->traced && same; i++)
        same = a->trace[i].either == b->trace[i].either &&
               (!a->trace[i].either || a->trace[i].slot == b->trace[i].slot);
    return same;
}

/* One host's forced picks draw from keys of their own, the other's from the scope's sequence, which
 * starts so many numbers earlier. From there on both must draw alike, by keys of their own as from
 * the scope, or the sequence was not left alone. */
static void judge_sequences(struct lb_contract_trial *trial, const struct lb_mini_ops *ops)
{
    trial->page->call = "the question for its memory";
    bool remembers = lb_algorithm_memory(trial->algorithm, SERVERS) > 0;
    trial->page->call = NULL;
    if (remembers)
        return; /* it may remember what it drew */
    struct lb_mini_setup setup = setup_of(trial, ops);
    struct lb_mini_host *first = played(&setup, ops);
    uint32_t before = drawn(first);
    lb_mini_close(first);
    setup.either_own = true;
    struct lb_mini_host *own = played(&setup, ops);
    setup.either_own = false;
    setup.scope_key[0] -= before * UINT64_C(0x9E3779B97F4A7C15);
    struct lb_mini_host *drew = played(&setup, ops);
    /* Else it draws more or fewer by chance, and cannot be compared so. */
    if (drawn(drew) == before && forced_alike(own, drew))
        compare(own, drew, LAW_DRAWS);
    lb_mini_close(own);
    lb_mini_close(drew);
}

static bool outlives_requests(const struct lb_contract_trial *trial)
{
    return !trial->view->per_request;
}

const struct lb_contract_exercise lb_contract_sequences = {
    .how = "played twice, the first picks with draws of their own, or from the scope's sequence, "
           "which starts so many numbers earlier",
    .law = LAW_DRAWS,
    .lists = 1,
    .make = make_sequences,
    .judge = judge_sequences,
    .applies = outlives_requests};
