/* test_yaml.c: trees and their places, human errors, and texts made to break a reader. */
#include "sim/scenario/yaml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/harness.h"

#define TEXT(literal) (literal), sizeof(literal) - 1

static void tell_place(struct place place, FILE *into)
{
    fprintf(into, "%u:%u", (unsigned)place.line, (unsigned)place.column);
    if (place.width != 1)
        fprintf(into, "+%u", (unsigned)place.width);
}

/* 1:1'text' (in quotes if it was), 1:1[item item], 1:1{key=value key=value} */
static void tell_node(const struct yaml_node *node, FILE *into)
{
    tell_place(node->place, into);
    if (node->kind == YAML_SCALAR) {
        const char *quote = node->quoted ? "\"" : "'";
        fprintf(into, "%s%s%s", quote, node->text, quote);
        return;
    }
    fputc(node->kind == YAML_SEQUENCE ? '[' : '{', into);
    for (size_t i = 0; i < node->count; i++) {
        fputs(i > 0 ? " " : "", into);
        if (node->kind == YAML_SEQUENCE) {
            tell_node(node->item[i], into);
            continue;
        }
        tell_node(node->pair[i].key, into);
        fputc('=', into);
        tell_node(node->pair[i].value, into);
    }
    fputc(node->kind == YAML_SEQUENCE ? ']' : '}', into);
}

/* The tree if there is one, then a line for each fault: "!1:1 message". */
static char *told(const char *text, size_t length)
{
    struct input input;
    struct faults faults = {0};
    input_of_text(&input, "x.yaml", text, length);
    struct yaml_document *document = yaml_read(&input, &faults);
    input_free(&input); /* the tree must not need it */

    char *told;
    size_t size;
    FILE *into = open_memstream(&told, &size);
    if (document != NULL)
        tell_node(yaml_root(document), into);
    for (size_t i = 0; i < faults.count; i++) {
        fputs("\n!", into);
        tell_place(faults.fault[i].place, into);
        fprintf(into, " %s", faults.fault[i].message);
    }
    fclose(into);
    yaml_free(document);
    faults_free(&faults);
    return told;
}

struct row {
    const char *text;
    size_t length;
    const char *told;
};

static void check_rows(const struct row *row, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char *got = told(row[i].text, row[i].length);
        CHECK_ROW(strcmp(got, row[i].told) == 0, "%s\ngot\n%s\nexpected\n%s", row[i].text, got,
                  row[i].told);
        free(got);
    }
}

#define CHECK_ROWS(row) check_rows(row, sizeof row / sizeof *row)

static void reads_trees(void)
{
    static const struct row row[] = {
        {TEXT("x"), "1:1'x'"},
        {TEXT("a: 1\nbc: xyz\n"), "1:1{1:1'a'=1:4'1' 2:1+2'bc'=2:5+3'xyz'}"},
        {TEXT("- a\n- b\n"), "1:1[1:3'a' 2:3'b']"},
        {TEXT("a:\n  - b: 1\n    c: 2\n  - d\n"),
         "1:1{1:1'a'=2:3[2:5{2:5'b'=2:8'1' 3:5'c'=3:8'2'} 4:5'd']}"},
        {TEXT("a: [x, {k: v}, []]\nb: {}\n"),
         "1:1{1:1'a'=1:4[1:5'x' 1:8{1:9'k'=1:12'v'} 1:16[]] 2:1'b'=2:4{}}"},
        {TEXT("a: [\n  x,\n  y,\n]\nb: {\n}\n"), "1:1{1:1'a'=1:4[2:3'x' 3:3'y'] 5:1'b'=5:4{}}"},
        {TEXT("[a: 1, b]\n"), "1:1[1:2{1:2'a'=1:5'1'} 1:8'b']"},
        {TEXT("--- # begin\na: 1\n...\n"), "2:1{2:1'a'=2:4'1'}"},
        {TEXT("a: no\nb: 012\nc: ~\nd: null\ne: 10m\n"),
         "1:1{1:1'a'=1:4+2'no' 2:1'b'=2:4+3'012' 3:1'c'=3:4'~' 4:1'd'=4:4+4'null' "
         "5:1'e'=5:4+3'10m'}"},
        {TEXT("at: up + 15m # then\n"), "1:1+2{1:1+2'at'=1:5+8'up + 15m'}"},
        {TEXT("a: 'it''s'\n\"b\\n\": \"\\u00e9\\x41\"\nc: ''\n"),
         "1:1{1:1'a'=1:4+7\"it's\" 2:1+5\"b\n\"=2:8+12\"\xC3\xA9"
         "A\" 3:1'c'=3:4+2\"\"}"},
        {TEXT("a: |\n  x\n  y\nb: >-\n  x\n  y\nc: p\n  q\n"),
         "1:1{1:1'a'=2:1\"x\ny\n\" 4:1'b'=5:1\"x y\" 7:1'c'=7:4'p q'}"},
        {TEXT("a: |\n  "), "1:1{1:1'a'=2:1\"\"}"},
    };
    CHECK_ROWS(row);
}

