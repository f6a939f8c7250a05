/* lbsim_status.c: the location `lbsim_status`: what is counted, and servers taken down and up.
 * SPDX-License-Identifier: MIT */
#include "lbsim.h"

/* ---- Looking ---- */

/* Members in their order, then servers that left and are still counted. With the lock held, so in
 * one walk: every worker's next pick waits. keys: room for those of all slots; listed: by slot, all
 * false. */
static void lbsim_see_servers(struct lbsim_seen *seen, u_char *keys, bool *listed)
{
    const struct lbsim_upstream *u = seen->upstream;
    const struct lbsim_share *share = &u->share;
    const struct lbsim_member *member = u->members.elts;
    for (ngx_uint_t i = 0; i < u->members.nelts; i++) {
        seen->server[seen->servers++] =
            (struct lbsim_server_seen){.address = member[i].address->name,
                                       .member = &member[i],
                                       .slot = member[i].library.slot};
        listed[member[i].library.slot] = true;
    }
    for (uint32_t slot = 0; slot < lb_slots_used(share->region); slot++) {
        if (listed[slot] || lb_slot_count(share->region, slot) == 0)
            continue;
        const char *key = lb_slot_key(share->region, slot);
        ngx_str_t address = {.len = ngx_strlen(key), .data = keys};
        keys = ngx_cpymem(keys, key, address.len);
        seen->server[seen->servers++] =
            (struct lbsim_server_seen){.address = address, .slot = slot};
    }
    for (ngx_uint_t i = 0; i < seen->servers; i++) {
        struct lbsim_server_seen *server = &seen->server[i];
        server->picks = atomic_load(&share->slot[server->slot].picks);
        server->down = share->slot[server->slot].down != 0;
    }
}

static void lbsim_see_workers(struct lbsim_seen *seen)
{
    const struct lbsim_share *share = &seen->upstream->share;
    for (uint32_t row = 0; row < share->shape->rows; row++) {
        uint64_t life = atomic_load(&share->row[row].life);
        if (life != 0)
            seen->worker[seen->workers++] = (struct lbsim_worker_seen){
                .life = life, .row = row, .generation = share->row[row].generation};
    }
}

/* Sums are those of the cells that are printed, so they agree whatever happens meanwhile. */
static void lbsim_see_cells(struct lbsim_seen *seen)
{
    const struct lbsim_share *share = &seen->upstream->share;
    for (ngx_uint_t i = 0; i < seen->servers; i++) {
        struct lbsim_server_seen *server = &seen->server[i];
        for (ngx_uint_t k = 0; k < seen->workers; k++) {
            struct lbsim_worker_seen *worker = &seen->worker[k];
            struct lbsim_cell_seen *cell = &seen->cell[i * seen->workers + k];
            cell->open = (uint64_t)lb_row_count(share->region, worker->row, server->slot);
            cell->picks = atomic_load(lbsim_share_picks(share, worker->row, server->slot));
            server->open += cell->open;
            worker->open += cell->open;
            worker->picks += cell->picks;
        }
    }
}

static ngx_int_t lbsim_see(ngx_pool_t *pool, const struct lbsim_upstream *u,
                           struct lbsim_seen *seen)
{
    const struct lbsim_share *share = &u->share;
    *seen = (struct lbsim_seen){.upstream = u};
    if (u->picker == NULL)
        return NGX_OK;
    size_t slots = share->shape->slots, rows = share->shape->rows;
    u_char *keys = ngx_pnalloc(pool, slots * LB_KEY_MAX);
    bool *listed = ngx_pcalloc(pool, slots * sizeof *listed);
    seen->server = ngx_palloc(pool, slots * sizeof *seen->server);
    seen->worker = ngx_palloc(pool, rows * sizeof *seen->worker);
    if (keys == NULL || listed == NULL || seen->server == NULL || seen->worker == NULL)
        return NGX_ERROR;
    lbsim_lock(share->region, u->life);
    seen->generation = share->row[u->row].generation;
    lbsim_see_servers(seen, keys, listed);
    lbsim_see_workers(seen);
    lb_unlock(share->region);
    seen->cell = ngx_pcalloc(pool, (seen->servers * seen->workers + 1) * sizeof *seen->cell);
    if (seen->cell == NULL)
        return NGX_ERROR;
    lbsim_see_cells(seen);
    return NGX_OK;
}

