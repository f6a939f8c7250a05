/* gate_expect.c: a gate's expectations: those that did not hold, and how many did. */
#include "reports/gate_parts.h"

const struct judgements *gate_judgements(const struct gate_report *report,
                                         const struct gate_judged *judged)
{
    for (uint32_t i = 0; i < report->expecting; i++)
        if (report->judgements[i]->experiment->scenario == judged->scenario)
            return report->judgements[i];
    return NULL;
}

enum gate_expected gate_expected_of(const struct judgement *it)
{
    if (it->verdict == EXPECT_FAILED)
        return it->expectation->level == EXPECT_WARN ? GATE_EXPECTED_WARNED : GATE_EXPECTED_FAILED;
    if (it->verdict == EXPECT_UNJUDGED)
        return GATE_EXPECTED_UNJUDGED;
    return it->verdict == EXPECT_LEFT_OUT ? GATE_EXPECTED_LEFT_OUT : GATE_EXPECTED_HELD;
}

void gate_count_expected(const struct gate_report *report, uint64_t count[GATE_EXPECTEDS])
{
    for (uint32_t i = 0; i < report->expecting; i++)
        for (uint32_t j = 0; j < report->judgements[i]->count; j++)
            count[gate_expected_of(&report->judgements[i]->judgement[j])]++;
}
