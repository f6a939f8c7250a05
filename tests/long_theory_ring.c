/* long_theory_ring.c: T9 of the theory tests: how uneven a ring of random points is.
 *
 * n servers with V points each own shares of a ring whose coefficient of variation has the square
 * (n - 1) / (n V + 1), if each point owns what is before it: gaps between N = n V points are
 * Dirichlet, a gap's square 2 / (N (N + 1)) on average and a product of two 1 / (N (N + 1)), so a
 * sum of them with weights w has the square (sum w^2 + (sum w)^2) / (N (N + 1)); here w is 1, V
 * times. Where the nearest point owns a key, as in HAProxy, a gap counts half for each of its ends:
 * w is 1 if both are this server's, (V - 1) / (N - 1) of its V, and 1/2 if one is, for
 * 2 (N - V) / (N - 1) of V; sum w is V again. So n 6 and V 16 have 22.7 % in the one ring, and
 * 16.0 % in the other.
 *
 * K keys add (n - 1) / K to what is seen of the square, and leave (K - 1) / K of the rest. */
#include "tests/lb_stand.h"
#include "tests/theory.h"

enum { SETS = 400, SERVERS = 6 };

static double square_after(double points)
{
    return (SERVERS - 1) / (SERVERS * points + 1);
}

static double square_nearest(double points)
{
    double all = SERVERS * points;
    double w2 = points * ((points - 1) + (all - points) / 2) / (all - 1);
    return SERVERS * SERVERS * (w2 + points * points) / (all * (all + 1)) - 1;
}

static void *picker_over(struct lb_region *region, const struct lb_picker_config *config,
                         const struct lb_member *member, struct lb_picker **picker)
{
    void *memory = stand_memory(lb_picker_size(region, config));
    int status = lb_picker_init(memory, lb_picker_size(region, config), region, config, member,
                                SERVERS, picker);
    CU_ASSERT_EQUAL(status, LB_OK);
    return memory;
}

/* The square of the coefficient of variation of the shares of so many keys, or draws, on a ring of
 * servers that nobody had before. */
static double square_seen(const struct lb_algorithm *algorithm, uint64_t param, uint32_t set,
                          uint32_t keys)
{
    struct lb_shape shape = {.slots = SERVERS, .rows = 1, .scopes = 1, .mode = LB_KEPT};
    struct lb_picker_config config;
    struct lb_member member[SERVERS];
    struct lb_region *region;
    struct lb_picker *picker;
    shape.memory = lb_algorithm_memory(algorithm, SERVERS);
    void *memory = stand_memory(lb_region_size(&shape));
    CU_ASSERT_EQUAL(lb_region_format(memory, lb_region_size(&shape), &shape, &region), LB_OK);
    for (uint32_t i = 0; i < SERVERS; i++) {
        char name[32];
        int length = snprintf(name, sizeof name, "10.%u.%u.%u:80", set / 200, set % 200, i);
        member[i] = (struct lb_member){.slot = lb_slot(region, name, (size_t)length),
                                       .weight = 1,
                                       .id = set * SERVERS + i + 1};
    }
    lb_picker_defaults(algorithm, &config);
    config.param[0] = param;
    config.members_max = SERVERS;
    config.scope = lb_scope_open(region, (struct lb_scope_key){0, 0, 0}, (uint64_t[]){set, 9});
    void *room = picker_over(region, &config, member, &picker);
    double count[SERVERS] = {0}, square = 0;
    for (uint32_t k = 0; k < keys; k++) {
        char key[32];
        uint32_t picked;
        struct lb_lease lease;
        struct lb_request request = {.key = key};
        request.key_length = (size_t)snprintf(key, sizeof key, "key %u of %u", k, set);
        CU_ASSERT_EQUAL(lb_pick(picker, LB_NONE, &request, &lease, &picked), LB_OK);
        count[picked]++;
    }
    for (uint32_t i = 0; i < SERVERS; i++)
        square += pow(count[i] * SERVERS / keys - 1, 2) / SERVERS;
    free(room);
    free(memory);
    return square;
}

/* The tolerance of a mean of 400 is what they show, 5.69 standard errors of .63 / 20 each: 18 %. It
 * may not be more than a quarter, or half as many points would pass. */
static void check_ring(const char *what, const char *algorithm, uint64_t param, double square,
                       uint32_t keys)
{
    struct mean seen = {0};
    for (uint32_t set = 0; set < SETS; set++)
        mean_add(&seen, square_seen(lb_algorithm_find(algorithm), param, set, keys));
    double expected = square * (keys - 1) / keys + (SERVERS - 1.) / keys;
    printf("\n    %s: a CV of %.2f %%", what, 100 * sqrt(square));
    check_mean(what, &seen, expected, expected / 4);
}

static void after_the_key(void)
{
    check_ring("hash_consistent, V 160", "hash_consistent", 160, square_after(160), 2000);
    check_ring("hash_consistent, V 16", "hash_consistent", 16, square_after(16), 2000);
}

static void nearest_to_it(void)
{
    check_ring("random_ring, one draw, V 16", "random_ring", 1, square_nearest(16), 20000);
}

static const struct test tests[] = {
    {"T9: a point owns what is before it", after_the_key},
    {"T9: the nearest point owns it", nearest_to_it},
};

SUITE("long_theory_ring", tests)
