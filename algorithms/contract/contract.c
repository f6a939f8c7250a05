/* contract.c: the table of laws, and trying them. SPDX-License-Identifier: MIT */
#include "contract.h"

#include "../lb_author.h"
#include "ops.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert((int)LAWS == (int)LB_CONTRACT_LAWS, "the header says how many laws there are");

static const struct lb_contract_law laws[] = {
    [LAW_TABLE] = {"table", "the algorithm's table is whole: ABI, names, parameters within bounds"},
    [LAW_USABLE] = {"usable",
                    "only a usable member is picked (not tried, full, down or failing; a backup "
                    "only where nobody else is left), and its tried bit is set"},
    [LAW_NONE] = {"none",
                  "LB_NO_SERVER exactly when no member is usable, and then nothing changed"},
    [LAW_OWN_LIST] = {"own_list", "pickers that share a scope skip servers outside their own list"},
    [LAW_ONE_COUNT] = {"one_count", "one pick counts one connection, in its own row and no other"},
    [LAW_LEDGER] = {"ledger", "a pick sees what the host's own ledger says that its view sees"},
    [LAW_ZERO] = {"zero", "when all is released all counts are zero"},
    [LAW_RELEASE] = {"release",
                     "a release reaches the row it came from, and a second one is LB_BAD_LEASE"},
    [LAW_DROP] = {"drop", "a dropped row takes back its own counts and no others; until then they "
                          "leak"},
    [LAW_EDIT] = {"edit",
                  "an edit to the same list changes nothing; members that stay keep counts"},
    [LAW_SAME_AGAIN] = {"same_again",
                        "the same seed and operations give the same picks, however often scores "
                        "are asked for"},
    [LAW_MODES] = {"modes", "LB_SUM and LB_KEPT pick the same"},
    [LAW_ADDRESSES] = {"addresses",
                       "a region mapped at two addresses picks as one in private memory"},
    [LAW_DRAWS] = {"draws", "a request's own draws leave the scope's sequence alone; equal keys "
                            "pick equally"},
    [LAW_TAKEOVER] = {"takeover", "when the lock is taken from the dead, the laws hold as before: "
                                  "it begins anew, from what is counted"},
    [LAW_MEMORY] = {"memory", "it writes in the memory that it asked for, and nowhere else"},
    [LAW_RETURNS] = {"returns", "every call comes back: no crash, no loop without end"},
};

/* What it says of its memory comes first: the others make it. */
static const struct lb_contract_exercise *const exercises[] = {
    &lb_contract_memory,    &lb_contract_ledger,    &lb_contract_borders,
    &lb_contract_own_list,  &lb_contract_edits,     &lb_contract_again_exercise,
    &lb_contract_modes,     &lb_contract_addresses, &lb_contract_draws,
    &lb_contract_sequences, &lb_contract_takeovers,
};

enum { EXERCISES = sizeof exercises / sizeof *exercises };

const struct lb_contract_law *lb_contract_law_at(uint32_t i)
{
    return i < LAWS ? &laws[i] : NULL;
}

void lb_contract_fault_found(struct lb_contract_trial *trial, enum law law, uint32_t step,
                             const char *format, ...)
{
    struct lb_contract_verdict *verdict = &trial->page->verdict;
    if (verdict->broken)
        return;
    verdict->broken = true;
    verdict->law = law;
    verdict->step = step;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(verdict->what, sizeof verdict->what, format, arguments);
    va_end(arguments);
}

/* ---- One trial after the other ---- */

struct lb_contract_case { /* what a fault can be shown again by */
    struct lb_contract_trial *trial;
    const struct lb_contract_exercise *exercise;
    const struct lb_mini_ops *ops;
    const struct lb_contract_verdict *verdict;
};

struct run {
    struct lb_contract_trial trial;
    bool shrinks;
    const char *only; /* the one law that is looked for, or NULL: all */
    bool over;
    uint32_t lists;        /* that there may be */
    const uint64_t *tried; /* parameters that need not be tried again, or NULL */
    void (*report)(void *context, const struct lb_contract_fault *);
    void (*progress)(void *context, uint32_t lists, uint32_t of);
    void *context;
    struct lb_contract_result *result;
};

