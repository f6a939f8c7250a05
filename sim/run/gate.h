/* gate.h: a scenario's numbers of now against those of a baseline.
 *
 * A ROW is one metric of one balancer, run by run: gate_rows.c says which there are. A baseline
 * keeps the rows of an earlier lbsim, as printed, with all that must be equal for a comparison to
 * mean anything. gate_plan() makes baselines; gate_compare() judges against one. Every run of now
 * meets the customers that the run of that number met then. */
#ifndef SIM_RUN_GATE_H
#define SIM_RUN_GATE_H

#include "sim/run/gate_math.h"

/* ---- What is done ---- */

/* What is run in the place of a balancer; from GATE_OTHER_PICKS on, what a gate tries itself out
 * with. */
enum gate_variant {
    GATE_AS_IT_IS,
    GATE_PLANNING,      /* other random numbers, the same law: by these a baseline is planned */
    GATE_OTHER_PICKS,   /* and others again: must not fail */
    GATE_LOST_RELEASES, /* it never hears that a connection ended */
    GATE_FORGETS,       /* its counts end with every change of the list */
    GATE_RANDOM,        /* random picks */
    GATE_VARIANTS
};
/* "releases lost", for people. */
const char *gate_variant_text(enum gate_variant);

struct gate_options {
    bool has_seed;
    uint64_t seed; /* instead of the scenarios' */
    uint32_t threads;
    uint64_t most; /* runs that a row may take in a baseline; 0: GATE_RUNS_MOST */
    /* Called now and then; false: give up. May be NULL. */
    bool (*progress)(void *context, const char *scenario, uint64_t done, uint64_t trials);
    /* Called before the runs of a sample. May be NULL. */
    void (*begins)(void *context, const struct scenario *, uint32_t balancer, enum gate_variant);
    void *context;
    struct run_slot *slot; /* as struct run_options has it */
};
uint64_t gate_seed(const struct scenario *, const struct gate_options *);

/* ---- Rows ---- */

struct gate_value { /* as files write it; "": none */
    char text[METRIC_TEXT_MAX];
};

struct gate_row {
    char *balancer, *traffic, *metric; /* traffic: all, or its name; metric: settle_s:up */
    uint64_t runs;                     /* 0: not gated */
    struct gate_value *value; /* [runs]; where the balancer draws nothing the first decides */
    uint64_t needs; /* not gated: so many runs; GATE_RUNS_NEVER: no number would do; 0: there is no
                     * value to compare */
};
void gate_row_free(struct gate_row *);
/* By balancer, metric and traffic, in alphabetical order: < 0, 0, > 0. */
int gate_row_order(const struct gate_row *, const struct gate_row *);

/* Who is furthest from its share of the connections, in run 0, over the time that the row is about.
 */
struct gate_place {
    const char *server; /* NULL: nobody, or nothing is known */
    double held, entitled;
};

/* A row of runs that were just made. */
struct gate_track {
    struct gate_row row; /* every run has its value */
    const struct metric *metric;
    uint32_t change;                 /* of METRIC_OF_CHANGE */
    const struct world_event *event; /* that it follows; NULL: it is of the run */
    double span_s;                   /* what a wait that did not end counts as */
    bool warns; /* it has no direction, so another number is no more than a warning */
    bool known; /* some run has something to say */
    struct gate_place place;
};

struct gate_sample {
    uint64_t runs;
    bool draws;       /* some pick of some run drew a random number */
    uint64_t *digest; /* [runs]: of the outside traffic */
    struct gate_track *track;
    uint32_t tracks;
};

/* Runs 0 to runs - 1 of a balancer of the scenario. NULL: given up. */
struct gate_sample *gate_sample_run(const struct scenario *, uint32_t balancer, uint64_t runs,
                                    enum gate_variant, const struct gate_options *);
void gate_sample_free(struct gate_sample *);
/* One of its runs alone, in slot 0, as experiment_try() does it. */
void gate_sample_try(const struct scenario *, uint32_t balancer, uint64_t run, enum gate_variant,
                     const struct gate_options *);
/* The number that a value counts as: a wait that did not end took its whole span. NAN: none. */
double gate_number(const struct gate_track *, const struct gate_value *);

/* ---- Baselines ---- */

