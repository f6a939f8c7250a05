/* digest.c: every random number there is, boiled down to a line for each kind.
 *
 * tests/check_bits builds it with several compilers and compares: whoever prints other lines would
 * simulate another world. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "sim/engine/elementary.h"
#include "sim/engine/stream.h"
#include "sim/workload/arrivals.h"
#include "sim/workload/distribution.h"
#include "sim/workload/keys.h"

enum { COUNT = 1 << 21, CHUNK = 1 << 12 };

#define SECOND_NS UINT64_C(1000000000)

/* A hash of 64-bit words, the same on machines of either byte order. */
struct digest {
    uint64_t hash;
    unsigned filled;
    unsigned char byte[8 * CHUNK];
};

static void digest_flush(struct digest *digest)
{
    digest->hash = XXH64(digest->byte, digest->filled, digest->hash);
    digest->filled = 0;
}

static void digest_add(struct digest *digest, uint64_t word)
{
    for (unsigned i = 0; i < 8; i++)
        digest->byte[digest->filled++] = (unsigned char)(word >> 8 * i);
    if (digest->filled == sizeof digest->byte)
        digest_flush(digest);
}

static void digest_add_real(struct digest *digest, double real)
{
    uint64_t word;
    memcpy(&word, &real, sizeof word);
    digest_add(digest, word);
}

static void digest_print(struct digest *digest, const char *name)
{
    digest_flush(digest);
    printf("%-12s %016" PRIx64 "\n", name, digest->hash);
}

static double unit(uint64_t i)
{
    return stream_unit(stream_value((struct stream){12217, 46}, i));
}

/* Half of the arguments as samples have them, half from all over. */
static double log_of(uint64_t i)
{
    double u = unit(i);
    return elementary_log(i % 2 == 0 ? u : u * 0x1p1023 * 0x1p-600);
}

static double exp_of(uint64_t i)
{
    return elementary_exp((unit(i) - 0.5) * (i % 2 == 0 ? 20 : 1500));
}

static double pow_of(uint64_t i)
{
    double x = unit(i), y = unit(i + COUNT) - 0.5;
    return i % 2 == 0 ? elementary_pow(x, y * 4) : elementary_pow(x * 40, y * 1000);
}

static double quantile_of(uint64_t i)
{
    double u = unit(i);
    return elementary_normal_quantile(i % 2 == 0 ? u : u * 0x1p-20);
}

static void print_elementary(void)
{
    static const struct {
        const char *name;
        double (*of)(uint64_t i);
    } function[] = {{"log", log_of}, {"exp", exp_of}, {"pow", pow_of}, {"quantile", quantile_of}};
    for (unsigned f = 0; f < sizeof function / sizeof *function; f++) {
        struct digest digest = {0};
        for (uint64_t i = 0; i < COUNT; i++)
            digest_add_real(&digest, function[f].of(i));
        digest_print(&digest, function[f].name);
    }
}

static void print_distributions(void)
{
    static const uint64_t values_ns[] = {3, 1, 4, 1, 5, 9, 2, 6};
    static const struct distribution row[DISTRIBUTION_KINDS] = {
        {DISTRIBUTION_EXPONENTIAL, {{.time_ns = 1200 * SECOND_NS}}, NULL, 0},
        {DISTRIBUTION_CONSTANT, {{.time_ns = 3600 * SECOND_NS}}, NULL, 0},
        {DISTRIBUTION_UNIFORM, {{.time_ns = 1}, {.time_ns = 30 * SECOND_NS}}, NULL, 0},
        {DISTRIBUTION_LOGNORMAL, {{.time_ns = 480 * SECOND_NS}, {.number = 1.2}}, NULL, 0},
        {DISTRIBUTION_PARETO, {{.time_ns = SECOND_NS}, {.number = 1.5}}, NULL, 0},
        {DISTRIBUTION_WEIBULL, {{.time_ns = 480 * SECOND_NS}, {.number = 0.7}}, NULL, 0},
        {DISTRIBUTION_EMPIRICAL, {{0, 0}}, values_ns, sizeof values_ns / sizeof *values_ns},
        {DISTRIBUTION_FOREVER, {{0, 0}}, NULL, 0},
    };
    for (unsigned kind = 0; kind < DISTRIBUTION_KINDS; kind++) {
        struct digest digest = {0};
        struct stream root = stream_root(12217, 0, STREAM_HOLD, stream_hash("digest", 6));
        for (uint64_t i = 0; i < COUNT; i++)
            digest_add(&digest, distribution_sample(&row[kind], stream_of(root, i)));
        digest_print(&digest, distribution_forms[kind].name);
    }
}

static void print_arrivals(void)
{
    static const struct arrivals row[ARRIVALS_KINDS] = {
        {ARRIVALS_POISSON, {{.mean_gap_ns = 123456.789}}},
        {ARRIVALS_EVERY, {{.whole = 10007}}},
        {ARRIVALS_BURST, {{.whole = COUNT}, {.whole = SECOND_NS}, {.whole = 3607 * SECOND_NS}}},
        {ARRIVALS_KEEP, {{.whole = COUNT}}},
    };
    for (unsigned kind = 0; kind < ARRIVALS_KINDS; kind++) {
        struct digest digest = {0};
        struct arrivals_cursor cursor = arrivals_begin(
            &row[kind], stream_root(12217, 0, STREAM_ARRIVAL, stream_hash("digest", 6)));
        uint64_t at_ns = 0;
        for (uint64_t i = 0; i < COUNT && arrivals_next(&cursor, &at_ns); i++)
            digest_add(&digest, at_ns);
        digest_print(&digest, arrivals_forms[kind].name);
    }
}

static void print_keys(void)
{
    static const struct keys_row rows[] = {{"a", 1, 3}, {"b", 1, 3}, {"c", 1, 10}};
    const struct keys row[] = {{.kind = KEYS_EACH},     keys_uniform(100),
                               keys_zipf(1000, 0.7),    keys_zipf(100000, 1),
                               keys_zipf(1000000, 1.1), keys_zipf(KEYS_MOST, 5),
                               keys_csv(rows, 3, NULL)};
    for (unsigned i = 0; i < sizeof row / sizeof *row; i++) {
        struct digest digest = {0};
        struct stream root = stream_root(12217, 0, STREAM_KEY, stream_hash("digest", 6));
        for (uint64_t k = 0; k < COUNT; k++)
            digest_add(&digest, keys_draw(&row[i], stream_of(root, k)));
        digest_print(&digest, keys_forms[row[i].kind].name);
    }
}

int main(void)
{
    print_elementary();
    print_distributions();
    print_arrivals();
    print_keys();
    return 0;
}
