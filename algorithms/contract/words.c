/* words.c: the parameters that an algorithm is tried with. SPDX-License-Identifier: MIT */
#include "contract.h"

#include "../lb_author.h"

bool lb_contract_next_words(const struct lb_algorithm *algorithm, uint64_t param[LB_PARAMS_MAX])
{
    for (uint32_t i = 0; i < LB_PARAMS_MAX && algorithm->param[i].name != NULL; i++) {
        const struct lb_param *one = &algorithm->param[i];
        if (one->words == NULL)
            continue;
        param[i] = param[i] == one->max ? one->min : param[i] + 1;
        if (param[i] != one->fallback)
            return true;
    }
    return false;
}

/* The next with one word apart from the fallbacks. */
static bool next_word(const struct lb_algorithm *algorithm, uint64_t param[LB_PARAMS_MAX])
{
    const struct lb_param *table = lb_algorithm_params(algorithm);
    uint32_t p = 0;
    while (p < LB_PARAMS_MAX && table[p].name != NULL &&
           (table[p].words == NULL || param[p] == table[p].fallback))
        p++;
    if (p == LB_PARAMS_MAX || table[p].name == NULL)
        p = 0;
    for (; p < LB_PARAMS_MAX && table[p].name != NULL; p++) {
        if (table[p].words == NULL)
            continue;
        param[p] = param[p] == table[p].max ? 0 : param[p] + 1;
        if (param[p] != table[p].fallback)
            return true;
    }
    return false;
}

uint32_t lb_contract_each(const struct lb_algorithm *algorithm, enum lb_contract_words words,
                          void (*visit)(void *context, const uint64_t param[LB_PARAMS_MAX]),
                          void *context)
{
    uint32_t visits = 0;
    struct lb_picker_config config;
    lb_picker_defaults(algorithm, &config);
    for (uint32_t p = 0; p < LB_PARAMS_MAX && algorithm->param[p].name != NULL; p++)
        if (algorithm->param[p].words == NULL)
            config.param[p] = algorithm->param[p].or_off ? 0 : algorithm->param[p].min;
    do {
        visit(context, config.param);
        visits++;
    } while (words == LB_CONTRACT_ALL_WORDS ? lb_contract_next_words(algorithm, config.param)
                                            : next_word(algorithm, config.param));
    return visits;
}
