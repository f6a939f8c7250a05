/* expect_checks.c: whether an expectation names what there is, can hold, and can fail. No fault
 * follows from another: what it names that was not understood itself is in doubt, and let be. */
#include "sim/scenario/load.h"

#include <string.h>

enum { KNOWN_MOST = 64 }; /* names that are compared with a slip */

/* ---- Balancers and traffic ---- */

/* The balancer's name; NULL: there is none, and that is a fault, if anything is sure of the list.
 */
static const char *find_balancer(struct loader *loader, const struct yaml_node *node)
{
    const struct scenario *scenario = loader->scenario;
    const char *known[KNOWN_MOST];
    size_t count = 0;
    for (uint32_t i = 0; i < scenario->balancers; i++) {
        if (strcmp(scenario->balancer[i].name, node->text) == 0)
            return scenario->balancer[i].name;
        if (count < KNOWN_MOST)
            known[count++] = scenario->balancer[i].name;
    }
    if (!loader->balancers_in_doubt && count > 0)
        fault_unknown(loader, node, "balancer", known, count);
    return NULL;
}

static bool is_all(const struct yaml_node *node)
{
    return node == NULL || strcmp(node->text, "all") == 0;
}

static void resolve_balancer(struct loader *loader, struct expect_entry *entry)
{
    const struct scenario *scenario = loader->scenario;
    if (!is_all(entry->balancer)) {
        entry->expectation.balancer = find_balancer(loader, entry->balancer);
        entry->in_doubt |= entry->expectation.balancer == NULL;
        return;
    }
    for (uint32_t i = 0; entry->balancer != NULL && i < scenario->balancers; i++)
        if (strcmp(scenario->balancer[i].name, "all") == 0)
            fault_at(loader, entry->balancer,
                     "'all' is every balancer, and one of them is called so; give it another name");
}

static void resolve_traffic(struct loader *loader, struct expect_entry *entry)
{
    const struct scenario *scenario = loader->scenario;
    const char *known[KNOWN_MOST] = {"all"};
    size_t count = 1;
    if (is_all(entry->traffic))
        return;
    for (uint32_t t = 0; t < scenario->traffics; t++) {
        if (strcmp(scenario->traffic[t].name, entry->traffic->text) == 0) {
            entry->expectation.row = 1 + t;
            return;
        }
        if (count < KNOWN_MOST)
            known[count++] = scenario->traffic[t].name;
    }
    if (count > 1)
        fault_unknown(loader, entry->traffic, "traffic", known, count);
    entry->in_doubt = true;
}

/* Of a comparison: with somebody who is there, and another. */
static void resolve_relation(struct loader *loader, struct expect_entry *entry,
                             const struct yaml_node *node, struct expect_relation *relation)
{
    if (node == NULL)
        return;
    relation->balancer = find_balancer(loader, node);
    if (relation->balancer == NULL)
        return;
    if (entry->expectation.balancer == relation->balancer)
        fault_at(loader, node, "'%s' cannot be compared with itself", node->text);
    else if (is_all(entry->balancer) && !loader->balancers_in_doubt &&
             loader->scenario->balancers == 1)
        fault_at(loader, node, "'%s' is the only balancer; there is none to compare it with",
                 node->text);
}

/* ---- When ---- */

static const struct event_entry *find_event(const struct loader *loader, const char *name)
{
    for (uint32_t i = 0; i < loader->events; i++)
        if (strcmp(loader->event[i].event.name, name) == 0)
            return &loader->event[i];
    return NULL;
}

/* false: its time is not known, and why was said. */
static bool resolve_when(struct loader *loader, struct expect_entry *entry)
{
    struct event_entry *when = &entry->when;
    entry->expectation.at_ns = loader->scenario->duration_ns;
    if (entry->at == NULL || strcmp(entry->at->text, "end") == 0)
        return true;
    if (!when->timed) {
        if (when->after == NULL) /* neither a time nor an event */
            return false;
        const struct event_entry *event = find_event(loader, when->after);
        if (event == NULL)
            fault_no_event(loader, when);
        if (event == NULL || !event->timed)
            return false;
        when->event.at_ns = event->event.at_ns + when->after_ns; /* both below 2^63 + 1 */
    }
    entry->expectation.at_ns = when->event.at_ns;
    return true;
}

