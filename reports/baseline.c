/* baseline.c: writing baselines, and reading them with as much distrust as any other file. */
#include "reports/baseline.h"

#include "sim/engine/memory.h"
#include "sim/scenario/values.h"
#include "sim/workload/input.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_FORMAT = 1, FILE_BYTES = 64 << 20 };

/* ---- Writing ---- */

static void put_text(FILE *to, const char *text)
{
    json_t *string = json_string(text);
    char *quoted = json_dumps(string, JSON_ENCODE_ANY);
    fputs(quoted != NULL ? quoted : "\"\"", to);
    free(quoted);
    json_decref(string);
}

static void put_row(FILE *to, const struct gate_row *row)
{
    fputs("    {\"balancer\": ", to);
    put_text(to, row->balancer);
    fputs(", \"metric\": ", to);
    put_text(to, row->metric);
    fputs(", \"traffic\": ", to);
    put_text(to, row->traffic);
    if (row->runs == 0 && row->needs == GATE_RUNS_NEVER)
        fputs(", \"needs\": null}", to);
    else if (row->runs == 0)
        fprintf(to, ", \"needs\": %" PRIu64 "}", row->needs);
    if (row->runs == 0)
        return;
    for (uint64_t r = 0; r < row->runs; r++)
        fprintf(to, "%s\"%s\"", r == 0 ? ", \"values\": [" : ", ", row->value[r].text);
    fputs("]}", to);
}

void baseline_print(const struct gate_baseline *baseline, FILE *to)
{
    fprintf(to, "{\n  \"program\": \"lbsim\",\n  \"baseline\": %d,\n  \"scenario\": ", FILE_FORMAT);
    put_text(to, baseline->scenario);
    fprintf(to, ",\n  \"metric_version\": %" PRIu64 ",\n  \"sampling_version\": %" PRIu64,
            baseline->metric_version, baseline->sampling_version);
    fprintf(to, ",\n  \"seed\": \"%" PRIu64 "\",\n  \"world\": \"%016" PRIx64 "\"", baseline->seed,
            baseline->world_hash);
    fputs(",\n  \"balancers\": [", to);
    for (uint32_t i = 0; i < baseline->balancers; i++) {
        const struct gate_balancer *balancer = &baseline->balancer[i];
        fputs(i == 0 ? "\n    {\"name\": " : ",\n    {\"name\": ", to);
        put_text(to, balancer->name);
        fprintf(to, ", \"hash\": \"%016" PRIx64 "\", \"draws\": %s}", balancer->hash,
                balancer->draws ? "true" : "false");
    }
    fputs("\n  ],\n  \"traffic\": [", to);
    for (uint64_t r = 0; r < baseline->runs; r++)
        fprintf(to, "%s\"%016" PRIx64 "\"", r == 0 ? "" : ", ", baseline->digest[r]);
    fputs("],\n  \"rows\": [", to);
    for (uint32_t i = 0; i < baseline->rows; i++) {
        fputs(i == 0 ? "\n" : ",\n", to);
        put_row(to, &baseline->row[i]);
    }
    fputs("\n  ]\n}\n", to);
}

/* ---- Reading ---- */

struct reader {
    char *why;
    size_t room;
    bool fine;
};

/* The first thing that is wrong is the one that is told. */
__attribute__((format(printf, 2, 3))) static void wrong(struct reader *reader, const char *format,
                                                        ...)
{
    va_list arguments;
    if (!reader->fine)
        return;
    reader->fine = false;
    va_start(arguments, format);
    vsnprintf(reader->why, reader->room, format, arguments);
    va_end(arguments);
}

/* Where a value stands, for messages: `key` of the root, or of entry `i` of a list. */
struct spot {
    const json_t *object;
    const char *list; /* NULL: the root */
    size_t i;
};

static void wrong_at(struct reader *reader, const struct spot *spot, const char *key,
                     const char *what)
{
    if (spot->list == NULL)
        wrong(reader, "'%s' %s", key, what);
    else
        wrong(reader, "'%s' of entry %zu of '%s' %s", key, spot->i + 1, spot->list, what);
}

static const char *text_of(struct reader *reader, const struct spot *spot, const char *key)
{
    const json_t *value = json_object_get(spot->object, key);
    const char *text = json_string_value(value);
    if (value == NULL)
        wrong_at(reader, spot, key, "is missing");
    else if (text == NULL)
        wrong_at(reader, spot, key, "is not a text");
    return text != NULL ? text : "";
}

static char *copied(struct reader *reader, const struct spot *spot, const char *key)
{
    const char *text = text_of(reader, spot, key);
    return memory_text(text, strlen(text));
}

