/* replayed.c: traces as texts, and what replaying them says. */
#include "tests/replayed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/harness.h"
#include "tests/told.h"

char *replayed(const struct how *how, const char *trace)
{
    char *text;
    size_t size;
    struct input input;
    struct faults faults = {0};
    struct balancer balancer = balancer_of_preset(preset_find(how->preset));
    struct replay_options options = {
        .balancer = &balancer, .workers = how->workers, .eager = how->eager};
    FILE *out = open_memstream(&text, &size);
    input_of_text(&input, "x.csv", trace, strlen(trace));
    bool fine = replay_run(&input, &options, &faults, out);
    fclose(out);
    CHECK_ROW(fine == (faults.errors == 0), "%s", trace);
    CHECK_ROW(fine || size == 0, "a faulty trace writes nothing, not\n%s", text);
    if (!fine) {
        free(text);
        text = faults_told(&faults);
    }
    faults_free(&faults);
    input_free(&input);
    return text;
}

void pick_all(const struct how *how, const char *operations, char picks[PICKS])
{
    char trace[4096];
    snprintf(trace, sizeof trace, HEADER "%s", operations);
    char *text = replayed(how, trace);
    picks[0] = '\0';
    strtok(text, "\n"); /* the header */
    for (char *line; (line = strtok(NULL, "\n")) != NULL;) {
        size_t length = strlen(picks);
        const char *comma = strrchr(line, ',');
        snprintf(picks + length, PICKS - length, "%s%s", length > 0 ? " " : "",
                 comma != NULL ? comma + 1 : "?");
    }
    free(text);
}

void check_picks(struct how how, const char *operations, const char *expected)
{
    char picks[PICKS];
    pick_all(&how, operations, picks);
    CHECK_ROW(strcmp(picks, expected) == 0, "%s, %u workers, %s:\n%spicked %s\nnot %s", how.preset,
              how.workers, how.eager ? "eager" : "lazy", operations, picks, expected);
}
