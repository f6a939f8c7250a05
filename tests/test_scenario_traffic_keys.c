/* test_scenario_traffic_keys.c: `key` of a traffic, and `keep`, as files spell them, right and
 * wrong. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/harness.h"
#include "tests/told.h"

#define COUNT(row)      (sizeof row / sizeof *row)
#define WITH_KEY(text)  WITH_TRAFFIC("{t: {arrivals: {every: 1s}, lasts: forever, key: " text "}}")
#define WITH_KEEP(text) WITH_TRAFFIC("{t: {arrivals: [{every: 1s}, {keep: 3}], lasts: " text "}}")
#define ROWS            "build/test_scenario_traffic_keys.csv"

/* ---- What is understood ---- */

static void kinds(void)
{
    static const struct {
        const char *text;
        enum keys_kind kind;
        uint64_t count;
        double exponent;
    } row[] = {
        {WITH_LASTS("forever"), KEYS_EACH, 0, 0},
        {WITH_KEY("each"), KEYS_EACH, 0, 0},
        {WITH_KEY("{uniform: 1}"), KEYS_UNIFORM, 1, 0},
        {WITH_KEY("{uniform: 1000000000}"), KEYS_UNIFORM, 1000000000, 0},
        {WITH_KEY("{zipf: {keys: 100000, s: 1.1}}"), KEYS_ZIPF, 100000, 1.1},
        {WITH_KEY("{zipf: {s: 0, keys: 1}}"), KEYS_ZIPF, 1, 0},
        {WITH_KEY("{zipf: {keys: 1000000000, s: 5}}"), KEYS_ZIPF, 1000000000, 5},
        {WITH_KEY("{zipf: {keys: 7, s: 20}}"), KEYS_ZIPF, 7, 20},
    };
    for (size_t i = 0; i < COUNT(row); i++) {
        struct scenario *scenario = scenario_of(row[i].text);
        if (scenario == NULL)
            continue;
        const struct keys *keys = &scenario->traffic[0].keys;
        CHECK_ROW(keys->kind == row[i].kind && keys->count == row[i].count &&
                      keys->exponent == row[i].exponent,
                  "row %zu is of another kind", i);
        if (keys->kind == KEYS_ZIPF) { /* ready to be drawn from */
            struct keys made = keys_zipf(row[i].count, row[i].exponent);
            CHECK_ROW(keys->from == made.from && keys->to == made.to && keys->sure == made.sure,
                      "row %zu is not ready", i);
        }
        scenario_free(scenario);
    }
}

static void kept(void)
{
    struct scenario *scenario = scenario_of(WITH_ARRIVALS("[{keep: 10000000}, {keep: 1}]"));
    if (scenario == NULL)
        return;
    const struct arrivals *arrivals = scenario->traffic[0].arrivals;
    CU_ASSERT_EQUAL(arrivals[0].kind, ARRIVALS_KEEP);
    CU_ASSERT_EQUAL(arrivals[0].parameter[0].whole, 10000000);
    CU_ASSERT_EQUAL(arrivals[1].parameter[0].whole, 1);
    scenario_free(scenario);
}

/* ---- What is not ---- */

