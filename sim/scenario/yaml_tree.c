/* yaml_tree.c: building, limiting and freeing a yaml_document.
 *
 * Nothing is ever copied: an alias hangs the node it names into one more place, and is only counted
 * as what it would be written out, in nodes, text and levels. So "a billion laughs" ends at its
 * first alias too many, and a reader of the tree never meets more than the limits promise. */
#include "sim/scenario/yaml_tree.h"

#include "sim/engine/memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define ANCHORS_MAX 1000 /* aliases are looked up one by one */
#define NO_ANCHOR   ANCHORS_MAX
#define BLOCK_BYTES 65536

/* Nodes and texts live in blocks and die together. */
struct block {
    struct block *next;
    size_t used, room;
    max_align_t data[];
};

struct yaml_document {
    const struct yaml_node *root;
    struct block *block;
};

/* What a node comes to, aliases written out. */
struct extent {
    size_t nodes, text; /* text: bytes of scalars */
    unsigned levels;    /* its own counted; a scalar has none */
};

/* A mapping or sequence that has begun. */
struct open {
    struct yaml_node *node;
    size_t first;         /* of tree.held: its children so far (a mapping's: key, value, ...) */
    size_t anchor;        /* its own, or NO_ANCHOR */
    struct extent before; /* tree.all when it began */
    unsigned levels;      /* that it has so far */
    bool in_brackets;     /* begun by [ or { */
};

struct anchor {
    const char *name;
    size_t length;
    const struct yaml_node *node; /* NULL until its end */
    struct extent extent;
};

struct held { /* a finished node */
    const struct yaml_node *node;
    struct place place; /* an alias's is not its node's */
};

struct tree {
    struct faults *faults;
    struct yaml_document *document;
    struct open open[YAML_DEPTH];
    unsigned depth;
    struct held *held; /* that wait for their parent's end */
    size_t held_count, held_room;
    struct anchor anchor[ANCHORS_MAX];
    size_t anchors;
    size_t next_anchor; /* of the node that comes next, or NO_ANCHOR */
    struct extent all;  /* so far; its levels are not kept */
    bool broken;        /* no document can be had */
    bool full;          /* nor any use in reading on */
};

