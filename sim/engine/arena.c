/* arena.c: a list of blocks. */
#include "sim/engine/arena.h"

#include "sim/engine/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *arena_zeroed(struct arena *arena, size_t count, size_t size)
{
    if (arena->count == arena->room) {
        arena->room = arena->room == 0 ? 64 : 2 * arena->room;
        arena->block = memory_resized(arena->block, arena->room, sizeof *arena->block);
    }
    return arena->block[arena->count++] = memory_zeroed(count, size);
}

void *arena_copy(struct arena *arena, const void *from, size_t count, size_t size)
{
    void *copy = arena_zeroed(arena, count, size);
    if (count > 0)
        memcpy(copy, from, count * size);
    return copy;
}

char *arena_text(struct arena *arena, const char *text, size_t length)
{
    char *copy = arena_zeroed(arena, length + 1, 1);
    memcpy(copy, text, length);
    return copy;
}

char *arena_format(struct arena *arena, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *text = arena_zeroed(arena, (size_t)length + 1, 1);
    va_start(arguments, format);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    va_end(arguments);
    return text;
}

void arena_free(struct arena *arena)
{
    for (size_t i = 0; i < arena->count; i++)
        free(arena->block[i]);
    free(arena->block);
    *arena = (struct arena){.block = NULL};
}
