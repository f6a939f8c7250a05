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

enum { LB_CONTRACT_LAWS = 17, LB_CONTRACT_WHAT = 256, LB_CONTRACT_BEYOND = 512 };

/* A list of operations, as `lbsim replay` reads it. */
struct lb_contract_trace {
    char *text; /* CSV op,id,value */
    uint32_t operations, workers;
    const char *change; /* what every list of it does: in_place, rebuild or reload; NULL: mixed */
    bool plays;         /* replay reads it; false: not all of it can be said to a replay */
    /* What replay's one host does otherwise, or cannot do: some clauses; "": nothing. */
    char beyond[LB_CONTRACT_BEYOND];
};

/* A law that did not hold, and where. */
struct lb_contract_fault {
    const char *law, *statement, *algorithm, *view; /* names; and the law in words */
    enum lb_mode mode;
    const uint64_t *param;       /* LB_PARAMS_MAX of them */
    uint64_t seed;               /* the same seed shows the fault again */
    uint32_t step;               /* the operation it was seen at, from 1; one more than there are:
                                  * when all was closed in the end; 0: it needs none */
    char what[LB_CONTRACT_WHAT]; /* one sentence */
    const char *how;             /* what was done beside playing the list once; or NULL */
    /* The shortest list that was found to show it; NULL where there is none, or none was looked
     * for. */
    const struct lb_contract_trace *trace;
    const struct lb_contract_case *played; /* for lb_contract_again() */
};

struct lb_contract_law {
    const char *name, *statement;
};

/* To list the laws. NULL: past the last. */
const struct lb_contract_law *lb_contract_law_at(uint32_t i);

/* Tries all laws on the algorithm with these parameters (LB_PARAMS_MAX of them; NULL: its
 * fallbacks), calls `report` (or NULL) for each fault, and returns how many laws were broken. A run
 * of operations ends at its first fault, so one mistake is not told a hundred times. All in this
 * process: what crashes takes it along. */
int lb_contract_run(const struct lb_algorithm *, const uint64_t *param, uint64_t seed,
                    void (*report)(void *context, const struct lb_contract_fault *), void *context);

struct lb_contract_result {
    bool broken[LB_CONTRACT_LAWS]; /* in the order of lb_contract_law_at() */
    bool died;                     /* it crashed, or did not come back; no more was tried then */
    uint32_t lists, combinations;  /* how many lists were played, and of parameters' words */
};

/* The same in processes of their own, with the fallbacks and then with each combination of words,
 * numbers at their least; each broken law is reported once, with the shortest list of operations
 * that was found to break it. law: the name of the only one to look for, and no further once it is
 * broken; NULL: all. Bounded: an operation has 300 ms of the processor, and 6 s; who takes longer
 * is killed, whatever signals it holds back. SIGCHLD is put aside meanwhile. Returns how many laws
 * were broken. The algorithm must be as it was loaded: nobody called it before; in this process
 * nobody does. `progress` (or NULL) hears, after each list, how many of all there may be were
 * played; it has the context of `report`. */
int lb_contract_find(const struct lb_algorithm *, const char *law, uint64_t seed,
                     void (*report)(void *context, const struct lb_contract_fault *),
                     void (*progress)(void *context, uint32_t lists, uint32_t of), void *context,
                     struct lb_contract_result *);

/* Of a fault that has a trace, while it is reported: is the law broken again, by the list without
 * operation `without` (from 1; 0: by all of it)? */
bool lb_contract_again(const struct lb_contract_fault *, uint32_t without);

/* Steps through all combinations of the parameters that have words; numbers are left alone. Start
 * from the fallbacks. false: that was the last one, and param is at the fallbacks' words again. */
bool lb_contract_next_words(const struct lb_algorithm *, uint64_t param[LB_PARAMS_MAX]);

enum lb_contract_words {
    LB_CONTRACT_ONE_WORD,  /* each word, one of them apart from the fallbacks */
    LB_CONTRACT_ALL_WORDS, /* all combinations */
};

/* Calls `visit` with parameters, the fallbacks' words first; numbers at their least and, of those
 * that can be off, off: what they cost must not be paid ten thousand times. Returns how often. */
uint32_t lb_contract_each(const struct lb_algorithm *, enum lb_contract_words,
                          void (*visit)(void *context, const uint64_t param[LB_PARAMS_MAX]),
                          void *context);

#ifdef __cplusplus
}
#endif

#endif
