/* recorded.c: running scenario files as recordings were made. */
#include "tests/recorded.h"

#include "sim/engine/memory.h"
#include "tests/harness.h"
#include "tests/shipped.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { MS = 1000000, THREADS = 2 };

struct seen { /* a pick */
    uint32_t at_ms;
    uint16_t worker, server; /* server: SEEN_NONE */
};
enum { SEEN_NONE = UINT16_MAX };

struct picks {
    struct seen *seen;
    size_t count, room;
};

struct runs {
    struct scenario *loaded;
    struct scenario scenario; /* with this one balancer instead of its own */
    struct balancer balancer;
    struct experiment *experiment;
    struct picks *picks; /* [replications] */
};

/* ---- Running ---- */

static void *begin_picks(void *context, const struct experiment *experiment, uint64_t trial)
{
    (void)experiment;
    return &((struct runs *)context)->picks[trial];
}

static void note_pick(void *told, const struct world_pick *pick)
{
    struct picks *picks = told;
    if (picks->count == picks->room) {
        picks->room = 2 * picks->room + 64;
        picks->seen = memory_resized(picks->seen, picks->room, sizeof *picks->seen);
    }
    picks->seen[picks->count++] = (struct seen){
        .at_ms = (uint32_t)(pick->at_ns / MS),
        .worker = (uint16_t)pick->worker,
        .server = pick->server == NO_SERVER ? (uint16_t)SEEN_NONE : (uint16_t)pick->server,
    };
}

static bool end_picks(void *told)
{
    (void)told;
    return true;
}

static const struct balancer *balancer_named(const struct scenario *scenario, const char *name)
{
    for (uint32_t i = 0; i < scenario->balancers; i++)
        if (strcmp(scenario->balancer[i].name, name) == 0)
            return &scenario->balancer[i];
    CHECK_ROW(false, "%s has a balancer %s", scenario->name, name);
    return NULL;
}

struct runs *runs_of(const char *scenario, const char *balancer, uint32_t workers,
                     uint64_t replications)
{
    struct scenario *loaded = shipped_load(scenario);
    const struct balancer *found = loaded == NULL ? NULL : balancer_named(loaded, balancer);
    if (found == NULL) {
        if (loaded != NULL)
            scenario_free(loaded);
        return NULL;
    }
    struct runs *runs = memory_zeroed(1, sizeof *runs);
    runs->loaded = loaded;
    runs->scenario = *loaded;
    runs->balancer = *found;
    runs->balancer.workers = workers;
    runs->scenario.balancer = &runs->balancer;
    runs->scenario.balancers = 1;
    runs->picks = memory_zeroed(replications, sizeof *runs->picks);
    struct pick_sink sink = {begin_picks, note_pick, end_picks, runs};
    runs->experiment = experiment_run(&runs->scenario, &(struct run_options){
                                                           .seed = loaded->seed,
                                                           .replications = replications,
                                                           .series = SERIES_ALL,
                                                           .threads = THREADS,
                                                           .picks = &sink,
                                                       });
    return runs;
}

void runs_free(struct runs *runs)
{
    if (runs == NULL)
        return;
    for (uint64_t i = 0; i < runs->experiment->replications; i++)
        free(runs->picks[i].seen);
    free(runs->picks);
    experiment_free(runs->experiment);
    scenario_free(runs->loaded);
    free(runs);
}

uint32_t runs_servers(const struct runs *runs)
{
    return runs->scenario.servers;
}

/* ---- Reading a run ---- */

static void add_cell(struct cells *cells, int64_t value)
{
    assert(cells->count < CELLS_MAX);
    cells->value[cells->count++] = value;
}

static const struct world_result *result_of(const struct runs *runs, uint64_t replication)
{
    return experiment_result(runs->experiment, 0, replication);
}

/* The reader stands at that time; freed by the caller. */
static struct series_reader state_at_s(const struct runs *runs, uint64_t replication, unsigned at_s)
{
    const struct experiment *experiment = runs->experiment;
    struct series_reader reader = series_read(result_of(runs, replication)->series);
    uint32_t i = 0;
    while (series_next(&reader) && experiment->sample_ns[i] < (uint64_t)at_s * 1000 * MS)
        i++;
    if (i == experiment->samples || experiment->sample_ns[i] != (uint64_t)at_s * 1000 * MS)
        CHECK_ROW(false, "%s samples %u s", runs->scenario.name, at_s);
    return reader;
}

