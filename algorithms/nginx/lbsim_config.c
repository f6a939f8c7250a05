/* lbsim_config.c: the lines `lbsim_zone` and `lbsim`, and what they make.
 * SPDX-License-Identifier: MIT */
#include "lbsim_upstream.h"

/* The shape of a region; it has as many slots as the zone's size has room for. */
#define ROWS      64u
#define SCOPES    8u
#define SLOTS_MAX 4096u

/* Says what is wrong with the file that is being read. */
#define REFUSE(cf, ...) (ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, __VA_ARGS__), NGX_ERROR)

/* ---- Zones ---- */

/* Behind the header that nginx writes at the start of every zone, and locks when a worker dies. */
static void *lbsim_memory(const ngx_shm_zone_t *shm, size_t *size)
{
    size_t header = ngx_align(sizeof(ngx_slab_pool_t), LB_ALIGN);
    *size = shm->shm.size - header;
    return shm->shm.addr + header;
}

static bool lbsim_same_picks(const struct lbsim_upstream *a, const struct lbsim_upstream *b)
{
    return a->config.algorithm == b->config.algorithm &&
           ngx_memcmp(a->config.param, b->config.param, sizeof a->config.param) == 0;
}

/* Called in the master for every configuration; `data` is the zone of the one before, if its name
 * and size were the same and the memory is therefore kept. */
static ngx_int_t lbsim_init_zone(ngx_shm_zone_t *shm, void *data)
{
    struct lbsim_zone *zone = shm->data, *before = data;
    const ngx_core_conf_t *core =
        (ngx_core_conf_t *)ngx_get_conf(zone->cycle->conf_ctx, ngx_core_module);
    if (!core->master) {
        ngx_log_error(NGX_LOG_EMERG, shm->shm.log, 0,
                      "lbsim zone \"%V\" needs \"master_process on\"", &shm->shm.name);
        return NGX_ERROR;
    }
    if (ngx_test_config)
        return NGX_OK;
    /* What one algorithm remembers is garbage to another, and old workers still pick by it. */
    if (before != NULL && before->user != NULL && zone->user != NULL &&
        !lbsim_same_picks(before->user, zone->user)) {
        ngx_log_error(NGX_LOG_EMERG, shm->shm.log, 0,
                      "lbsim zone \"%V\" is in use by another algorithm; give upstream \"%V\" a "
                      "zone of another name, whose counts start from zero",
                      &shm->shm.name, &zone->user->us->host);
        return NGX_ERROR;
    }
    size_t size;
    void *memory = lbsim_memory(shm, &size);
    if (before != NULL && lb_region_attach(memory, size, &zone->region) == LB_OK)
        return NGX_OK;
    if (before != NULL)
        ngx_log_error(NGX_LOG_WARN, shm->shm.log, 0,
                      "lbsim zone \"%V\" is of another layout; its counts start from zero",
                      &shm->shm.name);
    int status = lb_region_format(memory, size, &zone->shape, &zone->region);
    return status == LB_OK ? NGX_OK : NGX_ERROR;
}

/* The most slots that the room has space for; 0: not even one. */
static struct lb_shape lbsim_shape(size_t room)
{
    struct lb_shape shape = {.rows = ROWS, .scopes = SCOPES, .mode = LB_SUM};
    for (shape.slots = SLOTS_MAX; shape.slots > 0; shape.slots--) {
        const struct lb_algorithm *algorithm;
        shape.memory = 0;
        for (uint32_t i = 0; (algorithm = lb_algorithm_at(i)) != NULL; i++)
            shape.memory = ngx_max(shape.memory, lb_algorithm_memory(algorithm, shape.slots));
        if (lb_region_size(&shape) <= room)
            break;
    }
    return shape;
}

/* lbsim_zone NAME SIZE; */
static char *lbsim_zone_line(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t *word = cf->args->elts;
    ssize_t size = ngx_parse_size(&word[2]);
    if (size == NGX_ERROR || size < (ssize_t)(8 * ngx_pagesize))
        return "needs a size of at least eight pages, such as 1m";
    ngx_shm_zone_t *shm =
        ngx_shared_memory_add(cf, &word[1], (size_t)size, &ngx_http_upstream_lbsim_module);
    if (shm == NULL)
        return NGX_CONF_ERROR;
    if (shm->data != NULL)
        return "is there twice for the same zone";
    struct lbsim_zone *zone = ngx_pcalloc(cf->pool, sizeof *zone);
    if (zone == NULL)
        return NGX_CONF_ERROR;
    size_t room;
    shm->init = lbsim_init_zone;
    shm->data = zone;
    lbsim_memory(shm, &room);
    zone->cycle = cf->cycle;
    zone->shape = lbsim_shape(room);
    return zone->shape.slots == 0 ? "is too small for a single server" : NGX_CONF_OK;
}

