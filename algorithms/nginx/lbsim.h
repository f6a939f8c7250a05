/* lbsim.h: what the parts of the module share. SPDX-License-Identifier: MIT
 *
 * Who is a member is private to each configuration, so a reload that fails leaves nothing behind.
 * What is counted lies in shared memory: a zone is divided into SHARES, one an upstream's, by name,
 * and each of them is a region of the library with notes of the module's own for its status. */
#ifndef LBSIM_H
#define LBSIM_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include <stdatomic.h>

#include "lb.h"

#define LBSIM_NAME_MAX 127u /* bytes of an upstream's name, and of a zone's */

extern ngx_module_t ngx_http_upstream_lbsim_module;

/* Says what is wrong with the file that is being read. */
#define LBSIM_REFUSE(cf, ...) (ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, __VA_ARGS__), NGX_ERROR)

/* ---- Lives: lbsim_life.c ---- */

/* A number for this process that no other ever has, as the library wants of who owns rows and
 * locks; 0: /proc cannot be read. */
uint64_t lbsim_life_of(ngx_pid_t);
ngx_pid_t lbsim_life_pid(uint64_t life);
/* A zombie holds nothing any more, so it is dead. Who cannot be asked is alive. */
bool lbsim_alive(uint64_t life);
/* The same for many upstreams in a moment, which mostly have the same workers: /proc is not asked
 * again. All zero at first. */
#define LBSIM_ASKED 512u
struct lbsim_asked {
    uint64_t life[LBSIM_ASKED]; /* 0: nobody */
    bool alive[LBSIM_ASKED];
};
bool lbsim_alive_as_asked(struct lbsim_asked *, uint64_t life);
/* Waits for the region's lock, and takes it from a holder that died. */
void lbsim_lock(struct lb_region *, uint64_t life);

/* ---- Shares: lbsim_share.c ---- */

/* What the module notes of a row, and of a slot. Written with the lock held. */
struct lbsim_row_note {
    _Atomic uint64_t life; /* 0: nobody's */
    uint32_t generation;
};

struct lbsim_slot_note {
    _Atomic uint64_t picks;
    uint64_t key_hash; /* of the key that all this is about */
    uint32_t down;     /* taken down by hand */
};

/* A share, as one process sees it. */
struct lbsim_share {
    char *name; /* "": free */
    struct lbsim_row_note *row;
    struct lbsim_slot_note *slot;
    _Atomic uint64_t *picks;  /* by row and slot */
    struct lb_region *region; /* NULL: there is none */
    const struct lb_shape *shape;
};

/* Bytes of a share of this shape, a multiple of LB_ALIGN. 0: impossible. */
size_t lbsim_share_size(const struct lb_shape *);
struct lbsim_share lbsim_share_at(void *memory, const struct lb_shape *);
int lbsim_share_format(struct lbsim_share *, const ngx_str_t *name);
int lbsim_share_attach(struct lbsim_share *);
/* The same where nobody uses it any more: every row of it is dropped. */
int lbsim_share_recover(struct lbsim_share *, uint64_t *taken_back);
bool lbsim_share_is(const struct lbsim_share *, const ngx_str_t *name);
/* Somebody who lives has a row in it. */
bool lbsim_share_in_use(const struct lbsim_share *);
/* Drops the rows of the dead. Returns how many connections they counted; *dropped: how many rows,
 * for others may have been faster. `self` is alive. */
uint64_t lbsim_share_reap(const struct lbsim_share *, uint64_t self, struct lbsim_asked *,
                          ngx_uint_t *dropped);
/* The slot of a key for as long as this row. With the lock held. */
uint32_t lbsim_share_slot(const struct lbsim_share *, uint32_t row, const ngx_str_t *key);
_Atomic uint64_t *lbsim_share_picks(const struct lbsim_share *, uint32_t row, uint32_t slot);

/* ---- Zones: lbsim_zone.c, lbsim_file.c ---- */

/* One `lbsim_zone`, as one configuration sees it; the memory may be an earlier one's. */
struct lbsim_zone {
    ngx_cycle_t *cycle;
    ngx_str_t path; /* empty: the memory is nginx's own */
    size_t size;
    struct lb_shape shape; /* of each share */
    uint32_t shares, generation;
    bool one_share;          /* the line says nothing of servers: all of it is one upstream's */
    struct lbsim_file *file; /* NULL: none */
    ngx_array_t users;       /* struct lbsim_upstream * */
};

char *lbsim_zone_line(ngx_conf_t *, ngx_command_t *, void *conf);
/* Nothing can fail any more: new files take their names. */
ngx_int_t lbsim_name_files(ngx_cycle_t *);
/* Divides all zones, when their upstreams are known. */
ngx_int_t lbsim_settle_zones(ngx_conf_t *);
/* The zone of this name. */
ngx_shm_zone_t *lbsim_zone_named(ngx_conf_t *, ngx_str_t *name, size_t size);
struct lbsim_zone *lbsim_zone_of(const ngx_shm_zone_t *); /* NULL: no line says it */

