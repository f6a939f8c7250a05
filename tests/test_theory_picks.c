/* test_theory_picks.c: what theory says of every single pick, held against a ledger that the test
 * keeps for itself: least_conn takes the least, and round robin takes turns. */
#include "sim/engine/memory.h"
#include "tests/gates.h"
#include "tests/harness.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SERVERS = 8, INSTANCES = 2, WORKERS = 3, MOST_OPEN = 4000, LIVES = 4000, STEPS = 20000 };

struct connection {
    uint32_t ledger, server;
    struct gateway_hold hold;
};

/* A gateway of two instances with three workers each, and what was opened and closed on it. */
struct house {
    struct balancer balancer;
    struct gateway *gateway;
    struct gateway_member member[SERVERS];
    uint32_t members;
    bool down[SERVERS];
    struct connection connection[MOST_OPEN];
    uint32_t connections, lives;
    /* A ledger for each set of workers that see each other; all have the view of their host. */
    uint64_t open[INSTANCES][SERVERS], picks[INSTANCES][SERVERS];
    uint64_t steps, picked, refused, faults, thrown;
};

static const char *const names[SERVERS] = {"s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8"};

/* The test's own chance. */
static uint32_t below(struct house *house, uint32_t bound)
{
    struct stream dice = stream_root(1, 0, STREAM_TRACE, 0);
    return (uint32_t)stream_below(stream_value(dice, house->thrown++), bound);
}

static struct house *house_new(const struct balancer *balancer)
{
    struct house *house = memory_zeroed(1, sizeof *house);
    house->balancer = *balancer;
    house->lives = INSTANCES * WORKERS;
    house->gateway = gateway_new(&(struct gateway_config){
        .balancer = &house->balancer,
        .server_name = names,
        .servers = SERVERS,
        .stays_max = SERVERS,
        .lives_max = LIVES,
        .instances = INSTANCES,
        .workers = WORKERS,
        .upstream = "test",
        .seed = 1,
    });
    for (uint32_t i = 0; i < SERVERS; i++)
        house->member[i] = (struct gateway_member){.server = i, .weight = 1};
    house->members = SERVERS;
    gateway_set_members(house->gateway, house->member, house->members);
    return house;
}

static void house_free(struct house *house)
{
    gateway_free(house->gateway);
    free(house);
}

/* ---- The rules ---- */

/* Whether the members of a ledger differ by one at the most. */
static bool is_level(const struct house *house, const uint64_t count[SERVERS])
{
    uint64_t low = UINT64_MAX, high = 0;
    for (uint32_t i = 0; i < house->members; i++) {
        uint64_t x = count[house->member[i].server];
        low = x < low ? x : low;
        high = x > high ? x : high;
    }
    return high - low <= 1;
}

/* Whether a has a lower score than b: open/weight, or (open + 1)/weight. */
static bool scores_less(const struct house *house, const uint64_t open[SERVERS],
                        const struct gateway_member *a, const struct gateway_member *b)
{
    const char *score =
        lb_algorithm_params(house->balancer.algorithm)[0].words[house->balancer.param[0]];
    uint64_t next = strcmp(score, "next") == 0;
    return (open[a->server] + next) * b->weight < (open[b->server] + next) * a->weight;
}

static bool is_usable(const struct house *house, const uint64_t open[SERVERS],
                      const struct gateway_member *member)
{
    return member->weight > 0 && !house->down[member->server] &&
           (member->max_conns == 0 || open[member->server] < member->max_conns);
}

/* Whether of the servers that may serve, none has a lower score than the one that was picked; and
 * whether there is none where none was picked. */
static bool is_least(const struct house *house, uint32_t ledger, uint32_t server)
{
    const uint64_t *open = house->open[ledger];
    const struct gateway_member *chosen = NULL;
    for (uint32_t i = 0; i < house->members; i++)
        if (house->member[i].server == server)
            chosen = &house->member[i];
    if (server != NO_SERVER && (chosen == NULL || !is_usable(house, open, chosen)))
        return false;
    for (uint32_t i = 0; i < house->members; i++) {
        const struct gateway_member *other = &house->member[i];
        if (is_usable(house, open, other) &&
            (chosen == NULL || scores_less(house, open, other, chosen)))
            return false;
    }
    return true;
}

