/* truth.h: recordings of real balancers, line by line. */
#ifndef TESTS_TRUTH_H
#define TESTS_TRUTH_H

#include <jansson.h>
#include <stdbool.h>

#include "sim/run/replay.h"

/* Calls `try` with each line of tests/truth/NAME, and says how many there were. */
unsigned truth_each(const char *name, void (*try)(void *context, const json_t *row), void *context);

/* A text that is put together bit by bit, for traces. */
struct text {
    char *at;
    size_t length, room;
};
void text_add(struct text *, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Replays a trace and returns what it writes, which the caller frees. Faults of the trace fail the
 * test. */
char *truth_rows(const struct replay_options *, const struct text *trace);

/* Replays a trace on a preset; the server column of each row, ended by NULL, in one block that the
 * caller frees. Faults of the trace fail the test. */
char **truth_replay(const char *preset, unsigned workers, int eager, const struct text *trace);
/* The same, on any balancer. */
char **truth_replay_on(const struct replay_options *, const struct text *trace);

/* How many rows of a file were tried, and how many came out as recorded. */
struct truth_score {
    unsigned tried, equal;
};
/* Says so in the one line a file that tests/run shows, and checks it. */
void truth_report(const char *name, struct truth_score, unsigned expected);
/* Tries every line of tests/truth/NAME.jsonl, of which there must be some, all of them equal. `try`
 * gets a struct truth_score. */
void truth_hold_all(const char *name, void (*try)(void *context, const json_t *row));

/* Compares picks (numbers; below `least`: none) with the servers of a replay (sN, or -). */
bool truth_same_picks(const json_t *picks, long long least, char *const *server, const char *row);

/* Replays a trace for a row whose `picks` say what was recorded. */
void truth_try(struct truth_score *, const json_t *row, const char *preset, unsigned workers,
               int eager, const struct text *trace, const char *name);

#endif
