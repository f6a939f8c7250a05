/* plot.c: a script and its data, put down mark by mark. */
#include "reports/plot.h"

#include "reports/plot_text.h"
#include "sim/engine/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_LONGEST = 100 };

/* ---- Names ---- */

/* Appends, with '_' for what a file system or gnuplot might not take. */
static void append_plain(char *name, const char *text)
{
    size_t at = strlen(name);
    for (; *text != '\0' && at < NAME_LONGEST; text++)
        name[at++] = strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-",
                            *text) != NULL
                         ? *text
                         : '_';
    name[at] = '\0';
}

/* A name that no other picture has: where it is taken, a number goes behind it. */
static char *choose_name(const struct sheet *sheet, const char *kind, const char *of)
{
    char plain[NAME_LONGEST + 1] = "", name[NAME_LONGEST + 16];
    append_plain(plain, sheet->prefix);
    append_plain(plain, kind);
    if (of != NULL) {
        append_plain(plain, "_");
        append_plain(plain, of);
    }
    bool fresh = false;
    for (unsigned number = 1; !fresh; number++) {
        if (number == 1)
            snprintf(name, sizeof name, "%s", plain);
        else
            snprintf(name, sizeof name, "%s-%u", plain, number);
        names_enter(sheet->names, name, strlen(name), &fresh);
    }
    return memory_text(name, strlen(name));
}

/* ---- A life ---- */

static FILE *open_part(struct output *output, const char *name, const char *ending)
{
    char path[NAME_LONGEST + 64];
    snprintf(path, sizeof path, PLOTS_DIRECTORY "/%s.%s", name, ending);
    return output_open(output, path);
}

struct plot *plot_open(const struct sheet *sheet, const char *kind, const char *of, double width,
                       double height, const char *header)
{
    struct plot *plot = memory_zeroed(1, sizeof *plot);
    plot->output = sheet->output;
    plot->name = choose_name(sheet, kind, of);
    plot->width = width;
    plot->height = height;
    plot->script = open_part(plot->output, plot->name, "gp");
    plot->data = open_part(plot->output, plot->name, "csv");
    if (plot->script == NULL || plot->data == NULL) {
        plot_close(plot);
        return NULL;
    }
    fprintf(plot->script,
            "# %s.svg; to draw it again: gnuplot %s.gp\n"
            "# as a PNG:                 gnuplot -e PNG=1 %s.gp\n"
            "reset\n"
            "NAME = '%s'; W = %g; H = %g\n"
            "load 'style.gp'\n"
            "set multiplot\n",
            plot->name, plot->name, plot->name, plot->name, width, height);
    fprintf(plot->data, "%s\n", header);
    return plot;
}

void plot_close(struct plot *plot)
{
    if (plot->script != NULL) {
        fputs("unset multiplot\nset output\n", plot->script);
        output_close(plot->output, plot->script);
    }
    if (plot->data != NULL)
        output_close(plot->output, plot->data);
    free(plot->name);
    free(plot);
}

/* ---- Style ---- */

/* Okabe and Ito's colours, which the colour-blind can tell apart, without yellow, which paper
 * swallows; black is a grey. */
static const char *const colours[PLOT_COLOURS] = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                                  "#E69F00", "#56B4E9", "#4D4D4D", "#8B7500"};

const char *plot_colour(uint32_t i)
{
    return colours[i % PLOT_COLOURS];
}

void plot_style(FILE *to)
{
    fputs("# How all pictures here look. Each script sets NAME, W and H before it loads this.\n"
          "FONT = 'Liberation Sans'\n"
          "if (exists('PNG')) set terminal pngcairo noenhanced size 2*W,2*H font FONT.',12' "
          "fontscale 1.5 linewidth 2 pointscale 2 dashlength 1.5 background rgb '#FFFFFF'\n"
          "if (exists('PNG')) set output NAME.'.png'\n"
          "if (!exists('PNG')) set terminal svg noenhanced size W,H dynamic "
          "font FONT.',Arial,Helvetica,sans-serif,12' background rgb '#FFFFFF'\n"
          "if (!exists('PNG')) set output NAME.'.svg'\n"
          "set encoding utf8\n"
          "set datafile separator ','\n",
          to);
    for (uint32_t i = 0; i < PLOT_LOOKS; i++)
        fprintf(to, "set linetype %u lc rgb '%s' lw 1.5%s\n", (unsigned)i + 1, plot_colour(i),
                i < PLOT_COLOURS ? " dt solid" : " dt (11,4)");
    fputs("set border 3 lc rgb '#777777' lw 0.8\n"
          "set tics nomirror out scale 0.4 textcolor rgb '#444444'\n"
          "set grid noxtics ytics lt 1 lc rgb '" PALE "' lw 0.7\n"
          "set style fill solid 1.0 noborder\n"
          "unset key\n",
          to);
}

/* ---- Marks ---- */

static void put_place(const struct plot *plot, double x, double y)
{
    fprintf(plot->script, "screen %.5f,%.5f", x / plot->width, 1 - y / plot->height);
}

void plot_text(struct plot *plot, double x, double y, enum lean lean, double size,
               const char *colour, const char *text)
{
    static const char *const words[] = {"left", "center", "right"};
    char *quoted = plot_text_quoted(text);
    fprintf(plot->script, "set label %s at ", quoted);
    put_place(plot, x, y);
    fprintf(plot->script, " %s font ',%g' textcolor rgb '%s' front\n", words[lean], size, colour);
    free(quoted);
}

