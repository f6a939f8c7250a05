/* test_chance.c: chi-square, its tails, the noise floor and observed tables, against figures worked
 * out by hand, from printed tables, or by adding up the law itself. */
#include "sim/run/analysis.h"
#include "sim/run/chance.h"
#include "sim/world/chi_square.h"

#include "tests/harness.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static bool near(double a, double b, double within)
{
    return fabs(a - b) <= within;
}

/* ---- Pearson's statistic ---- */

static void test_pooling(void)
{
    static const struct {
        const char *what;
        uint32_t cells;
        uint64_t count[6];
        double expected[6];
        double x2;
        uint64_t df;
    } rows[] = {
        {"nothing pooled", 3, {8, 12, 10}, {10, 10, 10}, .8, 2},
        {"five is enough", 2, {4, 6}, {5, 5}, .4, 1},
        /* 1 + 2 + 2 of counts 0 + 1 + 3, then 2 + 10 of 2 + 12: 1/5 + 4/12 */
        {"ascending", 6, {1, 3, 2, 12, 7, 0}, {2, 2, 2, 10, 0, 1}, 8.0 / 15, 1},
        /* 3 + 3 of 1 + 2, then 3 + 3 and the rest of 3 + 4 + 5: 9/6 + 9/9 */
        {"rest into the last", 5, {1, 2, 3, 4, 5}, {3, 3, 3, 3, 3}, 2.5, 1},
        {"one cell is left", 3, {9, 1, 2}, {4, 4, 4}, 0, 0},
        {"no cell is left", 2, {3, 1}, {2, 2}, 0, 0},
        {"expects nothing", 2, {3, 1}, {0, 0}, 0, 0},
        {"one server", 1, {9}, {9}, 0, 0},
        {"no server", 0, {0}, {0}, 0, 0},
        {"by weight", 3, {40, 20, 30}, {45, 22.5, 22.5}, 25.0 / 45 + 6.25 / 22.5 + 2.5, 2},
        {"even", 4, {7, 7, 7, 7}, {7, 7, 7, 7}, 0, 3},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct chi_square got = chi_square_of(rows[i].count, rows[i].expected, rows[i].cells);
        CHECK_ROW(near(got.x2, rows[i].x2, 1e-12) && got.df == rows[i].df,
                  "%s: %.15g on %llu, expected %.15g on %llu", rows[i].what, got.x2,
                  (unsigned long long)got.df, rows[i].x2, (unsigned long long)rows[i].df);
    }
}

/* ---- Its tails ---- */

/* Percentage points as statistical tables print them. */
static void test_tails(void)
{
    static const struct {
        uint64_t df;
        double chi2, p;
    } rows[] = {
        {1, 3.8415, .05},   {1, 6.6349, .01},    {1, 10.8276, .001},   {2, 13.8155, .001},
        {5, 11.0705, .05},  {5, 15.0863, .01},   {5, 20.515, .001},    {10, 29.588, .001},
        {10, 3.9403, .95},  {30, 43.773, .05},   {30, 14.953, .99},    {100, 149.449, .001},
        {100, 70.065, .99}, {100, 124.342, .05}, {5, 43.8, 2.5432e-8},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct chance got = chance_of(rows[i].chi2, rows[i].df);
        CHECK_ROW(!got.empty && near(got.p, rows[i].p, 1e-3 * rows[i].p),
                  "%g on %llu: p %.9g, expected %g", rows[i].chi2, (unsigned long long)rows[i].df,
                  got.p, rows[i].p);
        CHECK_ROW(near(got.p + got.even_p, 1, 1e-12), "%g: the tails add up to %.15g", rows[i].chi2,
                  got.p + got.even_p);
    }
    /* Two degrees of freedom: exp(-x/2), by hand at any height. */
    for (double x = .5; x < 1200; x *= 2) {
        double p = chance_of(x, 2).p;
        CHECK_ROW(near(p, exp(-x / 2), 1e-11 * exp(-x / 2)), "%g on 2: %.12g", x, p);
    }
    CU_ASSERT_TRUE(chance_of(0, 0).empty);
    CU_ASSERT_EQUAL(chance_of(0, 5).p, 1);
    CU_ASSERT_EQUAL(chance_of(0, 5).even_p, 0);
    CU_ASSERT_EQUAL(chance_of(1e15, 5).p, 0); /* underflows in silence */
    CU_ASSERT_EQUAL(chance_of(1e15, 5).even_p, 1);
}

