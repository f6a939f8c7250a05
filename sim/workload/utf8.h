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

/* Whether a terminal shows this code point where it stands and does nothing else: not a control
 * character, nor one that breaks the line, turns the direction of writing, or cannot be seen. */
bool utf8_is_shown(uint32_t code);

/* Whether this code point only joins its neighbours or keeps them apart: not shown, but a part of
 * how some languages and many emoji are written. */
bool utf8_is_joiner(uint32_t code);

#endif
