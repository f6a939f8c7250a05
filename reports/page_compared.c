/* page_compared.c: all balancers side by side, a line each. */
#include "reports/page_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CHANGES_SHOWN = 4, RANKED = 16 /* more are no glance */ };

static const struct page_row *interval_of(const struct page_run *run, uint32_t balancer,
                                          const char *metric)
{
    return page_row_of(run, PAGE_INTERVALS, balancer, INTERVALS_METRIC, metric, INTERVALS_TRAFFIC);
}

/* ---- Which columns there are ---- */

static json_int_t replications_of(const struct page_run *run)
{
    return json_integer_value(json_object_get(run->json, "replications"));
}

static bool anybody_above_zero(const struct page_run *run, const char *metric)
{
    for (uint32_t b = 0; b < run->balancers; b++) {
        const struct page_row *row = interval_of(run, b, metric);
        if (row != NULL && strtod(row->cell[INTERVALS_MEAN], NULL) > 0)
            return true;
    }
    return false;
}

/* The first addition of which anybody has a newcomer's share; NULL: none. */
static const char *newcomers_of(const struct page_run *run)
{
    static const char name[] = "newcomer_share_100:";
    const struct page_rows *rows = &run->part[PAGE_INTERVALS];
    for (size_t i = 0; i < rows->rows; i++) {
        const struct page_row *row = &rows->row[i];
        const char *metric = row->cell[INTERVALS_METRIC];
        if (strncmp(metric, name, sizeof name - 1) == 0 && row->cell[INTERVALS_MEAN][0] != '\0' &&
            strcmp(row->cell[INTERVALS_TRAFFIC], "all") == 0)
            return metric;
    }
    return NULL;
}

static const json_t *settled_of(const struct page_run *run, uint32_t balancer)
{
    return json_object_get(json_array_get(json_object_get(run->told, "balancers"), balancer),
                           "settled");
}

static bool anybody_judged(const struct page_run *run, size_t change)
{
    for (uint32_t b = 0; b < run->balancers; b++)
        if (strcmp(page_text(json_array_get(settled_of(run, b), change), "text"), "-") != 0)
            return true;
    return false;
}

struct columns {
    const char *misplaced, *max_over_mean, *newcomers;
    size_t change[CHANGES_SHOWN], changes;
    bool refused, cut;
};

static struct columns choose_columns(const struct page_run *run)
{
    const json_t *yardstick = json_object_get(run->told, "yardstick");
    struct columns columns = {.misplaced = page_text(yardstick, "misplaced"),
                              .max_over_mean = page_text(yardstick, "max_over_mean"),
                              .newcomers = newcomers_of(run),
                              .refused = anybody_above_zero(run, "refused"),
                              .cut = anybody_above_zero(run, "cut")};
    for (size_t c = 0; c < json_array_size(settled_of(run, 0)); c++)
        if (columns.changes < CHANGES_SHOWN && anybody_judged(run, c))
            columns.change[columns.changes++] = c;
    return columns;
}

/* ---- Cells ---- */

/* A number with its interval, where there is one, and its digits show it: not "100 to 100". */
static void put_mean(const struct page_run *run, uint32_t balancer, const char *metric,
                     enum html_number kind, FILE *to)
{
    const struct page_row *row = interval_of(run, balancer, metric);
    fputs("<td>", to);
    html_number(to, kind, row == NULL ? "" : row->cell[INTERVALS_MEAN]);
    if (row != NULL && strcmp(row->cell[INTERVALS_LOW], row->cell[INTERVALS_HIGH]) != 0) {
        fputs("<small>", to);
        html_number(to, kind, row->cell[INTERVALS_LOW]);
        fputs(" to ", to);
        html_number(to, kind, row->cell[INTERVALS_HIGH]);
        fputs("</small>", to);
    }
    fputs("</td>", to);
}

