/* metrics.c: the table of metrics as a whole: finding, naming, writing. */
#include "sim/run/metrics_parts.h"
#include "sim/scenario/values.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct metric_rows *const parts[] = {&metrics_live, &metrics_picks, &metrics_changes};

enum { PARTS = sizeof parts / sizeof *parts };

const struct metric *metric_at(uint32_t i)
{
    for (int part = 0; part < PARTS; part++) {
        if (i < parts[part]->count)
            return &parts[part]->row[i];
        i -= parts[part]->count;
    }
    return NULL;
}

const struct metric *metric_find(const char *name)
{
    for (uint32_t i = 0; metric_at(i) != NULL; i++)
        if (strcmp(metric_at(i)->name, name) == 0)
            return metric_at(i);
    return NULL;
}

bool metric_known(uint32_t i, struct known_metric *known)
{
    const struct metric *metric = metric_at(i);
    if (metric != NULL)
        *known = (struct known_metric){metric->name, metric->scope, metric->low, metric->high};
    return metric != NULL;
}

/* ---- Values ---- */

bool metric_applies(const struct metric *metric, const struct world_result *result, uint32_t change)
{
    switch (metric->scope) {
    case METRIC_OF_RUN:
        return change == 0;
    case METRIC_OF_CHANGE:
        return change < result->changes;
    case METRIC_OF_ADD:
        return change < result->changes && result->change[change].adds;
    }
    return false;
}

struct value metric_value(const struct metric *metric, const struct world_result *result,
                          uint32_t row, uint32_t change)
{
    assert(row <= result->traffics);
    if (!metric_applies(metric, result, change))
        return VALUE_NONE;
    if (metric->scope != METRIC_OF_RUN && !result->change[change].measured)
        return VALUE_NONE;
    return metric->of(result, row, change);
}

bool metric_endless(const struct metric *metric, const struct world_result *result, uint32_t row,
                    uint32_t change)
{
    return metric_is_wait(metric) && metric_applies(metric, result, change) &&
           result->change[change].measured && world_after_at(result, change, row)->judged &&
           metric_value(metric, result, row, change).empty;
}

/* ---- Words ---- */

char *metric_name(const struct metric *metric, const struct experiment *experiment, uint32_t change,
                  char name[METRIC_NAME_MAX])
{
    const struct world_result *result = experiment_result(experiment, 0, 0);
    if (metric->scope == METRIC_OF_RUN) {
        snprintf(name, METRIC_NAME_MAX, "%s", metric->name);
        return name;
    }
    assert(change < result->changes);
    const struct world_change *at = &result->change[change];
    const char *event = experiment->scenario->event[at->event].name;
    if (*event == '#') /* it has no name of its own, but a number */
        event++;
    snprintf(name, METRIC_NAME_MAX, "%s:%s%s", metric->name, event, world_part_suffix(at->part));
    return name;
}

char *metric_text(const struct metric *metric, struct value value, char text[METRIC_TEXT_MAX])
{
    text[0] = '\0';
    if (value.empty)
        return text;
    switch (metric->kind) {
    case METRIC_COUNT:
        snprintf(text, METRIC_TEXT_MAX, "%" PRIu64, value.exact);
        break;
    case METRIC_TIME:
        value_seconds_text(value.exact, text);
        break;
    case METRIC_RATIO:
        snprintf(text, METRIC_TEXT_MAX, "%.9g", value.number);
        break;
    case METRIC_CHANCE:
        snprintf(text, METRIC_TEXT_MAX, "%.4g", value.number);
        break;
    }
    return text;
}
