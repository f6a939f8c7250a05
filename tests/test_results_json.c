/* test_results_json.c: the JSON document against the CSV files, value by value. */
#include "reports/json_pieces.h"
#include "reports/report.h"
#include "tests/harness.h"
#include "tests/told.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static const char yaml[] =
    "format: 1\nname: two\nduration: 100s\nservers: [s1, s2]\n"
    "traffic:\n  a: {arrivals: {poisson: 20/s}, lasts: {exponential: 7s}}\n"
    "  b: {arrivals: {poisson: 3/s}, lasts: forever}\n"
    "events:\n  - {at: 30.123456789s, name: up, add: s3}\n  - {at: 60s, remove: s1, drain: 5s}\n"
    "balancers: [round_robin, random, apisix-merged]\n"
    "expect:\n  - {balancer: random, metric: live_misplaced_avg, max: 0.001}\n"
    "  - {balancer: round_robin, metric: live_max, max: 1000000}\n";

enum { REPLICATIONS = 6, FIELDS = 20 };

/* ---- Both, of the same run ---- */

struct both {
    struct scenario *scenario;
    struct experiment *experiment;
    struct judgements *judgements;
    json_t *document;
};

static bool begin(struct both *both)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    *both = (struct both){.scenario = scenario_of(yaml)};
    if (both->scenario != NULL) {
        struct run_options options = {.seed = 7, .replications = REPLICATIONS, .threads = 2};
        both->experiment = experiment_run(both->scenario, &options);
        both->judgements = expect_judge(both->experiment, &(struct run_options){.threads = 2});
        report_results_json((const struct experiment *const *)&both->experiment,
                            (const struct judgements *const *)&both->judgements, 1, to);
    }
    fclose(to);
    json_error_t error = {.text = ""};
    both->document = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
    CHECK_ROW(both->document != NULL, "line %d: %s", error.line, error.text);
    free(text);
    return both->document != NULL;
}

static void end(struct both *both)
{
    json_decref(both->document);
    judgements_free(both->judgements);
    experiment_free(both->experiment);
    scenario_free(both->scenario);
}

/* ---- Finding one's way ---- */

/* The thing of a list whose `key` is that text; NULL: there is none. */
static const json_t *named(const json_t *list, const char *key, const char *text)
{
    size_t i;
    const json_t *thing;
    json_array_foreach(list, i, thing)
    {
        const char *name = json_string_value(json_object_get(thing, key));
        if (name != NULL && strcmp(name, text) == 0)
            return thing;
    }
    return NULL;
}

static const json_t *balancer_of(const struct both *both, const char *name)
{
    const json_t *run = json_array_get(json_object_get(both->document, "runs"), 0);
    return named(json_object_get(run, "balancers"), "balancer", name);
}

static const json_t *traffic_of(const struct both *both, char *const *field)
{
    const json_t *trials = json_object_get(balancer_of(both, field[1]), "replications");
    const json_t *trial = json_array_get(trials, strtoul(field[2], NULL, 10));
    return named(json_object_get(trial, "traffics"), "traffic", field[3]);
}

/* "settle_s:up" is settle_s, of up; NULL: of the run. */
static const char *split_metric(char *metric)
{
    char *colon = strchr(metric, ':');
    if (colon != NULL)
        *colon++ = '\0';
    return colon;
}

static void check_number(const json_t *number, const char *field, const char *what)
{
    if (field[0] == '\0')
        CHECK_ROW(json_is_null(number), "%s: there is one", what);
    else
        CHECK_ROW(json_is_number(number) && json_number_value(number) == strtod(field, NULL),
                  "%s: %.17g, not %s", what, json_number_value(number), field);
}

/* ---- Row by row ---- */

typedef void check_fields(const struct both *, char *const *head, char **field);

/* No name here holds a comma. */
static int split(char *line, char **field)
{
    int fields = 0;
    while (fields < FIELDS) {
        field[fields++] = line;
        line = strchr(line, ',');
        if (line == NULL)
            return fields;
        *line++ = '\0';
    }
    return fields;
}

