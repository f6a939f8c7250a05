/* worlds.c: putting small worlds together. */
#include "tests/worlds.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const server_names[STAGE_SERVERS] = {"s1", "s2", "s3", "s4", "s5", "s6"};
static const char *const event_names[STAGE_EVENTS] = {"#1", "#2", "#3", "#4",  "#5",  "#6",
                                                      "#7", "#8", "#9", "#10", "#11", "#12"};

void stage_begin(struct stage *stage, const char *preset, uint32_t servers, uint64_t duration_ns)
{
    assert(servers <= STAGE_SERVERS);
    *stage = (struct stage){.balancer = balancer_of_preset(preset_find(preset))};
    for (uint32_t i = 0; i < servers; i++)
        stage->server[i] = (struct world_server){.name = server_names[i],
                                                 .weight = 1,
                                                 .at_start = true,
                                                 .max_fails = 1,
                                                 .fail_timeout_s = 10};
    stage->config = (struct world_config){
        .name = "stage",
        .seed = 1,
        .duration_ns = duration_ns,
        .servers = servers,
        .instances = 1,
        .workers = 1,
        .accept = ACCEPT_IN_TURN,
        .old_workers_ns = SPAN_FOREVER,
        .count_table_bytes = 1 << 14,
    };
}

struct world_traffic *stage_traffic(struct stage *stage, const char *name, struct arrivals arrivals,
                                    struct distribution lasts)
{
    assert(stage->config.traffics < STAGE_TRAFFICS);
    struct world_traffic *traffic = &stage->traffic[stage->config.traffics++];
    *traffic = (struct world_traffic){.name = name, .lasts = lasts};
    stage_entry(stage, arrivals);
    return traffic;
}

void stage_entry(struct stage *stage, struct arrivals arrivals)
{
    uint32_t last = stage->config.traffics - 1;
    struct world_traffic *traffic = &stage->traffic[last];
    assert(traffic->arrivals_count < STAGE_ENTRIES);
    stage->arrivals[last][traffic->arrivals_count++] = arrivals;
}

struct world_event *stage_event(struct stage *stage, uint64_t at_ns, enum world_event_kind kind)
{
    assert(stage->config.events < STAGE_EVENTS);
    uint32_t index = stage->config.events++;
    stage->event[index] = (struct world_event){
        .kind = kind,
        .at_ns = at_ns,
        .name = event_names[index],
        .drain_ns = SPAN_FOREVER,
        .detect_ns = SPAN_FOREVER,
        .back_ns = SPAN_FOREVER,
        .filter = {.traffic = FILTER_ANY,
                   .server = FILTER_ANY,
                   .share_e9 = SHARE_ALL,
                   .count = UINT64_MAX,
                   .order = ORDER_OLDEST},
    };
    return &stage->event[index];
}

struct world_event *stage_change(struct stage *stage, uint64_t at_ns, const char *change)
{
    struct world_event *event = stage_event(stage, at_ns, EVENT_CHANGE);
    size_t index = (size_t)(event - stage->event);
    for (const char *at = change; *at != '\0'; at += *at == ' ') {
        char sign = *at;
        at += sign == '+' || sign == '-';
        uint32_t server = (uint32_t)(*at++ - '1');
        assert(server < stage->config.servers);
        if (sign == '+') {
            stage->added[index][event->adds++] =
                (struct world_weight){server, stage->server[server].weight};
        } else if (sign == '-') {
            stage->removed[index][event->removes++] = server;
        } else {
            assert(*at == ':');
            char *end;
            uint32_t weight = (uint32_t)strtoul(at + 1, &end, 10);
            stage->weighed[index][event->weights++] = (struct world_weight){server, weight};
            at = end;
        }
    }
    return event;
}

void stage_sample(struct stage *stage, uint64_t at_ns)
{
    assert(stage->config.samples < STAGE_SAMPLES);
    stage->sample_ns[stage->config.samples++] = at_ns;
}

