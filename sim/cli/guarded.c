/* guarded.c: a run with algorithms of the user's own, in a process of its own.
 *
 * When it dies, several trials may have been under way on its threads, and a signal does not tell
 * whose it was. Trials are deterministic, so each of them is run again, alone, in their order,
 * until one dies. They were begun in that order too, so it is the first of all that die, whatever
 * the number of threads. Where none dies again, an algorithm of the user's own is not as
 * deterministic as it ought to be, and who was being asked is named. */
#include "sim/cli/blame.h"
#include "sim/cli/console.h"
#include "sim/cli/run_parts.h"
#include "sim/engine/memory.h"
#include "sim/scenario/values.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A trial that was under way. */
struct suspect {
    uint64_t trial;
    struct witness witness;
};

static int by_trial(const void *a, const void *b)
{
    const struct suspect *one = a, *two = b;
    return (one->trial > two->trial) - (one->trial < two->trial);
}

static uint32_t suspects_of(const struct guard *guard, struct suspect *suspect)
{
    uint32_t suspects = 0;
    for (uint32_t i = 0; i < guard->slots; i++) {
        const struct run_slot *slot = &guard->slot[i];
        uint64_t trial = atomic_load(&slot->trial);
        if (trial > 0)
            suspect[suspects++] = (struct suspect){.trial = trial - 1, .witness = slot->witness};
    }
    qsort(suspect, suspects, sizeof *suspect, by_trial);
    return suspects;
}

/* The -b of the command line that asked for this balancer, or its name in the file. */
static const char *spelling(const struct job *job, const struct scenario *scenario,
                            uint32_t balancer)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < job->line->options; i++)
        if (job->line->option[i].row->letter == 'b' && count++ == balancer)
            return job->line->option[i].text;
    return scenario->balancer[balancer].name;
}

static void say_how_to_see(const struct job *job, const struct job_trial *trial)
{
    const struct scenario *scenario = job->scenario[trial->scenario];
    const char *directory = command_line_value(job->line, "baseline");
    const char *given_seed = command_line_value(job->line, "seed");
    const struct plugin *plugin =
        plugins_file(&job->own.plugins, scenario->balancer[trial->balancer].algorithm);
    char again[32] = "", seed[32] = "";
    if (trial->replication > 0 && trial->option == NULL)
        snprintf(again, sizeof again, " -r %" PRIu64, trial->replication + 1);
    if (given_seed != NULL)
        snprintf(seed, sizeof seed, " -s %.24s", given_seed);
    bool baseline = trial->option != NULL && directory != NULL;
    console_error("to see it: gdb -ex run --args lbsim %s %s%s%s%s%s --plugin %s -b %s%s%s -j 1 -q "
                  "--unguarded",
                  trial->option != NULL ? "gate" : "run", job->line->word[trial->scenario],
                  trial->option != NULL ? " " : "", trial->option != NULL ? trial->option : "",
                  baseline ? " --baseline " : "", baseline ? directory : "", plugin->path,
                  spelling(job, scenario, trial->balancer), seed, again);
}

/* Says whose it was, and where in the run. */
static int say(const struct job *job, const struct job_trial *trial,
               const struct guard_outcome *outcome, const struct witness *witness)
{
    const struct scenario *scenario = job->scenario[trial->scenario];
    const struct balancer *balancer = &scenario->balancer[trial->balancer];
    const struct plugin *plugin = plugins_file(&job->own.plugins, balancer->algorithm);
    char where[BLAME_ROOM], time[32], at[2 * BLAME_ROOM];
    snprintf(at, sizeof at, "at %ss of %s, balancer %s%s%s, replication %" PRIu64 ", %s",
             value_seconds_text(witness->time_ns, time), scenario->name, balancer->name,
             trial->how != NULL ? ", " : "", trial->how != NULL ? trial->how : "",
             trial->replication,
             blame_where(witness, scenario->traffic[witness->traffic].name, where));
    int code = blame(plugin->path, outcome, witness, at);
    say_how_to_see(job, trial);
    return code;
}

/* ---- Who it was ---- */

struct inquest {
    struct job *job;
    const struct guarded_work *work;
    uint32_t experiment;
};

/* Runs a suspect's trial alone; true: it did it again, and the suspect knows where. */
static bool confess(const struct inquest *inquest, struct suspect *suspect,
                    struct guard_outcome *outcome)
{
    struct guard *guard = &inquest->job->guard;
    if (guard_split(guard, outcome)) {
        console_let_signals();
        inquest->work->alone(inquest->job, inquest->experiment, suspect->trial);
        _exit(EXIT_FINE);
    }
    if (outcome->interrupted || outcome->end == GUARD_RETURNED || !guard_asks(&guard->slot[0]))
        return false;
    suspect->witness = guard->slot[0].witness;
    return true;
}

