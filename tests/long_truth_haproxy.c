/* long_truth_haproxy.c: HAProxy's random(1) and random(2), among simulated runs.
 *
 * A figure of each row, worked out the same way from what was recorded and from ours: chi-square
 * against what the ring or the weights say, requests that wait while others have room, or what the
 * newcomer got. 2.6.12 draws alike in every process, so the repetitions of a row at one nbthread
 * are one draw, recorded again. 3.5 numbers servers added at run time, and has another rule for
 * ties: only its single draws are the same law. */
#include "algorithms/mix32.h"
#include "tests/haproxy.h"
#include "tests/lb_stand.h"
#include "tests/ranks.h"

#include <math.h>

enum { SERVERS_MAX = 8 };
#define OTHER_TIES "3.5 breaks ties by session rate"

/* ---- What the ring says ---- */

struct point {
    uint32_t at, server;
};

static int by_place(const void *a, const void *b)
{
    const struct point *one = a, *two = b;
    return one->at != two->at ? (one->at > two->at) - (one->at < two->at)
                              : (one->server > two->server) - (one->server < two->server);
}

/* True shares: every gap between two points is halved. Twins of one id: the first of the list has
 * the half before them, the last the half after. */
static void ring_shares(const struct lb_member *member, uint32_t members, double *share)
{
    struct point point[SERVERS_MAX * 256];
    uint32_t points = 0;
    for (uint32_t i = 0; i < members; i++) {
        share[i] = 0;
        for (uint32_t k = 0; k < 16 * member[i].weight; k++)
            point[points++] = (struct point){mix32(member[i].id * 4096 + k), i};
    }
    qsort(point, points, sizeof *point, by_place);
    for (uint32_t i = 0; i < points; i++) {
        const struct point *next = &point[(i + 1) % points];
        double half = (uint32_t)(next->at - point[i].at) / 8589934592.;
        share[point[i].server] += half;
        share[next->server] += half;
    }
}

/* ---- Runs of ours ---- */

struct setting {
    uint32_t draws, members, requests, weight[SERVERS_MAX], id[SERVERS_MAX], max_conns;
    bool held, even; /* even: expected by weight, not by the ring */
    uint32_t copies; /* processes that draw alike; or not */
    bool alike;
    double expected[SERVERS_MAX];
};

static struct stand *stand_for(const struct setting *setting, uint32_t members)
{
    struct stand *stand = malloc(sizeof *stand);
    stand_open(stand, lb_algorithm_find("random_ring"), LB_KEPT);
    stand->config.param[0] = setting->draws;
    stand_weigh(stand, setting->weight, members);
    for (uint32_t i = 0; i < members; i++) {
        stand->member[i].id = setting->id[i];
        stand->member[i].max_conns = setting->max_conns;
    }
    if (stand_build(stand) != LB_OK)
        abort();
    return stand;
}

/* Adds picks up, by place; returns how many found no room. */
static uint32_t serve(struct stand *stand, uint64_t run, uint32_t requests, bool held,
                      uint64_t *count)
{
    uint32_t waiting = 0;
    for (uint32_t i = 0; i < requests; i++) {
        uint64_t key[2] = {run, i};
        struct lb_request request = {.draw_key = key};
        struct lb_lease lease;
        uint32_t member;
        if (lb_pick(stand->picker, stand->row, &request, &lease, &member) != LB_OK) {
            waiting++;
            continue;
        }
        count[member]++;
        if (!held)
            lb_release(stand->picker, lease);
    }
    return waiting;
}

/* The figure of counts: chi-square, but for servers that the ring gives nothing. */
static double spread_of(const struct setting *setting, const uint64_t *count)
{
    double sum = 0;
    for (uint32_t i = 0; i < setting->members; i++)
        if (setting->expected[i] > 0)
            sum += chi_square(&count[i], &setting->expected[i], 1);
    return sum;
}

static double simulate_spread(const void *context, uint64_t run)
{
    const struct setting *setting = context;
    uint64_t count[SERVERS_MAX] = {0};
    for (uint32_t copy = 0; copy < setting->copies; copy++) {
        struct stand *stand = stand_for(setting, setting->members);
        serve(stand, setting->alike ? run : (run << 8) + copy, setting->requests, setting->held,
              count);
        stand_free(stand);
    }
    return spread_of(setting, count);
}

static void expect(struct setting *setting)
{
    struct lb_member member[SERVERS_MAX];
    double total = 0;
    for (uint32_t i = 0; i < setting->members; i++) {
        member[i] = (struct lb_member){.weight = setting->weight[i], .id = setting->id[i]};
        total += setting->weight[i];
    }
    ring_shares(member, setting->members, setting->expected);
    for (uint32_t i = 0; i < setting->members; i++) {
        if (setting->even)
            setting->expected[i] = setting->weight[i] / total;
        setting->expected[i] *= setting->requests * setting->copies;
    }
}

/* ---- Rows ---- */

