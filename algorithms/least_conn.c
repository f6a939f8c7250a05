/* least_conn.c: fewest open connections for its weight. SPDX-License-Identifier: MIT
 *
 * Idea: the lowest score serves; who wins among equals is a rule of its own, and half the story.
 * Cost of a pick: one walk over the list, a second one among the tied; on a heap O(log n).
 * Memory: 40 bytes a server. A scale event: counts come from the view, so a newcomer is preferred
 * for as long as the view still knows what the others hold.
 * Source: nginx (ties wrr), APISIX (heap), HAProxy 2.6 (fifo); fair is lbsim's own: a total order.
 * Scores next, accumulated and lagging: APISIX 3.18, before it, and its pull request 12261. */
#include "least_conn.h"
#include "smooth.h"

static const char *const scores[] = {"open", "next", "accumulated", "lagging", NULL};
static const char *const ties[] = {"wrr", "heap", "fair", "fifo", NULL};

static size_t memory(uint32_t slots)
{
    return sizeof(struct least_memory) + slots * sizeof(struct seat);
}

static struct least_memory *of(struct lb_context *c)
{
    return c->memory;
}

/* ---- Scores ----
 *
 * Two are derived from the view at each pick; two are a seat's own number, which is read from the
 * view when a picker is built, and changes with what happens to that seat alone: accumulated goes
 * up and down by steps, lagging is worked out from the load that was there before a pick. */

static bool kept(const uint64_t *param)
{
    return param[LEAST_SCORE] == SCORE_ACCUMULATED || param[LEAST_SCORE] == SCORE_LAGGING;
}

/* <0: a is the better. By cross-multiplication, so that no quotient is ever rounded. */
static int compare(const struct lb_context *c, uint32_t a, uint32_t b)
{
    const struct lb_member *ma = &c->member[a], *mb = &c->member[b];
    if (kept(c->param)) {
        const struct seat *seat = ((const struct least_memory *)c->memory)->seat;
        return (seat[ma->slot].score > seat[mb->slot].score) -
               (seat[ma->slot].score < seat[mb->slot].score);
    }
    int64_t candidate = c->param[LEAST_SCORE] == SCORE_NEXT; /* the connection to come counts too */
    int64_t one = (lb_load(c, a) + candidate) * mb->weight;
    int64_t two = (lb_load(c, b) + candidate) * ma->weight;
    return (one > two) - (one < two);
}

/* The score as a real number, worked out from the view. Weight 0 is the last, whatever is open: no
 * connections times an infinite step would be no number, and a heap cannot sort those. */
static double derived(const struct lb_context *c, int64_t load, double step)
{
    double open = (double)load;
    if (step == (double)INFINITY)
        return step;
    return (c->param[LEAST_SCORE] == SCORE_NEXT ? 1.0 + open : open) * step;
}

/* What a score of a seat's own starts from. A count table's zero is multiplied too, and an infinite
 * step times zero is not a number: a real defect of the real thing with weight 0. */
static double begin(const struct lb_context *c, uint32_t slot, double step)
{
    double open = (double)c->load[slot];
    if (c->param[LEAST_SCORE] == SCORE_LAGGING)
        return (open + 1.0) / step;
    return c->seeded || c->load[slot] != 0 ? step + open * step : step;
}

static double step_of(const struct lb_context *c, uint32_t weight)
{
    if (c->param[LEAST_SCORE] == SCORE_LAGGING)
        return weight;
    return weight == 0 ? (double)INFINITY : 1.0 / weight;
}

/* ---- Members come and go ---- */

static void enter(struct lb_context *c, uint32_t member, enum lb_entry entry)
{
    struct least_memory *m = of(c);
    uint32_t slot = c->member[member].slot, weight = c->member[member].weight;
    struct seat *seat = &m->seat[slot];
    double step = step_of(c, weight);
    bool heap = c->param[LEAST_TIES] == TIES_HEAP;
    bool own = kept(c->param);
    if (own && entry == LB_ENTRY_EDITED && step == seat->step)
        return;
    seat->step = step;
    if (entry == LB_ENTRY_NEW) { /* an elder picker may have used its seat since it left */
        seat->credit = 0;
        seat->stamp = c->param[LEAST_TIES] == TIES_FIFO ? ++m->clock : 0;
        seat->score = own ? begin(c, slot, step) : step;
        if (heap)
            lb_heap_insert(m, slot);
    }
    seat->score = own ? begin(c, slot, step) : derived(c, c->load[slot], step);
    if (heap)
        lb_heap_update(m, slot);
}

static void leave(struct lb_context *c, uint32_t slot)
{
    if (c->param[LEAST_TIES] == TIES_HEAP)
        lb_heap_remove(of(c), slot);
}

/* ---- Connections come and go ---- */

/* After a pick, the load before it and the connection to come then are the load now. */
static double lagging(const struct lb_context *c, uint32_t slot, double step, bool picked)
{
    if (picked)
        return (double)c->load[slot] / step;
    double score = begin(c, slot, step);
    return score < 0.0 ? 0.0 : score;
}