/* ---- Upstreams ---- */

/* A list of words for a message. */
struct lbsim_words {
    u_char text[256], *end;
};

static void lbsim_add_word(struct lbsim_words *list, const char *word)
{
    if (list->end == NULL)
        list->end = list->text;
    u_char *last = list->text + sizeof list->text - 1;
    list->end = ngx_slprintf(list->end, last, list->end == list->text ? "%s" : ", %s", word);
    *list->end = '\0';
}

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
    return REFUSE(cf, "lbsim: there is no algorithm \"%s\"; there are: %s", name, known.text);
}

/* A parameter's value: one of its words, or a number in its range. */
static ngx_int_t lbsim_set_value(ngx_conf_t *cf, const struct lb_param *param, const char *text,
                                 uint64_t *value)
{
    struct lbsim_words known = {.end = NULL};
    for (uint64_t i = 0; param->words != NULL && param->words[i] != NULL; i++) {
        *value = i;
        if (ngx_strcmp(text, param->words[i]) == 0)
            return NGX_OK;
        lbsim_add_word(&known, param->words[i]);
    }
    if (param->words != NULL)
        return REFUSE(cf, "lbsim: %s is not \"%s\"; it is one of: %s", param->name, text,
                      known.text);
    ngx_int_t number = ngx_atoi((u_char *)text, ngx_strlen(text));
    *value = (uint64_t)number;
    if (number == NGX_ERROR || !lb_param_takes(param, *value))
        return REFUSE(cf, "lbsim: %s is %sa number from %uL to %uL, not \"%s\"", param->name,
                      param->or_off ? "0, or " : "", param->min, param->max, text);
    return NGX_OK;
}

/* One word of the line: zone=NAME, or PARAM=WORD. */
static ngx_int_t lbsim_set_param(ngx_conf_t *cf, struct lbsim_upstream *u, ngx_str_t word)
{
    struct lbsim_words known = {.end = NULL};
    char *text = (char *)word.data, *value = ngx_strchr(text, '=');
    size_t length = value == NULL ? word.len : (size_t)(value++ - text);
    if (value != NULL && length == 4 && ngx_memcmp(text, "zone", 4) == 0) {
        ngx_str_t name = {.len = word.len - 5, .data = (u_char *)value};
        u->shm = ngx_shared_memory_add(cf, &name, 0, &ngx_http_upstream_lbsim_module);
        return u->shm == NULL ? NGX_ERROR : NGX_OK;
    }
    const struct lb_param *param = lb_algorithm_params(u->config.algorithm);
    for (ngx_uint_t i = 0; param[i].name != NULL; i++) {
        if (value != NULL && ngx_strlen(param[i].name) == length &&
            ngx_memcmp(text, param[i].name, length) == 0)
            return lbsim_set_value(cf, &param[i], value, &u->config.param[i]);
        lbsim_add_word(&known, param[i].name);
    }
    lbsim_add_word(&known, "zone");
    return REFUSE(cf, "lbsim: \"%V\" sets nothing of %s; it takes NAME=WORD with NAME one of: %s",
                  &word, lb_algorithm_name(u->config.algorithm), known.text);
}

/* Takes one server's addresses in. */
static ngx_int_t lbsim_add_server(ngx_conf_t *cf, struct lbsim_upstream *u,
                                  const ngx_http_upstream_server_t *server)
{
    for (ngx_uint_t i = 0; i < server->naddrs; i++) {
        ngx_str_t *address = &server->addrs[i].name, key;
        key.len = u->us->host.len + 1 + address->len;
        key.data = ngx_pnalloc(cf->pool, key.len);
        if (key.data == NULL)
            return NGX_ERROR;
        ngx_sprintf(key.data, "%V/%V", &u->us->host, address);
        if (key.len > LB_KEY_MAX)
            return REFUSE(cf, "lbsim: \"%V\" is longer than %ud bytes", &key, LB_KEY_MAX);
        const struct lbsim_member *earlier = u->members.elts;
        for (ngx_uint_t k = 0; k < u->members.nelts; k++)
            if (earlier[k].key.len == key.len &&
                ngx_memcmp(earlier[k].key.data, key.data, key.len) == 0)
                return REFUSE(cf, "lbsim: server \"%V\" is in upstream \"%V\" twice", address,
                              &u->us->host);
        struct lbsim_member *member = ngx_array_push(&u->members);
        if (member == NULL)
            return NGX_ERROR;
        *member = (struct lbsim_member){.address = &server->addrs[i],
                                        .key = key,
                                        .weight = (uint32_t)server->weight,
                                        .max_conns = (uint32_t)server->max_conns};
    }
    return NGX_OK;
}

