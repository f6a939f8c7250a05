/* ranks.h: a recorded figure's place among simulated ones, and what all places of a file say.
 *
 * A row that is a draw from a distribution cannot be equal to anything. What can be asked is
 * whether our runs could have been it: its figure is ranked among those of simulated runs of the
 * same kind, which gives a two-sided p. Ties count on both sides, so a discrete figure's p is too
 * large rather than too small. Summed up that would hide anything, so Fisher's combined p takes the
 * place among ties by lot, of a seed that is the row's number: then each p is one of 2/1000, 4/1000
 * ... 1, all alike, which is a little more than uniform, and so conservative still. Rows of a kind
 * share its runs, and that makes their ps a very little dependent.
 *
 * Two levels, fixed before any recording was tried: Bonferroni's, .05 over the rows of a ledger;
 * and Fisher's, -2 sum ln p as chi-square with 2 degrees a row, at .01. Seeds are fixed too. The
 * lot came later: with ties on both sides nginx_d_held had a combined p of 1.00, which could not
 * fail. */
#ifndef TESTS_RANKS_H
#define TESTS_RANKS_H

#include "tests/truth.h"

#include <stdint.h>

#define ROWS_ALPHA   .05
#define FISHER_ALPHA .01

enum { LEDGER_ROWS = 128, LEDGER_KINDS = 64, LEDGER_NAME = 96, RUNS = 999 };

/* The two-sided p of a figure: 2 min(1 + those <= it, 1 + those >= it) / (1 + runs), 1 at most. */
double rank_p(double figure, const double *simulated, uint32_t runs);
/* The same with one place among the ties, by lot: lot is in (0, 1). */
double rank_p_by_lot(double figure, const double *simulated, uint32_t runs, double lot);
/* -2 sum ln p as chi-square: how likely ps that small are, if each is uniform. */
double fisher_p(const double *p, uint32_t count);

/* The rows of one file, or of one experiment in it. All zero, but for `runs`: nothing tried yet. */
struct ledger {
    uint32_t runs; /* of each kind; enough that one row alone can fail: see ledger_report() */
    uint32_t rows, kinds, again, compared, equal, left_out;
    struct ranked {
        char name[LEDGER_NAME];
        double figure, p, lot_p;
        bool again; /* the same draw as a row before: not in Fisher's sum */
    } row[LEDGER_ROWS];
    struct kind {
        char name[LEDGER_NAME];
        double *figure; /* [runs] */
    } kind[LEDGER_KINDS];
    const char *reason; /* of what is left out */
};

/* Ranks a row's figure among the runs of its kind, which are simulated when its first row comes:
 * `simulate` gets runs 1, 2, ... and returns a run's figure. */
void ledger_rank(struct ledger *, const char *kind, double figure,
                 double (*simulate)(const void *context, uint64_t run), const void *context);
/* The row ranked last is the same draw as one before: it is tried, but tells Fisher nothing new. */
void ledger_again(struct ledger *);
/* A row that has no distribution, and so is compared. */
void ledger_compare(struct ledger *, bool equal, const char *name);
/* A row that is not tried; all of a ledger for the same reason, which outlives it. */
void ledger_leave_out(struct ledger *, const char *reason);

/* The mean figure of a kind's runs; there must have been a row of it. */
double ledger_mean(const struct ledger *, const char *kind);

/* Says all that in the one line that tests/run shows, checks it, and frees the runs. expected: rows
 * that were tried. */
void ledger_report(struct ledger *, const char *name, uint32_t expected);

/* Sum of (seen - expected)^2 / expected. */
double chi_square(const uint64_t *seen, const double *expected, uint32_t places);
/* A list of whole numbers of a row, into `into`; how many there were. */
uint32_t row_counts(const json_t *list, uint64_t *into, uint32_t room);

#endif