/* Addresses are set last, so that a stage may be copied. */
const struct world_result *stage_run(struct stage *stage)
{
    for (uint32_t i = 0; i < stage->config.traffics; i++)
        stage->traffic[i].arrivals = stage->arrivals[i];
    for (uint32_t i = 0; i < stage->config.events; i++) {
        stage->event[i].add = stage->added[i];
        stage->event[i].remove = stage->removed[i];
        stage->event[i].weight = stage->weighed[i];
    }
    stage->config.balancer = &stage->balancer;
    stage->config.server = stage->server;
    stage->config.traffic = stage->traffic;
    stage->config.event = stage->event;
    stage->config.sample_ns = stage->sample_ns;
    world_result_free(stage->result);
    stage->result = world_run(&stage->config);
    return stage->result;
}

void stage_end(struct stage *stage)
{
    world_result_free(stage->result);
    stage->result = NULL;
}

/* ---- What arrives, and how long it lasts ---- */

struct arrivals burst(uint64_t count, uint64_t at_ns, uint64_t over_ns)
{
    return (struct arrivals){ARRIVALS_BURST,
                             {{.whole = count}, {.whole = at_ns}, {.whole = over_ns}}};
}

struct arrivals every(uint64_t gap_ns)
{
    return (struct arrivals){ARRIVALS_EVERY, {{.whole = gap_ns}}};
}

struct arrivals poisson(double mean_gap_ns)
{
    return (struct arrivals){ARRIVALS_POISSON, {{.mean_gap_ns = mean_gap_ns}}};
}

struct distribution constant(uint64_t ns)
{
    return (struct distribution){.kind = DISTRIBUTION_CONSTANT, .parameter = {{.time_ns = ns}}};
}

struct distribution uniform(uint64_t min_ns, uint64_t max_ns)
{
    return (struct distribution){.kind = DISTRIBUTION_UNIFORM,
                                 .parameter = {{.time_ns = min_ns}, {.time_ns = max_ns}}};
}

struct distribution exponential(uint64_t mean_ns)
{
    return (struct distribution){.kind = DISTRIBUTION_EXPONENTIAL,
                                 .parameter = {{.time_ns = mean_ns}}};
}

struct distribution forever(void)
{
    return (struct distribution){.kind = DISTRIBUTION_FOREVER};
}

/* ---- What became of it ---- */

static void add_counts(char text[STAGE_TEXT], const uint64_t *count, uint32_t counts)
{
    size_t length = strlen(text);
    for (uint32_t i = 0; i < counts; i++) {
        int wanted = snprintf(text + length, STAGE_TEXT - length, "%s%llu", i > 0 ? " " : "",
                              (unsigned long long)count[i]);
        assert(wanted > 0 && (size_t)wanted < STAGE_TEXT - length);
        length += (size_t)wanted;
    }
}

char *text_of_live(const struct world_result *result, uint32_t row, char text[STAGE_TEXT])
{
    text[0] = '\0';
    for (uint32_t i = 0; i < result->servers; i++) {
        if (i > 0)
            memcpy(text + strlen(text), " ", 2);
        add_counts(text, &world_tally_at(result, row, i)->live, 1);
    }
    return text;
}

char *text_of_moment(const struct world_result *result, uint32_t moment, char text[STAGE_TEXT])
{
    text[0] = '\0';
    assert(moment < result->moments);
    add_counts(text, result->moment[moment].live, result->servers);
    return text;
}

struct series_state state_at(const struct world_result *result, uint32_t sample, uint32_t server)
{
    struct series_reader reader = series_read(result->series);
    for (uint32_t i = 0; i <= sample; i++)
        if (!series_next(&reader))
            assert(false && "there is no such sample");
    struct series_state state = reader.state[server];
    series_reader_free(&reader);
    return state;
}

char *text_of_samples(const struct world_result *result, char text[STAGE_TEXT])
{
    text[0] = '\0';
    for (uint32_t i = 0; i < series_points(result->series); i++) {
        if (i > 0)
            memcpy(text + strlen(text), ", ", 3);
        uint64_t live[STAGE_SERVERS];
        for (uint32_t s = 0; s < result->servers; s++)
            live[s] = state_at(result, i, s).live;
        add_counts(text, live, result->servers);
    }
    return text;
}

