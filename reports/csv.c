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

static void put_servers(FILE *to, const struct experiment *experiment, const struct trial *trial,
                        uint32_t row)
{
    const struct world_result *result = trial->result;
    uint64_t picks = 0;
    for (uint32_t s = 0; s < result->servers; s++)
        picks += world_tally_at(result, row, s)->picks;
    for (uint32_t s = 0; s < result->servers; s++) {
        const struct world_tally *tally = world_tally_at(result, row, s);
        char share[TEXT_MAX] = "", mean[TEXT_MAX], present[TEXT_MAX];
        if (picks > 0)
            text_ratio(100 * (double)tally->picks / (double)picks, share);
        csv_put_trial(to, experiment, trial);
        fprintf(to, "%s,%s,", csv_traffic(experiment, row), experiment->scenario->server[s].name);
        fprintf(to,
                "%" PRIu32 ",%" PRIu64 ",%s,%" PRIu64 ",%s,%" PRIu64 ",%s,%" PRIu64 ",%" PRIu64
                ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 "\n",
                result->weight[s], tally->picks, share, tally->live,
                text_ratio(tally->live_mean, mean), tally->live_peak,
                value_seconds_text(result->present_ns[s], present), tally->closed, tally->cut,
                tally->picks_absent, tally->retries, tally->failed);
    }
}

void report_servers_csv(const struct experiment *experiment, bool header, FILE *to)
{
    if (header)
        fputs("scenario,balancer,replication,traffic,server,weight,picks,share_pct,live_end,"
              "live_mean,live_peak,present_s,closed,cut,picks_absent,retries,failed\n",
              to);
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

static void put_detail(FILE *to, const struct world_log *log)
{
    char time[TEXT_MAX];
    switch (log->kind) {
    case LOG_ADDED:
        fprintf(to, "added weight=%" PRIu64, log->number);
        return;
    case LOG_REMOVED:
        fprintf(to, "removed drain=%s",
                log->number == SPAN_FOREVER ? "forever" : text_time(log->number, time));
        return;
    case LOG_WEIGHT:
        fprintf(to, "weight=%" PRIu64, log->number);
        return;
    case LOG_RELOAD:
        fputs("reload", to);
        return;
    case LOG_TOUCH:
        fputs("touch", to);
        return;
    case LOG_CRASH:
        fprintf(to, "crash cut=%" PRIu64, log->number);
        return;
    case LOG_OUT:
        fputs("out", to);
        return;
    case LOG_FAILED:
        fprintf(to, "failed cut=%" PRIu64, log->number);
        return;
    case LOG_DETECTED:
        fputs("detected", to);
        return;
    case LOG_BACK:
        fputs("back", to);
        return;
    case LOG_CLOSED:
        fprintf(to, "closed=%" PRIu64, log->number);
        return;
    case LOG_CUT:
        fprintf(to, "cut=%" PRIu64, log->number);
        return;
    case LOG_DRAINED:
        fprintf(to, "drained cut=%" PRIu64, log->number);
        return;
    case LOG_OLD_WORKERS:
        fprintf(to, "old_workers cut=%" PRIu64, log->number);
        return;
    }
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
            char time[TEXT_MAX];
            csv_put_trial(to, experiment, &experiment->trial[i]);
            fprintf(to, "%s,%s,%s,", value_seconds_text(log->at_ns, time),
                    scenario->event[log->event].name,
                    log->server == NO_SERVER ? "" : scenario->server[log->server].name);
            put_detail(to, log);
            fputc('\n', to);
        }
    }
}
