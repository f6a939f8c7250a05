/* hash.c: a key's server, by weight. SPDX-License-Identifier: MIT
 *
 * Idea: the key's CRC picks a place in the weights laid end to end; past whom it may not take, it
 * is hashed again with a number before it. 20 in vain, or no key: round robin serves.
 * Cost of a pick: a CRC of the key and two walks over the list. Memory: 8 bytes a server.
 * A scale event: nearly every key moves to another server.
 * Source: nginx's `hash`, which has it from Cache::Memcached; its rule, restated. */
#include "crc32.h"
#include "keyed.h"

/* The rehash number in front, as decimal digits; 0: nothing. */
static uint32_t crc_with_number(const struct lb_context *c, uint32_t number)
{
    char digits[10];
    size_t first = sizeof digits;
    for (; number > 0; number /= 10)
        digits[--first] = (char)('0' + number % 10);
    uint32_t crc = crc32_more(CRC32_BEGIN, digits + first, sizeof digits - first);
    return ~crc32_more(crc, c->key, c->key_length);
}

static uint32_t pick(struct lb_context *c)
{
    uint64_t total = parts_total(c), value = 0;
    struct keyed_walk walk = {.misses = 0};
    bool hashes = total > 0 && c->key_length > 0 && c->members > 1;
    for (uint32_t look = 0; hashes; look++) {
        value += crc_with_number(c, look) >> 16 & 0x7FFF;
        uint32_t member = parts_member(c, value % total);
        if (lb_usable(c, member))
            return member;
        hashes = !keyed_missed(&walk, c, member);
    }
    return smooth_pick(c);
}

const struct lb_algorithm lb_hash = {
    .abi = LB_ABI,
    .name = "hash",
    .about = "a key's server, by weight; a change moves most keys",
    .keyed = true,
    .memory = smooth_memory,
    .enter = smooth_enter,
    .pick = pick,
};
