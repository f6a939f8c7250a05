/* bar.c: bars of letters. */
#include "reports/bar.h"

#include <assert.h>
#include <string.h>

enum { EIGHTHS = 8 };

/* Parts of a letter, in units. */
static uint32_t units_of(double part, uint32_t room, uint32_t in_a_letter)
{
    assert(room <= BAR_MOST);
    if (!(part > 0))
        return 0;
    uint32_t most = room * in_a_letter;
    uint32_t units = (uint32_t)((part < 1 ? part : 1) * most + .5);
    return units > 0 ? units : 1;
}

static char *repeated(const char *letter, uint32_t times, char *to)
{
    for (size_t length = strlen(letter); times > 0; times--, to += length)
        memcpy(to, letter, length);
    *to = '\0';
    return to;
}

char *bar_text(enum bar_style style, double part, uint32_t room, char text[BAR_MAX])
{
    static const char *const rest[EIGHTHS] = {"",
                                              "\xE2\x96\x8F",
                                              "\xE2\x96\x8E",
                                              "\xE2\x96\x8D",
                                              "\xE2\x96\x8C",
                                              "\xE2\x96\x8B",
                                              "\xE2\x96\x8A",
                                              "\xE2\x96\x89"};
    text[0] = '\0';
    if (style == BAR_ASCII)
        repeated("#", units_of(part, room, 1), text);
    if (style == BAR_BLOCKS) {
        uint32_t units = units_of(part, room, EIGHTHS);
        char *end = repeated("\xE2\x96\x88", units / EIGHTHS, text);
        repeated(rest[units % EIGHTHS], 1, end);
    }
    return text;
}

char *bar_text_pale(enum bar_style style, double part, uint32_t room, char text[BAR_MAX])
{
    text[0] = '\0';
    if (style != BAR_NONE)
        repeated(style == BAR_BLOCKS ? "\xE2\x96\x91" : ".", units_of(part, room, 1), text);
    return text;
}
