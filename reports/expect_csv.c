/* expect_csv.c: expectations.csv: what was expected, and whether it held. */
#include "reports/csv_parts.h"
#include "reports/report.h"

#include <inttypes.h>

/* A comma and a number, or nothing behind it. */
static void put_number(FILE *to, bool there, double number, int digits)
{
    fputc(',', to);
    if (there)
        fprintf(to, "%.*g", digits, number);
}

static void put_judgement(FILE *to, const struct judgements *judgements, const struct judgement *it)
{
    enum { DIGITS = 9, GSL_DIGITS = 4 };
    static const char *const verdicts[] = {[EXPECT_PASSED] = "pass",
                                           [EXPECT_LEFT_OUT] = "left out",
                                           [EXPECT_UNJUDGED] = "cannot judge",
                                           [EXPECT_FAILED] = "fail"};
    const struct experiment *experiment = judgements->experiment;
    const struct expectation *wanted = it->expectation;
    bool by_gsl = it->metric != NULL && it->metric->kind == METRIC_CHANCE;
    int digits = by_gsl ? GSL_DIGITS : DIGITS;
    char text[EXPECT_TEXT_MAX], at[32];
    csv_put_name(to, experiment->scenario->name);
    fputc(',', to);
    csv_put_name(to, it->balancer);
    fputc(',', to);
    csv_put_name(to, wanted->metric);
    fprintf(to, ",%s,%s,%s,%s,", csv_traffic(experiment, wanted->row),
            expect_at_text(judgements, it, at), expect_kinds_of[wanted->of],
            expect_levels[wanted->level]);
    csv_put_name(to, expect_wanted_text(it, text));
    put_number(to, it->has_value, it->value, digits);
    put_number(to, it->has_interval, it->low_95, GSL_DIGITS);
    put_number(to, it->has_interval, it->high_95, GSL_DIGITS);
    fprintf(to, ",%s", verdicts[it->verdict]);
    put_number(to, it->has_value && it->other != NULL, it->other_value, digits);
    fprintf(to, ",%" PRIu32 "\n", wanted->place.line);
}

void report_expectations_csv(const struct judgements *judgements, bool header, FILE *to)
{
    if (header)
        fputs("scenario,balancer,metric,traffic,at,of,level,wanted,value,lo95,hi95,verdict,other,"
              "line\n",
              to);
    for (uint32_t i = 0; i < judgements->count; i++)
        put_judgement(to, judgements, &judgements->judgement[i]);
}