static void put_settled(const struct page_run *run, uint32_t balancer, size_t change, FILE *to)
{
    const json_t *settled = json_array_get(settled_of(run, balancer), change);
    const struct page_row *row = interval_of(run, balancer, page_text(settled, "metric"));
    fputs("<td><data value=\"", to);
    html_text(to, row == NULL ? "" : row->cell[INTERVALS_MEDIAN]);
    fputs("\">", to);
    html_text(to, page_text(settled, "text"));
    fputs("</data></td>", to);
}

static bool is_best(const struct page_run *run, uint32_t balancer)
{
    const json_t *told = json_array_get(json_object_get(run->told, "balancers"), balancer);
    return json_is_true(json_object_get(told, "best"));
}

/* Runs of older versions do not say. */
static bool has_best(const struct page_run *run)
{
    for (uint32_t b = 0; b < run->balancers; b++)
        if (is_best(run, b))
            return true;
    return false;
}

static void put_bar(const struct page_run *run, uint32_t balancer, const char *metric, FILE *to)
{
    double most = 0, own = 0;
    for (uint32_t b = 0; b < run->balancers; b++) {
        const struct page_row *row = interval_of(run, b, metric);
        double value = row == NULL ? 0 : strtod(row->cell[INTERVALS_MEAN], NULL);
        most = value > most ? value : most;
        own = b == balancer ? value : own;
    }
    fprintf(to,
            "<td class=\"bar\"><svg viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" "
            "aria-hidden=\"true\"><rect class=\"%s\" width=\"%.2f\" "
            "height=\"10\"/></svg></td>",
            is_best(run, balancer) ? "best" : "misplaced", most > 0 ? 100 * own / most : 0);
}

/* ---- Rows ---- */

static void put_head(FILE *to, const char *text, const char *of)
{
    fputs("<th scope=\"col\">", to);
    html_text(to, text);
    if (of != NULL) {
        fputs(" <b>", to);
        html_text(to, of);
        fputs("</b>", to);
    }
    fputs("</th>", to);
    fputs(strcmp(text, "misplaced") == 0 ? "<td></td>" : "", to); /* its bars */
}

static const char *event_of(const char *metric)
{
    const char *colon = strchr(metric, ':');
    return colon == NULL ? NULL : colon + 1;
}

static void put_heads(const struct page_run *run, const struct columns *columns, FILE *to)
{
    fputs("<thead><tr>", to);
    put_head(to, "balancer", NULL);
    put_head(to, "misplaced", NULL);
    put_head(to, "max/mean", NULL);
    for (size_t c = 0; c < columns->changes; c++) {
        const json_t *settled = json_array_get(settled_of(run, 0), columns->change[c]);
        put_head(to, "settled after", event_of(page_text(settled, "metric")));
    }
    if (columns->newcomers != NULL)
        put_head(to, "of the next 100 after", event_of(columns->newcomers));
    if (columns->refused)
        put_head(to, "refused", NULL);
    if (columns->cut)
        put_head(to, "cut", NULL);
    fputs("</tr></thead><tbody>\n", to);
}

static void put_balancer(const struct page_run *run, const struct columns *columns,
                         uint32_t balancer, FILE *to)
{
    fputs("<tr><th scope=\"row\">", to);
    html_text(to, run->balancer[balancer]);
    fputs("</th>", to);
    put_mean(run, balancer, columns->misplaced, HTML_PERCENT, to);
    put_bar(run, balancer, columns->misplaced, to);
    put_mean(run, balancer, columns->max_over_mean, HTML_RATIO, to);
    for (size_t c = 0; c < columns->changes; c++)
        put_settled(run, balancer, columns->change[c], to);
    if (columns->newcomers != NULL)
        put_mean(run, balancer, columns->newcomers, HTML_OF_100, to);
    if (columns->refused)
        put_mean(run, balancer, "refused", HTML_COUNT, to);
    if (columns->cut)
        put_mean(run, balancer, "cut", HTML_COUNT, to);
    fputs("</tr>\n", to);
}

