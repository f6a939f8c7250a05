/* truth.c: reading recordings and replaying them. */
#include "tests/truth.h"

#include "sim/engine/memory.h"
#include "tests/harness.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

unsigned truth_each(const char *name, void (*try)(void *context, const json_t *row), void *context)
{
    char path[256];
    snprintf(path, sizeof path, "tests/truth/%s", name);
    FILE *file = fopen(path, "r");
    CHECK_ROW(file != NULL, "%s is there (run the tests from the top of the tree)", path);
    if (file == NULL)
        return 0;
    char *line = NULL;
    size_t room = 0;
    unsigned rows = 0;
    while (getline(&line, &room, file) > 0) {
        json_error_t error;
        json_t *row = json_loads(line, 0, &error);
        CHECK_ROW(row != NULL, "%s:%u: %s", path, rows + 1, error.text);
        if (row != NULL)
            try(context, row);
        json_decref(row);
        rows++;
    }
    free(line);
    fclose(file);
    return rows;
}

void text_add(struct text *text, const char *format, ...)
{
    for (;;) {
        va_list arguments;
        va_start(arguments, format);
        size_t left = text->room - text->length;
        int wanted =
            vsnprintf(text->at == NULL ? NULL : text->at + text->length, left, format, arguments);
        va_end(arguments);
        if ((size_t)wanted < left) {
            text->length += (size_t)wanted;
            return;
        }
        text->room = 2 * text->room + (size_t)wanted + 1;
        text->at = memory_resized(text->at, text->room, 1);
    }
}

char *truth_rows(const struct replay_options *options, const struct text *trace)
{
    struct input input;
    struct faults faults = {0};
    char *out = NULL;
    size_t size = 0;
    FILE *into = open_memstream(&out, &size);
    input_of_text(&input, "trace.csv", trace->at, trace->length);
    CHECK_ROW(replay_run(&input, options, &faults, into), "the trace is a good one");
    faults_print(&faults, &input, stderr, false);
    faults_free(&faults);
    input_free(&input);
    fclose(into);
    return out;
}

char **truth_replay(const char *preset, unsigned workers, int eager, const struct text *trace)
{
    struct balancer balancer = balancer_of_preset(preset_find(preset));
    return truth_replay_on(
        &(struct replay_options){.balancer = &balancer, .workers = workers, .eager = eager != 0},
        trace);
}

char **truth_replay_on(const struct replay_options *options, const struct text *trace)
{
    char *out = truth_rows(options, trace);
    size_t lines = 0, size = strlen(out);
    for (const char *c = out; *c != '\0'; c++)
        lines += *c == '\n';
    char **server = memory_zeroed(1, (lines + 1) * sizeof *server + size + 1);
    char *at = memcpy(server + lines + 1, out, size);
    char *rest = NULL;
    strtok_r(at, "\n", &rest); /* the header */
    size_t n = 0;
    for (char *line; (line = strtok_r(NULL, "\n", &rest)) != NULL;)
        server[n++] = strrchr(line, ',') + 1;
    free(out);
    return server;
}

void truth_report(const char *name, struct truth_score score, unsigned expected)
{
    printf("\n  %s: %u rows tried, %u equal\n", name, score.tried, score.equal);
    CHECK_ROW(score.tried == expected, "%s: %u rows tried, %u expected", name, score.tried,
              expected);
    CHECK_ROW(score.equal == score.tried, "%s: %u of %u rows equal", name, score.equal,
              score.tried);
}

bool truth_same_picks(const json_t *picks, long long least, char *const *server, const char *row)
{
    size_t i = 0;
    for (; i < json_array_size(picks) && server[i] != NULL; i++) {
        char expected[32];
        long long pick = json_integer_value(json_array_get(picks, i));
        snprintf(expected, sizeof expected, pick < least ? "-" : "s%lld", pick);
        if (strcmp(expected, server[i]) != 0) {
            CHECK_ROW(false, "%s: pick %zu is %s, recorded %s", row, i + 1, server[i], expected);
            return false;
        }
    }
    bool same_length = i == json_array_size(picks) && server[i] == NULL;
    CHECK_ROW(same_length, "%s: as many picks as recorded", row);
    return same_length;
}

void truth_try(struct truth_score *score, const json_t *row, const char *preset, unsigned workers,
               int eager, const struct text *trace, const char *name)
{
    char **server = truth_replay(preset, workers, eager, trace);
    score->tried++;
    score->equal += truth_same_picks(json_object_get(row, "picks"), 0, server, name);
    free(server);
}

void truth_hold_all(const char *name, void (*try)(void *context, const json_t *row))
{
    struct truth_score score = {0};
    char file[64];
    snprintf(file, sizeof file, "%s.jsonl", name);
    unsigned rows = truth_each(file, try, &score);
    truth_report(name, score, rows);
    CU_ASSERT(rows > 0);
}
