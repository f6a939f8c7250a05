/* lb_word.c: natural order of names. SPDX-License-Identifier: MIT */
#include "lb_word.h"

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Compares the digit runs at *a and *b by value and steps over them. */
static int compare_numbers(const char **a, const char **b)
{
    while (**a == '0')
        ++*a;
    while (**b == '0')
        ++*b;
    const char *a0 = *a, *b0 = *b;
    while (digit(**a))
        ++*a;
    while (digit(**b))
        ++*b;
    if (*a - a0 != *b - b0)
        return *a - a0 < *b - b0 ? -1 : 1;
    return memcmp(a0, b0, (size_t)(*a - a0));
}

int lb_natural_order(const char *a, const char *b)
{
    const char *whole_a = a, *whole_b = b;
    while (*a != '\0' && *b != '\0') {
        if (digit(*a) && digit(*b)) {
            int order = compare_numbers(&a, &b);
            if (order != 0)
                return order;
        } else if (*a != *b) {
            return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
        } else {
            a++, b++;
        }
    }
    if (*a != *b)
        return *a == '\0' ? -1 : 1;
    /* Equal but for leading zeros: the shorter first, so that the order is total. */
    size_t length_a = strlen(whole_a), length_b = strlen(whole_b);
    return length_a == length_b ? memcmp(whole_a, whole_b, length_a) : length_a < length_b ? -1 : 1;
}
