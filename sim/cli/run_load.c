/* run_load.c: the scenarios of a run, with the balancers that the command line names. */
#include "sim/cli/console.h"
#include "sim/cli/run_parts.h"
#include "sim/cli/scenarios.h"
#include "sim/engine/memory.h"

#include <stdlib.h>
#include <string.h>

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
    if (!own_open(&job->own, job->line, code))
        return false;
    job->scenario = memory_zeroed(job->line->words, sizeof *job->scenario);
    job->scenarios = job->line->words;
    for (uint32_t i = 0; i < job->scenarios; i++) {
        int problem = EXIT_FINE;
        job->scenario[i] = scenarios_load(job->line->word[i], &job->own.words, &problem);
        bool fine = job->scenario[i] != NULL &&
                    scenarios_replace_balancers(job->line, job->scenario[i]) &&
                    !is_namesake(job, i);
        if (!fine && problem == EXIT_FINE)
            problem = EXIT_INVALID;
        if (problem > *code)
            *code = problem;
    }
    return *code == EXIT_FINE;
}

/* Plugins last: scenarios point to their algorithms. */
void run_unload(struct job *job)
{
    for (uint32_t i = 0; i < job->scenarios; i++)
        scenario_free(job->scenario[i]);
    free(job->scenario);
    guard_end(&job->guard);
    own_close(&job->own);
}
