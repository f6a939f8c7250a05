/* expect.c: what must hold, as it is written; expect_checks.c says whether it can. */
#include "sim/scenario/load.h"

#include "sim/engine/memory.h"

#include <string.h>

const char *const expect_levels[] = {"error", "warn", NULL};
const char *const expect_kinds_of[] = {"mean", "worst", NULL};

/* ---- Numbers ---- */

/* Metrics are neither negative nor spelt with units. */
static bool read_bound(struct loader *loader, const struct yaml_node *node, double *number)
{
    const char *text = scalar_text(loader, node, "a number");
    uint64_t ns, share_e9;
    if (text == NULL)
        return false;
    if (value_number(text, number))
        return true;
    if (text[0] == '-' && value_number(text + 1, number))
        fault_at(loader, node, "'%s' is negative, and no metric ever is", text);
    else if (value_time(text, &ns))
        fault_at(loader, node, "'%s' is not a number; metrics of time are in seconds, without unit",
                 text);
    else if (value_share(text, &share_e9))
        fault_at(loader, node, "'%s' is not a number; shares are parts of 1, like 0.05", text);
    else
        fault_at(loader, node, "'%s' is not a number", text);
    return false;
}

static void read_max(struct loader *loader, const struct yaml_node *node, void *into)
{
    struct expect_entry *entry = into;
    entry->max = node;
    entry->expectation.has_max = read_bound(loader, node, &entry->expectation.max);
}

static void read_min(struct loader *loader, const struct yaml_node *node, void *into)
{
    struct expect_entry *entry = into;
    entry->min = node;
    entry->expectation.has_min = read_bound(loader, node, &entry->expectation.min);
}

static void read_equals(struct loader *loader, const struct yaml_node *node, void *into)
{
    struct expect_entry *entry = into;
    entry->equals = node;
    entry->expectation.has_equals = read_bound(loader, node, &entry->expectation.equals);
}

static void read_tolerance(struct loader *loader, const struct yaml_node *node, void *into)
{
    struct expect_entry *entry = into;
    entry->tolerance = node;
    read_bound(loader, node, &entry->expectation.tolerance);
}

/* ---- Relations ---- */

struct relation_read {
    const struct yaml_node *balancer;
    double factor;
};

static void read_relation_balancer(struct loader *loader, const struct yaml_node *node, void *into)
{
    if (scalar_text(loader, node, "a balancer's name") != NULL)
        ((struct relation_read *)into)->balancer = node;
}

static void read_factor(struct loader *loader, const struct yaml_node *node, void *into)
{
    double factor = 1;
    if (!read_bound(loader, node, &factor))
        return;
    if (factor > 0)
        ((struct relation_read *)into)->factor = factor;
    else
        fault_at(loader, node, "a factor must be above 0; for nothing at all there is max: 0");
}

static const struct key relation_keys[] = {
    KEY_REQUIRED("balancer", "name", "whom it is compared with", read_relation_balancer),
    KEY("factor", "number above 0", "1", "so many times what the other has", read_factor),
    KEYS_END,
};
const struct section relation_section = {"a comparison", relation_keys, NULL};

static const struct yaml_node *read_relation(struct loader *loader, const struct yaml_node *node,
                                             struct expect_relation *relation)
{
    struct relation_read read = {.factor = 1};
    read_section(loader, &relation_section, node, &read);
    relation->factor = read.factor;
    return read.balancer;
}

static void read_at_most(struct loader *loader, const struct yaml_node *node, void *into)
{
    struct expect_entry *entry = into;
    entry->at_most = read_relation(loader, node, &entry->expectation.at_most);
}

static void read_at_least(struct loader *loader, const struct yaml_node *node, void *into)
{
    struct expect_entry *entry = into;
    entry->at_least = read_relation(loader, node, &entry->expectation.at_least);
}

/* ---- An entry ---- */

