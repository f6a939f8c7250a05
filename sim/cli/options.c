/* options.c: parsing by table, and the help that comes from it. */
#include "sim/cli/options.h"

#include "sim/cli/console.h"
#include "sim/engine/memory.h"
#include "sim/scenario/values.h"
#include "sim/workload/input.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_end(const struct option_row *row)
{
    return row->letter == 0 && row->name == NULL;
}

static const struct option_row *find_letter(const struct command *command, char letter)
{
    for (const struct option_row *row = command->options; !is_end(row); row++)
        if (row->letter == letter)
            return row;
    return NULL;
}

static const struct option_row *find_name(const struct command *command, const char *name,
                                          size_t length)
{
    for (const struct option_row *row = command->options; !is_end(row); row++)
        if (row->name != NULL && strlen(row->name) == length &&
            strncmp(row->name, name, length) == 0)
            return row;
    return NULL;
}

/* The known word that this is the beginning of, where there is just one. Only to be suggested. */
static const char *begun_by(const char *name, const char *const *known, size_t count)
{
    const char *found = NULL;
    for (size_t i = 0; i < count; i++)
        if (strncmp(known[i], name, strlen(name)) == 0) {
            if (found != NULL)
                return NULL;
            found = known[i];
        }
    return found;
}

/* Whether it was said why the command does not have it. */
static bool is_elsewhere(const struct command *command, char letter, const char *name)
{
    const struct option_elsewhere *row = command->elsewhere;
    for (; row != NULL && row->name != NULL; row++)
        if ((letter != 0 && row->letter == letter) ||
            (name != NULL && strcmp(row->name, name) == 0)) {
            console_error("%s: --%s: %s", command->name, row->name, row->why);
            return true;
        }
    return false;
}

static void unknown_name(const struct command *command, const char *name)
{
    if (is_elsewhere(command, 0, name))
        return;
    const char *known[32];
    size_t count = 0;
    for (const struct option_row *row = command->options; !is_end(row) && count < 31; row++)
        if (row->name != NULL)
            known[count++] = row->name;
    known[count++] = "help";
    const char *meant = begun_by(name, known, count);
    if (meant == NULL)
        meant = input_nearest(name, known, count);
    if (meant != NULL)
        console_error("%s: unknown option '--%s' (did you mean '--%s'?)", command->name, name,
                      meant);
    else
        console_error("%s: unknown option '--%s'; see lbsim %s --help", command->name, name,
                      command->name);
}

static void add_option(struct command_line *line, const struct option_row *row, const char *text)
{
    line->option = memory_resized(line->option, line->options + 1, sizeof *line->option);
    line->option[line->options++] = (struct option_value){.row = row, .text = text};
}

struct parse {
    const struct command *command;
    struct command_line *line;
    char **argv;
    int argc, at;
    bool fine;
};

static void complain(struct parse *parse, const char *format, const char *option)
{
    console_error(format, parse->command->name, option);
    parse->fine = false;
}

/* An option of that row; its argument is `inlined`, or the next word. */
static void take(struct parse *parse, const struct option_row *row, const char *shown,
                 const char *inlined)
{
    bool missing = row->argument != NULL && inlined == NULL && parse->at + 1 >= parse->argc;
    if (row->planned)
        complain(parse, "%s: '%s' is planned, not there yet", shown);
    else if (row->argument == NULL && inlined != NULL)
        complain(parse, "%s: '%s' takes no argument", shown);
    else if (missing)
        complain(parse, "%s: '%s' needs an argument", shown);
    if (row->argument == NULL)
        inlined = "";
    else if (inlined == NULL && !missing)
        inlined = parse->argv[++parse->at];
    if (!missing)
        add_option(parse->line, row, inlined);
}

static void parse_long(struct parse *parse, const char *word)
{
    size_t length = strcspn(word + 2, "=");
    const char *inlined = word[2 + length] == '=' ? word + 3 + length : NULL;
    const struct option_row *row = find_name(parse->command, word + 2, length);
    char *shown = memory_text(word, 2 + length);
    if (strcmp(shown, "--help") == 0) {
        parse->line->help = true;
    } else if (row == NULL) {
        unknown_name(parse->command, shown + 2);
        parse->fine = false;
    } else {
        take(parse, row, shown, inlined);
    }
    free(shown);
}

