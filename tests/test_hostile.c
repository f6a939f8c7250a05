/* test_hostile.c: texts made to break a reader or to deceive its user, and the line each gets.
 *
 * What bounds the work are limits, so there is a text on each side of every limit. A text that
 * found a square in the time taken is here at a size at which it would be felt. */
#include "sim/run/replay.h"
#include "sim/scenario/scenario.h"
#include "sim/workload/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/harness.h"
#include "tests/told.h"

#define COUNT(row) (sizeof row / sizeof *row)

/* head, then part so many times, then tail. A %zu in the part is the number of the time, from 0. */
struct text {
    const char *head, *part;
    size_t times;
    const char *tail;
};

struct row {
    const char *name;
    struct text text;
    const char
        *told; /* the first fault in the order of the text: "line:column message"; "" if none */
};

static void build(struct input *input, const struct text *text)
{
    char *built;
    size_t size;
    FILE *to = open_memstream(&built, &size);
    fputs(text->head, to);
    for (size_t i = 0; i < text->times; i++) {
        const char *number = strstr(text->part, "%zu");
        if (number == NULL)
            fputs(text->part, to);
        else
            fprintf(to, "%.*s%zu%s", (int)(number - text->part), text->part, i, number + 3);
    }
    if (text->tail != NULL)
        fputs(text->tail, to);
    fclose(to);
    input_of_text(input, "x", built, size);
    free(built);
}

/* What is printed about the text is safe for a terminal. */
static void check_print(const char *name, const struct faults *faults, const struct input *input)
{
    char *printed;
    size_t size;
    FILE *to = open_memstream(&printed, &size);
    faults_print(faults, input, to, false);
    fclose(to);
    uint32_t code = 0;
    for (const char *at = printed, *end = printed + size; at < end;) {
        size_t length = utf8_character(at, end, &code);
        bool safe = length > 0 && (code == '\n' || utf8_is_shown(code));
        CHECK_ROW(safe, "%s: U+%04X is printed", name, (unsigned)code);
        at += length > 0 ? length : 1;
    }
    free(printed);
}

static void check_first(const struct row *row, const struct faults *faults,
                        const struct input *input)
{
    char *told = faults_told(faults);
    told[strcspn(told, "\n")] = '\0';
    CHECK_ROW(strcmp(told, row->told) == 0, "%s: got\n%.500s\nnot\n%s", row->name, told, row->told);
    free(told);
    check_print(row->name, faults, input);
}

static void check_scenarios(const struct row *row, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct input input;
        struct faults faults = {0};
        build(&input, &row[i].text);
        scenario_free(scenario_load(&input, NULL, &faults));
        check_first(&row[i], &faults, &input);
        faults_free(&faults);
        input_free(&input);
    }
}

#define REST SERVERS TRAFFIC BALANCERS

/* ---- Characters ---- */

#define INVISIBLE(code) "an invisible character, " code ", is in this text"

static void deceiving_characters(void)
{
    static const struct row row[] = {
        {"turned writing", {.head = WITH("about: x\u202Ey")}, "7:8 " INVISIBLE("U+202E")},
        {"turned by an escape", {.head = WITH("about: \"\\u202e\"")}, "7:8 " INVISIBLE("U+202E")},
        {"isolated writing", {.head = WITH("about: \u2067x")}, "7:8 " INVISIBLE("U+2067")},
        {"an Arabic letter mark", {.head = WITH("about: \u061Cx")}, "7:8 " INVISIBLE("U+061C")},
        {"a key with a space of no width",
         {.head = WITH("dura\u200Btion: 5m")},
         "7:1 " INVISIBLE("U+200B")},
        {"a soft hyphen", {.head = WITH("about: a\u00ADb")}, "7:8 " INVISIBLE("U+00AD")},
        {"a separator of lines", {.head = WITH("about: a\u2028b")}, "7:8 " INVISIBLE("U+2028")},
        {"a byte order mark inside", {.head = WITH("about: a\uFEFFb")}, "7:8 " INVISIBLE("U+FEFF")},
        {"tags", {.head = WITH("about: a\U000E0041")}, "7:8 " INVISIBLE("U+E0041")},
        {"turned writing in a comment", {.head = WITH("about: x # \u202E")}, ""},
        {"and what is quoted of it",
         {.head = WITH("abuot: x # \u202E")},
         "7:1 unknown key 'abuot' (did you mean 'about'?)"},
        {"a joined emoji", {.head = WITH("about: \U0001F469\u200D\U0001F4BB")}, ""},
        {"a joiner in a key",
         {.head = WITH("gateway: {acc\u200Dept: random}")},
         "7:11 unknown key 'acc\u200Dept' (there are: instances, workers, accept, old_workers)"},
        {"a name of another alphabet",
         {.head = WITH_SERVERS("[\u04551]")},
         "6:11 '\u04551' is not a name: letters, digits and . _ : - after a letter or digit, no "
         "'..', 64 bytes at most"},
        {"digits of another alphabet",
         {.head = WITH("seed: \u0663")},
         "7:7 '\u0663' is not a whole number"},
        {"a line end in a name",
         {.head = WITH_SERVERS("[\"a\\nb\"]")},
         "6:11 'a"}, /* and the rest on another line, but for what is printed */
    };
    check_scenarios(row, COUNT(row));
}

