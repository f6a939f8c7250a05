/* hash_consistent.c: a key's server on a ring. SPDX-License-Identifier: MIT
 *
 * Idea: every server has points on a ring, 160 a unit of weight; a key's server is that of the
 * first point at or after its CRC. Past whom it may not take it goes on. 20 in vain: round robin.
 * Cost of a pick: all points are worked out, once. Memory: 8 bytes a server.
 * A scale event: a server that leaves gives up its own keys, one that enters takes its share.
 * Source: nginx's `hash ... consistent`, which has it from Cache::Memcached::Fast (ketama). */
#include "crc32.h"
#include "keyed.h"

#include <string.h>

enum { POINTS };
enum { LOOKS = 21 }; /* at so many points; then round robin */
/* Beyond so many units of weight in all (nginx would keep 160 MB of points) few will do. */
enum { UNITS_MAX = 65536, UNITS_THEN = 64 };

static uint64_t points_of(const struct lb_context *c, uint32_t member, uint64_t total)
{
    uint64_t weight = c->member[member].weight;
    if (total > UNITS_MAX && weight > 0)
        weight = weight * UNITS_THEN / total + 1;
    return weight * c->param[POINTS];
}

/* What all points of a server begin with: "host", NUL, "port". What follows a '#' tells stays of
 * one server apart and is no part of its name. */
static uint32_t begin_points(const char *name)
{
    const char *mark = memchr(name, '#', strlen(name));
    size_t length = mark != NULL ? (size_t)(mark - name) : strlen(name), host = length;
    while (host > 0 && name[host - 1] >= '0' && name[host - 1] <= '9')
        host--;
    bool has_port = host > 0 && name[host - 1] == ':';
    uint32_t crc = crc32_more(CRC32_BEGIN, name, has_port ? host - 1 : length);
    crc = crc32_byte(crc, 0);
    return has_port ? crc32_more(crc, name + host, length - host) : crc;
}

/* Each point is made of the one before it, from 0 on, its lowest byte first. */
static uint32_t next_point(uint32_t begun, uint32_t before)
{
    for (uint32_t byte = 0; byte < 4; byte++)
        begun = crc32_byte(begun, (uint8_t)(before >> 8 * byte));
    return ~begun;
}

/* The first points at or after a place on the ring, in their order; of equals the first listed. */
struct looks {
    uint32_t count;
    struct look {
        uint32_t away, member;
    } at[LOOKS];
};

/* Keeps the order; the one that is too many falls out. */
static void add_look(struct looks *looks, uint32_t away, uint32_t member)
{
    uint32_t i = looks->count;
    while (i > 0 && looks->at[i - 1].away > away)
        i--;
    if (i == LOOKS || (i > 0 && looks->at[i - 1].away == away))
        return;
    looks->count += looks->count < LOOKS;
    for (uint32_t k = looks->count - 1; k > i; k--)
        looks->at[k] = looks->at[k - 1];
    looks->at[i] = (struct look){away, member};
}

static void look_around(const struct lb_context *c, uint64_t total, uint32_t from,
                        struct looks *looks)
{
    for (uint32_t i = 0; i < c->members; i++) {
        uint64_t points = parts_listed(c, i) ? points_of(c, i, total) : 0;
        uint32_t begun = begin_points(lb_name(c, i)), point = 0;
        for (; points > 0; points--) {
            point = next_point(begun, point);
            add_look(looks, point - from, i); /* around the ring, as unsigned numbers go */
        }
    }
}

static uint32_t pick(struct lb_context *c)
{
    uint64_t total = parts_total(c);
    uint32_t from = ~crc32_more(CRC32_BEGIN, c->key, c->key_length);
    struct looks looks = {.count = 0};
    if (total > 0 && c->key_length > 0 && c->members > 1)
        look_around(c, total, from, &looks);
    for (uint32_t i = 0; i < looks.count; i++)
        if (lb_usable(c, looks.at[i].member)) {
            lb_weight_recovers(c, looks.at[i].member);
            return looks.at[i].member;
        }
    return smooth_pick(c);
}

const struct lb_algorithm lb_hash_consistent = {
    .abi = LB_ABI,
    .name = "hash_consistent",
    .about = "a key's server on a ring; a change moves few keys",
    .param = {{.name = "points",
               .help = "of a server on the ring, a unit of weight",
               .fallback = 160,
               .min = 1,
               .max = 1024}},
    .keyed = true,
    .memory = smooth_memory,
    .enter = smooth_enter,
    .pick = pick,
};
