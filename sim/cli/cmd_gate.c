/* cmd_gate.c: lbsim gate: whether a scenario's numbers became worse than its baseline's. */
#include "reports/baseline.h"
#include "sim/cli/commands.h"
#include "sim/cli/console.h"
#include "sim/cli/gate_parts.h"
#include "sim/engine/memory.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct option_row options[] = {
    {0, "baseline", "DIR", "where baselines are; by default " GATE_DIRECTORY, false},
    {0, "update", NULL, "make the baselines anew: this is how it should be", false},
    {0, "exact", NULL, "fail whatever is not the same, better or worse", false},
    {0, "junit", "FILE", "write the verdict as JUnit XML", false},
    {0, "github", NULL, "print annotations for GitHub, too", false},
    {0, "summary", "FILE", "write the verdict as Markdown", false},
    {0, "self-test", NULL, "whether the gate can fail: faults are put in", false},
    {'s', "seed", "SEED", "instead of the scenario's seed", false},
    {'r', "replications", "N", "with --update: the most for a row; by default 256", false},
    {'j', "jobs", "N", "threads; by default one a processor", false},
    {'b', "balancer", "BALANCER",
     "instead of the list; may be repeated: a name of it,\n"
     "                             a preset, or least_conn,view=worker,workers=4",
     false},
    PLUGIN_OPTION,
    UNGUARDED_OPTION,
    {'q', "quiet", NULL, "no progress, no verdict in words", false},
    {0, "set", "KEY=VALUE", "change a key of the scenario", true},
    {0, "no-expect", NULL, "do not judge what the scenario expects", false},
    {0, NULL, NULL, NULL, false},
};

static const struct option_elsewhere elsewhere[] = {
    {'o', "output",
     "a gate keeps no files of its runs; the lbsim run that it names does, with -o DIR"},
    {0, "format", "stdout gets the verdict in words; --junit and --summary write it as files"},
    {0, "all", "a gate is about rows of metrics, not of servers; lbsim run --all lists those"},
    {0, "log", "a gate is about rows, not about picks; lbsim run --log FILE writes those"},
    {0, "all-series", "a gate keeps no files of its runs; lbsim run -o DIR --all-series does"},
    {0, "png", "a gate draws nothing; lbsim run -o DIR --png does"},
    {0, NULL, NULL},
};

/* ---- What was asked for ---- */

static bool file_option(struct gate_job *gate, const char *name, const char **file)
{
    *file = command_line_value(gate->job.line, name);
    if (*file == NULL || **file != '\0')
        return true;
    console_error("gate: --%s: which %s?", name,
                  strcmp(name, "baseline") == 0 ? "directory" : "file");
    return false;
}

/* Options that are about a verdict, where none is given. */
static bool check_modes(const struct gate_job *gate)
{
    static const char *const verdict[] = {"exact", "junit", "github", "summary"};
    const char *mode = gate->update ? "update" : gate->self_test ? "self-test" : NULL;
    bool fine = !gate->update || !gate->self_test;
    if (!fine)
        console_error("gate: --update and --self-test do not go together");
    for (size_t i = 0; mode != NULL && i < sizeof verdict / sizeof *verdict; i++)
        if (command_line_value(gate->job.line, verdict[i]) != NULL) {
            console_error("gate: --%s is about the verdict, and --%s gives none", verdict[i], mode);
            fine = false;
        }
    if (!gate->update && command_line_value(gate->job.line, "replications") != NULL) {
        console_error("gate: --replications: how many each row takes is in the baseline; with "
                      "--update, this is the most");
        fine = false;
    }
    return fine;
}

static bool check_options(struct gate_job *gate)
{
    const struct command_line *line = gate->job.line;
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    bool fine = command_line_number(line, "gate", "seed", 0, UINT64_MAX, 0, &gate->options.seed);
    gate->options.has_seed = command_line_value(line, "seed") != NULL;
    fine = command_line_number(line, "gate", "jobs", 1, 1024,
                               processors > 0 ? (uint64_t)processors : 1, &gate->job.threads) &&
           fine;
    gate->options.threads = (uint32_t)gate->job.threads;
    fine = command_line_number(line, "gate", "replications", GATE_RUNS_LEAST, GATE_RUNS_MOST,
                               GATE_RUNS_MOST, &gate->options.most) &&
           fine;
    gate->update = command_line_value(line, "update") != NULL;
    gate->exact = command_line_value(line, "exact") != NULL;
    gate->github = command_line_value(line, "github") != NULL;
    gate->self_test = command_line_value(line, "self-test") != NULL;
    fine = file_option(gate, "baseline", &gate->directory) && fine;
    fine = file_option(gate, "junit", &gate->junit) && fine;
    fine = file_option(gate, "summary", &gate->summary) && fine;
    if (gate->directory == NULL)
        gate->directory = GATE_DIRECTORY;
    if (line->words == 0) {
        console_error("gate: which scenario? Try: lbsim gate scale_churn --update");
        fine = false;
    }
    return check_modes(gate) && fine;
}

