/* cmd_real.c: lbsim real: a scenario against real nginx. */
#include "reports/story.h"
#include "sim/cli/commands.h"
#include "sim/cli/console.h"
#include "sim/cli/scenarios.h"
#include "sim/engine/memory.h"
#include "sim/real/prefix.h"
#include "sim/real/processes.h"
#include "sim/real/verdict.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct option_row options[] = {
    {'b', "balancer", "BALANCER",
     "instead of the list; may be repeated: a name of it,\n"
     "                             a preset, or least_conn,workers=2",
     false},
    {0, "module", "FILE",
     "the module that algorithms/nginx/build made; by default\n"
     "                             beside the program, or among nginx's own",
     false},
    {0, "nginx", "FILE", "the program; by default that of PATH", false},
    {0, "list", NULL, "which presets nginx can be, and in what words", false},
    {0, NULL, NULL, NULL, false},
};

/* One balancer's turn. */
struct turn {
    const struct balancer *balancer;
    struct real_upstream upstream;
    struct real_plan *plan;
    struct faults reasons; /* not to play it */
    bool played;
    struct real_outcome outcome;
    struct verdict verdict;
};

struct show {
    const struct command_line *line;
    struct scenario *scenario;
    struct wire *wire; /* NULL: there are too many servers */
    char **address;    /* [servers] */
    struct turn *turn; /* [balancers] */
    char module[4096];
    FILE *to;
};

enum { REASONS_ROOM = 2048, LIST_NAME = 30 };

/* All reasons on one line of text. */
static void join_reasons(const struct faults *reasons, char *text, size_t room)
{
    size_t at = 0;
    text[0] = '\0';
    for (size_t i = 0; i < reasons->count && at < room; i++)
        at += (size_t)snprintf(text + at, room - at, "%s%s", i > 0 ? "; " : "",
                               reasons->fault[i].message);
}

static const char *method_of(const struct real_upstream *upstream)
{
    return upstream->method[0] == '\0' ? "(nginx's default)" : upstream->method;
}

/* ---- --list ---- */

static void list_preset(const struct preset *preset)
{
    struct real_upstream upstream;
    struct faults reasons = {0};
    char text[REASONS_ROOM];
    struct balancer balancer = balancer_of_preset(preset);
    if (real_upstream_of(&balancer, 1, &upstream, &reasons)) {
        printf("%-*s ", LIST_NAME, preset->name);
        story_print(stdout, method_of(&upstream), LIST_NAME + 1);
        return;
    }
    join_reasons(&reasons, text, sizeof text);
    printf("%-*s no: ", LIST_NAME, preset->name);
    story_print(stdout, text, LIST_NAME + 5);
    faults_free(&reasons);
}

static int list_presets(void)
{
    for (uint32_t i = 0; preset_at(i) != NULL; i++)
        list_preset(preset_at(i));
    return console_flush();
}

/* ---- What can be played ---- */

/* How nginx will write the servers: by their ports, where they have some. */
static void name_servers(struct show *show)
{
    const struct scenario *scenario = show->scenario;
    char text[32];
    show->address = memory_zeroed(scenario->servers, sizeof *show->address);
    for (uint32_t i = 0; i < scenario->servers; i++) {
        const char *name = scenario->server[i].name;
        if (show->wire != NULL) {
            snprintf(text, sizeof text, "127.0.0.1:%u", wire_server_port(show->wire, i));
            name = text;
        }
        show->address[i] = memory_text(name, strlen(name));
    }
}

/* Whether anything can be played at all; if not, everything that is in the way was said. What -b
 * asks for has to be, of the scenario's own list there may be some that cannot. */
static bool plan_turns(struct show *show, uint64_t descriptors)
{
    const struct scenario *scenario = show->scenario;
    uint32_t playable = 0;
    for (uint32_t i = 0; i < scenario->balancers; i++) {
        struct turn *turn = &show->turn[i];
        turn->balancer = &scenario->balancer[i];
        real_upstream_of(turn->balancer, scenario->seed, &turn->upstream, &turn->reasons);
        turn->plan = real_plan_make(scenario, turn->balancer, &turn->upstream,
                                    (const char *const *)show->address);
        real_plan_check(turn->plan, turn->balancer, &turn->upstream, descriptors, &turn->reasons);
        playable += turn->reasons.count == 0;
    }
    bool asked = command_line_value(show->line, "balancer") != NULL;
    if (playable == scenario->balancers || (playable > 0 && !asked))
        return true;
    for (uint32_t i = 0; i < scenario->balancers; i++)
        for (size_t k = 0; k < show->turn[i].reasons.count; k++)
            console_error("real: %s: %s", show->turn[i].balancer->name,
                          show->turn[i].reasons.fault[k].message);
    return false;
}

