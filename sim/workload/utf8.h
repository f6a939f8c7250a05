/* utf8.h: characters out of bytes that may be anything. */
#ifndef SIM_WORKLOAD_UTF8_H
#define SIM_WORKLOAD_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The valid UTF-8 character at `at`: its length in bytes and its code point, or 0 if the byte there
 * begins none (overlong, surrogate, beyond U+10FFFF, cut off). at < end. */
size_t utf8_character(const char *at, const char *end, uint32_t *code);

/* Whether a text may hold this code point: not a control character but tab and line feed. */
bool utf8_is_text(uint32_t code);

#endif
