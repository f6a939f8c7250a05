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
