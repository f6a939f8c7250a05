/* ordered.h: recordings of HAProxy's ordered methods, replayed, and held against what came out. */
#ifndef TESTS_ORDERED_H
#define TESTS_ORDERED_H

#include "tests/haproxy.h"
#include "tests/truth.h"

enum { SERVERS = 9, PICKS_MAX = 2048 };

/* What a trace led to: servers as digits, and how many went to each, from s1 at [1]. */
struct ordered_play {
    char pick[PICKS_MAX];
    size_t picks;
    int64_t counted[SERVERS + 1]; /* that the newest process believes in the end */
};

struct counts {
    unsigned of[SERVERS + 1];
};

struct row_name {
    char text[160];
};

/* How rows of an experiment came out. Of those that were not tried: other methods', and what
 * 3.5-dev5 draws by lot. */
struct tally {
    struct truth_score score;
    unsigned others, drawn;
};

struct row_name name_of(const json_t *row);
void keep(struct tally *tally, bool equal);
void report(const char *name, struct tally tally, struct tally expected);
/* Is it to be tried at all? held: ties among the idle do not decide. */
bool is_ours(struct tally *tally, const json_t *row, bool held);
void add_members(struct text *trace, const json_t *weights);
/* Connections from number `first` on. */
void add_opens(struct text *trace, size_t first, size_t count, bool held);
struct ordered_play play(const json_t *row, const char *how, const struct text *trace);
struct counts counts_of(const struct ordered_play *played, size_t first, size_t picks);
struct counts believed_of(const struct ordered_play *played);
/* Recorded as {"s1": 3, ...}, nothing said of those with none. */
bool same_counts(const json_t *row, const json_t *recorded, struct counts counts,
                 const char *field);
bool same_number(const json_t *row, long long recorded, long long number, const char *field);
/* Picks from number `first` on; where ties are drawn their order says nothing. */
bool same_picks(const json_t *row, const char *recorded, const struct ordered_play *played,
                size_t first);
/* Live connections, and the two figures of their spread, rounded to four places. */
bool same_live(const json_t *row, const json_t *recorded, struct counts live, const char *field);

#endif
