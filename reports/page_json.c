/* page_json.c: run.json, as far as the page quotes it. */
#include "reports/page_parts.h"

#include "sim/engine/memory.h"
#include "sim/workload/input.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { JSON_BYTES = 256 << 20 };

const char *page_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text == NULL ? "" : text;
}

const json_t *page_found(const struct page_run *run, uint32_t balancer)
{
    return json_object_get(json_array_get(json_object_get(run->told, "balancers"), balancer),
                           "found");
}

/* ---- What must be there ---- */

/* s text, i whole, n number, b true or false, a list of objects, t list of texts, w of whole
 * numbers, o object, ? an object or null. */
struct member {
    const char *key;
    char kind;
    const struct member *inside; /* of an object, or of each object of a list; ends with key NULL */
};

static const struct member event_members[] = {
    {"at_s", 's', NULL}, {"at", 's', NULL}, {"event", 's', NULL}, {"story", 's', NULL}, {0}};
static const struct member answer_members[] = {{"text", 's', NULL}, {0}};
static const struct member settled_members[] = {{"metric", 's', NULL}, {"text", 's', NULL}, {0}};
static const struct member found_members[] = {{"event", 's', NULL}, {"live", 'w', NULL}, {0}};
static const struct member balancer_members[] = {{"name", 's', NULL},
                                                 {"about", 's', NULL},
                                                 {"did", 't', NULL},
                                                 {"settled", 'a', settled_members},
                                                 {"found", 'a', found_members},
                                                 {0}};
static const struct member yardstick_members[] = {{"about", 's', NULL},
                                                  {"misplaced", 's', NULL},
                                                  {"max_over_mean", 's', NULL},
                                                  {"ranks", 'b', NULL},
                                                  {0}};
static const struct member chance_members[] = {
    {"misplaced", 's', NULL}, {"max_over_mean", 's', NULL}, {0}};
static const struct member told_members[] = {{"about", 's', NULL},
                                             {"setting", 't', NULL},
                                             {"events", 'a', event_members},
                                             {"answer", 'a', answer_members},
                                             {"balancers", 'a', balancer_members},
                                             {"yardstick", 'o', yardstick_members},
                                             {"chance", '?', chance_members},
                                             {"caution", 't', NULL},
                                             {0}};
static const struct member run_members[] = {
    {"scenario", 's', NULL},     {"file", 's', NULL},
    {"text", 's', NULL},         {"text_hash", 's', NULL},
    {"seed", 's', NULL},         {"replications", 'i', NULL},
    {"wall_s", 'n', NULL},       {"expectations", 'i', NULL},
    {"told", 'o', told_members}, {0}};
static const struct member root_members[] = {{"version", 's', NULL},
                                             {"sampling_version", 'i', NULL},
                                             {"options", 's', NULL},
                                             {"runs", 'a', run_members},
                                             {0}};

static bool is_list_of_texts(const json_t *list)
{
    bool fine = json_is_array(list);
    for (size_t i = 0; fine && i < json_array_size(list); i++)
        fine = json_is_string(json_array_get(list, i));
    return fine;
}

static bool is_list_of_counts(const json_t *list)
{
    bool fine = json_is_array(list);
    for (size_t i = 0; fine && i < json_array_size(list); i++)
        fine = json_is_integer(json_array_get(list, i)) &&
               json_integer_value(json_array_get(list, i)) >= 0;
    return fine;
}

static bool is_kind(const json_t *value, char kind)
{
    switch (kind) {
    case 's':
        return json_is_string(value);
    case 'i':
        return json_is_integer(value);
    case 'n':
        return json_is_number(value);
    case 'a':
        return json_is_array(value);
    case 't':
        return is_list_of_texts(value);
    case 'b':
        return json_is_boolean(value);
    case 'w':
        return is_list_of_counts(value);
    case '?':
        return json_is_object(value) || json_is_null(value);
    default:
        return json_is_object(value);
    }
}

/* The key that is missing or of another kind; NULL: none. */
static const char *missing(const json_t *object, const struct member *members)
{
    const char *inner = NULL;
    for (const struct member *member = members; member->key != NULL; member++) {
        const json_t *value = json_object_get(object, member->key);
        if (!json_is_object(object) || !is_kind(value, member->kind))
            return member->key;
        if (member->inside == NULL || json_is_null(value))
            continue;
        if (json_is_object(value))
            inner = missing(value, member->inside);
        for (size_t i = 0; inner == NULL && i < json_array_size(value); i++)
            inner = missing(json_array_get(value, i), member->inside);
        if (inner != NULL)
            return inner;
    }
    return NULL;
}

/* ---- Reading ---- */

static enum page_status load(struct page *page, const char *path, char *why)
{
    struct input input;
    json_error_t error;
    enum input_status status = input_read_file(&input, path, JSON_BYTES);
    if (status != INPUT_OK) {
        snprintf(why, PAGE_WHY_MAX, "cannot read %s: %s", path,
                 status == INPUT_TOO_LARGE    ? "it is larger than 256 MiB"
                 : status == INPUT_NOT_A_FILE ? "it is not a file"
                                              : strerror(errno));
        return PAGE_ENVIRONMENT;
    }
    page->json = json_loadb(input.text, input.length, 0, &error);
    if (page->json == NULL)
        snprintf(why, PAGE_WHY_MAX, "%s:%d:%d: %s; is the file cut off?", path, error.line,
                 error.column, error.text);
    input_free(&input);
    return page->json == NULL ? PAGE_INVALID : PAGE_FINE;
}

static bool take_run(struct page_run *run, const json_t *json)
{
    const json_t *list;
    run->json = json;
    run->told = json_object_get(json, "told");
    run->name = page_text(json, "scenario");
    list = json_object_get(run->told, "balancers");
    run->balancers = (uint32_t)json_array_size(list);
    run->balancer = memory_zeroed(run->balancers, sizeof *run->balancer);
    run->series = memory_zeroed(run->balancers, sizeof *run->series);
    for (uint32_t b = 0; b < run->balancers; b++)
        run->balancer[b] = page_text(json_array_get(list, b), "name");
    return run->balancers > 0;
}

static bool take_runs(struct page *page, char *why)
{
    const json_t *runs = json_object_get(page->json, "runs");
    bool fine = json_array_size(runs) > 0;
    page->runs = (uint32_t)json_array_size(runs);
    page->run = memory_zeroed(page->runs, sizeof *page->run);
    for (uint32_t i = 0; i < page->runs; i++)
        fine = take_run(&page->run[i], json_array_get(runs, i)) && fine;
    if (!fine)
        snprintf(why, PAGE_WHY_MAX, "%s/run.json tells of no run", page->directory);
    return fine;
}

enum page_status page_read_json(struct page *page, char *why)
{
    char *path = page_path(page, "run.json");
    enum page_status status = load(page, path, why);
    if (status == PAGE_FINE) {
        const char *key = missing(page->json, root_members);
        bool ours = strcmp(page_text(page->json, "program"), "lbsim") == 0;
        if (!ours)
            snprintf(why, PAGE_WHY_MAX, "%s is not what a run of lbsim leaves", path);
        else if (key != NULL)
            snprintf(why, PAGE_WHY_MAX,
                     "%s does not say '%s' as this version does: run the scenario again", path,
                     key);
        if (!ours || key != NULL || !take_runs(page, why))
            status = PAGE_INVALID;
    }
    free(path);
    return status;
}
