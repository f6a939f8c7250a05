/* summary_csv.c: summary.csv, every metric of every trial, and intervals.csv, over the trials. */
#include "reports/csv_parts.h"
#include "reports/report.h"

#include "sim/run/summary.h"

#include <inttypes.h>

/* So many changes to ask a metric of: change 0 is there for those of the run, whether or not there
 * are changes. */
static uint32_t changes_to_ask(const struct world_result *result)
{
    return result->changes > 0 ? result->changes : 1;
}

/* ---- summary.csv ---- */

static void put_value(FILE *to, const struct experiment *experiment, const struct trial *trial,
                      uint32_t row, const struct metric *metric, uint32_t change)
{
    char name[METRIC_NAME_MAX], text[METRIC_TEXT_MAX];
    csv_put_trial(to, experiment, trial);
    fprintf(to, "%s,%s,%s\n", csv_traffic(experiment, row),
            metric_name(metric, experiment, change, name),
            metric_text(metric, metric_value(metric, trial->result, row, change), text));
}

static void put_values(FILE *to, const struct experiment *experiment, const struct trial *trial,
                       uint32_t row)
{
    for (uint32_t m = 0; metric_at(m) != NULL; m++)
        for (uint32_t change = 0; change < changes_to_ask(trial->result); change++)
            if (metric_applies(metric_at(m), trial->result, change))
                put_value(to, experiment, trial, row, metric_at(m), change);
}

void report_summary_csv(const struct experiment *experiment, bool header, FILE *to)
{
    if (header)
        fputs("scenario,balancer,replication,traffic,metric,value\n", to);
    for (uint64_t i = 0; i < experiment->trials; i++)
        for (uint32_t row = 0; row <= experiment->scenario->traffics; row++)
            put_values(to, experiment, &experiment->trial[i], row);
}

/* ---- intervals.csv ---- */

/* A field and its comma; digits: how many count. */
static void put_number(FILE *to, bool there, double number, int digits)
{
    if (there)
        fprintf(to, "%.*g", digits, number);
    fputc(',', to);
}

/* A wait that may never end has no mean: what is known of it are the median, and in n and empty how
 * often it ended. */
static void put_interval(FILE *to, const struct experiment *experiment, uint32_t balancer,
                         uint32_t row, const struct metric *metric, uint32_t change)
{
    enum { DIGITS = 9, GSL_DIGITS = 4 };
    char name[METRIC_NAME_MAX];
    struct summary summary = summary_of(experiment, metric, balancer, row, change);
    int digits = metric->kind == METRIC_CHANCE ? GSL_DIGITS : DIGITS;
    bool any = summary.count > 0, mean = any && !metric_is_wait(metric);
    bool interval = mean && summary.has_interval;
    csv_put_balancer(to, experiment, balancer);
    fprintf(to, "%s,%" PRIu64 ",%" PRIu64 ",", metric_name(metric, experiment, change, name),
            summary.count, summary.empty);
    put_number(to, mean, summary.mean, digits);
    put_number(to, mean && summary.count > 1, summary.sd, digits);
    put_number(to, interval, summary.low_95, GSL_DIGITS);
    put_number(to, interval, summary.high_95, GSL_DIGITS);
    put_number(to, any, summary.min, digits);
    put_number(to, any, summary.max, digits);
    fprintf(to, "%s,", csv_traffic(experiment, row));
    if (any)
        fprintf(to, "%.*g", digits, summary.median);
    fputc('\n', to);
}

static void put_intervals(FILE *to, const struct experiment *experiment, uint32_t balancer,
                          uint32_t row)
{
    const struct world_result *result = experiment_result(experiment, balancer, 0);
    for (uint32_t m = 0; metric_at(m) != NULL; m++)
        for (uint32_t change = 0; change < changes_to_ask(result); change++)
            if (metric_applies(metric_at(m), result, change))
                put_interval(to, experiment, balancer, row, metric_at(m), change);
}

void report_intervals_csv(const struct experiment *experiment, bool header, FILE *to)
{
    if (header)
        fputs("scenario,balancer,metric,n,empty,mean,sd,lo95,hi95,min,max,traffic,median\n", to);
    for (uint32_t balancer = 0; balancer < experiment->scenario->balancers; balancer++)
        for (uint32_t row = 0; row <= experiment->scenario->traffics; row++)
            put_intervals(to, experiment, balancer, row);
}
