/* gate_math.h: whether two runs of the same customers differ by more than is tolerated.
 *
 * Everything rests on pairs: run r of the one and run r of the other met the same customers, so
 * what they share cancels out of their difference. Chance is what is left of it where balancers
 * draw random numbers; Student's t says how much of that the mean of R pairs may hold. All
 * comparisons of one verdict together are wrong with 5 % at most, so each of M is held against
 * c_R = t_{R-1}(1 - .05 / (2 M)), Bonferroni's.
 *
 * Numbers of GSL enter decisions here and nothing else: they differ between machines in the last
 * digits, and nothing that is run depends on them. */
#ifndef SIM_RUN_GATE_MATH_H
#define SIM_RUN_GATE_MATH_H

#include "sim/run/metrics.h"

#define GATE_RUNS_LEAST    20  /* of rows that chance has a part in, or may have one day */
#define GATE_RUNS_MOST     256 /* who needs more is not gated */
#define GATE_RUNS_NEVER    UINT64_MAX
#define GATE_UNEQUAL_LEAST 10 /* pairs that differ, for Student's t to mean anything */

/* c_R, of `tests` comparisons; runs >= 2, tests >= 1. */
double gate_critical(uint64_t runs, uint64_t tests);

/* What a metric is at its best: 1 for max/mean, min/mean and Jain's index, else 0. */
double gate_ideal(const struct metric *);
/* How much worse its mean may become: a tenth of its distance to the ideal, but for ratios and
 * times no less than nobody would care about: .002, of misplaced .001, 2 s. */
double gate_tolerance(const struct metric *, double mean);

/* The least number of runs, from GATE_RUNS_LEAST on, by which a change of nothing would pass with
 * 90 %, and one of twice the tolerance fail: (c_R + 1.28) sd / sqrt(R) <= tolerance. About so: the
 * sd of a gate's own runs is an estimate, which makes it 86 % at 20 runs and 100 tests, and 89.7 %
 * at 256. GATE_RUNS_NEVER: more than ten million. */
uint64_t gate_runs_needed(double sd, double tolerance, uint64_t tests);

double gate_mean(const double *number, uint64_t count);
/* Of the differences one - other; 0 for fewer than two. */
double gate_sd_of_differences(const double *one, const double *other, uint64_t count);

enum gate_verdict {
    GATE_SAME,    /* in every printed value */
    GATE_PASS,    /* not worse by more than is tolerated */
    GATE_BETTER,  /* better by more than that: worth a new baseline */
    GATE_CHANGED, /* nothing is left to chance and the value is another one, within tolerance */
    GATE_FAIL,
    GATE_CANNOT_JUDGE,
    GATE_NOT_GATED, /* as the baseline says: it would take too many runs, or had no value */
    GATE_VERDICTS,
};

struct gate_question {
    const double *before, *after; /* [runs] */
    uint64_t runs, tests;
    double tolerance;
    enum metric_better better; /* BETTER_NEITHER: either way is worse */
    bool same;                 /* all printed values are equal */
    bool exact;                /* neither side drew a random number for its picks */
};

struct gate_answer {
    enum gate_verdict verdict;
    double worse;           /* the mean of the differences, positive where it became worse; without
                           * direction: after - before */
    double low, high;       /* what is decided by: worse -+ c_R sd / sqrt(R) */
    double low_95, high_95; /* what is shown: a plain interval */
    bool has_interval;      /* the four above are there */
    uint64_t unequal;       /* pairs that differ */
    uint64_t needs; /* cannot judge for want of runs: so many would tell, if the mean and the sd
                     * stay what they are; or 0, or GATE_RUNS_NEVER */
};

struct gate_answer gate_judge(const struct gate_question *);

#endif
