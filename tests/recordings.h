/* recordings.h: the table of recorded procedures: which scenario file is a row's, which balancer in
 * it, and what each field of the row says. */
#ifndef TESTS_RECORDINGS_H
#define TESTS_RECORDINGS_H

#include "tests/recorded.h"

enum match {
    MATCH_EXACT,
    MATCH_WITHIN_ONE, /* each cell: recorded one off, see the scenario file */
    MATCH_BY_CHANCE,  /* a draw from a distribution */
    MATCH_NOT,        /* drawn, where ours has a rule */
};

/* Who a row was recorded with. */
struct placed {
    char balancer[64];
    uint32_t workers;
    enum match match;
    bool ties_drawn;      /* by lot, where the preset has an order: which of the tied comes when is
                             not compared */
    bool again;           /* the same draw as another row's */
    const char *left_out; /* why it is not among the preset's draws; NULL: it is */
};

struct recording {
    const char *file;              /* rows of tests/truth/FILE.jsonl ... */
    const char *key, *word;        /* ... that have this word, or whole number, there */
    const char *scenario;          /* scenarios/SCENARIO.yaml */
    const struct reading *reading; /* of its fields; ends with field NULL */
    const char *aside; /* fields that are not compared: settings, and what follows from others */
    void (*place)(const json_t *row, struct placed *);
};

/* NULL: no scenario file is about such a row. */
const struct recording *recording_of(const char *file, const json_t *row);
/* Whether every field of a row is read or set aside; else the test fails. */
bool recording_has_all(const struct recording *, const json_t *row);

/* How a reading of such a row is to match: what depends on the worker that takes a connection is
 * chance where there are several. */
enum match match_of(const struct reading *, const struct placed *);

#endif