static void shown_characters(void)
{
    static const uint32_t shown[] = {' ',    '~',    0xA0,   0xA1,   0xAC,   0xAE,   0x61B,
                                     0x61D,  0x200A, 0x2010, 0x2027, 0x202F, 0x205F, 0x2070,
                                     0x20AC, 0xFEFE, 0xFF00, 0xFFFD, 0x1F600};
    static const uint32_t hidden[] = {0,      '\t',   '\n',   0x1B,   0x1F,   0x7F,
                                      0x80,   0x9B,   0x9F,   0xAD,   0x61C,  0x180E,
                                      0x200B, 0x200F, 0x2028, 0x202A, 0x202E, 0x2060,
                                      0x2066, 0x206F, 0xFEFF, 0xFFF9, 0xFFFB, 0xE0001};
    for (size_t i = 0; i < COUNT(shown); i++)
        CHECK_ROW(utf8_is_shown(shown[i]), "U+%04X is shown", (unsigned)shown[i]);
    for (size_t i = 0; i < COUNT(hidden); i++)
        CHECK_ROW(!utf8_is_shown(hidden[i]), "U+%04X is not", (unsigned)hidden[i]);
    for (uint32_t code = 0; code < 0x110000; code++)
        if (!utf8_is_text(code) && utf8_is_shown(code))
            CHECK_ROW(false, "U+%04X", (unsigned)code);
}

/* ---- YAML ---- */

#define TOO_MUCH_TEXT "too much: over 1048576 bytes of text, aliases written out"

static void yaml_at_its_limits(void)
{
    static const struct row row[] = {
        {"250 blanks", {HEAD REST "about:", " ", 250, "x\n"}, ""},
        {"251 blanks", {HEAD REST "about:", " ", 251, "x\n"}, "7:1 more than 250 blanks in a row"},
        {"249 empty lines", {HEAD REST, "\n", 249, "about: x\n"}, ""},
        {"250, and the end of the line before",
         {HEAD REST, "\n", 250, "about: x\n"},
         "256:1 more than 250 blanks in a row"},
        {"empty lines in a block",
         {HEAD REST "about: |\n  x\n", " \t\n", 50000, "  y\n"},
         "92:1 more than 250 blanks in a row"},
        {"blanks behind a dash", {"-", " ", 60000, "x\n"}, "1:1 more than 250 blanks in a row"},
        {"a line of 256 KiB", {HEAD REST "#", "x", 262143, "\n"}, ""},
        {"and a byte", {HEAD REST "#", "x", 262144, "\n"}, "7:1 too long a line: over 256 KiB"},
        {"open brackets", {"", "[{", 100000, NULL}, "1:65 nested more than 64 levels deep"},
        {"a directive in the middle",
         {HEAD REST, "%x", 20000, "\n"},
         "7:1 directives (%...) are not read here; leave it out"},
        {"a laugh of texts",
         {"a: &a ", "x", 10000,
          "\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b]\n"
          "d: [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n"},
         "4:17 " TOO_MUCH_TEXT},
        {"a text, again and again",
         {"a: &a \"0123456789012345678901234567890123456789\"\nb:\n", "- *a\n", 90000, NULL},
         "26216:3 " TOO_MUCH_TEXT},
        {"a key of 1024 bytes",
         {"? \"", "x", 1024, "\"\n: 1\n\"x\": [\n"},
         "3:6 this '[' is not closed"},
        {"and a byte",
         {"? \"", "x", 1025, "\"\n: 1\n\"x\": [\n"},
         "1:3 a key of more than 1024 bytes"},
        {"a long key, again and again",
         {"a: &k \"0123456789\"\nb: &l \"0123456789\"\nc:\n", "  *k : 1\n  *l : 1\n", 10000, NULL},
         "1:7 duplicate key '0123456789' (the first is on line 1)"},
        {"an empty block at the very end", {.head = WITH("about: |")}, ""},
        {"with its blanks", {.head = WITH("about: >+") "  "}, ""},
        {"nothing but a block", {.head = "|"}, "0:0 nothing is written here"},
        {"nothing but a bracket", {.head = "{"}, "1:1 this '{' is not closed"},
        {"a bracket of the third line", {.head = "a: 1\n\nb: [\n"}, "3:4 this '[' is not closed"},
        {"nothing but a question", {.head = "?"}, "1:1 a key is missing here"},
    };
    check_scenarios(row, COUNT(row));
}

