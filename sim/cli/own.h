/* own.h: algorithms of a user's own, as commands take them: --plugin FILE.so, as often as you like.
 */
#ifndef SIM_CLI_OWN_H
#define SIM_CLI_OWN_H

#include "sim/cli/options.h"
#include "sim/run/plugin.h"

/* The row of a command's options. */
#define PLUGIN_OPTION                                                                              \
    {                                                                                              \
        0, "plugin", "FILE.so", "load algorithms of your own; may be repeated", false              \
    }

/* And of those that run them. */
#define UNGUARDED_OPTION                                                                           \
    {                                                                                              \
        0, "unguarded", NULL, "run plugins in this process, as a debugger wants it", false         \
    }

struct own {
    struct plugins plugins;
    struct vocabulary words; /* for scenarios_load() */
};

/* Opens all that the line names. false: something is wrong with some of them, all of it was said,
 * and *code is the exit code. Either way closed by own_close(). */
bool own_open(struct own *, const struct command_line *, int *code);
void own_close(struct own *);

#endif
