/* spread.h: how evenly something is spread over servers that are entitled to shares of it.
 *
 * r is what a server has over what it is entitled to; e are the entitlements, which add up to what
 * there is. Only + - * / and sqrt on exact numbers in a fixed order: the same bits everywhere. */
#ifndef SIM_WORLD_SPREAD_H
#define SIM_WORLD_SPREAD_H

#include <stdbool.h>
#include <stdint.h>

struct spread {
    bool empty;                          /* there is nothing to spread: no number says anything */
    double max_over_mean, min_over_mean; /* the largest and the least r */
    double cv;                           /* sqrt(sum e (r - 1)^2 / sum e) */
    double jain;                         /* 1 / (1 + cv^2) */
    double gini;                         /* sum over pairs of e e' |r - r'| / (2 (sum e)^2) */
    double misplaced;                    /* sum |x - e| / (2 sum x): what would have to move */
};

/* Entitled by weight; servers of weight 0 are not looked at. */
struct spread spread_of(const uint64_t *x, const uint32_t *weight, uint32_t servers);

/* Entitled as said; servers entitled to nothing are not looked at. */
struct spread spread_of_entitled(const uint64_t *x, const double *entitled, uint32_t servers);

#endif
