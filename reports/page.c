/* page.c: the page as a whole: reading a directory, filling the frame. */
#include "reports/page_parts.h"

#include "reports/page_files.h"
#include "sim/engine/memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* ---- A life ---- */

char *page_path(const struct page *page, const char *name)
{
    size_t room = strlen(page->directory) + strlen(name) + 2;
    char *path = memory_zeroed(room, 1);
    snprintf(path, room, "%s/%s", page->directory, name);
    return path;
}

static void free_texts(char **text, size_t texts)
{
    for (size_t i = 0; i < texts; i++)
        free(text[i]);
    free(text);
}

static void free_run(struct page_run *run)
{
    for (int kind = 0; kind < PAGE_KINDS; kind++) {
        struct page_rows *rows = &run->part[kind];
        for (size_t i = 0; i < rows->rows; i++)
            for (int cell = 0; cell < CSV_WANTED; cell++)
                free(rows->row[i].cell[cell]);
        free(rows->row);
    }
    for (uint32_t b = 0; b < run->balancers; b++) {
        free(run->series[b].live);
        free(run->series[b].weight);
    }
    free(run->series);
    free(run->balancer);
    free_texts(run->server, run->servers);
    free_texts(run->time, run->samples);
    free_texts(run->plot, run->plots);
}

void page_free(struct page *page)
{
    for (uint32_t r = 0; r < page->runs; r++)
        free_run(&page->run[r]);
    free(page->run);
    json_decref(page->json);
    free(page->directory);
    free(page);
}

enum page_status page_read(struct page **read, const char *directory, char why[PAGE_WHY_MAX])
{
    struct page *page = memory_zeroed(1, sizeof *page);
    size_t length = strlen(directory);
    while (length > 1 && directory[length - 1] == '/')
        length--;
    page->directory = memory_text(directory, length);
    enum page_status status = page_read_json(page, why);
    if (status == PAGE_FINE)
        status = page_read_rows(page, why);
    if (status == PAGE_FINE)
        status = page_read_series(page, why);
    if (status == PAGE_FINE)
        status = page_read_plots(page, why);
    if (status != PAGE_FINE) {
        page_free(page);
        page = NULL;
    }
    *read = page;
    return status;
}

/* ---- What the frame's slots hold ---- */

static const struct page_file_row *find_file(const char *name, size_t length)
{
    for (const struct page_file_row *file = page_file; file->name != NULL; file++)
        if (strlen(file->name) == length && memcmp(file->name, name, length) == 0)
            return file;
    return NULL;
}

static void put_hashes(FILE *to, const char *ending)
{
    for (const struct page_file_row *file = page_file; file->name != NULL; file++)
        if (strcmp(strrchr(file->name, '.'), ending) == 0) {
            fputs(" 'sha256-", to);
            html_base64(to, file->sha256, sizeof file->sha256);
            fputc('\'', to);
        }
}

/* Nothing but our own style and script, by their hashes, and pictures that are in the page. */
static void put_policy(const struct page *page, FILE *to)
{
    (void)page;
    fputs("default-src 'none'; style-src", to);
    put_hashes(to, ".css");
    fputs("; script-src", to);
    put_hashes(to, ".js");
    fputs("; img-src data:; base-uri 'none'; form-action 'none'", to);
}

static void put_title(const struct page *page, FILE *to)
{
    for (uint32_t r = 0; r < page->runs; r++) {
        fputs(r == 0 ? "" : ", ", to);
        html_text(to, page->run[r].name);
    }
    fputs(": a run of lbsim", to);
}

static void put_version(const struct page *page, FILE *to)
{
    html_text(to, page_text(page->json, "version"));
}

/* One scenario needs no way to it. */
static void put_contents(const struct page *page, FILE *to)
{
    if (page->runs < 2)
        return;
    fputs("<nav aria-label=\"Scenarios\"><ul>", to);
    for (uint32_t r = 0; r < page->runs; r++) {
        fprintf(to, "<li><a href=\"#run-%u\">", (unsigned)r);
        html_text(to, page->run[r].name);
        fputs("</a></li>", to);
    }
    fputs("</ul></nav>\n", to);
}

static void put_runs(const struct page *page, FILE *to)
{
    for (uint32_t r = 0; r < page->runs; r++) {
        const struct page_run *run = &page->run[r];
        fprintf(to, "<section class=\"run\" id=\"run-%u\">\n", (unsigned)r);
        page_asked(run, to);
        page_answer(run, r, to);
        if (page_disappoints(run))
            page_expected(run, r, to);
        page_playback(run, r, to);
        page_compared(run, to);
        if (!page_disappoints(run))
            page_expected(run, r, to);
        page_servers(run, to);
        page_plots(page, run, to);
        page_events(run, to);
        page_metrics(run, to);
        page_rerun(page, run, to);
        fputs("</section>\n", to);
    }
}

static const struct {
    const char *name;
    void (*put)(const struct page *, FILE *);
} slots[] = {{"policy", put_policy},
             {"title", put_title},
             {"version", put_version},
             {"contents", put_contents},
             {"runs", put_runs}};

/* A slot is {{NAME}}: one of these, or a file of reports/page/ as it is. */
static void put_slot(const struct page *page, const char *name, size_t length, FILE *to)
{
    for (size_t i = 0; i < sizeof slots / sizeof *slots; i++)
        if (strlen(slots[i].name) == length && memcmp(slots[i].name, name, length) == 0) {
            slots[i].put(page, to);
            return;
        }
    const struct page_file_row *file = find_file(name, length);
    assert(file != NULL);
    fwrite(file->bytes, 1, file->length, to);
}

static const char *find_pair(const char *at, const char *end, char letter)
{
    for (; at + 1 < end; at++)
        if (at[0] == letter && at[1] == letter)
            return at;
    return NULL;
}

void page_print(const struct page *page, FILE *to)
{
    const struct page_file_row *frame = find_file("page.html", strlen("page.html"));
    assert(frame != NULL);
    const char *at = (const char *)frame->bytes, *end = at + frame->length, *slot;
    while ((slot = find_pair(at, end, '{')) != NULL) {
        const char *close = find_pair(slot, end, '}');
        assert(close != NULL);
        fwrite(at, 1, (size_t)(slot - at), to);
        put_slot(page, slot + 2, (size_t)(close - slot) - 2, to);
        at = close + 2;
    }
    fwrite(at, 1, (size_t)(end - at), to);
}
