/* test_algorithms.c: sequences of picks worked out by hand, or published for nginx and APISIX. */
#include "tests/harness.h"
#include "tests/lb_stand.h"

/* ---- Sequences: everything held, or every connection closed before the next is opened ---- */

struct sequence {
    const char *algorithm, *score, *ties;
    uint32_t weight[9], members;
    bool held;
    const char *picks; /* a digit each */
};

static const struct sequence sequences[] = {
    /* Smooth weighted round robin; what is held makes no difference. */
    {"round_robin", NULL, NULL, {5, 1, 1}, 3, false, "11213111121311"},
    {"round_robin", NULL, NULL, {5, 1, 1}, 3, true, "11213111121311"},
    {"round_robin", NULL, NULL, {5, 3, 2}, 3, true, "12311213211231121321"},
    {"round_robin", NULL, NULL, {1, 2, 3, 4}, 4, true, "43241342344324134234"},
    {"round_robin", NULL, NULL, {1, 0, 1}, 3, true, "131313"},
    {"round_robin", NULL, NULL, {7}, 1, true, "111"},

    /* nginx's least_conn: idle it is round robin, held it turns around at each level. */
    {"least_conn", "open", "wrr", {5, 1, 1}, 3, false, "11213111121311"},
    {"least_conn", "open", "wrr", {5, 3, 2}, 3, false, "12311213211231121321"},
    {"least_conn", "open", "wrr", {1, 2, 3, 4}, 4, false, "43241342344324134234"},
    {"least_conn", "open", "wrr", {1, 1, 1}, 3, true, "123321123321123321"},
    {"least_conn", "open", "wrr", {1, 1, 1, 1, 1, 1}, 6, true, "123456654321123456654321"},
    {"least_conn", "open", "wrr", {5, 3, 2}, 3, true, "12312131213211213121"},

    /* The oldest of the tied, then the list's order. By (c+1)/w: 1/2 against 1; 1 against 1, and s2
     * was never picked; 1 against 2; 3/2 against 2; 2 against 2, and s2 is older; and so on. */
    {"least_conn", "next", "fair", {2, 1}, 2, true, "12112112112112"},
    {"least_conn", "next", "fair", {1, 1, 1}, 3, true, "123123123"},
    {"least_conn", "next", "fair", {1, 1, 1}, 3, false, "123123123"},
    {"least_conn", "open", "fair", {1, 1, 1, 1}, 4, true, "12341234"},
    /* By c/w: all 0: s1 s2; then 1/2 against 1: s1; then 1 against 1, and s2 is older. */
    {"least_conn", "open", "fair", {2, 1}, 2, true, "121211211"},

    /* HAProxy 2.6: first in, first out at each score; idle it ignores weights. */
    {"least_conn", "open", "fifo", {5, 3, 2}, 3, false, "123123123123"},
    {"least_conn", "open", "fifo", {1, 1, 1}, 3, true, "123123123"},

    /* APISIX: a heap. Idle it turns on one path from the root: s1 and s2 of three, and so on. */
    {"least_conn", "next", "heap", {1, 1, 1}, 3, false, "12121212"},
    {"least_conn", "accumulated", "heap", {1, 1, 1}, 3, false, "12121212"},
    {"least_conn", "next", "heap", {2, 1}, 2, false, "111111"},
    {"least_conn", "next", "heap", {1, 1}, 2, true, "122112211221"},
    {"least_conn", "accumulated", "heap", {1, 1}, 2, true, "122112211221"},
    /* The array by its slots (scores in brackets): 1 2 3; s1 goes down left: 2 1(2) 3; s2 right:
     * 3 1(2) 2(2); s3 stays, being tied; s3 again, left: 1(2) 3(3) 2(2); s1 right: 2(2) 3(3) 1(3);
     * s2 stays, being tied; s2 left: 3(3) 2(4) 1(3). */
    {"least_conn", "next", "heap", {1, 1, 1}, 3, true, "12331223"},
    /* Scores in halves, (c+1)/w: 1 2, 2 2, 3 2, 3 4, 4 4, 5 4 and so on; s1 stays when tied. */
    {"least_conn", "next", "heap", {2, 1}, 2, true, "112112112"},
};

