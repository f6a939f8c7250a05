/* vocabulary.h: what a scenario may name though this floor does not know it: what lies above, and
 * what a user brings along. */
#ifndef SIM_SCENARIO_VOCABULARY_H
#define SIM_SCENARIO_VOCABULARY_H

#include "algorithms/lb.h"

enum metric_scope {
    METRIC_OF_RUN,
    METRIC_OF_CHANGE, /* one for each change, named metric:EVENT */
    METRIC_OF_ADD     /* one for each change that adds servers */
};

/* A metric, as far as it takes to see whether what is expected of it makes sense. */
struct known_metric {
    const char *name;
    enum metric_scope scope;
    double low, high; /* no value lies outside; high may be INFINITY */
};

/* Members that are zero add nothing. */
struct vocabulary {
    const struct lb_algorithm *const *own; /* [owns]: algorithms beside those of the library */
    uint32_t owns;
    /* The i-th metric; false: past the last. NULL: expectations may name any. */
    bool (*metric)(uint32_t i, struct known_metric *);
};

#endif
