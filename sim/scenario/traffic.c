/* traffic.c: who opens connections, how long they last, and who comes back. */
#include "sim/scenario/load.h"

#include <ctype.h>
#include <string.h>

/* ---- When connections arrive: by the table of arrivals ---- */

static void read_arrivals_value(struct loader *loader, const struct yaml_node *node,
                                const struct arrivals_key *key,
                                struct arrivals_parameter *parameter)
{
    double count;
    uint64_t per_ns;
    switch (key->unit) {
    case ARRIVALS_RATE:
        if (node->kind == YAML_SEQUENCE) {
            fault_at(loader, node, "rate curves are planned, not there yet; now: 5/s");
        } else if (scalar_text(loader, node, "a rate, like 5/s") == NULL) {
            return;
        } else if (!value_rate(node->text, &count, &per_ns) || count <= 0) {
            fault_at(loader, node, "'%s' is not a rate: a number above 0 a unit of time, like 5/s",
                     node->text);
        } else if (count > (double)per_ns) {
            fault_at(loader, node, "'%s' is more than one a nanosecond", node->text);
        } else {
            parameter->mean_gap_ns = arrivals_mean_gap_ns(count, per_ns);
        }
        return;
    case ARRIVALS_TIME:
        read_time(loader, node, &parameter->whole);
        return;
    case ARRIVALS_COUNT:
        read_whole(loader, node, 0, key->most, &parameter->whole);
        return;
    }
}

static const char *const planned_arrivals[] = {"trace", NULL};

static const struct arrivals_form *find_arrivals(struct loader *loader,
                                                 const struct yaml_node *node)
{
    const char *known[ARRIVALS_KINDS];
    for (size_t i = 0; i < node->count; i++) {
        const struct yaml_node *key = node->pair[i].key;
        if (word_find(planned_arrivals, key->text) >= 0) {
            fault_at(loader, key, "'%s' is planned, not there yet", key->text);
            return NULL;
        }
        for (int f = 0; f < ARRIVALS_KINDS; f++)
            if (strcmp(arrivals_forms[f].name, key->text) == 0)
                return &arrivals_forms[f];
    }
    for (int f = 0; f < ARRIVALS_KINDS; f++)
        known[f] = arrivals_forms[f].name;
    if (node->count > 0)
        fault_unknown(loader, node->pair[0].key, "kind of arrivals", known, ARRIVALS_KINDS);
    else
        fault_at(loader, node, "arrivals are missing, like {poisson: 5/s}");
    return NULL;
}

static void read_one_arrivals(struct loader *loader, const struct yaml_node *node,
                              struct arrivals *arrivals)
{
    if (node->kind != YAML_MAPPING) {
        fault_at(loader, node, "arrivals must be a mapping, like {poisson: 5/s}");
        return;
    }
    const struct arrivals_form *form = find_arrivals(loader, node);
    if (form == NULL)
        return;
    *arrivals = (struct arrivals){.kind = (enum arrivals_kind)(form - arrivals_forms)};
    size_t before = loader->faults->errors;
    for (size_t i = 0; i < node->count; i++) {
        const char *known[ARRIVALS_PARAMETERS];
        size_t k = 0, count = 0;
        while (count < ARRIVALS_PARAMETERS && form->key[count].name != NULL) {
            known[count] = form->key[count].name;
            count++;
        }
        while (k < count && strcmp(known[k], node->pair[i].key->text) != 0)
            k++;
        if (k == count)
            fault_unknown(loader, node->pair[i].key, "key", known, count);
        else
            read_arrivals_value(loader, node->pair[i].value, &form->key[k],
                                &arrivals->parameter[k]);
    }
    size_t key;
    const char *wrong = loader->faults->errors == before ? arrivals_fault(arrivals, &key) : NULL;
    if (wrong != NULL && key == 0) /* the key that the form has its name from */
        fault_at(loader, node, "%s %s", form->name, wrong);
    else if (wrong != NULL)
        fault_at(loader, node, "%s of %s %s", form->key[key].name, form->name, wrong);
}

static void read_arrivals(struct loader *loader, const struct yaml_node *node, void *into)
{
    struct world_traffic *traffic = into;
    bool list = node->kind == YAML_SEQUENCE;
    size_t count = list ? node->count : 1;
    struct arrivals *arrivals = arena_zeroed(&loader->scenario->arena, count, sizeof *arrivals);
    for (size_t i = 0; i < count; i++)
        read_one_arrivals(loader, list ? node->item[i] : node, &arrivals[i]);
    if (count == 0)
        fault_at(loader, node, "arrivals are missing, like {poisson: 5/s}");
    traffic->arrivals = arrivals;
    traffic->arrivals_count = (uint32_t)count;
}

/* ---- Reconnecting ---- */

static void read_after(struct loader *loader, const struct yaml_node *node, void *into)
{
    struct distribution *after = &((struct world_traffic *)into)->reconnect_after;
    uint64_t ns = 0;
    if (node->kind != YAML_SCALAR || !isdigit((unsigned char)node->text[0]))
        read_distribution(loader, node, after);
    else if (read_time(loader, node, &ns))
        *after = (struct distribution){.kind = DISTRIBUTION_CONSTANT, .parameter = {{ns, 0}}};
}

static void read_tries(struct loader *loader, const struct yaml_node *node, void *into)
{
    read_whole(loader, node, 1, 1000000, &((struct world_traffic *)into)->reconnect_tries);
}

static void read_reconnect_lasts(struct loader *loader, const struct yaml_node *node, void *into)
{
    static const char *const words[] = {"rest", "new", NULL};
    int word = read_word(loader, node, "hold of a reconnect", words);
    ((struct world_traffic *)into)->reconnect_lasts_new = word == 1;
}

