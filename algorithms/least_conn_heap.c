/* least_conn_heap.c: ties as a binary heap leaves them. SPDX-License-Identifier: MIT
 *
 * Array order and the exact rules of comparing decide who wins a tie, so they are part of the
 * result: comparisons are strict (equal never swaps), the left child goes first, and comparisons
 * with NaN are false, which matters once weight 0 has made an infinity.
 * Source of the behaviour: APISIX least_conn over lua-binaryheap 0.4. */
#include "least_conn.h"

static uint32_t slot_at(const struct least_memory *m, uint32_t at)
{
    return m->seat[at - 1].heap;
}

static double score_at(const struct least_memory *m, uint32_t at)
{
    return m->seat[slot_at(m, at)].score;
}

static void put(struct least_memory *m, uint32_t at, uint32_t slot)
{
    m->seat[at - 1].heap = slot;
    m->seat[slot].at = at;
}

static void swap(struct least_memory *m, uint32_t a, uint32_t b)
{
    uint32_t slot = slot_at(m, a);
    put(m, a, slot_at(m, b));
    put(m, b, slot);
}

static void up(struct least_memory *m, uint32_t at)
{
    for (; at > 1 && score_at(m, at) < score_at(m, at / 2); at /= 2)
        swap(m, at, at / 2);
}

static void down(struct least_memory *m, uint32_t at)
{
    for (;;) {
        uint32_t least = at;
        for (uint32_t child = 2 * at; child <= 2 * at + 1 && child <= m->heap_count; child++)
            if (score_at(m, child) < score_at(m, least))
                least = child;
        if (least == at)
            return;
        swap(m, at, least);
        at = least;
    }
}

void lb_heap_insert(struct least_memory *m, uint32_t slot)
{
    put(m, ++m->heap_count, slot);
    up(m, m->heap_count);
}

void lb_heap_update(struct least_memory *m, uint32_t slot)
{
    uint32_t at = m->seat[slot].at;
    if (at == 0)
        return;
    up(m, at);
    if (at < m->heap_count)
        down(m, at); /* from where it was, as the source has it: a rising seat leaves its parent
                        there */
}

static void remove_at(struct least_memory *m, uint32_t at)
{
    uint32_t last = m->heap_count;
    if (at < last)
        swap(m, at, last);
    m->heap_count--;
    m->seat[slot_at(m, last)].at = 0;
    if (at < last) {
        up(m, at);
        down(m, at);
    }
}

void lb_heap_remove(struct least_memory *m, uint32_t slot)
{
    if (m->seat[slot].at != 0)
        remove_at(m, m->seat[slot].at);
}

void lb_heap_rebuild(struct least_memory *m)
{
    for (uint32_t at = m->heap_count / 2; at > 0; at--)
        down(m, at);
}

/* Whoever may not serve is taken off the top and set aside, just behind the heap's end, where the
 * last one off lies first; then all go back in the order in which they came off. */
static void put_back(struct least_memory *m, uint32_t aside)
{
    for (uint32_t a = m->heap_count + 1, b = m->heap_count + aside; a < b; a++, b--)
        swap(m, a, b);
    for (uint32_t i = 0; i < aside; i++)
        lb_heap_insert(m, slot_at(m, m->heap_count + 1));
}

uint32_t lb_heap_pick(struct lb_context *c, struct least_memory *m)
{
    uint32_t chosen = LB_NONE, aside = 0;
    while (m->heap_count > 0 && chosen == LB_NONE) {
        uint32_t member = c->place[slot_at(m, 1)];
        if (member != LB_NONE && lb_usable(c, member)) {
            chosen = member;
        } else {
            remove_at(m, 1);
            aside++;
        }
    }
    put_back(m, aside);
    return chosen;
}
