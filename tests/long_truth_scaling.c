/* long_truth_scaling.c: the rows of tests/recordings.h that chance decides, among simulated runs of
 * the same scenario files: random methods, and workers that take connections in shares.
 *
 * A row's figure is how far its cells are from what ours are on average: squares added up over each
 * field, in units of what that field's are on average, and over all fields. Too far is another law;
 * so is too near, always. */
#include "sim/engine/memory.h"
#include "tests/harness.h"
#include "tests/ranks.h"
#include "tests/recordings.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The least at which one row of 84 can fail alone is 3,359. */
enum { REPLICATIONS = 3999, FIELDS_MAX = 32, LAWS_MAX = 64 };

struct law { /* what the runs of one kind of rows are like */
    char name[128];
    uint32_t servers, workers;
    const struct reading *reading[FIELDS_MAX]; /* those that are chance's */
    uint32_t fields, cells[FIELDS_MAX];
    double mean[FIELDS_MAX][CELLS_MAX], scale[FIELDS_MAX];
    double figure[REPLICATIONS];
};

struct file {
    const char *name, *balancer; /* balancer: NULL, or whose rows alone are tried */
    struct ledger ledger;
    struct law *law[LAWS_MAX];
    uint32_t laws;
};

static double apart_of(const struct law *law, uint32_t field, const struct cells *cells)
{
    double sum = 0;
    for (uint32_t i = 0; i < cells->count; i++) {
        double apart = (double)cells->value[i] - law->mean[field][i];
        sum += apart * apart;
    }
    return sum;
}

/* INFINITY: it differs where all runs are the same. */
static double figure_of(const struct law *law, uint32_t field, const struct cells *cells)
{
    double apart = apart_of(law, field, cells);
    return law->scale[field] > 1e-9 ? apart / law->scale[field] : apart > 1e-9 ? INFINITY : 0;
}

/* Means of cells, then of distances from them, then what this field adds to each run's figure. */
static void work_out(struct law *law, uint32_t field, const struct runs *runs)
{
    struct cells *cells = memory_zeroed(REPLICATIONS, sizeof *cells);
    for (uint64_t run = 0; run < REPLICATIONS; run++) {
        runs_read(runs, run, law->reading[field], &cells[run]);
        for (uint32_t i = 0; i < cells[run].count; i++)
            law->mean[field][i] += (double)cells[run].value[i] / REPLICATIONS;
    }
    for (uint64_t run = 0; run < REPLICATIONS; run++)
        law->scale[field] += apart_of(law, field, &cells[run]) / REPLICATIONS;
    for (uint64_t run = 0; run < REPLICATIONS; run++)
        law->figure[run] += figure_of(law, field, &cells[run]);
    law->cells[field] = cells[0].count;
    free(cells);
}

/* NULL: nothing of such a row is chance's. */
static const struct law *law_of(struct file *file, const struct recording *recording,
                                const struct placed *placed)
{
    char name[sizeof((struct law *)NULL)->name];
    snprintf(name, sizeof name, "%s, %s, workers %u", recording->scenario, placed->balancer,
             placed->workers);
    for (uint32_t i = 0; i < file->laws; i++)
        if (strcmp(file->law[i]->name, name) == 0)
            return file->law[i];
    assert(file->laws < LAWS_MAX);
    struct law *law = memory_zeroed(1, sizeof *law);
    memcpy(law->name, name, sizeof name);
    for (const struct reading *reading = recording->reading; reading->field != NULL; reading++)
        if (match_of(reading, placed) == MATCH_BY_CHANCE) {
            assert(law->fields < FIELDS_MAX);
            law->reading[law->fields++] = reading;
        }
    struct runs *runs = law->fields == 0 ? NULL
                                         : runs_of(recording->scenario, placed->balancer,
                                                   placed->workers, REPLICATIONS);
    if (runs == NULL) {
        free(law);
        return NULL;
    }
    law->workers = placed->workers;
    law->servers = runs_servers(runs);
    for (uint32_t f = 0; f < law->fields; f++)
        work_out(law, f, runs);
    runs_free(runs);
    return file->law[file->laws++] = law;
}

/* ---- Rows ---- */

static double figure_of_row(const struct law *law, const json_t *row)
{
    double figure = 0;
    for (uint32_t f = 0; f < law->fields; f++) {
        struct cells cells;
        bool read = row_read(row, law->reading[f], law->servers, law->workers, &cells);
        bool alike = read && cells.count == law->cells[f];
        figure += alike ? figure_of(law, f, &cells) : INFINITY;
    }
    return figure;
}

static double figure_of_run(const void *context, uint64_t run)
{
    return ((const struct law *)context)->figure[run - 1];
}

static void try_row(void *context, const json_t *row)
{
    struct file *file = context;
    const struct recording *recording = recording_of(file->name, row);
    struct placed placed = {.workers = 0};
    if (recording == NULL)
        return;
    recording->place(row, &placed);
    if (file->balancer != NULL && strcmp(file->balancer, placed.balancer) != 0)
        return;
    if (placed.left_out != NULL) {
        ledger_leave_out(&file->ledger, placed.left_out);
        return;
    }
    const struct law *law = law_of(file, recording, &placed);
    if (law == NULL)
        return;
    ledger_rank(&file->ledger, law->name, figure_of_row(law, row), figure_of_run, law);
    if (placed.again)
        ledger_again(&file->ledger);
}

/* `says`: of the line that says how it went. */
static void check_rows(const char *name, const char *balancer, const char *says, uint32_t expected)
{
    char text[64];
    struct file file = {.name = name, .balancer = balancer, .ledger.runs = REPLICATIONS};
    snprintf(text, sizeof text, "%s.jsonl", name);
    truth_each(text, try_row, &file);
    ledger_report(&file.ledger, says, expected);
    for (uint32_t i = 0; i < file.laws; i++)
        free(file.law[i]);
}

static void check_file(const char *name, uint32_t expected)
{
    char text[64];
    snprintf(text, sizeof text, "%s, by chance", name);
    check_rows(name, NULL, text, expected);
}

static void test_scale_up(void)
{
    check_file("nginx_c_scaling", 78);
}

static void test_rolling(void)
{
    check_file("nginx_c_rolling", 12);
}

static void test_held(void)
{
    check_file("nginx_d_held", 84);
}

static void test_crash(void)
{
    check_file("nginx_f_crash", 6);
}

static void test_reloads(void)
{
    check_file("nginx_r_reloads", 12);
}

static void test_haproxy(void)
{
    check_file("haproxy_scale", 12);
}

/* Fisher's sum is over rows that are independent: three repetitions of each balancer, which all
 * were sent the same three hosts of clients. */
static void test_churn(void)
{
    check_rows("haproxy_churn", "haproxy-leastconn", "haproxy_churn, leastconn", 6);
    check_rows("haproxy_churn", "haproxy-leastconn-slow", "haproxy_churn, slow start", 6);
    check_rows("haproxy_churn", "haproxy-roundrobin", "haproxy_churn, roundrobin", 6);
    check_rows("haproxy_churn", "haproxy-random", "haproxy_churn, random(2)", 3);
}

static const struct test tests[] = {
    {"nginx, a server joins", test_scale_up},          {"nginx, a rolling restart", test_rolling},
    {"nginx, held by several workers", test_held},     {"nginx, a worker is killed", test_crash},
    {"nginx, reload after reload", test_reloads},      {"HAProxy, a third server", test_haproxy},
    {"HAProxy, clients that come and go", test_churn},
};

SUITE("long_truth_scaling", tests)
