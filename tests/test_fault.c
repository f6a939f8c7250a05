/* test_fault.c: how faults are collected and shown. */
#include "sim/workload/fault.h"
#include "sim/workload/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/workload/input.h"
#include "tests/harness.h"

static char *printed(const char *text, const struct faults *faults, bool colour)
{
    struct input input;
    input_of_text(&input, "x.yaml", text, strlen(text));
    char *into;
    size_t size;
    FILE *stream = open_memstream(&into, &size);
    faults_print(faults, &input, stream, colour);
    fclose(stream);
    input_free(&input);
    return into;
}

/* One fault with the message "m", printed. */
static void check_print(const char *name, const char *text, struct place place,
                        const char *expected)
{
    struct faults faults = {0};
    faults_add(&faults, place, "m");
    char *got = printed(text, &faults, false);
    CHECK_ROW(strcmp(got, expected) == 0, "%s: got\n%s", name, got);
    free(got);
    faults_free(&faults);
}

static void prints_line_and_caret(void)
{
    check_print("plain", "a: 1\nduraton: 40m\n", (struct place){2, 1, 7},
                "x.yaml:2:1: error: m\n    duraton: 40m\n    ^~~~~~~\n");
    check_print("characters", "h\xC3\xA9\xC3\xA9: \xE2\x82\xAC 1\n", (struct place){1, 8, 1},
                "x.yaml:1:8: error: m\n    h\xC3\xA9\xC3\xA9: \xE2\x82\xAC 1\n           ^\n");
    check_print("tab", "ab\tc: 1\n", (struct place){1, 4, 1},
                "x.yaml:1:4: error: m\n    ab      c: 1\n            ^\n");
    check_print("on a tab", "\tc: 1\n", (struct place){1, 1, 1},
                "x.yaml:1:1: error: m\n            c: 1\n    ^~~~~~~~\n");
    check_print("behind the line", "a: [\n", (struct place){1, 5, 1},
                "x.yaml:1:5: error: m\n    a: [\n        ^\n");
    check_print("wider than the line", "a: bc\nd\n", (struct place){1, 4, 99},
                "x.yaml:1:4: error: m\n    a: bc\n       ^~\n");
    check_print("no width", "a\n", (struct place){1, 1, 0}, "x.yaml:1:1: error: m\n    a\n    ^\n");
    check_print("no place", "a\n", (struct place){0}, "x.yaml: error: m\n");
    check_print("no such line", "a\n", (struct place){9, 1, 1}, "x.yaml:9:1: error: m\n");
    check_print("behind the last line", "a\n", (struct place){2, 1, 1},
                "x.yaml:2:1: error: m\n    \n    ^\n");
    check_print("raw bytes",
                "a\x1B[31m\xE9\xC2\x9B"
                "b\x7F\n",
                (struct place){1, 7, 1}, "x.yaml:1:7: error: m\n    a?[31m??b?\n          ^\n");
    check_print("turned writing",
                "a\xE2\x80\xAE"
                "b\n",
                (struct place){1, 3, 1}, "x.yaml:1:3: error: m\n    a?b\n      ^\n");
}

/* 0123456789 over and over. */
static void digits(char *into, size_t length)
{
    for (size_t i = 0; i < length; i++)
        into[i] = (char)('0' + i % 10);
    into[length] = '\0';
}

static void clips_long_lines(void)
{
    char line[301];
    digits(line, 76);
    check_print("80 columns are whole", line, (struct place){1, 76, 1},
                "x.yaml:1:76: error: m\n    "
                "0123456789012345678901234567890123456789012345678901234567890123456789012345\n    "
                "                                                                           ^\n");
    digits(line, 300);
    check_print("on the left", line, (struct place){1, 3, 2},
                "x.yaml:1:3: error: m\n    "
                "0123456789012345678901234567890123456789012345678901234567890123456789012...\n"
                "      ^~\n");
    /* Column 101 is cell 100; 24 cells before it are kept: 76 to 151, less 3 at each end. */
    check_print("in the middle", line, (struct place){1, 101, 3},
                "x.yaml:1:101: error: m\n    "
                "...9012345678901234567890123456789012345678901234567890123456789012345678...\n"
                "                            ^~~\n");
    check_print("on the right", line, (struct place){1, 300, 1},
                "x.yaml:1:300: error: m\n    "
                "...7890123456789012345678901234567890123456789012345678901234567890123456789\n    "
                "                                                                           ^\n");
    check_print("wider than the window", line, (struct place){1, 1, 300},
                "x.yaml:1:1: error: m\n    "
                "0123456789012345678901234567890123456789012345678901234567890123456789012...\n    "
                "^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n");
}

/* The window of a place far from both ends of a line of digits, from how they are numbered: 24
 * cells before the caret, 76 in all, less the three at each end. */
static void check_window(const char *printed, unsigned column)
{
    char head[64], digit[71];
    snprintf(head, sizeof head, "x.yaml:2:%u: error: m\n    ...", column);
    for (unsigned i = 0; i < 70; i++)
        digit[i] = (char)('0' + (column - 1 - 24 + 3 + i) % 10);
    digit[70] = '\0';
    const char *at = strstr(printed, head);
    CHECK_ROW(at != NULL && strncmp(at + strlen(head), digit, 70) == 0 &&
                  strncmp(at + strlen(head) + 70, "...\n", 4) == 0,
              "column %u:\n%.200s", column, at != NULL ? at : printed);
}

