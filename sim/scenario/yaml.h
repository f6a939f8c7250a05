/* yaml.h: a YAML text as a plain tree whose every node knows its place. libfyaml is not seen here.
 *
 * Of YAML this reads what a scenario needs: one document; mappings, lists, scalars as text (`no`
 * and 012 are not interpreted), anchors and aliases. Refused, each with its place and a plain
 * message: tags, directives, merge keys (<<), keys that are not text or very long, duplicate keys,
 * aliases to nothing or to what they stand in, characters that are not seen, a second document, an
 * empty one, and more than the limits below allow: they bound what any text can cost. */
#ifndef SIM_SCENARIO_YAML_H
#define SIM_SCENARIO_YAML_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/workload/input.h"

#define YAML_BYTES     ((size_t)1 << 20) /* the limit for input_read() */
#define YAML_DEPTH     64                /* levels, aliases written out */
#define YAML_NODES     100000            /* aliases written out */
#define YAML_TEXT      YAML_BYTES        /* of all scalars, aliases written out */
#define YAML_KEY_BYTES 1024

enum yaml_kind { YAML_SCALAR, YAML_SEQUENCE, YAML_MAPPING };

struct yaml_node;

struct yaml_pair {
    const struct yaml_node *key; /* a scalar */
    const struct yaml_node *value;
};

/* An alias is the node it names, with that node's place: one node may hang in several places, but
 * never below itself. */
struct yaml_node {
    enum yaml_kind kind;
    bool quoted;        /* a scalar in quotes, or a block of text (| or >) */
    struct place place; /* a scalar's text; '[' or '{'; the first '-'; else the first key's. A value
                         * that is missing has its key's place, a missing item that of its '-' */
    const char *text;   /* a scalar's, UTF-8, tab and line feed its only control characters; "" if
                         * missing, and for the other kinds */
    size_t count;       /* of items or pairs, in the order of the text */
    const struct yaml_node *const *item;
    const struct place
        *item_place;              /* [count]: where it stands in this list: an alias's is its own */
    const struct yaml_pair *pair; /* no two keys of the same text */
};

struct yaml_document;

/* Checks the text (input_check_text) and reads it; all that is wrong goes to faults. NULL if no
 * tree can be had. A tree may come with faults (tags, duplicate keys of which only the first is in
 * it), so that the caller can go on and judge the rest in the same run. Freed with yaml_free(), and
 * with it all nodes. The document does not need the input any more. */
struct yaml_document *yaml_read(const struct input *input, struct faults *faults);

const struct yaml_node *yaml_root(const struct yaml_document *document);

void yaml_free(struct yaml_document *document);

#endif
