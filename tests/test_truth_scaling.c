/* test_truth_scaling.c: scenario files against recordings of real balancers: scale-ups, rolling
 * restarts, reloads, crashes. Cell by cell where a rule decides; what chance decides is left to
 * long_truth_scaling.c. */
#include "tests/harness.h"
#include "tests/recordings.h"
#include "tests/truth.h"
#include "tests/worlds.h"

#include <stdio.h>
#include <stdlib.h>

struct score { /* of the rows of tests/truth/FILE.jsonl */
    const char *file;
    unsigned tried, equal, within_one;
    unsigned by_chance, elsewhere; /* elsewhere: no scenario file is about them */
};

static void text_of_cells(const struct cells *cells, char text[STAGE_TEXT])
{
    size_t length = 0;
    text[0] = '\0';
    for (uint32_t i = 0; i < cells->count; i++)
        length += (size_t)snprintf(text + length, STAGE_TEXT - length, "%s%lld", i > 0 ? " " : "",
                                   (long long)cells->value[i]);
}

/* How far the cell that is furthest from its record is; INT64_MAX: they are not the same cells. */
static int64_t furthest(const struct cells *ours, const struct cells *recorded)
{
    int64_t most = ours->count == recorded->count ? 0 : INT64_MAX;
    for (uint32_t i = 0; i < ours->count && most < INT64_MAX; i++) {
        int64_t apart = llabs(ours->value[i] - recorded->value[i]);
        most = apart > most ? apart : most;
    }
    return most;
}

/* The same for all cells of a row that a rule decides; -1: there are none. */
static int64_t compare_row(const struct recording *recording, const struct placed *placed,
                           const struct runs *runs, const json_t *row)
{
    int64_t most = -1;
    for (const struct reading *reading = recording->reading; reading->field != NULL; reading++) {
        enum match match = match_of(reading, placed);
        struct cells ours, recorded;
        char text[2][STAGE_TEXT];
        if (match == MATCH_BY_CHANCE || match == MATCH_NOT)
            continue;
        runs_read(runs, 0, reading, &ours);
        bool read = row_read(row, reading, runs_servers(runs), placed->workers, &recorded);
        int64_t apart = read ? furthest(&ours, &recorded) : INT64_MAX;
        text_of_cells(&ours, text[0]);
        text_of_cells(&recorded, text[1]);
        CHECK_ROW(apart <= (match == MATCH_WITHIN_ONE), "%s, %s, %u workers: %s is %s, recorded %s",
                  recording->scenario, placed->balancer, placed->workers, reading->field, text[0],
                  text[1]);
        most = apart > most ? apart : most;
    }
    return most;
}

static void try_row(void *context, const json_t *row)
{
    struct score *score = context;
    const struct recording *recording = recording_of(score->file, row);
    struct placed placed = {.workers = 0};
    if (recording == NULL) {
        score->elsewhere++;
        return;
    }
    recording->place(row, &placed);
    struct runs *runs = runs_of(recording->scenario, placed.balancer, placed.workers, 1);
    bool all = recording_has_all(recording, row);
    int64_t apart = runs == NULL || !all ? INT64_MAX : compare_row(recording, &placed, runs, row);
    score->tried += apart >= 0;
    score->equal += apart == 0;
    score->within_one += apart == 1 && placed.match == MATCH_WITHIN_ONE;
    score->by_chance += apart < 0;
    runs_free(runs);
}

/* How many rows of the file are to be what. `name`: of the line that says so. */
static void check_file(struct score known, const char *name)
{
    char file[64];
    struct score score = {.file = known.file};
    snprintf(file, sizeof file, "%s.jsonl", known.file);
    unsigned rows = truth_each(file, try_row, &score);
    printf("\n  %s: %u rows tried, %u equal", name, score.tried, score.equal);
    if (score.within_one > 0)
        printf(", %u within one", score.within_one);
    if (score.by_chance > 0)
        printf("; %u left to chance", score.by_chance);
    if (score.elsewhere > 0)
        printf("; %u not of scale events", score.elsewhere);
    printf("\n");
    CHECK_ROW(
        score.tried == known.tried && score.equal == known.equal &&
            score.within_one == known.within_one && score.by_chance == known.by_chance &&
            score.elsewhere == known.elsewhere &&
            rows == known.tried + known.by_chance + known.elsewhere,
        "%s: %u equal, %u within one, %u by chance, %u elsewhere of %u rows: others than known",
        name, score.equal, score.within_one, score.by_chance, score.elsewhere, rows);
}

static void test_scale_up(void)
{
    check_file(
        (struct score){
            .file = "nginx_c_scaling", .tried = 48, .equal = 42, .within_one = 6, .by_chance = 60},
        "nginx_c_scaling");
}

static void test_rolling(void)
{
    check_file((struct score){.file = "nginx_c_rolling", .tried = 12, .equal = 12, .by_chance = 12},
               "nginx_c_rolling");
}

static void test_held(void)
{
    check_file((struct score){.file = "nginx_d_held", .tried = 30, .equal = 30, .by_chance = 66},
               "nginx_d_held, by scenario");
}

static void test_crash(void)
{
    check_file((struct score){.file = "nginx_f_crash", .tried = 15, .equal = 15, .by_chance = 3},
               "nginx_f_crash");
}

