/* judged.c: results by hand, and one thing that is expected of them. */
#include "tests/judged.h"

#include "tests/harness.h"

#include <math.h>

#define PEAK "live_max_over_mean_peak"

void set_peaks(struct hand *hand, uint32_t balancer, const double *peak)
{
    for (uint64_t r = 0; r < hand->experiment.replications; r++)
        if (!isnan(peak[r])) {
            hand_result(hand, balancer, r)->measure[0].judged = true;
            hand_result(hand, balancer, r)->measure[0].max_over_mean_peak = peak[r];
        }
}

void set_waits(struct hand *hand, uint32_t balancer, const double *tenths)
{
    const uint64_t tenth_ns = 100000000;
    for (uint64_t r = 0; r < hand->experiment.replications; r++) {
        struct world_after *after = hand_after(hand_result(hand, balancer, r), HAND_UP, 0);
        after->judged = !isnan(tenths[r]);
        if (isinf(tenths[r]))
            after->outside_until_ns = 10 * tenth_ns;
        else if (!isnan(tenths[r]) && tenths[r] > 0)
            after->outside_until_ns = (uint64_t)tenths[r] * tenth_ns + 1;
    }
}

struct expectation of_peaks(void)
{
    return (struct expectation){
        .balancer = "one", .metric = PEAK, .of_metric = PEAK, .event = EXPECT_NO_EVENT};
}

struct expectation of_waits(void)
{
    return (struct expectation){
        .balancer = "one", .metric = "settle_s:up", .of_metric = "settle_s"};
}

struct judgement judge(struct hand *hand, const struct expectation *it,
                       enum expect_verdict *outcome)
{
    hand->scenario.expectation = it;
    hand->scenario.expectations = 1;
    struct judgements *judgements =
        expect_judge(&hand->experiment, &(struct run_options){.threads = 1});
    struct judgement first = {0};
    CU_ASSERT(judgements != NULL && judgements->count == 1);
    if (judgements->count == 1)
        first = judgements->judgement[0];
    if (outcome != NULL)
        *outcome = expect_outcome(judgements);
    judgements_free(judgements);
    return first;
}