static void check_file(const struct both *both, check_fields *check, size_t least_rows,
                       void (*report)(const struct experiment *, bool header, FILE *))
{
    char *text = NULL, *rest, *field[FIELDS] = {NULL}, *head[FIELDS] = {NULL};
    size_t size = 0, rows = 0;
    FILE *to = open_memstream(&text, &size);
    report(both->experiment, true, to);
    fclose(to);
    int heads = split(strtok_r(text, "\n", &rest), head);
    for (char *line; (line = strtok_r(NULL, "\n", &rest)) != NULL; rows++) {
        CU_ASSERT_EQUAL_FATAL(split(line, field), heads);
        check(both, head, field);
    }
    CHECK_ROW(rows >= least_rows, "only %zu rows", rows);
    free(text);
}

static void check_summary(const struct both *both, char *const *head, char **field)
{
    const json_t *of = traffic_of(both, field);
    const char *change = split_metric(field[4]);
    (void)head;
    if (change != NULL)
        of = named(json_object_get(of, "changes"), "change", change);
    check_number(json_object_get(json_object_get(of, "metrics"), field[4]), field[5], field[4]);
}

static void check_servers(const struct both *both, char *const *head, char **field)
{
    const json_t *servers = json_object_get(traffic_of(both, field), "servers");
    const json_t *server = named(servers, "server", field[4]);
    CU_ASSERT_EQUAL(json_object_size(server), 13);
    for (int i = 5; i < 17; i++)
        check_number(json_object_get(server, head[i]), field[i], head[i]);
}

static bool is_text(const json_t *text, const char *expected)
{
    return expected == NULL
               ? json_is_null(text)
               : json_is_string(text) && strcmp(json_string_value(text), expected) == 0;
}

static void check_intervals(const struct both *both, char *const *head, char **field)
{
    const json_t *intervals = json_object_get(balancer_of(both, field[1]), "intervals"), *it;
    const char *change = split_metric(field[2]);
    size_t i, found = 0;
    json_array_foreach(intervals, i, it)
    {
        if (!is_text(json_object_get(it, "metric"), field[2]) ||
            !is_text(json_object_get(it, "change"), change) ||
            !is_text(json_object_get(it, "traffic"), field[11]))
            continue;
        found++;
        for (int f = 3; f < 13; f++)
            if (f != 11)
                check_number(json_object_get(it, head[f]), field[f], head[f]);
    }
    CHECK_ROW(found == 1, "%s: %zu of them", field[2], found);
}

static void check_events(const struct both *both, char *const *head, char **field)
{
    const json_t *trials = json_object_get(balancer_of(both, field[1]), "replications"), *it;
    const json_t *trial = json_array_get(trials, strtoul(field[2], NULL, 10));
    size_t i, found = 0;
    (void)head;
    json_array_foreach(json_object_get(trial, "events"), i, it) found +=
        json_number_value(json_object_get(it, "time_s")) == strtod(field[3], NULL) &&
        is_text(json_object_get(it, "event"), field[4]) &&
        is_text(json_object_get(it, "server"), field[5][0] == '\0' ? NULL : field[5]) &&
        is_text(json_object_get(it, "detail"), field[6]);
    CHECK_ROW(found == 1, "%s %s: %zu of them", field[3], field[4], found);
}

static void test_the_same_numbers(void)
{
    enum { ROWS = 3 * 3 * 6 }; /* balancers, traffics, replications */
    struct both both;
    if (begin(&both)) {
        check_file(&both, check_summary, 30 * ROWS, report_summary_csv);
        check_file(&both, check_servers, 3 * ROWS, report_servers_csv);
        check_file(&both, check_intervals, 30 * 3 * 3, report_intervals_csv);
        check_file(&both, check_events, 3 * 6 * 3, report_events_csv);
    }
    end(&both);
}

/* In the order of the file; a line of expectations.csv holds: 0 scenario, 1 balancer, 2 metric,
 * 7 wanted, 8 value, 9 lo95, 10 hi95, 11 verdict, 12 other, 13 line. */