static void counts_characters(void)
{
    static const struct row row[] = {
        {TEXT("{\"h\xC3\xA9\xC3\xA9\": 1, \xE2\x82\xAC: 2, \xF0\x9F\x98\x80: [x]}"),
         "1:1{1:2+5\"h\xC3\xA9\xC3\xA9\"=1:9'1' 1:12'\xE2\x82\xAC'=1:15'2' "
         "1:18'\xF0\x9F\x98\x80'=1:21[1:22'x']}"},
        {TEXT("\xEF\xBB\xBF"
              "a: 1\r\nb:\r\n  - x\r\n"),
         "1:1{1:1'a'=1:4'1' 2:1'b'=3:3[3:5'x']}"},
        {TEXT("a: 1\rb: 2\r"), "1:1{1:1'a'=1:4'1' 2:1'b'=2:4'2'}"},
        {TEXT("a:\tx\tb\t# c\n"), "1:1{1:1'a'=1:4+3'x\tb'}"},
        {TEXT("a: \xE2\x82\xAC # \xE2\x80\xA8y\nb: z\n"),
         "1:1{1:1'a'=1:4'\xE2\x82\xAC' 2:1'b'=2:4'z'}"},
    };
    CHECK_ROWS(row);
}

static void places_what_is_missing(void)
{
    static const struct row row[] = {
        {TEXT("ab:\nc: # nothing\n"), "1:1+2{1:1+2'ab'=1:1+2'' 2:1'c'=2:1''}"},
        {TEXT("{a: , bc: }"), "1:1{1:2'a'=1:2'' 1:7+2'bc'=1:7+2''}"},
        {TEXT("- # - comment\n-\n  # -\n- x\n-"), "1:1[1:1'' 2:1'' 4:3'x' 5:1'']"},
        {TEXT("a:\n  - - x\n  -\n  -\nb: c\n"),
         "1:1{1:1'a'=2:3[2:5[2:7'x'] 3:3'' 4:3''] 5:1'b'=5:4'c'}"},
        {TEXT("- &n\n-\n- *n\n"), "1:1[1:1'' 2:1'' 1:1'']"},
    };
    CHECK_ROWS(row);
}

static void resolves_aliases(void)
{
    static const struct row row[] = {
        {TEXT("a: &x {k: v}\nb: *x\n"),
         "1:1{1:1'a'=1:7{1:8'k'=1:11'v'} 2:1'b'=1:7{1:8'k'=1:11'v'}}"},
        {TEXT("- &x a\n- *x\n- &x b\n- *x\n"), "1:1[1:6'a' 1:6'a' 3:6'b' 3:6'b']"},
        {TEXT("- &x a\n- {*x : 1}\n"), "1:1[1:6'a' 2:3{1:6'a'=2:9'1'}]"},
        {TEXT("a: *nope\n"),
         "\n!1:4+5 no '&nope' stands before this (quote text that begins with '*')"},
        {TEXT("a: *x\nb: &x 1\n"),
         "\n!1:4+2 no '&x' stands before this (quote text that begins with '*')"},
        {TEXT("&a [*a]\n"), "\n!1:5+2 this stands inside '&a' itself"},
        {TEXT("a: &a\n  b: &b {c: [*a, *b, *d]}\n"),
         "\n!2:14+2 this stands inside '&a' itself\n!2:18+2 this stands inside '&b' itself"
         "\n!2:22+2 no '&d' stands before this (quote text that begins with '*')"},
    };
    CHECK_ROWS(row);
}

