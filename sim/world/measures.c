/* measures.c: how even the live connections are, read after every tick and at the midpoints. */
#include "sim/world/measure.h"

#include "sim/engine/memory.h"
#include "sim/world/spread.h"
#include "sim/world/world_parts.h"

#include <stdlib.h>

uint64_t measure_point_ns(uint64_t from_ns, uint64_t end_ns, uint32_t i)
{
    uint64_t window_ns = end_ns - from_ns, part = 2 * (uint64_t)i + 1;
    const uint64_t halves = 2 * MEASURE_POINTS; /* floor(part window / halves), without overflow */
    return from_ns + window_ns / halves * part + window_ns % halves * part / halves;
}

/* With one traffic, all of it together is the same again. */
void measures_begin(struct world *world)
{
    const struct world_config *config = world->config;
    world->gauges = config->traffics == 1 ? 1 : config->traffics + 1;
    world->gauge = memory_zeroed(world->gauges, sizeof *world->gauge);
    for (uint32_t row = 0; row < world->gauges; row++)
        world->gauge[row].extremes = extremes_new(config->servers);
    changes_begin(world);
}

void measures_end(struct world *world)
{
    for (uint32_t row = 0; row < world->gauges; row++)
        extremes_free(world->gauge[row].extremes);
    free(world->gauge);
    free(world->run);
}

/* ---- What the counts tell the gauges ---- */

static void set_extremes(struct world *world, uint32_t row, uint32_t server)
{
    struct gauge *gauge = &world->gauge[row];
    extremes_set(gauge->extremes, server, count_at(world, row, server)->live,
                 world->server[server].present_weight);
    gauge->dirty = true;
}

void measures_count(struct world *world, uint32_t row, uint32_t server, bool more)
{
    if (row >= world->gauges || world->server[server].present_weight == 0)
        return;
    world->gauge[row].live += more ? 1 : -(uint64_t)1;
    set_extremes(world, row, server);
}

void measures_presence(struct world *world)
{
    world->present = 0;
    world->present_weights = 0;
    world->least_weight = UINT32_MAX;
    for (uint32_t s = 0; s < world->config->servers; s++) {
        uint32_t weight = world->server[s].present_weight;
        world->present += weight > 0;
        world->present_weights += weight;
        if (weight > 0 && weight < world->least_weight)
            world->least_weight = weight;
    }
    for (uint32_t row = 0; row < world->gauges; row++) {
        world->gauge[row].live = 0;
        for (uint32_t s = 0; s < world->config->servers; s++) {
            set_extremes(world, row, s);
            if (world->server[s].present_weight > 0)
                world->gauge[row].live += count_at(world, row, s)->live;
        }
    }
}

/* ---- Verdicts ---- */

static struct verdict judge(const struct world *world, const struct gauge *gauge)
{
    if (world->present == 0 || (wide)gauge->live * world->least_weight <
                                   (wide)MEASURE_LEAST_ENTITLED * world->present_weights)
        return (struct verdict){.judged = false};
    uint32_t fullest = extremes_fullest(gauge->extremes);
    uint32_t emptiest = extremes_emptiest(gauge->extremes);
    uint32_t row = (uint32_t)(gauge - world->gauge);
    size_t first = (size_t)row * world->config->servers;
    uint64_t most = world->count[first + fullest].live, least = world->count[first + emptiest].live;
    uint64_t weights = world->present_weights;
    wide high = (wide)most * weights; /* over (live x weight) it is max/mean */
    wide high_mean = (wide)gauge->live * world->server[fullest].present_weight;
    wide low = (wide)least * weights;
    wide low_mean = (wide)gauge->live * world->server[emptiest].present_weight;
    bool over = 10 * high > 11 * high_mean;
    return (struct verdict){.judged = true,
                            .over_110 = over,
                            .outside = over || 10 * low < 9 * low_mean,
                            .max_over_mean = (double)high / (double)high_mean};
}

