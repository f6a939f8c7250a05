/* csv.c: servers.csv, timeseries.csv, events.csv. RFC 4180, '.' decimals. */
#include "reports/csv_parts.h"
#include "reports/report.h"

#include "reports/text.h"
#include "sim/scenario/values.h"

#include <csv.h>
#include <inttypes.h>
#include <string.h>

void csv_put_name(FILE *to, const char *name)
{
    if (strpbrk(name, ",\"\n\r") == NULL)
        fputs(name, to);
    else
        csv_fwrite(to, name, strlen(name));
}

void csv_put_balancer(FILE *to, const struct experiment *experiment, uint32_t balancer)
{
    csv_put_name(to, experiment->scenario->name);
    fputc(',', to);
    csv_put_name(to, experiment->scenario->balancer[balancer].name);
    fputc(',', to);
}

void csv_put_trial(FILE *to, const struct experiment *experiment, const struct trial *trial)
{
    csv_put_balancer(to, experiment, trial->balancer);
    fprintf(to, "%" PRIu64 ",", trial->replication);
}

const char *csv_traffic(const struct experiment *experiment, uint32_t row)
{
    return row == 0 ? "all" : experiment->scenario->traffic[row - 1].name;
}

/* ---- servers.csv ---- */

const char *const csv_server_number[SERVER_NUMBERS] = {
    "weight",    "picks",  "share_pct", "live_end",     "live_mean", "live_peak",
    "present_s", "closed", "cut",       "picks_absent", "retries",   "failed"};

uint64_t csv_picks(const struct world_result *result, uint32_t row)
{
    uint64_t picks = 0;
    for (uint32_t s = 0; s < result->servers; s++)
        picks += world_tally_at(result, row, s)->picks;
    return picks;
}

void csv_server_numbers(const struct world_result *result, uint32_t row, uint32_t server,
                        uint64_t picks, char text[SERVER_NUMBERS][TEXT_MAX])
{
    const struct world_tally *tally = world_tally_at(result, row, server);
    const struct {
        int at;
        uint64_t count;
    } counts[] = {{0, result->weight[server]}, {1, tally->picks},    {3, tally->live},
                  {5, tally->live_peak},       {7, tally->closed},   {8, tally->cut},
                  {9, tally->picks_absent},    {10, tally->retries}, {11, tally->failed}};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        snprintf(text[counts[i].at], TEXT_MAX, "%" PRIu64, counts[i].count);
    text[2][0] = '\0';
    if (picks > 0)
        text_ratio(100 * (double)tally->picks / (double)picks, text[2]);
    text_ratio(tally->live_mean, text[4]);
    value_seconds_text(result->present_ns[server], text[6]);
}

static void put_servers(FILE *to, const struct experiment *experiment, const struct trial *trial,
                        uint32_t row)
{
    const struct world_result *result = trial->result;
    uint64_t picks = csv_picks(result, row);
    char text[SERVER_NUMBERS][TEXT_MAX];
    for (uint32_t s = 0; s < result->servers; s++) {
        csv_put_trial(to, experiment, trial);
        fprintf(to, "%s,%s", csv_traffic(experiment, row), experiment->scenario->server[s].name);
        csv_server_numbers(result, row, s, picks, text);
        for (int i = 0; i < SERVER_NUMBERS; i++)
            fprintf(to, ",%s", text[i]);
        fputc('\n', to);
    }
}

void report_servers_csv(const struct experiment *experiment, bool header, FILE *to)
{
    if (header) {
        fputs("scenario,balancer,replication,traffic,server", to);
        for (int i = 0; i < SERVER_NUMBERS; i++)
            fprintf(to, ",%s", csv_server_number[i]);
        fputc('\n', to);
    }
    for (uint64_t i = 0; i < experiment->trials; i++)
        for (uint32_t row = 0; row <= experiment->scenario->traffics; row++)
            put_servers(to, experiment, &experiment->trial[i], row);
}

/* ---- timeseries.csv ---- */