/* ---- What happens ---- */

static void open_one(struct house *house)
{
    uint32_t instance = below(house, INSTANCES), worker = below(house, WORKERS);
    struct connection *connection = &house->connection[house->connections];
    struct stream draws = stream_of(stream_root(1, 0, STREAM_PICK, 0), house->thrown);
    assert(house->connections < MOST_OPEN);
    uint32_t server = gateway_open(house->gateway, instance, worker, draws, &connection->hold);
    uint32_t ledger = house->balancer.view->by_instance ? instance : 0;
    house->picked++;
    bool least = strcmp(lb_algorithm_name(house->balancer.algorithm), "least_conn") != 0 ||
                 is_least(house, ledger, server);
    if (!least && house->faults++ == 0)
        CHECK_ROW(false, "pick %llu of instance %u: %s was not the least",
                  (unsigned long long)house->picked, instance,
                  server == NO_SERVER ? "none" : names[server]);
    house->refused += server == NO_SERVER;
    if (server == NO_SERVER)
        return;
    connection->ledger = ledger;
    connection->server = server;
    house->open[ledger][server]++;
    house->picks[ledger][server]++;
    house->connections++;
}

/* A connection is gone from the ledger. */
static void strike(struct house *house, uint32_t i)
{
    house->open[house->connection[i].ledger][house->connection[i].server]--;
    house->connection[i] = house->connection[--house->connections];
}

static void close_one(struct house *house)
{
    if (house->connections == 0)
        return;
    uint32_t i = below(house, house->connections);
    gateway_release(house->gateway, &house->connection[i].hold);
    strike(house, i);
}

static void crash_one(struct house *house)
{
    uint32_t instance = below(house, INSTANCES), worker = below(house, WORKERS);
    uint64_t life = gateway_life(house->gateway, instance, worker);
    for (uint32_t i = house->connections; i-- > 0;)
        if (gateway_life_of(&house->connection[i].hold) == life)
            strike(house, i);
    house->lives++;
    gateway_crash(house->gateway, instance, worker);
}

/* Some of the servers, in an order that begins anywhere; some heavier, some of weight 0, some of
 * few places. */
static void change_list(struct house *house)
{
    uint32_t first = below(house, SERVERS);
    house->members = 0;
    for (uint32_t i = 0; i < SERVERS; i++)
        if (below(house, 8) > 0)
            house->member[house->members++] = (struct gateway_member){
                .server = (first + i) % SERVERS,
                .weight = below(house, 8),
                .max_conns = below(house, 4) == 0 ? 1 + below(house, 40) : 0,
            };
    gateway_set_members(house->gateway, house->member, house->members);
    house->lives += house->balancer.change == CHANGE_RELOAD ? INSTANCES * WORKERS : 0;
}

static void anything_else(struct house *house)
{
    uint32_t server = below(house, SERVERS), what = below(house, 8);
    if (what < 4) {
        change_list(house);
    } else if (what < 6) {
        house->down[server] = !house->down[server];
        gateway_set_down(house->gateway, server, house->down[server]);
    } else if (what == 6) {
        crash_one(house);
    } else {
        house->lives += INSTANCES * WORKERS;
        gateway_reload(house->gateway);
    }
    assert(house->lives <= LIVES);
}

/* One step of many: a thousand mostly open and a thousand mostly close, in turn; one in a hundred
 * is something else, if `restless`. */
static void step(struct house *house, bool restless)
{
    uint32_t opens = house->steps++ / 1000 % 2 == 0 ? 70 : 30;
    if (restless && below(house, 100) == 0)
        anything_else(house);
    else if (below(house, 100) < opens)
        open_one(house);
    else
        close_one(house);
}

/* ---- least_conn ---- */

static void set_param(struct balancer *balancer, const char *name, const char *word)
{
    const struct lb_param *param = lb_algorithm_params(balancer->algorithm);
    uint32_t i = 0;
    while (strcmp(param[i].name, name) != 0)
        i++;
    int value = word_find(param[i].words, word);
    assert(value >= 0);
    balancer->param[i] = (uint64_t)value;
}

static const char *const scores[] = {"open", "next"}, *const ties[] = {"wrr", "heap", "fair",
                                                                       "fifo"};
enum { RULES = 8 };

