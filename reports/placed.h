/* placed.h: one small file, put in place whole. */
#ifndef REPORTS_PLACED_H
#define REPORTS_PLACED_H

#include <stdbool.h>
#include <stddef.h>

/* Writes a CSV text, which begins with a line `header`, to a file: beside it first (FILE.new.PID),
 * then in its place, so that it appears whole or not at all. What is there already is replaced only
 * if it is empty or begins with the same header; a device or a pipe is written to. false: nothing
 * was put there, and `why` (of size `room`) says why in one line. */
bool placed_write(const char *file, const char *header, const char *text, size_t length, char *why,
                  size_t room);

#endif
