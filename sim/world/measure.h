/* measure.h: what a run is judged by, measured while it happens, in the window [from, end).
 *
 * There is one of each for all traffic together (row 0) and for each traffic (row 1 + t). States
 * are read after the last change of a tick. A state can be JUDGED if every present server is
 * entitled to ten connections or more: below that, what looks uneven is mostly small numbers. */
#ifndef SIM_WORLD_MEASURE_H
#define SIM_WORLD_MEASURE_H

#include <stdbool.h>
#include <stdint.h>

#define MEASURE_POINTS         1000 /* of the window, at which live connections are averaged */
#define MEASURE_LEAST_ENTITLED 10   /* connections, of a state that can be judged */
#define NEWCOMER_PICKS         100

/* The i-th of the window's midpoints: from + floor((2i + 1)(end - from) / 2000). */
uint64_t measure_point_ns(uint64_t from_ns, uint64_t end_ns, uint32_t i);

/* Sums over those midpoints that can be judged; L is what is open on present servers, W their
 * weights added up, x and w one server's. */
struct world_average {
    uint32_t points;  /* so many could be judged; 0: there is no average */
    uint64_t present; /* servers present, added up over the points */
    double live;      /* L */
    double mean;      /* L / W */
    double max, min;  /* the largest and the least x / w */
    double misplaced; /* sum over servers of |x - L w / W|, halved */
    double cv2, gini; /* L cv^2, L gini */
};

struct world_measure {
    struct world_average average;
    bool judged;               /* some tick could be */
    double max_over_mean_peak; /* over all judged ticks */
    uint64_t over_110_ns;      /* judged time with max/mean above 1.10 */
    uint64_t live_max;         /* most connections on one server after any tick */
    uint64_t picks_absent;     /* first picks that went to servers that were not present */
    double picks_chi2;         /* by segments of constant presence and weights, added up */
    uint64_t picks_df;
};

/* An event may be several changes: a flap and the flapped server's return; a failure, its detection
 * and its end. */
enum world_part { PART_SELF, PART_DETECTED, PART_BACK };

/* A change of members, weights, a reload, a crash, a flap or a failure. */
struct world_change {
    uint32_t event;
    enum world_part part;
    bool adds;         /* servers joined */
    bool measured;     /* it came in the window; else nothing is said of what followed */
    uint64_t at_ns;    /* of changes at one tick, each has what followed the tick */
    uint64_t until_ns; /* the next change at a later tick, or the end */
    double entitled;   /* of the added: their share of the present weights after the tick */
};

/* What followed a change, until the next; one a row. Times count from the change. */
struct world_after {
    bool judged;               /* some tick could be */
    bool balanced;             /* some judged tick was within .90 <= min, max <= 1.10 of its mean */
    uint64_t balanced_ns;      /* the first of those */
    uint64_t outside_until_ns; /* no judged tick was outside from here on; 0: none was at all */
    /* Of the added, where the change adds: */
    uint64_t picks;            /* of the first 100 first attempts */
    uint64_t taken;            /* of these, by the added */
    uint64_t longest_run;      /* of first attempts one after the other, all to the added */
    uint64_t opens_per_s_peak; /* opens on one of the added in a second, counted from the change */
};

/* "", ":detected" or ":back", as names of changes end. */
static inline const char *world_part_suffix(enum world_part part)
{
    return part == PART_SELF ? "" : part == PART_DETECTED ? ":detected" : ":back";
}

#endif
