/* run.c: trials on threads. */
#include "sim/run/run.h"

#include "sim/engine/memory.h"
#include "sim/run/aside.h"
#include "sim/run/samples.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PROGRESS_NS = 100 * 1000 * 1000 };

/* ---- Trials ---- */

struct crew {
    struct experiment *experiment;
    const struct run_options *options;
    const struct pick_sink *picks;   /* or NULL */
    struct run_slot *slot;           /* [threads], or NULL */
    const uint32_t *slot_balancer;   /* or NULL */
    atomic_uint threads;             /* that have begun */
    atomic_uint_fast64_t *played_ns; /* or NULL */
    atomic_uint_fast64_t next;
    atomic_bool stop;
    pthread_mutex_t lock; /* of `done` */
    pthread_cond_t changed;
    uint64_t done;
};

struct world_config run_world(const struct scenario *scenario, const struct balancer *balancer)
{
    return (struct world_config){
        .name = scenario->name,
        .seed = scenario->seed,
        .duration_ns = scenario->duration_ns,
        .measure_from_ns = scenario->measure_from_ns,
        .server = scenario->server,
        .servers = scenario->servers,
        .traffic = scenario->traffic,
        .traffics = scenario->traffics,
        .event = scenario->event,
        .events = scenario->events,
        .instances = scenario->instances,
        .workers = scenario->workers,
        .accept = scenario->accept,
        .share = scenario->share,
        .old_workers_ns = scenario->old_workers_ns,
        .balancer = balancer,
        .count_table_bytes = COUNT_TABLE_BYTES,
    };
}

static bool is_own(const struct scenario *scenario, const struct balancer *balancer)
{
    for (uint32_t i = 0; i < scenario->vocabulary->owns; i++)
        if (scenario->vocabulary->own[i] == balancer->algorithm)
            return true;
    return false;
}

static uint64_t index_for_slot(const struct crew *crew, const struct trial *trial)
{
    const uint32_t *called = crew->slot_balancer;
    uint32_t balancer = called != NULL ? called[trial->balancer] : trial->balancer;
    return balancer * crew->experiment->replications + trial->replication;
}

static void run_trial(struct crew *crew, struct run_slot *slot, struct trial *trial, void *told)
{
    const struct experiment *experiment = crew->experiment;
    const struct scenario *scenario = experiment->scenario;
    struct world_config config = run_world(scenario, &scenario->balancer[trial->balancer]);
    config.seed = experiment->seed;
    config.replication = trial->replication;
    config.rerun = experiment->rerun;
    config.pick_set = crew->options->pick_set;
    config.loses_releases = crew->options->loses_releases;
    if (experiment->samples > 0 && (trial->replication == 0 || experiment->all_series)) {
        config.sample_ns = experiment->sample_ns;
        config.samples = experiment->samples;
    }
    config.on_pick = crew->picks != NULL ? crew->picks->pick : NULL;
    config.pick_context = told;
    config.stop = &crew->stop;
    config.played_ns = crew->played_ns;
    if (slot != NULL && is_own(scenario, config.balancer))
        config.witness = &slot->witness;
    if (slot != NULL)
        atomic_store(&slot->trial, index_for_slot(crew, trial) + 1);
    trial->result = world_run(&config);
    if (slot != NULL)
        atomic_store(&slot->trial, 0);
}

/* false: whoever hears of the picks gives up. */
static bool run_and_tell(struct crew *crew, struct run_slot *slot, uint64_t index)
{
    struct experiment *experiment = crew->experiment;
    const struct pick_sink *picks = crew->picks;
    void *told = picks != NULL ? picks->begin(picks->context, experiment, index) : NULL;
    if (picks != NULL && told == NULL)
        return false;
    run_trial(crew, slot, &experiment->trial[index], told);
    return picks == NULL || picks->end(told);
}

static void *work(void *context)
{
    struct crew *crew = context;
    uint32_t number = atomic_fetch_add(&crew->threads, 1);
    struct run_slot *slot = crew->slot != NULL ? &crew->slot[number] : NULL;
    for (;;) {
        uint64_t i = atomic_fetch_add(&crew->next, 1);
        if (i >= crew->experiment->trials || atomic_load(&crew->stop))
            return NULL;
        if (!run_and_tell(crew, slot, i))
            atomic_store(&crew->stop, true);
        pthread_mutex_lock(&crew->lock);
        crew->done++;
        pthread_cond_signal(&crew->changed);
        pthread_mutex_unlock(&crew->lock);
    }
}

