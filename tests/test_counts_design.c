/* test_counts_design.c: what designs with a count table did: the later heads of APISIX's pull
 * requests, and their real defects. */
#include "tests/counted.h"
#include "tests/harness.h"

/* ---- Later heads of the same design ---- */

/* 7 and 3 on s1 and s2: their average is 5, and 4/5 of that 4. s3 holds nothing, s4 less than
 * nothing; who holds one is left alone. Nobody ever closes what was guessed. */
static void newcomers_are_guessed(void)
{
    static const int32_t before[] = {7, 3, 0, -2}, after[] = {7, 3, 4, 4};
    struct worker *worker = hired(10);
    build(worker, 1, 4);
    for (uint32_t i = 0; i < 4; i++) {
        struct lb_lease lease = {.slot = i, .row = worker->built[0].row};
        for (int32_t n = 0; n < before[i]; n++)
            CU_ASSERT_EQUAL(open_on(worker, i + 1), LB_OK);
        for (int32_t n = 0; n > before[i]; n--)
            CU_ASSERT_EQUAL(lb_release_again(worker->built[0].picker, lease), LB_OK);
    }
    worker->quirks = LB_COUNTS_GUESSED;
    CU_ASSERT_EQUAL(build(worker, 1, 4), LB_OK);
    for (uint32_t i = 0; i < 4; i++) {
        char server[8];
        snprintf(server, sizeof server, "s%u", i + 1);
        CU_ASSERT_EQUAL(lb_counts_read(worker->counts, "u", server), after[i]);
        CU_ASSERT_EQUAL(lb_believed(worker->built[1].picker, i), after[i]);
    }
    CU_ASSERT_EQUAL(lb_counts_read(worker->counts, "u", "s5"), 0);
    close_all(worker);
    CU_ASSERT_EQUAL(lb_counts_read(worker->counts, "u", "s1"), 0);
    CU_ASSERT_EQUAL(lb_counts_read(worker->counts, "u", "s3"), 4);
    dismissed(worker);
}

/* Where nobody holds anything there is nothing to guess from; 4/5 of 1 is none. */
static void nothing_is_guessed_from_nothing(void)
{
    struct worker *worker = hired(10);
    worker->quirks = LB_COUNTS_GUESSED;
    build(worker, 1, 3);
    CU_ASSERT_EQUAL(lb_counts_read(worker->counts, "u", "s2"), 0);
    CU_ASSERT_EQUAL(open_on(worker, 1), LB_OK);
    build(worker, 1, 3);
    CU_ASSERT_EQUAL(lb_counts_read(worker->counts, "u", "s2"), 0);
    dismissed(worker);
}

/* s3 leaves and returns. Cleaned, it is forgotten; kept, it is not; nor are its closes. */
static void counts_of_the_departed_are_kept(void)
{
    struct worker *worker = hired(10);
    uint32_t took[STAND_SERVERS + 1] = {0};
    worker->quirks = LB_COUNTS_KEPT;
    build(worker, 1, 3);
    open_many(worker, 9, took);
    build(worker, 1, 2);
    CU_ASSERT_EQUAL(said(worker->counts, "conn_count:u:s3"), 3);
    close_all(worker);
    CU_ASSERT_EQUAL(said(worker->counts, "conn_count:u:s3"), 0);
    dismissed(worker);
}

/* Another picker's connections are seen of a server that this one picks or releases, and of no
 * other. */
