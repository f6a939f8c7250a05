/* test_plots.c: pictures of experiments: their data say what the results say, their scripts can be
 * trusted with any text, and gnuplot takes them; without it the rest is there all the same. */
#include "reports/plots.h"

#include "reports/text.h"
#include "sim/run/metrics.h"
#include "sim/scenario/values.h"

#include "tests/harness.h"
#include "tests/told.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FEW                                                                                        \
    "format: 1\nname: few\nabout: A question?\nseed: 3\nduration: 10m\nservers: [s1, s2]\n"        \
    "traffic: {t: {arrivals: {every: 200ms}, lasts: {exponential: 60s}}}\n"                        \
    "events:\n"                                                                                    \
    "  - {at: 5m, name: up, add: s3}\n"                                                            \
    "  - {at: 6m, flap: {server: s2, for: 10s}}\n"                                                 \
    "  - {at: 8m, remove: s1, drain: 0s}\n"                                                        \
    "balancers: [round_robin, {name: 'a:b', preset: least_conn}]\n"

#define MANY                                                                                       \
    "format: 1\nname: many\nseed: 3\nduration: 2m\nservers: [s01..s16]\n"                          \
    "traffic: {t: {arrivals: {every: 20ms}, lasts: {exponential: 20s}}}\n"                         \
    "events:\n  - {at: 80s, name: up, add: s17..s24}\n"                                            \
    "balancers: [round_robin]\n"

/* ---- A run, and what it left ---- */

struct gallery {
    char home[32], place[64]; /* a directory of our own, and the output in it */
    struct scenario *scenario[2];
    struct experiment *experiment[2];
    uint32_t experiments;
    struct plots_outcome outcome;
};

static struct gallery gallery_open(const char *one, const char *other)
{
    struct gallery gallery = {.home = "/tmp/lbsim-plots-XXXXXX"};
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(gallery.home));
    snprintf(gallery.place, sizeof gallery.place, "%s/out", gallery.home);
    const char *text[] = {one, other};
    for (int i = 0; i < 2 && text[i] != NULL; i++) {
        struct scenario *scenario = scenario_of(text[i]);
        CU_ASSERT_PTR_NOT_NULL_FATAL(scenario);
        gallery.scenario[i] = scenario;
        gallery.experiment[i] = experiment_run(
            scenario,
            &(struct run_options){
                .seed = scenario->seed, .replications = 1, .series = SERIES_FIRST, .threads = 1});
        gallery.experiments++;
    }
    return gallery;
}

static void gallery_draw(struct gallery *gallery, bool png, uint32_t limit_s)
{
    char why[256];
    struct output *output = output_begin(gallery->place, why, sizeof why);
    CU_ASSERT_PTR_NOT_NULL_FATAL(output);
    CU_ASSERT_TRUE(report_plots(
        (const struct experiment *const *)gallery->experiment, gallery->experiments,
        &(struct plots_options){.png = png, .limit_s = limit_s}, output, &gallery->outcome));
    CU_ASSERT_TRUE(output_commit(output, why, sizeof why));
}

static void remove_all(const char *path)
{
    DIR *directory = opendir(path);
    for (struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;) {
        char inner[512];
        snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            remove_all(inner);
    }
    if (directory != NULL)
        closedir(directory);
    remove(path);
}

static void gallery_close(struct gallery *gallery)
{
    for (uint32_t i = 0; i < gallery->experiments; i++) {
        experiment_free(gallery->experiment[i]);
        scenario_free(gallery->scenario[i]);
    }
    remove_all(gallery->home);
}

static bool has_file(const struct gallery *gallery, const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/plots/%s", gallery->place, name);
    return access(path, F_OK) == 0;
}

/* A file's text, the caller's to free; "" if there is none. */
static char *text_of(const struct gallery *gallery, const char *name)
{
    char path[512], *text = NULL;
    size_t size = 0;
    snprintf(path, sizeof path, "%s/plots/%s", gallery->place, name);
    FILE *from = fopen(path, "rb"), *to = open_memstream(&text, &size);
    for (int byte; from != NULL && (byte = getc(from)) != EOF;)
        putc(byte, to);
    CHECK_ROW(from != NULL, "%s is there", name);
    if (from != NULL)
        fclose(from);
    fclose(to);
    return text;
}