static void test_expectations(void)
{
    struct both both;
    char *text = NULL, *rest, *field[FIELDS] = {NULL};
    size_t size = 0, rows = 0;
    if (begin(&both)) {
        const json_t *run = json_array_get(json_object_get(both.document, "runs"), 0);
        const json_t *expectations = json_object_get(run, "expectations");
        FILE *to = open_memstream(&text, &size);
        report_expectations_csv(both.judgements, false, to);
        fclose(to);
        for (char *line = strtok_r(text, "\n", &rest); line != NULL;
             line = strtok_r(NULL, "\n", &rest)) {
            const json_t *it = json_array_get(expectations, rows++);
            CU_ASSERT_EQUAL_FATAL(split(line, field), 14);
            CU_ASSERT_TRUE(is_text(json_object_get(it, "balancer"), field[1]));
            CU_ASSERT_TRUE(is_text(json_object_get(it, "metric"), field[2]));
            CU_ASSERT_TRUE(is_text(json_object_get(it, "wanted"), field[7]));
            CU_ASSERT_TRUE(is_text(json_object_get(it, "verdict"), field[11]));
            check_number(json_object_get(it, "value"), field[8], "value");
            check_number(json_object_get(it, "lo95"), field[9], "lo95");
            check_number(json_object_get(it, "hi95"), field[10], "hi95");
            check_number(json_object_get(it, "other"), field[12], "other");
            check_number(json_object_get(it, "line"), field[13], "line");
        }
        CU_ASSERT_EQUAL(rows, 2);
        CU_ASSERT_EQUAL(json_array_size(expectations), 2);
        CU_ASSERT_TRUE(
            is_text(json_object_get(json_array_get(expectations, 0), "verdict"), "fail"));
        CU_ASSERT_TRUE(
            is_text(json_object_get(json_array_get(expectations, 1), "verdict"), "pass"));
    }
    free(text);
    end(&both);
}

/* ---- What no CSV file has ---- */

static void test_the_run(void)
{
    struct both both;
    if (begin(&both)) {
        const json_t *run = json_array_get(json_object_get(both.document, "runs"), 0);
        const json_t *up = named(json_object_get(run, "changes"), "change", "up");
        CU_ASSERT_EQUAL(json_integer_value(json_object_get(both.document, "format")), 1);
        CU_ASSERT_TRUE(is_text(json_object_get(run, "seed"), "7"));
        CU_ASSERT_EQUAL(json_number_value(json_object_get(up, "time_s")), 30.123456789);
        CU_ASSERT_EQUAL(json_number_value(json_object_get(up, "until_s")), 60);
        CU_ASSERT_EQUAL(json_number_value(json_object_get(up, "newcomers_fair_share")), .333333333);
        CU_ASSERT_PTR_NOT_NULL(named(json_object_get(run, "changes"), "change", "2"));
        CU_ASSERT_EQUAL(json_array_size(json_object_get(run, "balancers")), 3);
        CU_ASSERT_TRUE(is_text(json_object_get(json_object_get(run, "answer"), "metric"),
                               "live_misplaced_avg"));
    }
    end(&both);
}

/* ---- The writer ---- */

static void test_pieces(void)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    struct pieces pieces = {.to = to};
    piece_open(&pieces, NULL, '{');
    piece_text(&pieces, "quoted", "a \"b\" \\ \t\xC3\xA9");
    piece_open(&pieces, "none", '[');
    piece_close(&pieces, '[');
    piece_open(&pieces, "some", '[');
    piece_count(&pieces, NULL, 18446744073709551615u);
    piece_open_in_line(&pieces, NULL, '{');
    piece_open(&pieces, "a", '[');
    piece_digits(&pieces, NULL, "");
    piece_digits(&pieces, NULL, "1e-05");
    piece_close(&pieces, '[');
    piece_truth(&pieces, "b", false);
    piece_close(&pieces, '{');
    piece_close(&pieces, '[');
    piece_close(&pieces, '{');
    fclose(to);
    CU_ASSERT_STRING_EQUAL(text, "{\n  \"quoted\": \"a \\\"b\\\" \\\\ \\t\xC3\xA9\",\n"
                                 "  \"none\": [],\n"
                                 "  \"some\": [\n    18446744073709551615,\n"
                                 "    {\"a\": [null, 1e-05], \"b\": false}\n  ]\n}\n");
    free(text);
}

static const struct test tests[] = {
    {"the same numbers as in the CSV files", test_the_same_numbers},
    {"what was expected", test_expectations},
    {"what is said of the run", test_the_run},
    {"pieces", test_pieces},
};

SUITE("results_json", tests)
