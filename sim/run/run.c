/* run.c: trials on threads. */
#include "sim/run/run.h"

#include "sim/engine/memory.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MIDPOINTS = 1000, PROGRESS_NS = 100 * 1000 * 1000 };

/* ---- When to look ---- */

static int by_value(const void *a, const void *b)
{
    const uint64_t *one = a, *two = b;
    return (*one > *two) - (*one < *two);
}

/* The midpoints of a thousand equal parts of the run, every change and what follows from it, and
 * the end. */
static void choose_samples(struct experiment *experiment)
{
    const struct scenario *scenario = experiment->scenario;
    uint64_t duration_ns = scenario->duration_ns;
    uint64_t *at_ns = memory_zeroed(MIDPOINTS + 2 * (size_t)scenario->events + 1, sizeof *at_ns);
    size_t count = 0;
    for (uint64_t i = 0; i < MIDPOINTS; i++) /* floor((2i + 1) duration / 2000), without overflow */
        at_ns[count++] = duration_ns / 2000 * (2 * i + 1) + duration_ns % 2000 * (2 * i + 1) / 2000;
    for (uint32_t e = 0; e < scenario->events; e++) {
        const struct world_event *event = &scenario->event[e];
        uint64_t rest_ns = duration_ns - event->at_ns;
        at_ns[count++] = event->at_ns;
        if (event->kind == EVENT_CHANGE && event->removes > 0 && event->drain_ns < rest_ns)
            at_ns[count++] = event->at_ns + event->drain_ns;
        if (event->kind == EVENT_FLAP && event->for_ns < rest_ns)
            at_ns[count++] = event->at_ns + event->for_ns;
    }
    at_ns[count++] = duration_ns;
    qsort(at_ns, count, sizeof *at_ns, by_value);
    for (size_t i = 0; i < count; i++)
        if (experiment->samples == 0 || at_ns[experiment->samples - 1] != at_ns[i])
            at_ns[experiment->samples++] = at_ns[i];
    experiment->sample_ns = at_ns;
}

/* ---- Trials ---- */

struct crew {
    struct experiment *experiment;
    atomic_uint_fast64_t next;
    atomic_bool stop;
    pthread_mutex_t lock; /* of `done` */
    pthread_cond_t changed;
    uint64_t done;
};

static void run_trial(struct crew *crew, struct trial *trial)
{
    const struct experiment *experiment = crew->experiment;
    const struct scenario *scenario = experiment->scenario;
    bool sampled = trial->replication == 0;
    trial->result = world_run(&(struct world_config){
        .name = scenario->name,
        .seed = experiment->seed,
        .replication = trial->replication,
        .duration_ns = scenario->duration_ns,
        .server = scenario->server,
        .servers = scenario->servers,
        .traffic = scenario->traffic,
        .traffics = scenario->traffics,
        .event = scenario->event,
        .events = scenario->events,
        .instances = scenario->instances,
        .workers = scenario->workers,
        .accept = scenario->accept,
        .balancer = &scenario->balancer[trial->balancer],
        .count_table_bytes = COUNT_TABLE_BYTES,
        .sample_ns = sampled ? experiment->sample_ns : NULL,
        .samples = sampled ? experiment->samples : 0,
        .stop = &crew->stop,
    });
}

static void *work(void *context)
{
    struct crew *crew = context;
    for (;;) {
        uint64_t i = atomic_fetch_add(&crew->next, 1);
        if (i >= crew->experiment->trials || atomic_load(&crew->stop))
            return NULL;
        run_trial(crew, &crew->experiment->trial[i]);
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

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

struct experiment *experiment_run(const struct scenario *scenario,
                                  const struct run_options *options)
{
    struct experiment *experiment = memory_zeroed(1, sizeof *experiment);
    double began_s = seconds_now();
    experiment->scenario = scenario;
    experiment->seed = options->seed;
    experiment->replications = options->replications;
    experiment->trials = scenario->balancers * options->replications;
    experiment->trial = memory_zeroed(experiment->trials, sizeof *experiment->trial);
    for (uint64_t i = 0; i < experiment->trials; i++)
        experiment->trial[i] = (struct trial){.balancer = (uint32_t)(i / options->replications),
                                              .replication = i % options->replications};
    choose_samples(experiment);
    struct crew crew = {.experiment = experiment,
                        .lock = PTHREAD_MUTEX_INITIALIZER,
                        .changed = PTHREAD_COND_INITIALIZER};
    run_all(&crew, options);
    experiment->wall_s = seconds_now() - began_s;
    if (!atomic_load(&crew.stop))
        return experiment;
    experiment_free(experiment);
    return NULL;
}

void experiment_free(struct experiment *experiment)
{
    if (experiment == NULL)
        return;
    for (uint64_t i = 0; i < experiment->trials; i++)
        world_result_free(experiment->trial[i].result);
    free(experiment->trial);
    free(experiment->sample_ns);
    free(experiment);
}