static void *allot(struct yaml_document *document, size_t size)
{
    size = (size + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
    struct block *block = document->block;
    if (block == NULL || block->room - block->used < size) {
        size_t room = size > BLOCK_BYTES ? size : BLOCK_BYTES;
        block = memory_zeroed(1, sizeof *block + room);
        *block = (struct block){.next = document->block, .room = room};
        document->block = block;
    }
    void *memory = (char *)block->data + block->used;
    block->used += size;
    return memory;
}

static const char *allot_text(struct yaml_document *document, const char *text, size_t length)
{
    char *copy = allot(document, length + 1);
    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

struct tree *tree_start(struct faults *faults)
{
    struct tree *tree = memory_zeroed(1, sizeof *tree);
    tree->faults = faults;
    tree->document = memory_zeroed(1, sizeof *tree->document);
    tree->next_anchor = NO_ANCHOR;
    return tree;
}

struct yaml_document *tree_finish(struct tree *tree)
{
    struct yaml_document *document = tree->document;
    const struct yaml_node *root = document->root;
    if (!tree->broken && (root == NULL || (root->kind == YAML_SCALAR && root->text[0] == '\0'))) {
        faults_add(tree->faults, (struct place){0}, "nothing is written here");
        tree->broken = true;
    }
    if (tree->broken) {
        yaml_free(document);
        document = NULL;
    }
    free(tree->held);
    free(tree);
    return document;
}

bool tree_is_full(const struct tree *tree)
{
    return tree->full;
}

void tree_break(struct tree *tree)
{
    tree->broken = true;
}

/* A limit is passed: a text like this gets no further. */
static void give_up(struct tree *tree)
{
    tree->broken = tree->full = true;
}

static const struct open *innermost(const struct tree *tree)
{
    return tree->depth > 0 ? &tree->open[tree->depth - 1] : NULL;
}

/* Whether the next node is a mapping's key (turn 0) or value (turn 1). */
static bool is_turn(const struct tree *tree, size_t turn)
{
    const struct open *parent = innermost(tree);
    return parent != NULL && parent->node->kind == YAML_MAPPING &&
           (tree->held_count - parent->first) % 2 == turn;
}

const struct yaml_node *tree_waiting_key(const struct tree *tree)
{
    return is_turn(tree, 1) ? tree->held[tree->held_count - 1].node : NULL;
}

const struct yaml_node *tree_open_bracket(const struct tree *tree)
{
    for (unsigned i = tree->depth; i-- > 0;)
        if (tree->open[i].in_brackets)
            return tree->open[i].node;
    return NULL;
}

static void check_key(struct tree *tree, const struct yaml_node *key)
{
    if (strnlen(key->text, YAML_KEY_BYTES + 1) > YAML_KEY_BYTES) {
        faults_add(tree->faults, key->place, "a key of more than %d bytes", YAML_KEY_BYTES);
        give_up(tree);
        return;
    }
    if (key->kind != YAML_SCALAR)
        faults_add(tree->faults, key->place, "a key must be text, not a %s",
                   key->kind == YAML_SEQUENCE ? "list" : "mapping");
    else if (!key->quoted && key->text[0] == '\0')
        faults_add(tree->faults, key->place, "a key is missing here");
    else if (!key->quoted && strcmp(key->text, "<<") == 0)
        faults_add(tree->faults, key->place, "merge keys (<<) are not read here; write it out");
    else
        return;
    tree_break(tree);
}

/* Hands a finished node of so many levels to its parent. */
static void hold(struct tree *tree, struct held held, unsigned levels)
{
    if (tree->depth == 0) {
        tree->document->root = held.node;
        return;
    }
    if (is_turn(tree, 0))
        check_key(tree, held.node);
    struct open *parent = &tree->open[tree->depth - 1];
    if (levels >= parent->levels)
        parent->levels = levels + 1;
    if (tree->held_count == tree->held_room) {
        tree->held_room = tree->held_room > 0 ? tree->held_room * 2 : 256;
        tree->held = memory_resized(tree->held, tree->held_room, sizeof *tree->held);
    }
    tree->held[tree->held_count++] = held;
}

/* Counts a node in; false, and the tree full, if that is too much. */
static bool admit(struct tree *tree, struct place place, struct extent extent)
{
    tree->all.nodes += extent.nodes;
    tree->all.text += extent.text;
    if (tree->all.nodes > YAML_NODES)
        faults_add(tree->faults, place, "too much: over %d values, aliases written out",
                   YAML_NODES);
    else if (tree->all.text > YAML_TEXT)
        faults_add(tree->faults, place, "too much: over %zu bytes of text, aliases written out",
                   YAML_TEXT);
    else if (tree->depth + extent.levels > YAML_DEPTH)
        faults_add(tree->faults, place, "nested more than %d levels deep", YAML_DEPTH);
    else
        return true;
    give_up(tree);
    return false;
}

void tree_anchor(struct tree *tree, struct place place, const char *name, size_t length)
{
    if (tree->anchors == ANCHORS_MAX) {
        faults_add(tree->faults, place, "more than %d anchors", ANCHORS_MAX);
        give_up(tree);
        return;
    }
    tree->next_anchor = tree->anchors++;
    tree->anchor[tree->next_anchor].name = allot_text(tree->document, name, length);
    tree->anchor[tree->next_anchor].length = length;
}

static size_t take_anchor(struct tree *tree)
{
    size_t anchor = tree->next_anchor;
    tree->next_anchor = NO_ANCHOR;
    return anchor;
}

static void bind_anchor(struct tree *tree, size_t index, const struct yaml_node *node,
                        struct extent extent)
{
    if (index == NO_ANCHOR)
        return;
    tree->anchor[index].node = node;
    tree->anchor[index].extent = extent;
}

void tree_scalar(struct tree *tree, struct place place, const char *text, size_t length,
                 bool quoted)
{
    struct extent extent = {.nodes = 1, .text = length};
    if (!admit(tree, place, extent))
        return;
    struct yaml_node *node = allot(tree->document, sizeof *node);
    *node = (struct yaml_node){.kind = YAML_SCALAR,
                               .quoted = quoted,
                               .place = place,
                               .text = allot_text(tree->document, text, length)};
    bind_anchor(tree, take_anchor(tree), node, extent);
    hold(tree, (struct held){node, place}, 0);
}

/* The latest anchor of that name, as YAML has it. */
static const struct anchor *find_anchor(const struct tree *tree, const char *name, size_t length)
{
    for (size_t i = tree->anchors; i-- > 0;)
        if (tree->anchor[i].length == length && memcmp(tree->anchor[i].name, name, length) == 0)
            return &tree->anchor[i];
    return NULL;
}

void tree_alias(struct tree *tree, struct place place, const char *name, size_t length)
{
    const struct anchor *found = find_anchor(tree, name, length);
    if (found != NULL && found->node != NULL) {
        if (admit(tree, place, found->extent))
            hold(tree, (struct held){found->node, place}, found->extent.levels);
        return;
    }
    if (found == NULL)
        faults_add(tree->faults, place,
                   "no '&%.*s' stands before this (quote text that begins with '*')", (int)length,
                   name);
    else
        faults_add(tree->faults, place, "this stands inside '&%.*s' itself", (int)length, name);
    tree_break(tree);
    /* Something must be there, or keys and values would change their turns. */
    tree_scalar(tree, place, "*", 1, true);
}

void tree_begin(struct tree *tree, enum yaml_kind kind, struct place place, bool in_brackets)
{
    struct extent before = tree->all;
    if (!admit(tree, place, (struct extent){.nodes = 1, .levels = 1}))
        return;
    struct yaml_node *node = allot(tree->document, sizeof *node);
    *node = (struct yaml_node){.kind = kind, .place = place, .text = ""};
    tree->open[tree->depth++] = (struct open){.node = node,
                                              .first = tree->held_count,
                                              .anchor = take_anchor(tree),
                                              .before = before,
                                              .levels = 1,
                                              .in_brackets = in_brackets};
}

static int by_text(const void *left, const void *right)
{
    const struct yaml_pair *a = *(const struct yaml_pair *const *)left;
    const struct yaml_pair *b = *(const struct yaml_pair *const *)right;
    int order = strcmp(a->key->text, b->key->text);
    return order != 0 ? order : a < b ? -1 : a > b;
}

/* Reports each key that an earlier one equals, and drops its pair. */
static size_t without_duplicates(struct tree *tree, struct yaml_pair *pair, size_t count)
{
    struct yaml_pair **order = memory_zeroed(count, sizeof *order);
    for (size_t i = 0; i < count; i++)
        order[i] = &pair[i];
    qsort(order, count, sizeof *order, by_text);
    size_t first = 0, kept = 0;
    for (size_t i = 1; i < count; i++) {
        const struct yaml_node *key = order[i]->key, *earlier = order[first]->key;
        if (key->kind != YAML_SCALAR || strcmp(key->text, earlier->text) != 0) {
            first = i;
            continue;
        }
        faults_add(tree->faults, key->place, "duplicate key '%s' (the first is on line %u)",
                   key->text, (unsigned)earlier->place.line);
        order[i]->key = NULL;
    }
    free(order);
    for (size_t i = 0; i < count; i++)
        if (pair[i].key != NULL)
            pair[kept++] = pair[i];
    return kept;
}

static void end_sequence(struct tree *tree, struct yaml_node *node, const struct held *child,
                         size_t count)
{
    const struct yaml_node **item = allot(tree->document, count * sizeof(*item));
    struct place *place = allot(tree->document, count * sizeof *place);
    for (size_t i = 0; i < count; i++) {
        item[i] = child[i].node;
        place[i] = child[i].place;
    }
    node->item = item;
    node->item_place = place;
    node->count = count;
}

static void end_mapping(struct tree *tree, struct yaml_node *node, const struct held *child,
                        size_t count)
{
    struct yaml_pair *pair = allot(tree->document, count * sizeof *pair);
    for (size_t i = 0; i < count; i++)
        pair[i] = (struct yaml_pair){.key = child[2 * i].node, .value = child[2 * i + 1].node};
    node->count = without_duplicates(tree, pair, count);
    node->pair = pair;
}

void tree_end(struct tree *tree)
{
    assert(tree->depth > 0);
    const struct open *open = innermost(tree);
    struct yaml_node *node = open->node;
    size_t children = tree->held_count - open->first;
    const struct held *child = children > 0 ? tree->held + open->first : NULL;
    if (node->kind == YAML_MAPPING && !open->in_brackets && children > 0)
        node->place = child[0].place;
    if (node->kind == YAML_SEQUENCE)
        end_sequence(tree, node, child, children);
    else
        end_mapping(tree, node, child, children / 2);
    tree->held_count = open->first;
    tree->depth--;
    struct extent extent = {.nodes = tree->all.nodes - open->before.nodes,
                            .text = tree->all.text - open->before.text,
                            .levels = open->levels};
    bind_anchor(tree, open->anchor, node, extent);
    hold(tree, (struct held){node, node->place}, extent.levels);
}

const struct yaml_node *yaml_root(const struct yaml_document *document)
{
    return document->root;
}

void yaml_free(struct yaml_document *document)
{
    if (document == NULL)
        return;
    for (struct block *block = document->block, *next; block != NULL; block = next) {
        next = block->next;
        free(block);
    }
    free(document);
}