struct tally {
    struct ledger ledger;
    char seen[64][LEDGER_NAME]; /* rows of 2.6.12, by all but their repetition */
    uint32_t seens;
};

static bool is_2_6(const json_t *row)
{
    return strcmp(haproxy_text(row, "haproxy"), "2.6.12") == 0;
}

/* random(1) or random(2): 1 or 2; else 0. */
static uint32_t draws_of(const json_t *row)
{
    const char *algorithm = haproxy_text(row, "algo");
    return algorithm == NULL || strncmp(algorithm, "random(", 7) != 0
               ? 0
               : (uint32_t)(algorithm[7] - '0');
}

/* Is it a row of this experiment, of a law that is ours? Others of 3.5 are left out. */
static bool is_ours(struct tally *tally, const json_t *row, const char *experiment)
{
    if (strcmp(haproxy_text(row, "exp"), experiment) != 0 || draws_of(row) == 0)
        return false;
    if (is_2_6(row) || draws_of(row) == 1)
        return true;
    ledger_leave_out(&tally->ledger, OTHER_TIES);
    return false;
}

/* Processes of 2.6.12 draw alike; those with two threads, another sequence. */
static void note_again(struct tally *tally, const json_t *row, const char *kind)
{
    char name[LEDGER_NAME];
    snprintf(name, sizeof name, "%.60s, %lld threads", kind, haproxy_whole(row, "nbthread"));
    for (uint32_t i = 0; i < tally->seens; i++)
        if (is_2_6(row) && strcmp(tally->seen[i], name) == 0) {
            ledger_again(&tally->ledger);
            return;
        }
    if (is_2_6(row) && tally->seens < 64)
        memcpy(tally->seen[tally->seens++], name, sizeof name);
}

static void read_counts(const json_t *counts, uint64_t *count)
{
    for (uint32_t i = 0; i < SERVERS_MAX; i++) {
        char name[4] = {'s', (char)('1' + i)};
        count[i] = (uint64_t)haproxy_whole(counts, name);
    }
}

static struct setting setting_of(const json_t *row, uint32_t members)
{
    struct setting setting = {.draws = draws_of(row), .members = members, .copies = 1};
    const json_t *weights = json_object_get(row, "weights");
    if (weights != NULL)
        setting.members = (uint32_t)json_array_size(weights);
    for (uint32_t i = 0; i < setting.members; i++) {
        setting.id[i] = i + 1;
        setting.weight[i] =
            weights == NULL ? 1 : (uint32_t)json_integer_value(json_array_get(weights, i));
    }
    return setting;
}

static void rank_spread(struct tally *tally, const json_t *row, struct setting *setting,
                        const char *kind)
{
    uint64_t count[SERVERS_MAX];
    expect(setting);
    read_counts(json_object_get(row, "counts"), count);
    for (uint32_t i = 0; i < setting->members; i++)
        CHECK_ROW(setting->expected[i] > 0 || count[i] == 0, "%s: nothing for s%u", kind, i + 1);
    ledger_rank(&tally->ledger, kind, spread_of(setting, count), simulate_spread, setting);
    note_again(tally, row, kind);
}

static void try_picks(void *context, const json_t *row)
{
    struct tally *tally = context;
    char kind[LEDGER_NAME];
    if (!is_ours(tally, row, "picks"))
        return;
    struct setting setting = setting_of(row, 0);
    setting.requests = (uint32_t)haproxy_whole(row, "n");
    setting.held = json_is_true(json_object_get(row, "hold"));
    setting.even = setting.held && setting.draws > 1;
    snprintf(kind, sizeof kind, "random(%u), %u servers%s%s", setting.draws, setting.members,
             setting.held ? ", held" : "", is_2_6(row) ? "" : ", 3.5");
    rank_spread(tally, row, &setting, kind);
}

static void try_burst(void *context, const json_t *row)
{
    struct tally *tally = context;
    if (strcmp(haproxy_text(row, "exp"), "concurrent-burst") != 0 || draws_of(row) == 0)
        return;
    if (draws_of(row) != 1) {
        ledger_leave_out(&tally->ledger, "random(2): what was open at a pick is not recorded");
        return;
    }
    struct setting setting = setting_of(row, 6);
    setting.requests = (uint32_t)haproxy_whole(row, "n");
    rank_spread(tally, row, &setting, is_2_6(row) ? "burst" : "burst, 3.5");
}

static void try_instances(void *context, const json_t *row)
{
    struct tally *tally = context;
    char kind[LEDGER_NAME];
    if (!is_ours(tally, row, "multi-instance"))
        return;
    struct setting setting = setting_of(row, 6);
    setting.requests = (uint32_t)haproxy_whole(row, "per_instance");
    setting.copies = (uint32_t)haproxy_whole(row, "instances");
    setting.alike = haproxy_whole(row, "distinct_sequences") == 1;
    setting.held = true;
    CU_ASSERT_EQUAL(setting.alike, is_2_6(row));
    snprintf(kind, sizeof kind, "8 instances, random(%u)%s", setting.draws,
             setting.alike ? "" : ", 3.5");
    rank_spread(tally, row, &setting, kind);
}

