/* lb_picker.c: pickers: lists over scopes, picks and releases. SPDX-License-Identifier: MIT */
#include "lb_author.h"
#include "lb_counts.h"
#include "lb_region.h"
#include "lb_word.h"

#include <string.h>

struct lb_picker {
    struct lb_picker_config config;
    struct lb_map map;
    struct lb_context context;
    struct lb_member *member; /* [members_max] */
    uint32_t *place;          /* [slots] */
    uint32_t *leaving;        /* [slots]: room to sort those who leave */
    uint64_t brain;           /* its algorithm and parameters, as a hash */
    bool hears_releases;      /* the algorithm wants to know of each */
    bool sole;                /* one member and LB_SOLE_UNCOUNTED: no state at all */
};

void lb_picker_defaults(const struct lb_algorithm *algorithm, struct lb_picker_config *config)
{
    *config = (struct lb_picker_config){.algorithm = algorithm};
    for (uint32_t i = 0; i < LB_PARAMS_MAX && algorithm->param[i].name != NULL; i++)
        config->param[i] = algorithm->param[i].fallback;
}

static size_t aligned(size_t size)
{
    return (size + LB_ALIGN - 1) / LB_ALIGN * LB_ALIGN;
}

size_t lb_picker_size(const struct lb_region *region, const struct lb_picker_config *config)
{
    size_t slots = region->shape.slots, members = config->members_max;
    if (members == 0 || members > slots)
        return 0;
    return aligned(sizeof(struct lb_picker)) + aligned(members * sizeof(struct lb_member)) +
           2 * aligned(slots * sizeof(uint32_t));
}

static bool valid_config(const struct lb_region *region, const struct lb_picker_config *config)
{
    const struct lb_algorithm *algorithm = config->algorithm;
    if (algorithm == NULL || algorithm->abi != LB_ABI || config->scope >= region->shape.scopes ||
        lb_algorithm_memory(algorithm, region->shape.slots) > region->shape.memory)
        return false;
    for (uint32_t i = 0; i < LB_PARAMS_MAX && algorithm->param[i].name != NULL; i++)
        if (config->param[i] < algorithm->param[i].min ||
            config->param[i] > algorithm->param[i].max)
            return false;
    return !config->seeded ||
           (config->upstream != NULL && strlen(config->upstream) <= LB_UPSTREAM_MAX);
}

/* Takes the list over and fills `place`. false: a member twice, or a slot that is not there. */
static bool take_list(struct lb_picker *picker, const struct lb_member *member, uint32_t members)
{
    uint32_t used = picker->map.region->slots_used;
    for (uint32_t i = 0; i < members;
         i++) { /* looked at first, so that a refusal changes nothing */
        if (member[i].slot >= used)
            return false;
        picker->leaving[member[i].slot] = LB_NONE;
    }
    for (uint32_t i = 0; i < members; i++) {
        if (picker->leaving[member[i].slot] != LB_NONE)
            return false;
        picker->leaving[member[i].slot] = i;
    }
    for (uint32_t slot = 0; slot < picker->map.region->shape.slots; slot++)
        picker->place[slot] = LB_NONE;
    for (uint32_t i = 0; i < members; i++)
        picker->place[member[i].slot] = i;
    if (members > 0) /* an empty list may be NULL, which memmove may not be given */
        memmove(picker->member, member, members * sizeof *member);
    picker->context.members = members;
    return true;
}

/* Shell's sort, by natural order of the keys: no memory, and lists are short. */
static void sort_leaving(struct lb_picker *picker, uint32_t count)
{
    static const uint32_t gaps[] = {29524, 9841, 3280, 1093, 364, 121, 40, 13, 4, 1};
    const struct lb_slot *slot = picker->map.slot;
    for (uint32_t g = 0; g < sizeof gaps / sizeof *gaps; g++)
        for (uint32_t i = gaps[g]; i < count; i++) {
            uint32_t moving = picker->leaving[i], j = i;
            for (; j >= gaps[g]; j -= gaps[g]) {
                uint32_t before = picker->leaving[j - gaps[g]];
                if (lb_natural_order(slot[before].key, slot[moving].key) <= 0)
                    break;
                picker->leaving[j] = before;
            }
            picker->leaving[j] = moving;
        }
}

