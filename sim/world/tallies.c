/* tallies.c: who got what: counts, integrals, peaks, presence, samples. */
#include "sim/engine/memory.h"
#include "sim/world/chi_square.h"
#include "sim/world/world_parts.h"

#include <stdlib.h>
#include <string.h>

/* The count held still since it last changed: that much more integral; and, if that was at an
 * earlier tick, a state that lasted and may be the peak. */
static void settle(struct count *count, uint64_t now_ns)
{
    if (now_ns == count->since_ns)
        return;
    count->integral += (wide)count->live * (now_ns - count->since_ns);
    if (count->live > count->peak)
        count->peak = count->live;
    count->since_ns = now_ns;
}

/* ---- Segments: picks while presence and weights stood still ---- */

/* What the segment's picks entitle each present server to, and how far chance explains who got
 * them. */
static void end_segment(struct world *world, uint32_t row)
{
    struct gauge *gauge = &world->gauge[row];
    uint32_t servers = world->config->servers;
    if (gauge->segment_picks == 0)
        return;
    uint64_t *picks = memory_zeroed(servers, sizeof *picks);
    double *entitled = memory_zeroed(servers, sizeof *entitled);
    for (uint32_t s = 0; s < servers; s++) {
        struct count *count = count_at(world, row, s);
        picks[s] = count->segment_picks;
        entitled[s] = (double)gauge->segment_picks * (double)world->server[s].segment_weight /
                      (double)world->segment_weights;
        count->entitled += entitled[s];
        count->segment_picks = 0;
    }
    struct chi_square test = chi_square_of(picks, entitled, servers);
    gauge->measure.picks_chi2 += test.x2;
    gauge->measure.picks_df += test.df;
    gauge->segment_picks = 0;
    free(picks);
    free(entitled);
}

static void end_segments(struct world *world)
{
    for (uint32_t row = 0; row < world->gauges; row++)
        end_segment(world, row);
}

/* Presence and weights are those of the segment unless a pick finds others: what is undone within a
 * tick, before anybody picks, was never there. */
static void settle_segment(struct world *world)
{
    bool differs = false;
    world->segment_in_doubt = false;
    for (uint32_t s = 0; s < world->config->servers; s++)
        differs = differs || world->server[s].segment_weight != world->server[s].present_weight;
    if (!differs)
        return;
    end_segments(world);
    for (uint32_t s = 0; s < world->config->servers; s++)
        world->server[s].segment_weight = world->server[s].present_weight;
    world->segment_weights = world->present_weights;
}

/* ---- Picks and ends ---- */

void tallies_pick(struct world *world, uint32_t traffic, uint32_t server, unsigned flags)
{
    const uint32_t rows[] = {0, traffic + 1};
    bool first = (flags & PICK_RETRY) == 0, failed = (flags & PICK_FAILED) != 0;
    bool present = first && world->server[server].present_weight > 0;
    if (first && world->segment_in_doubt)
        settle_segment(world);
    for (uint32_t i = 0; i < 2; i++) {
        struct count *count = count_at(world, rows[i], server);
        settle(count, world->now_ns);
        count->live += !failed;
        count->failed += failed;
        count->retries += !first;
        count->picks += present;
        count->picks_absent += first && !present;
        count->segment_picks += present;
        if (rows[i] < world->gauges)
            world->gauge[rows[i]].segment_picks += present;
        if (!failed)
            measures_count(world, rows[i], server, true);
        changes_pick(world, rows[i], server, flags);
    }
}

void tallies_end(struct world *world, uint32_t traffic, uint32_t server, enum tallies_end how)
{
    const uint32_t rows[] = {0, traffic + 1};
    for (uint32_t i = 0; i < 2; i++) {
        struct count *count = count_at(world, rows[i], server);
        settle(count, world->now_ns);
        count->live--;
        count->closed += how == ENDED_CLOSED;
        count->cut += how == ENDED_CUT;
        measures_count(world, rows[i], server, false);
    }
}

/* ---- Presence ---- */

/* Its weight if it is in the list and, as far as health checks know, up. */
static uint32_t listed_weight(const struct world *world, uint32_t s)
{
    const struct server *server = &world->server[s];
    return server->in_list && !server->down ? server->weight : 0;
}

/* Backups are there only while nobody else is. */
static bool backups_wait(const struct world *world)
{
    for (uint32_t s = 0; s < world->config->servers; s++)
        if (!world->config->server[s].backup && listed_weight(world, s) > 0)
            return true;
    return false;
}