static void reports_duplicate_keys(void)
{
    static const struct row row[] = {
        {TEXT("seed: 42\nname: x\nseed: 43\n"),
         "1:1+4{1:1+4'seed'=1:7+2'42' 2:1+4'name'=2:7'x'}"
         "\n!3:1+4 duplicate key 'seed' (the first is on line 1)"},
        {TEXT("a: 1\n\"a\": 2\n'a': 3\n"),
         "1:1{1:1'a'=1:4'1'}\n!2:1+3 duplicate key 'a' (the first is on line 1)"
         "\n!3:1+3 duplicate key 'a' (the first is on line 1)"},
        {TEXT("{\"h\xC3\xA9\xC3\xA9\": 1, b: 1, b: 2}"),
         "1:1{1:2+5\"h\xC3\xA9\xC3\xA9\"=1:9'1' 1:12'b'=1:15'1'}"
         "\n!1:18 duplicate key 'b' (the first is on line 1)"},
        {TEXT("a: {b: 1}\nc: {b: 1}\nb: 1\n"),
         "1:1{1:1'a'=1:4{1:5'b'=1:8'1'} 2:1'c'=2:4{2:5'b'=2:8'1'} 3:1'b'=3:4'1'}"},
    };
    CHECK_ROWS(row);
}

static void refuses_what_it_does_not_read(void)
{
    static const struct row row[] = {
        {TEXT(""), "\n!0:0+0 nothing is written here"},
        {TEXT("# only a comment\n"), "\n!0:0+0 nothing is written here"},
        {TEXT("---\n"), "\n!0:0+0 nothing is written here"},
        {TEXT("a: 1\n---\nb: 2\n"),
         "\n!2:1+3 a second document begins here; there must be only one"},
        {TEXT("a: 1\n---\n"), "\n!2:1+3 a second document begins here; there must be only one"},
        {TEXT("# c\n%YAML 1.1\n---\na: 1\n"),
         "\n!2:1 directives (%...) are not read here; leave it out"},
        {TEXT("a: !int 3\nb: !!str x\nc: 1\nc: 2\n"),
         "1:1{1:1'a'=1:9'3' 2:1'b'=2:10'x' 3:1'c'=3:4'1'}"
         "\n!1:4+4 tags (!...) are not read here; leave it out"
         "\n!2:4+5 tags (!...) are not read here; leave it out"
         "\n!4:1 duplicate key 'c' (the first is on line 3)"},
        {TEXT("d: &d {a: 1}\nx:\n  <<: *d\n"),
         "\n!3:3+2 merge keys (<<) are not read here; write it out"},
        {TEXT("\"<<\": 1\n"), "1:1+4{1:1+4\"<<\"=1:7'1'}"},
        {TEXT("? [a, b]\n: 1\n? {c: d}\n: 2\n"),
         "\n!1:3 a key must be text, not a list\n!3:3 a key must be text, not a mapping"},
        {TEXT(": 1\n"), "\n!1:1 a key is missing here"},
        {TEXT("a: \"x\\0y\"\n"), "\n!1:4+6 an escape in this text stands for no character"},
        {TEXT("a: \"\\e[31m\"\n"), "\n!1:4+8 an escape in this text stands for no character"},
        {TEXT("a: \"\\ud800\"\n"), "\n!1:5 this escape stands for no character"},
        {TEXT("a: 1\0\n"), "\n!1:5 control character 0x00"},
        {TEXT("# caf\xE9\n"), "\n!1:6 not valid UTF-8 (byte 0xE9; is this file Latin-1?)"},
        {TEXT("a: \"\xE9\"\n"), "\n!1:5 not valid UTF-8 (byte 0xE9; is this file Latin-1?)"},
    };
    CHECK_ROWS(row);
}

