/* test_series.c: what was put into a series comes out of it; the fullest and emptiest are found. */
#include "sim/engine/stream.h"
#include "sim/world/extremes.h"
#include "sim/world/series.h"
#include "tests/harness.h"

#include <stdlib.h>

enum { SERVERS = 7, POINTS = 400 };

/* Small steps, none at all, and the whole range, up and down. */
static uint64_t drawn(uint64_t before, uint64_t i)
{
    uint64_t value = stream_value((struct stream){1, 2}, i);
    switch (value % 5) {
    case 0:
        return before;
    case 1:
        return before + value / 5 % 100;
    case 2:
        return before - value / 5 % 100;
    case 3:
        return value % 2 ? UINT64_MAX : 0;
    default:
        return value;
    }
}

static void draw_state(struct series_state state[SERVERS], uint64_t *i)
{
    for (uint32_t s = 0; s < SERVERS; s++) {
        state[s].live = drawn(state[s].live, (*i)++);
        state[s].picks = drawn(state[s].picks, (*i)++);
        state[s].weight = (uint32_t)drawn(state[s].weight, (*i)++);
    }
}

static void test_series(void)
{
    struct series *series = series_new(SERVERS);
    struct series_state state[SERVERS] = {{0, 0, 0}};
    uint64_t i = 0;
    for (uint32_t p = 0; p < POINTS; p++) {
        draw_state(state, &i);
        series_add(series, state);
    }
    CU_ASSERT(series_points(series) == POINTS && series_servers(series) == SERVERS);
    struct series_reader reader = series_read(series);
    struct series_state again[SERVERS] = {{0, 0, 0}};
    bool same = true;
    i = 0;
    for (uint32_t p = 0; p < POINTS; p++) {
        draw_state(again, &i);
        CU_ASSERT_TRUE(series_next(&reader));
        for (uint32_t s = 0; s < SERVERS; s++)
            same = same && reader.state[s].live == again[s].live &&
                   reader.state[s].picks == again[s].picks &&
                   reader.state[s].weight == again[s].weight;
    }
    CU_ASSERT_TRUE(same);
    CU_ASSERT_FALSE(series_next(&reader));
    series_reader_free(&reader);
    series_free(series);
}

static void test_empty_series(void)
{
    struct series *series = series_new(SERVERS);
    struct series_reader reader = series_read(series);
    CU_ASSERT_FALSE(series_next(&reader));
    series_reader_free(&reader);
    series_free(series);
    series_free(NULL);
}

/* ---- Extremes against looking at everybody ---- */

static uint32_t look(const struct extremes_side *side, uint32_t servers, bool fuller)
{
    uint32_t best = EXTREMES_NONE;
    for (uint32_t s = 0; s < servers; s++) {
        if (side[s].weight == 0)
            continue;
        if (best == EXTREMES_NONE) {
            best = s;
            continue;
        }
        uint64_t mine = side[s].live * side[best].weight;
        uint64_t its = side[best].live * side[s].weight;
        if (fuller ? mine > its : mine < its)
            best = s;
    }
    return best;
}

static void check_extremes(uint32_t servers, uint64_t seed)
{
    struct extremes *extremes = extremes_new(servers);
    struct extremes_side *side = calloc(servers, sizeof *side);
    CU_ASSERT_EQUAL(extremes_fullest(extremes), EXTREMES_NONE);
    for (uint64_t i = 0; i < 3000; i++) {
        uint64_t value = stream_value((struct stream){seed, servers}, i);
        uint32_t s = (uint32_t)(value % servers);
        value /= servers;
        if (value % 3 == 0)
            side[s].weight = (uint32_t)(value / 3 % 4); /* 0: it takes no part */
        else
            side[s].live = value / 3 % 5 == 0 ? UINT32_MAX - value % 7 : value / 3 % 12;
        extremes_set(extremes, s, side[s].live, side[s].weight);
        CHECK_ROW(extremes_fullest(extremes) == look(side, servers, true) &&
                      extremes_emptiest(extremes) == look(side, servers, false),
                  "%u servers, step %llu", servers, (unsigned long long)i);
    }
    free(side);
    extremes_free(extremes);
}

static void test_extremes(void)
{
    static const uint32_t servers[] = {1, 2, 3, 4, 5, 8, 9, 60, 64, 65};
    for (size_t i = 0; i < sizeof servers / sizeof *servers; i++)
        check_extremes(servers[i], i);
}

static const struct test tests[] = {
    {"a series gives back what it was given", test_series},
    {"an empty series", test_empty_series},
    {"the fullest and the emptiest, against looking at everybody", test_extremes},
};

SUITE("series", tests)
