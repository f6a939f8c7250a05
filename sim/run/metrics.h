/* metrics.h: the table of metrics: what one number says about one trial. */
#ifndef SIM_RUN_METRICS_H
#define SIM_RUN_METRICS_H

#include "sim/run/run.h"
#include "sim/world/spread.h"

/* Metrics of two programs may be compared only if both mean the same by them: a definition that
 * changes any number needs a new one. */
#define METRIC_VERSION 1

enum metric_kind {
    METRIC_COUNT, /* whole */
    METRIC_TIME,  /* in ns; read and written as seconds */
    METRIC_RATIO, /* %.9g */
    METRIC_CHANCE /* what GSL computed: %.4g */
};

/* A number, or none: there is never a nan, an infinity or a 0 in the place of "none". */
struct value {
    bool empty;
    uint64_t exact; /* counts; times in ns */
    double number;  /* ratios; and counts, and times in seconds */
};

enum metric_better { BETTER_NEITHER, BETTER_LESS, BETTER_MORE };

struct metric {
    const char *name, *about;
    enum metric_kind kind;
    enum metric_scope scope;
    enum metric_better better;
    double low, high; /* no value lies outside; high may be INFINITY */
    /* For metric_value() to call. change: of METRIC_OF_CHANGE and METRIC_OF_ADD; row: 0 all
     * traffic, 1 + t traffic t. */
    struct value (*of)(const struct world_result *, uint32_t row, uint32_t change);
};

const struct metric *metric_at(uint32_t i);         /* NULL: past the last */
const struct metric *metric_find(const char *name); /* NULL: there is none */
/* The table, for a scenario's vocabulary: false past the last. */
bool metric_known(uint32_t i, struct known_metric *);

/* The metric's value; empty where it does not apply to that change, or the change came before the
 * window. */
struct value metric_value(const struct metric *, const struct world_result *, uint32_t row,
                          uint32_t change);
/* Whether a metric has a value, empty or not, for this change at all. A metric of the run has one,
 * for change 0, whether there are changes or not. */
bool metric_applies(const struct metric *, const struct world_result *, uint32_t change);

/* Whether it is the time until something that may never come. A mean of those that came would be
 * the smaller the fewer they are: the median, and how many came, say more. */
static inline bool metric_is_wait(const struct metric *metric)
{
    return metric->kind == METRIC_TIME && metric->scope == METRIC_OF_CHANGE;
}

/* Whether it is such a wait, after a change that could be judged, and did not end. */
bool metric_endless(const struct metric *, const struct world_result *, uint32_t row,
                    uint32_t change);

#define METRIC_NAME_MAX 256
/* As files spell it: settle_s:up, settle_s:flap:back for the flapped server's return,
 * settle_s:3:detected where the third event has no name and is a failure that was found out. */
char *metric_name(const struct metric *, const struct experiment *, uint32_t change,
                  char name[METRIC_NAME_MAX]);
#define METRIC_TEXT_MAX 48
/* The value as files write it; "" if there is none. */
char *metric_text(const struct metric *, struct value, char text[METRIC_TEXT_MAX]);

/* The live connections that an event found, or (moment == moments) those at the end. What an event
 * found is known of all traffic together only: empty for a row above 0. */
struct spread spread_at(const struct world_result *, uint32_t row, uint32_t moment);

#endif
