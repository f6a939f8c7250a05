/* queue.h: what happens next.
 *
 * A priority queue of moments. The order is total: by time, then rank (what kind of thing it is),
 * then order (which of its kind), then what; so two queues that hold the same items serve them
 * alike, however they were filled and whatever their structure. Nothing is ever served by the
 * accident of when it was pushed. Items with all four fields equal cannot be told apart. */
#ifndef SIM_ENGINE_QUEUE_H
#define SIM_ENGINE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct queue_item {
    uint64_t time_ns, rank, order;
    uint64_t what; /* the owner's word for it; the queue only compares it */
};

struct queue;

/* An empty queue at time 0; freed with queue_free(), which takes NULL too. */
struct queue *queue_new(void);
void queue_free(struct queue *queue);

/* Adds an item. Time never runs backwards: it may not lie before the last popped one. */
void queue_push(struct queue *queue, struct queue_item item);

/* Takes the first item out. The queue must not be empty. */
struct queue_item queue_pop(struct queue *queue);

size_t queue_count(const struct queue *queue);

/* Drops every item for which keep() is false, in one pass. keep() sees each item once, in no
 * particular order, and must not touch the queue. */
void queue_keep(struct queue *queue, bool (*keep)(const struct queue_item *item, void *context),
                void *context);

#endif