/* Waits for the last trial, and lets the caller show progress or give up. */
static void wait_for_all(struct crew *crew, const struct run_options *options)
{
    uint64_t trials = crew->experiment->trials;
    pthread_mutex_lock(&crew->lock);
    while (crew->done < trials && !atomic_load(&crew->stop)) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += PROGRESS_NS;
        if (until.tv_nsec >= 1000000000) {
            until.tv_nsec -= 1000000000;
            until.tv_sec++;
        }
        pthread_cond_timedwait(&crew->changed, &crew->lock, &until);
        if (options->progress != NULL && !options->progress(options->context, crew->done, trials))
            atomic_store(&crew->stop, true);
    }
    pthread_mutex_unlock(&crew->lock);
}

/* As many threads as were asked for and can be had; with none, this one does the work. */
static void run_all(struct crew *crew, const struct run_options *options)
{
    pthread_t *thread = memory_zeroed(options->threads, sizeof *thread);
    uint32_t threads = 0;
    while (threads < options->threads && threads < crew->experiment->trials &&
           pthread_create(&thread[threads], NULL, work, crew) == 0)
        threads++;
    if (threads == 0)
        work(crew);
    wait_for_all(crew, options);
    for (uint32_t i = 0; i < threads; i++)
        pthread_join(thread[i], NULL);
    free(thread);
}

/* -1: no algorithm of a user's own may run. */
static int set_stdout_aside(const struct scenario *scenario)
{
    return scenario->vocabulary != NULL && scenario->vocabulary->owns > 0 ? aside_begin() : -1;
}

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* What to type to run this file again. */
static char *rerun_text(const struct scenario *scenario)
{
    static const char command[] = "lbsim run ";
    size_t room = sizeof command + strlen(scenario->file);
    char *text = memory_zeroed(room, 1);
    snprintf(text, room, "%s%s", command, scenario->file);
    return text;
}

static struct experiment *experiment_new(const struct scenario *scenario,
                                         const struct run_options *options)
{
    struct experiment *experiment = memory_zeroed(1, sizeof *experiment);
    experiment->scenario = scenario;
    experiment->seed = options->seed;
    experiment->replications = options->replications;
    experiment->trials = scenario->balancers * options->replications;
    experiment->trial = memory_zeroed(experiment->trials, sizeof *experiment->trial);
    for (uint64_t i = 0; i < experiment->trials; i++)
        experiment->trial[i] = (struct trial){.balancer = (uint32_t)(i / options->replications),
                                              .replication = i % options->replications};
    if (options->series != SERIES_NONE)
        experiment->sample_ns = samples_choose(scenario, &experiment->samples);
    experiment->all_series = options->series == SERIES_ALL;
    experiment->rerun = rerun_text(scenario);
    return experiment;
}

struct experiment *experiment_run(const struct scenario *scenario,
                                  const struct run_options *options)
{
    double began_s = seconds_now();
    struct experiment *experiment = experiment_new(scenario, options);
    struct crew crew = {.experiment = experiment,
                        .options = options,
                        .picks = options->picks,
                        .slot = options->slot,
                        .slot_balancer = options->slot_balancer,
                        .played_ns = options->played_ns,
                        .lock = PTHREAD_MUTEX_INITIALIZER,
                        .changed = PTHREAD_COND_INITIALIZER};
    int stdout_kept = set_stdout_aside(scenario);
    run_all(&crew, options);
    aside_end(stdout_kept);
    experiment->wall_s = seconds_now() - began_s;
    if (!atomic_load(&crew.stop))
        return experiment;
    experiment_free(experiment);
    return NULL;
}

static void hear_nothing(void *told, const struct world_pick *pick)
{
    (void)told, (void)pick;
}

void experiment_try(const struct scenario *scenario, const struct run_options *options,
                    uint64_t trial)
{
    static const struct pick_sink deaf = {.pick = hear_nothing};
    struct experiment *experiment = experiment_new(scenario, options);
    struct crew crew = {.options = options,
                        .experiment = experiment,
                        .picks = options->picks != NULL ? &deaf : NULL};
    int stdout_kept = set_stdout_aside(scenario);
    run_trial(&crew, options->slot, &experiment->trial[trial], NULL);
    aside_end(stdout_kept);
    experiment_free(experiment);
}

void experiment_free(struct experiment *experiment)
{
    if (experiment == NULL)
        return;
    for (uint64_t i = 0; i < experiment->trials; i++)
        world_result_free(experiment->trial[i].result);
    free(experiment->trial);
    free(experiment->sample_ns);
    free(experiment->rerun);
    free(experiment);
}
