/* test_haproxy.c: HAProxy's ordered methods by hand: sequences, newcomers, limits, slow start. */
#include "tests/lb_stand.h"
#include "tests/replayed.h"

static const struct how roundrobin = {"haproxy-roundrobin", 1, false};
static const struct how static_rr = {"haproxy-static-rr", 1, false};
static const struct how leastconn = {"haproxy-leastconn", 1, false};
static const struct how first = {"haproxy-first", 1, false};

/* Connections `from` to `to`, each closed at once if it is not held. */
static void opens(char *at, size_t room, int from, int to, bool held)
{
    for (int i = from; i <= to; i++) {
        int length = snprintf(at, room, held ? "open,%d,\n" : "open,%d,\nclose,%d,\n", i, i);
        at += length;
        room -= (size_t)length;
    }
}

static void check_many(struct how how, const char *members, int count, bool held,
                       const char *expected)
{
    char operations[2048];
    int length = snprintf(operations, sizeof operations, "members,,%s\n", members);
    opens(operations + length, sizeof operations - (size_t)length, 1, count, held);
    check_picks(how, operations, expected);
}

static void sequences_are_haproxys(void)
{
    const char *weights = "s1=5 s2=3 s3=2";
    check_many(roundrobin, weights, 13, true, "s1 s2 s1 s3 s1 s2 s1 s2 s1 s3 s1 s2 s1");
    check_many(roundrobin, weights, 13, false, "s1 s2 s1 s3 s1 s2 s1 s2 s1 s3 s1 s2 s1");
    check_many(static_rr, weights, 12, true, "s1 s1 s2 s1 s3 s1 s2 s1 s2 s3 s1 s1");
    check_many(leastconn, weights, 7, false, "s1 s2 s3 s1 s2 s3 s1");
    check_many(leastconn, weights, 9, true, "s1 s2 s3 s1 s1 s2 s1 s3 s2");
    check_many(first, weights, 4, true, "s1 s1 s1 s1");
}

/* ---- Limits, weight 0, backups ---- */

static void who_is_full_is_passed_over(void)
{
    check_many(roundrobin, "s1 s2=1/1 s3", 7, true, "s1 s2 s3 s1 s3 s1 s3");
    check_many(static_rr, "s1 s2=1/1 s3", 7, true, "s1 s2 s3 s1 s3 s1 s3");
    check_many(leastconn, "s1=1/1 s2=1/2 s3=1/1", 5, true, "s1 s2 s3 s2 -");
    check_many(first, "s1=1/2 s2=1/1 s3", 5, true, "s1 s1 s2 s3 s3");
}

static void first_goes_by_number_and_fills_up_again(void)
{
    check_picks(first,
                "members,,s1=1/2 s2=9 s3\n" OPEN(1) OPEN(2) OPEN(3) CLOSE(1)
                    OPEN(4) "members,,s3 s2=9\n" OPEN(5),
                "s1 s1 s2 s1 s2");
}

static void weight_0_takes_nothing(void)
{
    check_many(roundrobin, "s1=0 s2 s3", 4, true, "s2 s3 s2 s3");
    check_many(static_rr, "s1=0 s2 s3", 4, true, "s2 s3 s2 s3");
    check_many(leastconn, "s1=0 s2 s3", 4, true, "s2 s3 s2 s3");
    check_many(first, "s1=0 s2 s3", 2, true, "s2 s2");
}

/* One backup at a time, but static-rr's map, which is as long as the first one's weight and shared
 * out among all: of 2:1 over two slots, both whole rounds go to the first. */
static void one_backup_serves_at_a_time(void)
{
    const char *members = "s1=1/0/down s2=2/0/backup s3=1/0/backup";
    check_many(roundrobin, members, 4, true, "s2 s2 s2 s2");
    check_many(leastconn, members, 4, true, "s2 s2 s2 s2");
    check_many(first, members, 4, true, "s2 s2 s2 s2");
    check_many(static_rr, members, 5, true, "s2 s2 s2 s2 s2");
}

/* ---- static-rr's cursor ---- */