/* Tells the algorithm who leaves and who enters its scope. */
static void enter_list(struct lb_picker *picker, bool building)
{
    struct lb_context *c = &picker->context;
    const struct lb_algorithm *algorithm = picker->config.algorithm;
    uint8_t *listed = &picker->map.listed[lb_at(&picker->map, picker->config.scope)];
    uint32_t leaving = 0;
    for (uint32_t slot = 0; slot < picker->map.region->slots_used; slot++)
        if (listed[slot] && c->place[slot] == LB_NONE)
            picker->leaving[leaving++] = slot;
    sort_leaving(picker, leaving);
    for (uint32_t i = 0; i < leaving; i++) {
        listed[picker->leaving[i]] = false;
        if (algorithm->leave != NULL)
            algorithm->leave(c, picker->leaving[i]);
    }
    for (uint32_t i = 0; i < c->members; i++) {
        uint32_t slot = c->member[i].slot;
        enum lb_entry entry = !listed[slot] ? LB_ENTRY_NEW
                              : building    ? LB_ENTRY_BUILT
                                            : LB_ENTRY_EDITED;
        listed[slot] = true;
        if (algorithm->enter != NULL)
            algorithm->enter(c, i, entry);
    }
}

/* ---- The count table ---- */

static bool is_member(void *context, const char *server, size_t length)
{
    const struct lb_picker *picker = context;
    for (uint32_t i = 0; i < picker->context.members; i++) {
        const struct lb_slot *slot = &picker->map.slot[picker->member[i].slot];
        if (slot->length == length && memcmp(slot->key, server, length) == 0)
            return true;
    }
    return false;
}

static int32_t *base_of(struct lb_picker *picker)
{
    return &picker->map.base[lb_at(&picker->map, picker->config.scope)];
}

static int32_t *load_of(struct lb_picker *picker)
{
    return &picker->map.load[lb_at(&picker->map, picker->config.scope)];
}

/* Adds to a member's count in the table, where there is one. false: the table is full. */
static bool note(struct lb_picker *picker, uint32_t slot, int32_t change)
{
    const struct lb_picker_config *config = &picker->config;
    return !config->seeded || config->counts == NULL ||
           lb_counts_add(config->counts, config->upstream, picker->map.slot[slot].key, change);
}

/* Cleans the table of those who left and reads what it says of the members. false: it is absent, or
 * has no room for the members' keys. */
static bool seed(struct lb_picker *picker)
{
    struct lb_picker_config *config = &picker->config;
    if (config->counts == NULL)
        return false;
    lb_counts_clean(config->counts, config->upstream, is_member, picker);
    for (uint32_t i = 0; i < picker->context.members; i++) {
        uint32_t slot = picker->member[i].slot;
        if (!note(picker, slot, 0)) {
            config->counts = NULL;
            return false;
        }
    }
    for (uint32_t i = 0; i < picker->context.members; i++) {
        uint32_t slot = picker->member[i].slot;
        int32_t count =
            lb_counts_read(config->counts, config->upstream, picker->map.slot[slot].key);
        load_of(picker)[slot] += count - base_of(picker)[slot];
        base_of(picker)[slot] = count;
    }
    picker->context.seeded = true;
    return true;
}

/* ---- Loads ---- */

static bool keeps_loads(const struct lb_picker *picker)
{
    return picker->map.region->shape.mode == LB_KEPT;
}

/* Brings the loads up to date before a pick; adds rows up where they are not kept. */
static void refresh(struct lb_picker *picker)
{
    if (keeps_loads(picker))
        return;
    const struct lb_map *map = &picker->map;
    uint32_t used = map->region->slots_used, scope = picker->config.scope;
    int32_t *load = load_of(picker);
    memcpy(load, base_of(picker), used * sizeof *load);
    for (uint32_t row = 0; row < map->region->rows_used; row++) {
        if (map->row[row].owner == 0 || map->row[row].scope != scope)
            continue;
        for (uint32_t slot = 0; slot < used; slot++)
            load[slot] += atomic_load_explicit(lb_cell(map, row, slot), memory_order_relaxed);
    }
}

