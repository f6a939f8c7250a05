/* elementary.c: log, exp, pow and the normal quantile from + - * / alone.
 *
 * log and exp are their power series after the usual reduction by powers of two. What log passes on
 * to pow is a pair of doubles, for pow multiplies its error by y: one double would lose a digit or
 * two there. The exact sum and product behind the pairs are those of T. J. Dekker, "A
 * floating-point technique for extending the available precision" (1971), and D. E. Knuth, "The Art
 * of Computer Programming" 4.2.2; both rely on every operation being rounded on its own. */
#include "sim/engine/elementary.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* ln 2 in two parts. The first has 42 bits, so that its product with any exponent is exact. */
#define LN2_HIGH 0x1.62e42fefa38p-1
#define LN2_LOW  0x1.ef35793c7673p-45
#define SQRT2    0x1.6a09e667f3bcdp+0

#define INFINITE    UINT64_C(0x7FF0000000000000)
#define NOT_A_VALUE UINT64_C(0x7FF8000000000000) /* one NaN: those that processors make differ */

/* The number high + low, low being less than the last place of high. */
struct pair {
    double high, low;
};

static double from_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static uint64_t to_bits(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

/* 2 to the k, -1022 <= k <= 1023. */
static double power_of_two(int k)
{
    return from_bits((uint64_t)(k + 1023) << 52);
}

static struct pair exact_sum(double a, double b)
{
    double sum = a + b, of_b = sum - a, of_a = sum - of_b;
    return (struct pair){sum, (a - of_a) + (b - of_b)};
}

/* The upper 26 bits of a, rounded; |a| < 2^996. */
static double upper_half(double a)
{
    double wide = a * 0x1.0000002p+27;
    return wide - (wide - a);
}

static struct pair exact_product(double a, double b)
{
    double product = a * b;
    double ah = upper_half(a), al = a - ah, bh = upper_half(b), bl = b - bh;
    return (struct pair){product, ((ah * bh - product) + ah * bl + al * bh) + al * bl};
}

/* c[0] + c[1] x + ... + c[terms - 1] x^(terms - 1), by Horner's rule. */
static double polynomial(const double *c, size_t terms, double x)
{
    double sum = c[terms - 1];
    for (size_t i = terms - 1; i-- > 0;)
        sum = sum * x + c[i];
    return sum;
}

/* ln m for 1/sqrt 2 <= m <= sqrt 2: with s = (m - 1) / (m + 1), |s| < .172, it is
 * 2 artanh s = 2 (s + s^3/3 + s^5/5 + ...). Only s itself needs more than a double. */
static struct pair log_near_one(double m)
{
    double above = m - 1; /* exact */
    struct pair below = exact_sum(m, 1);
    double s = above / below.high;
    struct pair back = exact_product(s, below.high);
    double s_low = (((above - back.high) - back.low) - s * below.low) / below.high;

    static const double reciprocal[] = {1.0 / 3,  1.0 / 5,  1.0 / 7,  1.0 / 9,  1.0 / 11, 1.0 / 13,
                                        1.0 / 15, 1.0 / 17, 1.0 / 19, 1.0 / 21, 1.0 / 23};
    double z = s * s;
    double series = polynomial(reciprocal, sizeof reciprocal / sizeof *reciprocal, z);
    return (struct pair){2 * s, 2 * (s_low + z * (s * series + s_low))};
}

/* ln x for finite x > 0, to some 58 bits. */
static struct pair log_pair(double x)
{
    int k = 0;
    if (x < 0x1p-1022) { /* subnormal: no leading one to read the exponent from */
        x *= 0x1p54;
        k = -54;
    }
    k += (int)(to_bits(x) >> 52) - 1023;
    double m = from_bits((to_bits(x) & UINT64_C(0x000FFFFFFFFFFFFF)) | UINT64_C(1023) << 52);
    if (m > SQRT2) {
        m *= 0.5;
        k++;
    }
    struct pair log_m = log_near_one(m);
    struct pair sum = exact_sum(k * LN2_HIGH, log_m.high);
    return exact_sum(sum.high, sum.low + (k * LN2_LOW + log_m.low));
}

/* e to the x.high + x.low. With k the whole number nearest to x / ln 2, it is 2^k e^r, |r| < .347,
 * and e^r = 1 + r + r^2/2! + ... + r^14/14!. */
static double exp_pair(struct pair x)
{
    if (x.high > 710)
        return from_bits(INFINITE);
    if (x.high < -746)
        return 0;
    int k = (int)(x.high * (1 / (LN2_HIGH + LN2_LOW)) + (x.high < 0 ? -0.5 : 0.5));
    /* The difference of the high parts is exact: both are multiples of its last place. */
    struct pair r = exact_sum(x.high - k * LN2_HIGH, x.low - k * LN2_LOW);

    static const double reciprocal[] = {
        1.0 / 2,         1.0 / 6,          1.0 / 24,         1.0 / 120,     1.0 / 720,
        1.0 / 5040,      1.0 / 40320,      1.0 / 362880,     1.0 / 3628800, 1.0 / 39916800,
        1.0 / 479001600, 1.0 / 6227020800, 1.0 / 87178291200};
    double series = polynomial(reciprocal, sizeof reciprocal / sizeof *reciprocal, r.high);
    double e = 1 + (r.high + (r.low + r.high * r.high * series));
    if (k > 1023)
        return e * 2 * power_of_two(k - 1);
    if (k < -1022)
        return e * power_of_two(k + 64) * 0x1p-64; /* only the last product is rounded */
    return e * power_of_two(k);
}

double elementary_log(double x)
{
    if (x == 0)
        return -from_bits(INFINITE);
    if (!(x > 0))
        return from_bits(NOT_A_VALUE);
    if (to_bits(x) == INFINITE)
        return x;
    return log_pair(x).high;
}

double elementary_exp(double x)
{
    return x != x ? from_bits(NOT_A_VALUE) : exp_pair((struct pair){x, 0});
}

double elementary_pow(double x, double y)
{
    if (!(x > 0) || to_bits(x) == INFINITE || y != y)
        return from_bits(NOT_A_VALUE);
    struct pair log_x = log_pair(x);
    double rough = y * log_x.high;
    if (log_x.high == 0)
        return 1;
    if (rough > 710 || rough < -746) /* y may be too large for an exact product */
        return exp_pair((struct pair){rough, 0});
    struct pair product = exact_product(y, log_x.high);
    return exp_pair(exact_sum(product.high, product.low + y * log_x.low));
}

/* M. J. Wichura, "Algorithm AS 241: The percentage points of the normal distribution", Applied
 * Statistics 37 (1988) 477-484, routine PPND16: three rational approximations, for the middle, for
 * the tails and for the far tails. */
double elementary_normal_quantile(double u)
{
    static const double middle_top[8] = {3.3871328727963666080e0,  1.3314166789178437745e+2,
                                         1.9715909503065514427e+3, 1.3731693765509461125e+4,
                                         4.5921953931549871457e+4, 6.7265770927008700853e+4,
                                         3.3430575583588128105e+4, 2.5090809287301226727e+3};
    static const double middle_bottom[8] = {1,
                                            4.2313330701600911252e+1,
                                            6.8718700749205790830e+2,
                                            5.3941960214247511077e+3,
                                            2.1213794301586595867e+4,
                                            3.9307895800092710610e+4,
                                            2.8729085735721942674e+4,
                                            5.2264952788528545610e+3};
    static const double tail_top[8] = {1.42343711074968357734e0,  4.63033784615654529590e0,
                                       5.76949722146069140550e0,  3.64784832476320460504e0,
                                       1.27045825245236838258e0,  2.41780725177450611770e-1,
                                       2.27238449892691845833e-2, 7.74545014278341407640e-4};
    static const double tail_bottom[8] = {1,
                                          2.05319162663775882187e0,
                                          1.67638483018380384940e0,
                                          6.89767334985100004550e-1,
                                          1.48103976427480074590e-1,
                                          1.51986665636164571966e-2,
                                          5.47593808499534494600e-4,
                                          1.05075007164441684324e-9};
    static const double far_top[8] = {6.65790464350110377720e0,  5.46378491116411436990e0,
                                      1.78482653991729133580e0,  2.96560571828504891230e-1,
                                      2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                      2.71155556874348757815e-5, 2.01033439929228813265e-7};
    static const double far_bottom[8] = {1,
                                         5.99832206555887937690e-1,
                                         1.36929880922735805310e-1,
                                         1.48753612908506148525e-2,
                                         7.86869131145613259100e-4,
                                         1.84631831751005468180e-5,
                                         1.42151175831644588870e-7,
                                         2.04426310338993978564e-15};

    if (!(u > 0 && u < 1))
        return from_bits(NOT_A_VALUE);
    double q = u - 0.5;
    if (q >= -0.425 && q <= 0.425) {
        double x = 0.180625 - q * q;
        return q * polynomial(middle_top, 8, x) / polynomial(middle_bottom, 8, x);
    }
    double r = elementary_pow(-elementary_log(q < 0 ? u : 1 - u), 0.5);
    double z = r <= 5 ? polynomial(tail_top, 8, r - 1.6) / polynomial(tail_bottom, 8, r - 1.6)
                      : polynomial(far_top, 8, r - 5) / polynomial(far_bottom, 8, r - 5);
    return q < 0 ? -z : z;
}
