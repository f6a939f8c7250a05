/* keys.c: the laws that keys follow, and how keys are spelled.
 *
 * A Zipf key is drawn by rejection-inversion (W. Hoermann, G. Derflinger, "Rejection-inversion to
 * generate variates from monotone discrete distributions", ACM TOMACS 6, 1996): exact for any
 * number of keys, without a table, at 1.02 numbers a key on average whatever the exponent, and only
 * with the functions of elementary.h, so with the same bits everywhere. */
#include "sim/workload/keys.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "sim/engine/elementary.h"

/* ---- Zipf ---- */

/* (e^t - 1) / t; 1 at t = 0. Near there e^t - 1 loses its digits, but loses them together with
 * ln e^t, and (u - 1) / ln u is nearly the same for every u near 1: W. Kahan's trick. */
static double exp_ratio(double t)
{
    double u = elementary_exp(t);
    if (u == 1)
        return 1;
    return u > 0 ? (u - 1) / elementary_log(u) : -1 / t;
}

/* ln(1 + t) / t for t >= -1; 1 at t = 0, infinity at -1. Likewise. */
static double log_ratio(double t)
{
    double u = 1 + t;
    return u == 1 ? 1 : elementary_log(u) / (u - 1);
}

/* x^-s, the height that key x has; its integral from 1 to x, (x^(1-s) - 1) / (1-s) or ln x where s
 * is 1; and the x of a given integral. */
static double height(double s, double x)
{
    return elementary_exp(-s * elementary_log(x));
}

static double area(double s, double x)
{
    double log_x = elementary_log(x);
    return exp_ratio((1 - s) * log_x) * log_x;
}

static double area_inverse(double s, double y)
{
    double t = (1 - s) * y;
    return elementary_exp(log_ratio(t > -1 ? t : -1) * y);
}

struct keys keys_zipf(uint64_t count, double exponent)
{
    assert(count >= 1 && count <= KEYS_MOST && exponent >= 0 && exponent <= KEYS_EXPONENT_MOST);
    double s = exponent;
    return (struct keys){.kind = KEYS_ZIPF,
                         .count = count,
                         .exponent = exponent,
                         .from = area(s, 1.5) - 1,
                         .to = area(s, (double)count + 0.5),
                         .sure = 2 - area_inverse(s, area(s, 2.5) - height(s, 2))};
}

/* The curve's area between k - 1/2 and k + 1/2 is at least the height at k, as the curve is convex;
 * key k is taken where a point of that area, evenly drawn, lies in the last `height` of it, and the
 * first key's share is cut to measure. A point not farther than `sure` below its key lies there in
 * any case. */
static uint64_t zipf_draw(const struct keys *keys, struct stream stream)
{
    double s = keys->exponent, count = (double)keys->count;
    for (uint64_t i = 0;; i++) {
        double y = keys->to - stream_unit(stream_value(stream, i)) * (keys->to - keys->from);
        double x = area_inverse(s, y);
        uint64_t key = x < count ? (uint64_t)(x + 0.5) : keys->count;
        key += key == 0; /* by rounding */
        if ((double)key - x <= keys->sure ||
            y >= area(s, (double)key + 0.5) - height(s, (double)key))
            return key;
    }
}

/* ---- The others ---- */

static uint64_t each_draw(const struct keys *keys, struct stream stream)
{
    (void)keys;
    return stream_value(stream, 0);
}

struct keys keys_uniform(uint64_t count)
{
    assert(count >= 1 && count <= KEYS_MOST);
    return (struct keys){.kind = KEYS_UNIFORM, .count = count};
}

static uint64_t uniform_draw(const struct keys *keys, struct stream stream)
{
    return 1 + stream_below(stream_value(stream, 0), keys->count);
}

struct keys keys_csv(const struct keys_row *row, size_t rows, const char *file)
{
    assert(rows > 0 && row[rows - 1].upto > 0);
    return (struct keys){.kind = KEYS_CSV, .row = row, .rows = rows, .file = file};
}

/* The first row whose `upto` is above the number drawn, so a row of weight 0 is never it. */
static uint64_t csv_draw(const struct keys *keys, struct stream stream)
{
    uint64_t drawn = stream_below(stream_value(stream, 0), keys->row[keys->rows - 1].upto);
    size_t low = 0, high = keys->rows - 1;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (keys->row[middle].upto > drawn)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

const struct keys_form keys_forms[KEYS_KINDS] = {
    [KEYS_EACH] = {"each", "every connection its own; where addresses are hashed, one at random",
                   NULL, each_draw},
    [KEYS_UNIFORM] = {"uniform",
                      "one of so many, k1 k2 k3 ..., each as likely; k17 is the same key in every "
                      "traffic, and where addresses are hashed the same address, in a network of "
                      "its own",
                      "whole number", uniform_draw},
    [KEYS_ZIPF] = {"zipf", "the same keys, but kn as likely as n^-s: the higher s, the more are k1",
                   "{keys: whole number, s: number}", zipf_draw},
    [KEYS_CSV] = {"csv",
                  "one of the column key, as likely as the column weight says, or each as likely "
                  "without it; as it is, where addresses are hashed",
                  "file.csv", csv_draw},
};

uint64_t keys_draw(const struct keys *keys, struct stream stream)
{
    assert(keys->kind < KEYS_KINDS);
    return keys_forms[keys->kind].draw(keys, stream);
}

/* ---- Spelling ---- */

/* Networks in a row would be picked in turn by whoever adds up octets, which is more even than
 * clients ever are; so they are scattered, by steps that can be undone: no two meet. The factors
 * are the leading bits of the golden ratio's and of the square root of two's fractions. */
static uint32_t address_of(uint64_t number)
{
    const uint32_t mask = 0xFFFFFF;
    uint32_t network = (uint32_t)number & mask;
    network ^= network >> 12;
    network = network * 0x9E3779 & mask;
    network ^= network >> 11;
    network = network * 0x6A09E7 & mask;
    network ^= network >> 13;
    return network << 8 | (uint32_t)(number >> 24 & 0xFF);
}

void keys_spell(const struct keys *keys, uint64_t number, bool address, struct keys_text *into)
{
    int length;
    if (keys->kind == KEYS_CSV) {
        into->text = keys->row[number].text;
        into->length = keys->row[number].length;
        return;
    }
    if (address) {
        uint32_t of = keys->kind == KEYS_EACH ? (uint32_t)(number >> 32) : address_of(number);
        length = snprintf(into->own, sizeof into->own, "%u.%u.%u.%u", (unsigned)(of >> 24),
                          (unsigned)(of >> 16 & 0xFF), (unsigned)(of >> 8 & 0xFF),
                          (unsigned)(of & 0xFF));
    } else {
        length = snprintf(into->own, sizeof into->own,
                          keys->kind == KEYS_EACH ? "%016" PRIx64 : "k%" PRIu64, number);
    }
    into->text = into->own;
    into->length = (size_t)length;
}
