/* cmd_run.c: lbsim run: every balancer of a scenario on the same traffic. */
#include "sim/cli/commands.h"
#include "sim/cli/console.h"
#include "sim/cli/run_parts.h"
#include "sim/engine/memory.h"
#include "sim/workload/input.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct option_row options[] = {
    {'o', "output", "DIR", "write CSV files, plots and run.json there", false},
    {'s', "seed", "SEED", "instead of the scenario's seed", false},
    {'r', "replications", "N", "instead of the scenario's replications", false},
    {'j', "jobs", "N", "threads; by default one a processor", false},
    {'b', "balancer", "BALANCER",
     "instead of the list; may be repeated: a name of it,\n"
     "                             a preset, or least_conn,view=worker,workers=4",
     false},
    PLUGIN_OPTION,
    UNGUARDED_OPTION,
    {0, "format", "table|csv|json|markdown", "what stdout gets; csv: servers.csv, json: all",
     false},
    {0, "all", NULL, "every server's row, however many", false},
    {0, "log", "FILE", "every pick and what it saw, one by one, as CSV", false},
    {0, "all-series", NULL, "timeseries.csv of every replication, not just one", false},
    {0, "png", NULL, "plots as PNG too, not only as SVG", false},
    {'q', "quiet", NULL, "no progress, no table; only what failed", false},
    {0, "set", "KEY=VALUE", "change a key of the scenario", true},
    {0, "no-expect", NULL, "do not judge what the scenario expects", false},
    {0, NULL, NULL, NULL, false},
};

/* ---- What was asked for ---- */

/* An option's whole number in [least, most], or `fallback` where it was not given. */
static bool number_option(const struct job *job, const char *name, uint64_t least, uint64_t most,
                          uint64_t fallback, uint64_t *number)
{
    return command_line_number(job->line, "run", name, least, most, fallback, number);
}

static bool format_option(struct job *job)
{
    static const char *const names[] = {"table", "csv", "json", "markdown"};
    enum { NAMES = sizeof names / sizeof *names };
    const char *format = command_line_value(job->line, "format");
    for (int i = 0; i < NAMES; i++)
        if (format == NULL || strcmp(format, names[i]) == 0) {
            job->format = (enum run_format)i;
            return true;
        }
    const char *meant = input_nearest(format, names, NAMES);
    if (meant != NULL)
        console_error("run: --format: '%s' is none (did you mean '%s'?)", format, meant);
    else
        console_error("run: --format: '%s' is not one of: table, csv, json, markdown", format);
    return false;
}

/* ---- Running ---- */

struct watched {
    atomic_uint_fast64_t played_ns;
    struct progress progress;
    const struct pick_log *log; /* or NULL */
};

/* false: there is no use in going on. */
static bool show_progress(void *context, uint64_t done, uint64_t trials)
{
    struct watched *watched = context;
    progress_show(&watched->progress, done, trials);
    return !console_interrupted() && (watched->log == NULL || !pick_log_failed(watched->log));
}

struct run_options run_options_of(const struct job *job, uint32_t i)
{
    struct run_options run = {.threads = (uint32_t)job->threads, .slot = job->guard.slot};
    run.series = command_line_value(job->line, "output") == NULL       ? SERIES_NONE
                 : command_line_value(job->line, "all-series") != NULL ? SERIES_ALL
                                                                       : SERIES_FIRST;
    if (job->log != NULL)
        run.picks = pick_log_sink(job->log);
    number_option(job, "seed", 0, UINT64_MAX, job->scenario[i]->seed, &run.seed);
    number_option(job, "replications", 1, 100000, job->scenario[i]->replications,
                  &run.replications);
    return run;
}

static bool run_scenarios(struct job *job)
{
    job->experiment = memory_zeroed(job->scenarios, sizeof *job->experiment);
    for (uint32_t i = 0; i < job->scenarios; i++) {
        const struct scenario *scenario = job->scenario[i];
        struct watched watched = {.progress = {.name = scenario->name,
                                               .quiet = job->quiet,
                                               .played_ns = &watched.played_ns,
                                               .trial_ns = scenario->duration_ns},
                                  .log = job->log};
        struct run_options run = run_options_of(job, i);
        run.progress = show_progress;
        run.context = &watched;
        run.played_ns = &watched.played_ns;
        if (job->guard.experiment != NULL)
            atomic_store(job->guard.experiment, i);
        job->experiment[i] = experiment_run(scenario, &run);
        progress_clear(&watched.progress);
        if (job->experiment[i] == NULL)
            return false;
        job->experiments++;
        if (job->log != NULL)
            pick_log_add(job->log, job->experiment[i]);
    }
    return true;
}

