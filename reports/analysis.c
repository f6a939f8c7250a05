/* analysis.c: an observed table for the terminal, in 80 columns. */
#include "reports/analysis.h"

#include "reports/grid.h"
#include "reports/story.h"
#include "reports/text.h"
#include "sim/engine/memory.h"
#include "sim/workload/utf8.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { SERVERS_SHOWN = 12, EXTREMES = 3 };
enum { TITLE_SHOWN = 78, NAME_SHOWN = 22, NAME_SHOWN_BESIDE_HUGE = 14 };
enum { SHOWN_BYTES = 4 * TITLE_SHOWN + 1, SAID_MAX = 1024 };

#define HUGE_COUNT      1000000000000 /* its digits take the place of names */
#define NEXT_TO_NOTHING 1e-300        /* smaller tails underflow sooner or later */

struct page {
    const struct analysis *analysis;
    const struct analysis_options *options;
    FILE *to;
    const struct analysis_server **order; /* the fullest first; weight 0 at the end */
};

/* ---- Words ---- */

/* A user's text in one line of at most so many characters: a long one loses its middle, for the
 * names of servers differ at either end. */
static char *shown(const char *text, size_t most, char buffer[SHOWN_BYTES])
{
    const char *end = text + strlen(text);
    size_t characters = 0, kept = (most - 2) / 2, length;
    uint32_t code = 0;
    for (const char *at = text; at<end; at += length> 0 ? length : 1, characters++)
        length = utf8_character(at, end, &code);
    char *to = buffer;
    for (size_t i = 0; text<end; i++, text += length> 0 ? length : 1) {
        length = utf8_character(text, end, &code);
        bool left_out = characters > most && i >= kept && i < characters - kept;
        if (left_out && i > kept + 1)
            continue;
        if (left_out || length == 0 || !utf8_is_shown(code)) {
            *to++ = left_out ? '.' : '?';
            continue;
        }
        memcpy(to, text, length);
        to += length;
    }
    *to = '\0';
    return buffer;
}

static void say_bold(const struct page *page, const char *line)
{
    fputs(page->options->colour ? "\033[1m" : "", page->to);
    story_print(page->to, line, 0);
    fputs(page->options->colour ? "\033[0m" : "", page->to);
}

static char *text_probability(double p, char buffer[TEXT_MAX])
{
    if (p < NEXT_TO_NOTHING)
        snprintf(buffer, TEXT_MAX, "below 1e-300");
    else
        snprintf(buffer, TEXT_MAX, "%.4g", p);
    return buffer;
}

/* A number that may be entitled to fractions: whole where they do not matter. */
static char *text_entitled(double entitled, char buffer[TEXT_MAX])
{
    if (entitled >= 1000)
        return text_count((uint64_t)(entitled + .5), buffer);
    snprintf(buffer, TEXT_MAX, "%.4g", entitled);
    return buffer;
}

static double ratio_of(const struct analysis_server *server)
{
    return server->entitled > 0 ? (double)server->count / server->entitled : -1;
}

/* ---- Who got what ---- */

static int by_ratio(const void *a, const void *b)
{
    const struct analysis_server *one = *(const struct analysis_server *const *)a;
    const struct analysis_server *two = *(const struct analysis_server *const *)b;
    double left = ratio_of(one), right = ratio_of(two);
    if (left != right)
        return left > right ? -1 : 1;
    return one < two ? -1 : one > two; /* of one array: the table's order */
}

static void print_head(const struct page *page)
{
    const struct analysis *analysis = page->analysis;
    char title[SHOWN_BYTES], line[SAID_MAX], number[TEXT_MAX], left_out[TEXT_MAX];
    uint32_t zeros = analysis->servers - analysis->compared;
    say_bold(page, shown(page->options->name, TITLE_SHOWN, title));
    int length = snprintf(line, sizeof line, "%" PRIu32 " server%s, %s counted", analysis->compared,
                          analysis->compared == 1 ? "" : "s", text_count(analysis->total, number));
    if (!analysis->weighted && analysis->compared > 1)
        length += snprintf(line + length, sizeof line - (size_t)length,
                           "; each is entitled to %.3f%%", 100 / (double)analysis->compared);
    if (zeros > 0)
        snprintf(line + length, sizeof line - (size_t)length,
                 "; not looked at: %" PRIu32 " more of weight 0, with %s counted", zeros,
                 text_count(analysis->left_out, left_out));
    story_print(page->to, line, 0);
    fputc('\n', page->to);
}

