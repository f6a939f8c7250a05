/* plot_labels.h: places for labels, such that none lies on another. */
#ifndef REPORTS_PLOT_LABELS_H
#define REPORTS_PLOT_LABELS_H

#include <stdbool.h>
#include <stdint.h>

/* Moves heights, as little as can be, until they are at least `gap` apart and within [low, high].
 * They come in rising order and stay so. Where there is no room for all, the gap gets smaller. */
void labels_spread(double *y, uint32_t count, double gap, double low, double high);

/* A label in the strip above a picture, beside the line that rises from its place to it. */
struct flag {
    double x;            /* px, of the line */
    const char *text[2]; /* what it says where there is room, and where there is not; borrowed */
    /* Found by labels_hoist(): */
    double width;
    uint32_t which, row; /* the text, and the row from below */
    bool shown, left;    /* left: the text is left of the line */
};

enum { FLAG_ROWS = 5 };

/* Places flags, which come with rising x, so that no text covers another or is crossed by the line
 * to one, and all lie within [low, high]; those for which there is no room are not shown. Returns
 * how many rows are used. */
uint32_t labels_hoist(struct flag *, uint32_t count, double size, double low, double high);

#endif
