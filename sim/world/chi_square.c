/* chi_square.c: Pearson's statistic, with cells too small to judge taken together. */
#include "sim/world/chi_square.h"

#include "sim/engine/memory.h"

#include <stdlib.h>

/* Below this expectation the statistic does not follow the chi-square law (Cochran 1954). */
#define EXPECTED_LEAST 5

struct cell {
    double expected;
    uint64_t count;
    uint32_t at; /* where it was given: sorting is stable by it */
};

static int by_expectation(const void *a, const void *b)
{
    const struct cell *one = a, *two = b;
    if (one->expected != two->expected)
        return one->expected < two->expected ? -1 : 1;
    return (one->at > two->at) - (one->at < two->at);
}

/* Pools the sorted cells in place; the number of those that are left. None expects enough where all
 * together do not. */
static uint32_t pool(struct cell *cell, uint32_t cells)
{
    struct cell open = {.count = 0};
    uint32_t pooled = 0;
    for (uint32_t i = 0; i < cells; i++) {
        open.expected += cell[i].expected;
        open.count += cell[i].count;
        if (open.expected >= EXPECTED_LEAST) {
            cell[pooled++] = open;
            open = (struct cell){.count = 0};
        }
    }
    if (pooled > 0) {
        cell[pooled - 1].expected += open.expected;
        cell[pooled - 1].count += open.count;
    }
    return pooled;
}

struct chi_square chi_square_of(const uint64_t *count, const double *expected, uint32_t cells)
{
    struct cell *cell = memory_zeroed(cells, sizeof *cell);
    struct chi_square result = {.df = 0};
    uint32_t kept = 0;
    for (uint32_t i = 0; i < cells; i++)
        if (expected[i] > 0)
            cell[kept++] = (struct cell){expected[i], count[i], i};
    qsort(cell, kept, sizeof *cell, by_expectation);
    kept = pool(cell, kept);
    for (uint32_t i = 0; i < kept && kept > 1; i++) {
        double apart = (double)cell[i].count - cell[i].expected;
        result.x2 += apart * apart / cell[i].expected;
    }
    result.df = kept > 1 ? kept - 1 : 0;
    free(cell);
    return result;
}
