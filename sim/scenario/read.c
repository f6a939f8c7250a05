/* read.c: mappings by their tables, and scalars by their kinds. */
#include "sim/scenario/load.h"

#include <stdarg.h>
#include <string.h>

/* ---- Faults ---- */

void fault_at(struct loader *loader, const struct yaml_node *node, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    faults_add_list(loader->faults, node->place, format, arguments);
    va_end(arguments);
}

void fault_unknown(struct loader *loader, const struct yaml_node *node, const char *what,
                   const char *const *known, size_t count)
{
    const char *meant = input_nearest(node->text, known, count);
    if (meant != NULL) {
        fault_at(loader, node, "unknown %s '%s' (did you mean '%s'?)", what, node->text, meant);
        return;
    }
    char list[300] = "";
    for (size_t i = 0, at = 0; i < count && at < sizeof list - 70; i++)
        at += (size_t)snprintf(list + at, sizeof list - at, "%s%s", i > 0 ? ", " : "", known[i]);
    fault_at(loader, node, "unknown %s '%s' (there are: %s)", what, node->text, list);
}

/* ---- Mappings ---- */

static const struct key *find_key(const struct section *section, const char *name)
{
    for (const struct key *key = section->keys; key->row.name != NULL; key++)
        if (strcmp(key->row.name, name) == 0)
            return key;
    return NULL;
}

static void fault_unknown_key(struct loader *loader, const struct section *section,
                              const struct yaml_node *key)
{
    const char *known[64];
    size_t count = 0;
    for (const struct key *k = section->keys; k->row.name != NULL && count < 64; k++)
        known[count++] = k->row.name;
    fault_unknown(loader, key, "key", known, count);
}

bool read_section(struct loader *loader, const struct section *section,
                  const struct yaml_node *node, void *into)
{
    if (node->kind != YAML_MAPPING) {
        fault_at(loader, node, "%s must be a mapping, {key: value, ...}", section->name);
        return false;
    }
    for (size_t i = 0; i < node->count; i++) {
        const struct yaml_pair *pair = &node->pair[i];
        const struct key *key = find_key(section, pair->key->text);
        if (key != NULL && key->row.planned)
            fault_at(loader, pair->key, "'%s' is planned, not there yet", pair->key->text);
        else if (key != NULL)
            key->read(loader, pair->value, into);
        else if (section->other == NULL || !section->other(loader, pair, into))
            fault_unknown_key(loader, section, pair->key);
    }
    for (const struct key *key = section->keys; key->row.name != NULL; key++) {
        bool given = false;
        for (size_t i = 0; i < node->count; i++)
            given = given || strcmp(node->pair[i].key->text, key->row.name) == 0;
        if (key->row.required && !given)
            fault_at(loader, node, "%s needs '%s': %s", section->name, key->row.name,
                     key->row.about);
    }
    return true;
}

/* ---- Scalars ---- */

const char *scalar_text(struct loader *loader, const struct yaml_node *node, const char *what)
{
    if (node->kind == YAML_SCALAR && (node->text[0] != '\0' || node->quoted))
        return node->text;
    fault_at(loader, node, "%s is wanted here: %s",
             node->kind == YAML_SCALAR ? "a value" : "a single value", what);
    return NULL;
}

bool read_time(struct loader *loader, const struct yaml_node *node, uint64_t *ns)
{
    const char *text = scalar_text(loader, node, "a time, like 20m");
    uint64_t time_ns;
    if (text == NULL)
        return false;
    if (value_time(text, &time_ns)) {
        *ns = time_ns;
        return true;
    }
    if (value_time_is_long(text))
        fault_at(loader, node, "'%s' is too long a time: below 2^63 ns, some 292 years", text);
    else
        fault_at(loader, node,
                 "'%s' is not a time: a number and a unit (ns us ms s m h d), like 20m", text);
    return false;
}

bool read_whole(struct loader *loader, const struct yaml_node *node, uint64_t least, uint64_t most,
                uint64_t *whole)
{
    const char *text = scalar_text(loader, node, "a whole number");
    uint64_t value;
    if (text == NULL)
        return false;
    bool fits = value_whole(text, &value);
    if (!fits && !value_whole_is_large(text))
        fault_at(loader, node, "'%s' is not a whole number", text);
    else if (!fits || value < least || value > most)
        fault_at(loader, node, "%s is out of range: %llu to %llu", text, (unsigned long long)least,
                 (unsigned long long)most);
    else {
        *whole = value;
        return true;
    }
    return false;
}

bool read_number(struct loader *loader, const struct yaml_node *node, double *number)
{
    const char *text = scalar_text(loader, node, "a number");
    if (text != NULL && value_number(text, number))
        return true;
    if (text != NULL)
        fault_at(loader, node, "'%s' is not a number", text);
    return false;
}

int read_word(struct loader *loader, const struct yaml_node *node, const char *what,
              const char *const *words)
{
    if (scalar_text(loader, node, what) == NULL)
        return -1;
    int found = word_find(words, node->text);
    size_t count = 0;
    while (words[count] != NULL)
        count++;
    if (found < 0)
        fault_unknown(loader, node, what, words, count);
    return found;
}

const char *read_name(struct loader *loader, const struct yaml_node *node, const char *of_what)
{
    const char *text = scalar_text(loader, node, of_what);
    if (text == NULL)
        return NULL;
    if (value_name(text, strlen(text)))
        return arena_text(&loader->scenario->arena, text, strlen(text));
    fault_at(loader, node,
             "'%s' is not a name: letters, digits and . _ : - after a letter or digit, no '..', "
             "%d bytes at most",
             text, NAME_MAX_BYTES);
    return NULL;
}

void read_true(struct loader *loader, const struct yaml_node *node)
{
    const char *text = scalar_text(loader, node, "true");
    if (text != NULL && strcmp(text, "true") != 0)
        fault_at(loader, node, "only 'true' makes sense here, not '%s'", text);
}
