/* window.c: what of a run is measured, [measure.from, duration), and how often it is looked at. */
#include "sim/scenario/load.h"

/* ---- Reading ---- */

static void read_from(struct loader *loader, const struct yaml_node *node, void *into)
{
    if (read_time(loader, node, &((struct scenario *)into)->measure_from_ns))
        loader->from_place = node->place;
}

static const struct key measure_keys[] = {
    KEY("from", "time", "0s", "metrics, peaks and averages start here", read_from),
    KEYS_END,
};
const struct section measure_section = {"measure", measure_keys, NULL};

void read_measure(struct loader *loader, const struct yaml_node *node, void *into)
{
    size_t before = loader->faults->errors;
    read_section(loader, &measure_section, node, into);
    loader->window_in_doubt = loader->faults->errors > before;
}

void read_sample(struct loader *loader, const struct yaml_node *node, void *into)
{
    uint64_t *sample_ns = &((struct scenario *)into)->sample_ns;
    if (read_time(loader, node, sample_ns) && *sample_ns == 0)
        fault_at(loader, node, "a step must be longer than nothing");
    loader->sample_place = node->place;
}

/* ---- Once all is read ---- */

static void check_sample(struct loader *loader, uint64_t window_ns)
{
    uint64_t sample_ns = loader->scenario->sample_ns;
    char least[32], window[32];
    if (sample_ns == 0) /* not given, or told */
        return;
    if (sample_ns > window_ns) {
        faults_add(loader->faults, loader->sample_place, "this step is longer than the %s measured",
                   value_time_said(window_ns, window));
        return;
    }
    uint64_t points = window_ns / sample_ns + (window_ns % sample_ns > 0);
    uint64_t least_ns = window_ns / SAMPLES_MAX + (window_ns % SAMPLES_MAX > 0);
    uint32_t servers = loader->server_names.count;
    if (points > SAMPLES_MAX)
        faults_add(loader->faults, loader->sample_place,
                   "this step makes %llu points of the %s measured; %d at most, so it must be %s "
                   "or longer",
                   (unsigned long long)points, value_time_said(window_ns, window), SAMPLES_MAX,
                   value_time_text(least_ns, least));
    else if (points * servers > SAMPLE_ROWS_MAX) /* nobody wants files of hundreds of gigabytes */
        faults_add(loader->faults, loader->sample_place,
                   "this step makes %llu points of %lu servers each; their product must not pass "
                   "%llu",
                   (unsigned long long)points, (unsigned long)servers,
                   (unsigned long long)SAMPLE_ROWS_MAX);
}

void finish_window(struct loader *loader)
{
    const struct scenario *scenario = loader->scenario;
    char duration[32];
    if (scenario->duration_ns == 0 || loader->window_in_doubt) /* no fault follows from another */
        return;
    if (scenario->measure_from_ns >= scenario->duration_ns)
        faults_add(loader->faults, loader->from_place,
                   "this is at or past the end: the run lasts %s",
                   value_time_said(scenario->duration_ns, duration));
    else
        check_sample(loader, scenario->duration_ns - scenario->measure_from_ns);
}
