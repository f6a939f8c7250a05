/* summary_csv.c: summary.csv, every metric of every trial, and intervals.csv, over the trials. */
#include "reports/csv_parts.h"
#include "reports/report.h"

#include "sim/run/summary.h"

#include <inttypes.h>

uint32_t csv_changes(const struct world_result *result)
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
        for (uint32_t change = 0; change < csv_changes(trial->result); change++)
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

const char *const csv_interval_number[INTERVAL_NUMBERS] = {"n",    "empty", "mean", "sd",    "lo95",
                                                           "hi95", "min",   "max",  "median"};

/* digits: how many count. */
static void number_text(bool there, double number, int digits, char text[TEXT_MAX])
{
    text[0] = '\0';
    if (there)
        snprintf(text, TEXT_MAX, "%.*g", digits, number);
}

/* A wait that may never end has no mean: what is known of it are the median, and in n and empty how
 * often it ended. */
void csv_interval_numbers(const struct experiment *experiment, const struct metric *metric,
                          uint32_t balancer, uint32_t row, uint32_t change,
                          char text[INTERVAL_NUMBERS][TEXT_MAX])
{
    enum { DIGITS = 9, GSL_DIGITS = 4 };
    struct summary summary = summary_of(experiment, metric, balancer, row, change);
    int digits = metric->kind == METRIC_CHANCE ? GSL_DIGITS : DIGITS;
    bool any = summary.count > 0, mean = any && !metric_is_wait(metric);
    bool interval = mean && summary.has_interval;
    snprintf(text[0], TEXT_MAX, "%" PRIu64, summary.count);
    snprintf(text[1], TEXT_MAX, "%" PRIu64, summary.empty);
    number_text(mean, summary.mean, digits, text[2]);
    number_text(mean && summary.count > 1, summary.sd, digits, text[3]);
    number_text(interval, summary.low_95, GSL_DIGITS, text[4]);
    number_text(interval, summary.high_95, GSL_DIGITS, text[5]);
    number_text(any, summary.min, digits, text[6]);
    number_text(any, summary.max, digits, text[7]);
    number_text(any, summary.median, digits, text[8]);
}

static void put_interval(FILE *to, const struct experiment *experiment, uint32_t balancer,
                         uint32_t row, const struct metric *metric, uint32_t change)
{
    char name[METRIC_NAME_MAX], text[INTERVAL_NUMBERS][TEXT_MAX];
    csv_interval_numbers(experiment, metric, balancer, row, change, text);
    csv_put_balancer(to, experiment, balancer);
    fputs(metric_name(metric, experiment, change, name), to);
    for (int i = 0; i + 1 < INTERVAL_NUMBERS; i++)
        fprintf(to, ",%s", text[i]);
    fprintf(to, ",%s,%s\n", csv_traffic(experiment, row), text[INTERVAL_NUMBERS - 1]);
}

static void put_intervals(FILE *to, const struct experiment *experiment, uint32_t balancer,
                          uint32_t row)
{
    const struct world_result *result = experiment_result(experiment, balancer, 0);
    for (uint32_t m = 0; metric_at(m) != NULL; m++)
        for (uint32_t change = 0; change < csv_changes(result); change++)
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
