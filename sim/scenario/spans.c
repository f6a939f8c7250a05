/* spans.c: how long something lasts: distributions, by their table. */
#include "sim/scenario/load.h"

#include "sim/workload/csv.h"

#include <string.h>

/* Spans in seconds become ticks by the same rule as times in a scenario. NULL, or what is wrong. */
static const char *span_of(const char *seconds, uint64_t *ns)
{
    char time[64];
    if ((size_t)snprintf(time, sizeof time, "%ss", seconds) >= sizeof time)
        return "not a number of seconds";
    if (value_time(time, ns))
        return NULL;
    return value_time_is_long(time) ? "too long a time" : "not a number of seconds";
}

static void take_spans(struct loader *loader, const struct yaml_node *node,
                       const struct csv_table *table, struct distribution *distribution)
{
    int column = csv_column(table, "lasts_s");
    if (column < 0) {
        fault_at(loader, node, "'%s' has no column 'lasts_s'", node->text);
        return;
    }
    uint64_t *values = arena_zeroed(&loader->scenario->arena, table->rows, sizeof *values);
    for (size_t row = 0; row < table->rows; row++) {
        const struct csv_cell *cell = csv_cell(table, row, (size_t)column);
        const char *wrong = span_of(cell->text, &values[row]);
        if (wrong != NULL) {
            fault_at(loader, node, "%s:%u:%u: '%s' is %s", node->text, cell->place.line,
                     cell->place.column, cell->text, wrong);
            return;
        }
    }
    distribution->values_ns = values;
    distribution->values = table->rows;
    distribution->file = arena_text(&loader->scenario->arena, node->text, strlen(node->text));
}

/* A CSV with a column lasts_s: each row is as likely. */
static void read_spans(struct loader *loader, const struct yaml_node *node,
                       struct distribution *distribution)
{
    struct csv_table *table = read_table(loader, node, "a CSV file with a column lasts_s");
    if (table != NULL)
        take_spans(loader, node, table, distribution);
    csv_table_free(table);
}

static bool read_parameter(struct loader *loader, const struct yaml_node *node,
                           const struct distribution_key *key,
                           struct distribution_parameter *parameter)
{
    return key->is_time ? read_time(loader, node, &parameter->time_ns)
                        : read_number(loader, node, &parameter->number);
}

static uint32_t parameter_count(const struct distribution_form *form)
{
    uint32_t count = 0;
    while (count < DISTRIBUTION_PARAMETERS && form->key[count].name != NULL)
        count++;
    return count;
}

/* {min: 0s, max: 30s}: all parameters of the form, by name. */
static bool read_parameters(struct loader *loader, const struct yaml_node *node,
                            const struct distribution_form *form, struct distribution *distribution)
{
    uint32_t count = parameter_count(form), given = 0;
    const char *known[DISTRIBUTION_PARAMETERS] = {""};
    bool fine = true;
    for (uint32_t k = 0; k < count; k++)
        known[k] = form->key[k].name;
    if (node->kind != YAML_MAPPING) {
        fault_at(loader, node, "%s needs %s%s%s: {%s: ...}", form->name, known[0],
                 count > 1 ? " and " : "", count > 1 ? known[1] : "", known[0]);
        return false;
    }
    for (size_t i = 0; i < node->count; i++) {
        uint32_t k = 0;
        while (k < count && strcmp(known[k], node->pair[i].key->text) != 0)
            k++;
        if (k == count)
            fault_unknown(loader, node->pair[i].key, "key", known, count);
        fine = k < count &&
               read_parameter(loader, node->pair[i].value, &form->key[k],
                              &distribution->parameter[k]) &&
               fine;
        given |= k < count ? 1u << k : 0;
    }
    for (uint32_t k = 0; k < count; k++)
        if ((given >> k & 1u) == 0) {
            fault_at(loader, node, "%s needs '%s': %s", form->name, known[k], form->key[k].about);
            fine = false;
        }
    return fine;
}

static const struct distribution_form *find_form(const char *name)
{
    for (int i = 0; i < DISTRIBUTION_KINDS; i++)
        if (strcmp(distribution_forms[i].name, name) == 0)
            return &distribution_forms[i];
    return NULL;
}

static void fault_unknown_form(struct loader *loader, const struct yaml_node *node)
{
    const char *known[DISTRIBUTION_KINDS];
    uint64_t ns;
    for (int i = 0; i < DISTRIBUTION_KINDS; i++)
        known[i] = distribution_forms[i].name;
    if (value_time(node->text, &ns))
        fault_at(loader, node, "'%s' alone is no distribution; did you mean {constant: %s}?",
                 node->text, node->text);
    else
        fault_unknown(loader, node, "distribution", known, DISTRIBUTION_KINDS);
}

/* What stands behind the form's name: a lone value, a list of spans, or parameters by name. */
static void read_form(struct loader *loader, const struct yaml_node *value,
                      struct distribution *distribution)
{
    const struct distribution_form *form = &distribution_forms[distribution->kind];
    size_t before = loader->faults->errors, key;
    bool fine = true;
    if (form->values)
        read_spans(loader, value, distribution);
    else if (form->lone && value->kind == YAML_SCALAR)
        fine = read_parameter(loader, value, &form->key[0], &distribution->parameter[0]);
    else
        fine = read_parameters(loader, value, form, distribution);
    const char *wrong = fine ? distribution_fault(distribution, &key) : NULL;
    if (wrong != NULL && !form->values)
        fault_at(loader, value, "%s of %s %s", form->key[key].name, form->name, wrong);
    else if (wrong != NULL && loader->faults->errors == before)
        fault_at(loader, value, "%s %s", form->name, wrong);
}

void read_distribution(struct loader *loader, const struct yaml_node *node,
                       struct distribution *distribution)
{
    bool bare = node->kind == YAML_SCALAR;
    if (!bare && (node->kind != YAML_MAPPING || node->count != 1)) {
        fault_at(loader, node, "one distribution is wanted here, like {exponential: 20m}");
        return;
    }
    if (bare && scalar_text(loader, node, "a distribution, like {exponential: 20m}") == NULL)
        return;
    const struct yaml_node *name = bare ? node : node->pair[0].key;
    const struct distribution_form *form = find_form(name->text);
    if (form == NULL) {
        fault_unknown_form(loader, name);
        return;
    }
    if (bare != (parameter_count(form) == 0 && !form->values)) {
        fault_at(loader, name, bare ? "%s needs its parameters: {%s: ...}" : "%s takes nothing%s",
                 form->name, bare ? form->name : "");
        return;
    }
    *distribution =
        (struct distribution){.kind = (enum distribution_kind)(form - distribution_forms)};
    if (!bare)
        read_form(loader, node->pair[0].value, distribution);
}
