/* lb_picker.c: a picker's life: its list, built over a scope and edited.
 * SPDX-License-Identifier: MIT */
#include "lb_picker.h"

#include "lb_counts.h"
#include "lb_word.h"

#include <string.h>

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
        if (!lb_param_takes(&algorithm->param[i], config->param[i]))
            return false;
    return !config->seeded ||
           (config->upstream != NULL && strlen(config->upstream) <= LB_UPSTREAM_MAX);
}

/* Takes the list over and fills `place`. false: a member twice, or a slot that is not there. */
static bool take_list(struct lb_picker *picker, const struct lb_member *member, uint32_t members)
{
    uint32_t used = lb_used(&picker->map.region->slots_used);
    for (uint32_t i = 0; i < members;
         i++) { /* looked at first, so that a refusal changes nothing */
        if (member[i].slot >= used || lb_key_length(&picker->map, member[i].slot) == 0)
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
    picker->counts_failures = picker->has_backups = false;
    for (uint32_t i = 0; i < members; i++) {
        picker->counts_failures |= members > 1 && member[i].max_fails > 0;
        picker->has_backups |= member[i].flags == LB_BACKUP;
    }
    return true;
}

/* ---- Built, and edited ---- */

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

static void lay_out(struct lb_picker *picker)
{
    char *at = (char *)picker + aligned(sizeof *picker);
    uint32_t slots = picker->map.region->shape.slots, scope = picker->config.scope;
    picker->member = (void *)at;
    at += aligned(picker->config.members_max * sizeof *picker->member);
    picker->place = (void *)at;
    at += aligned(slots * sizeof *picker->place);
    picker->leaving = (void *)at;
    picker->context = (struct lb_context){
        .member = picker->member,
        .place = picker->place,
        .load = lb_load_of(picker),
        .down = picker->map.down,
        .health = &picker->map.health[lb_at(&picker->map, scope)],
        .slots = slots,
        .names = picker->map.slot->key,
        .name_stride = sizeof *picker->map.slot,
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

static void enter_newest(struct lb_picker *picker, bool building)
{
    picker->edition = ++picker->map.scope[picker->config.scope].edition;
    if (lb_is_mine(picker)) {
        lb_catch_up(picker);
        lb_enter_list(picker, building);
    } else {
        lb_take_over(picker);
    }
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
    *picker = (struct lb_picker){.config = *config,
                                 .map = lb_map_of(region),
                                 .brain = brain_of(config),
                                 .hears_releases = hears_releases(config)};
    lay_out(picker);
    if (!take_list(picker, member, members))
        return LB_BAD_CONFIG;
    *made = picker;
    picker->sole = is_sole(picker);
    if (picker->sole)
        return LB_OK;
    lb_refresh(picker);
    bool seeded = !config->seeded || lb_seed(picker);
    enter_newest(picker, true);
    return seeded ? LB_OK : LB_UNSEEDED;
}

int lb_picker_edit(struct lb_picker *picker, const struct lb_member *member, uint32_t members)
{
    if (members > picker->config.members_max || !take_list(picker, member, members))
        return LB_BAD_CONFIG;
    picker->sole = is_sole(picker);
    if (picker->sole)
        return LB_OK;
    lb_refresh(picker);
    enter_newest(picker, false);
    return LB_OK;
}