static void a_cursor_at_the_end_is_a_place_in_a_longer_map(void)
{
    check_picks(static_rr, "members,,s1 s2\n" OPEN(1) OPEN(2) "members,,s1 s2 s3\n" OPEN(3) OPEN(4),
                "s1 s2 s3 s1");
    check_picks(static_rr, "members,,s1 s2 s3\n" OPEN(1) OPEN(2) OPEN(3) "members,,s1 s2\n" OPEN(4),
                "s1 s2 s3 s1");
}

/* A round of weights 2, 2 is of two slots, and the third pick is in its second round. */
static void a_map_is_shortened_by_what_divides_all_weights(void)
{
    check_picks(static_rr,
                "members,,s1=2 s2=2\n" OPEN(1) OPEN(2) OPEN(3) "members,,s1=2 s2=2 s3=2\n" OPEN(4)
                    OPEN(5),
                "s1 s2 s1 s2 s3");
}

/* But s3's weight is in the configuration too, so there the round was of four slots; of five, the
 * last is s3's: 1 2 1 2 3. */
static void who_is_down_keeps_the_map_long(void)
{
    const char *expected = "s1 s2 s1 s2 s3";
    check_picks(static_rr,
                "members,,s1=2 s2=2 s3=1/0/down\n" OPEN(1) OPEN(2) OPEN(3)
                    OPEN(4) "members,,s1=2 s2=2 s3\n" OPEN(5),
                expected);
    check_picks(static_rr,
                "members,,s1=2 s2=2\n" OPEN(1) OPEN(2) OPEN(3)
                    OPEN(4) "members,,s1=2 s2=2 s3\n" OPEN(5),
                expected);
}

static void a_refused_request_begins_a_round_that_is_over(void)
{
    check_picks(static_rr,
                "members,,s1=1/1 s2=1/1\n" OPEN(1) OPEN(2)
                    OPEN(3) "members,,s1=1/2 s2=1/2 s3\n" OPEN(4),
                "s1 s2 - s1");
    check_picks(static_rr,
                "members,,s1=1/1 s2=1/1\n" OPEN(1) OPEN(2) "members,,s1=1/2 s2=1/2 s3\n" OPEN(4),
                "s1 s2 s3");
}

static void the_largest_weights_have_their_shares(void)
{
    static const char *const algorithms[] = {"fast_rr", "static_rr"};
    for (int a = 0; a < 2; a++) {
        uint32_t picked[3] = {0};
        struct stand *stand = stand_new(algorithms[a], LB_KEPT, 2);
        stand_weigh(stand, (const uint32_t[]){65535, 1}, 2);
        lb_picker_edit(stand->picker, stand->member, 2);
        for (uint32_t i = 0; i < 3 * 65536; i++) {
            uint32_t server = stand_pick(stand);
            picked[server]++;
            stand_release(stand, server);
        }
        CHECK_ROW(picked[2] == 3, "%s: weight 1 of 65536 got %u in three rounds", algorithms[a],
                  picked[2]);
        stand->member[0].max_conns = 1;
        lb_picker_edit(stand->picker, stand->member, 2);
        stand_pick(stand);
        for (int i = 0; i < 5; i++)
            CU_ASSERT_EQUAL(stand_pick(stand), 2);
        stand_free(stand);
    }
}

/* ---- Newcomers ---- */

/* 400 held by two; a third comes; 200 more. What each of the three holds, and how many of the first
 * 20, 50, 100, 200 the third took. */
struct newcomer {
    uint32_t held[4], taken[4];
};

static struct stand *stand_of(const struct how *how)
{
    struct balancer balancer = balancer_of_preset(preset_find(how->preset));
    struct stand *stand = malloc(sizeof *stand);
    stand_open(stand, balancer.algorithm, LB_KEPT);
    memcpy(stand->config.param, balancer.param, sizeof balancer.param);
    stand_weigh(stand, (const uint32_t[]){1, 1, 1}, 2);
    CU_ASSERT_EQUAL(stand_build(stand), LB_OK);
    for (int i = 0; i < 400; i++)
        stand_pick(stand);
    return stand;
}

