/* page_csv.h: CSV files of any length, row by row, by the names of their columns. */
#ifndef REPORTS_PAGE_CSV_H
#define REPORTS_PAGE_CSV_H

#include "reports/page.h"

#include <stdbool.h>

enum csv_kind {
    CSV_TEXT,
    CSV_WHOLE, /* a whole number below 2^53 */
    CSV_NUMBER /* a number, or nothing */
};

struct csv_want {
    const char *column; /* NULL: past the last */
    enum csv_kind kind;
};

enum { CSV_WANTED = 16 };

struct csv_file {
    const char *path;
    const struct csv_want *want; /* at most CSV_WANTED */
    /* Is told each row's fields, in the order wanted. false: the row is wrong, and `why` how. */
    bool (*row)(void *context, const char *const *field, char why[PAGE_WHY_MAX]);
    void *context;
};

/* Other columns may be there, too. Stops at the first thing that is wrong: `why` has file and line.
 */
enum page_status page_csv_read(const struct csv_file *, char why[PAGE_WHY_MAX]);

#endif