static void add_row(const struct page *page, struct grid *grid,
                    const struct analysis_server *server)
{
    const struct analysis *analysis = page->analysis;
    size_t most = analysis->total < HUGE_COUNT ? NAME_SHOWN : NAME_SHOWN_BESIDE_HUGE;
    char name[SHOWN_BYTES], number[TEXT_MAX];
    double ratio = ratio_of(server);
    grid_cell(grid, "%s", shown(server->name, most, name));
    grid_cell(grid, "%s", text_count(server->count, number));
    grid_cell(grid, "%s", ratio < 0 ? "-" : text_share(server->count, analysis->total, number));
    if (analysis->weighted) {
        grid_cell(grid, "%.6g", server->weight);
        grid_cell(grid, ratio < 0 ? "-" : "%.3f%%",
                  100 * server->entitled / (double)analysis->total);
    }
    grid_cell(grid, ratio < 0 ? "-" : ratio < 1e6 ? "%.3f" : "%.4g", ratio);
}

static void print_servers(const struct page *page)
{
    const struct analysis *analysis = page->analysis;
    struct grid *grid = grid_new(analysis->weighted ? "lrrrrr" : "lrrr");
    bool all = page->options->all || analysis->servers <= SERVERS_SHOWN;
    uint32_t left_out = 0;
    grid_cell(grid, "server");
    grid_cell(grid, "count");
    grid_cell(grid, "share");
    if (analysis->weighted) {
        grid_cell(grid, "weight");
        grid_cell(grid, "entitled");
    }
    grid_cell(grid, "ratio");
    for (uint32_t i = 0; i < analysis->servers; i++) {
        bool extreme =
            i < analysis->compared && (i < EXTREMES || i + EXTREMES >= analysis->compared);
        left_out += !(all || extreme);
        if (all || extreme)
            add_row(page, grid, page->order[i]);
    }
    grid_print(grid, page->to, 2, 0, false);
    grid_free(grid);
    if (left_out > 0)
        fprintf(page->to, "  (and %" PRIu32 " server%s more; --all shows every one)\n", left_out,
                left_out == 1 ? "" : "s");
    if (analysis->compared > 1)
        fputs("  ratio: the count over what the server is entitled to; 1 is even\n", page->to);
    fputc('\n', page->to);
}

/* ---- How even it is ---- */

static void add_statistic(struct grid *grid, const char *name, double value, const char *about)
{
    grid_cell(grid, "%s", name);
    grid_cell(grid, value < 1e6 ? "%.6f" : "%.6g", value);
    grid_cell(grid, "%s", about);
}

static void print_statistics(const struct page *page)
{
    const struct analysis *analysis = page->analysis;
    const struct spread *spread = &analysis->spread;
    const struct chi_square *chi = &analysis->chi_square;
    char about[2 * TEXT_MAX], p[TEXT_MAX];
    struct grid *grid = grid_new("lrl");
    snprintf(about, sizeof about, "typical distance from even; chance alone: %.3g",
             analysis->cv_by_chance);
    add_statistic(grid, "max/mean", spread->max_over_mean, "the fullest server's ratio");
    add_statistic(grid, "min/mean", spread->min_over_mean, "the emptiest server's ratio");
    add_statistic(grid, "cv", spread->cv, about);
    add_statistic(grid, "jain", spread->jain, "Jain's fairness index; 1 is even");
    add_statistic(grid, "gini", spread->gini, "Gini coefficient; 0 is even");
    add_statistic(grid, "misplaced", spread->misplaced, "the part that would have to move");
    if (!analysis->chance.empty) {
        grid_cell(grid, "chi-square");
        grid_cell(grid, chi->x2 < 100 ? "%.3f" : chi->x2 < 1e6 ? "%.1f" : "%.4g", chi->x2);
        grid_cell(grid, "on %" PRIu64 " degree%s of freedom%s", chi->df, chi->df == 1 ? "" : "s",
                  chi->df + 1 < analysis->compared ? "; the smallest were pooled" : "");
        grid_cell(grid, "p");
        grid_cell(grid, "%s", text_probability(analysis->chance.p, p));
        grid_cell(grid, "the probability that fair random picks are so uneven");
    }
    grid_print(grid, page->to, 2, 0, false);
    grid_free(grid);
    fputc('\n', page->to);
}

