/* borders.c: the exercises on small and odd lists. SPDX-License-Identifier: MIT */
#include "mini.h"

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

static void reload(struct lb_mini_host *host, const struct border *border)
{
    struct lb_member member[MINI_SERVERS] = {{0}};
    for (uint32_t i = 0; i < border->members; i++)
        member[i] = (struct lb_member){
            .slot = host->slot[border->servers - 1 - i], /* against the order of interning */
            .weight = border->alternate && i % 2 == 1 ? 1 : border->weight,
            .max_conns = border->max_conns,
        };
    lb_mini_reload(host, member, border->members);
    for (uint32_t i = 0; i < border->members && border->all_down; i++)
        lb_mini_set_down(host, member[i].slot, true);
}

/* Picks until refused; lb_mini_pick holds each against the list. Returns how many were picked. */
static uint32_t pick_all(struct lb_mini_host *host, uint64_t *tried, uint32_t most)
{
    uint32_t picked = 0;
    while (picked < most && !host->broken) {
        uint32_t picker = host->worker[0].picker;
        if (picker == LB_NONE || !host->view->per_request || tried == NULL)
            picker = lb_mini_current(host, 0);
        if (picker == LB_NONE || lb_mini_pick(host, picker, tried, NULL) == MINI_NO_PICK)
            break;
        picked++;
    }
    return picked;
}

/* Whoever is the only one with room is the one picked. */
static void refill(struct lb_mini_host *host)
{
    uint32_t connection = host->connections / 2;
    struct lb_lease lease = host->connection[connection].lease;
    lb_mini_release(host, connection);
    uint32_t again = lb_mini_pick(host, lb_mini_current(host, 0), NULL, NULL);
    if (!host->broken &&
        (again == MINI_NO_PICK || host->connection[again].lease.slot != lease.slot))
        lb_mini_fault(host, LAW_NONE, "the one place that was free was not taken");
}

static void try_border(struct lb_contract_trial *trial, const struct border *border)
{
    struct lb_mini_setup setup = {.trial = trial,
                                  .mode = trial->mode,
                                  .servers = border->servers,
                                  .unchecked = border->members > 8,
                                  .scope_key = {trial->seed, 1}};
    struct lb_mini_host *host = lb_mini_open(&setup);
    uint64_t tried[MINI_TRIED] = {0};
    if (!host->broken)
        reload(host, border);
    uint32_t all = pick_all(host, tried, MINI_CONNECTIONS - 1);
    lb_mini_release_all(host);
    uint32_t full = pick_all(host, NULL, 2 * border->members);
    bool waits = lb_algorithm_when_full(trial->algorithm) != LB_TAKES_OTHER;
    if (full > 1 && full == all && border->max_conns == 1 && !waits)
        refill(host);
    lb_mini_release_all(host);
    if (border->all_down && !host->broken) {
        for (uint32_t i = 0; i < border->servers; i++)
            lb_mini_set_down(host, i, false);
        if (pick_all(host, NULL, 1) != 1 && !host->broken)
            lb_mini_fault(host, LAW_NONE, "nobody was picked when all were back");
        lb_mini_release_all(host);
    }
    host->setup.unchecked = false;
    lb_mini_check(host, LAW_ONE_COUNT);
    if (!host->broken)
        lb_mini_check_zero(host);
    lb_mini_close(host);
}

void lb_contract_exercise_borders(struct lb_contract_trial *trial)
{
    for (uint32_t i = 0; i < sizeof borders / sizeof *borders; i++)
        try_border(trial, &borders[i]);
}

/* ---- Lists that differ over one scope ---- */

static void reloaded(struct lb_mini_host *host, uint32_t first, uint32_t members, bool rebuild)
{
    struct lb_member member[MINI_SERVERS];
    for (uint32_t i = 0; i < members; i++)
        member[i] = (struct lb_member){.slot = host->slot[first + i], .weight = 1 + i % 2};
    if (rebuild)
        lb_mini_rebuild(host, member, members);
    else
        lb_mini_reload(host, member, members);
}

/* Workers 0 and 2 are of one instance. The elder picker keeps a connection, and so its list; where
 * the view lets them, both pick over one scope. */
void lb_contract_exercise_own_list(struct lb_contract_trial *trial)
{
    struct lb_mini_setup setup = {
        .trial = trial, .mode = trial->mode, .servers = 9, .scope_key = {trial->seed, 1}};
    struct lb_mini_host *host = lb_mini_open(&setup);
    uint64_t state = trial->seed;
    reloaded(host, 0, 5, false);
    uint32_t elder = lb_mini_current(host, 0);
    for (uint32_t i = 0; i < 7 && !host->broken; i++)
        lb_mini_pick(host, elder, NULL, NULL);
    if (!host->broken)
        reloaded(host, 3, 6, true);
    for (uint32_t i = 0; i < 200 && !host->broken; i++) {
        uint64_t tried[MINI_TRIED] = {0};
        uint32_t younger = lb_mini_current(host, 2);
        host->step++;
        if (younger == LB_NONE)
            break;
        lb_mini_pick(host, younger, NULL, NULL);
        for (uint32_t n = 0; n < 6; n++) /* the elder's five, and one too many */
            lb_mini_pick(host, elder, tried, NULL);
        for (uint32_t n = 0; n < 6 && host->connections > 20; n++)
            lb_mini_release(host, lb_mini_below(&state, host->connections));
        if (!host->broken && host->picker[elder].connections == 0)
            break; /* nobody holds the elder any more */
    }
    lb_mini_release_all(host);
    lb_mini_close(host);
}
