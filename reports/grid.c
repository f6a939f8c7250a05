/* grid.c: cells are kept until the widest of each column is known. */
#include "reports/grid.h"

#include "reports/markdown.h"
#include "sim/engine/arena.h"
#include "sim/engine/memory.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct grid {
    const char *columns;
    uint32_t width, cells, room;
    char **cell;
    struct arena arena;
};

struct grid *grid_new(const char *columns)
{
    struct grid *grid = memory_zeroed(1, sizeof *grid);
    grid->columns = arena_text(&grid->arena, columns, strlen(columns));
    grid->width = (uint32_t)strlen(columns);
    assert(grid->width > 0);
    return grid;
}

void grid_free(struct grid *grid)
{
    arena_free(&grid->arena);
    free(grid->cell);
    free(grid);
}

static void add(struct grid *grid, const char *text)
{
    if (grid->cells == grid->room) {
        grid->room = grid->room == 0 ? 64 : 2 * grid->room;
        grid->cell = memory_resized(grid->cell, grid->room, sizeof *grid->cell);
    }
    grid->cell[grid->cells++] = arena_text(&grid->arena, text, strlen(text));
}

void grid_cell(struct grid *grid, const char *format, ...)
{
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    add(grid, text);
}

void grid_end_row(struct grid *grid)
{
    while (grid->cells % grid->width != 0)
        add(grid, "");
}

/* ---- Markdown ---- */

/* The words of a cell; what marks the best on a terminal is left out. */
static const char *words_of(const char *cell, bool first, bool *marked)
{
    *marked = first && cell[0] == '*';
    cell += *marked;
    return cell + strspn(cell, " ");
}

static void put_heads(const struct grid *grid, FILE *to, uint32_t heads)
{
    bool marked;
    for (uint32_t c = 0; c < grid->width; c++) {
        fputs("|", to);
        for (uint32_t row = 0; row < heads; row++) {
            const char *words = words_of(grid->cell[row * grid->width + c], c == 0, &marked);
            fputs(words[0] != '\0' ? " " : "", to);
            markdown_put(to, words);
        }
        fputc(' ', to);
    }
    fputs("|\n", to);
    for (uint32_t c = 0; c < grid->width; c++)
        fputs(grid->columns[c] == 'r' ? "| ---: " : "| :--- ", to);
    fputs("|\n", to);
}

void grid_print_markdown(const struct grid *grid, FILE *to, uint32_t heads)
{
    put_heads(grid, to, heads);
    for (uint32_t row = heads; row < grid->cells / grid->width; row++) {
        for (uint32_t c = 0; c < grid->width; c++) {
            bool marked;
            const char *words = words_of(grid->cell[row * grid->width + c], c == 0, &marked);
            fputs(marked ? "| **" : "| ", to);
            markdown_put(to, words);
            fputs(marked ? "** " : " ", to);
        }
        fputs("|\n", to);
    }
    fputc('\n', to);
}

/* ---- For a terminal ---- */

/* Characters of UTF-8: the bytes that begin one. */
static uint32_t letters_in(const char *text)
{
    uint32_t letters = 0;
    for (; *text != '\0'; text++)
        letters += ((unsigned char)*text & 0xC0) != 0x80;
    return letters;
}

static void print_row(const struct grid *grid, FILE *to, uint32_t row, const uint32_t *wide,
                      uint32_t gap)
{
    uint32_t spaces = 0; /* owed, so that no line ends in any */
    for (uint32_t c = 0; c < grid->width; c++) {
        const char *text = grid->cell[row * grid->width + c];
        uint32_t length = letters_in(text), pad = wide[c] - length;
        if (grid->columns[c] == 'r')
            spaces += pad;
        if (length > 0) {
            fprintf(to, "%*s%s", (int)spaces, "", text);
            spaces = 0;
        }
        spaces += grid->columns[c] == 'l' ? pad : 0;
        spaces += gap;
    }
}

/* The width of each column; the caller's to free. *line: of a line, with `gap` between them. */
static uint32_t *measure(const struct grid *grid, uint32_t gap, uint32_t *line)
{
    uint32_t *wide = memory_zeroed(grid->width, sizeof *wide);
    for (uint32_t i = 0; i < grid->cells; i++) {
        uint32_t length = letters_in(grid->cell[i]);
        if (length > wide[i % grid->width])
            wide[i % grid->width] = length;
    }
    *line = (grid->width - 1) * gap;
    for (uint32_t c = 0; c < grid->width; c++)
        *line += wide[c];
    return wide;
}

uint32_t grid_width(const struct grid *grid, int indent)
{
    uint32_t line;
    free(measure(grid, 1, &line));
    return (uint32_t)indent + line;
}

void grid_print(const struct grid *grid, FILE *to, int indent, uint32_t bold, bool colour)
{
    uint32_t line, *wide = measure(grid, 2, &line);
    uint32_t gap = (uint32_t)indent + line > GRID_LINE ? 1 : 2;
    for (uint32_t row = 0; row < grid->cells / grid->width; row++) {
        bool stands_out = colour && row < bold;
        fprintf(to, "%*s%s", indent, "", stands_out ? "\033[1m" : "");
        print_row(grid, to, row, wide, gap);
        fputs(stands_out ? "\033[0m\n" : "\n", to);
    }
    free(wide);
}
