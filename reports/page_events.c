/* page_events.c: what happened, event by event, and how many connections it took under whom. */
#include "reports/page_parts.h"

#include "sim/engine/memory.h"

#include <stdlib.h>
#include <string.h>

enum { SHOWN = 200, AT_ONCE = 24 /* more are shown on demand */ };

/* How a detail of events.csv begins, and what that means; %s is what follows. */
static const struct {
    const char *begins, *means;
    bool counts; /* what follows is a number of connections, which is each balancer's own */
} details[] = {
    {"added weight=", "joins, with weight %s", false},
    {"removed drain=forever", "leaves; its connections may stay", false},
    {"removed drain=0s", "leaves; its connections are cut", false},
    {"removed drain=", "leaves; what is left after %s is cut", false},
    {"weight=", "weighs %s", false},
    {"reload", "reload: all workers are replaced", false},
    {"touch", "an edit that changes nothing", false},
    {"out", "out, by its health check", false},
    {"detected", "found to be down", false},
    {"back", "back", false},
    {"crash cut=", "cut, as a worker crashed", true},
    {"failed cut=", "cut, as it died", true},
    {"drained cut=", "cut, as its drain ran out", true},
    {"old_workers cut=", "cut, as old workers ran out of time", true},
    {"closed=", "closed", true},
    {"cut=", "cut", true},
};

enum { DETAILS = sizeof details / sizeof *details };

static size_t kind_of(const char *detail)
{
    size_t i = 0;
    while (i < DETAILS && strncmp(detail, details[i].begins, strlen(details[i].begins)) != 0)
        i++;
    return i;
}

/* One thing that happened under some or all balancers: a row of the table. */
struct happening {
    const struct page_row *first;
    size_t kind;
    const struct page_row **of; /* [balancers]; NULL: not there */
};

struct happenings {
    struct happening row[SHOWN];
    size_t rows, left_out;
};

static bool is_same(const struct happening *happening, const struct page_row *row)
{
    const struct page_row *first = happening->first;
    size_t kind = kind_of(row->cell[EVENTS_DETAIL]);
    if (happening->of[row->balancer] != NULL || happening->kind != kind)
        return false;
    for (int i = EVENTS_TIME; i <= EVENTS_SERVER; i++)
        if (strcmp(first->cell[i], row->cell[i]) != 0)
            return false;
    bool counts = kind < DETAILS && details[kind].counts;
    return counts || strcmp(first->cell[EVENTS_DETAIL], row->cell[EVENTS_DETAIL]) == 0;
}

static void add(struct happenings *happenings, const struct page_row *row,
                const struct page_row ***room, uint32_t balancers)
{
    for (size_t i = 0; i < happenings->rows; i++)
        if (is_same(&happenings->row[i], row)) {
            happenings->row[i].of[row->balancer] = row;
            return;
        }
    if (happenings->rows == SHOWN) {
        happenings->left_out++;
        return;
    }
    struct happening *happening = &happenings->row[happenings->rows++];
    *happening = (struct happening){row, kind_of(row->cell[EVENTS_DETAIL]), *room};
    *room += balancers;
    happening->of[row->balancer] = row;
}

/* In the order of time; what the first balancer has comes as its file has it. */
static int by_time(const void *a, const void *b)
{
    const struct happening *one = a, *two = b;
    double first = strtod(one->first->cell[EVENTS_TIME], NULL);
    double second = strtod(two->first->cell[EVENTS_TIME], NULL);
    if (first != second)
        return first < second ? -1 : 1;
    return (one->of > two->of) - (one->of < two->of);
}

/* ---- The table ---- */

static void put_words(const struct happening *happening, FILE *to)
{
    char words[256];
    const char *detail = happening->first->cell[EVENTS_DETAIL];
    if (happening->kind == DETAILS) {
        html_text(to, detail);
        return;
    }
    const char *means = details[happening->kind].means, *gap = strstr(means, "%s");
    const char *rest = detail + strlen(details[happening->kind].begins);
    snprintf(words, sizeof words, "%.*s%.100s%s",
             gap == NULL ? (int)strlen(means) : (int)(gap - means), means, gap == NULL ? "" : rest,
             gap == NULL ? "" : gap + 2);
    html_text(to, words);
}

static void put_cells(const struct page_run *run, const struct happening *happening, FILE *to)
{
    bool counts = happening->kind < DETAILS && details[happening->kind].counts;
    for (uint32_t b = 0; b < run->balancers; b++) {
        const struct page_row *row = happening->of[b];
        fputs("<td>", to);
        if (row != NULL && counts)
            html_number(to, HTML_COUNT, strrchr(row->cell[EVENTS_DETAIL], '=') + 1);
        else
            fputs(row != NULL ? "<span class=\"soft\">\xC2\xB7</span>" : "", to);
        fputs("</td>", to);
    }
}

static void put_table(const struct page_run *run, const struct happenings *happenings, FILE *to)
{
    fputs("<div class=\"wide\"><table class=\"events\"><thead><tr><th scope=\"col\">time</th><th "
          "scope=\"col\">event</th><th scope=\"col\">server</th><th scope=\"col\">what</th>",
          to);
    for (uint32_t b = 0; b < run->balancers; b++) {
        fputs("<th scope=\"col\">", to);
        html_text(to, run->balancer[b]);
        fputs("</th>", to);
    }
    fputs("</tr></thead><tbody>\n", to);
    for (size_t i = 0; i < happenings->rows; i++) {
        const struct happening *happening = &happenings->row[i];
        fputs("<tr><td>", to);
        html_number(to, HTML_SECONDS, happening->first->cell[EVENTS_TIME]);
        fputs("</td><td>", to);
        html_text(to, happening->first->cell[EVENTS_EVENT]);
        fputs("</td><td>", to);
        html_text(to, happening->first->cell[EVENTS_SERVER]);
        fputs("</td><td>", to);
        put_words(happening, to);
        fputs("</td>", to);
        put_cells(run, happening, to);
        fputs("</tr>\n", to);
    }
    fputs("</tbody></table></div>\n", to);
}

void page_events(const struct page_run *run, FILE *to)
{
    const struct page_rows *rows = &run->part[PAGE_EVENTS];
    struct happenings happenings = {.rows = 0};
    const struct page_row **room = memory_zeroed((size_t)SHOWN * run->balancers, sizeof *room),
                          **next = room;
    fputs("<h3>What happened</h3>\n", to);
    for (size_t i = 0; i < rows->rows; i++)
        add(&happenings, &rows->row[i], &next, run->balancers);
    qsort(happenings.row, happenings.rows, sizeof *happenings.row, by_time);
    if (happenings.rows > 0)
        fputs("<p class=\"soft\">Below a balancer: how many connections it cost; <i>\xC2\xB7</i>: "
              "it happened, and cost none.</p>\n",
              to);
    if (happenings.rows > AT_ONCE)
        fprintf(to, "<details><summary>All %zu rows</summary>\n", happenings.rows);
    if (happenings.rows > 0)
        put_table(run, &happenings, to);
    if (happenings.rows > AT_ONCE)
        fputs("</details>\n", to);
    if (happenings.rows == 0)
        fputs("<p class=\"soft\">Nothing but arrivals and departures.</p>\n", to);
    if (happenings.left_out > 0)
        fprintf(to, "<p class=\"soft\">And %zu rows more, in events.csv.</p>\n",
                happenings.left_out);
    free(room);
}
