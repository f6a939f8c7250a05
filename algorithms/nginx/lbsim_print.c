/* lbsim_print.c: the status as JSON and as Prometheus reads it. SPDX-License-Identifier: MIT */
#include "lbsim.h"

#define PIECE 16384u /* bytes of a buffer */
#define ITEM  2048u  /* more than any one call of lbsim_add() prints */

static void lbsim_add(struct lbsim_text *text, const char *format, ...)
{
    if (text->failed)
        return;
    if (text->last == NULL || text->last->end - text->last->last < (ptrdiff_t)ITEM) {
        ngx_chain_t *link = ngx_alloc_chain_link(text->pool);
        ngx_buf_t *buffer = ngx_create_temp_buf(text->pool, PIECE);
        text->failed = link == NULL || buffer == NULL;
        if (text->failed)
            return;
        *link = (ngx_chain_t){.buf = buffer};
        *text->next = link;
        text->next = &link->next;
        text->last = buffer;
    }
    va_list values;
    va_start(values, format);
    u_char *end = ngx_vslprintf(text->last->last, text->last->end, format, values);
    va_end(values);
    text->size += end - text->last->last;
    text->last->last = end;
}

/* A name as JSON quotes it. */
static ngx_str_t lbsim_quoted(struct lbsim_text *text, const ngx_str_t *name)
{
    size_t more = (size_t)ngx_escape_json(NULL, name->data, name->len);
    ngx_str_t quoted = {.len = name->len + more, .data = ngx_pnalloc(text->pool, name->len + more)};
    if (quoted.data == NULL) {
        text->failed = true;
        quoted.len = 0;
    } else {
        ngx_escape_json(quoted.data, name->data, name->len);
    }
    return quoted;
}

static uint32_t lbsim_weight(const struct lbsim_server_seen *server)
{
    return server->member == NULL ? 0 : server->member->library.weight;
}

static bool lbsim_flag(const struct lbsim_server_seen *server, uint32_t flag)
{
    return server->member != NULL && (server->member->library.flags & flag) != 0;
}

static const char *lbsim_word(bool is)
{
    return is ? "true" : "false";
}

/* ---- JSON ---- */

static void lbsim_print_cells(struct lbsim_text *text, const struct lbsim_seen *seen,
                              const struct lbsim_cell_seen *cell)
{
    const char *comma = "";
    for (ngx_uint_t k = 0; k < seen->workers; k++) {
        if (cell[k].open == 0 && cell[k].picks == 0)
            continue;
        lbsim_add(text, "%s{\"pid\":%P,\"generation\":%uD,\"open\":%uL,\"picks\":%uL}", comma,
                  lbsim_life_pid(seen->worker[k].life), seen->worker[k].generation, cell[k].open,
                  cell[k].picks);
        comma = ",";
    }
}

static void lbsim_print_server(struct lbsim_text *text, const struct lbsim_seen *seen,
                               const struct lbsim_server_seen *server)
{
    ngx_str_t address = lbsim_quoted(text, &server->address);
    lbsim_add(text,
              "\n   {\"server\":\"%V\",\"listed\":%s,\"weight\":%uD,\"backup\":%s,\"down\":%s,"
              "\"open\":%uL,\"picks\":%uL,\"workers\":[",
              &address, lbsim_word(server->member != NULL), lbsim_weight(server),
              lbsim_word(lbsim_flag(server, LB_BACKUP)),
              lbsim_word(server->down || lbsim_flag(server, LB_DOWN)), server->open, server->picks);
    lbsim_print_cells(text, seen, &seen->cell[(ngx_uint_t)(server - seen->server) * seen->workers]);
    lbsim_add(text, "]}");
}

static void lbsim_print_upstream(struct lbsim_text *text, const struct lbsim_seen *seen)
{
    const struct lbsim_upstream *u = seen->upstream;
    ngx_str_t name = lbsim_quoted(text, &u->us->host), zone = lbsim_quoted(text, &u->shm->shm.name);
    lbsim_add(text,
              "\n {\"upstream\":\"%V\",\"zone\":\"%V\",\"algorithm\":\"%s\",\"view\":\"%s\","
              "\"generation\":%uD,\"shared\":%s,\n  \"servers\":[",
              &name, &zone, lb_algorithm_name(u->config.algorithm), u->view->name, seen->generation,
              lbsim_word(u->shared));
    for (ngx_uint_t i = 0; i < seen->servers; i++) {
        lbsim_add(text, i == 0 ? "" : ",");
        lbsim_print_server(text, seen, &seen->server[i]);
    }
    lbsim_add(text, "],\n  \"workers\":[");
    for (ngx_uint_t k = 0; k < seen->workers; k++)
        lbsim_add(text, "%s\n   {\"pid\":%P,\"generation\":%uD,\"open\":%uL,\"picks\":%uL}",
                  k == 0 ? "" : ",", lbsim_life_pid(seen->worker[k].life),
                  seen->worker[k].generation, seen->worker[k].open, seen->worker[k].picks);
    lbsim_add(text, "]}");
}