/* ---- The command ---- */

/* Options that are right by themselves, and go together. */
static bool check_options(struct job *job)
{
    uint64_t unused;
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    bool fine = format_option(job);
    fine = number_option(job, "seed", 0, UINT64_MAX, 0, &unused) && fine;
    fine = number_option(job, "replications", 1, 100000, 1, &unused) && fine;
    fine = number_option(job, "jobs", 1, 1024, processors > 0 ? (uint64_t)processors : 1,
                         &job->threads) &&
           fine;
    if (job->line->words == 0) {
        console_error("run: which scenario? Try: lbsim run ws_scale");
        fine = false;
    }
    job->directory = command_line_value(job->line, "output");
    if (job->directory != NULL && job->directory[0] == '\0') {
        console_error("run: --output: which directory?");
        fine = false;
    }
    const char *log = command_line_value(job->line, "log");
    if (log != NULL && log[0] == '\0') {
        console_error("run: --log: which file?");
        fine = false;
    }
    static const char *const of_files[] = {"all-series", "png"};
    for (int i = 0; i < 2; i++)
        if (job->directory == NULL && command_line_value(job->line, of_files[i]) != NULL) {
            console_error("run: --%s is about the files that -o DIR writes", of_files[i]);
            fine = false;
        }
    return fine;
}

/* Whether what is to be written could be, before hours go into it. */
static bool begin_files(struct job *job)
{
    char why[512];
    const char *log = command_line_value(job->line, "log");
    if (job->directory != NULL && !run_try_directory(job->directory))
        return false;
    if (log == NULL)
        return true;
    job->log = pick_log_begin(log, job->directory, why, sizeof why);
    if (job->log == NULL)
        console_error("%s", why);
    return job->log != NULL;
}

static bool finish_log(struct job *job)
{
    char why[512];
    bool fine = job->log == NULL || pick_log_commit(job->log, why, sizeof why);
    job->log = NULL;
    if (!fine)
        console_error("%s", why);
    return fine;
}

static int run_and_write(struct job *job)
{
    int code = EXIT_FINE;
    if (!(run_scenarios(job) && run_judge(job)) &&
        (job->log == NULL || !pick_log_failed(job->log))) {
        console_error("interrupted; nothing was written");
        return EXIT_INTERRUPTED;
    }
    if (!finish_log(job))
        return EXIT_ENVIRONMENT;
    if (job->directory != NULL)
        code = run_write_directory(job);
    if (code == EXIT_FINE)
        code = run_write_stdout(job);
    run_judge_tell(job);
    return code == EXIT_FINE ? run_judge_code(job) : code;
}

static struct job_trial trial_of(const struct job *job, uint32_t experiment, uint64_t index)
{
    uint64_t replications = run_options_of(job, experiment).replications;
    return (struct job_trial){.scenario = experiment,
                              .balancer = (uint32_t)(index / replications),
                              .replication = index % replications};
}

static void run_alone(struct job *job, uint32_t experiment, uint64_t index)
{
    struct run_options run = run_options_of(job, experiment);
    experiment_try(job->scenario[experiment], &run, index);
}

static int run_job(struct job *job)
{
    static const struct guarded_work work = {run_and_write, trial_of, run_alone};
    int code = EXIT_FINE;
    bool fine = check_options(job);
    if (!run_load(job, &code) || !fine)
        return code != EXIT_FINE ? code : EXIT_INVALID;
    return begin_files(job) ? run_guarded(job, &work) : EXIT_ENVIRONMENT;
}

static int run(const struct command_line *line)
{
    struct job job = {.line = line, .quiet = command_line_value(line, "quiet") != NULL};
    console_hold_signals();
    int code = run_job(&job);
    if (job.log != NULL)
        pick_log_abandon(job.log);
    run_judge_free(&job);
    for (uint32_t i = 0; i < job.experiments; i++)
        experiment_free(job.experiment[i]);
    free(job.experiment);
    run_unload(&job);
    return code;
}

const struct command command_run = {
    .name = "run",
    .arguments = "SCENARIO... [options]",
    .about = "runs every balancer on the same traffic and prints who got what",
    .options = options,
    .run = run,
};