/* ---- Scenarios ---- */

#define LISTED "servers: [w1..w65536]\n" TRAFFIC BALANCERS "events:\n"
#define SWAP   "- {at: 1m, remove: w1..w65536}\n- {at: 2m, add: w1..w65536}\n"

static void scenarios_at_their_limits(void)
{
    static const struct row row[] = {
        {"10,000 events", {HEAD REST "events:\n", "- {at: 1s, touch: true}\n", 10000, NULL}, ""},
        {"and one",
         {HEAD REST "events:\n", "- {at: 1s, touch: true}\n", 10001, NULL},
         "8:1 10001 events; 10000 at most"},
        {"events that are none",
         {HEAD REST "events:\n", "- x\n", 90000, NULL},
         "8:1 90000 events; 10000 at most"},
        {"all of one name",
         {HEAD REST "events:\n", "- {at: 1s, name: x, touch: true}\n", 3000, NULL},
         "9:3 two events are called 'x'"},
        {"4 times all servers and 37,856 more",
         {HEAD LISTED, SWAP, 1,
          "- {at: 3m, remove: "
          "w1..w65536}\n- {at: 4m, add: w1..w37856}\n"},
         ""},
        {"and one",
         {HEAD LISTED, SWAP, 1, "- {at: 3m, remove: w1..w65536}\n- {at: 4m, add: w1..w37857}\n"},
         "11:17 servers are named over 300000 times, ranges written out"},
        {"a list of lists",
         {HEAD TRAFFIC BALANCERS "servers: [s]\nevents:\n- at: 1s\n  add:\n", "  - w1..w65536\n",
          40000, NULL},
         "10:5 more than 65536 servers"},
        {"lists of others",
         {HEAD TRAFFIC BALANCERS "servers:\n", "- x\n\n", 0,
          "- a1..a65535\n- b1..b65536\n"
          "- c1..c65536\n"},
         "8:3 more than 65536 servers"},
        {"201 balancers",
         {HEAD SERVERS TRAFFIC "balancers:\n", "- {preset: random, name: r%zu}\n", 201, NULL},
         "7:1 balancers must be a list of 1 to 200, [round_robin, apisix-merged]"},
        {"1001 traffics",
         {HEAD SERVERS BALANCERS "traffic:\n", "  t%zu: {}\n", 1001, NULL},
         "7:3 1001 traffics; 1000 at most"},
        {"a waiting line of events",
         {HEAD REST "events:\n", "- {at: e%zu, touch: true}\n", 9999,
          "- {at: 1s, name: e, touch: true}\n"},
         "8:8 there is no event 'e0'"},
    };
    check_scenarios(row, COUNT(row));
}

