/* fuzz_scenario.c: any text as a scenario: refused in words, or loaded, printed, loaded. */
#include "sim/scenario/scenario.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Loads a text and shows its faults to nobody; the scenario, or NULL. */
static struct scenario *load(const char *text, size_t length)
{
    struct input input;
    struct faults faults = {0};
    char *shown = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&shown, &size);
    input_of_text(&input, "fuzz.yaml", text, length);
    struct scenario *scenario = scenario_load(&input, &faults);
    faults_print(&faults, &input, to, false);
    fclose(to);
    assert((scenario == NULL) == (faults.errors > 0) && (scenario != NULL || size > 0));
    free(shown);
    faults_free(&faults);
    input_free(&input);
    return scenario;
}

static char *print(const struct scenario *scenario, size_t *size)
{
    char *text = NULL;
    FILE *to = open_memstream(&text, size);
    scenario_print(scenario, to);
    fclose(to);
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct scenario *scenario = load((const char *)data, size);
    if (scenario == NULL)
        return 0;
    size_t first_size, second_size;
    char *first = print(scenario, &first_size);
    struct scenario *again = load(first, first_size);
    assert(again != NULL && "what is printed must load");
    char *second = print(again, &second_size);
    assert(first_size == second_size && memcmp(first, second, first_size) == 0);
    scenario_free(again);
    scenario_free(scenario);
    free(first);
    free(second);
    return 0;
}
