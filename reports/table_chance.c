/* table_chance.c: what chance has to do with a run's numbers. */
#include "reports/table_parts.h"
#include "sim/run/exact.h"

#include <inttypes.h>

/* ---- Runs that every seed repeats ---- */

bool table_is_exact(const struct table *table, uint32_t balancer)
{
    return experiment_is_exact(table->experiment, balancer);
}

bool table_all_exact(const struct table *table)
{
    for (uint32_t b = 0; b < table->scenario->balancers; b++)
        if (!table_is_exact(table, b))
            return false;
    return true;
}

/* ---- How even the picks are ---- */

/* Workers of all instances. */
static uint32_t workers_of(const struct table *table, uint32_t balancer)
{
    uint32_t own = table->scenario->balancer[balancer].workers;
    return table->scenario->instances * (own > 0 ? own : table->scenario->workers);
}

/* Whether each pick is a draw of its own, by the weights and nothing else: of a picker that
 * remembers nothing. */
static bool draws_alone(const struct table *table, uint32_t balancer)
{
    const struct balancer *it = &table->scenario->balancer[balancer];
    bool in_step = it->draws == DRAWS_PROCESS && workers_of(table, balancer) > 1;
    return !in_step && table_result(table, balancer, 0)->draws > 0 &&
           (it->view->per_request || lb_algorithm_draws_alone(it->algorithm));
}

/* A full server, a dead one, or one that its worker believes to be there, makes draws that weights
 * do not explain. */
static bool draws_undisturbed(const struct table *table, uint32_t balancer)
{
    for (uint32_t s = 0; s < table->scenario->servers; s++)
        if (table->scenario->server[s].max_conns > 0)
            return false;
    for (uint64_t r = 0; r < table->experiment->replications; r++) {
        const struct world_result *result = table_result(table, balancer, r);
        if (result->flow[0].refused > 0 || result->measure[0].picks_absent > 0)
            return false;
        for (uint32_t s = 0; s < result->servers; s++)
            if (world_tally_at(result, 0, s)->failed > 0)
                return false;
    }
    return true;
}

struct evenness {
    double chi2;
    uint64_t df;
    struct chance chance;
    bool is_test; /* the chance is one: the law of the picks is known */
};

/* Replications are independent, so their chi-squares add up. */
static struct evenness evenness_of(const struct table *table, uint32_t balancer)
{
    struct evenness evenness = {.is_test = draws_alone(table, balancer) &&
                                           draws_undisturbed(table, balancer)};
    for (uint64_t r = 0; r < table->experiment->replications; r++) {
        const struct world_measure *measure = &table_result(table, balancer, r)->measure[0];
        evenness.chi2 += measure->picks_chi2;
        evenness.df += measure->picks_df;
    }
    evenness.chance = chance_of(evenness.chi2, evenness.df);
    return evenness;
}

char *table_evenness(const struct table *table, uint32_t balancer, char *line, size_t room)
{
    struct evenness evenness = evenness_of(table, balancer);
    enum chance_verdict verdict = chance_verdict(evenness.chance);
    bool unscripted = table->scenario->events == 0; /* else the picks had more to do than be even */
    line[0] = '\0';
    if (verdict == CHANCE_TOO_EVEN)
        line_add(line, room, "Picks: more even than chance.");
    else if (verdict != CHANCE_NONE && evenness.is_test)
        line_add(line, room, "Picks: %s (chi-square %.4g, %" PRIu64 " df, p = %.2g).",
                 verdict == CHANCE_EXPLAINS ? "as even as chance leaves them"
                                            : "less even than chance leaves them",
                 evenness.chi2, evenness.df, evenness.chance.p);
    else if (verdict == CHANCE_DOES_NOT && unscripted)
        line_add(line, room,
                 "Picks: uneven (chi-square %.4g, %" PRIu64 " df; p does not apply: they are not "
                 "drawn each on its own).",
                 evenness.chi2, evenness.df);
    return line;
}

bool table_even_by_chance(const struct table *table, uint32_t balancer)
{
    struct evenness evenness = evenness_of(table, balancer);
    return evenness.is_test && chance_verdict(evenness.chance) == CHANCE_EXPLAINS;
}