static void play(const struct sequence *row, enum lb_mode mode)
{
    struct stand stand;
    char picks[64] = "";
    size_t length = strlen(row->picks);
    stand_open(&stand, lb_algorithm_find(row->algorithm), mode);
    stand_say(&stand, row->score, row->ties);
    stand_weigh(&stand, row->weight, row->members);
    CU_ASSERT_EQUAL(stand_build(&stand), LB_OK);
    for (size_t i = 0; i < length; i++) {
        uint32_t server = stand_pick(&stand);
        picks[i] = (char)('0' + server);
        if (!row->held)
            CU_ASSERT_EQUAL(stand_release(&stand, server), LB_OK);
    }
    CHECK_ROW(strcmp(picks, row->picks) == 0, "%s %s %s, %s: %s, not %s", row->algorithm,
              row->score == NULL ? "" : row->score, row->ties == NULL ? "" : row->ties,
              row->held ? "held" : "idle", picks, row->picks);
    stand_close(&stand);
}

static void published_sequences_come_out(void)
{
    for (uint32_t i = 0; i < sizeof sequences / sizeof *sequences; i++) {
        play(&sequences[i], LB_SUM);
        play(&sequences[i], LB_KEPT);
    }
}

/* ---- A heap without load, as users of the real thing complained of it ---- */

static void an_idle_heap_leaves_servers_out(void)
{
    static const struct {
        uint32_t members, share[8];
    } rows[] = {
        {3, {500, 500, 0}},
        {4, {334, 333, 0, 333}},
        {5, {334, 333, 0, 333, 0}},
        {8, {250, 250, 0, 250, 0, 0, 0, 250}},
    };
    static const uint32_t equal[] = {1, 1, 1, 1, 1, 1, 1, 1};
    for (uint32_t row = 0; row < sizeof rows / sizeof *rows; row++) {
        struct stand stand;
        uint32_t took[9] = {0};
        stand_open(&stand, lb_algorithm_find("least_conn"), LB_KEPT);
        stand_say(&stand, "next", "heap");
        stand_weigh(&stand, equal, rows[row].members);
        stand_build(&stand);
        for (uint32_t i = 0; i < 1000; i++) {
            uint32_t server = stand_pick(&stand);
            took[server]++;
            stand_release(&stand, server);
        }
        for (uint32_t i = 0; i < rows[row].members; i++)
            CHECK_ROW(took[i + 1] == rows[row].share[i], "%u members, s%u took %u",
                      rows[row].members, i + 1, took[i + 1]);
        stand_close(&stand);
    }
}

/* ---- Small stories: digits pick, and letters do the rest ---- */

struct story {
    const char *about, *algorithm, *score, *ties;
    uint32_t weight[4], members, quirks;
    /* A digit: this one is picked (0: nobody), by a request of its own. "t": from here on one
     * request, which may not pick anybody twice, until ".". "aN" closes a connection of sN (as a
     * failed attempt does), "dN" takes sN out, "uN" back; "-N" and "+N" edit sN out of the list, or
     * back into its place. */
    const char *script;
};