/* ---- Files ---- */

static void name_baselines(struct gate_job *gate)
{
    gate->baseline = memory_zeroed(gate->job.scenarios, sizeof(struct gate_baseline *));
    gate->path = memory_zeroed(gate->job.scenarios, sizeof *gate->path);
    for (uint32_t i = 0; i < gate->job.scenarios; i++) {
        const char *name = gate->job.scenario[i]->name;
        size_t room = strlen(gate->directory) + strlen(name) + sizeof "/.json";
        gate->path[i] = memory_zeroed(room, 1);
        snprintf(gate->path[i], room, "%s/%s.json", gate->directory, name);
    }
}

static FILE *open_file(struct gate_job *gate, const char *path, bool *fine)
{
    char why[512];
    FILE *file = files_open(gate->files, path, why, sizeof why);
    if (file == NULL)
        console_error("%s", why);
    *fine = *fine && file != NULL;
    return file;
}

/* Whether what is to be written could be, before hours go into it. */
static bool begin_files(struct gate_job *gate)
{
    bool fine = true;
    gate->files = files_begin();
    gate->baseline_file = memory_zeroed(gate->job.scenarios, sizeof *gate->baseline_file);
    for (uint32_t i = 0; gate->update && fine && i < gate->job.scenarios; i++)
        gate->baseline_file[i] = open_file(gate, gate->path[i], &fine);
    if (gate->junit != NULL)
        gate->junit_file = open_file(gate, gate->junit, &fine);
    if (gate->summary != NULL)
        gate->summary_file = open_file(gate, gate->summary, &fine);
    return fine;
}

/* What was read of the baselines; a scenario that has none yet, or a damaged one, is judged so. Of
 * others than these the gate goes on without. */
static int read_baselines(struct gate_job *gate)
{
    char why[512];
    int code = EXIT_FINE;
    gate->damage = memory_zeroed(gate->job.scenarios, sizeof *gate->damage);
    for (uint32_t i = 0; i < gate->job.scenarios; i++) {
        const char *path = gate->path[i];
        enum baseline_status status =
            baseline_read(path, gate->job.scenario[i]->name, &gate->baseline[i], why, sizeof why);
        if (status == BASELINE_DAMAGED) {
            console_error("%s cannot be judged by: %s; lbsim gate %s --update makes it anew", path,
                          why, gate->job.line->word[i]);
            gate->damage[i] = memory_text(why, strlen(why));
        } else if (status == BASELINE_UNREADABLE) {
            console_error("cannot read %s: %s", path, why);
            code = EXIT_ENVIRONMENT;
        }
    }
    return code;
}

/* ---- The verdict ---- */

static int write_verdict(struct gate_job *gate, const struct gate_report *report)
{
    char *text = NULL, why[512];
    size_t size = 0;
    if (gate->junit_file != NULL)
        report_gate_junit(report, gate->junit_file);
    if (gate->summary_file != NULL)
        report_gate_markdown(report, gate->summary_file);
    bool written = files_commit(gate->files, why, sizeof why);
    gate->files = NULL;
    if (!written) {
        console_error("%s", why);
        return EXIT_ENVIRONMENT;
    }
    FILE *to = open_memstream(&text, &size);
    if (!gate->job.quiet)
        report_gate_text(report, to);
    if (gate->github)
        report_gate_github(report, to);
    fclose(to);
    int code = console_write(text, size);
    free(text);
    return code != EXIT_FINE ? code : report->code;
}

void gate_clear(struct gate_job *gate)
{
    progress_clear(&gate->progress);
}

static int interrupted(void)
{
    console_error("interrupted; nothing was written");
    return EXIT_INTERRUPTED;
}

/* What fails is graver than what cannot be judged. */
static int graver(int one, int other)
{
    if (one == EXIT_FAILED || other == EXIT_FAILED)
        return EXIT_FAILED;
    return one > other ? one : other;
}