static void rescore(struct lb_context *c, uint32_t slot, bool picked)
{
    struct seat *seat = &of(c)->seat[slot];
    switch (c->param[LEAST_SCORE]) {
    case SCORE_ACCUMULATED:
        seat->score += picked ? seat->step : -seat->step;
        break;
    case SCORE_LAGGING:
        seat->score = lagging(c, slot, seat->step, picked);
        break;
    default:
        seat->score = derived(c, c->load[slot], seat->step);
    }
    if (c->param[LEAST_TIES] == TIES_HEAP)
        lb_heap_update(of(c), slot);
}

static void taken(struct lb_context *c, uint32_t slot)
{
    struct least_memory *m = of(c);
    rescore(c, slot, true);
    if (c->param[LEAST_TIES] == TIES_FAIR || c->param[LEAST_TIES] == TIES_FIFO)
        m->seat[slot].stamp = ++m->clock;
}

static void released(struct lb_context *c, uint32_t slot)
{
    struct least_memory *m = of(c);
    rescore(c, slot, false);
    if (c->param[LEAST_TIES] == TIES_FIFO)
        m->seat[slot].stamp = ++m->clock;
}

/* wrr and fair derive all they need from the view at each pick. */
static bool hears_releases(const uint64_t *param)
{
    return kept(param) || param[LEAST_TIES] == TIES_HEAP || param[LEAST_TIES] == TIES_FIFO;
}

static void recount(struct lb_context *c)
{
    struct least_memory *m = of(c);
    if (kept(c->param))
        return;
    for (uint32_t slot = 0; slot < c->slots; slot++)
        if (m->seat[slot].at != 0)
            m->seat[slot].score = derived(c, c->load[slot], m->seat[slot].step);
    lb_heap_rebuild(m);
}

/* ---- Picks ---- */

/* The first usable member with the least score; tied: whether a later one has the same. */
static uint32_t first_least(const struct lb_context *c, bool *tied)
{
    uint32_t best = LB_NONE;
    *tied = false;
    for (uint32_t i = 0; i < c->members; i++) {
        if (!lb_usable(c, i))
            continue;
        int order = best == LB_NONE ? -1 : compare(c, i, best);
        if (order < 0)
            best = i;
        if (order <= 0)
            *tied = order == 0;
    }
    return best;
}

/* nginx's rule: one step of smooth round robin, among the tied only. Without a tie nobody's credit
 * moves. */
static uint32_t pick_wrr(struct lb_context *c)
{
    bool tied;
    uint32_t first = first_least(c, &tied);
    if (!tied)
        return first;
    struct smooth turn = smooth_begin();
    for (uint32_t i = first; i < c->members; i++)
        if (lb_usable(c, i) && compare(c, i, first) == 0)
            smooth_offer(&turn, c, i, &of(c)->seat[c->member[i].slot].credit);
    return smooth_end(&turn);
}

/* fair and fifo: the oldest stamp among the tied, then the order of the list. */
static uint32_t pick_oldest(struct lb_context *c)
{
    const struct seat *seat = of(c)->seat;
    uint32_t best = LB_NONE;
    for (uint32_t i = 0; i < c->members; i++) {
        if (!lb_usable(c, i))
            continue;
        int order = best == LB_NONE ? -1 : compare(c, i, best);
        if (order < 0 ||
            (order == 0 && seat[c->member[i].slot].stamp < seat[c->member[best].slot].stamp))
            best = i;
    }
    return best;
}

static uint32_t pick(struct lb_context *c)
{
    switch (c->param[LEAST_TIES]) {
    case TIES_HEAP:
        return lb_heap_pick(c, of(c));
    case TIES_WRR:
        return pick_wrr(c);
    default:
        return pick_oldest(c);
    }
}

/* A score of the seat's own is told as it is. A derived one on a heap is too, once the heap has
 * heard of dropped rows, which a pick sees to first; elsewhere nobody works the quotient out. */
static double score(const struct lb_context *c, uint32_t member, int64_t load)
{
    const struct lb_member *m = &c->member[member];
    const struct seat *seat = &((const struct least_memory *)c->memory)->seat[m->slot];
    if (kept(c->param))
        return seat->score;
    if (c->param[LEAST_TIES] == TIES_HEAP)
        return derived(c, load, seat->step);
    return lb_per_weight(load + (c->param[LEAST_SCORE] == SCORE_NEXT), m->weight);
}

static uint32_t place(const struct lb_context *c, uint32_t member)
{
    const struct least_memory *m = c->memory;
    uint32_t at = m->seat[c->member[member].slot].at;
    if (c->param[LEAST_TIES] != TIES_HEAP)
        return member;
    return at == 0 ? LB_NONE : at - 1;
}

const struct lb_algorithm lb_least_conn = {
    .abi = LB_ABI,
    .name = "least_conn",
    .about = "fewest open connections for its weight",
    .param = {{.name = "score",
               .help = "what is least: connections/weight, with the one to come, added up, or a "
                       "pick behind",
               .words = scores,
               .fallback = SCORE_OPEN,
               .max = SCORE_LAGGING},
              {.name = "ties",
               .help = "who wins among equals",
               .words = ties,
               .fallback = TIES_WRR,
               .max = TIES_FIFO}},
    .memory = memory,
    .leave = leave,
    .enter = enter,
    .taken = taken,
    .released = released,
    .hears_releases = hears_releases,
    .recount = recount,
    .pick = pick,
    .score = score,
    .place = place,
};