static void read_live(const struct runs *runs, uint64_t replication, const struct reading *reading,
                      struct cells *cells)
{
    struct series_reader then = state_at_s(runs, replication, reading->from_s);
    struct series_reader now = state_at_s(runs, replication, reading->until_s);
    for (uint32_t s = 0; s < runs->scenario.servers; s++) {
        int64_t live = (int64_t)now.state[s].live;
        add_cell(cells, reading->kind == READ_LOST ? (int64_t)then.state[s].live - live : live);
    }
    series_reader_free(&then);
    series_reader_free(&now);
}

static void read_members(const struct runs *runs, uint64_t replication,
                         const struct reading *reading, struct cells *cells)
{
    struct series_reader now = state_at_s(runs, replication, reading->until_s);
    int64_t members = 0;
    for (uint32_t s = 0; s < runs->scenario.servers; s++)
        members += now.state[s].weight > 0;
    add_cell(cells, members);
    series_reader_free(&now);
}

/* Where a reading stands among the picks. */
struct spot {
    size_t at;
    unsigned taken;
};

/* The next pick within the reading's time; NULL: there is none. */
static const struct seen *next_pick(const struct picks *picks, const struct reading *reading,
                                    struct spot *spot)
{
    if (reading->first > 0 && spot->taken == reading->first)
        return NULL;
    while (spot->at < picks->count) {
        const struct seen *seen = &picks->seen[spot->at++];
        if (seen->at_ms >= 1000 * reading->from_s && seen->at_ms < 1000 * reading->until_s) {
            spot->taken++;
            return seen;
        }
    }
    return NULL;
}

static int64_t total_of(const int64_t *list, uint32_t count)
{
    int64_t total = 0;
    for (uint32_t i = 0; i < count; i++)
        total += list[i];
    return total;
}

/* Whether list a comes after b: less in all, or as much, and less where they first differ. */
static bool comes_after(const int64_t *a, const int64_t *b, uint32_t count)
{
    int64_t apart = total_of(a, count) - total_of(b, count);
    for (uint32_t i = 0; i < count && apart == 0; i++)
        apart = a[i] - b[i];
    return apart < 0;
}

static void swap_lists(int64_t *a, int64_t *b, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        int64_t kept = a[i];
        a[i] = b[i];
        b[i] = kept;
    }
}

/* Lists of so many cells, the one with most first. */
static void sort_lists(struct cells *cells, uint32_t each)
{
    for (uint32_t last = cells->count; last > each; last -= each)
        for (uint32_t i = 0; i + each < last; i += each) {
            int64_t *list = &cells->value[i];
            if (comes_after(list, list + each, each))
                swap_lists(list, list + each, each);
        }
}

static void read_picks(const struct runs *runs, uint64_t replication, const struct reading *reading,
                       struct cells *cells)
{
    bool by_worker = reading->kind == READ_BY_WORKER;
    uint32_t servers = runs->scenario.servers;
    const struct seen *seen;
    struct spot at = {0, 0};
    cells->count = by_worker ? servers * runs->balancer.workers : servers;
    assert(cells->count <= CELLS_MAX);
    while ((seen = next_pick(&runs->picks[replication], reading, &at)) != NULL)
        if (seen->server != SEEN_NONE)
            cells->value[(by_worker ? seen->worker * servers : 0) + seen->server]++;
    if (by_worker)
        sort_lists(cells, servers);
}

/* Of connections by server: how far each is above the average, times servers. */
static void lead_of(int64_t *live, uint32_t servers)
{
    int64_t total = total_of(live, servers);
    for (uint32_t s = 0; s < servers; s++)
        live[s] = servers * live[s] - total;
}

static void read_lead(const struct runs *runs, uint64_t replication, const struct reading *reading,
                      struct cells *cells)
{
    read_live(runs, replication, reading, cells);
    lead_of(cells->value, cells->count);
}

/* INT32_MAX: it never is. */
static void read_level_in(const struct runs *runs, uint64_t replication,
                          const struct reading *reading, struct cells *cells)
{
    unsigned at_s = reading->from_s;
    bool level = false;
    while (!level && at_s < reading->until_s) {
        struct series_reader now = state_at_s(runs, replication, ++at_s);
        uint64_t most = 0, total = 0;
        for (uint32_t s = 0; s < runs->scenario.servers; s++) {
            most = now.state[s].live > most ? now.state[s].live : most;
            total += now.state[s].live;
        }
        level = 100 * most * runs->scenario.servers <= 110 * total;
        series_reader_free(&now);
    }
    add_cell(cells, level ? at_s - reading->from_s : INT32_MAX);
}