static const struct story stories[] = {
    {"who is out neither gains nor counts",
     "round_robin",
     NULL,
     NULL,
     {5, 1, 1},
     3,
     0,
     "d1 2 3 2 3 u1 1 1 2 1 3 1 1"},
    {"who comes back into the list starts at zero",
     "round_robin",
     NULL,
     NULL,
     {5, 1, 1},
     3,
     0,
     /* credits: -2 1 1; -4 2 2; then 0 2 2 and 5 3 3 */
     "1 1 -1 +1 1"},
    {"a request tries each once, then nobody",
     "round_robin",
     NULL,
     NULL,
     {5, 1, 1},
     3,
     0,
     /* credits: -2 1 1; of two, -2 0 2; of one, -2 0 2, as it pays itself */
     "t1 2 3 0 0 ."},
    {"a tie is turned among the tied only",
     "least_conn",
     "open",
     "wrr",
     {1, 1, 1},
     3,
     0,
     /* credits: -2 1 1; -2 0 2 by a tie of two; s3 and then s2 are alone: no turn. Then a tie of
      * three, -1 1 3: s3; of two, 0 2: s2; and s1 is left */
     "1 2 3 a2 2 3 2 1"},
    {"the lowest is served first, whoever is next",
     "least_conn",
     "next",
     "fair",
     {1, 1, 1},
     3,
     0,
     "1 2 3 a3 3 a1 1 a2 2 3"},
    /* s3 was picked at 3 and 4, s1 at 1 and 5, s2 at 2 and 6: all hold one; s3 is the oldest. */
    {"the oldest pick wins a tie",
     "least_conn",
     "next",
     "fair",
     {1, 1, 1},
     3,
     0,
     "1 2 3 a3 3 a1 1 a2 2 a1 a2 a3 3 1 2"},
    {"a close puts a server to the end of its score",
     "least_conn",
     "open",
     "fifo",
     {1, 1, 1},
     3,
     0,
     "1 2 3 a2 a1 2 1 a3 a2 3 2"},
    /* fair forgets closes: after them s1 was still picked longest ago. */
    {"a close is nothing to fair",
     "least_conn",
     "open",
     "fair",
     {1, 1, 1},
     3,
     0,
     "1 2 3 a2 a1 1 2"},
    /* 1 2 3; s1 fails: 2 1 3; s2 fails: 1 2 3; s1 tried, taken off: 3 2, s3 chosen, s1 put back:
     * 3 2 1; counted, down left: 2 3 1; released; all taken off in the order 2 1 3 and put back so.
     */
    {"tried servers go back as they came off",
     "least_conn",
     "next",
     "heap",
     {1, 1, 1},
     3,
     0,
     "t1 a1 2 a2 3 a3 0 . 2"},
    {"counts lead a heap after a list's change",
     "least_conn",
     "next",
     "heap",
     {1, 1, 1},
     3,
     0,
     /* s3 away: two and two; back with nothing open: twice, until it has two as well */
     "-3 1 2 2 1 +3 3 3"},

    /* Weight 0 on a heap: a last resort, by the quirk; else it takes nothing. */
    {"weight 0 takes nothing", "least_conn", "next", "heap", {1, 0, 1}, 3, 0, "t1 3 0 ."},
    {"weight 0 is the last resort (next)",
     "least_conn",
     "next",
     "heap",
     {1, 0, 1},
     3,
     LB_ZERO_IS_LAST,
     "1 3 3 1 t1 3 2 0 . d1 d3 2 2 u1 u3 3"},
    {"weight 0 is the last resort (open)",
     "least_conn",
     "open",
     "heap",
     {1, 0, 1},
     3,
     LB_ZERO_IS_LAST,
     "1 3 3 1 t1 3 2 0 . d1 d3 2 2 u1 u3 3"},
    /* next: s2 is taken and released, infinite each time, and never picked first. */
    {"a derived infinity stays one",
     "least_conn",
     "next",
     "heap",
     {1, 0},
     2,
     LB_ZERO_IS_LAST,
     "t1 a1 2 a2 . t1 a1 2 a2 . 1 1 1 1"},
    /* accumulated: infinity less infinity is no number; taken off with s1 aside it becomes the
     * root, s1 cannot rise past it, and from then on it takes everything. */
    {"an accumulated one poisons the heap",
     "least_conn",
     "accumulated",
     "heap",
     {1, 0},
     2,
     LB_ZERO_IS_LAST,
     "t1 a1 2 a2 . t1 a1 2 a2 . 2 2 2 2"},
};

static void edit_out(struct stand *stand, uint32_t server)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < stand->members; i++)
        if (stand->member[i].slot != server - 1)
            stand->member[kept++] = stand->member[i];
    stand->members = kept;
}

static void edit_in(struct stand *stand, uint32_t server, uint32_t weight)
{
    uint32_t at = stand->members++;
    for (; at > 0 && stand->member[at - 1].slot > server - 1; at--)
        stand->member[at] = stand->member[at - 1];
    stand->member[at] = (struct lb_member){.slot = server - 1, .weight = weight};
}

struct telling {
    const struct story *story;
    struct stand stand;
    bool one_request; /* after "t" */
    uint64_t tried;
};

static void change(struct telling *telling, char what, uint32_t server)
{
    struct stand *stand = &telling->stand;
    if (what == 'a') {
        CU_ASSERT_EQUAL(stand_release(stand, server), LB_OK);
        return;
    }
    if (what == 'd' || what == 'u') {
        lb_slot_set_down(stand->region, server - 1, what == 'd');
        return;
    }
    if (what == '-')
        edit_out(stand, server);
    else
        edit_in(stand, server, telling->story->weight[server - 1]);
    CU_ASSERT_EQUAL(lb_picker_edit(stand->picker, stand->member, stand->members), LB_OK);
}

/* One word of the script; returns where the next begins. */
static const char *step(struct telling *telling, const char *at)
{
    if (*at >= '0' && *at <= '9') {
        uint32_t wanted = (uint32_t)(*at - '0');
        uint32_t picked = stand_try(&telling->stand, telling->one_request ? &telling->tried : NULL);
        CHECK_ROW(picked == wanted, "%s, at \"%s\": %u", telling->story->about, at, picked);
        return at + 1;
    }
    if (*at == 't' || *at == '.') {
        telling->one_request = *at == 't';
        telling->tried = 0;
        return at + 1;
    }
    if (*at == ' ')
        return at + 1;
    change(telling, at[0], (uint32_t)(at[1] - '0'));
    return at + 2;
}

