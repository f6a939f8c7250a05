/* page_parts.h: what the parts of the HTML page share; private to them. */
#ifndef REPORTS_PAGE_PARTS_H
#define REPORTS_PAGE_PARTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "reports/html.h"
#include "reports/page.h"
#include "reports/page_csv.h"

/* ---- What was read ---- */

/* A row of a CSV file; its cells are the columns wanted of that file, in the order of the enums
 * below. Only what replication 0 did is kept, and intervals and judgements, which are of all. */
struct page_row {
    uint32_t balancer;      /* of a judgement: 0, for it may be of one that does not run */
    char *cell[CSV_WANTED]; /* owned */
};

struct page_rows {
    struct page_row *row;
    size_t rows;
};

enum page_kind {
    PAGE_SERVERS,
    PAGE_SUMMARY,
    PAGE_INTERVALS,
    PAGE_EVENTS,
    PAGE_EXPECTATIONS,
    PAGE_KINDS
};

/* The columns: each kind begins with scenario and balancer. */
enum { ROW_SCENARIO, ROW_BALANCER, ROW_REPLICATION };
enum {
    SERVERS_TRAFFIC = 3,
    SERVERS_SERVER,
    SERVERS_WEIGHT,
    SERVERS_PICKS,
    SERVERS_SHARE,
    SERVERS_LIVE_END,
    SERVERS_LIVE_MEAN,
    SERVERS_LIVE_PEAK,
    SERVERS_PRESENT,
    SERVERS_CLOSED,
    SERVERS_CUT
};
enum { SUMMARY_TRAFFIC = 3, SUMMARY_METRIC, SUMMARY_VALUE };
enum {
    INTERVALS_METRIC = 2,
    INTERVALS_N,
    INTERVALS_EMPTY,
    INTERVALS_MEAN,
    INTERVALS_LOW,
    INTERVALS_HIGH,
    INTERVALS_TRAFFIC,
    INTERVALS_MEDIAN
};
enum { EVENTS_TIME = 3, EVENTS_EVENT, EVENTS_SERVER, EVENTS_DETAIL };
enum {
    EXPECTED_METRIC = 2,
    EXPECTED_TRAFFIC,
    EXPECTED_AT,
    EXPECTED_OF,
    EXPECTED_LEVEL,
    EXPECTED_WANTED,
    EXPECTED_VALUE,
    EXPECTED_LOW,
    EXPECTED_HIGH,
    EXPECTED_VERDICT,
    EXPECTED_OTHER,
    EXPECTED_LINE
};

/* What one balancer's replication 0 held over time, sample by sample. */
struct page_series {
    uint64_t *live;   /* [samples * servers] */
    uint32_t *weight; /* the same; 0: not in the list, or down */
    size_t samples, room;
};

struct page_run {
    const json_t *json, *told; /* of run.json */
    const char *name;
    const char **balancer; /* [balancers], by run.json */
    uint32_t balancers;
    struct page_rows part[PAGE_KINDS];
    char **server; /* [servers], in the order of the scenario; owned */
    uint32_t servers;
    char **time; /* [samples], exact decimals of seconds; owned */
    size_t samples, time_room;
    struct page_series *series; /* [balancers] */
    char **plot;                /* [plots]: names, without .svg; owned */
    uint32_t plots;
};

struct page {
    char *directory;
    json_t *json;
    struct page_run *run;
    uint32_t runs;
};

/* page_json.c: run.json, and every member of it that is used. */
enum page_status page_read_json(struct page *, char *why);
/* A text in an object; "" if there is none. */
const char *page_text(const json_t *object, const char *key);

/* Of a balancer, what events found: [{event, live: [of servers]}] */
const json_t *page_found(const struct page_run *, uint32_t balancer);

/* page_rows.c: the CSV files but the series. */
enum page_status page_read_rows(struct page *, char *why);
/* The run and the balancer of a row. false: there are none such. */
bool page_find(const struct page *, const char *scenario, const char *balancer, uint32_t *run,
               uint32_t *found, char *why);
/* The cell of that column in the row that has these values in these columns; NULL: no such row. */
const struct page_row *page_row_of(const struct page_run *, enum page_kind, uint32_t balancer,
                                   uint32_t column, const char *value, uint32_t traffic_column);

/* page_series.c: timeseries.csv. */
enum page_status page_read_series(struct page *, char *why);

/* page_plots.c: which pictures there are, and to which run they belong. */
enum page_status page_read_plots(struct page *, char *why);

char *page_path(const struct page *, const char *name);

/* ---- How it is shown: the parts of a run's section, in their order ---- */

void page_asked(const struct page_run *, FILE *);
void page_answer(const struct page_run *, uint32_t number, FILE *);
void page_playback(const struct page_run *, uint32_t number, FILE *);
/* What was expected: how many held, in a line; and all of them. Nothing, where nothing was. */
void page_expected_sum(const struct page_run *, uint32_t number, FILE *);
void page_expected(const struct page_run *, uint32_t number, FILE *);
/* Whether any of them does not hold, or cannot be judged. */
bool page_disappoints(const struct page_run *);
/* How even they were, as bars beside the answer; and all that they are compared by. */
void page_ranking(const struct page_run *, FILE *);
void page_compared(const struct page_run *, FILE *);
void page_servers(const struct page_run *, FILE *);
void page_plots(const struct page *, const struct page_run *, FILE *);
void page_events(const struct page_run *, FILE *);
void page_metrics(const struct page_run *, FILE *);
void page_rerun(const struct page *, const struct page_run *, FILE *);

#endif