static int accuse(const struct inquest *inquest, const struct suspect *suspect,
                  const struct guard_outcome *outcome)
{
    struct job_trial trial =
        inquest->work->trial(inquest->job, inquest->experiment, suspect->trial);
    return say(inquest->job, &trial, outcome, &suspect->witness);
}

/* The paths of all plugins, to be freed. */
static char *all_paths(const struct plugins *plugins)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    for (uint32_t i = 0; i < plugins->plugins; i++)
        fprintf(to, "%s%s", i > 0 ? ", " : "", plugins->plugin[i].path);
    fclose(to);
    return text;
}

/* It may end this process, so what would be left of the log is cleared away first. */
static int say_nobody(struct job *job, const struct guard_outcome *outcome)
{
    char *paths = all_paths(&job->own.plugins);
    if (job->log != NULL)
        pick_log_abandon(job->log);
    job->log = NULL;
    int code = blame_nobody(outcome, paths);
    free(paths);
    return code;
}

/* The first that was being asked when the run ended, or UINT32_MAX. */
static uint32_t find_asked(const struct suspect *suspect, uint32_t suspects)
{
    for (uint32_t i = 0; i < suspects; i++)
        if (atomic_load(&suspect[i].witness.call) != WITNESS_NONE)
            return i;
    return UINT32_MAX;
}

/* Asks them one by one: the first that does it again, or UINT32_MAX. */
static uint32_t find_again(const struct inquest *inquest, struct suspect *suspect,
                           uint32_t suspects, struct guard_outcome *outcome)
{
    for (uint32_t i = 0; i < suspects; i++) {
        struct guard_outcome again;
        bool guilty = confess(inquest, &suspect[i], &again);
        again.interrupted = again.interrupted || outcome->interrupted;
        if (guilty)
            *outcome = again;
        outcome->interrupted = again.interrupted;
        if (guilty)
            return i;
    }
    return UINT32_MAX;
}

/* One that was alone is caught; others are asked again. */
static int find_culprit(const struct inquest *inquest, struct guard_outcome outcome)
{
    struct job *job = inquest->job;
    struct suspect *suspect = memory_zeroed(job->guard.slots, sizeof *suspect);
    uint32_t suspects = suspects_of(&job->guard, suspect);
    bool alone = suspects == 1;
    uint32_t again = alone ? UINT32_MAX : find_again(inquest, suspect, suspects, &outcome);
    uint32_t asked = find_asked(suspect, suspects);
    int code;
    if (again != UINT32_MAX) {
        code = accuse(inquest, &suspect[again], &outcome);
    } else if (outcome.interrupted && !(alone && asked == 0)) {
        console_error("interrupted while it was sought who ended the run; nothing was written");
        code = EXIT_INTERRUPTED;
    } else if (asked != UINT32_MAX) {
        code = accuse(inquest, &suspect[asked], &outcome);
        if (!alone)
            console_error("run again alone it did not: does it keep anything outside c->memory, "
                          "or write past it? Try lbsim contract");
    } else {
        code = say_nobody(job, &outcome);
    }
    free(suspect);
    return code;
}

static int say_stuck(const struct inquest *inquest, const struct guard_outcome *outcome)
{
    const struct run_slot *slot = &inquest->job->guard.slot[outcome->value];
    struct suspect suspect = {.trial = atomic_load(&slot->trial) - 1, .witness = slot->witness};
    return accuse(inquest, &suspect, outcome);
}

/* What the trials may have left of a log where nobody cleared it away. */
static void expect_parts(struct job *job)
{
    for (uint32_t i = 0; job->log != NULL && i < job->scenarios; i++)
        pick_log_expect(job->log,
                        job->scenario[i]->balancers * run_options_of(job, i).replications);
}

int run_guarded(struct job *job, const struct guarded_work *work)
{
    struct guard_outcome outcome;
    if (job->own.plugins.plugins == 0 ||
        !guard_begin(&job->guard, (uint32_t)job->threads, 0, console_interrupted))
        return work->work(job);
    if (command_line_value(job->line, "unguarded") != NULL || guard_split(&job->guard, &outcome))
        return work->work(job);
    if (outcome.end == GUARD_RETURNED)
        return outcome.value;
    struct inquest inquest = {
        .job = job, .work = work, .experiment = atomic_load(job->guard.experiment)};
    expect_parts(job);
    return outcome.end == GUARD_STUCK ? say_stuck(&inquest, &outcome)
                                      : find_culprit(&inquest, outcome);
}
