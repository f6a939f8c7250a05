/* lbsim_pick.c: a request's tries, each with a server picked and released.
 * SPDX-License-Identifier: MIT */
#include "lbsim.h"

/* One request, through all its tries. */
struct lbsim_request {
    struct lbsim_upstream *upstream;
    ngx_str_t key;
    uint32_t member;
    struct lb_lease lease;
    uint64_t tried[];
};

static ngx_int_t lbsim_get_peer(ngx_peer_connection_t *pc, void *data)
{
    struct lbsim_request *request = data;
    struct lbsim_upstream *u = request->upstream;
    struct lb_request asked = {.tried = request->tried,
                               .now_s = (uint64_t)ngx_time(),
                               .key = (char *)request->key.data,
                               .key_length = request->key.len};
    lbsim_lock(u->share.region, u->life);
    int status = lb_pick(u->picker, u->row, &asked, &request->lease, &request->member);
    if (status >= 0) {
        uint32_t slot = request->lease.slot;
        atomic_fetch_add_explicit(&u->share.slot[slot].picks, 1, memory_order_relaxed);
        atomic_fetch_add_explicit(lbsim_share_picks(&u->share, u->row, slot), 1,
                                  memory_order_relaxed);
    }
    lb_unlock(u->share.region);
    if (status < 0) { /* nginx calls free for a successful get only */
        pc->name = &u->us->host;
        return NGX_BUSY;
    }
    const struct lbsim_member *member = u->members.elts;
    pc->sockaddr = member[request->member].address->sockaddr;
    pc->socklen = member[request->member].address->socklen;
    pc->name = &member[request->member].address->name;
    pc->cached = 0;
    pc->connection = NULL;
    return NGX_OK;
}

static void lbsim_free_peer(ngx_peer_connection_t *pc, void *data, ngx_uint_t state)
{
    const struct lbsim_request *request = data;
    const struct lbsim_upstream *u = request->upstream;
    bool failed = (state & NGX_PEER_FAILED) != 0, locks = failed || lb_release_locks(u->picker);
    if (locks)
        lbsim_lock(u->share.region, u->life);
    int status = failed ? lb_fail(u->picker, request->lease, (uint64_t)ngx_time())
                        : lb_release(u->picker, request->lease);
    if (locks)
        lb_unlock(u->share.region);
    if (status < 0)
        ngx_log_error(NGX_LOG_ALERT, pc->log, 0, "lbsim: a connection to %V cannot be released: %s",
                      pc->name, lb_status_text(status));
    if (pc->tries > 0)
        pc->tries--;
}

#if (NGX_HTTP_SSL)
/* A worker keeps the last TLS session of each server, to take it up again. */
static ngx_int_t lbsim_set_session(ngx_peer_connection_t *pc, void *data)
{
    const struct lbsim_request *request = data;
    const struct lbsim_member *member = request->upstream->members.elts;
    return ngx_ssl_set_session(pc->connection, member[request->member].session);
}

static void lbsim_save_session(ngx_peer_connection_t *pc, void *data)
{
    const struct lbsim_request *request = data;
    struct lbsim_member *member = request->upstream->members.elts;
    ngx_ssl_session_t *session = ngx_ssl_get_session(pc->connection);
    if (session == NULL)
        return;
    ngx_ssl_session_t *before = member[request->member].session;
    member[request->member].session = session;
    if (before != NULL)
        ngx_ssl_free_session(before);
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
    if (u->key != NULL && ngx_http_complex_value(r, u->key, &request->key) != NGX_OK)
        return NGX_ERROR;
    if (u->key == NULL && lb_algorithm_addressed(u->config.algorithm, u->config.param))
        request->key = r->connection->addr_text;
    ngx_peer_connection_t *pc = &r->upstream->peer;
    pc->data = request;
    pc->get = lbsim_get_peer;
    pc->free = lbsim_free_peer;
    pc->tries = u->usable;
#if (NGX_HTTP_SSL)
    pc->set_session = lbsim_set_session;
    pc->save_session = lbsim_save_session;
#endif
    return NGX_OK;
}
