/* test_real_verdict.c: when predicted and observed are the same, and how it is said when not. */
#include "sim/real/verdict.h"

#include "tests/harness.h"
#include "tests/told.h"

#include <stdlib.h>
#include <string.h>

/* Two looks at two servers after three picks, all as predicted: s1 s2 refused. */
struct played {
    struct scenario *scenario;
    struct real_open open[3];
    uint64_t predicted[2][2], observed[2][2];
    uint32_t server[3];
    struct real_look look[2];
    struct real_plan plan;
    struct real_outcome outcome;
};

static struct played *played_as_predicted(void)
{
    struct played *played = calloc(1, sizeof *played);
    *played = (struct played){
        .scenario = scenario_of(HEAD SERVERS TRAFFIC BALANCERS),
        .open = {{.server = 0}, {.server = 1}, {.server = NO_SERVER}},
        .server = {0, 1, NO_SERVER},
        .predicted = {{0, 0}, {1, 1}},
        .observed = {{0, 0}, {1, 1}},
    };
    CU_ASSERT_PTR_NOT_NULL_FATAL(played->scenario);
    played->look[0] = (struct real_look){.name = "up", .live = played->predicted[0]};
    played->look[1] = (struct real_look){.name = "the end", .live = played->predicted[1]};
    played->plan = (struct real_plan){.scenario = played->scenario,
                                      .open = played->open,
                                      .opens = 3,
                                      .look = played->look,
                                      .looks = 2,
                                      .servers = 2};
    played->outcome =
        (struct real_outcome){.server = played->server, .live = &played->observed[0][0]};
    return played;
}

static void forget(struct played *played)
{
    scenario_free(played->scenario);
    free(played);
}

static char *told(const struct played *played, const struct verdict *verdict)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    verdict_print(verdict, &played->plan, &played->outcome, to);
    fclose(to);
    return text;
}

static void check_said(const struct played *played, const struct verdict *verdict,
                       const char *expected)
{
    char *text = told(played, verdict);
    CHECK_ROW(strstr(text, expected) != NULL, "'%s' is not in\n%s", expected, text);
    free(text);
}

static void test_same(void)
{
    struct played *played = played_as_predicted();
    struct verdict verdict = verdict_of(&played->plan, &played->outcome, NULL);
    CU_ASSERT(verdict.identical && verdict_is_fine(&verdict));
    check_said(played, &verdict, "  identical: 3 picks, 2 tables\n");
    check_said(played, &verdict, "  s2                     0         0           1         1\n");
    forget(played);
}

/* The same number on every server, but another one took it: that is a difference. */
static void test_pick(void)
{
    struct played *played = played_as_predicted();
    played->server[1] = 0;
    struct verdict verdict = verdict_of(&played->plan, &played->outcome, NULL);
    CU_ASSERT(!verdict.identical && !verdict_is_fine(&verdict));
    CU_ASSERT_EQUAL(verdict.picks_wrong, 1);
    check_said(played, &verdict,
               "  differ: 1 of 3 picks and 0 of 2 tables; first pick 2: s2 predicted, s1 "
               "observed\n");
    played->server[1] = 1;
    played->server[2] = 1;
    verdict = verdict_of(&played->plan, &played->outcome, "nobody knows");
    CU_ASSERT(!verdict.identical && verdict_is_fine(&verdict));
    check_said(played, &verdict, "first pick 3: nobody predicted, s2 observed\n");
    check_said(played, &verdict, "  need not be identical: nobody knows\n");
    forget(played);
}

static void test_table(void)
{
    struct played *played = played_as_predicted();
    played->observed[1][1] = 2;
    struct verdict verdict = verdict_of(&played->plan, &played->outcome, NULL);
    CU_ASSERT(!verdict.identical);
    CU_ASSERT_EQUAL(verdict.looks_wrong, 1);
    check_said(played, &verdict, "  s2                     0         0           1!        2\n");
    forget(played);
}

/* No excuse covers an alert, a refusal without need, or what broke by itself; a crash may take
 * others than predicted. */
static void test_unsound(void)
{
    struct played *played = played_as_predicted();
    played->server[0] = NO_SERVER;
    struct verdict verdict = verdict_of(&played->plan, &played->outcome, "random");
    CU_ASSERT_FALSE(verdict_is_fine(&verdict));
    played->plan.deaths = 1; /* of whom another random order may leave fewer */
    verdict = verdict_of(&played->plan, &played->outcome, "random");
    CU_ASSERT(verdict_is_fine(&verdict));
    played->plan.deaths = 0;
    played->server[0] = 0;
    played->outcome.broken = 1;
    verdict = verdict_of(&played->plan, &played->outcome, "random");
    CU_ASSERT(!verdict.identical && !verdict_is_fine(&verdict));
    check_said(played, &verdict, "1 connections broke that should have been held\n");
    played->plan.crashes = 1;
    verdict = verdict_of(&played->plan, &played->outcome, "random");
    CU_ASSERT(!verdict.identical && verdict_is_fine(&verdict));
    verdict = verdict_of(&played->plan, &played->outcome, NULL);
    CU_ASSERT(!verdict_is_fine(&verdict));
    played->outcome.broken = 0;
    snprintf(played->outcome.alert, sizeof played->outcome.alert, "worker is on fire");
    verdict = verdict_of(&played->plan, &played->outcome, "random");
    CU_ASSERT(!verdict.identical && !verdict_is_fine(&verdict));
    check_said(played, &verdict, "nginx logged an alert: worker is on fire\n");
    forget(played);
}

static void test_counts(void)
{
    struct played *played = played_as_predicted();
    played->observed[1][0] = 7;
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    verdict_print_counts(&played->plan, &played->outcome, 1, to);
    fclose(to);
    CU_ASSERT_STRING_EQUAL(text, "7 1");
    free(text);
    forget(played);
}

static const struct test tests[] = {
    {"all the same", test_same},   {"another server took it", test_pick},
    {"another count", test_table}, {"no excuse covers it", test_unsound},
    {"counts", test_counts},
};

SUITE("real_verdict", tests)