static void try_added(void *context, const json_t *row)
{
    struct tally *tally = context;
    char kind[LEDGER_NAME];
    if (!is_ours(tally, row, "runtime-add-3-to-4-ring"))
        return;
    struct setting setting = setting_of(row, 7);
    setting.requests = (uint32_t)haproxy_whole(row, "n");
    setting.held = true;
    for (uint32_t i = 4; i < 7 && is_2_6(row); i++)
        setting.id[i] = 0;
    snprintf(kind, sizeof kind, "added, random(%u)%s", setting.draws, is_2_6(row) ? "" : ", 3.5");
    rank_spread(tally, row, &setting, kind);
}

/* ---- Requests that wait while others have room ---- */

static double simulate_waiting(const void *context, uint64_t run)
{
    const struct setting *setting = context;
    uint64_t count[SERVERS_MAX] = {0};
    struct stand *stand = stand_for(setting, setting->members);
    uint32_t waiting = serve(stand, run, setting->requests, true, count);
    stand_free(stand);
    return waiting;
}

static void try_waiting(void *context, const json_t *row)
{
    static const char *const offered[] = {"offered_60", "offered_100"};
    struct tally *tally = context;
    if (!is_ours(tally, row, "queue"))
        return;
    struct setting setting = setting_of(row, 6);
    setting.max_conns = 10;
    for (uint32_t i = 0; i < 2; i++) {
        char kind[LEDGER_NAME];
        setting.requests = i == 0 ? 60 : 100;
        snprintf(kind, sizeof kind, "%s, random(%u)%s", offered[i], setting.draws,
                 is_2_6(row) ? "" : ", 3.5");
        ledger_rank(&tally->ledger, kind,
                    (double)haproxy_whole(json_object_get(row, offered[i]), "waiting"),
                    simulate_waiting, &setting);
        if (i == 0)
            note_again(tally, row, kind);
        else
            ledger_again(&tally->ledger); /* of the same 60, and 40 more */
    }
}

/* ---- A third server joins two with 400 held ---- */

/* What s3 gets of 200 more; a reload has forgotten the 400. */
static double simulate_joined(const void *context, uint64_t run)
{
    const struct setting *setting = context;
    uint64_t before[SERVERS_MAX] = {0}, count[SERVERS_MAX] = {0};
    struct stand *stand = stand_for(setting, setting->members - 1);
    serve(stand, 2 * run, setting->requests, true, before);
    stand_weigh(stand, setting->weight, setting->members);
    if (lb_picker_edit(stand->picker, stand->member, stand->members) != LB_OK)
        abort();
    serve(stand, 2 * run + 1, 200, true, count);
    stand_free(stand);
    return (double)count[2];
}

static void try_joined(void *context, const json_t *row)
{
    struct tally *tally = context;
    bool reload = strcmp(haproxy_text(row, "exp"), "reload-scale-up") == 0;
    if (!is_ours(tally, row, reload ? "reload-scale-up" : "scale"))
        return;
    struct setting setting = setting_of(row, 3);
    setting.requests = reload ? 0 : 400;
    const char *kind = reload ? "a third joins by a reload" : "a third joins";
    ledger_rank(&tally->ledger, kind,
                (double)haproxy_whole(json_object_get(row, "B_new_conns"), "s3"), simulate_joined,
                &setting);
    note_again(tally, row, kind);
}

/* ---- The files ---- */

static void hold(const char *file, void (*try)(void *, const json_t *), const char *name,
                 uint32_t rows)
{
    struct tally *tally = calloc(1, sizeof *tally);
    if (tally == NULL)
        abort();
    tally->ledger.runs = 1999; /* a row of 36 can fail */
    truth_each(file, try, tally);
    ledger_report(&tally->ledger, name, rows);
    free(tally);
}

static void test_picks(void)
{
    hold("haproxy_picks.jsonl", try_picks, "haproxy_picks, random", 36);
}

static void test_multi(void)
{
    hold("haproxy_multi.jsonl", try_burst, "haproxy_multi, concurrent-burst, random(1)", 12);
    hold("haproxy_multi.jsonl", try_instances, "haproxy_multi, multi-instance, random", 9);
}

static void test_scale(void)
{
    hold("haproxy_scale.jsonl", try_added, "haproxy_scale, runtime-add-3-to-4-ring, random", 9);
    hold("haproxy_scale.jsonl", try_joined, "haproxy_scale, scale and reload, random(2)", 12);
}

static void test_queue(void)
{
    hold("haproxy_queue.jsonl", try_waiting, "haproxy_queue, queue, random", 36);
}

static const struct test tests[] = {
    {"HAProxy, draws on an idle and a held ring", test_picks},
    {"HAProxy, bursts and instances", test_multi},
    {"HAProxy, servers that join", test_scale},
    {"HAProxy, waiting beside room", test_queue},
};

SUITE("long_truth_haproxy", tests)