static void tell(struct run *run, const struct lb_contract_verdict *verdict, const char *how,
                 const struct lb_contract_trace *trace, const struct lb_contract_case *played)
{
    const struct lb_contract_trial *trial = &run->trial;
    struct lb_contract_fault fault = {
        .law = laws[verdict->law].name,
        .statement = laws[verdict->law].statement,
        .algorithm = trial->algorithm->name != NULL ? trial->algorithm->name : "(no name)",
        .view = trial->view->name,
        .mode = trial->mode,
        .param = trial->param,
        .seed = trial->seed,
        .step = verdict->step,
        .how = how,
        .trace = trace,
        .played = played,
    };
    memcpy(fault.what, verdict->what, sizeof fault.what);
    run->result->broken[verdict->law] = true;
    if (run->report != NULL)
        run->report(run->context, &fault);
}

static void tell_shrunk(struct run *run, const struct lb_contract_exercise *exercise,
                        struct lb_mini_ops *ops, struct lb_contract_verdict *verdict)
{
    struct lb_contract_trace trace;
    struct lb_contract_case played = {&run->trial, exercise, ops, verdict};
    lb_contract_shrink(&run->trial, exercise, ops, verdict);
    lb_contract_trace(&run->trial, ops, exercise, verdict, &trace);
    tell(run, verdict, exercise->how, &trace, &played);
    free(trace.text);
}

/* In a search, each law once; what does not come back ends it. */
static void found(struct run *run, const struct lb_contract_exercise *exercise,
                  struct lb_mini_ops *ops, struct lb_contract_verdict *verdict)
{
    bool died = verdict->law == LAW_RETURNS;
    bool stops = died || verdict->law == LAW_TABLE;
    bool wanted = run->only == NULL || stops || strcmp(run->only, laws[verdict->law].name) == 0;
    run->result->died |= died;
    if (wanted && !run->result->broken[verdict->law])
        tell_shrunk(run, exercise, ops, verdict);
    run->over |= died || (run->only != NULL && wanted);
}

static void try_list(struct run *run, const struct lb_contract_exercise *exercise, uint32_t list)
{
    struct lb_mini_ops ops = {.ops = 0};
    struct lb_contract_verdict verdict;
    exercise->make(&run->trial, list, &ops);
    lb_contract_judge(&run->trial, exercise, &ops, &verdict);
    run->result->lists++;
    if (verdict.broken && run->shrinks)
        found(run, exercise, &ops, &verdict);
    else if (verdict.broken)
        tell(run, &verdict, exercise->how, NULL, NULL);
    lb_mini_ops_free(&ops);
    if (run->progress != NULL)
        run->progress(run->context, run->result->lists, run->lists);
}

static void try_exercise(struct run *run, const struct lb_contract_exercise *exercise)
{
    for (uint32_t v = 0; lb_view_at(v) != NULL; v++)
        for (int mode = LB_KEPT; mode >= LB_SUM; mode--) {
            run->trial.view = lb_view_at(v);
            run->trial.mode = (enum lb_mode)mode;
            if (exercise->applies != NULL && !exercise->applies(&run->trial))
                continue;
            for (uint32_t list = 0; list < exercise->lists && !run->over; list++)
                try_list(run, exercise, list);
        }
}

/* An algorithm whose table is broken is not run: its pick may not be there. Where one law is looked
 * for, what is there for it comes next. */
static void try_all(struct run *run)
{
    try_exercise(run, exercises[0]);
    for (int others = 0; others <= 1; others++)
        for (int i = 1; i < EXERCISES && !run->result->broken[LAW_TABLE]; i++) {
            bool own = run->only != NULL && strcmp(run->only, laws[exercises[i]->law].name) == 0;
            if (own == (others == 0))
                try_exercise(run, exercises[i]);
        }
}

/* ---- The table of the algorithm itself: no operations show it, and none are needed ---- */

static const char *fault_of_param(const struct lb_param *param)
{
    uint64_t words = 0;
    while (param->words != NULL && param->words[words] != NULL)
        words++;
    if (param->help == NULL || param->min > param->max || !lb_param_takes(param, param->fallback))
        return "no help, or fallback not in bounds";
    if (param->words != NULL && (words == 0 || param->min != 0 || param->max != words - 1))
        return "its bounds are not its words";
    return NULL;
}

static void table_fault(struct run *run, const char *what, const char *param)
{
    struct lb_contract_verdict verdict = {.broken = true, .law = LAW_TABLE};
    snprintf(verdict.what, sizeof verdict.what, "%s%s%s%s", param != NULL ? "parameter " : "",
             param != NULL ? param : "", param != NULL ? ": " : "", what);
    tell(run, &verdict, NULL, NULL, NULL);
}