static const struct key reconnect_keys[] = {
    KEY_REQUIRED("after", "time or distribution", "how long until it tries", read_after),
    KEY("tries", "1..1000000", "unlimited", "tries without success before it gives up", read_tries),
    KEY("lasts", "rest | new", "rest", "what was left of its hold, or a new one",
        read_reconnect_lasts),
    KEY_PLANNED("backoff", "each try waits longer"),
    KEY_PLANNED("cap", "but no longer than this"),
    KEYS_END,
};
const struct section reconnect_section = {"reconnect", reconnect_keys, NULL};

/* Whether it is never as long as a tick. */
static bool is_no_time(const struct distribution *after)
{
    bool no_time = true;
    switch (after->kind) {
    case DISTRIBUTION_CONSTANT:
        return after->parameter[0].time_ns == 0;
    case DISTRIBUTION_UNIFORM:
        return after->parameter[0].time_ns == 0 && after->parameter[1].time_ns <= 1;
    case DISTRIBUTION_EMPIRICAL:
        for (size_t i = 0; i < after->values; i++)
            no_time = no_time && after->values_ns[i] == 0;
        return no_time;
    default:
        return false;
    }
}

static void read_reconnect(struct loader *loader, const struct yaml_node *node, void *into)
{
    struct world_traffic *traffic = into;
    size_t before = loader->faults->errors;
    traffic->reconnects = true;
    if (!read_section(loader, &reconnect_section, node, traffic))
        return;
    if (traffic->reconnect_tries == TRIES_UNLIMITED && loader->faults->errors == before &&
        is_no_time(&traffic->reconnect_after))
        fault_at(loader, node,
                 "to reconnect at once without end takes for ever: 'after: 0s' "
                 "needs 'tries'");
}

/* ---- A traffic ---- */

static void read_lasts(struct loader *loader, const struct yaml_node *node, void *into)
{
    read_distribution(loader, node, &((struct world_traffic *)into)->lasts);
}

static void read_key(struct loader *loader, const struct yaml_node *node, void *into)
{
    read_keys(loader, node, &((struct world_traffic *)into)->keys);
}

static const struct key traffic_keys[] = {
    KEY_REQUIRED("arrivals", "{poisson: 5/s} | {every: 10ms} | {burst: 900} | {keep: 16}",
                 "when connections arrive; a list adds up", read_arrivals),
    KEY_REQUIRED("lasts", "{exponential: 20m} | {constant: 1h} | ... | forever",
                 "how long a connection stays open", read_lasts),
    KEY("reconnect", "{after: ...}", "stays away", "who is cut or refused comes back",
        read_reconnect),
    KEY_PLANNED("max_age", "the gateway cuts older connections"),
    KEY("key", "each | {uniform: 99} | {zipf: {keys: 99, s: 1.1}} | {csv: FILE}", "each",
        "whose connection it is, for balancers that hash; a client keeps its key when it "
        "reconnects",
        read_key),
    KEYS_END,
};
const struct section traffic_section = {"traffic", traffic_keys, NULL};

/* Who follows at once on those who last no time never lets the clock go on. */
static void check_keep(struct loader *loader, const struct yaml_node *node,
                       const struct world_traffic *traffic)
{
    bool keeps = false;
    for (uint32_t i = 0; i < traffic->arrivals_count; i++)
        keeps = keeps || traffic->arrivals[i].kind == ARRIVALS_KEEP;
    if (!keeps || !is_no_time(&traffic->lasts))
        return;
    for (size_t i = 0; i < node->count; i++)
        if (strcmp(node->pair[i].key->text, "lasts") == 0)
            fault_at(loader, node->pair[i].value,
                     "'keep' follows up every end at once, so its connections must last some time");
}

/* Streams are keyed by the hash of a name, so two names may not share one. */
static void check_hashes(struct loader *loader, const struct yaml_node *node)
{
    for (size_t i = 0; i < node->count; i++)
        for (size_t j = 0; j < i; j++) {
            const char *a = node->pair[i].key->text, *b = node->pair[j].key->text;
            if (stream_hash(a, strlen(a)) == stream_hash(b, strlen(b)))
                fault_at(loader, node->pair[i].key, "'%s' and '%s' hash alike; rename one of them",
                         a, b);
        }
}

void read_traffic(struct loader *loader, const struct yaml_node *node, void *into)
{
    struct scenario *scenario = into;
    if (node->kind != YAML_MAPPING || node->count == 0) {
        fault_at(loader, node, "traffic must name at least one: {websocket: {...}}");
        return;
    }
    if (node->count > 1000) {
        fault_at(loader, node, "%zu traffics; 1000 at most", node->count);
        return;
    }
    scenario->traffics = (uint32_t)node->count;
    scenario->traffic = arena_zeroed(&scenario->arena, node->count, sizeof *scenario->traffic);
    for (size_t i = 0; i < node->count; i++) {
        struct world_traffic *traffic = &scenario->traffic[i];
        traffic->reconnect_tries = TRIES_UNLIMITED;
        const char *name = read_name(loader, node->pair[i].key, "a traffic's name");
        traffic->name = name == NULL ? "" : name;
        if (strcmp(traffic->name, "all") == 0)
            fault_at(loader, node->pair[i].key, "'all' is what the reports call all traffic");
        size_t before = loader->faults->errors;
        read_section(loader, &traffic_section, node->pair[i].value, traffic);
        if (loader->faults->errors == before)
            check_keep(loader, node->pair[i].value, traffic);
    }
    check_hashes(loader, node);
}