void lbsim_print_json(struct lbsim_text *text, const struct lbsim_seen *seen, ngx_uint_t upstreams)
{
    lbsim_add(text, "{\"upstreams\":[");
    for (ngx_uint_t i = 0; i < upstreams; i++) {
        lbsim_add(text, i == 0 ? "" : ",");
        lbsim_print_upstream(text, &seen[i]);
    }
    lbsim_add(text, "]}\n");
}

/* ---- Prometheus ---- */

/* A name as a label's value, which knows three escapes only. */
static ngx_str_t lbsim_label(struct lbsim_text *text, const ngx_str_t *name)
{
    ngx_str_t label = {.data = ngx_pnalloc(text->pool, 2 * name->len + 1)};
    text->failed = text->failed || label.data == NULL;
    for (size_t i = 0; i < name->len && !text->failed; i++) {
        u_char byte = name->data[i];
        if (byte == '\\' || byte == '"' || byte == '\n')
            label.data[label.len++] = '\\';
        label.data[label.len++] = byte == '\n' ? 'n' : byte;
    }
    return label;
}

enum lbsim_figure { LBSIM_WEIGHT, LBSIM_DOWN, LBSIM_OPEN, LBSIM_PICKS };

static uint64_t lbsim_figure(const struct lbsim_server_seen *server, enum lbsim_figure figure)
{
    switch (figure) {
    case LBSIM_WEIGHT:
        return lbsim_weight(server);
    case LBSIM_DOWN:
        return server->down || lbsim_flag(server, LB_DOWN);
    case LBSIM_OPEN:
        return server->open;
    default:
        return server->picks;
    }
}

static void lbsim_print_servers(struct lbsim_text *text, const char *name, enum lbsim_figure figure,
                                const struct lbsim_seen *seen)
{
    ngx_str_t upstream = lbsim_label(text, &seen->upstream->us->host);
    for (ngx_uint_t i = 0; i < seen->servers; i++) {
        ngx_str_t address = lbsim_label(text, &seen->server[i].address);
        lbsim_add(text, "%s{upstream=\"%V\",server=\"%V\"} %uL\n", name, &upstream, &address,
                  lbsim_figure(&seen->server[i], figure));
    }
}

static void lbsim_print_workers(struct lbsim_text *text, const char *name, bool open,
                                const struct lbsim_seen *seen)
{
    ngx_str_t upstream = lbsim_label(text, &seen->upstream->us->host);
    for (ngx_uint_t k = 0; k < seen->workers; k++)
        lbsim_add(text, "%s{upstream=\"%V\",pid=\"%P\",generation=\"%uD\"} %uL\n", name, &upstream,
                  lbsim_life_pid(seen->worker[k].life), seen->worker[k].generation,
                  open ? seen->worker[k].open : seen->worker[k].picks);
}

void lbsim_print_prometheus(struct lbsim_text *text, const struct lbsim_seen *seen,
                            ngx_uint_t upstreams)
{
    static const struct {
        const char *name, *type, *help;
        enum lbsim_figure figure;
        bool of_workers;
    } metric[] = {
        {"lbsim_server_weight", "gauge", "Weight; 0: it is not listed any more.", LBSIM_WEIGHT, 0},
        {"lbsim_server_down", "gauge", "1: taken down, by hand or in the list.", LBSIM_DOWN, 0},
        {"lbsim_server_open", "gauge", "Requests and connections that it has now.", LBSIM_OPEN, 0},
        {"lbsim_server_picks_total", "counter", "Times that it was picked.", LBSIM_PICKS, 0},
        {"lbsim_worker_open", "gauge", "What this worker of nginx has open.", LBSIM_OPEN, 1},
        {"lbsim_worker_picks_total", "counter", "Picks of this worker.", LBSIM_PICKS, 1},
    };
    for (ngx_uint_t m = 0; m < sizeof metric / sizeof *metric; m++) {
        lbsim_add(text, "# HELP %s %s\n# TYPE %s %s\n", metric[m].name, metric[m].help,
                  metric[m].name, metric[m].type);
        for (ngx_uint_t i = 0; i < upstreams; i++)
            if (metric[m].of_workers)
                lbsim_print_workers(text, metric[m].name, metric[m].figure == LBSIM_OPEN, &seen[i]);
            else
                lbsim_print_servers(text, metric[m].name, metric[m].figure, &seen[i]);
    }
}
