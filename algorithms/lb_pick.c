/* lb_pick.c: picks and releases. SPDX-License-Identifier: MIT */
#include "lb_picker.h"

#include <string.h>

/* A request that came down to the backups stays with them. */
static bool tried_a_backup(const struct lb_context *c)
{
    for (uint32_t i = 0; i < c->members && c->tried != NULL; i++)
        if (c->member[i].flags == LB_BACKUP && lb_tried(c, i))
            return true;
    return false;
}

/* May whom the algorithm chose in this turn be chosen? That he is there is always asked. */
static bool is_sound(const struct lb_picker *picker, uint32_t chosen)
{
    const struct lb_context *c = &picker->context;
    if (chosen >= c->members)
        return chosen == LB_NONE;
    if ((c->quirks & LB_CHECKED) == 0)
        return true;
    return picker->config.algorithm->when_full == LB_TAKES_OTHER ? lb_usable(c, chosen)
                                                                 : lb_eligible(c, chosen);
}

static uint32_t choose(struct lb_picker *picker, struct lb_request *request, bool *sound)
{
    struct lb_context *c = &picker->context;
    struct lb_scope *scope = &picker->map.scope[picker->config.scope];
    bool own_draws = request->draw_key != NULL;
    memcpy(c->draw_key, own_draws ? request->draw_key : scope->draw_key, sizeof c->draw_key);
    uint64_t before = own_draws ? 0 : scope->drawn;
    c->drawn = before;
    c->tried = request->tried;
    c->key = request->key;
    c->key_length = request->key_length;
    c->turn = picker->has_backups && tried_a_backup(c) ? LB_BACKUP : 0;
    uint32_t chosen = picker->config.algorithm->pick(c);
    if (chosen == LB_NONE && picker->has_backups && c->turn == 0) {
        c->turn = LB_BACKUP;
        chosen = picker->config.algorithm->pick(c);
    }
    *sound = is_sound(picker, chosen);
    c->turn = 0;
    c->tried = NULL;
    request->draws = (uint32_t)(c->drawn - before);
    if (!own_draws)
        scope->drawn = c->drawn;
    return chosen;
}

/* Long enough after the last time that it counts as a probe: a success after it forgives. */
static void note_asked(struct lb_picker *picker, uint32_t member, uint64_t now_s)
{
    const struct lb_member *m = &picker->member[member];
    struct lb_health *health = &picker->context.health[m->slot];
    if ((int64_t)(now_s - health->asked_s) > (int64_t)m->fail_timeout_s)
        health->asked_s = now_s;
}

bool lb_left_alone(const struct lb_context *c, uint32_t member)
{
    const struct lb_member *m = &c->member[member];
    const struct lb_health *health = &c->health[m->slot];
    return health->fails >= m->max_fails && c->members > 1 &&
           (int64_t)(c->now_s - health->asked_s) <= (int64_t)m->fail_timeout_s;
}

/* HAProxy's slow start: as many hundredths of the limit as of the time, and 1 at least. */
uint32_t lb_member_limit(const struct lb_member *m, uint64_t now_s)
{
    uint64_t up_s = lb_seconds_up(m, now_s);
    if (m->max_conns == 0)
        return UINT32_MAX;
    if (up_s >= m->slow_start_s)
        return m->max_conns;
    uint64_t limit = m->max_conns * (100 * up_s / m->slow_start_s) / 100;
    return limit > 0 ? (uint32_t)limit : 1;
}

static struct lb_lease count_one(struct lb_picker *picker, uint32_t row, uint32_t member,
                                 int *status)
{
    uint32_t slot = picker->member[member].slot;
    if (row != LB_NONE) {
        int32_t count = lb_cell_count(&picker->map, row, slot);
        atomic_store_explicit(lb_cell(&picker->map, row, slot), count + 1, memory_order_relaxed);
        lb_load_of(picker)[slot]++;
    }
    *status = lb_note(picker, slot, 1) ? LB_OK : LB_UNSEEDED;
    if (picker->config.algorithm->taken != NULL)
        picker->config.algorithm->taken(&picker->context, slot);
    return (struct lb_lease){.slot = slot, .row = row};
}

static void get_ready(struct lb_picker *picker)
{
    lb_refresh(picker);
    lb_take_over(picker);
    lb_catch_up(picker);
}

static struct lb_lease take_sole(const struct lb_picker *picker)
{
    return (struct lb_lease){.slot = picker->member[0].slot, .row = LB_NONE};
}

