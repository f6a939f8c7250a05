/* test_ring.c: HAProxy's hashes, ring and map: against models of the test's own, by hand, and at
 * sizes that they were not made for. */
#include "algorithms/key_hash.h"
#include "algorithms/ring.h"
#include "tests/lb_stand.h"

/* ---- Hashes: by hand, from what is published of them ---- */

static uint32_t hash_of(uint64_t function, uint64_t avalanche, uint64_t kind, const char *key)
{
    const uint64_t param[KEY_HASH_PARAMS] = {function, avalanche, kind};
    struct lb_context c = {.param = param, .key = key, .key_length = strlen(key)};
    uint32_t hash = 0;
    CHECK_ROW(key_hash(&c, &hash), "%s is a key", key);
    return hash;
}

static void hashes(void)
{
    CU_ASSERT_EQUAL(hash_of(KEY_HASH_SDBM, 0, KEY_HASH_TEXT, "ab"), 97 * 65599 + 98);
    CU_ASSERT_EQUAL(hash_of(KEY_HASH_DJB2, 0, KEY_HASH_TEXT, "ab"), (5381 * 33 + 97) * 33 + 98);
    CU_ASSERT_EQUAL(hash_of(KEY_HASH_CRC32, 0, KEY_HASH_TEXT, "123456789"), 0xCBF43926);
    /* bytes above 127 are no negative numbers */
    CU_ASSERT_EQUAL(hash_of(KEY_HASH_SDBM, 0, KEY_HASH_TEXT, "\xFF"), 255);
    CU_ASSERT_EQUAL(hash_of(KEY_HASH_DJB2, 0, KEY_HASH_TEXT, "\xFF"), 5381 * 33 + 255);
    /* wt6, one byte 0: halves 5AC369A5 and A3596AC5, inverted, the second turned by 6, the first by
     * 18: D65AB168 and A6956B0D; their sum without carry */
    CU_ASSERT_EQUAL(key_hash_text(KEY_HASH_WT6, "\0", 1), 0xD65AB168 ^ 0xA6956B0D);
    CU_ASSERT_EQUAL(hash_of(KEY_HASH_SDBM, 0, KEY_HASH_IPV4, "127.0.1.2"), 0x7F000102);
    CU_ASSERT_EQUAL(hash_of(KEY_HASH_CRC32, 1, KEY_HASH_IPV4, "127.0.1.2"), mix32(0x7F000102));
}

static void what_is_no_key(void)
{
    static const char *const none[] = {"", "127.0.0", "127.0.0.256", "1.2.3.4.5", "::1", "1..2.3"};
    const uint64_t param[KEY_HASH_PARAMS] = {0, 0, KEY_HASH_IPV4};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        struct lb_context c = {.param = param, .key = none[i], .key_length = strlen(none[i])};
        uint32_t hash;
        CHECK_ROW(!key_hash(&c, &hash), "'%s' is no address", none[i]);
    }
}

/* ---- The ring, sorted and not, against one that is sorted by the test ---- */

enum { SERVERS = 9, ROOM = 100 }; /* slots: too few to keep the points of these, or enough */

struct bench {
    struct lb_context c;
    struct lb_member member[SERVERS];
    uint32_t place[ROOM];
    int32_t load[ROOM];
    uint8_t down[ROOM];
    struct lb_health health[ROOM];
};

static struct bench *bench_new(uint32_t slots)
{
    struct bench *bench = calloc(1, sizeof *bench);
    void *memory = aligned_alloc(LB_ALIGN, (ring_memory(slots) / LB_ALIGN + 1) * LB_ALIGN);
    if (bench == NULL || memory == NULL)
        abort();
    memset(memory, 0, ring_memory(slots));
    for (uint32_t slot = 0; slot < ROOM; slot++)
        bench->place[slot] = LB_NONE;
    bench->c = (struct lb_context){.member = bench->member,
                                   .members = SERVERS,
                                   .place = bench->place,
                                   .load = bench->load,
                                   .down = bench->down,
                                   .health = bench->health,
                                   .slots = slots,
                                   .memory = memory};
    for (uint32_t i = 0; i < SERVERS; i++) {
        /* three pairs of one id, and weights from 0 to 62 */
        bench->member[i] = (struct lb_member){
            .slot = SERVERS - 1 - i, .weight = i * i * 62 / 64, .id = i < 6 ? i / 2 : i};
        bench->place[SERVERS - 1 - i] = i;
    }
    return bench;
}

