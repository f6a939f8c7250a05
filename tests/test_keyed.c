/* test_keyed.c: the algorithms that hash: whose turn it is when servers fail, one after another.
 *
 * What is expected comes from a model of its own, with zlib's CRC-32 and the state that nginx keeps
 * through a request; all tries fail, so that most requests end in the fallback to round robin. */
#include "algorithms/crc32.h"
#include "algorithms/ipv6.h"
#include "tests/lb_stand.h"

enum { SERVERS = 5 };

/* The servers that a request with this key comes to, as every attempt fails: digits. */
static void tries_of(struct stand *stand, const char *key, char order[SERVERS + 2])
{
    uint64_t tried[1] = {0};
    uint32_t tries = 0, member;
    struct lb_lease lease;
    struct lb_request request = {.tried = tried, .key = key, .key_length = strlen(key)};
    while (tries <= SERVERS &&
           lb_pick(stand->picker, stand->row, &request, &lease, &member) == LB_OK) {
        order[tries++] = (char)('1' + lease.slot);
        CU_ASSERT_EQUAL(lb_fail(stand->picker, lease, 0), LB_OK);
    }
    order[tries] = '\0';
}

struct request {
    const char *key, *order;
};

static void check_requests(const char *algorithm, const struct request *row, uint32_t rows)
{
    static const uint32_t weight[SERVERS] = {1, 2, 3, 4, 9};
    struct stand *stand = malloc(sizeof *stand);
    stand_open(stand, lb_algorithm_find(algorithm), LB_SUM);
    stand_weigh(stand, weight, SERVERS);
    CU_ASSERT_EQUAL(stand_build(stand), LB_OK);
    for (uint32_t i = 0; i < rows; i++) {
        char order[SERVERS + 2];
        tries_of(stand, row[i].key, order);
        CHECK_ROW(strcmp(order, row[i].order) == 0, "%s '%s': %s, not %s", algorithm, row[i].key,
                  order, row[i].order);
    }
    stand_free(stand);
}

#define CHECK_REQUESTS(algorithm, row) check_requests(algorithm, row, sizeof row / sizeof *row)

static void hash_again(void)
{
    static const struct request row[] = {{"k0", "43512"}, {"k1", "35214"}, {"k2", "45231"},
                                         {"k3", "54321"}, {"k4", "53421"}, {"k5", "34512"},
                                         {"k6", "43521"}, {"k7", "52431"}, {"", "54321"}};
    CHECK_REQUESTS("hash", row);
}

static void along_the_ring(void)
{
    static const struct request row[] = {{"k0", "25341"}, {"k1", "54321"}, {"k2", "54321"},
                                         {"k3", "42531"}, {"k4", "54132"}, {"k5", "54321"},
                                         {"k6", "53241"}, {"k7", "54321"}, {"", "54321"}};
    CHECK_REQUESTS("hash_consistent", row);
}

/* All clients without an address are one network. */
static void folded_again(void)
{
    static const struct request row[] = {
        {"10.0.0.9", "13452"},    {"10.0.37.9", "53124"},
        {"10.0.74.9", "53241"},   {"10.0.111.9", "52341"},
        {"10.0.148.9", "51234"},  {"10.0.185.9", "54321"},
        {"unix:", "52413"},       {"", "52413"},
        {"2001:db8::1", "53412"}, {"2001:DB8:0:0:0:0:0:1", "53412"},
        {"::1", "52413"},         {"2001:db8::1:2:3", "42153"}};
    CHECK_REQUESTS("ip_hash", row);
}

/* An IPv6 address has sixteen octets in one text, and what is like one has none. */
static void addresses(void)
{
    static const char *const none[] = {"",
                                       ":",
                                       ":::",
                                       "1:2:3:4:5:6:7",
                                       "1::2::3",
                                       "12345::",
                                       "1:2:3:4:5:6:7:8:9",
                                       "1:2:3:4:5:6:7:8::",
                                       "1:",
                                       "g::1",
                                       "1.2.3.4",
                                       "::1 "};
    static const uint8_t expected[IPV6_OCTETS] = {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0,
                                                  0,    0,    0,    0,    0, 1, 0, 0};
    static const char *const same[] = {"2001:db8::1:0", "2001:DB8:0:0:0:0:1:0", "2001:0db8::0:1:0"};
    uint8_t octet[IPV6_OCTETS];
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        CHECK_ROW(!ipv6_read(none[i], strlen(none[i]), octet), "'%s' is no address", none[i]);
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        CHECK_ROW(ipv6_read(same[i], strlen(same[i]), octet) &&
                      memcmp(octet, expected, sizeof octet) == 0,
                  "%s is read", same[i]);
    CU_ASSERT(ipv6_read("::", 2, octet) && octet[0] == 0 && octet[15] == 0);
}

/* The check value of the CRC-32 that everybody has. */
static void the_check_value(void)
{
    CU_ASSERT_EQUAL(~crc32_more(CRC32_BEGIN, "123456789", 9), 0xCBF43926);
    CU_ASSERT_EQUAL(~crc32_more(CRC32_BEGIN, "", 0), 0);
}

/* A server that leaves a ring gives up its own keys, and nobody else's. */
static void a_ring_keeps_the_others_keys(void)
{
    enum { KEYS = 400 };
    struct stand *stand = stand_new("hash_consistent", LB_KEPT, SERVERS);
    uint32_t before[KEYS], member, moved = 0;
    for (int round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < KEYS; i++) {
            char key[16];
            int length = snprintf(key, sizeof key, "key%u", i);
            struct lb_request request = {.key = key, .key_length = (size_t)length};
            struct lb_lease lease = {.slot = LB_NONE};
            CU_ASSERT_EQUAL(lb_pick(stand->picker, stand->row, &request, &lease, &member), LB_OK);
            if (round == 0)
                before[i] = lease.slot;
            CHECK_ROW(round == 0 || before[i] == 1 || lease.slot == before[i],
                      "key %u moved from %u to %u", i, before[i], lease.slot);
            moved += round == 1 && lease.slot != before[i];
            lb_release(stand->picker, lease);
        }
        stand->member[1] = stand->member[SERVERS - 1]; /* s2 leaves; the order does not matter */
        CU_ASSERT_EQUAL(lb_picker_edit(stand->picker, stand->member, SERVERS - 1), LB_OK);
    }
    CU_ASSERT(moved > KEYS / 10 && moved < KEYS / 3); /* its fifth, give or take */
    stand_free(stand);
}

static const struct test tests[] = {
    {"CRC-32", the_check_value},
    {"hash: hashed again, then round robin", hash_again},
    {"hash_consistent: along the ring, then round robin", along_the_ring},
    {"ip_hash: folded again, then round robin", folded_again},
    {"addresses of sixteen octets", addresses},
    {"a ring keeps the others' keys", a_ring_keeps_the_others_keys},
};

SUITE("test_keyed", tests)
