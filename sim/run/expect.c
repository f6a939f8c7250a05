/* expect.c: what a scenario expects, put to the runs that answer it. */
#include "sim/run/expect_parts.h"

#include "sim/engine/memory.h"

#include <stdlib.h>
#include <string.h>

/* ---- Runs that end early ---- */

/* An experiment that ends at at_ns: the whole one, or one of its own. */
struct ending {
    uint64_t at_ns;
    struct scenario *scenario; /* owned; NULL: the whole one's */
    struct experiment *own;    /* owned, or NULL */
    uint32_t *number;          /* owned, or NULL: of its balancers, in the whole one */
    const struct experiment *experiment;
};

static bool names(const char *name, const struct balancer *balancer)
{
    return name != NULL && strcmp(name, balancer->name) == 0;
}

/* Whether something is expected of the balancer at that time, or it is what others are compared
 * with. */
static bool is_needed(const struct scenario *scenario, uint64_t at_ns,
                      const struct balancer *balancer)
{
    for (uint32_t i = 0; i < scenario->expectations; i++) {
        const struct expectation *it = &scenario->expectation[i];
        if (it->at_ns == at_ns &&
            (it->balancer == NULL || names(it->balancer, balancer) ||
             names(it->at_most.balancer, balancer) || names(it->at_least.balancer, balancer)))
            return true;
    }
    return false;
}

/* The scenario until then, with the balancers that matter; number[]: where they stand in the whole.
 */
static struct scenario *shorten(const struct scenario *whole, uint64_t at_ns, uint32_t *number)
{
    struct scenario *until = scenario_until(whole, at_ns);
    until->balancers = 0;
    until->balancer = arena_zeroed(&until->arena, whole->balancers, sizeof *until->balancer);
    for (uint32_t b = 0; b < whole->balancers; b++)
        if (is_needed(whole, at_ns, &whole->balancer[b])) {
            number[until->balancers] = b;
            until->balancer[until->balancers++] = whole->balancer[b];
        }
    return until;
}

/* false: given up. */
static bool run_ending(struct ending *ending, const struct experiment *whole,
                       const struct run_options *options)
{
    ending->experiment = whole;
    if (ending->at_ns == whole->scenario->duration_ns)
        return true;
    ending->number = memory_zeroed(whole->scenario->balancers, sizeof *ending->number);
    ending->scenario = shorten(whole->scenario, ending->at_ns, ending->number);
    struct run_options until = *options;
    until.slot_balancer = ending->number;
    ending->own = experiment_run(ending->scenario, &until);
    ending->experiment = ending->own;
    return ending->own != NULL;
}

static void ending_free(struct ending *ending)
{
    experiment_free(ending->own);
    scenario_free(ending->scenario);
    free(ending->number);
}

/* ---- Finding what an expectation is about ---- */

static bool find_balancer(const struct scenario *scenario, const char *name, uint32_t *found)
{
    for (uint32_t b = 0; b < scenario->balancers; b++)
        if (strcmp(scenario->balancer[b].name, name) == 0) {
            *found = b;
            return true;
        }
    return false;
}

/* The change in the runs of an experiment, whose events may be fewer than the file's. */
static bool find_change(const struct experiment *experiment, const struct world_event *event,
                        enum world_part part, uint32_t *found)
{
    const struct world_result *result = experiment_result(experiment, 0, 0);
    for (uint32_t c = 0; c < result->changes; c++) {
        const struct world_change *change = &result->change[c];
        const char *name = experiment->scenario->event[change->event].name;
        if (change->part == part && strcmp(name, event->name) == 0) {
            *found = c;
            return true;
        }
    }
    return false;
}

static void cannot_judge(struct judgement *judgement, enum expect_why why)
{
    judgement->verdict = EXPECT_UNJUDGED;
    judgement->why = why;
}

static void judge(const struct experiment *whole, const struct ending *ending,
                  struct judgement *judgement)
{
    const struct expectation *it = judgement->expectation;
    struct expect_question question = {.experiment = ending->experiment};
    const struct scenario *scenario = ending->experiment->scenario;
    if (!find_balancer(scenario, judgement->balancer, &question.balancer))
        judgement->absent = judgement->balancer;
    else if (judgement->other != NULL &&
             !find_balancer(scenario, judgement->other, &question.other))
        judgement->absent = judgement->other;
    if (judgement->absent != NULL) {
        judgement->verdict = EXPECT_LEFT_OUT;
        judgement->why = EXPECT_ABSENT;
        return;
    }
    judgement->metric = metric_find(it->of_metric);
    if (judgement->metric == NULL)
        cannot_judge(judgement, EXPECT_NO_METRIC);
    else if (judgement->metric->scope != METRIC_OF_RUN &&
             (it->event == EXPECT_NO_EVENT ||
              !find_change(question.experiment, &whole->scenario->event[it->event], it->part,
                           &question.change)))
        cannot_judge(judgement, EXPECT_NO_CHANGE);
    else
        expect_decide(&question, judgement);
}

