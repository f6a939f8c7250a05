/* plot_series.h: what a picture wants to know of a state: the fair shares, and how far the servers
 * are from them. */
#ifndef REPORTS_PLOT_SERIES_H
#define REPORTS_PLOT_SERIES_H

#include "reports/plot.h"
#include "reports/thin.h"

/* Over the servers that are present. */
struct fair {
    uint32_t present;
    uint64_t live, weights; /* added up */
    bool judged;            /* each is entitled to MEASURE_LEAST_ENTITLED connections or more */
    double share;           /* live / weights: the fair share of weight 1 */
    double max_over_mean;   /* of the fullest, if judged */
};

struct fair fair_of(const struct series_state *state, uint32_t servers);
/* What a server has over its fair share; only of one that is present, and where fair->live > 0. */
double fair_ratio(const struct fair *, const struct series_state *state);

/* The series of a balancer, of replication 0; NULL: none was kept. */
const struct series *sheet_series(const struct sheet *, uint32_t balancer);
/* The window that is measured, which is what an axis of time shows. */
uint64_t sheet_from_ns(const struct sheet *);
uint64_t sheet_to_ns(const struct sheet *);
/* Whether servers that are present at one time always have the same weight. */
bool sheet_equal_weights(const struct sheet *);

/* Max/mean over time, where it can be judged. The line is the caller's to free. */
void series_imbalance(const struct sheet *, uint32_t balancer, struct thin *line);
double thin_highest(const struct thin *); /* 0 of nothing */

/* Puts a line down as the next block of data: LABEL,time_s,value; its number. */
uint32_t plot_put_line(struct plot *, const char *label, const struct thin *line, bool whole);

/* The scenario's name and "what"; and which replication, if there are several. */
#define SUBTITLE_MAX 1024
char *sheet_subtitle(const struct sheet *, const char *what, bool one_replication,
                     char subtitle[SUBTITLE_MAX]);

#endif
