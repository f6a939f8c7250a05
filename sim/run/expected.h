/* expected.h: how many connections are open on average, and how far that is from a steady state.
 *
 * Nothing but arrivals and holds is looked at: no event closes or cuts, nobody is refused, nobody
 * reconnects. Poisson arrivals at rate r leave r x integral_0^t (1 - G) open after t, where G is
 * the law of the hold; in the long run r x mean, the steady state. What is missing until then is
 * the share 1 - G_e(t) = 1 - (integral_0^t (1 - G)) / mean of it. */
#ifndef SIM_RUN_EXPECTED_H
#define SIM_RUN_EXPECTED_H

#include "sim/world/world.h"

/* Open connections just before at_ns: arrivals at that tick do not count yet. Exact for poisson,
 * for what is kept, for a burst in one instant, and where holds are constant, forever or from a
 * list; else within one connection for each entry, and mostly far less. */
double expected_live(const struct world_traffic *, uint64_t at_ns);

/* Open connections in the steady state: of what arrives for ever (poisson, every), and what is
 * kept; bursts pass. 0: nothing does, or nothing stays. INFINITY: the mean hold of what arrives is
 * infinite, so they grow without end. */
double expected_steady(const struct world_traffic *);

/* How far below the steady state, which must be above 0 and finite, at_ns is, as a share of it: 1 -
 * G_e, less what bursts fill up meanwhile. Below 0: they do more than that. */
double expected_below(const struct world_traffic *, uint64_t at_ns);

/* The earliest time from which on 1 - G_e is no more than `below`, bursts or not; the steady state
 * must be above 0 and finite. SPAN_FOREVER: not within 2^63 ns. */
uint64_t expected_steady_from_ns(const struct world_traffic *, double below);

#endif
