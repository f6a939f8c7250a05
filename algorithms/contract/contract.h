/* contract.h: the laws that every algorithm keeps, as a library. SPDX-License-Identifier: MIT
 *
 * For authors: hand it your algorithm and it plays a small host around it (two gateway instances,
 * four workers, member lists that change, crashes, retries), over every view and in both modes of a
 * region, and holds each pick against a ledger of its own. It knows no algorithm by name.
 *
 *     static void show(void *to, const struct lb_contract_fault *fault) { puts(fault->what); }
 *     ...
 *     return lb_contract_run(&my_algorithm, NULL, 1, show, NULL) == 0 ? 0 : 1;
 *
 * It may allocate, and it aborts where memory is exhausted: it is for tests. */
#ifndef LB_CONTRACT_H
#define LB_CONTRACT_H

#include "../lb.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A law that did not hold, and where. */
struct lb_contract_fault {
    const char *law, *algorithm, *view; /* names */
    enum lb_mode mode;
    uint64_t seed;  /* the same seed shows the fault again */
    uint32_t step;  /* the operation it was seen at, or the pick at which two runs parted */
    char what[256]; /* one sentence */
};

struct lb_contract_trial; /* one algorithm on trial, in one view and one mode */

struct lb_contract_law {
    const char *name, *statement;
    /* What tries it. Several laws may be tried by one exercise. */
    void (*exercise)(struct lb_contract_trial *);
};

/* To list the laws. NULL: past the last. */
const struct lb_contract_law *lb_contract_law_at(uint32_t i);

/* Tries all laws on the algorithm with these parameters (LB_PARAMS_MAX of them; NULL: its
 * fallbacks), calls `report` (or NULL) for each fault, and returns how many laws were broken. A run
 * of operations ends at its first fault, so one mistake is not told a hundred times. */
int lb_contract_run(const struct lb_algorithm *, const uint64_t *param, uint64_t seed,
                    void (*report)(void *context, const struct lb_contract_fault *), void *context);

/* Steps through all combinations of the parameters that have words; numbers are left alone. Start
 * from the fallbacks. false: that was the last one, and param is at the fallbacks' words again. */
bool lb_contract_next_words(const struct lb_algorithm *, uint64_t param[LB_PARAMS_MAX]);

#ifdef __cplusplus
}
#endif

#endif
