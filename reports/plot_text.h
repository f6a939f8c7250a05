/* plot_text.h: how wide a text is on paper, so that texts can be placed where there is room. */
#ifndef REPORTS_PLOT_TEXT_H
#define REPORTS_PLOT_TEXT_H

#include <stdint.h>

#include <stddef.h>

#define PLOT_TEXT_MAX 320

/* In pixels, set in Liberation Sans (or Arial, or Helvetica: their letters are equally wide). */
double plot_text_width(const char *text, double size);

/* The text, or as much of it as is at most so wide, the end or the middle replaced by an ellipsis.
 * Names often differ in their last letters only, so they are cut in the middle. */
char *plot_text_clip(const char *text, double size, double width, char clipped[PLOT_TEXT_MAX]);
char *plot_text_clip_middle(const char *text, double size, double width,
                            char clipped[PLOT_TEXT_MAX]);
/* One of several: where others would look the same, what comes before they part is cut, too. */
char *plot_text_clip_apart(const char *const *text, uint32_t count, uint32_t which, double size,
                           double width, char clipped[PLOT_TEXT_MAX]);

/* A text as gnuplot reads it: in single quotes, in which nothing but the quote means anything and
 * is doubled; control characters are blanks, and bytes that are not UTF-8 question marks. The
 * result is the caller's to free. */
char *plot_text_quoted(const char *text);

#endif
