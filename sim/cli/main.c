/* main.c: the program: a table of commands. */
#include "sim/cli/commands.h"
#include "sim/cli/console.h"
#include "sim/run/run.h"
#include "sim/workload/input.h"

#include <gsl/gsl_errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static const struct option_row no_options[] = {{.letter = 0}};

#define PLANNED(name_, about_)                                                                     \
    {                                                                                              \
        .name = name_, .arguments = "", .about = about_, .options = no_options                     \
    }

static const struct command planned[] = {
    PLANNED("diff", "two runs side by side"), PLANNED("bench", "what picks cost"),
    PLANNED("sweep", "grids of scenarios"),   PLANNED("merge", "shards of a sweep"),
    PLANNED("new", "a first scenario file"),
};

enum { PLANNED_COMMANDS = sizeof planned / sizeof *planned };

static const struct command *const commands[] = {
    &command_run,    &command_gate,    &command_check,    &command_replay, &command_real,
    &command_report, &command_analyze, &command_contract, &command_list};

enum { COMMANDS = sizeof commands / sizeof *commands };

static void print_help(void)
{
    puts("lbsim: the wind tunnel for load balancers\n\nusage: lbsim COMMAND ...\n");
    for (int i = 0; i < COMMANDS; i++)
        printf("  %-8s %s\n", commands[i]->name, commands[i]->about);
    puts("\nlbsim COMMAND --help tells more. Try: lbsim run ws_scale");
}

/* Alone: six lines that end in something to try. */
static void print_greeting(void)
{
    puts("lbsim " LBSIM_VERSION ": the wind tunnel for load balancers\n"
         "It runs the balancing algorithms of production through scripted scale-ups,\n"
         "scale-downs and long-lived connections, and prints who got what.\n"
         "  lbsim list              what there is: presets, views, algorithms, keys\n"
         "  lbsim --help            the commands\n"
         "  lbsim run ws_scale      a first run: try it");
}

static int unknown_command(const char *name)
{
    const char *known[COMMANDS + PLANNED_COMMANDS + 2] = {"--help", "--version"};
    const char *what = name[0] == '-' ? "option" : "command";
    for (int i = 0; i < COMMANDS; i++)
        known[2 + i] = commands[i]->name;
    for (int i = 0; i < PLANNED_COMMANDS; i++)
        known[2 + COMMANDS + i] = planned[i].name;
    const char *meant = input_nearest(name, known, COMMANDS + PLANNED_COMMANDS + 2);
    if (meant != NULL)
        console_error("unknown %s '%s' (did you mean '%s'?)", what, name, meant);
    else
        console_error("unknown %s '%s'; see lbsim --help", what, name);
    return EXIT_INVALID;
}

int main(int argc, char **argv)
{
    gsl_set_error_handler_off();
    signal(SIGCHLD, SIG_DFL); /* children are waited for, whatever our parent does with its own */
    if (argc < 2) {
        print_greeting();
        return console_flush();
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_help();
        return console_flush();
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("lbsim " LBSIM_VERSION);
        return console_flush();
    }
    for (int i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i]->name, argv[1]) == 0)
            return command_main(commands[i], argc - 1, argv + 1);
    for (int i = 0; i < PLANNED_COMMANDS; i++)
        if (strcmp(planned[i].name, argv[1]) == 0)
            return command_main(&planned[i], argc - 1, argv + 1);
    return unknown_command(argv[1]);
}
