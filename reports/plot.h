/* plot.h: a picture in the making: its script, its data, and what stands where on the paper.
 *
 * Places are pixels of the SVG from the upper left corner; whoever draws lays everything out
 * itself, so that nothing overlaps, and gnuplot only puts ink where it is told to. */
#ifndef REPORTS_PLOT_H
#define REPORTS_PLOT_H

#include <stdint.h>
#include <stdio.h>

#include "reports/output.h"
#include "reports/plot_text.h"
#include "sim/engine/names.h"
#include "sim/run/run.h"

#define PLOTS_DIRECTORY "plots"

/* What is drawn of one experiment, and where to. */
struct sheet {
    struct output *output;
    struct names *names; /* of all pictures so far: no two are called alike */
    const struct experiment *experiment;
    const char *prefix; /* of every name */
};

struct plot {
    struct output *output;
    FILE *script, *data;
    char *name;
    double width, height;
    uint32_t blocks; /* of data */
};

/* Opens NAME.gp and NAME.csv for a picture named PREFIX KIND [_ OF], of letters that any file
 * system takes. NULL: the output will say why. header: of the data. */
struct plot *plot_open(const struct sheet *, const char *kind, const char *of, double width,
                       double height, const char *header);
void plot_close(struct plot *);

/* style.gp, which every script loads: the paper, the fonts, the colours. */
void plot_style(FILE *);

/* ---- Ink ---- */

#define PLOT_WIDTH  960.0
#define SIZE_TITLE  16.0
#define SIZE_TEXT   12.0
#define SIZE_SMALL  11.0
#define LINE_HEIGHT 16.0 /* from one line of text to the next */

#define INK   "#222222"
#define SOFT  "#666666"
#define FAINT "#AAAAAA"
#define PALE  "#E4E4E4"
#define BLUE  "#0072B2" /* even enough */
#define SKY   "#56B4E9" /* too little */
#define OVER  "#D55E00" /* too much */

enum { PLOT_COLOURS = 8, PLOT_LOOKS = 2 * PLOT_COLOURS };
/* The colour of line type 1 + i of style.gp; from PLOT_COLOURS on they come again, dashed. */
const char *plot_colour(uint32_t i);

/* ---- Marks, at pixels ---- */

enum lean { LEAN_LEFT, LEAN_CENTRE, LEAN_RIGHT };

/* y: of the middle of the letters. */
void plot_text(struct plot *, double x, double y, enum lean, double size, const char *colour,
               const char *text);
/* Upwards along a vertical axis. */
void plot_text_upright(struct plot *, double x, double y, const char *text);
/* look: as gnuplot spells what follows `nohead`. */
void plot_stroke(struct plot *, double x1, double y1, double x2, double y2, const char *look);
/* Behind everything else. */
void plot_fill(struct plot *, double left, double top, double right, double bottom,
               const char *colour);

/* Title and subtitle, clipped to the paper, from `left` on. */
void plot_title(struct plot *, double left, const char *title, const char *subtitle);
enum { TITLE_HEIGHT = 58 };

/* The name of one of the servers, or of the balancers, as much of it as there is room for: such
 * that it can be told from the others. */
char *plot_server_name(const struct sheet *, uint32_t server, double size, double width,
                       char clipped[PLOT_TEXT_MAX]);
char *plot_balancer_name(const struct sheet *, uint32_t balancer, double size, double width,
                         char clipped[PLOT_TEXT_MAX]);

/* ---- Panels ---- */

/* A rectangle of the paper and what its edges stand for. */
struct panel {
    double left, right, top, bottom; /* px */
    double x_low, x_high, y_low, y_high;
    bool x_log, y_log;
};

double panel_x(const struct panel *, double x); /* px */
double panel_y(const struct panel *, double y);

/* Takes up the panel: what is said from here on is drawn with it. */
void plot_panel(struct plot *, const struct panel *);
/* Draws it. curves: as gnuplot's `plot` wants them; "" for none. */
void plot_draw(struct plot *, const char *curves);

/* ---- Data ---- */

/* Begins the next block; its number, for `index`. */
uint32_t plot_block(struct plot *);
/* A name as a cell of the data. */
void plot_put_name(struct plot *, const char *name);
/* Where the script finds it: 'NAME.csv' index I skip 1 */
#define PLOT_SOURCE_MAX 400
char *plot_source(const struct plot *, uint32_t block, char source[PLOT_SOURCE_MAX]);

#endif
