/* table_parts.h: what the parts of the terminal's report share; private to them. */
#ifndef REPORTS_TABLE_PARTS_H
#define REPORTS_TABLE_PARTS_H

#include "reports/report.h"
#include "reports/story.h"
#include "reports/text.h"
#include "sim/run/chance.h"
#include "sim/run/summary.h"

enum { MOMENTS_SHOWN = 5, NAME_SHOWN = 25, LINE_MAX_TEXT = 2048 };

/* Who hears the sentences, where they are not to be written. */
struct table_ear {
    void (*hear)(void *context, bool bold, const char *sentence);
    void *context;
};

struct table {
    const struct experiment *experiment;
    const struct scenario *scenario;
    const struct table_options *options;
    FILE *to;                       /* NULL if there is an ear */
    const struct table_ear *ear;    /* or NULL */
    uint32_t moment[MOMENTS_SHOWN]; /* of the result's moments, those that are shown */
    uint32_t moments;
    bool markdown; /* as GitHub renders it, instead of for a terminal */
};

/* ---- Writing: for a terminal, broken before column 80; or paragraphs of Markdown ---- */

/* Prints words, each line after `indent` spaces. */
void table_say(const struct table *, int indent, const char *words);
/* The blank line between blocks. */
void table_gap(const struct table *);
struct grid;
struct grid_heads {
    uint32_t rows;
    bool bold;
};
void table_grid(const struct table *, const struct grid *, int indent, struct grid_heads);
/* The same line, standing out. */
void table_bold_line(const struct table *, const char *line);
const struct world_result *table_result(const struct table *, uint32_t balancer,
                                        uint64_t replication);
/* The event that the shown moment belongs to. */
const struct world_event *table_moment_event(const struct table *, uint32_t shown);
/* A balancer's name, its middle left out if it is long. */
char *table_name(const struct table *, uint32_t balancer, char name[NAME_SHOWN + 1]);

/* Adds to a line of so much room, clipped. */
void line_add(char *line, size_t room, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Adds what comes before the i-th of so many things: "a, b and c". */
void line_add_comma(char *line, size_t room, uint32_t i, uint32_t count);

/* ---- Numbers: the metrics, by their names in metrics.h ---- */

/* A metric of all traffic together, over the replications. */
struct summary table_summary(const struct table *, const char *metric, uint32_t balancer,
                             uint32_t change);
/* 4.31% of .0431; 1.063; 36.5 or 100, of .365 or 1 */
char *table_percent(double part, char buffer[TEXT_MAX]);
char *table_quotient(double quotient, char buffer[TEXT_MAX]);
char *table_of_100(double part, char buffer[TEXT_MAX]);
/* What stands before the half of an interval: a terminal may know ASCII alone, and its columns are
 * narrow; Markdown is read in a browser. */
const char *table_plus_minus(const struct table *);

/* What the balancers are judged by: how even the live connections are over time; where that can
 * hardly ever be judged, at the end; and where nothing is open then, the picks, which rank nobody.
 */
struct yardstick {
    const char *about, *misplaced, *max_over_mean; /* about: a heading */
    bool ranks, over_time;
};
const struct yardstick *table_yardstick(const struct table *);
/* The part of the time that can be judged, in the run where it is least. */
double table_judged(const struct table *);
/* What random picks would leave, by the yardstick. */
struct noise table_noise(const struct table *, uint32_t balancer);
/* Whether any balancer has a value. */
bool table_anybody(const struct table *, const char *metric, uint32_t change);

/* ---- Changes ---- */

/* "up"; "out:back" for a server's return, "dies:detected" for a failure's detection. At
 * most `most` letters. */
char *table_change_name(const struct table *, uint32_t change, uint32_t most, char name[STORY_MAX]);
/* "down", what came next; NULL: nothing did. */
char *table_change_after(const struct table *, uint32_t change, char name[STORY_MAX]);

/* How a balancer's replications settled after a change. */
struct settling {
    uint64_t judged, settled; /* replications */
    uint64_t median_ns;       /* of those that settled */
};
struct settling table_settling(const struct table *, uint32_t balancer, uint32_t change);
/* "7m9s", "7m9s 80%" of the runs, "no", or "-": it could not be judged. */
char *table_settled(const struct table *, uint32_t balancer, uint32_t change, char text[TEXT_MAX]);

/* ---- Chance ---- */

/* Whether any run of this balancer would give the same numbers: nothing is drawn. */
bool table_is_exact(const struct table *, uint32_t balancer);
bool table_all_exact(const struct table *);
/* What may be said of how even the picks were, or "". */
char *table_evenness(const struct table *, uint32_t balancer, char *line, size_t room);
/* Whether the picks were drawn, each on its own, and are as even as that leaves them. */
bool table_even_by_chance(const struct table *, uint32_t balancer);

/* ---- Ranks ---- */

#define TABLE_IMMATERIAL .001 /* of all connections, misplaced */

/* How far two balancers are apart, by what part of the connections is misplaced. */
enum apart {
    APART_NOT,     /* alike in every run */
    APART_HARDLY,  /* by a thousandth of the connections at most */
    APART_UNKNOWN, /* so little that it may be chance: by the interval, or for lack of one by what
                    * chance alone would leave misplaced */
    APART_SURELY
};
enum apart table_apart(const struct table *, struct paired, uint32_t one, uint32_t other);

/* Balancers by such a metric, of which less is better. */
struct ranking {
    const char *metric;
    uint32_t *order; /* [ranked]: those that have a value, the least mean first */
    uint32_t ranked;
    bool *best, *worst; /* [balancers]: nobody is both; the worst: none if all are the best */
    uint32_t bests, worsts;
    enum apart apart; /* the most that one of the best is from the first of them */
};
struct ranking table_rank(const struct table *, const char *metric);
void table_rank_free(struct ranking *);

/* ---- The parts, in the order in which they are printed ---- */

/* Which moments get a column; before all others. */
void table_choose_moments(struct table *);
void table_head(const struct table *);
/* What was run, without its name and question. */
void table_circumstances(const struct table *);
/* Of these: how long, how often, how many. */
void table_setting(const struct table *);
void table_answer(const struct table *);
void table_block(const struct table *, uint32_t balancer);
void table_block_changes(const struct table *, uint32_t balancer);
void table_comparison(const struct table *);
void table_pairs(const struct table *);
void table_traffics(const struct table *);
void table_expectations(const struct table *);
void table_bars(const struct table *);
void table_foot(const struct table *);
/* Of the foot: what may be made of the numbers, in view of chance. */
void table_caution(const struct table *);

#endif
