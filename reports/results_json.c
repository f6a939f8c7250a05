/* results_json.c: one JSON document with all the numbers of the CSV files, digit by digit. */
#include "reports/csv_parts.h"
#include "reports/json_pieces.h"
#include "reports/table_parts.h"

#include "sim/scenario/values.h"

#include <inttypes.h>

/* Files are read by programs of later days: a change that takes something away, or lets it mean
 * something else, is another format. */
enum { RESULTS_FORMAT = 1 };

static void put_seconds(struct pieces *to, const char *key, uint64_t ns)
{
    char text[TEXT_MAX];
    piece_digits(to, key, value_seconds_text(ns, text));
}

static void put_hex(struct pieces *to, const char *key, uint64_t value)
{
    char text[TEXT_MAX];
    snprintf(text, sizeof text, "%016" PRIx64, value);
    piece_text(to, key, text);
}

/* "up", "flap:back", "3": what stands in the other files behind a metric of it. */
static const char *change_name(const struct experiment *experiment, uint32_t change,
                               char name[METRIC_NAME_MAX])
{
    static const struct metric nameless = {.name = "", .scope = METRIC_OF_CHANGE};
    return metric_name(&nameless, experiment, change, name) + 1;
}

/* ---- A trial ---- */

/* The metrics of the run, or those of a change. */
static void put_metrics(struct pieces *to, const struct world_result *result, uint32_t row,
                        bool of_run, uint32_t change)
{
    piece_open_in_line(to, "metrics", '{');
    for (uint32_t m = 0; metric_at(m) != NULL; m++) {
        const struct metric *metric = metric_at(m);
        char text[METRIC_TEXT_MAX];
        if ((metric->scope == METRIC_OF_RUN) == of_run && metric_applies(metric, result, change))
            piece_digits(to, metric->name,
                         metric_text(metric, metric_value(metric, result, row, change), text));
    }
    piece_close(to, '{');
}

static void put_servers(struct pieces *to, const struct experiment *experiment,
                        const struct world_result *result, uint32_t row)
{
    uint64_t picks = csv_picks(result, row);
    char text[SERVER_NUMBERS][TEXT_MAX];
    piece_open(to, "servers", '[');
    for (uint32_t s = 0; s < result->servers; s++) {
        csv_server_numbers(result, row, s, picks, text);
        piece_open_in_line(to, NULL, '{');
        piece_text(to, "server", experiment->scenario->server[s].name);
        for (int i = 0; i < SERVER_NUMBERS; i++)
            piece_digits(to, csv_server_number[i], text[i]);
        piece_close(to, '{');
    }
    piece_close(to, '[');
}

static void put_traffic(struct pieces *to, const struct experiment *experiment,
                        const struct world_result *result, uint32_t row)
{
    char name[METRIC_NAME_MAX];
    piece_open(to, NULL, '{');
    piece_text(to, "traffic", csv_traffic(experiment, row));
    put_metrics(to, result, row, true, 0);
    piece_open(to, "changes", '[');
    for (uint32_t change = 0; change < result->changes; change++) {
        piece_open_in_line(to, NULL, '{');
        piece_text(to, "change", change_name(experiment, change, name));
        put_metrics(to, result, row, false, change);
        piece_close(to, '{');
    }
    piece_close(to, '[');
    put_servers(to, experiment, result, row);
    piece_close(to, '{');
}

static void put_events(struct pieces *to, const struct experiment *experiment,
                       const struct world_result *result)
{
    const struct scenario *scenario = experiment->scenario;
    char detail[DETAIL_MAX];
    piece_open(to, "events", '[');
    for (uint32_t l = 0; l < result->logs; l++) {
        const struct world_log *log = &result->log[l];
        piece_open_in_line(to, NULL, '{');
        put_seconds(to, "time_s", log->at_ns);
        piece_text(to, "event", scenario->event[log->event].name);
        if (log->server == NO_SERVER)
            piece_digits(to, "server", "");
        else
            piece_text(to, "server", scenario->server[log->server].name);
        piece_text(to, "detail", csv_detail(log, detail));
        piece_close(to, '{');
    }
    piece_close(to, '[');
}