static void parse_letters(struct parse *parse, const char *word)
{
    for (const char *letter = word + 1; *letter != '\0'; letter++) {
        char shown[] = {'-', *letter, '\0'};
        const struct option_row *row = find_letter(parse->command, *letter);
        if (*letter == 'h' && row == NULL) {
            parse->line->help = true;
        } else if (row == NULL && is_elsewhere(parse->command, *letter, NULL)) {
            parse->fine = false;
            return; /* what follows may be its argument */
        } else if (row == NULL) {
            complain(parse, "%s: unknown option '%s'; --help lists them", shown);
        } else if (row->argument != NULL) {
            take(parse, row, shown, letter[1] != '\0' ? letter + 1 : NULL);
            return;
        } else {
            take(parse, row, shown, NULL);
        }
    }
}

static bool parse_line(const struct command *command, int argc, char **argv,
                       struct command_line *line)
{
    struct parse parse = {
        .command = command, .line = line, .argv = argv, .argc = argc, .fine = true};
    bool options = true; /* until a lone -- */
    *line = (struct command_line){.word = memory_zeroed((size_t)argc + 1, sizeof *line->word)};
    for (parse.at = 1; parse.at < argc; parse.at++) {
        const char *word = argv[parse.at];
        if (options && strcmp(word, "--") == 0)
            options = false;
        else if (options && strncmp(word, "--", 2) == 0)
            parse_long(&parse, word);
        else if (options && word[0] == '-' && word[1] != '\0')
            parse_letters(&parse, word);
        else
            line->word[line->words++] = word;
    }
    return parse.fine;
}

static void free_line(struct command_line *line)
{
    free(line->option);
    free(line->word);
}

const char *command_line_value(const struct command_line *line, const char *name)
{
    const char *value = NULL;
    for (uint32_t i = 0; i < line->options; i++)
        if (line->option[i].row->name != NULL && strcmp(line->option[i].row->name, name) == 0)
            value = line->option[i].text;
    return value;
}

bool command_line_number(const struct command_line *line, const char *command, const char *name,
                         uint64_t least, uint64_t most, uint64_t fallback, uint64_t *number)
{
    const char *text = command_line_value(line, name);
    *number = fallback;
    if (text == NULL || (value_whole(text, number) && *number >= least && *number <= most))
        return true;
    console_error("%s: --%s: '%s' is not a whole number from %" PRIu64 " to %" PRIu64, command,
                  name, text, least, most);
    return false;
}

static int command_help(const struct command *command)
{
    enum { SPELT = 26 }; /* what is longer has its help on the next line */
    printf("usage: lbsim %s %s\n%s\n", command->name, command->arguments, command->about);
    if (!is_end(command->options))
        puts("\noptions:");
    for (const struct option_row *row = command->options; !is_end(row); row++) {
        char spelt[64];
        snprintf(spelt, sizeof spelt, "%s%.1s%s%s%s%s%s", row->letter != 0 ? "-" : "",
                 row->letter != 0 ? &row->letter : "",
                 row->letter != 0 && row->name != NULL ? ", " : "", row->name != NULL ? "--" : "",
                 row->name != NULL ? row->name : "", row->argument != NULL ? " " : "",
                 row->argument != NULL ? row->argument : "");
        const char *between = strlen(spelt) > SPELT ? "\n                             " : " ";
        printf("  %-*s%s%s%s\n", SPELT, spelt, between, row->help,
               row->planned ? " (planned)" : "");
    }
    return console_flush();
}

int command_main(const struct command *command, int argc, char **argv)
{
    struct command_line line;
    int code = EXIT_INVALID;
    if (command->run == NULL)
        console_error("'%s' is planned, not there yet", command->name);
    else if (parse_line(command, argc, argv, &line))
        code = line.help ? command_help(command) : command->run(&line);
    if (command->run != NULL)
        free_line(&line);
    return code;
}
