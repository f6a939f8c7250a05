/* options.h: command lines, from one table a command. Long options are matched exactly. */
#ifndef SIM_CLI_OPTIONS_H
#define SIM_CLI_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

struct option_row {
    char letter;          /* or 0 */
    const char *name;     /* long name, without dashes; or NULL */
    const char *argument; /* what it takes, as the help shows it; NULL: nothing */
    const char *help;
    bool planned;
};

struct command_line;

/* One that another command has, and this one has not: why, for who tries it all the same. */
struct option_elsewhere {
    char letter;      /* or 0 */
    const char *name; /* NULL: the end */
    const char *why;
};

struct command {
    const char *name, *arguments, *about;
    const struct option_row *options;         /* ends with name and letter 0 */
    const struct option_elsewhere *elsewhere; /* or NULL */
    int (*run)(const struct command_line *);  /* NULL: planned. Returns the exit code */
};

/* An option as it was given. */
struct option_value {
    const struct option_row *row;
    const char *text; /* of its argument, or NULL */
};

struct command_line {
    struct option_value *option; /* in the order given */
    uint32_t options;
    const char **word; /* everything that is no option */
    uint32_t words;
    bool help;
};

/* Parses argv[1..] and runs the command, or shows its help, or says all that is wrong with the
 * line; returns the exit code. */
int command_main(const struct command *, int argc, char **argv);
/* The argument of an option's last mention ("" if it takes none); NULL: it was not given. */
const char *command_line_value(const struct command_line *, const char *name);
/* An option's whole number in [least, most], or `fallback` where it was not given. false: it is
 * none, which was said as the command's error. */
bool command_line_number(const struct command_line *, const char *command, const char *name,
                         uint64_t least, uint64_t most, uint64_t fallback, uint64_t *number);

#endif
