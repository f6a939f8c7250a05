/* test_takes_least.c: in busy worlds, with closes, changes, reloads and crashes, every pick of
 * least_conn is told to be of the least among those who may serve. No pick is let off. */
#include "tests/harness.h"
#include "tests/worlds.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void begin_busy(struct stage *stage, const char *preset, uint32_t instances,
                       uint32_t workers)
{
    static const uint32_t weight[] = {3, 1, 2, 1, 5, 2}, limit[] = {0, 4, 0, 3, 0, 9};
    stage_begin(stage, preset, 6, 30 * SECOND);
    for (uint32_t i = 0; i < 6; i++) {
        stage->server[i].weight = weight[i];
        stage->server[i].max_conns = limit[i];
    }
    stage->server[5].at_start = false;
    stage->config.instances = instances;
    stage->config.workers = workers;
    stage->config.accept = ACCEPT_RANDOM;
    struct world_traffic *traffic =
        stage_traffic(stage, "t", poisson(3e7), exponential(3 * SECOND / 2));
    traffic->reconnects = true;
    traffic->reconnect_after = uniform(0, SECOND);
    traffic->reconnect_tries = TRIES_UNLIMITED;
    stage_entry(stage, burst(200, 25 * SECOND, SECOND));
    stage_change(stage, 4 * SECOND, "+6");
    stage_change(stage, 7 * SECOND, "-1")->drain_ns = 2 * SECOND;
    struct world_event *flap = stage_event(stage, 10 * SECOND, EVENT_FLAP);
    flap->server = 1;
    flap->for_ns = 3 * SECOND;
    stage_change(stage, 14 * SECOND, "3:4");
    stage_event(stage, 15 * SECOND, EVENT_CLOSE)->filter.server = 2;
    stage_change(stage, 17 * SECOND, "+1");
    stage_event(stage, 19 * SECOND, EVENT_RELOAD);
    stage_event(stage, 21 * SECOND, EVENT_CUT)->filter.server = 3;
    stage_event(stage, 23 * SECOND, EVENT_CRASH);
    stage_change(stage, 25 * SECOND, "-5")->drain_ns = 0;
}

struct judge {
    const struct stage *stage;
    uint64_t picks, refused, full, unequal, wrong;
};

static uint64_t param_of(const struct balancer *balancer, const char *name)
{
    const struct lb_param *param = lb_algorithm_params(balancer->algorithm);
    for (uint32_t i = 0; param[i].name != NULL; i++)
        if (strcmp(param[i].name, name) == 0)
            return balancer->param[i];
    CU_FAIL_FATAL("no such parameter");
    return 0;
}

/* May this member be picked, by what the script did and what is believed to be open? */
static bool may_serve(const struct judge *judge, const struct world_pick *pick, uint32_t i,
                      bool *full)
{
    enum { OPEN, NEXT, ACCUMULATED, LAGGING, IDLE_FIRST };
    const struct balancer *balancer = &judge->stage->balancer;
    const struct world_server *server = &judge->stage->server[pick->belief[i].server];
    bool is_s2 = pick->belief[i].server == 1, is_s3 = pick->belief[i].server == 2;
    uint64_t score = param_of(balancer, "score");
    double weight = is_s3 && pick->at_ns >= 14 * SECOND ? 4 : server->weight;
    double value = pick->belief[i].value;
    if (isinf(value)) /* HAProxy's, of those who are down */
        return *full = false;
    long long open = score == IDLE_FIRST ? (long long)ceil(value * weight / 256) - (value > 0)
                                         : llround(value * weight) - (score == OPEN ? 0 : 1);
    *full = balancer->trait[TRAIT_WHEN_FULL] == FULL_REFUSE && server->max_conns > 0 &&
            open >= server->max_conns;
    bool down = is_s2 && pick->at_ns >= 10 * SECOND && pick->at_ns < 13 * SECOND;
    return !down && !*full;
}

