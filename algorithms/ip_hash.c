/* ip_hash.c: a client address's server, by weight. SPDX-License-Identifier: MIT
 *
 * Idea: the octets of the client's network pick a place in the weights laid end to end; past whom
 * it may not take, they are folded in again. 20 in vain, or no key: round robin serves.
 * Cost of a pick: two walks over the list. Memory: 8 bytes a server.
 * A scale event: nearly every network moves to another server.
 * Source: nginx's `ip_hash`; its rule, restated. */
#include "ipv4.h"
#include "keyed.h"

static uint32_t fold(uint32_t hash, const uint8_t *octet, size_t octets)
{
    for (size_t i = 0; i < octets; i++)
        hash = (hash * 113 + octet[i]) % 6271;
    return hash;
}

/* A key that is no IPv4 address counts whole: the 16 octets of an IPv6 address, or any other. */
static uint32_t pick(struct lb_context *c)
{
    uint8_t address[4];
    bool ipv4 = ipv4_read(c->key, c->key_length, address);
    const uint8_t *octet = ipv4 ? address : (const uint8_t *)c->key;
    size_t octets = ipv4 ? 3 : c->key_length; /* its network */
    uint64_t total = parts_total(c);
    struct keyed_walk walk = {.misses = 0};
    uint32_t hash = 89;
    bool hashes = total > 0 && octets > 0 && c->members > 1;
    while (hashes) {
        hash = fold(hash, octet, octets);
        uint32_t member = parts_member(c, hash % total);
        if (lb_usable(c, member))
            return member;
        hashes = !keyed_missed(&walk, c, member);
    }
    return smooth_pick(c);
}

static bool addressed(const uint64_t *param)
{
    (void)param;
    return true;
}

const struct lb_algorithm lb_ip_hash = {
    .abi = LB_ABI,
    .name = "ip_hash",
    .about = "a client network's server, by weight; a change moves most",
    .keyed = true,
    .addressed = addressed,
    .memory = smooth_memory,
    .enter = smooth_enter,
    .pick = pick,
};
