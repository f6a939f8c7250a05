/* gnuplot.h: runs gnuplot, once, bounded. */
#ifndef REPORTS_GNUPLOT_H
#define REPORTS_GNUPLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum gnuplot_end {
    GNUPLOT_DREW,
    GNUPLOT_MISSING, /* there is no such program */
    GNUPLOT_FAILED   /* it complained, or was stopped */
};

/* Lets gnuplot work in `directory` on a script that lies there. It finds no shell, no terminal and
 * nothing to read, and is killed when the time is over. `why` (of size `room`) gets one line unless
 * it drew. */
enum gnuplot_end gnuplot_run(const char *directory, const char *script, uint32_t limit_s, char *why,
                             size_t room);

#endif
