/* plot_text.c: how wide a text is on paper. */
#include "reports/plot_text.h"

#include "sim/engine/memory.h"
#include "sim/workload/utf8.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Widths of ' ' to '~' in thousandths of the size: those of Helvetica, which Arial and Liberation
 * Sans were made to share. */
static const uint16_t widths[] = {
    278,  278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278,
    278, /* space to / */
    556,  556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584,
    556, /* 0 to ? */
    1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722,
    778, /* @ to O */
    667,  778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469,
    556, /* P to _ */
    333,  556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556,
    556,                                                                        /* ` to o */
    556,  556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584, /* p to ~ */
};
enum { WIDTH_LATIN = 600, WIDTH_WIDE = 1000, FIRST_WIDE = 0x1100, ELLIPSIS = 0x2026 };

static const char ellipsis[] = "\xE2\x80\xA6";

/* The next character's width in thousandths, and its length in bytes. */
static uint32_t width_at(const char *text, size_t *length)
{
    uint32_t code = '?';
    *length = utf8_character(text, text + strlen(text), &code);
    if (*length == 0)
        *length = 1;
    if (code < ' ')
        return widths[0];
    if (code < ' ' + sizeof widths / sizeof *widths)
        return widths[code - ' '];
    return code < FIRST_WIDE || code == ELLIPSIS ? WIDTH_LATIN : WIDTH_WIDE;
}

double plot_text_width(const char *text, double size)
{
    uint64_t sum = 0;
    size_t length;
    for (; *text != '\0'; text += length)
        sum += width_at(text, &length);
    return (double)sum * size / 1000;
}

/* How many bytes of the text fit into the width. */
static size_t fitting(const char *text, double size, double width)
{
    uint64_t sum = 0;
    size_t at = 0, length;
    while (text[at] != '\0') {
        sum += width_at(text + at, &length);
        if ((double)sum * size / 1000 > width)
            break;
        at += length;
    }
    return at;
}

/* keep: how much of the room goes to the beginning. */
static char *clip(const char *text, double size, double width, double keep,
                  char clipped[PLOT_TEXT_MAX])
{
    enum { MOST = (PLOT_TEXT_MAX - sizeof ellipsis) / 2 };
    size_t all = strlen(text);
    if (all < PLOT_TEXT_MAX && plot_text_width(text, size) <= width)
        return memcpy(clipped, text, all + 1);
    double room = width - plot_text_width(ellipsis, size);
    size_t head = fitting(text, size, room * keep), tail = 0, length;
    while (head > MOST || (head > 0 && text[head - 1] == ' '))
        head--;
    while (head > 0 && ((unsigned char)text[head] & 0xC0) == 0x80)
        head--;
    if (keep < 1) {
        double left = room * (1 - keep);
        for (tail = head; text[tail] != '\0'; tail += length) {
            width_at(text + tail, &length);
            if (all - tail <= MOST && plot_text_width(text + tail, size) <= left)
                break;
        }
    } else {
        tail = all;
    }
    snprintf(clipped, PLOT_TEXT_MAX, "%.*s%s%s", (int)head, text, ellipsis, text + tail);
    return clipped;
}

char *plot_text_clip(const char *text, double size, double width, char clipped[PLOT_TEXT_MAX])
{
    return clip(text, size, width, 1, clipped);
}

char *plot_text_clip_middle(const char *text, double size, double width,
                            char clipped[PLOT_TEXT_MAX])
{
    return clip(text, size, width, 0.5, clipped);
}

/* Where two texts part, or a little before: at the beginning of a character. */
static size_t parting(const char *one, const char *other)
{
    enum { BEFORE = 8 };
    size_t at = 0;
    while (one[at] != '\0' && one[at] == other[at])
        at++;
    at = at > BEFORE ? at - BEFORE : 0;
    while (at > 0 && ((unsigned char)one[at] & 0xC0) == 0x80)
        at--;
    return at;
}

char *plot_text_clip_apart(const char *const *text, uint32_t count, uint32_t which, double size,
                           double width, char clipped[PLOT_TEXT_MAX])
{
    char other[PLOT_TEXT_MAX], rest[PLOT_TEXT_MAX];
    size_t from = 0;
    plot_text_clip_middle(text[which], size, width, clipped);
    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(text[i], text[which]) == 0 ||
            strcmp(plot_text_clip_middle(text[i], size, width, other), clipped) != 0)
            continue;
        size_t at = parting(text[which], text[i]);
        from = from == 0 || at < from ? at : from;
    }
    if (from > 0) {
        plot_text_clip(text[which] + from, size, width - plot_text_width(ellipsis, size), rest);
        snprintf(clipped, PLOT_TEXT_MAX, "%s%.*s", ellipsis, (int)(PLOT_TEXT_MAX - sizeof ellipsis),
                 rest);
    }
    return clipped;
}

char *plot_text_quoted(const char *text)
{
    char *quoted = memory_zeroed(2 * strlen(text) + 3, 1), *to = quoted;
    *to++ = '\'';
    for (const char *end = text + strlen(text); text < end;) {
        uint32_t code = 0;
        size_t length = utf8_character(text, end, &code);
        if (length == 0 || !utf8_is_text(code) || code < ' ') {
            *to++ = length == 0 ? '?' : ' ';
            text += length == 0 ? 1 : length;
            continue;
        }
        if (code == '\'')
            *to++ = '\'';
        memcpy(to, text, length);
        to += length;
        text += length;
    }
    *to++ = '\'';
    return quoted;
}