/* nginx calls this when all of http{} is read. */
static ngx_int_t lbsim_init_upstream(ngx_conf_t *cf, ngx_http_upstream_srv_conf_t *us)
{
    struct lbsim_upstream *u = ngx_http_conf_upstream_srv_conf(us, ngx_http_upstream_lbsim_module);
    struct lbsim_zone *zone = u->shm->data;
    if (zone == NULL)
        return REFUSE(
            cf,
            "lbsim: upstream \"%V\" picks in zone \"%V\", for which no lbsim_zone line is there",
            &us->host, &u->shm->shm.name);
    if (zone->user != NULL)
        return REFUSE(cf, "lbsim: upstreams \"%V\" and \"%V\" need a zone each",
                      &zone->user->us->host, &us->host);
#if (NGX_HTTP_UPSTREAM_ZONE)
    if (us->shm_zone != NULL)
        return REFUSE(cf,
                      "lbsim: upstream \"%V\" has nginx's own \"zone\" too; "
                      "its counts are lbsim's, so take that line out",
                      &us->host);
#endif
    zone->user = u;
    u->us = us;
    u->ours = true;
    us->peer.init = lbsim_init_peer;
    if (ngx_array_init(&u->members, cf->pool, 8, sizeof(struct lbsim_member)) != NGX_OK)
        return NGX_ERROR;
    const ngx_http_upstream_server_t *server = us->servers->elts;
    for (ngx_uint_t i = 0; i < us->servers->nelts; i++) {
        if (!server[i].down && lbsim_add_server(cf, u, &server[i]) != NGX_OK)
            return NGX_ERROR;
    }
    if (u->members.nelts > zone->shape.slots)
        return REFUSE(cf,
                      "lbsim: zone \"%V\" has room for %uD servers, but upstream \"%V\" has %ui",
                      &u->shm->shm.name, zone->shape.slots, &us->host, u->members.nelts);
    u->config.members_max = (uint32_t)ngx_max(u->members.nelts, 1);
    return NGX_OK;
}

/* lbsim ALGORITHM zone=NAME [PARAM=WORD]...; */
static char *lbsim_line(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
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
    for (ngx_uint_t i = 2; i < cf->args->nelts; i++)
        if (lbsim_set_param(cf, u, word[i]) != NGX_OK)
            return NGX_CONF_ERROR;
    if (u->shm == NULL)
        return "needs zone=NAME, of an lbsim_zone line";
    us->peer.init_upstream = lbsim_init_upstream;
    us->flags = NGX_HTTP_UPSTREAM_CREATE | NGX_HTTP_UPSTREAM_WEIGHT | NGX_HTTP_UPSTREAM_MAX_CONNS |
                NGX_HTTP_UPSTREAM_DOWN;
    return NGX_CONF_OK;
}

/* A later balancing method takes an upstream over with a warning only. */
ngx_int_t lbsim_check(ngx_conf_t *cf)
{
    ngx_uint_t i = 0;
    const struct lbsim_upstream *u;
    const ngx_http_upstream_main_conf_t *all =
        ngx_http_conf_get_module_main_conf(cf, ngx_http_upstream_module);
    while ((u = lbsim_next(all, &i)) != NULL)
        if (!u->ours)
            return REFUSE(cf,
                          "lbsim: another balancing method follows the \"lbsim\" line of the "
                          "upstream with zone \"%V\"",
                          &u->shm->shm.name);
    return NGX_OK;
}

/* ---- The directives ---- */

ngx_command_t lbsim_commands[] = {
    {ngx_string("lbsim_zone"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE2, lbsim_zone_line, 0, 0, NULL},
    {ngx_string("lbsim"), NGX_HTTP_UPS_CONF | NGX_CONF_1MORE, lbsim_line, NGX_HTTP_SRV_CONF_OFFSET,
     0, NULL},
    ngx_null_command};
