/* long_contract.c: every algorithm keeps the laws, in every combination of its words. */
#include "algorithms/contract/contract.h"
#include "tests/harness.h"

static void show(void *context, const struct lb_contract_fault *fault)
{
    const uint64_t *param = context;
    CHECK_ROW(false, "%s (%llu %llu %llu), law %s, view %s, seed %llu, step %u: %s",
              fault->algorithm, (unsigned long long)param[0], (unsigned long long)param[1],
              (unsigned long long)param[2], fault->law, fault->view,
              (unsigned long long)fault->seed, fault->step, fault->what);
}

/* Numbers at their least, and, of those that can be off, off. */
static void all_combinations_keep_all_laws(void)
{
    uint32_t tried = 0;
    for (uint32_t i = 0; lb_algorithm_at(i) != NULL; i++) {
        const struct lb_algorithm *algorithm = lb_algorithm_at(i);
        struct lb_picker_config config;
        lb_picker_defaults(algorithm, &config);
        for (uint32_t p = 0; lb_algorithm_params(algorithm)[p].name != NULL; p++)
            if (lb_algorithm_params(algorithm)[p].words == NULL)
                config.param[p] = lb_algorithm_params(algorithm)[p].or_off
                                      ? 0
                                      : lb_algorithm_params(algorithm)[p].min;
        do {
            CU_ASSERT_EQUAL(lb_contract_run(algorithm, config.param, 12217, show, config.param), 0);
            tried++;
        } while (lb_contract_next_words(algorithm, config.param));
    }
    CU_ASSERT(tried >= 50);
}

static const struct test tests[] = {
    {"all combinations of words", all_combinations_keep_all_laws},
};

SUITE("long_contract", tests)
