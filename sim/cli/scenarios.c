/* scenarios.c: finding and loading scenario files. */
#include "sim/cli/scenarios.h"

#include "sim/cli/console.h"
#include "sim/cli/shipped.h"
#include "sim/engine/memory.h"
#include "sim/run/metrics.h"
#include "sim/scenario/yaml.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What scenarios may name beside what their own floor knows, where no more is brought along. */
static const struct vocabulary words = {.metric = metric_known};

static struct scenario *load(const char *path, const struct vocabulary *vocabulary, int *code)
{
    struct input input;
    struct faults faults = {0};
    enum input_status status = input_read(&input, path, YAML_BYTES);
    if (status == INPUT_TOO_LARGE) {
        console_error("%s is larger than %zu MiB; a scenario is a page of text", path,
                      YAML_BYTES >> 20);
        *code = EXIT_INVALID;
        return NULL;
    }
    if (status != INPUT_OK) {
        console_error("cannot read %s: %s", path, strerror(errno));
        *code = EXIT_ENVIRONMENT;
        return NULL;
    }
    const struct vocabulary *known = vocabulary != NULL ? vocabulary : &words;
    struct scenario *scenario = scenario_load(&input, known, &faults);
    faults_print(&faults, &input, stderr, console_colour(stderr));
    if (scenario == NULL)
        *code = EXIT_INVALID;
    faults_free(&faults);
    input_free(&input);
    return scenario;
}

static void refuse_unknown(const char *name)
{
    struct shipped shipped = shipped_all();
    const char *meant = input_nearest(name, (const char *const *)shipped.name, shipped.count);
    const char *hint = shipped.count > 0 ? "; lbsim list scenarios shows those" : "";
    if (meant != NULL)
        console_error("there is no scenario %s, neither as a file nor among those shipped (did you "
                      "mean '%s'?)",
                      name, meant);
    else
        console_error("there is no scenario %s, neither as a file nor among those shipped%s", name,
                      hint);
    shipped_free(&shipped);
}

struct scenario *scenarios_load(const char *name, const struct vocabulary *vocabulary, int *code)
{
    char path[SHIPPED_ROOM];
    /* Such as ws_scale or truth/nginx_scale_up. */
    bool is_name = strchr(name, '.') == NULL && name[0] != '/' && strcmp(name, "-") != 0;
    if (is_name && access(name, R_OK) != 0 && shipped_path(name, path))
        return load(path, vocabulary, code);
    if (strcmp(name, "-") != 0 && access(name, F_OK) != 0) {
        refuse_unknown(name);
        *code = EXIT_INVALID;
        return NULL;
    }
    return load(name, vocabulary, code);
}

bool scenarios_replace_balancers(const struct command_line *line, struct scenario *scenario)
{
    uint32_t count = 0;
    bool fine = true;
    struct balancer *list = arena_zeroed(&scenario->arena, line->options, sizeof *list);
    for (uint32_t i = 0; i < line->options; i++) {
        const struct option_value *option = &line->option[i];
        if (option->row->letter != 'b')
            continue;
        struct input input;
        struct faults faults = {0};
        fine =
            scenario_read_balancer(scenario, option->text, &list[count++], &input, &faults) && fine;
        faults_print(&faults, &input, stderr, console_colour(stderr));
        faults_free(&faults);
        input_free(&input);
    }
    if (count == 0 || !fine)
        return fine;
    struct faults faults = {0};
    scenario->balancer = list;
    scenario->balancers = count;
    fine = scenario_check_balancers(scenario, &faults);
    for (size_t i = 0; i < faults.count; i++)
        console_error("-b: %s", faults.fault[i].message);
    faults_free(&faults);
    return fine;
}