/* ---- Answering ---- */

static ngx_int_t lbsim_send(ngx_http_request_t *r, ngx_uint_t status, struct lbsim_text *text,
                            const char *type)
{
    if (text->failed || text->last == NULL)
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    r->headers_out.status = status;
    r->headers_out.content_length_n = text->size;
    r->headers_out.content_type.data = (u_char *)type;
    r->headers_out.content_type.len = ngx_strlen(type);
    r->headers_out.content_type_len = ngx_strlen(type);
    text->last->last_buf = r == r->main;
    text->last->last_in_chain = 1;
    ngx_int_t sent = ngx_http_send_header(r);
    if (sent == NGX_ERROR || sent > NGX_OK || r->header_only)
        return sent;
    return ngx_http_output_filter(r, text->first);
}

static bool lbsim_asks(ngx_http_request_t *r, const char *name, ngx_str_t *value)
{
    ngx_str_t raw;
    if (ngx_http_arg(r, (u_char *)name, ngx_strlen(name), &raw) != NGX_OK)
        return false;
    u_char *to = ngx_pnalloc(r->pool, raw.len + 1), *from = raw.data;
    if (to == NULL)
        return false;
    value->data = to;
    ngx_unescape_uri(&to, &from, raw.len, 0);
    value->len = (size_t)(to - value->data);
    return true;
}

static bool lbsim_says(const ngx_str_t *value, const char *word)
{
    return value->len == ngx_strlen(word) && ngx_memcmp(value->data, word, value->len) == 0;
}

static ngx_int_t lbsim_tell(ngx_http_request_t *r, enum lbsim_format format)
{
    ngx_http_upstream_main_conf_t *all = ngx_http_get_module_main_conf(r, ngx_http_upstream_module);
    ngx_uint_t i = 0, upstreams = 0;
    const struct lbsim_upstream *u;
    ngx_str_t value;
    if (lbsim_asks(r, "format", &value)) {
        if (!lbsim_says(&value, "json") && !lbsim_says(&value, "prometheus"))
            return NGX_HTTP_BAD_REQUEST;
        format = lbsim_says(&value, "json") ? LBSIM_JSON : LBSIM_PROMETHEUS;
    }
    struct lbsim_seen *seen = ngx_palloc(r->pool, (all->upstreams.nelts + 1) * sizeof *seen);
    if (seen == NULL)
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    while ((u = lbsim_next(all, &i)) != NULL)
        if (lbsim_see(r->pool, u, &seen[upstreams++]) != NGX_OK)
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
    struct lbsim_text text = {.pool = r->pool, .next = &text.first};
    if (format == LBSIM_PROMETHEUS) {
        lbsim_print_prometheus(&text, seen, upstreams);
        return lbsim_send(r, NGX_HTTP_OK, &text, "text/plain; version=0.0.4");
    }
    lbsim_print_json(&text, seen, upstreams);
    return lbsim_send(r, NGX_HTTP_OK, &text, "application/json");
}

/* ---- Down and up: POST ?upstream=NAME&server=ADDRESS&state=down|up ---- */

/* As nginx knows the client; a module like realip may have told it otherwise. */
static bool lbsim_is_local(const ngx_connection_t *c)
{
    const struct sockaddr *address = c->sockaddr;
    if (address->sa_family == AF_UNIX)
        return true;
    if (address->sa_family == AF_INET)
        return (ntohl(((const struct sockaddr_in *)address)->sin_addr.s_addr) >> 24) == 127;
#if (NGX_HAVE_INET6)
    if (address->sa_family == AF_INET6) {
        const struct in6_addr *a = &((const struct sockaddr_in6 *)address)->sin6_addr;
        return IN6_IS_ADDR_LOOPBACK(a) || (IN6_IS_ADDR_V4MAPPED(a) && a->s6_addr[12] == 127);
    }
#endif
    return false;
}

static struct lbsim_upstream *lbsim_named(ngx_http_request_t *r, const ngx_str_t *name)
{
    ngx_uint_t i = 0;
    struct lbsim_upstream *u;
    ngx_http_upstream_main_conf_t *all = ngx_http_get_module_main_conf(r, ngx_http_upstream_module);
    while ((u = lbsim_next(all, &i)) != NULL)
        if (u->us->host.len == name->len &&
            ngx_memcmp(u->us->host.data, name->data, name->len) == 0)
            return u;
    return NULL;
}

