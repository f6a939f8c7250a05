/* ip_hash.c: a client address's server, by weight. SPDX-License-Identifier: MIT
 *
 * Idea: the octets of the client's network pick a place in the weights laid end to end; past whom
 * it may not take, they are folded in again. 20 in vain: round robin serves.
 * Cost of a pick: two walks over the list. Memory: 8 bytes a server.
 * A scale event: nearly every network moves to another server.
 * Source: nginx's `ip_hash`; its rule, restated. */
#include "ipv4.h"
#include "ipv6.h"
#include "keyed.h"

static uint32_t fold(uint32_t hash, const uint8_t *octet, size_t octets)
{
    for (size_t i = 0; i < octets; i++)
        hash = (hash * 113 + octet[i]) % 6271;
    return hash;
}

enum { NETWORK = 3 }; /* octets of an IPv4 address that count; of IPv6 all do */

/* Clients without an address are one network, as those of a unix socket are in nginx. */
static size_t read_network(const struct lb_context *c, uint8_t octet[IPV6_OCTETS])
{
    if (ipv4_read(c->key, c->key_length, octet))
        return NETWORK;
    if (ipv6_read(c->key, c->key_length, octet))
        return IPV6_OCTETS;
    memset(octet, 0, NETWORK);
    return NETWORK;
}

static uint32_t pick(struct lb_context *c)
{
    uint8_t octet[IPV6_OCTETS];
    size_t octets = read_network(c, octet);
    uint64_t total = parts_total(c);
    struct keyed_walk walk = {.misses = 0};
    uint32_t hash = 89;
    bool hashes = total > 0 && c->members > 1;
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
