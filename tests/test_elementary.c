/* test_elementary.c: log, exp, pow and the normal quantile against long double, and bit by bit. */
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "sim/engine/elementary.h"
#include "sim/engine/stream.h"
#include "tests/harness.h"

#define UNIT 0x1p-52L /* one unit in the last place of 1: a relative error of 2.2e-16 */

static double random_unit(uint64_t i)
{
    return stream_unit(stream_value((struct stream){12217, 43}, i));
}

static double random_between(uint64_t i, double low, double high)
{
    return low + (high - low) * random_unit(i);
}

static long double relative_error(double got, long double wanted)
{
    return wanted == got ? 0 : fabsl((got - wanted) / wanted);
}

/* The largest error so far, and where. */
struct worst {
    long double error;
    double at;
};

static void worst_note(struct worst *worst, long double error, double at)
{
    if (isnan(error))
        error = INFINITY;
    if (error > worst->error)
        *worst = (struct worst){error, at};
}

static void worst_check(const struct worst *worst, long double bound, const char *what)
{
    CHECK_ROW(worst->error > 0 && worst->error <= bound, "%s: error %Lg at %a", what, worst->error,
              worst->at);
}

enum { POINTS = 200000 };

static void log_between(double low, double high, const char *what)
{
    struct worst worst = {0, 0};
    for (uint64_t i = 0; i < POINTS; i++) {
        double x = random_between(i, low, high);
        worst_note(&worst, relative_error(elementary_log(x), logl(x)), x);
    }
    worst_check(&worst, UNIT, what);
}

static void test_log_accuracy(void)
{
    log_between(0, 1, "log of (0, 1)");
    log_between(0.7, 0.72, "log about 1 / sqrt 2");
    log_between(0.9999, 1.0001, "log about 1");
    log_between(1.41, 1.42, "log about sqrt 2");
    log_between(0, DBL_MAX, "log of all");
    struct worst steps = {0, 0}, powers = {0, 0};
    double below = 1, above = 1;
    for (int i = 0; i < 1000; i++) { /* the doubles next to 1, where log is next to 0 */
        below = nextafter(below, 0);
        above = nextafter(above, 2);
        worst_note(&steps, relative_error(elementary_log(below), logl(below)), below);
        worst_note(&steps, relative_error(elementary_log(above), logl(above)), above);
    }
    worst_check(&steps, UNIT, "log next to 1");
    for (int k = -1074; k <= 1023; k++) {
        double x = ldexp(1 + random_unit((uint64_t)(k + 2000)), k);
        worst_note(&powers, relative_error(elementary_log(x), logl(x)), x);
    }
    worst_check(&powers, UNIT, "log of every order of magnitude");
}

static void exp_between(double low, double high, const char *what)
{
    struct worst worst = {0, 0};
    for (uint64_t i = 0; i < POINTS; i++) {
        double x = random_between(i, low, high);
        worst_note(&worst, relative_error(elementary_exp(x), expl(x)), x);
    }
    worst_check(&worst, UNIT, what);
}

static void test_exp_accuracy(void)
{
    exp_between(-708.3, 709.78, "exp of all");
    exp_between(-1, 1, "exp of (-1, 1)");
    exp_between(-40, 0, "exp of (-40, 0)");
    struct worst halves = {0, 0};
    for (int k = -1000; k < 1000; k++) { /* where the reduction changes its mind */
        double x = (k + 0.5) * 0.6931471805599453;
        worst_note(&halves, relative_error(elementary_exp(x), expl(x)), x);
    }
    worst_check(&halves, UNIT, "exp at halves of ln 2");
    struct worst subnormal = {0, 0};
    for (uint64_t i = 0; i < 20000; i++) { /* these end at 2^-1074, so count the error in that */
        double x = random_between(i, -746, -708.4);
        worst_note(&subnormal, fabsl(elementary_exp(x) - expl(x)) * 0x1p1074L, x);
    }
    worst_check(&subnormal, 1, "exp down to nothing");
}

static void pow_of(double low_x, double high_x, double low_y, double high_y, long double bound,
                   const char *what)
{
    struct worst worst = {0, 0};
    unsigned counted = 0;
    for (uint64_t i = 0; i < POINTS; i++) {
        double x = exp(random_between(2 * i, log(low_x), log(high_x)));
        double y = random_between(2 * i + 1, low_y, high_y);
        long double wanted = powl(x, y);
        if (wanted < DBL_MIN || wanted > DBL_MAX)
            continue;
        counted++;
        worst_note(&worst, relative_error(elementary_pow(x, y), wanted), x);
    }
    worst_check(&worst, bound, what);
    CHECK_ROW(counted > POINTS / 10, "%s: only %u points", what, counted);
}