static uint32_t weight_now(const struct world *world, uint32_t s, bool without_backups)
{
    return without_backups && world->config->server[s].backup ? 0 : listed_weight(world, s);
}

static void set_presence(struct world *world, struct server *server, uint32_t weight)
{
    if (weight > 0 && server->present_weight == 0)
        server->present_since_ns = world->now_ns;
    if (weight == 0 && server->present_weight > 0)
        server->present_ns += world->now_ns - server->present_since_ns;
    server->present_weight = weight;
}

void tallies_presence(struct world *world)
{
    bool changed = false, without = backups_wait(world);
    for (uint32_t s = 0; s < world->config->servers; s++)
        changed = changed || weight_now(world, s, without) != world->server[s].present_weight;
    if (!changed)
        return;
    world->segment_in_doubt = true;
    for (uint32_t s = 0; s < world->config->servers; s++)
        set_presence(world, &world->server[s], weight_now(world, s, without));
    measures_presence(world);
}

/* ---- The window ---- */

/* What was counted before it is forgotten; what is open stays open. */
void tallies_open_window(struct world *world)
{
    const struct world_config *config = world->config;
    uint64_t from_ns = config->measure_from_ns;
    for (uint32_t row = 0; row <= config->traffics; row++)
        for (uint32_t s = 0; s < config->servers; s++) {
            struct count *count = count_at(world, row, s);
            *count = (struct count){.live = count->live, .since_ns = from_ns};
        }
    for (uint32_t s = 0; s < config->servers; s++) {
        world->server[s].present_ns = 0;
        world->server[s].present_since_ns = from_ns;
    }
    memcpy(world->flow_before, world->flow, (config->traffics + 1) * sizeof *world->flow);
    measures_open_window(world, from_ns);
    world->in_window = true;
}

/* ---- Samples, and the end ---- */

void tallies_sample(struct world *world, uint64_t until_ns)
{
    const struct world_config *config = world->config;
    for (; world->next_sample < config->samples && config->sample_ns[world->next_sample] < until_ns;
         world->next_sample++) {
        for (uint32_t s = 0; s < config->servers; s++)
            world->state[s] = (struct series_state){.live = count_at(world, 0, s)->live,
                                                    .picks = count_at(world, 0, s)->picks,
                                                    .weight = world->server[s].present_weight};
        series_add(world->result->series, world->state);
    }
}

static void finish_counts(struct world *world)
{
    const struct world_config *config = world->config;
    uint64_t window_ns = config->duration_ns - config->measure_from_ns;
    for (uint32_t row = 0; row <= config->traffics; row++)
        for (uint32_t s = 0; s < config->servers; s++) {
            struct count *count = count_at(world, row, s);
            settle(count, world->now_ns);
            *world_tally_at(world->result, row, s) = (struct world_tally){
                .picks = count->picks,
                .picks_absent = count->picks_absent,
                .retries = count->retries,
                .failed = count->failed,
                .closed = count->closed,
                .cut = count->cut,
                .live = count->live,
                .live_peak = count->peak,
                .live_mean = (double)count->integral / (double)window_ns,
                .entitled = count_at(world, row < world->gauges ? row : 0, s)->entitled,
            };
        }
}

static struct world_flow flow_since(const struct world_flow *now, const struct world_flow *before)
{
    return (struct world_flow){
        .arrived = now->arrived - before->arrived,
        .opens = now->opens - before->opens,
        .refused = now->refused - before->refused,
        .closed = now->closed - before->closed,
        .cut = now->cut - before->cut,
        .gave_up = now->gave_up - before->gave_up,
        .lost = now->lost - before->lost,
        .waited = now->waited - before->waited,
        .open = now->open,
        .waiting = now->waiting,
        .queued = now->queued,
    };
}

void tallies_finish(struct world *world)
{
    const struct world_config *config = world->config;
    struct world_result *result = world->result;
    end_segments(world);
    finish_counts(world);
    for (uint32_t s = 0; s < config->servers; s++) {
        struct server *server = &world->server[s];
        result->weight[s] = server->weight;
        result->present[s] = server->present_weight > 0;
        result->present_ns[s] =
            server->present_ns +
            (server->present_weight > 0 ? world->now_ns - server->present_since_ns : 0);
    }
    for (uint32_t row = 0; row <= config->traffics; row++)
        result->flow[row] = flow_since(&world->flow[row], &world->flow_before[row]);
    measures_finish(world);
    result->traffic_digest = world->digest;
    result->draws = gateway_draws(world->gateway);
    result->unseeded = gateway_unseeded(world->gateway);
}