static void faults(void)
{
    static const struct told_row row[] = {
        {WITH_KEY(""), "6:54 a value is wanted here: keys, like {uniform: 100}\n"},
        {WITH_KEY("{}"), "6:59 one kind of keys is wanted here, like {uniform: 100}\n"},
        {WITH_KEY("[each]"), "6:59 one kind of keys is wanted here, like {uniform: 100}\n"},
        {WITH_KEY("{uniform: 3, csv: x}"),
         "6:59 one kind of keys is wanted here, like {uniform: 100}\n"},
        {WITH_KEY("eech"), "6:59 unknown kind of keys 'eech' (did you mean 'each'?)\n"},
        {WITH_KEY("17"), "6:59 unknown kind of keys '17' (there are: each, uniform, zipf, csv)\n"},
        {WITH_KEY("{zpif: {keys: 3, s: 1}}"),
         "6:60 unknown kind of keys 'zpif' (did you mean 'zipf'?)\n"},
        {WITH_KEY("uniform"), "6:59 uniform needs its keys: {uniform: ...}\n"},
        {WITH_KEY("zipf"), "6:59 zipf needs its keys: {zipf: ...}\n"},
        {WITH_KEY("csv"), "6:59 csv needs its file: {csv: ...}\n"},
        {WITH_KEY("{each: 3}"), "6:60 each takes nothing\n"},
        {WITH_KEY("{uniform: 0}"), "6:69 0 is out of range: 1 to 1000000000\n"},
        {WITH_KEY("{uniform: 1000000001}"), "6:69 1000000001 is out of range: 1 to 1000000000\n"},
        {WITH_KEY("{uniform: many}"), "6:69 'many' is not a whole number\n"},
        {WITH_KEY("{uniform: {keys: 3}}"), "6:69 a single value is wanted here: a whole number\n"},
        {WITH_KEY("{zipf: 100}"), "6:66 zipf must be a mapping, {key: value, ...}\n"},
        {WITH_KEY("{zipf: {}}"), "6:66 zipf needs 'keys': how many there are\n"
                                 "6:66 zipf needs 's': key n is as likely as n^-s: at 0 all are "
                                 "alike\n"},
        {WITH_KEY("{zipf: {keys: 0, s: -1}}"), "6:73 0 is out of range: 1 to 1000000000\n"
                                               "6:79 '-1' is not a number\n"},
        {WITH_KEY("{zipf: {keys: 99999999999999999999, s: 20.5, q: 1}}"),
         "6:73 99999999999999999999 is out of range: 1 to 1000000000\n"
         "6:98 20.5 is out of range: 0 to 20\n"
         "6:104 unknown key 'q' (there are: keys, s)\n"},
        {WITH_KEY("{zipf: {keys: 3, s: 1e308}}"), "6:79 1e308 is out of range: 0 to 20\n"},
        {WITH_KEY("{zipf: {keys: 3, s: nan}}"), "6:79 'nan' is not a number\n"},
        {WITH_KEY("{csv: build/nothing/there.csv}"),
         "6:65 cannot read 'build/nothing/there.csv': No such file or directory\n"},
        {WITH_KEY("{csv: build}"), "6:65 cannot read 'build': not a regular file\n"},
        {WITH_KEY("{csv: [x]}"), "6:65 a single value is wanted here: a CSV file with a column "
                                 "key\n"},
    };
    CHECK_TOLD(row);
}

/* Connections of no time that are followed at once: the clock would stand still. */
static void kept_for_no_time(void)
{
#define NO_TIME "'keep' follows up every end at once, so its connections must last some time\n"
    static const struct told_row row[] = {
        {WITH_KEEP("{constant: 0s}"), "6:58 " NO_TIME},
        {WITH_KEEP("{constant: 0.5ns}"), "6:58 " NO_TIME},
        {WITH_KEEP("{uniform: {min: 0s, max: 0s}}"), "6:58 " NO_TIME},
        {WITH_KEEP("{uniform: {min: 0s, max: 1ns}}"), "6:58 " NO_TIME},
        {WITH_KEEP("{uniform: {min: 0s, max: 2ns}}"), ""},
        {WITH_KEEP("{constant: 1ns}"), ""},
        {WITH_KEEP("{constant: 5}"), /* no fault follows from another */
         "6:69 '5' is not a time: a number and a unit (ns us ms s m h d), like 20m\n"},
        {WITH_LASTS("{constant: 0s}"), ""},
    };
    CHECK_TOLD(row);
}

/* ---- Files ---- */