static void test_pow_accuracy(void)
{
    pow_of(0x1p-53, 1, -1, 0, 1e-15L, "pow as pareto with alpha above 1 has it");
    pow_of(0x1p-53, 1, -2.7, 0, 1e-15L, "pow as pareto with alpha below 1 has it");
    pow_of(0x1p-53, 37, 0, 2.7, 1e-15L, "pow as weibull has it");
    pow_of(DBL_MIN, DBL_MAX, -3, 3, 4e-15L, "pow of wide x");
    pow_of(0.99, 1.01, -70000, 70000, 4e-15L, "pow of wide y");
    pow_of(1.3, 1.5, 1500, 2000, 4e-15L, "pow where the logarithm is least exact");
    pow_of(0x1p-1074, 0x1p-1022, -0.9, 0.9, 4e-15L, "pow of subnormal x");
}

/* How far the quantile's own probability is from u, as a relative error of the quantile: Newton's
 * step z - (P(z) - u) / density(z), for u < 1/2 in whichever form has no cancellation. */
static long double quantile_error(double u)
{
    static const long double root_half = 0.707106781186547524400844362104849039L;
    static const long double density_0 = 0.398942280401432677939946059934381868L;
    long double z = elementary_normal_quantile(u);
    long double miss = u > 0.25 ? erfl(z * root_half) / 2 - ((long double)u - 0.5L)
                                : erfcl(-z * root_half) / 2 - u;
    return fabsl(miss / (density_0 * expl(-z * z / 2)) / z);
}

static void test_quantile_accuracy(void)
{
    struct worst middle = {0, 0}, tail = {0, 0}, edge = {0, 0};
    unsigned unlike = 0;
    for (uint64_t i = 0; i < POINTS / 2; i++) {
        double u = 0.5 * random_unit(i), far = exp(36 * (random_unit(i) - 1)) / 2;
        worst_note(&middle, quantile_error(u), u);
        worst_note(&tail, quantile_error(far), far);
        double mirror = 1 - u; /* rounded, but 1 - mirror is exact */
        unlike += elementary_normal_quantile(mirror) != -elementary_normal_quantile(1 - mirror);
    }
    double near_half = 0.5, junction = 0.075, far_junction = 0x1.e8a37a45fc32ep-37; /* e^-25 */
    for (int i = 0; i < 1500; i++) {
        near_half = nextafter(near_half, 0);
        junction = nextafter(junction, i < 500 ? 1 : 0);
        far_junction = nextafter(far_junction, i < 500 ? 1 : 0);
        worst_note(&edge, quantile_error(near_half), near_half);
        worst_note(&edge, quantile_error(junction), junction);
        worst_note(&edge, quantile_error(far_junction), far_junction);
    }
    worst_check(&middle, 2e-15L, "quantile of (0, 1/2)");
    worst_check(&tail, 2e-15L, "quantile of the tail");
    worst_check(&edge, 2e-15L, "quantile near 1/2 and at the junctions");
    CU_ASSERT_EQUAL(unlike, 0);
}

static void test_domains(void)
{
    CU_ASSERT_EQUAL(elementary_log(1), 0);
    CU_ASSERT_EQUAL(elementary_log(0), -INFINITY);
    CU_ASSERT_EQUAL(elementary_log(INFINITY), INFINITY);
    CU_ASSERT(isnan(elementary_log(-1)));
    CU_ASSERT(isnan(elementary_log(NAN)));
    CU_ASSERT_EQUAL(elementary_exp(0), 1);
    CU_ASSERT_EQUAL(elementary_exp(709.79), INFINITY);
    CU_ASSERT_EQUAL(elementary_exp(INFINITY), INFINITY);
    CU_ASSERT_EQUAL(elementary_exp(-745.14), 0);
    CU_ASSERT_EQUAL(elementary_exp(-INFINITY), 0);
    CU_ASSERT(isnan(elementary_exp(NAN)));
    CU_ASSERT_EQUAL(elementary_pow(1, 1e300), 1);
    CU_ASSERT_EQUAL(elementary_pow(1, INFINITY), 1);
    CU_ASSERT_EQUAL(elementary_pow(3, 0), 1);
    CU_ASSERT_EQUAL(elementary_pow(0.5, 1e300), 0);
    CU_ASSERT_EQUAL(elementary_pow(0.5, -1e300), INFINITY);
    CU_ASSERT_EQUAL(elementary_pow(2, INFINITY), INFINITY);
    CU_ASSERT_EQUAL(elementary_pow(2, 1024), INFINITY);
    CU_ASSERT_EQUAL(elementary_pow(2, -1074), 0x1p-1074);
    CU_ASSERT_EQUAL(elementary_pow(2, -1076), 0);
    CU_ASSERT(isnan(elementary_pow(0, 1)));
    CU_ASSERT(isnan(elementary_pow(-8, 3)));
    CU_ASSERT(isnan(elementary_pow(2, NAN)));
    CU_ASSERT(isnan(elementary_normal_quantile(0)));
    CU_ASSERT(isnan(elementary_normal_quantile(1)));
    CU_ASSERT(isnan(elementary_normal_quantile(NAN)));
    CU_ASSERT_EQUAL(elementary_normal_quantile(0.5), 0);
}

