/* fault.h: what is wrong with a text that a user wrote, and how it is shown.
 *
 * Faults are collected, never thrown: a reader reports all it finds, and the caller prints them at
 * the end, in the order of the text, each with its line and a caret:
 *
 *     scenarios/x.yaml:3:1: error: unknown key 'duraton' (did you mean 'duration'?)
 *         duraton: 40m
 *         ^~~~~~~
 */
#ifndef SIM_WORKLOAD_FAULT_H
#define SIM_WORKLOAD_FAULT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct input;

/* Where something stands: line and column count from 1, column and width in characters (UTF-8 code
 * points), not bytes. What runs over several lines has width 1. Line 0: no place. */
struct place {
    uint32_t line, column, width;
};

struct fault {
    struct place place;
    char *message;
    bool warning;
};

/* Zeroed when empty. A hopeless text has a fault on every line: the first FAULTS_KEPT errors and as
 * many warnings are kept, and all are counted. */
struct faults {
    struct fault *fault;
    size_t count, room;
    size_t errors, warnings; /* reported, kept or not: errors > 0 means that the text is refused */
};

#define FAULTS_KEPT  1000
#define FAULTS_SHOWN 50

/* Adds an error (or a warning). A message longer than 400 bytes is cut in the middle: it may quote
 * the user. */
void faults_add(struct faults *faults, struct place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void faults_warn(struct faults *faults, struct place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

void faults_add_list(struct faults *faults, struct place place, const char *format,
                     va_list arguments) __attribute__((format(printf, 3, 0)));

/* Prints the faults of this input in the order of the text, and of their arrival in one place; of
 * each kind the first FAULTS_SHOWN, then "and N more". Safe for a terminal whatever the text holds:
 * what is not shown (utf8_is_shown) and invalid UTF-8 come out as '?'. colour: with ANSI colours.
 */
void faults_print(const struct faults *faults, const struct input *input, FILE *into, bool colour);

/* Writes a text of the user's, a file's name for one, in the same safe way. */
void faults_print_text(const char *text, FILE *into);

/* Frees what it holds and leaves it empty, to be used again. */
void faults_free(struct faults *faults);

#endif
