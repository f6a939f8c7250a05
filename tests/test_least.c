/* test_least.c: least_conn takes the least, whatever happened before; and who shares its scope.
 *
 * The judge counts connections itself, from the picks it saw, and compares all members. */
#include "tests/harness.h"
#include "tests/lb_stand.h"

#include <math.h>

/* ---- Every pick is one of the least ---- */

enum { SERVERS = 17, OWNERS = 3, STEPS = 6000 };

struct judge {
    struct stand stand;
    const char *score, *ties;
    uint64_t state;
    uint32_t row[OWNERS];
    int64_t open[SERVERS]; /* of all owners */
    uint32_t owner[STAND_LEASES];
    bool down[SERVERS];
};

static uint32_t below(struct judge *judge, uint32_t bound)
{
    judge->state = judge->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((judge->state >> 33) % bound);
}

static bool usable(const struct judge *judge, uint32_t member)
{
    const struct lb_member *m = &judge->stand.member[member];
    return !judge->down[m->slot] && m->weight > 0 &&
           (m->max_conns == 0 || judge->open[m->slot] < (int64_t)m->max_conns);
}

/* The score that must be least. Weights that are no powers of two are rounded on a heap, hence the
 * hair's breadth of room below. */
static double score_of(const struct judge *judge, uint32_t member)
{
    const struct lb_member *m = &judge->stand.member[member];
    int64_t coming = strcmp(judge->score, "open") != 0;
    return (double)(judge->open[m->slot] + coming) / m->weight;
}

static void pick_one(struct judge *judge)
{
    uint32_t owner = below(judge, OWNERS), best = LB_NONE;
    struct stand *stand = &judge->stand;
    for (uint32_t i = 0; i < stand->members; i++)
        if (usable(judge, i) && (best == LB_NONE || score_of(judge, i) < score_of(judge, best)))
            best = i;
    stand->row = judge->row[owner];
    uint32_t server = stand_pick(stand), picked = 0;
    if (server == 0 || best == LB_NONE) {
        CHECK_ROW(server == 0 && best == LB_NONE, "%s %s: s%u, least is member %u", judge->score,
                  judge->ties, server, best);
        return;
    }
    while (picked < stand->members && stand->member[picked].slot != server - 1)
        picked++;
    CHECK_ROW(picked < stand->members && usable(judge, picked) &&
                  score_of(judge, picked) <= score_of(judge, best) * (1 + 1e-12),
              "%s %s: s%u was picked, s%u is less", judge->score, judge->ties, server,
              stand->member[best].slot + 1);
    judge->owner[stand->leases - 1] = owner;
    judge->open[server - 1]++;
}

static void forget(struct judge *judge, uint32_t lease)
{
    struct stand *stand = &judge->stand;
    judge->open[stand->lease[lease].slot]--;
    stand->lease[lease] = stand->lease[--stand->leases];
    judge->owner[lease] = judge->owner[stand->leases];
}

static void close_one(struct judge *judge)
{
    if (judge->stand.leases == 0)
        return;
    uint32_t lease = below(judge, judge->stand.leases);
    CU_ASSERT_EQUAL(lb_release(judge->stand.picker, judge->stand.lease[lease]), LB_OK);
    forget(judge, lease);
}

static void crash_one(struct judge *judge)
{
    uint32_t owner = below(judge, OWNERS);
    struct stand *stand = &judge->stand;
    lb_row_drop(stand->region, judge->row[owner]);
    for (uint32_t lease = stand->leases; lease-- > 0;)
        if (judge->owner[lease] == owner)
            forget(judge, lease);
    judge->row[owner] = lb_row_claim(stand->region, owner + 1, stand->config.scope);
}

/* Weights of powers of two where scores are added up, so that they stay exact. */
static void change_list(struct judge *judge)
{
    struct stand *stand = &judge->stand;
    bool added_up = strcmp(judge->score, "accumulated") == 0;
    stand->members = 0;
    for (uint32_t i = 0; i < SERVERS; i++) {
        uint32_t weight = below(judge, 6);
        if (added_up)
            weight = 1u << weight % 3;
        uint32_t limit = below(judge, 3) == 0 ? 1 + below(judge, 6) : 0;
        if (below(judge, 4) > 0)
            stand->member[stand->members++] = (struct lb_member){i, weight, limit};
    }
    int status = below(judge, 2) == 0 ? lb_picker_edit(stand->picker, stand->member, stand->members)
                                      : stand_build(stand);
    CU_ASSERT_EQUAL(status, LB_OK);
}

static void judge_one(const char *score, const char *ties, enum lb_mode mode)
{
    struct judge judge = {.score = score, .ties = ties, .state = 12217};
    stand_open(&judge.stand, lb_algorithm_find("least_conn"), mode);
    stand_say(&judge.stand, score, ties);
    CU_ASSERT_EQUAL(stand_build(&judge.stand), LB_OK);
    change_list(&judge);
    for (uint32_t i = 0; i < OWNERS; i++)
        judge.row[i] = lb_row_claim(judge.stand.region, i + 1, judge.stand.config.scope);
    bool may_crash = strcmp(score, "accumulated") != 0; /* such a score never hears of it */
    for (uint32_t i = 0; i < STEPS; i++) {
        uint32_t kind = below(&judge, 100), server = below(&judge, SERVERS);
        if (kind < 50 && judge.stand.leases < 100)
            pick_one(&judge);
        else if (kind < 94)
            close_one(&judge);
        else if (kind < 97) {
            judge.down[server] = !judge.down[server];
            lb_slot_set_down(judge.stand.region, server, judge.down[server]);
        } else if (kind < 99)
            change_list(&judge);
        else if (may_crash)
            crash_one(&judge);
    }
    stand_close(&judge.stand);
}

