/* hash.c: whether two scenarios are the same to those who run them. */
#include "sim/scenario/scenario.h"

#include <inttypes.h>
#include <stdlib.h>

static uint64_t hash_text(char *text, size_t size)
{
    uint64_t hash = stream_hash(text, size);
    free(text);
    return hash;
}

/* Only files that a scenario names have spans and rows. */
static void put_values(const struct distribution *distribution, FILE *to)
{
    for (size_t i = 0; i < distribution->values; i++)
        fprintf(to, "%" PRIu64 "\n", distribution->values_ns[i]);
}

static void put_rows(const struct keys *keys, FILE *to)
{
    for (size_t i = 0; i < keys->rows; i++) {
        const struct keys_row *row = &keys->row[i];
        fprintf(to, "%" PRIu64 " %zu ", row->upto, row->length);
        fwrite(row->text, 1, row->length, to);
        fputc('\n', to);
    }
}

uint64_t scenario_world_hash(const struct scenario *scenario)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    scenario_print_world(scenario, to);
    for (uint32_t t = 0; t < scenario->traffics; t++) {
        const struct world_traffic *traffic = &scenario->traffic[t];
        put_values(&traffic->lasts, to);
        put_values(&traffic->reconnect_after, to);
        put_rows(&traffic->keys, to);
    }
    fclose(to);
    return hash_text(text, size);
}

uint64_t scenario_balancer_hash(const struct scenario *scenario, const struct balancer *balancer)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    scenario_print_balancer(scenario, balancer, to);
    fclose(to);
    return hash_text(text, size);
}
