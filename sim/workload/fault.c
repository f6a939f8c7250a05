/* fault.c: collecting faults, and printing each with its line and a caret. */
#include "sim/workload/fault.h"

#include "sim/engine/memory.h"
#include "sim/workload/input.h"
#include "sim/workload/utf8.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define MESSAGE_BYTES 401 /* with its NUL */
#define MARGIN        4   /* columns before a quoted line */
#define WINDOW        76  /* columns that a quoted line may take: 80 with the margin */
#define LEAD          24  /* columns shown before the caret when a long line is cut on the left */
#define TAB_STOP      8

static char *message_formatted(const char *format, va_list arguments)
{
    char text[MESSAGE_BYTES];
    int needed = vsnprintf(text, sizeof text, format, arguments);
    size_t length = needed < 0 ? 0 : (size_t)needed;
    if (length >= sizeof text) {
        size_t cut = sizeof text - sizeof "...";
        while (cut > 0 && ((unsigned char)text[cut] & 0xC0) == 0x80)
            cut--; /* not inside a character */
        memcpy(text + cut, "...", sizeof "...");
        length = cut + 3;
    }
    return memory_text(text, length);
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

/* Whether a terminal shows the character and does nothing else: neither C0 and C1 controls, nor
 * line and paragraph separators, nor the marks that turn the direction of writing. */
static bool is_shown(uint32_t code)
{
    return !(code < 0x20 || (code >= 0x7F && code < 0xA0) || (code >= 0x2028 && code <= 0x202E) ||
             (code >= 0x2066 && code <= 0x2069));
}

/* The character at `at`, printed if it can be; its length in bytes. */
static size_t print_character(const char *at, const char *end, FILE *into)
{
    uint32_t code;
    size_t length = utf8_character(at, end, &code);
    if (length > 0 && is_shown(code))
        fwrite(at, 1, length, into);
    else
        fputc('?', into);
    return length > 0 ? length : 1;
}

static void print_text(const char *text, FILE *into)
{
    for (const char *end = text + strlen(text); text < end;)
        text += print_character(text, end, into);
}

/* A line of the text, walked character by character; `cell` is the terminal column it has reached,
 * from 0, tabs expanded. */
struct walk {
    const char *at, *end;
    size_t cell;
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
}

/* What is shown of a line: the cells [from, to) of it, the caret on [caret, caret_end). */
struct snippet {
    size_t from, to, caret, caret_end;
    bool cut_left, cut_right;
};

static struct snippet snippet_of(struct walk line, const struct place *place)
{
    struct snippet snippet;
    uint32_t column = 1;
    for (; line.at < line.end && column < place->column; column++)
        walk_on(&line);
    snippet.caret = line.cell;
    for (uint32_t i = 0; line.at < line.end && i < place->width; i++)
        walk_on(&line);
    snippet.caret_end = line.cell > snippet.caret ? line.cell : snippet.caret + 1;
    while (line.at < line.end)
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
    const char *at, *end;
    uint32_t number;
};

static bool lines_seek(struct lines *lines, uint32_t number, struct walk *line)
{
    while (lines->number < number) {
        const char *stop = memchr(lines->at, '\n', (size_t)(lines->end - lines->at));
        if (stop == NULL)
            return false;
        lines->at = stop + 1;
        lines->number++;
    }
    const char *stop = memchr(lines->at, '\n', (size_t)(lines->end - lines->at));
    *line = (struct walk){.at = lines->at, .end = stop != NULL ? stop : lines->end};
    return true;
}

static void print_fault(const struct fault *fault, const char *name, struct lines *lines,
                        FILE *into, bool colour)
{
    const char *bold = colour ? "\033[1m" : "", *plain = colour ? "\033[0m" : "";
    const char *tint = !colour ? "" : fault->warning ? "\033[1;35m" : "\033[1;31m";
    const struct place *place = &fault->place;
    fputs(bold, into);
    print_text(name, into);
    if (place->line > 0)
        fprintf(into, ":%u:%u", (unsigned)place->line, (unsigned)place->column);
    fprintf(into, ":%s %s%s:%s ", plain, tint, fault->warning ? "warning" : "error", plain);
    print_text(fault->message, into);
    fputc('\n', into);

    struct walk line;
    if (place->line == 0 || !lines_seek(lines, place->line, &line))
        return;
    struct snippet snippet = snippet_of(line, place);
    print_line(line, &snippet, into);
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
    print_text(name, into);
    fprintf(into, ": and %zu more %s%s\n", rest, kind, rest == 1 ? "" : "s");
}

void faults_print(const struct faults *faults, const struct input *input, FILE *into, bool colour)
{
    const struct fault **order = memory_zeroed(faults->count, sizeof *order);
    for (size_t i = 0; i < faults->count; i++)
        order[i] = &faults->fault[i];
    qsort(order, faults->count, sizeof *order, in_order);

    struct lines lines = {.at = input->text, .end = input->text + input->length, .number = 1};
    size_t shown[2] = {0, 0};
    for (size_t i = 0; i < faults->count; i++)
        if (shown[order[i]->warning]++ < FAULTS_SHOWN)
            print_fault(order[i], input->name, &lines, into, colour);
    print_rest(input->name, faults->errors, "error", into);
    print_rest(input->name, faults->warnings, "warning", into);
    free(order);
}
