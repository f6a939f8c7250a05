/* page_servers.c: who got what: a table a balancer, as the terminal has it, with bars. */
#include "reports/page_parts.h"

#include "reports/text.h"
#include "sim/engine/memory.h"

#include <stdlib.h>
#include <string.h>

enum {
    SERVERS_SHOWN = 12,
    EXTREMES = 3,
    ROOM_FOR = 2 /* so many events have their columns where two tables stand side by side */
};

static double number_of(const struct page_row *row, int column)
{
    return strtod(row->cell[column], NULL);
}

static bool is_all(const struct page_row *row)
{
    return strcmp(row->cell[SERVERS_TRAFFIC], "all") == 0;
}

/* The most that any server of any balancer has: bars of all tables are of one scale. */
static double most(const struct page_run *run, int column)
{
    const struct page_rows *rows = &run->part[PAGE_SERVERS];
    double most = 0;
    for (size_t i = 0; i < rows->rows; i++)
        if (number_of(&rows->row[i], column) > most)
            most = number_of(&rows->row[i], column);
    return most;
}

/* ---- A table ---- */

/* Bars are of one scale in all tables. */
struct table_look {
    double most_share, most_live;
    const json_t *found; /* what events found; NULL: no such columns */
};

static void put_bar(FILE *to, const char *class, double part)
{
    fprintf(to,
            "<td class=\"bar\"><svg viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" "
            "aria-hidden=\"true\"><rect class=\"%s\" width=\"%.2f\" height=\"10\"/></svg></td>",
            class, 100 * part);
}

static void put_number(const struct page_row *row, int column, enum html_number kind, FILE *to)
{
    fputs("<td>", to);
    html_number(to, kind, row->cell[column]);
    fputs("</td>", to);
}

/* What each event found on the server. */
static void put_found(const struct page_run *run, const struct page_row *row, const json_t *found,
                      FILE *to)
{
    size_t server = 0;
    while (server < run->servers && strcmp(run->server[server], row->cell[SERVERS_SERVER]) != 0)
        server++;
    for (size_t i = 0; i < json_array_size(found); i++) {
        char exact[TEXT_MAX];
        const json_t *live = json_object_get(json_array_get(found, i), "live");
        snprintf(exact, sizeof exact, "%" JSON_INTEGER_FORMAT,
                 json_integer_value(json_array_get(live, server)));
        fputs("<td>", to);
        html_number(to, HTML_COUNT, exact);
        fputs("</td>", to);
    }
}

static void put_row(const struct page_run *run, const struct page_row *row,
                    const struct table_look *look, FILE *to)
{
    double share = number_of(row, SERVERS_SHARE), live = number_of(row, SERVERS_LIVE_END);
    fputs("<tr><th scope=\"row\">", to);
    html_text(to, row->cell[SERVERS_SERVER]);
    fputs("</th>", to);
    put_number(row, SERVERS_PICKS, HTML_COUNT, to);
    put_number(row, SERVERS_SHARE, HTML_SHARE, to);
    put_bar(to, "picks", look->most_share > 0 ? share / look->most_share : 0);
    put_found(run, row, look->found, to);
    put_number(row, SERVERS_LIVE_END, HTML_COUNT, to);
    put_bar(to, "live", look->most_live > 0 ? live / look->most_live : 0);
    put_number(row, SERVERS_LIVE_PEAK, HTML_COUNT, to);
    fputs("</tr>\n", to);
}

static void put_heads(const json_t *found, FILE *to)
{
    fputs("<thead><tr><th scope=\"col\">server</th><th scope=\"col\">picks</th><th "
          "scope=\"col\">share</th><td></td>",
          to);
    for (size_t i = 0; i < json_array_size(found); i++) {
        fputs("<th scope=\"col\">live at <b>", to);
        html_text(to, page_text(json_array_get(found, i), "event"));
        fputs("</b></th>", to);
    }
    fputs("<th scope=\"col\">live at end</th><td></td><th scope=\"col\">peak</th></tr></thead>"
          "<tbody>\n",
          to);
}

static void put_table(const struct page_run *run, const struct page_row *const *row, size_t rows,
                      FILE *to)
{
    struct table_look look = {most(run, SERVERS_SHARE), most(run, SERVERS_LIVE_END), NULL};
    if (rows > 0 && is_all(row[0]))
        look.found = page_found(run, row[0]->balancer);
    fputs("<div class=\"wide\"><table class=\"servers\">", to);
    put_heads(look.found, to);
    for (size_t i = 0; i < rows; i++)
        put_row(run, row[i], &look, to);
    fputs("</tbody></table></div>\n", to);
}

