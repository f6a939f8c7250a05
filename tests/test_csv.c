/* test_csv.c: tables, the places of their cells, and what is refused. */
#include "sim/workload/csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/harness.h"

#define TEXT(literal) (literal), sizeof(literal) - 1

static void tell_cell(const struct csv_cell *cell, FILE *into)
{
    const char *quote = cell->quoted ? "\"" : "";
    fprintf(into, " %u:%u+%u[%s%s%s]", (unsigned)cell->place.line, (unsigned)cell->place.column,
            (unsigned)cell->place.width, quote, cell->text, quote);
}

/* The rows, header first, then the faults: " line:column+width[text]" a cell, quotes as in the
 * file; "!line:column+width message" a fault. */
static char *told(const char *text, size_t length)
{
    struct input input;
    struct faults faults = {0};
    input_of_text(&input, "x.csv", text, length);
    struct csv_table *table = csv_read(&input, &faults);
    input_free(&input); /* the table must not need it */

    char *told;
    size_t size;
    FILE *into = open_memstream(&told, &size);
    for (size_t i = 0; table != NULL && i < table->columns; i++)
        tell_cell(&table->header[i], into);
    for (size_t row = 0; table != NULL && row < table->rows; row++) {
        fprintf(into, "\n");
        for (size_t i = 0; i < table->columns; i++)
            tell_cell(csv_cell(table, row, i), into);
    }
    for (size_t i = 0; i < faults.count; i++) {
        struct place place = faults.fault[i].place;
        fprintf(into, "\n!%u:%u+%u %s", (unsigned)place.line, (unsigned)place.column,
                (unsigned)place.width, faults.fault[i].message);
    }
    fclose(into);
    csv_table_free(table);
    faults_free(&faults);
    return told;
}

struct row {
    const char *name, *text;
    size_t length;
    const char *told;
};

static void check_rows(const struct row *row, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char *got = told(row[i].text, row[i].length);
        CHECK_ROW(strcmp(got, row[i].told) == 0, "%s: got\n%s\nexpected\n%s", row[i].name, got,
                  row[i].told);
        free(got);
    }
}

#define AB " 1:1+1[a] 1:3+1[b]"

static void reads_tables(void)
{
    static const struct row row[] = {
        {"plain", TEXT("a,b\n1,22\n"), AB "\n 2:1+1[1] 2:3+2[22]"},
        {"no last line feed", TEXT("a,b\n1,22"), AB "\n 2:1+1[1] 2:3+2[22]"},
        {"only a header", TEXT("a,b\n"), AB},
        {"only a header, no line feed", TEXT("a,b"), AB},
        {"one column", TEXT("a\n1\n\n2\n"), " 1:1+1[a]\n 2:1+1[1]\n 4:1+1[2]"},
        {"CR LF and the byte order mark",
         TEXT("\xEF\xBB\xBF"
              "a,b\r\n1,2\r\n3,4\r\n"),
         AB "\n 2:1+1[1] 2:3+1[2]\n 3:1+1[3] 3:3+1[4]"},
        {"blank lines", TEXT("\n\na,b\n\n \t \n1,2\n\n\n3,4\n\n"),
         " 3:1+1[a] 3:3+1[b]\n 6:1+1[1] 6:3+1[2]\n 9:1+1[3] 9:3+1[4]"},
        {"empty fields", TEXT("a,b\n,\n\"\",\n,\"\"\n"),
         AB "\n 2:1+1[] 2:2+1[]\n 3:1+2[\"\"] 3:4+1[]\n 4:1+1[] 4:2+2[\"\"]"},
        {"spaces", TEXT("a , b\n  x y  ,\tz \n"), " 1:1+1[a] 1:5+1[b]\n 2:3+3[x y] 2:10+1[z]"},
        {"spaces around quotes", TEXT("a,b\n \" x \" ,\"y\"\n"),
         AB "\n 2:2+5[\" x \"] 2:9+3[\"y\"]"},
        {"commas in quotes", TEXT("a,b\n\"1,2,3\",4\n"), AB "\n 2:1+7[\"1,2,3\"] 2:9+1[4]"},
        {"quotes in quotes", TEXT("a,b\n\"x \"\"y\"\"\",\"\"\"\"\n"),
         AB "\n 2:1+9[\"x \"y\"\"] 2:11+4[\"\"\"]"},
        {"lines in quotes", TEXT("a,b\n\"x\n\ny\",1\n2,\"\n\"\n3,4\n"),
         AB "\n 2:1+1[\"x\n\ny\"] 4:4+1[1]\n 5:1+1[2] 5:3+1[\"\n\"]\n 7:1+1[3] 7:3+1[4]"},
        {"characters, not bytes", TEXT("\xC3\xA9,b\n\"\xE2\x82\xAC\xE2\x82\xAC\",x\n"),
         " 1:1+1[\xC3\xA9] 1:3+1[b]\n 2:1+4[\"\xE2\x82\xAC\xE2\x82\xAC\"] 2:6+1[x]"},
        {"a ; in a cell", TEXT("a\n1;2\n\"x,y\"\n"), " 1:1+1[a]\n 2:1+3[1;2]\n 3:1+5[\"x,y\"]"},
        {"a ; in a quoted header", TEXT("\"a;b\"\n1\n"), " 1:1+5[\"a;b\"]\n 2:1+1[1]"},
    };
    check_rows(row, sizeof row / sizeof *row);
}