static void the_table_is_followed(void)
{
    struct worker *worker = hired(10);
    worker->quirks = LB_COUNTS_KEPT | LB_COUNTS_FOLLOWED;
    build(worker, 1, 2);
    build(worker, 1, 2);
    struct lb_picker *elder = worker->built[0].picker;
    for (int i = 0; i < 3; i++) {
        CU_ASSERT_EQUAL(open_on(worker, 1), LB_OK);
        CU_ASSERT_EQUAL(open_on(worker, 2), LB_OK);
    }
    struct lb_request request = {0};
    struct lb_lease lease;
    uint32_t member;
    CU_ASSERT(lb_believed(elder, 0) == 0 && lb_believed(elder, 1) == 0);
    CU_ASSERT_EQUAL(lb_pick(elder, worker->built[0].row, &request, &lease, &member), LB_OK);
    CU_ASSERT_EQUAL(member, 0);
    CU_ASSERT(lb_believed(elder, 0) == 4 && lb_believed(elder, 1) == 0);
    close_all(worker); /* through the younger */
    CU_ASSERT(lb_believed(elder, 0) == 4 && lb_believed(elder, 1) == 0);
    CU_ASSERT_EQUAL(lb_release(elder, lease), LB_OK);
    CU_ASSERT(lb_believed(elder, 0) == 0 && lb_believed(elder, 1) == 0);
    CU_ASSERT_EQUAL(lb_region_check(worker->stand.region), LB_OK);
    dismissed(worker);
}

/* The table hears of the second release, and who follows it believes it; the row does not. */
static void a_second_release_reaches_the_table(void)
{
    for (uint32_t follows = 0; follows < 2; follows++) {
        struct worker *worker = hired(10);
        worker->quirks = follows ? LB_COUNTS_KEPT | LB_COUNTS_FOLLOWED : 0;
        build(worker, 1, 2);
        struct built *built = &worker->built[0];
        CU_ASSERT_EQUAL(open_on(worker, 2), LB_OK);
        struct lb_lease lease = worker->lease[0];
        CU_ASSERT_EQUAL(lb_release(built->picker, lease), LB_OK);
        worker->leases = 0;
        CU_ASSERT_EQUAL(lb_release(built->picker, lease), LB_BAD_LEASE);
        CU_ASSERT_EQUAL(lb_counts_read(worker->counts, "u", "s2"), 0);
        CU_ASSERT_EQUAL(lb_release_again(built->picker, lease), LB_OK);
        CU_ASSERT_EQUAL(lb_counts_read(worker->counts, "u", "s2"), -1);
        CU_ASSERT_EQUAL(lb_row_count(worker->stand.region, built->row, 1), 0);
        CU_ASSERT_EQUAL(lb_believed(built->picker, 1), follows ? -1 : 0);
        lease.row = LB_NONE;
        CU_ASSERT_EQUAL(lb_release_again(built->picker, lease), LB_OK);
        CU_ASSERT_EQUAL(lb_counts_read(worker->counts, "u", "s2"), -1);
        lease.row = 1000;
        CU_ASSERT_EQUAL(lb_release_again(built->picker, lease), LB_BAD_LEASE);
        CU_ASSERT_EQUAL(lb_region_check(worker->stand.region), LB_OK);
        dismissed(worker);
    }
}

/* Released oftener than picked, a server's lagging score stops at 0; not so when it is built. */
static void a_score_below_zero_is_none(void)
{
    struct worker *worker = hired(10);
    double score = 9;
    stand_say(&worker->stand, "lagging", "heap");
    worker->quirks = LB_COUNTS_KEPT | LB_COUNTS_FOLLOWED;
    build(worker, 1, 2);
    struct lb_lease lease = {.slot = 1, .row = worker->built[0].row};
    for (int i = 0; i < 3; i++) {
        CU_ASSERT_EQUAL(lb_release_again(worker->built[0].picker, lease), LB_OK);
        CU_ASSERT(lb_score(worker->built[0].picker, 1, &score) && score == 0);
    }
    build(worker, 1, 2);
    CU_ASSERT(lb_score(worker->built[1].picker, 1, &score) && score == -2);
    dismissed(worker);
}

