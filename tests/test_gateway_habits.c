/* test_gateway_habits.c: the habits of real gateways around their algorithm, and where picks take
 * their random numbers from. The scripts are explained in gates.h. */
#include "sim/engine/memory.h"
#include "tests/gates.h"
#include "tests/harness.h"

#include <gsl/gsl_cdf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct balancer with(struct balancer balancer, enum trait trait, int word)
{
    balancer.trait[trait] = (uint8_t)word;
    return balancer;
}

static void test_single(void)
{
    struct balancer counted = gate_least("worker", CHANGE_REBUILD);
    struct balancer bypassed = with(counted, TRAIT_SINGLE, SINGLE_BYPASSED);
    gate_check(&counted, "=1 *3 ? =12 *4 ?", "111 3 2221 4/3");
    gate_check(&bypassed, "=1 *3 ? =12 *4 ?", "111 0 1212 2/2");
    /* It builds no picker either, so the table is not cleaned of s2. */
    counted.view = bypassed.view = lb_view_find("seeded");
    gate_check(&counted, "=12 *4 =1 *1 =12 *4", "1212 1 2221");
    gate_check(&bypassed, "=12 *4 =1 *1 =12 *4", "1212 1 1212");
}

static void test_returns(void)
{
    struct balancer same = gate_least("host", CHANGE_IN_PLACE);
    struct balancer new = with(same, TRAIT_RETURNS, RETURNS_NEW);
    gate_check(&same, "=12 *4 =1 =12 *3 ?", "1212 212 3/4");
    gate_check(&new, "=12 *4 =1 =12 *3 ?", "1212 221 3/4");
    gate_check(&same, "=12 *4 =1 =12 -2 *2", "1212 22");
    gate_check(&new, "=12 *4 =1 =12 *2 -2*2 *2 ?",
               "1212 22 12 3/3"); /* the old two are elsewhere */
}

static void test_when_full(void)
{
    struct balancer refuse = gate_least("host", CHANGE_IN_PLACE);
    struct balancer ignore = with(refuse, TRAIT_WHEN_FULL, FULL_IGNORE);
    gate_check(&refuse, "=1/1,2/1 *3 -2 *2", "12- 2-");
    gate_check(&ignore, "=1/1,2/1 *3 -2 *2", "121 22");
    gate_check(&refuse, "= *1 =1 v1 *1 ^1 *1", "- - 1");
}

static void test_weight_zero(void)
{
    struct balancer last = gate_preset("apisix-merged");
    struct balancer nothing = with(last, TRAIT_WEIGHT_ZERO, ZERO_NOTHING);
    gate_check(&last, "=1,2:0 *3 v1 *2 ^1 *1", "111 22 1");
    gate_check(&nothing, "=1,2:0 *3 v1 *2 ^1 *1", "111 -- 1");
}

/* Counts of `count` picks over the first `servers` servers, against equal shares. */
static void check_uniform(const struct balancer *balancer, const char *servers, uint32_t rounds,
                          const char *what)
{
    struct gate *gate = memory_zeroed(1, sizeof *gate);
    uint32_t n = (uint32_t)strlen(servers) - 1, total[GATE_SERVERS] = {0}, count[GATE_SERVERS];
    gate_begin(gate, balancer, 1, 1, false, false);
    gate_play(gate, servers);
    for (uint32_t i = 0; i < rounds; i++) {
        gate_count(gate_play(gate, "*1000"), count);
        for (uint32_t s = 0; s < n; s++)
            total[s] += count[s];
        gate_play(gate, "-");
        gate->first_key += gate->connections;
        gate->connections = 0;
    }
    double x2 = 0, each = 1000.0 * rounds / n;
    for (uint32_t s = 0; s < n; s++)
        x2 += (total[s] - each) * (total[s] - each) / each;
    double most = gsl_cdf_chisq_Qinv(2.5e-8, n - 1.0);
    CHECK_ROW(x2 < most, "%s: chi-square %.1f on %u df, at most %.1f", what, x2, n - 1, most);
    CHECK_ROW(x2 > 0, "%s: drawn, not dealt", what);
    gate_end(gate);
    free(gate);
}

/* A DNS answer has no weights and no limits. */
static void test_answer(void)
{
    struct balancer fixed = gate_preset("nginx-implicit-2012");
    gate_check(&fixed, "=1,2:9,3 *5", "11111");
    gate_check(&fixed, "=1/2,2,3 *5 v1 *2", "11111 22");
    struct balancer rotated = gate_preset("nginx-implicit");
    check_uniform(&rotated, "=123456", 60, "rotated answers");
    struct balancer patched = gate_preset("nginx-random-patch-2012");
    check_uniform(&patched, "=123456", 60, "a draw for each request");
    /* What the successor of a dead address gets: its share too, 2/6 of 600 picks. */
    struct gate *gate = memory_zeroed(1, sizeof *gate);
    uint32_t count[GATE_SERVERS];
    gate_begin(gate, &rotated, 1, 1, false, false);
    gate_count(gate_play(gate, "=123456 v2 *600"), count);
    CHECK_ROW(count[1] == 0 && count[2] > 135 && count[2] < 265, "the next one got %u", count[2]);
    gate_end(gate);
    free(gate);
}

