/* lbsim_worker.c: a worker joins its upstreams, takes back what the dead counted, and leaves.
 * SPDX-License-Identifier: MIT */
#include "lbsim.h"

#define REAP_MS 500

/* ---- Joining ---- */

/* Of its own random sequence, but with the same seed the same at every start. */
static uint32_t lbsim_open_scope(const struct lbsim_upstream *u, struct lb_scope_key key)
{
    const uint64_t draw_key[2] = {u->seed, u->view->by_life ? ngx_worker + 1 : 0};
    uint32_t scope = lb_scope_open(u->share.region, key, draw_key);
    lb_scope_close_elder(u->share.region, key);
    return scope;
}

/* The row, noted; the members' slots; the picker. */
static int lbsim_claim(struct lbsim_upstream *u, uint32_t generation, void *memory, size_t size,
                       struct lb_member *list)
{
    const struct lbsim_share *share = &u->share;
    u->row = lb_row_claim(share->region, u->life, u->config.scope);
    if (u->row == LB_NONE)
        return LB_FULL;
    atomic_store(&share->row[u->row].life, u->life);
    share->row[u->row].generation = generation;
    for (uint32_t slot = 0; slot < share->shape->slots; slot++)
        atomic_store_explicit(lbsim_share_picks(share, u->row, slot), 0, memory_order_relaxed);
    struct lbsim_member *member = u->members.elts;
    for (ngx_uint_t i = 0; i < u->members.nelts; i++) {
        member[i].library.slot = lbsim_share_slot(share, u->row, &member[i].address->name);
        if (member[i].library.slot == LB_NONE)
            return LB_FULL;
        list[i] = member[i].library;
    }
    return lb_picker_init(memory, size, share->region, &u->config, list, (uint32_t)u->members.nelts,
                          &u->picker);
}

static void lbsim_leave(const struct lbsim_upstream *u)
{
    if (u->row != LB_NONE) {
        lb_row_drop(u->share.region, u->row);
        atomic_store(&u->share.row[u->row].life, 0);
    }
    lb_scope_close_life(u->share.region, u->life);
}

static int lbsim_join(struct lbsim_upstream *u, ngx_cycle_t *cycle, struct lbsim_asked *asked)
{
    const struct lbsim_zone *zone = lbsim_zone_of(u->shm);
    if (u->share.region == NULL || !lbsim_share_is(&u->share, &u->us->host))
        return LB_FULL;
    size_t size = lb_picker_size(u->share.region, &u->config);
    void *memory = ngx_pmemalign(cycle->pool, size, LB_ALIGN);
    struct lb_member *list = ngx_palloc(cycle->pool, (u->members.nelts + 1) * sizeof *list);
    if (size == 0 || memory == NULL || list == NULL)
        return LB_BAD_MEMORY;
    ngx_uint_t dropped;
    lbsim_share_reap(&u->share, u->life, asked, &dropped);
    struct lb_scope_key who = {.life = u->life, .generation = zone->generation};
    lbsim_lock(u->share.region, u->life);
    u->row = LB_NONE;
    u->config.scope = lbsim_open_scope(u, lb_view_key(u->view, who));
    int status =
        u->config.scope == LB_NONE ? LB_FULL : lbsim_claim(u, zone->generation, memory, size, list);
    if (status < 0)
        lbsim_leave(u);
    lb_unlock(u->share.region);
    ngx_pfree(cycle->pool, list);
    return status;
}

/* A worker that fails to start is never started again, and the site is down. So one that cannot
 * join counts on its own: its picks are worse, but it serves. */
static int lbsim_join_alone(struct lbsim_upstream *u, ngx_cycle_t *cycle, struct lbsim_asked *asked)
{
    const struct lbsim_zone *zone = lbsim_zone_of(u->shm);
    struct lb_shape *shape = ngx_palloc(cycle->pool, sizeof *shape);
    if (shape == NULL)
        return LB_BAD_MEMORY;
    *shape = zone->shape;
    shape->slots = u->config.members_max;
    shape->rows = shape->scopes = 1;
    void *memory = ngx_pmemalign(cycle->pool, lbsim_share_size(shape), LB_ALIGN);
    if (memory == NULL)
        return LB_BAD_MEMORY;
    u->share = lbsim_share_at(memory, shape);
    int status = lbsim_share_format(&u->share, &u->us->host);
    return status < 0 ? status : lbsim_join(u, cycle, asked);
}

