/* own.c: the plugins that a command line names. */
#include "sim/cli/own.h"

#include "sim/cli/console.h"
#include "sim/run/metrics.h"

#include <string.h>

bool own_open(struct own *own, const struct command_line *line, int *code)
{
    *own = (struct own){.plugins = {.plugins = 0}};
    for (uint32_t i = 0; i < line->options; i++) {
        const struct option_value *option = &line->option[i];
        char why[PLUGIN_WHY];
        if (option->row->name == NULL || strcmp(option->row->name, "plugin") != 0)
            continue;
        enum plugin_status status = plugins_open(&own->plugins, option->text, why);
        if (status == PLUGIN_FINE)
            continue;
        console_error("%s", why);
        if (status == PLUGIN_UNREADABLE || *code == EXIT_FINE)
            *code = status == PLUGIN_UNREADABLE ? EXIT_ENVIRONMENT : EXIT_INVALID;
    }
    if (own->plugins.plugins == 0 && *code == EXIT_FINE &&
        command_line_value(line, "unguarded") != NULL) {
        console_error("--unguarded is about algorithms that --plugin loads");
        *code = EXIT_INVALID;
    }
    own->words = plugins_vocabulary(&own->plugins);
    own->words.metric = metric_known;
    return *code == EXIT_FINE;
}

void own_close(struct own *own)
{
    plugins_close(&own->plugins);
}
