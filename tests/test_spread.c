/* test_spread.c: how even something is, against figures worked out by hand and against the
 * definitions written out. */
#include "sim/world/spread.h"

#include "sim/engine/stream.h"
#include "tests/harness.h"

#include <math.h>

static bool near(double a, double b, double within)
{
    return fabs(a - b) <= within;
}

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

/* Whoever has what it is entitled to is so exactly, also where shares are no round numbers. */
static void test_even(void)
{
    const uint32_t weight[6] = {3, 7, 1, 11, 3, 49};
    uint64_t x[6];
    for (uint64_t times = 1; times < 100; times++) {
        for (int s = 0; s < 6; s++)
            x[s] = times * weight[s];
        struct spread spread = spread_of(x, weight, 6);
        CHECK_ROW(spread.max_over_mean == 1 && spread.min_over_mean == 1 && spread.cv == 0 &&
                      spread.jain == 1 && spread.gini == 0 && spread.misplaced == 0,
                  "%d times the weights", (int)times);
    }
    const double third[3] = {100 / 3., 100 / 3., 100 / 3.};
    CU_ASSERT_EQUAL(spread_of_entitled((uint64_t[]){34, 34, 34}, third, 3).gini, 0);
}

static void test_entitled(void)
{
    /* r = 1.5 .5 1, sum e = 40: cv^2 = (10/4 + 10/4) / 40; pairs 10 10 1 + 10 20 .5 + 10 20 .5 */
    check_spread("15 5 20 of 10 10 20",
                 spread_of_entitled((uint64_t[]){15, 5, 20}, (double[]){10, 10, 20}, 3),
                 (double[]){1.5, .5, sqrt(.125), 8. / 9, 300. / 1600, 10. / 80}, 1e-12);
    check_spread("entitled to nothing, and not looked at",
                 spread_of_entitled((uint64_t[]){15, 9, 5, 20}, (double[]){10, 0, 10, 20}, 4),
                 (double[]){1.5, .5, sqrt(.125), 8. / 9, 300. / 1600, 10. / 80}, 1e-12);
    check_spread("one", spread_of_entitled((uint64_t[]){9}, (double[]){9}, 1),
                 (double[]){1, 1, 0, 1, 0, 0}, 0);
    CU_ASSERT_TRUE(spread_of_entitled((uint64_t[]){0, 0}, (double[]){0, 0}, 2).empty);
    CU_ASSERT_TRUE(spread_of_entitled((uint64_t[]){4, 0}, (double[]){0, 3}, 2).empty);
    CU_ASSERT_TRUE(spread_of_entitled(NULL, NULL, 0).empty);
}

/* The definitions as they are written, pair by pair. */
static void define(const uint64_t *x, const double *entitled, uint32_t servers, double out[6])
{
    double sum_x = 0, sum_e = 0, squares = 0, pairs = 0, apart = 0;
    out[0] = 0;
    out[1] = INFINITY;
    for (uint32_t s = 0; s < servers; s++) {
        if (entitled[s] <= 0)
            continue;
        double e = entitled[s], r = (double)x[s] / e;
        out[0] = fmax(out[0], r);
        out[1] = fmin(out[1], r);
        sum_x += (double)x[s];
        sum_e += e;
        squares += e * (r - 1) * (r - 1);
        apart += fabs((double)x[s] - e);
        for (uint32_t t = 0; t < servers; t++)
            if (entitled[t] > 0)
                pairs += e * entitled[t] * fabs(r - (double)x[t] / entitled[t]);
    }
    out[2] = sqrt(squares / sum_e);
    out[3] = 1 / (1 + out[2] * out[2]);
    out[4] = pairs / (2 * sum_e * sum_e);
    out[5] = apart / (2 * sum_x);
}

static void test_definitions(void)
{
    struct stream draws = stream_root(4, 0, STREAM_TRACE, 0);
    for (uint64_t row = 0, i = 0; row < 200; row++) {
        uint64_t x[12], sum_x = 0, sum_w = 0;
        uint32_t weight[12], servers = 2 + (uint32_t)stream_below(stream_value(draws, i++), 11);
        double entitled[12], expected[6];
        for (uint32_t s = 0; s < servers; s++) {
            x[s] = stream_below(stream_value(draws, i++), 300) + (s == 0);
            weight[s] = (uint32_t)stream_below(stream_value(draws, i++), 5) + (s == 0);
            sum_w += weight[s];
            sum_x += weight[s] > 0 ? x[s] : 0;
        }
        for (uint32_t s = 0; s < servers; s++)
            entitled[s] = (double)sum_x * weight[s] / (double)sum_w;
        define(x, entitled, servers, expected);
        check_spread("by weight", spread_of(x, weight, servers), expected, 1e-12);
        check_spread("entitled", spread_of_entitled(x, entitled, servers), expected, 1e-12);
        for (uint32_t s = 0; s < servers; s++)
            entitled[s] *= .5 + stream_unit(stream_value(draws, i++));
        define(x, entitled, servers, expected);
        check_spread("otherwise", spread_of_entitled(x, entitled, servers), expected, 1e-12);
    }
}

static const struct test tests[] = {
    {"figures worked out by hand", test_vectors},
    {"nothing to spread", test_empty},
    {"even is even, exactly", test_even},
    {"entitled otherwise than by weight", test_entitled},
    {"the definitions written out", test_definitions},
};

SUITE("spread", tests)
