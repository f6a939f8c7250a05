/* thin.h: a long line made short, without losing what stands out of it.
 *
 * A picture is a thousand pixels wide: of a longer line, the least and the greatest value of each
 * thousandth part of the time are kept, as they came, and no eye can tell the difference. */
#ifndef REPORTS_THIN_H
#define REPORTS_THIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define THIN_POINTS 2000 /* at most, of a line */

struct thin_point {
    uint64_t at_ns;
    double y;
    bool after_gap; /* nothing is known between this point and the one before */
};

struct thin {
    struct thin_point *point; /* [count], owned */
    uint32_t count, room;
    /* The part of the time that is being read: */
    uint64_t from_ns, part_ns, part; /* part_ns 0: every point is kept */
    struct thin_point low, high;
    bool any, after_gap, gap; /* after_gap: it began so; gap: there is one before the next point */
};

/* Begins a line of at most `points` points in [from, to]; all are kept if they are few enough. */
void thin_begin(struct thin *, uint64_t points, uint64_t from_ns, uint64_t to_ns);
/* The next point; times rise, and may repeat. */
void thin_add(struct thin *, uint64_t at_ns, double y);
/* There is nothing between the point before and the next. A gap that is shorter than a part of the
 * time may be lost. */
void thin_gap(struct thin *);
void thin_end(struct thin *);
void thin_free(struct thin *);

#endif
