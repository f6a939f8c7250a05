/* laws.c: the exercises that try the laws on random operations. SPDX-License-Identifier: MIT */
#include "mini.h"

enum {
    SERVERS = 11, /* prime, as the stream's shuffled lists want it */
    LEDGER_STEPS = 1000,
    TWIN_STEPS = 400, /* of runs that are compared */
};

static struct lb_mini_setup setup_of(struct lb_contract_trial *trial, bool unchecked)
{
    return (struct lb_mini_setup){
        .trial = trial,
        .mode = trial->mode,
        .servers = SERVERS,
        .unchecked = unchecked,
        .scope_key = {trial->seed, 1},
    };
}

static struct lb_mini_host *played(const struct lb_mini_setup *setup,
                                   const struct lb_mini_plan *plan)
{
    struct lb_mini_host *host = lb_mini_open(setup);
    if (!host->broken)
        lb_mini_play(host, plan);
    return host;
}

/* ---- One run, every step against the ledger ---- */

void lb_contract_exercise_ledger(struct lb_contract_trial *trial)
{
    struct lb_mini_setup setup = setup_of(trial, false);
    struct lb_mini_host *host = played(&setup, &(struct lb_mini_plan){.steps = LEDGER_STEPS});
    lb_mini_release_all(host);
    if (!host->broken) {
        lb_mini_reap(host);
        lb_mini_sweep(host);
        lb_mini_check_zero(host);
    }
    lb_mini_close(host);
}

/* ---- Two runs that must pick alike ---- */

static void compare(const struct lb_mini_host *a, const struct lb_mini_host *b, enum law law,
                    const char *difference)
{
    /* A run that broke another law has been told of; it says nothing about this one. */
    if (a->broken || b->broken)
        return;
    for (uint32_t i = 0; i < a->traced && i < b->traced; i++) {
        const struct lb_mini_pick *one = &a->trace[i], *two = &b->trace[i];
        if (one->status == two->status && one->slot == two->slot && one->draws == two->draws)
            continue;
        lb_contract_fault_found(
            a->trial, law, i, "%s: pick %u is slot %u (%u draws) in one run, %u (%u) in the other",
            difference, i, one->slot, one->draws, two->slot, two->draws);
        return;
    }
    if (a->traced != b->traced)
        lb_contract_fault_found(a->trial, law, a->traced,
                                "%s: %u picks in one run, %u in the other", difference, a->traced,
                                b->traced);
}

static void compare_runs(const struct lb_mini_setup setup[2], const struct lb_mini_plan plan[2],
                         enum law law, const char *difference)
{
    struct lb_mini_host *a = played(&setup[0], &plan[0]), *b = played(&setup[1], &plan[1]);
    compare(a, b, law, difference);
    lb_mini_close(a);
    lb_mini_close(b);
}

void lb_contract_exercise_again(struct lb_contract_trial *trial)
{
    struct lb_mini_setup setup[2] = {setup_of(trial, true), setup_of(trial, true)};
    struct lb_mini_plan plan[2] = {{.steps = TWIN_STEPS}, {.steps = TWIN_STEPS}};
    setup[1].asked = true;
    compare_runs(setup, plan, LAW_SAME_AGAIN, "run twice, and once asked for scores");
}

void lb_contract_exercise_modes(struct lb_contract_trial *trial)
{
    struct lb_mini_setup setup[2] = {setup_of(trial, true), setup_of(trial, true)};
    struct lb_mini_plan plan[2] = {{.steps = TWIN_STEPS}, {.steps = TWIN_STEPS}};
    if (trial->mode != LB_SUM)
        return; /* compared from the other side */
    setup[1].mode = LB_KEPT;
    compare_runs(setup, plan, LAW_MODES, "LB_SUM against LB_KEPT");
}

void lb_contract_exercise_addresses(struct lb_contract_trial *trial)
{
    struct lb_mini_setup setup[2] = {setup_of(trial, true), setup_of(trial, true)};
    struct lb_mini_plan plan[2] = {{.steps = TWIN_STEPS}, {.steps = TWIN_STEPS}};
    setup[1].two_addresses = true;
    compare_runs(setup, plan, LAW_ADDRESSES, "private against mapped twice");
}