static bool hex_value(const char *text, uint64_t *value)
{
    bool fine = strlen(text) == 16 && strspn(text, "0123456789abcdef") == 16;
    *value = fine ? strtoull(text, NULL, 16) : 0;
    return fine;
}

static uint64_t hash_of(struct reader *reader, const struct spot *spot, const char *key)
{
    uint64_t hash;
    if (!hex_value(text_of(reader, spot, key), &hash))
        wrong_at(reader, spot, key, "is not a hash of 16 hexadecimal digits");
    return hash;
}

static uint64_t whole_of(struct reader *reader, const struct spot *spot, const char *key)
{
    const json_t *value = json_object_get(spot->object, key);
    if (value == NULL)
        wrong_at(reader, spot, key, "is missing");
    else if (!json_is_integer(value) || json_integer_value(value) < 0)
        wrong_at(reader, spot, key, "is not a whole number");
    return (uint64_t)json_integer_value(value);
}

static const json_t *list_of(struct reader *reader, const struct spot *spot, const char *key)
{
    const json_t *value = json_object_get(spot->object, key);
    if (value == NULL)
        wrong_at(reader, spot, key, "is missing");
    else if (!json_is_array(value))
        wrong_at(reader, spot, key, "is not a list");
    return value;
}

/* "", or a number in decimal. */
static bool is_value(const char *text)
{
    char *end;
    if (text == NULL || strlen(text) >= METRIC_TEXT_MAX ||
        strspn(text, "0123456789.e+-") != strlen(text))
        return false;
    double number = strtod(text, &end);
    return *end == '\0' && isfinite(number);
}

/* Whether the row's metric can have this value; of one that is not known there is no telling. */
static bool is_possible(const struct gate_row *row, const char *text)
{
    char name[METRIC_NAME_MAX];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(row->metric, ":"), row->metric);
    const struct metric *metric = metric_find(name);
    double number = strtod(text, NULL);
    return metric == NULL || *text == '\0' || (number >= metric->low && number <= metric->high);
}

static void read_values(struct reader *reader, const struct spot *spot, const json_t *list,
                        struct gate_row *row)
{
    size_t count = json_array_size(list);
    if (count < GATE_RUNS_LEAST || count > GATE_RUNS_MOST) {
        wrong_at(reader, spot, "values", "is not a list of 20 to 256 values");
        return;
    }
    row->runs = count;
    row->value = memory_zeroed(count, sizeof *row->value);
    for (size_t r = 0; r < count; r++) {
        const char *text = json_string_value(json_array_get(list, r));
        if (!is_value(text))
            wrong_at(reader, spot, "values", "holds what is no number");
        else if (!is_possible(row, text))
            wrong_at(reader, spot, "values", "holds what its metric cannot be");
        else
            snprintf(row->value[r].text, sizeof row->value[r].text, "%s", text);
    }
}

/* values: [...], or for a row that is not gated needs: N, or null for never. */
static void read_row(struct reader *reader, const struct spot *spot, struct gate_row *row)
{
    const json_t *values = json_object_get(spot->object, "values");
    const json_t *needs = json_object_get(spot->object, "needs");
    row->balancer = copied(reader, spot, "balancer");
    row->metric = copied(reader, spot, "metric");
    row->traffic = copied(reader, spot, "traffic");
    if ((values == NULL) == (needs == NULL))
        wrong_at(reader, spot, "values", needs == NULL ? "is missing" : "stands beside 'needs'");
    else if (values != NULL)
        read_values(reader, spot, list_of(reader, spot, "values"), row);
    else
        row->needs = json_is_null(needs) ? GATE_RUNS_NEVER : whole_of(reader, spot, "needs");
}

static void read_rows(struct reader *reader, const json_t *list, struct gate_baseline *baseline)
{
    size_t count = json_array_size(list);
    baseline->row = memory_zeroed(count, sizeof *baseline->row);
    for (size_t i = 0; i < count && reader->fine; i++) {
        struct spot spot = {.object = json_array_get(list, i), .list = "rows", .i = i};
        struct gate_row *row = &baseline->row[baseline->rows++];
        read_row(reader, &spot, row);
        if (i > 0 && gate_row_order(row - 1, row) >= 0)
            wrong(reader, "entry %zu of 'rows' is not in alphabetical order", i + 1);
        if (gate_balancer_find(baseline, row->balancer) == NULL)
            wrong_at(reader, &spot, "balancer", "is not one of 'balancers'");
        if (row->runs > baseline->runs)
            wrong_at(reader, &spot, "values", "has more values than 'traffic'");
    }
}

