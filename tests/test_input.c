/* test_input.c: reading and checking a user's text. */
#include "sim/workload/input.h"
#include "sim/workload/utf8.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/harness.h"

#define TEXT(literal) (literal), sizeof(literal) - 1

static void normalises(void)
{
    static const struct {
        const char *text;
        size_t length;
        const char *becomes;
    } row[] = {
        {TEXT(""), ""},
        {TEXT("a\nb\n"), "a\nb\n"},
        {TEXT("a\r\nb\r\n"), "a\nb\n"},
        {TEXT("a\rb\r"), "a\nb\n"},
        {TEXT("a\r\r\n\nb"), "a\n\n\nb"},
        {TEXT("\xEF\xBB\xBF"), ""},
        {TEXT("\xEF\xBB\xBF\r\na"), "\na"},
        {TEXT("\xEF\xBB\xBF\xEF\xBB\xBF"), "\xEF\xBB\xBF"},
        {TEXT("\xEF\xBB"), "\xEF\xBB"},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct input input;
        input_of_text(&input, "x", row[i].text, row[i].length);
        CHECK_ROW(strcmp(input.text, row[i].becomes) == 0, "row %zu: got '%s'", i, input.text);
        CHECK_ROW(input.length == strlen(row[i].becomes), "row %zu: length", i);
        input_free(&input);
        CU_ASSERT_PTR_NULL(input.text);
    }
}

/* Writes a file of so many bytes and reads it with the limit. */
static enum input_status read_back(size_t bytes, size_t limit, size_t *length)
{
    char path[] = "/tmp/lbsim_test_input_XXXXXX";
    int descriptor = mkstemp(path);
    CU_ASSERT_FATAL(descriptor >= 0);
    FILE *file = fdopen(descriptor, "wb");
    for (size_t i = 0; i < bytes; i++)
        fputc('a' + (int)(i % 26), file);
    fclose(file);
    struct input input;
    enum input_status status = input_read(&input, path, limit);
    *length = input.length;
    if (status == INPUT_OK) {
        CU_ASSERT_STRING_EQUAL(input.name, path);
        bool same = true;
        for (size_t i = 0; i < bytes; i++)
            same = same && input.text[i] == 'a' + (int)(i % 26);
        CU_ASSERT_TRUE(same);
        CU_ASSERT_EQUAL(input.text[input.length], '\0');
    } else {
        CU_ASSERT_PTR_NULL(input.text);
    }
    input_free(&input);
    unlink(path);
    return status;
}

static void reads_files(void)
{
    size_t length;
    CU_ASSERT_EQUAL(read_back(0, 10, &length), INPUT_OK);
    CU_ASSERT_EQUAL(length, 0);
    CU_ASSERT_EQUAL(read_back(10, 10, &length), INPUT_OK);
    CU_ASSERT_EQUAL(length, 10);
    CU_ASSERT_EQUAL(read_back(11, 10, &length), INPUT_TOO_LARGE);
    CU_ASSERT_EQUAL(read_back(65536, 65536, &length), INPUT_OK);
    CU_ASSERT_EQUAL(length, 65536);
    CU_ASSERT_EQUAL(read_back(65537, 65536, &length), INPUT_TOO_LARGE);
    CU_ASSERT_EQUAL(read_back(300001, 1000000, &length), INPUT_OK);
    CU_ASSERT_EQUAL(length, 300001);
}

static void says_why_it_cannot_read(void)
{
    struct input input;
    errno = 0;
    CU_ASSERT_EQUAL(input_read(&input, "/nonexistent/x.yaml", 10), INPUT_CANNOT_OPEN);
    CU_ASSERT_EQUAL(errno, ENOENT);
    CU_ASSERT_PTR_NULL(input.text);
    errno = 0;
    CU_ASSERT_EQUAL(input_read(&input, "/", 10), INPUT_CANNOT_READ);
    CU_ASSERT_EQUAL(errno, EISDIR);
    CU_ASSERT_PTR_NULL(input.text);
    CU_ASSERT_EQUAL(input_read(&input, "/dev/zero", 100000), INPUT_TOO_LARGE);
    input_free(&input);
}

static size_t encode(uint32_t code, char *into)
{
    if (code < 0x80) {
        into[0] = (char)code;
        return 1;
    }
    size_t length = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const unsigned lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = length - 1; i > 0; i--, code >>= 6)
        into[i] = (char)(0x80 | (code & 0x3F));
    into[0] = (char)(lead[length] | code);
    return length;
}

/* Every code point but the surrogates decodes to itself, and is refused when it is cut short. */
static void decodes_every_character(void)
{
    size_t wrong = 0;
    for (uint32_t code = 0; code < 0x110000; code++) {
        char bytes[4];
        uint32_t got = UINT32_MAX;
        size_t length = encode(code, bytes), expected = code >> 11 == 0x1B ? 0 : length;
        wrong += utf8_character(bytes, bytes + length, &got) != expected;
        wrong += expected > 0 && got != code;
        wrong += length > 1 && utf8_character(bytes, bytes + length - 1, &got) != 0;
    }
    CU_ASSERT_EQUAL(wrong, 0);
}

