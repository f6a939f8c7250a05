/* extremes.h: the fullest and the emptiest server for their weight, kept while counts change: two
 * tournaments, whose matches are played anew only where the changed server takes part. */
#ifndef SIM_WORLD_EXTREMES_H
#define SIM_WORLD_EXTREMES_H

#include <stdint.h>

#define EXTREMES_NONE UINT32_MAX

struct extremes_side {
    uint64_t live; /* below 2^32 */
    uint32_t weight;
};

struct extremes;

struct extremes *extremes_new(uint32_t servers); /* none takes part */
void extremes_free(struct extremes *);
/* weight 0: the server takes no part. O(log servers). */
void extremes_set(struct extremes *, uint32_t server, uint64_t live, uint32_t weight);
/* The first server of the highest, and of the lowest, live / weight; EXTREMES_NONE: nobody takes
 * part. */
uint32_t extremes_fullest(const struct extremes *);
uint32_t extremes_emptiest(const struct extremes *);

#endif
