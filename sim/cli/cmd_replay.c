/* cmd_replay.c: lbsim replay: operations in, picks out. */
#include "reports/placed.h"
#include "sim/cli/blame.h"
#include "sim/cli/commands.h"
#include "sim/cli/console.h"
#include "sim/cli/own.h"
#include "sim/run/replay.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/values.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { TRACE_BYTES = 16 << 20 };

static const struct option_row options[] = {
    {'b', "balancer", "PRESET", "who picks; a preset, or least_conn,view=worker", false},
    PLUGIN_OPTION,
    UNGUARDED_OPTION,
    {'w', "workers", "N", "worker processes; by default the balancer's, or 1", false},
    {0, "rebuild", "eager|lazy",
     "when pickers are built: at a change, or when\n"
     "                             a worker next picks (the default)",
     false},
    {0, "state", "FILE",
     "write what each worker's picker keeps at the end:\n"
     "                             " REPLAY_STATE_HEADER "; scores as %a",
     false},
    {0, NULL, NULL, NULL, false},
};

/* The balancer of -b, in a scenario that has nothing else. */
static bool read_balancer(const char *text, struct scenario *nothing, struct balancer *balancer)
{
    struct input input;
    struct faults faults = {0};
    bool fine = scenario_read_balancer(nothing, text, balancer, &input, &faults);
    faults_print(&faults, &input, stderr, console_colour(stderr));
    faults_free(&faults);
    input_free(&input);
    if (!fine)
        return false;
    nothing->balancer = balancer;
    nothing->balancers = 1;
    fine = scenario_check_balancers(nothing, &faults);
    for (size_t i = 0; i < faults.count; i++)
        console_error("-b: %s", faults.fault[i].message);
    faults_free(&faults);
    return fine;
}

static bool put_state(const char *file, const char *text, size_t size)
{
    char why[512];
    bool fine = placed_write(file, REPLAY_STATE_HEADER, text, size, why, sizeof why);
    if (!fine)
        console_error("%s", why);
    return fine;
}

/* state: the file for it, or NULL. */
static int replay(const char *path, const char *state, struct replay_options *replay_options)
{
    struct input input;
    struct faults faults = {0};
    char *text = NULL, *state_text = NULL;
    size_t size = 0, state_size = 0;
    enum input_status status = input_read(&input, path, TRACE_BYTES);
    if (status == INPUT_TOO_LARGE) {
        console_error("%s is larger than %d MiB", path, TRACE_BYTES >> 20);
        return EXIT_INVALID;
    }
    if (status != INPUT_OK) {
        console_error("cannot read %s: %s", path, strerror(errno));
        return EXIT_ENVIRONMENT;
    }
    FILE *to = open_memstream(&text, &size), *state_to = open_memstream(&state_text, &state_size);
    replay_options->at_end = replay_write_state;
    replay_options->context = state_to;
    bool fine = replay_run(&input, replay_options, &faults, to);
    fclose(to);
    fclose(state_to);
    faults_print(&faults, &input, stderr, console_colour(stderr));
    int code = fine ? EXIT_FINE : EXIT_INVALID;
    if (fine && state != NULL && !put_state(state, state_text, state_size))
        code = EXIT_ENVIRONMENT;
    if (code == EXIT_FINE)
        code = console_write(text, size);
    free(text);
    free(state_text);
    faults_free(&faults);
    input_free(&input);
    return code;
}

/* The same command, but for what it writes, under a debugger. */
static void say_how_to_see(const struct command_line *line)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    for (uint32_t i = 0; i < line->options; i++) {
        const struct option_row *row = line->option[i].row;
        if (strcmp(row->name, "state") != 0)
            fprintf(to, " --%s %s", row->name, line->option[i].text);
    }
    fclose(to);
    console_error("to see it: gdb -ex run --args lbsim replay %s%s --unguarded", line->word[0],
                  text);
    free(text);
}

/* The same in a process of its own where the algorithm is the user's own. */
static int replay_guarded(const struct command_line *line, const struct own *own,
                          struct replay_options *replay_options)
{
    const char *path = line->word[0], *state = command_line_value(line, "state");
    struct guard guard;
    struct guard_outcome outcome;
    const struct plugin *plugin = plugins_file(&own->plugins, replay_options->balancer->algorithm);
    if (plugin == NULL || !guard_begin(&guard, 1, 0, console_interrupted))
        return replay(path, state, replay_options);
    const struct witness *witness = replay_options->witness = &guard.slot->witness;
    int code;
    if (command_line_value(line, "unguarded") != NULL || guard_split(&guard, &outcome)) {
        code = replay(path, state, replay_options);
    } else if (outcome.end == GUARD_RETURNED) {
        code = outcome.value;
    } else if (guard_asks(guard.slot)) {
        char where[BLAME_ROOM], at[2 * BLAME_ROOM];
        snprintf(at, sizeof at, "at step %" PRIu64 " of %.128s, %s", witness->connection, path,
                 blame_where(witness, NULL, where));
        code = blame(plugin->path, &outcome, witness, at);
        say_how_to_see(line);
    } else {
        code = blame_nobody(&outcome, plugin->path);
    }
    guard_end(&guard);
    return code;
}

static int run_line(const struct command_line *line, const struct own *own,
                    struct scenario *nothing, struct balancer *balancer)
{
    const char *balancer_text = command_line_value(line, "balancer");
    const char *rebuild = command_line_value(line, "rebuild");
    const char *workers_text = command_line_value(line, "workers");
    uint64_t workers = 0;
    bool fine = true;
    if (line->words != 1) {
        console_error("replay: one trace is wanted, %u given", line->words);
        fine = false;
    }
    if (workers_text != NULL &&
        (!value_whole(workers_text, &workers) || workers < 1 || workers > 1024)) {
        console_error("replay: -w: '%s' is not a whole number from 1 to 1024", workers_text);
        fine = false;
    }
    if (rebuild != NULL && strcmp(rebuild, "eager") != 0 && strcmp(rebuild, "lazy") != 0) {
        console_error("replay: --rebuild: '%s' is not one of: eager, lazy", rebuild);
        fine = false;
    }
    if (balancer_text == NULL)
        console_error("replay: who picks? -b PRESET is missing; see lbsim list presets");
    if (balancer_text == NULL || !read_balancer(balancer_text, nothing, balancer) || !fine)
        return EXIT_INVALID;
    struct replay_options replay_options = {
        .balancer = balancer,
        .workers = workers > 0             ? (uint32_t)workers
                   : balancer->workers > 0 ? balancer->workers
                                           : 1,
        .eager = rebuild != NULL && strcmp(rebuild, "eager") == 0,
    };
    return replay_guarded(line, own, &replay_options);
}

static int run(const struct command_line *line)
{
    struct own own;
    struct scenario nothing = {.vocabulary = &own.words};
    struct balancer balancer = {.workers = 0};
    int code = EXIT_FINE;
    if (own_open(&own, line, &code))
        code = run_line(line, &own, &nothing, &balancer);
    arena_free(&nothing.arena);
    own_close(&own);
    return code;
}

const struct command command_replay = {
    .name = "replay",
    .arguments = "TRACE.csv -b PRESET [options]",
    .about = "a list of operations in, the server of every pick out",
    .options = options,
    .run = run,
};
