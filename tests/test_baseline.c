/* test_baseline.c: baselines as files: they read back as they were written, and one that is damaged
 * is refused with a sentence, whatever is wrong with it. */
#include "reports/baseline.h"
#include "tests/harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Behind the first two of twenty. */
#define MORE_VALUES  EIGHT(", \"7\"") EIGHT(", \"7\"") ", \"7\", \"7\""
#define MORE_DIGESTS EIGHT(DIGEST) EIGHT(DIGEST) DIGEST DIGEST
#define DIGEST       ", \"00000000000000ef\""
#define EIGHT(text)  text text text text text text text text
#define GOOD                                                                                       \
    "{\"program\": \"lbsim\", \"baseline\": 1, \"scenario\": \"it\", \"metric_version\": 1,\n"     \
    " \"sampling_version\": 1, \"seed\": \"18446744073709551615\",\n"                              \
    " \"world\": \"00000000000000ab\",\n"                                                          \
    " \"balancers\": [{\"name\": \"one\", \"hash\": \"00000000000000cd\", \"draws\": true}],\n"    \
    " \"traffic\": [\"0000000000000001\", \"ffffffffffffffff\"" MORE_DIGESTS "],\n"                \
    " \"rows\": [\n"                                                                               \
    "  {\"balancer\": \"one\", \"metric\": \"live_cv_avg\", \"traffic\": \"all\","                 \
    " \"values\": [\"0.5\", \"\"" MORE_VALUES "]},\n"                                              \
    "  {\"balancer\": \"one\", \"metric\": \"settle_s:up\", \"traffic\": \"all\","                 \
    " \"needs\": 412},\n"                                                                          \
    "  {\"balancer\": \"one\", \"metric\": \"settle_s:up\", \"traffic\": \"t\","                   \
    " \"needs\": null}]}\n"

static struct gate_baseline *parsed(const char *text, size_t length, char *why, size_t room)
{
    struct gate_baseline *baseline;
    why[0] = '\0';
    baseline_parse(text, length, "it", &baseline, why, room);
    return baseline;
}

static void test_reads(void)
{
    char why[512];
    struct gate_baseline *baseline = parsed(GOOD, strlen(GOOD), why, sizeof why);
    CHECK_ROW(baseline != NULL, "%s", why);
    if (baseline == NULL)
        return;
    CU_ASSERT_EQUAL(baseline->seed, UINT64_MAX);
    CU_ASSERT_EQUAL(baseline->world_hash, 0xab);
    CU_ASSERT(baseline->balancers == 1 && baseline->balancer[0].hash == 0xcd &&
              baseline->balancer[0].draws);
    CU_ASSERT(baseline->runs == 20 && baseline->digest[0] == 1 &&
              baseline->digest[1] == UINT64_MAX);
    CU_ASSERT_EQUAL_FATAL(baseline->rows, 3);
    CU_ASSERT(baseline->row[0].runs == 20 && strcmp(baseline->row[0].value[0].text, "0.5") == 0 &&
              baseline->row[0].value[1].text[0] == '\0');
    CU_ASSERT(baseline->row[1].runs == 0 && baseline->row[1].needs == 412);
    CU_ASSERT(baseline->row[2].runs == 0 && baseline->row[2].needs == GATE_RUNS_NEVER);
    CU_ASSERT_EQUAL(gate_tests(baseline), 3);
    gate_baseline_free(baseline);
}

static char *printed(const struct gate_baseline *baseline)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    baseline_print(baseline, to);
    fclose(to);
    return text;
}

static void test_prints_back(void)
{
    char why[512];
    struct gate_baseline *one = parsed(GOOD, strlen(GOOD), why, sizeof why);
    CU_ASSERT_PTR_NOT_NULL_FATAL(one);
    char *first = printed(one);
    struct gate_baseline *two = parsed(first, strlen(first), why, sizeof why);
    CHECK_ROW(two != NULL, "%s", why);
    char *second = two != NULL ? printed(two) : NULL;
    CU_ASSERT(second != NULL && strcmp(first, second) == 0);
    gate_baseline_free(one);
    gate_baseline_free(two);
    free(first);
    free(second);
}

/* ---- Damage ---- */

struct damage {
    const char *instead_of, *text, *why; /* why: its beginning */
};

