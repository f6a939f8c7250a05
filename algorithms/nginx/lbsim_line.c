/* lbsim_line.c: the line `lbsim ALGORITHM zone=NAME [NAME=VALUE]...;`.
 * SPDX-License-Identifier: MIT */
#include "lbsim.h"

/* A name, and why it is refused. */
struct lbsim_reason {
    const char *name, *why;
};

/* What a scenario of the simulator may say of a balancer, and nginx may not. */
static const struct lbsim_reason lbsim_not_here[] = {
    {"after_crash", "what a dead worker counted is always taken back, within a second"},
    {"answer", "names are resolved when the configuration is read"},
    {"change", "nginx changes a list by a reload only"},
    {"draws", "they are always the scope's sequence, which seed=N begins"},
    {"queue", "nginx has no queue: whom no server can take is refused"},
    {"reap", "what a dead worker counted is always taken back, within a second"},
    {"rebuild", "nginx changes a list by a reload only"},
    {"release_twice", "nginx releases a connection once"},
    {"returns", "a server is known by its address"},
    {"ring_id", "a server's number is its place in the upstream"},
    {"single", "a sole server is counted like others"},
    {"slow_start", "nginx reads it in its commercial edition only"},
    {"when_full", "nginx has no queue: whom no server can take is refused"},
    {"workers", "\"worker_processes\" says how many there are"},
    {NULL, NULL},
};

static const struct lbsim_reason lbsim_other_views[] = {
    {"request", "that is what a variable in \"proxy_pass\" does, without any module"},
    {"worker", "a worker of nginx lives for one configuration, so that is \"generation\""},
    {"seeded", "the count table is APISIX's"},
    {"fleet", "a zone is one host's memory"},
    {NULL, NULL},
};

static const char *lbsim_why(const struct lbsim_reason *reason, const char *name, size_t length)
{
    for (; reason->name != NULL; reason++)
        if (ngx_strlen(reason->name) == length && ngx_memcmp(reason->name, name, length) == 0)
            return reason->why;
    return NULL;
}

/* A list of words for a message. */
struct lbsim_words {
    u_char text[384], *end;
};

static void lbsim_add_word(struct lbsim_words *list, const char *word)
{
    if (list->end == NULL)
        list->end = list->text;
    u_char *last = list->text + sizeof list->text - 1;
    list->end = ngx_slprintf(list->end, last, list->end == list->text ? "%s" : ", %s", word);
    *list->end = '\0';
}

/* ---- What the words set ---- */

static ngx_int_t lbsim_set_algorithm(ngx_conf_t *cf, struct lbsim_upstream *u, const char *name)
{
    struct lbsim_words known = {.end = NULL};
    const struct lb_algorithm *algorithm = lb_algorithm_find(name);
    if (algorithm != NULL) {
        lb_picker_defaults(algorithm, &u->config);
        return NGX_OK;
    }
    for (uint32_t i = 0; (algorithm = lb_algorithm_at(i)) != NULL; i++)
        lbsim_add_word(&known, lb_algorithm_name(algorithm));
    return LBSIM_REFUSE(cf, "lbsim: there is no algorithm \"%s\"; there are: %s", name, known.text);
}

static ngx_int_t lbsim_set_zone(ngx_conf_t *cf, struct lbsim_upstream *u, ngx_str_t *name)
{
    u->shm = lbsim_zone_named(cf, name, 0);
    return u->shm == NULL ? NGX_ERROR : NGX_OK;
}

static ngx_int_t lbsim_set_view(ngx_conf_t *cf, struct lbsim_upstream *u, ngx_str_t *value)
{
    const char *name = (char *)value->data;
    const char *why = lbsim_why(lbsim_other_views, name, value->len);
    if (why != NULL)
        return LBSIM_REFUSE(cf, "lbsim: there is no view \"%s\" in nginx: %s", name, why);
    u->view = lb_view_find(name);
    return u->view != NULL ? NGX_OK
                           : LBSIM_REFUSE(cf,
                                          "lbsim: view is not \"%s\"; it is one of: host, "
                                          "host_generation, generation",
                                          name);
}

static ngx_int_t lbsim_set_key(ngx_conf_t *cf, struct lbsim_upstream *u, ngx_str_t *value)
{
    const char *algorithm = lb_algorithm_name(u->config.algorithm);
    if (!lb_algorithm_keyed(u->config.algorithm))
        return LBSIM_REFUSE(cf, "lbsim: %s looks at no key, so key= has no meaning", algorithm);
    u->key = ngx_pcalloc(cf->pool, sizeof *u->key);
    if (u->key == NULL)
        return NGX_ERROR;
    ngx_http_compile_complex_value_t compile = {.cf = cf, .value = value, .complex_value = u->key};
    if (ngx_http_compile_complex_value(&compile) != NGX_OK)
        return NGX_ERROR;
    return u->key->lengths != NULL
               ? NGX_OK
               : LBSIM_REFUSE(cf, "lbsim: key=\"%V\" has no variable, so all keys are the same",
                              value);
}

static ngx_int_t lbsim_set_seed(ngx_conf_t *cf, struct lbsim_upstream *u, ngx_str_t *value)
{
    ngx_int_t number = ngx_atoi(value->data, value->len);
    u->seed = (uint64_t)number;
    return number != NGX_ERROR
               ? NGX_OK
               : LBSIM_REFUSE(cf, "lbsim: seed is a number from 0, not \"%V\"", value);
}

