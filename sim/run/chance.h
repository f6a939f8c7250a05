/* chance.h: what chance alone does: how uneven random picks are, and whether a table is. */
#ifndef SIM_RUN_CHANCE_H
#define SIM_RUN_CHANCE_H

#include <stdbool.h>
#include <stdint.h>

/* Both tails of chi-square: the probability of as much or more, and of as much or less. */
struct chance {
    bool empty; /* no degree of freedom: nothing can be said */
    double p, even_p;
};
struct chance chance_of(double chi2, uint64_t df);

enum chance_verdict { CHANCE_NONE, CHANCE_EXPLAINS, CHANCE_DOES_NOT, CHANCE_TOO_EVEN };
/* At .001 on either side. */
enum chance_verdict chance_verdict(struct chance);

/* The noise floor: how uneven n servers look on average if each holds a Poisson number of
 * connections of mean `entitled`, as under picks that are independent and fair. */
struct noise {
    bool empty;
    double misplaced, max_over_mean;
};
struct noise noise_floor(double entitled, double servers);

#endif
