/* ranks.c: ranks among simulated runs, Bonferroni and Fisher. */
#include "tests/ranks.h"

#include "sim/engine/memory.h"
#include "sim/engine/stream.h"
#include "tests/harness.h"

#include <assert.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

double rank_p(double figure, const double *simulated, uint32_t runs)
{
    uint32_t below = 1, above = 1;
    for (uint32_t run = 0; run < runs; run++) {
        below += simulated[run] <= figure;
        above += simulated[run] >= figure;
    }
    return fmin(1, 2. * (below < above ? below : above) / (runs + 1));
}

double rank_p_by_lot(double figure, const double *simulated, uint32_t runs, double lot)
{
    uint32_t below = 0, ties = 0;
    for (uint32_t run = 0; run < runs; run++) {
        below += simulated[run] < figure;
        ties += simulated[run] == figure;
    }
    uint32_t place = 1 + below + (uint32_t)(lot * (ties + 1)), from_above = runs + 2 - place;
    return fmin(1, 2. * (place < from_above ? place : from_above) / (runs + 1));
}

double fisher_p(const double *p, uint32_t count)
{
    double sum = 0;
    for (uint32_t i = 0; i < count; i++)
        sum -= 2 * log(p[i]);
    return gsl_cdf_chisq_Q(sum, 2. * count);
}

static const double *runs_of(struct ledger *ledger, const char *name,
                             double (*simulate)(const void *context, uint64_t run),
                             const void *context)
{
    for (uint32_t i = 0; i < ledger->kinds; i++)
        if (strcmp(ledger->kind[i].name, name) == 0)
            return ledger->kind[i].figure;
    assert(ledger->kinds < LEDGER_KINDS && ledger->runs > 0);
    struct kind *kind = &ledger->kind[ledger->kinds++];
    snprintf(kind->name, sizeof kind->name, "%s", name);
    kind->figure = memory_zeroed(ledger->runs, sizeof *kind->figure);
    for (uint32_t run = 0; run < ledger->runs; run++)
        kind->figure[run] = simulate(context, run + 1);
    return kind->figure;
}

void ledger_rank(struct ledger *ledger, const char *kind, double figure,
                 double (*simulate)(const void *context, uint64_t run), const void *context)
{
    const double *runs = runs_of(ledger, kind, simulate, context);
    assert(ledger->rows < LEDGER_ROWS);
    struct ranked *row = &ledger->row[ledger->rows++];
    snprintf(row->name, sizeof row->name, "%s", kind);
    row->figure = figure;
    row->p = rank_p(figure, runs, ledger->runs);
    uint64_t lot = stream_value(stream_root(1, 0, STREAM_TRACE, 0), ledger->rows);
    row->lot_p = rank_p_by_lot(figure, runs, ledger->runs, stream_unit(lot));
}

double ledger_mean(const struct ledger *ledger, const char *kind)
{
    const struct kind *found = ledger->kind;
    while (found < ledger->kind + ledger->kinds && strcmp(found->name, kind) != 0)
        found++;
    assert(found < ledger->kind + ledger->kinds);
    double sum = 0;
    for (uint32_t run = 0; run < ledger->runs; run++)
        sum += found->figure[run];
    return sum / ledger->runs;
}

void ledger_again(struct ledger *ledger)
{
    ledger->row[ledger->rows - 1].again = true;
    ledger->again++;
}

void ledger_compare(struct ledger *ledger, bool equal, const char *name)
{
    ledger->compared++;
    ledger->equal += equal;
    CHECK_ROW(equal, "%s: as recorded", name);
}

void ledger_leave_out(struct ledger *ledger, const char *reason)
{
    assert(ledger->reason == NULL || strcmp(ledger->reason, reason) == 0);
    ledger->left_out++;
    ledger->reason = reason;
}

/* Bonferroni's verdict on each row, and Fisher's on all. */
static uint32_t rows_within(const struct ledger *ledger, const char *name, double *fisher)
{
    double p[LEDGER_ROWS], least = ROWS_ALPHA / ledger->rows;
    uint32_t within = 0, own = 0;
    CHECK_ROW(2. / (ledger->runs + 1) <= least, "%s: %u runs are enough for a row of %u to fail",
              name, ledger->runs, ledger->rows);
    for (uint32_t i = 0; i < ledger->rows; i++) {
        const struct ranked *row = &ledger->row[i];
        bool holds = row->p >= least;
        CHECK_ROW(holds, "%s: %s: %.4f has p %.4f among ours", name, row->name, row->figure,
                  row->p);
        within += holds;
        if (!row->again)
            p[own++] = row->lot_p;
    }
    *fisher = fisher_p(p, own);
    CHECK_ROW(*fisher >= FISHER_ALPHA, "%s: all rows together have p %.5f among ours", name,
              *fisher);
    return within;
}

void ledger_report(struct ledger *ledger, const char *name, uint32_t expected)
{
    uint32_t tried = ledger->rows + ledger->compared;
    printf("\n  %s: %u rows tried", name, tried);
    if (ledger->compared > 0)
        printf(", %u equal", ledger->equal);
    if (ledger->rows > 0) {
        double fisher;
        uint32_t within = rows_within(ledger, name, &fisher);
        printf(", %u within (Fisher p %.2f", within, fisher);
        if (ledger->again > 0)
            printf(", %u recorded twice", ledger->again);
        printf(")");
    }
    if (ledger->left_out > 0)
        printf(", %u left out: %s", ledger->left_out, ledger->reason);
    printf("\n");
    CHECK_ROW(tried == expected, "%s: %u rows tried, %u expected", name, tried, expected);
    for (uint32_t i = 0; i < ledger->kinds; i++)
        free(ledger->kind[i].figure);
}

double chi_square(const uint64_t *seen, const double *expected, uint32_t places)
{
    double sum = 0;
    for (uint32_t i = 0; i < places; i++) {
        double apart = (double)seen[i] - expected[i];
        sum += apart * apart / expected[i];
    }
    return sum;
}

uint32_t row_counts(const json_t *list, uint64_t *into, uint32_t room)
{
    uint32_t count = (uint32_t)json_array_size(list);
    assert(count <= room);
    (void)room;
    for (uint32_t i = 0; i < count; i++)
        into[i] = (uint64_t)json_integer_value(json_array_get(list, i));
    return count;
}
