/* balancers.c: who is compared: a preset, or an algorithm with a view and a change, and habits. */
#include "sim/scenario/load.h"

#include "sim/engine/memory.h"

#include <stdlib.h>
#include <string.h>

#define BALANCERS_MAX 200

/* What an entry says; where it says nothing, its preset or algorithm does. */
struct entry {
    struct balancer *balancer;
    bool based; /* preset or algorithm is known */
};

static struct balancer *of(void *into)
{
    return ((struct entry *)into)->balancer;
}

/* Both are looked up before the other keys are read: see base_on(). */
static void read_base(struct loader *loader, const struct yaml_node *node, void *into)
{
    (void)loader, (void)node, (void)into;
}

static void read_balancer_name(struct loader *loader, const struct yaml_node *node, void *into)
{
    const char *name = read_name(loader, node, "a balancer's name");
    if (name != NULL)
        of(into)->name = arena_text(&loader->scenario->arena, name, strlen(name));
}

static void read_view(struct loader *loader, const struct yaml_node *node, void *into)
{
    const char *words[16] = {NULL};
    for (uint32_t i = 0; lb_view_at(i) != NULL && i < 15; i++)
        words[i] = lb_view_at(i)->name;
    int view = read_word(loader, node, "view", words);
    if (view >= 0)
        of(into)->view = lb_view_at((uint32_t)view);
}

static void read_change(struct loader *loader, const struct yaml_node *node, void *into)
{
    int word = read_word(loader, node, "change", change_choice.words);
    if (word >= 0)
        of(into)->change = (enum change)word;
}

/* The algorithm's parameter of this name, or NULL. */
static const struct lb_param *param_called(const struct lb_algorithm *algorithm, const char *name)
{
    const struct lb_param *param = algorithm == NULL ? NULL : lb_algorithm_params(algorithm);
    while (param != NULL && param->name != NULL && strcmp(param->name, name) != 0)
        param++;
    return param == NULL || param->name == NULL ? NULL : param;
}

/* A word says where numbers come from. A number is how many, where the algorithm asks for that. */
static void read_draws(struct loader *loader, const struct yaml_node *node, void *into)
{
    struct balancer *balancer = of(into);
    const struct lb_param *param = param_called(balancer->algorithm, "draws");
    for (size_t i = 0; node->kind == YAML_SEQUENCE && i < node->count && param != NULL; i++)
        if (node->item[i]->kind == YAML_SCALAR)
            read_draws(loader, node->item[i], into);
        else
            fault_at(loader, node->item[i], "draws are a number, a word, or one of each");
    if (node->kind == YAML_SEQUENCE && param != NULL)
        return;
    if (param != NULL && node->kind == YAML_SCALAR && node->text[0] >= '0' &&
        node->text[0] <= '9') {
        read_whole(loader, node, param->min, param->max,
                   &balancer->param[param - lb_algorithm_params(balancer->algorithm)]);
        return;
    }
    int word = read_word(loader, node, "way to draw", draws_choice.words);
    if (word >= 0)
        balancer->draws = (enum draws)word;
}

static void read_balancer_workers(struct loader *loader, const struct yaml_node *node, void *into)
{
    uint64_t workers = 0;
    if (read_whole(loader, node, 1, 1024, &workers))
        of(into)->workers = (uint32_t)workers;
}

static void read_reap(struct loader *loader, const struct yaml_node *node, void *into)
{
    if (node->kind == YAML_SCALAR && strcmp(node->text, "never") == 0)
        of(into)->reap_ns = REAP_NEVER;
    else
        read_time(loader, node, &of(into)->reap_ns);
}

static void read_after_crash(struct loader *loader, const struct yaml_node *node, void *into)
{
    static const char *const words[] = {"reaped", "leaked", NULL};
    int word = read_word(loader, node, "habit after a crash", words);
    if (word >= 0)
        of(into)->reap_ns = word == 0 ? 0 : REAP_NEVER;
}

