/* files.h: single files that appear whole or not at all: written beside their places under a
 * temporary name, then renamed, all at the end. What a link points to is replaced, not the link;
 * what is there and is no file is left alone. */
#ifndef REPORTS_FILES_H
#define REPORTS_FILES_H

#include <stdbool.h>
#include <stdio.h>

struct files;

struct files *files_begin(void);
/* Opens a file for writing, which files_commit() closes; the directory that it is in is made if it
 * is not there. NULL: it cannot be, and `why` (of size `room`) says so. */
FILE *files_open(struct files *, const char *path, char *why, size_t room);
/* Puts them in place. Either way they are freed; false: why. A file that could not be written whole
 * is found out before the first is put in place. */
bool files_commit(struct files *, char *why, size_t room);
/* Gives up: nothing remains. */
void files_abandon(struct files *);

#endif