/* And no other bytes decode: of all that begin with a byte over 0x7F, as many as there are. */
static void decodes_nothing_else(void)
{
    size_t found[5] = {0};
    for (unsigned lead = 0x80; lead < 0x100; lead++)
        for (unsigned second = 0; second < 0x100; second++)
            for (unsigned third = 0x7F; third < 0xC1; third++) {
                char bytes[4] = {(char)lead, (char)second, (char)third, (char)0xBF};
                uint32_t code;
                found[utf8_character(bytes, bytes + 4, &code)]++;
            }
    CU_ASSERT_EQUAL(found[1], 0);
    CU_ASSERT_EQUAL(found[2], 1920 * 66);               /* U+0080 to U+07FF, any third byte */
    CU_ASSERT_EQUAL(found[3], 0x10000 - 0x800 - 0x800); /* the rest but the surrogates */
    CU_ASSERT_EQUAL(found[4], 0x100000 / 64);           /* one in 64 ends in 0xBF */
}

/* "line:column message" of every fault, one a line. */
static char *told(const struct faults *faults)
{
    char *text;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    for (size_t i = 0; i < faults->count; i++)
        fprintf(stream, "%u:%u %s\n", (unsigned)faults->fault[i].place.line,
                (unsigned)faults->fault[i].place.column, faults->fault[i].message);
    fclose(stream);
    return text;
}

static void checks_text(void)
{
    static const struct {
        const char *text;
        size_t length;
        const char *told;
    } row[] = {
        {TEXT("a: \xC3\xA9\tb\n\xF0\x9F\x98\x80\n"), ""},
        {TEXT("\xC2\xA0\xE2\x80\xA8\n"), ""},
        {TEXT("# caf\xE9\n"), "1:6 not valid UTF-8 (byte 0xE9; is this file Latin-1?)\n"},
        {TEXT("x\n\xC3\xA9 \x93y\n"), "2:3 not valid UTF-8 (byte 0x93; is this file "
                                      "Windows-1252?)\n"},
        {TEXT("%a: \xC3\x31\nb: 1\n"), "1:5 not valid UTF-8 (byte 0xC3; is this file Latin-1?)\n"},
        {TEXT("\x32\x0D\xB2"), "2:1 not valid UTF-8 (byte 0xB2; is this file Latin-1?)\n"},
        {TEXT("ab\0c\n\x1B[31m\x7F"), "1:3 control character 0x00\n2:1 control character 0x1B\n"
                                      "2:6 control character 0x7F\n"},
        {TEXT("\xC3\xA9\xC2\x9B"), "1:2 control character 0x9B\n"},
        {TEXT("\xFF\xFE\x61\x00"), "0:0 this file is UTF-16; save it as UTF-8\n"},
        {TEXT("\xFE\xFF"), "0:0 this file is UTF-16; save it as UTF-8\n"},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct input input;
        struct faults faults = {0};
        input_of_text(&input, "x", row[i].text, row[i].length);
        bool sound = input_check_text(&input, &faults);
        char *text = told(&faults);
        CHECK_ROW(strcmp(text, row[i].told) == 0, "row %zu: got\n%s", i, text);
        CHECK_ROW(sound == (faults.errors == 0), "row %zu: verdict", i);
        free(text);
        faults_free(&faults);
        input_free(&input);
    }
}

static void reports_twenty_at_most(void)
{
    char text[1000];
    memset(text, 0xE9, sizeof text);
    struct input input;
    struct faults faults = {0};
    input_of_text(&input, "x", text, sizeof text);
    CU_ASSERT_FALSE(input_check_text(&input, &faults));
    CU_ASSERT_EQUAL(faults.count, 20);
    faults_free(&faults);
    input_free(&input);
}

static void finds_the_nearest_word(void)
{
    static const char *const known[] = {"duration", "seed", "servers", "at",   "least_conn",
                                        "sample",   "each", "every",   "share"};
    static const struct {
        const char *word, *nearest;
    } row[] = {
        {"duraton", "duration"},      /* missing */
        {"durattion", "duration"},    /* added */
        {"duratian", "duration"},     /* wrong */
        {"durtaion", "duration"},     /* swapped: one slip */
        {"udrtaion", "duration"},     /* swapped twice: two */
        {"udrtaoin", NULL},           /* three */
        {"drtn", NULL},               /* four missing */
        {"DURATION", "duration"},     /* case is no slip */
        {"least-conn", "least_conn"}, /* another sign */
        {"servres", "servers"},       /* and not "seed" */
        {"ech", "each"},
        {"evry", "every"},
        {"shae", "share"}, /* before "sample" is considered: one slip beats two */
        {"to", NULL},      /* two slips of two letters are another word */
        {"ta", "at"},
        {"", NULL},
        {"xyz", NULL},
        {"dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd", NULL},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        const char *got = input_nearest(row[i].word, known, sizeof known / sizeof *known);
        bool right = got == NULL || row[i].nearest == NULL ? got == row[i].nearest
                                                           : strcmp(got, row[i].nearest) == 0;
        CHECK_ROW(right, "%s: got %s", row[i].word, got != NULL ? got : "nothing");
    }
    static const char *const tie[] = {"s1", "s2", "s3"};
    CU_ASSERT_STRING_EQUAL(input_nearest("s9", tie, 3), "s1");
    CU_ASSERT_PTR_NULL(input_nearest("s9", tie, 0));
}

static const struct test tests[] = {
    {"normalises line ends and the byte order mark", normalises},
    {"reads files up to the limit", reads_files},
    {"says why it cannot read", says_why_it_cannot_read},
    {"decodes every character", decodes_every_character},
    {"decodes nothing else", decodes_nothing_else},
    {"checks text", checks_text},
    {"reports twenty bad characters at most", reports_twenty_at_most},
    {"finds the nearest word", finds_the_nearest_word},
};

SUITE("input", tests)
