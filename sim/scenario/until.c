/* until.c: a scenario as if it ended earlier. */
#include "sim/scenario/scenario.h"

#include "sim/engine/memory.h"

#include <assert.h>

struct scenario *scenario_until(const struct scenario *whole, uint64_t at_ns)
{
    assert(at_ns > whole->measure_from_ns && at_ns <= whole->duration_ns);
    struct scenario *until = memory_zeroed(1, sizeof *until);
    *until = *whole;
    until->arena = (struct arena){0};
    until->duration_ns = at_ns;
    until->expectation = NULL;
    until->expectations = until->events = 0;
    until->event = arena_zeroed(&until->arena, whole->events, sizeof *until->event);
    for (uint32_t i = 0; i < whole->events; i++)
        if (whole->event[i].at_ns < at_ns)
            until->event[until->events++] = whole->event[i];
    return until;
}