/* What is said of a scenario that takes its keys from a file of this text; the scenario. */
static struct scenario *load_rows(const char *rows, const char *expected)
{
    FILE *file = fopen(ROWS, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fputs(rows, file);
    fclose(file);
    char *told;
    struct scenario *scenario = scenario_named("x.yaml", WITH_KEY("{csv: " ROWS "}"), &told);
    CHECK_ROW(strcmp(told, expected) == 0, "%s\nsays\n%s\nnot\n%s", rows, told, expected);
    free(told);
    remove(ROWS);
    return scenario;
}

static void check_rows(const char *rows, const char *expected)
{
    scenario_free(load_rows(rows, expected));
}

static void files_of_keys(void)
{
    check_rows("", "6:65 " ROWS ": the file is empty\n");
    check_rows("key\n", "6:65 csv must hold at least one key\n");
    check_rows("keys,weight\na,1\n", "6:65 '" ROWS "' has no column 'key'\n");
    check_rows("key,weight\na,0\nb,0\n",
               "6:65 csv must hold at least one key of a weight above 0\n");
    check_rows("key,weight\na,1\n,2\n", "6:65 " ROWS ":3:1: '' is no key\n");
    check_rows("key\na\n\"\"\n", "6:65 " ROWS ":3:1: '' is no key\n");
    check_rows("key,weight\na,0.5\n", "6:65 " ROWS ":2:3: '0.5' is not a weight: a whole number\n");
    check_rows("key,weight\na,-1\n", "6:65 " ROWS ":2:3: '-1' is not a weight: a whole number\n");
    check_rows("key,weight\na,\n", "6:65 " ROWS ":2:3: '' is not a weight: a whole number\n");
    check_rows("weight,key\n1000000000000,a\n1000000000001,b\n",
               "6:65 " ROWS ":3:1: '1000000000001' is too large a weight: over 1000000000000\n");
    check_rows("key,weight\na,99999999999999999999999\n",
               "6:65 " ROWS
               ":2:3: '99999999999999999999999' is too large a weight: over 1000000000000\n");
    check_rows("key,weight\na,1\nb\n",
               "6:65 " ROWS ":3:1: 1 field in this row, but the header has 2\n");
    check_rows("key;weight\na;1\n",
               "6:65 " ROWS ":1:4: columns are separated by ';' here; write commas\n");
    check_rows("key\na\x1B[31m\n", "6:65 " ROWS ":2:2: control character 0x1B\n");
}

static void rows_as_written(void)
{
    struct scenario *scenario =
        load_rows("weight,key,who\n3,/chat,x\n0,\"/a,\"\"b\"\"\",y\n4,k17,\n", "");
    if (scenario == NULL)
        return;
    static const char *const text[] = {"/chat", "/a,\"b\"", "k17"};
    static const uint64_t upto[] = {3, 3, 7};
    const struct keys *keys = &scenario->traffic[0].keys;
    CU_ASSERT_EQUAL_FATAL(keys->rows, 3);
    CU_ASSERT_STRING_EQUAL(keys->file, ROWS);
    for (size_t i = 0; i < 3; i++)
        CHECK_ROW(strcmp(keys->row[i].text, text[i]) == 0 &&
                      keys->row[i].length == strlen(text[i]) && keys->row[i].upto == upto[i],
                  "row %zu is %s, up to %llu", i, keys->row[i].text,
                  (unsigned long long)keys->row[i].upto);
    scenario_free(scenario);
    scenario = load_rows("key\na\nb\na\n", ""); /* each as likely, and twice as much twice */
    if (scenario != NULL)
        CU_ASSERT_EQUAL(scenario->traffic[0].keys.row[2].upto, 3);
    scenario_free(scenario);
}

/* A key as long as may be, and one byte longer. */
static void long_keys(void)
{
    char rows[1100] = "key\n", *at = rows + strlen(rows), *told;
    memset(at, 'x', 1000);
    memcpy(at + 1000, "\n", 2);
    check_rows(rows, "");
    memcpy(at + 1000, "x\n", 3);
    FILE *file = fopen(ROWS, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fputs(rows, file);
    fclose(file);
    scenario_free(scenario_named("x.yaml", WITH_KEY("{csv: " ROWS "}"), &told));
    CHECK_ROW(strstr(told, "is too long a key: over 1000 bytes\n") != NULL, "says %s", told);
    free(told);
    remove(ROWS);
}

static const struct test tests[] = {
    {"kinds of keys", kinds},
    {"kept connections", kept},
    {"faults", faults},
    {"kept for no time", kept_for_no_time},
    {"files of keys", files_of_keys},
    {"rows as they are written", rows_as_written},
    {"long keys", long_keys},
};

SUITE("test_scenario_traffic_keys", tests)
