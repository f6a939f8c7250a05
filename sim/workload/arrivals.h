/* arrivals.h: when connections arrive.
 *
 * A struct arrivals is plain data; the table of forms says what each kind is called and takes, so
 * that reading, help and printing can be driven from it. A cursor yields the times one by one. */
#ifndef SIM_WORKLOAD_ARRIVALS_H
#define SIM_WORKLOAD_ARRIVALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/engine/stream.h"

enum { ARRIVALS_PARAMETERS = 3 }; /* the most that a kind takes */

enum arrivals_kind {
    ARRIVALS_POISSON, /* parameter[0].mean_gap_ns */
    ARRIVALS_EVERY,   /* parameter[0].whole: ns from one to the next; opens first at 0 */
    ARRIVALS_BURST,   /* parameter[].whole: how many, at ns, over ns */
    ARRIVALS_KEEP,    /* parameter[0].whole: how many; whoever has the clients lets others follow */
    ARRIVALS_KINDS,
};

/* What a parameter is, and which of its fields holds it. */
enum arrivals_unit {
    ARRIVALS_RATE,  /* mean_gap_ns: see arrivals_mean_gap_ns() */
    ARRIVALS_TIME,  /* whole: nanoseconds */
    ARRIVALS_COUNT, /* whole */
};

struct arrivals_parameter {
    uint64_t whole;
    double mean_gap_ns;
};

struct arrivals {
    enum arrivals_kind kind;
    struct arrivals_parameter parameter[ARRIVALS_PARAMETERS]; /* [i]: of the form's key[i] */
};

struct arrivals_key {
    const char *name, *about;
    enum arrivals_unit unit;
    bool above_zero; /* else zero will do too */
    uint64_t most;   /* of a count */
};

struct arrivals_cursor;

struct arrivals_form {
    const char *name, *about;
    /* key[0] bears the form's own name and must be given; the others may be left out and are 0
     * then. name NULL: no such parameter. */
    struct arrivals_key key[ARRIVALS_PARAMETERS];

    /* For arrivals_next(): moves the cursor to its next time; false at the end. */
    bool (*step)(struct arrivals_cursor *cursor);
};

extern const struct arrivals_form arrivals_forms[ARRIVALS_KINDS];

/* Where in a sequence of arrivals one is; made by arrivals_begin(), its fields nobody else's. */
struct arrivals_cursor {
    const struct arrivals *arrivals;
    struct stream stream;
    uint64_t opened;   /* times yielded so far */
    uint64_t at_ns;    /* of the last of them */
    uint64_t fraction; /* what lies beyond at_ns: in 2^-32 ns (poisson) or in 1/n ns (burst) */
    bool ended;
};

/* The mean gap of `rate` arrivals every per_ns: 300 a minute is arrivals_mean_gap_ns(300, 60e9). */
double arrivals_mean_gap_ns(double rate, uint64_t per_ns);

/* What is wrong with the parameters, as the end of a sentence ("must be above 0"); *key says which
 * of them. NULL if nothing is; only then may one begin. */
const char *arrivals_fault(const struct arrivals *arrivals, size_t *key);

/* The arrivals must outlive the cursor. Poisson gaps are values 0, 1, ... of the stream; the other
 * kinds do not use it. */
struct arrivals_cursor arrivals_begin(const struct arrivals *arrivals, struct stream stream);

/* The next time, never before the one before it. False, for good, when there are no more: a burst
 * is over, or the time would be 2^63 ns or more. */
bool arrivals_next(struct arrivals_cursor *cursor, uint64_t *at_ns);

#endif
