/* ip_hash.c: a client address's server, by weight. SPDX-License-Identifier: MIT
 *
 * Idea: the octets of the client's network pick a place in the weights laid end to end; past whom
 * it may not take, they are folded in again. 20 in vain, or no key: round robin serves.
 * Cost of a pick: two walks over the list. Memory: 8 bytes a server.
 * A scale event: nearly every network moves to another server.
 * Source: nginx's `ip_hash`; its rule, restated. */
#include "keyed.h"

/* The first three octets of an IPv4 address in dotted decimals; false: it is none. */
static bool read_network(const struct lb_context *c, uint8_t octet[3])
{
    uint32_t part = 0, value = 0, digits = 0;
    for (size_t i = 0; i <= c->key_length; i++) {
        char at = i < c->key_length ? c->key[i] : '.';
        if (at >= '0' && at <= '9') {
            value = value * 10 + (uint32_t)(at - '0');
            if (++digits > 3 || value > 255)
                return false;
        } else if (at == '.' && digits > 0 && part < 4) {
            if (part < 3)
                octet[part] = (uint8_t)value;
            part++;
            value = digits = 0;
        } else {
            return false;
        }
    }
    return part == 4;
}

static uint32_t fold(uint32_t hash, const uint8_t *octet, size_t octets)
{
    for (size_t i = 0; i < octets; i++)
        hash = (hash * 113 + octet[i]) % 6271;
    return hash;
}

/* A key that is no IPv4 address counts whole: the 16 octets of an IPv6 address, or any other. */
static uint32_t pick(struct lb_context *c)
{
    uint8_t network[3];
    bool ipv4 = read_network(c, network);
    const uint8_t *octet = ipv4 ? network : (const uint8_t *)c->key;
    size_t octets = ipv4 ? sizeof network : c->key_length;
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

const struct lb_algorithm lb_ip_hash = {
    .abi = LB_ABI,
    .name = "ip_hash",
    .about = "a client network's server, by weight; a change moves most",
    .keyed = true,
    .addressed = true,
    .memory = smooth_memory,
    .enter = smooth_enter,
    .pick = pick,
};
