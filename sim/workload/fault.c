/* fault.c: collecting faults, and printing each with its line and a caret. */
#include "sim/workload/fault.h"

#include "sim/engine/memory.h"
#include "sim/workload/input.h"
#include "sim/workload/utf8.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define MESSAGE_BYTES 400
#define MESSAGE_HEAD  120 /* of a message that is cut in the middle */
#define MARGIN        4   /* columns before a quoted line */
#define WINDOW        76  /* columns that a quoted line may take: 80 with the margin */
#define LEAD          24  /* columns shown before the caret when a long line is cut on the left */
#define TAB_STOP      8

static bool is_inside(char byte)
{
    return ((unsigned char)byte & 0xC0) == 0x80; /* of a character */
}

/* Cuts a message in the middle: at its beginning it quotes the user, at its end it explains. */
static void message_clip(char *text, size_t length)
{
    static const char gap[] = {'.', '.', '.'};
    size_t head = MESSAGE_HEAD, tail = length - (MESSAGE_BYTES - MESSAGE_HEAD - sizeof gap);
    while (head > 0 && is_inside(text[head]))
        head--;
    while (is_inside(text[tail]))
        tail++;
    memcpy(text + head, gap, sizeof gap);
    memmove(text + head + sizeof gap, text + tail, length - tail + 1);
}

static char *message_formatted(const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int needed = vsnprintf(NULL, 0, format, again);
    va_end(again);
    size_t length = needed < 0 ? 0 : (size_t)needed;
    char *text = memory_zeroed(length + 1, 1);
    vsnprintf(text, length + 1, format, arguments);
    if (length > MESSAGE_BYTES)
        message_clip(text, length);
    return text;
}

static void add(struct faults *faults, struct place place, bool warning, const char *format,
                va_list arguments)
{
    size_t *reported = warning ? &faults->warnings : &faults->errors;
    if ((*reported)++ >= FAULTS_KEPT)
        return;
    if (faults->count == faults->room) {
        faults->room = faults->room > 0 ? faults->room * 2 : 16;
        faults->fault = memory_resized(faults->fault, faults->room, sizeof *faults->fault);
    }
    faults->fault[faults->count++] = (struct fault){
        .place = place, .message = message_formatted(format, arguments), .warning = warning};
}

void faults_add_list(struct faults *faults, struct place place, const char *format,
                     va_list arguments)
{
    add(faults, place, false, format, arguments);
}

void faults_add(struct faults *faults, struct place place, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add(faults, place, false, format, arguments);
    va_end(arguments);
}

void faults_warn(struct faults *faults, struct place place, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add(faults, place, true, format, arguments);
    va_end(arguments);
}

void faults_free(struct faults *faults)
{
    for (size_t i = 0; i < faults->count; i++)
        free(faults->fault[i].message);
    free(faults->fault);
    *faults = (struct faults){0};
}

/* The character at `at`, printed if it can be; its length in bytes. */
static size_t print_character(const char *at, const char *end, FILE *into)
{
    uint32_t code;
    size_t length = utf8_character(at, end, &code);
    if (length > 0 && utf8_is_shown(code))
        fwrite(at, 1, length, into);
    else
        fputc('?', into);
    return length > 0 ? length : 1;
}

void faults_print_text(const char *text, FILE *into)
{
    for (const char *end = text + strlen(text); text < end;)
        text += print_character(text, end, into);
}

/* A line of the text, walked character by character; `cell` is the terminal column it has reached,
 * from 0, tabs expanded, `column` the character's, from 1. */
struct walk {
    const char *at, *end;
    size_t cell;
    uint32_t column;
};

/* The number of cells that the character at hand takes. */
static size_t walk_cells(const struct walk *walk)
{
    return *walk->at == '\t' ? TAB_STOP - walk->cell % TAB_STOP : 1;
}

static void walk_on(struct walk *walk)
{
    uint32_t code;
    size_t length = utf8_character(walk->at, walk->end, &code);
    walk->cell += walk_cells(walk);
    walk->at += length > 0 ? length : 1;
    walk->column++;
}

/* Walks on to a column; returns where it was a window's width before, or more: all that is shown
 * left of the column is from there on. */
static struct walk walk_to(struct walk *walk, uint32_t column)
{
    struct walk before = *walk, last = *walk;
    for (; walk->at < walk->end && walk->column < column; walk_on(walk))
        if (walk->cell - last.cell >= WINDOW) {
            before = last;
            last = *walk;
        }
    return before;
}

/* What is shown of a line: the cells [from, to) of it, the caret on [caret, caret_end). */
struct snippet {
    size_t from, to, caret, caret_end;
    bool cut_left, cut_right;
};

/* The line is walked no further than is shown, for it may be the whole text; it is left where the
 * shown part and that of any later place on it can be reached. */
static struct snippet snippet_of(struct walk *start, const struct place *place)
{
    struct snippet snippet;
    struct walk line = *start;
    *start = walk_to(&line, place->column);
    snippet.caret = line.cell;
    size_t far = line.cell + WINDOW;
    for (uint32_t i = 0; line.at < line.end && i < place->width && line.cell <= far; i++)
        walk_on(&line);
    snippet.caret_end = line.cell > snippet.caret ? line.cell : snippet.caret + 1;
    while (line.at < line.end && line.cell <= far)
        walk_on(&line);

