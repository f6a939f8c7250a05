/* test_contract.c: every algorithm keeps the laws; a lawless one is caught by the law it breaks. */
#include "algorithms/contract/contract.h"
#include "tests/harness.h"
#include "tests/lawless.h"

#include <stdio.h>
#include <string.h>

/* ---- Every algorithm of the registry ---- */

static void show(void *context, const struct lb_contract_fault *fault)
{
    (void)context;
    CHECK_ROW(false, "%s (%llu %llu %llu), law %s, view %s, %s, seed %llu, step %u: %s",
              fault->algorithm, (unsigned long long)fault->param[0],
              (unsigned long long)fault->param[1], (unsigned long long)fault->param[2], fault->law,
              fault->view, fault->mode == LB_SUM ? "LB_SUM" : "LB_KEPT",
              (unsigned long long)fault->seed, fault->step, fault->what);
}

struct trial {
    const struct lb_algorithm *algorithm;
    uint32_t visits;
};

/* With the fallbacks' words, which come first; long_contract.c has the others, for they take long.
 */
static void keeps_all_laws(void *context, const uint64_t param[LB_PARAMS_MAX])
{
    struct trial *trial = context;
    if (trial->visits++ == 0)
        CU_ASSERT_EQUAL(lb_contract_run(trial->algorithm, param, 12217, show, NULL), 0);
}

static void registered_algorithms_keep_all_laws(void)
{
    uint32_t tried = 0;
    for (uint32_t i = 0; lb_algorithm_at(i) != NULL; i++) {
        struct trial trial = {lb_algorithm_at(i), 0};
        tried += lb_contract_each(trial.algorithm, LB_CONTRACT_ONE_WORD, keeps_all_laws, &trial);
    }
    CU_ASSERT(tried >= 25);
}

static void words_are_stepped_through_once_each(void)
{
    for (uint32_t i = 0; lb_algorithm_at(i) != NULL; i++) {
        const struct lb_algorithm *algorithm = lb_algorithm_at(i);
        const struct lb_param *param = lb_algorithm_params(algorithm);
        uint32_t wanted = 1, seen = 1;
        for (; param->name != NULL; param++)
            wanted *= param->words == NULL ? 1 : (uint32_t)param->max + 1;
        struct lb_picker_config config;
        lb_picker_defaults(algorithm, &config);
        uint64_t before[LB_PARAMS_MAX];
        memcpy(before, config.param, sizeof before);
        while (lb_contract_next_words(algorithm, config.param)) {
            CU_ASSERT(memcmp(before, config.param, sizeof before) != 0);
            seen++;
        }
        CU_ASSERT_EQUAL(seen, wanted);
        CU_ASSERT_EQUAL(memcmp(before, config.param, sizeof before), 0);
    }
}

static void laws_can_be_listed(void)
{
    uint32_t laws = 0;
    for (; lb_contract_law_at(laws) != NULL; laws++) {
        const struct lb_contract_law *law = lb_contract_law_at(laws);
        CU_ASSERT(strlen(law->name) > 0 && strlen(law->statement) > 20);
        for (uint32_t i = 0; i < laws; i++)
            CU_ASSERT(strcmp(law->name, lb_contract_law_at(i)->name) != 0);
    }
    CU_ASSERT_EQUAL(laws, LB_CONTRACT_LAWS);
}

struct caught {
    const char *law;
    uint32_t faults, of_law;
    struct lb_contract_fault first;
};

static void note_fault(void *context, const struct lb_contract_fault *fault)
{
    struct caught *caught = context;
    if (caught->faults++ == 0)
        caught->first = *fault;
    caught->of_law += caught->law != NULL && strcmp(caught->law, fault->law) == 0;
}

/* What ends the process is for test_contract_shrunk.c. */
static void lawless_algorithms_are_caught(void)
{
    for (uint32_t i = 0; lawless_at(i) != NULL; i++) {
        struct caught caught = {.law = lawless_at(i)->law};
        const char *name = lawless_at(i)->algorithm.name;
        if (lawless_at(i)->law != NULL && strcmp(lawless_at(i)->law, "returns") == 0)
            continue;
        int laws = lb_contract_run(&lawless_at(i)->algorithm, NULL, 1, note_fault, &caught);
        if (lawless_at(i)->law == NULL)
            CHECK_ROW(laws == 0 && caught.faults == 0, "%s should keep all laws: %s, %s", name,
                      caught.first.law, caught.first.what);
        else
            CHECK_ROW(laws > 0 && caught.of_law > 0, "%s: law %s did not catch it (%d others did)",
                      name, lawless_at(i)->law, laws);
    }
}

static const struct lb_algorithm *find_lawless(const char *name)
{
    uint32_t i = 0;
    while (strcmp(lawless_at(i)->algorithm.name, name) != 0)
        i++;
    return &lawless_at(i)->algorithm;
}

static void a_fault_shows_again_from_its_seed(void)
{
    struct caught one = {.law = "usable"}, two = {.law = "usable"};
    const struct lb_algorithm *limitless = find_lawless("ignores max_conns");
    CU_ASSERT(lb_contract_run(limitless, NULL, 5, note_fault, &one) > 0);
    CU_ASSERT(lb_contract_run(limitless, NULL, 5, note_fault, &two) > 0);
    CU_ASSERT_EQUAL(one.faults, two.faults);
    CU_ASSERT_EQUAL(one.first.step, two.first.step);
    CU_ASSERT_EQUAL(one.first.seed, 5);
    CU_ASSERT_STRING_EQUAL(one.first.what, two.first.what);
    CU_ASSERT_STRING_EQUAL(one.first.algorithm, "ignores max_conns");
    CU_ASSERT_PTR_NOT_NULL(lb_view_find(one.first.view));
}

static const struct test tests[] = {
    {"registered algorithms keep all laws", registered_algorithms_keep_all_laws},
    {"words are stepped through once each", words_are_stepped_through_once_each},
    {"laws can be listed", laws_can_be_listed},
    {"lawless algorithms are caught", lawless_algorithms_are_caught},
    {"a fault shows again from its seed", a_fault_shows_again_from_its_seed},
};
SUITE("test_contract", tests)
