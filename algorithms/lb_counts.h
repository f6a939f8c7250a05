/* lb_counts.h: the count table as pickers use it; private to the library.
 * SPDX-License-Identifier: MIT */
#ifndef LB_COUNTS_H
#define LB_COUNTS_H

#include "lb.h"

#define LB_UPSTREAM_MAX 64 /* bytes of an upstream's name in a key */

/* Deletes the upstream's keys whose server is not kept. */
void lb_counts_clean(struct lb_counts *, const char *upstream,
                     bool (*kept)(void *context, const char *server, size_t length), void *context);
/* Adds to a count; makes the key where it is missing. false: it is missing and the table is full.
 */
bool lb_counts_add(struct lb_counts *, const char *upstream, const char *server, int32_t change);

#endif
