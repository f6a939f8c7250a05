/* haproxy.c: what the recordings of HAProxy have in common. */
#include "tests/haproxy.h"

#include <stdlib.h>
#include <string.h>

const char *haproxy_text(const json_t *row, const char *key)
{
    return json_string_value(json_object_get(row, key));
}

long long haproxy_whole(const json_t *row, const char *key)
{
    return json_integer_value(json_object_get(row, key));
}

/* ---- Balancers ---- */

struct balancer haproxy_balancer(const char *preset, const json_t *row)
{
    struct balancer balancer = balancer_of_preset(preset_find(preset));
    if (strcmp(haproxy_text(row, "haproxy"), "2.6.12") != 0)
        balancer.trait[TRAIT_RING_ID] = RING_ID_ORDER;
    return balancer;
}

static const struct lb_param *param_called(const struct balancer *balancer, const char *name)
{
    const struct lb_param *param = lb_algorithm_params(balancer->algorithm);
    while (param->name != NULL && strcmp(param->name, name) != 0)
        param++;
    if (param->name == NULL)
        abort();
    return param;
}

void haproxy_say(struct balancer *balancer, const char *param, uint64_t value)
{
    const struct lb_param *found = param_called(balancer, param);
    balancer->param[found - lb_algorithm_params(balancer->algorithm)] = value;
}

struct balancer haproxy_hash_type(const char *hash_type, const json_t *row)
{
    bool consistent = strncmp(hash_type, "consistent", 10) == 0;
    struct balancer balancer =
        haproxy_balancer(consistent ? "haproxy-hash-consistent" : "haproxy-hash", row);
    if (strchr(hash_type, ' ') == NULL)
        return balancer;
    const char *const *function = param_called(&balancer, "function")->words;
    for (unsigned i = 0; function[i] != NULL; i++)
        if (strstr(hash_type, function[i]) != NULL)
            haproxy_say(&balancer, "function", i);
    haproxy_say(&balancer, "avalanche", strstr(hash_type, "avalanche") != NULL);
    return balancer;
}

/* ---- Traces ---- */

void haproxy_members(struct text *trace, const json_t *weights, size_t without)
{
    const char *separator = "";
    text_add(trace, "members,,");
    for (size_t i = 1; i <= json_array_size(weights); i++) {
        if (i == without)
            continue;
        text_add(trace, "%ss%zu=%lld", separator, i,
                 json_integer_value(json_array_get(weights, i - 1)));
        separator = " ";
    }
    text_add(trace, "\n");
}

void haproxy_equal_members(struct text *trace, unsigned members)
{
    text_add(trace, "members,,");
    for (unsigned i = 1; i <= members; i++)
        text_add(trace, "%ss%u", i > 1 ? " " : "", i);
    text_add(trace, "\n");
}

/* ---- Picks ---- */

unsigned haproxy_number(const char *server)
{
    return server == NULL || server[0] != 's' ? 0 : (unsigned)strtoul(server + 1, NULL, 10);
}

bool haproxy_same_counts(const json_t *counts, const unsigned *pick, size_t picks)
{
    long long counted[10] = {0};
    for (size_t i = 0; i < picks; i++)
        counted[pick[i] < 10 ? pick[i] : 0]++;
    bool same = json_is_object(counts) && counted[0] == 0;
    for (unsigned server = 1; server < 10; server++) {
        char name[4] = {'s', (char)('0' + server)};
        same = same && haproxy_whole(counts, name) == counted[server];
    }
    return same;
}

bool haproxy_same_first(const json_t *digits, const unsigned *pick)
{
    const char *digit = json_string_value(digits);
    if (digit == NULL)
        return false;
    for (; *digit != '\0'; digit++, pick++)
        if (*pick != (unsigned)(*digit - '0'))
            return false;
    return true;
}