/* Ten thousand events, each at the time of the next, which only the last tells. */
static void a_chain_of_events(void)
{
    char *text;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    fputs(HEAD REST "events:\n", to);
    for (unsigned i = 0; i < 9999; i++)
        fprintf(to, "- {name: e%u, at: e%u + 1ms, touch: true}\n", i, i + 1);
    fputs("- {name: e9999, at: 1s, touch: true}\n", to);
    fclose(to);
    struct scenario *scenario = scenario_of(text);
    if (scenario != NULL)
        CU_ASSERT_EQUAL(scenario->event[0].at_ns, UINT64_C(10999000000)); /* 1 s + 9999 ms */
    scenario_free(scenario);
    free(text);
}

#define NINES_11  "99999999999"
#define NINES_55  NINES_11 NINES_11 NINES_11 NINES_11 NINES_11
#define NINES_110 NINES_55 NINES_55

static void numbers_out_of_range(void)
{
    static const struct row row[] = {
        {"20 digits",
         {.head = WITH("replications: 99999999999999999999")},
         "7:15 99999999999999999999 is out of range: 1 to 100000"},
        {"too many digits for a line",
         {HEAD REST "seed: ", "9", 5000, "\n"},
         /* 400 bytes: 120 from the front, 277 from the end */
         "7:7 " NINES_110 "9999999999..." NINES_110 NINES_110
         "99999999999999 is out of range: 0 to "
         "18446744073709551615"},
        {"a time of centuries",
         {.head = "format: 1\nname: a\nduration: 300000d\n" REST},
         "3:11 '300000d' is too long a time: below 2^63 ns, some 292 years"},
        {"one tick too long",
         {.head = WITH_LASTS("{exponential: 9223372036854775808ns}")},
         "6:59 '9223372036854775808ns' is too long a time: below 2^63 ns, some 292 years"},
        {"an event in some centuries",
         {.head = WITH_EVENTS("[{at: 99999999999999999999d, touch: true}]")},
         "7:15 '99999999999999999999d' is too long a time: below 2^63 ns, some 292 years"},
        {"one a nanosecond", {.head = WITH_ARRIVALS("{poisson: 1/ns}")}, ""},
        {"more than one",
         {.head = WITH_ARRIVALS("{poisson: 1000000001/s}")},
         "6:35 '1000000001/s' is more than one a nanosecond"},
        {"many more",
         {.head = WITH_ARRIVALS("{poisson: 1e308/ns}")},
         "6:35 '1e308/ns' is more than one a nanosecond"},
        {"to reconnect within the tick",
         {.head = WITH_RECONNECT("{after: {uniform: {min: 0s, max: 1ns}}}")},
         "6:65 to reconnect at once without end takes for ever: 'after: 0s' needs 'tries'"},
        {"or perhaps not", {.head = WITH_RECONNECT("{after: {uniform: {min: 0s, max: 2ns}}}")}, ""},
        {"more to keep than memory holds",
         {.head = WITH_ARRIVALS("{keep: 1000000000}")},
         "6:32 1000000000 is out of range: 0 to 10000000"},
        {"more keys than are spelled",
         {.head =
              WITH_TRAFFIC("{t: {arrivals: {every: 1s}, lasts: forever, key: {uniform: 1e9}}}")},
         "6:69 '1e9' is not a whole number"},
        {"a name that an option could be",
         {.head = "format: 1\nname: --help\nduration: 1s\n" REST},
         "2:7 a scenario's name must not begin with '-', as '--help' does"},
        {"a name that a formula could be",
         {.head = WITH_SERVERS("[\"=1+1\"]")},
         "6:11 '=1+1' is not a name: letters, digits and . _ : - after a letter or digit, no '..', "
         "64 bytes at most"},
    };
    check_scenarios(row, COUNT(row));
}

/* ---- Files that a scenario names ---- */

#define FOLDER "build/test_hostile.d"

