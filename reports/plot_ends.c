/* plot_ends.c: names at the ends of lines, instead of a key that the eye has to go to and fro. */
#include "reports/plot_time.h"

#include "reports/plot_labels.h"
#include "reports/plot_text.h"
#include "sim/engine/memory.h"

#include <math.h>
#include <stdlib.h>

enum { INSIDE_WIDEST = 200, LEADER = 14, TRIES = 9, PROBES = 16 };

static double point_x(const struct panel *panel, const struct thin_point *point)
{
    return panel_x(panel, 1e-9 * (double)point->at_ns);
}

static const struct thin_point *last_of(const struct thin *line)
{
    return &line->point[line->count - 1];
}

static bool reaches_edge(const struct panel *panel, const struct thin *line)
{
    return point_x(panel, last_of(line)) > panel->right - 3;
}

double ends_width(const struct line_end *end, uint32_t count, double most)
{
    double widest = 0;
    for (uint32_t i = 0; i < count; i++) {
        double width = plot_text_width(end[i].name, SIZE_TEXT);
        widest = width > widest ? width : widest;
    }
    return LEADER + 4 + (widest < most ? widest : most);
}

/* ---- Beside the panel ---- */

struct tag {
    const struct line_end *end;
    const char *name; /* clipped */
    double y;
};

/* As much of every name as such a width takes, so that they can be told apart. */
static void clip_names(const struct line_end *end, uint32_t count, double width,
                       char (*clipped)[PLOT_TEXT_MAX])
{
    const char **name = memory_zeroed(count, sizeof *name);
    for (uint32_t i = 0; i < count; i++)
        name[i] = end[i].name;
    for (uint32_t i = 0; i < count; i++)
        plot_text_clip_apart(name, count, i, SIZE_TEXT, width, clipped[i]);
    free(name);
}

static int by_height(const void *a, const void *b)
{
    const struct tag *one = a, *two = b;
    if (one->y != two->y)
        return one->y < two->y ? -1 : 1;
    return (one->end > two->end) - (one->end < two->end);
}

static void put_beside(struct plot *plot, const struct panel *panel, const struct tag *tag,
                       double y)
{
    char look[64];
    const char *colour = plot_colour(tag->end->look);
    plot_text(plot, panel->right + LEADER, y, LEAN_LEFT, SIZE_TEXT, colour, tag->name);
    snprintf(look, sizeof look, "lc rgb '%s' lw 0.7", colour);
    plot_stroke(plot, panel->right + 2, tag->y, panel->right + LEADER - 2, y, look);
}

static void put_all_beside(struct plot *plot, const struct panel *panel, const struct line_end *end,
                           uint32_t count, double most)
{
    struct tag *tag = memory_zeroed(count, sizeof *tag);
    char(*name)[PLOT_TEXT_MAX] = memory_zeroed(count, sizeof *name);
    double *y = memory_zeroed(count, sizeof *y);
    uint32_t tags = 0;
    clip_names(end, count, most, name);
    for (uint32_t i = 0; i < count; i++)
        if (reaches_edge(panel, end[i].line))
            tag[tags++] = (struct tag){&end[i], name[i], panel_y(panel, last_of(end[i].line)->y)};
    qsort(tag, tags, sizeof *tag, by_height);
    for (uint32_t i = 0; i < tags; i++)
        y[i] = tag[i].y;
    labels_spread(y, tags, LINE_HEIGHT - 1, panel->top, panel->bottom);
    for (uint32_t i = 0; i < tags; i++)
        put_beside(plot, panel, &tag[i], y[i]);
    free(name);
    free(tag);
    free(y);
}

/* ---- Within the panel ---- */

struct box {
    double left, right, y; /* px; y: of the middle */
};

/* The height of a line at a place; NAN: it is not there. */
static double height_at(const struct panel *panel, const struct thin *line, double x)
{
    uint32_t low = 0, high = line->count; /* the first point right of x, by halving */
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (point_x(panel, &line->point[middle]) <= x)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0 || low == line->count || line->point[low].after_gap)
        return (double)NAN;
    const struct thin_point *a = &line->point[low - 1], *b = &line->point[low];
    double from = point_x(panel, a), to = point_x(panel, b);
    return panel_y(panel, a->y + (b->y - a->y) * (x - from) / (to - from));
}