/* Inputs and the very bits that must come out. Each was within three units of the last place of the
 * true value, computed to 400 bits, when it was written down; most within one. */
struct golden {
    double x, y, wanted;
};

static const struct golden golden_log[] = {{0x1p-53, 0, -0x1.25e4f7b2737fap+5},
                                           {0x0.0000000000001p-1022, 0, -0x1.74385446d71c3p+9},
                                           {0x1p-1022, 0, -0x1.6232bdd7abcd2p+9},
                                           {0x1.56e1fc2f8f359p-997, 0, -0x1.5963447f87fb5p+9},
                                           {0x1.b7cdfd9d7bdbbp-34, 0, -0x1.7069e2aa2aa5bp+4},
                                           {0x1.999999999999ap-4, 0, -0x1.26bb1bbb55515p+1},
                                           {0x1.5555555555555p-2, 0, -0x1.193ea7aad030bp+0},
                                           {0x1p-1, 0, -0x1.62e42fefa39efp-1},
                                           {0x1.6a09e667f3bccp-1, 0, -0x1.62e42fefa39f1p-2},
                                           {0x1.ccccccccccccdp-1, 0, -0x1.af8e8210a415cp-4},
                                           {0x1.fffffffffffffp-1, 0, -0x1p-53},
                                           {0x1.0000000000001p+0, 0, 0x1.fffffffffffffp-53},
                                           {0x1.199999999999ap+0, 0, 0x1.8663f793c46ccp-4},
                                           {0x1.6a09e667f3bcdp+0, 0, 0x1.62e42fefa39fp-2},
                                           {0x1.8p+0, 0, 0x1.9f323ecbf984cp-2},
                                           {0x1p+1, 0, 0x1.62e42fefa39efp-1},
                                           {0x1.5bf0a8b145769p+1, 0, 0x1p+0},
                                           {0x1.4p+3, 0, 0x1.26bb1bbb55516p+1},
                                           {0x1.2a05f2p+33, 0, 0x1.7069e2aa2aa5bp+4},
                                           {0x1.7e43c8800759cp+996, 0, 0x1.5963447f87fb5p+9},
                                           {0x1.fffffffffffffp+1023, 0, 0x1.62e42fefa39efp+9}};

static const struct golden golden_exp[] = {{-0x1.748cccccccccdp+9, 0, 0x0.0000000000001p-1022},
                                           {-0x1.74p+9, 0, 0x0.0000000000002p-1022},
                                           {-0x1.624p+9, 0, 0x0.e6cf6d08897acp-1022},
                                           {-0x1.5ep+9, 0, 0x1.14f2b0fb9307fp-1010},
                                           {-0x1.9p+6, 0, 0x1.a8c1f14e2af5dp-145},
                                           {-0x1.259999999999ap+5, 0, 0x1.0998b04bdd19p-53},
                                           {-0x1.4p+3, 0, 0x1.7cd79b5647c9ap-15},
                                           {-0x1p+0, 0, 0x1.78b56362cef38p-2},
                                           {-0x1.62e42fefa39efp-2, 0, 0x1.6a09e667f3bccp-1},
                                           {-0x1.999999999999ap-4, 0, 0x1.cf46d99d52b3ap-1},
                                           {-0x1.b7cdfd9d7bdbbp-34, 0, 0x1.ffffffff2419p-1},
                                           {0x1.56e1fc2f8f359p-997, 0, 0x1p+0},
                                           {0x1.999999999999ap-4, 0, 0x1.1aec7b35a00d4p+0},
                                           {0x1.62e42fefa39efp-2, 0, 0x1.6a09e667f3bccp+0},
                                           {0x1p-1, 0, 0x1.a61298e1e069cp+0},
                                           {0x1p+0, 0, 0x1.5bf0a8b14576ap+1},
                                           {0x1.921fb54442d18p+1, 0, 0x1.724046eb09339p+4},
                                           {0x1.4p+3, 0, 0x1.5829dcf95056p+14},
                                           {0x1.259999999999ap+5, 0, 0x1.ed8026b267154p+52},
                                           {0x1.9p+6, 0, 0x1.3494a9b171bf5p+144},
                                           {0x1.628p+9, 0, 0x1.d422d2be5dc9bp+1022},
                                           {0x1.62e3d70a3d70ap+9, 0, 0x1.fe9ce5c4c52b4p+1023}};