/* ---- Data ---- */

/* What there is up to the next such character, cut off there; NULL: nothing is left. */
static char *cut(char **rest, const char *at)
{
    char *text = *rest;
    if (text == NULL)
        return NULL;
    size_t length = strcspn(text, at);
    *rest = text[length] == '\0' ? NULL : text + length + 1;
    text[length] = '\0';
    return text;
}

/* The next line that is not blank, cut off at its end; NULL: there is none. */
static char *next_line(char **rest)
{
    char *line;
    do
        line = cut(rest, "\n");
    while (line != NULL && *line == '\0');
    return line;
}

static void check_line(char **rest, const char *file, const char *wanted)
{
    char *line = next_line(rest);
    CHECK_ROW(line != NULL && strcmp(line, wanted) == 0, "%s: %s, not %s", file,
              line != NULL ? line : "nothing", wanted);
}

/* What every server held at every sample, but where it was neither there nor held anything. */
static void check_live(const struct gallery *gallery, char **rest)
{
    const struct experiment *experiment = gallery->experiment[0];
    const struct series *series = experiment_result(experiment, 0, 0)->series;
    check_line(rest, "live", "server,time_s,live");
    for (uint32_t s = 0; s < series_servers(series); s++) {
        struct series_reader reader = series_read(series);
        for (uint32_t i = 0; series_next(&reader); i++) {
            char wanted[128], seconds[TEXT_MAX];
            if (reader.state[s].weight == 0 && reader.state[s].live == 0)
                continue;
            snprintf(wanted, sizeof wanted, "%s,%s,%" PRIu64, experiment->scenario->server[s].name,
                     value_seconds_text(experiment->sample_ns[i], seconds), reader.state[s].live);
            check_line(rest, "live", wanted);
        }
        series_reader_free(&reader);
    }
}

/* Max/mean of the states in which everybody is entitled to ten, by the metrics' own spread. */
static void check_imbalance(const struct gallery *gallery, uint32_t balancer, const char *label,
                            char **rest)
{
    const struct experiment *experiment = gallery->experiment[0];
    const struct series *series = experiment_result(experiment, balancer, 0)->series;
    struct series_reader reader = series_read(series);
    for (uint32_t i = 0; series_next(&reader); i++) {
        uint64_t live[32], sum = 0;
        uint32_t weight[32], weights = 0;
        for (uint32_t s = 0; s < series_servers(series); s++) {
            live[s] = reader.state[s].live;
            weight[s] = reader.state[s].weight; /* 0 or 1 */
            sum += weight[s] * live[s];
            weights += weight[s];
        }
        if (sum < 10 * weights || weights == 0)
            continue;
        char wanted[128], seconds[TEXT_MAX];
        snprintf(wanted, sizeof wanted, "%s,%s,%.9g", label,
                 value_seconds_text(experiment->sample_ns[i], seconds),
                 spread_of(live, weight, series_servers(series)).max_over_mean);
        check_line(rest, label, wanted);
    }
    series_reader_free(&reader);
}

/* Every row of a picture of dots: the value as summary.csv has it. */
static void check_dots(const struct gallery *gallery, const char *file, uint32_t change,
                       uint32_t rows)
{
    const struct experiment *experiment = gallery->experiment[0];
    char *text = text_of(gallery, file), *rest = text, *line;
    check_line(&rest, file, "balancer,metric,row,mean,low_95,high_95");
    for (; (line = next_line(&rest)) != NULL && rows > 0; rows--) {
        const char *balancer = cut(&line, ","), *name = cut(&line, ",");
        uint32_t b = strcmp(balancer, "a:b") == 0;
        char value[METRIC_TEXT_MAX];
        cut(&line, ",");
        const struct metric *metric = metric_find(name != NULL ? name : "");
        CU_ASSERT_PTR_NOT_NULL_FATAL(metric);
        metric_text(metric, metric_value(metric, experiment_result(experiment, b, 0), 0, change),
                    value);
        const char *mean = cut(&line, ",");
        CHECK_ROW(mean != NULL && strcmp(mean, value) == 0, "%s of %s: %s, not %s", name, balancer,
                  mean, value);
    }
    CHECK_ROW(rows == 0 && line == NULL, "%s: %u rows are missing, or there is one more", file,
              (unsigned)rows);
    free(text);
}

