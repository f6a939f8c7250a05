/* gate_rows.c: which numbers of a run are gated, and getting them. */
#include "sim/engine/memory.h"
#include "sim/run/gate.h"
#include "sim/world/series.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of all traffic together. How even the live connections are over time, how soon after each
 * change, and who was turned away. Neither peaks nor what stands at the end is here: a peak says
 * nothing after a server joined, and one instant is too noisy to be judged by. Beside these there
 * is what the scenario expects something of. */
static const char *const gated[] = {
    "live_max_over_mean_avg", "live_misplaced_avg", "live_cv_avg", "settle_s", "refused", "cut"};

enum { GATED = sizeof gated / sizeof *gated };

const char *gate_variant_text(enum gate_variant variant)
{
    static const char *const text[GATE_VARIANTS] = {
        "as it is",      "other picks, to plan by",      "other picks, the same law",
        "releases lost", "counts forgotten at a change", "random in its place"};
    return text[variant];
}

uint64_t gate_seed(const struct scenario *scenario, const struct gate_options *options)
{
    return options->has_seed ? options->seed : scenario->seed;
}

void gate_row_free(struct gate_row *row)
{
    free(row->balancer);
    free(row->traffic);
    free(row->metric);
    free(row->value);
}

int gate_row_order(const struct gate_row *one, const struct gate_row *two)
{
    int order = strcmp(one->balancer, two->balancer);
    order = order != 0 ? order : strcmp(one->metric, two->metric);
    return order != 0 ? order : strcmp(one->traffic, two->traffic);
}

/* ---- Variants ---- */

/* The same with a memory that ends at every change of the list: the fault that this program is
 * about. */
static void let_forget(struct balancer *balancer)
{
    static const char *const until_change[][2] = {{"seeded", "generation"},
                                                  {"worker", "generation"},
                                                  {"host", "host_generation"},
                                                  {"fleet", "host_generation"}};
    for (size_t i = 0; i < sizeof until_change / sizeof *until_change; i++)
        if (strcmp(balancer->view->name, until_change[i][0]) == 0) {
            balancer->view = lb_view_find(until_change[i][1]);
            break;
        }
    if (balancer->change == CHANGE_IN_PLACE)
        balancer->change = CHANGE_REBUILD;
}

static struct balancer variant_of(const struct balancer *balancer, enum gate_variant variant)
{
    struct balancer made = *balancer;
    if (variant == GATE_FORGETS)
        let_forget(&made);
    if (variant == GATE_RANDOM) {
        made = balancer_of_preset(preset_find("random"));
        made.name = balancer->name;
        made.workers = balancer->workers;
    }
    return made;
}

/* ---- Who is furthest from its share ---- */

struct far {
    double *held, *entitled; /* [servers]: over the points, added up */
    uint64_t points;
};

static void add_point(struct far *far, const struct series_state *state, uint32_t servers)
{
    double live = 0, weight = 0;
    for (uint32_t s = 0; s < servers; s++)
        if (state[s].weight > 0) {
            live += (double)state[s].live;
            weight += state[s].weight;
        }
    for (uint32_t s = 0; s < servers; s++)
        if (state[s].weight > 0) {
            far->held[s] += (double)state[s].live;
            far->entitled[s] += live * state[s].weight / weight;
        }
    far->points++;
}

static struct gate_place furthest(const struct far *far, const struct scenario *scenario)
{
    struct gate_place place = {.server = NULL};
    double most = 0;
    for (uint32_t s = 0; s < scenario->servers; s++) {
        double off = fabs(far->held[s] - far->entitled[s]);
        if (off <= most)
            continue;
        most = off;
        place = (struct gate_place){.server = scenario->server[s].name,
                                    .held = far->held[s] / (double)far->points,
                                    .entitled = far->entitled[s] / (double)far->points};
    }
    return place;
}

/* Over the samples of run 0 in [from, to). */
static struct gate_place place_between(const struct experiment *experiment, uint64_t from_ns,
                                       uint64_t to_ns)
{
    const struct scenario *scenario = experiment->scenario;
    const struct series *series = experiment_result(experiment, 0, 0)->series;
    struct far far = {.held = memory_zeroed(scenario->servers, sizeof(double)),
                      .entitled = memory_zeroed(scenario->servers, sizeof(double))};
    struct series_reader reader = series_read(series);
    for (uint32_t i = 0; series_next(&reader); i++)
        if (experiment->sample_ns[i] >= from_ns && experiment->sample_ns[i] < to_ns)
            add_point(&far, reader.state, scenario->servers);
    series_reader_free(&reader);
    struct gate_place place = furthest(&far, scenario);
    free(far.held);
    free(far.entitled);
    return place;
}

