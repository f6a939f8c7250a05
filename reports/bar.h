/* bar.h: bars of letters, for a terminal. */
#ifndef REPORTS_BAR_H
#define REPORTS_BAR_H

#include <stdint.h>

enum bar_style {
    BAR_NONE,
    BAR_ASCII,
    BAR_BLOCKS
}; /* blocks: Unicode's, an eighth of a letter fine */

enum { BAR_MOST = 60, BAR_MAX = 3 * BAR_MOST + 1 };

/* The part, of 0 to 1, of at most `room` (BAR_MOST at most) letters. What is there, but too little
 * to be drawn, is drawn as the least there is. Fills and returns `text`. */
char *bar_text(enum bar_style, double part, uint32_t room, char text[BAR_MAX]);
/* The same, paler: what others are held against. */
char *bar_text_pale(enum bar_style, double part, uint32_t room, char text[BAR_MAX]);

#endif
