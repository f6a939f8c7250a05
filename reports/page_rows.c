/* page_rows.c: servers.csv, summary.csv, intervals.csv, events.csv and expectations.csv. */
#include "reports/page_parts.h"

#include "sim/engine/memory.h"

#include <stdlib.h>
#include <string.h>

static const struct csv_want servers_wanted[] = {
    {"scenario", CSV_TEXT},    {"balancer", CSV_TEXT},    {"replication", CSV_WHOLE},
    {"traffic", CSV_TEXT},     {"server", CSV_TEXT},      {"weight", CSV_WHOLE},
    {"picks", CSV_WHOLE},      {"share_pct", CSV_NUMBER}, {"live_end", CSV_WHOLE},
    {"live_mean", CSV_NUMBER}, {"live_peak", CSV_WHOLE},  {"present_s", CSV_NUMBER},
    {"closed", CSV_WHOLE},     {"cut", CSV_WHOLE},        {NULL, CSV_TEXT}};
static const struct csv_want summary_wanted[] = {
    {"scenario", CSV_TEXT}, {"balancer", CSV_TEXT}, {"replication", CSV_WHOLE},
    {"traffic", CSV_TEXT},  {"metric", CSV_TEXT},   {"value", CSV_NUMBER},
    {NULL, CSV_TEXT}};
static const struct csv_want intervals_wanted[] = {
    {"scenario", CSV_TEXT}, {"balancer", CSV_TEXT}, {"metric", CSV_TEXT}, {"n", CSV_WHOLE},
    {"empty", CSV_WHOLE},   {"mean", CSV_NUMBER},   {"lo95", CSV_NUMBER}, {"hi95", CSV_NUMBER},
    {"traffic", CSV_TEXT},  {"median", CSV_NUMBER}, {NULL, CSV_TEXT}};
static const struct csv_want events_wanted[] = {{"scenario", CSV_TEXT},     {"balancer", CSV_TEXT},
                                                {"replication", CSV_WHOLE}, {"time_s", CSV_NUMBER},
                                                {"event", CSV_TEXT},        {"server", CSV_TEXT},
                                                {"detail", CSV_TEXT},       {NULL, CSV_TEXT}};
static const struct csv_want expectations_wanted[] = {
    {"scenario", CSV_TEXT}, {"balancer", CSV_TEXT}, {"metric", CSV_TEXT}, {"traffic", CSV_TEXT},
    {"at", CSV_TEXT},       {"of", CSV_TEXT},       {"level", CSV_TEXT},  {"wanted", CSV_TEXT},
    {"value", CSV_NUMBER},  {"lo95", CSV_NUMBER},   {"hi95", CSV_NUMBER}, {"verdict", CSV_TEXT},
    {"other", CSV_NUMBER},  {"line", CSV_WHOLE},    {NULL, CSV_TEXT}};

static const struct {
    const char *file;
    const struct csv_want *wanted;
    bool by_replication; /* of which only the first is kept */
    bool alike;          /* every balancer has as many rows */
} kinds[PAGE_KINDS] = {
    [PAGE_SERVERS] = {"servers.csv", servers_wanted, true, true},
    [PAGE_SUMMARY] = {"summary.csv", summary_wanted, true, true},
    [PAGE_INTERVALS] = {"intervals.csv", intervals_wanted, false, true},
    [PAGE_EVENTS] = {"events.csv", events_wanted, true, false},
    [PAGE_EXPECTATIONS] = {"expectations.csv", expectations_wanted, false, false}};

/* ---- Finding ---- */

static bool find_run(const struct page *page, const char *scenario, uint32_t *run, char *why)
{
    for (*run = 0; *run < page->runs; (*run)++)
        if (strcmp(page->run[*run].name, scenario) == 0)
            return true;
    snprintf(why, PAGE_WHY_MAX, "run.json knows no scenario '%.60s'", scenario);
    return false;
}

bool page_find(const struct page *page, const char *scenario, const char *balancer, uint32_t *run,
               uint32_t *found, char *why)
{
    if (!find_run(page, scenario, run, why))
        return false;
    for (*found = 0; *found < page->run[*run].balancers; (*found)++)
        if (strcmp(page->run[*run].balancer[*found], balancer) == 0)
            return true;
    snprintf(why, PAGE_WHY_MAX, "run.json knows no balancer '%.60s'", balancer);
    return false;
}

const struct page_row *page_row_of(const struct page_run *run, enum page_kind kind,
                                   uint32_t balancer, uint32_t column, const char *value,
                                   uint32_t traffic_column)
{
    const struct page_rows *rows = &run->part[kind];
    for (size_t i = 0; i < rows->rows; i++) {
        const struct page_row *row = &rows->row[i];
        if (row->balancer == balancer && strcmp(row->cell[column], value) == 0 &&
            strcmp(row->cell[traffic_column], "all") == 0)
            return row;
    }
    return NULL;
}

/* ---- Reading ---- */

struct reader {
    struct page *page;
    enum page_kind kind;
    uint64_t **count; /* [runs][balancers]: rows, kept or not */
};

