/* plot_axis.c: round values along an axis. */
#include "reports/plot_axis.h"

#include "reports/plot_text.h"
#include "reports/text.h"

#include <math.h>
#include <string.h>

static void add(struct tics *tics, double at, const char *text)
{
    if (tics->count == TICS_MAX)
        return;
    tics->tic[tics->count].at = at;
    snprintf(tics->tic[tics->count++].text, sizeof tics->tic->text, "%s", text);
}

/* 1, 2 or 5 times a power of ten, such that `high` is reached in at most `most` steps. */
static double round_step(double high, uint32_t most)
{
    static const double steps[] = {1, 2, 5};
    double least = high / most, power = pow(10, floor(log10(least)));
    for (unsigned i = 0; i < sizeof steps / sizeof *steps; i++)
        if (steps[i] * power >= least * (1 - 1e-9))
            return steps[i] * power;
    return 10 * power;
}

/* How many steps reach `high`. */
static uint32_t steps_to(double high, double step)
{
    return (uint32_t)ceil(high / step - 1e-9);
}

double tics_of_count(struct tics *tics, double high, uint32_t most)
{
    char text[TEXT_MAX];
    double step = round_step(high > 1 ? high : 1, most);
    uint32_t steps;
    step = step < 1 ? 1 : step;
    steps = steps_to(high > 1 ? high : 1, step);
    tics->count = 0;
    for (uint32_t i = 0; i <= steps; i++) {
        if (steps * step >= 1e6 && i > 0)
            snprintf(text, sizeof text, "%.6gM", i * step / 1e6);
        else
            text_count((uint64_t)(i * step + 0.5), text);
        add(tics, i * step, text);
    }
    return steps * step;
}

double tics_of_percent(struct tics *tics, double high, uint32_t most)
{
    char text[TEXT_MAX];
    double step = round_step(high > 0.0001 ? high : 0.0001, most);
    uint32_t steps = steps_to(high > 0.0001 ? high : 0.0001, step);
    tics->count = 0;
    for (uint32_t i = 0; i <= steps; i++) {
        snprintf(text, sizeof text, "%.6g%%", 100 * i * step);
        add(tics, i * step, text);
    }
    return steps * step;
}

double tics_of_quotient(struct tics *tics, double high, uint32_t most, bool *logarithmic)
{
    static const double marks[] = {1,  1.5, 2,   3,   5,   7,    10,   20,   30,
                                   50, 100, 200, 500, 1e3, 2000, 5000, 10000};
    enum { MARKS = sizeof marks / sizeof *marks };
    char text[TEXT_MAX];
    tics->count = 0;
    *logarithmic = high > 3;
    if (*logarithmic) {
        for (uint32_t i = 0; i < MARKS && (i == 0 || marks[i - 1] < high); i++)
            if (high <= 10 || (marks[i] != 1.5 && marks[i] != 7 && marks[i] != 30)) {
                snprintf(text, sizeof text, "%g", marks[i]);
                add(tics, marks[i], text);
            }
        return tics->tic[tics->count - 1].at > high ? tics->tic[tics->count - 1].at : high;
    }
    double step = round_step(high < 1.2 ? 0.2 : high - 1, most);
    uint32_t steps = steps_to(high < 1.2 ? 0.2 : 1.03 * (high - 1), step);
    for (uint32_t i = 0; i <= steps; i++) {
        snprintf(text, sizeof text, step < 0.1 ? "%.2f" : "%.1f", 1 + i * step);
        add(tics, 1 + i * step, text);
    }
    return 1 + steps * step;
}

/* ---- Time ---- */

struct unit {
    uint64_t ns, from_ns; /* used for spans of from_ns and more */
    const char *name;
    uint16_t step[10]; /* then a thousand times as many, and so on */
};

#define US  UINT64_C(1000)
#define MS  (1000 * US)
#define S   (1000 * MS)
#define MIN (60 * S)
#define H   (60 * MIN)
#define D   (24 * H)
#define DECIMAL                                                                                    \
    {                                                                                              \
        1, 2, 5, 10, 20, 50, 100, 200, 500                                                         \
    }

static const struct unit units[] = {
    {D, 3 * D, "d", DECIMAL},
    {H, 4 * H, "h", {1, 2, 3, 4, 6, 12, 24}},
    {MIN, 2 * MIN, "min", {1, 2, 5, 10, 15, 20, 30, 60}},
    {S, 2 * S, "s", {1, 2, 5, 10, 15, 20, 30}},
    {MS, 2 * MS, "ms", DECIMAL},
    {US, 2 * US, "us", DECIMAL},
    {1, 0, "ns", DECIMAL},
};

/* Such that there are at most eight. */
static uint64_t time_step(const struct unit *unit, uint64_t from_ns, uint64_t to_ns)
{
    for (uint64_t thousands = 1;; thousands *= 1000)
        for (unsigned i = 0; unit->step[i] > 0; i++) {
            uint64_t step_ns = unit->step[i] * thousands * unit->ns;
            if (to_ns / step_ns - from_ns / step_ns < 8)
                return step_ns;
        }
}

const char *tics_of_time(struct tics *tics, uint64_t from_ns, uint64_t to_ns)
{
    const struct unit *unit = units;
    while (to_ns - from_ns < unit->from_ns)
        unit++;
    uint64_t step_ns = time_step(unit, from_ns, to_ns);
    tics->count = 0;
    uint64_t first = from_ns / step_ns + (from_ns % step_ns > 0), last = to_ns / step_ns;
    for (uint64_t i = first; i <= last; i++) {
        char text[TEXT_MAX];
        add(tics, 1e-9 * (double)(i * step_ns), text_count(i * (step_ns / unit->ns), text));
    }
    return unit->name;
}

/* ---- Into the script ---- */

void tics_put(FILE *script, char axis, const struct tics *tics, bool bare)
{
    fprintf(script, "set %ctics (", axis);
    for (uint32_t i = 0; i < tics->count; i++) {
        fputs(i == 0 ? "'" : ", '", script);
        for (const char *at = tics->tic[i].text; !bare && *at != '\0'; at++)
            fputs(*at == '%' ? "%%" : (char[]){*at, '\0'}, script); /* to gnuplot, a format */
        fprintf(script, "' %.12g", tics->tic[i].at);
    }
    fputs(")\n", script);
}

double tics_width(const struct tics *tics)
{
    double widest = 0;
    for (uint32_t i = 0; i < tics->count; i++) {
        double width = plot_text_width(tics->tic[i].text, 12);
        widest = width > widest ? width : widest;
    }
    return widest;
}
