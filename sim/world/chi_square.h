/* chi_square.h: Pearson's statistic of counts against what was expected. */
#ifndef SIM_WORLD_CHI_SQUARE_H
#define SIM_WORLD_CHI_SQUARE_H

#include <stdint.h>

struct chi_square {
    double x2;
    uint64_t df; /* cells - 1; 0 (and x2 0): nothing can be said */
};

/* Cells in ascending order of expectation (ties in the order given) are pooled until each expects
 * five or more; what is left over goes into the last. Cells that expect nothing are not looked at.
 */
struct chi_square chi_square_of(const uint64_t *count, const double *expected, uint32_t cells);

#endif
