/* lb_picker.h: a picker from inside; private to the library. SPDX-License-Identifier: MIT */
#ifndef LB_PICKER_H
#define LB_PICKER_H

#include "lb_author.h"
#include "lb_region.h"

struct lb_picker {
    struct lb_picker_config config;
    struct lb_map map;
    struct lb_context context;
    struct lb_member *member; /* [members_max] */
    uint32_t *place;          /* [slots] */
    uint32_t *leaving;        /* [slots]: room to sort those who leave */
    uint64_t brain;           /* its algorithm and parameters, as a hash */
    uint64_t edition;         /* its list's number in the scope; the greatest is the newest */
    bool hears_releases;      /* the algorithm wants to know of each */
    bool counts_failures;     /* of a member at least */
    bool has_backups;
    bool sole; /* one member and LB_SOLE_UNCOUNTED: no state at all */
};

static inline int32_t *lb_base_of(const struct lb_picker *picker)
{
    return &picker->map.base[lb_at(&picker->map, picker->config.scope)];
}

static inline int32_t *lb_load_of(const struct lb_picker *picker)
{
    return &picker->map.load[lb_at(&picker->map, picker->config.scope)];
}

static inline bool lb_keeps_loads(const struct lb_picker *picker)
{
    return picker->map.region->shape.mode == LB_KEPT;
}

/* lb_scope.c: tells the algorithm who leaves and who enters its scope; */
void lb_enter_list(struct lb_picker *, bool building);
/* and what must be done before it may act there: */
void lb_refresh(struct lb_picker *);       /* loads are up to date */
bool lb_is_mine(const struct lb_picker *); /* the memory is this algorithm's */
void lb_take_over(struct lb_picker *);     /* or it is made so */
void lb_catch_up(struct lb_picker *);      /* and it has heard of rows that were dropped */

/* lb_seed.c: the count table. */
bool lb_seed(struct lb_picker *); /* reads it, once cleaned. false: absent, or full */
bool lb_note(struct lb_picker *, uint32_t slot, int32_t change); /* false: full */

#endif
