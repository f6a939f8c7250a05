/* lb_word.h: comparing names without strcmp, so that the library imports mem* and strlen only.
 * SPDX-License-Identifier: MIT */
#ifndef LB_WORD_H
#define LB_WORD_H

#include <stdbool.h>
#include <string.h>

static inline bool lb_same_word(const char *a, const char *b)
{
    size_t length = strlen(a);
    return length == strlen(b) && memcmp(a, b, length) == 0;
}

/* Natural order: runs of digits by their value, so s2 comes before s10. <0, 0, >0. */
int lb_natural_order(const char *a, const char *b);

#endif