/* ---- Draws ---- */

static struct gate *begin(const char *view, enum draws draws)
{
    struct balancer balancer = gate_preset("random");
    struct gate *gate = memory_zeroed(1, sizeof *gate);
    balancer.view = lb_view_find(view);
    balancer.draws = draws;
    gate_begin(gate, &balancer, 2, 2, false, false);
    gate_play(gate, "=123456");
    return gate;
}

static void end(struct gate *gate)
{
    gate_end(gate);
    free(gate);
}

/* The picks of connections 0 to 199 as one text, `between` played after every one of the first
 * hundred. Connections have the same draws in both runs: what is between has others. */
static void picks_of(struct gate *gate, const char *between, char picks[201])
{
    for (uint32_t i = 0; i < 200; i++) {
        gate->first_key = i - (uint64_t)gate->connections;
        picks[i] = *gate_play(gate, "*1");
        gate->first_key = 1000 + 10 * i;
        if (i < 100)
            gate_play(gate, between);
    }
    picks[200] = '\0';
    CU_ASSERT_EQUAL(strlen(picks), 200);
}

static void test_draws_connection(void)
{
    char alone[201], beside[201];
    struct gate *one = begin("host", DRAWS_CONNECTION), *two = begin("fleet", DRAWS_CONNECTION);
    picks_of(one, "", alone);
    picks_of(two, "*1 11*2 r", beside); /* others draw, and scopes end: nobody is shifted */
    CU_ASSERT_STRING_EQUAL(alone, beside);
    CU_ASSERT_EQUAL(gateway_draws(one->gateway), 200);
    CU_ASSERT_EQUAL(gateway_draws(two->gateway), 500);
    end(one);
    end(two);
}

static void test_draws_sequence(void)
{
    char alone[201], others[201], beside[201];
    struct gate *one = begin("host", DRAWS_SEQUENCE), *two = begin("host", DRAWS_SEQUENCE),
                *three = begin("host", DRAWS_SEQUENCE);
    picks_of(one, "", alone);
    two->first_key = 5000; /* other connections, but the same places in the sequence */
    for (int i = 0; i < 200; i++)
        others[i] = *gate_play(two, "*1");
    others[200] = '\0';
    CU_ASSERT_STRING_EQUAL(alone, others);
    picks_of(three, "*1", beside);
    CU_ASSERT(strcmp(alone, beside) != 0);
    for (int i = 0; i < 100; i++) /* every other number went to somebody else */
        CU_ASSERT_EQUAL(beside[i], alone[2 * i]);
    end(one);
    end(two);
    end(three);
}

static void test_draws_process(void)
{
    static const char *const views[] = {"generation", "worker", "host_generation", "host"};
    for (int i = 0; i < 4; i++) {
        struct gate *process = begin(views[i], DRAWS_PROCESS);
        struct gate *sequence = begin(views[i], DRAWS_SEQUENCE);
        char first[201];
        snprintf(first, sizeof first, "%s", gate_play(process, "*100"));
        CU_ASSERT_STRING_EQUAL(gate_play(process, "10*100"), first);
        snprintf(first, sizeof first, "%s", gate_play(sequence, "*100"));
        CU_ASSERT_STRING_NOT_EQUAL(gate_play(sequence, "10*100"), first);
        end(process);
        end(sequence);
    }
}

/* State that is new for each request does not make all requests draw alike. */
static void test_draws_request(void)
{
    for (int draws = DRAWS_CONNECTION; draws <= DRAWS_PROCESS; draws++) {
        struct gate *gate = begin("request", (enum draws)draws);
        const char *picks = gate_play(gate, "*60");
        for (char server = '1'; server <= '6'; server++)
            CHECK_ROW(strchr(picks, server) != NULL, "%s: nobody drew s%c of six in 60",
                      draws_choice.words[draws], server);
        end(gate);
    }
}

/* ---- Without the count table ---- */

static void test_unseeded(void)
{
    struct balancer balancer = gate_least("seeded", CHANGE_REBUILD);
    struct gate *gate = memory_zeroed(1, sizeof *gate);
    gate_begin(gate, &balancer, 1, 1, false, false);
    CU_ASSERT_FALSE(gateway_unseeded(gate->gateway));
    CU_ASSERT_STRING_EQUAL(gate_play(gate, "=12 *4 =123 *3"), "1212 123"); /* as generation */
    CU_ASSERT_TRUE(gateway_unseeded(gate->gateway));
    end(gate);
}

static const struct test tests[] = {
    {"single: counted or bypassed", test_single},
    {"returns: the same server or a new one", test_returns},
    {"when_full: refuse or ignore", test_when_full},
    {"weight_zero: nothing or last resort", test_weight_zero},
    {"answer: fixed or rotated", test_answer},
    {"draws: connection: nobody shifts anybody", test_draws_connection},
    {"draws: sequence: the n-th of the scope", test_draws_sequence},
    {"draws: process: instances in step", test_draws_process},
    {"draws: requests do not all draw alike", test_draws_request},
    {"seeded without a table picks as generation", test_unseeded},
};

SUITE("gateway_habits", tests)
