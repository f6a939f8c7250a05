/* report.h: an experiment, rendered. One function a rendering; none of them knows the engine. */
#ifndef REPORTS_REPORT_H
#define REPORTS_REPORT_H

#include <stdio.h>

#include "reports/bar.h"
#include "sim/run/expect.h"
#include "sim/run/plugin.h"
#include "sim/run/run.h"

struct table_options {
    bool colour;
    bool all;            /* every server's row, however many */
    const char *files;   /* the directory that holds them, or NULL: none were written */
    enum bar_style bars; /* beside numbers where there is room, and at the end */
    uint32_t width;      /* of the terminal; read for bars only, for all else stays within 80 */
    const struct judgements *judgements; /* what was expected, or NULL: nothing is judged */
};

/* The terminal's: what was run, the answer, a block a balancer, the comparison, what was
 * expected. 80 columns. */
void report_table(const struct experiment *, const struct table_options *, FILE *);

/* The same as Markdown, the answer first, as GitHub renders it in a file or a pull request.
 * judgements: NULL: nothing is judged. */
void report_markdown(const struct experiment *, const struct judgements *, FILE *);

/* CSV files, each with its header only if asked, so that several experiments can share one. */
void report_servers_csv(const struct experiment *, bool header, FILE *);
void report_timeseries_csv(const struct experiment *, bool header, FILE *);
void report_events_csv(const struct experiment *, bool header, FILE *);
void report_summary_csv(const struct experiment *, bool header, FILE *);
void report_intervals_csv(const struct experiment *, bool header, FILE *);
/* Of a relation, lo95 and hi95 are the interval of value - factor other. */
void report_expectations_csv(const struct judgements *, bool header, FILE *);

/* One JSON document with all numbers of the experiments of one run; docs/results.md tells its
 * shape. The same for any number of threads, at any time. judgements: [experiments], or NULL:
 * nothing is judged. */
void report_results_json(const struct experiment *const *, const struct judgements *const *,
                         uint32_t experiments, FILE *);

/* run.json, of all experiments of one run. options: what was asked for, as a shell takes it.
 * judgements: as above. */
bool report_run_json(const struct experiment *const *, const struct judgements *const *,
                     uint32_t experiments, const char *options, const struct plugins *, FILE *);

#endif