static void enlist_third(struct stand *stand, uint32_t slow_start_s)
{
    stand->member[2] =
        (struct lb_member){.slot = 2, .id = 3, .weight = 1, .slow_start_s = slow_start_s};
    CU_ASSERT_EQUAL(lb_picker_edit(stand->picker, stand->member, 3), LB_OK);
}

static struct newcomer scaled_up(const struct how *how, uint32_t slow_start_s)
{
    static const int of_first[] = {20, 50, 100, 200};
    struct newcomer seen = {.held = {0, 200, 200, 0}};
    struct stand *stand = stand_of(how);
    enlist_third(stand, slow_start_s);
    for (int i = 1; i <= 200; i++) {
        seen.held[stand_pick(stand)]++;
        for (int share = 0; share < 4; share++)
            if (i == of_first[share])
                seen.taken[share] = seen.held[3];
    }
    stand_free(stand);
    return seen;
}

static void check_newcomer(const struct how *how, uint32_t slow_start_s, struct newcomer expected)
{
    struct newcomer seen = scaled_up(how, slow_start_s);
    for (int i = 1; i <= 3; i++)
        CHECK_ROW(seen.held[i] == expected.held[i], "%s, slow start %u: s%d holds %u, not %u",
                  how->preset, slow_start_s, i, seen.held[i], expected.held[i]);
    for (int i = 0; i < 4; i++)
        CHECK_ROW(seen.taken[i] == expected.taken[i], "%s, slow start %u: share %d is %u, not %u",
                  how->preset, slow_start_s, i, seen.taken[i], expected.taken[i]);
}

/* A round robin gives it its share, least connections everything. */
static void a_newcomer_is_taken_in(void)
{
    check_newcomer(&roundrobin, 0, (struct newcomer){{0, 267, 267, 66}, {6, 16, 33, 66}});
    check_newcomer(&static_rr, 0, (struct newcomer){{0, 267, 266, 67}, {7, 17, 34, 67}});
    check_newcomer(&leastconn, 0, (struct newcomer){{0, 200, 200, 200}, {20, 50, 100, 200}});
    check_newcomer(&first, 0, (struct newcomer){{0, 400, 200, 0}, {0, 0, 0, 0}});
}

/* A burst while it has a sixteenth of its weight: measured on both versions. */
static void a_slow_start_caps_its_share(void)
{
    check_newcomer(&leastconn, 10, (struct newcomer){{0, 291, 291, 18}, {12, 13, 15, 18}});
    check_newcomer(&roundrobin, 10, (struct newcomer){{0, 298, 297, 5}, {0, 1, 2, 5}});
}

/* The same by a gateway: it knows since when s3 is up, and that s1 and s2 were there before. */
static void a_gateway_tells_of_slow_starts(void)
{
    static const char *const name[] = {"s1", "s2", "s3"};
    static const uint32_t wanted[2][3] = {{298, 297, 5}, {291, 291, 18}};
    for (int least = 0; least < 2; least++) {
        struct balancer balancer = balancer_of_preset(
            preset_find(least == 1 ? "haproxy-leastconn" : "haproxy-roundrobin"));
        struct gateway *gateway = gateway_new(&(struct gateway_config){.balancer = &balancer,
                                                                       .server_name = name,
                                                                       .servers = 3,
                                                                       .stays_max = 3,
                                                                       .lives_max = 1,
                                                                       .instances = 1,
                                                                       .workers = 1,
                                                                       .upstream = "u"});
        struct gateway_member member[3] = {{.weight = 0}};
        uint32_t held[3] = {0};
        for (uint32_t i = 0; i < 3; i++)
            member[i] = (struct gateway_member){.server = i, .weight = 1, .slow_start_s = 10};
        gateway_set_members(gateway, member, 2);
        for (int i = 0; i < 600; i++) {
            struct gateway_hold hold;
            if (i == 400) {
                gateway_set_time(gateway, 60);
                gateway_set_members(gateway, member, 3);
            }
            held[gateway_open(gateway, 0, 0, stream_root(1, 0, STREAM_PICK, 0), &hold)]++;
        }
        for (int i = 0; i < 3; i++)
            CHECK_ROW(held[i] == wanted[least][i], "%s holds %u, not %u", name[i], held[i],
                      wanted[least][i]);
        gateway_free(gateway);
    }
}