#define BEHIND "text after the closing '\"' (write a '\"' inside a field twice)"
#define BARE   "'\"' inside a field that does not begin with one"

static void goes_on_after_bad_rows(void)
{
    static const struct row row[] = {
        {"ragged", TEXT("a,b\n1\n1,2,3\n\n\n3,4\n"),
         AB "\n 6:1+1[3] 6:3+1[4]"
            "\n!2:1+1 1 field in this row, but the header has 2"
            "\n!3:5+1 3 fields in this row, but the header has 2"},
        {"bare quote", TEXT("a,b\n1,x\"y\"\n3,4\n"), AB "\n 3:1+1[3] 3:3+1[4]\n!2:4+1 " BARE},
        {"text behind a quote", TEXT("a,b\n\"p\"q,2\n\"r\" \"s\",2\n3,4\n"),
         AB "\n 4:1+1[3] 4:3+1[4]\n!2:4+1 " BEHIND "\n!3:5+1 " BEHIND},
        {"behind a quote of two lines", TEXT("a,b\n\"u\nv\" w,5\n5,6\n"),
         AB "\n 4:1+1[5] 4:3+1[6]\n!3:4+1 " BEHIND},
        {"quote not closed", TEXT("a,b\n1,2\n\n3,\"oops\n4,5\n"),
         AB "\n 2:1+1[1] 2:3+1[2]\n!4:3+1 this '\"' is never closed"},
        {"quote not closed at the end", TEXT("a\n\""),
         " 1:1+1[a]\n!2:1+1 this '\"' is never closed"},
        {"bad at the very end", TEXT("a\nx\""), " 1:1+1[a]\n!2:2+1 " BARE},
    };
    check_rows(row, sizeof row / sizeof *row);
}

static void refuses(void)
{
    static const struct row row[] = {
        {"empty", TEXT(""), "\n!0:0+0 the file is empty"},
        {"blank lines", TEXT("\n \n\t\n"), "\n!0:0+0 the file is empty"},
        {"semicolons", TEXT("op;id\n1;2\n"),
         "\n!1:3+1 columns are separated by ';' here; write commas"},
        {"tabs", TEXT("\xC3\xA9\tid\n"),
         "\n!1:2+1 columns are separated by a tab here; write commas"},
        {"bars", TEXT("op|id\n"), "\n!1:3+1 columns are separated by '|' here; write commas"},
        {"names twice", TEXT("a,b,a,\"b\"\n"),
         "\n!1:5+1 two columns named 'a'\n!1:7+3 two columns named 'b'"},
        {"no name", TEXT("a,,\n"), "\n!1:3+1 column 2 has no name\n!1:4+1 column 3 has no name"},
        {"bad header", TEXT("a,b\"\n1,2\n"), "\n!1:4+1 " BARE},
        {"header not closed", TEXT("\"a\n1\n"), "\n!1:1+1 this '\"' is never closed"},
        {"NUL", TEXT("a\n1\0\n"), "\n!2:2+1 control character 0x00"},
        {"Latin-1", TEXT("a\ncaf\xE9\n"),
         "\n!2:4+1 not valid UTF-8 (byte 0xE9; is this file Latin-1?)"},
    };
    check_rows(row, sizeof row / sizeof *row);
}