static void check_distribution(const struct gallery *gallery)
{
    const struct experiment *experiment = gallery->experiment[0];
    char *text = text_of(gallery, "distribution.csv"), *rest = text, *line;
    uint32_t rows = 0;
    check_line(&rest, "distribution", "balancer,server,row,live,fair_share");
    for (; (line = next_line(&rest)) != NULL; rows++) {
        const struct world_result *result =
            experiment_result(experiment, strncmp(line, "a:b", 3) == 0, 0);
        uint64_t sum = world_tally_at(result, 0, 1)->live + world_tally_at(result, 0, 2)->live;
        cut(&line, ",");
        const char *server = cut(&line, ",");
        char wanted[64];
        uint32_t s = (uint32_t)(server[1] - '1');
        snprintf(wanted, sizeof wanted, "%u,%" PRIu64 ",%.9g", (unsigned)s - 1,
                 world_tally_at(result, 0, s)->live, (double)sum / 2);
        CHECK_ROW(strcmp(line, wanted) == 0, "%s: %s, not %s", server, line, wanted);
    }
    CU_ASSERT_EQUAL(rows, 4); /* s1 has left, and holds nothing */
    free(text);
}

static void test_data(void)
{
    struct gallery gallery = gallery_open(FEW, NULL);
    gallery_draw(&gallery, false, 0);
    char *text = text_of(&gallery, "live_round_robin.csv"), *rest = text;
    check_live(&gallery, &rest);
    check_imbalance(&gallery, 0, "(max_over_mean)", &rest);
    CU_ASSERT_PTR_NULL(next_line(&rest));
    free(text);
    rest = text = text_of(&gallery, "imbalance.csv");
    check_line(&rest, "imbalance", "balancer,time_s,max_over_mean");
    check_imbalance(&gallery, 0, "round_robin", &rest);
    check_imbalance(&gallery, 1, "a:b", &rest);
    CU_ASSERT_PTR_NULL(next_line(&rest));
    free(text);
    check_distribution(&gallery);
    check_dots(&gallery, "compare.csv", 0, 4);
    check_dots(&gallery, "newcomer.csv", 0, 2);
    gallery_close(&gallery);
}

static int by_size(const void *a, const void *b)
{
    const uint64_t *one = a, *two = b;
    return (*one > *two) - (*one < *two);
}

/* Many servers: the median of those present; and that the newcomers are found wanting. */
static void test_data_of_many(void)
{
    struct gallery gallery = gallery_open(MANY, NULL);
    const struct experiment *experiment = gallery.experiment[0];
    gallery_draw(&gallery, false, 0);
    char *text = text_of(&gallery, "live_round_robin.csv"), *rest = strstr(text, "median,");
    struct series_reader reader = series_read(experiment_result(experiment, 0, 0)->series);
    CU_ASSERT_PTR_NOT_NULL_FATAL(rest);
    for (uint32_t i = 0; series_next(&reader); i++) {
        uint64_t live[24];
        uint32_t present = 0;
        for (uint32_t s = 0; s < 24; s++)
            if (reader.state[s].weight > 0)
                live[present++] = reader.state[s].live;
        qsort(live, present, sizeof *live, by_size);
        CU_ASSERT_FATAL(present == 16 || present == 24);
        char wanted[128], seconds[TEXT_MAX];
        snprintf(wanted, sizeof wanted, "median,%s,%.9g",
                 value_seconds_text(experiment->sample_ns[i], seconds),
                 ((double)live[present / 2 - 1] + (double)live[present / 2]) / 2);
        check_line(&rest, "band", wanted);
    }
    series_reader_free(&reader);
    free(text);
    text = rest = text_of(&gallery, "heat_round_robin.csv");
    unsigned wanting = 0;
    check_line(&rest, "heat", "class,first_server,last_server,from_s,to_s");
    for (char *line; (line = next_line(&rest)) != NULL;) {
        unsigned first, last;
        double from_s, to_s;
        if (sscanf(line, "under 0.5,%u,%u,%lf,%lf", &first, &last, &from_s, &to_s) == 4 &&
            from_s > 79 && from_s <= 80 && to_s > 85) {
            wanting++;
            CU_ASSERT(first == last && first >= 17 && first <= 24);
        }
    }
    CU_ASSERT_EQUAL(wanting, 8);
    free(text);
    gallery_close(&gallery);
}

