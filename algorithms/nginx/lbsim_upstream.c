/* lbsim_upstream.c: an upstream's servers as members, when all of http{} is read.
 * SPDX-License-Identifier: MIT */
#include "lbsim.h"

#define WEIGHT_MAX 65535u /* as in a scenario: rings have points for each unit */

/* nginx takes numbers of 64 bits. What is beyond 32 is no limit, and for ever. */
static uint32_t lbsim_at_most(uint64_t number)
{
    return number > UINT32_MAX ? UINT32_MAX : (uint32_t)number;
}

static ngx_int_t lbsim_add_member(ngx_conf_t *cf, struct lbsim_upstream *u,
                                  const ngx_http_upstream_server_t *server, ngx_addr_t *address)
{
    const ngx_str_t *name = &address->name;
    if (name->len > LB_KEY_MAX)
        return LBSIM_REFUSE(cf, "lbsim: \"%V\" is longer than %ud bytes", name, LB_KEY_MAX);
    const struct lbsim_member *earlier = u->members.elts;
    for (ngx_uint_t k = 0; k < u->members.nelts; k++)
        if (earlier[k].address->name.len == name->len &&
            ngx_memcmp(earlier[k].address->name.data, name->data, name->len) == 0)
            return LBSIM_REFUSE(cf, "lbsim: server \"%V\" is in upstream \"%V\" twice", name,
                                &u->us->host);
    struct lbsim_member *member = ngx_array_push(&u->members);
    if (member == NULL)
        return NGX_ERROR;
    uint32_t flags = (server->backup ? LB_BACKUP : 0u) | (server->down ? LB_DOWN : 0u);
    *member = (struct lbsim_member){
        .address = address,
        .library = {.slot = LB_NONE,
                    .weight = (uint32_t)server->weight,
                    .max_conns = lbsim_at_most(server->max_conns),
                    .max_fails = lbsim_at_most(server->max_fails),
                    .fail_timeout_s = lbsim_at_most((uint64_t)server->fail_timeout),
                    .flags = flags,
                    .id = (uint32_t)u->members.nelts}};
    u->usable += !server->down;
    return NGX_OK;
}

/* max_conns: where a request waits for the server that is full, nginx has nowhere to wait. */
static ngx_int_t lbsim_check_server(ngx_conf_t *cf, const struct lbsim_upstream *u,
                                    const ngx_http_upstream_server_t *server)
{
    if (server->weight > WEIGHT_MAX)
        return LBSIM_REFUSE(cf, "lbsim: upstream \"%V\": weight is a number from 1 to %uD, not %ui",
                            &u->us->host, WEIGHT_MAX, server->weight);
    if (server->max_conns == 0 || lb_algorithm_when_full(u->config.algorithm) == LB_TAKES_OTHER)
        return NGX_OK;
    return LBSIM_REFUSE(cf,
                        "lbsim: upstream \"%V\": max_conns has no meaning with %s, whose requests "
                        "wait for a server that is full: nginx has no queue",
                        &u->us->host, lb_algorithm_name(u->config.algorithm));
}

static ngx_int_t lbsim_join_zone(ngx_conf_t *cf, struct lbsim_upstream *u)
{
    struct lbsim_zone *zone = lbsim_zone_of(u->shm);
    const ngx_str_t *name = &u->us->host;
    if (zone == NULL)
        return LBSIM_REFUSE(
            cf,
            "lbsim: upstream \"%V\" picks in zone \"%V\", for which no lbsim_zone line is there",
            name, &u->shm->shm.name);
    if (name->len > LBSIM_NAME_MAX)
        return LBSIM_REFUSE(cf, "lbsim: the name \"%V\" is longer than %ud bytes", name,
                            LBSIM_NAME_MAX);
    struct lbsim_upstream **user = ngx_array_push(&zone->users);
    if (user == NULL)
        return NGX_ERROR;
    *user = u;
    return NGX_OK;
}

ngx_int_t lbsim_init_upstream(ngx_conf_t *cf, ngx_http_upstream_srv_conf_t *us)
{
    struct lbsim_upstream *u = ngx_http_conf_upstream_srv_conf(us, ngx_http_upstream_lbsim_module);
    u->us = us;
    u->ours = true;
    us->peer.init = lbsim_init_peer;
#if (NGX_HTTP_UPSTREAM_ZONE)
    if (us->shm_zone != NULL)
        return LBSIM_REFUSE(cf,
                            "lbsim: upstream \"%V\" has nginx's own \"zone\" too; "
                            "its counts are lbsim's, so take that line out",
                            &us->host);
#endif
    if (ngx_array_init(&u->members, cf->pool, 8, sizeof(struct lbsim_member)) != NGX_OK)
        return NGX_ERROR;
    const ngx_http_upstream_server_t *server = us->servers->elts;
    ngx_uint_t backups = 0;
    for (ngx_uint_t i = 0; i < us->servers->nelts; i++) {
        if (lbsim_check_server(cf, u, &server[i]) != NGX_OK)
            return NGX_ERROR;
        backups += server[i].backup;
        for (ngx_uint_t k = 0; k < server[i].naddrs; k++)
            if (lbsim_add_member(cf, u, &server[i], &server[i].addrs[k]) != NGX_OK)
                return NGX_ERROR;
    }
    if (backups == us->servers->nelts) /* as with every balancing method of nginx */
        return LBSIM_REFUSE(cf, "lbsim: upstream \"%V\" has backup servers only", &us->host);
    u->config.members_max = (uint32_t)ngx_max(u->members.nelts, 1);
    return lbsim_join_zone(cf, u);
}

struct lbsim_upstream *lbsim_next(const ngx_http_upstream_main_conf_t *all, ngx_uint_t *i)
{
    while (all != NULL && *i < all->upstreams.nelts) {
        ngx_http_upstream_srv_conf_t *us =
            ((ngx_http_upstream_srv_conf_t **)all->upstreams.elts)[(*i)++];
        struct lbsim_upstream *u =
            us->srv_conf == NULL /* of a plain proxy_pass */
                ? NULL
                : ngx_http_conf_upstream_srv_conf(us, ngx_http_upstream_lbsim_module);
        if (u != NULL && u->config.algorithm != NULL)
            return u;
    }
    return NULL;
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
            return LBSIM_REFUSE(cf,
                                "lbsim: another balancing method follows the \"lbsim\" line of the "
                                "upstream with zone \"%V\"",
                                &u->shm->shm.name);
    return lbsim_settle_zones(cf);
}