/* A scope may outlive the algorithm that worked in it (a reload changed it): another's memory is
 * never read, so whoever picks next begins anew in it, from what is counted. */
static bool is_mine(const struct lb_picker *picker)
{
    return picker->map.scope[picker->config.scope].brain == picker->brain;
}

static void take_over(struct lb_picker *picker)
{
    if (is_mine(picker))
        return;
    lb_scope_forget(&picker->map, picker->config.scope);
    picker->map.scope[picker->config.scope].brain = picker->brain;
    enter_list(picker, true);
}

/* The algorithm hears of rows that were dropped before it acts again. */
static void catch_up(struct lb_picker *picker)
{
    struct lb_scope *scope = &picker->map.scope[picker->config.scope];
    if (scope->moved && picker->config.algorithm->recount != NULL)
        picker->config.algorithm->recount(&picker->context);
    scope->moved = false;
}

/* ---- A picker's life ---- */

/* FNV-1a over the algorithm's name and the values of its parameters; never 0. */
static uint64_t brain_of(const struct lb_picker_config *config)
{
    uint64_t h = UINT64_C(0xCBF29CE484222325);
    for (const char *c = config->algorithm->name; *c != '\0'; c++)
        h = (h ^ (uint8_t)*c) * UINT64_C(0x100000001B3);
    for (uint32_t i = 0; i < LB_PARAMS_MAX && config->algorithm->param[i].name != NULL; i++)
        h = (h ^ config->param[i]) * UINT64_C(0x100000001B3);
    return h | 1;
}

static void lay_out(struct lb_picker *picker, struct lb_region *region)
{
    char *at = (char *)picker + aligned(sizeof *picker);
    uint32_t slots = region->shape.slots, scope = picker->config.scope;
    picker->map = lb_map_of(region);
    picker->member = (void *)at;
    at += aligned(picker->config.members_max * sizeof *picker->member);
    picker->place = (void *)at;
    at += aligned(slots * sizeof *picker->place);
    picker->leaving = (void *)at;
    picker->context = (struct lb_context){
        .member = picker->member,
        .place = picker->place,
        .load = load_of(picker),
        .down = picker->map.down,
        .slots = slots,
        .memory = &picker->map.memory[scope * picker->map.memory_stride],
        .param = picker->config.param,
        .quirks = picker->config.quirks,
    };
}

static bool hears_releases(const struct lb_picker_config *config)
{
    const struct lb_algorithm *algorithm = config->algorithm;
    return algorithm->released != NULL &&
           (algorithm->hears_releases == NULL || algorithm->hears_releases(config->param));
}

static bool is_sole(const struct lb_picker *picker)
{
    return picker->context.members == 1 && (picker->config.quirks & LB_SOLE_UNCOUNTED) != 0;
}

int lb_picker_init(void *memory, size_t size, struct lb_region *region,
                   const struct lb_picker_config *config, const struct lb_member *member,
                   uint32_t members, struct lb_picker **made)
{
    if (!valid_config(region, config) || members > config->members_max)
        return LB_BAD_CONFIG;
    size_t wanted = lb_picker_size(region, config);
    if (memory == NULL || (uintptr_t)memory % LB_ALIGN != 0 || wanted == 0 || size < wanted)
        return LB_BAD_MEMORY;
    struct lb_picker *picker = memory;
    *picker = (struct lb_picker){
        .config = *config, .brain = brain_of(config), .hears_releases = hears_releases(config)};
    lay_out(picker, region);
    if (!take_list(picker, member, members))
        return LB_BAD_CONFIG;
    *made = picker;
    picker->sole = is_sole(picker);
    if (picker->sole)
        return LB_OK;
    refresh(picker);
    bool seeded = !config->seeded || seed(picker);
    if (is_mine(picker)) {
        catch_up(picker);
        enter_list(picker, true);
    } else {
        take_over(picker);
    }
    return seeded ? LB_OK : LB_UNSEEDED;
}