static const struct golden golden_pow[] = {
    {0x1p-53, -0x1.5555555555555p-1, 0x1.428a2f98d7283p+35},
    {0x1p-53, -0x1.999999999999ap-4, 0x1.3b2c47bff832ap+5},
    {0x1.999999999999ap-4, -0x1.5555555555555p-1, 0x1.290fca9c761f7p+2},
    {0x1p-1, -0x1.5555555555555p-1, 0x1.965fea53d6e3cp+0},
    {0x1.ccccccccccccdp-1, -0x1.4p+3, 0x1.6f19b4c92616p+1},
    {0x1.fffffffffffffp-1, -0x1.8p+1, 0x1.0000000000002p+0},
    {0x1.0000000000001p+0, 0x1.c6bf52634p+49, 0x1.3fa60615291eep+0},
    {0x1p-1, 0x1p-1, 0x1.6a09e667f3bccp-1},
    {0x1p+1, 0x1p-1, 0x1.6a09e667f3bccp+0},
    {0x1p+1, -0x1.0c8p+10, 0x0.0000000000001p-1022},
    {0x1.8p+1, 0x1p+1, 0x1.2p+3},
    {0x1.4p+3, -0x1.8p+1, 0x1.0624dd2f1a9fcp-10},
    {0x1.4p+3, 0x1.2cp+8, 0x1.7e43c8800759cp+996},
    {0x1.259999999999ap+5, 0x1.6db6db6db6db7p+0, 0x1.57c4f8220fa7ap+7},
    {0x1.cd2b297d889bcp-54, 0x1.6db6db6db6db7p+0, 0x1.0cc47bf97d1bep-76},
    {0x1.7e43c8800759cp+996, -0x1p+0, 0x1.56e1fc2f8f358p-997},
    {0x1.56e1fc2f8f359p-997, 0x1.47ae147ae147bp-7, 0x1.0624dd2f1a9fbp-10},
    {0x1.cp+2, 0x1p-3, 0x1.467eda1827ac6p+0},
    {0x1.8p+0, 0x1.f4p+9, 0x1.f2dd011353697p+584},
    {0x1.000001ad7f29bp+0, 0x1.e848p+19, 0x1.1aec7b1e2b426p+0},
    {0x1.259999999999ap+5, 0x1.4p+4, 0x1.effd1510e34b9p+103}};