static void finds_columns(void)
{
    struct input input;
    struct faults faults = {0};
    input_of_text(&input, "x.csv", TEXT("op, id ,\"value\"\n1,2,3\n4,5,6\n"));
    struct csv_table *table = csv_read(&input, &faults);
    CU_ASSERT_PTR_NOT_NULL_FATAL(table);
    CU_ASSERT_EQUAL(table->columns, 3);
    CU_ASSERT_EQUAL(table->rows, 2);
    CU_ASSERT_EQUAL(csv_column(table, "op"), 0);
    CU_ASSERT_EQUAL(csv_column(table, "id"), 1);
    CU_ASSERT_EQUAL(csv_column(table, "value"), 2);
    CU_ASSERT_EQUAL(csv_column(table, "Op"), -1);
    CU_ASSERT_EQUAL(csv_column(table, ""), -1);
    CU_ASSERT_STRING_EQUAL(csv_cell(table, 1, 2)->text, "6");
    CU_ASSERT_STRING_EQUAL(csv_cell(table, 0, 1)->text, "2");
    csv_table_free(table);
    input_free(&input);
}

/* A text of `head`, then `part` so many times. */
static struct csv_table *read_repeated(const char *head, const char *part, size_t times,
                                       struct faults *faults)
{
    char *text;
    size_t size;
    FILE *into = open_memstream(&text, &size);
    fputs(head, into);
    for (size_t i = 0; i < times; i++)
        fputs(part, into);
    fclose(into);
    struct input input;
    input_of_text(&input, "x.csv", text, size);
    free(text);
    struct csv_table *table = csv_read(&input, faults);
    input_free(&input);
    return table;
}

static void reads_large_files(void)
{
    struct faults faults = {0};
    struct csv_table *table = read_repeated("a,b,c\n", "10,\"x,y\",z\n", 200000, &faults);
    CU_ASSERT_PTR_NOT_NULL_FATAL(table);
    CU_ASSERT_EQUAL(table->rows, 200000);
    CU_ASSERT_EQUAL(faults.errors, 0);
    CU_ASSERT_EQUAL(csv_cell(table, 199999, 1)->place.line, 200001);
    CU_ASSERT_STRING_EQUAL(csv_cell(table, 199999, 1)->text, "x,y");
    csv_table_free(table);

    table = read_repeated("a,b\n", "1,2,3\n", 100000, &faults); /* every row wrong */
    CU_ASSERT_PTR_NOT_NULL_FATAL(table);
    CU_ASSERT_EQUAL(table->rows, 0);
    CU_ASSERT_EQUAL(faults.errors, 100000);
    csv_table_free(table);
    faults_free(&faults);

    table = read_repeated("a,b\n1", ",", 1000000, &faults); /* one endless row */
    CU_ASSERT_EQUAL(faults.errors, 1);
    CU_ASSERT_STRING_EQUAL(faults.fault[0].message,
                           "1000001 fields in this row, but the header has 2");
    csv_table_free(table);
    faults_free(&faults);

    table = read_repeated("a\n\"", "x,\n", 500000, &faults); /* one endless field */
    CU_ASSERT_EQUAL(faults.errors, 1);
    CU_ASSERT_EQUAL(faults.fault[0].place.line, 2);
    csv_table_free(table);
    faults_free(&faults);
}

static void limits_columns(void)
{
    struct faults faults = {0};
    CU_ASSERT_PTR_NULL(read_repeated("a", ",a", CSV_COLUMNS_MAX, &faults));
    CU_ASSERT_EQUAL_FATAL(faults.count, 1);
    CU_ASSERT_STRING_EQUAL(faults.fault[0].message, "more than 1000 columns");
    faults_free(&faults);

    char *text;
    size_t size;
    FILE *into = open_memstream(&text, &size);
    for (unsigned row = 0; row < 2; row++)
        for (unsigned i = 0; i < CSV_COLUMNS_MAX; i++)
            fprintf(into, "c%u%c", i, i + 1 < CSV_COLUMNS_MAX ? ',' : '\n');
    fclose(into);
    struct input input;
    input_of_text(&input, "x.csv", text, size);
    free(text);
    struct csv_table *table = csv_read(&input, &faults);
    CU_ASSERT_PTR_NOT_NULL_FATAL(table);
    CU_ASSERT_EQUAL(csv_column(table, "c999"), 999);
    CU_ASSERT_STRING_EQUAL(csv_cell(table, 0, 999)->text, "c999");
    CU_ASSERT_EQUAL(faults.errors, 0);
    csv_table_free(table);
    input_free(&input);
}

static const struct test tests[] = {
    {"reads tables", reads_tables},           {"goes on after bad rows", goes_on_after_bad_rows},
    {"refuses what is no table", refuses},    {"finds columns", finds_columns},
    {"reads large files", reads_large_files}, {"limits columns", limits_columns},
};

SUITE("csv", tests)
