/* print_expect.c: what a scenario expects, as YAML. */
#include "sim/scenario/print_parts.h"
#include "sim/scenario/values.h"

static void print_number(FILE *to, const char *key, double number)
{
    char text[32];
    fprintf(to, ", %s: %s", key, value_number_text(number, text));
}

static void print_relation(FILE *to, const char *key, const struct expect_relation *relation)
{
    if (relation->balancer == NULL)
        return;
    fprintf(to, ", %s: {balancer: ", key);
    print_name(to, relation->balancer);
    print_number(to, "factor", relation->factor);
    fputc('}', to);
}

static void print_expectation(FILE *to, const struct scenario *scenario,
                              const struct expectation *expectation)
{
    fputs("  - {balancer: ", to);
    print_name(to, expectation->balancer != NULL ? expectation->balancer : "all");
    fputs(", metric: ", to);
    print_name(to, expectation->metric);
    fputs(", traffic: ", to);
    print_name(to, expectation->row == 0 ? "all" : scenario->traffic[expectation->row - 1].name);
    fputs(",\n     at: ", to);
    if (expectation->at_ns == scenario->duration_ns)
        fputs("end", to);
    else
        print_time(to, expectation->at_ns);
    if (expectation->has_max)
        print_number(to, "max", expectation->max);
    if (expectation->has_min)
        print_number(to, "min", expectation->min);
    if (expectation->has_equals) {
        print_number(to, "equals", expectation->equals);
        print_number(to, "tolerance", expectation->tolerance);
    }
    print_relation(to, "at_most", &expectation->at_most);
    print_relation(to, "at_least", &expectation->at_least);
    fprintf(to, ", level: %s, of: %s}\n", expect_levels[expectation->level],
            expect_kinds_of[expectation->of]);
}

void print_expectations(FILE *to, const struct scenario *scenario)
{
    fputs(scenario->expectations > 0 ? "expect:\n" : "expect: []\n", to);
    for (uint32_t i = 0; i < scenario->expectations; i++)
        print_expectation(to, scenario, &scenario->expectation[i]);
}
