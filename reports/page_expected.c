/* page_expected.c: what was expected, beside what came, and whether it held. */
#include "reports/page_parts.h"

#include <inttypes.h>
#include <string.h>

/* By the verdict of the CSV file, and its level; told by a sign and a word, never by colour alone.
 */
static const struct verdict {
    const char *verdict, *level; /* level NULL: any */
    const char *sign, *word, *many, *class;
} verdicts[] = {
    {"pass", NULL, "\xE2\x9C\x93", "held", "held", "held"},
    {"fail", "error", "\xE2\x9C\x97", "FAILED", "failed", "failed"},
    {"fail", "warn", "!", "warned", "warned of", "failed"},
    {"cannot judge", NULL, "?", "cannot judge", "not judged", "open"},
    {"left out", NULL, "\xE2\x80\x93", "left out", "left out", "open"},
};

enum { VERDICTS = sizeof verdicts / sizeof *verdicts };

static size_t verdict_of(const struct page_row *row)
{
    size_t i = 0;
    while (i < VERDICTS && (strcmp(row->cell[EXPECTED_VERDICT], verdicts[i].verdict) != 0 ||
                            (verdicts[i].level != NULL &&
                             strcmp(row->cell[EXPECTED_LEVEL], verdicts[i].level) != 0)))
        i++;
    return i;
}

bool page_disappoints(const struct page_run *run)
{
    const struct page_rows *rows = &run->part[PAGE_EXPECTATIONS];
    for (size_t i = 0; i < rows->rows; i++)
        if (strcmp(rows->row[i].cell[EXPECTED_VERDICT], "pass") != 0 &&
            strcmp(rows->row[i].cell[EXPECTED_VERDICT], "left out") != 0)
            return true;
    return false;
}

void page_expected_sum(const struct page_run *run, uint32_t number, FILE *to)
{
    const struct page_rows *rows = &run->part[PAGE_EXPECTATIONS];
    size_t count[VERDICTS + 1] = {0};
    if (rows->rows == 0)
        return;
    for (size_t i = 0; i < rows->rows; i++)
        count[verdict_of(&rows->row[i])]++;
    fprintf(to, "<p class=\"expected\"><a href=\"#expected-%" PRIu32 "\">Expectations</a>: %zu %s",
            number, count[0], verdicts[0].many);
    for (size_t i = 1; i < VERDICTS; i++)
        if (count[i] > 0)
            fprintf(to, ", <b>%zu %s</b>", count[i], verdicts[i].many);
    fputs(".</p>\n", to);
}

/* ---- The table ---- */

static void put_verdict(const struct page_row *row, FILE *to)
{
    size_t i = verdict_of(row);
    fprintf(to, "<td class=\"verdict %s\">", i < VERDICTS ? verdicts[i].class : "open");
    if (i < VERDICTS)
        fprintf(to, "<span aria-hidden=\"true\">%s</span> %s", verdicts[i].sign, verdicts[i].word);
    else
        html_text(to, row->cell[EXPECTED_VERDICT]);
    fputs("</td>", to);
}

/* Of which metric; and what is not so of most expectations. */
static void put_what(const struct page_row *row, FILE *to)
{
    static const struct {
        int column;
        const char *usual, *before, *behind;
    } unusual[] = {{EXPECTED_TRAFFIC, "all", "traffic ", ""},
                   {EXPECTED_AT, "end", "at ", ""},
                   {EXPECTED_OF, "mean", "", " of all replications"}};
    fputs("<td><code>", to);
    html_text(to, row->cell[EXPECTED_METRIC]);
    fputs("</code><small>", to);
    const char *comma = "";
    for (size_t i = 0; i < sizeof unusual / sizeof *unusual; i++) {
        const char *cell = row->cell[unusual[i].column];
        if (strcmp(cell, unusual[i].usual) == 0)
            continue;
        fprintf(to, "%s%s", comma, unusual[i].before);
        html_text(to, cell);
        fputs(unusual[i].behind, to);
        comma = ", ";
    }
    fputs("</small></td>", to);
}

/* An interval that its digits do not show is left out, not told as "1 to 1". */
static bool shows_interval(const struct page_row *row)
{
    return row->cell[EXPECTED_LOW][0] != '\0' &&
           strcmp(row->cell[EXPECTED_LOW], row->cell[EXPECTED_HIGH]) != 0;
}

/* Of a relation, the interval is that of the difference from what is just allowed. */
static void put_value(const struct page_row *row, FILE *to)
{
    bool relation = row->cell[EXPECTED_OTHER][0] != '\0';
    fputs("<td>", to);
    html_number(to, HTML_PLAIN, row->cell[EXPECTED_VALUE]);
    if (relation) {
        fputs("<small>against ", to);
        html_number(to, HTML_PLAIN, row->cell[EXPECTED_OTHER]);
        fputs("</small>", to);
    }
    if (shows_interval(row)) {
        fputs(relation ? "<small>off by " : "<small>", to);
        html_number(to, HTML_PLAIN, row->cell[EXPECTED_LOW]);
        fputs(" to ", to);
        html_number(to, HTML_PLAIN, row->cell[EXPECTED_HIGH]);
        fputs("</small>", to);
    }
    fputs("</td>", to);
}

static void put_row(const struct page_row *row, FILE *to)
{
    fputs("<tr>", to);
    put_verdict(row, to);
    fputs("<th scope=\"row\">", to);
    html_text(to, row->cell[ROW_BALANCER]);
    fputs("</th>", to);
    put_what(row, to);
    fputs("<td class=\"wanted\">", to);
    html_text(to, row->cell[EXPECTED_WANTED]);
    fputs("</td>", to);
    put_value(row, to);
    fputs("<td>", to);
    html_number(to, HTML_PLAIN, row->cell[EXPECTED_LINE]);
    fputs("</td></tr>\n", to);
}

void page_expected(const struct page_run *run, uint32_t number, FILE *to)
{
    const struct page_rows *rows = &run->part[PAGE_EXPECTATIONS];
    if (rows->rows == 0)
        return;
    fprintf(to,
            "<h3 id=\"expected-%" PRIu32 "\">What was expected</h3>\n<div class=\"wide\"><table "
            "class=\"expectations\"><thead><tr><th scope=\"col\">verdict</th><th "
            "scope=\"col\">balancer</th><th scope=\"col\">metric</th><th "
            "scope=\"col\">wanted</th><th scope=\"col\">value</th><th scope=\"col\">line</th>"
            "</tr></thead><tbody>\n",
            number);
    for (size_t i = 0; i < rows->rows; i++)
        put_row(&rows->row[i], to);
    bool against = false, off = false;
    for (size_t i = 0; i < rows->rows; i++) {
        bool relation = rows->row[i].cell[EXPECTED_OTHER][0] != '\0';
        against = against || relation;
        off = off || (relation && shows_interval(&rows->row[i]));
    }
    fputs("</tbody></table></div>\n<p class=\"soft\">Exactly as in <code>expectations.csv</code>. "
          "<b>line</b>: where the scenario asks for it.",
          to);
    fputs(against ? " <b>against</b>: the other&#39;s value." : "", to);
    fputs(off ? " <b>off by</b>: the 95% interval of the difference from what is just allowed."
              : "",
          to);
    fputs("</p>\n", to);
}