void plot_text_upright(struct plot *plot, double x, double y, const char *text)
{
    char *quoted = plot_text_quoted(text);
    fprintf(plot->script, "set label %s at ", quoted);
    put_place(plot, x, y);
    fputs(" center rotate by 90 font ',12' textcolor rgb '" SOFT "'\n", plot->script);
    free(quoted);
}

void plot_stroke(struct plot *plot, double x1, double y1, double x2, double y2, const char *look)
{
    fputs("set arrow from ", plot->script);
    put_place(plot, x1, y1);
    fputs(" to ", plot->script);
    put_place(plot, x2, y2);
    fprintf(plot->script, " nohead %s\n", look);
}

void plot_fill(struct plot *plot, double left, double top, double right, double bottom,
               const char *colour)
{
    fputs("set object rectangle from ", plot->script);
    put_place(plot, left, bottom);
    fputs(" to ", plot->script);
    put_place(plot, right, top);
    fprintf(plot->script, " fc rgb '%s' fs solid noborder behind\n", colour);
}

void plot_title(struct plot *plot, double left, const char *title, const char *subtitle)
{
    char clipped[PLOT_TEXT_MAX];
    double room = plot->width - left - 12;
    plot_text(plot, left, 22, LEAN_LEFT, SIZE_TITLE, INK,
              plot_text_clip(title, SIZE_TITLE, room, clipped));
    plot_text(plot, left, 42, LEAN_LEFT, SIZE_TEXT, SOFT,
              plot_text_clip(subtitle, SIZE_TEXT, room, clipped));
}

/* One of these names, told apart from the others. Frees the list. */
static char *clip_one(const char **name, uint32_t names, uint32_t which, double size, double width,
                      char clipped[PLOT_TEXT_MAX])
{
    plot_text_clip_apart(name, names, which, size, width, clipped);
    free(name);
    return clipped;
}

char *plot_server_name(const struct sheet *sheet, uint32_t server, double size, double width,
                       char clipped[PLOT_TEXT_MAX])
{
    const struct scenario *scenario = sheet->experiment->scenario;
    const char **name = memory_zeroed(scenario->servers, sizeof *name);
    for (uint32_t s = 0; s < scenario->servers; s++)
        name[s] = scenario->server[s].name;
    return clip_one(name, scenario->servers, server, size, width, clipped);
}

char *plot_balancer_name(const struct sheet *sheet, uint32_t balancer, double size, double width,
                         char clipped[PLOT_TEXT_MAX])
{
    const struct scenario *scenario = sheet->experiment->scenario;
    const char **name = memory_zeroed(scenario->balancers, sizeof *name);
    for (uint32_t b = 0; b < scenario->balancers; b++)
        name[b] = scenario->balancer[b].name;
    return clip_one(name, scenario->balancers, balancer, size, width, clipped);
}

/* ---- Panels ---- */

/* Where a value lies between two others, as a part of the way. */
static double part_of(double value, double low, double high, bool logarithmic)
{
    return logarithmic ? log(value / low) / log(high / low) : (value - low) / (high - low);
}

double panel_x(const struct panel *panel, double x)
{
    return panel->left +
           part_of(x, panel->x_low, panel->x_high, panel->x_log) * (panel->right - panel->left);
}

double panel_y(const struct panel *panel, double y)
{
    return panel->bottom -
           part_of(y, panel->y_low, panel->y_high, panel->y_log) * (panel->bottom - panel->top);
}

void plot_panel(struct plot *plot, const struct panel *panel)
{
    fprintf(plot->script,
            "set lmargin at screen %.5f; set rmargin at screen %.5f\n"
            "set tmargin at screen %.5f; set bmargin at screen %.5f\n",
            panel->left / plot->width, panel->right / plot->width, 1 - panel->top / plot->height,
            1 - panel->bottom / plot->height);
    fprintf(plot->script, "set xrange [%.15g:%.15g]; set yrange [%.15g:%.15g]\n", panel->x_low,
            panel->x_high, panel->y_low, panel->y_high);
    fprintf(plot->script, "%sset logscale x; %sset logscale y\n", panel->x_log ? "" : "un",
            panel->y_log ? "" : "un");
}

void plot_draw(struct plot *plot, const char *curves)
{
    fprintf(plot->script, "plot %s\nunset label; unset arrow; unset object\n",
            *curves != '\0' ? curves : "NaN");
}

/* ---- Data ---- */

uint32_t plot_block(struct plot *plot)
{
    if (plot->blocks > 0)
        fputs("\n\n", plot->data);
    return plot->blocks++;
}

void plot_put_name(struct plot *plot, const char *name)
{
    bool quoted = strpbrk(name, ",\"\n\r") != NULL;
    if (quoted)
        fputc('"', plot->data);
    for (; *name != '\0'; name++) {
        if (*name == '"')
            fputc('"', plot->data);
        fputc(*name == '\n' || *name == '\r' ? ' ' : *name, plot->data);
    }
    if (quoted)
        fputc('"', plot->data);
}

char *plot_source(const struct plot *plot, uint32_t block, char source[PLOT_SOURCE_MAX])
{
    snprintf(source, PLOT_SOURCE_MAX, "'%s.csv' index %u skip 1", plot->name, (unsigned)block);
    return source;
}
