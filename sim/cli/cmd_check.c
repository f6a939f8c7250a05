/* cmd_check.c: lbsim check: whether scenarios are valid, and what they say in full. */
#include "reports/steady.h"
#include "sim/cli/commands.h"
#include "sim/cli/console.h"
#include "sim/cli/own.h"
#include "sim/cli/scenarios.h"
#include "sim/workload/fault.h"

#include <inttypes.h>
#include <stdlib.h>

enum { WARNINGS_SHOWN = 8 };

static const struct option_row options[] = {
    {0, "print", NULL, "print it with every default resolved", false},
    PLUGIN_OPTION,
    {0, NULL, NULL, NULL, false},
};

static void print_counts(FILE *to, const char *name, const struct scenario *scenario)
{
    const struct {
        uint32_t count;
        const char *what;
    } row[] = {
        {scenario->servers, "server"},
        {scenario->traffics, "traffic"},
        {scenario->events, "event"},
        {scenario->balancers, "balancer"},
        {scenario->expectations, "expectation"},
    };
    size_t rows = sizeof row / sizeof *row - (scenario->expectations == 0);
    faults_print_text(name, to);
    fputs(": fine\n  ", to);
    for (size_t i = 0; i < rows; i++)
        fprintf(to, "%s%" PRIu32 " %s%s", i > 0 ? ", " : "", row[i].count, row[i].what,
                row[i].count == 1 ? "" : "s");
    fputc('\n', to);
}

static void print_warnings(const char *name, const struct scenario *scenario)
{
    char line[STEADY_MAX];
    uint32_t warnings = 0;
    for (uint32_t i = 0; i < scenario->traffics; i++)
        if (steady_warning(scenario, i, line) && warnings++ < WARNINGS_SHOWN)
            console_error("warning: %s: %s", name, line);
    if (warnings > WARNINGS_SHOWN)
        console_error("warning: %s: and %" PRIu32 " more of its traffics", name,
                      warnings - WARNINGS_SHOWN);
}

/* Says what there is to say of one scenario; whether that could be written. */
static int report(const char *name, const struct scenario *scenario, bool print)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    if (print) {
        scenario_print(scenario, to);
    } else {
        print_counts(to, name, scenario);
        steady_print(scenario, to);
    }
    fclose(to);
    int written = console_write(text, size);
    free(text);
    if (!print)
        print_warnings(name, scenario);
    return written;
}

static int check_all(const struct command_line *line, const struct own *own)
{
    bool print = command_line_value(line, "print") != NULL;
    int code = EXIT_FINE, written = EXIT_FINE;
    for (uint32_t i = 0; i < line->words && written == EXIT_FINE; i++) {
        int problem = EXIT_FINE;
        struct scenario *scenario = scenarios_load(line->word[i], &own->words, &problem);
        code = problem > code ? problem : code;
        if (scenario != NULL)
            written = report(line->word[i], scenario, print);
        scenario_free(scenario);
    }
    return code != EXIT_FINE ? code : written;
}

static int check(const struct command_line *line)
{
    struct own own;
    int code = EXIT_FINE;
    if (line->words == 0) {
        console_error("check: which scenario? Try: lbsim check ws_scale");
        return EXIT_INVALID;
    }
    if (own_open(&own, line, &code))
        code = check_all(line, &own);
    own_close(&own);
    return code;
}

const struct command command_check = {
    .name = "check",
    .arguments = "SCENARIO... [options]",
    .about = "validates scenarios; --print shows every default resolved",
    .options = options,
    .run = check,
};