static int by_live(const void *a, const void *b)
{
    const struct page_row *one = *(const struct page_row *const *)a;
    const struct page_row *two = *(const struct page_row *const *)b;
    double first = number_of(one, SERVERS_LIVE_END), second = number_of(two, SERVERS_LIVE_END);
    if (first != second)
        return first > second ? -1 : 1;
    return (one > two) - (one < two);
}

/* The fullest and the emptiest; all of them on demand. */
static void put_extremes(const struct page_run *run, const struct page_row *const *row, size_t rows,
                         FILE *to)
{
    const struct page_row **order = memory_zeroed(rows, sizeof *order);
    memcpy(order, row, rows * sizeof *order);
    qsort(order, rows, sizeof *order, by_live);
    fputs("<p class=\"soft\">The three fullest and the three emptiest at the end:</p>\n", to);
    memmove(order + EXTREMES, order + rows - EXTREMES, EXTREMES * sizeof *order);
    put_table(run, order, 2 * EXTREMES, to);
    fprintf(to, "<details><summary>All %zu servers</summary>\n", rows);
    put_table(run, row, rows, to);
    fputs("</details>\n", to);
    free(order);
}

/* Of one traffic, or of all together. */
static void put_traffic(const struct page_run *run, uint32_t balancer, const char *traffic,
                        FILE *to)
{
    const struct page_rows *rows = &run->part[PAGE_SERVERS];
    const struct page_row **row = memory_zeroed(rows->rows, sizeof *row);
    size_t found = 0;
    for (size_t i = 0; i < rows->rows; i++)
        if (rows->row[i].balancer == balancer &&
            strcmp(rows->row[i].cell[SERVERS_TRAFFIC], traffic) == 0)
            row[found++] = &rows->row[i];
    if (found > SERVERS_SHOWN)
        put_extremes(run, row, found, to);
    else
        put_table(run, row, found, to);
    free(row);
}

/* ---- A balancer ---- */

/* Each traffic alone, where there are several. */
static void put_traffics(const struct page_run *run, uint32_t balancer, FILE *to)
{
    const struct page_rows *rows = &run->part[PAGE_SERVERS];
    const char *last = "all";
    size_t each = 0;
    for (size_t i = 0; i < rows->rows; i++)
        each += rows->row[i].balancer == balancer && !is_all(&rows->row[i]);
    if (each <= run->servers)
        return;
    fputs("<details><summary>Each traffic alone</summary>\n", to);
    for (size_t i = 0; i < rows->rows; i++) {
        const char *traffic = rows->row[i].cell[SERVERS_TRAFFIC];
        if (rows->row[i].balancer != balancer || strcmp(traffic, last) == 0 ||
            is_all(&rows->row[i]))
            continue;
        fputs("<p><b>", to);
        html_text(to, traffic);
        fputs("</b></p>\n", to);
        put_traffic(run, balancer, traffic, to);
        last = traffic;
    }
    fputs("</details>\n", to);
}

static void put_balancer(const struct page_run *run, uint32_t balancer, FILE *to)
{
    const json_t *told = json_array_get(json_object_get(run->told, "balancers"), balancer);
    const json_t *did = json_object_get(told, "did");
    fputs("<article><h4>", to);
    html_text(to, run->balancer[balancer]);
    fputs("</h4>\n<p class=\"soft\">", to);
    html_text(to, page_text(told, "about"));
    fputs("</p>\n", to);
    put_traffic(run, balancer, "all", to);
    for (size_t i = 0; i < json_array_size(did); i++) {
        fputs("<p>", to);
        html_text(to, json_string_value(json_array_get(did, i)));
        fputs("</p>\n", to);
    }
    put_traffics(run, balancer, to);
    fputs("</article>\n", to);
}

void page_servers(const struct page_run *run, FILE *to)
{
    json_int_t replications = json_integer_value(json_object_get(run->json, "replications"));
    fputs("<h3>Who got what</h3>\n", to);
    if (replications > 1)
        fprintf(to,
                "<p class=\"soft\">The tables are of the first of %" JSON_INTEGER_FORMAT
                " replications; servers.csv has all. The sentences below them are of all.</p>\n",
                replications);
    size_t columns = json_array_size(page_found(run, 0));
    if (columns > 0)
        fputs("<p class=\"soft\"><b>live at</b> an event: as many as it found, before it did "
              "anything.</p>\n",
              to);
    fprintf(to, "<div class=\"cards%s\">\n", columns > ROOM_FOR ? " roomy" : "");
    for (uint32_t b = 0; b < run->balancers; b++)
        put_balancer(run, b, to);
    fputs("</div>\n", to);
}