/* ---- Tracks ---- */

static void fill_values(struct gate_track *track, const struct experiment *experiment, uint32_t row)
{
    track->row.value = memory_zeroed(experiment->replications, sizeof *track->row.value);
    track->row.runs = experiment->replications;
    for (uint64_t r = 0; r < experiment->replications; r++) {
        const struct world_result *result = experiment_result(experiment, 0, r);
        struct value value = metric_value(track->metric, result, row, track->change);
        metric_text(track->metric, value, track->row.value[r].text);
        bool wait = metric_is_wait(track->metric);
        track->known = track->known || !value.empty ||
                       (wait && world_after_at(result, track->change, row)->judged);
    }
}

static char *copy(const char *text)
{
    return memory_text(text, strlen(text));
}

/* row: 0 all traffic, 1 + t traffic t. */
static struct gate_track make_track(const struct experiment *experiment,
                                    const struct metric *metric, uint32_t row, uint32_t change)
{
    const struct scenario *scenario = experiment->scenario;
    const struct world_result *result = experiment_result(experiment, 0, 0);
    char name[METRIC_NAME_MAX];
    struct gate_track track = {.metric = metric, .change = change};
    uint64_t from_ns = scenario->measure_from_ns, to_ns = scenario->duration_ns;
    track.row.metric = copy(metric_name(metric, experiment, change, name));
    track.row.balancer = copy(scenario->balancer[0].name);
    track.row.traffic = copy(row == 0 ? "all" : scenario->traffic[row - 1].name);
    track.warns = metric->better == BETTER_NEITHER;
    if (metric->scope != METRIC_OF_RUN) {
        const struct world_change *at = &result->change[change];
        track.event = &scenario->event[at->event];
        track.span_s = (double)(at->until_ns - at->at_ns) / 1e9;
        from_ns = at->at_ns;
        to_ns = at->until_ns;
    }
    fill_values(&track, experiment, row);
    if (experiment->samples > 0 && row == 0)
        track.place = place_between(experiment, from_ns, to_ns);
    return track;
}

/* Of changes before the window nothing is ever said. */
static bool is_there(const struct metric *metric, const struct world_result *result,
                     uint32_t change)
{
    return metric_applies(metric, result, change) &&
           (metric->scope == METRIC_OF_RUN || result->change[change].measured);
}

/* ---- Which there are ---- */

static void add_track(struct gate_sample *sample, struct gate_track track)
{
    for (uint32_t i = 0; i < sample->tracks; i++)
        if (strcmp(sample->track[i].row.metric, track.row.metric) == 0 &&
            strcmp(sample->track[i].row.traffic, track.row.traffic) == 0) {
            gate_row_free(&track.row); /* it is there */
            return;
        }
    sample->track = memory_resized(sample->track, sample->tracks + 1, sizeof *sample->track);
    sample->track[sample->tracks++] = track;
}

static bool is_expected(const struct expectation *it, const struct experiment *experiment,
                        uint32_t change)
{
    const struct world_result *result = experiment_result(experiment, 0, 0);
    if (it->event == EXPECT_NO_EVENT)
        return true;
    return change < result->changes && result->change[change].event == it->event &&
           result->change[change].part == it->part;
}

/* What the scenario expects something of, at the end, is watched too; earlier values are those of
 * runs that end there, which `expect` judges and the gate does not make. */
static void add_expected(struct gate_sample *sample, const struct experiment *experiment,
                         const struct expectation *it, uint32_t changes)
{
    const struct metric *metric = metric_find(it->of_metric);
    const char *balancer = experiment->scenario->balancer[0].name;
    bool here = it->balancer == NULL || strcmp(it->balancer, balancer) == 0;
    if (metric == NULL || !here || it->at_ns != experiment->scenario->duration_ns)
        return;
    for (uint32_t change = 0; change < changes; change++)
        if (is_expected(it, experiment, change) &&
            is_there(metric, experiment_result(experiment, 0, 0), change))
            add_track(sample, make_track(experiment, metric, it->row, change));
}