static void bench_free(struct bench *bench)
{
    free(bench->c.memory);
    free(bench);
}

struct modelled {
    uint32_t at, order, member;
};

static int by_place(const void *a, const void *b)
{
    const struct modelled *one = a, *two = b;
    return one->at != two->at ? (one->at > two->at) - (one->at < two->at)
                              : (one->order > two->order) - (one->order < two->order);
}

/* The member of the nearest point by walking the whole ring. */
static uint32_t nearest_modelled(const struct modelled *point, uint32_t points, uint32_t hash)
{
    uint32_t next = 0;
    while (next < points && point[next].at < hash)
        next++;
    next = next < points ? next : 0;
    const struct modelled *before = &point[next > 0 ? next - 1 : points - 1];
    return hash - before->at <= point[next].at - hash ? before->member : point[next].member;
}

static void check_nearest(struct bench *bench, const uint32_t order[SERVERS], bool sorted)
{
    static const uint32_t border[] = {0, 1, UINT32_MAX, UINT32_MAX - 1, 1u << 31};
    struct modelled *point = calloc(SERVERS * RING_POINTS_MAX, sizeof *point);
    uint32_t points = 0;
    for (uint32_t i = 0; i < SERVERS; i++)
        for (uint32_t k = 0; k < 16 * bench->member[i].weight; k++)
            point[points++] = (struct modelled){mix32(bench->member[i].id * 4096 + k), order[i], i};
    qsort(point, points, sizeof *point, by_place);
    CU_ASSERT_EQUAL(ring_refresh(&bench->c)->points, points);
    CU_ASSERT_EQUAL(((struct ring *)bench->c.memory)->sorted, sorted);
    for (uint32_t i = 0; i < 4 * points + 5; i++) {
        /* beside each point, at it, halfway to the next, and where the circle closes */
        uint32_t of = (i - 5) / 4 % points, next = of + 1 < points ? of + 1 : 0;
        uint32_t half = (point[next].at - point[of].at) / 2, step = (i - 5) % 4;
        uint32_t hash = i < 5 ? border[i] : point[of].at + (step < 3 ? step - 1 : half);
        uint32_t slot = ring_nearest(&bench->c, hash, NULL).slot;
        uint32_t wanted = nearest_modelled(point, points, hash);
        if (bench->place[slot] != wanted) {
            CHECK_ROW(false, "hash %u: member %u, not %u", hash, bench->place[slot], wanted);
            break;
        }
    }
    free(point);
}

static void the_nearest(void)
{
    static const uint32_t listed[SERVERS] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    static const uint32_t third_last[SERVERS] = {1, 2, 10, 4, 5, 6, 7, 8, 9};
    for (int sorted = 0; sorted < 2; sorted++) {
        struct bench *bench = bench_new(sorted ? ROOM : SERVERS);
        check_nearest(bench, listed, sorted);
        bench->down[bench->member[2].slot] = true; /* it goes, and comes back after its twin */
        ring_refresh(&bench->c);
        bench->down[bench->member[2].slot] = false;
        check_nearest(bench, third_last, sorted);
        bench_free(bench);
    }
}

/* All points one after another, from the first, as keyless requests have them. */
static void around_the_ring(void)
{
    for (int sorted = 0; sorted < 2; sorted++) {
        struct bench *bench = bench_new(sorted ? ROOM : SERVERS);
        uint64_t points = ring_refresh(&bench->c)->points, from = 0, steps = 0;
        uint32_t at[SERVERS] = {0};
        for (uint64_t before = 0; steps < points; steps++) {
            struct ring_point point = ring_first(&bench->c, from, NULL);
            before = ring_place(&bench->c, point);
            if (before < from)
                break;
            from = before + 1;
            at[bench->place[point.slot]]++;
        }
        CU_ASSERT_EQUAL(steps, points);
        for (uint32_t i = 0; i < SERVERS; i++)
            CU_ASSERT_EQUAL(at[i], 16 * bench->member[i].weight);
        bench_free(bench);
    }
}

