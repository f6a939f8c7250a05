/* mix32.h: HAProxy's mix of a 32-bit number. SPDX-License-Identifier: MIT
 *
 * Bob Jenkins' integer mix in six shifts (burtleburtle.net/bob/hash/integer.html), and then times a
 * number near three quarters of 2^32, as HAProxy spreads it. Each step can be undone, so different
 * numbers have different mixes. */
#ifndef LB_MIX32_H
#define LB_MIX32_H

#include <stdint.h>

static inline uint32_t mix32(uint32_t a)
{
    a += UINT32_C(0x7ED55D16) + (a << 12);
    a ^= UINT32_C(0xC761C23C) ^ (a >> 19);
    a += UINT32_C(0x165667B1) + (a << 5);
    a = (a + UINT32_C(0xD3A2646C)) ^ (a << 9);
    a += UINT32_C(0xFD7046C5) + (a << 3);
    a ^= UINT32_C(0xB55A4F09) ^ (a >> 16);
    return a * UINT32_C(3221225473);
}

#endif