/* At how many places a text there would lie on a line. */
static uint32_t hits_of(const struct panel *panel, const struct thin *line, const struct box *box)
{
    uint32_t hits = 0;
    for (int probe = 0; probe <= PROBES; probe++) {
        double x = box->left + (box->right - box->left) * probe / PROBES;
        double y = height_at(panel, line, x);
        hits += !isnan(y) && fabs(y - box->y) < LINE_HEIGHT / 2;
    }
    return hits;
}

/* How much a text there would lie on lines, and on names that are there already. */
static double cost_of(const struct panel *panel, const struct line_end *end, uint32_t count,
                      const struct box *box, const struct box *taken, uint32_t takens)
{
    double cost = 0;
    for (uint32_t i = 0; i < count; i++)
        cost += 20 * hits_of(panel, end[i].line, box);
    for (uint32_t i = 0; i < takens; i++)
        if (box->left < taken[i].right && taken[i].left < box->right &&
            fabs(box->y - taken[i].y) < LINE_HEIGHT)
            cost += 1000;
    if (box->left < panel->left || box->right > panel->right ||
        box->y > panel->bottom - LINE_HEIGHT / 2 || box->y < panel->top + LINE_HEIGHT / 2)
        cost += 10000;
    return cost;
}

/* Beside its last point: the place nearest to it where it covers least. */
static struct box find_room(const struct panel *panel, const struct line_end *end, uint32_t count,
                            uint32_t which, double width, const struct box *taken, uint32_t takens)
{
    const struct thin_point *last = last_of(end[which].line);
    double x = point_x(panel, last), y = panel_y(panel, last->y), least = INFINITY;
    struct box best = {0};
    for (int left = 0; left < 2; left++)
        for (int try = 0; try < 2 * TRIES; try++) {
            int steps = (try + 1) / 2;
            double away = 8.0 * (try % 2 == 0 ? steps : -steps);
            struct box box = {.left = left ? x - 6 - width : x + 6, .y = y + away};
            box.right = box.left + width;
            double cost =
                fabs(away) / 2 + 3 * left + cost_of(panel, end, count, &box, taken, takens);
            if (cost < least) {
                least = cost;
                best = box;
            }
        }
    return best;
}

void ends_put(struct plot *plot, const struct panel *panel, const struct line_end *end,
              uint32_t count, double most)
{
    struct box *taken = memory_zeroed(count, sizeof *taken);
    char(*name)[PLOT_TEXT_MAX] = memory_zeroed(count, sizeof *name);
    uint32_t takens = 0;
    clip_names(end, count, INSIDE_WIDEST, name);
    put_all_beside(plot, panel, end, count, most);
    for (uint32_t i = 0; i < count; i++) {
        if (reaches_edge(panel, end[i].line))
            continue;
        double width = plot_text_width(name[i], SIZE_TEXT);
        struct box box = find_room(panel, end, count, i, width, taken, takens);
        taken[takens++] = box;
        plot_text(plot, box.left, box.y, LEAN_LEFT, SIZE_TEXT, plot_colour(end[i].look), name[i]);
    }
    free(name);
    free(taken);
}

void note_put(struct plot *plot, const struct time_axis *time, const struct panel *panel,
              const char *text, const char *colour, const struct thin *const *line, uint32_t lines)
{
    double width = plot_text_width(text, SIZE_SMALL), left = panel->left + 8;
    double step = (panel->right - 8 - width - left) / TRIES;
    uint32_t least = UINT32_MAX;
    struct box best = {0};
    for (int try = TRIES; try >= 0; try--) { /* rather at the right */
        struct box box = {.left = left + step * try, .y = panel->top + 10};
        box.right = box.left + width;
        uint32_t hits = events_between(time->events, box.left - 3, box.right + 3);
        for (uint32_t i = 0; i < lines; i++)
            hits += hits_of(panel, line[i], &box);
        if (hits < least) {
            least = hits;
            best = box;
        }
    }
    plot_text(plot, best.left, best.y, LEAN_LEFT, SIZE_SMALL, colour, text);
}
