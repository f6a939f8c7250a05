/* lawless.h: algorithms that break a law each, and some that keep them all. */
#ifndef TESTS_LAWLESS_H
#define TESTS_LAWLESS_H

#include "algorithms/lb_author.h"

struct lawless {
    const char *law; /* NULL: it keeps them all */
    /* Of the shortest list that shows it, worked out by hand; or of the one that is found, where a
     * shorter one is known. 0: it needs none. */
    uint32_t operations;
    struct lb_algorithm algorithm;
};

#define NAMED(what) .abi = LB_ABI, .name = what, .about = what

/* NULL: past the last. */
const struct lawless *lawless_at(uint32_t i);
/* lawless_far.c: the rest of them. */
const struct lawless *lawless_far_at(uint32_t i);

#endif