/* A dropped row is heard of at the next edit or pick, whichever is first, so crashes stay out. */
void lb_contract_exercise_edits(struct lb_contract_trial *trial)
{
    struct lb_mini_setup setup[2] = {setup_of(trial, true), setup_of(trial, true)};
    struct lb_mini_plan plan[2] = {
        {.steps = TWIN_STEPS, .no_crashes = true},
        {.steps = TWIN_STEPS, .no_crashes = true, .idle_edits = true},
    };
    compare_runs(setup, plan, LAW_EDIT, "with edits that change nothing in between");
}

/* ---- Draws ---- */

/* Picks by one picker, of which nobody is released. Returns how many numbers were drawn. */
static uint64_t pick_often(struct lb_mini_host *host, uint32_t picks, bool own)
{
    uint64_t draws = 0, key[2] = {host->trial->seed, 0};
    for (uint32_t i = 0; i < picks && !host->broken; i++) {
        uint32_t picker = lb_mini_current(host, 0);
        key[1]++;
        if (picker == LB_NONE || lb_mini_pick(host, picker, NULL, own ? key : NULL) == MINI_NO_PICK)
            break;
        draws += host->trace[host->traced - 1].draws;
    }
    return draws;
}

/* A host in which some picks could only go to one server, and were made; now all may serve. */
static struct lb_mini_host *forced(const struct lb_mini_setup *setup, bool own, uint64_t *draws)
{
    enum { FORCED = 20 };
    struct lb_mini_host *host = lb_mini_open(setup);
    struct lb_member member[SERVERS];
    for (uint32_t i = 0; i < SERVERS; i++)
        member[i] = (struct lb_member){.slot = host->slot[i], .weight = 1 + i % 3};
    if (!host->broken)
        lb_mini_reload(host, member, SERVERS);
    for (uint32_t i = 1; i < SERVERS && !host->broken; i++)
        lb_mini_set_down(host, host->slot[i], true);
    *draws = pick_often(host, FORCED, own);
    for (uint32_t i = 1; i < SERVERS && !host->broken; i++)
        lb_mini_set_down(host, host->slot[i], false);
    host->traced = 0;
    return host;
}

/* One host's forced picks draw from keys of their own, the other's from the scope's sequence, which
 * starts so many numbers earlier. From here on both must draw alike, by keys of their own as from
 * the scope, or the sequence was not left alone. Only for algorithms without memory: others may
 * remember what they drew. */
static void compare_sequences(struct lb_contract_trial *trial)
{
    enum { THEN = 60 };
    struct lb_mini_setup setup = setup_of(trial, true);
    uint64_t none, before, again;
    lb_mini_close(forced(&setup, false, &before));
    struct lb_mini_host *own = forced(&setup, true, &none);
    setup.scope_key[0] -= before * UINT64_C(0x9E3779B97F4A7C15);
    struct lb_mini_host *drew = forced(&setup, false, &again);
    if (again == before) { /* else it draws more or fewer by chance, and cannot be compared so */
        pick_often(own, THEN, true);
        pick_often(drew, THEN, true);
        pick_often(own, THEN, false);
        pick_often(drew, THEN, false);
        compare(own, drew, LAW_DRAWS, "after picks with keys of their own");
    }
    lb_mini_close(own);
    lb_mini_close(drew);
}

void lb_contract_exercise_draws(struct lb_contract_trial *trial)
{
    struct lb_mini_setup setup[2] = {setup_of(trial, true), setup_of(trial, true)};
    struct lb_mini_plan plan[2] = {
        {.steps = TWIN_STEPS, .draws = MINI_DRAWS_OWN},
        {.steps = TWIN_STEPS, .draws = MINI_DRAWS_OWN},
    };
    setup[1].scope_key[0] ^= UINT64_C(0x0123456789ABCDEF);
    setup[1].scope_key[1] += 77;
    compare_runs(setup, plan, LAW_DRAWS, "equal keys over scopes of other keys");
    if (lb_algorithm_memory(trial->algorithm, SERVERS) == 0 && !trial->view->per_request)
        compare_sequences(trial);
}
