/* test_failures.c: servers that fail: lost weights that come back, and who is left alone. */
#include "tests/lb_stand.h"

/* The outcomes of a run: a generator of its own, so that another program can play the same. */
static uint32_t next_of(uint32_t *state)
{
    *state = (*state * UINT32_C(1103515245) + 12345) & INT32_MAX;
    return *state >> 16;
}

/* Sixty requests in the seconds from 100 on, every third attempt failing: whom each came to, or `-`
 * where nobody was left. Expected is what a model of its own made of the rule, which keeps nginx's
 * fields as nginx does (effective weight, accessed, checked). */
static void as_the_model_has_it(enum lb_mode mode)
{
    static const char expected[] =
        "1 23 1 1 1 3 13 1 31 1 2 1 31 21 13 1 1 312 2 3 2 23- 3 3 3 32 3 23 1 1 31- 1 1 "
        "31 1 2 1 2 1 312 2 12 3 23 3- 3 3- 3- - - 3 3 2 3 12 2 2 3 2 23";
    static const uint32_t weight[] = {5, 3, 2}, max_fails[] = {3, 1, 2}, timeout_s[] = {10, 4, 0};
    struct stand *stand = malloc(sizeof *stand);
    stand_open(stand, lb_algorithm_find("round_robin"), mode);
    stand_weigh(stand, weight, 3);
    for (uint32_t i = 0; i < 3; i++) {
        stand->member[i].max_fails = max_fails[i];
        stand->member[i].fail_timeout_s = timeout_s[i];
    }
    CU_ASSERT_EQUAL(stand_build(stand), LB_OK);
    char seen[sizeof expected + 300];
    size_t length = 0;
    uint32_t state = 12345, now_s = 100;
    for (uint32_t i = 0; i < 60; i++) {
        uint64_t tried[1] = {0};
        now_s += next_of(&state) % 3;
        for (bool failed = true; failed;) {
            struct lb_request request = {.tried = tried, .now_s = now_s};
            struct lb_lease lease;
            uint32_t member;
            if (lb_pick(stand->picker, stand->row, &request, &lease, &member) != LB_OK) {
                seen[length++] = '-';
                break;
            }
            seen[length++] = (char)('1' + member);
            failed = next_of(&state) % 3 == 0;
            int status =
                failed ? lb_fail(stand->picker, lease, now_s) : lb_release(stand->picker, lease);
            CU_ASSERT_EQUAL(status, LB_OK);
        }
        seen[length++] = ' ';
    }
    seen[length - 1] = '\0';
    CHECK_ROW(strcmp(seen, expected) == 0, "%s\nnot %s", seen, expected);
    stand_free(stand);
}

static void by_the_model(void)
{
    as_the_model_has_it(LB_SUM);
    as_the_model_has_it(LB_KEPT);
}

/* A sole server is asked whatever it does; so is one whose failures are not counted. */
static void always_asked(void)
{
    struct stand *stand = stand_new("round_robin", LB_SUM, 1);
    stand->member[0].max_fails = 1;
    stand->member[0].fail_timeout_s = 1000;
    stand->member[1] = (struct lb_member){.slot = 1, .weight = 1, .flags = LB_DOWN};
    CU_ASSERT_EQUAL(lb_picker_edit(stand->picker, stand->member, 1), LB_OK);
    for (uint32_t i = 0; i < 3; i++) {
        CU_ASSERT_EQUAL(stand_pick(stand), 1);
        CU_ASSERT_EQUAL(lb_fail(stand->picker, stand->lease[--stand->leases], 0), LB_OK);
    }
    CU_ASSERT(!lb_release_locks(stand->picker));
    CU_ASSERT_EQUAL(lb_picker_edit(stand->picker, stand->member, 2), LB_OK);
    CU_ASSERT(lb_release_locks(stand->picker)); /* a release may forgive, which others see */
    CU_ASSERT_EQUAL(stand_pick(stand), 1);
    struct lb_lease lease = stand->lease[--stand->leases];
    CU_ASSERT_EQUAL(lb_fail(stand->picker, lease, 0), LB_OK);
    CU_ASSERT_EQUAL(lb_fail(stand->picker, lease, 0), LB_BAD_LEASE);
    CU_ASSERT_EQUAL(stand_pick(stand), 0);
    stand_free(stand);
}

static const struct test tests[] = {
    {"by the model", by_the_model},
    {"always asked", always_asked},
};

SUITE("test_failures", tests)
