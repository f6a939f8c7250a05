/* shipped.c: reading and running what ships. */
#include "tests/shipped.h"

#include "tests/harness.h"

#include <stdio.h>

struct scenario *shipped_load(const char *name)
{
    char path[128];
    struct input input;
    struct faults faults = {0};
    snprintf(path, sizeof path, "scenarios/%s.yaml", name);
    enum input_status status = input_read(&input, path, 1 << 20);
    CHECK_ROW(status == INPUT_OK, "%s is there (run the tests from the top of the tree)", path);
    if (status != INPUT_OK)
        return NULL;
    struct scenario *scenario = scenario_load(&input, NULL, &faults);
    CHECK_ROW(scenario != NULL && faults.errors == 0 && faults.warnings == 0, "%s is valid", path);
    faults_print(&faults, &input, stderr, false);
    faults_free(&faults);
    input_free(&input);
    return scenario;
}

struct experiment *shipped_run(const struct scenario *scenario, uint64_t replications,
                               uint32_t threads)
{
    return experiment_run(scenario, &(struct run_options){.seed = scenario->seed,
                                                          .replications = replications,
                                                          .series = SERIES_FIRST,
                                                          .threads = threads});
}
