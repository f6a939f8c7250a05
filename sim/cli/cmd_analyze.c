/* cmd_analyze.c: lbsim analyze: the statistics of an observed table. */
#include "reports/analysis.h"
#include "sim/cli/commands.h"
#include "sim/cli/console.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { COUNTS_BYTES = 64 << 20 };

static const struct option_row options[] = {
    {0, "all", NULL, "every server's row, however many", false},
    {0, NULL, NULL, NULL, false},
};

static int analyze(const char *path, bool all)
{
    struct input input;
    struct faults faults = {0};
    struct analysis analysis;
    int code = EXIT_INVALID;
    enum input_status status = input_read(&input, path, COUNTS_BYTES);
    if (status != INPUT_OK) {
        console_error("cannot read %s: %s", path,
                      status == INPUT_TOO_LARGE ? "it is larger than 64 MiB" : strerror(errno));
        return EXIT_ENVIRONMENT;
    }
    if (analysis_read(&analysis, &input, &faults)) {
        struct analysis_options shown = {
            .name = input.name, .colour = console_colour(stdout), .all = all};
        report_analysis(&analysis, &shown, stdout);
        code = console_flush();
    }
    faults_print(&faults, &input, stderr, console_colour(stderr));
    analysis_free(&analysis);
    faults_free(&faults);
    input_free(&input);
    return code;
}

static int run(const struct command_line *line)
{
    if (line->words != 1) {
        console_error("analyze: one table is wanted, %u given", line->words);
        return EXIT_INVALID;
    }
    return analyze(line->word[0], command_line_value(line, "all") != NULL);
}

const struct command command_analyze = {
    .name = "analyze",
    .arguments = "COUNTS.csv [--all]",
    .about = "the statistics of an observed table: server,count[,weight]",
    .options = options,
    .run = run,
};
