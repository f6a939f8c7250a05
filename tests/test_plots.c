/* test_plots.c: the data of pictures say what the results say. */
#include "reports/text.h"
#include "sim/run/metrics.h"
#include "sim/scenario/values.h"

#include "tests/gallery.h"
#include "tests/harness.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void check_line(char **rest, const char *file, const char *wanted)
{
    char *line = gallery_next_line(rest);
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
    char *text = gallery_text(gallery, file), *rest = text, *line;
    check_line(&rest, file, "balancer,metric,row,mean,low_95,high_95");
    for (; (line = gallery_next_line(&rest)) != NULL && rows > 0; rows--) {
        const char *balancer = gallery_cut(&line, ","), *name = gallery_cut(&line, ",");
        uint32_t b = strcmp(balancer, "a:b") == 0;
        char value[METRIC_TEXT_MAX];
        gallery_cut(&line, ",");
        const struct metric *metric = metric_find(name != NULL ? name : "");
        CU_ASSERT_PTR_NOT_NULL_FATAL(metric);
        metric_text(metric, metric_value(metric, experiment_result(experiment, b, 0), 0, change),
                    value);
        const char *mean = gallery_cut(&line, ",");
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
    char *text = gallery_text(gallery, "distribution.csv"), *rest = text, *line;
    uint32_t rows = 0;
    check_line(&rest, "distribution", "balancer,server,row,live,fair_share");
    for (; (line = gallery_next_line(&rest)) != NULL; rows++) {
        const struct world_result *result =
            experiment_result(experiment, strncmp(line, "a:b", 3) == 0, 0);
        uint64_t sum = world_tally_at(result, 0, 1)->live + world_tally_at(result, 0, 2)->live;
        gallery_cut(&line, ",");
        const char *server = gallery_cut(&line, ",");
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
    char *text = gallery_text(&gallery, "live_round_robin.csv"), *rest = text;
    check_live(&gallery, &rest);
    check_imbalance(&gallery, 0, "(max_over_mean)", &rest);
    CU_ASSERT_PTR_NULL(gallery_next_line(&rest));
    free(text);
    rest = text = gallery_text(&gallery, "imbalance.csv");
    check_line(&rest, "imbalance", "balancer,time_s,max_over_mean");
    check_imbalance(&gallery, 0, "round_robin", &rest);
    check_imbalance(&gallery, 1, "a:b", &rest);
    CU_ASSERT_PTR_NULL(gallery_next_line(&rest));
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
    char *text = gallery_text(&gallery, "live_round_robin.csv"), *rest = strstr(text, "median,");
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
    text = rest = gallery_text(&gallery, "heat_round_robin.csv");
    unsigned wanting = 0;
    check_line(&rest, "heat", "class,first_server,last_server,from_s,to_s");
    for (char *line; (line = gallery_next_line(&rest)) != NULL;) {
        unsigned first, last;
        double from_s, to_s;
        if (sscanf(line, "under 0.5,%u,%u,%lf,%lf", &first, &last, &from_s, &to_s) == 4 &&
            from_s == 80 && to_s > 85) {
            wanting++;
            CU_ASSERT(first == last && first >= 17 && first <= 24);
        }
    }
    CU_ASSERT_EQUAL(wanting, 8);
    free(text);
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
    CU_ASSERT(gallery_has_file(&gallery, "distribution.gp") &&
              gallery_has_file(&gallery, "compare.gp") &&
              gallery_has_file(&gallery, "newcomer.gp"));
    gallery_close(&gallery);
}

static const struct test tests[] = {
    {"the data of few servers are those of the results", test_data},
    {"the data of many servers are those of the results", test_data_of_many},
    {"without the series, what needs none", test_without_series},
};

SUITE("plots", tests)
