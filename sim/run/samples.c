/* samples.c: the times of a scenario that are worth a row. */
#include "sim/run/samples.h"

#include "sim/engine/memory.h"

#include <stdlib.h>

static int by_value(const void *a, const void *b)
{
    const uint64_t *one = a, *two = b;
    return (*one > *two) - (*one < *two);
}

/* Whether some balancer has old workers after it. */
static bool reloads(const struct scenario *scenario, const struct world_event *event)
{
    for (uint32_t b = 0; b < scenario->balancers; b++)
        if (world_event_reloads(event, &scenario->balancer[b]))
            return true;
    return false;
}

enum { MOMENTS_MOST = 3 }; /* of an event */

/* An event, the end of its drain and of the workers that it made old, the detection of a failure,
 * and the return of a server, as far as the run goes. */
static size_t add_event(const struct scenario *scenario, const struct world_event *event,
                        uint64_t *at_ns)
{
    uint64_t rest_ns = scenario->duration_ns - event->at_ns;
    size_t count = 0;
    at_ns[count++] = event->at_ns;
    if (event->kind == EVENT_CHANGE && event->removes > 0 && event->drain_ns < rest_ns)
        at_ns[count++] = event->at_ns + event->drain_ns;
    if (scenario->old_workers_ns < rest_ns && reloads(scenario, event))
        at_ns[count++] = event->at_ns + scenario->old_workers_ns;
    if (event->kind == EVENT_FLAP && event->for_ns < rest_ns)
        at_ns[count++] = event->at_ns + event->for_ns;
    if (event->kind == EVENT_FAIL && event->detect_ns < rest_ns)
        at_ns[count++] = event->at_ns + event->detect_ns;
    if (event->kind == EVENT_FAIL && event->back_ns < rest_ns)
        at_ns[count++] = event->at_ns + event->back_ns;
    return count;
}

static uint64_t *choose_moments(const struct scenario *scenario, size_t *count)
{
    uint64_t from_ns = scenario->measure_from_ns, end_ns = scenario->duration_ns;
    uint64_t *at_ns =
        memory_zeroed(MEASURE_POINTS + MOMENTS_MOST * (size_t)scenario->events + 1, sizeof *at_ns);
    for (uint32_t i = 0; i < MEASURE_POINTS; i++)
        at_ns[(*count)++] = measure_point_ns(from_ns, end_ns, i);
    for (uint32_t e = 0; e < scenario->events; e++)
        *count += add_event(scenario, &scenario->event[e], &at_ns[*count]);
    return at_ns;
}

static uint64_t *choose_steps(const struct scenario *scenario, size_t *count)
{
    uint64_t from_ns = scenario->measure_from_ns, step_ns = scenario->sample_ns;
    uint64_t steps = (scenario->duration_ns - from_ns - 1) / step_ns + 1;
    uint64_t *at_ns = memory_zeroed(steps + 1, sizeof *at_ns);
    for (; *count < steps; ++*count)
        at_ns[*count] = from_ns + *count * step_ns;
    return at_ns;
}

uint64_t *samples_choose(const struct scenario *scenario, uint32_t *samples)
{
    size_t count = 0, kept = 0;
    uint64_t *at_ns =
        scenario->sample_ns > 0 ? choose_steps(scenario, &count) : choose_moments(scenario, &count);
    at_ns[count++] = scenario->duration_ns;
    qsort(at_ns, count, sizeof *at_ns, by_value);
    for (size_t i = 0; i < count; i++)
        if (at_ns[i] >= scenario->measure_from_ns && (kept == 0 || at_ns[kept - 1] != at_ns[i]))
            at_ns[kept++] = at_ns[i];
    *samples = (uint32_t)kept;
    return at_ns;
}
