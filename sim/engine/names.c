/* names.c: a table of texts and a hash index over it. */
#include "sim/engine/names.h"

#include "sim/engine/memory.h"
#include "sim/engine/stream.h"

#include <stdlib.h>
#include <string.h>

void names_free(struct names *names)
{
    for (uint32_t i = 0; i < names->count; i++)
        free(names->text[i]);
    free(names->text);
    free(names->index);
    *names = (struct names){.text = NULL};
}

/* The entry of the text, or the empty one where it would go. index_size > 0. */
static uint32_t entry_of(const struct names *names, const char *text, size_t length)
{
    uint32_t mask = names->index_size - 1, at = (uint32_t)stream_hash(text, length) & mask;
    for (; names->index[at] != 0; at = (at + 1) & mask) {
        const char *there = names->text[names->index[at] - 1];
        if (strlen(there) == length && memcmp(there, text, length) == 0)
            break;
    }
    return at;
}

uint32_t names_find(const struct names *names, const char *text, size_t length)
{
    if (names->index_size == 0)
        return NAMES_NONE;
    uint32_t entry = names->index[entry_of(names, text, length)];
    return entry == 0 ? NAMES_NONE : entry - 1;
}

static void grow(struct names *names)
{
    names->room = names->room == 0 ? 16 : 2 * names->room;
    names->text = memory_resized(names->text, names->room, sizeof *names->text);
    free(names->index);
    names->index_size = 2 * names->room;
    names->index = memory_zeroed(names->index_size, sizeof *names->index);
    for (uint32_t i = 0; i < names->count; i++)
        names->index[entry_of(names, names->text[i], strlen(names->text[i]))] = i + 1;
}

uint32_t names_enter(struct names *names, const char *text, size_t length, bool *added)
{
    uint32_t number = names_find(names, text, length);
    if (added != NULL)
        *added = number == NAMES_NONE;
    if (number != NAMES_NONE)
        return number;
    if (names->count == names->room)
        grow(names);
    uint32_t entry = entry_of(names, text, length);
    names->text[names->count] = memory_text(text, length);
    names->index[entry] = ++names->count;
    return names->count - 1;
}