static void lbsim_join_somehow(struct lbsim_upstream *u, ngx_cycle_t *cycle,
                               struct lbsim_asked *asked)
{
    int status = lbsim_join(u, cycle, asked);
    u->shared = status >= 0;
    if (u->shared)
        return;
    ngx_log_error(NGX_LOG_ALERT, cycle->log, 0,
                  "lbsim: zone \"%V\": %s; this worker of upstream \"%V\" counts on its own",
                  &u->shm->shm.name, lb_status_text(status), &u->us->host);
    status = lbsim_join_alone(u, cycle, asked);
    if (status < 0)
        ngx_log_error(NGX_LOG_ALERT, cycle->log, 0, "lbsim: upstream \"%V\" cannot serve: %s",
                      &u->us->host, lb_status_text(status));
}

/* ---- Reaping ---- */

struct lbsim_timer {
    ngx_event_t event;
    ngx_connection_t connection; /* nginx's debug log looks at the descriptor of every event */
    const ngx_http_upstream_main_conf_t *all;
    struct lbsim_asked asked;
};

static void lbsim_reap(ngx_event_t *event)
{
    struct lbsim_timer *timer =
        (struct lbsim_timer *)((char *)event - offsetof(struct lbsim_timer, event));
    ngx_uint_t i = 0, dropped;
    const struct lbsim_upstream *u;
    ngx_memzero(&timer->asked, sizeof timer->asked);
    while ((u = lbsim_next(timer->all, &i)) != NULL) {
        if (u->picker == NULL || !u->shared)
            continue;
        uint64_t taken_back = lbsim_share_reap(&u->share, u->life, &timer->asked, &dropped);
        if (dropped > 0)
            ngx_log_error(NGX_LOG_NOTICE, event->log, 0,
                          "lbsim upstream \"%V\": %uL connections of %ui dead workers were taken "
                          "back",
                          &u->us->host, taken_back, dropped);
    }
    ngx_add_timer(event, REAP_MS);
}

/* Draining workers reap too; an orderly exit does not wait for a cancelable timer. */
static ngx_int_t lbsim_start_reaping(ngx_cycle_t *cycle, const ngx_http_upstream_main_conf_t *all)
{
    struct lbsim_timer *timer = ngx_pcalloc(cycle->pool, sizeof *timer);
    if (timer == NULL)
        return NGX_ERROR;
    timer->all = all;
    timer->connection.fd = (ngx_socket_t)-1;
    timer->event.handler = lbsim_reap;
    timer->event.data = &timer->connection;
    timer->event.log = cycle->log;
    timer->event.cancelable = 1;
    ngx_add_timer(&timer->event, REAP_MS);
    return NGX_OK;
}

/* ---- A worker's life ---- */

ngx_int_t lbsim_init_process(ngx_cycle_t *cycle)
{
    ngx_uint_t i = 0, upstreams = 0;
    struct lbsim_upstream *u;
    if (ngx_process != NGX_PROCESS_WORKER) /* cache helpers come through here too */
        return NGX_OK;
    const ngx_http_upstream_main_conf_t *all =
        ngx_http_cycle_get_module_main_conf(cycle, ngx_http_upstream_module);
    uint64_t life = lbsim_life_of(ngx_pid);
    struct lbsim_asked asked = {.life = {0}};
    while ((u = lbsim_next(all, &i)) != NULL) {
        upstreams++;
        u->life = life;
        if (life == 0) { /* nobody could tell that it lives */
            ngx_log_error(NGX_LOG_ALERT, cycle->log, 0, "lbsim: /proc/%P/stat cannot be read",
                          ngx_pid);
            u->life = (uint64_t)ngx_pid;
            u->share.region = NULL;
        }
        lbsim_join_somehow(u, cycle, &asked);
    }
    if (upstreams > 0 && lbsim_start_reaping(cycle, all) != NGX_OK)
        ngx_log_error(NGX_LOG_ALERT, cycle->log, 0, "lbsim: no memory to look after the dead");
    return NGX_OK;
}

/* On SIGTERM nginx closes connections without a call of free, so their counts go with the row. */
void lbsim_exit_process(ngx_cycle_t *cycle)
{
    ngx_uint_t i = 0;
    const struct lbsim_upstream *u;
    const ngx_http_upstream_main_conf_t *all =
        ngx_http_cycle_get_module_main_conf(cycle, ngx_http_upstream_module);
    while ((u = lbsim_next(all, &i)) != NULL) {
        if (u->picker == NULL || !u->shared)
            continue;
        lbsim_lock(u->share.region, u->life);
        lbsim_leave(u);
        lb_unlock(u->share.region);
    }
}
