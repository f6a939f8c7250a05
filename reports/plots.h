/* plots.h: an experiment in pictures: publication grade, by gnuplot.
 *
 * Into plots/ of an output go, for each picture, its data (NAME.csv), its script (NAME.gp) and the
 * picture itself (NAME.svg, and NAME.png if asked for); style.gp, which all scripts load; all.gp,
 * which draws them all. Every number is computed here; gnuplot only puts ink where it is told to.
 * Without gnuplot, data and scripts are written all the same, to be drawn elsewhere. */
#ifndef REPORTS_PLOTS_H
#define REPORTS_PLOTS_H

#include "reports/output.h"
#include "sim/run/run.h"

enum plots_end {
    PLOTS_DRAWN,
    PLOTS_NO_GNUPLOT, /* the pictures are missing, because the program is */
    PLOTS_FAILED      /* some are missing, because gnuplot complained */
};

struct plots_options {
    bool png;         /* as well as SVG */
    uint32_t limit_s; /* for gnuplot, all in all; 0: as many as should do */
};

struct plots_outcome {
    enum plots_end end;
    uint32_t pictures, drawn; /* wanted, and there now; an SVG and its PNG are two */
    char why[256];            /* one line, unless all were drawn */
};

/* Writes the pictures of all experiments; of several, names begin with the scenario's. Needs the
 * series of replication 0 for what runs over time; without them only the rest is drawn. false: a
 * file could not be written; output_commit() will say why. */
bool report_plots(const struct experiment *const *, uint32_t experiments,
                  const struct plots_options *, struct output *, struct plots_outcome *);

#endif
