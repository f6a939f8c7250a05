/* memory.c: the one place where running out of memory ends the program. */
#include "sim/engine/memory.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *or_end(void *memory)
{
    if (memory == NULL) {
        fputs("lbsim: out of memory\n", stderr);
        exit(3);
    }
    return memory;
}

void *memory_zeroed(size_t count, size_t size)
{
    return or_end(calloc(count > 0 ? count : 1, size > 0 ? size : 1));
}

void *memory_resized(void *old, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size)
        return or_end(NULL);
    return or_end(realloc(old, count * size > 0 ? count * size : 1));
}

/* calloc leaves untouched pages unmapped, which aligned_alloc + memset would not: a region's rows
 * are reserved for the worst case and mostly never used. So over-allocate and keep the way back. */
void *memory_aligned(size_t align, size_t size)
{
    bool possible = size <= SIZE_MAX - align - sizeof(void *);
    char *raw = or_end(possible ? calloc(1, size + align + sizeof(void *)) : NULL);
    char *at = raw + sizeof(void *);
    at += (align - (uintptr_t)at % align) % align;
    memcpy(at - sizeof(void *), &raw, sizeof raw);
    return at;
}

void memory_aligned_free(void *memory)
{
    if (memory == NULL)
        return;
    void *raw;
    memcpy(&raw, (char *)memory - sizeof(void *), sizeof raw);
    free(raw);
}

char *memory_text(const char *text, size_t length)
{
    char *copy = memory_zeroed(length + 1, 1);
    memcpy(copy, text, length);
    return copy;
}
