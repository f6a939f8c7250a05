/* cmd_list.c: lbsim list: what there is, from the tables. */
#include "reports/story.h"
#include "sim/cli/commands.h"
#include "sim/cli/console.h"
#include "sim/cli/own.h"
#include "sim/cli/scenarios.h"
#include "sim/cli/shipped.h"
#include "sim/run/metrics.h"
#include "sim/scenario/scenario.h"
#include "sim/workload/input.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const struct option_row options[] = {PLUGIN_OPTION, {0, NULL, NULL, NULL, false}};

/* One kind of thing: `only` is a name to show alone, or NULL. The number of things shown. */
struct kind {
    const char *name, *about;
    bool takes_own; /* algorithms of a user's own add to it */
    uint32_t (*list)(FILE *, const char *only, const struct vocabulary *);
};

static bool wanted(const char *name, const char *only)
{
    return only == NULL || strcmp(name, only) == 0;
}

static void print_words(FILE *to, const char *const *words)
{
    for (int i = 0; words[i] != NULL; i++)
        fprintf(to, "%s%s", i > 0 ? " | " : "", words[i]);
}

static void print_algorithm(FILE *to, const struct lb_algorithm *algorithm)
{
    const struct lb_param *param = lb_algorithm_params(algorithm);
    fprintf(to, "%-15s %s\n", lb_algorithm_name(algorithm), lb_algorithm_about(algorithm));
    for (uint32_t p = 0; param[p].name != NULL; p++) {
        fprintf(to, "  %-10s ", param[p].name);
        if (param[p].words != NULL)
            print_words(to, param[p].words);
        else
            fprintf(to, "%s%" PRIu64 "..%" PRIu64 " (default %" PRIu64 ")",
                    param[p].or_off ? "0 | " : "", param[p].min, param[p].max, param[p].fallback);
        fprintf(to, "\n%15s", "");
        story_print(to, param[p].help, 15);
    }
}

static uint32_t list_algorithms(FILE *to, const char *only, const struct vocabulary *vocabulary)
{
    uint32_t shown = 0;
    for (uint32_t i = 0; lb_algorithm_at(i) != NULL; i++)
        if (wanted(lb_algorithm_name(lb_algorithm_at(i)), only)) {
            print_algorithm(to, lb_algorithm_at(i));
            shown++;
        }
    for (uint32_t i = 0; i < vocabulary->owns; i++)
        if (wanted(lb_algorithm_name(vocabulary->own[i]), only)) {
            print_algorithm(to, vocabulary->own[i]);
            shown++;
        }
    return shown;
}

/* Two lines a preset, so that all of it is seen on 80 columns. */
static uint32_t list_presets(FILE *to, const char *only, const struct vocabulary *vocabulary)
{
    (void)vocabulary;
    uint32_t shown = 0;
    for (uint32_t i = 0; preset_at(i) != NULL; i++) {
        const struct preset *preset = preset_at(i);
        if (!wanted(preset->name, only))
            continue;
        fprintf(to, "%-30s %s; %s\n", preset->name, preset->product, preset->fidelity);
        fprintf(to, "    %s, view %s, change %s\n", preset->algorithm, preset->view,
                change_choice.words[preset->change]);
        if (only != NULL)
            story_print(to, preset->about, 0);
        shown++;
    }
    return shown;
}

static uint32_t list_views(FILE *to, const char *only, const struct vocabulary *vocabulary)
{
    (void)vocabulary;
    uint32_t shown = 0;
    for (uint32_t i = 0; lb_view_at(i) != NULL; i++)
        if (wanted(lb_view_at(i)->name, only)) {
            fprintf(to, "%-16s ", lb_view_at(i)->name);
            story_print(to, lb_view_at(i)->sees, 17);
            fprintf(to, "%-16s   (%s)\n", "", lb_view_at(i)->seen_in);
            shown++;
        }
    return shown;
}

static uint32_t list_metrics(FILE *to, const char *only, const struct vocabulary *vocabulary)
{
    (void)vocabulary;
    static const char *const better[] = {[BETTER_NEITHER] = "neither is better",
                                         [BETTER_LESS] = "less is better",
                                         [BETTER_MORE] = "more is better"};
    static const char *const scope[] = {[METRIC_OF_RUN] = "",
                                        [METRIC_OF_CHANGE] = "; of each change",
                                        [METRIC_OF_ADD] = "; of each addition of servers"};
    uint32_t shown = 0;
    for (uint32_t i = 0; metric_at(i) != NULL; i++) {
        const struct metric *metric = metric_at(i);
        if (!wanted(metric->name, only))
            continue;
        fprintf(to, "%s%s (%s%s)\n    ", metric->name,
                metric->scope == METRIC_OF_RUN ? "" : ":EVENT", better[metric->better],
                scope[metric->scope]);
        story_print(to, metric->about, 4);
        shown++;
    }
    return shown;
}

struct key_listing {
    FILE *to;
    const char *only;
    char section[STORY_MAX];
    uint32_t shown;
};