static void try_table(struct run *run)
{
    const struct lb_algorithm *algorithm = run->trial.algorithm;
    uint32_t params = 0;
    run->trial.view = lb_view_at(0);
    if (algorithm->abi != LB_ABI)
        table_fault(run, "built for another LB_ABI", NULL);
    if (algorithm->pick == NULL || algorithm->name == NULL || algorithm->about == NULL)
        table_fault(run, "it has no name, no description, or no pick", NULL);
    for (; params < LB_PARAMS_MAX && algorithm->param[params].name != NULL; params++) {
        const char *what = fault_of_param(&algorithm->param[params]);
        if (what != NULL)
            table_fault(run, what, algorithm->param[params].name);
    }
    if (algorithm->param[params].name != NULL)
        table_fault(run, "its parameters have no end", NULL);
}

/* ---- What callers call ---- */

static int count_broken(const struct lb_contract_result *result)
{
    int broken = 0;
    for (uint32_t law = 0; law < LAWS; law++)
        broken += result->broken[law];
    return broken;
}

int lb_contract_run(const struct lb_algorithm *algorithm, const uint64_t *param, uint64_t seed,
                    void (*report)(void *context, const struct lb_contract_fault *), void *context)
{
    struct lb_contract_result result = {.lists = 0};
    struct run run = {.trial = {.algorithm = algorithm, .seed = seed},
                      .report = report,
                      .context = context,
                      .result = &result};
    struct lb_picker_config config;
    lb_picker_defaults(algorithm, &config);
    memcpy(run.trial.param, param != NULL ? param : config.param, sizeof run.trial.param);
    try_table(&run);
    try_all(&run);
    return count_broken(&result);
}

static bool is_tried(const struct run *run, const uint64_t param[LB_PARAMS_MAX])
{
    return run->tried != NULL && memcmp(param, run->tried, sizeof run->trial.param) == 0;
}

/* Of one combination of parameters: as many as can be. */
static void count_lists(void *context, const uint64_t param[LB_PARAMS_MAX])
{
    struct run *run = context;
    struct lb_contract_trial trial = run->trial;
    if (is_tried(run, param))
        return;
    for (int i = 0; i < EXERCISES; i++)
        for (uint32_t v = 0; lb_view_at(v) != NULL; v++)
            for (int mode = LB_KEPT; mode >= LB_SUM; mode--) {
                trial.view = lb_view_at(v);
                trial.mode = (enum lb_mode)mode;
                if (exercises[i]->applies == NULL || exercises[i]->applies(&trial))
                    run->lists += exercises[i]->lists;
            }
}

static void try_with(void *context, const uint64_t param[LB_PARAMS_MAX])
{
    struct run *run = context;
    if (run->over || is_tried(run, param))
        return;
    memcpy(run->trial.param, param, sizeof run->trial.param);
    run->result->combinations++;
    try_all(run);
}

int lb_contract_find(const struct lb_algorithm *algorithm, const char *law, uint64_t seed,
                     void (*report)(void *context, const struct lb_contract_fault *),
                     void (*progress)(void *context, uint32_t lists, uint32_t of), void *context,
                     struct lb_contract_result *result)
{
    enum { OP_MS = 300 };
    struct run run = {
        .trial = {.algorithm = algorithm, .seed = seed, .guarded = true, .op_ms = OP_MS},
        .shrinks = true,
        .only = law,
        .report = report,
        .progress = progress,
        .context = context,
        .result = result};
    struct lb_mini_memory page;
    struct lb_picker_config config;
    *result = (struct lb_contract_result){.lists = 0};
    if (!lb_mini_memory_get(&page, sizeof *run.trial.page, true)) {
        fputs("contract: no memory that processes share\n", stderr);
        abort();
    }
    run.trial.page = page.at[0];
    lb_picker_defaults(algorithm, &config);
    try_table(&run);
    if (!result->broken[LAW_TABLE]) {
        count_lists(&run, config.param);
        run.tried = config.param;
        lb_contract_each(algorithm, LB_CONTRACT_ALL_WORDS, count_lists, &run);
        run.tried = NULL;
        try_with(&run, config.param);
        run.tried = config.param;
        lb_contract_each(algorithm, LB_CONTRACT_ALL_WORDS, try_with, &run);
    }
    lb_mini_memory_free(&page);
    return count_broken(result);
}

bool lb_contract_again(const struct lb_contract_fault *fault, uint32_t without)
{
    const struct lb_contract_case *played = fault->played;
    struct lb_mini_ops ops = lb_mini_ops_copy(played->ops);
    struct lb_contract_verdict verdict;
    if (without > 0)
        lb_mini_ops_cut(&ops, without - 1, 1);
    lb_contract_judge(played->trial, played->exercise, &ops, &verdict);
    lb_mini_ops_free(&ops);
    return verdict.broken && verdict.law == played->verdict->law &&
           verdict.death == played->verdict->death;
}
