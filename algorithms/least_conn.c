/* least_conn.c: fewest open connections for its weight. SPDX-License-Identifier: MIT
 *
 * Idea: the lowest score serves; who wins among equals is a rule of its own, and half the story.
 * Cost of a pick: one walk over the list, a second one among the tied; on a heap O(log n).
 * Memory: 48 bytes a server. A scale event: counts come from the view, so a newcomer is preferred
 * for as long as the view still knows what the others hold.
 * Source: nginx (ties wrr), APISIX (heap), HAProxy 2.6 (idle_first, fifo); fair is lbsim's own:
 * a total order. Scores next, accumulated, lagging: APISIX 3.18, before it, its pull request 12261.
 */
#include "least_conn.h"
#include "smooth.h"

static const char *const scores[] = {"open", "next", "accumulated", "lagging", "idle_first", NULL};
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
 * Three are derived from the view at each pick; two are a seat's own number, which is read from the
 * view when a picker is built, and changes with what happens to that seat alone: accumulated goes
 * up and down by steps, lagging is worked out from the load that was there before a pick. */

static bool kept(const uint64_t *param)
{
    return param[LEAST_SCORE] == SCORE_ACCUMULATED || param[LEAST_SCORE] == SCORE_LAGGING;
}

/* HAProxy's key: whoever is idle comes first, whatever its weight; else the connection to come
 * counts too, in whole numbers: one a connection of who has the largest weight of all. */
static double idle_first(int64_t load, double weight)
{
    enum { HEAVIEST = 4096 };
    uint64_t key = load > 0 ? (uint64_t)(load + 1) * HEAVIEST : 0;
    if (weight == 0.0)
        return (double)INFINITY;
    key /= (uint64_t)weight;
    return (double)key;
}

/* <0: a is the better. By cross-multiplication, so that no quotient is ever rounded. */
static int compare(const struct lb_context *c, uint32_t a, uint32_t b)
{
    const struct lb_member *ma = &c->member[a], *mb = &c->member[b];
    const struct seat *seat = ((const struct least_memory *)c->memory)->seat;
    if (c->param[LEAST_SCORE] == SCORE_IDLE_FIRST) {
        double one = idle_first(lb_load(c, a), seat[ma->slot].step);
        double two = idle_first(lb_load(c, b), seat[mb->slot].step);
        return (one > two) - (one < two);
    }
    if (kept(c->param)) {
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
    if (c->param[LEAST_SCORE] == SCORE_IDLE_FIRST)
        return idle_first(load, step);
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

static double step_of(const struct lb_context *c, uint32_t member, enum lb_entry entry)
{
    uint32_t weight = c->member[member].weight;
    struct seat *seat = &((struct least_memory *)c->memory)->seat[c->member[member].slot];
    switch (c->param[LEAST_SCORE]) {
    case SCORE_LAGGING:
        return weight;
    case SCORE_IDLE_FIRST:
        seat->warm = warm_entered(c, member, entry, seat->warm);
        return (double)warm_weight(seat->warm);
    default:
        return weight == 0 ? (double)INFINITY : 1.0 / weight;
    }
}

/* ---- Members come and go ---- */

/* fifo: to the back of those with its score. */
static void queue_up(struct lb_context *c, uint32_t slot)
{
    if (c->param[LEAST_TIES] == TIES_FIFO)
        of(c)->seat[slot].stamp = ++of(c)->clock;
}

static void enter(struct lb_context *c, uint32_t member, enum lb_entry entry)
{
    struct least_memory *m = of(c);
    uint32_t slot = c->member[member].slot;
    struct seat *seat = &m->seat[slot];
    double step = step_of(c, member, entry);
    bool heap = c->param[LEAST_TIES] == TIES_HEAP, own = kept(c->param);
    bool apart = c->param[LEAST_SCORE] == SCORE_IDLE_FIRST;
    if (own && entry == LB_ENTRY_EDITED && step == seat->step)
        return;
    if (entry == LB_ENTRY_NEW || step != seat->step)
        queue_up(c, slot);
    seat->step = step;
    if (entry == LB_ENTRY_NEW) { /* an elder picker may have used its seat since it left */
        seat->credit = 0;
        seat->stamp = c->param[LEAST_TIES] == TIES_FIFO ? seat->stamp : 0;
        seat->score = own ? begin(c, slot, step) : apart ? derived(c, c->load[slot], step) : step;
        if (heap)
            lb_heap_insert(m, slot);
    }
    seat->score = own ? begin(c, slot, step) : derived(c, c->load[slot], step);
    if (heap)
        lb_heap_update(m, slot);
}

/* idle_first: what health checks and slow starts changed since the last pick. */
static void notice(struct lb_context *c)
{
    struct least_memory *m = of(c);
    for (uint32_t i = 0; i < c->members; i++) {
        uint32_t slot = c->member[i].slot, sixteenths = warm_sixteenths(c, i);
        struct seat *seat = &m->seat[slot];
        if (seat->warm.sixteenths == sixteenths)
            continue;
        seat->warm.sixteenths = sixteenths;
        seat->step = (double)warm_weight(seat->warm);
        seat->score = derived(c, c->load[slot], seat->step);
        queue_up(c, slot);
        if (c->param[LEAST_TIES] == TIES_HEAP)
            lb_heap_update(m, slot);
    }
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

/* fifo: who has the score that it had keeps its place. */
static void taken(struct lb_context *c, uint32_t slot)
{
    struct seat *seat = &of(c)->seat[slot];
    double before = seat->score;
    rescore(c, slot, true);
    if (c->param[LEAST_TIES] == TIES_FAIR)
        seat->stamp = ++of(c)->clock;
    else if (seat->score != before)
        queue_up(c, slot);
}

static void released(struct lb_context *c, uint32_t slot)
{
    double before = of(c)->seat[slot].score;
    rescore(c, slot, false);
    if (of(c)->seat[slot].score != before)
        queue_up(c, slot);
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
        if (m->seat[slot].at != 0 || c->param[LEAST_TIES] == TIES_FIFO)
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
    if (c->param[LEAST_SCORE] == SCORE_IDLE_FIRST) {
        if (c->turn != 0)
            return first_usable(c);
        notice(c);
    }
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
    struct warm warm = {seat->warm.weight, warm_sixteenths(c, member)};
    if (c->param[LEAST_SCORE] == SCORE_IDLE_FIRST)
        return idle_first(load, (double)warm_weight(warm));
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
               .help = "what is least: connections/weight, with the one to come, added up, a pick "
                       "behind, or 0 for the idle and then HAProxy's whole numbers",
               .words = scores,
               .fallback = SCORE_OPEN,
               .max = SCORE_IDLE_FIRST},
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
