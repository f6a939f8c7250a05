/* ngx_http_upstream_lbsim_module.c: nginx picks its servers with liblb.
 * SPDX-License-Identifier: MIT
 *
 * A probe of the library's boundary: the view is `host`, and nothing is reaped (README.md). Counts
 * live in shared memory and outlive a reload. Who is a member is private to each configuration, so
 * a reload that fails leaves nothing behind. */
#include "lbsim_upstream.h"

/* One request, through all its tries. */
struct lbsim_request {
    struct lbsim_upstream *upstream;
    struct lb_lease lease;
    uint64_t tried[];
};

/* ---- Requests ---- */

/* It is held for well under a microsecond, unless the kernel took the processor from its holder. */
static void lbsim_lock(const struct lbsim_upstream *u)
{
    for (ngx_uint_t tries = 1; !lb_try_lock(u->region, u->owner); tries++) {
        if (ngx_ncpu > 1 && tries % 1024 != 0)
            ngx_cpu_pause();
        else
            ngx_sched_yield();
    }
}

static ngx_int_t lbsim_get_peer(ngx_peer_connection_t *pc, void *data)
{
    struct lbsim_request *request = data;
    struct lbsim_upstream *u = request->upstream;
    struct lb_request asked = {.tried = request->tried};
    uint32_t chosen;
    lbsim_lock(u);
    int status = lb_pick(u->picker, u->row, &asked, &request->lease, &chosen);
    lb_unlock(u->region);
    if (status < 0) { /* nginx calls free for a successful get only */
        pc->name = &u->us->host;
        return NGX_BUSY;
    }
    const struct lbsim_member *member = u->members.elts;
    pc->sockaddr = member[chosen].address->sockaddr;
    pc->socklen = member[chosen].address->socklen;
    pc->name = &member[chosen].address->name;
    pc->cached = 0;
    pc->connection = NULL;
    return NGX_OK;
}

static void lbsim_free_peer(ngx_peer_connection_t *pc, void *data, ngx_uint_t state)
{
    const struct lbsim_request *request = data;
    const struct lbsim_upstream *u = request->upstream;
    bool locks = lb_release_locks(u->picker);
    if (locks)
        lbsim_lock(u);
    int status = lb_release(u->picker, request->lease);
    if (locks)
        lb_unlock(u->region);
    if (status < 0)
        ngx_log_error(NGX_LOG_ALERT, pc->log, 0, "lbsim: a connection to %V cannot be released: %s",
                      pc->name, lb_status_text(status));
    if (pc->tries > 0)
        pc->tries--;
}

#if (NGX_HTTP_SSL)
/* nginx calls these without asking whether they are there. TLS sessions are not reused yet. */
static ngx_int_t lbsim_no_session(ngx_peer_connection_t *pc, void *data)
{
    return NGX_OK;
}

static void lbsim_forget_session(ngx_peer_connection_t *pc, void *data)
{
}
#endif

ngx_int_t lbsim_init_peer(ngx_http_request_t *r, ngx_http_upstream_srv_conf_t *us)
{
    struct lbsim_upstream *u = ngx_http_conf_upstream_srv_conf(us, ngx_http_upstream_lbsim_module);
    ngx_uint_t words = (u->members.nelts + 63) / 64;
    struct lbsim_request *request =
        ngx_pcalloc(r->pool, sizeof *request + words * sizeof *request->tried);
    if (request == NULL || u->picker == NULL)
        return NGX_ERROR;
    request->upstream = u;
    ngx_peer_connection_t *pc = &r->upstream->peer;
    pc->data = request;
    pc->get = lbsim_get_peer;
    pc->free = lbsim_free_peer;
    pc->tries = u->members.nelts;
#if (NGX_HTTP_SSL)
    pc->set_session = lbsim_no_session;
    pc->save_session = lbsim_forget_session;
#endif
    return NGX_OK;
}

/* ---- Workers ---- */

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

/* Enters the members, a scope and a row in u's region and builds the picker. With the lock held. */
static int lbsim_enter(struct lbsim_upstream *u, struct lb_member *list, void *memory, size_t size)
{
    const struct lbsim_member *member = u->members.elts;
    for (ngx_uint_t i = 0; i < u->members.nelts; i++) {
        uint32_t slot = lb_slot(u->region, (char *)member[i].key.data, member[i].key.len);
        if (slot == LB_NONE)
            return LB_FULL;
        list[i] = (struct lb_member){
            .slot = slot, .weight = member[i].weight, .max_conns = member[i].max_conns};
    }
    struct lb_scope_key who = {.life = u->owner};
    const uint64_t draw_key[2] = {(uint64_t)ngx_random() << 32 ^ (uint64_t)ngx_random(), u->owner};
    u->config.scope = lb_scope_open(u->region, lb_view_key(lb_view_find("host"), who), draw_key);
    if (u->config.scope == LB_NONE)
        return LB_FULL;
    u->row = lb_row_claim(u->region, u->owner, u->config.scope);
    if (u->row == LB_NONE)
        return LB_FULL;
    int status = lb_picker_init(memory, size, u->region, &u->config, list,
                                (uint32_t)u->members.nelts, &u->picker);
    if (status < 0)
        lb_row_drop(u->region, u->row);
    return status;
}

