/* stream.c: counter-based streams.
 *
 * Two well-known 64-bit finalisers, both bijections: mix_a is David Stafford's mix 13 (the one of
 * SplitMix64), mix_b is MurmurHash3's fmix64. */
#include "sim/engine/stream.h"

#include <assert.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#define GOLDEN UINT64_C(0x9E3779B97F4A7C15) /* 2^64 / golden ratio, odd */

static uint64_t mix_a(uint64_t x)
{
    x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
    return x ^ (x >> 31);
}

static uint64_t mix_b(uint64_t x)
{
    x = (x ^ (x >> 33)) * UINT64_C(0xFF51AFD7ED558CCD);
    x = (x ^ (x >> 33)) * UINT64_C(0xC4CEB9FE1A85EC53);
    return x ^ (x >> 33);
}

struct stream stream_of(struct stream parent, uint64_t word)
{
    return (struct stream){.k0 = mix_a(parent.k0 + mix_b(word + GOLDEN)),
                           .k1 = mix_b(parent.k1 + mix_a(word ^ GOLDEN))};
}

struct stream stream_root(uint64_t seed, uint64_t replication, enum stream_purpose purpose,
                          uint64_t name)
{
    struct stream root = {.k0 = STREAM_VERSION, .k1 = ~(uint64_t)STREAM_VERSION};
    root = stream_of(root, seed);
    root = stream_of(root, replication);
    root = stream_of(root, (uint64_t)purpose);
    return stream_of(root, name);
}

struct stream stream_picks(uint64_t seed, uint64_t replication, uint32_t set, uint64_t name)
{
    if (set == 0)
        return stream_root(seed, replication, STREAM_PICK, name);
    return stream_of(stream_root(seed, replication, STREAM_AA, name), set);
}

uint64_t stream_value(struct stream stream, uint64_t i)
{
    return mix_b(mix_a(stream.k0 + (i + 1) * GOLDEN) ^ stream.k1);
}

/* The high half of a 64 x 64 bit product, in plain C. */
uint64_t stream_below(uint64_t value, uint64_t bound)
{
    uint64_t v0 = value & UINT32_MAX, v1 = value >> 32, b0 = bound & UINT32_MAX, b1 = bound >> 32;
    uint64_t middle = v1 * b0 + ((v0 * b0) >> 32);
    uint64_t other = v0 * b1 + (middle & UINT32_MAX);
    return v1 * b1 + (middle >> 32) + (other >> 32);
}

double stream_unit(uint64_t value)
{
    return ((double)(value >> 12) + 0.5) * 0x1p-52; /* exact: 53 bits in all, so never 0 or 1 */
}

uint64_t stream_hash(const char *name, size_t length)
{
    assert(name != NULL);
    return XXH64(name, length, 0);
}