static uint32_t pick_at(struct stand *stand, uint64_t now_s)
{
    struct lb_request request = {.now_s = now_s};
    uint32_t member;
    if (lb_pick(stand->picker, stand->row, &request, &stand->lease[stand->leases], &member) < 0)
        return 0;
    return stand->lease[stand->leases++].slot + 1;
}

/* With c open and e sixteenths it takes one while (c + 1) * 16 / e is less than the others' 201. */
static void a_slow_start_ends_by_the_clock(void)
{
    static const uint32_t takes[] = {12, 25, 62, 87, 113, 163, 200};
    static const uint64_t at_s[] = {0, 1, 3, 4, 5, 8, 10}; /* 1, 2, 5, 7, 9, 13, 16 sixteenths */
    for (int i = 0; i < 7; i++) {
        struct stand *stand = stand_of(&leastconn);
        uint32_t taken = 0;
        enlist_third(stand, 10);
        while (pick_at(stand, at_s[i]) == 3)
            taken++;
        CHECK_ROW(taken == takes[i], "after %d s it takes %u at once, not %u", (int)at_s[i], taken,
                  takes[i]);
        stand_free(stand);
    }
}

/* ---- leastconn's order ---- */

static double score_of(const struct stand *stand, uint32_t server)
{
    double score = -1;
    CU_ASSERT(lb_score(stand->picker, server - 1, &score));
    return score;
}

static void the_key_is_told(void)
{
    struct stand *stand = stand_of(&leastconn);
    CU_ASSERT_EQUAL(score_of(stand, 1), 201 * 4096 / 16);
    stand->member[0].weight = 5;
    enlist_third(stand, 10);
    CU_ASSERT_EQUAL(score_of(stand, 1), 201 * 4096 / 80);
    CU_ASSERT_EQUAL(score_of(stand, 3), 0);
    CU_ASSERT_EQUAL(stand_pick(stand), 3);
    CU_ASSERT_EQUAL(score_of(stand, 3), 2 * 4096);
    stand_free(stand);
}

/* Idle all, each with the same key: who changed its weight, or was away, is last. */
static void who_changes_goes_to_the_back(void)
{
    check_picks(leastconn, "members,,s1 s2 s3\nmembers,,s1=4 s2 s3\n" OPEN(1) OPEN(2) OPEN(3),
                "s2 s3 s1");
    check_picks(leastconn, "members,,s1 s2 s3\nmembers,,s1 s2 s3\n" OPEN(1) OPEN(2) OPEN(3),
                "s1 s2 s3");
    check_picks(leastconn,
                "members,,s1 s2 s3\nmembers,,s2 s3\nmembers,,s1 s2 s3\n" OPEN(1) OPEN(2) OPEN(3),
                "s2 s3 s1");
    struct stand *stand = stand_of(&leastconn);
    while (stand->leases > 0)
        stand_release(stand, stand->lease[0].slot + 1);
    CU_ASSERT_EQUAL(stand_pick(stand), 1);
    CU_ASSERT_EQUAL(stand_release(stand, 1), LB_OK); /* the order is s2, s1 */
    lb_slot_set_down(stand->region, 1, true);
    CU_ASSERT_EQUAL(stand_pick(stand), 1);
    CU_ASSERT_EQUAL(stand_release(stand, 1), LB_OK);
    lb_slot_set_down(stand->region, 1, false);
    CU_ASSERT_EQUAL(stand_pick(stand), 1);
    stand_free(stand);
}

