/* vocabulary.h: what a scenario may name though this floor does not know it: what lies above, and
 * what a user brings along. */
#ifndef SIM_SCENARIO_VOCABULARY_H
#define SIM_SCENARIO_VOCABULARY_H

#include "algorithms/lb.h"

/* Members that are zero add nothing. */
struct vocabulary {
    const struct lb_algorithm *const *own; /* [owns]: algorithms beside those of the library */
    uint32_t owns;
};

#endif