static int judge(struct gate_job *gate)
{
    uint32_t scenarios = gate->job.scenarios, judged = 0;
    struct gate_judged **verdict = memory_zeroed(scenarios, sizeof(struct gate_judged *));
    bool partly = command_line_value(gate->job.line, "balancer") != NULL;
    const char **asked = memory_zeroed(gate->job.line->options, sizeof *asked);
    uint64_t tests = 0;
    int code = EXIT_INTERRUPTED;
    for (uint32_t i = 0, count = 0; i < gate->job.line->options; i++)
        if (gate->job.line->option[i].row->letter == 'b')
            asked[count++] = gate->job.line->option[i].text;
    for (uint32_t i = 0; i < scenarios; i++)
        tests += gate_tests(gate->baseline[i]);
    while (judged < scenarios &&
           (verdict[judged] = gate_compare(gate->job.scenario[judged], gate->baseline[judged],
                                           partly, tests, GATE_AS_IT_IS, &gate->options)) != NULL)
        judged++;
    for (uint32_t i = 0; i < judged; i++)
        if (gate->damage[i] != NULL)
            verdict[i]->why = GATE_DAMAGED;
    bool whole = judged == scenarios && gate_expect(gate);
    gate_clear(gate);
    if (whole) {
        const struct gate_judged *const *all = (const struct gate_judged *const *)verdict;
        struct gate_report report = {
            .judged = all,
            .scenarios = scenarios,
            .judgements = (const struct judgements *const *)gate->expecting.judgements,
            .expecting = gate->expecting.judgements != NULL ? gate->expecting.experiments : 0,
            .exact = gate->exact,
            .colour = console_colour(stdout),
            .word = gate->job.line->word,
            .path = (const char *const *)gate->path,
            .damage = (const char *const *)gate->damage,
            .directory = command_line_value(gate->job.line, "baseline"),
            .has_seed = gate->options.has_seed,
            .seed = gate->options.seed,
            .plugins = &gate->job.own.plugins,
            .asked = partly ? asked : NULL,
            .code = graver(gate_outcome(all, scenarios, gate->exact),
                           run_judge_code(&gate->expecting))};
        run_judge_tell(&gate->expecting); /* where the verdict is not printed */
        code = write_verdict(gate, &report);
    }
    for (uint32_t i = 0; i < judged; i++)
        gate_judged_free(verdict[i]);
    free(verdict);
    free(asked);
    return code;
}

/* ---- The command ---- */

/* false: there is no use in going on. */
static bool show_progress(void *context, const char *scenario, uint64_t done, uint64_t trials)
{
    struct gate_job *gate = context;
    gate->progress.name = scenario;
    progress_show(&gate->progress, done, trials);
    return !console_interrupted();
}

static void tell_begins(void *context, const struct scenario *scenario, uint32_t balancer,
                        enum gate_variant variant)
{
    gate_begins(context, scenario, balancer, variant);
}

static int work(struct job *job)
{
    struct gate_job *gate = (struct gate_job *)job;
    gate->options.slot = job->guard.slot;
    int code = gate->update      ? gate_update(gate)
               : gate->self_test ? gate_self_test(gate)
                                 : judge(gate);
    return code == EXIT_INTERRUPTED ? interrupted() : code;
}

static int run_gate(struct gate_job *gate)
{
    int code = EXIT_FINE;
    bool fine = check_options(gate);
    if (!run_load(&gate->job, &code) || !fine)
        return code != EXIT_FINE ? code : EXIT_INVALID;
    name_baselines(gate);
    if (!begin_files(gate))
        return EXIT_ENVIRONMENT;
    code = gate->update ? EXIT_FINE : read_baselines(gate);
    return code == EXIT_FINE ? gate_guarded(gate, work) : code;
}

static int run(const struct command_line *line)
{
    bool quiet = command_line_value(line, "quiet") != NULL;
    struct gate_job gate = {
        .job = {.line = line, .quiet = quiet},
        .progress = {.quiet = quiet},
        .options = {.progress = show_progress, .begins = tell_begins, .context = &gate}};
    console_hold_signals();
    int code = run_gate(&gate);
    files_abandon(gate.files);
    gate_expect_free(&gate);
    for (uint32_t i = 0; gate.baseline != NULL && i < gate.job.scenarios; i++)
        gate_baseline_free(gate.baseline[i]);
    for (uint32_t i = 0; gate.damage != NULL && i < gate.job.scenarios; i++)
        free(gate.damage[i]);
    for (uint32_t i = 0; gate.path != NULL && i < gate.job.scenarios; i++)
        free(gate.path[i]);
    free(gate.path);
    free(gate.damage);
    free(gate.baseline);
    free(gate.baseline_file);
    run_unload(&gate.job);
    return code;
}

const struct command command_gate = {
    .name = "gate",
    .arguments = "SCENARIO... [options]",
    .about = "judges whether a scenario became worse than its baseline",
    .options = options,
    .elsewhere = elsewhere,
    .run = run,
};
