/* cmd_report.c: lbsim report: one page from a run's directory. */
#include "reports/page.h"
#include "sim/cli/commands.h"
#include "sim/cli/console.h"
#include "sim/engine/memory.h"

#include <stdlib.h>
#include <string.h>

static const struct option_row options[] = {
    {'o', "output", "FILE.html", "instead of DIR/report.html", false},
    {0, NULL, NULL, NULL, false},
};

static char *path_in(const char *directory, const char *name)
{
    size_t room = strlen(directory) + strlen(name) + 2;
    char *path = memory_zeroed(room, 1);
    snprintf(path, room, "%s/%s", directory, name);
    return path;
}

static int report(const char *directory, const char *path)
{
    char why[PAGE_WHY_MAX];
    struct page *page;
    console_hold_signals();
    enum page_status status = page_read(&page, directory, why);
    if (status == PAGE_FINE && console_interrupted()) {
        page_free(page);
        console_error("interrupted; nothing was written");
        return EXIT_INTERRUPTED;
    }
    if (status == PAGE_FINE) {
        status = page_write(page, path, why);
        page_free(page);
    }
    if (status == PAGE_FINE) {
        printf("The page is in %s\n", path);
        return console_flush();
    }
    console_error("%s", why);
    return status == PAGE_INVALID ? EXIT_INVALID : EXIT_ENVIRONMENT;
}

static int run(const struct command_line *line)
{
    const char *output = command_line_value(line, "output");
    if (line->words != 1) {
        console_error("report: one directory of a run is wanted, %u given", line->words);
        return EXIT_INVALID;
    }
    if (output != NULL && output[0] == '\0') {
        console_error("report: --output: which file?");
        return EXIT_INVALID;
    }
    char *path = output == NULL ? path_in(line->word[0], "report.html")
                                : memory_text(output, strlen(output));
    int code = report(line->word[0], path);
    free(path);
    return code;
}

const struct command command_report = {
    .name = "report",
    .arguments = "DIR [-o FILE.html]",
    .about = "one page from a run's directory, to be read anywhere",
    .options = options,
    .run = run,
};
