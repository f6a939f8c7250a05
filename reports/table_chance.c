/* table_chance.c: what chance has to do with a run's numbers. */
#include "reports/table_parts.h"

#include <inttypes.h>
#include <string.h>

/* ---- Runs that every seed repeats ---- */

static bool is_drawn(const struct distribution *span)
{
    return span->kind != DISTRIBUTION_CONSTANT && span->kind != DISTRIBUTION_FOREVER;
}

static bool traffic_is_drawn(const struct world_traffic *traffic)
{
    for (uint32_t i = 0; i < traffic->arrivals_count; i++)
        if (traffic->arrivals[i].kind == ARRIVALS_POISSON)
            return true;
    return is_drawn(&traffic->lasts) ||
           (traffic->reconnects && is_drawn(&traffic->reconnect_after));
}

static bool event_is_drawn(const struct world_event *event)
{
    const struct world_filter *filter = &event->filter;
    return (event->kind == EVENT_CLOSE || event->kind == EVENT_CUT) &&
           filter->order == ORDER_RANDOM &&
           (filter->count != UINT64_MAX || filter->share_e9 != SHARE_ALL);
}

/* Workers of all instances. */
static uint32_t workers_of(const struct table *table, uint32_t balancer)
{
    uint32_t own = table->scenario->balancer[balancer].workers;
    return table->scenario->instances * (own > 0 ? own : table->scenario->workers);
}

/* Whether who takes a connection is drawn from several. */
static bool accept_is_drawn(const struct table *table, uint32_t balancer)
{
    const struct scenario *scenario = table->scenario;
    uint32_t takers = 0; /* of an instance */
    for (uint32_t i = 0; i < scenario->shares; i++)
        takers += scenario->share[i] > 0;
    if (scenario->accept == ACCEPT_SHARES)
        return scenario->instances * takers > 1;
    return scenario->accept == ACCEPT_RANDOM && workers_of(table, balancer) > 1;
}

bool table_is_exact(const struct table *table, uint32_t balancer)
{
    const struct scenario *scenario = table->scenario;
    for (uint32_t t = 0; t < scenario->traffics; t++)
        if (traffic_is_drawn(&scenario->traffic[t]))
            return false;
    for (uint32_t e = 0; e < scenario->events; e++)
        if (event_is_drawn(&scenario->event[e]))
            return false;
    if (lb_algorithm_keyed(scenario->balancer[balancer].algorithm))
        return false; /* keys are drawn */
    for (uint64_t r = 0; r < table->experiment->replications; r++)
        if (table_result(table, balancer, r)->draws > 0)
            return false;
    return !accept_is_drawn(table, balancer);
}

bool table_all_exact(const struct table *table)
{
    for (uint32_t b = 0; b < table->scenario->balancers; b++)
        if (!table_is_exact(table, b))
            return false;
    return true;
}

/* ---- How even the picks are ---- */

/* Whether each pick is a draw of its own, by the weights and nothing else: of a picker that
 * remembers nothing. */
static bool draws_alone(const struct table *table, uint32_t balancer)
{
    const struct balancer *it = &table->scenario->balancer[balancer];
    bool in_step = it->draws == DRAWS_PROCESS && workers_of(table, balancer) > 1;
    return !in_step && table_result(table, balancer, 0)->draws > 0 &&
           (it->view->per_request || strcmp(lb_algorithm_name(it->algorithm), "random") == 0);
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
