/* page_series.c: timeseries.csv: who held how many, sample by sample. */
#include "reports/page_parts.h"

#include "sim/engine/memory.h"

#include <stdlib.h>
#include <string.h>

enum { SCENARIO, BALANCER, REPLICATION, TIME, SERVER, LIVE, WEIGHT };

static const struct csv_want wanted[] = {{"scenario", CSV_TEXT},     {"balancer", CSV_TEXT},
                                         {"replication", CSV_WHOLE}, {"time_s", CSV_NUMBER},
                                         {"server", CSV_TEXT},       {"live", CSV_WHOLE},
                                         {"weight", CSV_WHOLE},      {NULL, CSV_TEXT}};

struct reader {
    struct page *page;
    uint32_t run, balancer, server; /* the row that comes next */
};

/* ---- A row ---- */

/* The first balancer says what the samples' times are, the others have the same. */
static bool take_time(struct page_run *run, uint32_t balancer, const char *time, char *why)
{
    size_t sample = run->series[balancer].samples;
    if (balancer == 0) {
        if (sample > 0 && strtod(run->time[sample - 1], NULL) >= strtod(time, NULL)) {
            snprintf(why, PAGE_WHY_MAX, "time_s: %.40s does not come after %.40s", time,
                     run->time[sample - 1]);
            return false;
        }
        if (run->samples == run->time_room) {
            run->time_room = 2 * run->time_room + 64;
            run->time = memory_resized(run->time, run->time_room, sizeof *run->time);
        }
        run->time[run->samples++] = memory_text(time, strlen(time));
        return true;
    }
    if (sample < run->samples && strcmp(run->time[sample], time) == 0)
        return true;
    snprintf(why, PAGE_WHY_MAX, "time_s: '%s' has no sample at %.40s, '%s' has", run->balancer[0],
             time, run->balancer[balancer]);
    return false;
}

static void make_room(struct page_series *series, uint32_t servers)
{
    if (series->samples < series->room)
        return;
    series->room = 2 * series->room + 64;
    series->live = memory_resized(series->live, series->room * servers, sizeof *series->live);
    series->weight = memory_resized(series->weight, series->room * servers, sizeof *series->weight);
}

static bool take_row(void *context, const char *const *field, char *why)
{
    struct reader *reader = context;
    uint32_t r, b;
    if (!page_find(reader->page, field[SCENARIO], field[BALANCER], &r, &b, why))
        return false;
    if (strcmp(field[REPLICATION], "0") != 0)
        return true;
    if (reader->server == 0) {
        reader->run = r;
        reader->balancer = b;
    }
    struct page_run *run = &reader->page->run[r];
    struct page_series *series = &run->series[b];
    if (r != reader->run || b != reader->balancer || run->servers == 0 ||
        strcmp(field[SERVER], run->server[reader->server]) != 0) {
        run = &reader->page->run[reader->run];
        snprintf(why, PAGE_WHY_MAX, "server: '%.60s' where a row of '%s' is due", field[SERVER],
                 run->servers == 0 ? "" : run->server[reader->server]);
        return false;
    }
    if (reader->server == 0) {
        if (!take_time(run, b, field[TIME], why))
            return false;
        make_room(series, run->servers);
    } else if (strcmp(field[TIME], run->time[series->samples]) != 0) {
        snprintf(why, PAGE_WHY_MAX, "time_s: %.40s in the sample of %.40s", field[TIME],
                 run->time[series->samples]);
        return false;
    }
    size_t at = series->samples * run->servers + reader->server;
    series->live[at] = strtoull(field[LIVE], NULL, 10);
    series->weight[at] = (uint32_t)strtoull(field[WEIGHT], NULL, 10);
    reader->server = (reader->server + 1) % run->servers;
    series->samples += reader->server == 0;
    return true;
}

/* ---- The file ---- */

static bool check_whole(const struct reader *reader, const char *path, char *why)
{
    if (reader->server != 0) {
        snprintf(why, PAGE_WHY_MAX, "%s: its last sample has no row of '%s'; is the file cut off?",
                 path, reader->page->run[reader->run].server[reader->server]);
        return false;
    }
    for (uint32_t r = 0; r < reader->page->runs; r++)
        for (uint32_t b = 0; b < reader->page->run[r].balancers; b++) {
            const struct page_run *run = &reader->page->run[r];
            if (run->series[b].samples == run->samples && run->samples > 0)
                continue;
            snprintf(why, PAGE_WHY_MAX,
                     "%s: %zu samples of '%.60s', %zu of '%.60s'; is the file "
                     "cut off?",
                     path, run->series[b].samples, run->balancer[b], run->samples,
                     run->balancer[0]);
            return false;
        }
    return true;
}

enum page_status page_read_series(struct page *page, char *why)
{
    struct reader reader = {.page = page};
    char *path = page_path(page, "timeseries.csv");
    struct csv_file file = {path, wanted, take_row, &reader};
    enum page_status status = page_csv_read(&file, why);
    if (status == PAGE_FINE && !check_whole(&reader, path, why))
        status = PAGE_INVALID;
    free(path);
    return status;
}
