/* test_gateway_streams.c: random operations on every pair of view and change with every algorithm,
 * held against a ledger of the test's own. */
#include "sim/engine/memory.h"
#include "tests/gates.h"
#include "tests/harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SERVERS = 6, INSTANCES = 2, WORKERS = 2, STEPS = 150, OPEN_MAX = 200 };

/* ---- The ledger: who opened what, and which scope that was counted in ---- */

struct entry {
    bool open, leaked, counted; /* open or leaked; counted: or picked past all counts */
    struct gateway_hold hold;
    uint32_t server, stay, instance, generation;
    uint64_t life;
};

struct ledger {
    struct balancer balancer;
    struct gateway *gateway;
    struct stream draws;
    uint64_t drawn;
    struct entry entry[OPEN_MAX + 1];
    struct gateway_member member[SERVERS];
    uint32_t members, stay[SERVERS], generation;
    bool listed[SERVERS], down[SERVERS];
    uint64_t crashed;
    char name[96];
};

#define HOLDS(ledger, holds, ...)                                                                  \
    do {                                                                                           \
        if (!(holds))                                                                              \
            CHECK_ROW(false, __VA_ARGS__);                                                         \
    } while (0)

static uint32_t draw(struct ledger *ledger, uint32_t bound)
{
    return (uint32_t)stream_below(stream_value(ledger->draws, ledger->drawn++), bound);
}

static bool view_is(const struct ledger *ledger, const char *name)
{
    return strcmp(ledger->balancer.view->name, name) == 0;
}

/* Whether picks by `life` in the present generation see this entry. */
static bool sees(const struct ledger *ledger, uint32_t instance, uint64_t life,
                 const struct entry *entry)
{
    if (view_is(ledger, "fleet"))
        return true;
    if (view_is(ledger, "host"))
        return entry->instance == instance;
    bool this_generation = entry->generation == ledger->generation;
    if (view_is(ledger, "host_generation"))
        return entry->instance == instance && this_generation;
    if (view_is(ledger, "worker"))
        return entry->life == life;
    return entry->life == life && this_generation; /* generation; not for seeded or request */
}

static uint32_t seen_on(const struct ledger *ledger, uint32_t instance, uint64_t life,
                        uint32_t server)
{
    uint32_t seen = 0;
    for (uint32_t i = 0; i < OPEN_MAX; i++) {
        const struct entry *entry = &ledger->entry[i];
        seen += (entry->open || entry->leaked) && entry->counted && entry->server == server &&
                entry->stay == ledger->stay[server] && sees(ledger, instance, life, entry);
    }
    return seen;
}

static bool usable(const struct ledger *ledger, uint32_t instance, uint64_t life, uint32_t server)
{
    const uint8_t *trait = ledger->balancer.trait;
    for (uint32_t i = 0; i < ledger->members; i++) {
        const struct gateway_member *member = &ledger->member[i];
        if (member->server != server)
            continue;
        bool takes = member->weight > 0 || trait[TRAIT_WEIGHT_ZERO] == ZERO_LAST;
        bool room = member->max_conns == 0 || trait[TRAIT_WHEN_FULL] == FULL_IGNORE ||
                    view_is(ledger, "request") ||
                    seen_on(ledger, instance, life, server) < member->max_conns;
        return takes && room && !ledger->down[server];
    }
    return false;
}

/* ---- Operations ---- */

static bool sole_is_bypassed(const struct ledger *ledger)
{
    return ledger->members == 1 && ledger->balancer.trait[TRAIT_SINGLE] == SINGLE_BYPASSED;
}

