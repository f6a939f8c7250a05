/* yaml_tree.h: a yaml_document under construction, from what a parser meets in the order of the
 * text. Between yaml.c, which knows the parser, and the tree, which does not. */
#ifndef SIM_SCENARIO_YAML_TREE_H
#define SIM_SCENARIO_YAML_TREE_H

#include "sim/scenario/yaml.h"

struct tree;

/* Faults go there as they are met. */
struct tree *tree_start(struct faults *faults);

/* The finished document, or NULL if there is none to be had; either way the tree is gone. */
struct yaml_document *tree_finish(struct tree *tree);

/* Whether reading on is of no use: a limit is passed. */
bool tree_is_full(const struct tree *tree);

/* There will be no document; reading on may find more faults. */
void tree_break(struct tree *tree);

/* Names the node that comes next (&name). */
void tree_anchor(struct tree *tree, struct place place, const char *name, size_t length);

/* The nodes: in a mapping keys and values by turns. Texts are copied. */
void tree_scalar(struct tree *tree, struct place place, const char *text, size_t length,
                 bool quoted);
void tree_alias(struct tree *tree, struct place place, const char *name, size_t length);
void tree_begin(struct tree *tree, enum yaml_kind kind, struct place place, bool in_brackets);
void tree_end(struct tree *tree);

/* The key that waits for its value, or NULL if no value is due. */
const struct yaml_node *tree_waiting_key(const struct tree *tree);

/* The innermost [ or { that has begun and not ended, or NULL. */
const struct yaml_node *tree_open_bracket(const struct tree *tree);

#endif