/* ---- Whether chance explains it ---- */

/* By how much the fullest server is over. */
static void say_fullest(const struct page *page, char *said)
{
    const struct analysis_server *fullest = page->order[0];
    char name[SHOWN_BYTES], count[TEXT_MAX], entitled[TEXT_MAX], over[TEXT_MAX];
    size_t length = strlen(said), room = SAID_MAX - length;
    double ratio = ratio_of(fullest);
    if (ratio < 1 + 1e-9) {
        snprintf(said + length, room, " No server is over what it is entitled to.");
        return;
    }
    snprintf(over, sizeof over, ratio < 10 ? "is %.3g%% over" : "has %.4g times",
             ratio < 10 ? 100 * (ratio - 1) : ratio);
    snprintf(said + length, room,
             " The fullest server, %s, %s what it is entitled to: %s instead of %s.",
             shown(fullest->name, NAME_SHOWN, name), over, text_count(fullest->count, count),
             text_entitled(fullest->entitled, entitled));
}

static const char *const headline[] = {
    [CHANCE_NONE] = "Too few to judge.",
    [CHANCE_EXPLAINS] = "Chance explains it.",
    [CHANCE_DOES_NOT] = "Chance does not explain it.",
    [CHANCE_TOO_EVEN] = "More even than chance.",
};

static void say_verdict(const struct page *page, char *said)
{
    const struct analysis *analysis = page->analysis;
    char p[TEXT_MAX];
    bool too_even = analysis->verdict == CHANCE_TOO_EVEN;
    if (analysis->verdict == CHANCE_NONE)
        snprintf(said, SAID_MAX,
                 "Chi-square needs two groups of servers that are entitled to 5 each at least.");
    else
        snprintf(said, SAID_MAX,
                 "Picks that are random and fair come out as %s as this, or more so, with "
                 "probability %s.",
                 too_even ? "even" : "uneven",
                 text_probability(too_even ? analysis->chance.even_p : analysis->chance.p, p));
    if (too_even)
        snprintf(said + strlen(said), SAID_MAX - strlen(said),
                 " So something keeps count, as round robin and least_conn do.");
    say_fullest(page, said);
    if (analysis->verdict == CHANCE_DOES_NOT && analysis->spread.max_over_mean <= 1.10 &&
        analysis->spread.min_over_mean >= .90)
        snprintf(said + strlen(said), SAID_MAX - strlen(said),
                 " Still, no server is more than 10%% off: among so many picks even a small "
                 "difference is not chance.");
}

static void print_verdict(const struct page *page)
{
    char said[SAID_MAX];
    say_bold(page, headline[page->analysis->verdict]);
    say_verdict(page, said);
    story_print(page->to, said, 0);
    if (page->analysis->verdict != CHANCE_NONE)
        story_print(page->to,
                    "Chi-square assumes that no pick depends on another: judge random picks by it. "
                    "Round robin and least_conn are more even than chance; clients that bring "
                    "many picks each make it less even, through no fault of the balancer.",
                    0);
}

void report_analysis(const struct analysis *analysis, const struct analysis_options *options,
                     FILE *to)
{
    struct page page = {.analysis = analysis, .options = options, .to = to};
    page.order = memory_zeroed(analysis->servers, sizeof *page.order);
    for (uint32_t i = 0; i < analysis->servers; i++)
        page.order[i] = &analysis->server[i];
    qsort(page.order, analysis->servers, sizeof *page.order, by_ratio);
    print_head(&page);
    print_servers(&page);
    if (analysis->compared > 1) {
        print_statistics(&page);
        print_verdict(&page);
    } else {
        say_bold(&page, "One server: there is nothing to compare.");
    }
    free(page.order);
}
