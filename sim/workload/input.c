/* input.c: reading a user's text, making it uniform, checking that it is text. */
#include "sim/workload/input.h"

#include "sim/engine/memory.h"
#include "sim/workload/utf8.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define READ_AT_FIRST 65536
#define CHECK_FAULTS  20
#define WORD_BYTES    64
#define SLIPS         2
#define SHORT_WORD    4 /* letters; one slip at most in it */

/* In place, for the text only shrinks. */
static void normalise(struct input *input)
{
    const char *from = input->text, *end = input->text + input->length;
    char *into = input->text;
    if (input->length >= 3 && memcmp(from, "\xEF\xBB\xBF", 3) == 0)
        from += 3;
    while (from < end) {
        if (*from != '\r') {
            *into++ = *from++;
            continue;
        }
        *into++ = '\n';
        from += from + 1 < end && from[1] == '\n' ? 2 : 1;
    }
    *into = '\0';
    input->length = (size_t)(into - input->text);
}

/* Takes over the text, which has room for a NUL. */
static void adopt(struct input *input, const char *name, char *text, size_t length)
{
    *input =
        (struct input){.name = memory_text(name, strlen(name)), .text = text, .length = length};
    normalise(input);
}

static enum input_status read_all(struct input *input, const char *name, FILE *file, size_t limit)
{
    char *text = NULL;
    size_t length = 0, room = 0, got;
    do {
        if (length == room) {
            room = room > 0 ? room * 2 : READ_AT_FIRST;
            text = memory_resized(text, room + 1, 1);
        }
        got = fread(text + length, 1, room - length, file);
        length += got;
    } while (got > 0 && length <= limit);
    enum input_status status = ferror(file)     ? INPUT_CANNOT_READ
                               : length > limit ? INPUT_TOO_LARGE
                                                : INPUT_OK;
    if (status == INPUT_OK)
        adopt(input, name, text, length);
    else
        free(text);
    return status;
}

static enum input_status read_path(struct input *input, const char *path, size_t limit_bytes)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return INPUT_CANNOT_OPEN;
    enum input_status status = read_all(input, path, file, limit_bytes);
    int why = errno;
    fclose(file);
    errno = why;
    return status;
}

enum input_status input_read(struct input *input, const char *path, size_t limit_bytes)
{
    *input = (struct input){0};
    if (strcmp(path, "-") == 0)
        return read_all(input, "<stdin>", stdin, limit_bytes);
    return read_path(input, path, limit_bytes);
}

enum input_status input_read_file(struct input *input, const char *path, size_t limit_bytes)
{
    struct stat about;
    *input = (struct input){0};
    if (stat(path, &about) != 0)
        return INPUT_CANNOT_OPEN;
    if (!S_ISREG(about.st_mode))
        return INPUT_NOT_A_FILE;
    return read_path(input, path, limit_bytes);
}

void input_of_text(struct input *input, const char *name, const char *text, size_t length)
{
    adopt(input, name, memory_text(text, length), length);
}

void input_free(struct input *input)
{
    free(input->name);
    free(input->text);
    *input = (struct input){0};
}

static bool is_utf16(const struct input *input)
{
    return input->length >= 2 &&
           (memcmp(input->text, "\xFF\xFE", 2) == 0 || memcmp(input->text, "\xFE\xFF", 2) == 0);
}

/* Says what is wrong with the character at `at`: length 0 for a byte that begins none. */
static void report_character(struct faults *faults, struct place place, const char *at,
                             size_t length, uint32_t code)
{
    unsigned byte = (unsigned char)*at;
    if (length == 0)
        faults_add(faults, place, "not valid UTF-8 (byte 0x%02X; is this file %s?)", byte,
                   byte < 0xA0 ? "Windows-1252" : "Latin-1");
    else
        faults_add(faults, place, "control character 0x%02X", (unsigned)code);
}

bool input_check_text(const struct input *input, struct faults *faults)
{
    struct place place = {.line = 1, .column = 1, .width = 1};
    if (is_utf16(input)) {
        faults_add(faults, (struct place){0}, "this file is UTF-16; save it as UTF-8");
        return false;
    }
    unsigned found = 0;
    const char *end = input->text + input->length;
    for (const char *at = input->text; at < end && found < CHECK_FAULTS;) {
        uint32_t code = 0;
        size_t length = utf8_character(at, end, &code);
        if (length == 0 || !utf8_is_text(code)) {
            report_character(faults, place, at, length, code);
            found++;
        }
        place.column++;
        if (*at == '\n')
            place = (struct place){.line = place.line + 1, .column = 1, .width = 1};
        at += length > 0 ? length : 1;
    }
    return found == 0;
}

static char lower(char letter)
{
    return letter >= 'A' && letter <= 'Z' ? (char)(letter - 'A' + 'a') : letter;
}

static unsigned smallest(unsigned a, unsigned b, unsigned c)
{
    unsigned least = a < b ? a : b;
    return least < c ? least : c;
}

/* Damerau-Levenshtein distance in the form of optimal string alignment: no part is edited twice.
 * Gives up early with SLIPS + 1. Only the last three rows of the table are kept. */
static unsigned distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    unsigned row[3][WORD_BYTES + 1];
    unsigned *before = row[0], *last = row[1], *now = row[2];
    for (unsigned j = 0; j <= b_length; j++)
        last[j] = before[j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        unsigned best = now[0] = (unsigned)i;
        for (size_t j = 1; j <= b_length; j++) {
            char x = lower(a[i - 1]), y = lower(b[j - 1]);
            now[j] = smallest(last[j] + 1, now[j - 1] + 1, last[j - 1] + (x != y));
            bool swapped = i > 1 && j > 1 && x == lower(b[j - 2]) && lower(a[i - 2]) == y;
            if (swapped && before[j - 2] + 1 < now[j])
                now[j] = before[j - 2] + 1;
            if (now[j] < best)
                best = now[j];
        }
        if (best > SLIPS)
            return SLIPS + 1;
        unsigned *spare = before;
        before = last, last = now, now = spare;
    }
    return last[b_length];
}

const char *input_nearest(const char *word, const char *const *known, size_t count)
{
    size_t length = strnlen(word, WORD_BYTES + 1);
    if (length > WORD_BYTES)
        return NULL;
    const char *nearest = NULL;
    unsigned least = SLIPS + 1;
    for (size_t i = 0; i < count; i++) {
        size_t other = strnlen(known[i], WORD_BYTES + 1);
        size_t shorter = length < other ? length : other;
        if (other > WORD_BYTES || length + other - 2 * shorter > SLIPS)
            continue;
        /* Two slips in a short word make another word: every, over. */
        unsigned slips = distance(word, length, known[i], other);
        if (slips < least && shorter > (slips == SLIPS ? SHORT_WORD : 1)) {
            nearest = known[i];
            least = slips;
        }
    }
    return nearest;
}