static void try_open(struct ledger *ledger, uint32_t instance, uint32_t worker)
{
    uint64_t life = gateway_life(ledger->gateway, instance, worker);
    struct entry *entry = ledger->entry;
    while (entry->open || entry->leaked)
        entry++;
    if (entry == ledger->entry + OPEN_MAX)
        return;
    struct stream draws = stream_of(ledger->draws, ledger->drawn++);
    uint32_t server = gateway_open(ledger->gateway, instance, worker, draws, &entry->hold);
    bool bypassed = sole_is_bypassed(ledger);
    if (server == NO_SERVER) {
        for (uint32_t i = 0; i < SERVERS; i++)
            HOLDS(ledger,
                  bypassed || view_is(ledger, "seeded") || !usable(ledger, instance, life, i),
                  "%s: refused, though s%u is usable", ledger->name, i + 1);
        return;
    }
    HOLDS(ledger, ledger->listed[server], "%s: s%u is not in the list", ledger->name, server + 1);
    HOLDS(ledger, bypassed || view_is(ledger, "seeded") || usable(ledger, instance, life, server),
          "%s: s%u is down, full or takes nothing", ledger->name, server + 1);
    *entry = (struct entry){.open = true,
                            .counted = !bypassed && !view_is(ledger, "request"),
                            .hold = entry->hold,
                            .server = server,
                            .stay = ledger->stay[server],
                            .instance = instance,
                            .generation = ledger->generation,
                            .life = life};
    HOLDS(ledger, gateway_life_of(&entry->hold) == life, "%s: held by its life", ledger->name);
}

static void try_release(struct ledger *ledger)
{
    struct entry *entry = &ledger->entry[draw(ledger, OPEN_MAX)];
    for (uint32_t i = 0; i < OPEN_MAX && !entry->open; i++)
        entry = entry == ledger->entry ? entry + OPEN_MAX - 1 : entry - 1;
    if (!entry->open)
        return;
    gateway_release(ledger->gateway, &entry->hold);
    entry->open = false;
}

static void try_list(struct ledger *ledger)
{
    bool listed[SERVERS] = {false};
    ledger->members = 0;
    for (uint32_t i = 0, first = draw(ledger, SERVERS); i < SERVERS; i++) {
        uint32_t server = (first + i) % SERVERS;
        if (draw(ledger, 3) == 0)
            continue;
        ledger->member[ledger->members++] =
            (struct gateway_member){.server = server,
                                    .weight = draw(ledger, 8) == 0 ? 0 : 1 + draw(ledger, 3),
                                    .max_conns = draw(ledger, 4) == 0 ? 1 + draw(ledger, 4) : 0};
        listed[server] = true;
        if (ledger->stay[server] == 0 ||
            (!ledger->listed[server] && ledger->balancer.trait[TRAIT_RETURNS] == RETURNS_NEW))
            ledger->stay[server]++;
    }
    memcpy(ledger->listed, listed, sizeof listed);
    if (ledger->generation == 0 || ledger->balancer.change != CHANGE_IN_PLACE)
        ledger->generation++;
    gateway_set_members(ledger->gateway, ledger->member, ledger->members);
}

static void forget_life(struct ledger *ledger, uint64_t life, bool leaks)
{
    for (uint32_t i = 0; i < OPEN_MAX; i++) {
        struct entry *entry = &ledger->entry[i];
        if (entry->life != life)
            continue;
        entry->leaked = leaks && entry->counted && entry->open;
        entry->open = false;
    }
}

static void try_crash(struct ledger *ledger, uint32_t instance, uint32_t worker)
{
    ledger->crashed = gateway_life(ledger->gateway, instance, worker);
    gateway_crash(ledger->gateway, instance, worker);
    /* What was counted where only the dead could see it is gone with them. */
    bool shared = !ledger->balancer.view->by_life;
    forget_life(ledger, ledger->crashed, shared && ledger->balancer.reap_ns != 0);
    HOLDS(ledger, gateway_life(ledger->gateway, instance, worker) != ledger->crashed,
          "%s: a life of its own", ledger->name);
}