/* What people get wrong, and where they are told so. */
static void explains_human_errors(void)
{
    static const struct row row[] = {
        {TEXT("traffic:\n\tcount: 4\n"), "\n!2:1 tab used as indentation; use spaces"},
        {TEXT("a:\n  b: 1\n\tc: 1\n"), "\n!3:2 tab used as indentation; use spaces"},
        {TEXT("traffic:\n  count: 4\n  holds\n  at: 5\n"), "\n!3:3 ': ' is missing after this key"},
        {TEXT("a:\n  count 4\n  holds: 3\n"),
         "\n!2:3 ': ' is missing here, or the next line is badly indented"},
        {TEXT("a:1\nb: 2\n"), "\n!1:1 ': ' is missing here, or the next line is badly indented"},
        {TEXT("servers:\n  count: 4\n   name: x\n"),
         "\n!2:10 ': ' is missing here, or the next line is badly indented"},
        {TEXT("a:\n  - 1\n - 2\n"), "\n!3:2 bad indentation of this '-'"},
        {TEXT("- a\nb: 1\n"), "\n!2:1 expected '-' here, or less indentation"},
        {TEXT("a: 1\n- b\n"), "\n!2:1 expected a key here (name: value)"},
        {TEXT("x:\n  - {a: 1, b: [1000\n  - 3\n"), "\n!2:15 this '[' is not closed"},
        {TEXT("a: {b: 1\nc: 4\n"), "\n!1:4 this '{' is not closed"},
        {TEXT("a: [1, 2"), "\n!1:4 this '[' is not closed"},
        {TEXT("a: ]\n"), "\n!1:4 ']' without a '['"},
        {TEXT("a: [1, {b: 2]\n"), "\n!1:13 expected '}' here, not ']'"},
        {TEXT("a: [1,,2]\n"), "\n!1:7 a ',' too many"},
        {TEXT("b: {x: 1 y: 2}\n"), "\n!1:11 expected ',' or '}' here"},
        {TEXT("name: a: b\n"),
         "\n!1:8 a second ':' in one line; quote the text, or put the key on a line of its own"},
        {TEXT("name: \"abc\nb: 3\n"), "\n!1:8 the '\"' before this is not closed"},
        {TEXT("name: 'abc\nb: 3\n"), "\n!1:8 the ' before this is not closed"},
        {TEXT("a: \"b\" c\n"),
         "\n!1:8 text behind the closing quote (or an earlier quote is not closed)"},
        {TEXT("a: - b\n"), "\n!1:4 a list written with '-' begins on the line below its key"},
        {TEXT("a: @b\n"), "\n!1:4 text that begins like this must be quoted"},
        {TEXT("a: *\n"), "\n!1:5 a name is missing after '*' (quote text that begins with it)"},
        {TEXT("{a: 1} b\n"), "\n!1:8 text behind the end of the document"},
    };
    CHECK_ROWS(row);
}

/* The two texts that libfyaml 0.7.12 hangs on and reads beyond its buffer for. */
static void survives_known_defects(void)
{
    static const struct row row[] = {
        {TEXT("%a: \xC3\x31\nb: 1\n"), "\n!1:5 not valid UTF-8 (byte 0xC3; is this file Latin-1?)"},
        {TEXT("%a: \xC3\xA9\nb: 1\n"), "\n!1:1 directives (%...) are not read here; leave it out"},
        {TEXT("\x32\x0D\xB2"), "\n!2:1 not valid UTF-8 (byte 0xB2; is this file Latin-1?)"},
        {TEXT("\x32\x0D\xC2\xB2"), "1:1'2 \xC2\xB2'"},
    };
    CHECK_ROWS(row);
}

struct text {
    char *at;
    size_t size;
    FILE *stream;
};

static void text_start(struct text *text)
{
    text->stream = open_memstream(&text->at, &text->size);
}

static void text_repeat(struct text *text, const char *part, size_t times)
{
    for (size_t i = 0; i < times; i++)
        fputs(part, text->stream);
}

/* Frees the text and checks that it is refused with the first fault there, or, if told is NULL,
 * that it is not refused. */
static void check_text(const char *name, struct text *text, const char *expected)
{
    fclose(text->stream);
    char *got = told(text->at, text->size);
    if (expected != NULL)
        CHECK_ROW(strcmp(got, expected) == 0, "%s: got %.300s", name, got);
    else
        CHECK_ROW(strchr(got, '!') == NULL, "%s: refused %.300s", name, got);
    free(got);
    free(text->at);
}

#define TOO_MANY "too much: over 100000 values, aliases written out"
#define TOO_DEEP "nested more than 64 levels deep"

static void limits_aliases(void)
{
    struct text laughs;
    text_start(&laughs);
    text_repeat(&laughs, "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n", 1);
    for (unsigned i = 1; i < 30; i++) {
        fprintf(laughs.stream, "a%u: &a%u [", i, i);
        for (unsigned j = 0; j < 10; j++)
            fprintf(laughs.stream, "*a%u%s", i - 1, j < 9 ? "," : "]\n");
    }
    /* Written out: a0 11 nodes, a1 111, a2 1,111, a3 11,111; with root and keys 12,351 of them
     * stand when a4 has begun. Seven times a3 makes 90,128, so the eighth alias is the one too
     * many. */
    check_text("billion laughs", &laughs, "\n!5:38+3 " TOO_MANY);

    struct text chain;
    text_start(&chain);
    text_repeat(&chain, "- &a0 [[[[[[[[[[x]]]]]]]]]]\n", 1);
    for (unsigned i = 1; i < 100; i++)
        fprintf(chain.stream, "- &a%u [[[[[[[[[[*a%u]]]]]]]]]]\n", i, i - 1);
    check_text("depth by aliases", &chain, "\n!7:17+3 " TOO_DEEP);

    struct text names;
    text_start(&names);
    for (unsigned i = 0; i < 1001; i++)
        fprintf(names.stream, "- &n%u x\n", i);
    check_text("anchors", &names, "\n!1001:3+6 more than 1000 anchors");
}

