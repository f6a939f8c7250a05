/* series.c: zigzag differences, seven bits a byte. */
#include "sim/world/series.h"

#include "sim/engine/memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* A difference of 64 bits takes ten bytes at most; a state has three. */
enum { STATE_BYTES = 30 };

struct series {
    uint32_t servers, points;
    struct series_state *last; /* [servers] */
    unsigned char *byte;
    size_t bytes, room;
};

struct series *series_new(uint32_t servers)
{
    struct series *series = memory_zeroed(1, sizeof *series);
    series->servers = servers;
    series->last = memory_zeroed(servers, sizeof *series->last);
    return series;
}

void series_free(struct series *series)
{
    if (series == NULL)
        return;
    free(series->last);
    free(series->byte);
    free(series);
}

/* Small differences of either sign become small numbers: 0 -1 1 -2 ... are 0 1 2 3 ... */
static void put(struct series *series, uint64_t before, uint64_t now)
{
    uint64_t difference = now - before;
    uint64_t number = difference << 1 ^ (difference >> 63 ? UINT64_MAX : 0);
    for (; number >= 0x80; number >>= 7)
        series->byte[series->bytes++] = (unsigned char)(number | 0x80);
    series->byte[series->bytes++] = (unsigned char)number;
}

static uint64_t take(struct series_reader *reader, uint64_t before)
{
    uint64_t number = 0;
    unsigned shift = 0;
    unsigned char byte;
    do {
        byte = reader->series->byte[reader->at++];
        number |= (uint64_t)(byte & 0x7f) << shift;
        shift += 7;
    } while (byte & 0x80);
    return before + (number >> 1 ^ (number & 1 ? UINT64_MAX : 0));
}

void series_add(struct series *series, const struct series_state *state)
{
    size_t most = series->bytes + (size_t)series->servers * STATE_BYTES;
    if (most > series->room) {
        series->room = most + series->room / 2;
        series->byte = memory_resized(series->byte, series->room, 1);
    }
    for (uint32_t s = 0; s < series->servers; s++) {
        put(series, series->last[s].live, state[s].live);
        put(series, series->last[s].picks, state[s].picks);
        put(series, series->last[s].weight, state[s].weight);
        series->last[s] = state[s];
    }
    series->points++;
}

uint32_t series_points(const struct series *series)
{
    return series->points;
}

uint32_t series_servers(const struct series *series)
{
    return series->servers;
}

struct series_reader series_read(const struct series *series)
{
    return (struct series_reader){
        .series = series, .state = memory_zeroed(series->servers, sizeof(struct series_state))};
}

bool series_next(struct series_reader *reader)
{
    if (reader->point == reader->series->points)
        return false;
    for (uint32_t s = 0; s < reader->series->servers; s++) {
        struct series_state *state = &reader->state[s];
        state->live = take(reader, state->live);
        state->picks = take(reader, state->picks);
        state->weight = (uint32_t)take(reader, state->weight);
    }
    reader->point++;
    assert(reader->at <= reader->series->bytes);
    return true;
}

void series_reader_free(struct series_reader *reader)
{
    free(reader->state);
    reader->state = NULL;
}
