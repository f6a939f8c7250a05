/* crc32.h: CRC-32 as in IEEE 802.3, ISO 3309 and zlib. SPDX-License-Identifier: MIT
 *
 * Reflected polynomial 0xEDB88320, four bits a step: the table is that of all remainders of four
 * bits, worked out from the polynomial. "123456789" has 0xCBF43926. */
#ifndef LB_CRC32_H
#define LB_CRC32_H

#include <stddef.h>
#include <stdint.h>

#define CRC32_BEGIN UINT32_MAX

static inline uint32_t crc32_byte(uint32_t crc, uint8_t byte)
{
    static const uint32_t remainder[16] = {
        UINT32_C(0x00000000), UINT32_C(0x1DB71064), UINT32_C(0x3B6E20C8), UINT32_C(0x26D930AC),
        UINT32_C(0x76DC4190), UINT32_C(0x6B6B51F4), UINT32_C(0x4DB26158), UINT32_C(0x5005713C),
        UINT32_C(0xEDB88320), UINT32_C(0xF00F9344), UINT32_C(0xD6D6A3E8), UINT32_C(0xCB61B38C),
        UINT32_C(0x9B64C2B0), UINT32_C(0x86D3D2D4), UINT32_C(0xA00AE278), UINT32_C(0xBDBDF21C),
    };
    crc = (crc >> 4) ^ remainder[(crc ^ byte) & 15];
    return (crc >> 4) ^ remainder[(crc ^ (byte >> 4)) & 15];
}

/* Takes more in; what was begun with CRC32_BEGIN is the CRC when it is complemented. */
static inline uint32_t crc32_more(uint32_t crc, const char *at, size_t length)
{
    for (size_t i = 0; i < length; i++)
        crc = crc32_byte(crc, (uint8_t)at[i]);
    return crc;
}

#endif
