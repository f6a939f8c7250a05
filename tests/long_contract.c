/* long_contract.c: every algorithm keeps the laws, in every combination of its words. */
#include "algorithms/contract/contract.h"
#include "tests/harness.h"

static void show(void *context, const struct lb_contract_fault *fault)
{
    (void)context;
    CHECK_ROW(false, "%s (%llu %llu %llu), law %s, view %s, seed %llu, step %u: %s",
              fault->algorithm, (unsigned long long)fault->param[0],
              (unsigned long long)fault->param[1], (unsigned long long)fault->param[2], fault->law,
              fault->view, (unsigned long long)fault->seed, fault->step, fault->what);
}

struct trial {
    const struct lb_algorithm *algorithm;
};

static void keeps_all_laws(void *context, const uint64_t param[LB_PARAMS_MAX])
{
    const struct trial *trial = context;
    CU_ASSERT_EQUAL(lb_contract_run(trial->algorithm, param, 12217, show, NULL), 0);
}

static void all_combinations_keep_all_laws(void)
{
    uint32_t tried = 0;
    for (uint32_t i = 0; lb_algorithm_at(i) != NULL; i++) {
        struct trial trial = {lb_algorithm_at(i)};
        tried += lb_contract_each(trial.algorithm, LB_CONTRACT_ALL_WORDS, keeps_all_laws, &trial);
    }
    CU_ASSERT(tried >= 50);
}

static const struct test tests[] = {
    {"all combinations of words", all_combinations_keep_all_laws},
};

SUITE("long_contract", tests)
