/* table.c: the terminal's report: what was run, the answer, a block a balancer, the comparison,
 * and what was expected. */
#include "reports/table_parts.h"

#include <inttypes.h>

/* Moments worth a column: all, or if there are many the first changes of the list, filled up with
 * the first of the others; in their order. */
void table_choose_moments(struct table *table)
{
    const struct world_result *result = table_result(table, 0, 0);
    uint32_t changes = 0, others = 0;
    for (uint32_t m = 0; m < result->moments; m++)
        changes += table->scenario->event[result->moment[m].event].kind == EVENT_CHANGE;
    changes = changes < MOMENTS_SHOWN ? changes : MOMENTS_SHOWN;
    others = MOMENTS_SHOWN - changes;
    for (uint32_t m = 0; m < result->moments && table->moments < MOMENTS_SHOWN; m++) {
        bool change = table->scenario->event[result->moment[m].event].kind == EVENT_CHANGE;
        uint32_t *room = change ? &changes : &others;
        if (*room == 0)
            continue;
        --*room;
        table->moment[table->moments++] = m;
    }
}

void table_caution(const struct table *table)
{
    uint64_t replications = table->experiment->replications;
    char line[LINE_MAX_TEXT] = "";
    if (table_all_exact(table))
        line_add(line, sizeof line,
                 "Nothing is left to chance here: every run gives these numbers.");
    else if (replications == 1)
        line_add(line, sizeof line,
                 "One run: small differences mean nothing; -r 20 shows what is chance.");
    else if (replications < SUMMARY_LEAST)
        line_add(line, sizeof line,
                 "Means of %" PRIu64 " replications, too few to tell what is chance.",
                 replications);
    else
        line_add(line, sizeof line, "Means of %" PRIu64 " replications, with 95%% intervals.",
                 replications);
    table_say(table, 0, line);
}

void table_foot(const struct table *table)
{
    table_caution(table);
    table_expectations(table);
    if (table->options->files != NULL)
        fprintf(table->to, "Files are in %s\n", table->options->files);
}

void report_table(const struct experiment *experiment, const struct table_options *options,
                  FILE *to)
{
    struct table table = {
        .experiment = experiment, .scenario = experiment->scenario, .options = options, .to = to};
    table_choose_moments(&table);
    table_head(&table);
    table_answer(&table);
    for (uint32_t b = 0; b < experiment->scenario->balancers; b++)
        table_block(&table, b);
    table_comparison(&table);
    table_pairs(&table);
    table_traffics(&table);
    table_bars(&table);
    table_foot(&table);
}
