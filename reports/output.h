/* output.h: a directory of results that appears whole or not at all.
 *
 * Files are written beside the place, under a temporary name; output_commit() puts the directory in
 * place by renaming. A directory that is there already is replaced only if it is one of ours (it
 * holds our run.json) or empty. */
#ifndef REPORTS_OUTPUT_H
#define REPORTS_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

struct output;

/* Begins. NULL: it cannot be, and `why` (of size `room`) says so in one line. */
struct output *output_begin(const char *directory, char *why, size_t room);
/* Opens a file of it for writing, NAME or DIRECTORY/NAME; NULL: the environment does not let us.
 * The caller writes, and closes it with output_close(). */
FILE *output_open(struct output *, const char *name);
bool output_close(struct output *, FILE *);
/* Where a file or directory of it lies until the commit, for a program that reads and writes there;
 * freed by the caller. */
char *output_path(const struct output *, const char *name);
/* Puts it in place. Either way the output is freed; false: nothing was put there, and why. */
bool output_commit(struct output *, char *why, size_t room);
/* Gives up: nothing remains. */
void output_abandon(struct output *);

#endif
