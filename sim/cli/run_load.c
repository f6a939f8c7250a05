/* run_load.c: the scenarios of a run, with the balancers that the command line names. */
#include "sim/cli/console.h"
#include "sim/cli/run_parts.h"
#include "sim/cli/scenarios.h"
#include "sim/engine/memory.h"

#include <string.h>

/* The -b options replace the scenario's list. */
static bool replace_balancers(struct job *job, struct scenario *scenario)
{
    uint32_t count = 0;
    bool fine = true;
    struct balancer *list = arena_zeroed(&scenario->arena, job->line->options, sizeof *list);
    for (uint32_t i = 0; i < job->line->options; i++) {
        const struct option_value *option = &job->line->option[i];
        if (option->row->letter != 'b')
            continue;
        struct input input;
        struct faults faults = {0};
        fine =
            scenario_read_balancer(scenario, option->text, &list[count++], &input, &faults) && fine;
        faults_print(&faults, &input, stderr, console_colour(stderr));
        faults_free(&faults);
        input_free(&input);
    }
    if (count == 0 || !fine)
        return fine;
    struct faults faults = {0};
    scenario->balancer = list;
    scenario->balancers = count;
    fine = scenario_check_balancers(scenario, &faults);
    for (size_t i = 0; i < faults.count; i++)
        console_error("-b: %s", faults.fault[i].message);
    faults_free(&faults);
    return fine;
}

/* Whether an earlier scenario of the run has the name of this one. */
static bool is_namesake(const struct job *job, uint32_t which)
{
    const struct scenario *it = job->scenario[which];
    for (uint32_t i = 0; it != NULL && i < which; i++) {
        const struct scenario *other = job->scenario[i];
        if (other == NULL || strcmp(other->name, it->name) != 0)
            continue;
        console_error("%s and %s are both called '%s'; the files could not tell them apart",
                      other->file, it->file, it->name);
        return true;
    }
    return false;
}

bool run_load(struct job *job, int *code)
{
    job->scenario = memory_zeroed(job->line->words, sizeof *job->scenario);
    job->scenarios = job->line->words;
    for (uint32_t i = 0; i < job->scenarios; i++) {
        int problem = EXIT_FINE;
        job->scenario[i] = scenarios_load(job->line->word[i], &problem);
        bool fine = job->scenario[i] != NULL && replace_balancers(job, job->scenario[i]) &&
                    !is_namesake(job, i);
        if (!fine && problem == EXIT_FINE)
            problem = EXIT_INVALID;
        if (problem > *code)
            *code = problem;
    }
    return *code == EXIT_FINE;
}
