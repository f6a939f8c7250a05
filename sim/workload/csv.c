/* csv.c: CSV by libcsv, which does not say where it is.
 *
 * So it is fed in pieces that end in a byte which may end a field, a comma or a line feed: when it
 * hands over a field, that field ends with the piece. A cursor that follows field by field does the
 * rest, and passes every byte once. */
#include "sim/workload/csv.h"

#include "sim/engine/memory.h"
#include "sim/workload/utf8.h"

#include <csv.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct cursor {
    const char *at;
    uint32_t line, column;
};

struct reader {
    struct faults *faults;
    struct csv_table *table;
    struct cursor cursor;  /* the end of the last field: where the next one begins */
    const char *piece_end; /* the byte that ends the piece being parsed, or the end of the text */
    const char *end;
    struct csv_cell row[CSV_COLUMNS_MAX]; /* the row being read */
    size_t fields;                        /* of it; those beyond CSV_COLUMNS_MAX are only counted */
    size_t room;                          /* of table->cell, in rows */
    char *spare;                          /* what is free of table->text */
    bool hopeless;                        /* the header cannot be used, or there is no end */
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static void cursor_advance(struct cursor *cursor, const char *to, const char *end)
{
    while (cursor->at < to) {
        uint32_t code;
        size_t length = utf8_character(cursor->at, end, &code);
        cursor->column++;
        if (*cursor->at == '\n') {
            cursor->line++;
            cursor->column = 1;
        }
        cursor->at += length > 0 ? length : 1;
    }
}

/* Moves the cursor to what libcsv takes for the field's first byte: past blanks, and before a row's
 * first field past blank lines (nowhere else can a line end come before the field's end). */
static struct place field_start(struct reader *reader, const char *field_end)
{
    const char *at = reader->cursor.at;
    while (at < field_end && (is_blank(*at) || *at == '\n'))
        at++;
    cursor_advance(&reader->cursor, at, reader->end);
    return (struct place){.line = reader->cursor.line, .column = reader->cursor.column, .width = 1};
}

static void on_field(void *text, size_t length, void *data)
{
    struct reader *reader = data;
    const char *end = reader->piece_end;
    struct place place = field_start(reader, end);
    bool quoted = reader->cursor.at < end && *reader->cursor.at == '"';

    const char *last = end;
    while (last > reader->cursor.at && is_blank(last[-1]))
        last--;
    cursor_advance(&reader->cursor, last, reader->end);
    if (reader->cursor.line == place.line && reader->cursor.column > place.column)
        place.width = reader->cursor.column - place.column;
    cursor_advance(&reader->cursor, end < reader->end ? end + 1 : end, reader->end);

    size_t index = reader->fields++;
    if (index >= CSV_COLUMNS_MAX)
        return;
    /* Every field has its own bytes and its end's in the source, so table->text has room. */
    memcpy(reader->spare, text, length);
    reader->spare[length] = '\0';
    reader->row[index] = (struct csv_cell){.text = reader->spare, .place = place, .quoted = quoted};
    reader->spare += length + 1;
}

/* A file whose columns are separated by something else has one column, with that in its name. */
static bool report_separator(struct reader *reader)
{
    const struct csv_cell *only = &reader->row[0];
    if (reader->fields != 1 || only->quoted)
        return false;
    const char *found = strpbrk(only->text, ";\t|");
    if (found == NULL)
        return false;
    struct place place = {.line = only->place.line, .column = only->place.column, .width = 1};
    const char *end = found + strlen(found);
    uint32_t code;
    for (const char *at = only->text; at < found; place.column++)
        at += utf8_character(at, end, &code);
    const char *shown = *found == ';' ? "';'" : *found == '|' ? "'|'" : "a tab";
    faults_add(reader->faults, place, "columns are separated by %s here; write commas", shown);
    return true;
}

static void on_header(struct reader *reader)
{
    size_t wrong = reader->faults->errors;
    size_t columns = reader->fields;
    if (columns > CSV_COLUMNS_MAX) {
        faults_add(reader->faults, reader->row[0].place, "more than %d columns", CSV_COLUMNS_MAX);
        columns = 0;
    } else if (report_separator(reader)) {
        columns = 0;
    }
    for (size_t i = 0; i < columns; i++) {
        const struct csv_cell *name = &reader->row[i];
        if (name->text[0] == '\0')
            faults_add(reader->faults, name->place, "column %zu has no name", i + 1);
        for (size_t j = 0; j < i && name->text[0] != '\0'; j++)
            if (strcmp(reader->row[j].text, name->text) == 0) {
                faults_add(reader->faults, name->place, "two columns named '%s'", name->text);
                break;
            }
    }
    reader->hopeless = reader->faults->errors > wrong;
    struct csv_table *table = reader->table;
    table->columns = columns;
    table->header = memory_resized(NULL, columns, sizeof *table->header);
    memcpy(table->header, reader->row, columns * sizeof *table->header);
}

static void report_count(const struct reader *reader)
{
    size_t expected = reader->table->columns;
    bool surplus = reader->fields > expected && expected < CSV_COLUMNS_MAX;
    faults_add(reader->faults, reader->row[surplus ? expected : 0].place,
               "%zu field%s in this row, but the header has %zu", reader->fields,
               reader->fields == 1 ? "" : "s", expected);
}

static void keep_row(struct reader *reader)
{
    struct csv_table *table = reader->table;
    if ((table->rows + 1) * table->columns > CSV_CELLS_MAX) {
        faults_add(reader->faults, reader->row[0].place, "too much: over %d fields", CSV_CELLS_MAX);
        reader->hopeless = true;
        return;
    }
    if (table->rows == reader->room) {
        reader->room = reader->room > 0 ? reader->room * 2 : 64;
        table->cell =
            memory_resized(table->cell, reader->room * table->columns, sizeof *table->cell);
    }
    memcpy(table->cell + table->rows * table->columns, reader->row,
           table->columns * sizeof *table->cell);
    table->rows++;
}

static void on_row(int ending, void *data)
{
    (void)ending;
    struct reader *reader = data;
    if (reader->table->header == NULL)
        on_header(reader);
    else if (reader->fields != reader->table->columns)
        report_count(reader);
    else
        keep_row(reader);
    reader->fields = 0;
}

/* Says why libcsv stopped at `bad`, and goes on behind the end of that line; the row is lost. */
static const char *skip_bad_row(struct reader *reader, const char *bad)
{
    field_start(reader, bad);
    bool quoted = *reader->cursor.at == '"';
    cursor_advance(&reader->cursor, bad, reader->end);
    struct place place = {.line = reader->cursor.line, .column = reader->cursor.column, .width = 1};
    faults_add(reader->faults, place, "%s",
               quoted ? "text after the closing '\"' (write a '\"' inside a field twice)"
                      : "'\"' inside a field that does not begin with one");
    bad += strcspn(bad, "\n");
    if (bad < reader->end)
        bad++;
    cursor_advance(&reader->cursor, bad, reader->end);
    reader->fields = 0;
    if (reader->table->header == NULL)
        reader->hopeless = true;
    return bad;
}

static void *resized(void *old, size_t size)
{
    return memory_resized(old, size, 1);
}

static void parser_start(struct csv_parser *parser)
{
    csv_init(parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL);
    csv_set_realloc_func(parser, resized);
    csv_set_blk_size(parser, 4096);
}

static void read_rows(struct reader *reader)
{
    struct csv_parser parser;
    parser_start(&parser);
    const char *at = reader->cursor.at;
    while (at < reader->end && !reader->hopeless) {
        reader->piece_end = at + strcspn(at, ",\n");
        size_t length = (size_t)(reader->piece_end - at) + (reader->piece_end < reader->end);
        size_t parsed = csv_parse(&parser, at, length, on_field, on_row, reader);
        at += parsed;
        if (parsed < length) {
            at = skip_bad_row(reader, at);
            csv_free(&parser);
            parser_start(&parser);
        }
    }
    reader->piece_end = reader->end;
    if (!reader->hopeless && csv_fini(&parser, on_field, on_row, reader) != 0) {
        struct place place = field_start(reader, reader->end);
        faults_add(reader->faults, place, "this '\"' is never closed");
    }
    csv_free(&parser);
}

struct csv_table *csv_read(const struct input *input, struct faults *faults)
{
    if (!input_check_text(input, faults))
        return NULL;
    struct csv_table *table = memory_zeroed(1, sizeof *table);
    table->text = memory_resized(NULL, input->length + 1, 1);
    struct reader *reader = memory_zeroed(1, sizeof *reader);
    reader->faults = faults;
    reader->table = table;
    reader->cursor = (struct cursor){.at = input->text, .line = 1, .column = 1};
    reader->end = input->text + input->length;
    reader->spare = table->text;

    size_t wrong = faults->errors;
    read_rows(reader);
    bool usable = table->header != NULL && !reader->hopeless;
    if (table->header == NULL && faults->errors == wrong)
        faults_add(faults, (struct place){0}, "the file is empty");
    free(reader);
    if (usable)
        return table;
    csv_table_free(table);
    return NULL;
}

void csv_table_free(struct csv_table *table)
{
    if (table == NULL)
        return;
    free(table->header);
    free(table->cell);
    free(table->text);
    free(table);
}

int csv_column(const struct csv_table *table, const char *name)
{
    for (size_t i = 0; i < table->columns; i++)
        if (strcmp(table->header[i].text, name) == 0)
            return (int)i;
    return -1;
}

const struct csv_cell *csv_cell(const struct csv_table *table, size_t row, size_t column)
{
    return &table->cell[row * table->columns + column];
}