/* Two pickers of one generation: each reads the table as it is then; the later reading holds. */
static void reading_twice_does_not_add_up(void)
{
    for (int mode = LB_SUM; mode <= LB_KEPT; mode++) {
        struct stand stand;
        struct lb_request request = {0};
        struct lb_lease lease;
        uint32_t member;
        stand_open(&stand, lb_algorithm_find("round_robin"), (enum lb_mode)mode);
        stand_weigh(&stand, (const uint32_t[]){1, 1}, 2);
        void *table = stand_memory(size_for(4));
        lb_counts_format(table, size_for(4), &stand.config.counts);
        stand.config.seeded = true;
        stand.config.upstream = "u";
        CU_ASSERT_EQUAL(stand_build(&stand), LB_OK);
        for (int i = 0; i < 4; i++)
            CU_ASSERT_EQUAL(lb_pick(stand.picker, stand.row, &request, &lease, &member), LB_OK);
        for (int i = 0; i < 2; i++) { /* the row's own two, and the table's two */
            CU_ASSERT_EQUAL(stand_build(&stand), LB_OK);
            CU_ASSERT_EQUAL(lb_believed(stand.picker, 0), 4);
            CU_ASSERT_EQUAL(lb_region_check(stand.region), LB_OK);
        }
        free(table);
        stand_close(&stand);
    }
}

/* ---- The real defects, as they were measured on the real thing ---- */

/* 2 servers hold, a third joins, the old close, and all that is new goes to the third. */
static void drift_sends_everything_to_the_newcomer(void)
{
    struct worker *worker = hired(10);
    uint32_t took[STAND_SERVERS + 1] = {0}, took_now[STAND_SERVERS + 1] = {0};
    build(worker, 1, 2);
    open_many(worker, 200, took);
    CU_ASSERT(took[1] == 100 && took[2] == 100);
    build(worker, 1, 3);
    close_all(worker);
    open_many(worker, 90, took_now);
    CU_ASSERT(took_now[1] == 0 && took_now[2] == 0 && took_now[3] == 90);
    dismissed(worker);
}

/* A server leaves, its connections close, and its count comes back below zero: 0 0 300 in the
 * fact's figures, 0 0 30 here, and the table ends at 0 0 0. */
static void a_count_made_again_is_below_zero(void)
{
    struct worker *worker = hired(10);
    uint32_t took[STAND_SERVERS + 1] = {0}, took_now[STAND_SERVERS + 1] = {0};
    build(worker, 1, 3);
    open_many(worker, 90, took);
    build(worker, 1, 2);
    CU_ASSERT_EQUAL(said(worker->counts, "conn_count:u:s3"), 9999);
    close_all(worker);
    CU_ASSERT_EQUAL(said(worker->counts, "conn_count:u:s3"), -30);
    build(worker, 1, 3);
    CU_ASSERT_EQUAL(lb_believed(worker->built[2].picker, 2), -30);
    open_many(worker, 30, took_now);
    CU_ASSERT(took_now[1] == 0 && took_now[2] == 0 && took_now[3] == 30);
    CU_ASSERT_EQUAL(said(worker->counts, "conn_count:u:s1"), 0);
    CU_ASSERT_EQUAL(said(worker->counts, "conn_count:u:s2"), 0);
    CU_ASSERT_EQUAL(said(worker->counts, "conn_count:u:s3"), 0);
    dismissed(worker);
}

static void a_crash_corrects_nothing(void)
{
    struct worker *worker = hired(10);
    uint32_t took[STAND_SERVERS + 1] = {0};
    build(worker, 1, 3);
    open_many(worker, 30, took);
    CU_ASSERT_EQUAL(lb_row_drop(worker->stand.region, worker->built[0].row), 30);
    CU_ASSERT_EQUAL(said(worker->counts, "conn_count:u:s2"), 10);
    build(worker, 1, 3);
    CU_ASSERT_EQUAL(lb_believed(worker->built[1].picker, 1), 10);
    dismissed(worker);
}

static const struct test tests[] = {
    {"newcomers are guessed", newcomers_are_guessed},
    {"nothing is guessed from nothing", nothing_is_guessed_from_nothing},
    {"counts of the departed are kept", counts_of_the_departed_are_kept},
    {"the table is followed", the_table_is_followed},
    {"a second release reaches the table", a_second_release_reaches_the_table},
    {"a score below zero is none", a_score_below_zero_is_none},
    {"reading twice does not add up", reading_twice_does_not_add_up},
    {"drift sends everything to the newcomer", drift_sends_everything_to_the_newcomer},
    {"a count made again is below zero", a_count_made_again_is_below_zero},
    {"a crash corrects nothing", a_crash_corrects_nothing},
};
SUITE("test_counts_design", tests)
