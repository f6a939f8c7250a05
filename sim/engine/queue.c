/* queue.c: the event queue as a binary heap.
 *
 * J. W. J. Williams, Algorithm 232 (1964), built in linear time by R. W. Floyd's Algorithm 245:
 * item[0] is first, and no child of i, 2i + 1 and 2i + 2, comes before item[i]. */
#include "sim/engine/queue.h"

#include <assert.h>
#include <stdlib.h>

#include "sim/engine/memory.h"

struct queue {
    struct queue_item *item;
    size_t count, room;
    uint64_t now_ns; /* of the last item popped */
};

static bool before(const struct queue_item *a, const struct queue_item *b)
{
    if (a->time_ns != b->time_ns)
        return a->time_ns < b->time_ns;
    if (a->rank != b->rank)
        return a->rank < b->rank;
    if (a->order != b->order)
        return a->order < b->order;
    return a->what < b->what;
}

struct queue *queue_new(void)
{
    return memory_zeroed(1, sizeof(struct queue));
}

void queue_free(struct queue *queue)
{
    if (queue == NULL)
        return;
    free(queue->item);
    free(queue);
}

/* Puts the item into the hole at `at`, or above it where parents come later. */
static void sift_up(struct queue_item *heap, size_t at, struct queue_item item)
{
    while (at > 0) {
        size_t parent = (at - 1) / 2;
        if (!before(&item, &heap[parent]))
            break;
        heap[at] = heap[parent];
        at = parent;
    }
    heap[at] = item;
}

/* Puts the item into the hole at `at`, or below it where children come earlier. */
static void sift_down(struct queue_item *heap, size_t count, size_t at, struct queue_item item)
{
    while (at < count / 2) { /* there is a child */
        size_t child = 2 * at + 1;
        if (child + 1 < count && before(&heap[child + 1], &heap[child]))
            child++;
        if (!before(&heap[child], &item))
            break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = item;
}

void queue_push(struct queue *queue, struct queue_item item)
{
    assert(item.time_ns >= queue->now_ns && "an event in the past");
    if (queue->count == queue->room) {
        queue->room = queue->room > 0 ? 2 * queue->room : 64;
        queue->item = memory_resized(queue->item, queue->room, sizeof *queue->item);
    }
    sift_up(queue->item, queue->count++, item);
}

struct queue_item queue_pop(struct queue *queue)
{
    assert(queue->count > 0 && "nothing to pop");
    struct queue_item first = queue->item[0];
    queue->now_ns = first.time_ns;
    queue->count--;
    if (queue->count > 0)
        sift_down(queue->item, queue->count, 0, queue->item[queue->count]);
    return first;
}

size_t queue_count(const struct queue *queue)
{
    return queue->count;
}

void queue_keep(struct queue *queue, bool (*keep)(const struct queue_item *item, void *context),
                void *context)
{
    size_t kept = 0;
    for (size_t i = 0; i < queue->count; i++)
        if (keep(&queue->item[i], context))
            queue->item[kept++] = queue->item[i];
    queue->count = kept;
    for (size_t i = kept / 2; i-- > 0;)
        sift_down(queue->item, kept, i, queue->item[i]);
}
