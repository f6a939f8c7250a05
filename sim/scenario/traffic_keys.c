/* traffic_keys.c: whose connections they are: keys, by their table. */
#include "sim/scenario/load.h"

#include "sim/workload/csv.h"

#include <string.h>

enum { KEY_BYTES_MOST = 1000 };

/* ---- Drawn by number ---- */

static void read_count(struct loader *loader, const struct yaml_node *node, void *into)
{
    read_whole(loader, node, 1, KEYS_MOST, &((struct keys *)into)->count);
}

static void read_exponent(struct loader *loader, const struct yaml_node *node, void *into)
{
    double exponent;
    if (!read_number(loader, node, &exponent))
        return;
    if (exponent > KEYS_EXPONENT_MOST)
        fault_at(loader, node, "%s is out of range: 0 to %d", node->text, KEYS_EXPONENT_MOST);
    else
        ((struct keys *)into)->exponent = exponent;
}

static const struct key zipf_keys[] = {
    KEY_REQUIRED("keys", "1..1000000000", "how many there are", read_count),
    KEY_REQUIRED("s", "0..20", "key n is as likely as n^-s: at 0 all are alike", read_exponent),
    KEYS_END,
};
const struct section zipf_section = {"zipf", zipf_keys, NULL};

/* ---- From a file ---- */

/* Where a file has its keys, and perhaps their weights: -1: it has none. */
struct columns {
    int key, weight;
};

/* A row as the table has it. What is wrong with it, in which cell; or NULL. */
static const char *judge_row(const struct csv_table *table, size_t row, struct columns columns,
                             struct keys_row *into, const struct csv_cell **cell)
{
    uint64_t weight = 1;
    *cell = csv_cell(table, row, (size_t)columns.key);
    into->text = (*cell)->text;
    into->length = strlen(into->text);
    if (into->length == 0)
        return "no key";
    if (into->length > KEY_BYTES_MOST)
        return "too long a key: over 1000 bytes";
    if (columns.weight >= 0) {
        *cell = csv_cell(table, row, (size_t)columns.weight);
        bool fits = value_whole((*cell)->text, &weight);
        if (!fits && !value_whole_is_large((*cell)->text))
            return "not a weight: a whole number";
        if (!fits || weight > KEYS_WEIGHT_MOST)
            return "too large a weight: over 1000000000000";
    }
    into->upto = weight + (row > 0 ? into[-1].upto : 0);
    return NULL;
}

static bool judge_rows(struct loader *loader, const struct yaml_node *node,
                       const struct csv_table *table, struct keys_row *rows)
{
    struct columns columns = {csv_column(table, "key"), csv_column(table, "weight")};
    const struct csv_cell *cell;
    if (columns.key < 0) {
        fault_at(loader, node, "'%s' has no column 'key'", node->text);
        return false;
    }
    for (size_t row = 0; row < table->rows; row++) {
        const char *wrong = judge_row(table, row, columns, &rows[row], &cell);
        if (wrong != NULL) {
            fault_at(loader, node, "%s:%u:%u: '%s' is %s", node->text, cell->place.line,
                     cell->place.column, cell->text, wrong);
            return false;
        }
    }
    if (table->rows > 0 && rows[table->rows - 1].upto > 0)
        return true;
    fault_at(loader, node, "csv must hold at least one key%s",
             table->rows > 0 ? " of a weight above 0" : "");
    return false;
}

/* The table's texts end with it. */
static void keep_texts(struct arena *arena, struct keys_row *rows, size_t count)
{
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++)
        bytes += rows[i].length + 1;
    char *text = arena_zeroed(arena, bytes, 1);
    for (size_t i = 0; i < count; i++) {
        memcpy(text, rows[i].text, rows[i].length + 1);
        rows[i].text = text;
        text += rows[i].length + 1;
    }
}

static void take_rows(struct loader *loader, const struct yaml_node *node,
                      const struct csv_table *table, struct keys *keys)
{
    struct arena *arena = &loader->scenario->arena;
    struct keys_row *rows = arena_zeroed(arena, table->rows, sizeof *rows);
    if (!judge_rows(loader, node, table, rows))
        return;
    keep_texts(arena, rows, table->rows);
    *keys = keys_csv(rows, table->rows, arena_text(arena, node->text, strlen(node->text)));
}

static void read_rows(struct loader *loader, const struct yaml_node *node, struct keys *keys)
{
    struct csv_table *table = read_table(loader, node, "a CSV file with a column key");
    if (table != NULL)
        take_rows(loader, node, table, keys);
    csv_table_free(table);
}

/* ---- Any of them ---- */

static int find_form(struct loader *loader, const struct yaml_node *name)
{
    const char *known[KEYS_KINDS];
    for (int i = 0; i < KEYS_KINDS; i++) {
        known[i] = keys_forms[i].name;
        if (strcmp(known[i], name->text) == 0)
            return i;
    }
    fault_unknown(loader, name, "kind of keys", known, KEYS_KINDS);
    return -1;
}

static void read_kind(struct loader *loader, enum keys_kind kind, const struct yaml_node *value,
                      struct keys *keys)
{
    size_t before = loader->faults->errors;
    struct keys read = {.kind = kind};
    switch (kind) {
    case KEYS_UNIFORM:
        read_count(loader, value, &read);
        if (loader->faults->errors == before)
            *keys = keys_uniform(read.count);
        return;
    case KEYS_ZIPF:
        read_section(loader, &zipf_section, value, &read);
        if (loader->faults->errors == before)
            *keys = keys_zipf(read.count, read.exponent);
        return;
    case KEYS_CSV:
        read_rows(loader, value, keys);
        return;
    case KEYS_EACH:
    case KEYS_KINDS:
        return;
    }
}

void read_keys(struct loader *loader, const struct yaml_node *node, struct keys *keys)
{
    static const char what[] = "keys, like {uniform: 100}";
    bool bare = node->kind == YAML_SCALAR;
    if (!bare && (node->kind != YAML_MAPPING || node->count != 1)) {
        fault_at(loader, node, "one kind of keys is wanted here, like {uniform: 100}");
        return;
    }
    if (bare && scalar_text(loader, node, what) == NULL)
        return;
    const struct yaml_node *name = bare ? node : node->pair[0].key;
    int kind = find_form(loader, name);
    if (kind < 0)
        return;
    const struct keys_form *form = &keys_forms[kind];
    if (bare && form->takes != NULL)
        fault_at(loader, name, "%s needs its %s: {%s: ...}", form->name,
                 kind == KEYS_CSV ? "file" : "keys", form->name);
    else if (!bare && form->takes == NULL)
        fault_at(loader, name, "%s takes nothing", form->name);
    else if (!bare)
        read_kind(loader, (enum keys_kind)kind, node->pair[0].value, keys);
}
