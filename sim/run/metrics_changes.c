/* metrics_changes.c: metrics of what followed a change, until the next change or the end. */
#include "sim/run/metrics_parts.h"

/* How much of its span a change's quiet end must be for the rest to count as settled: a tenth. */
enum { QUIET_PARTS = 10 };

static struct value settle(const struct world_result *result, uint32_t row, uint32_t change)
{
    const struct world_after *after = world_after_at(result, change, row);
    uint64_t span_ns = result->change[change].until_ns - result->change[change].at_ns;
    if (!after->judged)
        return VALUE_NONE;
    if (after->outside_until_ns == 0)
        return value_seconds(0);
    uint64_t quiet_ns = span_ns - after->outside_until_ns;
    if (quiet_ns <= (span_ns - 1) / QUIET_PARTS) /* 10 quiet < span, without overflow */
        return VALUE_NONE;
    return value_seconds(after->outside_until_ns - 1); /* the last tick that was outside */
}

static struct value balanced(const struct world_result *result, uint32_t row, uint32_t change)
{
    const struct world_after *after = world_after_at(result, change, row);
    return after->balanced ? value_seconds(after->balanced_ns) : VALUE_NONE;
}

static struct value share_100(const struct world_result *result, uint32_t row, uint32_t change)
{
    const struct world_after *after = world_after_at(result, change, row);
    if (after->picks < NEWCOMER_PICKS)
        return VALUE_NONE;
    return value_ratio((double)after->taken / NEWCOMER_PICKS);
}

static struct value entitled(const struct world_result *result, uint32_t row, uint32_t change)
{
    (void)row;
    return value_ratio(result->change[change].entitled);
}

static struct value longest_run(const struct world_result *result, uint32_t row, uint32_t change)
{
    return value_count(world_after_at(result, change, row)->longest_run);
}

static struct value opens_peak(const struct world_result *result, uint32_t row, uint32_t change)
{
    return value_count(world_after_at(result, change, row)->opens_per_s_peak);
}

/* ---- The table ---- */

static const struct metric changes[] = {
    {"settle_s",
     "seconds until the last time that a server was more than 10 % off its fair share of the "
     "connections; 0 if none was; none if the last tenth of the time to the next change was not "
     "quiet",
     METRIC_TIME, METRIC_OF_CHANGE, BETTER_LESS, 0, INFINITY, settle},
    {"balanced_s",
     "seconds until every server was within 10 % of its fair share of the connections for the "
     "first time",
     METRIC_TIME, METRIC_OF_CHANGE, BETTER_LESS, 0, INFINITY, balanced},
    {"newcomer_share_100",
     "the part of the first 100 new connections that went to the added; compare newcomer_entitled",
     METRIC_RATIO, METRIC_OF_ADD, BETTER_NEITHER, 0, 1, share_100},
    {"newcomer_entitled", "the added's part of all weights", METRIC_RATIO, METRIC_OF_ADD,
     BETTER_NEITHER, 0, 1, entitled},
    {"newcomer_longest_run", "the most new connections one after the other that went to the added",
     METRIC_COUNT, METRIC_OF_ADD, BETTER_LESS, 0, INFINITY, longest_run},
    {"opens_per_s_peak", "the most opens in one second on one of the added", METRIC_COUNT,
     METRIC_OF_ADD, BETTER_LESS, 0, INFINITY, opens_peak},
};

const struct metric_rows metrics_changes = METRIC_ROWS(changes);
