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
    bool faulty; /* a score was wrong; one is told of, and not all that follow */
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

/* What the library says that it compares: to the last bit, though a heap multiplies by 1 / weight
 * and the others do not. */
static void check_scores(struct judge *judge)
{
    int64_t coming = strcmp(judge->score, "open") != 0;
    for (uint32_t i = 0; i < judge->stand.members && !judge->faulty; i++) {
        const struct lb_member *m = &judge->stand.member[i];
        double open = (double)(judge->open[m->slot] + coming), score = -1, wanted;
        if (m->weight == 0)
            wanted = (double)INFINITY;
        else if (strcmp(judge->ties, "heap") == 0)
            wanted = open * (1.0 / m->weight);
        else
            wanted = open / m->weight;
        judge->faulty = !lb_score(judge->stand.picker, i, &score) || score != wanted;
        CHECK_ROW(!judge->faulty, "%s %s: s%u's score is %a, expected %a", judge->score,
                  judge->ties, m->slot + 1, score, wanted);
    }
}

static double told_score(const struct judge *judge, uint32_t member)
{
    double score = -1;
    CU_ASSERT_TRUE(lb_score(judge->stand.picker, member, &score));
    return score;
}

/* No usable member is told to have less than the one to be picked; in no hair's breadth. */
static double least_told(const struct judge *judge)
{
    double least = (double)INFINITY;
    for (uint32_t i = 0; i < judge->stand.members; i++)
        if (usable(judge, i) && told_score(judge, i) < least)
            least = told_score(judge, i);
    return least;
}

