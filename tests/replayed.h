/* replayed.h: traces as texts, and what replaying them says. */
#ifndef TESTS_REPLAYED_H
#define TESTS_REPLAYED_H

#include "sim/run/replay.h"

#define HEADER "op,id,value\n"

#define OPEN(id)  "open," #id ",\n"
#define CLOSE(id) "close," #id ",\n"
#define RETRY(id) "retry," #id ",\n"

struct how {
    const char *preset;
    uint32_t workers;
    bool eager;
};

/* What the replay writes; of a faulty trace, its faults. Freed by the caller. */
char *replayed(const struct how *how, const char *trace);

enum { PICKS = 512 };

/* The servers picked, one after another, of a trace without its header. */
void pick_all(const struct how *how, const char *operations, char picks[PICKS]);
void check_picks(struct how how, const char *operations, const char *expected);

#endif