static void files_that_are_none(void)
{
    static const struct row row[] = {
        {"a pipe",
         {.head = WITH_LASTS("{empirical: " FOLDER "/pipe}")},
         "6:57 cannot read '" FOLDER "/pipe': not a regular file"},
        {"a folder",
         {.head = WITH_LASTS("{empirical: " FOLDER "}")},
         "6:57 cannot read '" FOLDER "': not a regular file"},
        {"a device",
         {.head = WITH_LASTS("{empirical: /dev/zero}")},
         "6:57 cannot read '/dev/zero': not a regular file"},
        {"not standard input",
         {.head = WITH_LASTS("{empirical: \"-\"}")},
         "6:57 cannot read '-': No such file or directory"},
        {"keys from a device",
         {.head =
              WITH_TRAFFIC("{t: {arrivals: {keep: 1}, lasts: forever, key: {csv: /dev/zero}}}")},
         "6:63 cannot read '/dev/zero': not a regular file"},
        {"16 MiB and a byte",
         {.head = WITH_LASTS("{empirical: " FOLDER "/large}")},
         "6:57 '" FOLDER "/large' is larger than 16 MiB"},
        {"five times 15 MiB",
         {.head = HEAD SERVERS BALANCERS
          "traffic:\n"
          "  a: {arrivals: &a {every: 1s}, lasts: &f {empirical: " FOLDER "/some}}\n"
          "  b: {arrivals: *a, lasts: *f}\n"
          "  c: {arrivals: *a, lasts: *f}\n"
          "  d: {arrivals: *a, lasts: *f}\n"
          "  e: {arrivals: *a, lasts: {empirical: " FOLDER "/some}}\n"},
         "7:55 " FOLDER "/some:1:1: control character 0x00"},
        {"the fifth of them",
         {.head = HEAD SERVERS BALANCERS "traffic:\n"
                                         "  a: {arrivals: &a {every: 1s}, lasts:\n"
                                         "    {empirical: &f " FOLDER "/some}}\n"
                                         "  b: {arrivals: *a, lasts: {empirical: *f}}\n"
                                         "  c: {arrivals: *a, lasts: {empirical: *f}}\n"
                                         "  d: {arrivals: *a, lasts: {empirical: *f}}\n"
                                         "  e: {arrivals: *a, lasts: {empirical: *f}}\n"
                                         "  f: {arrivals: *a, lasts: {empirical: *f}}\n"},
         "8:20 " FOLDER "/some:1:1: control character 0x00"},
    };
    mkdir(FOLDER, 0755);
    mkfifo(FOLDER "/pipe", 0644);
    static const struct {
        const char *path;
        off_t bytes;
    } file[] = {{FOLDER "/large", ((off_t)16 << 20) + 1}, {FOLDER "/some", (off_t)15 << 20}};
    for (size_t i = 0; i < COUNT(file); i++) {
        FILE *to = fopen(file[i].path, "w");
        CU_ASSERT_FATAL(to != NULL && ftruncate(fileno(to), file[i].bytes) == 0);
        fclose(to);
    }
    check_scenarios(row, COUNT(row));
    char *told;
    scenario_free(scenario_named("x", row[COUNT(row) - 1].text.head, &told));
    CU_ASSERT_PTR_NOT_NULL(strstr(told, "8:20 '" FOLDER "/some': the files named here are larger "
                                        "than 64 MiB together\n"));
    free(told);
    remove(FOLDER "/pipe");
    remove(FOLDER "/large");
    remove(FOLDER "/some");
    remove(FOLDER);
}

/* ---- Traces ---- */

#define HEADER "op,id,value\n"
#define NO_ID                                                                                      \
    " is not an id: letters, digits and . _ : - after a letter or digit, no '..', 64 bytes at "    \
    "most"

