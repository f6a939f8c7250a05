/* thin.c: the least and the greatest of each part of the time. */
#include "reports/thin.h"

#include "sim/engine/memory.h"

#include <assert.h>
#include <stdlib.h>

enum { PARTS = THIN_POINTS / 2 };

void thin_begin(struct thin *thin, uint64_t points, uint64_t from_ns, uint64_t to_ns)
{
    uint32_t room = points < THIN_POINTS ? (uint32_t)points : THIN_POINTS;
    *thin = (struct thin){
        .point = memory_zeroed(room, sizeof *thin->point),
        .room = room,
        .from_ns = from_ns,
        .part_ns = points <= THIN_POINTS ? 0 : (to_ns - from_ns) / PARTS + 1,
    };
}

static void keep(struct thin *thin, struct thin_point point)
{
    assert(thin->count < thin->room);
    thin->point[thin->count++] = point;
}

/* What is kept of the part that has been read. */
static void close_part(struct thin *thin)
{
    if (!thin->any)
        return;
    bool falls = thin->high.at_ns < thin->low.at_ns;
    struct thin_point first = falls ? thin->high : thin->low;
    struct thin_point second = falls ? thin->low : thin->high;
    first.after_gap = thin->after_gap;
    keep(thin, first);
    if (first.y != second.y)
        keep(thin, second);
    thin->any = false;
}

void thin_add(struct thin *thin, uint64_t at_ns, double y)
{
    bool after_gap = thin->gap;
    thin->gap = false;
    if (thin->part_ns == 0) {
        keep(thin, (struct thin_point){at_ns, y, after_gap});
        return;
    }
    struct thin_point point = {at_ns, y, false};
    uint64_t part = (at_ns - thin->from_ns) / thin->part_ns;
    if (part != thin->part)
        close_part(thin);
    if (!thin->any) {
        thin->low = thin->high = point;
        thin->after_gap = after_gap;
        thin->part = part;
        thin->any = true;
    }
    if (y < thin->low.y)
        thin->low = point;
    if (y > thin->high.y)
        thin->high = point;
}

void thin_gap(struct thin *thin)
{
    thin->gap = thin->count > 0 || thin->any;
}

void thin_end(struct thin *thin)
{
    close_part(thin);
}

void thin_free(struct thin *thin)
{
    free(thin->point);
    thin->point = NULL;
}