/* ---- The module ---- */

#define MODULE "ngx_http_upstream_lbsim_module.so"

static bool needs_module(const struct show *show)
{
    for (uint32_t i = 0; i < show->scenario->balancers; i++)
        if (show->turn[i].reasons.count == 0 && show->turn[i].upstream.module)
            return true;
    return false;
}

/* Seen from the program: built, or installed; and where nginx's packages put theirs. */
static bool find_module(struct show *show)
{
    static const char *const beside[] = {"/../nginx/", "/../lib/lbsim/"};
    static const char *const of_nginx[] = {"/usr/lib/nginx/modules/", "/usr/share/nginx/modules/"};
    char program[2048];
    const char *given = command_line_value(show->line, "module");
    if (given != NULL)
        return realpath(given, show->module) != NULL;
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 64);
    program[length > 0 ? length : 0] = '\0';
    char *end = strrchr(program, '/');
    for (size_t i = 0; end != NULL && i < 2; i++) {
        snprintf(end, 64, "%s" MODULE, beside[i]);
        if (realpath(program, show->module) != NULL)
            return true;
    }
    for (size_t i = 0; i < 2; i++) {
        snprintf(show->module, sizeof show->module, "%s" MODULE, of_nginx[i]);
        if (access(show->module, R_OK) == 0)
            return true;
    }
    return false;
}

static bool find_programs(struct show *show, struct nginx *nginx)
{
    const char *program = command_line_value(show->line, "nginx");
    bool fine = nginx_find(nginx, program);
    if (!fine && program != NULL)
        console_error("real: there is no program %s", program);
    else if (!fine)
        console_error("real: nginx is missing (Debian: apt-get install nginx)");
    if (!needs_module(show) || find_module(show))
        return fine;
    const char *given = command_line_value(show->line, "module");
    console_error("real: there is no module %s; algorithms/nginx/build makes it",
                  given != NULL ? given : MODULE);
    return false;
}

/* ---- Playing ---- */

static void print_turn(const struct show *show, const struct turn *turn)
{
    fprintf(show->to, "\n%s, %" PRIu32 " worker%s of nginx %s\n  %s\n", turn->balancer->name,
            turn->plan->workers, turn->plan->workers == 1 ? "" : "s", turn->outcome.nginx_version,
            method_of(&turn->upstream));
    if (turn->balancer->change == CHANGE_IN_PLACE && turn->plan->reloads > 0)
        fputs("  played with change: reload, as nginx has no other\n", show->to);
    verdict_print(&turn->verdict, turn->plan, &turn->outcome, show->to);
}

static int play_turn(struct show *show, struct nginx *nginx, struct turn *turn)
{
    struct real_config config = {
        .module = turn->upstream.module ? show->module : NULL,
        .gateway = wire_gateway_port(show->wire),
        .workers = turn->plan->workers,
        .connections = turn->plan->held_max,
        .deaths = turn->plan->deaths > 0,
        .upstream = &turn->upstream,
        .scenario = show->scenario,
        .address = (const char *const *)show->address,
    };
    turn->played = true;
    if (!real_play(turn->plan, &config, nginx, show->wire, &turn->outcome)) {
        if (nginx->trouble[0] == '\0') {
            console_error("interrupted; nothing is left running");
            return EXIT_INTERRUPTED;
        }
        console_error("real: %s: %s", turn->balancer->name, nginx->trouble);
        return EXIT_ENVIRONMENT;
    }
    turn->verdict = verdict_of(turn->plan, &turn->outcome,
                               real_plan_excuse(turn->plan, turn->balancer, &turn->upstream));
    print_turn(show, turn);
    return EXIT_FINE;
}

static const char *verdict_word(const struct verdict *verdict)
{
    if (verdict->identical)
        return "identical";
    return verdict_is_fine(verdict) ? "need not be identical" : "DIFFERS";
}

