/* lb_seed.c: what a seeded picker reads from the count table, and writes to it.
 * SPDX-License-Identifier: MIT
 *
 * Source of the behaviour: APISIX pull request 12255 as first pushed; LB_COUNTS_GUESSED: its last
 * head; LB_COUNTS_KEPT with LB_COUNTS_FOLLOWED: the last head of pull request 12261. */
#include "lb_counts.h"
#include "lb_picker.h"

static bool is_member(void *context, const char *server, size_t length)
{
    const struct lb_picker *picker = context;
    uint32_t slot = lb_slot_find(&picker->map, server, length);
    return slot != LB_NONE && picker->place[slot] != LB_NONE;
}

static int32_t counted(const struct lb_picker *picker, uint32_t slot)
{
    return lb_counts_read(picker->config.counts, picker->config.upstream,
                          picker->map.slot[slot].key);
}

static bool add(struct lb_picker *picker, uint32_t slot, int32_t change)
{
    return lb_counts_add(picker->config.counts, picker->config.upstream, picker->map.slot[slot].key,
                         change);
}

/* The load becomes what the table counts. */
static void read_again(struct lb_picker *picker, uint32_t slot)
{
    int32_t change = counted(picker, slot) - lb_load_of(picker)[slot];
    lb_load_of(picker)[slot] += change;
    lb_base_of(picker)[slot] += change;
}

/* Adds to a member's count in the table, where there is one. false: the table is full. */
bool lb_note(struct lb_picker *picker, uint32_t slot, int32_t change)
{
    if (!picker->config.seeded || picker->config.counts == NULL)
        return true;
    if (!add(picker, slot, change))
        return false;
    if ((picker->config.quirks & LB_COUNTS_FOLLOWED) != 0)
        read_again(picker, slot);
    return true;
}

/* So that a newcomer is not given all that arrives, it is taken to hold nearly as much as those do
 * that hold anything. Nobody ever takes that back. */
static void guess(struct lb_picker *picker)
{
    int64_t sum = 0;
    uint32_t holding = 0;
    for (uint32_t i = 0; i < picker->context.members; i++) {
        int32_t count = counted(picker, picker->member[i].slot);
        sum += count > 0 ? count : 0;
        holding += count > 0;
    }
    if (holding == 0)
        return;
    int32_t phantoms = (int32_t)(0.8 * ((double)sum / holding));
    for (uint32_t i = 0; i < picker->context.members; i++) {
        uint32_t slot = picker->member[i].slot;
        int32_t count = counted(picker, slot);
        if (count <= 0)
            add(picker, slot, phantoms - count);
    }
}

/* Cleans the table of those who left and reads what it says of the members. false: it is absent, or
 * has no room for the members' keys. */
bool lb_seed(struct lb_picker *picker)
{
    struct lb_picker_config *config = &picker->config;
    if (config->counts == NULL)
        return false;
    if ((config->quirks & LB_COUNTS_KEPT) == 0)
        lb_counts_clean(config->counts, config->upstream, is_member, picker);
    for (uint32_t i = 0; i < picker->context.members; i++) {
        uint32_t slot = picker->member[i].slot;
        if (!add(picker, slot, 0)) {
            config->counts = NULL;
            return false;
        }
    }
    if ((config->quirks & LB_COUNTS_GUESSED) != 0)
        guess(picker);
    for (uint32_t i = 0; i < picker->context.members; i++) {
        uint32_t slot = picker->member[i].slot;
        int32_t count = counted(picker, slot);
        lb_load_of(picker)[slot] += count - lb_base_of(picker)[slot];
        lb_base_of(picker)[slot] = count;
    }
    picker->context.seeded = true;
    return true;
}