static void every_pick_is_one_of_the_least(void)
{
    static const char *const scores[] = {"open", "next", "accumulated"};
    static const char *const ties[] = {"wrr", "heap", "fair", "fifo"};
    for (uint32_t s = 0; s < 3; s++)
        for (uint32_t t = 0; t < 4; t++)
            for (int mode = LB_SUM; mode <= LB_KEPT; mode++)
                judge_one(scores[s], ties[t], (enum lb_mode)mode);
}

/* Weights whose products pass 32 bits, and loads that do, must not be cut off. */
static void huge_weights_are_compared_whole(void)
{
    static const char *const ties[] = {"wrr", "fair", "fifo", "heap"};
    static const uint32_t weights[] = {UINT32_MAX / 2, UINT32_MAX, 1};
    for (uint32_t t = 0; t < 4; t++) {
        struct stand stand;
        uint32_t took[4] = {0};
        stand_open(&stand, lb_algorithm_find("least_conn"), LB_KEPT);
        stand_say(&stand, "next", ties[t]);
        stand_weigh(&stand, weights, 3);
        stand_build(&stand);
        for (uint32_t i = 0; i < 300; i++)
            took[stand_pick(&stand)]++;
        CHECK_ROW(took[1] == 100 && took[2] == 200 && took[3] == 0, "%s: %u %u %u", ties[t],
                  took[1], took[2], took[3]);
        stand_close(&stand);
    }
}

/* ---- Elder and younger pickers over one scope ---- */

/* The elder has 1 2, the younger 2 3: s1 leaves the scope, and the elder turns to it all the same.
 * Credits: -1 1 | 0 0 by the elder, s2 | then of 1 1, s1: -1 1. Back in the younger's list s1
 * enters at 0: of 1 2 1, s2; of 2 0 2, s1. With the credit it had while away s3 would be next. */
static void who_enters_starts_at_zero_whatever_elders_did(void)
{
    static const uint32_t equal[] = {1, 1, 1};
    static const struct lb_member younger[] = {{.slot = 1, .weight = 1}, {.slot = 2, .weight = 1}};
    static const struct {
        const char *algorithm;
        bool held;
    } rows[] = {{"round_robin", true}, {"least_conn", false}};
    for (uint32_t i = 0; i < 2; i++) {
        struct stand stand;
        const uint32_t wanted[] = {1, 2, 1, 2, 1};
        stand_open(&stand, lb_algorithm_find(rows[i].algorithm), LB_SUM);
        stand_weigh(&stand, equal, 2);
        stand_build(&stand);
        struct lb_picker *elder = stand.picker, *newest;
        void *memory = stand_memory(stand.picker_size);
        for (uint32_t pick = 0; pick < 5; pick++) {
            if (pick == 1)
                CU_ASSERT_EQUAL(lb_picker_init(memory, stand.picker_size, stand.region,
                                               &stand.config, younger, 2, &newest),
                                LB_OK);
            stand_weigh(&stand, equal, 3);
            if (pick == 3)
                CU_ASSERT_EQUAL(lb_picker_edit(newest, stand.member, 3), LB_OK);
            stand.picker = pick < 3 ? elder : newest;
            uint32_t picked = stand_pick(&stand);
            CHECK_ROW(picked == wanted[pick], "%s, pick %u: %u", rows[i].algorithm, pick, picked);
            if (!rows[i].held)
                stand_release(&stand, picked);
        }
        free(memory);
        stand_close(&stand);
    }
}

/* A heap of the scope, and two lists on it: whoever is not on one's own is set aside. */
static void an_elder_skips_what_it_does_not_know(void)
{
    static const uint32_t equal[] = {1, 1, 1};
    struct stand stand;
    stand_open(&stand, lb_algorithm_find("least_conn"), LB_KEPT);
    stand_say(&stand, "next", "heap");
    stand_weigh(&stand, equal, 2);
    stand_build(&stand);
    struct lb_picker *elder = stand.picker;
    void *elder_memory = stand.picker_memory;
    for (uint32_t i = 0; i < 4; i++)
        stand_pick(&stand); /* 2 2 */
    stand.picker_memory = stand_memory(stand.picker_size);
    stand_weigh(&stand, equal, 3);
    stand_build(&stand);
    struct lb_picker *newest = stand.picker;
    stand.picker = elder;
    uint32_t first = stand_pick(&stand);
    CU_ASSERT(first == 1 || first == 2); /* s3 is the least, but not on its list */
    stand.picker = newest;
    CU_ASSERT_EQUAL(stand_pick(&stand), 3);
    CU_ASSERT_EQUAL(stand_pick(&stand), 3);
    CU_ASSERT_EQUAL(lb_believed(newest, 2), 2);
    free(elder_memory);
    stand_close(&stand);
}

static const struct test tests[] = {
    {"every pick is one of the least", every_pick_is_one_of_the_least},
    {"huge weights are compared whole", huge_weights_are_compared_whole},
    {"who enters starts at zero whatever elders did",
     who_enters_starts_at_zero_whatever_elders_did},
    {"an elder skips what it does not know", an_elder_skips_what_it_does_not_know},
};
SUITE("test_least", tests)