/* Slow start has as many sixteenths of the points, from the first second on. */
static void points_in_slow_start(void)
{
    struct bench *bench = bench_new(ROOM);
    for (uint32_t i = 1; i < SERVERS; i++)
        bench->member[i].weight = 0;
    bench->member[0] = (struct lb_member){.slot = 0, .weight = 3, .id = 1, .slow_start_s = 8};
    bench->place[SERVERS - 1] = LB_NONE;
    bench->place[0] = 0;
    bench->member[0].since_s = 100;
    static const struct {
        uint64_t now_s, points;
    } row[] = {{0, 3}, {100, 3}, {101, 9}, {104, 27}, {107, 45}, {108, 48}, {109, 48}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        bench->c.now_s = row[i].now_s;
        CU_ASSERT_EQUAL(ring_refresh(&bench->c)->points, row[i].points);
    }
    bench_free(bench);
}

/* ---- Whole picks ---- */

static struct stand *stand_of(const char *algorithm, const uint32_t *weight, uint32_t members)
{
    struct stand *stand = malloc(sizeof *stand);
    stand_open(stand, lb_algorithm_find(algorithm), LB_KEPT);
    stand_weigh(stand, weight, members);
    CU_ASSERT_EQUAL(stand_build(stand), LB_OK);
    return stand;
}

/* The server picked for this key, held; 0: none. member: as lb_pick says it. */
static uint32_t pick_for(struct stand *stand, const char *key, uint32_t *member)
{
    struct lb_request request = {.key = key, .key_length = strlen(key)};
    struct lb_lease *lease = &stand->lease[stand->leases];
    if (lb_pick(stand->picker, stand->row, &request, lease, member) != LB_OK)
        return 0;
    return stand->lease[stand->leases++].slot + 1;
}

/* HAProxy's static-rr takes the turns of 5, 3 and 2 as recorded: 1121312123. */
static void turns_of_the_map(void)
{
    static const uint32_t weights[][3] = {{5, 3, 2}, {50, 30, 20}};
    for (uint32_t w = 0; w < 2; w++) {
        struct stand *stand = stand_of("hash_map", weights[w], 3);
        for (const char *turn = "11213121231121312123"; *turn != '\0'; turn++) {
            uint32_t member, picked = pick_for(stand, "", &member);
            CU_ASSERT_EQUAL(picked, (uint32_t)(*turn - '0'));
        }
        stand_free(stand);
    }
}

/* A request waits for the server of its key; without a key it goes on while somebody has room. */
static void full_servers(void)
{
    static const char *const algorithm[] = {"hash_map", "hash_ring"};
    static const uint32_t weight[] = {1, 1, 1};
    for (uint32_t a = 0; a < 2; a++) {
        struct stand *stand = stand_of(algorithm[a], weight, 3);
        for (uint32_t i = 0; i < 3; i++)
            stand->member[i].max_conns = 2;
        lb_picker_edit(stand->picker, stand->member, 3);
        uint32_t member, first = pick_for(stand, "k", &member);
        CU_ASSERT_EQUAL(pick_for(stand, "k", &member), first);
        CU_ASSERT_EQUAL(pick_for(stand, "k", &member), 0);
        CU_ASSERT_EQUAL(member, first - 1);
        uint32_t picked[4] = {0};
        for (uint32_t i = 0; i < 4; i++)
            picked[pick_for(stand, "", &member)]++;
        CU_ASSERT_EQUAL(picked[0], 0);
        CU_ASSERT_EQUAL(picked[first], 0);
        CU_ASSERT_EQUAL(pick_for(stand, "", &member), 0); /* all six places are taken */
        stand_free(stand);
    }
}

/* A key of this server's. */
static void key_of_server(struct stand *stand, uint32_t server, char key[16])
{
    uint32_t picked = 0, member;
    for (uint32_t i = 0; picked != server; i++) {
        snprintf(key, 16, "key%u", i);
        picked = pick_for(stand, key, &member);
        lb_release(stand->picker, stand->lease[--stand->leases]);
    }
}

