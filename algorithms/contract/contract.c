/* contract.c: the table of laws, and trying them. SPDX-License-Identifier: MIT */
#include "contract.h"

#include "../lb_author.h"
#include "mini.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct lb_contract_law laws[] = {
    [LAW_TABLE] = {"table", "the algorithm's table is whole: ABI, names, parameters within bounds",
                   lb_contract_exercise_table},
    [LAW_USABLE] =
        {"usable",
         "only a usable member is picked (not tried, full, down or failing; a backup only "
         "where nobody else is left), and its tried bit is set",
         lb_contract_exercise_ledger},
    [LAW_NONE] = {"none", "LB_NO_SERVER exactly when no member is usable, and then nothing changed",
                  lb_contract_exercise_borders},
    [LAW_OWN_LIST] = {"own_list", "pickers that share a scope skip servers outside their own list",
                      lb_contract_exercise_own_list},
    [LAW_ONE_COUNT] = {"one_count", "one pick counts one connection, in its own row and no other",
                       lb_contract_exercise_ledger},
    [LAW_LEDGER] = {"ledger", "a pick sees what the host's own ledger says that its view sees",
                    lb_contract_exercise_ledger},
    [LAW_ZERO] = {"zero", "when all is released all counts are zero", lb_contract_exercise_ledger},
    [LAW_RELEASE] = {"release",
                     "a release reaches the row it came from, and a second one is LB_BAD_LEASE",
                     lb_contract_exercise_ledger},
    [LAW_DROP] = {"drop",
                  "a dropped row takes back its own counts and no others; until then they "
                  "leak",
                  lb_contract_exercise_ledger},
    [LAW_EDIT] = {"edit", "an edit to the same list changes nothing; members that stay keep counts",
                  lb_contract_exercise_edits},
    [LAW_SAME_AGAIN] = {"same_again",
                        "the same seed and operations give the same picks, however often scores "
                        "are asked for",
                        lb_contract_exercise_again},
    [LAW_MODES] = {"modes", "LB_SUM and LB_KEPT pick the same", lb_contract_exercise_modes},
    [LAW_ADDRESSES] = {"addresses",
                       "a region mapped at two addresses picks as one in private memory",
                       lb_contract_exercise_addresses},
    [LAW_DRAWS] = {"draws",
                   "a request's own draws leave the scope's sequence alone; equal keys pick "
                   "equally",
                   lb_contract_exercise_draws},
};

const struct lb_contract_law *lb_contract_law_at(uint32_t i)
{
    return i < LAWS ? &laws[i] : NULL;
}

void lb_contract_fault_found(struct lb_contract_trial *trial, enum law law, uint32_t step,
                             const char *format, ...)
{
    struct lb_contract_fault fault = {
        .law = laws[law].name,
        .algorithm = trial->algorithm->name != NULL ? trial->algorithm->name : "(no name)",
        .view = trial->view->name,
        .mode = trial->mode,
        .seed = trial->seed,
        .step = step,
    };
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(fault.what, sizeof fault.what, format, arguments);
    va_end(arguments);
    trial->broken[law] = true;
    if (trial->report != NULL)
        trial->report(trial->context, &fault);
}

/* ---- The table of the algorithm itself ---- */

static void check_param(struct lb_contract_trial *trial, const struct lb_param *param)
{
    uint64_t words = 0;
    while (param->words != NULL && param->words[words] != NULL)
        words++;
    if (param->help == NULL || param->min > param->max || !lb_param_takes(param, param->fallback))
        lb_contract_fault_found(trial, LAW_TABLE, 0,
                                "parameter %s: no help, or fallback not in bounds", param->name);
    if (param->words != NULL && (words == 0 || param->min != 0 || param->max != words - 1))
        lb_contract_fault_found(trial, LAW_TABLE, 0, "parameter %s: its bounds are not its words",
                                param->name);
}

void lb_contract_exercise_table(struct lb_contract_trial *trial)
{
    const struct lb_algorithm *algorithm = trial->algorithm;
    uint32_t params = 0;
    if (trial->view != lb_view_at(0) || trial->mode != LB_SUM)
        return; /* once is enough */
    if (algorithm->abi != LB_ABI)
        lb_contract_fault_found(trial, LAW_TABLE, 0, "built for ABI %u, this is ABI %u",
                                algorithm->abi, LB_ABI);
    if (algorithm->pick == NULL || algorithm->name == NULL || algorithm->about == NULL)
        lb_contract_fault_found(trial, LAW_TABLE, 0, "it has no name, no description, or no pick");
    for (; params < LB_PARAMS_MAX && algorithm->param[params].name != NULL; params++)
        check_param(trial, &algorithm->param[params]);
    if (algorithm->param[params].name != NULL)
        lb_contract_fault_found(trial, LAW_TABLE, 0, "its parameters have no end");
    if (algorithm->memory != NULL && algorithm->memory(100) < algorithm->memory(1))
        lb_contract_fault_found(trial, LAW_TABLE, 0, "it needs less memory for more slots");
}

/* ---- Trying ---- */

static bool first_with(uint32_t law)
{
    for (uint32_t i = 0; i < law; i++)
        if (laws[i].exercise == laws[law].exercise)
            return false;
    return true;
}

/* An algorithm whose table is broken is not run: its pick may not be there. */
static void try_all(struct lb_contract_trial *trial)
{
    for (uint32_t law = 0; law < LAWS; law++)
        for (uint32_t v = 0; lb_view_at(v) != NULL && first_with(law); v++)
            for (int mode = LB_SUM; mode <= LB_KEPT; mode++) {
                trial->view = lb_view_at(v);
                trial->mode = (enum lb_mode)mode;
                if (!trial->broken[LAW_TABLE])
                    laws[law].exercise(trial);
            }
}

int lb_contract_run(const struct lb_algorithm *algorithm, const uint64_t *param, uint64_t seed,
                    void (*report)(void *context, const struct lb_contract_fault *), void *context)
{
    struct lb_contract_trial trial = {
        .algorithm = algorithm, .seed = seed, .report = report, .context = context};
    struct lb_picker_config config;
    lb_picker_defaults(algorithm, &config);
    memcpy(trial.param, param != NULL ? param : config.param, sizeof trial.param);
    try_all(&trial);
    int broken = 0;
    for (uint32_t law = 0; law < LAWS; law++)
        broken += trial.broken[law];
    return broken;
}

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