/* The verdict held from since_ns to now: a state that lasted no time was never seen. */
static void account(struct world *world, struct gauge *gauge, uint64_t now_ns)
{
    const struct verdict *verdict = &gauge->verdict;
    uint64_t lasted_ns = now_ns - gauge->since_ns;
    if (!world->in_window || !verdict->judged || lasted_ns == 0)
        return;
    struct world_measure *measure = &gauge->measure;
    if (!measure->judged || verdict->max_over_mean > measure->max_over_mean_peak)
        measure->max_over_mean_peak = verdict->max_over_mean;
    measure->judged = true;
    if (verdict->over_110)
        measure->over_110_ns += lasted_ns;
    if (world->span == NO_CHANGE)
        return;
    struct world_after *after = &gauge->after;
    uint64_t change_ns = world->result->change[world->span].at_ns;
    after->judged = true;
    if (verdict->outside) {
        after->outside_until_ns = now_ns - change_ns;
    } else if (!after->balanced) {
        after->balanced = true;
        after->balanced_ns = gauge->since_ns - change_ns;
    }
}

static bool same_verdict(const struct verdict *a, const struct verdict *b)
{
    return a->judged == b->judged && a->outside == b->outside && a->over_110 == b->over_110 &&
           a->max_over_mean == b->max_over_mean;
}

/* A span of changes ends where the next begins, and every verdict with it. */
void measures_tick(struct world *world)
{
    bool changed = world->group != world->span;
    for (uint32_t row = 0; row < world->gauges; row++) {
        struct gauge *gauge = &world->gauge[row];
        struct verdict verdict = gauge->verdict;
        if (gauge->dirty)
            verdict = judge(world, gauge);
        gauge->dirty = false;
        if (!changed && same_verdict(&verdict, &gauge->verdict))
            continue;
        account(world, gauge, world->now_ns);
        gauge->verdict = verdict;
        gauge->since_ns = world->now_ns;
    }
    if (changed)
        changes_tick(world);
}

void measures_open_window(struct world *world, uint64_t from_ns)
{
    for (uint32_t row = 0; row < world->gauges; row++) {
        struct gauge *gauge = &world->gauge[row];
        gauge->since_ns = from_ns;
        gauge->segment_picks = 0;
        gauge->measure = (struct world_measure){.judged = false};
    }
}

/* ---- Averages ---- */

static void add_point(struct world *world, struct gauge *gauge, uint64_t *live, uint32_t *weight)
{
    uint32_t row = (uint32_t)(gauge - world->gauge);
    struct world_average *average = &gauge->measure.average;
    for (uint32_t s = 0; s < world->config->servers; s++) {
        live[s] = count_at(world, row, s)->live;
        weight[s] = world->server[s].present_weight;
    }
    struct spread spread = spread_of(live, weight, world->config->servers);
    uint32_t fullest = extremes_fullest(gauge->extremes);
    uint32_t emptiest = extremes_emptiest(gauge->extremes);
    double all = (double)gauge->live;
    average->points++;
    average->present += world->present;
    average->live += all;
    average->mean += all / (double)world->present_weights;
    average->max += (double)live[fullest] / (double)weight[fullest];
    average->min += (double)live[emptiest] / (double)weight[emptiest];
    average->misplaced += spread.misplaced * all;
    average->cv2 += all * (spread.cv * spread.cv);
    average->gini += all * spread.gini;
}

void measures_points(struct world *world, uint64_t until_ns)
{
    const struct world_config *config = world->config;
    uint64_t *live = NULL;
    uint32_t *weight = NULL;
    for (; world->in_window && world->next_point < MEASURE_POINTS &&
           measure_point_ns(config->measure_from_ns, config->duration_ns, world->next_point) <
               until_ns;
         world->next_point++) {
        if (live == NULL) {
            live = memory_zeroed(config->servers, sizeof *live);
            weight = memory_zeroed(config->servers, sizeof *weight);
        }
        for (uint32_t row = 0; row < world->gauges; row++)
            if (world->gauge[row].verdict.judged)
                add_point(world, &world->gauge[row], live, weight);
    }
    free(live);
    free(weight);
}

void measures_finish(struct world *world)
{
    struct world_result *result = world->result;
    for (uint32_t row = 0; row < world->gauges; row++)
        account(world, &world->gauge[row], world->now_ns);
    changes_finish(world);
    for (uint32_t row = 0; row <= world->config->traffics; row++) {
        struct world_measure *measure = &result->measure[row];
        *measure = world->gauge[row < world->gauges ? row : 0].measure;
        for (uint32_t s = 0; s < world->config->servers; s++) {
            const struct world_tally *tally = world_tally_at(result, row, s);
            measure->picks_absent += tally->picks_absent;
            if (tally->live_peak > measure->live_max)
                measure->live_max = tally->live_peak;
        }
    }
}