/* Shares by hand. Two servers with 16 points each share as many connections as there are with the
 * coming one. Of an odd number who has one more is told by what stands before each: of a list that
 * began with these two, 0 and 16, the second has it (k - k/2); where s1 stood before them and left,
 * 16 and 32 still do, and then the first has it (k - k/2, and 3k/2 - k). So who has it is asked
 * first, and then they take turns; and once both have 16, the other's key goes to it too. */
static void check_shares(bool stale)
{
    static const uint32_t weight[] = {1, 1, 1};
    struct stand *stand = malloc(sizeof *stand);
    char key[2][16];
    uint32_t member, favoured = stale ? 2 : 3;
    stand_open(stand, lb_algorithm_find("hash_ring"), LB_KEPT);
    stand_weigh(stand, weight, 3);
    stand->config.param[KEY_HASH_PARAMS] = 100;
    const struct lb_member two[] = {stand->member[1], stand->member[2]};
    if (!stale)
        memcpy(stand->member, two, sizeof two);
    stand->members = stale ? 3 : 2;
    CU_ASSERT_EQUAL(stand_build(stand), LB_OK);
    CU_ASSERT_EQUAL(lb_picker_edit(stand->picker, two, 2), LB_OK);
    key_of_server(stand, favoured, key[0]);
    key_of_server(stand, 5 - favoured, key[1]);
    for (uint32_t i = 0; i < 32; i++)
        CU_ASSERT_EQUAL(pick_for(stand, key[i % 2], &member), i % 2 ? 5 - favoured : favoured);
    CU_ASSERT_EQUAL(pick_for(stand, key[1], &member), favoured);
    stand_free(stand);
}

static void shares_of_the_start(void)
{
    check_shares(false);
    check_shares(true);
}

/* Of idle servers the later draw is kept; of others the less loaded for its weight. */
static void the_later_draw(void)
{
    enum { PICKS = 400 };
    static const uint32_t weight[] = {4, 1, 2, 1};
    struct stand *stand = stand_of("random_ring", weight, 4);
    struct modelled point[16 * 8];
    uint32_t points = 0, open[4] = {0};
    for (uint32_t i = 0; i < 4; i++)
        for (uint32_t k = 0; k < 16 * weight[i]; k++)
            point[points++] = (struct modelled){mix32((i + 1) * 4096 + k), i, i};
    qsort(point, points, sizeof *point, by_place);
    for (uint64_t n = 0; n < 2 * PICKS; n++) {
        uint64_t draw_key[2] = {n, 7};
        struct lb_context dice = {.draw_key = {n, 7}};
        struct lb_request request = {.draw_key = draw_key};
        struct lb_lease lease;
        uint32_t drawn[2], member;
        for (uint32_t d = 0; d < 2; d++)
            drawn[d] = nearest_modelled(point, points, (uint32_t)(lb_draw(&dice) >> 32));
        uint32_t wanted = open[drawn[1]] * weight[drawn[0]] > open[drawn[0]] * weight[drawn[1]]
                              ? drawn[0]
                              : drawn[1];
        CU_ASSERT_EQUAL(lb_pick(stand->picker, stand->row, &request, &lease, &member), LB_OK);
        CU_ASSERT_EQUAL(request.draws, 2);
        CU_ASSERT_EQUAL(member, wanted);
        if (n < PICKS)
            lb_release(stand->picker, lease);
        else
            open[member]++;
    }
    stand_free(stand);
}

/* ---- Beyond what it was made for ---- */

/* Weights that HAProxy does not have are scaled: as many turns as 256 to 1, and nobody has none. */
static void huge_weights(void)
{
    static const uint32_t weights[][3] = {{65535, 65535, 1}, {UINT32_MAX, 1, UINT32_MAX}};
    static const char *const algorithm[] = {"hash_map", "hash_ring", "random_ring"};
    for (uint32_t a = 0; a < 3; a++)
        for (uint32_t w = 0; w < 2; w++) {
            struct stand *stand = stand_of(algorithm[a], weights[w], 3);
            uint32_t picked[3] = {0}, member, least = w == 0 ? 2 : 1;
            if (a == 1) {
                stand->config.param[KEY_HASH_AVALANCHE] = 1;
                CU_ASSERT_EQUAL(stand_build(stand), LB_OK);
            }
            for (uint32_t i = 0; i < 2565; i++) {
                char key[16] = "";
                if (a == 1) /* without keys it would take 4096 points in a row */
                    snprintf(key, sizeof key, "key%u", i);
                picked[pick_for(stand, key, &member) - 1]++;
                lb_release(stand->picker, stand->lease[--stand->leases]);
            }
            CHECK_ROW(picked[least] >= 1 && picked[least] <= 20, "%s: the least got %u",
                      algorithm[a], picked[least]);
            if (a == 0)
                CU_ASSERT_EQUAL(picked[least], 5);
            stand_free(stand);
        }
}