static int lbsim_join(struct lbsim_upstream *u, struct lb_region *region, ngx_cycle_t *cycle)
{
    size_t size = lb_picker_size(region, &u->config);
    void *memory = ngx_pmemalign(cycle->pool, size, LB_ALIGN);
    struct lb_member *list = ngx_palloc(cycle->pool, (u->members.nelts + 1) * sizeof *list);
    if (size == 0 || memory == NULL || list == NULL)
        return LB_BAD_MEMORY;
    u->region = region;
    lbsim_lock(u);
    int status = lbsim_enter(u, list, memory, size);
    lb_unlock(region);
    return status;
}

/* A worker that fails to start is never started again, and the site is down. So one that cannot
 * join counts on its own: its picks are worse, but it serves. */
static int lbsim_join_private(struct lbsim_upstream *u, ngx_cycle_t *cycle)
{
    const struct lbsim_zone *zone = u->shm->data;
    size_t size = lb_region_size(&zone->shape);
    void *memory = ngx_pmemalign(cycle->pool, size, LB_ALIGN);
    struct lb_region *region;
    if (memory == NULL || lb_region_format(memory, size, &zone->shape, &region) < 0)
        return LB_BAD_MEMORY;
    return lbsim_join(u, region, cycle);
}

static ngx_int_t lbsim_init_process(ngx_cycle_t *cycle)
{
    ngx_uint_t i = 0;
    struct lbsim_upstream *u;
    if (ngx_process != NGX_PROCESS_WORKER) /* cache helpers come through here too */
        return NGX_OK;
    const ngx_http_upstream_main_conf_t *all =
        ngx_http_cycle_get_module_main_conf(cycle, ngx_http_upstream_module);
    while ((u = lbsim_next(all, &i)) != NULL) {
        const struct lbsim_zone *zone = u->shm->data;
        /* One life: process numbers come again, but not within a second. Never 0. */
        u->owner = (uint64_t)ngx_time() << 32 | (uint32_t)ngx_pid;
        int status = lbsim_join(u, zone->region, cycle);
        if (status >= 0)
            continue;
        ngx_log_error(NGX_LOG_ALERT, cycle->log, 0,
                      "lbsim: zone \"%V\": %s; this worker of upstream \"%V\" counts on its own",
                      &u->shm->shm.name, lb_status_text(status), &u->us->host);
        status = lbsim_join_private(u, cycle);
        if (status < 0)
            ngx_log_error(NGX_LOG_ALERT, cycle->log, 0, "lbsim: upstream \"%V\" cannot serve: %s",
                          &u->us->host, lb_status_text(status));
    }
    return NGX_OK;
}

/* On SIGTERM nginx closes connections without a call of free, so their counts go with the row. */
static void lbsim_exit_process(ngx_cycle_t *cycle)
{
    ngx_uint_t i = 0;
    struct lbsim_upstream *u;
    const ngx_http_upstream_main_conf_t *all =
        ngx_http_cycle_get_module_main_conf(cycle, ngx_http_upstream_module);
    while ((u = lbsim_next(all, &i)) != NULL) {
        if (u->picker == NULL)
            continue;
        lbsim_lock(u);
        lb_row_drop(u->region, u->row);
        lb_unlock(u->region);
    }
}

/* ---- The module ---- */

static void *lbsim_create_srv_conf(ngx_conf_t *cf)
{
    return ngx_pcalloc(cf->pool, sizeof(struct lbsim_upstream));
}

static ngx_http_module_t lbsim_context = {
    .postconfiguration = lbsim_check,
    .create_srv_conf = lbsim_create_srv_conf,
};

ngx_module_t ngx_http_upstream_lbsim_module = {
    NGX_MODULE_V1,
    .ctx = &lbsim_context,
    .commands = lbsim_commands,
    .type = NGX_HTTP_MODULE,
    .init_process = lbsim_init_process,
    .exit_process = lbsim_exit_process,
};
