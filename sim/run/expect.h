/* expect.h: what a scenario expects of its balancers, judged by a run.
 *
 * An entry of `expect` makes one judgement for each balancer that it is about and each thing that
 * it wants of it: bounds (max, min, equals), at_most, at_least.
 *
 * How (of: mean): where nothing is drawn, and of one replication, by the value. Of 2 to 4
 * replications, too few for an interval, each must hold: all do: passed; none does: failed; else it
 * cannot be judged. Of 5 and more by the mean and its 95 % interval (Student's t): all of it within
 * the bounds: passed; all of it outside: failed; else it cannot be judged. Relations so by the
 * differences x - factor y, replication by replication. of: worst: each replication must hold.
 * What files show alike is equal: counts and times to the last digit, ratios to the ninth.
 *
 * A metric without a value cannot be judged; but a wait that did not end (settle_s, balanced_s) is
 * longer than any max, and so is the mean of some waits of which one did not end. */
#ifndef SIM_RUN_EXPECT_H
#define SIM_RUN_EXPECT_H

#include "sim/run/metrics.h"

enum expect_verdict {
    EXPECT_PASSED,
    EXPECT_LEFT_OUT, /* a balancer that it names does not run here: nothing is said */
    EXPECT_UNJUDGED, /* cannot judge; why: judgement.why */
    EXPECT_FAILED,
};

enum expect_condition { EXPECT_BOUNDS, EXPECT_AT_MOST, EXPECT_AT_LEAST };

enum expect_why {
    EXPECT_DECIDED,   /* it was judged */
    EXPECT_ABSENT,    /* left out: the balancer, or the other, does not run */
    EXPECT_NO_METRIC, /* this lbsim does not know it */
    EXPECT_NO_CHANGE, /* its change did not happen: the server had left before it could return */
    EXPECT_EMPTY,     /* no value, in some replications */
    EXPECT_ENDLESS,   /* waits that did not end in some replications, so there is no mean */
    EXPECT_FEW,       /* too few replications for an interval, and they do not agree */
    EXPECT_ACROSS,    /* the interval lies on both sides of a bound */
};

struct judgement {
    const struct expectation *expectation;
    const struct metric *metric; /* NULL: there is none of that name */
    enum expect_condition condition;
    const char *balancer;
    const char *other;  /* of a relation; else NULL */
    const char *absent; /* left out: which of them does not run */
    enum expect_verdict verdict;
    enum expect_why why;
    bool exact;            /* every run gives this value: nothing is drawn */
    uint64_t replications; /* that were looked at; of these */
    uint64_t holding;      /* kept what is wanted */
    uint64_t empty;        /* had no value, or the other had none */
    uint64_t endless;      /* had a wait that did not end */
    bool has_value;
    double value;       /* the mean; of: worst: of the replication furthest out */
    double other_value; /* of a relation: the other's, in the same way */
    bool has_interval;  /* of the mean; of a relation: of value - factor other_value */
    double low_95, high_95;
};

struct judgements {
    const struct experiment *experiment;
    struct judgement *judgement; /* in the order of the file; then of the balancers */
    uint32_t count;
};

/* Judges all that the experiment's scenario expects. Expectations whose `at` is not the end are
 * judged by runs that end there, once for each such time, with the same seed and replications: a
 * run is causal, so they are the beginning of the full ones. Of the options they take threads,
 * slot, progress and context, which are told of those runs. NULL: given up. Freed with
 * judgements_free(). */
struct judgements *expect_judge(const struct experiment *, const struct run_options *);
void judgements_free(struct judgements *);

/* The worst verdict of those that count, of level error and not left out: EXPECT_FAILED, else
 * EXPECT_UNJUDGED, else EXPECT_PASSED. */
enum expect_verdict expect_outcome(const struct judgements *);

/* ---- In words ---- */

#define EXPECT_TEXT_MAX 512
/* "pass", "left out", "cannot judge", "FAIL"; "warn" for a failure of level warn. */
const char *expect_verdict_text(const struct judgement *);
/* "<= 1.01", ">= 0.5 and <= 0.6", "0.5 -+ 0.01", "<= 0.8 * round_robin" */
char *expect_wanted_text(const struct judgement *, char text[EXPECT_TEXT_MAX]);
/* "end" or "1h50m" */
char *expect_at_text(const struct judgements *, const struct judgement *, char text[32]);
/* All of it in a sentence: "round_robin: live_misplaced_avg is 0.2027; wanted <= 0.05". */
char *expect_sentence(const struct judgements *, const struct judgement *,
                      char text[EXPECT_TEXT_MAX]);

#endif