static void test_verdict(void)
{
    static const struct {
        const char *what;
        struct chance chance;
        enum chance_verdict verdict;
    } rows[] = {
        {"nothing", {.empty = true}, CHANCE_NONE},
        {"usual", {.p = .3, .even_p = .7}, CHANCE_EXPLAINS},
        {"just uneven enough", {.p = .000999, .even_p = .999001}, CHANCE_DOES_NOT},
        {"just not", {.p = .001, .even_p = .999}, CHANCE_EXPLAINS},
        {"just even enough", {.p = .999001, .even_p = .000999}, CHANCE_TOO_EVEN},
        {"just not even enough", {.p = .999, .even_p = .001}, CHANCE_EXPLAINS},
        {"perfectly even", {.p = 1, .even_p = 0}, CHANCE_TOO_EVEN},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CHECK_ROW(chance_verdict(rows[i].chance) == rows[i].verdict, "%s: %d", rows[i].what,
                  (int)chance_verdict(rows[i].chance));
}

/* ---- The noise floor ---- */

static void test_noise_by_hand(void)
{
    /* e 10, n 4: e^-10 10^10 / 10! = .125110; .5^(1/4) = .8409, P(X <= 12) = .7916 and
     * P(X <= 13) = .8645. The later ones by arithmetic with 40 digits. */
    static const struct {
        double e, n, misplaced, quantile;
    } rows[] = {
        {10, 4, .125110035721, 13},
        {2.5, 1, .2565156207, 2},
        {2.5, 1.5, .2565156207, 3},
        {1, 6, .367879441171, 2},
        {.001, 4, .999000499833, 0},
        {.001, 1e4, .999000499833, 1},
        {33.3, 100, .06917796326, 48},
        {1000, 6, .01261461135, 1039},
        {12345.678, 6, .003590488182, 12483},
        {999999, 1e4, .0003989424466, 1003812},
        {1e6, 1, .0003989422472, 1000000},
        {1e6, 6, .0003989422472, 1001231},
        {1e6, 1e15, .0003989422472, 1007997},
        {1000001, 6, .0003989420477, 1001232},
        {1000001, 1, .0003989420477, 1000001},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct noise got = noise_floor(rows[i].e, rows[i].n);
        CHECK_ROW(!got.empty && near(got.misplaced, rows[i].misplaced, 3e-7 * rows[i].misplaced),
                  "e %g: misplaced %.12g", rows[i].e, got.misplaced);
        CHECK_ROW(near(got.max_over_mean, rows[i].quantile / rows[i].e, 1e-12),
                  "e %g n %g: %.12g servers' worth, expected %g", rows[i].e, rows[i].n,
                  got.max_over_mean * rows[i].e, rows[i].quantile);
    }
}

/* The law itself, added up term by term: half the mean distance from e over e, and the quantile. */
static void test_noise_by_the_law(void)
{
    for (double e = .3; e < 600; e = 1.7 * e + .21)
        for (double n = 1; n < 2000; n = 2.6 * n + .3) {
            double term = exp(-e), below = 0, apart = 0, at_most = pow(.5, 1 / n);
            double quantile = -1;
            for (int k = 0; k < 2000; term *= e / ++k) {
                below += term;
                apart += term * fabs(k - e);
                if (quantile < 0 && below >= at_most)
                    quantile = k;
            }
            struct noise got = noise_floor(e, n);
            CHECK_ROW(near(got.misplaced, apart / (2 * e), 1e-10), "e %g: misplaced %.12g, %.12g",
                      e, got.misplaced, apart / (2 * e));
            CHECK_ROW(near(got.max_over_mean * e, quantile, 1e-6), "e %g n %g: %g, expected %g", e,
                      n, got.max_over_mean * e, quantile);
        }
}

/* Far beyond: the misplaced of a normal law, and a maximum of six that is 1.2313 deviations up (the
 * normal quantile at .5^(1/6) = .890899). */
static void test_noise_of_millions(void)
{
    for (double e = 1e7; e < 1e16; e *= 10) {
        struct noise got = noise_floor(e, 6);
        CHECK_ROW(near(got.misplaced * sqrt(e), .3989422804, 1e-7), "e %g: misplaced %.12g", e,
                  got.misplaced);
        CHECK_ROW(near((got.max_over_mean - 1) * sqrt(e), 1.2313, 1e-3), "e %g: %.12g", e,
                  (got.max_over_mean - 1) * sqrt(e));
    }
}

static void test_no_noise(void)
{
    static const double rows[][2] = {{0, 4},   {-1, 4},   {10, 0},       {10, .999},    {10, -1},
                                     {NAN, 4}, {10, NAN}, {INFINITY, 4}, {10, INFINITY}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CHECK_ROW(noise_floor(rows[i][0], rows[i][1]).empty, "e %g n %g", rows[i][0], rows[i][1]);
    CU_ASSERT_FALSE(noise_floor(10, 1).empty);
}

/* ---- Observed tables ---- */

static bool analyze(const char *text, struct analysis *analysis, char *faults_text, size_t room)
{
    struct input input;
    struct faults faults = {0};
    input_of_text(&input, "counts.csv", text, strlen(text));
    bool fine = analysis_read(analysis, &input, &faults);
    faults_text[0] = '\0';
    for (size_t i = 0; i < faults.count; i++)
        snprintf(faults_text + strlen(faults_text), room - strlen(faults_text), "%u:%u %s\n",
                 (unsigned)faults.fault[i].place.line, (unsigned)faults.fault[i].place.column,
                 faults.fault[i].message);
    faults_free(&faults);
    input_free(&input);
    return fine;
}

/* nginx-devel, 21 August 2012: "random selection does not guarantee ideal distribution of the load,
 * but it turns out to work quite well". */
static void test_table_of_2012(void)
{
    struct analysis analysis;
    char faults[400];
    CU_ASSERT_TRUE_FATAL(analyze("server,count\nserver 2,399342\nserver 3,397854\n"
                                 "server 1,396807\nserver 4,396660\nserver 5,393735\n"
                                 "server 0,390000\n",
                                 &analysis, faults, sizeof faults));
    CU_ASSERT_EQUAL(analysis.servers, 6);
    CU_ASSERT_EQUAL(analysis.compared, 6);
    CU_ASSERT_EQUAL(analysis.total, 2374398);
    CU_ASSERT_FALSE(analysis.weighted);
    CU_ASSERT_EQUAL(analysis.server[0].entitled, 395733);
    CU_ASSERT_STRING_EQUAL(analysis.server[5].name, "server 0");
    CU_ASSERT_TRUE(near(analysis.chi_square.x2, 142.50926761225, 1e-9));
    CU_ASSERT_EQUAL(analysis.chi_square.df, 5);
    CU_ASSERT_TRUE(near(analysis.chance.p, 5.238405792e-29, 1e-37));
    CU_ASSERT_EQUAL(analysis.verdict, CHANCE_DOES_NOT);
    CU_ASSERT_TRUE(near(analysis.spread.max_over_mean, 399342.0 / 395733, 1e-12));
    CU_ASSERT_TRUE(near(analysis.spread.min_over_mean, 390000.0 / 395733, 1e-12));
    CU_ASSERT_TRUE(near(analysis.spread.cv, .00774720048913, 1e-12));
    CU_ASSERT_TRUE(near(analysis.spread.gini, .00415642196464, 1e-12));
    CU_ASSERT_TRUE(near(analysis.spread.misplaced, .00325598320079, 1e-12));
    CU_ASSERT_TRUE(near(analysis.cv_by_chance, sqrt(5 / 2374398.0), 1e-15));
    analysis_free(&analysis);
}

/* The same 45 servers, fullest first, emptiest first and as they are called: 0 to 8 connections,
 * pooled, so that neighbours matter. */
static void test_order_of_rows(void)
{
    struct analysis one, two;
    char up[1024] = "server,count\n", down[1024] = "server,count\n", faults[400];
    for (int i = 0; i < 45; i++) {
        snprintf(up + strlen(up), sizeof up - strlen(up), "s%d,%d\n", i * 7 % 45, i / 5);
        snprintf(down + strlen(down), sizeof down - strlen(down), "s%d,%d\n", (44 - i) * 7 % 45,
                 (44 - i) / 5);
    }
    CU_ASSERT_TRUE_FATAL(analyze(up, &one, faults, sizeof faults));
    CU_ASSERT_TRUE_FATAL(analyze(down, &two, faults, sizeof faults));
    CU_ASSERT_EQUAL(one.chi_square.df, two.chi_square.df);
    CU_ASSERT_EQUAL(one.chi_square.df, 21);
    CU_ASSERT_EQUAL(one.chi_square.x2, two.chi_square.x2);
    CU_ASSERT_EQUAL(one.spread.gini, two.spread.gini);
    /* Pooled as they stand, neighbours by count, it would be 74.5. */
    CU_ASSERT_TRUE(one.chi_square.x2 < 60);
    analysis_free(&one);
    analysis_free(&two);
}

/* What the law of chi-square, which is continuous, says of tables that are even to the last pick:
 * 500 of 1000 come up with probability C(1000, 500) / 2^1000 = .025225, 501 or 500 of 1001 with
 * .050400, 10 10 10 with 30! / (10!^3 3^30) = .026961, all ten 100s of 1000 with 8.028e-13. */
static void test_most_even_tables(void)
{
    static const struct {
        const char *text;
        double even_p, within;
        enum chance_verdict verdict;
    } rows[] = {
        {"server,count\na,500\nb,500\n", .025225, 1e-5, CHANCE_EXPLAINS},
        {"server,count\na,501\nb,500\n", .050400, 1e-4, CHANCE_EXPLAINS},
        {"server,count\na,10\nb,10\nc,10\n", .026961, 1e-3, CHANCE_EXPLAINS},
        {"server,count\na,2000000\nb,2000000\n", 3.9894e-4, 1e-8, CHANCE_TOO_EVEN},
        {"server,count\na,100\nb,100\nc,100\nd,100\ne,100\nf,100\ng,100\nh,100\ni,100\n"
         "j,100\n",
         8.028e-13, 1e-14, CHANCE_TOO_EVEN},
        /* 990 of 1000 at 99 to 1: C(1000, 10) .01^10 .99^990 = .125740 */
        {"server,count,weight\na,990,99\nb,10,1\n", .125740, 2e-3, CHANCE_EXPLAINS},
        /* Pooled to 6 and 6 of 12: 924 / 4096 */
        {"server,count\na,3\nb,3\nc,3\nd,3\n", .225586, 6e-3, CHANCE_EXPLAINS},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct analysis analysis;
        char faults[400];
        CU_ASSERT_TRUE_FATAL(analyze(rows[i].text, &analysis, faults, sizeof faults));
        CHECK_ROW(near(analysis.chance.even_p, rows[i].even_p, rows[i].within) &&
                      analysis.verdict == rows[i].verdict,
                  "%s: %.9g, verdict %d", rows[i].text, analysis.chance.even_p,
                  (int)analysis.verdict);
        analysis_free(&analysis);
    }
}

static void test_weights(void)
{
    struct analysis analysis;
    char faults[400];
    CU_ASSERT_TRUE_FATAL(analyze("weight,server,count\n0.5,a,40\n.25e0,x,7\n", &analysis, faults,
                                 sizeof faults) == false);
    CU_ASSERT_STRING_EQUAL(
        faults, "3:1 '.25e0' is not a weight: a number from 0 to 1e9 is wanted, like 3 or 0.25\n");
    analysis_free(&analysis);
    CU_ASSERT_TRUE_FATAL(analyze("weight,server,count\n0.5,a,40\n0.25,b,20\n0,gone,11\n0.25,c,30\n",
                                 &analysis, faults, sizeof faults));
    CU_ASSERT_TRUE(analysis.weighted);
    CU_ASSERT_EQUAL(analysis.servers, 4);
    CU_ASSERT_EQUAL(analysis.compared, 3);
    CU_ASSERT_EQUAL(analysis.total, 90);
    CU_ASSERT_EQUAL(analysis.left_out, 11);
    CU_ASSERT_EQUAL(analysis.server[0].entitled, 45);
    CU_ASSERT_EQUAL(analysis.server[2].entitled, 0);
    CU_ASSERT_EQUAL(analysis.server[3].entitled, 22.5);
    CU_ASSERT_TRUE(near(analysis.spread.max_over_mean, 4.0 / 3, 1e-12));
    CU_ASSERT_TRUE(near(analysis.spread.min_over_mean, 8.0 / 9, 1e-12));
    CU_ASSERT_TRUE(near(analysis.spread.cv, .192450, 1e-6));
    CU_ASSERT_TRUE(near(analysis.chi_square.x2, 90 * .192450 * .192450, 1e-4));
    CU_ASSERT_EQUAL(analysis.chi_square.df, 2);
    CU_ASSERT_EQUAL(analysis.verdict, CHANCE_EXPLAINS);
    analysis_free(&analysis);
}

static void test_refused(void)
{
    static const struct {
        const char *text, *faults;
    } rows[] = {
        {"server,count\n", "0:0 there is nothing to analyze: no rows follow the header\n"},
        {"server,count\na,0\nb,0\n", "0:0 there is nothing to analyze: all counts are 0\n"},
        {"server,count,weight\na,0,1\nb,5,0\n",
         "0:0 there is nothing to analyze: servers of weight above 0 counted nothing\n"},
        {"s1,5\ns2,6\n", "1:1 the first row has to name the columns: server,count[,weight]\n"},
        {"server\na\na\n", "1:1 there is no column 'count'\n"
                           "3:1 server 'a' is listed twice: line 2 has it too\n"},
        {"count,sever,port\nx,,80\n", "1:7 unknown column 'sever' (did you mean 'server'?)\n"
                                      "1:13 unknown column 'port'; the columns are "
                                      "server,count[,weight]\n"
                                      "2:3 a server without a name\n"
                                      "2:1 'x' is not a count: a whole number in digits alone is "
                                      "wanted\n"},
        {"server,count\na,9007199254740992\nb,1\n",
         "0:0 the counts add up to more than 2^53 (9,007,199,254,740,992)\n"},
        {"server,count\na,9007199254740993\nb,99999999999999999999999\n",
         "2:3 9007199254740993 is more than 2^53 (9,007,199,254,740,992): it is refused\n"
         "3:3 99999999999999999999999 is more than 2^53 (9,007,199,254,740,992): it is refused\n"},
        {"server,count,weight\na,,\nb,-1,1e10\nc,1.0,1e-10\n",
         "2:3 a server without a count\n2:4 a server without a weight\n"
         "3:3 '-1' is not a count: a whole number in digits alone is wanted\n"
         "3:6 '1e10' is not a weight: a number from 0 to 1e9 is wanted, like 3 or 0.25\n"
         "4:3 '1.0' is not a count: a whole number in digits alone is wanted\n"
         "4:7 '1e-10' is not a weight: a number from 0 to 1e9 is wanted, like 3 or 0.25\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct analysis analysis;
        char faults[1024];
        bool fine = analyze(rows[i].text, &analysis, faults, sizeof faults);
        CHECK_ROW(!fine && strcmp(faults, rows[i].faults) == 0, "%s:\n%s", rows[i].text, faults);
        analysis_free(&analysis);
    }
}

static void test_most_that_counts(void)
{
    struct analysis analysis;
    char faults[400];
    CU_ASSERT_TRUE_FATAL(analyze("server,count,weight\na,9007199254740992,1e9\nb,0,1e-9\n",
                                 &analysis, faults, sizeof faults));
    CU_ASSERT_TRUE(near(analysis.spread.max_over_mean, 1, 1e-12));
    CU_ASSERT_EQUAL(analysis.chi_square.df, 0); /* b expects .009 */
    CU_ASSERT_EQUAL(analysis.verdict, CHANCE_NONE);
    analysis_free(&analysis);
}

static const struct test tests[] = {
    {"cells are pooled to five", test_pooling},
    {"tails as tables print them", test_tails},
    {"the verdict, at .001 on either side", test_verdict},
    {"the noise floor by hand", test_noise_by_hand},
    {"the noise floor by the law added up", test_noise_by_the_law},
    {"the noise floor of millions", test_noise_of_millions},
    {"no noise floor without servers", test_no_noise},
    {"the table of 2012", test_table_of_2012},
    {"the order of rows says nothing", test_order_of_rows},
    {"the most even tables", test_most_even_tables},
    {"weights", test_weights},
    {"tables that are refused", test_refused},
    {"the most that counts", test_most_that_counts},
};

SUITE("chance", tests)