static void read_newcomer(const struct runs *runs, uint64_t replication,
                          const struct reading *reading, struct cells *cells)
{
    const struct seen *seen;
    struct spot at = {0, 0};
    int64_t count = 0, run = 0, longest = 0;
    while ((seen = next_pick(&runs->picks[replication], reading, &at)) != NULL) {
        bool newcomer = seen->server + 1u == runs->scenario.servers;
        count += newcomer;
        run = newcomer ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    add_cell(cells, reading->kind == READ_NEWCOMER ? count : longest);
}

static void read_opens(const struct runs *runs, uint64_t replication, const struct reading *reading,
                       struct cells *cells)
{
    const struct seen *seen;
    struct spot at = {0, 0};
    int64_t count = 0;
    while ((seen = next_pick(&runs->picks[replication], reading, &at)) != NULL) {
        if (reading->kind == READ_SEQUENCE)
            add_cell(cells, seen->server + 1);
        count += (seen->server == SEEN_NONE) == (reading->kind == READ_REFUSED);
    }
    if (reading->kind != READ_SEQUENCE)
        add_cell(cells, count);
}

void runs_read(const struct runs *runs, uint64_t replication, const struct reading *reading,
               struct cells *cells)
{
    static void (*const read[])(const struct runs *, uint64_t, const struct reading *,
                                struct cells *) = {
        [READ_LIVE] = read_live,         [READ_LOST] = read_live,
        [READ_MEMBERS] = read_members,   [READ_PICKS] = read_picks,
        [READ_BY_WORKER] = read_picks,   [READ_SEQUENCE] = read_opens,
        [READ_SERVED] = read_opens,      [READ_REFUSED] = read_opens,
        [READ_NEWCOMER] = read_newcomer, [READ_NEWCOMER_RUN] = read_newcomer,
        [READ_LEAD] = read_lead,         [READ_LEVEL_IN] = read_level_in,
    };
    *cells = (struct cells){0};
    read[reading->kind](runs, replication, reading, cells);
}

/* ---- Reading a row ---- */

static const json_t *field_of(const json_t *row, const char *path)
{
    char words[64], *rest = NULL;
    snprintf(words, sizeof words, "%s", path);
    for (char *word = strtok_r(words, ".", &rest); word != NULL; word = strtok_r(NULL, ".", &rest))
        row = json_is_array(row) ? json_array_get(row, strtoul(word, NULL, 10))
                                 : json_object_get(row, word);
    return row;
}

/* {"s1": 2, ...}: those that do not stand there have none. */
static bool add_named(struct cells *cells, const json_t *object, uint32_t servers)
{
    size_t known = 0;
    for (uint32_t s = 1; s <= servers; s++) {
        char name[16];
        snprintf(name, sizeof name, "s%u", s);
        const json_t *count = json_object_get(object, name);
        known += json_is_integer(count);
        add_cell(cells, json_integer_value(count));
    }
    return known == json_object_size(object);
}

/* "3123": a server a digit. */
static bool add_digits(struct cells *cells, const char *digits)
{
    for (; *digits >= '1' && *digits <= '9' && cells->count < CELLS_MAX; digits++)
        add_cell(cells, *digits - '0');
    return *digits == '\0';
}

static bool add_json(struct cells *cells, const json_t *json, uint32_t servers)
{
    size_t i;
    const json_t *one;
    if (json_is_object(json))
        return add_named(cells, json, servers);
    if (json_is_string(json))
        return add_digits(cells, json_string_value(json));
    if (json_is_integer(json) && cells->count < CELLS_MAX) {
        add_cell(cells, json_integer_value(json));
        return true;
    }
    if (!json_is_array(json))
        return false;
    json_array_foreach(json, i, one)
    {
        if (!add_json(cells, one, servers))
            return false;
    }
    return true;
}

bool row_read(const json_t *row, const struct reading *reading, uint32_t servers, uint32_t workers,
              struct cells *cells)
{
    *cells = (struct cells){0};
    bool read = add_json(cells, field_of(row, reading->field), servers);
    if (read && reading->kind == READ_BY_WORKER) {
        while (cells->count < servers * workers)
            add_cell(cells, 0);
        sort_lists(cells, servers);
    }
    if (reading->kind == READ_LEAD) {
        read = read && cells->count == servers + 1;
        cells->count = servers;
        memmove(cells->value, cells->value + 1, servers * sizeof *cells->value);
        lead_of(cells->value, servers);
    }
    CHECK_ROW(read, "a row has %s, whole numbers", reading->field);
    return read;
}