/* Whether there is a window, and `at` in the run. */
static bool check_when(struct loader *loader, const struct expect_entry *entry)
{
    const struct scenario *scenario = loader->scenario;
    char time[32];
    if (scenario->duration_ns == 0 || loader->window_in_doubt ||
        scenario->measure_from_ns >= scenario->duration_ns)
        return false;
    if (entry->expectation.at_ns > scenario->duration_ns)
        fault_at(loader, entry->at, "this is past the end: the run lasts %s",
                 value_time_said(scenario->duration_ns, time));
    else if (entry->expectation.at_ns <= scenario->measure_from_ns)
        fault_at(loader, entry->at, "nothing is measured before that: the window starts at %s",
                 value_time_said(scenario->measure_from_ns, time));
    else
        return true;
    return false;
}

/* ---- What is wanted ---- */

static bool wants_bounds(const struct expectation *expectation)
{
    return expectation->has_max || expectation->has_min || expectation->has_equals;
}

/* Whether the numbers go together. understood: no key of the entry was a slip and is missing now.
 */
static bool check_numbers(struct loader *loader, const struct yaml_node *metric,
                          const struct expect_entry *entry, bool understood)
{
    const struct expectation *it = &entry->expectation;
    size_t before = loader->faults->errors;
    if (understood && !wants_bounds(it) && entry->at_most == NULL && entry->at_least == NULL)
        fault_at(loader, metric,
                 "nothing is expected of it: max, min, equals, at_most or at_least "
                 "is missing");
    if (it->has_max && it->has_min && it->max < it->min)
        fault_at(loader, entry->max, "max is below min, so this can never hold");
    if (it->has_equals && (it->has_max || it->has_min))
        fault_at(loader, entry->equals, "either equals, or max and min");
    if (understood && entry->tolerance != NULL && !it->has_equals)
        fault_at(loader, entry->tolerance, "'tolerance' is about equals, which is missing");
    return loader->faults->errors == before && (understood || entry->tolerance == NULL);
}

/* A bound that the metric cannot pass, or cannot but keep, judges nothing. */
static void check_bounds(struct loader *loader, const struct expect_entry *entry,
                         const struct known_metric *metric)
{
    const struct expectation *it = &entry->expectation;
    const char *name = metric->name;
    double least = it->has_equals ? it->equals - it->tolerance : it->min;
    double most = it->has_equals ? it->equals + it->tolerance : it->max;
    if (it->has_max && it->max < metric->low)
        fault_at(loader, entry->max, "%s is never below %g, so this can never hold", name,
                 metric->low);
    else if (it->has_max && it->max >= metric->high)
        fault_at(loader, entry->max, "%s is never above %g, so this always holds", name,
                 metric->high);
    if (it->has_min && it->min > metric->high)
        fault_at(loader, entry->min, "%s is never above %g, so this can never hold", name,
                 metric->high);
    else if (it->has_min && it->min <= metric->low)
        fault_at(loader, entry->min, "%s is never below %g, so this always holds", name,
                 metric->low);
    if (!it->has_equals)
        return;
    if (most < metric->low || least > metric->high)
        fault_at(loader, entry->equals, "%s is never %s %g, so this can never hold", name,
                 most < metric->low ? "below" : "above",
                 most < metric->low ? metric->low : metric->high);
    else if (least <= metric->low && most >= metric->high)
        fault_at(loader, entry->tolerance, "every %s is within that, so this always holds", name);
}

/* ---- The whole ---- */

static void finish_expectation(struct loader *loader, struct expect_entry *entry)
{
    struct expectation *it = &entry->expectation;
    struct known_metric metric;
    bool understood = !entry->in_doubt;
    resolve_balancer(loader, entry);
    resolve_traffic(loader, entry);
    resolve_relation(loader, entry, entry->at_most, &it->at_most);
    resolve_relation(loader, entry, entry->at_least, &it->at_least);
    bool timed = resolve_when(loader, entry) && check_when(loader, entry);
    if (entry->metric == NULL)
        return;
    bool sound = check_numbers(loader, entry->metric, entry, understood);
    if (resolve_metric(loader, entry, timed, &metric) && sound)
        check_bounds(loader, entry, &metric);
}

void finish_expectations(struct loader *loader)
{
    struct scenario *scenario = loader->scenario;
    struct expectation *list =
        arena_zeroed(&scenario->arena, loader->expects, sizeof *scenario->expectation);
    for (uint32_t i = 0; i < loader->expects; i++) {
        finish_expectation(loader, &loader->expect[i]);
        list[i] = loader->expect[i].expectation;
    }
    scenario->expectation = list;
    scenario->expectations = loader->expects;
}