/* The file that a zone lies in, mapped for as long as the cycle. */
struct lbsim_file {
    void *memory;
    bool kept;  /* it was there before, of this size; else it is new, zero and without a name */
    bool alone; /* nobody else has it mapped */
    /* Gives a new file its name; whoever maps the one of that name keeps it. */
    ngx_fd_t fd;
    u_char *path, *new_path;
    size_t size;
    ngx_log_t *log;
};

/* Makes it the file's one name, however the line writes its directory: whoever opens a file first
 * has it for itself, so a second zone under another name would wait for the first for ever. */
ngx_int_t lbsim_file_full_name(ngx_conf_t *, ngx_str_t *path);
/* fresh: what is there is of no use. */
ngx_int_t lbsim_file_open(ngx_cycle_t *, const ngx_str_t *path, size_t size, bool fresh,
                          struct lbsim_file **);
void lbsim_file_name(struct lbsim_file *);

/* ---- Upstreams: lbsim_line.c, lbsim_upstream.c, lbsim_pick.c ---- */

struct lbsim_member {
    ngx_addr_t *address;
    struct lb_member library; /* its slot is not known before a worker joins */
#if (NGX_HTTP_SSL)
    ngx_ssl_session_t *session; /* a worker's own; to be taken up again */
#endif
};

/* One upstream with an `lbsim` line. */
struct lbsim_upstream {
    ngx_http_upstream_srv_conf_t *us;
    ngx_shm_zone_t *shm;
    struct lb_picker_config config; /* algorithm NULL: no `lbsim` line */
    const struct lb_view *view;
    ngx_http_complex_value_t *key; /* NULL: none */
    uint64_t seed;
    ngx_array_t members;      /* struct lbsim_member */
    ngx_uint_t usable;        /* members that are not down */
    bool ours;                /* nobody has taken the upstream over since */
    struct lbsim_share share; /* region NULL: the zone has none for it */
    /* A worker's own; picker NULL: not a worker. */
    uint64_t life;
    bool shared; /* else its share is its own */
    struct lb_picker *picker;
    uint32_t row;
};

char *lbsim_line(ngx_conf_t *, ngx_command_t *, void *conf);
ngx_int_t lbsim_init_upstream(ngx_conf_t *, ngx_http_upstream_srv_conf_t *);
/* What is checked when all of the configuration is read. */
ngx_int_t lbsim_check(ngx_conf_t *);
/* The next upstream of a configuration with an `lbsim` line, from number *i on; NULL: none. */
struct lbsim_upstream *lbsim_next(const ngx_http_upstream_main_conf_t *, ngx_uint_t *i);
/* A request begins: it will pick by the upstream's picker. */
ngx_int_t lbsim_init_peer(ngx_http_request_t *, ngx_http_upstream_srv_conf_t *);

/* ---- Workers: lbsim_worker.c ---- */

ngx_int_t lbsim_init_process(ngx_cycle_t *);
void lbsim_exit_process(ngx_cycle_t *);

/* ---- Status: lbsim_status.c, lbsim_print.c ---- */

enum lbsim_format { LBSIM_JSON, LBSIM_PROMETHEUS };
enum lbsim_write { LBSIM_WRITE_LOOPBACK, LBSIM_WRITE_ANY, LBSIM_WRITE_OFF };

/* One location with `lbsim_status`. */
struct lbsim_location {
    enum lbsim_format format;
    enum lbsim_write write;
};

char *lbsim_status_line(ngx_conf_t *, ngx_command_t *, void *conf);

/* A server's figures, and a worker's, when they were looked at. */
struct lbsim_server_seen {
    ngx_str_t address;
    const struct lbsim_member *member; /* NULL: it left, but is still counted */
    uint32_t slot;
    bool down;
    uint64_t open, picks;
};

struct lbsim_worker_seen {
    uint64_t life, open, picks;
    uint32_t row, generation;
};

struct lbsim_cell_seen {
    uint64_t open, picks;
};

struct lbsim_seen {
    const struct lbsim_upstream *upstream;
    uint32_t generation;
    ngx_uint_t servers, workers;
    struct lbsim_server_seen *server;
    struct lbsim_worker_seen *worker;
    struct lbsim_cell_seen *cell; /* by server and worker */
};

/* Text that grows, in a request's pool. */
struct lbsim_text {
    ngx_pool_t *pool;
    ngx_chain_t *first, **next;
    ngx_buf_t *last;
    off_t size;
    bool failed;
};

void lbsim_print_json(struct lbsim_text *, const struct lbsim_seen *, ngx_uint_t upstreams);
void lbsim_print_prometheus(struct lbsim_text *, const struct lbsim_seen *, ngx_uint_t upstreams);

#endif
