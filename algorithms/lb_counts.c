/* lb_counts.c: the bounded table of connection counts that view `seeded` reads when it builds.
 * SPDX-License-Identifier: MIT
 *
 * Cells stand densely, in the order they were made but for deletions (the last takes the hole);
 * an open-addressing index finds them. Source of the behaviour: APISIX pull request 12255. */
#include "lb_counts.h"

#include <string.h>

#define MAGIC   (UINT64_C(0x6C62636F756E7473) + LB_ABI) /* "lbcounts", and the ABI */
#define PREFIX  "conn_count:"
#define KEY_MAX (sizeof PREFIX - 1 + LB_UPSTREAM_MAX + 1 + LB_KEY_MAX)

struct cell {
    int32_t count;
    uint32_t length;
    char key[KEY_MAX + 1];
};

struct lb_counts {
    uint64_t magic;
    uint32_t capacity, used, index_size;
};

struct key {
    size_t length;
    char text[KEY_MAX + 1];
};

static size_t header(void)
{
    return (sizeof(struct lb_counts) + LB_ALIGN - 1) / LB_ALIGN * LB_ALIGN;
}

static struct cell *cells(const struct lb_counts *table)
{
    return (struct cell *)((char *)table + header());
}

static uint32_t *indexes(const struct lb_counts *table)
{
    return (uint32_t *)(cells(table) + table->capacity);
}

/* A key costs its cell and, as the index is half full at the most, two entries of it. */
uint32_t lb_counts_capacity(size_t size)
{
    if (size <= header())
        return 0;
    size_t keys = (size - header()) / (sizeof(struct cell) + 2 * sizeof(uint32_t));
    return keys > UINT32_MAX / 4 ? UINT32_MAX / 4 : (uint32_t)keys;
}

int lb_counts_format(void *memory, size_t size, struct lb_counts **table)
{
    uint32_t capacity = lb_counts_capacity(size);
    if (memory == NULL || (uintptr_t)memory % LB_ALIGN != 0 || capacity == 0)
        return LB_BAD_MEMORY;
    struct lb_counts *made = memory;
    *made = (struct lb_counts){.capacity = capacity, .index_size = 2 * capacity};
    memset(indexes(made), 0, made->index_size * sizeof(uint32_t));
    made->magic = MAGIC;
    *table = made;
    return LB_OK;
}

int lb_counts_attach(void *memory, size_t size, struct lb_counts **table)
{
    struct lb_counts *there = memory;
    if (memory == NULL || (uintptr_t)memory % LB_ALIGN != 0 || size < header() ||
        there->magic != MAGIC || there->capacity != lb_counts_capacity(size) ||
        there->index_size != 2 * there->capacity || there->used > there->capacity)
        return LB_BAD_MEMORY;
    *table = there;
    return LB_OK;
}

bool lb_counts_at(const struct lb_counts *table, uint32_t i, const char **key, int32_t *count)
{
    if (i >= table->used)
        return false;
    *key = cells(table)[i].key;
    *count = cells(table)[i].count;
    return true;
}

static void append(struct key *key, const char *text, size_t length)
{
    memcpy(key->text + key->length, text, length);
    key->length += length;
    key->text[key->length] = '\0';
}

static struct key make_key(const char *upstream, const char *server)
{
    struct key key = {.length = 0};
    append(&key, PREFIX, sizeof PREFIX - 1);
    append(&key, upstream, strlen(upstream));
    append(&key, ":", 1);
    append(&key, server, strlen(server));
    return key;
}

/* Where the key's entry is, or where it would go. */
static uint32_t find(const struct lb_counts *table, const char *text, size_t length)
{
    const uint32_t *index = indexes(table);
    uint64_t h = UINT64_C(0xCBF29CE484222325); /* FNV-1a */
    for (size_t i = 0; i < length; i++)
        h = (h ^ (uint8_t)text[i]) * UINT64_C(0x100000001B3);
    uint32_t at = (uint32_t)((h ^ (h >> 32)) % table->index_size);
    while (index[at] != 0) {
        const struct cell *cell = &cells(table)[index[at] - 1];
        if (cell->length == length && memcmp(cell->key, text, length) == 0)
            break;
        at = (at + 1) % table->index_size;
    }
    return at;
}

int32_t lb_counts_read(const struct lb_counts *table, const char *upstream, const char *server)
{
    struct key key = make_key(upstream, server);
    uint32_t found = indexes(table)[find(table, key.text, key.length)];
    return found == 0 ? 0 : cells(table)[found - 1].count;
}

bool lb_counts_add(struct lb_counts *table, const char *upstream, const char *server,
                   int32_t change)
{
    struct key key = make_key(upstream, server);
    uint32_t at = find(table, key.text, key.length);
    if (indexes(table)[at] == 0) {
        if (table->used == table->capacity)
            return false;
        struct cell *cell = &cells(table)[table->used];
        *cell = (struct cell){.length = (uint32_t)key.length};
        memcpy(cell->key, key.text, key.length);
        indexes(table)[at] = ++table->used;
    }
    cells(table)[indexes(table)[at] - 1].count += change;
    return true;
}

/* Deletions leave holes that linear probing cannot bear, so the index is made anew after them. */
static void index_again(struct lb_counts *table)
{
    memset(indexes(table), 0, table->index_size * sizeof(uint32_t));
    for (uint32_t i = 0; i < table->used; i++) {
        const struct cell *cell = &cells(table)[i];
        indexes(table)[find(table, cell->key, cell->length)] = i + 1;
    }
}

void lb_counts_clean(struct lb_counts *table, const char *upstream,
                     bool (*kept)(void *context, const char *server, size_t length), void *context)
{
    struct key prefix = make_key(upstream, "");
    uint32_t before = table->used;
    for (uint32_t i = table->used; i-- > 0;) {
        const struct cell *cell = &cells(table)[i];
        if (cell->length < prefix.length || memcmp(cell->key, prefix.text, prefix.length) != 0)
            continue;
        if (!kept(context, cell->key + prefix.length, cell->length - prefix.length))
            cells(table)[i] = cells(table)[--table->used];
    }
    if (table->used != before)
        index_again(table);
}
