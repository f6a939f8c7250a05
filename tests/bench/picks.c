/* picks.c: what a pick and its release cost, as ratios to round_robin.
 *
 * The machine may be shared and noisy, so no time is quoted alone: contestants take turns, round
 * by round, in CPU time, and each round gives a ratio; the median is shown with least and most. */
#include "algorithms/lb.h"
#include "sim/engine/memory.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS = 15, HELD = 64, CONTESTANTS_MAX = 16 };

struct contestant {
    char name[40];
    struct lb_region *region;
    struct lb_picker *picker;
    uint32_t row;
    struct lb_lease held[HELD];
    double ns[ROUNDS];
};

static void make(struct contestant *it, const struct lb_algorithm *algorithm, uint32_t param,
                 uint64_t word, uint32_t servers)
{
    struct lb_shape shape = {.slots = servers,
                             .rows = 1,
                             .scopes = 1,
                             .mode = LB_KEPT,
                             .memory = lb_algorithm_memory(algorithm, servers)};
    size_t size = lb_region_size(&shape);
    struct lb_member *member = memory_zeroed(servers, sizeof *member);
    struct lb_picker_config config;
    lb_region_format(memory_aligned(LB_ALIGN, size), size, &shape, &it->region);
    lb_picker_defaults(algorithm, &config);
    config.param[param] = word;
    config.scope = lb_scope_open(it->region, (struct lb_scope_key){0}, (uint64_t[]){1, 2});
    config.members_max = servers;
    it->row = lb_row_claim(it->region, 1, config.scope);
    for (uint32_t i = 0; i < servers; i++) {
        char key[16];
        int length = snprintf(key, sizeof key, "s%u", i);
        member[i] =
            (struct lb_member){.slot = lb_slot(it->region, key, (size_t)length), .weight = 1};
    }
    size = lb_picker_size(it->region, &config);
    int status = lb_picker_init(memory_aligned(LB_ALIGN, size), size, it->region, &config, member,
                                servers, &it->picker);
    assert(status == LB_OK);
    (void)status;
    free(member);
}

static double cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return 1e9 * (double)now.tv_sec + (double)now.tv_nsec;
}

static double turn(struct contestant *it, uint32_t picks)
{
    double began = cpu_ns();
    for (uint32_t i = 0; i < picks; i++) {
        struct lb_request request = {.draw_key = NULL};
        uint32_t member;
        struct lb_lease *lease = &it->held[i % HELD];
        if (i >= HELD)
            lb_release(it->picker, *lease);
        lb_pick(it->picker, it->row, &request, lease, &member);
    }
    double ns = (cpu_ns() - began) / picks;
    for (uint32_t i = 0; i < HELD; i++)
        lb_release(it->picker, it->held[i]);
    return ns;
}

static int by_value(const void *a, const void *b)
{
    const double *one = a, *two = b;
    return (*one > *two) - (*one < *two);
}

static uint32_t line_up(struct contestant *contestant, uint32_t servers)
{
    uint32_t count = 0;
    for (uint32_t a = 0; lb_algorithm_at(a) != NULL; a++) {
        const struct lb_algorithm *algorithm = lb_algorithm_at(a);
        const struct lb_param *params = lb_algorithm_params(algorithm);
        uint32_t ties = 0;
        while (params[ties].name != NULL && ties + 1 < LB_PARAMS_MAX &&
               params[ties + 1].name != NULL)
            ties++;
        uint64_t words = params[0].name == NULL ? 1 : params[ties].max + 1;
        for (uint64_t w = 0; w < words && count < CONTESTANTS_MAX; w++) {
            struct contestant *it = &contestant[count++];
            snprintf(it->name, sizeof it->name, "%s%s%s", lb_algorithm_name(algorithm),
                     words > 1 ? " ties " : "", words > 1 ? params[ties].words[w] : "");
            make(it, algorithm, words > 1 ? ties : 0, w, servers);
        }
    }
    return count;
}

static void compete(uint32_t servers)
{
    struct contestant *contestant = memory_zeroed(CONTESTANTS_MAX, sizeof *contestant);
    uint32_t count = line_up(contestant, servers);
    uint32_t picks = 4000000 / (servers + 20);
    for (uint32_t i = 0; i < count; i++)
        turn(&contestant[i], picks); /* warm */
    for (int round = 0; round < ROUNDS; round++)
        for (uint32_t i = 0; i < count; i++)
            contestant[i].ns[round] = turn(&contestant[i], picks);
    printf("\n%u servers: a pick and a release, over round_robin's (median, least to most)\n",
           servers);
    for (uint32_t i = 0; i < count; i++) {
        double ratio[ROUNDS];
        for (int round = 0; round < ROUNDS; round++)
            ratio[round] = contestant[i].ns[round] / contestant[0].ns[round];
        qsort(ratio, ROUNDS, sizeof *ratio, by_value);
        printf("  %-22s %6.2f  (%.2f to %.2f)\n", contestant[i].name, ratio[ROUNDS / 2], ratio[0],
               ratio[ROUNDS - 1]);
    }
    free(contestant);
}

int main(void)
{
    const uint32_t sizes[] = {3, 30, 300};
    for (int i = 0; i < 3; i++)
        compete(sizes[i]);
    return EXIT_SUCCESS;
}