static void step(struct ledger *ledger)
{
    uint32_t instance = draw(ledger, INSTANCES), worker = draw(ledger, WORKERS);
    uint32_t server = draw(ledger, SERVERS), dice = draw(ledger, 100);
    if (dice < 50) {
        try_open(ledger, instance, worker);
    } else if (dice < 80) {
        try_release(ledger);
    } else if (dice < 86) {
        try_list(ledger);
    } else if (dice < 89) {
        ledger->generation += ledger->balancer.change != CHANGE_IN_PLACE;
        gateway_touch(ledger->gateway);
    } else if (dice < 91) {
        ledger->generation++;
        gateway_reload(ledger->gateway);
    } else if (dice < 94) {
        try_crash(ledger, instance, worker);
    } else if (dice < 98) {
        ledger->down[server] = !ledger->down[server];
        gateway_set_down(ledger->gateway, server, ledger->down[server]);
    } else if (ledger->crashed != 0) {
        forget_life(ledger, ledger->crashed, false);
        gateway_reap(ledger->gateway, ledger->crashed);
        ledger->crashed = 0;
    }
}

/* ---- What must hold ---- */

/* A scope is there as long as anybody picks in it or holds something of it: no open connection is
 * ever forgotten, and nothing is counted that the ledger does not know. */
static void check_counts(const struct ledger *ledger)
{
    bool whole = view_is(ledger, "host") || view_is(ledger, "fleet");
    uint64_t *all = gateway_counted(ledger->gateway);
    for (uint32_t s = 0; s < SERVERS; s++) {
        uint64_t open = 0, leaked = 0, counted = all[s];
        for (uint32_t i = 0; i < OPEN_MAX; i++)
            if (ledger->entry[i].server == s && ledger->entry[i].counted) {
                open += ledger->entry[i].open;
                leaked += ledger->entry[i].leaked;
            }
        HOLDS(ledger, counted >= open + (whole ? leaked : 0) && counted <= open + leaked,
              "%s: s%u counts %llu, %llu are open and %llu leaked", ledger->name, s + 1,
              (unsigned long long)counted, (unsigned long long)open, (unsigned long long)leaked);
    }
    free(all);
}

/* All is closed, and everybody has picked in the present generation: only what leaked into scopes
 * that live on may still be counted. */
static void check_end(struct ledger *ledger)
{
    for (uint32_t i = 0; i < OPEN_MAX; i++)
        if (ledger->entry[i].open)
            gateway_release(ledger->gateway, &ledger->entry[i].hold);
    uint32_t lives = gateway_lives(ledger->gateway);
    HOLDS(ledger, lives == INSTANCES * WORKERS, "%s: %u lives at the end", ledger->name, lives);
    for (uint32_t place = 0; place < INSTANCES * WORKERS; place++) {
        struct gateway_hold hold;
        struct stream draws = stream_of(ledger->draws, ledger->drawn++);
        if (gateway_open(ledger->gateway, place / WORKERS, place % WORKERS, draws, &hold) !=
            NO_SERVER)
            gateway_release(ledger->gateway, &hold);
    }
    uint64_t *all = gateway_counted(ledger->gateway);
    for (uint32_t s = 0; s < SERVERS; s++) {
        uint64_t leaked = 0, counted = all[s];
        for (uint32_t i = 0; i < OPEN_MAX; i++)
            leaked += ledger->entry[i].leaked && ledger->entry[i].server == s &&
                      (!view_is(ledger, "host_generation") ||
                       ledger->entry[i].generation == ledger->generation);
        HOLDS(ledger, counted == leaked, "%s: s%u counts %llu at the end, %llu leaked",
              ledger->name, s + 1, (unsigned long long)counted, (unsigned long long)leaked);
    }
    free(all);
}

/* ---- Every combination ---- */

