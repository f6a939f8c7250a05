/* least_conn.h: what the parts of least_conn share; private to it. SPDX-License-Identifier: MIT */
#ifndef LB_LEAST_CONN_H
#define LB_LEAST_CONN_H

#include "warm.h"

enum { LEAST_SCORE, LEAST_TIES };
enum { SCORE_OPEN, SCORE_NEXT, SCORE_ACCUMULATED, SCORE_LAGGING, SCORE_IDLE_FIRST };
enum { TIES_WRR, TIES_HEAP, TIES_FAIR, TIES_FIFO };

/* What the scope remembers of a slot. Each tie rule uses a part of it. */
struct seat {
    double score;     /* heap, fifo, accumulated and lagging: its score */
    double step;      /* what one connection adds to that; lagging, idle_first: its weight */
    int64_t credit;   /* wrr */
    uint64_t stamp;   /* fair: when last taken; fifo: when its score last changed */
    uint32_t at;      /* heap: its place, from 1; 0: not in it */
    uint32_t heap;    /* entry number (this seat's slot) of the heap array: a slot */
    struct warm warm; /* idle_first */
};

struct least_memory {
    uint64_t clock; /* counts up; stamps come from it */
    uint32_t heap_count, unused;
    struct seat seat[];
};

/* A binary min-heap over the seats' scores. */
void lb_heap_insert(struct least_memory *, uint32_t slot);
void lb_heap_remove(struct least_memory *, uint32_t slot);
/* The slot's score changed. */
void lb_heap_update(struct least_memory *, uint32_t slot);
/* Any scores changed. */
void lb_heap_rebuild(struct least_memory *);
/* The first usable member in the heap's own order. */
uint32_t lb_heap_pick(struct lb_context *, struct least_memory *);

#endif