/* ---- Texts that mean harm ---- */

static const char harm[] = "it's `touch HACKED` $(touch HACKED)\"@x\\ %d ${y} <b>&\n'; "
                           "system('touch HACKED') #";

/* Takes what is quoted out of a script, in place; false: a quote is not closed on its line. */
static bool unquote(char *script)
{
    bool quoted = false;
    char *to = script;
    for (const char *at = script; *at != '\0'; at++) {
        if (*at == '\'')
            quoted = !quoted;
        else if (quoted && *at == '\n')
            return false;
        else if (!quoted)
            *to++ = *at;
    }
    *to = '\0';
    return !quoted;
}

static void check_script(const struct gallery *gallery, const char *name)
{
    static const char *const words[] = {"reset", "NAME = ", "load ",   "set ", "unset ",
                                        "plot ", "     ",   "FONT = ", "if (", "PNG = "};
    char *script = text_of(gallery, name), *rest = script, *line;
    CHECK_ROW(unquote(script), "%s: quotes are closed", name);
    CHECK_ROW(strpbrk(script, "`\"@|&") == NULL, "%s: only plain characters", name);
    while ((line = next_line(&rest)) != NULL) {
        bool comment = line[0] == '#', known = comment;
        CHECK_ROW(comment || (strstr(line, "HACKED") == NULL && strstr(line, "system") == NULL),
                  "%s: harm stays in its quotes", name);
        for (unsigned i = 0; i < sizeof words / sizeof *words; i++)
            known = known || strncmp(line, words[i], strlen(words[i])) == 0;
        CHECK_ROW(known, "%s: %s", name, line);
    }
    free(script);
}

static void spoil(struct scenario *scenario)
{
    scenario->name = scenario->about = harm;
    scenario->event[0].name = harm;
    scenario->server[0].name = harm;
    scenario->server[scenario->servers - 1].name = harm;
    scenario->balancer[0].name = arena_text(&scenario->arena, harm, strlen(harm));
}

static void test_harm(void)
{
    struct gallery gallery = gallery_open(FEW, MANY);
    char path[128];
    unsigned scripts = 0, quoted = 0;
    spoil(gallery.scenario[0]);
    spoil(gallery.scenario[1]);
    gallery_draw(&gallery, false, 0);
    snprintf(path, sizeof path, "%s/plots", gallery.place);
    DIR *directory = opendir(path);
    CU_ASSERT_PTR_NOT_NULL_FATAL(directory);
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        const char *name = entry->d_name;
        CHECK_ROW(name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                    "0123456789._-")] == '\0',
                  "%s is a plain name", name);
        CU_ASSERT(strcmp(name, "HACKED") != 0);
        if (strlen(name) < 3 || strcmp(name + strlen(name) - 3, ".gp") != 0)
            continue;
        char *script = text_of(&gallery, name);
        quoted += strstr(script, "$(touch HACKED)") != NULL;
        scripts++;
        free(script);
        check_script(&gallery, name);
    }
    closedir(directory);
    CU_ASSERT(scripts >= 10 && quoted + 2 == scripts); /* all but style.gp and all.gp */
    CU_ASSERT(access("HACKED", F_OK) != 0);
    if (gallery.outcome.end != PLOTS_NO_GNUPLOT)
        CHECK_ROW(gallery.outcome.end == PLOTS_DRAWN && gallery.outcome.drawn == scripts - 2,
                  "%u pictures drawn: %s", gallery.outcome.drawn, gallery.outcome.why);
    gallery_close(&gallery);
}

