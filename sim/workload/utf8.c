/* utf8.c: characters out of bytes that may be anything. */
#include "sim/workload/utf8.h"

#include <assert.h>

size_t utf8_character(const char *at, const char *end, uint32_t *code)
{
    assert(at < end);
    unsigned char first = (unsigned char)*at;
    if (first < 0x80) {
        *code = first;
        return 1;
    }
    size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || (size_t)(end - at) < length)
        return 0;
    uint32_t value = first & (0xFFu >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        unsigned char next = (unsigned char)at[i];
        if ((next & 0xC0) != 0x80)
            return 0;
        value = value << 6 | (next & 0x3Fu);
    }
    bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
    if (overlong || (value >= 0xD800 && value < 0xE000) || value > 0x10FFFF)
        return 0;
    *code = value;
    return length;
}

bool utf8_is_text(uint32_t code)
{
    return code == '\t' || code == '\n' || (code >= 0x20 && code < 0x7F) || code >= 0xA0;
}

/* Of Unicode's categories Cc, Cf, Zl and Zp what is met in practice: after the C0 and C1 controls
 * the soft hyphen, marks of direction, separators of lines, spaces without width, the byte order
 * mark, and tags. */
bool utf8_is_shown(uint32_t code)
{
    static const struct {
        uint32_t first, last;
    } hidden[] = {
        {0x00, 0x1F},     {0x7F, 0x9F},     {0xAD, 0xAD},       {0x61C, 0x61C},
        {0x180E, 0x180E}, {0x200B, 0x200F}, {0x2028, 0x202E},   {0x2060, 0x206F},
        {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB}, {0xE0000, 0xE007F},
    };
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
        if (code >= hidden[i].first && code <= hidden[i].last)
            return false;
    return true;
}

bool utf8_is_joiner(uint32_t code)
{
    return code == 0x200C || code == 0x200D;
}