static void put_trial(struct pieces *to, const struct experiment *experiment,
                      const struct trial *trial)
{
    piece_open(to, NULL, '{');
    piece_count(to, "replication", trial->replication);
    put_hex(to, "traffic_digest", trial->result->traffic_digest);
    piece_open(to, "traffics", '[');
    for (uint32_t row = 0; row <= experiment->scenario->traffics; row++)
        put_traffic(to, experiment, trial->result, row);
    piece_close(to, '[');
    put_events(to, experiment, trial->result);
    piece_close(to, '{');
}

/* ---- A balancer ---- */

static void put_interval(struct pieces *to, const struct experiment *experiment, uint32_t balancer,
                         uint32_t row, const struct metric *metric, uint32_t change)
{
    char name[METRIC_NAME_MAX], text[INTERVAL_NUMBERS][TEXT_MAX];
    piece_open_in_line(to, NULL, '{');
    piece_text(to, "traffic", csv_traffic(experiment, row));
    piece_text(to, "metric", metric->name);
    if (metric->scope == METRIC_OF_RUN)
        piece_digits(to, "change", "");
    else
        piece_text(to, "change", change_name(experiment, change, name));
    csv_interval_numbers(experiment, metric, balancer, row, change, text);
    for (int i = 0; i < INTERVAL_NUMBERS; i++)
        piece_digits(to, csv_interval_number[i], text[i]);
    piece_close(to, '{');
}

static void put_intervals(struct pieces *to, const struct experiment *experiment, uint32_t balancer)
{
    const struct world_result *result = experiment_result(experiment, balancer, 0);
    piece_open(to, "intervals", '[');
    for (uint32_t row = 0; row <= experiment->scenario->traffics; row++)
        for (uint32_t m = 0; metric_at(m) != NULL; m++)
            for (uint32_t change = 0; change < csv_changes(result); change++)
                if (metric_applies(metric_at(m), result, change))
                    put_interval(to, experiment, balancer, row, metric_at(m), change);
    piece_close(to, '[');
}

static void put_balancer(struct pieces *to, const struct experiment *experiment, uint32_t balancer)
{
    const struct balancer *it = &experiment->scenario->balancer[balancer];
    char about[STORY_MAX];
    piece_open(to, NULL, '{');
    piece_text(to, "balancer", it->name);
    piece_text(to, "about", story_balancer(it, about));
    put_intervals(to, experiment, balancer);
    piece_open(to, "replications", '[');
    for (uint64_t r = 0; r < experiment->replications; r++)
        put_trial(to, experiment, &experiment->trial[balancer * experiment->replications + r]);
    piece_close(to, '[');
    piece_close(to, '{');
}

/* ---- A run ---- */

static void put_names(struct pieces *to, const char *key, const struct experiment *experiment,
                      const bool *in)
{
    piece_open_in_line(to, key, '[');
    for (uint32_t b = 0; b < experiment->scenario->balancers; b++)
        if (in[b])
            piece_text(to, NULL, experiment->scenario->balancer[b].name);
    piece_close(to, '[');
}

/* Whom the table calls best and worst; nobody is, where connections are too few or too short. */
static void put_answer(struct pieces *to, const struct experiment *experiment)
{
    struct table table = {.experiment = experiment, .scenario = experiment->scenario};
    const struct yardstick *by = table_yardstick(&table);
    if (!by->ranks) {
        piece_digits(to, "answer", "");
        return;
    }
    struct ranking ranking = table_rank(&table, by->misplaced);
    piece_open_in_line(to, "answer", '{');
    piece_text(to, "metric", by->misplaced);
    put_names(to, "best", experiment, ranking.best);
    put_names(to, "worst", experiment, ranking.worst);
    piece_close(to, '{');
    table_rank_free(&ranking);
}

