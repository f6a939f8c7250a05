/* gate_expect.c: what the scenarios of a gate expect, judged as `lbsim run` does: with their own
 * number of replications, whatever the rows take. */
#include "sim/cli/console.h"
#include "sim/cli/gate_parts.h"
#include "sim/engine/memory.h"

#include <stdlib.h>

struct told {
    const struct gate_options *options;
    const char *scenario;
};

static bool tell(void *context, uint64_t done, uint64_t trials)
{
    const struct told *told = context;
    return told->options->progress(told->options->context, told->scenario, done, trials);
}

static struct experiment *run_whole(struct gate_job *gate, const struct scenario *scenario)
{
    struct told told = {.options = &gate->options, .scenario = scenario->name};
    struct run_options run = gate_run_options(gate, scenario);
    run.progress = tell;
    run.context = &told;
    gate_begins(gate, scenario, 0, GATE_VARIANTS);
    return experiment_run(scenario, &run);
}

bool gate_expect(struct gate_job *gate)
{
    struct job *expecting = &gate->expecting;
    *expecting = gate->job;
    expecting->scenario = memory_zeroed(gate->job.scenarios, sizeof *expecting->scenario);
    expecting->experiment = memory_zeroed(gate->job.scenarios, sizeof *expecting->experiment);
    expecting->scenarios = 0;
    if (command_line_value(gate->job.line, "no-expect") != NULL)
        return true;
    for (uint32_t i = 0; i < gate->job.scenarios; i++) {
        struct scenario *scenario = gate->job.scenario[i];
        if (scenario->expectations == 0)
            continue;
        expecting->experiment[expecting->experiments] = run_whole(gate, scenario);
        if (expecting->experiment[expecting->experiments] == NULL)
            return false;
        expecting->scenario[expecting->scenarios++] = scenario;
        expecting->experiments++;
    }
    return run_judge(expecting);
}

void gate_expect_free(struct gate_job *gate)
{
    struct job *expecting = &gate->expecting;
    run_judge_free(expecting);
    for (uint32_t i = 0; i < expecting->experiments; i++)
        experiment_free(expecting->experiment[i]);
    free(expecting->experiment);
    free(expecting->scenario);
}
