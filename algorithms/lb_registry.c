/* lb_registry.c: the list of algorithms. SPDX-License-Identifier: MIT
 *
 * Adding one: its file, and its line here. Nobody else knows its name. */
#include "lb_author.h"
#include "lb_word.h"

#define ALGORITHMS(X)                                                                              \
    X(round_robin)                                                                                 \
    X(random)                                                                                      \
    X(random_two)                                                                                  \
    X(least_conn)                                                                                  \
    X(hash)                                                                                        \
    X(hash_consistent)                                                                             \
    X(ip_hash)                                                                                     \
    X(fast_rr)                                                                                     \
    X(static_rr)                                                                                   \
    X(first)                                                                                       \
    X(hash_ring)                                                                                   \
    X(hash_map)                                                                                    \
    X(random_ring)

#define DECLARE(name) extern const struct lb_algorithm lb_##name;
#define ENTER(name)   &lb_##name,
ALGORITHMS(DECLARE)
static const struct lb_algorithm *const registry[] = {ALGORITHMS(ENTER)};

const struct lb_algorithm *lb_algorithm_at(uint32_t i)
{
    return i < sizeof registry / sizeof *registry ? registry[i] : NULL;
}

const struct lb_algorithm *lb_algorithm_find(const char *name)
{
    for (uint32_t i = 0; i < sizeof registry / sizeof *registry; i++)
        if (lb_same_word(registry[i]->name, name))
            return registry[i];
    return NULL;
}

const char *lb_algorithm_name(const struct lb_algorithm *algorithm)
{
    return algorithm->name;
}

const char *lb_algorithm_about(const struct lb_algorithm *algorithm)
{
    return algorithm->about;
}

const struct lb_param *lb_algorithm_params(const struct lb_algorithm *algorithm)
{
    return algorithm->param;
}

size_t lb_algorithm_memory(const struct lb_algorithm *algorithm, uint32_t slots)
{
    return algorithm->memory == NULL ? 0 : algorithm->memory(slots);
}

bool lb_algorithm_keyed(const struct lb_algorithm *algorithm)
{
    return algorithm->keyed;
}

bool lb_algorithm_addressed(const struct lb_algorithm *algorithm, const uint64_t *param)
{
    return algorithm->addressed != NULL && algorithm->addressed(param);
}

bool lb_algorithm_draws_alone(const struct lb_algorithm *algorithm)
{
    return algorithm->draws_alone;
}

enum lb_when_full lb_algorithm_when_full(const struct lb_algorithm *algorithm)
{
    return algorithm->when_full;
}

const char *lb_status_text(int status)
{
    switch (status) {
    case LB_UNSEEDED:
        return "the count table is absent or full; picking without it";
    case LB_OK:
        return "fine";
    case LB_NO_SERVER:
        return "no server is usable";
    case LB_FULL:
        return "no slot, scope or row is left";
    case LB_BAD_MEMORY:
        return "the memory is too small, misaligned or of another layout";
    case LB_BAD_CONFIG:
        return "the configuration is not a valid one";
    case LB_BAD_LEASE:
        return "no such connection is counted";
    case LB_BAD_PICK:
        return "the algorithm chose a server that is not there, or not usable";
    default:
        return "unknown status";
    }
}