/* The words that every algorithm takes. */
static const struct lbsim_word {
    const char *name;
    ngx_int_t (*set)(ngx_conf_t *, struct lbsim_upstream *, ngx_str_t *value);
} lbsim_words[] = {
    {"zone", lbsim_set_zone},
    {"view", lbsim_set_view},
    {"key", lbsim_set_key},
    {"seed", lbsim_set_seed},
    {NULL, NULL},
};

/* A parameter's value: one of its words, or a number in its range. */
static ngx_int_t lbsim_set_value(ngx_conf_t *cf, const struct lb_param *param, ngx_str_t *text,
                                 uint64_t *value)
{
    struct lbsim_words known = {.end = NULL};
    for (uint64_t i = 0; param->words != NULL && param->words[i] != NULL; i++) {
        *value = i;
        if (ngx_strcmp(text->data, param->words[i]) == 0)
            return NGX_OK;
        lbsim_add_word(&known, param->words[i]);
    }
    if (param->words != NULL)
        return LBSIM_REFUSE(cf, "lbsim: %s is not \"%V\"; it is one of: %s", param->name, text,
                            known.text);
    ngx_int_t number = ngx_atoi(text->data, text->len);
    *value = (uint64_t)number;
    if (number == NGX_ERROR || !lb_param_takes(param, *value))
        return LBSIM_REFUSE(cf, "lbsim: %s is %sa number from %uL to %uL, not \"%V\"", param->name,
                            param->or_off ? "0, or " : "", param->min, param->max, text);
    return NGX_OK;
}

/* ---- The line ---- */

/* An algorithm may have a parameter `key` too, whose value is a word and not a variable. */
static ngx_int_t lbsim_set_word(ngx_conf_t *cf, struct lbsim_upstream *u, ngx_str_t word)
{
    struct lbsim_words known = {.end = NULL};
    const char *text = (char *)word.data, *equals = ngx_strchr(text, '=');
    size_t length = equals == NULL ? word.len : (size_t)(equals - text);
    ngx_str_t value = {.len = word.len - ngx_min(length + 1, word.len),
                       .data = word.data + ngx_min(length + 1, word.len)};
    bool named = equals != NULL && ngx_strchr(equals, '$') == NULL;
    const struct lb_param *param = lb_algorithm_params(u->config.algorithm);
    for (ngx_uint_t i = 0; i < LB_PARAMS_MAX && param[i].name != NULL; i++) {
        if (named && ngx_strlen(param[i].name) == length &&
            ngx_memcmp(text, param[i].name, length) == 0)
            return lbsim_set_value(cf, &param[i], &value, &u->config.param[i]);
        lbsim_add_word(&known, param[i].name);
    }
    for (ngx_uint_t i = 0; lbsim_words[i].name != NULL; i++) {
        if (equals != NULL && ngx_strlen(lbsim_words[i].name) == length &&
            ngx_memcmp(text, lbsim_words[i].name, length) == 0)
            return lbsim_words[i].set(cf, u, &value);
        lbsim_add_word(&known, lbsim_words[i].name);
    }
    const char *why = lbsim_why(lbsim_not_here, text, length);
    if (why != NULL)
        return LBSIM_REFUSE(cf, "lbsim: \"%V\" has no meaning in nginx: %s", &word, why);
    return LBSIM_REFUSE(
        cf, "lbsim: \"%V\" sets nothing of %s; it takes NAME=VALUE with NAME one of: %s", &word,
        lb_algorithm_name(u->config.algorithm), known.text);
}

char *lbsim_line(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    struct lbsim_upstream *u = conf;
    ngx_http_upstream_srv_conf_t *us =
        ngx_http_conf_get_module_srv_conf(cf, ngx_http_upstream_module);
    ngx_str_t *word = cf->args->elts;
    if (us->servers->nelts > 0) /* nginx refuses what we cannot, but only in later lines */
        return "comes before the servers of its upstream";
    if (us->peer.init_upstream != NULL)
        return "is the only balancing method of its upstream, and comes before \"keepalive\"";
    if (lbsim_set_algorithm(cf, u, (char *)word[1].data) != NGX_OK)
        return NGX_CONF_ERROR;
    u->view = lb_view_find("host");
    u->seed = (uint64_t)ngx_random() << 32 ^ (uint64_t)ngx_random();
    for (ngx_uint_t i = 2; i < cf->args->nelts; i++)
        if (lbsim_set_word(cf, u, word[i]) != NGX_OK)
            return NGX_CONF_ERROR;
    if (u->shm == NULL)
        return "needs zone=NAME, of an lbsim_zone line";
    if (lb_algorithm_keyed(u->config.algorithm) && u->key == NULL &&
        !lb_algorithm_addressed(u->config.algorithm, u->config.param))
        return "needs key=VARIABLE, such as key=$request_uri, with an algorithm that hashes";
    us->peer.init_upstream = lbsim_init_upstream;
    us->flags = NGX_HTTP_UPSTREAM_CREATE | NGX_HTTP_UPSTREAM_WEIGHT | NGX_HTTP_UPSTREAM_MAX_CONNS |
                NGX_HTTP_UPSTREAM_MAX_FAILS | NGX_HTTP_UPSTREAM_FAIL_TIMEOUT |
                NGX_HTTP_UPSTREAM_DOWN | NGX_HTTP_UPSTREAM_BACKUP;
    return NGX_CONF_OK;
}
