/* input.h: a text that a user wrote (a scenario, a trace), in memory and fit to be read.
 *
 * Every text is normalised on its way in: a UTF-8 byte order mark is dropped, and CR LF and lone CR
 * become LF. So a line is what ends in LF, everywhere, and places mean what an editor shows. */
#ifndef SIM_WORKLOAD_INPUT_H
#define SIM_WORKLOAD_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/workload/fault.h"

struct input {
    char *name;    /* as messages show it */
    char *text;    /* normalised; ended with a NUL, and may hold others until it is checked */
    size_t length; /* bytes, without the ending NUL */
};

enum input_status {
    INPUT_OK,
    INPUT_CANNOT_OPEN, /* errno says why */
    INPUT_CANNOT_READ, /* errno says why: a directory, a broken disk */
    INPUT_TOO_LARGE,
    INPUT_NOT_A_FILE, /* a directory, a device, a pipe */
};

/* Reads a whole file of at most limit_bytes; path "-" is stdin, named <stdin>. If not INPUT_OK the
 * input is zeroed. Freed with input_free(). */
enum input_status input_read(struct input *input, const char *path, size_t limit_bytes);

/* The same for a path that a text of the user's names: "-" is a name like others, and nothing is
 * opened but a regular file, for opening a pipe may wait and a device has no end. */
enum input_status input_read_file(struct input *input, const char *path, size_t limit_bytes);

/* The same of a text at hand, which is copied. */
void input_of_text(struct input *input, const char *name, const char *text, size_t length);

void input_free(struct input *input);

/* Whether the whole text is valid UTF-8 without control characters; if not, faults say where: the
 * first 20, for a file of another kind has one on every line. */
bool input_check_text(const struct input *input, struct faults *faults);

/* What the user may have meant: the known word nearest to this one, at most two slips away, one
 * in a short word (a letter missing, added, wrong, or two swapped; case does not count), the first
 * of several, or NULL. Words over 64 bytes are nobody's slip. */
const char *input_nearest(const char *word, const char *const *known, size_t count);

#endif
