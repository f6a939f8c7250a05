/* config.c: the configuration that nginx reads: one upstream, WebSockets held for days. */
#include "sim/real/config.h"

#include <inttypes.h>

static void write_main(const struct real_config *config, FILE *to)
{
    if (config->module != NULL)
        fprintf(to, "load_module \"%s\";\n", config->module);
    fprintf(to,
            "daemon off;\n"
            "worker_processes %" PRIu32 ";\n"
            "pid %s/nginx.pid;\n"
            "lock_file %s/lock;\n"
            "error_log %s/error.log notice;\n"
            "events { worker_connections %" PRIu64 "; }\n",
            config->workers, config->prefix, config->prefix, config->prefix,
            2 * config->connections + 64);
}

/* Who is left alone stays so to the end of the scenario, as real_plan_check() saw to; nginx has no
 * way of knowing when that is, but is done within a day. */
static void write_failures(const struct real_config *config, uint32_t server, FILE *to)
{
    uint32_t most = config->upstream->failures ? config->scenario->server[server].max_fails : 0;
    fprintf(to, " max_fails=%" PRIu32, most);
    if (most > 0)
        fputs(" fail_timeout=1d", to);
}

static void write_member(const struct real_config *config, uint32_t server,
                         const struct real_member *member, FILE *to)
{
    uint32_t limit = config->scenario->server[server].max_conns;
    fprintf(to, "        server %s", config->address[server]);
    if (member->weight > 1)
        fprintf(to, " weight=%" PRIu32, member->weight);
    if (limit > 0)
        fprintf(to, " max_conns=%" PRIu32, limit);
    if (config->scenario->server[server].backup)
        fputs(" backup", to);
    if (config->deaths)
        write_failures(config, server, to);
    if (member->weight == 0) /* nginx has no such weight */
        fputs(" down", to);
    fputs(";\n", to);
}

static void write_upstream(const struct real_config *config, const struct real_member *list,
                           FILE *to)
{
    uint32_t primary = 0;
    fprintf(to, "    upstream u {\n        %s\n", config->upstream->method);
    for (uint32_t i = 0; i < config->scenario->servers; i++) {
        if (list[i].listed)
            write_member(config, i, &list[i], to);
        primary += list[i].listed && !config->scenario->server[i].backup;
    }
    if (primary == 0) /* nginx wants one: it is nobody */
        fputs("        server 127.0.0.1:9 down;\n", to);
    fputs("    }\n", to);
}

/* With reuseport the kernel spreads connections over the workers, else one may get them all; and
 * whoever bound the port before us keeps it for us. A key that stands for the client's address is
 * put in its place. */
static void write_http(const struct real_config *config, const struct real_member *list, FILE *to)
{
    static const char *const temporary[] = {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"};
    fputs("http {\n    access_log off;\n", to);
    for (size_t i = 0; i < sizeof temporary / sizeof *temporary; i++)
        fprintf(to, "    %s_temp_path %s/%s;\n", temporary[i], config->prefix, temporary[i]);
    if (config->upstream->zone[0] != '\0')
        fprintf(to, "    %s\n", config->upstream->zone);
    write_upstream(config, list, to);
    fprintf(to, "    server {\n        listen 127.0.0.1:%u backlog=4096 reuseport;\n",
            config->gateway);
    if (config->upstream->by_address)
        fputs("        set_real_ip_from 127.0.0.0/8;\n        real_ip_header X-Key;\n", to);
    if (config->upstream->module)
        fputs("        location = " REAL_STATUS " { lbsim_status; }\n", to);
    fputs("        location / {\n"
          "            proxy_pass http://u;\n"
          "            proxy_http_version 1.1;\n"
          "            proxy_set_header Upgrade $http_upgrade;\n"
          "            proxy_set_header Connection upgrade;\n"
          "            proxy_read_timeout 7d;\n"
          "            proxy_send_timeout 7d;\n"
          "        }\n    }\n}\n",
          to);
}

void real_config_write(const struct real_config *config, const struct real_member *list, FILE *to)
{
    write_main(config, to);
    write_http(config, list, to);
}