static void read_balancers(struct reader *reader, const json_t *list,
                           struct gate_baseline *baseline)
{
    size_t count = json_array_size(list);
    baseline->balancer = memory_zeroed(count, sizeof *baseline->balancer);
    for (size_t i = 0; i < count && reader->fine; i++) {
        struct spot spot = {.object = json_array_get(list, i), .list = "balancers", .i = i};
        char *name = copied(reader, &spot, "name");
        const json_t *draws = json_object_get(spot.object, "draws");
        if (gate_balancer_find(baseline, name) != NULL)
            wrong_at(reader, &spot, "name", "is there twice");
        if (!json_is_boolean(draws))
            wrong_at(reader, &spot, "draws", draws == NULL ? "is missing" : "is not true or false");
        baseline->balancer[baseline->balancers++] = (struct gate_balancer){
            .name = name, .hash = hash_of(reader, &spot, "hash"), .draws = json_is_true(draws)};
    }
}

static void read_digests(struct reader *reader, const json_t *list, struct gate_baseline *baseline)
{
    size_t count = json_array_size(list);
    if (count > GATE_RUNS_MOST) {
        wrong(reader, "'traffic' has more than %d entries", GATE_RUNS_MOST);
        return;
    }
    baseline->digest = memory_zeroed(count, sizeof *baseline->digest);
    baseline->runs = count;
    for (size_t i = 0; i < count; i++) {
        const char *text = json_string_value(json_array_get(list, i));
        if (text == NULL || !hex_value(text, &baseline->digest[i]))
            wrong(reader, "entry %zu of 'traffic' is not a hash of 16 hexadecimal digits", i + 1);
    }
}

static void read_root(struct reader *reader, const struct spot *root, const char *scenario,
                      struct gate_baseline *baseline)
{
    if (!json_is_object(root->object) || strcmp(text_of(reader, root, "program"), "lbsim") != 0)
        wrong(reader, "it is not a baseline of lbsim's");
    if (whole_of(reader, root, "baseline") != FILE_FORMAT)
        wrong(reader, "its form is not the one that this lbsim reads (%d)", FILE_FORMAT);
    baseline->scenario = copied(reader, root, "scenario");
    if (strcmp(baseline->scenario, scenario) != 0)
        wrong(reader, "it is of the scenario '%s'", baseline->scenario);
    baseline->metric_version = whole_of(reader, root, "metric_version");
    baseline->sampling_version = whole_of(reader, root, "sampling_version");
    if (!value_whole(text_of(reader, root, "seed"), &baseline->seed))
        wrong(reader, "'seed' is not a whole number in quotes");
    baseline->world_hash = hash_of(reader, root, "world");
    read_balancers(reader, list_of(reader, root, "balancers"), baseline);
    read_digests(reader, list_of(reader, root, "traffic"), baseline);
    read_rows(reader, list_of(reader, root, "rows"), baseline);
}

bool baseline_parse(const char *text, size_t length, const char *scenario,
                    struct gate_baseline **baseline, char *why, size_t room)
{
    json_error_t error;
    struct reader reader = {.why = why, .room = room, .fine = true};
    json_t *root = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
    *baseline = NULL;
    if (root == NULL) {
        snprintf(why, room, "it is not JSON, line %d: %s", error.line, error.text);
        return false;
    }
    *baseline = memory_zeroed(1, sizeof **baseline);
    read_root(&reader, &(struct spot){.object = root}, scenario, *baseline);
    json_decref(root);
    if (reader.fine)
        return true;
    gate_baseline_free(*baseline);
    *baseline = NULL;
    return false;
}

enum baseline_status baseline_read(const char *path, const char *scenario,
                                   struct gate_baseline **baseline, char *why, size_t room)
{
    struct input input;
    *baseline = NULL;
    errno = 0;
    enum input_status status = input_read_file(&input, path, FILE_BYTES);
    if (status == INPUT_CANNOT_OPEN && errno == ENOENT)
        return BASELINE_NONE;
    if (status == INPUT_TOO_LARGE || status == INPUT_NOT_A_FILE) {
        snprintf(why, room, "%s",
                 status == INPUT_TOO_LARGE ? "it is too large" : "it is not a regular file");
        return BASELINE_DAMAGED;
    }
    if (status != INPUT_OK) {
        snprintf(why, room, "%s", strerror(errno));
        return BASELINE_UNREADABLE;
    }
    bool fine = baseline_parse(input.text, input.length, scenario, baseline, why, room);
    input_free(&input);
    return fine ? BASELINE_READ : BASELINE_DAMAGED;
}
