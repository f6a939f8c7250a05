/* run_json.c: run.json: all that is needed to run it again, and what was said of it. The only file
 * that may differ between two runs of the same, in its wall time. */
#include "reports/report.h"

#include "reports/run_told.h"

#include <inttypes.h>
#include <jansson.h>
#include <string.h>

static json_t *hex(uint64_t value)
{
    return json_sprintf("%016" PRIx64, value);
}

/* Seeds are 64-bit; what reads JSON may keep 53. So a text. */
static json_t *whole(uint64_t value)
{
    return json_sprintf("%" PRIu64, value);
}

static json_t *trial_json(const struct experiment *experiment, const struct trial *trial)
{
    return json_pack("{s:s, s:I, s:o, s:I}", "balancer",
                     experiment->scenario->balancer[trial->balancer].name, "replication",
                     (json_int_t)trial->replication, "traffic_digest",
                     hex(trial->result->traffic_digest), "draws", (json_int_t)trial->result->draws);
}

/* expectations: how many lines expectations.csv has of it. */
static json_t *experiment_json(const struct experiment *experiment, uint32_t expectations)
{
    const struct scenario *scenario = experiment->scenario;
    json_t *trials = json_array();
    for (uint64_t i = 0; i < experiment->trials; i++)
        json_array_append_new(trials, trial_json(experiment, &experiment->trial[i]));
    return json_pack(
        "{s:s, s:s, s:s%, s:o, s:o, s:I, s:f, s:I, s:o, s:o}", "scenario", scenario->name, "file",
        scenario->file, "text", scenario->text, scenario->text_length, "text_hash",
        hex(stream_hash(scenario->text, scenario->text_length)), "seed", whole(experiment->seed),
        "replications", (json_int_t)experiment->replications, "wall_s", experiment->wall_s,
        "expectations", (json_int_t)expectations, "trials", trials, "told", run_told(experiment));
}

/* Which algorithms were not this program's own, and of which bytes. */
static json_t *plugins_json(const struct plugins *plugins)
{
    json_t *files = json_array();
    for (uint32_t i = 0; i < plugins->plugins; i++) {
        const struct plugin *plugin = &plugins->plugin[i];
        json_t *names = json_array();
        for (uint32_t k = 0; k < plugin->algorithms; k++)
            json_array_append_new(names, json_string(lb_algorithm_name(plugin->algorithm[k])));
        json_array_append_new(files, json_pack("{s:s, s:o, s:o}", "file", plugin->path, "hash",
                                               hex(plugin->hash), "algorithms", names));
    }
    return files;
}

bool report_run_json(const struct experiment *const *experiment,
                     const struct judgements *const *judgements, uint32_t experiments,
                     const char *options, const struct plugins *plugins, FILE *to)
{
    json_t *runs = json_array();
    for (uint32_t i = 0; i < experiments; i++)
        json_array_append_new(
            runs, experiment_json(experiment[i], judgements == NULL ? 0 : judgements[i]->count));
    json_t *root = json_pack("{s:s, s:s, s:i, s:s, s:o, s:o}", "program", "lbsim", "version",
                             LBSIM_VERSION, "sampling_version", STREAM_VERSION, "options", options,
                             "plugins", plugins_json(plugins), "runs", runs);
    bool written = root != NULL && json_dumpf(root, to, JSON_INDENT(2)) == 0;
    json_decref(root);
    fputc('\n', to);
    return written;
}
