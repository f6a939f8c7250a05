/* expect_csv.c: expectations.csv: what was expected, and whether it held. */
#include "reports/csv_parts.h"
#include "reports/report.h"

#include <inttypes.h>

static void number_text(bool there, double number, int digits, char text[TEXT_MAX])
{
    text[0] = '\0';
    if (there)
        snprintf(text, TEXT_MAX, "%.*g", digits, number);
}

const char *const csv_judgement_number[JUDGEMENT_NUMBERS] = {"value", "lo95", "hi95", "other"};

void csv_judgement_numbers(const struct judgement *it, char text[JUDGEMENT_NUMBERS][TEXT_MAX])
{
    enum { DIGITS = 9, GSL_DIGITS = 4 };
    bool by_gsl = it->metric != NULL && it->metric->kind == METRIC_CHANCE;
    int digits = by_gsl ? GSL_DIGITS : DIGITS;
    number_text(it->has_value, it->value, digits, text[0]);
    number_text(it->has_interval, it->low_95, GSL_DIGITS, text[1]);
    number_text(it->has_interval, it->high_95, GSL_DIGITS, text[2]);
    number_text(it->has_value && it->other != NULL, it->other_value, digits, text[3]);
}

const char *csv_verdict(const struct judgement *it)
{
    static const char *const verdicts[] = {[EXPECT_PASSED] = "pass",
                                           [EXPECT_LEFT_OUT] = "left out",
                                           [EXPECT_UNJUDGED] = "cannot judge",
                                           [EXPECT_FAILED] = "fail"};
    return verdicts[it->verdict];
}

static void put_judgement(FILE *to, const struct judgements *judgements, const struct judgement *it)
{
    const struct experiment *experiment = judgements->experiment;
    const struct expectation *wanted = it->expectation;
    char text[EXPECT_TEXT_MAX], at[32], number[JUDGEMENT_NUMBERS][TEXT_MAX];
    csv_put_name(to, experiment->scenario->name);
    fputc(',', to);
    csv_put_name(to, it->balancer);
    fputc(',', to);
    csv_put_name(to, wanted->metric);
    fprintf(to, ",%s,%s,%s,%s,", csv_traffic(experiment, wanted->row),
            expect_at_text(judgements, it, at), expect_kinds_of[wanted->of],
            expect_levels[wanted->level]);
    csv_put_name(to, expect_wanted_text(it, text));
    csv_judgement_numbers(it, number);
    fprintf(to, ",%s,%s,%s,%s,%s,%" PRIu32 "\n", number[0], number[1], number[2], csv_verdict(it),
            number[3], wanted->place.line);
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