static void pick_one(struct judge *judge)
{
    uint32_t owner = below(judge, OWNERS), best = LB_NONE;
    struct stand *stand = &judge->stand;
    double least = least_told(judge), told[SERVERS];
    check_scores(judge);
    for (uint32_t i = 0; i < stand->members; i++)
        told[i] = told_score(judge, i);
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
    CHECK_ROW(judge->faulty || (picked < stand->members && told[picked] == least),
              "%s %s: s%u was picked, and told to be more than another", judge->score, judge->ties,
              server);
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
            stand->member[stand->members++] =
                (struct lb_member){.slot = i, .weight = weight, .max_conns = limit};
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

/* ---- Scores, asked for ---- */

/* By hand. Round robin 2:1 : 2 1, s1 pays 3: credits -1 1; 1 2, s2 pays: 1 -1; 3 0, s1: 0 0. */
static void round_robin_tells_its_credit(void)
{
    static const uint32_t weights[] = {2, 1};
    static const double wanted[][2] = {{2, 1}, {1, 2}, {3, 0}, {2, 1}};
    struct stand stand;
    stand_open(&stand, lb_algorithm_find("round_robin"), LB_SUM);
    stand_weigh(&stand, weights, 2);
    stand_build(&stand);
    for (uint32_t i = 0; i < 4; i++) {
        double one = 9, two = 9;
        CU_ASSERT(lb_score(stand.picker, 0, &one) && lb_score(stand.picker, 1, &two));
        CHECK_ROW(one == wanted[i][0] && two == wanted[i][1], "pick %u: %g %g", i, one, two);
        stand_pick(&stand);
    }
    stand_close(&stand);
}

/* random compares nothing; the better of two compares c/w. */
static void who_compares_has_a_score(void)
{
    static const uint32_t weights[] = {4, 0};
    struct stand stand;
    double score = 9;
    stand_open(&stand, lb_algorithm_find("random"), LB_SUM);
    stand_weigh(&stand, weights, 2);
    stand_build(&stand);
    CU_ASSERT_FALSE(lb_score(stand.picker, 0, &score));
    CU_ASSERT_EQUAL(score, 9);
    stand_close(&stand);
    stand_open(&stand, lb_algorithm_find("random_two"), LB_SUM);
    stand_weigh(&stand, weights, 2);
    stand_build(&stand);
    for (int i = 0; i < 3; i++)
        stand_pick(&stand);
    CU_ASSERT(lb_score(stand.picker, 0, &score) && score == 0.75);
    CU_ASSERT(lb_score(stand.picker, 1, &score) && score == (double)INFINITY);
    stand_close(&stand);
}

/* Thirty forty-ninths added and taken away again leave something behind, and it is told. */
static void an_accumulated_score_keeps_its_residue(void)
{
    static const uint32_t weights[] = {49};
    struct stand stand;
    double score = 0, wanted = 1.0 / 49;
    stand_open(&stand, lb_algorithm_find("least_conn"), LB_KEPT);
    stand_say(&stand, "accumulated", "heap");
    stand_weigh(&stand, weights, 1);
    stand_build(&stand);
    for (int i = 0; i < 30; i++) {
        stand_pick(&stand);
        wanted += 1.0 / 49;
    }
    for (int i = 0; i < 30; i++) {
        stand_release(&stand, 1);
        wanted -= 1.0 / 49;
    }
    CU_ASSERT_TRUE(lb_score(stand.picker, 0, &score));
    CU_ASSERT_EQUAL(score, wanted);
    CU_ASSERT_NOT_EQUAL(score, 1.0 / 49);
    stand_close(&stand);
}

/* Picked past the balancer, nobody is compared; nor is what another algorithm left in the scope
 * anybody's score, until the next pick has begun anew there. */
static void without_a_comparison_there_is_no_score(void)
{
    static const uint32_t equal[] = {1, 1};
    struct stand stand;
    double score = 9;
    stand_open(&stand, lb_algorithm_find("least_conn"), LB_SUM);
    stand_say(&stand, "accumulated", "heap");
    stand.config.quirks = LB_SOLE_UNCOUNTED;
    stand_weigh(&stand, equal, 1);
    stand_build(&stand);
    CU_ASSERT_FALSE(lb_score(stand.picker, 0, &score));
    stand_weigh(&stand, equal, 2);
    CU_ASSERT_EQUAL(lb_picker_edit(stand.picker, stand.member, 2), LB_OK);
    CU_ASSERT(lb_score(stand.picker, 0, &score) && score == 1);
    CU_ASSERT_EQUAL(lb_picker_edit(stand.picker, stand.member, 1), LB_OK);
    CU_ASSERT_FALSE(lb_score(stand.picker, 0, &score));
    CU_ASSERT_EQUAL(lb_picker_edit(stand.picker, stand.member, 2), LB_OK);

    struct lb_picker *first = stand.picker;
    void *memory = stand.picker_memory;
    stand.picker_memory = stand_memory(stand.picker_size);
    stand_say(&stand, "open", "fair");
    stand_build(&stand);
    CU_ASSERT_FALSE(lb_score(first, 0, &score));
    CU_ASSERT_EQUAL(lb_place(first, 0), LB_NONE);
    CU_ASSERT(lb_score(stand.picker, 0, &score) && score == 0);
    stand.picker = first;
    stand_pick(&stand);
    CU_ASSERT(lb_score(first, 0, &score) && score == 2);
    free(memory);
    stand_close(&stand);
}

/* The heap has not heard of it yet; the next pick will first. */
static void a_dropped_row_is_told_of_at_once(void)
{
    for (int mode = LB_SUM; mode <= LB_KEPT; mode++) {
        struct stand *stand = stand_new("least_conn", (enum lb_mode)mode, 2);
        double score = 9;
        stand_say(stand, "next", "heap");
        stand_build(stand);
        for (int i = 0; i < 6; i++)
            stand_pick(stand);
        CU_ASSERT(lb_score(stand->picker, 0, &score) && score == 4);
        lb_row_drop(stand->region, stand->row);
        CU_ASSERT(lb_score(stand->picker, 0, &score) && score == 1);
        stand_free(stand);
    }
}

/* The load before a pick and one, over the weight, not times 1 over it: 3/10 is not 3 * 0.1. */
static void a_lagging_score_is_a_pick_behind(void)
{
    static const uint32_t ten[] = {10};
    static const double picked[] = {1.0 / 10, 2.0 / 10, 3.0 / 10},
                        released[] = {3.0 / 10, 2.0 / 10};
    for (int mode = LB_SUM; mode <= LB_KEPT; mode++) {
        struct stand *stand = stand_new("least_conn", (enum lb_mode)mode, 1);
        double score = 9;
        stand_say(stand, "lagging", "heap");
        stand_weigh(stand, ten, 1);
        stand_build(stand);
        CU_ASSERT(lb_score(stand->picker, 0, &score) && score == picked[0]);
        for (int i = 0; i < 3; i++) {
            stand_pick(stand);
            CU_ASSERT(lb_score(stand->picker, 0, &score) && score == picked[i]);
        }
        for (int i = 0; i < 2; i++) {
            CU_ASSERT_EQUAL(stand_release(stand, 1), LB_OK);
            CU_ASSERT(lb_score(stand->picker, 0, &score) && score == released[i]);
        }
        stand_free(stand);
    }
}

/* ---- Places ---- */

static void check_places(const struct stand *stand, const uint32_t wanted[3], const char *when)
{
    for (uint32_t i = 0; i < 3; i++)
        CHECK_ROW(lb_place(stand->picker, i) == wanted[i], "%s: s%u is at %u, not %u", when, i + 1,
                  lb_place(stand->picker, i), wanted[i]);
}

/* Scores 1 1 1: s1 serves, has 2, and sinks below its left child, s2; s2 serves, and so below the
 * least of its children, s3. */
static void a_heap_has_places(void)
{
    for (int mode = LB_SUM; mode <= LB_KEPT; mode++) {
        struct stand *stand = stand_new("least_conn", (enum lb_mode)mode, 3);
        check_places(stand, (const uint32_t[]){0, 1, 2}, "the list's");
        stand_say(stand, "next", "heap");
        stand_build(stand);
        check_places(stand, (const uint32_t[]){0, 1, 2}, "as entered");
        CU_ASSERT_EQUAL(stand_pick(stand), 1);
        check_places(stand, (const uint32_t[]){1, 0, 2}, "after a pick");
        CU_ASSERT_EQUAL(stand_pick(stand), 2);
        check_places(stand, (const uint32_t[]){1, 2, 0}, "after two");
        stand_free(stand);
    }
}

static void without_an_order_there_is_no_place(void)
{
    struct stand *stand = stand_new("least_conn", LB_SUM, 1);
    stand->config.quirks = LB_SOLE_UNCOUNTED;
    stand_build(stand);
    CU_ASSERT_EQUAL(lb_place(stand->picker, 0), LB_NONE);
    stand_free(stand);
    stand = stand_new("random", LB_SUM, 3);
    check_places(stand, (const uint32_t[]){0, 1, 2}, "random");
    stand_free(stand);
}

static const struct test tests[] = {
    {"every pick is one of the least", every_pick_is_one_of_the_least},
    {"huge weights are compared whole", huge_weights_are_compared_whole},
    {"who enters starts at zero whatever elders did",
     who_enters_starts_at_zero_whatever_elders_did},
    {"an elder skips what it does not know", an_elder_skips_what_it_does_not_know},
    {"round robin tells its credit", round_robin_tells_its_credit},
    {"who compares has a score", who_compares_has_a_score},
    {"an accumulated score keeps its residue", an_accumulated_score_keeps_its_residue},
    {"without a comparison there is no score", without_a_comparison_there_is_no_score},
    {"a dropped row is told of at once", a_dropped_row_is_told_of_at_once},
    {"a lagging score is a pick behind", a_lagging_score_is_a_pick_behind},
    {"a heap has places", a_heap_has_places},
    {"without an order there is no place", without_an_order_there_is_no_place},
};
SUITE("test_least", tests)