static void traces(void)
{
    static const struct row row[] = {
        {"a formula", {.head = HEADER "open,=cmd,\n"}, "2:6 '=cmd'" NO_ID},
        {"a sum", {.head = HEADER "open,+1,\n"}, "2:6 '+1'" NO_ID},
        {"a mention", {.head = HEADER "open,@x,\n"}, "2:6 '@x'" NO_ID},
        {"an option", {.head = HEADER "close,-1,\n"}, "2:7 '-1'" NO_ID},
        {"a shell", {.head = HEADER "open,$(x),\nopen,`x`,\n"}, "2:6 '$(x)'" NO_ID},
        {"a way out", {.head = HEADER "open,../x,\n"}, "2:6 '../x'" NO_ID},
        {"turned writing", {.head = HEADER "open,x\u202E,\n"}, "2:6 'x\u202E'" NO_ID},
        {"an operation with a space of no width",
         {.head = HEADER "ope\u200Bn,1,\n"},
         "2:1 unknown operation 'ope\u200Bn'"},
        {"an id of 64 bytes", {HEADER "open,", "x", 64, ",\n"}, ""},
        {"an id in quotes", {.head = HEADER "open,\"a:b\",\n"}, ""},
        {"numbers out of range",
         {.head = HEADER "members,,s1=99999999999999999999\n"},
         "2:10 's1=99999999999999999999' is not a member: name[=weight[/max_conns[/option...]]]"},
        {"a worker out of range",
         {.head = HEADER "worker,,4294967296\n"},
         "2:9 '4294967296' is not a worker: they are numbered 0 to 0 (see -w)"},
        {"one server, again and again",
         {HEADER "members,,", "s1 ", 50000, "\n"},
         "2:10 's1' is listed twice"},
        {"the same in lists that follow",
         {HEADER, "members,,s1 s2\n", 100, "members,,s2 s1\n"},
         ""},
        {"65,536 servers", {HEADER "members,,", "s%zu ", 65536, "\n"}, ""},
        {"and one", {HEADER "members,,", "s%zu ", 65537, "\n"}, "2:10 more than 65536 servers"},
        {"10,000 changes", {HEADER "members,,s1\n", "reload,,\n", 9999, NULL}, ""},
        {"and one",
         {HEADER "members,,s1\n", "crash,,\n", 10000, NULL},
         "10002:1 more than 10000 changes (members, reload, crash)"},
        {"4,000,000 fields and two",
         {HEADER, ",,\n", 1333334, NULL},
         "1333335:1 too much: over 4000000 fields"},
    };
    struct balancer balancer = balancer_of_preset(preset_find("round_robin"));
    const struct replay_options options = {.balancer = &balancer, .workers = 1};
    for (size_t i = 0; i < COUNT(row); i++) {
        struct input input;
        struct faults faults = {0};
        char *out;
        size_t size;
        FILE *to = open_memstream(&out, &size);
        build(&input, &row[i].text);
        replay_run(&input, &options, &faults, to);
        fclose(to);
        check_first(&row[i], &faults, &input);
        CHECK_ROW((size > 0) == (row[i].told[0] == '\0'), "%s: what is written", row[i].name);
        free(out);
        faults_free(&faults);
        input_free(&input);
    }
}

/* Connections that a crash took with it are gone, and a new one is not taken for them. */
static void crashes_take_all(void)
{
    static const char trace[] =
        HEADER "members,,s1=1/1 s2=1/1\nopen,a,\nopen,b,\nopen,c,\ncrash,,\n"
               "open,d,\nclose,a,\nclose,b,\nopen,e,\nopen,f,\nclose,d,\n"
               "open,g,\n";
    struct balancer balancer = balancer_of_preset(preset_find("nginx-least-conn"));
    const struct replay_options options = {.balancer = &balancer, .workers = 1};
    struct input input;
    struct faults faults = {0};
    char *out;
    size_t size;
    FILE *to = open_memstream(&out, &size);
    input_of_text(&input, "x", trace, sizeof trace - 1);
    replay_run(&input, &options, &faults, to);
    fclose(to);
    CU_ASSERT_STRING_EQUAL(out, "step,op,id,server\n2,open,a,s1\n3,open,b,s2\n4,open,c,-\n"
                                "6,open,d,s1\n9,open,e,s2\n10,open,f,-\n12,open,g,s1\n");
    free(out);
    faults_free(&faults);
    input_free(&input);
}

static const struct test tests[] = {
    {"characters that deceive", deceiving_characters},
    {"characters that are shown", shown_characters},
    {"YAML at its limits", yaml_at_its_limits},
    {"scenarios at their limits", scenarios_at_their_limits},
    {"a chain of events", a_chain_of_events},
    {"numbers out of range", numbers_out_of_range},
    {"files that are none", files_that_are_none},
    {"traces", traces},
    {"crashes take all", crashes_take_all},
};

SUITE("hostile", tests)
