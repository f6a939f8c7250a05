/* told.c: loads scenario texts and lists faults; see told.h. */
#include "tests/told.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/run/metrics.h"
#include "tests/harness.h"

static bool is_before(const struct place *a, const struct place *b)
{
    return a->line != b->line ? a->line < b->line : a->column < b->column;
}

char *faults_told(const struct faults *faults)
{
    char *told;
    size_t size;
    FILE *into = open_memstream(&told, &size);
    bool *done = calloc(faults->count + 1, sizeof *done);
    for (size_t n = 0; n < faults->count; n++) {
        const struct fault *next = NULL;
        for (size_t i = 0; i < faults->count; i++)
            if (!done[i] && (next == NULL || is_before(&faults->fault[i].place, &next->place)))
                next = &faults->fault[i];
        done[next - faults->fault] = true;
        fprintf(into, "%u:%u %s\n", (unsigned)next->place.line, (unsigned)next->place.column,
                next->message);
    }
    fclose(into);
    free(done);
    return told;
}

static const struct vocabulary words = {.metric = metric_known};

struct scenario *scenario_named(const char *file, const char *text, char **told)
{
    struct input input;
    struct faults faults = {0};
    input_of_text(&input, file, text, strlen(text));
    struct scenario *scenario = scenario_load(&input, &words, &faults);
    input_free(&input); /* the scenario must not need it */
    CHECK_ROW((scenario == NULL) == (faults.errors > 0), "%s\nloads, if and only if it is fine",
              text);
    if (told != NULL)
        *told = faults_told(&faults);
    faults_free(&faults);
    return scenario;
}

struct scenario *scenario_of(const char *text)
{
    char *told;
    struct scenario *scenario = scenario_named("x.yaml", text, &told);
    CHECK_ROW(scenario != NULL, "does not load:\n%s\n%s", told, text);
    free(told);
    return scenario;
}

void check_told(const struct told_row *row, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char *told;
        struct scenario *scenario = scenario_named("x.yaml", row[i].text, &told);
        CHECK_ROW(strcmp(told, row[i].told) == 0, "got\n%snot\n%sof\n%s", told, row[i].told,
                  row[i].text);
        free(told);
        scenario_free(scenario);
    }
}