/* Without the series there is still what does not run over time. */
static void test_without_series(void)
{
    struct gallery gallery = gallery_open(FEW, NULL);
    experiment_free(gallery.experiment[0]);
    gallery.experiment[0] = experiment_run(
        gallery.scenario[0],
        &(struct run_options){.seed = 3, .replications = 6, .series = SERIES_NONE, .threads = 1});
    gallery_draw(&gallery, false, 0);
    CU_ASSERT_EQUAL(gallery.outcome.pictures, 3);
    CU_ASSERT(has_file(&gallery, "distribution.gp") && has_file(&gallery, "compare.gp") &&
              has_file(&gallery, "newcomer.gp"));
    gallery_close(&gallery);
}

/* ---- Names ---- */

static void test_names(void)
{
    struct gallery gallery = gallery_open(FEW, MANY);
    struct scenario *few = gallery.scenario[0];
    few->balancer[0].name = arena_text(&few->arena, "a_b", 3); /* as a:b becomes */
    setenv("PATH", "", 1);
    gallery_draw(&gallery, false, 0);
    CU_ASSERT(has_file(&gallery, "few_distribution.gp") &&
              has_file(&gallery, "many_distribution.csv"));
    CU_ASSERT(has_file(&gallery, "few_live_a_b.gp") && has_file(&gallery, "few_live_a_b-2.gp"));
    CU_ASSERT(has_file(&gallery, "many_heat_round_robin.gp") &&
              !has_file(&gallery, "few_heat_a_b.gp"));
    gallery_close(&gallery);
}

/* ---- gnuplot ---- */

/* The pictures themselves, where the program is installed. */
static void test_pictures(void)
{
    struct gallery gallery = gallery_open(FEW, NULL);
    gallery_draw(&gallery, true, 0);
    if (gallery.outcome.end == PLOTS_NO_GNUPLOT) {
        printf(" (gnuplot is not installed) ");
    } else {
        CHECK_ROW(gallery.outcome.end == PLOTS_DRAWN, "drawn: %s", gallery.outcome.why);
        CU_ASSERT(gallery.outcome.pictures == 12 && gallery.outcome.drawn == 12);
        CU_ASSERT_TRUE(has_file(&gallery, "compare.png"));
        char *svg = text_of(&gallery, "live_a_b.svg");
        CU_ASSERT(strstr(svg, ">a:b<") != NULL && strstr(svg, ">s3<") != NULL &&
                  strstr(svg, ">up: s3 joins<") != NULL &&
                  strstr(svg, ">live connections<") != NULL);
        free(svg);
        svg = text_of(&gallery, "newcomer.svg");
        CU_ASSERT(strstr(svg, ">entitled to 33.3%<") != NULL && strstr(svg, "round_robin") != NULL);
        free(svg);
        svg = text_of(&gallery, "compare.svg");
        CU_ASSERT(strstr(svg, ">A question?<") != NULL);
        free(svg);
    }
    gallery_close(&gallery);
}

static void test_without_gnuplot(void)
{
    static const char *const paths[] = {"", "/nowhere/at/all"};
    for (int i = 0; i < 2; i++) {
        struct gallery gallery = gallery_open(FEW, NULL);
        setenv("PATH", paths[i], 1);
        gallery_draw(&gallery, false, 0);
        CU_ASSERT(gallery.outcome.end == PLOTS_NO_GNUPLOT);
        CU_ASSERT(gallery.outcome.pictures == 6 && gallery.outcome.drawn == 0);
        CU_ASSERT(strstr(gallery.outcome.why, "gnuplot") != NULL);
        CU_ASSERT(has_file(&gallery, "compare.gp") && has_file(&gallery, "compare.csv") &&
                  has_file(&gallery, "style.gp") && has_file(&gallery, "all.gp"));
        CU_ASSERT_FALSE(has_file(&gallery, "compare.svg"));
        gallery_close(&gallery);
    }
}

/* Puts a program called gnuplot at the only place where it is sought. */
static void draw_with(struct gallery *gallery, const char *program, uint32_t limit_s)
{
    char path[64];
    snprintf(path, sizeof path, "%s/gnuplot", gallery->home);
    FILE *to = fopen(path, "w");
    fprintf(to, "#!/bin/sh\n%s\n", program);
    fclose(to);
    chmod(path, 0700);
    setenv("PATH", gallery->home, 1);
    gallery_draw(gallery, false, limit_s);
}

