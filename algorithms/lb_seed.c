/* lb_seed.c: what a seeded picker reads from the count table, and writes to it.
 * SPDX-License-Identifier: MIT */
#include "lb_counts.h"
#include "lb_picker.h"

static bool is_member(void *context, const char *server, size_t length)
{
    const struct lb_picker *picker = context;
    uint32_t slot = lb_slot_find(&picker->map, server, length);
    return slot != LB_NONE && picker->place[slot] != LB_NONE;
}

/* Adds to a member's count in the table, where there is one. false: the table is full. */
bool lb_note(struct lb_picker *picker, uint32_t slot, int32_t change)
{
    const struct lb_picker_config *config = &picker->config;
    return !config->seeded || config->counts == NULL ||
           lb_counts_add(config->counts, config->upstream, picker->map.slot[slot].key, change);
}

/* Cleans the table of those who left and reads what it says of the members. false: it is absent, or
 * has no room for the members' keys. */
bool lb_seed(struct lb_picker *picker)
{
    struct lb_picker_config *config = &picker->config;
    if (config->counts == NULL)
        return false;
    lb_counts_clean(config->counts, config->upstream, is_member, picker);
    for (uint32_t i = 0; i < picker->context.members; i++) {
        uint32_t slot = picker->member[i].slot;
        if (!lb_note(picker, slot, 0)) {
            config->counts = NULL;
            return false;
        }
    }
    for (uint32_t i = 0; i < picker->context.members; i++) {
        uint32_t slot = picker->member[i].slot;
        int32_t count =
            lb_counts_read(config->counts, config->upstream, picker->map.slot[slot].key);
        lb_load_of(picker)[slot] += count - lb_base_of(picker)[slot];
        lb_base_of(picker)[slot] = count;
    }
    picker->context.seeded = true;
    return true;
}
