/* table_parts.c: what the parts of the terminal's report look at, and how they write. */
#include "reports/table_parts.h"

#include "reports/story.h"
#include "sim/engine/memory.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void table_bold_line(const struct table *table, const char *line)
{
    fputs(table->options->colour ? "\033[1m" : "", table->to);
    story_print(table->to, line, 0);
    fputs(table->options->colour ? "\033[0m" : "", table->to);
}

const struct world_result *table_result(const struct table *table, uint32_t balancer,
                                        uint64_t replication)
{
    return experiment_result(table->experiment, balancer, replication);
}

const struct world_event *table_moment_event(const struct table *table, uint32_t shown)
{
    const struct world_result *result = table_result(table, 0, 0);
    return &table->scenario->event[result->moment[table->moment[shown]].event];
}

void line_add(char *line, size_t room, const char *format, ...)
{
    size_t length = strlen(line);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line + length, room - length, format, arguments);
    va_end(arguments);
}

/* ---- Numbers ---- */

bool number_max_over_mean(const struct world_result *result, uint32_t moment, double *value)
{
    struct spread spread = spread_at(result, moment);
    *value = spread.max_over_mean;
    return !spread.empty;
}

bool number_newcomer_share(const struct world_result *result, uint32_t newcomer, double *value)
{
    return newcomer_share_100(&result->newcomer[newcomer], value);
}

bool number_busiest_share(const struct world_result *result, uint32_t argument, double *value)
{
    uint64_t most = 0, sum = 0;
    (void)argument;
    for (uint32_t s = 0; s < result->servers; s++) {
        uint64_t picks = world_tally_at(result, 0, s)->picks;
        most = picks > most ? picks : most;
        sum += picks;
    }
    *value = sum > 0 ? (double)most / (double)sum : 0;
    return sum > 0;
}

bool number_refused(const struct world_result *result, uint32_t argument, double *value)
{
    (void)argument;
    *value = (double)result->flow[0].refused;
    return true;
}

bool number_cut(const struct world_result *result, uint32_t argument, double *value)
{
    (void)argument;
    *value = (double)result->flow[0].cut;
    return true;
}

bool table_summary(const struct table *table, uint32_t balancer, table_number *number,
                   uint32_t argument, struct summary *summary)
{
    uint64_t replications = table->experiment->replications, count = 0;
    double *value = memory_zeroed(replications, sizeof *value);
    for (uint64_t r = 0; r < replications; r++)
        count += number(table_result(table, balancer, r), argument, &value[count]);
    *summary = summarize(value, count, replications - count);
    free(value);
    return count > 0;
}