static const struct key balancer_keys[] = {
    KEY("name", "name", "the preset's or algorithm's", "what the reports call it",
        read_balancer_name),
    KEY("preset", "preset", NULL, "a named combination; see `lbsim list presets`", read_base),
    KEY("algorithm", "algorithm", NULL, "instead: an algorithm, with its parameters as keys",
        read_base),
    KEY("view", "view", "host", "which connections a pick sees; see `lbsim list views`", read_view),
    KEY("change", "in_place | rebuild | reload", "in_place",
        "how a new member list reaches a picker", read_change),
    KEY("workers", "1..1024", "as the gateway", "worker processes of each instance",
        read_balancer_workers),
    KEY("draws", "connection | sequence | process", "connection",
        "where a pick's random numbers come from; with random_ring also a number, how many servers "
        "are drawn, or both, [3, process]",
        read_draws),
    KEY("reap", "time | never", "0s", "when a crashed worker's counts are dropped", read_reap),
    KEY("after_crash", "reaped | leaked", "reaped", "the same in a word: reap 0s, or never",
        read_after_crash),
    KEY_PLANNED("accept", "which worker takes a connection"),
    KEYS_END,
};

/* ---- Habits and parameters: keys from the tables of the world and of the algorithms ---- */

static bool read_trait(struct loader *loader, const struct yaml_pair *pair,
                       struct balancer *balancer)
{
    for (int i = 0; i < TRAITS; i++)
        if (strcmp(traits[i].key, pair->key->text) == 0) {
            int word = read_word(loader, pair->value, traits[i].key, traits[i].words);
            if (word >= 0)
                balancer->trait[i] = (uint8_t)word;
            return true;
        }
    return false;
}

static void read_param_number(struct loader *loader, const struct yaml_node *node,
                              const struct lb_param *param, uint64_t *value)
{
    bool off = param->or_off && node->kind == YAML_SCALAR && strcmp(node->text, "0") == 0;
    if (off)
        *value = 0;
    else
        read_whole(loader, node, param->min, param->max, value);
}

static bool read_param(struct loader *loader, const struct yaml_pair *pair,
                       struct balancer *balancer)
{
    const struct lb_param *param = lb_algorithm_params(balancer->algorithm);
    for (uint32_t i = 0; param[i].name != NULL; i++) {
        if (strcmp(param[i].name, pair->key->text) != 0)
            continue;
        if (param[i].words == NULL) {
            read_param_number(loader, pair->value, &param[i], &balancer->param[i]);
        } else {
            int word = read_word(loader, pair->value, param[i].name, param[i].words);
            if (word >= 0)
                balancer->param[i] = (uint64_t)word;
        }
        return true;
    }
    return false;
}

/* The first algorithm that has a parameter of this name, or NULL. */
static const struct lb_algorithm *algorithm_with(const struct loader *loader, const char *name)
{
    for (uint32_t a = 0; algorithm_at(loader, a) != NULL; a++) {
        const struct lb_param *param = lb_algorithm_params(algorithm_at(loader, a));
        for (uint32_t i = 0; param[i].name != NULL; i++)
            if (strcmp(param[i].name, name) == 0)
                return algorithm_at(loader, a);
    }
    return NULL;
}

/* An unknown key is told with all that would have been known: the table's keys, the habits, and the
 * algorithm's own parameters. */
static void fault_key(struct loader *loader, const struct yaml_node *key,
                      const struct balancer *balancer)
{
    const char *known[64];
    size_t count = 0;
    const struct lb_algorithm *other = algorithm_with(loader, key->text);
    if (other != NULL) {
        fault_at(loader, key, "'%s' is a parameter of %s, not of %s", key->text,
                 lb_algorithm_name(other), lb_algorithm_name(balancer->algorithm));
        return;
    }
    const struct lb_param *param = lb_algorithm_params(balancer->algorithm);
    for (uint32_t i = 0; param[i].name != NULL; i++)
        known[count++] = param[i].name;
    for (const struct key *k = balancer_keys; k->row.name != NULL; k++)
        known[count++] = k->row.name;
    for (int i = 0; i < TRAITS; i++)
        known[count++] = traits[i].key;
    fault_unknown(loader, key, "key", known, count);
}

static bool read_other(struct loader *loader, const struct yaml_pair *pair, void *into)
{
    struct entry *entry = into;
    if (entry->based && !read_trait(loader, pair, entry->balancer) &&
        !read_param(loader, pair, entry->balancer))
        fault_key(loader, pair->key, entry->balancer);
    return true;
}

const struct section balancer_section = {"a balancer", balancer_keys, read_other};

bool scenario_balancer_has_key(const char *name)
{
    for (const struct key *key = balancer_keys; key->row.name != NULL; key++)
        if (strcmp(key->row.name, name) == 0)
            return true;
    for (int i = 0; i < TRAITS; i++)
        if (strcmp(traits[i].key, name) == 0)
            return true;
    return false;
}

/* ---- An entry ---- */

