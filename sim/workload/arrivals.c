/* arrivals.c: times of arrival, without drift.
 *
 * Times are exact sums: a running sum of doubles would lose more of each gap the later it is, and
 * rounding each gap to ticks would make fast traffic arrive too early. So a cursor keeps whole
 * nanoseconds and an exact fraction, and the time of arrival is the whole part. */
#include "sim/workload/arrivals.h"

#include <assert.h>
#include <math.h>

#include "sim/engine/elementary.h"

#define TIME_LIMIT UINT64_C(0x8000000000000000) /* 2^63 ns: no time is that late */

enum { BURST_COUNT, BURST_AT, BURST_OVER }; /* places of a burst's parameters */

/* Moves on by so much; false if that would reach the limit. */
static bool advance(struct arrivals_cursor *cursor, uint64_t ns)
{
    if (ns >= TIME_LIMIT - cursor->at_ns)
        return false;
    cursor->at_ns += ns;
    return true;
}

static bool poisson_step(struct arrivals_cursor *cursor)
{
    double u = stream_unit(stream_value(cursor->stream, cursor->opened));
    double gap_ns = -elementary_log(u) * cursor->arrivals->parameter[0].mean_gap_ns;
    if (!(gap_ns < 0x1p63))
        return false;
    uint64_t whole = (uint64_t)gap_ns;
    cursor->fraction += (uint64_t)((gap_ns - (double)whole) * 0x1p32);
    uint64_t carry = cursor->fraction >> 32;
    cursor->fraction &= UINT32_MAX;
    return advance(cursor, whole + carry);
}

static bool every_step(struct arrivals_cursor *cursor)
{
    return cursor->opened == 0 || advance(cursor, cursor->arrivals->parameter[0].whole);
}

/* The i-th of n at at + floor(i * over / n): over / n is added as quotient and remainder, so
 * nothing overflows and nothing is rounded. */
static bool burst_step(struct arrivals_cursor *cursor)
{
    const struct arrivals_parameter *parameter = cursor->arrivals->parameter;
    uint64_t n = parameter[BURST_COUNT].whole, over_ns = parameter[BURST_OVER].whole;
    if (cursor->opened == n)
        return false;
    if (cursor->opened == 0)
        return advance(cursor, parameter[BURST_AT].whole);
    uint64_t remainder = over_ns % n;
    bool carry = cursor->fraction >= n - remainder;
    cursor->fraction += carry ? remainder - n : remainder;
    return advance(cursor, over_ns / n + carry);
}

/* Those of the beginning, all at 0. */
static bool keep_step(struct arrivals_cursor *cursor)
{
    return cursor->opened < cursor->arrivals->parameter[0].whole;
}

const struct arrivals_form arrivals_forms[ARRIVALS_KINDS] = {
    [ARRIVALS_POISSON] = {"poisson",
                          "at random, independent of each other, so many a second on average",
                          {{"poisson", "the rate", ARRIVALS_RATE, .above_zero = true}},
                          .step = poisson_step},
    [ARRIVALS_EVERY] = {"every",
                        "one after another like clockwork, the first at 0",
                        {{"every", "the time between two", ARRIVALS_TIME, .above_zero = true}},
                        .step = every_step},
    [ARRIVALS_BURST] = {"burst",
                        "many in one instant, or spread evenly over a time",
                        {[BURST_COUNT] = {"burst", "how many", ARRIVALS_COUNT, .above_zero = true,
                                          .most = UINT64_C(1000000000000)},
                         [BURST_AT] = {"at", "when it begins", ARRIVALS_TIME, .above_zero = false},
                         [BURST_OVER] = {"over", "how long it takes", ARRIVALS_TIME,
                                         .above_zero = false}},
                        .step = burst_step},
    [ARRIVALS_KEEP] = {"keep",
                       "many in one instant, and one more at once whenever one of them ends",
                       {{"keep",
                         "how many are opened at 0; whoever is closed, or cut for good, is "
                         "followed by another at once; who finds no server for good, when its hold "
                         "would have been over",
                         ARRIVALS_COUNT, .above_zero = true, .most = 10000000}},
                       .step = keep_step},
};

double arrivals_mean_gap_ns(double rate, uint64_t per_ns)
{
    return (double)per_ns / rate;
}

const char *arrivals_fault(const struct arrivals *arrivals, size_t *key)
{
    const struct arrivals_form *form = &arrivals_forms[arrivals->kind];
    for (*key = 0; *key < ARRIVALS_PARAMETERS && form->key[*key].name != NULL; ++*key) {
        const struct arrivals_parameter *parameter = &arrivals->parameter[*key];
        bool is_rate = form->key[*key].unit == ARRIVALS_RATE;
        /* A rate of 0 has an infinite gap, an infinite rate none. */
        if (is_rate && !(parameter->mean_gap_ns > 0 && isfinite(parameter->mean_gap_ns)))
            return "must be above 0 and finite";
        if (!is_rate && form->key[*key].above_zero && parameter->whole == 0)
            return "must be above 0";
    }
    return NULL;
}

struct arrivals_cursor arrivals_begin(const struct arrivals *arrivals, struct stream stream)
{
    assert(arrivals->kind < ARRIVALS_KINDS);
    return (struct arrivals_cursor){.arrivals = arrivals, .stream = stream};
}

bool arrivals_next(struct arrivals_cursor *cursor, uint64_t *at_ns)
{
    if (cursor->ended || !arrivals_forms[cursor->arrivals->kind].step(cursor)) {
        cursor->ended = true;
        return false;
    }
    cursor->opened++;
    *at_ns = cursor->at_ns;
    return true;
}