static bool take_row(void *context, const char *const *field, char *why)
{
    struct reader *reader = context;
    uint32_t run, balancer = 0;
    bool found = reader->kind == PAGE_EXPECTATIONS
                     ? find_run(reader->page, field[ROW_SCENARIO], &run, why)
                     : page_find(reader->page, field[ROW_SCENARIO], field[ROW_BALANCER], &run,
                                 &balancer, why);
    if (!found)
        return false;
    reader->count[run][balancer]++;
    if (kinds[reader->kind].by_replication && strcmp(field[ROW_REPLICATION], "0") != 0)
        return true;
    struct page_rows *rows = &reader->page->run[run].part[reader->kind];
    if ((rows->rows & (rows->rows + 1)) == 0) /* full: room for twice as many */
        rows->row = memory_resized(rows->row, 2 * rows->rows + 1, sizeof *rows->row);
    struct page_row *row = &rows->row[rows->rows++];
    *row = (struct page_row){.balancer = balancer};
    for (size_t i = 0; kinds[reader->kind].wanted[i].column != NULL; i++)
        row->cell[i] = memory_text(field[i], strlen(field[i]));
    return true;
}

/* A file that was cut off between two lines has fewer rows of somebody. */
static bool check_counts(const struct reader *reader, char *why)
{
    for (uint32_t r = 0; r < reader->page->runs; r++) {
        const struct page_run *run = &reader->page->run[r];
        const uint64_t *count = reader->count[r];
        for (uint32_t b = 0; b < run->balancers; b++)
            if (count[b] != count[0] || count[b] == 0) {
                snprintf(why, PAGE_WHY_MAX,
                         "%s/%s: %llu rows of '%.60s', %llu of '%.60s'; is the file cut off?",
                         reader->page->directory, kinds[reader->kind].file,
                         (unsigned long long)count[b], run->balancer[b],
                         (unsigned long long)count[0], run->balancer[0]);
                return false;
            }
    }
    return true;
}

static uint64_t expected_of(const struct page_run *run)
{
    return (uint64_t)json_integer_value(json_object_get(run->json, "expectations"));
}

/* As many as were judged, as run.json says. */
static bool check_expectations(const struct page *page, char *why)
{
    for (uint32_t r = 0; r < page->runs; r++) {
        const struct page_run *run = &page->run[r];
        uint64_t wanted = expected_of(run), rows = run->part[PAGE_EXPECTATIONS].rows;
        if (rows != wanted) {
            snprintf(why, PAGE_WHY_MAX,
                     "%s/expectations.csv: %llu rows of '%.60s', but run.json tells of %llu; is "
                     "the file cut off?",
                     page->directory, (unsigned long long)rows, run->name,
                     (unsigned long long)wanted);
            return false;
        }
    }
    return true;
}

static bool anything_expected(const struct page *page)
{
    for (uint32_t r = 0; r < page->runs; r++)
        if (expected_of(&page->run[r]) > 0)
            return true;
    return false;
}

static enum page_status read_kind(struct page *page, enum page_kind kind, char *why)
{
    struct reader reader = {page, kind, memory_zeroed(page->runs, sizeof *reader.count)};
    char *path = page_path(page, kinds[kind].file);
    struct csv_file file = {path, kinds[kind].wanted, take_row, &reader};
    for (uint32_t r = 0; r < page->runs; r++)
        reader.count[r] = memory_zeroed(page->run[r].balancers, sizeof **reader.count);
    enum page_status status = page_csv_read(&file, why);
    if (status == PAGE_FINE && kinds[kind].alike && !check_counts(&reader, why))
        status = PAGE_INVALID;
    if (status == PAGE_FINE && kind == PAGE_EXPECTATIONS && !check_expectations(page, why))
        status = PAGE_INVALID;
    for (uint32_t r = 0; r < page->runs; r++)
        free(reader.count[r]);
    free(reader.count);
    free(path);
    return status;
}

/* The servers by name, as the first balancer has them. */
static void take_servers(struct page_run *run)
{
    const struct page_rows *rows = &run->part[PAGE_SERVERS];
    run->server = memory_zeroed(rows->rows, sizeof *run->server);
    for (size_t i = 0; i < rows->rows; i++) {
        const struct page_row *row = &rows->row[i];
        const char *name = row->cell[SERVERS_SERVER];
        if (row->balancer == 0 && strcmp(row->cell[SERVERS_TRAFFIC], "all") == 0)
            run->server[run->servers++] = memory_text(name, strlen(name));
    }
}

/* What run.json says events found must be of as many servers, under all balancers alike. */
static bool check_found(const struct page *page, const struct page_run *run, char *why)
{
    size_t events = json_array_size(page_found(run, 0));
    for (uint32_t b = 0; b < run->balancers; b++) {
        const json_t *found = page_found(run, b);
        bool fine = json_array_size(found) == events;
        for (size_t e = 0; fine && e < events; e++)
            fine =
                json_array_size(json_object_get(json_array_get(found, e), "live")) == run->servers;
        if (!fine) {
            snprintf(why, PAGE_WHY_MAX,
                     "%s/run.json: 'found' of '%.60s' is not of the servers of servers.csv",
                     page->directory, run->balancer[b]);
            return false;
        }
    }
    return true;
}

enum page_status page_read_rows(struct page *page, char *why)
{
    enum page_status status = PAGE_FINE;
    for (int kind = 0; kind < PAGE_KINDS && status == PAGE_FINE; kind++)
        if (kind != PAGE_EXPECTATIONS || anything_expected(page))
            status = read_kind(page, (enum page_kind)kind, why);
    for (uint32_t r = 0; r < page->runs && status == PAGE_FINE; r++) {
        take_servers(&page->run[r]);
        if (!check_found(page, &page->run[r], why))
            status = PAGE_INVALID;
    }
    return status;
}