    size_t width = line.cell > snippet.caret_end ? line.cell : snippet.caret_end;
    bool near_start = snippet.caret_end <= WINDOW - 3 || snippet.caret < LEAD;
    snippet.from = near_start ? 0 : snippet.caret - LEAD;
    if (width - snippet.from < WINDOW) /* room to spare: show more of what came before */
        snippet.from = width > WINDOW ? width - WINDOW : 0;
    snippet.to = width - snippet.from <= WINDOW ? width : snippet.from + WINDOW;
    snippet.cut_left = snippet.from > 0;
    snippet.cut_right = snippet.to < width;
    if (snippet.caret_end > snippet.to)
        snippet.caret_end = snippet.to;
    return snippet;
}

static void print_line(struct walk line, const struct snippet *snippet, FILE *into)
{
    size_t from = snippet->from + (snippet->cut_left ? 3 : 0);
    size_t to = snippet->to - (snippet->cut_right ? 3 : 0);
    fprintf(into, "%*s%s", MARGIN, "", snippet->cut_left ? "..." : "");
    for (; line.at < line.end && line.cell < to; walk_on(&line)) {
        size_t cells = walk_cells(&line);
        if (*line.at != '\t') {
            if (line.cell >= from)
                print_character(line.at, line.end, into);
            continue;
        }
        for (size_t cell = line.cell; cell < line.cell + cells && cell < to; cell++)
            if (cell >= from)
                fputc(' ', into);
    }
    fprintf(into, "%s\n", snippet->cut_right ? "..." : "");
}

static void print_caret(const struct snippet *snippet, FILE *into, bool colour)
{
    fprintf(into, "%*s%s^", (int)(MARGIN + snippet->caret - snippet->from), "",
            colour ? "\033[32m" : "");
    for (size_t cell = snippet->caret + 1; cell < snippet->caret_end; cell++)
        fputc('~', into);
    fprintf(into, "%s\n", colour ? "\033[0m" : "");
}

/* A line of the input by its number, found from where the last one was: faults come sorted. */
struct lines {
    const char *end; /* of the text */
    uint32_t number;
    struct walk line; /* that of the number, from as far on as the last fault let it be */
};

static const char *line_end(const struct lines *lines, const char *at)
{
    const char *stop = at < lines->end ? memchr(at, '\n', (size_t)(lines->end - at)) : NULL;
    return stop != NULL ? stop : lines->end;
}

static struct lines lines_of(const struct input *input)
{
    struct lines lines = {.end = input->text + input->length, .number = 1};
    const char *end = line_end(&lines, input->text);
    lines.line = (struct walk){.at = input->text, .end = end, .column = 1};
    return lines;
}

static bool lines_seek(struct lines *lines, uint32_t number)
{
    for (; lines->number < number; lines->number++) {
        if (lines->line.end == lines->end)
            return false;
        const char *next = lines->line.end + 1;
        lines->line = (struct walk){.at = next, .end = line_end(lines, next), .column = 1};
    }
    return true;
}

static void print_fault(const struct fault *fault, const char *name, struct lines *lines,
                        FILE *into, bool colour)
{
    const char *bold = colour ? "\033[1m" : "", *plain = colour ? "\033[0m" : "";
    const char *tint = !colour ? "" : fault->warning ? "\033[1;35m" : "\033[1;31m";
    const struct place *place = &fault->place;
    fputs(bold, into);
    faults_print_text(name, into);
    if (place->line > 0)
        fprintf(into, ":%u:%u", (unsigned)place->line, (unsigned)place->column);
    fprintf(into, ":%s %s%s:%s ", plain, tint, fault->warning ? "warning" : "error", plain);
    faults_print_text(fault->message, into);
    fputc('\n', into);

    if (place->line == 0 || !lines_seek(lines, place->line))
        return;
    struct snippet snippet = snippet_of(&lines->line, place);
    print_line(lines->line, &snippet, into);
    print_caret(&snippet, into, colour);
}

static int in_order(const void *left, const void *right)
{
    const struct fault *a = *(const struct fault *const *)left;
    const struct fault *b = *(const struct fault *const *)right;
    if (a->place.line != b->place.line)
        return a->place.line < b->place.line ? -1 : 1;
    if (a->place.column != b->place.column)
        return a->place.column < b->place.column ? -1 : 1;
    return a < b ? -1 : a > b; /* of one array: the order of arrival */
}

static void print_rest(const char *name, size_t reported, const char *kind, FILE *into)
{
    if (reported <= FAULTS_SHOWN)
        return;
    size_t rest = reported - FAULTS_SHOWN;
    faults_print_text(name, into);
    fprintf(into, ": and %zu more %s%s\n", rest, kind, rest == 1 ? "" : "s");
}

void faults_print(const struct faults *faults, const struct input *input, FILE *into, bool colour)
{
    const struct fault **order = memory_zeroed(faults->count, sizeof *order);
    for (size_t i = 0; i < faults->count; i++)
        order[i] = &faults->fault[i];
    qsort(order, faults->count, sizeof *order, in_order);

    struct lines lines = lines_of(input);
    size_t shown[2] = {0, 0};
    for (size_t i = 0; i < faults->count; i++)
        if (shown[order[i]->warning]++ < FAULTS_SHOWN)
            print_fault(order[i], input->name, &lines, into, colour);
    print_rest(input->name, faults->errors, "error", into);
    print_rest(input->name, faults->warnings, "warning", into);
    free(order);
}
