/* test_ring_ids.c: the number by which a server stands on a ring, through additions, returns and
 * reloads (trait ring_id). What is compared is who has which of 300 keys. */
#include "tests/haproxy.h"
#include "tests/harness.h"

#include <stdlib.h>
#include <string.h>

enum { KEYS = 300, ASKED_MAX = 2 * KEYS };

/* The digits of who has each key, after these operations. */
static void keys_after(const char *preset, enum change change, uint8_t ring_id,
                       const char *operations, char digits[KEYS + 1])
{
    struct balancer balancer = balancer_of_preset(preset_find(preset));
    balancer.trait[TRAIT_RING_ID] = ring_id;
    balancer.change = change;
    struct text trace = {0};
    text_add(&trace, "op,id,value\n%s", operations);
    for (unsigned key = 0; key < KEYS; key++)
        text_add(&trace, "open,k%u,key %u\nclose,k%u,\n", key, key, key);
    char **server =
        truth_replay_on(&(struct replay_options){.balancer = &balancer, .workers = 1}, &trace);
    unsigned asked = 0;
    while (server[asked] != NULL && asked < ASKED_MAX)
        asked++;
    CU_ASSERT_FATAL(asked >= KEYS);
    for (unsigned key = 0; key < KEYS; key++)
        digits[key] = (char)('0' + haproxy_number(server[asked - KEYS + key]));
    digits[KEYS] = '\0';
    free(server);
    free(trace.at);
}

#define FOUR     "members,,s1 s2 s3 s4\n"
#define FIVE     "members,,s1 s2 s3 s4 s5\n"
#define SIX      "members,,s1 s2 s3 s4 s5 s6\n"
#define NO_TWO   "members,,s1 s3 s4 s5\n"
#define SIX_ONLY "members,,s1 s2 s3 s4 s6\n"
#define OPEN(id) "open,x" #id ",key\nclose,x" #id ",\n" /* a picker is there */

static void numbers_of_servers(void)
{
    static const struct {
        const char *about;
        uint8_t ring_id;
        const char *one, *other;
        bool same;
    } row[] = {
        {"added by order", RING_ID_ORDER, FOUR OPEN(1) FIVE, FIVE, true},
        {"added by zero", RING_ID_ZERO, FOUR OPEN(1) FIVE, FIVE, false},
        {"added before the first pick", RING_ID_ZERO, FOUR FIVE, FIVE, false},
        {"a reload numbers anew", RING_ID_ZERO, FOUR OPEN(1) FIVE "reload,,\n", FIVE, true},
        {"one that was there returns", RING_ID_ZERO, FIVE OPEN(1) NO_TWO OPEN(2) FIVE, FIVE, true},
        {"one that was added returns", RING_ID_ZERO, FOUR FIVE OPEN(1) FOUR OPEN(2) FIVE, FOUR FIVE,
         true},
        {"a second joins by order", RING_ID_ORDER, FOUR OPEN(1) FIVE OPEN(2) SIX, SIX, true},
        {"the next number, not the place", RING_ID_ORDER, FIVE OPEN(1) FOUR OPEN(2) SIX_ONLY,
         SIX_ONLY, false},
        {"that of a reload is the place", RING_ID_ORDER, FIVE FOUR OPEN(1) SIX_ONLY "reload,,\n",
         SIX_ONLY, true},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        char one[KEYS + 1], other[KEYS + 1];
        keys_after("haproxy-hash-consistent", CHANGE_IN_PLACE, row[i].ring_id, row[i].one, one);
        keys_after("haproxy-hash-consistent", CHANGE_IN_PLACE, row[i].ring_id, row[i].other, other);
        CHECK_ROW((strcmp(one, other) == 0) == row[i].same, "%s: %s", row[i].about,
                  row[i].same ? "the same keys" : "other keys");
    }
}

/* Where every change is a reload nobody is added at run time. */
static void changes_that_reload(void)
{
    char one[KEYS + 1], other[KEYS + 1];
    keys_after("haproxy-hash-consistent-reload", CHANGE_RELOAD, RING_ID_ZERO, FOUR OPEN(1) FIVE,
               one);
    keys_after("haproxy-hash-consistent", CHANGE_IN_PLACE, RING_ID_ZERO, FIVE, other);
    CU_ASSERT_EQUAL(strcmp(one, other), 0);
}

static const struct test tests[] = {
    {"numbers of servers", numbers_of_servers},
    {"changes that reload", changes_that_reload},
};

SUITE("ring_ids", tests)