static void put_changes(struct pieces *to, const struct experiment *experiment)
{
    const struct world_result *result = experiment_result(experiment, 0, 0);
    char name[METRIC_NAME_MAX], text[TEXT_MAX];
    piece_open(to, "changes", '[');
    for (uint32_t c = 0; c < result->changes; c++) {
        const struct world_change *change = &result->change[c];
        piece_open_in_line(to, NULL, '{');
        piece_text(to, "change", change_name(experiment, c, name));
        piece_text(to, "event", experiment->scenario->event[change->event].name);
        put_seconds(to, "time_s", change->at_ns);
        put_seconds(to, "until_s", change->until_ns);
        piece_truth(to, "measured", change->measured);
        piece_digits(to, "newcomers_fair_share",
                     change->adds ? text_ratio(change->entitled, text) : "");
        piece_close(to, '{');
    }
    piece_close(to, '[');
}

/* Null: nothing is judged. */
static void put_expectations(struct pieces *to, const struct judgements *judgements)
{
    char text[EXPECT_TEXT_MAX], number[JUDGEMENT_NUMBERS][TEXT_MAX];
    if (judgements == NULL) {
        piece_digits(to, "expectations", "");
        return;
    }
    piece_open(to, "expectations", '[');
    for (uint32_t i = 0; i < judgements->count; i++) {
        const struct judgement *it = &judgements->judgement[i];
        const struct expectation *wanted = it->expectation;
        piece_open_in_line(to, NULL, '{');
        piece_text(to, "balancer", it->balancer);
        piece_text(to, "metric", wanted->metric);
        piece_text(to, "traffic", csv_traffic(judgements->experiment, wanted->row));
        piece_text(to, "at", expect_at_text(judgements, it, text));
        piece_text(to, "of", expect_kinds_of[wanted->of]);
        piece_text(to, "level", expect_levels[wanted->level]);
        piece_text(to, "wanted", expect_wanted_text(it, text));
        piece_text(to, "verdict", csv_verdict(it));
        csv_judgement_numbers(it, number);
        for (int n = 0; n < JUDGEMENT_NUMBERS; n++)
            piece_digits(to, csv_judgement_number[n], number[n]);
        piece_count(to, "line", wanted->place.line);
        piece_close(to, '{');
    }
    piece_close(to, '[');
}

/* Seeds are 64-bit; what reads JSON may keep 53. So a text. */
static void put_run(struct pieces *to, const struct experiment *experiment,
                    const struct judgements *judgements)
{
    const struct scenario *scenario = experiment->scenario;
    char seed[TEXT_MAX];
    snprintf(seed, sizeof seed, "%" PRIu64, experiment->seed);
    piece_open(to, NULL, '{');
    piece_text(to, "scenario", scenario->name);
    piece_text(to, "about", scenario->about);
    put_hex(to, "text_hash", stream_hash(scenario->text, scenario->text_length));
    piece_text(to, "seed", seed);
    piece_count(to, "replications", experiment->replications);
    put_seconds(to, "duration_s", scenario->duration_ns);
    put_seconds(to, "measure_from_s", scenario->measure_from_ns);
    put_answer(to, experiment);
    put_expectations(to, judgements);
    put_changes(to, experiment);
    piece_open(to, "balancers", '[');
    for (uint32_t b = 0; b < scenario->balancers; b++)
        put_balancer(to, experiment, b);
    piece_close(to, '[');
    piece_close(to, '{');
}

void report_results_json(const struct experiment *const *experiment,
                         const struct judgements *const *judgements, uint32_t experiments, FILE *to)
{
    struct pieces pieces = {.to = to};
    piece_open(&pieces, NULL, '{');
    piece_count(&pieces, "format", RESULTS_FORMAT);
    piece_text(&pieces, "program", "lbsim");
    piece_text(&pieces, "version", LBSIM_VERSION);
    piece_count(&pieces, "sampling_version", STREAM_VERSION);
    piece_open(&pieces, "runs", '[');
    for (uint32_t i = 0; i < experiments; i++)
        put_run(&pieces, experiment[i], judgements != NULL ? judgements[i] : NULL);
    piece_close(&pieces, '[');
    piece_close(&pieces, '{');
}