static void tell(const struct story *story, enum lb_mode mode)
{
    struct telling telling = {.story = story};
    stand_open(&telling.stand, lb_algorithm_find(story->algorithm), mode);
    stand_say(&telling.stand, story->score, story->ties);
    telling.stand.config.quirks = story->quirks;
    stand_weigh(&telling.stand, story->weight, story->members);
    CU_ASSERT_EQUAL(stand_build(&telling.stand), LB_OK);
    for (const char *at = story->script; *at != '\0';)
        at = step(&telling, at);
    stand_close(&telling.stand);
}

static void stories_go_as_told(void)
{
    for (uint32_t i = 0; i < sizeof stories / sizeof *stories; i++) {
        tell(&stories[i], LB_SUM);
        tell(&stories[i], LB_KEPT);
    }
}

/* ---- A sole member that is not counted ---- */

static void a_sole_member_may_go_uncounted(void)
{
    static const uint32_t equal[] = {1, 1};
    struct stand stand;
    uint64_t tried = 0;
    stand_open(&stand, lb_algorithm_find("least_conn"), LB_KEPT);
    stand_say(&stand, "accumulated", "heap");
    stand.config.quirks = LB_SOLE_UNCOUNTED;
    stand_weigh(&stand, equal, 1);
    CU_ASSERT_EQUAL(stand_build(&stand), LB_OK);
    for (uint32_t i = 0; i < 4; i++) { /* a retry lands on the same one */
        CU_ASSERT_EQUAL(stand_try(&stand, &tried), 1);
        CU_ASSERT_EQUAL(stand.lease[i].row, LB_NONE);
    }
    CU_ASSERT_EQUAL(tried, 0);
    CU_ASSERT_EQUAL(lb_believed(stand.picker, 0), 0);
    CU_ASSERT_EQUAL(lb_row_count(stand.region, stand.row, 0), 0);
    stand_weigh(&stand, equal, 2); /* the second comes, and the first looks as idle as it */
    CU_ASSERT_EQUAL(lb_picker_edit(stand.picker, stand.member, 2), LB_OK);
    for (uint32_t i = 0; i < 4; i++)
        CU_ASSERT_EQUAL(stand_pick(&stand), (i == 0 || i == 3) ? 1 : 2);
    CU_ASSERT_EQUAL(lb_believed(stand.picker, 0), 2);
    for (uint32_t i = 0; i < 6; i++) /* four of them were never counted */
        CU_ASSERT_EQUAL(stand_release(&stand, 1), LB_OK);
    CU_ASSERT_EQUAL(lb_believed(stand.picker, 0), 0);
    CU_ASSERT_EQUAL(lb_believed(stand.picker, 1), 2);
    stand_weigh(&stand, equal, 1); /* alone again: what was counted can still be released */
    CU_ASSERT_EQUAL(lb_picker_edit(stand.picker, stand.member, 1), LB_OK);
    CU_ASSERT_EQUAL(stand_release(&stand, 2), LB_OK);
    CU_ASSERT_EQUAL(lb_row_count(stand.region, stand.row, 1), 1);
    CU_ASSERT_EQUAL(lb_region_check(stand.region), LB_OK);
    stand_close(&stand);
}

static void a_sole_member_is_counted_otherwise(void)
{
    static const uint32_t equal[] = {1, 1};
    struct stand stand;
    stand_open(&stand, lb_algorithm_find("least_conn"), LB_KEPT);
    stand_say(&stand, "next", "heap");
    stand_weigh(&stand, equal, 1);
    stand_build(&stand);
    for (uint32_t i = 0; i < 4; i++)
        CU_ASSERT_EQUAL(stand_pick(&stand), 1);
    CU_ASSERT_EQUAL(lb_believed(stand.picker, 0), 4);
    stand_weigh(&stand, equal, 2);
    CU_ASSERT_EQUAL(stand_build(&stand), LB_OK);
    for (uint32_t i = 0; i < 4; i++)
        CU_ASSERT_EQUAL(stand_pick(&stand), 2);
    stand_close(&stand);
}

static const struct test tests[] = {
    {"published sequences come out", published_sequences_come_out},
    {"an idle heap leaves servers out", an_idle_heap_leaves_servers_out},
    {"stories go as told", stories_go_as_told},
    {"a sole member may go uncounted", a_sole_member_may_go_uncounted},
    {"a sole member is counted otherwise", a_sole_member_is_counted_otherwise},
};
SUITE("test_algorithms", tests)
