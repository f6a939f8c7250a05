/* series.h: what every server's state was, time after time, in little memory: each state as its
 * differences from the one before, most of which take a byte. */
#ifndef SIM_WORLD_SERIES_H
#define SIM_WORLD_SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct series_state {
    uint64_t live, picks;
    uint32_t weight; /* 0: not present */
};

struct series;

struct series *series_new(uint32_t servers);
void series_free(struct series *);
void series_add(struct series *, const struct series_state *state); /* [servers] */
uint32_t series_points(const struct series *);
uint32_t series_servers(const struct series *);

/* Reading goes from the first point to the last. */
struct series_reader {
    const struct series *series;
    size_t at;
    uint32_t point;             /* the next */
    struct series_state *state; /* [servers]: of the point that was read last */
};

struct series_reader series_read(const struct series *); /* freed with series_reader_free() */
bool series_next(struct series_reader *);                /* false: past the last */
void series_reader_free(struct series_reader *);

#endif
