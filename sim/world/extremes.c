/* extremes.c: two tournaments over the same servers. */
#include "sim/world/extremes.h"

#include "sim/engine/memory.h"

#include <stdbool.h>
#include <stdlib.h>

struct extremes {
    uint32_t leaves; /* a power of two */
    struct extremes_side *side;
    /* Winners, by server: [1] the final, [n] the match of the winners of [2n] and [2n + 1]. */
    uint32_t *fullest, *emptiest;
};

struct extremes *extremes_new(uint32_t servers)
{
    struct extremes *extremes = memory_zeroed(1, sizeof *extremes);
    extremes->leaves = 1;
    while (extremes->leaves < servers)
        extremes->leaves *= 2;
    size_t nodes = 2 * (size_t)extremes->leaves;
    extremes->side = memory_zeroed(extremes->leaves, sizeof *extremes->side);
    extremes->fullest = memory_zeroed(nodes, sizeof *extremes->fullest);
    extremes->emptiest = memory_zeroed(nodes, sizeof *extremes->emptiest);
    for (size_t i = 0; i < nodes; i++)
        extremes->fullest[i] = extremes->emptiest[i] = EXTREMES_NONE;
    return extremes;
}

void extremes_free(struct extremes *extremes)
{
    if (extremes == NULL)
        return;
    free(extremes->side);
    free(extremes->fullest);
    free(extremes->emptiest);
    free(extremes);
}

/* a is left of b, and wins where they are equal. */
static uint32_t winner(const struct extremes *extremes, uint32_t a, uint32_t b, bool fuller)
{
    if (a == EXTREMES_NONE || b == EXTREMES_NONE)
        return a == EXTREMES_NONE ? b : a;
    const struct extremes_side *one = &extremes->side[a], *two = &extremes->side[b];
    uint64_t left = one->live * two->weight, right = two->live * one->weight;
    return (fuller ? right > left : right < left) ? b : a;
}

/* Up from the server's leaf, as far as it matters. */
static void replay(const struct extremes *extremes, uint32_t *won, uint32_t server, bool fuller)
{
    uint32_t node = extremes->leaves + server;
    won[node] = extremes->side[server].weight > 0 ? server : EXTREMES_NONE;
    while (node > 1) {
        node /= 2;
        uint32_t before = won[node];
        won[node] = winner(extremes, won[2 * node], won[2 * node + 1], fuller);
        if (before != server && won[node] == before)
            return;
    }
}

void extremes_set(struct extremes *extremes, uint32_t server, uint64_t live, uint32_t weight)
{
    extremes->side[server] = (struct extremes_side){live, weight};
    replay(extremes, extremes->fullest, server, true);
    replay(extremes, extremes->emptiest, server, false);
}

uint32_t extremes_fullest(const struct extremes *extremes)
{
    return extremes->fullest[1];
}

uint32_t extremes_emptiest(const struct extremes *extremes)
{
    return extremes->emptiest[1];
}
