/* balancer.c: the words of balancers, and how a preset becomes one. */
#include "sim/world/balancer.h"

#include <assert.h>
#include <string.h>

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

const struct choice change_choice = {.key = "change",
                                     .help = "how a new member list reaches a picker",
                                     .words = WORDS("in_place", "rebuild", "reload")};

const struct choice draws_choice = {.key = "draws",
                                    .help = "where a pick's random numbers come from",
                                    .words = WORDS("connection", "sequence", "process")};

const struct choice traits[TRAITS] = {
    [TRAIT_SINGLE] = {.key = "single",
                      .help = "a sole server: like any other, picked past the balancer, or counted "
                              "and retried where it failed",
                      .words = WORDS("counted", "bypassed", "retried")},
    [TRAIT_RETURNS] = {.key = "returns",
                       .help = "a server that comes back: the same to the ledger, or a new one",
                       .words = WORDS("same", "new")},
    [TRAIT_PLACE] = {.key = "place",
                     .help = "where a server enters the list: where it was declared, or last",
                     .words = WORDS("declared", "appended")},
    [TRAIT_WHEN_FULL] =
        {.key = "when_full",
         .help = "a server at max_conns: takes no more, or nobody looks; or opens wait for a "
                 "place, for ever if need be (not in `lbsim replay`, which refuses them)",
         .words = WORDS("refuse", "ignore", "queue")},
    [TRAIT_ANSWER] = {.key = "answer",
                      .help = "members come from the configuration, or from a DNS answer (no "
                              "weights, no limits) in fixed order or rotated at random for each "
                              "request",
                      .words = WORDS("list", "fixed", "rotated")},
    [TRAIT_WEIGHT_ZERO] = {.key = "weight_zero",
                           .help = "weight 0: takes nothing, is a last resort, or is refused",
                           .words = WORDS("nothing", "last", "refused")},
    [TRAIT_FAILURES] = {.key = "failures",
                        .help = "a failed attempt: forgotten, or counted against max_fails",
                        .words = WORDS("forgotten", "counted")},
    [TRAIT_RELEASE_TWICE] = {.key = "release_twice",
                             .help = "a connection's last server is released twice: never, or when "
                                     "its retries ran out",
                             .words = WORDS("never", "exhausted")},
    [TRAIT_COUNT_TABLE] = {.key = "count_table",
                           .help = "the table of view `seeded`: cleaned and read when a picker is "
                                   "built; with newcomers guessed at 4/5 of the average; or never "
                                   "cleaned, and read again at every pick and release",
                           .words = WORDS("read", "guessed", "followed")},
    [TRAIT_SLOW_START] = {.key = "slow_start",
                          .help = "a server's slow_start: nobody looks, or its limit rises second "
                                  "by second, and its weight with algorithms that know it",
                          .words = WORDS("ignored", "steps")},
    [TRAIT_REDISPATCH] = {.key = "redispatch",
                          .help = "an attempt that failed: tried elsewhere, as often as there are "
                                  "servers, or never, which refuses the open at once",
                          .words = WORDS("elsewhere", "never")},
    [TRAIT_RING_ID] = {.key = "ring_id",
                       .help = "where a server added at run time stands on a ring: by the next "
                               "number, or all by 0, until a reload numbers the list anew",
                       .words = WORDS("order", "zero")},
};

int word_find(const char *const *words, const char *word)
{
    for (int i = 0; words[i] != NULL; i++)
        if (strcmp(words[i], word) == 0)
            return i;
    return -1;
}

static void set_param(struct balancer *balancer, const char *name, const char *word)
{
    const struct lb_param *param = lb_algorithm_params(balancer->algorithm);
    for (uint32_t i = 0; param[i].name != NULL; i++)
        if (strcmp(param[i].name, name) == 0) {
            int value = word_find(param[i].words, word);
            assert(value >= 0 && "a preset names a word that its algorithm does not have");
            balancer->param[i] = (uint64_t)value;
            return;
        }
    assert(false && "a preset names a parameter that its algorithm does not have");
}

static struct balancer make(const struct preset *preset, const struct lb_algorithm *algorithm)
{
    struct balancer balancer = {
        .preset = preset,
        .algorithm = algorithm,
        .view = lb_view_find(preset->view),
        .change = preset->change,
        .draws = preset->draws,
        .reap_ns = preset->leaked ? REAP_NEVER : 0,
    };
    assert(balancer.algorithm != NULL && balancer.view != NULL);
    memcpy(balancer.trait, preset->trait, sizeof balancer.trait);
    struct lb_picker_config defaults;
    lb_picker_defaults(balancer.algorithm, &defaults);
    memcpy(balancer.param, defaults.param, sizeof balancer.param);
    for (uint32_t i = 0; i < 4 && preset->params[i] != NULL; i += 2)
        set_param(&balancer, preset->params[i], preset->params[i + 1]);
    return balancer;
}

struct balancer balancer_of_preset(const struct preset *preset)
{
    return make(preset, lb_algorithm_find(preset->algorithm));
}

struct balancer balancer_of_algorithm(const struct lb_algorithm *algorithm)
{
    static const struct preset own = {
        .product = "own", .view = "host", .change = CHANGE_IN_PLACE, .fidelity = "is itself"};
    return make(&own, algorithm);
}