/* Every combination lives through a story of its own. */
static struct stream stream_for(const struct balancer *balancer, uint64_t seed)
{
    const char *algorithm = lb_algorithm_name(balancer->algorithm), *view = balancer->view->name;
    struct stream stream =
        stream_root(seed, 0, STREAM_TRACE, stream_hash(algorithm, strlen(algorithm)));
    stream = stream_of(stream_of(stream, stream_hash(view, strlen(view))), balancer->change);
    for (uint32_t i = 0; i < LB_PARAMS_MAX; i++)
        stream = stream_of(stream, balancer->param[i]);
    return stream;
}

static void run_stream(const struct balancer *balancer, uint64_t seed)
{
    static const char *const names[SERVERS] = {"s1", "s2", "s3", "s4", "s5", "s6"};
    struct ledger *ledger = memory_zeroed(1, sizeof *ledger);
    ledger->balancer = *balancer;
    ledger->draws = stream_for(balancer, seed);
    snprintf(ledger->name, sizeof ledger->name, "%s %s %s", lb_algorithm_name(balancer->algorithm),
             balancer->view->name, change_choice.words[balancer->change]);
    ledger->balancer.trait[TRAIT_SINGLE] = (uint8_t)draw(ledger, 2);
    ledger->balancer.trait[TRAIT_RETURNS] = (uint8_t)draw(ledger, 2);
    ledger->balancer.trait[TRAIT_WHEN_FULL] = (uint8_t)draw(ledger, 2);
    ledger->balancer.draws = (enum draws)draw(ledger, 3);
    ledger->balancer.reap_ns = draw(ledger, 2) == 0 ? 0 : REAP_NEVER;
    ledger->gateway = gateway_new(&(struct gateway_config){
        .balancer = &ledger->balancer,
        .server_name = names,
        .servers = SERVERS,
        .stays_max = SERVERS * STEPS / 4, /* what the dice give is far below */
        .lives_max = INSTANCES * WORKERS * STEPS / 2,
        .instances = INSTANCES,
        .workers = WORKERS,
        .upstream = "test",
        .count_table_bytes = draw(ledger, 4) == 0 ? 0 : 4096, /* none, or one that overflows */
        .eager = draw(ledger, 4) == 0,
    });
    try_list(ledger);
    for (uint32_t i = 0; i < STEPS; i++) {
        step(ledger);
        check_counts(ledger);
    }
    check_end(ledger);
    gateway_free(ledger->gateway);
    free(ledger);
}

/* Calls `run` for every setting of the parameters that have words. */
static unsigned each_setting(struct balancer *balancer, uint32_t param,
                             void (*run)(const struct balancer *, uint64_t), uint64_t seed)
{
    const struct lb_param *at = &lb_algorithm_params(balancer->algorithm)[param];
    if (param == LB_PARAMS_MAX || at->name == NULL) {
        run(balancer, seed);
        return 1;
    }
    unsigned settings = 0;
    for (uint64_t word = at->min; word <= at->max && at->words != NULL; word++) {
        balancer->param[param] = word;
        settings += each_setting(balancer, param + 1, run, seed);
    }
    return settings;
}

static void test_streams(void)
{
    unsigned pairs = 0, runs = 0;
    for (uint32_t v = 0; lb_view_at(v) != NULL; v++)
        for (int change = CHANGE_IN_PLACE; change <= CHANGE_RELOAD; change++, pairs++)
            for (uint32_t a = 0; lb_algorithm_at(a) != NULL; a++)
                for (uint64_t seed = 1; seed <= 2; seed++) {
                    struct balancer balancer = {.algorithm = lb_algorithm_at(a),
                                                .view = lb_view_at(v),
                                                .change = (enum change)change};
                    runs += each_setting(&balancer, 0, run_stream, seed);
                }
    CU_ASSERT_EQUAL(pairs, 21);
    printf("  %u streams of %d operations ", runs, STEPS);
    CU_ASSERT(runs >= 21 * 16 * 2); /* round_robin, random, random_two x 2, least_conn x 3 x 4 */
}

static const struct test tests[] = {
    {"random operations: all pairs, all algorithms", test_streams},
};

SUITE("gateway_streams", tests)
