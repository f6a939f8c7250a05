/* plot_series.c: states, and lines made of them. */
#include "reports/plot_series.h"

#include "reports/text.h"
#include "sim/scenario/values.h"

#include <inttypes.h>
#include <string.h>

/* ---- A state ---- */

struct fair fair_of(const struct series_state *state, uint32_t servers)
{
    struct fair fair = {0};
    uint32_t lightest = UINT32_MAX;
    const struct series_state *fullest = NULL;
    for (uint32_t s = 0; s < servers; s++) {
        if (state[s].weight == 0)
            continue;
        fair.present++;
        fair.live += state[s].live;
        fair.weights += state[s].weight;
        lightest = state[s].weight < lightest ? state[s].weight : lightest;
        if (fullest == NULL || state[s].live * fullest->weight > fullest->live * state[s].weight)
            fullest = &state[s];
    }
    if (fullest == NULL)
        return fair;
    fair.judged = fair.live * lightest >= MEASURE_LEAST_ENTITLED * fair.weights;
    fair.share = (double)fair.live / (double)fair.weights;
    if (fair.judged)
        fair.max_over_mean = fair_ratio(&fair, fullest);
    return fair;
}

double fair_ratio(const struct fair *fair, const struct series_state *state)
{
    return (double)state->live * (double)fair->weights /
           ((double)fair->live * (double)state->weight);
}

/* ---- An experiment's ---- */

const struct series *sheet_series(const struct sheet *sheet, uint32_t balancer)
{
    const struct series *series = experiment_result(sheet->experiment, balancer, 0)->series;
    return series != NULL && series_points(series) > 0 ? series : NULL;
}

uint64_t sheet_from_ns(const struct sheet *sheet)
{
    return sheet->experiment->scenario->measure_from_ns;
}

uint64_t sheet_to_ns(const struct sheet *sheet)
{
    return sheet->experiment->scenario->duration_ns;
}

/* Whether it is the weight seen before, or the first. */
static bool agrees(uint32_t *seen, uint32_t weight)
{
    if (*seen == 0)
        *seen = weight;
    return weight == 0 || weight == *seen;
}

bool sheet_equal_weights(const struct sheet *sheet)
{
    const struct scenario *scenario = sheet->experiment->scenario;
    uint32_t seen = 0;
    bool equal = true;
    for (uint32_t s = 0; s < scenario->servers; s++)
        equal =
            equal && (!scenario->server[s].at_start || agrees(&seen, scenario->server[s].weight));
    for (uint32_t e = 0; e < scenario->events; e++) {
        const struct world_event *event = &scenario->event[e];
        for (uint32_t i = 0; i < event->adds; i++)
            equal = equal && agrees(&seen, event->add[i].weight);
        for (uint32_t i = 0; i < event->weights; i++)
            equal = equal && agrees(&seen, event->weight[i].weight);
    }
    return equal;
}

/* ---- Lines ---- */

void series_imbalance(const struct sheet *sheet, uint32_t balancer, struct thin *line)
{
    const struct series *series = sheet_series(sheet, balancer);
    struct series_reader reader = series_read(series);
    thin_begin(line, series_points(series), sheet_from_ns(sheet), sheet_to_ns(sheet));
    for (uint32_t i = 0; series_next(&reader); i++) {
        struct fair fair = fair_of(reader.state, series_servers(series));
        if (fair.judged)
            thin_add(line, sheet->experiment->sample_ns[i], fair.max_over_mean);
        else
            thin_gap(line);
    }
    thin_end(line);
    series_reader_free(&reader);
}

double thin_highest(const struct thin *line)
{
    double highest = 0;
    for (uint32_t i = 0; i < line->count; i++)
        highest = line->point[i].y > highest ? line->point[i].y : highest;
    return highest;
}

uint32_t plot_put_line(struct plot *plot, const char *label, const struct thin *line, bool whole)
{
    uint32_t block = plot_block(plot);
    for (uint32_t i = 0; i < line->count; i++) {
        const struct thin_point *point = &line->point[i];
        char time[TEXT_MAX], ratio[TEXT_MAX];
        if (point->after_gap)
            fputc('\n', plot->data);
        plot_put_name(plot, label);
        fprintf(plot->data, ",%s,", value_seconds_text(point->at_ns, time));
        if (whole)
            fprintf(plot->data, "%" PRIu64 "\n", (uint64_t)point->y);
        else
            fprintf(plot->data, "%s\n", text_ratio(point->y, ratio));
    }
    if (line->count == 0) { /* an index that is not there would be an error */
        plot_put_name(plot, label);
        fputs(",,\n", plot->data);
    }
    return block;
}

/* ---- Words ---- */

char *sheet_subtitle(const struct sheet *sheet, const char *what, bool one_replication,
                     char subtitle[SUBTITLE_MAX])
{
    const struct experiment *experiment = sheet->experiment;
    uint64_t replications = experiment->replications;
    if (one_replication && replications > 1)
        snprintf(subtitle, SUBTITLE_MAX, "%s \xC2\xB7 replication 1 of %" PRIu64 " \xC2\xB7 %s",
                 experiment->scenario->name, replications, what);
    else
        snprintf(subtitle, SUBTITLE_MAX, "%s \xC2\xB7 %s", experiment->scenario->name, what);
    return subtitle;
}
