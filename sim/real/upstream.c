/* upstream.c: which balancers nginx can be told to be: its own methods, and those of our module. */
#include "sim/real/upstream.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- nginx's own ---- */

/* A preset and, after `-zone`, the same with nginx's shared memory. */
struct method {
    const char *preset, *line;
    bool draws;   /* its own random numbers */
    bool backups; /* it takes servers that are backup */
};

static const struct method methods[] = {
    {"nginx-round-robin", "", false, true},
    {"nginx-least-conn", "least_conn;", false, true},
    {"nginx-random", "random;", true, false},
    {"nginx-random-two", "random two least_conn;", true, false},
    {"nginx-hash", "hash $http_x_key;", false, false},
    {"nginx-hash-consistent", "hash $http_x_key consistent;", false, false},
    {"nginx-ip-hash", "ip_hash;", false, false},
};

/* Whether nothing of the preset was changed that a pick could tell. */
static bool is_as_preset(const struct balancer *balancer)
{
    struct balancer pure = balancer_of_preset(balancer->preset);
    return balancer->algorithm == pure.algorithm && balancer->view == pure.view &&
           balancer->change == pure.change && balancer->reap_ns == pure.reap_ns &&
           memcmp(balancer->param, pure.param, sizeof pure.param) == 0 &&
           memcmp(balancer->trait, pure.trait, sizeof pure.trait) == 0;
}

static bool own_method(const struct balancer *balancer, struct real_upstream *upstream)
{
    if (balancer->preset == NULL || !is_as_preset(balancer))
        return false;
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        const char *name = balancer->preset->name;
        size_t length = strlen(methods[i].preset);
        if (strncmp(name, methods[i].preset, length) != 0)
            continue;
        bool zone = strcmp(name + length, "-zone") == 0;
        if (!zone && name[length] != '\0')
            continue;
        *upstream = (struct real_upstream){.zone = "",
                                           .shared = zone,
                                           .predicted = !methods[i].draws,
                                           .backups = methods[i].backups};
        snprintf(upstream->method, sizeof upstream->method, "%s%s%s", zone ? "zone u 1m;" : "",
                 zone && methods[i].line[0] != '\0' ? " " : "", methods[i].line);
        return true;
    }
    return false;
}

/* ---- Our module's ---- */

/* Of the module of algorithms/nginx. */
static const char *const module_views[] = {"host", "host_generation", "generation", NULL};

/* What it remembers. */
static bool outlives_reloads(const struct balancer *balancer)
{
    return strcmp(balancer->view->name, "host") == 0;
}

#define BECAUSE(faults, ...) faults_add(faults, (struct place){0}, __VA_ARGS__)

/* What settles it alone. */
static const char *no_way(const struct balancer *balancer)
{
    if (balancer->trait[TRAIT_RETURNS] == RETURNS_NEW)
        return "its members come from DNS while it runs, and there is none here";
    if (balancer->trait[TRAIT_ANSWER] != ANSWER_LIST)
        return "it asks DNS at every request, and there is none here";
    if (balancer->change == CHANGE_REBUILD)
        return "a worker rebuilds its pickers (change rebuild); nginx replaces its workers";
    return NULL;
}

static void check_view(const struct balancer *balancer, struct faults *faults)
{
    if (word_find(module_views, balancer->view->name) < 0)
        BECAUSE(faults, "the module has no view %s", balancer->view->name);
    if (balancer->change == CHANGE_IN_PLACE && !outlives_reloads(balancer))
        BECAUSE(faults, "a new list reaches nginx by a reload, which view %s does not outlive",
                balancer->view->name);
}

/* Habits that no play shows, because nothing fails in it, or that concern other views, or that only
 * some scenarios show (real_plan_check() looks at those). */
static bool is_out_of_play(enum trait trait)
{
    switch (trait) {
    case TRAIT_FAILURES:
    case TRAIT_REDISPATCH:
    case TRAIT_WEIGHT_ZERO:
    case TRAIT_COUNT_TABLE:
    case TRAIT_WHEN_FULL:
    case TRAIT_SLOW_START:
        return true;
    default:
        return false;
    }
}

static void check_habits(const struct balancer *balancer, struct faults *faults)
{
    for (int i = 0; i < TRAITS; i++)
        if (balancer->trait[i] != 0 && !is_out_of_play((enum trait)i))
            BECAUSE(faults, "the module has no such habit as %s: %s", traits[i].key,
                    traits[i].words[balancer->trait[i]]);
}

/* The line has a word key of its own, which names nginx's variable. */
static void check_params(const struct balancer *balancer, struct faults *faults)
{
    const struct lb_param *param = lb_algorithm_params(balancer->algorithm);
    for (uint32_t i = 0; i < LB_PARAMS_MAX && param[i].name != NULL; i++)
        if (strcmp(param[i].name, "key") == 0 && balancer->param[i] != param[i].fallback)
            BECAUSE(faults, "the module cannot be told key: %s",
                    param[i].words[balancer->param[i]]);
}

/* A line that is being written. */
struct line {
    char *text;
    size_t room, length;
};

static void add(struct line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(struct line *line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line->text + line->length, line->room - line->length, format, arguments);
    va_end(arguments);
    line->length += (size_t)length;
    assert(line->length < line->room);
}

static void write_line(const struct balancer *balancer, struct real_upstream *upstream)
{
    const struct lb_param *param = lb_algorithm_params(balancer->algorithm);
    struct line line = {.text = upstream->method, .room = sizeof upstream->method};
    add(&line, "lbsim %s zone=z view=%s", lb_algorithm_name(balancer->algorithm),
        balancer->view->name);
    for (uint32_t i = 0; i < LB_PARAMS_MAX && param[i].name != NULL; i++) {
        if (balancer->param[i] == param[i].fallback)
            continue;
        if (param[i].words != NULL)
            add(&line, " %s=%s", param[i].name, param[i].words[balancer->param[i]]);
        else
            add(&line, " %s=%" PRIu64, param[i].name, balancer->param[i]);
    }
    if (lb_algorithm_keyed(balancer->algorithm))
        add(&line, " key=$http_x_key");
    add(&line, " seed=%" PRIu64 ";", upstream->draw_key[0]);
}

static void check_module(const struct balancer *balancer, struct faults *faults)
{
    const char *reason = no_way(balancer);
    if (reason != NULL) {
        BECAUSE(faults, "%s", reason);
        return;
    }
    check_view(balancer, faults);
    check_habits(balancer, faults);
    check_params(balancer, faults);
}

bool real_upstream_of(const struct balancer *balancer, uint64_t seed,
                      struct real_upstream *upstream, struct faults *faults)
{
    size_t errors = faults->errors;
    if (!own_method(balancer, upstream)) {
        check_module(balancer, faults);
        *upstream = (struct real_upstream){
            .zone = "lbsim_zone z 16m;",
            .module = true,
            .backups = true,
            .shared = !balancer->view->by_life,
            .predicted = true,
            .draw_key = {seed & INT64_MAX, balancer->view->by_life ? 1 : 0},
        };
        write_line(balancer, upstream);
    }
    upstream->failures = balancer->trait[TRAIT_FAILURES] == FAILURES_COUNTED;
    upstream->by_address = lb_algorithm_addressed(balancer->algorithm, balancer->param);
    upstream->told = faults->errors == errors;
    return upstream->told;
}
