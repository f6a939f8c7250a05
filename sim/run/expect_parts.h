/* expect_parts.h: what the parts of judging share; private to sim/run/expect*.c. */
#ifndef SIM_RUN_EXPECT_PARTS_H
#define SIM_RUN_EXPECT_PARTS_H

#include "sim/run/expect.h"

/* What an expectation is about, found in an experiment that ends when it says. */
struct expect_question {
    const struct experiment *experiment;
    uint32_t balancer, other; /* indices there; other: of a relation */
    uint32_t change;
};

/* expect_verdict.c: judges it; expectation, metric and condition are there. */
void expect_decide(const struct expect_question *, struct judgement *);

#endif
