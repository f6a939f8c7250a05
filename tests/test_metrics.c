/* test_metrics.c: the numbers that runs are judged by, against figures worked out by hand or by the
 * definitions written out. */
#include "sim/run/metrics.h"

#include "tests/harness.h"
#include "tests/worlds.h"

#include <math.h>
#include <string.h>

static bool near(double a, double b, double within)
{
    return fabs(a - b) <= within;
}

/* ---- Spread ---- */

static void check_spread(const char *what, struct spread spread, const double expected[6],
                         double within)
{
    const double got[] = {spread.max_over_mean, spread.min_over_mean, spread.cv,
                          spread.jain,          spread.gini,          spread.misplaced};
    static const char *const names[] = {"max", "min", "cv", "jain", "gini", "misplaced"};
    CHECK_ROW(!spread.empty, "%s is not empty", what);
    for (int i = 0; i < 6; i++)
        CHECK_ROW(near(got[i], expected[i], within), "%s: %s is %.9f, expected %.9f", what,
                  names[i], got[i], expected[i]);
}

static void test_vectors(void)
{
    static const struct {
        const char *what;
        uint32_t servers, weight[4];
        uint64_t x[4];
        double expected[6];
    } rows[] = {
        {"267 267 66",
         3,
         {1, 1, 1},
         {267, 267, 66},
         {1.335, .33, .473762, .816693, .223333, .223333}},
        {"75 0 225", 3, {1, 1, 1}, {75, 0, 225}, {2.25, 0, .935414, .533333, .5, .416667}},
        {"2:40 20 30",
         3,
         {2, 1, 1},
         {40, 20, 30},
         {1.333333, .888889, .192450, .964286, .083333, .083333}},
        {"20 20 20 30",
         4,
         {1, 1, 1, 1},
         {20, 20, 20, 30},
         {1.333333, .888889, .192450, .964286, .083333, .083333}},
        {"even", 3, {1, 1, 1}, {7, 7, 7}, {1, 1, 0, 1, 0, 0}},
        {"as weighed", 3, {3, 2, 1}, {30, 20, 10}, {1, 1, 0, 1, 0, 0}},
        {"one server", 1, {5}, {9}, {1, 1, 0, 1, 0, 0}},
        {"all on one of four", 4, {1, 1, 1, 1}, {8, 0, 0, 0}, {4, 0, 1.732051, .25, .75, .75}},
        {"weight 0 is not looked at",
         4,
         {1, 0, 1, 1},
         {267, 999, 267, 66},
         {1.335, .33, .473762, .816693, .223333, .223333}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_spread(rows[i].what, spread_of(rows[i].x, rows[i].weight, rows[i].servers),
                     rows[i].expected, 5e-7);
}

/* Nothing anywhere: empty, never 0, nan or infinite. */
static void test_empty(void)
{
    const uint64_t none[3] = {0, 0, 0}, some[3] = {0, 5, 0};
    const uint32_t equal[3] = {1, 1, 1}, zero[3] = {0, 0, 0}, others[3] = {1, 0, 1};
    CU_ASSERT_TRUE(spread_of(none, equal, 3).empty);
    CU_ASSERT_TRUE(spread_of(some, zero, 3).empty);
    CU_ASSERT_TRUE(spread_of(some, others, 3).empty); /* only where nobody is entitled */
    CU_ASSERT_TRUE(spread_of(none, equal, 0).empty);
    CU_ASSERT_FALSE(spread_of(some, equal, 3).empty);
}

/* The definitions as they are written, pair by pair. */
static void define(const uint64_t *x, const uint32_t *weight, uint32_t servers, double out[6])
{
    double sum_x = 0, sum_w = 0, squares = 0, pairs = 0, apart = 0;
    out[0] = 0;
    out[1] = INFINITY;
    for (uint32_t s = 0; s < servers; s++) {
        sum_x += weight[s] > 0 ? (double)x[s] : 0;
        sum_w += weight[s];
    }
    for (uint32_t s = 0; s < servers; s++) {
        if (weight[s] == 0)
            continue;
        double e = sum_x * weight[s] / sum_w, r = (double)x[s] / e;
        out[0] = fmax(out[0], r);
        out[1] = fmin(out[1], r);
        squares += e * (r - 1) * (r - 1);
        apart += fabs((double)x[s] - e);
        for (uint32_t t = 0; t < servers; t++)
            if (weight[t] > 0) {
                double other = sum_x * weight[t] / sum_w;
                pairs += e * other * fabs(r - (double)x[t] / other);
            }
    }
    out[2] = sqrt(squares / sum_x);
    out[3] = 1 / (1 + out[2] * out[2]);
    out[4] = pairs / (2 * sum_x * sum_x);
    out[5] = apart / (2 * sum_x);
}

static void test_definitions(void)
{
    struct stream draws = stream_root(4, 0, STREAM_TRACE, 0);
    for (uint64_t row = 0, i = 0; row < 200; row++) {
        uint64_t x[12];
        uint32_t weight[12], servers = 2 + (uint32_t)stream_below(stream_value(draws, i++), 11);
        double expected[6];
        for (uint32_t s = 0; s < servers; s++) {
            x[s] = stream_below(stream_value(draws, i++), 300);
            weight[s] = (uint32_t)stream_below(stream_value(draws, i++), 5);
        }
        weight[0]++;
        x[0]++;
        define(x, weight, servers, expected);
        check_spread("drawn", spread_of(x, weight, servers), expected, 1e-12);
    }
}

/* ---- What a result says ---- */

/* 4 and 2 at an event, when s2 does not count, 5 and 1 at the end. */
static const struct world_result *run(struct stage *stage)
{
    stage_begin(stage, "round_robin", 2, 100);
    stage->server[0].weight = 2;
    stage_traffic(stage, "a", burst(6, 0, 0), forever());
    stage_traffic(stage, "b", burst(1, 15, 0), forever());
    struct world_event *flap = stage_event(stage, 5, EVENT_FLAP);
    flap->server = 1;
    flap->for_ns = 20;
    stage_event(stage, 10, EVENT_CUT)->filter = (struct world_filter){
        .traffic = FILTER_ANY, .server = 1, .count = 1, .order = ORDER_OLDEST};
    return stage_run(stage);
}

static double metric_of(const struct world_result *result, const char *name)
{
    double value = NAN;
    for (uint32_t i = 0; metric_at(i) != NULL; i++)
        if (strcmp(metric_at(i)->name, name) == 0 && !metric_at(i)->of(result, &value))
            value = INFINITY;
    return value;
}

static void test_of_result(void)
{
    struct stage stage;
    const struct world_result *result = run(&stage);
    CHECK_MOMENT(&stage, 1, "4 2");
    CHECK_LIVE(&stage, 0, "5 1");
    check_spread("before", spread_at(result, 0), (double[]){1, 1, 0, 1, 0, 0}, 1e-12);
    check_spread("s2 is out", spread_at(result, 1), (double[]){1, 1, 0, 1, 0, 0}, 1e-12);
    /* e = 4 2, r = 1.25 .5: cv^2 = (4/16 + 2/4) / 6 = 1/8, gini = 2 x 8 x .75 / 72 = 1/6 */
    const double end[] = {1.25, .5, sqrt(.125), 8.0 / 9, 1.0 / 6, 1.0 / 6};
    check_spread("the end", spread_at(result, result->moments), end, 1e-12);
    static const char *const names[] = {
        "live_max_over_mean", "live_min_over_mean", "live_cv",
        "live_jain",          "live_gini",          "live_misplaced"};
    for (int i = 0; i < 6; i++)
        CHECK_ROW(near(metric_of(result, names[i]), end[i], 1e-12), "%s", names[i]);
    CU_ASSERT_EQUAL(metric_of(result, "cut"), 1);
    CU_ASSERT_EQUAL(metric_of(result, "refused"), 0);
    CU_ASSERT_EQUAL(metric_of(result, "gave_up"), 0);
    stage.event[0].for_ns = 95; /* s2 is out until the end, and does not count there either */
    result = stage_run(&stage);
    CHECK_LIVE(&stage, 0, "5 1");
    check_spread("s2 is out", spread_at(result, result->moments), (double[]){1, 1, 0, 1, 0, 0},
                 1e-12);
    stage_end(&stage);

    stage_begin(&stage, "round_robin", 2, 100); /* nothing is open: there is no such number */
    stage_traffic(&stage, "a", burst(6, 0, 0), constant(1));
    result = stage_run(&stage);
    CU_ASSERT_EQUAL(metric_of(result, "live_max_over_mean"), INFINITY);
    CU_ASSERT_EQUAL(metric_of(result, "cut"), 0);
    stage_end(&stage);
}

static void test_newcomer_share(void)
{
    double share = -1;
    CU_ASSERT_TRUE(
        newcomer_share_100(&(struct world_newcomer){.picks = NEWCOMER_PICKS, .taken = 33}, &share));
    CU_ASSERT_EQUAL(share, 0.33);
    CU_ASSERT_FALSE(newcomer_share_100(&(struct world_newcomer){.picks = 99, .taken = 33}, &share));
}

/* ---- Over replications ---- */

/* Student's t at .975: 2.776445105 for 4 degrees of freedom, 2.262157163 for 9. */
static void test_summaries(void)
{
    const double five[] = {1, 2, 3, 4, 5}, ten[] = {0, 0, 0, 0, 0, 1, 1, 1, 1, 1},
                 same[] = {.1, .1, .1, .1, .1, .1};
    struct summary summary = summarize(five, 5, 2);
    CU_ASSERT(summary.count == 5 && summary.empty == 2 && summary.has_interval);
    CU_ASSERT_DOUBLE_EQUAL(summary.mean, 3, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(summary.sd, 1.5811388301, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(summary.low_95, 1.0367568385, 1e-8); /* 3 -+ 2.776445 sqrt(2.5/5) */
    CU_ASSERT_DOUBLE_EQUAL(summary.high_95, 4.9632431615, 1e-8);
    summary = summarize(ten, 10, 0);
    CU_ASSERT_DOUBLE_EQUAL(summary.sd, 0.5270462767, 1e-9); /* sqrt(2.5/9) */
    CU_ASSERT_DOUBLE_EQUAL(summary.low_95, 0.5 - 2.2621571628 / 6, 1e-8);
    CU_ASSERT_DOUBLE_EQUAL(summary.high_95, 0.5 + 2.2621571628 / 6, 1e-8);
    summary = summarize(same, 6, 0);
    CU_ASSERT(near(summary.mean, .1, 1e-15) && near(summary.high_95, .1, 1e-15));

    summary = summarize(five, 4, 0);
    CU_ASSERT_FALSE(summary.has_interval);
    CU_ASSERT_DOUBLE_EQUAL(summary.mean, 2.5, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(summary.sd, 1.2909944487, 1e-9);
    summary = summarize(five, 1, 0);
    CU_ASSERT(summary.mean == 1 && summary.sd == 0 && !summary.has_interval);
    summary = summarize(NULL, 0, 7);
    CU_ASSERT(summary.count == 0 && summary.empty == 7 && !summary.has_interval);
}

static const struct test tests[] = {
    {"spread: figures worked out by hand", test_vectors},
    {"spread: nothing to spread", test_empty},
    {"spread: the definitions written out", test_definitions},
    {"metrics of a run, at events and at the end", test_of_result},
    {"the newcomer's share of the first hundred", test_newcomer_share},
    {"summaries and Student's intervals", test_summaries},
};

SUITE("metrics", tests)