static const struct lbsim_member *lbsim_server_named(const struct lbsim_upstream *u,
                                                     const ngx_str_t *address)
{
    const struct lbsim_member *member = u->members.elts;
    for (ngx_uint_t i = 0; i < u->members.nelts; i++)
        if (member[i].address->name.len == address->len &&
            ngx_memcmp(member[i].address->name.data, address->data, address->len) == 0)
            return &member[i];
    return NULL;
}

static ngx_int_t lbsim_change(ngx_http_request_t *r, enum lbsim_write write)
{
    ngx_str_t name, address, state;
    if (write == LBSIM_WRITE_OFF)
        return NGX_HTTP_NOT_ALLOWED;
    if (write == LBSIM_WRITE_LOOPBACK && !lbsim_is_local(r->connection))
        return NGX_HTTP_FORBIDDEN;
    if (!lbsim_asks(r, "upstream", &name) || !lbsim_asks(r, "server", &address) ||
        !lbsim_asks(r, "state", &state) ||
        (!lbsim_says(&state, "down") && !lbsim_says(&state, "up")))
        return NGX_HTTP_BAD_REQUEST;
    const struct lbsim_upstream *u = lbsim_named(r, &name);
    const struct lbsim_member *member = u == NULL ? NULL : lbsim_server_named(u, &address);
    if (member == NULL)
        return NGX_HTTP_NOT_FOUND;
    if (u->picker == NULL || !u->shared) /* no other worker would hear of it */
        return NGX_HTTP_SERVICE_UNAVAILABLE;
    bool down = lbsim_says(&state, "down");
    lbsim_lock(u->share.region, u->life);
    lb_slot_set_down(u->share.region, member->library.slot, down);
    u->share.slot[member->library.slot].down = down;
    lb_unlock(u->share.region);
    ngx_log_error(NGX_LOG_NOTICE, r->connection->log, 0,
                  "lbsim upstream \"%V\": server %V is taken %s by hand", &name, &address,
                  down ? "down" : "up");
    return lbsim_tell(r, LBSIM_JSON);
}

static ngx_int_t lbsim_answer(ngx_http_request_t *r)
{
    const struct lbsim_location *location =
        ngx_http_get_module_loc_conf(r, ngx_http_upstream_lbsim_module);
    if ((r->method & (NGX_HTTP_GET | NGX_HTTP_HEAD | NGX_HTTP_POST)) == 0)
        return NGX_HTTP_NOT_ALLOWED;
    ngx_int_t status = ngx_http_discard_request_body(r);
    if (status != NGX_OK)
        return status;
    return (r->method & NGX_HTTP_POST) != 0 ? lbsim_change(r, location->write)
                                            : lbsim_tell(r, location->format);
}

/* ---- The line: lbsim_status [format=json|prometheus] [write=loopback|any|off]; ---- */

char *lbsim_status_line(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    static const struct {
        const char *word;
        enum lbsim_format format;
        enum lbsim_write write;
        bool is_format;
    } known[] = {
        {"format=json", LBSIM_JSON, 0, true},
        {"format=prometheus", LBSIM_PROMETHEUS, 0, true},
        {"write=loopback", 0, LBSIM_WRITE_LOOPBACK, false},
        {"write=any", 0, LBSIM_WRITE_ANY, false},
        {"write=off", 0, LBSIM_WRITE_OFF, false},
    };
    const ngx_uint_t words = sizeof known / sizeof *known;
    struct lbsim_location *location = conf;
    const ngx_str_t *word = cf->args->elts;
    for (ngx_uint_t i = 1; i < cf->args->nelts; i++) {
        ngx_uint_t k = 0;
        while (k < words && !lbsim_says(&word[i], known[k].word))
            k++;
        if (k == words)
            return "takes format=json or prometheus, and write=loopback, any or off";
        if (known[k].is_format)
            location->format = known[k].format;
        else
            location->write = known[k].write;
    }
    ngx_http_core_loc_conf_t *core = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    core->handler = lbsim_answer;
    return NGX_CONF_OK;
}
