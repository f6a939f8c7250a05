/* arena.h: memory that is freed together. */
#ifndef SIM_ENGINE_ARENA_H
#define SIM_ENGINE_ARENA_H

#include <stddef.h>

struct arena { /* all zero is an empty one */
    void **block;
    size_t count, room;
};

/* Zeroed memory of the arena's; never NULL (see memory.h). */
void *arena_zeroed(struct arena *, size_t count, size_t size);
/* A copy of what is at `from`. */
void *arena_copy(struct arena *, const void *from, size_t count, size_t size);
char *arena_text(struct arena *, const char *text, size_t length);
char *arena_format(struct arena *, const char *format, ...) __attribute__((format(printf, 2, 3)));
void arena_free(struct arena *);

#endif
