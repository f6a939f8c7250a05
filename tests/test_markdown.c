/* test_markdown.c: words that could be taken for markup, and tables. */
#include "reports/grid.h"
#include "reports/markdown.h"
#include "tests/harness.h"

#include <stdlib.h>

static void check_put(const char *words, const char *expected)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    markdown_put(to, words);
    fclose(to);
    CU_ASSERT_STRING_EQUAL(text, expected);
    free(text);
}

static void test_words(void)
{
    check_put("", "");
    check_put("plain, with blanks at the end  ", "plain, with blanks at the end");
    check_put("a|b\\c", "a\\|b\\\\c");
    check_put("*x* _y_ `z`", "\\*x\\* \\_y\\_ \\`z\\`");
    check_put("<b>&amp; [a](b) ~~no~~ $1$", "\\<b\\>\\&amp; \\[a\\](b) \\~\\~no\\~\\~ \\$1\\$");
    check_put("after #3, @all # 1 @", "after #<!-- -->3, @<!-- -->all # 1 @");
    check_put("two\nlines", "two lines");
}

static void test_grid(void)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    struct grid *grid = grid_new("lr");
    grid_cell(grid, "%s", "");
    grid_cell(grid, "settled");
    grid_cell(grid, "  balancer");
    grid_cell(grid, "up|down");
    grid_cell(grid, "* one");
    grid_cell(grid, "1");
    grid_cell(grid, "  *two");
    grid_cell(grid, "%s", "");
    grid_print_markdown(grid, to, 2);
    grid_free(grid);
    fclose(to);
    CU_ASSERT_STRING_EQUAL(text, "| balancer | settled up\\|down |\n| :--- | ---: |\n"
                                 "| **one** | 1 |\n| \\*two |  |\n\n");
    free(text);
}

static const struct test tests[] = {
    {"words", test_words},
    {"a table", test_grid},
};

SUITE("markdown", tests)