static void make_tracks(struct gate_sample *sample, const struct experiment *experiment)
{
    const struct scenario *scenario = experiment->scenario;
    const struct world_result *result = experiment_result(experiment, 0, 0);
    uint32_t changes = result->changes > 0 ? result->changes : 1;
    for (int m = 0; m < GATED; m++)
        for (uint32_t change = 0; change < changes; change++)
            if (is_there(metric_find(gated[m]), result, change))
                add_track(sample, make_track(experiment, metric_find(gated[m]), 0, change));
    for (uint32_t i = 0; i < scenario->expectations; i++)
        add_expected(sample, experiment, &scenario->expectation[i], changes);
}

double gate_number(const struct gate_track *track, const struct gate_value *value)
{
    if (value->text[0] != '\0')
        return strtod(value->text, NULL);
    return metric_is_wait(track->metric) ? track->span_s : NAN;
}

/* ---- Running ---- */

struct told {
    const struct gate_options *options;
    const char *scenario;
};

static bool tell(void *context, uint64_t done, uint64_t trials)
{
    const struct told *told = context;
    return told->options->progress == NULL ||
           told->options->progress(told->options->context, told->scenario, done, trials);
}

static struct gate_sample *sample_of(const struct experiment *experiment)
{
    struct gate_sample *sample = memory_zeroed(1, sizeof *sample);
    sample->runs = experiment->replications;
    sample->digest = memory_zeroed(sample->runs, sizeof *sample->digest);
    for (uint64_t r = 0; r < sample->runs; r++) {
        const struct world_result *result = experiment_result(experiment, 0, r);
        sample->digest[r] = result->traffic_digest;
        sample->draws = sample->draws || result->draws > 0;
    }
    make_tracks(sample, experiment);
    return sample;
}

/* A scenario with one balancer and no other, and how it is run. */
struct alone {
    struct balancer balancer;
    struct scenario scenario;
    struct told told;
    struct run_options run;
};

static void make_alone(struct alone *alone, const struct scenario *scenario, uint32_t balancer,
                       enum gate_variant variant, const struct gate_options *options)
{
    alone->balancer = variant_of(&scenario->balancer[balancer], variant);
    alone->scenario = *scenario;
    alone->scenario.balancer = &alone->balancer;
    alone->scenario.balancers = 1;
    alone->told = (struct told){.options = options, .scenario = scenario->name};
    alone->run =
        (struct run_options){.seed = gate_seed(scenario, options),
                             .series = variant == GATE_AS_IT_IS ? SERIES_FIRST : SERIES_NONE,
                             .threads = options->threads,
                             .progress = tell,
                             .context = &alone->told,
                             .slot = options->slot,
                             .pick_set = variant == GATE_PLANNING      ? 1
                                         : variant == GATE_OTHER_PICKS ? 2
                                                                       : 0,
                             .loses_releases = variant == GATE_LOST_RELEASES};
}

struct gate_sample *gate_sample_run(const struct scenario *scenario, uint32_t balancer,
                                    uint64_t runs, enum gate_variant variant,
                                    const struct gate_options *options)
{
    struct alone alone;
    make_alone(&alone, scenario, balancer, variant, options);
    alone.run.replications = runs;
    if (options->begins != NULL)
        options->begins(options->context, scenario, balancer, variant);
    struct experiment *experiment = experiment_run(&alone.scenario, &alone.run);
    if (experiment == NULL)
        return NULL;
    struct gate_sample *sample = sample_of(experiment);
    experiment_free(experiment);
    return sample;
}

void gate_sample_try(const struct scenario *scenario, uint32_t balancer, uint64_t run,
                     enum gate_variant variant, const struct gate_options *options)
{
    struct alone alone;
    make_alone(&alone, scenario, balancer, variant, options);
    alone.run.replications = run + 1;
    experiment_try(&alone.scenario, &alone.run, run);
}

void gate_sample_free(struct gate_sample *sample)
{
    if (sample == NULL)
        return;
    for (uint32_t i = 0; i < sample->tracks; i++)
        gate_row_free(&sample->track[i].row);
    free(sample->track);
    free(sample->digest);
    free(sample);
}