/* ---- All that an expectation asks ---- */

static void add(struct judgements *judgements, const struct ending *ending,
                struct judgement judgement)
{
    judge(judgements->experiment, ending, &judgement);
    judgements->judgement[judgements->count++] = judgement;
}

/* Of one balancer, one condition. A balancer is not compared with itself. */
static void ask_one(struct judgements *judgements, const struct ending *ending,
                    const struct expectation *it, const char *balancer)
{
    const struct expect_relation *relation[] = {&it->at_most, &it->at_least};
    static const enum expect_condition condition[] = {EXPECT_AT_MOST, EXPECT_AT_LEAST};
    if (it->has_max || it->has_min || it->has_equals)
        add(judgements, ending,
            (struct judgement){
                .expectation = it, .condition = EXPECT_BOUNDS, .balancer = balancer});
    for (int i = 0; i < 2; i++)
        if (relation[i]->balancer != NULL && strcmp(relation[i]->balancer, balancer) != 0)
            add(judgements, ending,
                (struct judgement){.expectation = it,
                                   .condition = condition[i],
                                   .balancer = balancer,
                                   .other = relation[i]->balancer});
}

static void ask(struct judgements *judgements, const struct ending *ending,
                const struct expectation *it)
{
    const struct scenario *scenario = judgements->experiment->scenario;
    if (it->balancer != NULL) {
        ask_one(judgements, ending, it, it->balancer);
        return;
    }
    for (uint32_t b = 0; b < scenario->balancers; b++)
        ask_one(judgements, ending, it, scenario->balancer[b].name);
}

/* The endings that are needed, each once. */
static struct ending *find_endings(const struct scenario *scenario, uint32_t *count)
{
    struct ending *ending = memory_zeroed(scenario->expectations, sizeof *ending);
    *count = 0;
    for (uint32_t i = 0; i < scenario->expectations; i++) {
        uint32_t e = 0;
        while (e < *count && ending[e].at_ns != scenario->expectation[i].at_ns)
            e++;
        if (e == *count)
            ending[(*count)++].at_ns = scenario->expectation[i].at_ns;
    }
    return ending;
}

struct judgements *expect_judge(const struct experiment *experiment, const struct run_options *as)
{
    const struct scenario *scenario = experiment->scenario;
    const struct run_options options = {.seed = experiment->seed,
                                        .replications = experiment->replications,
                                        .threads = as->threads,
                                        .progress = as->progress,
                                        .context = as->context,
                                        .slot = as->slot};
    enum { CONDITIONS = 3 };
    size_t most = (size_t)CONDITIONS * scenario->expectations * scenario->balancers;
    uint32_t endings;
    struct ending *ending = find_endings(scenario, &endings);
    struct judgements *judgements = memory_zeroed(1, sizeof *judgements);
    judgements->experiment = experiment;
    judgements->judgement = memory_zeroed(most, sizeof *judgements->judgement);
    bool ran = true;
    for (uint32_t e = 0; e < endings && ran; e++)
        ran = run_ending(&ending[e], experiment, &options);
    for (uint32_t i = 0; i < scenario->expectations && ran; i++) {
        uint32_t e = 0;
        while (ending[e].at_ns != scenario->expectation[i].at_ns)
            e++;
        ask(judgements, &ending[e], &scenario->expectation[i]);
    }
    for (uint32_t e = 0; e < endings; e++)
        ending_free(&ending[e]);
    free(ending);
    if (ran)
        return judgements;
    judgements_free(judgements);
    return NULL;
}

void judgements_free(struct judgements *judgements)
{
    if (judgements == NULL)
        return;
    free(judgements->judgement);
    free(judgements);
}

enum expect_verdict expect_outcome(const struct judgements *judgements)
{
    enum expect_verdict worst = EXPECT_PASSED;
    for (uint32_t i = 0; i < judgements->count; i++) {
        const struct judgement *it = &judgements->judgement[i];
        if (it->expectation->level == EXPECT_ERROR && it->verdict > worst &&
            it->verdict != EXPECT_LEFT_OUT)
            worst = it->verdict;
    }
    return worst;
}