/* Places on one line are shown one after another, near and far, with no going back. */
static void prints_many_places_on_a_line(void)
{
    enum { LENGTH = 200000 };
    static const unsigned column[] = {99,   100,  130,  131,  260,   5000,
                                      5000, 5075, 5076, 5152, 99999, LENGTH - 200};
    char *text = malloc(LENGTH + 3);
    text[0] = '\n';
    digits(text + 1, LENGTH);
    struct faults faults = {0};
    for (size_t i = sizeof column / sizeof *column; i-- > 0;)
        faults_add(&faults, (struct place){2, column[i], 1}, "m");
    faults_add(&faults, (struct place){1, 1, 1}, "m");
    char *got = printed(text, &faults, false);
    for (size_t i = 0; i < sizeof column / sizeof *column; i++)
        check_window(got, column[i]);
    CU_ASSERT_PTR_EQUAL(strstr(got, "x.yaml:1:1: error: m\n    \n    ^\n"), got);
    free(got);
    faults_free(&faults);
    free(text);
}

static void prints_in_order_of_the_text(void)
{
    struct faults faults = {0};
    faults_add(&faults, (struct place){2, 3, 1}, "third");
    faults_warn(&faults, (struct place){2, 1, 1}, "second %s", "'\x1B'");
    faults_add(&faults, (struct place){2, 3, 1}, "fourth");
    faults_add(&faults, (struct place){1, 9, 1}, "first");
    faults_add(&faults, (struct place){0}, "zeroth");
    CU_ASSERT_EQUAL(faults.errors, 4);
    CU_ASSERT_EQUAL(faults.warnings, 1);
    char *got = printed("a\nbcd\n", &faults, false);
    CU_ASSERT_STRING_EQUAL(got, "x.yaml: error: zeroth\n"
                                "x.yaml:1:9: error: first\n    a\n     ^\n"
                                "x.yaml:2:1: warning: second '?'\n    bcd\n    ^\n"
                                "x.yaml:2:3: error: third\n    bcd\n      ^\n"
                                "x.yaml:2:3: error: fourth\n    bcd\n      ^\n");
    free(got);
    faults_free(&faults);
    CU_ASSERT_EQUAL(faults.errors, 0);
    got = printed("a\n", &faults, false);
    CU_ASSERT_STRING_EQUAL(got, "");
    free(got);
}

static void prints_colours(void)
{
    struct faults faults = {0};
    faults_add(&faults, (struct place){1, 1, 1}, "m");
    faults_warn(&faults, (struct place){1, 2, 1}, "n");
    char *got = printed("ab\n", &faults, true);
    CU_ASSERT_STRING_EQUAL(got, "\033[1mx.yaml:1:1:\033[0m \033[1;31merror:\033[0m m\n"
                                "    ab\n    \033[32m^\033[0m\n"
                                "\033[1mx.yaml:1:2:\033[0m \033[1;35mwarning:\033[0m n\n"
                                "    ab\n     \033[32m^\033[0m\n");
    free(got);
    faults_free(&faults);
}

static size_t occurrences(const char *text, const char *word)
{
    size_t found = 0;
    for (const char *at = text; (at = strstr(at, word)) != NULL; at++)
        found++;
    return found;
}

static void caps_what_it_prints(void)
{
    struct faults faults = {0};
    for (unsigned i = 0; i < 100; i++)
        faults_warn(&faults, (struct place){1, 1, 1}, "w");
    for (unsigned i = 0; i < 5000; i++)
        faults_add(&faults, (struct place){1, 2, 1}, "e%u.", i);
    CU_ASSERT_EQUAL(faults.errors, 5000);
    CU_ASSERT_EQUAL(faults.count, 100 + FAULTS_KEPT);
    char *got = printed("ab\n", &faults, false);
    CU_ASSERT_EQUAL(occurrences(got, "error: e"), 50);
    CU_ASSERT_EQUAL(occurrences(got, "warning: w"), 50);
    CU_ASSERT_PTR_NOT_NULL(strstr(got, "error: e0."));
    CU_ASSERT_PTR_NOT_NULL(strstr(got, "error: e49."));
    const char *end = "x.yaml: and 4950 more errors\nx.yaml: and 50 more warnings\n";
    CU_ASSERT_STRING_EQUAL(got + strlen(got) - strlen(end), end);
    free(got);
    faults_free(&faults);
    for (unsigned i = 0; i < 51; i++)
        faults_add(&faults, (struct place){0}, "e");
    got = printed("ab\n", &faults, false);
    CU_ASSERT_PTR_NOT_NULL(strstr(got, "x.yaml: and 1 more error\n"));
    free(got);
    faults_free(&faults);
}

static void cuts_long_messages(void)
{
    char word[2001];
    for (size_t i = 0; i < 2000; i += 2)
        memcpy(word + i, "\xC3\xA9", 2);
    word[2000] = '\0';
    struct faults faults = {0};
    faults_add(&faults, (struct place){0}, "%s is no number", word);
    faults_add(&faults, (struct place){0}, "x%s is no number", word);
    for (size_t i = 0; i < 2; i++) {
        const char *message = faults.fault[i].message, *end = message + strlen(message);
        CU_ASSERT_TRUE(end - message <= 400 && end - message >= 397);
        CU_ASSERT_PTR_EQUAL(strstr(message, "..."), message + 119 + (i == 0));
        CU_ASSERT_STRING_EQUAL(end - 15, "\xC3\xA9 is no number");
        uint32_t code;
        for (const char *at = message; at < end;) {
            size_t length = utf8_character(at, end, &code);
            CU_ASSERT_FATAL(length > 0);
            at += length;
        }
    }
    faults_free(&faults);
}

static const struct test tests[] = {
    {"prints line and caret", prints_line_and_caret},
    {"clips long lines", clips_long_lines},
    {"prints many places on a line", prints_many_places_on_a_line},
    {"prints in the order of the text", prints_in_order_of_the_text},
    {"prints colours", prints_colours},
    {"caps what it prints", caps_what_it_prints},
    {"cuts long messages", cuts_long_messages},
};

SUITE("fault", tests)
