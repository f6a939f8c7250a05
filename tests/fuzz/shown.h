/* shown.h: what every target holds against the words that a hostile text got. */
#ifndef TESTS_FUZZ_SHOWN_H
#define TESTS_FUZZ_SHOWN_H

#include "sim/workload/input.h"
#include "sim/workload/utf8.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A terminal may get it: characters that are shown, and line ends. */
static inline void check_shown(const char *text, size_t size)
{
    uint32_t code = 0;
    for (const char *at = text, *end = text + size; at < end;) {
        size_t length = utf8_character(at, end, &code);
        assert(length > 0 && (code == '\n' || utf8_is_shown(code)));
        at += length;
    }
}

/* The faults of a text are said, if there are any; returns whether there are none. */
static inline bool check_faults(const struct faults *faults, const struct input *input)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    faults_print(faults, input, to, false);
    fclose(to);
    assert((faults->errors + faults->warnings == 0) == (size == 0));
    check_shown(text, size);
    free(text);
    return faults->errors == 0;
}

#endif