static void put_series(FILE *to, const struct experiment *experiment, const struct trial *trial)
{
    struct series_reader reader = series_read(trial->result->series);
    while (series_next(&reader)) {
        char time[TEXT_MAX];
        value_seconds_text(experiment->sample_ns[reader.point - 1], time);
        for (uint32_t s = 0; s < trial->result->servers; s++) {
            const struct series_state *state = &reader.state[s];
            csv_put_trial(to, experiment, trial);
            fprintf(to, "%s,%s,%" PRIu64 ",%" PRIu64 ",%" PRIu32 "\n", time,
                    experiment->scenario->server[s].name, state->live, state->picks, state->weight);
        }
    }
    series_reader_free(&reader);
}

void report_timeseries_csv(const struct experiment *experiment, bool header, FILE *to)
{
    if (header)
        fputs("scenario,balancer,replication,time_s,server,live,picks,weight\n", to);
    for (uint64_t i = 0; i < experiment->trials; i++)
        if (experiment->trial[i].result->series != NULL)
            put_series(to, experiment, &experiment->trial[i]);
}

/* ---- events.csv ---- */

char *csv_detail(const struct world_log *log, char detail[DETAIL_MAX])
{
    char time[TEXT_MAX];
    detail[0] = '\0';
    switch (log->kind) {
    case LOG_ADDED:
        snprintf(detail, DETAIL_MAX, "added weight=%" PRIu64, log->number);
        break;
    case LOG_REMOVED:
        snprintf(detail, DETAIL_MAX, "removed drain=%s",
                 log->number == SPAN_FOREVER ? "forever" : text_time(log->number, time));
        break;
    case LOG_WEIGHT:
        snprintf(detail, DETAIL_MAX, "weight=%" PRIu64, log->number);
        break;
    case LOG_RELOAD:
        snprintf(detail, DETAIL_MAX, "reload");
        break;
    case LOG_TOUCH:
        snprintf(detail, DETAIL_MAX, "touch");
        break;
    case LOG_CRASH:
        snprintf(detail, DETAIL_MAX, "crash cut=%" PRIu64, log->number);
        break;
    case LOG_OUT:
        snprintf(detail, DETAIL_MAX, "out");
        break;
    case LOG_FAILED:
        snprintf(detail, DETAIL_MAX, "failed cut=%" PRIu64, log->number);
        break;
    case LOG_DETECTED:
        snprintf(detail, DETAIL_MAX, "detected");
        break;
    case LOG_BACK:
        snprintf(detail, DETAIL_MAX, "back");
        break;
    case LOG_CLOSED:
        snprintf(detail, DETAIL_MAX, "closed=%" PRIu64, log->number);
        break;
    case LOG_CUT:
        snprintf(detail, DETAIL_MAX, "cut=%" PRIu64, log->number);
        break;
    case LOG_DRAINED:
        snprintf(detail, DETAIL_MAX, "drained cut=%" PRIu64, log->number);
        break;
    case LOG_OLD_WORKERS:
        snprintf(detail, DETAIL_MAX, "old_workers cut=%" PRIu64, log->number);
        break;
    }
    return detail;
}

void report_events_csv(const struct experiment *experiment, bool header, FILE *to)
{
    const struct scenario *scenario = experiment->scenario;
    if (header)
        fputs("scenario,balancer,replication,time_s,event,server,detail\n", to);
    for (uint64_t i = 0; i < experiment->trials; i++) {
        const struct world_result *result = experiment->trial[i].result;
        for (uint32_t l = 0; l < result->logs; l++) {
            const struct world_log *log = &result->log[l];
            char time[TEXT_MAX], detail[DETAIL_MAX];
            csv_put_trial(to, experiment, &experiment->trial[i]);
            fprintf(to, "%s,%s,%s,%s\n", value_seconds_text(log->at_ns, time),
                    scenario->event[log->event].name,
                    log->server == NO_SERVER ? "" : scenario->server[log->server].name,
                    csv_detail(log, detail));
        }
    }
}
