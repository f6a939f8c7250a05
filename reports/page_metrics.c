/* page_metrics.c: every metric of every balancer, with its interval. */
#include "reports/page_parts.h"

#include "sim/engine/memory.h"
#include "sim/run/metrics.h"

#include <stdlib.h>
#include <string.h>

/* A balancer's rows of all traffic together, in the file's order, which is the same for all. */
struct column {
    const struct page_row **row;
    size_t rows;
};

static struct column *columns_of(const struct page_run *run, enum page_kind kind, int traffic)
{
    const struct page_rows *rows = &run->part[kind];
    struct column *column = memory_zeroed(run->balancers, sizeof *column);
    for (uint32_t b = 0; b < run->balancers; b++)
        column[b].row = memory_zeroed(rows->rows, sizeof *column[b].row);
    for (size_t i = 0; i < rows->rows; i++) {
        const struct page_row *row = &rows->row[i];
        struct column *of = &column[row->balancer];
        if (strcmp(row->cell[traffic], "all") == 0)
            of->row[of->rows++] = row;
    }
    return column;
}

static void free_columns(struct column *column, uint32_t balancers)
{
    for (uint32_t b = 0; b < balancers; b++)
        free(column[b].row);
    free(column);
}

/* ---- Cells ---- */

/* One run's value, as the file has it. */
static void put_value(const struct page_row *row, FILE *to)
{
    html_number(to, HTML_PLAIN, row->cell[SUMMARY_VALUE]);
}

/* A wait has no mean, but a median of those that ended. */
static void put_interval(const struct page_row *row, FILE *to)
{
    bool mean = row->cell[INTERVALS_MEAN][0] != '\0';
    bool median = !mean && row->cell[INTERVALS_MEDIAN][0] != '\0';
    if (median)
        fputs("median ", to);
    html_number(to, HTML_PLAIN, row->cell[median ? INTERVALS_MEDIAN : INTERVALS_MEAN]);
    if (row->cell[INTERVALS_LOW][0] != '\0') {
        fputs("<small>", to);
        html_number(to, HTML_PLAIN, row->cell[INTERVALS_LOW]);
        fputs(" to ", to);
        html_number(to, HTML_PLAIN, row->cell[INTERVALS_HIGH]);
        fputs("</small>", to);
    }
    if (strcmp(row->cell[INTERVALS_EMPTY], "0") != 0) {
        fputs("<small>of ", to);
        html_number(to, HTML_PLAIN, row->cell[INTERVALS_N]);
        fputs(" runs, not of ", to);
        html_number(to, HTML_PLAIN, row->cell[INTERVALS_EMPTY]);
        fputs("</small>", to);
    }
}

/* ---- The table ---- */

static void put_about(const char *name, FILE *to)
{
    char plain[METRIC_NAME_MAX];
    snprintf(plain, sizeof plain, "%.*s", (int)strcspn(name, ":"), name);
    const struct metric *metric = metric_find(plain);
    fputs("<th scope=\"row\"><code>", to);
    html_text(to, name);
    fputs("</code>", to);
    if (metric != NULL) {
        fputs("<small>", to);
        html_text(to, metric->about);
        fputs("</small>", to);
    }
    fputs("</th>", to);
}

static void put_table(const struct page_run *run, const struct column *column, int metric,
                      void (*put)(const struct page_row *, FILE *), FILE *to)
{
    fputs("<div class=\"wide\"><table class=\"metrics\"><thead><tr><th scope=\"col\">metric</th>",
          to);
    for (uint32_t b = 0; b < run->balancers; b++) {
        fputs("<th scope=\"col\">", to);
        html_text(to, run->balancer[b]);
        fputs("</th>", to);
    }
    fputs("</tr></thead><tbody>\n", to);
    for (size_t i = 0; i < column[0].rows; i++) {
        const char *name = column[0].row[i]->cell[metric];
        fputs("<tr>", to);
        put_about(name, to);
        for (uint32_t b = 0; b < run->balancers; b++) {
            fputs("<td>", to);
            if (i < column[b].rows && strcmp(column[b].row[i]->cell[metric], name) == 0)
                put(column[b].row[i], to);
            fputs("</td>", to);
        }
        fputs("</tr>\n", to);
    }
    fputs("</tbody></table></div>\n", to);
}

void page_metrics(const struct page_run *run, FILE *to)
{
    json_int_t replications = json_integer_value(json_object_get(run->json, "replications"));
    bool one = replications == 1;
    struct column *column = one ? columns_of(run, PAGE_SUMMARY, SUMMARY_TRAFFIC)
                                : columns_of(run, PAGE_INTERVALS, INTERVALS_TRAFFIC);
    fputs("<section class=\"every-metric\">\n<h3>Every metric</h3>\n<p class=\"soft\">", to);
    if (one)
        fputs("One run has no intervals: what it shows may be chance. <code>-r 20</code> gives "
              "them.",
              to);
    else
        fprintf(to,
                "Means of %" JSON_INTEGER_FORMAT
                " replications, with 95%% intervals where there are enough of them.",
                replications);
    fputs("</p>\n<details class=\"every\"><summary>All of them, exactly as in <code>", to);
    fputs(one ? "summary.csv" : "intervals.csv", to);
    fputs("</code></summary>\n", to);
    put_table(run, column, one ? SUMMARY_METRIC : INTERVALS_METRIC, one ? put_value : put_interval,
              to);
    fputs("</details>\n</section>\n", to);
    free_columns(column, run->balancers);
}