static const struct damage damages[] = {
    {"\"program\": \"lbsim\", ", "", "'program' is missing"},
    {"\"lbsim\"", "\"other\"", "it is not a baseline of lbsim's"},
    {"\"lbsim\"", "7", "'program' is not a text"},
    {"\"baseline\": 1, ", "", "'baseline' is missing"},
    {"\"baseline\": 1", "\"baseline\": 2", "its form is not the one that this lbsim reads (1)"},
    {"\"baseline\": 1", "\"baseline\": \"1\"", "'baseline' is not a whole number"},
    {"\"scenario\": \"it\", ", "", "'scenario' is missing"},
    {"\"it\"", "\"that\"", "it is of the scenario 'that'"},
    {"\"it\"", "null", "'scenario' is not a text"},
    {"\"metric_version\": 1,", "", "'metric_version' is missing"},
    {"\"metric_version\": 1", "\"metric_version\": -1", "'metric_version' is not a whole number"},
    {"\"metric_version\": 1", "\"metric_version\": 1.5", "'metric_version' is not a whole number"},
    {"\"sampling_version\": 1, ", "", "'sampling_version' is missing"},
    {"\"sampling_version\": 1", "\"sampling_version\": {}",
     "'sampling_version' is not a whole number"},
    {"\"seed\": \"18446744073709551615\",", "", "'seed' is missing"},
    {"\"18446744073709551615\"", "1", "'seed' is not a text"},
    {"18446744073709551615", "18446744073709551616", "'seed' is not a whole number in quotes"},
    {" \"world\": \"00000000000000ab\",", "", "'world' is missing"},
    {"00000000000000ab", "00000000000000aB", "'world' is not a hash"},
    {"00000000000000ab", "0ab", "'world' is not a hash"},
    {" \"balancers\":", " \"balancer\":", "'balancers' is missing"},
    {"[{\"name\": \"one\", \"hash\": \"00000000000000cd\", \"draws\": true}]", "{}",
     "'balancers' is not a list"},
    {"[{\"name\": \"one\", \"hash\": \"00000000000000cd\", \"draws\": true}]", "[7]",
     "'name' of entry 1 of 'balancers' is missing"},
    {"\"hash\": \"00000000000000cd\", ", "", "'hash' of entry 1 of 'balancers' is missing"},
    {"00000000000000cd", "", "'hash' of entry 1 of 'balancers' is not a hash"},
    {", \"draws\": true", "", "'draws' of entry 1 of 'balancers' is missing"},
    {"true", "1", "'draws' of entry 1 of 'balancers' is not true or false"},
    {"\"draws\": true}", "\"draws\": true}, {\"name\": \"one\"}",
     "'name' of entry 2 of 'balancers' is there twice"},
    {" \"traffic\": [\"0", " \"traffics\": [\"0", "'traffic' is missing"},
    {"[\"0000000000000001\", \"ffffffffffffffff\"" MORE_DIGESTS "]", "\"\"",
     "'traffic' is not a list"},
    {"\"0000000000000001\"", "1", "entry 1 of 'traffic' is not a hash"},
    {"\"0000000000000001\", \"ffffffffffffffff\"", "\"0000000000000001\"",
     "'values' of entry 1 of 'rows' has more values than 'traffic'"},
    {"\"rows\"", "\"row\"", "'rows' is missing"},
    {"{\"balancer\": \"one\", \"metric\": \"live_cv_avg\", \"traffic\": \"all\", ", "{",
     "'balancer' of entry 1 of 'rows' is missing"},
    {"\"metric\": \"live_cv_avg\", ", "", "'metric' of entry 1 of 'rows' is missing"},
    {"\"live_cv_avg\"", "[]", "'metric' of entry 1 of 'rows' is not a text"},
    {"\"live_cv_avg\"", "\"z\"", "entry 2 of 'rows' is not in alphabetical order"},
    {"\"traffic\": \"t\"", "\"traffic\": \"all\"",
     "entry 3 of 'rows' is not in alphabetical order"},
    {"\"balancer\": \"one\"", "\"balancer\": \"eno\"",
     "'balancer' of entry 1 of 'rows' is not one of 'balancers'"},
    {", \"values\": [\"0.5\", \"\"" MORE_VALUES "]", "",
     "'values' of entry 1 of 'rows' is missing"},
    {"[\"0.5\", \"\"" MORE_VALUES "]", "7", "'values' of entry 1 of 'rows' is not a list"},
    {"[\"0.5\", \"\"" MORE_VALUES "]", "[]",
     "'values' of entry 1 of 'rows' is not a list of 20 to 256 values"},
    {"[\"0.5\", ", "[", "'values' of entry 1 of 'rows' is not a list of 20 to 256 values"},
    {"\"0.5\"", "0.5", "'values' of entry 1 of 'rows' holds what is no number"},
    {"\"0.5\"", "\"nan\"", "'values' of entry 1 of 'rows' holds what is no number"},
    {"\"0.5\"", "\"1e999\"", "'values' of entry 1 of 'rows' holds what is no number"},
    {"\"0.5\"", "\"1 \"", "'values' of entry 1 of 'rows' holds what is no number"},
    {"\"0.5\"", "\"-0.5\"", "'values' of entry 1 of 'rows' holds what its metric cannot be"},
    {"\"0.5\"", "\"0.55555555555555555555555555555555555555555555555555\"",
     "'values' of entry 1 of 'rows' holds what is no number"},
    {"\"needs\": 412", "\"needs\": 412, \"values\": [\"1\"]",
     "'values' of entry 2 of 'rows' stands beside 'needs'"},
    {"\"needs\": 412", "\"needs\": \"412\"", "'needs' of entry 2 of 'rows' is not a whole number"},
    {"\"seed\"", "\"baseline\"", "it is not JSON, line 2: duplicate object key"},
    {"{\"program\"", "[\"program\"", "it is not JSON, line 1:"},
    {GOOD, "", "it is not JSON"},
    {GOOD, "[]", "it is not a baseline of lbsim's"},
    {GOOD, "7", "it is not JSON"},
};

