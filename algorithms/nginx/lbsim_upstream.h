/* lbsim_upstream.h: what the module's two halves share: what is read from the configuration, and
 * what picks by it. SPDX-License-Identifier: MIT */
#ifndef LBSIM_UPSTREAM_H
#define LBSIM_UPSTREAM_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "lb.h"

extern ngx_module_t ngx_http_upstream_lbsim_module;

/* One `lbsim_zone`, as one configuration sees it; the memory may be an earlier one's. */
struct lbsim_zone {
    ngx_cycle_t *cycle;
    struct lb_shape shape;
    struct lbsim_upstream *user; /* a region is one upstream's; NULL: nobody's */
    struct lb_region *region;    /* NULL where nginx only tests its configuration */
};

struct lbsim_member {
    ngx_addr_t *address;
    ngx_str_t key; /* "upstream/address" */
    uint32_t weight, max_conns;
};

/* One upstream with an `lbsim` line. */
struct lbsim_upstream {
    ngx_http_upstream_srv_conf_t *us;
    ngx_shm_zone_t *shm;
    struct lb_picker_config config; /* algorithm NULL: no `lbsim` line */
    ngx_array_t members;            /* struct lbsim_member */
    bool ours;                      /* nobody has taken the upstream over since */
    /* A worker's own; picker NULL: not a worker. */
    uint64_t owner;
    struct lb_region *region;
    struct lb_picker *picker;
    uint32_t row;
};

/* lbsim_config.c: the directives, and what is checked when all of them are read. */
extern ngx_command_t lbsim_commands[];
ngx_int_t lbsim_check(ngx_conf_t *);

/* The next upstream of a configuration with an `lbsim` line, from number *i on; NULL: none. */
struct lbsim_upstream *lbsim_next(const ngx_http_upstream_main_conf_t *, ngx_uint_t *i);
/* A request begins: it will pick by the upstream's picker. */
ngx_int_t lbsim_init_peer(ngx_http_request_t *, ngx_http_upstream_srv_conf_t *);

#endif
