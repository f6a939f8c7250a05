/* page.h: a run's directory as one HTML page, that needs nothing but itself.
 *
 * What `lbsim run -o DIR` left is read back: run.json for what was asked and said, the CSV files
 * for every number, plots/ for the pictures. The page quotes them: its numbers are theirs. */
#ifndef REPORTS_PAGE_H
#define REPORTS_PAGE_H

#include <stdio.h>

struct page;

enum page_status {
    PAGE_FINE,
    PAGE_INVALID,    /* what is there is not what a run leaves */
    PAGE_ENVIRONMENT /* a file that cannot be read or written */
};
#define PAGE_WHY_MAX 1024

/* Reads a directory. Unless PAGE_FINE, *page is NULL and `why` says in one line what is wrong.
 * Freed with page_free(). */
enum page_status page_read(struct page **, const char *directory, char why[PAGE_WHY_MAX]);
void page_free(struct page *);

void page_print(const struct page *, FILE *);

/* Prints it into a file that appears whole or not at all; what was there is replaced. */
enum page_status page_write(const struct page *, const char *path, char why[PAGE_WHY_MAX]);

#endif