static const struct golden golden_quantile[] = {{0x1p-53, 0, -0x1.06b48528cea51p+3},
                                                {0x1.203af9ee75616p-50, 0, -0x1.fc3f007789668p+2},
                                                {0x1.19799812dea11p-40, 0, -0x1.c234fba57a328p+2},
                                                {0x1.e8a37a45fc32dp-37, 0, -0x1.aa1b1c13ee525p+2},
                                                {0x1.ec94ca210599ep-37, 0, -0x1.aa07c04a264fbp+2},
                                                {0x1.12e0be826d695p-30, 0, -0x1.7fdc11f44b5a7p+2},
                                                {0x1.0c6f7a0b5ed8dp-20, 0, -0x1.30381a9799f7ep+2},
                                                {0x1.0624dd2f1a9fcp-10, 0, -0x1.8b8cbb720447p+1},
                                                {0x1.47ae147ae147bp-7, 0, -0x1.29c5c4630ff0ep+1},
                                                {0x1.999999999999ap-6, 0, -0x1.f5c0331eeff83p+0},
                                                {0x1.333333333333p-4, 0, -0x1.7085226d3e524p+0},
                                                {0x1.3333333333333p-4, 0, -0x1.7085226d3e523p+0},
                                                {0x1.999999999999ap-4, 0, -0x1.4813c36e26d34p+0},
                                                {0x1p-2, 0, -0x1.5956b87528a49p-1},
                                                {0x1.999999999999ap-2, 0, -0x1.036d6c4a04b5ap-2},
                                                {0x1.f5c28f5c28f5cp-2, 0, -0x1.9aba9f4786911p-6},
                                                {0x1.ffffffffffffep-2, 0, -0x1.40d931ff62707p-52},
                                                {0x1.0000000000001p-1, 0, 0x1.40d931ff62707p-52},
                                                {0x1.3333333333333p-1, 0, 0x1.036d6c4a04b5ap-2},
                                                {0x1.d99999999999ap-1, 0, 0x1.7085226d3e524p+0},
                                                {0x1.d99999999999bp-1, 0, 0x1.7085226d3e528p+0},
                                                {0x1.f333333333333p-1, 0, 0x1.f5c0331eeff82p+0},
                                                {0x1.ff7ced916872bp-1, 0, 0x1.8b8cbb720447p+1},
                                                {0x1.fffffff768fa1p-1, 0, 0x1.7fdc11f93a211p+2},
                                                {0x1.fffffffffffffp-1, 0, 0x1.06b48528cea51p+3}};

static double log_of(double x, double y)
{
    (void)y;
    return elementary_log(x);
}

static double exp_of(double x, double y)
{
    (void)y;
    return elementary_exp(x);
}

static double quantile_of(double x, double y)
{
    (void)y;
    return elementary_normal_quantile(x);
}

static void check_golden(const char *name, double (*function)(double x, double y),
                         const struct golden *golden, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        double got = function(golden[i].x, golden[i].y);
        CHECK_ROW(memcmp(&got, &golden[i].wanted, sizeof got) == 0, "%s(%a, %a) = %a, not %a", name,
                  golden[i].x, golden[i].y, got, golden[i].wanted);
    }
}

static void test_golden_bits(void)
{
    check_golden("log", log_of, golden_log, sizeof golden_log / sizeof *golden_log);
    check_golden("exp", exp_of, golden_exp, sizeof golden_exp / sizeof *golden_exp);
    check_golden("pow", elementary_pow, golden_pow, sizeof golden_pow / sizeof *golden_pow);
    check_golden("quantile", quantile_of, golden_quantile,
                 sizeof golden_quantile / sizeof *golden_quantile);
}

/* The bits of many results in one number, for the changes that a few inputs do not show. */
static uint64_t digest(double (*function)(double x, double y), double low, double high)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i < POINTS; i++) {
        double result = function(random_between(i, low, high), random_between(i + POINTS, -9, 9));
        uint64_t bits;
        memcpy(&bits, &result, sizeof bits);
        sum = (sum ^ bits) * UINT64_C(0x9E3779B97F4A7C15);
    }
    return sum;
}

static void test_golden_digests(void)
{
    static const struct {
        const char *name;
        double (*function)(double x, double y);
        double low, high;
        uint64_t wanted;
    } row[] = {
        {"log", log_of, 0, 1, UINT64_C(0x7825FED0AB90DC34)},
        {"exp", exp_of, -700, 700, UINT64_C(0xC57157C58A6B99D6)},
        {"pow", elementary_pow, 0, 40, UINT64_C(0xCAC7809E80481F63)},
        {"quantile", quantile_of, 0, 1, UINT64_C(0x3666001F9E2035D6)},
        {"quantile of the tail", quantile_of, 0, 1e-10, UINT64_C(0x16F7796D015BDD75)},
    };
    for (unsigned i = 0; i < sizeof row / sizeof *row; i++) {
        uint64_t got = digest(row[i].function, row[i].low, row[i].high);
        CHECK_ROW(got == row[i].wanted, "%s: %llx", row[i].name, (unsigned long long)got);
    }
}

static const struct test tests[] = {
    {"log is right to an ulp", test_log_accuracy},
    {"exp is right to an ulp", test_exp_accuracy},
    {"pow is right to 1e-15, at the ends to 4e-15", test_pow_accuracy},
    {"the normal quantile is right to 2e-15", test_quantile_accuracy},
    {"ends of the domains", test_domains},
    {"golden bits", test_golden_bits},
    {"golden digests", test_golden_digests},
};

SUITE("elementary", tests)
