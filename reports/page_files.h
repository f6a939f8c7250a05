/* page_files.h: the files of reports/page/, as the build put them into the program. */
#ifndef REPORTS_PAGE_FILES_H
#define REPORTS_PAGE_FILES_H

#include <stddef.h>

struct page_file_row {
    const char *name; /* NULL: past the last */
    const unsigned char *bytes;
    size_t length;
    unsigned char sha256[32];
};
extern const struct page_file_row page_file[];

#endif
