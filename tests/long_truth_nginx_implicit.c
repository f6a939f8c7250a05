/* long_truth_nginx_implicit.c: nginx with a variable in proxy_pass, where every request has the
 * resolver's answer for its list.
 *
 * Since 1.3.7 the answer begins at a random address: the figure is chi-square against equal shares.
 * Before, all went to the first address, for as long as the answer was kept. */
#include "tests/harness.h"
#include "tests/played.h"
#include "tests/ranks.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ADDRESSES = 6 };

static const char rotates[] = "1.3.5, new answers every second: which ones came is not recorded";

/* ---- Shares ---- */

static double spread_of(const uint64_t *count)
{
    double expected[ADDRESSES] = {0};
    for (uint32_t i = 0; i < ADDRESSES; i++)
        for (uint32_t j = 0; j < ADDRESSES; j++)
            expected[j] += (double)count[i] / ADDRESSES;
    return chi_square(count, expected, ADDRESSES);
}

static double simulate_shares(const void *context, uint64_t run)
{
    const uint64_t *requests = context;
    uint64_t count[ADDRESSES] = {0};
    struct played played;
    played_begin(&played, "nginx-implicit", 1, run);
    played_equal(&played, ADDRESSES);
    played_one_by_one(&played, 0, *requests, count);
    played_end(&played);
    return spread_of(count);
}

/* The list in the order of the answer that was kept, which began with the only address that was
 * used. */
static bool kept_answer_holds(const uint64_t *recorded, uint64_t requests, const json_t *first200)
{
    uint32_t first = 0;
    while (recorded[first] == 0)
        first++;
    struct gateway_member member[ADDRESSES] = {{0}};
    for (uint32_t i = 0; i < ADDRESSES; i++)
        member[i] = (struct gateway_member){.server = (first + i) % ADDRESSES, .weight = 1};
    struct played played;
    uint64_t count[ADDRESSES] = {0};
    played_begin(&played, "nginx-implicit-2012", 1, 1);
    gateway_set_members(played.gateway, member, ADDRESSES);
    bool same = true;
    for (size_t i = 0; i < requests; i++) {
        uint64_t one[ADDRESSES] = {0};
        played_one_by_one(&played, 0, 1, one);
        for (uint32_t k = 0; k < ADDRESSES; k++) {
            count[k] += one[k];
            same = same && (i >= json_array_size(first200) || one[k] == 0 ||
                            json_integer_value(json_array_get(first200, i)) == k + 1);
        }
    }
    played_end(&played);
    return same && memcmp(count, recorded, sizeof count) == 0;
}

static void try_implicit(void *context, const json_t *row)
{
    struct ledger *ledger = context;
    uint64_t count[ADDRESSES];
    uint64_t requests = (uint64_t)json_integer_value(json_object_get(row, "requests"));
    const char *version = json_string_value(json_object_get(row, "nginx"));
    bool turned = json_is_true(json_object_get(row, "dns_rotates")) &&
                  json_integer_value(json_object_get(row, "dns_ttl")) == 1;
    row_counts(json_object_get(row, "counts"), count, ADDRESSES);
    if (strcmp(version, "1.3.5") != 0)
        ledger_rank(ledger, requests == 20000 ? "implicit, 20000" : "implicit, 60000",
                    spread_of(count), simulate_shares, &requests);
    else if (turned)
        ledger_leave_out(ledger, rotates);
    else
        ledger_compare(ledger, kept_answer_holds(count, requests, json_object_get(row, "first200")),
                       version);
}

static void test_shares(void)
{
    struct ledger ledger = {.runs = RUNS};
    CU_ASSERT_EQUAL(truth_each("nginx_a_implicit.jsonl", try_implicit, &ledger), 30);
    CU_ASSERT_EQUAL(ledger.rows, 21);
    CU_ASSERT_EQUAL(ledger.left_out, 3);
    ledger_report(&ledger, "nginx_a_implicit", 27);
}

/* ---- A dead address ---- */

/* The sixth address refuses. Served: by the others, those requests too that came to it first. */
struct dead {
    uint64_t requests, first[ADDRESSES], served[ADDRESSES], second[ADDRESSES];
    uint32_t tries; /* at most, of one request */
};

/* In the order of the answer: the second address follows the sixth, whose requests it got. */
static const uint32_t order[ADDRESSES] = {5, 1, 2, 3, 4, 0};

static void serve_dead(struct dead *dead, uint64_t run)
{
    struct gateway_member member[ADDRESSES] = {{0}};
    struct played played;
    for (uint32_t i = 0; i < ADDRESSES; i++)
        member[i] = (struct gateway_member){.server = order[i], .weight = 1};
    played_begin(&played, "nginx-implicit", 1, run);
    gateway_set_members(played.gateway, member, ADDRESSES);
    for (uint64_t i = 0; i < dead->requests; i++) {
        struct gateway_request request = {.draws = stream_of(played.draws, i)};
        struct gateway_tried tried = {0};
        struct gateway_hold hold;
        uint32_t server = gateway_open_request(played.gateway, 0, 0, &request, &hold, NULL);
        dead->first[server]++;
        uint32_t tries = 1;
        for (; server == ADDRESSES - 1; tries++) {
            server = gateway_retry(played.gateway, &hold, &request, &tried);
            assert(server != NO_SERVER);
            dead->second[server]++;
        }
        gateway_release(played.gateway, &hold);
        dead->served[server]++;
        dead->tries = tries > dead->tries ? tries : dead->tries;
        free(tried.server);
    }
    played_end(&played);
}

static double simulate_dead(const void *context, uint64_t run)
{
    struct dead dead = {.requests = *(const uint64_t *)context};
    serve_dead(&dead, run);
    return spread_of(dead.first);
}

/* Who was asked second, and how often one was asked, is no chance. */
static void try_dead(void *context, const json_t *row)
{
    if (strcmp(json_string_value(json_object_get(row, "exp")), "a_implicit_dead_address") != 0)
        return;
    struct dead ours = {.requests = (uint64_t)json_integer_value(json_object_get(row, "requests"))};
    uint64_t first[ADDRESSES] = {0};
    uint64_t dead =
        (uint64_t)json_integer_value(json_object_get(row, "requests_that_tried_dead_first"));
    const json_t *second = json_object_get(row, "second_choice_after_dead");
    row_counts(json_object_get(row, "served"), first, ADDRESSES);
    CU_ASSERT_EQUAL(json_integer_value(json_object_get(second, "2")), (json_int_t)dead);
    CU_ASSERT_EQUAL(json_object_size(second), 1);
    first[1] -= dead;
    first[5] = dead;
    serve_dead(&ours, 1);
    CU_ASSERT_EQUAL(ours.second[1], ours.first[5]);
    CU_ASSERT_EQUAL(ours.served[1], ours.first[1] + ours.first[5]);
    CU_ASSERT_EQUAL(ours.tries, json_integer_value(json_object_get(row, "max_tries")));
    ledger_rank(context, "implicit, one dead", spread_of(first), simulate_dead, &ours.requests);
}

static void test_dead(void)
{
    struct ledger ledger = {.runs = RUNS};
    truth_each("nginx_g_extras.jsonl", try_dead, &ledger);
    ledger_report(&ledger, "nginx_g_extras, a_implicit_dead_address", 6);
}

static const struct test tests[] = {
    {"nginx, an answer for each request", test_shares},
    {"nginx, an answer with a dead address", test_dead},
};

SUITE("long_truth_nginx_implicit", tests)
