/* ngx_http_upstream_lbsim_module.c: nginx picks its servers with liblb.
 * SPDX-License-Identifier: MIT */
#include "lbsim.h"

static void *lbsim_create_srv_conf(ngx_conf_t *cf)
{
    return ngx_pcalloc(cf->pool, sizeof(struct lbsim_upstream));
}

static void *lbsim_create_loc_conf(ngx_conf_t *cf)
{
    return ngx_pcalloc(cf->pool, sizeof(struct lbsim_location));
}

static ngx_command_t lbsim_commands[] = {
    {ngx_string("lbsim_zone"), NGX_HTTP_MAIN_CONF | NGX_CONF_2MORE, lbsim_zone_line, 0, 0, NULL},
    {ngx_string("lbsim"), NGX_HTTP_UPS_CONF | NGX_CONF_1MORE, lbsim_line, NGX_HTTP_SRV_CONF_OFFSET,
     0, NULL},
    {ngx_string("lbsim_status"), NGX_HTTP_LOC_CONF | NGX_CONF_NOARGS | NGX_CONF_TAKE12,
     lbsim_status_line, NGX_HTTP_LOC_CONF_OFFSET, 0, NULL},
    ngx_null_command};

static ngx_http_module_t lbsim_context = {
    .postconfiguration = lbsim_check,
    .create_srv_conf = lbsim_create_srv_conf,
    .create_loc_conf = lbsim_create_loc_conf,
};

ngx_module_t ngx_http_upstream_lbsim_module = {
    NGX_MODULE_V1,
    .ctx = &lbsim_context,
    .commands = lbsim_commands,
    .type = NGX_HTTP_MODULE,
    .init_module = lbsim_name_files,
    .init_process = lbsim_init_process,
    .exit_process = lbsim_exit_process,
};