uint64_t integral_of(const struct world_result *result, uint32_t row, uint64_t duration_ns)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < result->servers; i++)
        sum += (uint64_t)llround(world_tally_at(result, row, i)->live_mean * (double)duration_ns);
    return sum;
}

/* ---- Equality ---- */

#define SAME_ARRAY(a, b, field, count)                                                             \
    ((count) == 0 || memcmp((a)->field, (b)->field, (count) * sizeof *(a)->field) == 0)

static bool moments_equal(const struct world_result *a, const struct world_result *b)
{
    for (uint32_t i = 0; i < a->moments; i++) {
        const struct world_moment *one = &a->moment[i], *two = &b->moment[i];
        if (one->event != two->event || one->at_ns != two->at_ns ||
            !SAME_ARRAY(one, two, live, a->servers) || !SAME_ARRAY(one, two, weight, a->servers))
            return false;
    }
    return true;
}

static bool logs_equal(const struct world_result *a, const struct world_result *b)
{
    for (uint32_t i = 0; i < a->logs; i++) {
        const struct world_log *one = &a->log[i], *two = &b->log[i];
        if (one->at_ns != two->at_ns || one->number != two->number || one->event != two->event ||
            one->server != two->server || one->kind != two->kind)
            return false;
    }
    return true;
}

static bool series_equal(const struct world_result *a, const struct world_result *b)
{
    if (a->series == NULL || b->series == NULL)
        return a->series == b->series;
    struct series_reader one = series_read(a->series), two = series_read(b->series);
    bool equal = true, more_one, more_two;
    do {
        more_one = series_next(&one);
        more_two = series_next(&two);
        equal = equal && more_one == more_two;
        for (uint32_t s = 0; equal && more_one && s < a->servers; s++)
            equal = one.state[s].live == two.state[s].live &&
                    one.state[s].picks == two.state[s].picks &&
                    one.state[s].weight == two.state[s].weight;
    } while (more_one && more_two);
    series_reader_free(&one);
    series_reader_free(&two);
    return equal;
}

/* Measures, changes and what followed them; all of their bytes were zeroed before they were set. */
static bool measures_equal(const struct world_result *a, const struct world_result *b)
{
    size_t rows = (size_t)a->traffics + 1;
    for (uint32_t i = 0; i < a->changes; i++) {
        const struct world_change *one = &a->change[i], *two = &b->change[i];
        if (one->event != two->event || one->part != two->part || one->adds != two->adds ||
            one->measured != two->measured || one->at_ns != two->at_ns ||
            one->until_ns != two->until_ns || one->entitled != two->entitled)
            return false;
    }
    for (size_t i = 0; i < a->changes * rows; i++) {
        const struct world_after *one = &a->after[i], *two = &b->after[i];
        if (one->judged != two->judged || one->balanced != two->balanced ||
            one->balanced_ns != two->balanced_ns ||
            one->outside_until_ns != two->outside_until_ns || one->picks != two->picks ||
            one->taken != two->taken || one->longest_run != two->longest_run ||
            one->opens_per_s_peak != two->opens_per_s_peak)
            return false;
    }
    return true;
}

bool results_equal(const struct world_result *a, const struct world_result *b)
{
    size_t servers = a->servers, rows = (size_t)a->traffics + 1;
    return a->servers == b->servers && a->traffics == b->traffics && a->moments == b->moments &&
           a->changes == b->changes && a->logs == b->logs && series_equal(a, b) &&
           SAME_ARRAY(a, b, tally, rows * servers) && SAME_ARRAY(a, b, flow, rows) &&
           SAME_ARRAY(a, b, present_ns, servers) && SAME_ARRAY(a, b, weight, servers) &&
           SAME_ARRAY(a, b, present, servers) && measures_equal(a, b) && moments_equal(a, b) &&
           logs_equal(a, b) && a->traffic_digest == b->traffic_digest && a->draws == b->draws &&
           a->unseeded == b->unseeded && a->stopped == b->stopped;
}