static void read_of_balancer(struct loader *loader, const struct yaml_node *node, void *into)
{
    if (scalar_text(loader, node, "a balancer's name, or all") != NULL)
        ((struct expect_entry *)into)->balancer = node;
}

static void read_metric(struct loader *loader, const struct yaml_node *node, void *into)
{
    if (scalar_text(loader, node, "a metric, like live_misplaced_avg") != NULL)
        ((struct expect_entry *)into)->metric = node;
}

static void read_of_traffic(struct loader *loader, const struct yaml_node *node, void *into)
{
    if (scalar_text(loader, node, "a traffic's name, or all") != NULL)
        ((struct expect_entry *)into)->traffic = node;
}

static void read_expect_at(struct loader *loader, const struct yaml_node *node, void *into)
{
    struct expect_entry *entry = into;
    entry->at = node;
    if (node->kind != YAML_SCALAR || strcmp(node->text, "end") != 0)
        read_when(loader, node, &entry->when);
}

static void read_level(struct loader *loader, const struct yaml_node *node, void *into)
{
    int word = read_word(loader, node, "level", expect_levels);
    if (word >= 0)
        ((struct expect_entry *)into)->expectation.level = (enum expect_level)word;
}

static void read_of(struct loader *loader, const struct yaml_node *node, void *into)
{
    int word = read_word(loader, node, "kind of value", expect_kinds_of);
    if (word >= 0)
        ((struct expect_entry *)into)->expectation.of = (enum expect_of)word;
}

static const struct key expect_keys[] = {
    KEY("balancer", "name | all", "all", "of whom it is expected", read_of_balancer),
    KEY_REQUIRED("metric", "metric | metric:EVENT",
                 "what is measured, times in seconds; see `lbsim list metrics`", read_metric),
    KEY("traffic", "name | all", "all", "of which connections", read_of_traffic),
    KEY("at", "end | time | EVENT + time", "end",
        "the value that the run would have had if it had ended then, before what happens at that "
        "time",
        read_expect_at),
    KEY("max", "number", NULL, "no more than this", read_max),
    KEY("min", "number", NULL, "no less than this", read_min),
    KEY("equals", "number", NULL, "just this", read_equals),
    KEY("tolerance", "number", "0", "how far from `equals` it may be", read_tolerance),
    KEY("at_most", "{balancer: name, factor: number}", NULL,
        "no more than so many times what another balancer has", read_at_most),
    KEY("at_least", "{balancer: name, factor: number}", NULL,
        "no less than so many times what another balancer has", read_at_least),
    KEY("level", "error | warn", "error", "warn: told, but the run does not fail by it",
        read_level),
    KEY("of", "mean | worst", "mean",
        "the mean over the replications, by its 95 % interval; or each of them", read_of),
    KEYS_END,
};
const struct section expect_section = {"an expectation", expect_keys, NULL};

void read_expect(struct loader *loader, const struct yaml_node *node, void *into)
{
    (void)into;
    if (node->kind != YAML_SEQUENCE) {
        if (node->kind != YAML_SCALAR || node->text[0] != '\0')
            fault_at(loader, node, "expect must be a list, [{metric: refused, max: 0}]");
        return;
    }
    if (node->count > EXPECTATIONS_MAX) {
        fault_at(loader, node, "%zu expectations; %d at most", node->count, EXPECTATIONS_MAX);
        return;
    }
    loader->expect = memory_zeroed(node->count, sizeof *loader->expect);
    for (size_t i = 0; i < node->count; i++) {
        struct expect_entry *entry = &loader->expect[loader->expects];
        *entry = (struct expect_entry){
            .expectation = {.place = node->item[i]->place, .event = EXPECT_NO_EVENT}};
        size_t before = loader->faults->errors;
        if (read_section(loader, &expect_section, node->item[i], entry))
            loader->expects++;
        entry->in_doubt = loader->faults->errors > before;
    }
}