/* A weight beyond HAProxy's 256 has keys that a connection does not always change: 4096 / 8192. */
static void who_keeps_its_key_keeps_its_place(void)
{
    struct stand *stand = stand_of(&leastconn);
    while (stand->leases > 0)
        stand_release(stand, stand->lease[0].slot + 1);
    stand_weigh(stand, (const uint32_t[]){512, 512}, 2);
    lb_picker_edit(stand->picker, stand->member, 2);
    CU_ASSERT_EQUAL(stand_pick(stand), 1); /* 0 to 2 / 2 */
    CU_ASSERT_EQUAL(stand_pick(stand), 2);
    CU_ASSERT_EQUAL(stand_pick(stand), 1); /* 3 / 2 is 1 too */
    CU_ASSERT_EQUAL(stand_pick(stand), 1); /* so it is still the first; 4 / 2 */
    CU_ASSERT_EQUAL(stand_pick(stand), 2);
    CU_ASSERT_EQUAL(stand_release(stand, 1), LB_OK);
    CU_ASSERT_EQUAL(stand_release(stand, 1), LB_OK); /* 3 / 2 and 2 / 2: behind s2, and it stays */
    CU_ASSERT_EQUAL(stand_release(stand, 2), LB_OK); /* 2 / 2, as before */
    CU_ASSERT_EQUAL(stand_pick(stand), 2);
    stand_free(stand);
}

/* ---- roundrobin's deadlines ---- */

/* 1:2, 16 and 32 of 48. s2 is picked at 48 and due at 49, with 16 left of the division. Of 16 and
 * 16 it is due at 49 + 2, and nothing is left, so its key is that of s1 after its first pick, and
 * older. */
static void a_changed_weight_has_nothing_left(void)
{
    check_picks(roundrobin,
                "members,,s1 s2=2\n" OPEN(1) "members,,s1 s2\n" OPEN(2) OPEN(3) OPEN(4) OPEN(5),
                "s2 s1 s2 s1 s2");
}

/* Nobody is up: a request that finds nobody moves nothing. Back at position 65 of a round of 64,
 * s1 is due at 65 + 47 / 48 and then at 66 and 68, s2 at 65 + 63 / 16 = 68, with the later key. */
static void refused_requests_move_nothing(void)
{
    check_picks(roundrobin,
                "members,,s1=3 s2\n" OPEN(1) "members,,s1=3/0/down s2=1/0/down\n" OPEN(2)
                    OPEN(3) "members,,s1=3 s2\n" OPEN(4) OPEN(5) OPEN(6) OPEN(7),
                "s1 - - s1 s1 s1 s2");
}

/* 1:1; at position 33 of a round of 32 it leaves, and comes back: due at 33 + (32 + 32 - 33) / 16,
 * which is 34, while s2 is due at 34 too, by a key that is older. */
static void who_returns_has_its_normal_share(void)
{
    check_picks(roundrobin,
                "members,,s1 s2\n" OPEN(1) "members,,s2\nmembers,,s1 s2\n" OPEN(2) OPEN(3) OPEN(4)
                    OPEN(5),
                "s1 s2 s1 s2 s1");
}

static const struct test tests[] = {
    {"sequences are HAProxy's", sequences_are_haproxys},
    {"who is full is passed over", who_is_full_is_passed_over},
    {"first goes by number and fills up again", first_goes_by_number_and_fills_up_again},
    {"weight 0 takes nothing", weight_0_takes_nothing},
    {"one backup serves at a time", one_backup_serves_at_a_time},
    {"a cursor at the end is a place in a longer map",
     a_cursor_at_the_end_is_a_place_in_a_longer_map},
    {"a map is shortened by what divides all weights",
     a_map_is_shortened_by_what_divides_all_weights},
    {"who is down keeps the map long", who_is_down_keeps_the_map_long},
    {"a refused request begins a round that is over",
     a_refused_request_begins_a_round_that_is_over},
    {"the largest weights have their shares", the_largest_weights_have_their_shares},
    {"a newcomer is taken in", a_newcomer_is_taken_in},
    {"a slow start caps its share", a_slow_start_caps_its_share},
    {"a gateway tells of slow starts", a_gateway_tells_of_slow_starts},
    {"a slow start ends by the clock", a_slow_start_ends_by_the_clock},
    {"the key is told", the_key_is_told},
    {"who changes goes to the back", who_changes_goes_to_the_back},
    {"who keeps its key keeps its place", who_keeps_its_key_keeps_its_place},
    {"a changed weight has nothing left", a_changed_weight_has_nothing_left},
    {"refused requests move nothing", refused_requests_move_nothing},
    {"who returns has its normal share", who_returns_has_its_normal_share},
};

SUITE("haproxy", tests)
