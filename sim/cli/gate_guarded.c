/* gate_guarded.c: a gate over algorithms of a user's own: which trial one of them ended. */
#include "sim/cli/gate_parts.h"

/* A number for guard.experiment: balancers are counted through all scenarios, and each has all
 * variants; one more stands for the runs that expectations are judged by. */
enum { WAYS = GATE_VARIANTS + 1 };

void gate_begins(struct gate_job *gate, const struct scenario *scenario, uint32_t balancer,
                 enum gate_variant variant)
{
    uint32_t before = 0;
    if (gate->job.guard.experiment == NULL)
        return;
    for (uint32_t i = 0; gate->job.scenario[i] != scenario; i++)
        before += gate->job.scenario[i]->balancers;
    atomic_store(gate->job.guard.experiment, (before + balancer) * WAYS + variant);
}

struct run_options gate_run_options(const struct gate_job *gate, const struct scenario *scenario)
{
    return (struct run_options){.seed = gate_seed(scenario, &gate->options),
                                .replications = scenario->replications,
                                .threads = gate->options.threads,
                                .slot = gate->job.guard.slot};
}

struct whose {
    uint32_t scenario, balancer;
    enum gate_variant variant; /* GATE_VARIANTS: all balancers, from this one on */
};

static struct whose whose_is(const struct job *job, uint32_t experiment)
{
    struct whose whose = {.balancer = experiment / WAYS,
                          .variant = (enum gate_variant)(experiment % WAYS)};
    while (whose.balancer >= job->scenario[whose.scenario]->balancers)
        whose.balancer -= job->scenario[whose.scenario++]->balancers;
    return whose;
}

static struct job_trial trial_of(const struct job *job, uint32_t experiment, uint64_t index)
{
    struct whose whose = whose_is(job, experiment);
    uint64_t replications = job->scenario[whose.scenario]->replications;
    if (whose.variant == GATE_VARIANTS)
        return (struct job_trial){.scenario = whose.scenario,
                                  .balancer = (uint32_t)(index / replications),
                                  .replication = index % replications};
    struct job_trial trial = {
        .scenario = whose.scenario, .balancer = whose.balancer, .replication = index};
    if (whose.variant != GATE_AS_IT_IS) {
        trial.how = gate_variant_text(whose.variant);
        trial.option = whose.variant == GATE_PLANNING ? "--update" : "--self-test";
    }
    return trial;
}

static void run_alone(struct job *job, uint32_t experiment, uint64_t index)
{
    struct gate_job *gate = (struct gate_job *)job;
    struct whose whose = whose_is(job, experiment);
    const struct scenario *scenario = job->scenario[whose.scenario];
    gate->options.slot = job->guard.slot;
    if (whose.variant == GATE_VARIANTS) {
        struct run_options run = gate_run_options(gate, scenario);
        experiment_try(scenario, &run, index);
    } else {
        gate_sample_try(scenario, whose.balancer, index, whose.variant, &gate->options);
    }
}

int gate_guarded(struct gate_job *gate, int (*work)(struct job *))
{
    const struct guarded_work guarded = {work, trial_of, run_alone};
    return run_guarded(&gate->job, &guarded);
}
