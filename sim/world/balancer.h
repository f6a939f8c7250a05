/* balancer.h: what one balancer is: an algorithm, what it sees, and how changes reach it; and the
 * presets, which are named real-world combinations of these. */
#ifndef SIM_WORLD_BALANCER_H
#define SIM_WORLD_BALANCER_H

#include "algorithms/lb.h"
#include "sim/workload/fault.h"

/* How a new member list reaches a picker. */
enum change {
    CHANGE_IN_PLACE, /* the picker stays, its list is edited */
    CHANGE_REBUILD,  /* same worker, new generation: a new picker when this worker next picks */
    CHANGE_RELOAD, /* new workers, new generation; the old ones live until their connections end */
};

/* Where a pick's random numbers come from. */
enum draws {
    DRAWS_CONNECTION, /* the connection's own stream: one draw more shifts nobody else's */
    DRAWS_SEQUENCE,   /* the n-th draw of the scope, as in the nginx module */
    DRAWS_PROCESS,    /* the n-th draw of the scope, alike in every process: HAProxy 2.6 */
};

/* Habits of real gateways around their algorithm. One row of `traits` each; the words of a trait
 * are numbered from 0, which is the habit of the plain algorithms. */
enum trait {
    TRAIT_SINGLE,
    TRAIT_RETURNS,
    TRAIT_PLACE,
    TRAIT_WHEN_FULL,
    TRAIT_ANSWER,
    TRAIT_WEIGHT_ZERO,
    TRAIT_FAILURES,
    TRAIT_RELEASE_TWICE,
    TRAIT_COUNT_TABLE,
    TRAIT_SLOW_START,
    TRAIT_REDISPATCH,
    TRAIT_RING_ID,
    TRAITS
};
enum { SINGLE_COUNTED, SINGLE_BYPASSED, SINGLE_RETRIED };
enum { RETURNS_SAME, RETURNS_NEW };
enum { PLACE_DECLARED, PLACE_APPENDED };
enum { FULL_REFUSE, FULL_IGNORE, FULL_QUEUE };
enum { ANSWER_LIST, ANSWER_FIXED, ANSWER_ROTATED };
enum { ZERO_NOTHING, ZERO_LAST, ZERO_REFUSED };
enum { FAILURES_FORGOTTEN, FAILURES_COUNTED };
enum { RELEASE_ONCE, RELEASE_EXHAUSTED };
enum { TABLE_READ, TABLE_GUESSED, TABLE_FOLLOWED };
enum { SLOW_START_IGNORED, SLOW_START_STEPS };
enum { REDISPATCH_ELSEWHERE, REDISPATCH_NEVER };
enum { RING_ID_ORDER, RING_ID_ZERO };

/* A choice among words, as scenario keys, help and tables spell it. */
struct choice {
    const char *key, *help;
    const char *const *words; /* ends with NULL; a word's place is its number */
};
extern const struct choice traits[TRAITS];
extern const struct choice change_choice, draws_choice;

#define REAP_NEVER UINT64_MAX

struct balancer {
    char *name; /* as reports show it; owned by whoever made the balancer */
    const struct preset *preset;
    const struct lb_algorithm *algorithm;
    uint64_t param[LB_PARAMS_MAX];
    const struct lb_view *view;
    enum change change;
    enum draws draws;
    uint8_t trait[TRAITS];
    uint64_t reap_ns;   /* a crashed worker's rows are dropped so much later; or REAP_NEVER */
    uint32_t workers;   /* 0: as the gateway has */
    struct place place; /* of its entry in the scenario's file; line 0: it has none there */
};

/* A preset, as its table spells it. */
struct preset {
    const char *name, *product, *about;
    const char *algorithm, *params[4]; /* params: name, word, name, word */
    const char *view;
    enum change change;
    enum draws draws;
    bool leaked; /* a crashed worker's counts stay */
    uint8_t trait[TRAITS];
    const char *fidelity; /* how it is held against recordings */
};

const struct preset *preset_at(uint32_t i); /* NULL: past the last */
const struct preset *preset_find(const char *name);

/* The balancer that a preset means, without a name of its own. */
struct balancer balancer_of_preset(const struct preset *);

/* The same for an algorithm that is not the library's: what the plain presets are, view host,
 * change in_place, reaped; its preset has no name. */
struct balancer balancer_of_algorithm(const struct lb_algorithm *);

/* The number of a word in a choice or in an algorithm's parameter, or -1. */
int word_find(const char *const *words, const char *word);

#endif