int lb_pick(struct lb_picker *picker, uint32_t row, struct lb_request *request,
            struct lb_lease *lease, uint32_t *member)
{
    request->draws = 0;
    if (picker->sole) {
        *member = 0;
        *lease = take_sole(picker);
        return LB_OK;
    }
    get_ready(picker);
    picker->context.now_s = request->now_s;
    enum lb_when_full when_full = picker->config.algorithm->when_full;
    bool sound;
    uint32_t chosen = choose(picker, request, &sound);
    if (!sound) {
        *member = chosen;
        return LB_BAD_PICK;
    }
    if (chosen == LB_NONE || (when_full != LB_TAKES_OTHER && lb_full(&picker->context, chosen))) {
        *member = when_full == LB_WAITS_FOR_IT ? chosen : LB_NONE;
        return LB_NO_SERVER;
    }
    if (picker->counts_failures && picker->member[chosen].max_fails > 0)
        note_asked(picker, chosen, request->now_s);
    int status;
    *lease = count_one(picker, row, chosen, &status);
    if (request->tried != NULL)
        request->tried[chosen / 64] |= (uint64_t)1 << (chosen % 64);
    *member = chosen;
    return status;
}

int lb_take(struct lb_picker *picker, uint32_t row, uint32_t member, struct lb_lease *lease)
{
    int status = LB_OK;
    if (picker->sole) {
        *lease = take_sole(picker);
        return LB_OK;
    }
    get_ready(picker);
    *lease = count_one(picker, row, member, &status);
    return status;
}

bool lb_release_locks(const struct lb_picker *picker)
{
    return lb_keeps_loads(picker) || picker->hears_releases || picker->config.seeded ||
           picker->counts_failures;
}

/* One connection less in its row. false: the row counts none there. */
static bool uncount(const struct lb_map *map, struct lb_lease lease)
{
    int32_t count = lb_cell_count(map, lease.row, lease.slot);
    if (count > 0)
        atomic_store_explicit(lb_cell(map, lease.row, lease.slot), count - 1, memory_order_relaxed);
    return count > 0;
}

/* again: the row counts it no more, but the count table and the algorithm hear of it. */
static int release(struct lb_picker *picker, struct lb_lease lease, bool again)
{
    const struct lb_map *map = &picker->map;
    if (lease.row == LB_NONE)
        return LB_OK;
    if (lease.row >= lb_used(&map->region->rows_used) ||
        lease.slot >= lb_used(&map->region->slots_used) || lb_owner(map, lease.row) == 0)
        return LB_BAD_LEASE;
    if (!again && !uncount(map, lease))
        return LB_BAD_LEASE;
    if (!lb_release_locks(picker))
        return LB_OK;
    if (lb_keeps_loads(picker) && !again)
        lb_load_of(picker)[lease.slot]--;
    else
        lb_refresh(picker);
    lb_note(picker, lease.slot, -1);
    if (picker->hears_releases && lb_is_mine(picker)) {
        lb_catch_up(picker);
        picker->config.algorithm->released(&picker->context, lease.slot);
    }
    return LB_OK;
}

int lb_release(struct lb_picker *picker, struct lb_lease lease)
{
    int status = release(picker, lease, false);
    if (status == LB_OK && picker->counts_failures) {
        struct lb_health *health = &picker->context.health[lease.slot];
        if (health->failed_s < health->asked_s)
            health->fails = 0;
    }
    return status;
}

/* What a failure costs of a weight is a whole number: 1 with max_fails 3 loses nothing. nginx's. */
int lb_fail(struct lb_picker *picker, struct lb_lease lease, uint64_t now_s)
{
    int status = release(picker, lease, false);
    uint32_t place = status == LB_OK ? picker->place[lease.slot] : LB_NONE;
    if (place == LB_NONE || !picker->counts_failures || picker->member[place].max_fails == 0)
        return status;
    const struct lb_member *m = &picker->member[place];
    struct lb_health *health = &picker->context.health[m->slot];
    uint32_t left = m->weight > health->lost ? m->weight - health->lost : 0;
    uint32_t loss = m->weight / m->max_fails;
    health->lost = m->weight - (left > loss ? left - loss : 0);
    health->fails += health->fails < UINT32_MAX;
    health->failed_s = health->asked_s = now_s;
    return status;
}

int lb_release_again(struct lb_picker *picker, struct lb_lease lease)
{
    return release(picker, lease, true);
}

int64_t lb_believed(const struct lb_picker *picker, uint32_t member)
{
    const struct lb_map *map = &picker->map;
    uint32_t scope = picker->config.scope, slot = picker->member[member].slot;
    return lb_keeps_loads(picker) ? map->load[lb_at(map, scope) + slot] : lb_sum(map, scope, slot);
}

bool lb_score(const struct lb_picker *picker, uint32_t member, double *score)
{
    const struct lb_algorithm *algorithm = picker->config.algorithm;
    if (algorithm->score == NULL || picker->sole || !lb_is_mine(picker))
        return false;
    *score = algorithm->score(&picker->context, member, lb_believed(picker, member));
    return true;
}

uint32_t lb_place(const struct lb_picker *picker, uint32_t member)
{
    const struct lb_algorithm *algorithm = picker->config.algorithm;
    if (picker->sole || !lb_is_mine(picker))
        return LB_NONE;
    return algorithm->place != NULL ? algorithm->place(&picker->context, member) : member;
}