/* least_conn with the i-th of the rules, as "open, heap". */
static struct balancer rule_at(uint32_t i, char name[32])
{
    struct balancer balancer = gate_preset("least_conn");
    set_param(&balancer, "score", scores[i / 4]);
    set_param(&balancer, "ties", ties[i % 4]);
    snprintf(name, 32, "%s, %s", scores[i / 4], ties[i % 4]);
    return balancer;
}

static void check_every_pick(const char *name, const struct balancer *balancer)
{
    struct house *house = house_new(balancer);
    for (int i = 0; i < STEPS; i++)
        step(house, true);
    CHECK_ROW(house->faults == 0, "%s, %s, %s: %llu of %llu picks were not the least", name,
              balancer->view->name, change_choice.words[balancer->change],
              (unsigned long long)house->faults, (unsigned long long)house->picked);
    CHECK_ROW(house->picked - house->refused > 6000 && house->refused > 0, "%s: all of it happened",
              name);
    house_free(house);
}

/* Every pick, while connections come and go, lists and weights change, servers are down, full or
 * of weight 0, and workers are replaced or crash: whoever sees the whole host is never wrong. */
static void test_every_pick_is_least(void)
{
    static const char *const views[] = {"host", "fleet"};
    for (uint32_t i = 0; i < RULES; i++)
        for (int view = 0; view < 2; view++)
            for (int change = CHANGE_IN_PLACE; change <= CHANGE_RELOAD; change++) {
                char name[32];
                struct balancer balancer = rule_at(i, name);
                balancer.view = lb_view_find(views[view]);
                balancer.change = (enum change)change;
                check_every_pick(name, &balancer);
            }
}

/* The presets as they are. */
static void test_presets_pick_the_least(void)
{
    static const char *const presets[] = {"least_conn", "lbsim-least-conn"};
    for (int i = 0; i < 2; i++) {
        struct balancer balancer = gate_preset(presets[i]);
        CU_ASSERT_STRING_EQUAL(balancer.view->name, "host");
        check_every_pick(presets[i], &balancer);
    }
}

/* Nobody closes and all weigh the same: level after every pick. */
static void check_no_closes(const char *name, const struct balancer *balancer)
{
    struct house *house = house_new(balancer);
    uint64_t uneven = 0;
    for (int pick = 0; pick < 2000; pick++) {
        open_one(house);
        uneven += !is_level(house, house->open[0]) || !is_level(house, house->open[1]);
    }
    CHECK_ROW(uneven == 0, "%s: uneven after %llu of 2000 picks", name, (unsigned long long)uneven);
    house_free(house);
}

static void test_no_closes(void)
{
    static const char *const presets[] = {"lbsim-least-conn", "nginx-least-conn-zone",
                                          "nginx-least-conn-resolve"};
    char name[32];
    for (uint32_t i = 0; i < RULES; i++) {
        struct balancer balancer = rule_at(i, name);
        check_no_closes(name, &balancer);
    }
    for (int i = 0; i < 3; i++) {
        struct balancer balancer = gate_preset(presets[i]);
        check_no_closes(presets[i], &balancer);
    }
}

/* ---- round_robin ---- */

/* The picks of workers with one rotation differ by one at the most after every pick, whatever is
 * closed. */
static void test_turns(void)
{
    static const char *const presets[] = {"round_robin", "nginx-round-robin-zone"};
    for (int preset = 0; preset < 2; preset++) {
        struct balancer balancer = gate_preset(presets[preset]);
        struct house *house = house_new(&balancer);
        uint64_t uneven = 0;
        for (int i = 0; i < STEPS; i++) {
            step(house, false);
            uneven += !is_level(house, house->picks[0]) || !is_level(house, house->picks[1]);
        }
        CHECK_ROW(uneven == 0 && house->picked > 9000,
                  "%s: uneven after %llu of %d steps, %llu picks", presets[preset],
                  (unsigned long long)uneven, STEPS, (unsigned long long)house->picked);
        house_free(house);
    }
}

static const struct test tests[] = {
    {"least_conn takes the least at every pick", test_every_pick_is_least},
    {"so do the presets that see the host", test_presets_pick_the_least},
    {"least_conn without closes is level", test_no_closes},
    {"round_robin's picks differ by one at the most", test_turns},
};

SUITE("theory_picks", tests)
