/* page_csv.c: libcsv, fed line by line, so that it is known where a row stands. */
#include "reports/page_csv.h"

#include "sim/engine/memory.h"

#include <csv.h>
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { CHUNK = 1 << 16 };

struct reading {
    const struct csv_file *file;
    char *field[CSV_WANTED];  /* of the row that is being read, owned */
    size_t place[CSV_WANTED]; /* which column each is */
    size_t wanted, columns, column;
    unsigned long long line, rows; /* rows: the header is one */
    bool wrong;
    char *why;
};

static void complain(struct reading *reading, const char *what)
{
    if (reading->wrong)
        return;
    reading->wrong = true;
    snprintf(reading->why, PAGE_WHY_MAX, "%.400s:%llu: %.500s", reading->file->path, reading->line,
             what);
}

/* ---- The header ---- */

static void take_head(struct reading *reading, const char *text)
{
    for (size_t i = 0; i < reading->wanted; i++)
        if (strcmp(reading->file->want[i].column, text) == 0)
            reading->place[i] = reading->column;
}

static void end_head(struct reading *reading)
{
    char what[PAGE_WHY_MAX];
    reading->columns = reading->column;
    for (size_t i = 0; i < reading->wanted; i++)
        if (reading->place[i] == SIZE_MAX) {
            snprintf(what, sizeof what, "there is no column '%s'", reading->file->want[i].column);
            complain(reading, what);
        }
}

/* ---- Rows ---- */

static bool is_of_kind(const char *text, enum csv_kind kind)
{
    char *end;
    if (kind == CSV_TEXT || (kind == CSV_NUMBER && text[0] == '\0'))
        return true;
    if (kind == CSV_WHOLE)
        return text[0] != '\0' && text[strspn(text, "0123456789")] == '\0' &&
               strtod(text, NULL) < 0x1p53;
    double value = strtod(text, &end);
    return text[strspn(text, "+-.eE0123456789")] == '\0' && end != text && *end == '\0' &&
           isfinite(value);
}

static void check_row(struct reading *reading)
{
    char what[PAGE_WHY_MAX];
    if (reading->column != reading->columns) {
        snprintf(what, sizeof what, "%zu fields, but the header has %zu; is the file cut off?",
                 reading->column, reading->columns);
        complain(reading, what);
    }
    for (size_t i = 0; i < reading->wanted && !reading->wrong; i++) {
        const struct csv_want *want = &reading->file->want[i];
        if (is_of_kind(reading->field[i], want->kind))
            continue;
        snprintf(what, sizeof what, "%s: '%.60s' is no%s number", want->column, reading->field[i],
                 want->kind == CSV_WHOLE ? " whole" : "");
        complain(reading, what);
    }
}

/* libcsv gives a field that is missing as NULL. */
static void take_field(void *bytes, size_t length, void *context)
{
    struct reading *reading = context;
    const char *text = bytes;
    size_t shown = text == NULL ? 0 : length;
    char *copy = memory_text(text == NULL ? "" : text, shown);
    if (memchr(copy, '\0', shown) != NULL)
        complain(reading, "this is no text");
    if (reading->rows == 0)
        take_head(reading, copy);
    else
        for (size_t i = 0; i < reading->wanted; i++)
            if (reading->place[i] == reading->column) {
                free(reading->field[i]);
                reading->field[i] = memory_text(copy, strlen(copy));
            }
    free(copy);
    reading->column++;
}

static void end_row(int terminator, void *context)
{
    struct reading *reading = context;
    char what[PAGE_WHY_MAX];
    if (terminator == -1)
        complain(reading, "the last line does not end; is the file cut off?");
    if (reading->wrong)
        return;
    if (reading->rows++ == 0) {
        end_head(reading);
    } else {
        check_row(reading);
        if (!reading->wrong &&
            !reading->file->row(reading->file->context, (const char *const *)reading->field, what))
            complain(reading, what);
    }
    reading->column = 0;
}

/* ---- The file ---- */

static void feed(struct reading *reading, struct csv_parser *parser, const char *bytes,
                 size_t length)
{
    while (length > 0 && !reading->wrong) {
        const char *end = memchr(bytes, '\n', length);
        size_t piece = end == NULL ? length : (size_t)(end - bytes) + 1;
        if (csv_parse(parser, bytes, piece, take_field, end_row, reading) != piece)
            complain(reading, "quotes are where none belong");
        reading->line += end != NULL;
        bytes += piece;
        length -= piece;
    }
}

static FILE *open_file(const char *path, char why[PAGE_WHY_MAX])
{
    struct stat about;
    FILE *file = NULL;
    bool there = stat(path, &about) == 0;
    if (there && S_ISREG(about.st_mode))
        file = fopen(path, "rb");
    if (file == NULL)
        snprintf(why, PAGE_WHY_MAX, "cannot read %s: %s", path,
                 there && !S_ISREG(about.st_mode) ? "it is not a file" : strerror(errno));
    return file;
}

static enum page_status read_all(struct reading *reading, FILE *file)
{
    static const unsigned char options = CSV_STRICT | CSV_STRICT_FINI | CSV_EMPTY_IS_NULL;
    struct csv_parser parser;
    char bytes[CHUNK];
    size_t got;
    csv_init(&parser, options);
    while (!reading->wrong && (got = fread(bytes, 1, sizeof bytes, file)) > 0)
        feed(reading, &parser, bytes, got);
    if (!reading->wrong && ferror(file) != 0) {
        snprintf(reading->why, PAGE_WHY_MAX, "cannot read %s: %s", reading->file->path,
                 strerror(errno));
        csv_free(&parser);
        return PAGE_ENVIRONMENT;
    }
    if (!reading->wrong && csv_fini(&parser, take_field, end_row, reading) != 0)
        complain(reading, "the last line does not end; is the file cut off?");
    if (!reading->wrong && reading->rows == 0)
        complain(reading, "the file is empty");
    csv_free(&parser);
    return reading->wrong ? PAGE_INVALID : PAGE_FINE;
}

enum page_status page_csv_read(const struct csv_file *wanted, char why[PAGE_WHY_MAX])
{
    struct reading reading = {.file = wanted, .line = 1, .why = why};
    FILE *file = open_file(wanted->path, why);
    if (file == NULL)
        return PAGE_ENVIRONMENT;
    while (wanted->want[reading.wanted].column != NULL) {
        reading.place[reading.wanted] = SIZE_MAX;
        reading.field[reading.wanted++] = memory_zeroed(1, 1);
    }
    enum page_status status = read_all(&reading, file);
    for (size_t i = 0; i < reading.wanted; i++)
        free(reading.field[i]);
    fclose(file);
    return status;
}