/* Ten thousand servers, keys and shares: each lands on somebody, evenly enough. */
static void many_servers(void)
{
    enum { MANY = 10000, PICKS = 2000 };
    static const uint64_t factor[] = {0, 100, 65535};
    struct lb_shape shape = {.slots = MANY, .rows = 1, .scopes = 1, .mode = LB_KEPT};
    const struct lb_algorithm *algorithm = lb_algorithm_find("hash_ring");
    struct lb_member *list = calloc(MANY, sizeof *list);
    struct lb_picker_config config;
    shape.memory = lb_algorithm_memory(algorithm, MANY);
    void *memory = stand_memory(lb_region_size(&shape));
    for (uint32_t f = 0; f < 3; f++) {
        struct lb_region *region;
        struct lb_picker *picker;
        uint32_t most = 0, *load = calloc(MANY, sizeof *load);
        CU_ASSERT_EQUAL(lb_region_format(memory, lb_region_size(&shape), &shape, &region), LB_OK);
        for (uint32_t i = 0; i < MANY; i++) {
            char name[16];
            int length = snprintf(name, sizeof name, "s%u", i);
            list[i] = (struct lb_member){
                .slot = lb_slot(region, name, (size_t)length), .weight = 1, .id = i + 1};
        }
        lb_picker_defaults(algorithm, &config);
        config.param[KEY_HASH_PARAMS] = factor[f];
        config.members_max = MANY;
        config.scope = lb_scope_open(region, (struct lb_scope_key){0, 0, 0}, (uint64_t[]){1, 2});
        void *room = stand_memory(lb_picker_size(region, &config));
        CU_ASSERT_EQUAL(lb_picker_init(room, lb_picker_size(region, &config), region, &config, list,
                                       MANY, &picker),
                        LB_OK);
        uint32_t row = lb_row_claim(region, 1, config.scope);
        for (uint32_t i = 0; i < PICKS; i++) {
            struct lb_request request = {.key = "one", .key_length = 3};
            struct lb_lease lease;
            uint32_t member;
            CU_ASSERT_EQUAL(lb_pick(picker, row, &request, &lease, &member), LB_OK);
            most = ++load[member] > most ? load[member] : most;
        }
        /* one each, or 655.35 times what is even, rounded up */
        CU_ASSERT_EQUAL(most, f == 0 ? PICKS : f == 1 ? 1 : PICKS * 65535 / 100 / MANY + 1);
        free(load);
        free(room);
    }
    free(memory);
    free(list);
}

/* 0 is off; between that and 100 there is nothing. */
static void bounds_of_the_factor(void)
{
    static const struct {
        uint64_t factor;
        int status;
    } row[] = {{0, LB_OK},   {1, LB_BAD_CONFIG}, {99, LB_BAD_CONFIG},
               {100, LB_OK}, {65535, LB_OK},     {65536, LB_BAD_CONFIG}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct stand *stand = stand_of("hash_ring", (const uint32_t[]){1, 1}, 2);
        stand->config.param[KEY_HASH_PARAMS] = row[i].factor;
        CU_ASSERT_EQUAL(stand_build(stand), row[i].status);
        stand_free(stand);
    }
}

static const struct test tests[] = {
    {"hashes, by hand", hashes},
    {"what is no key", what_is_no_key},
    {"the nearest point, sorted and not", the_nearest},
    {"around the ring", around_the_ring},
    {"points in slow start", points_in_slow_start},
    {"turns of the map", turns_of_the_map},
    {"full servers", full_servers},
    {"shares of the start", shares_of_the_start},
    {"the later draw", the_later_draw},
    {"huge weights", huge_weights},
    {"many servers", many_servers},
    {"bounds of the factor", bounds_of_the_factor},
};

SUITE("ring", tests)
