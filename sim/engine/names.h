/* names.h: texts, numbered in the order of their first mention. */
#ifndef SIM_ENGINE_NAMES_H
#define SIM_ENGINE_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NAMES_NONE UINT32_MAX

struct names {
    char **text; /* [count], owned */
    uint32_t count, room;
    uint32_t *index, index_size; /* open addressing: number + 1, or 0 */
};

/* All zero is an empty table. */
void names_free(struct names *);

/* The number of a text, or NAMES_NONE. */
uint32_t names_find(const struct names *, const char *text, size_t length);

/* The number of a text, entered if it is not there; *added (may be NULL) says whether it was. */
uint32_t names_enter(struct names *, const char *text, size_t length, bool *added);

#endif
