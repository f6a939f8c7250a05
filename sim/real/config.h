/* config.h: the configuration that nginx reads. */
#ifndef SIM_REAL_CONFIG_H
#define SIM_REAL_CONFIG_H

#include <stdio.h>

#include "sim/real/plan.h"
#include "sim/real/upstream.h"

/* The parts of it that do not change from list to list. */
struct real_config {
    const char *prefix; /* of nginx: a directory of its own */
    const char *module; /* file; NULL: not needed */
    uint16_t gateway;   /* port */
    uint32_t workers;
    uint64_t connections; /* at once, of the workers of one generation */
    bool deaths;          /* servers die */
    const struct real_upstream *upstream;
    const struct scenario *scenario;
    const char *const *address; /* of each server */
};

#define REAL_STATUS "/lbsim" /* where servers are taken out and in */

void real_config_write(const struct real_config *, const struct real_member *list, FILE *);

#endif
