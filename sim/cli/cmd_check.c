/* cmd_check.c: lbsim check: whether scenarios are valid, and what they say in full. */
#include "sim/cli/commands.h"
#include "sim/cli/console.h"
#include "sim/cli/scenarios.h"

#include <stdlib.h>

static const struct option_row options[] = {
    {0, "print", NULL, "print it with every default resolved", false},
    {0, NULL, NULL, NULL, false},
};

static int check(const struct command_line *line)
{
    bool print = command_line_value(line, "print") != NULL;
    int code = EXIT_FINE;
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    for (uint32_t i = 0; i < line->words; i++) {
        int problem = EXIT_FINE;
        struct scenario *scenario = scenarios_load(line->word[i], &problem);
        code = problem > code ? problem : code;
        if (scenario != NULL && print)
            scenario_print(scenario, to);
        else if (scenario != NULL)
            fprintf(to, "%s: fine: %u servers, %u traffic%s, %u events, %u balancers\n",
                    line->word[i], scenario->servers, scenario->traffics,
                    scenario->traffics == 1 ? "" : "s", scenario->events, scenario->balancers);
        scenario_free(scenario);
    }
    fclose(to);
    int written = console_write(text, size);
    free(text);
    return code != EXIT_FINE ? code : written;
}

static int run(const struct command *command, int argc, char **argv)
{
    struct command_line line;
    int code = EXIT_INVALID;
    if (command_line_parse(command, argc, argv, &line)) {
        if (line.help) {
            code = command_help(command);
        } else if (line.words == 0) {
            console_error("check: which scenario? Try: lbsim check ws_scale");
        } else {
            code = check(&line);
        }
    }
    command_line_free(&line);
    return code;
}

const struct command command_check = {
    .name = "check",
    .arguments = "SCENARIO... [--print]",
    .about = "validates scenarios; --print shows every default resolved",
    .options = options,
    .run = run,
};
