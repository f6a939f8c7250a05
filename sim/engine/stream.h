/* stream.h: random numbers by name and place, never by order.
 *
 * A stream is a 128-bit key; its i-th value can be had without its i-1 first. Streams are keyed by
 * what they are for (seed, replication, purpose, name) and then by whom (source, connection,
 * attempt), so that one draw more, one traffic more or another balancer moves nobody else's.
 *
 * Sampling version 1: a change of any bit here moves every number that lbsim has ever printed, and
 * needs a new STREAM_VERSION. */
#ifndef SIM_ENGINE_STREAM_H
#define SIM_ENGINE_STREAM_H

#include <stddef.h>
#include <stdint.h>

#define STREAM_VERSION 1

struct stream {
    uint64_t k0, k1;
};

enum stream_purpose {
    STREAM_ARRIVAL = 1,
    STREAM_HOLD,
    STREAM_KEY,    /* by source and connection alone: a client keeps its key */
    STREAM_ACCEPT, /* value 0: worker, value 1: gateway instance */
    STREAM_RECONNECT,
    STREAM_CLOSE,
    STREAM_TRACE,
    STREAM_PICK,
    STREAM_AA, /* picks of an A/A run: other numbers, the same law */
};

/* The stream of a purpose. name: stream_hash() of the traffic, event or instance it belongs to. */
struct stream stream_root(uint64_t seed, uint64_t replication, enum stream_purpose purpose,
                          uint64_t name);

/* The stream that picks draw from: set 0. The other sets, of purpose aa, are other numbers of the
 * same law for the same customers, each its own. */
struct stream stream_picks(uint64_t seed, uint64_t replication, uint32_t set, uint64_t name);

/* A stream of its own for each word: stream_of(stream_of(root, connection), attempt). */
struct stream stream_of(struct stream parent, uint64_t word);

/* The i-th value: 64 uniform bits. */
uint64_t stream_value(struct stream stream, uint64_t i);

/* A value as a whole number in [0, bound), by multiply-shift; bound > 0. */
uint64_t stream_below(uint64_t value, uint64_t bound);

/* A value as a real strictly inside (0, 1): the middle of one of 2^52 equal cells. */
double stream_unit(uint64_t value);

/* 64-bit hash of a name (XXH64, seed 0). */
uint64_t stream_hash(const char *name, size_t length);

#endif
