/* ipv4.h: addresses in dotted decimals. SPDX-License-Identifier: MIT */
#ifndef LB_IPV4_H
#define LB_IPV4_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* false: it is none. */
static inline bool ipv4_read(const char *text, size_t length, uint8_t octet[4])
{
    uint32_t part = 0, value = 0, digits = 0;
    for (size_t i = 0; i <= length; i++) {
        char at = i < length ? text[i] : '.';
        if (at >= '0' && at <= '9') {
            value = value * 10 + (uint32_t)(at - '0');
            if (++digits > 3 || value > 255)
                return false;
        } else if (at == '.' && digits > 0 && part < 4) {
            octet[part++] = (uint8_t)value;
            value = digits = 0;
        } else {
            return false;
        }
    }
    return part == 4;
}

#endif
