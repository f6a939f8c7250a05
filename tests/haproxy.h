/* haproxy.h: what the recordings of HAProxy have in common. */
#ifndef TESTS_HAPROXY_H
#define TESTS_HAPROXY_H

#include "tests/truth.h"

/* A preset of haproxy-*, as the version of a row has it: of the two, 2.6.12 places a server added
 * at run time by id 0. */
struct balancer haproxy_balancer(const char *preset, const json_t *row);
/* A parameter of the balancer's algorithm, by name; a word by its number. */
void haproxy_say(struct balancer *, const char *param, uint64_t value);
/* Its words, by what `hash-type` says of them: "map-based", "consistent wt6 avalanche", ...
 * Without a function, `consistent` is sdbm with avalanche, and `map-based` without. */
struct balancer haproxy_hash_type(const char *hash_type, const json_t *row);

/* A list of servers s1 ... of these weights, but for one; 0: all. */
void haproxy_members(struct text *trace, const json_t *weights, size_t without);
void haproxy_equal_members(struct text *trace, unsigned members);

/* The number of sN; 0: none. */
unsigned haproxy_number(const char *server);
/* Are these the counts recorded as {"s1": 84, ...} of picks by number? */
bool haproxy_same_counts(const json_t *counts, const unsigned *pick, size_t picks);
/* Do the picks begin with these digits? */
bool haproxy_same_first(const json_t *digits, const unsigned *pick);

const char *haproxy_text(const json_t *row, const char *key);
long long haproxy_whole(const json_t *row, const char *key);

#endif