static void test_damage(void)
{
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        const struct damage *damage = &damages[i];
        char text[2048], why[512];
        const char *at = strstr(GOOD, damage->instead_of);
        CU_ASSERT_PTR_NOT_NULL_FATAL(at);
        snprintf(text, sizeof text, "%.*s%s%s", (int)(at - GOOD), GOOD, damage->text,
                 at + strlen(damage->instead_of));
        struct gate_baseline *baseline = parsed(text, strlen(text), why, sizeof why);
        CHECK_ROW(baseline == NULL && strncmp(why, damage->why, strlen(damage->why)) == 0,
                  "'%s': %s", damage->text, why);
        gate_baseline_free(baseline);
    }
}

/* Cut anywhere, or with any byte another one: a sentence, or a baseline; never a crash. */
static void test_mangled(void)
{
    const char bytes[] = {'\0', '"', '{', ']', '9', '-', 'e', (char)0xff};
    char text[] = GOOD, why[512];
    size_t length = strlen(GOOD);
    for (size_t cut = 0; cut + 2 < length; cut++) {
        struct gate_baseline *baseline = parsed(text, cut, why, sizeof why);
        CHECK_ROW(baseline == NULL && why[0] != '\0', "cut at %zu", cut);
        gate_baseline_free(baseline);
    }
    for (size_t at = 0; at < length; at++)
        for (size_t b = 0; b < sizeof bytes; b++) {
            char was = text[at];
            text[at] = bytes[b];
            struct gate_baseline *baseline = parsed(text, length, why, sizeof why);
            CHECK_ROW(baseline != NULL || why[0] != '\0', "byte %zu", at);
            gate_baseline_free(baseline);
            text[at] = was;
        }
}

static void test_places(void)
{
    char why[512];
    struct gate_baseline *baseline;
    CU_ASSERT_EQUAL(baseline_read("/nowhere/it.json", "it", &baseline, why, sizeof why),
                    BASELINE_NONE);
    CU_ASSERT_PTR_NULL(baseline);
    CU_ASSERT_EQUAL(baseline_read("/tmp", "it", &baseline, why, sizeof why), BASELINE_DAMAGED);
    CU_ASSERT_STRING_EQUAL(why, "it is not a regular file");
}

static const struct test tests[] = {
    {"reads", test_reads},     {"prints_back", test_prints_back}, {"damage", test_damage},
    {"mangled", test_mangled}, {"places", test_places},
};

SUITE("test_baseline", tests)