static void limits_depth(void)
{
    for (unsigned deep = 64; deep <= 100000; deep = deep == 64   ? 65
                                                    : deep == 65 ? 100
                                                                 : deep * 1000) {
        struct text text;
        text_start(&text);
        text_repeat(&text, "[", deep);
        text_repeat(&text, "]", deep);
        check_text("brackets", &text, deep == 64 ? NULL : "\n!1:65 " TOO_DEEP);
        text_start(&text);
        text_repeat(&text, "- ", deep);
        text_repeat(&text, "x", 1);
        check_text("dashes", &text, deep == 64 ? NULL : "\n!1:129 " TOO_DEEP);
    }
}

static void limits_size(void)
{
    struct text text;
    text_start(&text);
    text_repeat(&text, "- x\n", 99999); /* and the list itself */
    check_text("100,000 nodes", &text, NULL);
    text_start(&text);
    text_repeat(&text, "- x\n", 100000);
    check_text("100,001 nodes", &text, "\n!100000:3 " TOO_MANY);
    text_start(&text);
    text_repeat(&text, "- x\n", 1250000);
    check_text("5 MB", &text, "\n!0:0+0 larger than 1 MiB");
    text_start(&text);
    text_repeat(&text, "# 45678\n", (1 << 20) / 8 - 1);
    text_repeat(&text, "abcd: x\n", 1);
    check_text("1 MiB", &text, NULL);
    text_start(&text);
    for (unsigned i = 0; i < 40000; i++)
        fprintf(text.stream, "k%u: 1\n", i);
    check_text("many keys", &text, NULL);
}

/* Cut off at every byte, a text is read or refused with a fault, never both nor neither. */
static void survives_cuts(void)
{
    static const char whole[] =
        "format: 1\nabout: \"caf\xC3\xA9 \\t 'x'\"\nservers: [s1, {name: s2, "
        "weight: 2}]\nd: &d |\n  text\n  more\ne:\n  - *d\n  -\n  - ? k\n"
        "    : 'v'\n  - !t {a: , \"b\": [[1], 2]}\n";
    for (size_t length = 0; length < sizeof whole; length++) {
        struct input input;
        struct faults faults = {0};
        input_of_text(&input, "x.yaml", whole, length);
        struct yaml_document *document = yaml_read(&input, &faults);
        CHECK_ROW(document != NULL || faults.errors > 0, "cut at %zu", length);
        yaml_free(document);
        faults_free(&faults);
        input_free(&input);
    }
}

/* libfyaml would print its errors itself: not a byte may reach the user but by faults_print(). */
static void says_nothing_itself(void)
{
    FILE *caught = tmpfile();
    CU_ASSERT_PTR_NOT_NULL_FATAL(caught);
    fflush(stdout);
    int out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO);
    dup2(fileno(caught), STDOUT_FILENO);
    dup2(fileno(caught), STDERR_FILENO);
    free(told(TEXT("a: [1\n")));
    free(told(TEXT("a: 1\n...\n%YAML 3.0\n---\nb: 1\n")));
    free(told(TEXT("a: \"\\q\"\n")));
    fflush(stdout);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    close(out);
    close(err);
    fseek(caught, 0, SEEK_END);
    CU_ASSERT_EQUAL(ftell(caught), 0);
    fclose(caught);
}

static const struct test tests[] = {
    {"reads trees", reads_trees},
    {"counts characters", counts_characters},
    {"places what is missing", places_what_is_missing},
    {"resolves aliases", resolves_aliases},
    {"reports duplicate keys", reports_duplicate_keys},
    {"refuses what it does not read", refuses_what_it_does_not_read},
    {"explains human errors", explains_human_errors},
    {"survives known defects", survives_known_defects},
    {"limits aliases", limits_aliases},
    {"limits depth", limits_depth},
    {"limits size", limits_size},
    {"survives cuts", survives_cuts},
    {"says nothing itself", says_nothing_itself},
};

SUITE("yaml", tests)
