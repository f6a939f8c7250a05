/* gate.h: a gate's verdict, rendered: for people, and for the machines that run it for them. */
#ifndef REPORTS_GATE_H
#define REPORTS_GATE_H

#include <stdio.h>

#include "sim/run/expect.h"
#include "sim/run/gate.h"
#include "sim/run/plugin.h"

struct gate_report {
    const struct gate_judged *const *judged; /* [scenarios] */
    uint32_t scenarios;
    const struct judgements *const *judgements; /* [expecting]: of the scenarios that expect */
    uint32_t expecting;
    bool exact; /* whatever is not the same fails */
    bool colour;
    const char *const *word; /* [scenarios]: as the command line names them; NULL: their files */
    const char *const *path; /* [scenarios]: of the baselines; or NULL */
    const char *const
        *damage;           /* [scenarios]: what is wrong with a baseline; or NULL, and so each */
    const char *directory; /* of the baselines, as the command line names it; NULL: by default */
    bool has_seed;         /* -s was given */
    uint64_t seed;
    const struct plugins *plugins; /* or NULL */
    const char *const *asked;      /* the balancers, as -b spells them; NULL: it was not given */
    int code;                      /* that the program ends with */
};

/* The terminal's: 80 columns. What failed comes with what to type to see it, and to accept it. */
void report_gate_text(const struct gate_report *, FILE *);
/* JUnit XML: a testsuite a scenario, a testcase a row. */
void report_gate_junit(const struct gate_report *, FILE *);
/* Annotations as GitHub's runners take them from stdout, one a balancer: of what fails and what
 * cannot be judged. */
void report_gate_github(const struct gate_report *, FILE *);
/* A table for a page of Markdown. */
void report_gate_markdown(const struct gate_report *, FILE *);

#endif
