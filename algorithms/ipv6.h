/* ipv6.h: addresses in hexadecimals between colons. SPDX-License-Identifier: MIT */
#ifndef LB_IPV6_H
#define LB_IPV6_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { IPV6_OCTETS = 16 };

static inline int ipv6_digit(char at)
{
    return at >= '0' && at <= '9'   ? at - '0'
           : at >= 'a' && at <= 'f' ? at - 'a' + 10
           : at >= 'A' && at <= 'F' ? at - 'A' + 10
                                    : -1;
}

/* Eight groups, of which one run of zeros may be left out. false: it is none. */
static inline bool ipv6_read(const char *text, size_t length, uint8_t octet[IPV6_OCTETS])
{
    size_t i = 0, filled = 0, gap = SIZE_MAX; /* gap: octets before the run that is left out */
    if (length >= 2 && text[0] == ':' && text[1] == ':') {
        gap = 0;
        i = 2;
    }
    while (i < length) {
        uint32_t value = 0, digits = 0;
        for (; i < length && ipv6_digit(text[i]) >= 0; i++, digits++)
            value = value * 16 + (uint32_t)ipv6_digit(text[i]);
        if (digits == 0 || digits > 4 || filled == IPV6_OCTETS)
            return false;
        octet[filled++] = (uint8_t)(value >> 8);
        octet[filled++] = (uint8_t)value;
        if (i == length)
            break;
        if (text[i++] != ':' || i == length)
            return false;
        if (text[i] == ':') {
            if (gap != SIZE_MAX)
                return false;
            gap = filled;
            i++;
        }
    }
    if (gap == SIZE_MAX || filled == IPV6_OCTETS)
        return gap == SIZE_MAX && filled == IPV6_OCTETS;
    memmove(octet + IPV6_OCTETS - (filled - gap), octet + gap, filled - gap);
    memset(octet + gap, 0, IPV6_OCTETS - filled);
    return true;
}

#endif