static void test_reloads(void)
{
    check_file((struct score){.file = "nginx_r_reloads", .tried = 12, .equal = 12, .by_chance = 12},
               "nginx_r_reloads");
}

static void test_unchanged_reload(void)
{
    check_file((struct score){.file = "nginx_g_extras", .tried = 18, .equal = 18, .elsewhere = 33},
               "nginx_g_extras, by scenario");
}

static void test_haproxy(void)
{
    check_file((struct score){.file = "haproxy_scale",
                              .tried = 77,
                              .equal = 74,
                              .within_one = 3,
                              .by_chance = 27,
                              .elsewhere = 30},
               "haproxy_scale, by scenario");
}

/* ---- HAProxy's slow start: no rows, but what was said of them ---- */

/* The newcomer of the first 20, 50, 100 and 200, most of it in a row, and what is open at the end:
 * recorded in real time, somewhere from low to high. */
static void test_slow_start(void)
{
    static const struct reading reading[] = {
        {"of 20", READ_NEWCOMER, 60, 80, false, 20},
        {"of 50", READ_NEWCOMER, 60, 80, false, 50},
        {"of 100", READ_NEWCOMER, 60, 80, false, 100},
        {"of 200", READ_NEWCOMER, 60, 80, false, 200},
        {"in a row", READ_NEWCOMER_RUN, 60, 80, false, 0},
        {"live", READ_LIVE, 0, 120, false, 0},
    };
    static const struct {
        const char *balancer;
        int64_t low[8], high[8];
    } rows[] = {
        {"haproxy-leastconn",
         {12, 35, 84, 181, 66, 208, 208, 184},
         {12, 36, 86, 186, 161, 208, 208, 184}},
        {"haproxy-roundrobin", {0, 2, 9, 33, 1, 284, 283, 33}, {0, 2, 9, 35, 1, 284, 283, 33}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct runs *runs = runs_of("truth/haproxy_slow_start", rows[i].balancer, 1, 1);
        uint32_t at = 0;
        for (size_t r = 0; runs != NULL && r < sizeof reading / sizeof *reading; r++) {
            struct cells ours;
            runs_read(runs, 0, &reading[r], &ours);
            for (uint32_t c = 0; c < ours.count; c++, at++)
                CHECK_ROW(ours.value[c] >= rows[i].low[at] && ours.value[c] <= rows[i].high[at],
                          "%s: %s: %lld, recorded %lld to %lld", rows[i].balancer, reading[r].field,
                          (long long)ours.value[c], (long long)rows[i].low[at],
                          (long long)rows[i].high[at]);
        }
        CU_ASSERT_EQUAL(at, 8);
        runs_free(runs);
    }
}

/* ---- A server leaves: no rows, but what was said of them ---- */

/* 200 more than the 400 are open at 170 s; the server that left dies at 180 s. By DNS the next one
 * was not the first, but the second: within one. */
static void test_scale_down(void)
{
    static const struct reading before = {"", READ_LIVE, 0, 170, false, 0};
    static const struct reading after = {"", READ_LIVE, 0, 240, false, 0};
    static const struct {
        const char *balancer;
        struct cells before, after;
        int64_t within;
    } rows[] = {
        {"nginx-least-conn", {4, {167, 167, 166, 100}}, {4, {200, 200, 200, 0}}, 0},
        {"nginx-least-conn-zone", {4, {167, 167, 166, 100}}, {4, {200, 200, 200, 0}}, 0},
        {"nginx-least-conn-resolve", {4, {166, 167, 167, 100}}, {4, {200, 200, 200, 0}}, 1},
        {"nginx-round-robin", {4, {167, 167, 166, 100}}, {4, {200, 200, 200, 0}}, 0},
        {"nginx-round-robin-zone", {4, {167, 167, 166, 100}}, {4, {200, 200, 200, 0}}, 0},
        {"nginx-round-robin-resolve", {4, {166, 167, 167, 100}}, {4, {199, 200, 201, 0}}, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct runs *runs = runs_of("truth/nginx_scale_down", rows[i].balancer, 1, 1);
        struct cells live;
        if (runs == NULL)
            continue;
        runs_read(runs, 0, &before, &live);
        CHECK_ROW(furthest(&live, &rows[i].before) <= rows[i].within, "%s, s4 gone",
                  rows[i].balancer);
        runs_read(runs, 0, &after, &live);
        CHECK_ROW(furthest(&live, &rows[i].after) <= rows[i].within, "%s, s4 dead",
                  rows[i].balancer);
        runs_free(runs);
    }
}

static const struct test tests[] = {
    {"nginx, a server joins", test_scale_up},
    {"nginx, a server leaves", test_scale_down},
    {"nginx, a rolling restart", test_rolling},
    {"nginx, held by several workers", test_held},
    {"nginx, a worker is killed", test_crash},
    {"nginx, reload after reload", test_reloads},
    {"nginx, a reload that changes nothing", test_unchanged_reload},
    {"HAProxy, a third server, a reload, idle clients", test_haproxy},
    {"HAProxy, a slow start", test_slow_start},
};

SUITE("truth_scaling", tests)
