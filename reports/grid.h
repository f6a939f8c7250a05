/* grid.h: a table for a terminal: columns as wide as what stands in them, a column a character. */
#ifndef REPORTS_GRID_H
#define REPORTS_GRID_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { GRID_LINE = 80 };

struct grid;

/* columns: one letter each, l or r: where its cells lean. Freed with grid_free(). */
struct grid *grid_new(const char *columns);
void grid_free(struct grid *);
/* The next cell of the present row; a full row begins the next. */
void grid_cell(struct grid *, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The rest of the present row stays empty. */
void grid_end_row(struct grid *);
/* How wide its lines are at least, printed after `indent` spaces. */
uint32_t grid_width(const struct grid *, int indent);
/* Prints it, each line after `indent` spaces; the first `bold` rows stand out, if colour. Two
 * spaces between columns, or one where the line would pass GRID_LINE. */
void grid_print(const struct grid *, FILE *, int indent, uint32_t bold, bool colour);

/* Prints it as a table of Markdown; the first `heads` rows are its one heading. A first cell that
 * begins with a star is printed bold instead. */
void grid_print_markdown(const struct grid *, FILE *, uint32_t heads);

#endif
