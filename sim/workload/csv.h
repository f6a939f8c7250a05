/* csv.h: a CSV file as a table of texts that know where they stand.
 *
 * RFC 4180, strictly: comma, a field with commas, quotes or line ends in double quotes, a quote
 * inside doubled; but spaces around an unquoted field are dropped and blank lines skipped. The
 * first row is the header. Fields are not interpreted: numbers are the caller's. */
#ifndef SIM_WORKLOAD_CSV_H
#define SIM_WORKLOAD_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/workload/input.h"

#define CSV_COLUMNS_MAX 1000
#define CSV_CELLS_MAX   4000000

struct csv_cell {
    const char *text; /* of the table; "" if empty */
    struct place place;
    bool quoted; /* tells "" from nothing */
};

struct csv_table {
    size_t columns, rows;    /* without the header */
    struct csv_cell *header; /* [columns], names all different, none empty */
    struct csv_cell *cell;   /* [rows * columns], row by row */
    char *text;              /* what the cells point into */
};

/* Checks the text (input_check_text) and reads it. All that is wrong goes to faults; a faulty row
 * is left out and reading goes on with the next line, so that the caller can judge the other rows
 * in the same run: faults->errors says whether the table is whole. NULL if there is no table: not
 * text, empty, a header that cannot be used, or more than CSV_CELLS_MAX cells. Freed with
 * csv_table_free(). The table does not need the input any more. */
struct csv_table *csv_read(const struct input *input, struct faults *faults);

void csv_table_free(struct csv_table *table);

/* The column of that name, or -1. */
int csv_column(const struct csv_table *table, const char *name);

const struct csv_cell *csv_cell(const struct csv_table *table, size_t row, size_t column);

#endif