static void put_chance(const struct page_run *run, FILE *to)
{
    const json_t *chance = json_object_get(run->told, "chance");
    if (!json_is_object(chance))
        return;
    fputs("<tr class=\"chance\"><th scope=\"row\">chance alone</th><td>", to);
    html_number(to, HTML_PERCENT, page_text(chance, "misplaced"));
    fputs("</td><td></td><td>", to);
    html_number(to, HTML_RATIO, page_text(chance, "max_over_mean"));
    fputs("</td></tr>\n", to);
}

/* ---- At a glance ---- */

static double misplaced_of(const struct page_run *run, uint32_t balancer, const char *metric)
{
    const struct page_row *row = interval_of(run, balancer, metric);
    bool there = row != NULL && row->cell[INTERVALS_MEAN][0] != '\0';
    return there ? strtod(row->cell[INTERVALS_MEAN], NULL) : INFINITY;
}

/* The place of each by how even it was; of equals by the scenario. */
static uint32_t place_of(const struct page_run *run, uint32_t balancer, const char *metric)
{
    double own = misplaced_of(run, balancer, metric);
    uint32_t place = 0;
    for (uint32_t b = 0; b < run->balancers; b++) {
        double other = misplaced_of(run, b, metric);
        place += other < own || (other == own && b < balancer);
    }
    return place;
}

void page_ranking(const struct page_run *run, FILE *to)
{
    const json_t *yardstick = json_object_get(run->told, "yardstick");
    const char *metric = page_text(yardstick, "misplaced");
    if (run->balancers < 2 || run->balancers > RANKED ||
        !json_is_true(json_object_get(yardstick, "ranks")))
        return;
    fprintf(to,
            "<table class=\"ranking\"><caption>misplaced, the most even first%s</caption><tbody>\n",
            has_best(run) ? "; blue: the best" : "");
    for (uint32_t place = 0; place < run->balancers; place++)
        for (uint32_t b = 0; b < run->balancers; b++) {
            const struct page_row *row = interval_of(run, b, metric);
            if (place_of(run, b, metric) != place)
                continue;
            fputs("<tr><th scope=\"row\">", to);
            html_text(to, run->balancer[b]);
            fputs("</th>", to);
            put_bar(run, b, metric, to);
            fputs("<td>", to);
            html_number(to, HTML_PERCENT, row == NULL ? "" : row->cell[INTERVALS_MEAN]);
            fputs("</td></tr>\n", to);
        }
    fputs("</tbody></table>\n", to);
}

/* Of what is there, and nothing else. */
static void put_legend(const struct page_run *run, const struct columns *columns, FILE *to)
{
    bool ranks = json_is_true(json_object_get(json_object_get(run->told, "yardstick"), "ranks"));
    fprintf(to,
            "<p class=\"soft legend-of\"><b>misplaced</b>: what would have %s for every server to "
            "have its fair share. <b>max/mean</b>: the fullest server over its fair share.",
            ranks ? "to move" : "had to go elsewhere");
    if (columns->changes > 0)
        fputs(" <b>settled</b>: how soon every server was within 10% of it for good; <i>no</i>: "
              "not before the next change.",
              to);
    if (columns->changes > 0 && replications_of(run) > 1)
        fputs(" A percentage behind it: in that part of the runs.", to);
    if (columns->newcomers != NULL)
        fputs(" <b>of the next 100</b>: of the first 100 new connections after that, those that "
              "went to the newcomers.",
              to);
    if (json_is_object(json_object_get(run->told, "chance")))
        fputs(" <b>chance alone</b>: about what as many connections show that are placed by lot.",
              to);
    fputs("</p>\n", to);
}

void page_compared(const struct page_run *run, FILE *to)
{
    struct columns columns = choose_columns(run);
    fputs("<h3>Side by side</h3>\n<p class=\"soft\">", to);
    html_text(to, page_text(json_object_get(run->told, "yardstick"), "about"));
    fputs(".</p>\n<div class=\"wide\"><table class=\"compared\">", to);
    put_heads(run, &columns, to);
    for (uint32_t b = 0; b < run->balancers; b++)
        put_balancer(run, &columns, b, to);
    put_chance(run, to);
    fputs("</tbody></table></div>\n", to);
    put_legend(run, &columns, to);
}