struct gate_balancer {
    char *name;
    uint64_t hash;
    bool draws;
};

struct gate_baseline {
    char *scenario;
    uint64_t metric_version, sampling_version, seed, world_hash;
    uint64_t *digest; /* [runs]: of run r's outside traffic, alike for every balancer */
    uint64_t runs;    /* the most that a row has */
    struct gate_balancer *balancer;
    uint32_t balancers;
    struct gate_row *row; /* in their order, none twice */
    uint32_t rows;
};
void gate_baseline_free(struct gate_baseline *);
/* The balancer of this name, or NULL. */
const struct gate_balancer *gate_balancer_find(const struct gate_baseline *, const char *name);

/* A baseline for each scenario, into baseline[scenarios], which is zeroed: they are planned
 * together, for all comparisons of a gate are to hold together. false: given up, and all of them
 * are NULL. */
bool gate_plan(const struct scenario *const *, uint32_t scenarios, const struct gate_options *,
               struct gate_baseline **baseline);

/* Rows of a baseline that chance has a part in: the comparisons that are to hold together. */
uint64_t gate_tests(const struct gate_baseline *);

/* ---- Judging ---- */

/* Why something cannot be judged. */
enum gate_why {
    GATE_JUDGED,
    /* Of a whole scenario: */
    GATE_NO_BASELINE,
    GATE_DAMAGED,        /* what is in its place is none, as who reads files finds */
    GATE_OTHER_METRICS,  /* made by another version of the metrics, */
    GATE_OTHER_SAMPLING, /* of the sampling, */
    GATE_OTHER_SEED,     /* with another seed, */
    GATE_OTHER_WORLD,    /* of another scenario, */
    GATE_OTHER_TRAFFIC,  /* whose customers were others */
    GATE_NOTHING,        /* of what runs here no row is gated; the findings say of each why */
    /* Of rows: */
    GATE_OTHER_BALANCER, /* it is another one by that name */
    GATE_NOT_IN_BASELINE,
    GATE_NOT_IN_RUN,
    GATE_NO_VALUE, /* there was one in the baseline */
    GATE_TOO_FEW,  /* runs, for what is between not worse and worse: see answer.needs */
    GATE_RARE,     /* fewer than GATE_UNEQUAL_LEAST runs differ, but one by more than tolerated */
    GATE_WHYS
};
/* A sentence's end: "the baseline was made with another seed". */
const char *gate_why_text(enum gate_why);

struct gate_finding {
    /* The baseline's or the run's. Of a balancer that cannot be judged at all: no traffic and no
     * metric. */
    const char *balancer, *traffic, *metric;
    const struct world_event *event; /* that it follows; or NULL */
    enum gate_verdict verdict;
    enum gate_why why;
    struct gate_answer answer;
    uint64_t runs, needs; /* needs: of a row that is not gated */
    bool exact;           /* nothing is drawn on either side */
    bool warns;           /* of level warn: the gate ends as if it were not there */
    uint64_t endless;     /* runs of now in which a wait did not end: it counts as its span */
    double before, after; /* means */
    double tolerance;
    struct gate_place place;
    bool is_time; /* in seconds */
};

/* One scenario. */
struct gate_judged {
    const struct scenario *scenario;
    const struct gate_baseline *baseline; /* or NULL */
    enum gate_why why;                    /* of the whole; then there may be no findings */
    struct gate_finding *finding;         /* balancer by balancer */
    uint32_t findings;
    struct gate_sample **sample; /* [scenario->balancers]: what findings point into */
    uint64_t count[GATE_VERDICTS];
};

/* Judges a scenario, whose balancers may be fewer than the baseline's where `partly`. baseline: may
 * be NULL. tests: of all baselines together. NULL: given up. Freed with gate_judged_free(), before
 * the scenario and the baseline. */
struct gate_judged *gate_compare(const struct scenario *, const struct gate_baseline *, bool partly,
                                 uint64_t tests, enum gate_variant, const struct gate_options *);
void gate_judged_free(struct gate_judged *);

/* 1 if any row fails; else 2 if anything cannot be judged; else 0; rows of level warn do neither.
 * exact: 1 unless all are the same, but for rows that are not gated. */
int gate_outcome(const struct gate_judged *const *, uint32_t judged, bool exact);

#endif