static void print_left_out(const struct show *show)
{
    bool first = true;
    for (uint32_t i = 0; i < show->scenario->balancers; i++) {
        const struct turn *turn = &show->turn[i];
        char text[REASONS_ROOM];
        if (turn->played)
            continue;
        join_reasons(&turn->reasons, text, sizeof text);
        fprintf(show->to, "%s%-28s ", first ? "\nnot played:\n" : "", turn->balancer->name);
        story_print(show->to, text, 29);
        first = false;
    }
}

static void print_end(const struct show *show)
{
    fprintf(show->to, "\n%-28s workers  %-22s verdict\n", "balancer", "observed at the end");
    for (uint32_t i = 0; i < show->scenario->balancers; i++) {
        const struct turn *turn = &show->turn[i];
        char *counts = NULL;
        size_t size = 0;
        if (!turn->played)
            continue;
        FILE *to = open_memstream(&counts, &size);
        verdict_print_counts(turn->plan, &turn->outcome, turn->plan->looks - 1, to);
        fclose(to);
        fprintf(show->to, "%-28s %7" PRIu32 "  %-22s %s\n", turn->balancer->name,
                turn->plan->workers, counts, verdict_word(&turn->verdict));
        free(counts);
    }
    print_left_out(show);
}

static int play_turns(struct show *show)
{
    struct nginx nginx = {.stop = console_interrupted};
    int code = EXIT_FINE;
    bool fine = true;
    prefix_remove_orphans();
    if (!find_programs(show, &nginx))
        return EXIT_ENVIRONMENT;
    fprintf(show->to, "%s\n%s\n", show->scenario->name, show->scenario->about);
    for (uint32_t i = 0; i < show->scenario->balancers && code == EXIT_FINE; i++) {
        struct turn *turn = &show->turn[i];
        if (turn->reasons.count > 0)
            continue;
        code = play_turn(show, &nginx, turn);
        fine = fine && verdict_is_fine(&turn->verdict);
    }
    if (code != EXIT_FINE)
        return code;
    print_end(show);
    return fine ? EXIT_FINE : EXIT_FAILED;
}

/* ---- The command ---- */

static int show_scenario(struct show *show)
{
    char why[256];
    uint64_t descriptors = processes_descriptors();
    if (show->scenario->servers <= REAL_SERVERS_MAX) {
        show->wire = wire_new(show->scenario->servers, console_interrupted, why, sizeof why);
        if (show->wire == NULL) {
            console_error("real: %s", why);
            return EXIT_ENVIRONMENT;
        }
    }
    name_servers(show);
    show->turn = memory_zeroed(show->scenario->balancers, sizeof *show->turn);
    return plan_turns(show, descriptors) ? play_turns(show) : EXIT_INVALID;
}

static void forget(struct show *show)
{
    for (uint32_t i = 0; show->turn != NULL && i < show->scenario->balancers; i++) {
        real_outcome_free(&show->turn[i].outcome);
        real_plan_free(show->turn[i].plan);
        faults_free(&show->turn[i].reasons);
    }
    for (uint32_t i = 0; show->address != NULL && i < show->scenario->servers; i++)
        free(show->address[i]);
    if (show->wire != NULL)
        wire_free(show->wire);
    free(show->turn);
    free(show->address);
    scenario_free(show->scenario);
}

static int run(const struct command_line *line)
{
    struct show show = {.line = line};
    char *text = NULL;
    size_t size = 0;
    int code = EXIT_FINE;
    if (command_line_value(line, "list") != NULL)
        return list_presets();
    if (line->words != 1) {
        console_error("real: one scenario is wanted, %u given. Try: lbsim real scale_2_to_3_nginx",
                      line->words);
        return EXIT_INVALID;
    }
    console_hold_signals();
    show.scenario = scenarios_load(line->word[0], NULL, &code);
    if (show.scenario == NULL)
        return code;
    show.to = open_memstream(&text, &size);
    code = scenarios_replace_balancers(line, show.scenario) ? show_scenario(&show) : EXIT_INVALID;
    fclose(show.to);
    forget(&show);
    int written = code == EXIT_FINE || code == EXIT_FAILED ? console_write(text, size) : code;
    free(text);
    return code != EXIT_FINE ? code : written;
}

const struct command command_real = {
    .name = "real",
    .arguments = "SCENARIO [options]",
    .about = "plays a scenario on real nginx and holds it against its simulation",
    .options = options,
    .run = run,
};
