/* key_hash.h: a request's key as a number, as HAProxy's `hash-type` has it.
 * SPDX-License-Identifier: MIT
 *
 * Four published functions: sdbm's (h * 65599 + byte), Bernstein's djb2 (h * 33 + byte, from 5381),
 * Willy Tarreau's wt6, and CRC-32; and what HAProxy calls an avalanche: the number mixed again. */
#ifndef LB_KEY_HASH_H
#define LB_KEY_HASH_H

#include "crc32.h"
#include "ipv4.h"
#include "lb_author.h"
#include "mix32.h"

/* The first parameters of an algorithm that hashes so. */
enum { KEY_HASH_FUNCTION, KEY_HASH_AVALANCHE, KEY_HASH_KEY, KEY_HASH_PARAMS };
enum { KEY_HASH_SDBM, KEY_HASH_DJB2, KEY_HASH_WT6, KEY_HASH_CRC32 };
enum { KEY_HASH_TEXT, KEY_HASH_IPV4 };
static const char *const key_hash_functions[] = {"sdbm", "djb2", "wt6", "crc32", NULL};
static const char *const key_hash_avalanches[] = {"off", "on", NULL};
static const char *const key_hash_keys[] = {"text", "ipv4", NULL};
#define KEY_HASH_PARAM_ROWS                                                                        \
    {.name = "function",                                                                           \
     .help = "of the key's bytes",                                                                 \
     .words = key_hash_functions,                                                                  \
     .max = KEY_HASH_CRC32},                                                                       \
        {.name = "avalanche",                                                                      \
         .help = "what the function gives is mixed again",                                         \
         .words = key_hash_avalanches,                                                             \
         .max = 1},                                                                                \
    {                                                                                              \
        .name = "key",                                                                             \
        .help = "what is hashed: any text, or an IPv4 address as the number it is (what is none "  \
                "counts as no key)",                                                               \
        .words = key_hash_keys, .max = KEY_HASH_IPV4                                               \
    }

static inline uint32_t key_hash_times(uint32_t hash, uint32_t factor, const char *at, size_t length)
{
    for (size_t i = 0; i < length; i++)
        hash = hash * factor + (uint8_t)at[i];
    return hash;
}

static inline uint32_t key_hash_turned(uint32_t a, uint32_t left)
{
    return a << left | a >> ((32 - left) & 31);
}

/* Two halves that each byte inverts and that then change places, turned as far as they say. */
static inline uint32_t key_hash_wt6(const char *at, size_t length)
{
    uint32_t even = UINT32_C(0xA53C965A), odd = UINT32_C(0x5CA6953A), turn = 6, other_turn = 18;
    for (size_t i = 0; i < length; i++) {
        uint8_t byte = (uint8_t)at[i];
        uint32_t before = ~(even ^ byte);
        even = key_hash_turned(~(odd + byte), turn);
        odd = key_hash_turned(before, other_turn);
        uint32_t turns = (even >> 16 ^ odd) & 0xFFFF;
        turn = turns & 31;
        other_turn = turns >> 11;
    }
    return even ^ odd;
}

static inline uint32_t key_hash_text(uint64_t function, const char *at, size_t length)
{
    switch (function) {
    case KEY_HASH_DJB2:
        return key_hash_times(5381, 33, at, length);
    case KEY_HASH_WT6:
        return key_hash_wt6(at, length);
    case KEY_HASH_CRC32:
        return ~crc32_more(CRC32_BEGIN, at, length);
    default:
        return key_hash_times(0, 65599, at, length);
    }
}

static inline bool key_hash_addressed(const uint64_t *param)
{
    return param[KEY_HASH_KEY] == KEY_HASH_IPV4;
}

/* false: the request has no key. */
static inline bool key_hash(const struct lb_context *c, uint32_t *hash)
{
    uint8_t octet[4];
    if (c->key_length == 0)
        return false;
    if (c->param[KEY_HASH_KEY] == KEY_HASH_TEXT)
        *hash = key_hash_text(c->param[KEY_HASH_FUNCTION], c->key, c->key_length);
    else if (ipv4_read(c->key, c->key_length, octet))
        *hash = (uint32_t)octet[0] << 24 | (uint32_t)octet[1] << 16 | (uint32_t)octet[2] << 8 |
                octet[3];
    else
        return false;
    if (c->param[KEY_HASH_AVALANCHE])
        *hash = mix32(*hash);
    return true;
}

#endif