static void list_key(void *context, const char *section, const struct scenario_key *key)
{
    struct key_listing *listing = context;
    char line[2 * STORY_MAX];
    if (!wanted(key->name, listing->only))
        return;
    if (strcmp(listing->section, section) != 0)
        fprintf(listing->to, "%s%s:\n", listing->shown == 0 ? "" : "\n", section);
    snprintf(listing->section, sizeof listing->section, "%s", section);
    listing->shown++;
    if (key->planned) {
        fprintf(listing->to, "  %-13s planned: %s\n", key->name, key->about);
        return;
    }
    const char *fallback = key->fallback == NULL      ? ""
                           : key->fallback[0] == '\0' ? "none"
                                                      : key->fallback;
    fprintf(listing->to, "  %-13s %s\n%16s", key->name, key->form, "");
    snprintf(line, sizeof line, "%s%s%s", key->about,
             key->required           ? "; must be given"
             : key->fallback != NULL ? "; default: "
                                     : "",
             key->required ? "" : fallback);
    story_print(listing->to, line, 16);
}

static uint32_t list_keys(FILE *to, const char *only, const struct vocabulary *vocabulary)
{
    struct key_listing listing = {.to = to, .only = only};
    scenario_keys(vocabulary, list_key, &listing);
    return listing.shown;
}

/* What they tell of themselves; in all, none is wider than its column. */
static uint32_t list_scenarios(FILE *to, const char *only, const struct vocabulary *vocabulary)
{
    enum { COLUMN = 30 };
    struct shipped all = shipped_all();
    uint32_t shown = 0;
    (void)vocabulary;
    for (size_t i = 0; i < all.count; i++) {
        int code;
        struct scenario *scenario =
            wanted(all.name[i], only) ? scenarios_load(all.name[i], NULL, &code) : NULL;
        if (scenario == NULL)
            continue;
        fprintf(to, "%-*s ", COLUMN - 1, all.name[i]);
        story_print(to, scenario->about, COLUMN);
        scenario_free(scenario);
        shown++;
    }
    shipped_free(&all);
    return shown;
}

static const struct kind kinds[] = {
    {"scenarios", "those that come with the program: what to run first", false, list_scenarios},
    {"algorithms", "the algorithms and their parameters", true, list_algorithms},
    {"presets", "named real-world combinations", false, list_presets},
    {"views", "which connections a pick sees", false, list_views},
    {"metrics", "what the numbers are", false, list_metrics},
    {"keys", "what may stand in a scenario file", true, list_keys},
};

enum { KINDS = sizeof kinds / sizeof *kinds };

static const struct kind *find_kind(const char *name)
{
    const char *known[KINDS];
    for (int i = 0; i < KINDS; i++) {
        known[i] = kinds[i].name;
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    }
    const char *meant = input_nearest(name, known, KINDS);
    char all[256] = "";
    for (int i = 0; i < KINDS; i++)
        snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s", i > 0 ? ", " : "", known[i]);
    console_error("list: '%s' is not one of: %s%s%s%s", name, all,
                  meant != NULL ? " (did you mean '" : "", meant != NULL ? meant : "",
                  meant != NULL ? "'?)" : "");
    return NULL;
}

static int refuse_own(void)
{
    console_error("list: --plugin adds to the algorithms and the keys: "
                  "lbsim list algorithms --plugin ...");
    return EXIT_INVALID;
}

static int list_for(const struct command_line *line, const struct own *own)
{
    const char *only = line->words > 1 ? line->word[1] : NULL;
    char *text = NULL;
    size_t size = 0;
    int code = EXIT_FINE;
    FILE *to = open_memstream(&text, &size);
    if (line->words > 2) {
        console_error("list: a kind and a name at most, not '%s'", line->word[2]);
        code = EXIT_INVALID;
    } else if (line->words == 0 && own->words.owns > 0) {
        code = refuse_own();
    } else if (line->words == 0) {
        for (int i = 0; i < KINDS; i++)
            fprintf(to, "lbsim list %-12s %s\n", kinds[i].name, kinds[i].about);
    } else {
        const struct kind *kind = find_kind(line->word[0]);
        if (kind == NULL) {
            code = EXIT_INVALID;
        } else if (own->words.owns > 0 && !kind->takes_own) {
            code = refuse_own();
        } else if (kind->list(to, only, &own->words) == 0) {
            console_error("list: there is no '%s' among the %s; lbsim list %s shows them all", only,
                          kind->name, kind->name);
            code = EXIT_INVALID;
        }
    }
    fclose(to);
    int written = console_write(text, size);
    free(text);
    return code != EXIT_FINE ? code : written;
}

static int list(const struct command_line *line)
{
    struct own own;
    int code = EXIT_FINE;
    if (own_open(&own, line, &code))
        code = list_for(line, &own);
    own_close(&own);
    return code;
}

const struct command command_list = {
    .name = "list",
    .arguments = "[scenarios|algorithms|presets|views|metrics|keys] [NAME] [options]",
    .about = "what there is, from the tables",
    .options = options,
    .run = list,
};
