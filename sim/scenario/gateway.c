/* gateway.c: the gateway of a scenario: its instances, their workers, and who takes a connection.
 */
#include "sim/scenario/load.h"

#include <string.h>

/* The gateway while its keys are read, in whatever order they come. */
struct gateway_entry {
    struct scenario *scenario;
    struct place accept_place;
    bool workers_in_doubt;
};

static void read_instances(struct loader *loader, const struct yaml_node *node, void *into)
{
    struct gateway_entry *entry = into;
    uint64_t instances = 1;
    if (read_whole(loader, node, 1, 1024, &instances))
        entry->scenario->instances = (uint32_t)instances;
}

static void read_workers(struct loader *loader, const struct yaml_node *node, void *into)
{
    struct gateway_entry *entry = into;
    uint64_t workers = 1;
    entry->workers_in_doubt = !read_whole(loader, node, 1, 1024, &workers);
    entry->scenario->workers = (uint32_t)workers;
}

/* [65, 64, 62, 49]: of all that an instance gets, each worker's share. */
static void read_shares(struct loader *loader, const struct yaml_node *node,
                        struct scenario *scenario)
{
    size_t before = loader->faults->errors;
    uint64_t all = 0;
    uint32_t *share = arena_zeroed(&scenario->arena, node->count, sizeof *share);
    for (size_t i = 0; i < node->count; i++) {
        uint64_t one = 0;
        read_whole(loader, node->item[i], 0, 65535, &one);
        share[i] = (uint32_t)one;
        all += one;
    }
    if (loader->faults->errors > before)
        return;
    if (all == 0) {
        fault_at(loader, node,
                 "nobody would take a connection: an `accept` list needs a share above 0");
        return;
    }
    scenario->accept = ACCEPT_SHARES;
    scenario->share = share;
    scenario->shares = (uint32_t)node->count;
}

static void read_accept(struct loader *loader, const struct yaml_node *node, void *into)
{
    static const char *const words[] = {"random", "in_turn", NULL};
    struct gateway_entry *entry = into;
    entry->accept_place = node->place;
    if (node->kind == YAML_SEQUENCE) {
        read_shares(loader, node, entry->scenario);
        return;
    }
    int word = read_word(loader, node, "way to accept", words);
    if (word >= 0)
        entry->scenario->accept = (enum world_accept)word;
}

static void read_old_workers(struct loader *loader, const struct yaml_node *node, void *into)
{
    struct gateway_entry *entry = into;
    if (node->kind != YAML_SCALAR || strcmp(node->text, "forever") != 0)
        read_time(loader, node, &entry->scenario->old_workers_ns);
}

static const struct key gateway_keys[] = {
    KEY("instances", "1..1024", "1", "gateway instances (hosts)", read_instances),
    KEY("workers", "1..1024", "1", "worker processes of each instance", read_workers),
    KEY("accept", "random | in_turn | [share, ...]", "random",
        "which worker takes a connection: any, the next instance's next, or by the workers' shares",
        read_accept),
    KEY("old_workers", "time | forever", "forever",
        "how long a reload's old workers keep their connections before they are cut",
        read_old_workers),
    KEYS_END,
};
const struct section gateway_section = {"gateway", gateway_keys, NULL};

static const char *plural(uint32_t count)
{
    return count == 1 ? "" : "s";
}

void read_gateway(struct loader *loader, const struct yaml_node *node, void *into)
{
    struct scenario *scenario = into;
    struct gateway_entry entry = {.scenario = scenario};
    read_section(loader, &gateway_section, node, &entry);
    if (scenario->shares > 0 && scenario->shares != scenario->workers && !entry.workers_in_doubt)
        faults_add(loader->faults, entry.accept_place,
                   "an `accept` list must fit its workers: %u share%s, but %u worker%s",
                   scenario->shares, plural(scenario->shares), scenario->workers,
                   plural(scenario->workers));
    if (scenario->instances * scenario->workers > WORKERS_MAX)
        fault_at(loader, node, "%u instances of %u workers each; %d workers in all at most",
                 scenario->instances, scenario->workers, WORKERS_MAX);
}