static const struct yaml_node *value_of(const struct yaml_node *node, const char *key)
{
    for (size_t i = 0; i < node->count; i++)
        if (strcmp(node->pair[i].key->text, key) == 0)
            return node->pair[i].value;
    return NULL;
}

static bool base_on(struct loader *loader, const struct yaml_node *node, struct balancer *balancer)
{
    const struct yaml_node *preset = value_of(node, "preset");
    const struct yaml_node *algorithm = value_of(node, "algorithm");
    if (preset != NULL && algorithm != NULL)
        fault_at(loader, algorithm, "either preset or algorithm, not both");
    else if (preset != NULL)
        return base_on_preset(loader, preset, balancer);
    else if (algorithm != NULL)
        return base_on_algorithm(loader, algorithm, balancer);
    else
        fault_at(loader, node, "a balancer needs 'preset' or 'algorithm'");
    return false;
}

static void read_one_balancer(struct loader *loader, const struct yaml_node *node,
                              struct balancer *balancer)
{
    if (node->kind == YAML_SCALAR) {
        base_on_preset(loader, node, balancer);
        return;
    }
    struct entry entry = {.balancer = balancer};
    if (node->kind == YAML_MAPPING)
        entry.based = base_on(loader, node, balancer);
    read_section(loader, &balancer_section, node, &entry);
}

void read_balancers(struct loader *loader, const struct yaml_node *node, void *into)
{
    struct scenario *scenario = into;
    size_t before = loader->faults->errors;
    loader->balancers_in_doubt = true;
    if (node->kind != YAML_SEQUENCE || node->count == 0 || node->count > BALANCERS_MAX) {
        fault_at(loader, node, "balancers must be a list of 1 to %d, [round_robin, apisix-merged]",
                 BALANCERS_MAX);
        return;
    }
    scenario->balancer = arena_zeroed(&scenario->arena, node->count, sizeof *scenario->balancer);
    for (size_t i = 0; i < node->count; i++) {
        struct balancer *balancer = &scenario->balancer[scenario->balancers];
        *balancer = (struct balancer){.name = NULL};
        read_one_balancer(loader, node->item[i], balancer);
        balancer->place = node->item_place[i];
        scenario->balancers += balancer->algorithm != NULL; /* else there is nothing to judge */
    }
    loader->balancers_in_doubt = loader->faults->errors > before;
}

/* ---- One balancer from the command line ---- */

/* What all that, as a name, may be made of. */
#define SPELLING "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-,="

/* `least_conn,view=worker` as YAML: {preset: least_conn, view: worker}; the places stay close. */
static char *as_yaml(const char *text)
{
    static const char opening[] = "{preset: ";
    char *yaml = memory_zeroed(sizeof opening + 2 * strlen(text) + 2, 1);
    size_t at = sizeof opening - 1;
    memcpy(yaml, opening, at);
    for (const char *c = text; *c != '\0'; c++) {
        const char *put = *c == ',' ? ", " : *c == '=' ? ": " : NULL;
        if (put == NULL) {
            yaml[at++] = *c;
        } else {
            yaml[at++] = put[0];
            yaml[at++] = put[1];
        }
    }
    yaml[at++] = '}';
    return yaml;
}

bool scenario_read_balancer(struct scenario *scenario, const char *text, struct balancer *balancer,
                            struct input *input, struct faults *faults)
{
    *input = (struct input){.name = NULL};
    for (uint32_t i = 0; i < scenario->balancers; i++)
        if (strcmp(scenario->balancer[i].name, text) == 0) {
            *balancer = scenario->balancer[i];
            return true;
        }
    char *yaml = as_yaml(text);
    input_of_text(input, "-b", yaml, strlen(yaml));
    free(yaml);
    struct yaml_document *document = yaml_read(input, faults);
    struct loader loader = {.scenario = scenario, .faults = faults, .input = input};
    *balancer = (struct balancer){.name = NULL};
    if (document != NULL)
        read_one_balancer(&loader, yaml_root(document), balancer);
    yaml_free(document);
    /* Options make another balancer of it, so it is called by all of what was asked. */
    bool unnamed = strchr(text, ',') != NULL && strstr(text, "name=") == NULL;
    if (faults->errors == 0 && unnamed && text[strspn(text, SPELLING)] != '\0')
        faults_add(faults, (struct place){1, 1, 1},
                   "letters, digits and . _ : - alone spell a balancer: PRESET,KEY=VALUE");
    else if (faults->errors == 0 && unnamed)
        balancer->name = arena_text(&scenario->arena, text, strlen(text));
    return faults->errors == 0;
}
