/* run_told.c: the terminal's sentences as JSON: the words that all who show a run quote. */
#include "reports/run_told.h"

#include "reports/table_parts.h"
#include "sim/scenario/values.h"

/* ---- Sentences, as they are said ---- */

static void hear_plain(void *context, bool bold, const char *sentence)
{
    (void)bold;
    json_array_append_new(context, json_string(sentence));
}

static void hear_voice(void *context, bool bold, const char *sentence)
{
    json_array_append_new(context, json_pack("{s:b, s:s}", "bold", bold, "text", sentence));
}

static json_t *heard(const struct experiment *experiment, void (*part)(const struct table *),
                     void (*hear)(void *, bool, const char *))
{
    static const struct table_options options = {.all = false};
    json_t *sentences = json_array();
    struct table_ear ear = {hear, sentences};
    struct table table = {.experiment = experiment,
                          .scenario = experiment->scenario,
                          .options = &options,
                          .ear = &ear};
    part(&table);
    return sentences;
}

/* ---- Parts ---- */

static json_t *events_json(const struct experiment *experiment)
{
    const struct scenario *scenario = experiment->scenario;
    const struct world_result *result = experiment_result(experiment, 0, 0);
    json_t *events = json_array();
    for (uint32_t m = 0; m < result->moments; m++) {
        const struct world_event *event = &scenario->event[result->moment[m].event];
        char at_s[TEXT_MAX], at[TEXT_MAX], story[STORY_MAX];
        json_array_append_new(events, json_pack("{s:s, s:s, s:s, s:s}", "at_s",
                                                value_seconds_text(event->at_ns, at_s), "at",
                                                text_time(event->at_ns, at), "event", event->name,
                                                "story", story_event(scenario, event, story)));
    }
    return events;
}

/* How soon it settled after each change, by the metric that has it. */
static json_t *settled_json(const struct table *table, uint32_t balancer)
{
    const struct metric *settle = metric_find("settle_s");
    json_t *settled = json_array();
    for (uint32_t c = 0; c < table_result(table, 0, 0)->changes; c++) {
        char name[METRIC_NAME_MAX], text[TEXT_MAX];
        json_array_append_new(settled, json_pack("{s:s, s:s}", "metric",
                                                 metric_name(settle, table->experiment, c, name),
                                                 "text", table_settled(table, balancer, c, text)));
    }
    return settled;
}

/* What events found: each server's live connections before the events of that tick. */
static json_t *found_json(const struct table *table, uint32_t balancer)
{
    const struct world_result *result = table_result(table, balancer, 0);
    json_t *found = json_array();
    for (uint32_t m = 0; m < table->moments; m++) {
        json_t *live = json_array();
        for (uint32_t s = 0; s < result->servers; s++)
            json_array_append_new(
                live, json_integer((json_int_t)result->moment[table->moment[m]].live[s]));
        json_array_append_new(found, json_pack("{s:s, s:o}", "event",
                                               table_moment_event(table, m)->name, "live", live));
    }
    return found;
}

static json_t *balancers_json(const struct experiment *experiment)
{
    static const struct table_options options = {.all = false};
    const struct scenario *scenario = experiment->scenario;
    struct table plain = {.experiment = experiment, .scenario = scenario, .options = &options};
    struct ranking ranking = table_rank(&plain, table_yardstick(&plain)->misplaced);
    bool ranks = table_yardstick(&plain)->ranks;
    json_t *balancers = json_array();
    for (uint32_t b = 0; b < scenario->balancers; b++) {
        json_t *did = json_array();
        struct table_ear ear = {hear_plain, did};
        struct table table = {experiment, scenario, .options = &options, .ear = &ear};
        char about[STORY_MAX];
        table_choose_moments(&table);
        table_block_changes(&table, b);
        json_array_append_new(balancers, json_pack("{s:s, s:b, s:s, s:o, s:o, s:o}", "name",
                                                   scenario->balancer[b].name, "best",
                                                   ranks && ranking.best[b], "about",
                                                   story_balancer(&scenario->balancer[b], about),
                                                   "did", did, "settled", settled_json(&table, b),
                                                   "found", found_json(&table, b)));
    }
    table_rank_free(&ranking);
    return balancers;
}

/* What random picks would leave; about the same under all balancers. */
static json_t *chance_json(const struct table *table)
{
    struct noise noise = table_noise(table, 0);
    char misplaced[TEXT_MAX], full[TEXT_MAX];
    if (noise.empty || !table_yardstick(table)->ranks)
        return json_null();
    return json_pack("{s:s, s:s}", "misplaced", text_ratio(noise.misplaced, misplaced),
                     "max_over_mean", text_ratio(noise.max_over_mean, full));
}

json_t *run_told(const struct experiment *experiment)
{
    struct table table = {.experiment = experiment, .scenario = experiment->scenario};
    const struct yardstick *by = table_yardstick(&table);
    json_t *yardstick =
        json_pack("{s:s, s:s, s:s, s:b}", "about", by->about, "misplaced", by->misplaced,
                  "max_over_mean", by->max_over_mean, "ranks", by->ranks);
    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "about",
                     experiment->scenario->about, "setting",
                     heard(experiment, table_setting, hear_plain), "events",
                     events_json(experiment), "answer", heard(experiment, table_answer, hear_voice),
                     "balancers", balancers_json(experiment), "yardstick", yardstick, "chance",
                     chance_json(&table), "caution", heard(experiment, table_caution, hear_plain));
}