static void judge_pick(void *context, const struct world_pick *pick)
{
    struct judge *judge = context;
    double least = (double)INFINITY, most = -1, chosen = NAN;
    bool usable = false;
    for (uint32_t i = 0; i < pick->beliefs; i++) {
        double value = pick->belief[i].value;
        bool full, serves = may_serve(judge, pick, i, &full);
        judge->full += full;
        if (serves && value < least)
            least = value;
        if (value > most)
            most = value;
        if (pick->belief[i].server == pick->server) {
            chosen = value;
            usable = serves;
        }
    }
    judge->picks++;
    judge->unequal += most > least;
    judge->refused += pick->server == NO_SERVER;
    if (pick->server == NO_SERVER)
        judge->wrong += least < (double)INFINITY;
    else
        judge->wrong += !usable || chosen != least;
}

static void judge_world(struct stage *stage, const char *name)
{
    struct judge judge = {.stage = stage};
    stage->config.on_pick = judge_pick;
    stage->config.pick_context = &judge;
    stage_run(stage);
    CHECK_ROW(judge.picks > 1000 && judge.unequal > judge.picks / 2, "%s: a busy world", name);
    CHECK_ROW(judge.wrong == 0, "%s, view %s, %s: %llu of %llu picks are not of the least", name,
              stage->balancer.view->name, change_choice.words[stage->balancer.change],
              (unsigned long long)judge.wrong, (unsigned long long)judge.picks);
    bool refuses = stage->balancer.trait[TRAIT_WHEN_FULL] == FULL_REFUSE;
    CHECK_ROW(!refuses || judge.full > 100, "%s: somebody is full", name);
}

/* Every preset of least_conn, on one worker and on four. */
static void test_presets_take_the_least(void)
{
    uint32_t presets = 0;
    for (uint32_t i = 0; preset_at(i) != NULL; i++) {
        if (strcmp(preset_at(i)->algorithm, "least_conn") != 0)
            continue;
        for (uint32_t workers = 1; workers <= 2; workers++) {
            struct stage stage;
            begin_busy(&stage, preset_at(i)->name, workers, workers);
            if (stage.balancer.trait[TRAIT_WHEN_FULL] == FULL_QUEUE) /* who waits is not picked */
                stage.balancer.trait[TRAIT_WHEN_FULL] = FULL_REFUSE;
            judge_world(&stage, preset_at(i)->name);
            stage_end(&stage);
        }
        presets++;
    }
    CU_ASSERT(presets >= 8);
}

/* And every other way to see, to change, to score and to break ties. An added-up score does not say
 * how many are open, so nobody is full for it. */
static void test_all_take_the_least(void)
{
    for (uint32_t v = 0; lb_view_at(v) != NULL; v++)
        for (uint32_t c = 0; c < 3; c++)
            for (uint32_t score = 0; score < 3; score++)
                for (uint32_t ties = 0; ties < 4; ties++) {
                    struct stage stage;
                    char name[64];
                    if (lb_view_at(v)->per_request)
                        continue;
                    begin_busy(&stage, "least_conn", 1, 2);
                    stage.balancer.view = lb_view_at(v);
                    stage.balancer.change = (enum change)c;
                    stage.balancer.param[0] = score;
                    stage.balancer.param[1] = ties;
                    if (score == 2)
                        stage.balancer.trait[TRAIT_WHEN_FULL] = FULL_IGNORE;
                    snprintf(name, sizeof name, "score %u, ties %u", score, ties);
                    judge_world(&stage, name);
                    stage_end(&stage);
                }
}

static void hear_nothing(void *context, const struct world_pick *pick)
{
    *(uint64_t *)context += pick->beliefs;
}

/* Whether anybody listens moves no pick, of any preset. */
static void test_watching_moves_nothing(void)
{
    for (uint32_t i = 0; preset_at(i) != NULL; i++) {
        struct stage one, two;
        uint64_t heard = 0;
        begin_busy(&one, preset_at(i)->name, 2, 2);
        begin_busy(&two, preset_at(i)->name, 2, 2);
        two.config.on_pick = hear_nothing;
        two.config.pick_context = &heard;
        CHECK_ROW(results_equal(stage_run(&one), stage_run(&two)), "%s", preset_at(i)->name);
        CHECK_ROW(heard > 5000, "%s", preset_at(i)->name);
        stage_end(&one);
        stage_end(&two);
    }
}

static const struct test tests[] = {
    {"every preset of least_conn takes the least", test_presets_take_the_least},
    {"every view, change, score and tie rule takes the least", test_all_take_the_least},
    {"watching moves nothing", test_watching_moves_nothing},
};
SUITE("test_takes_least", tests)