static void test_failing_gnuplot(void)
{
    static const struct {
        const char *program, *why;
        uint32_t limit_s;
    } rows[] = {
        {"echo; echo 'plot x'; echo '     ^'; echo '\"a.gp\" line 3: it is bad'; echo more; exit 1",
         "gnuplot: \"a.gp\" line 3: it is bad", 10},
        {"echo 'cannot open display' >&2; exit 7", "gnuplot: cannot open display", 10},
        {"exit 1", "gnuplot: it ended with an error", 10},
        {"kill -9 $$", "gnuplot was ended by signal 9", 10},
        {"exec /bin/sleep 30", "gnuplot was stopped after 1 s", 1},
        {"/usr/bin/head -c 3000000 /dev/zero; exit 0", "gnuplot left 6 of 6 pictures out", 10},
        {"printf '<svg' > compare.svg; exit 0", "gnuplot left 6 of 6 pictures out", 10},
        {"read -r line; [ -z \"$line\" ] && [ \"$1\" = -d ] && [ -f \"$2\" ] && echo '<svg "
         "width=1></svg>' "
         "> compare.svg; exit 0",
         "gnuplot left 5 of 6 pictures out", 10},
    };
    struct gallery gallery = gallery_open(FEW, NULL);
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        snprintf(gallery.place, sizeof gallery.place, "%s/out%u", gallery.home, i);
        draw_with(&gallery, rows[i].program, rows[i].limit_s);
        CU_ASSERT(gallery.outcome.end == PLOTS_FAILED);
        CHECK_ROW(strcmp(gallery.outcome.why, rows[i].why) == 0, "%s: %s", rows[i].program,
                  gallery.outcome.why);
        CHECK_ROW(has_file(&gallery, "compare.svg") == (gallery.outcome.drawn == 1),
                  "%s: half a picture stays", rows[i].program);
    }
    gallery_close(&gallery);
}

/* ---- Where it all goes ---- */

static void test_output(void)
{
    char home[] = "/tmp/lbsim-plots-XXXXXX", place[64], path[128], why[256];
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(home));
    snprintf(place, sizeof place, "%s/out", home);
    struct output *output = output_begin(place, why, sizeof why);
    CU_ASSERT_PTR_NOT_NULL_FATAL(output);
    FILE *to = output_open(output, "plots/a");
    CU_ASSERT_PTR_NOT_NULL_FATAL(to);
    CU_ASSERT_TRUE(output_close(output, to));
    to = output_open(output, "plots/b");
    CU_ASSERT_PTR_NOT_NULL_FATAL(to);
    CU_ASSERT_TRUE(output_close(output, to));
    char *aside = output_path(output, "plots");
    CU_ASSERT(access(aside, F_OK) == 0 && access(place, F_OK) != 0);
    CU_ASSERT_TRUE(output_commit(output, why, sizeof why));
    CU_ASSERT(access(aside, F_OK) != 0);
    snprintf(path, sizeof path, "%s/plots/b", place);
    CU_ASSERT(access(path, F_OK) == 0);
    free(aside);
    snprintf(place, sizeof place, "%s/other", home);
    output = output_begin(place, why, sizeof why);
    CU_ASSERT_PTR_NOT_NULL_FATAL(output);
    output_close(output, output_open(output, "plots/a"));
    output_abandon(output);
    remove_all(place); /* there is nothing to remove */
    snprintf(place, sizeof place, "%s/out", home);
    remove_all(place);
    CU_ASSERT(rmdir(home) == 0);
}

static const struct test tests[] = {
    {"the data of few servers are those of the results", test_data},
    {"the data of many servers are those of the results", test_data_of_many},
    {"texts that mean harm are but texts", test_harm},
    {"gnuplot draws all", test_pictures},
    {"without the series, what needs none", test_without_series},
    {"names are plain, and no two alike", test_names},
    {"without gnuplot, data and scripts are there", test_without_gnuplot},
    {"a gnuplot that fails is told of, and stopped", test_failing_gnuplot},
    {"a directory in the output", test_output},
};

SUITE("plots", tests)
