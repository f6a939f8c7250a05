/* distribution.h: how long something lasts.
 *
 * A distribution is plain data; the table of forms says what each kind is called and takes, so that
 * reading, help and printing can be driven from it. A kind more is a row there and nothing else.
 *
 * Spans are whole nanoseconds, rounded down. A span of 2^63 ns (292 years) or more is for ever. */
#ifndef SIM_WORKLOAD_DISTRIBUTION_H
#define SIM_WORKLOAD_DISTRIBUTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/engine/stream.h"

#define SPAN_FOREVER UINT64_MAX

enum { DISTRIBUTION_PARAMETERS = 2 }; /* the most that a kind takes */

enum distribution_kind {
    DISTRIBUTION_EXPONENTIAL, /* mean */
    DISTRIBUTION_CONSTANT,    /* value */
    DISTRIBUTION_UNIFORM,     /* min, max: min <= span < max, or min if they are equal */
    DISTRIBUTION_LOGNORMAL,   /* median, sigma */
    DISTRIBUTION_PARETO,      /* min, alpha */
    DISTRIBUTION_WEIBULL,     /* scale, shape */
    DISTRIBUTION_EMPIRICAL,   /* any of values_ns, each as likely */
    DISTRIBUTION_FOREVER,
    DISTRIBUTION_KINDS,
};

/* A parameter is a time or a plain number, as its key in the form says; the other field is idle. */
struct distribution_parameter {
    uint64_t time_ns;
    double number;
};

struct distribution {
    enum distribution_kind kind;
    struct distribution_parameter
        parameter[DISTRIBUTION_PARAMETERS]; /* [i]: of the form's key[i] */
    const uint64_t *values_ns; /* empirical only; the caller's, and it must outlive this */
    size_t values;
    const char *file; /* that the values came from, for display; the caller's, or NULL */
};

struct distribution_key {
    const char *name, *about;
    bool is_time;    /* else a plain number, which must be finite */
    bool above_zero; /* else zero will do too; below zero never */
};

struct distribution_form {
    const char *name, *about;
    struct distribution_key key[DISTRIBUTION_PARAMETERS]; /* name NULL: no such parameter */
    bool lone;   /* `name: VALUE` is short for its only parameter */
    bool values; /* takes a list of spans instead of parameters */

    /* For distribution_sample() and distribution_mean_ns(). */
    uint64_t (*sample)(const struct distribution *distribution, uint64_t value);
    double (*mean_ns)(const struct distribution *distribution);
};

extern const struct distribution_form distribution_forms[DISTRIBUTION_KINDS];

/* What is wrong with the parameters, as the end of a sentence ("must be above 0"); *key says which
 * of them, unless it is the list of values. NULL if nothing is; only then may one sample. */
const char *distribution_fault(const struct distribution *distribution, size_t *key);

/* A span by inverse transform of value 0 of the stream, and so monotone in it. */
uint64_t distribution_sample(const struct distribution *distribution, struct stream stream);

/* The mean, INFINITY where there is none; of the law itself, before rounding to ticks. Uses libm:
 * for display and checks, never to sample. */
double distribution_mean_ns(const struct distribution *distribution);

#endif