int lb_picker_edit(struct lb_picker *picker, const struct lb_member *member, uint32_t members)
{
    if (members > picker->config.members_max || !take_list(picker, member, members))
        return LB_BAD_CONFIG;
    picker->sole = is_sole(picker);
    if (picker->sole)
        return LB_OK;
    refresh(picker);
    if (is_mine(picker)) {
        catch_up(picker);
        enter_list(picker, false);
    } else {
        take_over(picker);
    }
    return LB_OK;
}

/* ---- Picks and releases ---- */

static uint32_t choose(struct lb_picker *picker, struct lb_request *request)
{
    struct lb_context *c = &picker->context;
    struct lb_scope *scope = &picker->map.scope[picker->config.scope];
    bool own_draws = request->draw_key != NULL;
    memcpy(c->draw_key, own_draws ? request->draw_key : scope->draw_key, sizeof c->draw_key);
    uint64_t before = own_draws ? 0 : scope->drawn;
    c->drawn = before;
    c->tried = request->tried;
    uint32_t chosen = picker->config.algorithm->pick(c);
    c->tried = NULL;
    request->draws = (uint32_t)(c->drawn - before);
    if (!own_draws)
        scope->drawn = c->drawn;
    return chosen;
}

int lb_pick(struct lb_picker *picker, uint32_t row, struct lb_request *request,
            struct lb_lease *lease, uint32_t *member)
{
    request->draws = 0;
    if (picker->sole) {
        *member = 0;
        *lease = (struct lb_lease){.slot = picker->member[0].slot, .row = LB_NONE};
        return LB_OK;
    }
    refresh(picker);
    take_over(picker);
    catch_up(picker);
    uint32_t chosen = choose(picker, request);
    if (chosen == LB_NONE)
        return LB_NO_SERVER;
    uint32_t slot = picker->member[chosen].slot;
    if (row != LB_NONE) {
        _Atomic int32_t *cell = lb_cell(&picker->map, row, slot);
        int32_t count = atomic_load_explicit(cell, memory_order_relaxed);
        atomic_store_explicit(cell, count + 1, memory_order_relaxed);
        load_of(picker)[slot]++;
    }
    bool noted = note(picker, slot, 1);
    if (picker->config.algorithm->taken != NULL)
        picker->config.algorithm->taken(&picker->context, slot);
    if (request->tried != NULL)
        request->tried[chosen / 64] |= (uint64_t)1 << (chosen % 64);
    *member = chosen;
    *lease = (struct lb_lease){.slot = slot, .row = row};
    return noted ? LB_OK : LB_UNSEEDED;
}

bool lb_release_locks(const struct lb_picker *picker)
{
    return keeps_loads(picker) || picker->hears_releases || picker->config.seeded;
}

int lb_release(struct lb_picker *picker, struct lb_lease lease)
{
    const struct lb_map *map = &picker->map;
    if (lease.row == LB_NONE)
        return LB_OK;
    if (lease.row >= map->region->rows_used || lease.slot >= map->region->slots_used ||
        map->row[lease.row].owner == 0)
        return LB_BAD_LEASE;
    _Atomic int32_t *cell = lb_cell(map, lease.row, lease.slot);
    int32_t count = atomic_load_explicit(cell, memory_order_relaxed);
    if (count <= 0)
        return LB_BAD_LEASE;
    atomic_store_explicit(cell, count - 1, memory_order_relaxed);
    if (!lb_release_locks(picker))
        return LB_OK;
    if (keeps_loads(picker))
        load_of(picker)[lease.slot]--;
    else
        refresh(picker);
    note(picker, lease.slot, -1);
    if (picker->hears_releases && is_mine(picker)) {
        catch_up(picker);
        picker->config.algorithm->released(&picker->context, lease.slot);
    }
    return LB_OK;
}

int64_t lb_believed(const struct lb_picker *picker, uint32_t member)
{
    const struct lb_map *map = &picker->map;
    uint32_t scope = picker->config.scope, slot = picker->member[member].slot;
    return keeps_loads(picker) ? map->load[lb_at(map, scope) + slot] : lb_sum(map, scope, slot);
}
